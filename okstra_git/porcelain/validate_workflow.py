"""Checks the whole project: every run on record beside what it left, and what is installed beside what is shipped."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from okstra_git.bundle.stored_context import folder_of
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.porcelain.doctor import skill_findings
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.run_documents import read_json_file
from okstra_git.porcelain.validate import Validation
from okstra_git.store.clone import OwnWorktrees
from okstra_git.validation.workflow import (
    AlteredFile,
    LogProblem,
    ProjectFacts,
    RecordedRun,
    SkillDrift,
    apply_workflow_rules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.validation.run_documents import JsonFile

MOST_FILES = 200
"""Files of a bundle that are compared with its manifest."""


def validate_workflow(workspace: Workspace, *, strict: bool = False) -> Validation:
    """Everything in which the records and the project's files contradict each other, or what runs owe."""
    snapshot = workspace.store.read()
    own = OwnWorktrees(workspace.git)
    files = Root(require_project_root(workspace), links=True)
    runs = [
        _recorded(files, task, run)
        for task in snapshot.state.tasks.values()
        for run in sorted(task.runs.values(), key=lambda each: each.id)
        if own.is_own(run) and run.prepared is not None
    ]
    problems = [LogProblem(each.subject, each.message, each.hint) for each in snapshot.problems]
    facts = ProjectFacts(tuple(runs), tuple(problems), tuple(_drifts(workspace)))
    return Validation("the project", "", "", tuple(apply_workflow_rules(facts)), strict)


def _recorded(files: Root, task: Task, run: Run) -> RecordedRun:
    data_path = f"{run.report.removesuffix('.md')}.data.json" if run.report else ""
    folder = folder_of(task.key, run)
    number = run.numbers.get("manifests", run.seq)
    manifest_path = folder.file("manifests", "run-manifest", number, "json").as_posix() if folder is not None else ""
    manifest = read_json_file(files, manifest_path)
    conclusion = run.conclusion
    return RecordedRun(
        id=run.id,
        task=str(task.key),
        task_type=run.task_type,
        stage=run.stage,
        is_finished=run.status == "finished",
        report=run.report,
        has_report=bool(run.report) and _is_file(files, run.report),
        data_path=data_path,
        data=read_json_file(files, data_path),
        verdict=conclusion.verdict if conclusion is not None else "",
        recommends=_recommends(run),
        identity={"runId": run.id, "taskKey": str(task.key), "taskType": run.task_type, "seq": f"{run.seq:03}",
                  "stage": run.stage},
        manifest=manifest,
        manifest_path=manifest_path,
        changed=tuple(_changed(files, manifest)) if run.is_active else (),
    )  # fmt: skip


def _recommends(run: Run) -> tuple[str, ...] | None:
    if run.conclusion is not None and run.conclusion.routing is not None:
        return tuple(run.conclusion.routing)
    return (run.next_phase,) if run.next_phase else None


def _changed(files: Root, manifest: JsonFile | None) -> Iterator[AlteredFile]:
    """Files of a run that are not as its manifest lists them; only those in the run's own folders are looked at."""
    values = manifest.values if manifest is not None else None
    listed = values.get("files") if values is not None else None
    for path, digest in list(listed.items())[:MOST_FILES] if isinstance(listed, dict) else ():
        if not files.has_place_for(path):
            continue
        try:
            data = files.find_bytes(path)
        except PathRefused as refusal:
            yield AlteredFile(path, refusal.message)
            continue
        if data is None:
            yield AlteredFile(path, "missing")
        elif sha256(data).hexdigest() != digest:
            yield AlteredFile(path, "changed")


def _is_file(files: Root, path: str) -> bool:
    try:
        return files.is_file(path)
    except PathRefused:
        return False


def _drifts(workspace: Workspace) -> Iterator[SkillDrift]:
    """What is installed and is not what this okstra ships; nothing where nothing is installed."""
    for finding in skill_findings(workspace):
        if finding.severity != "info":
            yield SkillDrift(finding.subject, finding.message, finding.hint)
