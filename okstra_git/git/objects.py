"""Blobs, trees and commits as immutable values: read, and written without touching any ref."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import pygit2
from pygit2.enums import DeltaStatus, FileMode, ObjectType

from okstra_git.errors import OkstraError
from okstra_git.git.config import NOBODY
from okstra_git.git.git_directory import share
from okstra_git.git.raw_objects import RawCommit, parse_commit, render_commit, stamped
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git
from okstra_git.names import CommitId

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class MissingObject(OkstraError):
    """An object that a ref or a record names cannot be read."""

    code = "object.missing"


class ObjectTooLarge(OkstraError):
    """An object holds more than anything that okstra writes, so it is not read."""

    code = "object.too-large"


@contextmanager
def durable_writes() -> Iterator[None]:
    """Inside, objects and refs reach the disk (fsync) before the call returns."""
    pygit2.settings.enable_fsync_gitdir(True)
    try:
        yield
    finally:
        pygit2.settings.enable_fsync_gitdir(False)


def has_object(git: Git, oid: str) -> bool:
    """Whether something is stored under this id, whole or damaged, without asking any remote."""
    if oid == EMPTY_TREE:
        return True
    try:
        return bool(git.handle.odb.exists(pygit2.Oid(hex=oid)))
    except (ValueError, pygit2.GitError):
        return False


def read_blob(git: Git, oid: str, *, limit: int | None = None) -> bytes:
    """The bytes of a blob; refuses when it is missing, unreadable or (`ObjectTooLarge`) longer than `limit`."""
    if limit is not None:
        _refuse_large(git, oid, limit)
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError, ValueError) as error:
        raise MissingObject(
            f"the object {oid} cannot be read", hint="run 'git fsck' and 'git okstra fsck'", object=oid
        ) from error
    if not isinstance(blob, pygit2.Blob):
        raise MissingObject(f"the object {oid} is not a file", hint="run 'git okstra fsck'", object=oid)
    data = blob.data
    if name_of_blob(data) != oid:  # libgit2 does not check, for speed; records have to be what was written
        raise MissingObject(f"the object {oid} is damaged", hint="run 'git fsck' and 'git okstra fsck'", object=oid)
    return data


def _refuse_large(git: Git, oid: str, limit: int) -> None:
    try:
        size = git.handle.odb.read_header(pygit2.Oid(hex=oid))[1]
    except (KeyError, pygit2.GitError, ValueError):
        return  # whoever reads it says what is wrong
    if size > limit:
        raise ObjectTooLarge(f"the object {oid} has {size} bytes, more than okstra reads", object=oid, bytes=size)


def list_children(git: Git, tree: str) -> dict[str, tuple[str, bool]]:
    """What is directly in a tree: name -> (id, whether it is a folder); refuses when the tree is unreadable."""
    return {
        (entry.raw_name or b"").decode(errors="surrogateescape"): (str(entry.id), entry.filemode == FileMode.TREE)
        for entry in read_tree(git, tree)
    }


def is_commit(git: Git, oid: str) -> bool | None:
    """Whether this id is that of a commit; None when nothing readable has it."""
    try:
        return bool(git.handle.odb.read_header(pygit2.Oid(hex=oid))[0] == ObjectType.COMMIT)
    except (KeyError, pygit2.GitError, ValueError):
        return None


def list_blobs(git: Git, tree: str, *, under: str = "", most: int | None = None) -> dict[str, str]:
    """Every file below a tree: path -> blob id.

    Refuses on an unreadable subtree, and (`ObjectTooLarge`) where there are more than `most` files and folders: a tree
    that others made may hold itself a million times.
    """
    blobs: dict[str, str] = {}
    waiting, looked = [(under, tree)], 0
    while waiting:
        prefix, folder = waiting.pop()
        try:
            for entry in _tree(git, folder):
                looked += 1
                if entry.filemode == FileMode.TREE:
                    waiting.append((f"{prefix}{entry.name}/", str(entry.id)))
                else:
                    blobs[f"{prefix}{entry.name}"] = str(entry.id)
        except (KeyError, pygit2.GitError) as error:
            raise MissingObject(f"the tree {folder} cannot be read", hint="run 'git fsck'", object=folder) from error
        if most is not None and looked > most:
            raise ObjectTooLarge(f"the tree {tree} has more than {most} entries", object=tree)
    return blobs


def find_blob(git: Git, tree: str, path: str) -> str | None:
    """The id of the file at `path` of a tree, or None; refuses when a tree on the way is unreadable."""
    folder, *below = path.split("/")
    node = _child(read_tree(git, tree), folder)
    for part in below:
        if not isinstance(node, pygit2.Tree):
            return None
        node = _child(read_tree(git, str(node.id)), part)
    return str(node.id) if isinstance(node, pygit2.Blob) else None


def find_folder(git: Git, tree: str, path: str) -> str | None:
    """The id of the folder at `path` of a tree, or None; refuses when a tree on the way is unreadable."""
    node: pygit2.Object | None = read_tree(git, tree)
    try:
        for part in path.strip("/").split("/"):
            node = _child(node, part) if isinstance(node, pygit2.Tree) else None
    except (KeyError, pygit2.GitError) as error:
        raise MissingObject(f"the tree {tree} cannot be read", hint="run 'git fsck'", object=tree) from error
    return str(node.id) if isinstance(node, pygit2.Tree) else None


def _child(tree: pygit2.Tree, name: str) -> pygit2.Object | None:
    return tree[name] if name in tree else None  # noqa: SIM401 - a tree has no get()


def read_tree(git: Git, oid: str) -> pygit2.Tree:
    """A tree, or that of a commit; refuses when it is missing or damaged."""
    try:
        return _tree(git, oid)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise MissingObject(f"the tree {oid} cannot be read", hint="run 'git fsck'", object=oid) from error


def find_entry(git: Git, tree: str, path: bytes) -> tuple[str, str] | None:
    """(mode, id) of what is at a path of a tree, None when nothing is; a folder is not an entry.

    Refuses where a tree on the way is missing. What a path names need not be here itself.
    """
    try:
        return _find_entry(git, tree, path)
    except (KeyError, pygit2.GitError) as error:
        raise MissingObject(f"the tree {tree} cannot be read", hint="run 'git fsck'", object=tree) from error


def _find_entry(git: Git, tree: str, path: bytes) -> tuple[str, str] | None:
    if tree == EMPTY_TREE:
        return None
    node: pygit2.Object = _tree(git, tree)
    for part in path.split(b"/"):
        if not isinstance(node, pygit2.Tree):
            return None
        entry = next((item for item in node if item.raw_name == part), None)
        if entry is None:
            return None
        if entry.filemode == FileMode.COMMIT:
            return "160000", str(entry.id)
        node = entry
        if entry.filemode == FileMode.TREE:
            node = git.handle[entry.id]
    return None if isinstance(node, pygit2.Tree) else (f"{int(node.filemode or 0):06o}", str(node.id))


def changed_files(git: Git, old: str, new: str, *, under: str) -> dict[str, str | None] | None:
    """Files that differ in a folder of two commits: path in it -> new blob, None if gone; None without one."""
    before, now = find_folder(git, old, under), find_folder(git, new, under)
    if not before or not now:
        return None
    try:
        deltas = _tree(git, before).diff_to_tree(_tree(git, now), context_lines=0).deltas
        gone = DeltaStatus.DELETED
        return {each.new_file.path: None if each.status == gone else str(each.new_file.id) for each in deltas}
    except (KeyError, pygit2.GitError) as error:
        raise MissingObject(f"the tree {new} cannot be read", hint="run 'git fsck'", object=new) from error


def tree_of(git: Git, commit: str) -> str:
    """The tree id of a commit; refuses when the commit is missing."""
    return read_commit(git, commit).tree


def find_raw_commit(git: Git, oid: str) -> RawCommit | None:
    """The commit of this id, None when it is not here, damaged, or something else; malformed lines do not matter."""
    try:
        kind, data = git.handle.read(oid)
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return parse_commit(data) if kind == ObjectType.COMMIT else None


def read_commit(git: Git, commit: str) -> RawCommit:
    """The commit object; refuses when it is missing, damaged or not a commit."""
    raw = find_raw_commit(git, commit)
    if raw is None:
        hint = "run 'git fsck'; in a shallow clone, fetch more"
        raise MissingObject(f"the commit {commit} cannot be read", hint=hint, object=commit)
    return raw


def write_blob(git: Git, data: bytes) -> str:
    """A new blob's id."""
    return _writing(git, lambda: str(git.handle.create_blob(data)))


