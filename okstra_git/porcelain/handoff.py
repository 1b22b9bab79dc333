"""The handoff up to publishing: which stages may leave, a group assembled of them, and how groups stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import option
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.history import contains
from okstra_git.git.objects import tree_of
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import upstream_of
from okstra_git.git.revisions import BRANCH, FETCHED, Named, printed_name, printed_recorded, require_named
from okstra_git.handoff.assembly import Assembled, AssembleRequest
from okstra_git.handoff.assembly import assemble as assemble_group
from okstra_git.handoff.eligibility import Eligibility, judge_stages, list_relied, other_tree_sentence
from okstra_git.handoff.group_status import GroupView, Leaving, list_groups, list_leaving, next_lines
from okstra_git.handoff.groups import Pair, Suggestion, suggest_groups
from okstra_git.names import StageNumber, TaskKey, make_task_key, parse_stage, quote
from okstra_git.paths import OKSTRA
from okstra_git.porcelain.base_contents import in_base, in_usual_bases, landed_elsewhere, with_dependencies
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.follow import follow_history, judge_each, make_judge, read_hints
from okstra_git.porcelain.landings import note_landings
from okstra_git.porcelain.task_lookup import find_key, require_key, say_which, worktree_root
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import State, Task


# --- which task and which stages are meant


def handoff_key(workspace: Workspace, identity: Identity, *, aloud: bool = False) -> TaskKey:
    """The task: as named, by what lives here, by the plan's path, by the folder of its runs, or the only open one."""
    key = _key_of_flags(workspace, identity)
    if key is None:
        return require_key(workspace, identity, aloud=aloud)
    if aloud:
        say_which(workspace, identity, key)
    return key


def _key_of_flags(workspace: Workspace, identity: Identity) -> TaskKey | None:
    return find_key(workspace, identity) or _key_of_plan(workspace, identity) or _key_of_folder(identity)


def _key_of_plan(workspace: Workspace, identity: Identity) -> TaskKey | None:
    """The one open task whose approved plan is at this path."""
    if not identity.approved_plan:
        return None
    wanted = (workspace.cwd / identity.approved_plan).as_posix()
    tasks = workspace.store.read().state.tasks.values()
    planned = [task for task in tasks if task.is_open and task.plan and wanted.endswith("/" + task.plan.path)]
    return planned[0].key if len(planned) == 1 else None


def _key_of_folder(identity: Identity) -> TaskKey | None:
    """The task in whose folder, `.okstra/tasks/<project>/<group>/<task>/…`, the old flags point."""
    for path in (identity.plan_run_root, identity.approved_plan):
        parts = Path(path or "").parts
        for index, part in enumerate(parts):
            if part == OKSTRA and parts[index + 1 : index + 2] == ("tasks",) and len(parts) >= index + 5:
                return make_task_key(*parts[index + 2 : index + 5])
    return None


def parse_stages(text: str) -> tuple[StageNumber, ...]:
    """The numbers in `2,3`, ascending and each once; blanks are forgiven, nothing else is."""
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise refuse("usage", f"{quote(text)} lists no stages", hint="--stages 2,3")
    return tuple(sorted({parse_stage(word) for word in words}))


def settle_first(workspace: Workspace, key: TaskKey) -> tuple[Task, dict[int, str]]:
    """Follow what is proven, note what landed, and say which stages' histories need a person, and why."""
    note_landings(workspace, key)
    state = workspace.store.read().state
    followed = follow_history(workspace, [require_task(state, key)], state=state)
    return standing_state(workspace, followed.state).tasks[key], followed.questions(key)


# --- eligible


@dataclass(frozen=True)
class EligibleStages:
    """Every stage of a task with its reasons, groups that can leave together, and pairs that would conflict.

    `base` is the branch that was named; None: each stage is judged for the branch that it was begun on. `is_adopted`:
    the task is a branch, which leaves as it is.
    """

    key: TaskKey
    base: str | None
    stages: Mapping[int, Eligibility]
    suggestion: Suggestion
    conflicts: Mapping[Pair, Sequence[str]]
    is_adopted: bool = False


def list_eligible(workspace: Workspace, key: TaskKey, *, base: str | None, forecast: bool) -> EligibleStages:
    """Which stages may leave for a base, or each for the branch it was begun on; records what is proven first."""
    task, stale = settle_first(workspace, key)
    base = require_named(workspace.git, base, what="the base").name if base is not None else None
    landed = [number for number, stage in task.stages.items() if stage.landed]
    contained = in_base(workspace, task, base, landed) if base is not None else in_usual_bases(workspace, task)
    printed = partial(printed_recorded, workspace.git)
    judged = judge_stages(task, stale=stale, arrived=contained.whole, printed=printed)
    _note_unrecorded(workspace, task, judged)
    ready = [number for number, eligibility in judged.items() if eligibility.is_eligible]
    conflicts = _conflicts_ahead(workspace, task) if forecast and len(ready) > 1 else {}
    return EligibleStages(
        key, base, judged, suggest_groups(judged, conflicts.keys()), conflicts, is_adopted=task.is_adopted
    )


def _conflicts_ahead(workspace: Workspace, task: Task) -> dict[Pair, list[str]]:
    """Pairs of the task's live stages that would conflict as they are now, with the paths."""
    from okstra_git.porcelain.forecast import forecast_tasks  # compares every two stages, which few commands do

    paths: dict[Pair, list[str]] = {}
    for conflict in forecast_tasks(workspace, [task]).conflicts:
        paths.setdefault(Pair((conflict.one[1], conflict.other[1])), []).append(conflict.path)
    return paths


