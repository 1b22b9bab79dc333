"""What the handoff commands share and do: which task, which stages, what may leave, assembling, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.views import handed
from okstra_cli.views import handoff as view
from okstra_git.commands import option
from okstra_git.errors import UsageError
from okstra_git.git.history import contains
from okstra_git.git.objects import tree_of
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import upstream_of
from okstra_git.git.revisions import BRANCH, FETCHED, Named, printed_name, printed_recorded, require_named
from okstra_git.handoff.assembly import GroupConflict, Wanted, assemble
from okstra_git.handoff.eligibility import judge_stages
from okstra_git.handoff.grouping import Pair, suggest_groups
from okstra_git.handoff.together import list_relied, told_other_tree
from okstra_git.names import StageNumber, TaskKey, make_task_key, parse_stage, shown
from okstra_git.paths import OKSTRA
from okstra_git.porcelain.base_contents import in_base, in_usual_bases, landed_elsewhere, with_dependencies
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.follow import follow_history, judge_each, make_judge, read_hints
from okstra_git.porcelain.landings import note_landings
from okstra_git.porcelain.task_lookup import find_key, require_key, say_which, worktree_root
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.records.states import State, Task


def handoff_key(session: Session, identity: Identity, *, aloud: bool = False) -> TaskKey:
    """The task: as named, by what lives here, by the plan's path, by the folder of its runs, or the only open one."""
    key = _key_of_flags(session, identity)
    if key is None:
        return require_key(session.workspace, identity, aloud=aloud)
    if aloud:
        say_which(session.workspace, identity, key)
    return key


def _key_of_flags(session: Session, identity: Identity) -> TaskKey | None:
    return find_key(session.workspace, identity) or _key_of_plan(session, identity) or _key_of_folder(identity)


def _key_of_plan(session: Session, identity: Identity) -> TaskKey | None:
    """The one open task whose approved plan lies at this path."""
    if not identity.approved_plan:
        return None
    wanted = (session.cwd / identity.approved_plan).as_posix()
    tasks = session.store.read().state.tasks.values()
    found = [task for task in tasks if task.is_open and task.plan and wanted.endswith("/" + task.plan.path)]
    return found[0].key if len(found) == 1 else None


def _key_of_folder(identity: Identity) -> TaskKey | None:
    """The task in whose folder, `.okstra/tasks/<project>/<group>/<task>/…`, the old flags point."""
    for said in (identity.plan_run_root, identity.approved_plan):
        parts = Path(said or "").parts
        for place, part in enumerate(parts):
            if part == OKSTRA and parts[place + 1 : place + 2] == ("tasks",) and len(parts) >= place + 5:
                return make_task_key(*parts[place + 2 : place + 5])
    return None


def parse_stages(text: str) -> tuple[StageNumber, ...]:
    """The numbers in `2,3`, ascending and each once; blanks are forgiven, nothing else is."""
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise UsageError(f"{shown(text)} lists no stages", hint="--stages 2,3")
    return tuple(sorted({parse_stage(word) for word in words}))


def settle_first(session: Session, key: TaskKey) -> tuple[Task, dict[int, str]]:
    """Follow what is proven, note what landed, and say which stages' histories need a person, and why."""
    note_landings(session.workspace, key)
    state = session.store.read().state
    followed = follow_history(session.workspace, [require_task(state, key)], state=state)
    return standing_state(session.workspace, followed.state).tasks[key], followed.questions(key)


def eligible_here(session: Session, key: TaskKey, *, base: str | None, forecast: bool) -> Answer:
    """Every stage with its reasons, and suggested groups; for a base, or each for the branch it was begun on."""
    task, stale = settle_first(session, key)
    base = require_named(session.git, base, what="the base").name if base is not None else None
    landed = [number for number, stage in task.stages.items() if stage.landed]
    held = (
        in_base(session.workspace, task, base, landed) if base is not None else in_usual_bases(session.workspace, task)
    )
    printed = partial(printed_recorded, session.git)
    standings = judge_stages(task, stale=stale, arrived=held.whole, printed=printed)
    _note_unrecorded(session, task, standings)
    ready = [number for number, standing in standings.items() if standing.is_eligible]
    clashes = _clashes(session, task) if forecast and len(ready) > 1 else {}
    suggestion = suggest_groups(standings, clashes.keys())
    return Answer(
        view.eligible_json(key, standings, suggestion, clashes, base=base),
        lambda: view.eligible_page(key, standings, suggestion, clashes, base=base, printed=printed),
    )


