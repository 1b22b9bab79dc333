"""The wizard itself, a pure function: a state and an answer give the next state, and a state gives its prompt.

The steps stand in chapters. An answer pays for what is loaded, so only the chapter that it belongs to is, and the next.
"""

from __future__ import annotations

import json

from okstra_cli.wizard import answers
from okstra_cli.wizard.answers import ABORTED, DEFAULT, DIRECT_INPUT, State
from okstra_cli.wizard.step import TEXT, Refused
from okstra_cli.wizard.texts import shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from okstra_cli.wizard.step import Choice, Step
    from okstra_cli.wizard.texts import Texts

BASE_AGAIN = ("base_ref_pick", "base_ref", "branch_confirm")
"""What is asked again when another base is wanted; everything else stands."""

MOST_TABS = 4
"""Questions that the asking tool shows at once."""

GROUP, DONE = "pick_group", "done"


class BadAnswer(Exception):
    """The answer was refused: a sentence for each step that is at fault. The state is as it was."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


def chapters(state: State) -> Iterator[tuple[Step, ...]]:
    """The chapters in which a question may be open, in their order."""
    if answers.phase_of(state) is None:
        from okstra_cli.wizard import steps_task

        yield steps_task.STEPS
    if not answers.knows_its_work(state):
        from okstra_cli.wizard import steps_work

        yield steps_work.STEPS
    if answers.customises(state):
        from okstra_cli.wizard import steps_details

        yield steps_details.STEPS
    from okstra_cli.wizard import steps_end

    yield steps_end.STEPS


def all_steps() -> tuple[Step, ...]:
    """Every step there is, in the order of asking."""
    from okstra_cli.wizard import steps_details, steps_end, steps_task, steps_work

    return (*steps_task.STEPS, *steps_work.STEPS, *steps_details.STEPS, *steps_end.STEPS)


def reset_from(state: State, step: str) -> State:
    """Without the answers to this step and to all that come after it."""
    names = [candidate.name for candidate in all_steps()]
    return state.without(names[names.index(step) :])


def standing(state: State) -> str:
    """`asking`, `done` or `aborted`."""
    if "abort" in (state.answers.get("confirm"), state.answers.get("branch_confirm")) or ABORTED in state.answers:
        return ABORTED
    return DONE if state.answers.get("confirm") == "start" else "asking"


def steps_asked(state: State) -> tuple[list[Step], str]:
    """The steps of the prompt that is next, and the name of their group; one step without a group is asked alone."""
    answers = state.answers
    asked = ([step for step in steps if step.name not in answers and step.applies(state)] for steps in chapters(state))
    open_steps = next(filter(None, asked))
    first = open_steps[0]
    group = first.group(state) if first.group else ""
    if not group:
        return [first], ""
    return [step for step in open_steps if step.group and step.group(state) == group][:MOST_TABS], group


def prompt(state: State, texts: Texts) -> dict[str, Any]:
    """The next prompt in the form of the contract: kind `pick`, `pick_group`, `text`, `done` or `aborted`."""
    now = standing(state)
    if now != "asking":
        return {"step": now, "kind": now, "label": texts.say(f"step.{now}.label"), "options": [], "multi": False}
    steps, group = steps_asked(state)
    if not group:
        question = _question(state, steps[0], texts)
        return {"step": question.pop("step"), "kind": steps[0].kind, **question}
    questions = [_question(state, step, texts) for step in steps]
    is_alone = len(questions) == 1  # a screen of one question has no other title
    label = questions[0]["label"] if is_alone else texts.say(f"step.{group}.label")
    return {"step": group, "kind": GROUP, "label": label, "questions": questions}


def _question(state: State, step: Step, texts: Texts) -> dict[str, Any]:
    question: dict[str, Any] = {
        "step": step.name,
        "label": _label(state, step.name, texts),
    }
    offered = step.offers(state) if step.offers else []
    question["options"] = [{"value": option.value, "label": texts.label(option)} for option in offered]
    question["multi"] = step.multi
    question["header"] = texts.say(f"step.{step.name}.header")
    if step.default is not None:
        question["default"] = _default_of(step, offered)
    return question


def _label(state: State, step: str, texts: Texts) -> str:
    if step in ("confirm", "branch_confirm"):
        from okstra_cli.wizard.steps_end import label_of  # only the last prompts need it, and every step pays

        return label_of(state, step, texts)
    return texts.say(f"step.{step}.label", **answers.fields_of(state))


def submit(state: State, answer: str, texts: Texts) -> State:
    """The state after this answer to its prompt.

    Raises `BadAnswer`, or `Missing` when something has to be looked up first and the same answer given again. A state
    that is done or aborted takes no answers: it stays as it is.
    """
    if standing(state) != "asking":
        return state
    steps, group = steps_asked(state)
    given = _tabs(answer, steps, group, texts) if group else {steps[0].name: answer}
    return _moved(state.answered(_judged(state, steps, given, texts)))


def back(state: State, texts: Texts) -> State:
    """The state before the last answer; refused at the first prompt and after an abort."""
    if not state.turns or standing(state) == ABORTED:
        raise BadAnswer({"back": texts.say("error.nothing_back")})
    return state.back()


def abort(state: State) -> State:
    """Stopped for good, wherever it was."""
    return state if standing(state) == ABORTED else state.answered({ABORTED: answers.YES})


def _moved(state: State) -> State:
    """Goes back where the answer says so."""
    if "edit_target" in state.answers:
        return reset_from(state, state.answers["edit_target"])
    if state.answers.get("branch_confirm") == "edit":
        return state.without(BASE_AGAIN)
    return state


def _tabs(answer: str, steps: Sequence[Step], group: str, texts: Texts) -> dict[str, str]:
    """The answers to a group, one string a tab; a tab that is left out takes its default."""
    try:
        tabs = json.loads(answer) if answer.strip() else {}
    except (ValueError, RecursionError):
        tabs = None
    names = [step.name for step in steps]
    if not isinstance(tabs, dict):
        raise BadAnswer({group: texts.say("error.not_object", steps=", ".join(names))})
    strange = texts.say("error.not_in_group", steps=", ".join(names))
    errors = {shortened(name): strange for name in tabs if name not in names}
    given = {step.name: _as_text(tabs.get(step.name, ""), step) for step in steps}
    errors.update({name: texts.say("error.not_text") for name, value in given.items() if value is None})
    if errors:
        raise BadAnswer(errors)
    return {name: value for name, value in given.items() if value is not None}


def _as_text(value: object, step: Step) -> str | None:
    """A tab's value as one string; several of a multiple choice may come as a list."""
    if step.multi and isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ",".join(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _judged(state: State, steps: Sequence[Step], given: Mapping[str, str], texts: Texts) -> dict[str, str]:
    """The value of every step, or a refusal that names all that are at fault."""
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for step in steps:
        try:
            values[step.name] = _value(state, step, given[step.name].strip(), texts)
        except Refused as refused:
            errors[step.name] = texts.say(f"error.{refused.text}", **refused.fields)
    if errors:
        raise BadAnswer(errors)
    return values


def _value(state: State, step: Step, text: str, texts: Texts) -> str:
    if step.kind == TEXT:
        if not text:
            raise Refused("empty")
        return step.judge(state, text) if step.judge else text
    offered = step.offers(state) if step.offers else []
    if step.default is not None and text in ("", DEFAULT):
        return _default_of(step, offered)
    if step.takes is not None and step.takes(state, text):
        value = text
    elif step.multi:
        value = ",".join(_matched(part, offered, texts, by_place=True) for part in text.split(","))
    else:
        value = _matched(text, offered, texts, by_place=step.group is None)
    return step.judge(state, value) if step.judge and value != DIRECT_INPUT else value


def _default_of(step: Step, offered: Sequence[Choice]) -> str:
    return offered[0].value if step.default == "first" else step.default or ""


def _matched(text: str, offered: Sequence[Choice], texts: Texts, *, by_place: bool) -> str:
    """The option that is meant: by its value, its label with or without the mark, or its place, counted from 1.

    Places are not for shared screens, where a number may be meant as the number of a stage.
    """
    wanted = text.strip()
    for option in offered:
        if option.value == wanted:
            return option.value
    for place, option in enumerate(offered, 1):
        spellings = (option.value, texts.label(option), texts.words(option))
        if (by_place and wanted == str(place)) or wanted.casefold() in [name.casefold() for name in spellings]:
            return option.value
    raise Refused("not_offered", value=wanted, known=", ".join(option.value for option in offered))
