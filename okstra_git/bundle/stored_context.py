"""Where the documents of a run stand, and its context as one of them, written and read back."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from okstra_git.bundle.context import Paths, RunContext
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import Missing, NotText, TooLarge
from okstra_git.fs.root import Given, Root
from okstra_git.names import TaskKey, parse_task_key
from okstra_git.paths import ProjectPaths, RunPaths, TaskPaths, plan_key
from okstra_git.phases import PHASES
from okstra_git.records.runs import Run

NUMBERED = {
    "manifests": "run-manifest", "reports": "final-report", "sessions": "claude-resume", "state": "team-state",
}  # fmt: skip
"""The categories that number their files, and the file whose number counts."""

_ANYWHERE = ProjectPaths(Path("/"))
_OBJECT = re.compile(r"[0-9a-f]{12}")

SCHEMA = 1

MOST_BYTES = 16 << 20
"""Bytes of a context; it holds what stages left for others."""


def lay_out(
    project: ProjectPaths,
    key: TaskKey,
    task_type: str,
    stage: int | None,
    numbers: Mapping[str, int],
    *,
    plan: str = "",
    with_clarification: bool = False,
) -> Paths:
    """Where every file of a run stands; `plan` names the folders of the approved plan, empty where there is none."""
    task = TaskPaths(Path(project.relative(project.task(key).root)))  # all paths below it are relative, too
    run = task.run(task_type, stage)
    inside, state = run.instruction_set(numbers["manifests"]), run.category("state")

    def at(path: Path) -> str:
        return path.as_posix()

    return Paths(
        instruction_set=at(inside),
        prompt=at(inside / "claude-execution-prompt.md"),
        context=at(inside / "active-run-context.md"),
        profile=at(inside / "analysis-profile.md"),
        packet=at(inside / "analysis-packet.md"),
        material=at(inside / "analysis-material.md"),
        expectations=at(inside / "reference-expectations.md"),
        report_template=at(inside / "final-report-template.md"),
        clarification=at(inside / "clarification-response.md") if with_clarification else "",
        run_context=at(run.file("manifests", "run-context", numbers["manifests"], "json")),
        run_inputs=at(run.file("manifests", "run-inputs", numbers["manifests"], "json")),
        run_manifest=at(run.file("manifests", "run-manifest", numbers["manifests"], "json")),
        task_manifest=at(task.manifest),
        resume_script=at(run.file("sessions", "claude-resume", numbers["sessions"], "sh")),
        team_state=at(run.file("state", "team-state", numbers["state"], "json")),
        convergence_state=at(run.file("state", "convergence", numbers["state"], "json")),
        plan_body_state=at(state / "plan-body-verification.json"),
        lead_pane=at(state / "lead-pane.id"),
        report=at(run.file("reports", "final-report", numbers["reports"], "md")),
        report_data=at(run.file("reports", "final-report", numbers["reports"], "data.json")),
        prompts=at(run.category("prompts")),
        worker_results=at(run.category("worker-results")),
        qa=at(task.qa),
        carry_out=at(task.carry(plan, stage)) if plan and stage and PHASES[task_type].has_worktree else "",
    )


def folder_of(key: TaskKey, run: Run) -> RunPaths | None:
    """The folder of a run's phase or stage, from the project's root; None for an unknown type."""
    if run.task_type not in PHASES:
        return None
    return TaskPaths(Path(_ANYWHERE.relative(_ANYWHERE.task(key).root))).run(run.task_type, run.stage)


def stands_in_its_place(run: Run, key: TaskKey) -> bool:
    """Whether the folder and the instruction set on record are where those of this run are."""
    folder = folder_of(key, run)
    if folder is None or run.folder != folder.folder.as_posix():
        return False
    return run.instruction_set in ("", folder.instruction_set(run.seq).as_posix())


def misplaced(context: RunContext, run: Run) -> str:
    """What in a stored context is not of this run, in words; empty where every path is where the run's files are.

    A context is a file that anyone may have written, and its paths are written to.
    """
    if context.run.id != run.id:
        return f"it is of run {context.run.id}"
    try:
        key = parse_task_key(context.task.key)
    except OkstraError as refusal:
        return refusal.message
    if not stands_in_its_place(run, key):
        return "the run on record has its documents elsewhere"
    if _paths_of(context, run, key) != context.paths:
        return "its paths are not those of the run"
    return "" if _carries_from_its_plan(context, key) else "the carry of a stage lies elsewhere"


class BrokenContext(OkstraError):
    """A stored context that is not one."""

    code = "context.broken"


def context_document(context: RunContext) -> bytes:
    """The context as stored: indented JSON with its schema."""
    return pretty_json({"schema": SCHEMA, **context.as_dict()})


def context_name(run: Run) -> str:
    """Where a recorded run's context is, from the project's root; empty for a run that has no documents."""
    return f"{run.folder}/manifests/run-context-{run.task_type}-{run.seq:03}.json" if run.folder else ""


def read_context(root: Root, path: Given) -> RunContext:
    """The context stored at `path`; refuses a file that is missing, broken or of a newer schema."""
    try:
        return parse_context(root.read_bytes(path, MOST_BYTES))
    except BrokenContext as error:
        raise _broken(f"{root.name(path)}: {error.message}") from error


def find_context(project_root: Path, run: Run) -> RunContext | None:
    """What a recorded run was rendered from; None when its documents are gone, broken, or name other places than the
    run's own. Refuses links on the way there, and what is not a file."""
    root, name = Root(project_root), context_name(run)
    if not name or not root.has_place_for(name):
        return None
    try:
        context = read_context(root, name)
    except (BrokenContext, Missing, TooLarge):
        return None
    return None if misplaced(context, run) else context