def _clashes(session: Session, task: Task) -> dict[Pair, list[str]]:
    """Pairs of the task's live stages that would conflict as they are now, with the paths."""
    from okstra_git.porcelain.forecast import forecast_tasks

    found: dict[Pair, list[str]] = {}
    for clash in forecast_tasks(session.workspace, [task]).conflicts:
        found.setdefault(Pair((clash.one[1], clash.other[1])), []).append(clash.path)
    return found


def assemble_here(
    session: Session,
    key: TaskKey,
    stages: tuple[StageNumber, ...],
    *,
    base: str,
    branch: str | None,
    with_worktree: bool,
    update: bool,
    dry_run: bool,
) -> Answer:
    """Assemble, or say what contradicts; the answer to a conflict is an answer, with exit status 2."""
    task, stale = settle_first(session, key)
    named = require_named(session.git, base, what="the base")
    base = named.name
    _note_unrecorded(session, task, stages)
    path = worktree_root(session.workspace, key) / f"group-{'-'.join(map(str, stages))}" if with_worktree else None
    wanted = Wanted(key, stages, base, branch, path, update)
    _note_behind(session, named)
    held = in_base(session.workspace, task, base, with_dependencies(task, stages))
    try:
        done = assemble(session.store, wanted, stale=stale, held=held, dry_run=dry_run)
    except GroupConflict as refusal:
        conflict = refusal
        return Answer(view.conflict_json(conflict), lambda: view.conflict_page(conflict, base), error=conflict)
    session.warn(done.warning)
    for number, upto in sorted((number, upto) for number, upto in held.upto.items() if number in stages):
        far = "all of it" if number in held.whole else f"up to {upto[:10]}"
        session.note(f"{base} has stage {number} already, {far}; only the rest is put on")
    for each in list_relied(done.task, stages):
        if apart := told_other_tree(each, done.tree):
            session.note(apart)
    if done.tree == tree_of(session.git, done.base):
        session.note(f"the group changes nothing on {base}, so there is nothing to publish")
    return Answer(
        view.assembled_json(done, held.upto, dry_run=dry_run),
        lambda: view.assembled_page(key, done, base, dry_run=dry_run),
    )


def _note_unrecorded(session: Session, task: Task, stages: Iterable[int]) -> None:
    """Commits on a stage's branch that nobody recorded stay behind when the stage leaves."""
    branches = [stage.branch for stage in task.stages.values()]
    for number in stages:
        stage = task.stages.get(number)
        if stage is None or stage.range is None or stage.landed or branches.count(stage.branch) > 1:
            continue
        tip = find_quietly(session.git, f"refs/heads/{stage.branch}")
        if tip is not None and tip != stage.range.head and contains(session.git, tip, stage.range.head):
            session.note(
                f"branch {stage.branch} goes on after what stage {number} is recorded at; that part stays behind"
            )


def _note_behind(session: Session, base: Named) -> None:
    """A base whose upstream has moved on is a common slip after a fetch without a pull."""
    upstream = upstream_of(session.git, base.ref.removeprefix(BRANCH)) if base.ref.startswith(BRANCH) else None
    tip = find_quietly(session.git, upstream) if upstream else None
    if upstream is not None and tip is not None and tip != base.commit and contains(session.git, tip, base.commit):
        far = option("--base", printed_name(session.git, upstream))
        session.note(f"{base.name} is behind {upstream.removeprefix(FETCHED)}; {far} assembles on that")


def status_here(session: Session, identity: Identity) -> Answer:
    """Groups and pull requests of the task named, or of every open one."""
    key = _key_of_flags(session, identity)
    note_landings(session.workspace, key)
    state = standing_state(session.workspace)
    tasks = [require_task(state, key)] if key is not None else _handing(state)
    stale = _undecided(session, state, [task for task in tasks if task.groups])
    seen = [(task, landed_elsewhere(session.workspace, task), stale.get(task.key, {})) for task in tasks]
    return Answer({"tasks": [handed.status_json(session.git, *each) for each in seen]},
                  lambda: handed.status_page(session.git, seen))  # fmt: skip


def _undecided(session: Session, state: State, tasks: list[Task]) -> dict[TaskKey, dict[int, str]]:
    """Task -> stage -> why only a person can say which commit it is now."""
    if not tasks:
        return {}
    reports, failed = judge_each(make_judge(session.workspace, state, hints=read_hints(session.workspace)), tasks)
    for refusal in failed.values():
        session.warn(refusal.message)
    return {report.task: {one.stage: one.reason for one in report.confirms} for report in reports}


def _handing(state: State) -> list[Task]:
    return [task for task in state.tasks.values() if task.is_open and (task.groups or task.prs)]
