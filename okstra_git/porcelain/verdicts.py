"""Verdict files of a run's workers: where they go, whose they are, and what is in them or wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.commands import option
from okstra_git.convergence.findings import same_name
from okstra_git.convergence.verdict_files import file_name, read_verdicts
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused
from okstra_git.names import quote
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.records.report.problems import DataProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okstra_git.convergence.rounds import Verdicts
    from okstra_git.convergence.verdict_files import VerdictRequest
    from okstra_git.porcelain.run_at_work import RunAtWork
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.convergence import WorkerVerdict


def verdict_path(ground: RunAtWork, agent: str) -> str:
    """Where the verdict file of an agent goes."""
    return f"{ground.context.paths.worker_results}/{file_name(agent, ground.run.task_type, ground.run.seq)}"


def require_worker(name: str, asked: Sequence[str]) -> str:
    """The worker of that name among those who are asked, by id or as `codex-worker`."""
    worker = same_name(name).removesuffix("-worker")
    if worker not in asked:
        known = ", ".join(asked) or "nobody"
        raise refuse("worker.unknown", f"{quote(name)} is not asked in this round", hint=f"asked: {known}", worker=name)
    return worker


def read_files(
    workspace: Workspace, ground: RunAtWork, expected: Mapping[str, tuple[str, VerdictRequest]], named: Sequence[str]
) -> tuple[Verdicts, dict[str, list[DataProblem]]]:
    """The verdicts by worker, and everything that is wrong, by file. `expected` has each worker's place and request;
    files that were `named` count in the place of their workers'."""
    problems: dict[str, list[DataProblem]] = {}
    contents: dict[str, tuple[str, bytes]] = {}
    for file in named:
        data = read_document_named(workspace, file)
        worker = _worker_of(data)
        if worker not in expected:
            hint = f"one of {', '.join(expected)}"
            problems[file] = [DataProblem("worker", "verdict.misfiled", f"{quote(worker)} is not asked here", hint)]
        elif worker in contents:
            hint = "name one of them"
            message = f"{worker} speaks in {contents[worker][0]} already"
            problems[file] = [DataProblem("worker", "verdict.same-worker", message, hint)]
        else:
            contents[worker] = file, data
    verdicts: dict[str, Mapping[str, WorkerVerdict]] = {}
    for worker, (place, request) in expected.items():
        path, data_or_problem = contents.get(worker) or (place, _read(ground, place, worker))
        read = data_or_problem if isinstance(data_or_problem, list) else read_verdicts(data_or_problem, request)
        if isinstance(read, list):
            problems.setdefault(path, []).extend(read)
        else:
            verdicts[worker] = read
    return verdicts, problems


def _read(ground: RunAtWork, path: str, worker: str) -> bytes | list[DataProblem]:
    try:
        data = ground.files.find_bytes(path)
    except PathRefused as refusal:
        return [DataProblem("", "verdict.unreadable", refusal.message, refusal.hint)]
    if data is None:
        hint = f"ask {worker} again, or repeat with {option('--without', worker)}"
        return [DataProblem("", "verdict.missing", f"{worker} has no verdict file", hint)]
    return data


def _worker_of(data: bytes) -> str:
    try:
        named = read_plain_object(data).get("worker")
    except NotPlain:
        return ""
    return same_name(named).removesuffix("-worker") if isinstance(named, str) else ""
