"""What one worker says in one round, as a file: its place, its skeleton, and everything that is wrong with one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from okstra_git.convergence.findings import NEAR_HINTS, near, same_name
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.names import quote
from okstra_git.records.convergence import SCHEMA, VerdictFile, WorkerVerdict, parse_part
from okstra_git.records.report.problems import DataProblem

MAX_BYTES = 5 << 20
FINDING_WORDS = ("agree", "disagree", "cannot-tell")
PLAN_WORDS = ("agree", "disagree")
"""The verdicts on findings, and those on parts of a plan, where everybody has to take a side."""

UNFILLED = "WHY, WITH EVIDENCE OF YOUR OWN"


@dataclass(frozen=True)
class VerdictRequest:
    """What a verdict file has to answer: whose it is, in which run and round, the ids, and the words for a verdict."""

    run: str
    round: int
    worker: str
    ids: tuple[str, ...]
    words: Sequence[str] = FINDING_WORDS


def agent_name(worker: str, number: int) -> str:
    """What the agent is called that a worker is asked by again.

    >>> agent_name("codex", 1)
    'codex-reverify-r1'
    """
    return f"{worker}-reverify-r{number}"


def file_name(agent: str, task_type: str, seq: int) -> str:
    """The name of its verdict file, in the folder of the workers' results.

    >>> file_name("codex-reverify-r1", "error-analysis", 1)
    'codex-reverify-r1-error-analysis-001.json'
    """
    return f"{agent}-{task_type}-{seq:03}.json"


def skeleton(request: VerdictRequest) -> dict[str, Any]:
    """The file with everything but the verdicts: a worker fills in, and invents no key."""
    verdict = " | ".join(request.words)
    return {
        "schema": SCHEMA,
        "run": request.run,
        "round": request.round,
        "worker": request.worker,
        "verdicts": [{"id": id, "verdict": verdict, "reason": UNFILLED} for id in request.ids],
    }


def read_verdicts(data: bytes, request: VerdictRequest) -> dict[str, WorkerVerdict] | list[DataProblem]:
    """The verdicts by id in the order of the request, or everything that is wrong with the file.

    Case and spaces do not count in a verdict, an id and the worker's name.
    """
    try:
        values = read_plain_object(data, max_bytes=MAX_BYTES)
    except NotPlain as problem:
        hint = "write the object that the batch shows, with nothing around it"
        return [DataProblem("", "verdict.unreadable", f"the verdict file {problem}", hint)]
    known = {same_name(id): id for id in request.ids}
    normal = _normal(values, known)
    shape = parse_part(VerdictFile, normal, "the verdict file")
    problems = [*(shape if isinstance(shape, list) else ()), *_misfiled(normal, request)]
    problems += _about_ids(normal, request, known)
    problems += _about_verdicts(normal, request)
    if problems or isinstance(shape, list):
        return _first_of_each_place(problems)
    given = {each.id: each for each in shape.verdicts}
    return {id: given[id] for id in request.ids}


def _normal(values: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """The values with names and words in the spelling that they have here."""
    normal = dict(values)
    if isinstance(normal.get("worker"), str):
        normal["worker"] = same_name(normal["worker"]).removesuffix("-worker")
    if isinstance(normal.get("verdicts"), list):
        normal["verdicts"] = [_normal_entry(each, known) for each in normal["verdicts"]]
    return normal


def _normal_entry(entry: Any, known: Mapping[str, str]) -> Any:
    if not isinstance(entry, dict):
        return entry
    normal = dict(entry)
    if isinstance(entry.get("id"), str):
        normal["id"] = known.get(same_name(entry["id"]), entry["id"])
    if isinstance(entry.get("verdict"), str):
        normal["verdict"] = "-".join(entry["verdict"].casefold().replace("_", " ").split())
    return normal


def _misfiled(values: Mapping[str, Any], request: VerdictRequest) -> Iterator[DataProblem]:
    wanted = {"run": request.run, "round": request.round, "worker": request.worker}
    for key, right in wanted.items():
        given = values.get(key)
        if type(given) is type(right) and given != right:
            shown = quote(given) if isinstance(given, str) else given
            yield DataProblem(key, "verdict.misfiled", f"{key} is {shown}", f"write {right}")


def _entries(values: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = values.get("verdicts")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            yield number, entry


def _about_ids(values: Mapping[str, Any], request: VerdictRequest, known: Mapping[str, str]) -> Iterator[DataProblem]:
    """Ids that were not asked about, that come twice, or that are missing."""
    first: dict[str, int] = {}
    unknown = 0
    for number, entry in _entries(values):
        id, path = entry["id"], f"verdicts[{number}].id"
        if same_name(id) not in known:
            message = f"{quote(id)} was not asked of {request.worker} in round {request.round}"
            unknown += 1
            hint = near(id, request.ids, is_late=unknown > NEAR_HINTS)
            yield DataProblem(path, "verdict.unknown-id", message, hint)
        elif id in first:
            hint = "leave one of them out"
            yield DataProblem(path, "verdict.duplicate", f"{id} is answered already, in verdicts[{first[id]}]", hint)
        else:
            first[id] = number
    if isinstance(values.get("verdicts"), list):
        for id in (id for id in request.ids if id not in first):
            hint = f'add {{"id": "{id}", "verdict": "{" | ".join(request.words)}", "reason": "…"}}'
            yield DataProblem(f"verdicts ({id})", "verdict.unanswered", f"nothing is said about {id}", hint)


def _about_verdicts(values: Mapping[str, Any], request: VerdictRequest) -> Iterator[DataProblem]:
    for number, entry in _entries(values):
        verdict, path = entry.get("verdict"), f"verdicts[{number}]"
        if isinstance(verdict, str) and verdict not in request.words:
            message = f"{quote(verdict)} is not a verdict"
            yield DataProblem(f"{path}.verdict", "verdict.word", message, f"one of {', '.join(request.words)}")
        elif verdict != "agree" and isinstance(verdict, str) and _is_unsaid(entry.get("reason")):
            message = f"{verdict} has no reason"
            yield DataProblem(f"{path}.reason", "verdict.no-reason", message, "say why, with a path and line")


def _is_unsaid(reason: Any) -> bool:
    return reason is None or (isinstance(reason, str) and reason.strip() in ("", UNFILLED))


def _first_of_each_place(problems: Sequence[DataProblem]) -> list[DataProblem]:
    places: dict[str, DataProblem] = {}
    for problem in problems:
        places.setdefault(problem.path, problem)
    return list(places.values())
