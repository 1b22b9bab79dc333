"""How stages build on each other: what the plan makes one wait for, and what each leaves to those after it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from okstra_git.digest import canonical_json
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.errors import OkstraError, refuse
from okstra_git.names import TaskKey, quote
from okstra_git.records.runs import Plan, PlannedStage
from okstra_git.records.states import Task

FINISHED = ("done", "verified", "in-pr", "landed")
"""States in which nobody needs a stage any more, whoever still runs."""


def finished_stages(task: Task) -> frozenset[int]:
    """Stages that have their commit on record, verified, in a pull request or landed ones included."""
    return frozenset(number for number, stage in task.stages.items() if stage.status in FINISHED)


def require_planned(task: Task, plan: Plan, number: int) -> PlannedStage:
    """The stage as planned, or a refusal that names the stages that the plan has."""
    planned = next((stage for stage in plan.stages if stage.number == number), None)
    if planned is None:
        key, known = str(task.key), sorted(stage.number for stage in plan.stages)
        raise refuse(
            "stage.unknown-in-plan",
            f"the approved plan of {key} has no stage {number}; it has {listed(known) or 'none'}",
            hint=f"git okstra plan show --task-key {key}",
            stage=number,
            stages=known,
            plan=plan.path,
        )
    return planned


def awaited_stages(task: Task, planned: PlannedStage) -> list[int]:
    """The stages that the planned one builds on and that have no commit on record yet."""
    done = finished_stages(task)
    return [other for other in planned.depends_on if other not in done]


def listed(numbers: Iterable[int]) -> str:
    """`1, 2, 3`."""
    return ", ".join(map(str, numbers))


MAX_BYTES = 256 << 10
MAX_DEPTH = 32
_STAGE = re.compile(r"(?:stage[- ]?)?([0-9]{1,6})", re.ASCII | re.IGNORECASE)
_STAGES = ("stage", "stagenumber")
_TASKS = ("task", "taskkey", "taskid")
_PROJECTS = ("project", "projectid")
_GROUPS = ("taskgroup",)


class CarryRefused(OkstraError):
    """A carry that is not one plain JSON object, or that names another stage, task or project."""

    code = "carry.refused"


class Examined(NamedTuple):
    """A carry as it is on record: its text to be read, and what is wrong with it, empty where nothing is."""

    text: str
    problem: str = ""


def require_carry_text(data: bytes, *, name: str, key: TaskKey, stage: int) -> str:
    """The carry in canonical form; `name` is what the refusal calls it."""
    try:
        return canonical_json(_read(data, key, stage)).decode()
    except NotPlain as error:
        raise CarryRefused(
            f"the carry {quote(name)} {error}",
            hint='a carry is one JSON object, such as {"stage": '
            f'{stage}, "summary": "...", "interfaces": [], "openPoints": []}}; write it, then repeat the line',
            path=name[:200],
            stage=stage,
        ) from error


def examine_carry(text: str, *, key: TaskKey, stage: int) -> Examined:
    """A recorded carry laid out for reading; one that would be refused today as it is, with the reason, and of one that
    is too long no more than a carry may have."""
    try:
        carry = _read(text.encode(errors="replace"), key, stage)
    except NotPlain as error:
        return Examined(_beginning(text), str(error))
    laid_out = json.dumps(carry, indent=2, ensure_ascii=False)
    return Examined(laid_out if len(laid_out) <= MAX_BYTES else json.dumps(carry, ensure_ascii=False))


def _beginning(text: str) -> str:
    """As much of the text as a carry may have, and how much is left out."""
    kept = text.encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")
    return f"{kept}\n[{len(text) - len(kept)} characters left out here]" if len(kept) < len(text) else text


def _read(data: bytes, key: TaskKey, stage: int) -> dict[str, Any]:
    carry = read_plain_object(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH, may_have_bom=False)
    try:
        canonical_json(carry)
    except UnicodeEncodeError as error:
        raise NotPlain("holds half of a surrogate pair, which is not text") from error
    wrong = next(_strangers(carry, key, stage), None)
    if wrong is not None:
        raise NotPlain(wrong)
    return carry


def _strangers(carry: dict[str, Any], key: TaskKey, stage: int) -> Iterator[str]:
    """Where it says that it is of another stage, task or project; what is null or left out says nothing."""
    tasks = {str(key), key.slashed, key.task, f"{key.group}:{key.task}", f"{key.group}/{key.task}"}
    for name, value in carry.items():
        word = re.sub(r"[-_ ]", "", name).casefold()
        if value is None:
            continue
        if word in _STAGES and not _is_stage(value, stage):
            yield f"names stage {_shown(value)}, and is recorded for stage {stage}"
        elif word in _TASKS and not (isinstance(value, str) and value in tasks):
            yield f"names the task {_shown(value)}, and is recorded for {key}"
        elif word in _PROJECTS and value != key.project:
            yield f"names the project {_shown(value)}, and is recorded for {key.project}"
        elif word in _GROUPS and value != key.group:
            yield f"names the task group {_shown(value)}, and is recorded for {key.group}"


def _is_stage(value: Any, stage: int) -> bool:
    written = _STAGE.fullmatch(value) if isinstance(value, str) else None
    number = int(written[1]) if written else value
    return type(number) is int and number == stage


def _shown(value: Any) -> str:
    return quote(value) if isinstance(value, str) else quote(canonical_json(value).decode()).strip("'")
