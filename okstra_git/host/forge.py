"""What a forge answers about pull requests, what it refuses, and how its own program is run.

The program knows the forge and who is logged in there. Each program has a module with the same two functions,
`create_pull_request` and `view_pull_request`, and everything in here in common: `gh.py` today.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.external_text import plain_lines
from okstra_git.git.binary import is_kept
from okstra_git.host.detached import run_detached

CREATE_SECONDS = 120.0
VIEW_SECONDS = 30.0
_URL = re.compile(r"https?://\S+")


class ForgeRefused(OkstraError):
    """The forge, or its program, does not want it; `said` has the lines it printed."""

    code = "forge.refused"


class ForgeUnauthenticated(OkstraError):
    """The program is not logged in to this forge, or its login is not good any more."""

    code = "forge.unauthenticated"


class ForgeUnreachable(OkstraError):
    """The forge cannot be reached from here, or is out of order."""

    code = "forge.unreachable"


class ForgeTimedOut(OkstraError):
    """The program did not end in time, and was ended."""

    code = "forge.timeout"


class ForgeSaidNoUrl(OkstraError):
    """The program ended without naming a pull request or a reason, and the forge shows none."""

    code = "forge.no-url"


class PullRequestAnswer(NamedTuple):
    """A pull request that is open now.

    `existed` when it was found there: because it was opened before, or because our own attempt to open it did not
    live to say that it succeeded.
    """

    url: str
    existed: bool


class PullRequestState(NamedTuple):
    """A pull request as it is now; `merge_commit` once it is merged, where the forge tells."""

    url: str
    state: Literal["OPEN", "CLOSED", "MERGED"]
    head: str
    base: str
    merge_commit: str | None


class Said(NamedTuple):
    """One finished run of the program: its status, the whole output, and its complaints made plain."""

    status: int
    out: str
    err: list[str]


_LOUD = ("GH_FORCE_TTY", "CLICOLOR_FORCE", "GH_DEBUG", "DEBUG")
_QUIET = {"NO_COLOR": "1", "CLICOLOR": "0", "PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}


def run_program(
    program: Path,
    arguments: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    timeout: float,
    settings: Mapping[str, str],
) -> Said:
    """One run: no terminal, no colours, none of the variables by which a hook redirects git; `settings` come on top.

    Refuses a program that takes too long, and one that cannot be run.
    """
    kept = {k: v for k, v in environ.items() if k not in _LOUD and is_kept(k)}
    try:
        done = run_detached(
            [str(program), *arguments], cwd=cwd, environ={**kept, **_QUIET, **settings}, timeout=timeout
        )
    except subprocess.TimeoutExpired as error:
        late = f"{program.name} did not answer within {timeout:g} s"
        raise ForgeTimedOut(late, hint="look at the network, then repeat") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        cannot = f"{program.name} cannot be run: {reason}"
        raise ForgeRefused(cannot, hint=f"{program.name} --version", program=str(program)) from error
    return Said(done.returncode, done.stdout.decode(errors="replace"), plain_lines(done.stderr))


def last_url(lines: Sequence[str]) -> str | None:
    """The last line that is a web address and nothing else, or None."""
    return next((line.strip() for line in reversed(lines) if _URL.fullmatch(line.strip())), None)
