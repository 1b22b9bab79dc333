"""What the commands about runs share: where the project's documents are, a run's prompt, archives and snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import OkstraError, UsageError
from okstra_git.fs.refusals import NotText, TooLarge
from okstra_git.fs.root import Root
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import shown, shown_path
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.liveness import SESSION_VARIABLE, Guard
from okstra_git.real_paths import real_path

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Holder, Run
    from okstra_git.records.states import Task
    from okstra_git.runs.archive import Archive
    from okstra_git.runs.context import RunContext
    from okstra_git.runs.ending import Ended
    from okstra_git.runs.explain import Advice, RunAdvice
    from okstra_git.runs.snapshots import Snapshot


class ReportMissing(OkstraError):
    """The report that a run is said to have written is not there."""

    code = "report.missing"


class RestorePlace(OkstraError):
    """There is no directory, or no fit one, to put a snapshot into."""

    code = "restore.place"


def project_root(workspace: Workspace) -> Path:
    """The top of the main worktree, where `.okstra/` is; in a bare repository that of the first linked one."""
    trees = [tree.path for tree in list_worktrees(workspace.git) if not tree.is_bare]
    return trees[0] if trees else workspace.git.top


def read_prompt(root: Path, run: Run) -> tuple[Path | None, str | None]:
    """Where the run's lead prompt stands and what it says; None for what is not there."""
    from okstra_git.runs.stored_context import find_context

    context = find_context(root, run)
    if context is None:
        return None, None
    prompt = find_prompt(Root(root), context)
    return (root / context.paths.prompt, prompt) if prompt is not None else (None, None)


def find_prompt(files: Root, context: RunContext) -> str | None:
    """What the lead prompt of a run says; None where it is gone, or not text. Refuses links."""
    try:
        return files.find_text(context.paths.prompt)
    except (NotText, TooLarge):
        return None


def okstra_root(workspace: Workspace) -> Path:
    """As `project_root`, for commands that write below `.okstra/`: refuses one that is a link."""
    root = project_root(workspace)
    Root(root).require_plain_way(ProjectPaths(root).task_catalogue)
    return root


def is_own(workspace: Workspace, run: Run) -> bool:
    """Whether this clone prepared the run, so that its documents and its worktree are here; a run of a log that others
    wrote may name anything."""
    from okstra_git.store.ownership import OwnWorktrees

    return OwnWorktrees(workspace.git).is_own(run)


def packer(workspace: Workspace, *, wanted: bool) -> Callable[[Task, Run], Archive | None]:
    """Packs a run's artifacts for the log, unless that is not wanted; without documents there is nothing to pack.

    Those of another clone's run are there: whatever its record names here is not looked at.
    """
    from okstra_git.runs.archive import pack_run

    def pack(task: Task, run: Run) -> Archive | None:
        if not wanted:
            return None
        if not is_own(workspace, run):
            workspace.note(f"run {run.id} was prepared in another clone; nothing of it is archived here")
            return None
        root, home = okstra_root(workspace), str(workspace.home)
        return pack_run(workspace.git, run, root, task=task.key.slashed, home=home, now=workspace.now())

    return pack


def remind_of_stage(workspace: Workspace, ended: Ended) -> None:
    """Say so when an implementation ends well and its stage has no commit on record, or has work beside that."""
    from okstra_git.git.checkouts import clauses_of
    from okstra_git.runs.leases import GUARDED, finished_stages
    from okstra_git.stages.worktrees import see_stages

    run, key = ended.run, str(ended.task.key)
    if not ended.task.is_open:
        return  # a closed task takes no commit
    if run.task_type != GUARDED or run.status != "finished" or run.stage is None:
        return
    if run.stage not in finished_stages(ended.task):
        workspace.note(
            f"stage {run.stage} is not recorded as done; when it is: "
            f"git okstra stage done {run.stage} --task-key {key} --carry FILE"
        )
    seen = see_stages(workspace.git, [ended.task]).get((ended.task.key, run.stage))
    clauses = clauses_of(seen, ended.task.stages[run.stage].branch) if seen is not None else []
    if seen is not None and clauses:
        workspace.note(f"the worktree {seen.path} of stage {run.stage}: {', '.join(clauses)}; no record has that")


