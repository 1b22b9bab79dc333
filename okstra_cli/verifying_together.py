"""Records a verification of the whole task: finds the run that made it and what was put together for that run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.handing import settle_first
from okstra_cli.output import Answer
from okstra_cli.verifying import clean_line, papers_of, read_evidence_file, refuse_dirty
from okstra_cli.views import together as view
from okstra_git.git.objects import tree_of
from okstra_git.git.revisions import printed_recorded, require_named
from okstra_git.git.worktrees import find_worktree
from okstra_git.handoff.evidence import read_evidence
from okstra_git.handoff.recording import TreeDiffers
from okstra_git.handoff.recording_together import (
    VerifiedTogether,
    record_verified_together,
    require_assembling_run,
)
from okstra_git.names import CommitId
from okstra_git.records.stage import Check
from okstra_git.store.ownership import OwnWorktrees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.session import Session
    from okstra_git.names import TaskKey
    from okstra_git.records.handoff import Assembly
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


def record_whole_task_here(
    session: Session, key: TaskKey, *, report: str, data: str, commit: str | None, again: bool = False
) -> Answer:
    """Record an accepted verification of the task's stages together; `again`: its documents may be those of another."""
    task, _ = settle_first(session, key)
    report_bytes, report_source = read_evidence_file(session, report, what="report")
    data_bytes, data_source = read_evidence_file(session, data, what="data")
    said = report_bytes.decode("utf-8", "replace")
    evidence = read_evidence(data_bytes, name=data_source.path, stage=None, report=said)
    warnings = [clean_line(session, one.message) for one in evidence.warnings]
    run = require_assembling_run(task, evidence.run)
    assert run.assembled is not None
    _require_same_tree(session, task, run, run.assembled, commit, papers_of(session, report, data))
    checks = tuple(Check(command=clean_line(session, one.command), exit_code=one.exit_code) for one in evidence.checks)
    found = VerifiedTogether(run.id, run.assembled, checks, evidence.database, report_source, data_source,
                             again=again)  # fmt: skip
    done = record_verified_together(session.store, key, found)
    for sentence in (*warnings, done.warning):
        session.warn(sentence)
    after, changed = done.snapshot.state.tasks[key], bool(done.events)
    recorded = after.verifications[run.assembled.id]
    base = printed_recorded(session.git, recorded.assembled.base_ref)
    return Answer(
        view.verified_json(after, recorded, changed=changed, warnings=warnings),
        lambda: view.verified_page(after, recorded, changed=changed, printed=base),
    )


def _require_same_tree(
    session: Session, task: Task, run: Run, assembly: Assembly, commit: str | None, papers: Sequence[Path]
) -> None:
    """What was verified is what was put together: the commit named, else what the run's worktree has checked out."""
    if commit is not None:
        seen = require_named(session.git, commit, what="the verified commit").commit
    else:
        path = OwnWorktrees(session.git).path_of_run(task, run) if run.worktree else None
        here = find_worktree(session.git, path) if path is not None else None
        if here is None or here.head is None or not here.path.is_dir():
            return  # given back: what was put together is on record
        way_out = "a change belongs in a stage; take away what lies there, or verify again"
        refuse_dirty(session, here, f"what was put together for run {run.id}", way_out, papers)
        seen = CommitId(here.head)
    key = str(task.key)
    if seen != assembly.commit and tree_of(session.git, seen) != assembly.tree:
        raise TreeDiffers(
            f"what was verified ({seen[:10]}) has another tree than what was put together for run {run.id} "
            f"({assembly.commit[:10]})",
            hint=f"a change belongs in a stage; then verify again: git okstra run prepare --task-key {key} "
            "--task-type final-verification",
            verified_tree=tree_of(session.git, seen),
            recorded_tree=assembly.tree,
        )
