"""Records a verification, of one stage or of the whole task: reads report and data, and finds what was verified."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused
from okstra_git.git.objects import name_of_blob, tree_of
from okstra_git.git.refs import find_ref
from okstra_git.git.revisions import require_named
from okstra_git.git.unsaved_work import UNCOMMITTED, in_words, read_unsaved_work, ways_out
from okstra_git.git.worktrees import find_worktree, list_worktrees
from okstra_git.handoff.evidence import read_evidence
from okstra_git.handoff.seen_evidence import SeenEvidence, compare_evidence
from okstra_git.handoff.verification import (
    AcceptedReport,
    find_reuse,
    record_verified,
    record_verified_together,
    require_assembling_run,
)
from okstra_git.names import CommitId, quote_path
from okstra_git.paths import real_path
from okstra_git.porcelain.handoff import settle_first
from okstra_git.porcelain.project_files import project_root, read_document_named, recorded_path
from okstra_git.records.runs import Source
from okstra_git.records.stage import Check
from okstra_git.redaction.late import redact
from okstra_git.store.clone import OwnWorktrees
from okstra_git.store.registry import require_stage

if TYPE_CHECKING:
    from okstra_git.git.worktrees import Worktree
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.handoff import Assembly, GroupVerification
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Stage, Task

MAX_DOCUMENT = 16 << 20


@dataclass(frozen=True)
class StageVerification:
    """A stage whose verification is on record now, what was warned of, and which of its checks okstra saw."""

    task: Task
    stage: Stage
    warnings: tuple[str, ...]
    changed: bool
    seen: tuple[bool, ...] = ()


@dataclass(frozen=True)
class TaskVerification:
    """A verification of stages together that is on record now; `warnings` and `seen` are those of one stage."""

    task: Task
    verification: GroupVerification
    warnings: tuple[str, ...]
    changed: bool
    seen: tuple[bool, ...] = ()


def verify_stage(
    workspace: Workspace, key: TaskKey, number: int, *, report: str, data: str, commit: str | None, again: bool = False
) -> StageVerification:
    """Record an accepted verification of one stage; `again`: its documents were recorded for another tree before."""
    task, _ = settle_first(workspace, key)
    stage = require_stage(task, number)
    documents = _read_documents(workspace, report, data, stage=number, again=again)
    verified = _verified_commit(workspace, task, stage, commit, documents.paths)
    evidence = _compare(workspace, documents, stage.range.head_tree, stage.range.head) if stage.range else NOTHING_SEEN
    warnings = (*documents.warnings, *_warn_of_reuse(workspace, key, documents.accepted, stage), *evidence.warnings)
    appended = record_verified(workspace.store, key, number, verified, documents.accepted)
    for sentence in (*warnings, appended.warning):
        workspace.warn(sentence)
    after = appended.task_after(key)
    return StageVerification(after, after.stages[number], warnings, bool(appended.events), evidence.seen)


def verify_task(
    workspace: Workspace, key: TaskKey, *, report: str, data: str, commit: str | None, again: bool = False
) -> TaskVerification:
    """Record an accepted verification of the task's stages together, bound to what was assembled for its run."""
    task, _ = settle_first(workspace, key)
    documents = _read_documents(workspace, report, data, stage=None, again=again)
    run = require_assembling_run(task, documents.run)
    assembly = run.assembled
    assert assembly is not None
    _require_same_tree(workspace, task, run, assembly, commit, documents.paths)
    evidence = _compare(workspace, documents, assembly.tree, assembly.commit)
    warnings = (*documents.warnings, *evidence.warnings)
    appended = record_verified_together(workspace.store, key, run, documents.accepted)
    for sentence in (*warnings, appended.warning):
        workspace.warn(sentence)
    after = appended.task_after(key)
    verification = after.verifications[assembly.id]
    return TaskVerification(after, verification, warnings, bool(appended.events), evidence.seen)


NOTHING_SEEN = SeenEvidence(())


def _compare(workspace: Workspace, documents: _Documents, tree: str, commit: str) -> SeenEvidence:
    """The report's checks beside what okstra saw of this tree; refuses a contradiction."""
    return compare_evidence(
        workspace.git, documents.reported, tree=tree, commit=commit, environ=workspace.environ, now=workspace.now()
    )


# --- report and data


@dataclass(frozen=True)
class _Documents:
    """What report and data say, the run that they are of (empty: none named), and where the two files may lie.

    Everything but `reported`, the checks as the data has them, is without secrets and home paths: it is recorded, and
    what is recorded may be pushed.
    """

    accepted: AcceptedReport
    run: str
    warnings: tuple[str, ...]
    paths: tuple[Path, ...]
    reported: tuple[Check, ...]


def _read_documents(workspace: Workspace, report: str, data: str, *, stage: int | None, again: bool) -> _Documents:
    """The documents of a verification of this stage, or (None) of the whole task; refuses those that do not say so."""
    report_bytes, report_source = _read_document(workspace, report, what="report")
    data_bytes, data_source = _read_document(workspace, data, what="data")
    text = report_bytes.decode("utf-8", "replace")
    evidence = read_evidence(data_bytes, name=data_source.path, stage=stage, report=text)
    folders = (workspace.cwd, project_root(workspace))
    checks = [
        Check(command=_redacted(workspace, check.command), exit_code=check.exit_code) for check in evidence.checks
    ]
    return _Documents(
        AcceptedReport(report_source, data_source, tuple(checks), evidence.database, again=again),
        evidence.run,
        tuple(_redacted(workspace, problem.message) for problem in evidence.warnings),
        tuple(folder / name for folder in folders for name in (report, data)),
        tuple(evidence.checks),
    )


