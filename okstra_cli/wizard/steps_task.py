"""Asks for the task and for the kind of run: what is offered, and how an answer is judged."""

from __future__ import annotations

from okstra_cli.wizard import answers
from okstra_cli.wizard.answers import State
from okstra_cli.wizard.step import (
    DIRECT,
    MOST,
    RECOMMENDED,
    Choice,
    Missing,
    Refused,
    Step,
    all_keys,
    always,
    is_name,
    is_typed,
    says,
    typed_or,
    with_direct,
)


def tasks(state: State) -> list[Choice]:
    """Open tasks with something left to do, the newest first; then a new one; direct input while there is room."""
    recent = [_task(state, key) for key in state.facts["recent"][: MOST - 1]]
    choices = [*recent, Choice(answers.NEW, "new_or_other" if len(recent) == MOST - 1 else "new")]
    return choices if len(choices) == MOST else [*choices, DIRECT]


def _task(state: State, key: str) -> Choice:
    task = state.facts["tasks"][key]
    return Choice(key, "task", title=task.get("title") or task.get("type") or "")


def groups(state: State) -> list[Choice]:
    """Groups of recent tasks and briefs."""
    return with_direct(Choice(group) for group in state.facts["groups"])


def ids(state: State) -> list[Choice]:
    """Briefs that no task has begun on, then tasks of the group."""
    offers = state.facts["ids"].get(answers.group_of(state), [])
    return with_direct(Choice(name, f"id_of_{kind}") for name, kind in offers)


def task_types(state: State) -> list[Choice]:
    """What is recommended, the current phase once more, and what follows it."""
    task, phases = answers.task_of(state), state.facts["phases"]
    last, recommended = task.get("type"), task.get("next") or next(iter(phases))
    kinds = {recommended: "phase"} | ({last: "phase_again"} if last and last != recommended else {})
    if task.get("plan") == "approved":  # what a plan was made for is never missing
        kinds.setdefault(next(name for name, phase in phases.items() if phase["plan"]), "phase")
    for name in phases[last or recommended]["next"]:
        kinds.setdefault(name, "phase_next" if last else "phase")
    fitting = {name: kind for name, kind in kinds.items() if answers.leaves_work(state, name)}
    offered = fitting or {next(iter(phases)): "phase"}
    best = next(iter(offered))
    return with_direct(Choice(name, kind, RECOMMENDED * (name == best)) for name, kind in offered.items())


def known_task(state: State, key: str) -> str:
    """A task's key; a closed task is refused, one that is spelled like another but for its case too."""
    if key in state.facts["closed"]:
        raise Refused("task_closed", key=key)
    if key not in state.facts["open"]:
        twin = next((other for other in all_keys(state) if other.casefold() == key.casefold()), None)
        if twin is not None:
            raise Refused("task_case", key=key, twin=twin)
    elif key not in state.facts["tasks"] and state.seen("task", key) is None:
        raise Missing("task", key)
    return key


def is_open_task(state: State, text: str) -> bool:
    """Whether this is the key of an open task, offered or not."""
    return text in state.facts["open"]


def task_key(state: State, text: str) -> str:
    """`project:group:task`, or `group:task` of this project; there may be no such task yet."""
    parts = text.split(":")
    if len(parts) == 2:
        parts = [state.facts["project"], *parts]
    if len(parts) != 3 or not all(is_name(part) for part in parts):
        raise Refused("task_key", value=text, project=state.facts["project"])
    return known_task(state, ":".join(parts))


def slug(_: State, text: str) -> str:
    """A task group."""
    if not is_name(text):
        raise Refused("slug", value=text)
    return text


def task_id(state: State, text: str) -> str:
    """A task id, of a task that may be opened or worked on."""
    slug(state, text)
    known_task(state, f"{state.facts['project']}:{answers.group_of(state)}:{text}")
    return text


def task_type(state: State, text: str) -> str:
    """One of the task types."""
    if text not in state.facts["phases"]:
        raise Refused("task_type", value=text, known=", ".join(state.facts["phases"]))
    if not answers.leaves_work(state, text):
        about_task = answers.is_about_task(state.answered({"task_type": text}))
        raise Refused("no_stage_done" if about_task else "no_stage_left", key=answers.key_of(state) or "")
    return text


_is_another = says("task_pick", answers.NEW)


def _has_groups(state: State) -> bool:
    return bool(state.facts["groups"])


def _has_ids(state: State) -> bool:
    return bool(state.facts["ids"].get(answers.group_of(state)))


STEPS = (
    Step("task_pick", always, tasks, known_task, takes=is_open_task),
    Step("task_key", is_typed("task_pick"), judge=task_key),
    Step("task_group_pick", lambda s: _is_another(s) and _has_groups(s), groups),
    Step("task_group", typed_or("task_group_pick", _is_another, _has_groups), judge=slug),
    Step("task_id_pick", lambda s: _is_another(s) and _has_ids(s), ids, task_id),
    Step("task_id", typed_or("task_id_pick", _is_another, _has_ids), judge=task_id),
    Step("task_type", always, task_types, task_type),
    Step("task_type_name", is_typed("task_type"), judge=task_type),
)  # fmt: skip
