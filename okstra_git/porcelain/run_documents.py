"""Reads everything that a run left to be checked, each file once and through the same door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.bundle.run_files import Disk, list_results
from okstra_git.contract import WORKERS
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import MAX_BYTES, decode
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import Missing
from okstra_git.git.diffs import diff_trees, show_path
from okstra_git.paths import OKSTRA
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.records.report.data import parse_report_data
from okstra_git.records.report.problems import DataProblem
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile

if TYPE_CHECKING:
    from okstra_git.fs.root import Root
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.report.data import AnyReportData
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

PROJECT = f"{OKSTRA}/project.json"
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
        team=run.team,
        folder=run.folder,
        stages=run.assembled.stages if run.assembled is not None else (),
        waivers={waiver.stage_key: waiver.reason for waiver in run.waivers},
        changed=changed_paths(workspace.git, task, run),
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
        project=read_json_file(disk.files, PROJECT),
    )


def changed_paths(git: Git, task: Task, run: Run) -> frozenset[str] | None:
    """The paths that the recorded commits of the run's stages change, okstra's own aside.

    None where a stage has no commit yet, or where its trees are not here any more.
    """
    numbers = run.assembled.stages if run.assembled is not None else (run.stage,)
    ranges = [task.stages[number].range for number in numbers if number in task.stages]
    known = [each for each in ranges if each is not None]
    if not known or len(known) < len(numbers):
        return None
    long = [(each.base_tree, each.head_tree) for each in known if len(each.paths) < each.path_count]
    try:
        listed = {show_path(change.path) for delta in diff_trees(git, long) for change in delta}
    except OkstraError:
        return None
    listed.update(path for each in known for path in each.paths)
    return frozenset(path for path in listed if not path.startswith(f"{OKSTRA}/"))


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
