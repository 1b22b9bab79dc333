"""Reads everything that a run left to be checked, each file once and through the same door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.bundle.run_files import Disk, list_results
from okstra_git.contract import WORKERS
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import MAX_BYTES, decode
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import Missing
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.records.report.data import parse_report_data
from okstra_git.records.report.problems import DataProblem
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile

if TYPE_CHECKING:
    from okstra_git.fs.root import Root
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.report.data import AnyReportData
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

CONFORMANCE, RESULTS = "conformance-manifest.json", "conformance-results.json"


def read_run_documents(workspace: Workspace, task: Task, run: Run) -> RunDocuments:
    """The documents of a run as they are now below the project's root.

    What is missing is None; what must not or cannot be read says why in its `refusal`, and rules report it.
    """
    disk = Disk(require_project_root(workspace))
    context = disk.context(run)
    if context is None:
        return _without_context(disk, task, run)
    data_path = context.paths.report_data
    data, problems = _read_data(disk.files, data_path)
    results = {kind: _handed_in(disk, run, kind) for kind in ("result", "audit", "errors")}
    return RunDocuments(
        run=run.id,
        task=str(task.key),
        task_type=run.task_type,
        stage=run.stage,
        scope=context.run.scope,
        nonce=run.nonce,
        language=context.run.language,
        tickets=context.task.tickets or (context.task.ticket_id,),
        workers=tuple(worker.id for worker in context.workers),
        is_plan_verified=context.options.plan_verification,
        report=read_text_file(disk.files, run.report or context.paths.report),
        report_path=run.report or context.paths.report,
        data_path=data_path,
        data=data,
        data_problems=tuple(problems),
        results=results["result"],
        audits=results["audit"],
        errors=results["errors"],
        carried=read_text_file(disk.files, context.paths.clarification),
        plan=read_text_file(disk.files, context.plan.path if context.plan else ""),
        convergence=read_json_file(disk.files, context.paths.convergence_state),
        plan_body=read_json_file(disk.files, context.paths.plan_body_state),
        team_state=read_json_file(disk.files, context.paths.team_state),
        conformance=read_json_file(disk.files, f"{context.paths.qa}/{CONFORMANCE}"),
        conformance_results=read_json_file(disk.files, f"{context.paths.qa}/{RESULTS}"),
    )


def read_text_file(files: Root, path: str) -> TextFile | None:
    """A document of at most 5 MiB; None where there is none."""
    if not path:
        return None
    try:
        return TextFile(path, decode(files.read_bytes(path, MAX_BYTES), name=path))
    except Missing:
        return None
    except OkstraError as refusal:
        return TextFile(path, refusal=refusal.message)


def read_json_file(files: Root, path: str) -> JsonFile | None:
    """A JSON object of at most 5 MiB; None where there is none."""
    if not path:
        return None
    try:
        return JsonFile(path, read_plain_object(files.read_bytes(path, MAX_BYTES)))
    except Missing:
        return None
    except NotPlain as error:
        return JsonFile(path, refusal=f"it {error}")
    except OkstraError as refusal:
        return JsonFile(path, refusal=refusal.message)


def _without_context(disk: Disk, task: Task, run: Run) -> RunDocuments:
    """A run whose own documents are gone, or elsewhere: what its record names is all that there is."""
    report = read_text_file(disk.files, run.report)
    return RunDocuments(run.id, str(task.key), run.task_type, run.stage, report=report, report_path=run.report)


def _read_data(files: Root, path: str) -> tuple[AnyReportData | None, list[DataProblem]]:
    file = read_json_file(files, path)
    if file is None:
        return None, []
    if file.values is None:
        return None, [DataProblem("", "data.unreadable", f"the report data cannot be read: {file.refusal}")]
    result = parse_report_data(file.values)
    return (None, result) if isinstance(result, list) else (result, [])


def _handed_in(disk: Disk, run: Run, kind: str) -> dict[str, TextFile]:
    """Files of one kind that workers handed in, by worker id; of several of one worker the last counts."""
    agents = {worker.agent: worker.id for worker in WORKERS.values()}
    named = [(agents.get(result.worker, result.worker), result.path) for result in list_results(disk, run)
             if result.kind == kind]  # fmt: skip
    files = ((worker, read_text_file(disk.files, path)) for worker, path in named)
    return {worker: file for worker, file in files if file is not None}
