"""This clone's writer id: minted once, kept in the common git directory, never replicated."""

from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.git.refs import RepositoryReadOnly
from okstra_git.git.repo import Git
from okstra_git.names import WriterId, is_ulid, mint_ulid
from okstra_git.state import layout


class NotInitialised(OkstraError):
    """okstra was never set up in this clone."""

    code = "store.not-initialised"


class WriterDamaged(OkstraError):
    """The file that names this clone's writer cannot be understood; it is left as it is."""

    code = "store.writer-damaged"


def find_writer(git: Git) -> WriterId | None:
    """The writer id of this clone, or None before `init` and in a copied clone (two clones must not share a log)."""
    path = layout.writer_file(git.private_dir)
    try:
        words = path.read_text().split()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if len(words) != 2 or not is_ulid(words[0]):
        raise _damaged(path)
    return WriterId(words[0]) if words[1] == _place(git) else None


def require_writer(git: Git) -> WriterId:
    """The writer id, or a refusal that says to run init."""
    writer = find_writer(git)
    if writer is None:
        raise NotInitialised("okstra is not set up in this clone", hint="git okstra init")
    return writer


def ensure_writer(git: Git, *, milliseconds: int) -> tuple[WriterId, bool]:
    """The writer id, minted now if need be, and whether it is new. Safe against two inits at once."""
    found = find_writer(git)
    if found is not None:
        return found, False
    path = layout.writer_file(git.private_dir)
    fresh = WriterId(mint_ulid(milliseconds))
    line = f"{fresh} {_place(git)}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.rename(path.with_name(f"writer.{path.read_text().split()[0]}.copied"))
        with path.open("x") as file:
            file.write(line)
    except FileExistsError:
        return require_writer(git), False
    except OSError as error:
        hint = "check the owner and the mode of the git directory"
        raise RepositoryReadOnly(f"{path.parent} cannot be written: {error.strerror}", hint=hint) from error
    return fresh, True


def _place(git: Git) -> str:
    """Tells a clone from a copy of its directory: the file system's own number for the git directory."""
    facts = git.common_dir.stat()
    return f"{facts.st_dev:x}-{facts.st_ino:x}"


def _damaged(path: Path) -> WriterDamaged:
    return WriterDamaged(
        f"{path} does not name a writer and was left as it is",
        hint="move that file away and run 'git okstra init'; the log of the old writer stays readable",
        path=str(path),
    )
