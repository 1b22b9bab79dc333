"""Runs the git program in a sealed environment: no user hooks, no editor, no pager, no signing, no prompts."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.host.detached import run_detached

SEALED_CONFIG = (
    "core.hooksPath=/dev/null", "core.quotePath=false", "color.ui=false", "core.pager=cat",
    "commit.gpgSign=false", "tag.gpgSign=false", "gc.auto=0", "maintenance.auto=false", "advice.detachedHead=false",
    "diff.noprefix=false", "diff.mnemonicPrefix=false", "diff.external=", "diff.renames=true",
    "diff.ignoreSubmodules=none", "log.showSignature=false", "log.follow=false",
)  # fmt: skip
KEPT_VARIABLES = ("GIT_SSL_CAINFO", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_CONFIG_GLOBAL",
                  "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL",
                  "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE")  # fmt: skip
Finished = subprocess.CompletedProcess[bytes]
"""A git command that ran to its end: status and what it printed."""

OFFLINE = {"GIT_ALLOW_PROTOCOL": "none"}
"""Keeps git before 2.45, which knows no GIT_NO_LAZY_FETCH, from fetching what a partial clone lacks."""


class GitFailed(OkstraError):
    """The git program answered with an error."""

    code = "git.failed"


class GitTimedOut(GitFailed):
    """The git program did not end within its limit, and was ended."""

    code = "git.timed-out"


class GitMissing(OkstraError):
    """There is no git program to run."""

    code = "git.missing"


def sealed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without the variables by which git hooks and users redirect git (`GIT_DIR` …)."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in KEPT_VARIABLES}
    sealed = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
              "GIT_NO_REPLACE_OBJECTS": "1"}  # fmt: skip
    return {**kept, **sealed, "LC_ALL": "C.UTF-8", **(extra or {})}


def run_git(
    arguments: Sequence[str],
    *,
    cwd: Path,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
    timeout: float | None = None,
    sealed: bool = True,
    detached: bool = False,
) -> Finished:
    """Run git with these arguments in `cwd`; raises `GitFailed` on an exit status that is not in `accept`.

    With `sealed=False` the user's hooks and configuration act as in a command the user typed (the demo, probes). With
    `detached=True` neither git nor what it starts has a terminal, and all of it ends at the time-out (the network).
    """
    settings = [word for setting in SEALED_CONFIG for word in ("-c", setting)] if sealed else []
    command, environ, given = ["git", *settings, *arguments], sealed_environment(environment), stdin or b""
    try:
        if detached:
            done = run_detached(command, cwd=cwd, environ=environ, stdin=given, timeout=timeout)
        else:
            done = subprocess.run(
                command, cwd=cwd, env=environ, input=given, capture_output=True, timeout=timeout, check=False
            )
    except FileNotFoundError as error:
        if not cwd.is_dir():
            raise GitFailed(f"there is no directory {cwd} to run git in", hint="git okstra doctor") from error
        raise GitMissing("the git program was not found on PATH", hint="install git 2.36 or newer") from error
    except subprocess.TimeoutExpired as error:
        raise GitTimedOut(f"git {arguments[0]} did not answer within {timeout:g} s", command=list(arguments)) from error
    if done.returncode not in accept:
        complaint = done.stderr.decode(errors="replace").strip()
        raise GitFailed(
            f"git {arguments[0]} failed: {_gist(complaint)}", status=done.returncode, command=list(arguments)[:20]
        )
    return done


def _gist(complaint: str) -> str:
    """The line of git's complaint that says why: the first fatal one, else the last."""
    lines = complaint.splitlines() or ["no message"]
    return next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1])[:300]
