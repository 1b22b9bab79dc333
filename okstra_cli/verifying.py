"""Records a verification: reads report and data, finds what was verified, and binds the two."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.handing import settle_first
from okstra_cli.output import Answer
from okstra_cli.views import handed as view
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import PathRefused
from okstra_git.git.objects import name_of_blob
from okstra_git.git.refs import find_ref
from okstra_git.git.revisions import require_named
from okstra_git.git.unsaved_work import UNCOMMITTED, in_words, read_unsaved_work, ways_out
from okstra_git.git.worktrees import list_worktrees
from okstra_git.handoff.evidence import read_evidence
from okstra_git.handoff.recording import TreeDiffers, Verified, record_verified
from okstra_git.handoff.reuse import find_reuse
from okstra_git.names import CommitId, shown_path
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.porcelain.runs import project_root
from okstra_git.real_paths import real_path
from okstra_git.records.runs import Source
from okstra_git.records.stage import Check
from okstra_git.redaction.late import redact
from okstra_git.store.ownership import OwnWorktrees
from okstra_git.store.registry import require_stage

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.git.worktrees import Worktree
    from okstra_git.names import TaskKey
    from okstra_git.records.states import Stage, Task

MAX_DOCUMENT = 16 << 20


class DocumentMissing(OkstraError):
    """The report or its data is not there, or cannot be read."""

    code = "report.missing"


def record_verified_here(
    session: Session, key: TaskKey, number: int, *, report: str, data: str, commit: str | None, again: bool = False
) -> Answer:
    """Record an accepted verification of one stage; `again`: its documents were recorded for another tree before."""
    task, _ = settle_first(session, key)
    stage = require_stage(task, number)
    report_bytes, report_source = read_evidence_file(session, report, what="report")
    data_bytes, data_source = read_evidence_file(session, data, what="data")
    said = report_bytes.decode("utf-8", "replace")
    evidence = read_evidence(data_bytes, name=data_source.path, stage=number, report=said)
    warnings = [clean_line(session, one.message) for one in evidence.warnings]
    papers = papers_of(session, report, data)
    what = _what_was_verified(session, task, stage, commit, papers)
    checks = tuple(Check(command=clean_line(session, one.command), exit_code=one.exit_code) for one in evidence.checks)
    found = Verified(number, what, checks, evidence.database, report_source, data_source, again=again)
    warnings += _warn_of_reuse(session, key, found, stage)
    done = record_verified(session.store, key, found)
    for sentence in (*warnings, done.warning):
        session.warn(sentence)
    after = done.snapshot.state.tasks[key]
    changed = bool(done.events)
    return Answer(
        view.verified_json(after, after.stages[number], changed=changed, warnings=warnings),
        lambda: view.verified_page(after, after.stages[number], changed=changed),
    )


def _warn_of_reuse(session: Session, key: TaskKey, found: Verified, stage: Stage) -> list[str]:
    """One of the two documents is that of a former verification of the stage: it may be, and is worth a look."""
    if stage.range is None:
        return []
    snapshot = session.store.read()
    reuse = find_reuse(
        session.git, snapshot, task=key, stage=found.stage, tree=stage.range.head_tree,
        report=found.report.blob, data=found.data.blob,
    )  # fmt: skip
    if found.again and reuse.elsewhere is not None:
        return [
            f"report and data were recorded for tree {reuse.again[:10]} before; they are recorded again for this one"
        ]
    told = f"the {reuse.part} is the very one that was recorded for stage {found.stage} with other content"
    return [told] if reuse.part else []


def read_evidence_file(session: Session, text: str, *, what: str) -> tuple[bytes, Source]:
    """The bytes of a file named on the line, and how it is recorded: from the project's root where it lies below."""
    root = project_root(session.workspace)
    path = session.cwd / text if os.path.lexists(session.cwd / text) or "\0" in text else root / text
    try:
        content = read_document_named(session.workspace, str(path) if text else "", limit=MAX_DOCUMENT)
    except PathRefused as refusal:
        raise DocumentMissing(
            f"the {what} {shown_path(text)} cannot be read: {refusal.message}",
            hint="write it first; name it as a file",
            path=text[:200],
        ) from refusal
    told = clean_line(session, _recorded_path(real_path(path), real_path(root)))
    return content, Source(path=told, blob=name_of_blob(content))


def _recorded_path(path: Path, root: Path) -> str:
    told = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return told.encode("utf-8", "backslashreplace").decode()


def clean_line(session: Session, command: str) -> str:
    """The command as it may be recorded: without secrets and home paths."""
    return redact(command, home=str(session.home)).text


def _what_was_verified(
    session: Session, task: Task, stage: Stage, commit: str | None, papers: Sequence[Path]
) -> CommitId:
    """The commit named; else what is checked out where the stage lives, else the tip of its branch, else its record."""
    if commit is not None:
        return require_named(session.git, commit, what="the verified commit").commit
    tree = _worktree_of(session, task, stage)
    if tree is not None and tree.head is not None:
        recorded = f"the commit that would be recorded as verified for stage {stage.number}"
        way_out = "commit what belongs to it and record the stage again, or take it away and verify without it"
        refuse_dirty(session, tree, recorded, way_out, papers)
        return CommitId(tree.head)
    tip = find_ref(session.git, f"refs/heads/{stage.branch}") if stage.branch else None
    recorded = stage.range.head if stage.range is not None else ""
    return tip or CommitId(recorded)


def _worktree_of(session: Session, task: Task, stage: Stage) -> Worktree | None:
    known = [tree for tree in list_worktrees(session.git) if tree.path.is_dir()]
    own = OwnWorktrees(session.git).path(task.places.get(f"stage-{stage.number}"))
    at = real_path(own) if own is not None else None
    found = [tree for tree in known if at is not None and real_path(tree.path) == at]
    return next(iter([*found, *(tree for tree in known if tree.branch == stage.branch)]), None)


def papers_of(session: Session, *names: str) -> list[Path]:
    """Where report and data may lie, which are not part of what was verified."""
    return [folder / name for folder in (session.cwd, project_root(session.workspace)) for name in names]


def refuse_dirty(session: Session, tree: Worktree, recorded: str, way_out: str, papers: Sequence[Path]) -> None:
    """What lies there was verified, too, and is not what is recorded: every byte has to be the commit's.

    Ignored files and caches are not part of a tree, and neither are the report and its data. `recorded` names what
    should have been verified, `way_out` says what to do.
    """
    own = {os.fsencode(os.path.relpath(real_path(path), real_path(tree.path))) for path in papers}
    found = read_unsaved_work(session.git, tree).of(UNCOMMITTED | {"filtered"})
    held = [each for each in found if each.kind != "untracked" or not own.issuperset(each.paths)]
    if held:
        raise TreeDiffers(
            f"{tree.path} is not {recorded}: {in_words(held)}",
            hint="\n".join([*ways_out(tree.path, held), f"{way_out}; --commit REF names what was verified"]),
            path=str(tree.path),
            files=sum(each.files for each in held),
            kinds=[each.kind for each in held],
        )