def _read_document(workspace: Workspace, name: str, *, what: str) -> tuple[bytes, Source]:
    """The bytes of a file named on the line, and how it is recorded: relative to the project's root if it is inside."""
    root = project_root(workspace)
    path = workspace.cwd / name if os.path.lexists(workspace.cwd / name) or "\0" in name else root / name
    try:
        content = read_document_named(workspace, str(path) if name else "", limit=MAX_DOCUMENT)
    except PathRefused as refusal:
        raise refuse(
            "report.missing",
            f"the {what} {quote_path(name)} cannot be read: {refusal.message}",
            hint="write it first; name it as a file",
            path=name[:200],
        ) from refusal
    recorded = _redacted(workspace, recorded_path(workspace, path))
    return content, Source(path=recorded, blob=name_of_blob(content))


def _redacted(workspace: Workspace, line: str) -> str:
    return redact(line, home=str(workspace.home)).text


def _warn_of_reuse(workspace: Workspace, key: TaskKey, accepted: AcceptedReport, stage: Stage) -> list[str]:
    """One of the two documents is that of a former verification of the stage: it may be, and is worth a look."""
    if stage.range is None:
        return []
    reuse = find_reuse(
        workspace.git, workspace.store.read(), task=key, stage=stage.number, tree=stage.range.head_tree,
        report=accepted.report.blob, data=accepted.data.blob,
    )  # fmt: skip
    if accepted.again and reuse.elsewhere is not None:
        return [
            f"report and data were recorded for tree {reuse.again[:10]} before; they are recorded again for this one"
        ]
    same = f"the {reuse.part} is the very one that was recorded for stage {stage.number} with other content"
    return [same] if reuse.part else []


# --- what was verified


def _verified_commit(
    workspace: Workspace, task: Task, stage: Stage, commit: str | None, documents: Sequence[Path]
) -> CommitId:
    """The commit named; else what is checked out where the stage lives, else the tip of its branch, else its record."""
    if commit is not None:
        return require_named(workspace.git, commit, what="the verified commit").commit
    tree = _worktree_of(workspace, task, stage)
    if tree is not None and tree.head is not None:
        expected = f"the commit that would be recorded as verified for stage {stage.number}"
        way_out = "commit what belongs to it and record the stage again, or take it away and verify without it"
        _refuse_dirty(workspace, tree, expected, way_out, documents)
        return CommitId(tree.head)
    tip = find_ref(workspace.git, f"refs/heads/{stage.branch}") if stage.branch else None
    recorded = stage.range.head if stage.range is not None else ""
    return tip or CommitId(recorded)


def _worktree_of(workspace: Workspace, task: Task, stage: Stage) -> Worktree | None:
    worktrees = [tree for tree in list_worktrees(workspace.git) if tree.path.is_dir()]
    own = OwnWorktrees(workspace.git).path(task.places.get(f"stage-{stage.number}"))
    path = real_path(own) if own is not None else None
    own_trees = [tree for tree in worktrees if path is not None and real_path(tree.path) == path]
    return next(iter([*own_trees, *(tree for tree in worktrees if tree.branch == stage.branch)]), None)


def _require_same_tree(
    workspace: Workspace, task: Task, run: Run, assembly: Assembly, commit: str | None, documents: Sequence[Path]
) -> None:
    """What was verified is what was assembled: the commit named, else what the run's worktree has checked out."""
    if commit is not None:
        verified = require_named(workspace.git, commit, what="the verified commit").commit
    else:
        path = OwnWorktrees(workspace.git).path_of_run(task, run) if run.worktree else None
        tree = find_worktree(workspace.git, path) if path is not None else None
        if tree is None or tree.head is None or not tree.path.is_dir():
            return  # given back: what was assembled is on record
        way_out = "a change belongs in a stage; take away what lies there, or verify again"
        _refuse_dirty(workspace, tree, f"what was put together for run {run.id}", way_out, documents)
        verified = CommitId(tree.head)
    key = str(task.key)
    if verified != assembly.commit and tree_of(workspace.git, verified) != assembly.tree:
        raise refuse(
            "handoff.tree-differs",
            f"what was verified ({verified[:10]}) has another tree than what was put together for run {run.id} "
            f"({assembly.commit[:10]})",
            hint=f"a change belongs in a stage; then verify again: git okstra run prepare --task-key {key} "
            "--task-type final-verification",
            verified_tree=tree_of(workspace.git, verified),
            recorded_tree=assembly.tree,
        )


def _refuse_dirty(workspace: Workspace, tree: Worktree, expected: str, way_out: str, documents: Sequence[Path]) -> None:
    """Refuse a worktree that differs from the commit: what was verified must be what is recorded.

    Ignored files and caches are not part of a tree, and neither are the report and its data (`documents`). `expected`
    names what should have been verified, `way_out` says what to do.
    """
    own = {os.fsencode(os.path.relpath(real_path(path), real_path(tree.path))) for path in documents}
    uncommitted = read_unsaved_work(workspace.git, tree).of(UNCOMMITTED | {"filtered"})
    changes = [change for change in uncommitted if change.kind != "untracked" or not own.issuperset(change.paths)]
    if changes:
        raise refuse(
            "handoff.tree-differs",
            f"{tree.path} is not {expected}: {in_words(changes)}",
            hint="\n".join([*ways_out(tree.path, changes), f"{way_out}; --commit REF names what was verified"]),
            path=str(tree.path),
            files=sum(change.files for change in changes),
            kinds=[change.kind for change in changes],
        )
