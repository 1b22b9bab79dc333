"""One task as the board shows it: its stages, who works on them, and what its runs came to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from okstra_git.git.checkouts import clauses_of
from okstra_git.pages.board import BoardStage, BoardTask, Outcome, RunHolder
from okstra_git.porcelain.current_state import LivenessChecker, own_writer
from okstra_git.records.states import recorded_and_planned
from okstra_git.runs.progress import progress_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okstra_git.pages.board import Need
    from okstra_git.porcelain.board.questions import RunQuestions
    from okstra_git.porcelain.status import Survey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.findings import Finding
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Stage, Task

OUTCOMES = 5
"""Runs that ended which a task shows, the newest first."""


class TaskReader:
    """Makes the board's tasks of what a survey saw."""

    def __init__(
        self, workspace: Workspace, seen: Survey, needs: Sequence[Need], questions: Mapping[str, RunQuestions]
    ) -> None:
        self._seen = seen
        self._guard = LivenessChecker(workspace)
        self._own = own_writer(workspace)
        self._questions = questions
        self._needs = Counter(need.task for need in needs)

    def read(self, task: Task) -> BoardTask:
        """The task with its stages; one that is closed as it is on record."""
        report = self._seen.reports.get(task.key)
        findings = {finding.stage: finding for finding in report.findings} if report else {}
        questions = [number for number, finding in findings.items() if finding.kind == "confirm"]
        progress = progress_of(task, undecided=questions)
        workers = tuple(self._worker(run) for run in progress.open_runs)
        by_stage = {worker.stage: worker for worker in reversed(workers) if worker.stage is not None}
        return BoardTask(
            key=str(task.key),
            title=task.title or (task.stages[1].branch if task.is_adopted else ""),
            category=task.category,
            tickets=task.tickets,
            is_open=task.is_open,
            stages=tuple(
                self._stage(task, stage, findings.get(stage.number), by_stage.get(stage.number))
                for stage in recorded_and_planned(task)
            ),
            next_phase=progress.next_phase or "" if task.is_open else "",
            left=progress.left,
            begun_at=task.anchor.range.head if task.anchor else "",
            workers=workers,
            outcomes=tuple(self._outcomes(task)),
            needs=self._needs[str(task.key)],
            touched=task.clock,
        )

    def _worker(self, run: Run) -> RunHolder:
        life, holder = self._guard.life_of(run), run.holder
        return RunHolder(
            run=run.id,
            phase=run.task_type,
            stage=run.stage,
            name=holder.name if holder else "",
            host=holder.host if holder else "",
            pid=holder.pid if holder else None,
            is_alive=life.is_live,
            why=life.why,
            since=run.touched,
            clone=run.writer,
            is_own=run.writer == self._own,
        )

    def _stage(self, task: Task, stage: Stage, finding: Finding | None, worker: RunHolder | None) -> BoardStage:
        checkout = self._seen.checkouts.get((task.key, stage.number))
        place = task.places.get(f"stage-{stage.number}")
        is_placed = place is not None and place.status == "active"
        moved_back = finding is not None and finding.kind == "restored" and finding.new is not None
        recorded = stage.range.head if stage.range else ""
        return BoardStage(
            number=stage.number,
            title=stage.title,
            depends_on=stage.depends_on,
            state=stage.status,
            finding=("ok" if moved_back else finding.kind) if finding else None,
            reason=finding.reason if finding and finding.is_stale else "",
            branch=stage.branch,
            commit=finding.new.head if finding and moved_back and finding.new else recorded,
            subject=stage.range.subject if stage.range else "",
            worktree=str(place.worktree or "") if place and is_placed else "",
            open_work=", ".join(clauses_of(checkout, stage.branch)) if checkout else "",
            needs_verification=stage.verified is not None and not stage.is_verified and not stage.landed,
            is_released=place is not None and not is_placed,
            moves=len(stage.trail),
            last_proof=stage.trail[-1].proof if stage.trail else "",
            landed_in=stage.landing.target if stage.landing else "",
            worker=worker,
        )

    def _outcomes(self, task: Task) -> list[Outcome]:
        """The runs that ended last, each with the verdict of its report."""
        ended = sorted((run for run in task.runs.values() if not run.is_active), key=lambda run: run.id, reverse=True)
        accepted = _verdicts(task)
        return [self._outcome(run, accepted) for run in ended[:OUTCOMES]]

    def _outcome(self, run: Run, accepted: Mapping[str, str]) -> Outcome:
        asked = self._questions.get(run.id)
        return Outcome(
            run=run.id,
            phase=run.task_type,
            number=run.seq,
            stage=run.stage,
            status=run.status,
            report=run.report or (asked.report if asked else ""),
            verdict=(run.conclusion.verdict if run.conclusion else "") or accepted.get(run.report, ""),
            next_phase=run.next_phase,
            ended=run.ended,
            questions=len(asked.needs) if asked else 0,
        )


def _verdicts(task: Task) -> dict[str, str]:
    """Path of a report -> the verdict that it was recorded with as a verification."""
    verifications = [*(stage.verified for stage in task.stages.values()), *task.verifications.values()]
    return {seen.report: seen.verdict for seen in verifications if seen is not None and seen.report}
