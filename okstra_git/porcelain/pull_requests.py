"""Records pull requests: one that was opened, and one that was closed without being merged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.errors import refuse
from okstra_git.fs.refusals import Linked
from okstra_git.git.forks import parse_address, places_of
from okstra_git.git.revisions import BRANCH
from okstra_git.handoff import pull_requests as records
from okstra_git.handoff.pull_requests import Ending, Opened, active_runs, parse_url
from okstra_git.names import StageNumber, TaskKey, parse_branch, quote
from okstra_git.porcelain.base_contents import landed_elsewhere
from okstra_git.porcelain.current_state import take_back_landings
from okstra_git.porcelain.end_run import packer
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.stages.task import refuse_text
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from okstra_git.bundle.archive import Archive
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.handoff import PullRequest
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class RecordedPullRequest:
    """A pull request as it is on record now, and the runs (ids) that ended with it.

    `elsewhere` are pull requests of the task whose stages landed where they do not go to.
    """

    key: TaskKey
    task: Task
    pr: PullRequest
    elsewhere: Collection[str]
    ended_runs: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class ClosedPullRequest:
    """A pull request that ended unmerged, as it is on record now."""

    key: TaskKey
    task: Task
    pr: PullRequest
    changed: bool


def record_pr(
    workspace: Workspace,
    key: TaskKey,
    stages: tuple[StageNumber, ...],
    *,
    branch: str,
    url: str,
    base: str,
    supersedes: str,
    archive: bool,
) -> RecordedPullRequest:
    """Record a pull request that was opened; `archive`: with the files of the runs that it ends."""
    replaced, onto = parse_url(supersedes) if supersedes else "", base.removeprefix(BRANCH)
    opened = Opened(parse_url(url), stages, parse_branch(branch), onto, replaced)
    take_back_landings(workspace, key)
    before = require_task(workspace.store.read().state, key)
    _warn_of_stranger(workspace, opened.url)
    ending = ending_of(workspace, before, opened, archive=archive)
    appended = records.record_pr(workspace.store, key, opened, ending)
    workspace.warn(appended.warning)
    task = appended.task_after(key)
    for number in stages:
        if not task.stages[number].is_verified:
            workspace.warn(f"stage {number} has no verification that stands; it is recorded as delivered all the same")
    return RecordedPullRequest(
        key,
        task,
        task.prs[opened.url],
        landed_elsewhere(workspace, task),
        tuple(run.id for run in active_runs(before, stages) if not task.runs[run.id].is_active),
        changed=bool(appended.events),
    )


def _warn_of_stranger(workspace: Workspace, url: str) -> None:
    """A pull request of a repository that no remote of this clone leads to may be a slip of the keyboard."""
    address = parse_address(url.partition("/pull/")[0])
    remotes = places_of(workspace.git) if address is not None and "/pull/" in url else []
    if address is not None and remotes and not any(address.is_same(remote) for remote in remotes):
        workspace.warn(
            f"{url} is of {address.text}, which no remote of this clone leads to; it is recorded all the same"
        )


def ending_of(workspace: Workspace, task: Task, opened: Opened, *, archive: bool) -> Ending:
    """The archives of the runs that end with this pull request; one behind a link has none, which is reported."""
    pack = packer(workspace, wanted=archive)

    def pack_or_warn(run: Run) -> Archive | None:
        try:
            return pack(task, run)
        except Linked as refusal:
            workspace.warn(f"run {run.id} ends, and none of its files are archived: {refusal.message}")
            return None

    packed = {run.id: pack_or_warn(run) for run in active_runs(task, opened.stages)}
    archives = {run: archive for run, archive in packed.items() if archive is not None}
    files = {path: blob for archive in archives.values() for path, blob in archive.files.items()}
    return Ending(files, {run: archive.tree for run, archive in archives.items()})


def record_closed(
    workspace: Workspace, identity: Identity, url: str, *, reason: str, superseded_by: str
) -> ClosedPullRequest:
    """Record that a pull request ended unmerged; its address alone says which task it is of."""
    refuse_text(reason, what="reason")
    address = url if _is_on_record(workspace, url) else parse_url(url)
    key = _task_of(workspace, identity, address)
    take_back_landings(workspace, key)
    replaced_by = parse_url(superseded_by) if superseded_by else ""
    open_still = landed_elsewhere(workspace, require_task(workspace.store.read().state, key))
    appended = records.record_closed(
        workspace.store, key, address, reason=reason, replaced_by=replaced_by, open_still=address in open_still
    )
    workspace.warn(appended.warning)
    task = appended.task_after(key)
    return ClosedPullRequest(key, task, task.prs[address], changed=bool(appended.events))


def _is_on_record(workspace: Workspace, url: str) -> bool:
    """Whether a task has exactly this address: it can be closed then, even if `parse_url` would refuse it."""
    return any(url in task.prs for task in workspace.store.read().state.tasks.values())


def _task_of(workspace: Workspace, identity: Identity, address: str) -> TaskKey:
    """The task named, else the only one that has the address on record."""
    tasks = [task for task in workspace.store.read().state.tasks.values() if address in task.prs]
    if identity.task is not None:
        return identity.task
    if not tasks:
        raise refuse(
            "pr.unknown", f"{quote(address)} is on record for no task", hint="git okstra handoff status", url=address
        )
    return tasks[0].key if len(tasks) == 1 else require_key(workspace, identity)
