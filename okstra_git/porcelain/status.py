"""Everything `status` shows, gathered in one pass over the state and one look at the refs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from okstra_git.commands import word
from okstra_git.git.discovery import hidden_main
from okstra_git.porcelain.current_state import LivenessChecker, own_writer, standing_state
from okstra_git.porcelain.follow import judge_each, make_judge, process_pending_events, read_hints
from okstra_git.porcelain.landings import missed_landings, missed_sentence
from okstra_git.porcelain.open_work import open_problems
from okstra_git.porcelain.workspace import NOT_SET_UP, StatusProblem
from okstra_git.reconcile.findings import Report
from okstra_git.records.runs import UNCHECKED
from okstra_git.stages.worktrees import see_stages
from okstra_git.store.clone import WriterDamaged, look_for_writer
from okstra_git.store.drift import find_astray, find_lost
from okstra_git.store.registry import branch_clashes, require_task
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_git.git.checkouts import Checkout
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import State, Task
    from okstra_git.runs.leases import Lease
    from okstra_git.store.snapshot import Snapshot


@dataclass(frozen=True)
class Survey:
    """What was found: tasks in key order, their reports and leases by key, and every problem.

    `checkouts` are the worktrees of their stages, as they are on disk.
    """

    project: str | None
    writer: str | None
    tasks: list[Task]
    reports: dict[TaskKey, Report]
    leases: dict[TaskKey, tuple[Lease, ...]]
    problems: list[StatusProblem]
    checkouts: dict[tuple[TaskKey, int], Checkout]


def survey_all(workspace: Workspace, *, only: TaskKey | None, with_closed: bool) -> Survey:
    """Judge every open task (or the one named) as it stands now; records nothing that no hook reported."""
    process_pending_events(workspace)
    snapshot = workspace.store.read()
    state = standing_state(workspace, snapshot.state)
    tasks = _chosen(state, only, with_closed=with_closed)
    judge = make_judge(workspace, state, hints=read_hints(workspace))
    judged, failed = judge_each(judge, tasks)
    reports = {report.task: report for report in judged}
    writer, damaged = look_for_writer(workspace.git)
    guard = LivenessChecker(workspace)
    problems = [*_stored(snapshot, writer, damaged), *(p for task in tasks for p in _of_task(task, reports[task.key]))]
    asked = {(problem.task, problem.stage) for problem in problems if problem.code == "stage.stale"}
    problems += [
        StatusProblem(failure.code, failure.message, failure.hint, str(key)) for key, failure in failed.items()
    ]
    problems += _astray(workspace, state, tasks, asked)
    problems += [problem for task in tasks for problem in (*_dead_runs(guard, task), *_doubtful_runs(task))]
    checkouts = see_stages(workspace.git, [task for task in tasks if task.is_open])
    problems += [problem for task in tasks for problem in _open_work(workspace, task, checkouts)]
    handed = [task for task in tasks if task.groups or task.prs]
    problems += _older(missed_landings(workspace, judge, state, handed)) if handed else []
    leases = {task.key: guard.leases(task) for task in tasks}
    return Survey(workspace.settings.project, writer, tasks, reports, leases, problems, checkouts)


def _chosen(state: State, only: TaskKey | None, *, with_closed: bool) -> list[Task]:
    if only is not None:
        return [require_task(state, only)]
    return [task for task in state.tasks.values() if task.is_open or with_closed]


def _stored(snapshot: Snapshot, writer: str | None, damaged: WriterDamaged | None) -> list[StatusProblem]:
    """Problems of the stored state itself."""
    problems: list[StatusProblem] = []
    if damaged is not None:
        problems.append(StatusProblem(damaged.code, damaged.message, damaged.hint))
    elif writer is None:
        problems.append(NOT_SET_UP)
    problems += [StatusProblem(p.code, p.message, p.hint) for p in snapshot.problems]
    release = "git okstra stage release N --task-key KEY"
    problems += [StatusProblem("branch.contested", sentence, release) for sentence in branch_clashes(snapshot.state)]
    return problems


def _of_task(task: Task, report: Report) -> list[StatusProblem]:
    key = str(task.key)
    problems = [StatusProblem("state.conflict", sentence, "git okstra log " + key, key) for sentence in task.conflicts]
    for finding in report.items:
        is_question = finding.kind == "confirm"
        code = "stage.stale" if is_question else "stage.moved"
        command = f"git okstra reconcile --task-key {key} " + ("--check" if is_question else "--apply")
        problems.append(StatusProblem(code, finding.reason, command, key, finding.stage))
    if report.anchor is not None and report.anchor.status != "ok":
        code = "anchor.unresolvable" if report.anchor.status == "unresolvable" else "anchor.moved"
        check = f"git okstra reconcile --task-key {key} --check"
        problems.append(StatusProblem(code, report.anchor.reason, check, key))
    return problems


def _open_work(
    workspace: Workspace, task: Task, checkouts: Mapping[tuple[TaskKey, int], Checkout]
) -> Iterator[StatusProblem]:
    for stage in task.stages.values():
        checkout = checkouts.get((task.key, stage.number))
        if checkout is not None:
            yield from open_problems(workspace.git, task, stage, checkout)


def _older(missed: Mapping[TaskKey, Iterable[dict[str, Any]]]) -> Iterator[StatusProblem]:
    """Stages of which a target has an older version than the recorded one."""
    for facts in (arrival for arrivals in missed.values() for arrival in arrivals if arrival["why"] == "landed-older"):
        key = facts["task"].replace("/", ":")
        hint = f"git okstra stage show {facts['stage']} --task-key {key}"
        yield StatusProblem("stage.landed-older", missed_sentence(facts), hint, key, facts["stage"])


def _astray(
    workspace: Workspace, state: State, tasks: list[Task], asked: Collection[tuple[str | None, int | None]]
) -> Iterator[StatusProblem]:
    """Worktrees and branches that are not where they belong, as doctor finds them; no branch of a stage in `asked`."""
    writer, keys = own_writer(workspace), {task.key for task in tasks}
    for hidden in hidden_main(workspace.git.configuration, workspace.git.common_dir):
        yield StatusProblem("config.main-worktree", hidden.sentence, hidden.remedy)
    for row in find_astray(workspace.git, state, writer):
        if row.task.key in keys:
            yield StatusProblem(row.code, row.message, row.line, str(row.task.key))
    for lost in find_lost(workspace.git, state, writer):
        if lost.task.key in keys and (str(lost.task.key), lost.stage.number) not in asked:
            yield StatusProblem(lost.code, lost.message, lost.line, str(lost.task.key), lost.stage.number)


def _doubtful_runs(task: Task) -> Iterator[StatusProblem]:
    """What nobody checked of the newest run of each phase and stage, and what it claims that was not so."""
    newest = {(run.task_type, run.stage): run for run in sorted(task.runs.values(), key=lambda run: run.id)}
    for run in newest.values() if task.is_open else ():
        hint, about = f"git okstra validate run {word(run.id)}", (str(task.key), run.stage, run.id)
        if run.validation == UNCHECKED:
            message = f"run {run.id} ({run.task_type}) was finished unchecked: nobody validated what it left"
            yield StatusProblem("run.unchecked", message, hint, *about)
        differing = [each for each in run.replay.commands if each.is_run and not each.is_held] if run.replay else []
        if differing:
            message = f"{counted(len(differing), 'command')} of run {run.id} ended otherwise than its documents claim"
            yield StatusProblem("run.false-claim", message, f"{hint} --replay", *about)


def _dead_runs(guard: LivenessChecker, task: Task) -> Iterator[StatusProblem]:
    """Active runs whose holder is gone; they block nothing."""
    for run in task.runs.values():
        life = guard.life_of(run) if run.is_active else None
        if life is None or life.is_live:
            continue
        subject = "the prepare of run" if run.status == "preparing" else "run"
        message = f"{subject} {run.id} ({run.task_type}) is dead: {life.why}"
        hint = f"git okstra run resume {word(run.id)} --explain"
        yield StatusProblem("run.dead", message, hint, str(task.key), run.stage, run.id)