# --- assemble


@dataclass(frozen=True)
class AssembledGroup:
    """A group as it stands now, the base as it was named, and by stage the commit up to which the base has it."""

    group: Assembled
    base: str
    upto: Mapping[int, str]


def assemble(
    workspace: Workspace,
    key: TaskKey,
    stages: tuple[StageNumber, ...],
    *,
    base: str,
    branch: str | None,
    with_worktree: bool,
    update: bool,
    dry_run: bool,
) -> AssembledGroup:
    """Merge the stages onto the base, as a branch and if wanted a worktree; `update` adds to an open pull request.

    Raises GroupConflict, with every contradiction, where the stages do not fit together.
    """
    task, stale = settle_first(workspace, key)
    named = require_named(workspace.git, base, what="the base")
    _note_unrecorded(workspace, task, stages)
    path = worktree_root(workspace, key) / f"group-{'-'.join(map(str, stages))}" if with_worktree else None
    wanted = AssembleRequest(key, stages, named.name, branch, path, update)
    _note_behind(workspace, named)
    contained = in_base(workspace, task, named.name, with_dependencies(task, stages))
    group = assemble_group(workspace.store, wanted, stale=stale, held=contained, dry_run=dry_run)
    workspace.warn(group.warning)
    for number, upto in sorted((number, upto) for number, upto in contained.upto.items() if number in stages):
        far = "all of it" if number in contained.whole else f"up to {upto[:10]}"
        workspace.note(f"{named.name} has stage {number} already, {far}; only the rest is put on")
    for verification in list_relied(group.task, stages):
        if remark := other_tree_sentence(verification, group.tree):
            workspace.note(remark)
    if group.tree == tree_of(workspace.git, group.base):
        workspace.note(f"the group changes nothing on {named.name}, so there is nothing to publish")
    return AssembledGroup(group, named.name, contained.upto)


def _note_unrecorded(workspace: Workspace, task: Task, stages: Iterable[int]) -> None:
    """Commits on a stage's branch that are not recorded stay behind when the stage leaves."""
    branches = [stage.branch for stage in task.stages.values()]
    for number in stages:
        stage = task.stages.get(number)
        if stage is None or stage.range is None or stage.landed or branches.count(stage.branch) > 1:
            continue
        tip = find_quietly(workspace.git, f"refs/heads/{stage.branch}")
        if tip is not None and tip != stage.range.head and contains(workspace.git, tip, stage.range.head):
            workspace.note(
                f"branch {stage.branch} goes on after what stage {number} is recorded at; that part stays behind"
            )


def _note_behind(workspace: Workspace, base: Named) -> None:
    """A base whose upstream has moved on is a common slip after a fetch without a pull."""
    upstream = upstream_of(workspace.git, base.ref.removeprefix(BRANCH)) if base.ref.startswith(BRANCH) else None
    tip = find_quietly(workspace.git, upstream) if upstream else None
    if upstream is not None and tip is not None and tip != base.commit and contains(workspace.git, tip, base.commit):
        far = option("--base", printed_name(workspace.git, upstream))
        workspace.note(f"{base.name} is behind {upstream.removeprefix(FETCHED)}; {far} assembles on that")


# --- status


@dataclass(frozen=True)
class GroupStatus:
    """A group as it stands, what of each stage leaves with it, and the commands that repair what changed.

    `leaving` is None where nothing leaves any more, or where it cannot be read.
    """

    view: GroupView
    leaving: list[Leaving] | None
    next_lines: tuple[str, ...]


@dataclass(frozen=True)
class HandoffStatus:
    """One task's groups and pull requests; those in `elsewhere` (ids, addresses) landed where they do not go to."""

    task: Task
    elsewhere: Collection[str]
    groups: tuple[GroupStatus, ...]


def list_status(workspace: Workspace, identity: Identity) -> list[HandoffStatus]:
    """Groups and pull requests of the task named, or of every open task that has any."""
    key = _key_of_flags(workspace, identity)
    note_landings(workspace, key)
    state = standing_state(workspace)
    tasks = [require_task(state, key)] if key is not None else _with_handoff(state)
    stale = _undecided(workspace, state, [task for task in tasks if task.groups])
    return [_status_of(workspace, task, stale.get(task.key, {})) for task in tasks]


def _with_handoff(state: State) -> list[Task]:
    return [task for task in state.tasks.values() if task.is_open and (task.groups or task.prs)]


def _undecided(workspace: Workspace, state: State, tasks: list[Task]) -> dict[TaskKey, dict[int, str]]:
    """Task -> stage -> why only a person can say which commit it is now."""
    if not tasks:
        return {}
    reports, failed = judge_each(make_judge(workspace, state, hints=read_hints(workspace)), tasks)
    for refusal in failed.values():
        workspace.warn(refusal.message)
    return {report.task: {finding.stage: finding.reason for finding in report.confirms} for report in reports}


def _status_of(workspace: Workspace, task: Task, stale: Mapping[int, str]) -> HandoffStatus:
    elsewhere, git = landed_elsewhere(workspace, task), workspace.git
    groups = [
        GroupStatus(view, _leaving(workspace, task, view), next_lines(git, task, view))
        for view in list_groups(git, task, elsewhere, stale)
    ]
    return HandoffStatus(task, elsewhere, tuple(groups))


def _leaving(workspace: Workspace, task: Task, view: GroupView) -> list[Leaving] | None:
    try:
        return list_leaving(workspace.git, task, view.group) if view.state in ("assembled", "in-pr") else None
    except OkstraError:
        return None
