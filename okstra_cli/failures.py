"""Maps every exception to a refusal with a code and an exit status, and files a report when the bug is ours."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from okstra_cli.page import clean
from okstra_cli.session import Session
from okstra_git.errors import OkstraError, UsageError
from okstra_git.version import VERSION

OUTSIDE = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO,
    errno.ENAMETOOLONG, errno.ELOOP,
)  # fmt: skip
LONGEST_PATH = 300
UNKNOWN = ("task.unknown", "stage.unknown")


class Interrupted(OkstraError):
    """A person pressed Ctrl-C; the status is the shell's for SIGINT."""

    code = "interrupted"
    exit_status = 130


class HostRefused(OkstraError):
    """The machine said no: full, read-only or forbidden."""

    code = "host.refused"


class Internal(OkstraError):
    """A bug in okstra; `report` is the file that describes it."""

    code = "internal"


def explain(error: BaseException, *, session: Session, argv: Sequence[str]) -> OkstraError:
    """The refusal that stands for this exception."""
    if isinstance(error, OkstraError):
        return _hidden(error, session=session) or error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted")
    if isinstance(error, OSError) and error.errno in OUTSIDE:
        where = f": {clean(str(error.filename))[:LONGEST_PATH]}" if error.filename else ""
        return HostRefused(f"{error.strerror}{where}", hint="git okstra doctor")
    found = _wrong_usage(error, session=session) or _damage(error, session=session)
    return found or _bug(error, session=session, argv=argv)


def _damage(error: BaseException, *, session: Session) -> OkstraError | None:
    """What git's library says of a damaged repository is no bug of ours, wherever it was met."""
    if not session.has_opened_git:
        return None
    from okstra_git.git.library_errors import explain_damage

    return explain_damage(session.git, error)


def _hidden(error: OkstraError, *, session: Session) -> OkstraError | None:
    """Of what is not known: that it may lie in a log that cannot be read, which nobody mends by making it anew."""
    if error.code not in UNKNOWN or not session.has_opened_git:
        return None
    from okstra_git.store.snapshot import DAMAGE

    for problem in session.store.read().problems:
        if problem.code in DAMAGE:
            told = f"{error.message}, as far as can be read: {problem.message}"
            return type(error)(told, hint="git okstra fsck", **error.facts)
    return None


def _wrong_usage(error: BaseException, *, session: Session) -> OkstraError | None:
    if "typer" not in sys.modules:
        return None
    from typer import Abort
    from typer.exceptions import TyperException

    if isinstance(error, Abort):
        return Interrupted("interrupted")
    if not isinstance(error, TyperException):
        return None
    sentence = clean(error.format_message().strip().removesuffix("."))
    return UsageError(sentence[:1].lower() + sentence[1:], hint=f"{session.command_path} --help")


def _bug(error: BaseException, *, session: Session, argv: Sequence[str]) -> Internal:
    told = f"{type(error).__name__}: {error}"[:300]
    try:
        report = file_report(error, session=session, argv=argv)
    except OSError:
        return Internal(f"a bug in okstra: {told}", hint="please report it with this command line", report=None)
    return Internal(f"a bug in okstra: {told}", hint=f"the report is in {report}", report=str(report))


def file_report(error: BaseException, *, session: Session, argv: Sequence[str]) -> Path:
    """Write what happened into a new private file and return its path; the home directory's name is left out."""
    stamp = session.now().strftime("%Y%m%dT%H%M%S.%fZ")
    trace = "".join(traceback.format_exception(error))
    told = f"git-okstra {VERSION}, Python {sys.version.split()[0]}, {sys.platform}\n{_libraries()}\n"
    content = f"{told}\ncommand line: {list(argv)!r}\n\n{trace}".replace(str(session.home), "~")
    path = _report_directory(session) / f"bug-{stamp}-{os.getpid()}.txt"
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(content)
    return path


def _report_directory(session: Session) -> Path:
    try:
        directory = session.git.private_dir
        directory.mkdir(exist_ok=True)
        return directory
    except Exception:  # opening the repository may be the very thing that failed
        import tempfile

        return Path(tempfile.gettempdir())


def _libraries() -> str:
    from importlib.metadata import PackageNotFoundError, version

    def known(name: str) -> str:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            return f"{name} unknown"

    return ", ".join(map(known, ("pygit2", "typer", "pydantic")))
