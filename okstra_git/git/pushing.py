"""Pushes one commit to one branch of a remote, never by force, and says what the remote made of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.git.binary import Finished, run_git
from okstra_git.git.history import find_commit
from okstra_git.git.objects import find_blob, read_blob
from okstra_git.git.remotes import (
    ASK_SECONDS,
    Remote,
    RemoteUnreachable,
    ask_remote,
    remote_branch,
    unreachable,
)
from okstra_git.git.repo import Git
from okstra_git.names import ID_LENGTH, CommitId, is_commit_id
from okstra_git.wording import plain_lines

PUSH_SECONDS = 600.0
SUBMODULES_MATTER = ("check", "on-demand", "only")


class PushRejected(OkstraError):
    """The remote has something on the branch that the push would lose; `there` names it (None = no such branch)."""

    code = "push.rejected"


class Pushed(NamedTuple):
    """What a push did: the branch's commit on the remote before (None = new, or not known) and after."""

    was: CommitId | None
    now: CommitId
    up_to_date: bool


class Skipped(NamedTuple):
    """What a push without the user's hooks leaves undone: the pre-push hook, and files that Git LFS has to send."""

    hook: Path | None
    uses_lfs: bool


class _Line(NamedTuple):
    """One ref in the answer of `git push --porcelain`."""

    flag: str
    summary: str


class _Order(NamedTuple):
    """What was asked for."""

    remote: Remote
    branch: str
    commit: CommitId
    expect: CommitId | None


def find_skipped(git: Git, commit: str) -> Skipped:
    """What will not happen when this commit is pushed without the user's hooks."""
    return Skipped(_pre_push_hook(git), _uses_lfs(git, commit))


def push_branch(
    git: Git,
    remote: Remote,
    branch: str,
    *,
    commit: CommitId,
    expect: CommitId | None = None,
    run_hooks: bool = False,
    timeout: float = PUSH_SECONDS,
    ask_timeout: float = ASK_SECONDS,
) -> Pushed:
    """Push `commit` to the remote's `branch`; a fast-forward or a new branch, and nothing else.

    With `expect` the branch is replaced if it still is at exactly that commit (git push --force-with-lease). The user's
    hooks act only with `run_hooks`. Nothing but the one branch is pushed, whatever the configuration adds to pushes.
    When the push fails in a way that does not say whether the branch arrived, the remote is asked: if it did, the push
    was a success. Of several push addresses the first counts. Refuses with
    `push.rejected`, `push.declined`, `push.hook-failed`
    or RemoteUnreachable.
    """
    order = _Order(remote, branch, commit, expect)
    if find_commit(git, commit) is None:
        raise PushRejected(f"there is no commit {commit[:10]} in this repository", hint="git fsck", commit=commit)
    fault_point("push.begins")
    refusal: OkstraError
    try:
        answer = _push(git, order, timeout=timeout, sealed=not run_hooks)
        lines = list(_lines(answer.stdout, order))
        failed = next((line for line in lines if line.flag == "!"), None)
        if answer.returncode == 0 and lines and failed is None:
            return _success(lines[0], order)
        if run_hooks and answer.returncode == 1 and not lines and _pre_push_hook(git):
            raise _hook_failed(answer.stdout + answer.stderr)
        refusal = _refusal(order, failed, answer.stderr)
    except RemoteUnreachable as timed_out:
        refusal = timed_out
    return _make_sure(git, order, refusal, ask_timeout)


def _push(git: Git, order: _Order, *, timeout: float, sealed: bool) -> Finished:
    """Explicit where configuration could push more, push by force, or ask for a signature."""
    name = order.remote.name
    lease = [f"--force-with-lease=refs/heads/{order.branch}:{order.expect}"] if order.expect else []
    wanted = (git.configuration.value("push.recurseSubmodules") or "").lower() in SUBMODULES_MATTER
    submodules = "check" if wanted else "no"
    plain = ["push", "--porcelain", "--no-follow-tags", "--no-signed", f"--recurse-submodules={submodules}"]
    return ask_remote(
        git,
        [*plain, *lease],
        order.remote,
        values=[name, f"{order.commit}:refs/heads/{order.branch}"],
        settings={"core.abbrev": str(ID_LENGTH), f"remote.{name}.mirror": "false"},
        timeout=timeout,
        sealed=sealed,
    )


