"""Maps every exception to a refusal with a code and an exit status, and files a report when the bug is okstra's own."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from okstra_cli.page import clean
from okstra_cli.session import Session
from okstra_git.errors import OkstraError, refuse
from okstra_git.version import VERSION

OUTSIDE = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO,
    errno.ENAMETOOLONG, errno.ELOOP,
)  # fmt: skip
LONGEST_PATH = 300
UNKNOWN = ("task.unknown", "stage.unknown")


def explain(error: BaseException, *, session: Session, argv: Sequence[str]) -> OkstraError:
    """The refusal that stands for this exception."""
    if isinstance(error, OkstraError):
        return _hidden(error, session=session) or error
    if isinstance(error, KeyboardInterrupt):
        return refuse("interrupted", "interrupted")
    if isinstance(error, OSError) and error.errno in OUTSIDE:
        place = f": {clean(str(error.filename))[:LONGEST_PATH]}" if error.filename else ""
        return refuse("host.refused", f"{error.strerror}{place}", hint="git okstra doctor")
    refusal = _wrong_usage(error, session=session) or _damage(error, session=session)
    return refusal or _bug(error, session=session, argv=argv)


def _damage(error: BaseException, *, session: Session) -> OkstraError | None:
    """What git's library says of a damaged repository is not a bug of okstra's, wherever it was met."""
    if not session.has_opened_git:
        return None
    from okstra_git.git.damage import explain_damage

    return explain_damage(session.git, error)


def _hidden(error: OkstraError, *, session: Session) -> OkstraError | None:
    """For something unknown: that it may be in a log that cannot be read, where making it anew would not help."""
    if error.code not in UNKNOWN or not session.has_opened_git:
        return None
    from okstra_git.store.snapshot import DAMAGE

    for problem in session.store.read().problems:
        if problem.code in DAMAGE:
            message = f"{error.message}, as far as can be read: {problem.message}"
            return refuse(error.code, message, hint="git okstra fsck", **error.facts)
    return None


def _wrong_usage(error: BaseException, *, session: Session) -> OkstraError | None:
    if "typer" not in sys.modules:
        return None
    from typer import Abort
    from typer.exceptions import TyperException

    if isinstance(error, Abort):
        return refuse("interrupted", "interrupted")
    if not isinstance(error, TyperException):
        return None
    sentence = clean(error.format_message().strip().removesuffix("."))
    return refuse("usage", sentence[:1].lower() + sentence[1:], hint=f"{session.command_path} --help")


def _bug(error: BaseException, *, session: Session, argv: Sequence[str]) -> OkstraError:
    message = f"{type(error).__name__}: {error}"[:300]
    try:
        report = file_report(error, session=session, argv=argv)
    except OSError:
        return refuse(
            "internal", f"a bug in okstra: {message}", hint="please report it with this command line", report=None
        )
    return refuse("internal", f"a bug in okstra: {message}", hint=f"the report is in {report}", report=str(report))


def file_report(error: BaseException, *, session: Session, argv: Sequence[str]) -> Path:
    """Write what happened into a new private file and return its path; the home directory's name is left out."""
    stamp = session.now().strftime("%Y%m%dT%H%M%S.%fZ")
    trace = "".join(traceback.format_exception(error))
    versions = f"git-okstra {VERSION}, Python {sys.version.split()[0]}, {sys.platform}\n{_libraries()}\n"
    content = f"{versions}\ncommand line: {list(argv)!r}\n\n{trace}".replace(str(session.home), "~")
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
    except Exception:  # opening the repository may be what failed
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
