"""Pull requests on behalf of the command line: pushed, opened, recorded, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.views import handed as view
from okstra_git.fs.refusals import Linked
from okstra_git.git.forks import parse_address, places_of
from okstra_git.git.revisions import BRANCH
from okstra_git.handoff.recording import Ending, Opened, PrUnknown, active_runs, parse_url, record_closed, record_pr
from okstra_git.names import StageNumber, TaskKey, parse_branch, shown
from okstra_git.porcelain.base_contents import landed_elsewhere
from okstra_git.porcelain.current_state import take_back_landings
from okstra_git.porcelain.runs import packer
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.store.registry import require_task
from okstra_git.tasks.lifecycle import refuse_text

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.archive import Archive


def record_pr_here(
    session: Session,
    key: TaskKey,
    stages: tuple[StageNumber, ...],
    *,
    branch: str,
    url: str,
    base: str,
    supersedes: str,
    archive: bool,
) -> Answer:
    """Record a pull request that somebody opened."""
    replaced, onto = parse_url(supersedes) if supersedes else "", base.removeprefix(BRANCH)
    opened = Opened(parse_url(url), stages, parse_branch(branch), onto, replaced)
    take_back_landings(session.workspace, key)
    task = require_task(session.store.read().state, key)
    _warn_of_stranger(session, opened.url)
    done = record_pr(session.store, key, opened, ending_of(session, task, opened, archive=archive))
    session.warn(done.warning)
    after = done.snapshot.state.tasks[key]
    for number in stages:
        if not after.stages[number].is_verified:
            session.warn(f"stage {number} has no verification that stands; it is recorded as delivered all the same")
    ended = [run.id for run in active_runs(task, stages) if not after.runs[run.id].is_active]
    pr, changed = after.prs[opened.url], bool(done.events)
    shown = view.pr_json(after, pr, landed_elsewhere(session.workspace, after))
    payload = {"task": str(key), "pr": shown, "changed": changed, "ended_runs": ended}
    return Answer(payload, lambda: view.recorded_pr_page(key, pr, ended, changed=changed))


def _warn_of_stranger(session: Session, url: str) -> None:
    """A pull request of a repository that no remote of this clone leads to may be a slip of the keyboard."""
    place = parse_address(url.partition("/pull/")[0])
    known = places_of(session.git) if place is not None and "/pull/" in url else []
    if place is not None and known and not any(place.is_same(one) for one in known):
        session.warn(f"{url} is of {place.text}, which no remote of this clone leads to; it is recorded all the same")


def ending_of(session: Session, task: Task, opened: Opened, *, archive: bool) -> Ending:
    """The archives of the runs that end with this pull request; one behind a link has none, which is reported."""
    pack = packer(session.workspace, wanted=archive)

    def packed_or_told(run: Run) -> Archive | None:
        try:
            return pack(task, run)
        except Linked as refusal:
            session.warn(f"run {run.id} ends, and none of its files are archived: {refusal.message}")
            return None

    packed = {run.id: packed_or_told(run) for run in active_runs(task, opened.stages)}
    found = {run: archive for run, archive in packed.items() if archive is not None}
    files = {path: blob for each in found.values() for path, blob in each.files.items()}
    return Ending(files, {run: each.tree for run, each in found.items()})


def record_closed_here(session: Session, identity: Identity, url: str, *, reason: str, superseded_by: str) -> Answer:
    """Record that a pull request ended unmerged; its address alone says which task it is of."""
    refuse_text(reason, what="reason")
    address = url if _is_on_record(session, url) else parse_url(url)
    key = _task_of(session, identity, address)
    take_back_landings(session.workspace, key)
    replaced_by = parse_url(superseded_by) if superseded_by else ""
    open_still = landed_elsewhere(session.workspace, require_task(session.store.read().state, key))
    done = record_closed(
        session.store, key, address, reason=reason, replaced_by=replaced_by, open_still=address in open_still
    )
    session.warn(done.warning)
    after = done.snapshot.state.tasks[key]
    pr, changed = after.prs[address], bool(done.events)
    payload = {"task": str(key), "pr": view.pr_json(after, pr, ()), "changed": changed}
    return Answer(payload, lambda: view.closed_page(str(key), pr, changed=changed))


def _is_on_record(session: Session, url: str) -> bool:
    """Whether some task has this very address: whoever recorded it, it can be closed, also one that we would refuse."""
    return any(url in task.prs for task in session.store.read().state.tasks.values())


def _task_of(session: Session, identity: Identity, address: str) -> TaskKey:
    """The task named, else the only one that has the address on record."""
    known = [task for task in session.store.read().state.tasks.values() if address in task.prs]
    if identity.task is not None:
        return identity.task
    if not known:
        raise PrUnknown(f"{shown(address)} is on record for no task", hint="git okstra handoff status", url=address)
    return known[0].key if len(known) == 1 else require_key(session.workspace, identity)