def _lines(answer: bytes, order: _Order) -> Iterator[_Line]:
    """Our ref's lines, one for each address of the remote; a hook's own output is among them."""
    for line in answer.decode(errors="replace").splitlines():
        parts = line.split("\t")
        if len(parts) == 3 and len(parts[0]) == 1 and parts[1] == f"{order.commit}:refs/heads/{order.branch}":
            yield _Line(parts[0], parts[2])


def _success(line: _Line, order: _Order) -> Pushed:
    if line.flag == "=":
        return Pushed(order.commit, order.commit, up_to_date=True)
    before = line.summary.partition(".")[0]
    was = CommitId(before) if is_commit_id(before) else None
    fault_point("push.done")
    return Pushed(was, order.commit, up_to_date=False)


def _refusal(order: _Order, failed: _Line | None, complaint: bytes) -> OkstraError:
    """What the failure means, before the remote is asked what it has."""
    if failed is None or failed.summary.startswith("[remote failure]"):
        return unreachable(order.remote, complaint)
    kind, _, rest = failed.summary.partition(" (")
    reason = rest.removesuffix(")")
    remote, branch = order.remote.name, order.branch
    if kind == "[rejected]":
        return PushRejected(reason, remote=remote, branch=branch, reason=reason)
    remote_lines = [
        line.removeprefix("remote:").strip() for line in plain_lines(complaint) if line.startswith("remote:")
    ]
    words = next((line for line in remote_lines if line), "")
    return refuse(
        "push.declined",
        f"{remote} declined to take {branch}: {reason or 'it gave no reason'}" + (f" ({words[:200]})" if words else ""),
        hint="settle what the server says, then repeat; nothing was changed there",
        remote=remote,
        branch=branch,
        reason=reason,
        said=[line for line in remote_lines if line],
    )


def _make_sure(git: Git, order: _Order, refusal: OkstraError, timeout: float) -> Pushed:
    """Ask the remote what it has now: it may have taken the branch and not lived to say so."""
    try:
        there = remote_branch(git, order.remote, order.branch, timeout=timeout)
    except RemoteUnreachable as still:
        if isinstance(refusal, RemoteUnreachable):
            refusal.hint = f"whether {order.branch} arrived is not known; repeating is safe: {refusal.hint}"
            raise refusal from still
        raise (_rejected(order, refusal, None) if isinstance(refusal, PushRejected) else refusal) from still
    if there == order.commit:
        return Pushed(None, order.commit, up_to_date=False)
    raise _rejected(order, refusal, there) if isinstance(refusal, PushRejected) else refusal


def _rejected(order: _Order, refusal: PushRejected, there: CommitId | None) -> PushRejected:
    remote, branch = order.remote.name, order.branch
    has = f"{remote} has {there[:10]} on {branch}" if there else f"{remote} has something else on {branch}"
    if order.expect:
        has = has if there else f"{remote} has no branch {branch} any more"
        message = f"{has}, where {order.expect[:10]} was expected"
    else:
        message = f"{has}, which {order.commit[:10]} does not contain"
    added = f"{order.commit}..{there or 'FETCH_HEAD'}"
    return PushRejected(
        f"{message}; nothing was pushed",
        hint=f"git fetch {word(remote)}\nand look at what was added there: git log {word(added)}",
        **refusal.facts,
        there=there,
    )


def _hook_failed(answer: bytes) -> OkstraError:
    lines = [line for line in plain_lines(answer) if not line.startswith("error: failed to push some refs")]
    last = f": {lines[-1]}" if lines else ""
    hint = "settle what the hook says, or leave the hooks out by repeating without --run-hooks"
    return refuse("push.hook-failed", f"your pre-push hook stopped the push{last}", hint=hint, said=lines)


def _pre_push_hook(git: Git) -> Path | None:
    """The hook git would run for the user, wherever their configuration keeps hooks."""
    asked = ["rev-parse", "--git-path", "hooks/pre-push"]
    path = run_git(asked, cwd=git.top, sealed=False).stdout.decode(errors="surrogateescape")
    hook = git.top / path.removesuffix("\n")
    return hook if hook.is_file() and os.access(hook, os.X_OK) else None


def _uses_lfs(git: Git, commit: str) -> bool:
    facts = find_commit(git, commit)
    blob = find_blob(git, facts.tree, ".gitattributes") if facts is not None else None
    lines = read_blob(git, blob).splitlines() if blob is not None else []
    return any(b"filter=lfs" in line.split() for line in lines if not line.lstrip().startswith(b"#"))