def name_of_blob(data: bytes) -> str:
    """The id these bytes have as a blob."""
    return str(pygit2.hash(data))


def write_tree(git: Git, base: str | None, changes: Mapping[str, str | None]) -> str:
    """The tree `base` with these files (path -> blob id, None removes); untouched subtrees are shared."""
    here: dict[str, str | None] = {}
    below: dict[str, dict[str, str | None]] = {}
    for path, blob in changes.items():
        first, _, rest = path.partition("/")
        if rest:
            below.setdefault(first, {})[rest] = blob
        else:
            here[first] = blob
    return _writing(git, lambda: _build(git, base, here, below))


def _build(
    git: Git, base: str | None, here: Mapping[str, str | None], below: Mapping[str, Mapping[str, str | None]]
) -> str:
    old = _tree(git, base) if base and base != EMPTY_TREE else None
    builder = git.handle.TreeBuilder(old) if old is not None else git.handle.TreeBuilder()
    for name, blob in here.items():
        if blob is not None:
            builder.insert(name, pygit2.Oid(hex=blob), FileMode.BLOB)
        elif builder.get(name) is not None:
            builder.remove(name)
    for name, changes in below.items():
        child = builder.get(name)
        subtree = write_tree(git, str(child.id) if child and child.filemode == FileMode.TREE else None, changes)
        if subtree == EMPTY_TREE:
            if child is not None:
                builder.remove(name)
        else:
            builder.insert(name, pygit2.Oid(hex=subtree), FileMode.TREE)
    return str(builder.write())


