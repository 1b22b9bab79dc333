"""Proves the installation: a real amend in a throw-away worktree, and whether the shim received it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.repo import Git
from okstra_git.hooks.model import WITH_INPUT, Hook, HooksLocation, HookState, ProbeResult
from okstra_git.hooks.scripts import remove_hook, write_hook
from okstra_git.hooks.status import find_location, inspect_hook

LISTEN = "OKSTRA_PROBE"
"""Names the file into which a shim writes its input instead of acting on it."""

_AUTHOR = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "git-okstra"), ("EMAIL", "probe@localhost"))}  # fmt: skip
_QUIET = {"gc.auto": "0", "maintenance.auto": "false", "commit.gpgSign": "false", "core.fsmonitor": "false"}
_TIMEOUT = 30.0


@dataclass(frozen=True)
class _Stage:
    """The throw-away worktree, the commit it stands on and the environment that keeps its objects out of the way."""

    top: Path
    commit: str
    environment: dict[str, str]


def probe_hooks(git: Git) -> ProbeResult:
    """Amend for real, under the user's own configuration, twice where this worktree and a linked one may differ.

    Leaves no ref, no object and no worktree behind. The user's other hooks for a commit do run (not pre-commit, not
    commit-msg). In a bare repository without worktrees there is nothing to prove: both answers are None.
    """
    if git.work_tree is None and not any((git.common_dir / "worktrees").glob("*")):
        return ProbeResult(None, None, why="the repository is bare and has no worktrees: no hook of ours fires here")
    location = find_location(git)
    _require_writable(git)
    with TemporaryDirectory(prefix="okstra-probe-") as scratch, _stage(git, location, Path(scratch)) as stage:
        linked = _amend(stage, Path(scratch) / "linked", {})
        here = linked
        if location.configured and not location.configured.startswith(("/", "~")):
            absolute = {"core.hooksPath": str(location.directory.absolute())}
            here = _amend(stage, Path(scratch) / "here", absolute)
    return _judge(git, location, here, linked)


def _judge(git: Git, location: HooksLocation, here: bytes | None, linked: bytes | None) -> ProbeResult:
    """None = the shim did not run; otherwise what it read."""
    complete = all(output.count(b" ") >= 1 for output in (here, linked) if output is not None)
    why = None
    if here is None:
        why = _why_not_reached(git, location)
    elif not complete:
        why = _why_without_input(inspect_hook(git, location, WITH_INPUT))
    elif linked is None:
        why = location.problem or "a linked worktree ran no hook of ours"
    return ProbeResult(here is not None, linked is not None, complete, why)


def _why_not_reached(git: Git, location: HooksLocation) -> str:
    hook = inspect_hook(git, location, WITH_INPUT)
    if hook.state is HookState.IDLE:
        return f"what the line in {hook.path} calls is not installed: git okstra hooks install"
    if hook.state in (HookState.INSTALLED, HookState.NOT_FIRST):
        return f"our line in {hook.path} was not reached: something before it ended the hook, or git does not run it"
    return f"git ran no hook of ours from {location.directory}"


def _why_without_input(hook: Hook) -> str:
    if hook.state is HookState.FOREIGN and hook.note:
        return hook.note
    return f"the hook ran, but what stands before our lines in {hook.path} had eaten its input: ours have to be first"


def _require_writable(git: Git) -> None:
    """A read-only repository is refused before anything is begun."""
    witness = git.private_dir / f"probe.{os.getpid()}"
    write_hook(witness, b"")
    remove_hook(witness)


@contextmanager
def _stage(git: Git, location: HooksLocation, scratch: Path) -> Iterator[_Stage]:
    objects = scratch / "objects"
    objects.mkdir()
    environment = {
        **_AUTHOR,
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(git.common_dir / "objects"),
    }
    commit = _throwaway_commit(git, environment)
    top = scratch / f"okstra-probe-{os.getpid()}"
    how = ["--detach", "--no-checkout", "--lock", "--reason", "git-okstra proves its hooks; throw-away"]
    run_git(["worktree", "add", "-q", *how], values=[str(top), commit], cwd=git.top, environment=environment)
    try:
        _bring_tracked_hooks(location, top, environment)
        yield _Stage(top, commit, environment)
    finally:
        run_git(["worktree", "unlock"], values=[str(top)], cwd=git.top, accept=(0, 128))
        away = ["worktree", "remove", "--force"]
        run_git(away, values=[str(top)], cwd=git.top, environment=environment, accept=(0, 128))


def _throwaway_commit(git: Git, environment: dict[str, str]) -> str:
    """A commit that belongs to no one: other hooks may record it, so it must not be one of the user's."""
    head = run_git(["rev-parse", "-q", "--verify", "HEAD^{tree}"], cwd=git.top, accept=(0, 1, 128)).stdout
    tree = head or run_git(["mktree"], cwd=git.top, environment=environment).stdout
    made = ["commit-tree", "-m", "git-okstra proves its hooks"]
    return (
        run_git(made, revisions=[tree.decode().strip()], cwd=git.top, environment=environment).stdout.decode().strip()
    )


def _bring_tracked_hooks(location: HooksLocation, top: Path, environment: dict[str, str]) -> None:
    """A relative core.hooksPath is found in a worktree only when git checks it out there."""
    if location.configured and not location.configured.startswith(("/", "~")):
        wanted = ["checkout", "-q", "HEAD"]
        run_git(wanted, paths=[location.configured], cwd=top, environment=environment, accept=(0, 1, 128))


def _amend(stage: _Stage, record: Path, settings: dict[str, str]) -> bytes | None:
    """Amend the throw-away commit; what the shim read of it, or None."""
    record.touch()
    words = ["commit", "-q", "--amend", "--no-verify", "--allow-empty", "--no-gpg-sign", f"-mprobe {record.name}"]
    with suppress(GitFailed):  # a hook of the user's may refuse any commit; then the shim does not run
        run_git(
            words,
            settings=_QUIET | settings,
            cwd=stage.top,
            environment={**stage.environment, LISTEN: str(record)},
            sealed=False,
            timeout=_TIMEOUT,
        )
    return record.read_bytes() or None
