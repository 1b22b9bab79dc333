"""Asks for what the run works on, and who: brief, plan, stage, base, executor, and whether the rest is as usual."""

from __future__ import annotations

from okstra_cli.wizard import answers
from okstra_cli.wizard.answers import DEFAULT, State
from okstra_cli.wizard.step import (
    MOST,
    RECOMMENDED,
    UNREADABLE,
    Choice,
    Refused,
    Step,
    always,
    is_typed,
    look_up,
    one_line,
    shown_path,
    typed_or,
    with_direct,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def keep_or_change(state: State) -> list[Choice]:
    """The brief of the last run, or another."""
    last = Choice(answers.KEEP, "keep", path=shown_path(state, answers.task_of(state)["brief"]))
    return [last, Choice(answers.CHANGE, "change")]


def briefs(state: State) -> list[Choice]:
    """Briefs of the task's group, its namesake first."""
    return with_direct(
        Choice(path, _standing(gate), path=shown_path(state, path)) for path, gate in briefs_at_hand(state)
    )


def _standing(gate: str) -> str:
    """What is to be said of a brief whose front matter says so."""
    return "brief" if gate in answers.OPEN_GATES else "brief_waiting" if gate == "pending" else "brief_ungated"


def briefs_at_hand(state: State) -> Sequence[tuple[str, str]]:
    """(path, reporter gate) of the briefs that may be picked."""
    key = answers.key_of(state) or "::"
    _, group, name = key.split(":")
    offered = [entry for entry in state.facts["briefs"].get(group, []) if entry[1] != UNREADABLE]
    return sorted(offered, key=lambda entry: not entry[0].endswith(f"/{name}.md"))[: MOST - 1]


def stages(state: State) -> list[Choice]:
    """For an implementation the stage that is next and others that could begin; for a verification what is done."""
    task = answers.task_of(state)
    if answers.takes_stage(state):
        ready = bool(task.get("auto"))
        first = Choice(answers.AUTO, "auto" if ready else "auto_none", RECOMMENDED * ready, stage=task.get("auto"))
        numbers = [number for number in task.get("ready", []) if number != task.get("auto")]
        return with_direct([first, *_numbered(task, numbers)])
    left = answers.unfinished(state)
    whole = Choice(answers.WHOLE_TASK, "whole_task_left" if left else "whole_task", RECOMMENDED * (not left),
                   left=", ".join(map(str, left)))  # fmt: skip
    unverified = [number for number, _, of in task.get("stages", []) if of == "done"]
    numbers = sorted(answers.stages_at_choice(state), key=lambda number: (number not in unverified, -number))
    singles = _numbered(task, numbers, RECOMMENDED if left else "")
    return with_direct([*singles[:1], whole, *singles[1:]] if left else [whole, *singles])


def _numbered(task: Mapping[str, Any], numbers: Sequence[int], mark: str = "") -> list[Choice]:
    """As many of the stages as fit beside one other option; the first one has the mark."""
    titles = {number: title for number, title, _ in task.get("stages", [])}
    return [
        Choice(str(number), "stage", mark * (index == 0), title=titles.get(number, ""))
        for index, number in enumerate(numbers[: MOST - 2])
    ]


def bases(state: State) -> list[Choice]:
    """What the stage depends on, as okstra chooses by itself, or a branch."""
    task = answers.task_of(state)
    usual = task.get("anchor") or state.facts["branch"]
    at_hand = [answers.stage_at_work(state)] if "stage_pick" in state.answers else map(str, task.get("ready", []))
    text = "base_after" if any(answers.needs_of(state, stage) for stage in at_hand) else "base_default"
    first = Choice(DEFAULT, text, RECOMMENDED, base=usual)
    others = [ref for ref in state.facts["bases"] if ref != usual]
    return with_direct([first, *(Choice(ref) for ref in others)])


def executors(state: State) -> list[Choice]:
    """Every worker that can change code."""
    return [Choice(name, mark=DEFAULT * (index == 0)) for index, name in enumerate(state.facts["executors"])]


def yes_or_no(_: State) -> list[Choice]:
    """Begin with roster, models and options as they usually are, or ask for each."""
    return [Choice(answers.YES, "use_defaults", RECOMMENDED), Choice(answers.NO, "customise")]


def brief(state: State, text: str) -> str:
    """A brief that a phase may begin on."""
    looked_up = look_up(state, "brief", one_line(text))
    standing = _standing(looked_up["gate"])
    if standing != "brief":
        raise Refused(standing, path=looked_up["shown"])
    return str(looked_up["path"])


def offered_brief(state: State, path: str) -> str:
    """A brief from the list; one that waited for its reporter is looked at again."""
    is_open = any(candidate == path and gate in answers.OPEN_GATES for candidate, gate in chosen_briefs(state))
    return path if is_open else brief(state, path)


def chosen_briefs(state: State) -> list[tuple[str, str]]:
    """All briefs that were found, with their gates."""
    return [(path, gate) for group in state.facts["briefs"].values() for path, gate in group]


def approved_plan(state: State, text: str) -> str:
    """The approved plan of the task, as it stands on record."""
    looked_up = look_up(state, "plan", f"{answers.key_of(state)} {one_line(text)}")
    return str(looked_up["path"])


def stage(state: State, text: str) -> str:
    """A stage of the approved plan: not done for an implementation, done for a verification."""
    numbers = [str(number) for number, _, _ in answers.task_of(state)["stages"]]
    if text not in numbers:
        raise Refused("stage_unknown", value=text, known=_numbers(numbers))
    if int(text) not in answers.stages_at_choice(state):
        raise Refused("stage_done" if answers.takes_stage(state) else "stage_not_done", value=text)
    if answers.takes_stage(state) and answers.waits_for(answers.task_of(state), text):
        look_up(state, "stage", f"{answers.key_of(state)} {text}")  # it may be over by now
    return text


def picked_stage(state: State, value: str) -> str:
    """`auto`, `whole-task`, or the number of a stage that may be named."""
    return stage(state, value) if value.isdecimal() else value


def is_at_choice(state: State, text: str) -> bool:
    """Whether this is the number of a stage that may be named, offered or not."""
    return text in map(str, answers.stages_at_choice(state))


def base_ref(state: State, text: str) -> str:
    """A ref that names a commit."""
    return str(look_up(state, "ref", one_line(text))["ref"])


def _numbers(numbers: list[str]) -> str:
    return ", ".join(numbers[:12]) + (", …" if len(numbers) > 12 else "")


def _keeps_brief(state: State) -> bool:
    task = answers.task_of(state)
    return bool(answers.trait(state, "brief") and task.get("brief") and task.get("gate") in answers.OPEN_GATES)


def _wants_brief(state: State) -> bool:
    return answers.asks_brief(state) and state.answers.get("brief_keep") != answers.KEEP


def _has_briefs(state: State) -> bool:
    return _wants_brief(state) and bool(briefs_at_hand(state))


def _wants_plan(state: State) -> bool:
    return bool(answers.trait(state, "plan")) and answers.task_at_first(state).get("plan") != "approved"


def _has_stages(state: State) -> bool:
    return bool(answers.trait(state, "stage") and answers.stages_at_choice(state))


def _needs_base(state: State) -> bool:
    return answers.takes_stage(state) and answers.place_of_stage(state) is None


def _with_stage(state: State) -> str:
    """Stage, base, executor and defaults share a screen; without a stage there is nothing to share."""
    return "stage_options" if answers.trait(state, "stage") else ""


STEPS = (
    Step("brief_keep", _keeps_brief, keep_or_change, default=answers.KEEP),
    Step("brief_pick", _has_briefs, briefs, offered_brief),
    Step("brief", typed_or("brief_pick", _wants_brief, briefs_at_hand), judge=brief),
    Step("approved_plan", _wants_plan, judge=approved_plan),
    Step("stage_pick", _has_stages, stages, picked_stage, default="first", group=_with_stage, takes=is_at_choice),
    Step("stage", is_typed("stage_pick"), judge=stage),
    Step("base_ref_pick", _needs_base, bases, default=DEFAULT, group=_with_stage),
    Step("base_ref", lambda s: is_typed("base_ref_pick")(s) and _needs_base(s), judge=base_ref),
    Step("executor", answers.takes_stage, executors, default="first", group=_with_stage),
    Step("use_defaults", always, yes_or_no, default=answers.YES, group=_with_stage),
)  # fmt: skip