def write_commit(git: Git, *, tree: str, parents: Sequence[str], message: str, when: datetime) -> CommitId:
    """A commit object by the user's identity at `when`; no ref moves."""
    offset = when.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    people = ((who or NOBODY).raw for who in (git.author, git.committer))
    author, committer = (stamped(who, seconds=int(when.timestamp()), offset=minutes) for who in people)
    text = message.encode(errors="surrogateescape")
    made = render_commit(tree=tree, parents=parents, author=author, committer=committer, message=text)
    return _write_raw_commit(git, made)


def copy_commit(git: Git, commit: str, *, tree: str, parents: Sequence[str], when: datetime) -> CommitId:
    """The commit once more with another tree and other parents, by the user at `when`; author and message stay.

    They stay to the byte, in whatever encoding. A signature is left behind: it would not be valid any more.
    """
    original = read_commit(git, commit)
    committer = stamped((git.committer or NOBODY).raw, seconds=int(when.timestamp()))
    copy = render_commit(
        tree=tree,
        parents=parents,
        author=original.author or committer,
        committer=committer,
        message=original.message,
        encoding=original.encoding,
    )
    return _write_raw_commit(git, copy)


def _write_raw_commit(git: Git, data: bytes) -> CommitId:
    return CommitId(_writing(git, lambda: str(git.handle.write(ObjectType.COMMIT, data))))


def _tree(git: Git, oid: str) -> pygit2.Tree:
    try:
        target = git.handle[oid]
    except KeyError:
        raise
    except (ValueError, pygit2.GitError):
        commit = find_raw_commit(git, oid)
        if commit is None:
            raise
        target = git.handle[commit.tree]
    if isinstance(target, pygit2.Commit):
        return target.tree
    if not isinstance(target, pygit2.Tree):
        raise KeyError(oid)
    return target


def share_object(git: Git, oid: str) -> None:
    """Give a new loose object and its folder the modes of a shared repository."""
    share(git.common_dir / "objects" / oid[:2] / oid[2:])


def _writing(git: Git, make: Callable[[], str]) -> str:
    try:
        oid = make()
        share_object(git, oid)
        return oid
    except KeyError as error:
        raise MissingObject(f"the object {error} cannot be read", hint="run 'git fsck'") from error
    except (pygit2.GitError, OSError) as error:
        raise translate_write_error(error, git) from error