def report_path(workspace: Workspace, text: str) -> str:
    """The report as it is recorded, from the project's root where it lies below; refuses one that is not there."""
    root = project_root(workspace)
    found = next((path for path in (workspace.cwd / text, root / text) if _is_file(path)), None)
    if not text:
        return ""
    if found is None or not text.isprintable():
        raise ReportMissing(
            f"there is no report {shown_path(text)}", hint="write it first, or leave --report out", path=text
        )
    real = real_path(found)
    return real.relative_to(real_path(root)).as_posix() if real.is_relative_to(real_path(root)) else str(real)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def keep_worktree(workspace: Workspace, task: Task, run: Run, reason: str) -> Snapshot | None:
    """Snapshot what lies uncommitted where the run worked; a failure is told only, since nothing is removed."""
    from okstra_git.runs.keeping import snapshot_of_run

    try:
        kept = snapshot_of_run(workspace.git, task, run, reason=reason, now=workspace.now())
    except OkstraError as refusal:
        workspace.warn(f"what lies uncommitted in the run's worktree could not be kept: {refusal.message}")
        return None
    if kept is not None:
        workspace.note(f"what lies uncommitted in {kept.worktree} is kept as snapshot {kept.id}")
        for line in kept.left_out:
            workspace.warn(f"not in the snapshot: {line}")
    return kept


def asked_holder(pid: str | None) -> Holder:
    """The process that leads the run from now on: the one named, or the one that asked for this and stays."""
    from okstra_git.runs.holding import holder_of_pid, lead_holder

    if pid is None:
        return lead_holder()
    if not (pid.isascii() and pid.isdecimal()) or len(pid) > 9:
        raise UsageError(f"{shown(pid)} is not a pid", hint="--holder PID")
    return holder_of_pid(int(pid))


def agent_session(workspace: Workspace) -> str:
    """The session id that the agent gives its commands, if any."""
    told = workspace.environ.get(SESSION_VARIABLE, "")
    return told if told.isprintable() and len(told) <= 200 else ""


def explain_task(workspace: Workspace, task: Task, only: Run | None) -> tuple[list[Advice], list[RunAdvice]]:
    """Each stage of the task and each live run that holds none; of one run when only that is asked for."""
    from okstra_git.porcelain.current_state import standing_state
    from okstra_git.porcelain.follow import make_judge
    from okstra_git.runs.explain import explain, explain_run
    from okstra_git.runs.gathering import gather_facts, gather_plan
    from okstra_git.runs.leases import GUARDED
    from okstra_git.store.writer import find_writer

    guard = Guard(workspace)
    state = standing_state(workspace)
    task = state.tasks.get(task.key, task)
    report = make_judge(workspace, state).judge(task)
    findings = {finding.stage: str(finding.kind) for finding in report.findings}
    facts = gather_facts(workspace.git, task, targets=_targets(workspace), findings=findings)
    active = [run for run in task.runs.values() if run.is_active]
    ours = frozenset(run.id for run in active if run.holder is not None and guard.is_ours(run.holder))
    elsewhere = _elsewhere(workspace, active)
    advice = explain(
        task, task.plan, facts, guard.leases(task), writer=find_writer(workspace.git) or "", ours=ours,
        plan_facts=gather_plan(task.plan, project_root(workspace)), elsewhere=elsewhere,
    )  # fmt: skip
    if only is not None and only.task_type == GUARDED and only.stage is not None:
        of_stage = [one for one in advice if one.stage == only.stage]
        if of_stage:
            return of_stage, []
    rest = [only] if only is not None else [run for run in active if run.task_type != GUARDED]
    told = [
        explain_run(task, run, guard.life_of(run), is_ours=run.id in ours, is_elsewhere=run.id in elsewhere)
        for run in rest
    ]
    return ([] if only is not None else advice), told


def _elsewhere(workspace: Workspace, runs: Iterable[Run]) -> frozenset[str]:
    """Those runs of other clones whose documents are not here; in a copied clone they are."""
    from okstra_git.runs.left_files import Disk

    foreign, disk = [run for run in runs if not is_own(workspace, run)], Disk(project_root(workspace))
    return frozenset(run.id for run in foreign if disk.context(run) is None)


def _targets(workspace: Workspace) -> list[str]:
    from okstra_git.git.upstreams import default_branches

    return [*workspace.settings.target] or default_branches(workspace.git)


def restore_place(workspace: Workspace, snapshot: Snapshot, into: str | None) -> tuple[Path, bool]:
    """Where a snapshot goes, and whether that is a fresh directory: the one named, else the worktree it is of."""
    if into is not None:
        path = workspace.cwd / into
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RestorePlace(f"{path} is not empty", hint="name a new directory with --into", path=str(path))
        return path, True
    known = {str(tree.path) for tree in list_worktrees(workspace.git)}
    if snapshot.worktree not in known or not Path(snapshot.worktree).is_dir():
        raise RestorePlace(
            f"the worktree {snapshot.worktree} is not there any more",
            hint=f"git okstra run restore {word(snapshot.id)} --into DIR",
            path=snapshot.worktree,
        )
    return Path(snapshot.worktree), False
