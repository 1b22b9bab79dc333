"""Pull requests of a forge, opened and looked at by GitHub's program: its arguments, answers and refusals."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import Any, Literal, NamedTuple

from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.git.binary import is_kept
from okstra_git.host.subprocesses import run_detached
from okstra_git.wording import plain_lines

CREATE_SECONDS = 120.0
VIEW_SECONDS = 30.0
_URL = re.compile(r"https?://\S+")


class ForgeRefused(OkstraError):
    """The forge, or its program, does not want it; `said` has the lines it printed."""

    code = "forge.refused"


class ForgeUnauthenticated(OkstraError):
    """The program is not logged in to this forge, or its login is not good any more."""

    code = "forge.unauthenticated"


class ForgeTimedOut(OkstraError):
    """The program did not end in time, and was ended."""

    code = "forge.timeout"


class PullRequestAnswer(NamedTuple):
    """A pull request that is open now.

    `existed` when it was found there: because it was opened before, or because our own attempt to open it did not
    live to say that it succeeded.
    """

    url: str
    existed: bool


class PullRequestState(NamedTuple):
    """A pull request as it is now; `merge_commit` once it is merged, where the forge says."""

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


SETTINGS = {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "GH_PAGER": "cat"}
FIELDS = "url,state,headRefName,baseRefName,mergeCommit"
LOGGED_OUT = 4
"""The exit code of a command that needs a login and has none (gh help exit-codes)."""


def find_gh(path: str) -> Path | None:
    """The `gh` program in these directories (the text of PATH), or None."""
    program = which("gh", path=path)
    return Path(program) if program else None


def create_pull_request(
    gh: Path,
    *,
    cwd: Path,
    head: str,
    base: str,
    title: str,
    body_file: Path,
    environ: Mapping[str, str],
    draft: bool = False,
    repo: str | None = None,
    timeout: float = CREATE_SECONDS,
) -> PullRequestAnswer:
    """Open a pull request that brings `head`, which is pushed already, into `base`; the open one where there is one.

    `repo` is `OWNER/NAME`, `HOST/OWNER/NAME`, or None for what gh makes of the remotes. Where a failure does not say
    whether the pull request is there, the forge is asked once. Refuses with one of the refusals in forge.py.
    """
    options = [*(["--draft"] if draft else []), *(["--repo", repo] if repo else [])]
    wanted = ["--head", head, "--base", base, "--title", title, "--body-file", str(body_file), *options]
    fault_point("forge.begins")
    refusal: OkstraError
    try:
        answer = run_program(
            gh, ["pr", "create", *wanted], cwd=cwd, environ=environ, timeout=timeout, settings=SETTINGS
        )
    except ForgeTimedOut as late:
        refusal = late
    else:
        new_url = last_url(answer.out.splitlines())  # with a failure too: it befell what gh does to it afterwards
        if new_url:
            fault_point("forge.done")
            return PullRequestAnswer(new_url, existed=False)
        there = last_url(answer.err) if _exists_already(answer) else None
        if there:
            return PullRequestAnswer(there, existed=True)
        refusal = _refusal(answer, f"gh opened no pull request for {head}")
        if isinstance(refusal, ForgeUnauthenticated) or (
            isinstance(refusal, ForgeRefused) and not _exists_already(answer)
        ):
            raise refusal
    url = _look(gh, head, base, cwd=cwd, environ=environ, repo=repo)
    if url is None:
        refusal.hint = f"repeat: a pull request that is open by then is found. First: {refusal.hint}"
        raise refusal
    return PullRequestAnswer(url, existed=True)


def view_pull_request(
    gh: Path,
    wanted: str,
    *,
    cwd: Path,
    environ: Mapping[str, str],
    repo: str | None = None,
    timeout: float = VIEW_SECONDS,
) -> PullRequestState | None:
    """The pull request with this URL, or of this branch (an open one, else the newest); None when there is none.

    Refuses with one of the refusals in forge.py.
    """
    asked = ["pr", "view", *(["--repo", repo] if repo else []), "--json", FIELDS, "--", wanted]
    answer = run_program(gh, asked, cwd=cwd, environ=environ, timeout=timeout, settings=SETTINGS)
    if answer.status == 0:
        return _parse_view(answer)
    if any("no pull requests found" in line or "resolve to a PullRequest" in line for line in answer.err):
        return None
    raise _refusal(answer, "gh did not show the pull request")


def _look(gh: Path, head: str, base: str, *, cwd: Path, environ: Mapping[str, str], repo: str | None) -> str | None:
    """After a failure that says nothing: the open pull request, or None where there is none that can be found.

    gh takes a branch named by digits for a number, and knows no bases here: both are compared.
    """
    try:
        request = view_pull_request(gh, head, cwd=cwd, environ=environ, repo=repo)
    except OkstraError:
        return None
    fits = request is not None and (request.state, request.head, request.base) == (
        "OPEN",
        head.rpartition(":")[2],
        base,
    )
    return request.url if request is not None and fits else None


def _parse_view(output: Said) -> PullRequestState:
    try:
        fields: dict[str, Any] = json.loads(output.out)
        merged = (fields["mergeCommit"] or {}).get("oid")
        answer = PullRequestState(fields["url"], fields["state"], fields["headRefName"], fields["baseRefName"], merged)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(output) from error
    if answer.state not in ("OPEN", "CLOSED", "MERGED"):
        raise _unreadable(output)
    return answer


def _unreadable(output: Said) -> ForgeRefused:
    message = "gh answered in a form that this version of okstra does not know"
    return ForgeRefused(message, hint="gh --version", said=output.out[:300])


# --- what gh says

_UNREACHABLE = re.compile(
    r"error connecting to|dial (tcp|unix)|no such host|timeout|connection (refused|reset)|network is unreachable"
    r"|proxyconnect|tls: |x509: |\bEOF\b|HTTP 5\d\d|deadline exceeded|stream error|server misbehaving",
    re.IGNORECASE,
)
_WRAPPING = re.compile(r"^pull request create failed: |GraphQL: | \(createPullRequest\)$")
_STEPS = {
    "Base ref must be a branch": "the base is not on the forge: push it, or choose another one",
    "Head ref must be a branch": "push the branch first",
    "No commits between": "the base has everything already; compare it with the branch",
}


def _exists_already(output: Said) -> bool:
    """gh names the open one itself; when the forge notices first, it does not say which one."""
    return output.status != 0 and any("already exists" in line for line in output.err)


def _refusal(output: Said, what: str) -> OkstraError:
    """What the complaint means; uncommitted changes are not a reason, gh only mentions them."""
    lines = [line for line in output.err if not line.startswith("Warning: ")]
    text = "\n".join(lines)
    if output.status == LOGGED_OUT or "gh auth login" in text or "HTTP 401" in text:
        return ForgeUnauthenticated(f"{what}: it is not logged in", hint="gh auth login", said=lines)
    if not lines or output.status <= 0:
        ended = f"was killed by signal {-output.status}" if output.status < 0 else f"exited {output.status}"
        message = f"{what}: it {ended} without saying what became of it"
        return refuse("forge.no-url", message, hint="gh auth status", status=output.status, said=lines)
    gist = _WRAPPING.sub("", lines[0])
    if "GraphQL: " not in text and _UNREACHABLE.search(text):
        return refuse(
            "forge.unreachable", f"{what}: {gist}", hint="look at the network and the forge's status", said=lines
        )
    step = next((step for sign, step in _STEPS.items() if sign in text), "settle what gh says, then repeat")
    return ForgeRefused(f"{what}: {gist}", hint=step, said=lines)
