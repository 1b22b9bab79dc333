"""What a prepare refuses before anything is claimed, besides documents that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.git.objects import find_entry
from okstra_git.git.revisions import require_named
from okstra_git.plans.drift import Drift, drifted_files
from okstra_git.porcelain.prepare.documents import carry_for
from okstra_git.store.registry import require_stage

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.porcelain.prepare.documents import Documents
    from okstra_git.records.runs import Plan
    from okstra_git.records.states import Task
    from okstra_git.stages.base import StageBase


def check_request(context: PrepareContext, task: Task) -> None:
    """Refuse links where okstra's own files go, a base that names nothing, and a stage that is not to be looked at."""
    request, project = context.request, context.project
    files, run = Root(project.root), project.task(context.key).run(request.phase.name, request.stage)
    files.require_plain_way(project.task_catalogue, *run.categories)
    if request.base_ref is not None:
        require_named(context.workspace.git, request.base_ref, what="the base")
    if request.stage is not None and not request.phase.has_worktree:
        _require_done(task, request.stage)


def _require_done(task: Task, number: int) -> None:
    """Only what has ended on a commit can be verified by itself."""
    if require_stage(task, number).range is None:
        key = str(task.key)
        raise refuse(
            "stage.not-done",
            f"stage {number} of {key} is not done, so there is nothing to verify yet",
            hint=f"git okstra stage done {number} --task-key {key}",
            stage=number,
        )


def check_stage(context: PrepareContext, documents: Documents, task: Task, number: int, beginning: StageBase) -> None:
    """Refuse a stage whose dependencies left no carry, or whose files changed since the plan was approved.

    What finished stages of this plan touched is not a change.
    """
    carry_for(context, documents, task, number)
    record = documents.plan_record
    planned = next((row for row in record.stages if row.number == number), None) if record else None
    if record is None or planned is None or record.commit is None:
        return
    git = context.workspace.git
    own = {path for stage in task.stages.values() if stage.range for path in stage.range.paths}
    drifted = drifted_files(planned.files, _blob_at(git, record.commit), _blob_at(git, beginning.commit), own=own)
    if drifted:
        raise _drifted(context, number, record, drifted)


def _blob_at(git: Git, commit: str) -> Callable[[str], str | None]:
    def blob(path: str) -> str | None:
        entry = find_entry(git, commit, path.rstrip("/").encode())
        return entry[1] if entry else None

    return blob


def _drifted(context: PrepareContext, number: int, record: Plan, drifted: list[Drift]) -> OkstraError:
    key = context.key
    listed = ", ".join(f"{drift.path} ({drift.kind})" for drift in drifted[:5])
    more = f" and {len(drifted) - 5} more" if len(drifted) > 5 else ""
    return refuse(
        "plan.drifted",
        f"files of stage {number} changed since the plan was approved: {listed}{more}",
        hint=f"plan anew with --task-type implementation-planning; or, when the plan still holds: "
        f"git okstra plan approve {word(record.path)} --task-key {key}",
        stage=number,
        files=[drift._asdict() for drift in drifted],
        approved_at=record.commit,
    )