def find_prompt(files: Root, context: RunContext) -> str | None:
    """What the lead prompt of a run says; None where it is gone, or not text. Refuses links."""
    try:
        return files.find_text(context.paths.prompt)
    except (NotText, TooLarge):
        return None


def parse_context(data: bytes) -> RunContext:
    """The inverse of `context_document`; unknown keys are left out."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _broken(f"not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _broken(f"not a run context of schema {SCHEMA}")
    try:
        context: RunContext = _revived(RunContext, document, "")
    except (TypeError, ValueError) as error:
        raise _broken(str(error)) from error
    return context


def pretty_json(value: Any) -> bytes:
    """JSON that people read and that differs by lines; strings keep their letters."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _carries_from_its_plan(context: RunContext, key: TaskKey) -> bool:
    """Whether every carry that the run was given is where the stages of its plan leave theirs."""
    plan, task = context.plan, _ANYWHERE.task(key)
    if plan is None or not plan.carry:
        return True
    places = {_ANYWHERE.relative(task.carry(plan_key(plan.blob), carried.stage)) for carried in plan.carry}
    return bool(_OBJECT.match(plan.blob)) and {carried.path for carried in plan.carry} == places


def _paths_of(context: RunContext, run: Run, key: TaskKey) -> Paths:
    """What the paths have to be; the carry of the run itself is in a folder that its plan names."""
    numbers = {category: run.numbers.get(category, run.seq) for category in NUMBERED}
    plan = context.plan.blob if context.plan is not None else ""
    paths = lay_out(
        _ANYWHERE,
        key,
        run.task_type,
        run.stage,
        numbers,
        plan=plan_key(plan) if _OBJECT.match(plan) else "",
        with_clarification=bool(context.paths.clarification),
    )
    return replace(paths, carry_out="") if not context.paths.carry_out else paths


def _broken(message: str) -> BrokenContext:
    return BrokenContext(message, hint="prepare the run again; its bundle is made anew")


def _revived(kind: Any, value: Any, place: str) -> Any:
    """`value` from JSON as the type `kind`; TypeError with the place when it does not fit."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else _revived(next(part for part in inner if part is not type(None)), value, place)
    if is_dataclass(kind) and isinstance(kind, type):
        return _revived_parts(kind, _checked(dict, value, place), place)
    if origin is tuple:
        items = _checked(list, value, place)
        kinds = [inner[0]] * len(items) if inner[1:] == (...,) else list(inner)
        return tuple(_revived(part, item, f"{place}[]") for part, item in zip(kinds, items, strict=True))
    if origin is dict:
        return {key: _revived(inner[1], item, f"{place}.{key}") for key, item in _checked(dict, value, place).items()}
    return _checked(kind, value, place)


def _revived_parts(kind: type, value: dict[str, Any], place: str) -> Any:
    hints, values = get_type_hints(kind), {}
    for field in fields(kind):
        if field.name in value:
            values[field.name] = _revived(hints[field.name], value[field.name], f"{place}.{field.name}".lstrip("."))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise TypeError(f"{place}.{field.name}".lstrip(".") + " is missing")
    return kind(**values)


def _checked(kind: type, value: Any, place: str) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{place} is not {kind.__name__}")
    return value
