"""One question as a person sees it, and asking it on a terminal that cannot move its cursor (TERM=dumb)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from okstra_cli.page import clean_lines
from okstra_cli.wizard import machine
from okstra_cli.wizard.answers import State
from okstra_cli.wizard.machine import all_steps
from okstra_cli.wizard.step import Choice, Missing
from okstra_cli.wizard.texts import Texts

if TYPE_CHECKING:
    from okstra_cli.wizard.texts import Texts

PATHS = ("brief", "approved_plan", "clarification", "pr_template")


@dataclass(frozen=True)
class Option:
    """What can be chosen; `words` is the label without its mark."""

    value: str
    label: str
    words: str


@dataclass(frozen=True)
class Question:
    """Everything that is shown of one question.

    `chosen` are the values that are marked at first, or the text that stands there at first. `objection` says what is
    wrong with an answer as far as that is known without a look into the repository, "" when nothing is. `folders` are
    where a path is completed from, `words` what else a text is completed with.
    """

    step: str
    header: str
    label: str
    options: tuple[Option, ...]
    multi: bool
    chosen: tuple[str, ...]
    objection: Callable[[str], str]
    folders: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return not self.options

    def told(self, answer: str) -> str:
        """The answer as it is shown afterwards: what was chosen in words, or the text."""
        labels = {option.value: option.words for option in self.options}
        if self.multi:
            return ", ".join(labels.get(value, value) for value in answer.split(","))
        return labels.get(answer, answer)


class Desk(Protocol):
    """A way of asking. Ctrl-C is a `KeyboardInterrupt`, the end of the input an `EOFError`."""

    def ask(self, question: Question) -> str | None:
        """The answer for the machine, or None to go back."""

    def tell(self, line: str, *, is_wrong: bool = False) -> None:
        """One line of its own, above the next question."""


def make_question(
    state: State, texts: Texts, asked: Mapping[str, Any], *, before: str | None, among: Sequence[Mapping[str, Any]]
) -> Question:
    """The question for a single prompt, or for one of the tabs `among` which it stands.

    `before` is what was answered to it earlier, where it is asked again.
    """
    step = str(asked["step"])
    offered = _offered(state, step)
    options = tuple(Option(choice.value, texts.label(choice), texts.words(choice)) for choice in offered)
    place = f" ({among.index(asked) + 1}/{len(among)})" if len(among) > 1 else ""
    return Question(
        step,
        asked["header"],
        f"{asked['label']}{place}",
        options,
        asked["multi"],
        _chosen(asked, offered, before),
        (lambda _: "") if options and not asked["multi"] else lambda text: _objection(state, texts, text),
        tuple(dict.fromkeys((state.facts["cwd"], state.facts["root"]))) if step in PATHS else (),
        () if options else _words(state, step),
    )


def _offered(state: State, step: str) -> list[Choice]:
    offers = next(candidate.offers for candidate in all_steps() if candidate.name == step)
    return offers(state) if offers else []


def _chosen(asked: Mapping[str, Any], offered: list[Choice], before: str | None) -> tuple[str, ...]:
    """What was answered before, if that is still offered; else the default, what is recommended, the first one."""
    if not offered:
        return (before,) if before else ()
    values = [choice.value for choice in offered]
    earlier = [value for value in (before or "").split(",") if value in values]
    if earlier:
        return tuple(earlier if asked["multi"] else earlier[:1])
    marked = [choice.value for choice in offered if choice.mark]
    if asked["multi"]:
        return tuple(marked)
    return (asked["default"],) if asked.get("default") in values else tuple((marked or values)[:1])


def _objection(state: State, texts: Texts, text: str) -> str:
    """What the machine says to this answer on a state that is thrown away."""
    try:
        machine.submit(state, text, texts)
    except machine.BadAnswer as bad:
        return str(bad)
    except Missing:
        return ""
    return ""


def _words(state: State, step: str) -> tuple[str, ...]:
    """What is likely to be typed."""
    facts = state.facts
    words: Mapping[str, Sequence[str]] = {
        "task_key": facts["open"],
        "related_tasks": facts["open"],
        "task_group": facts["groups"],
        "task_type_name": list(facts["phases"]),
        "base_ref": facts["bases"],
    }
    families = facts["families"] if step.endswith("_model_name") else ()
    return tuple(words.get(step, families))


BACK = "<"


class Lines:
    """What is written stays. An answer is a number, a value or a text; Enter alone takes what stands in brackets."""

    def __init__(self, texts: Texts, *, source: TextIO, drawn: TextIO) -> None:
        self.texts = texts
        self.source = source
        self.drawn = drawn

    def tell(self, line: str, *, is_wrong: bool = False) -> None:
        self._write(f"{'!' if is_wrong else ' '} {line}\n")

    def ask(self, question: Question) -> str | None:
        values = [option.value for option in question.options]
        self._write(f"\n? {question.label}\n")
        for number, option in enumerate(question.options, 1):
            self._write(f"  {number}) {option.label}\n")
        usual = [str(values.index(value) + 1) if values else value for value in question.chosen]
        keys = self.texts.say("ask.keys_lines")
        self._write(f"  {keys}\n[{','.join(usual)}] > ")
        line = self.source.readline()
        if not line:
            raise EOFError
        typed = line.strip()
        if typed == BACK:
            return None
        if not typed:
            return ",".join(question.chosen)
        return ",".join(_value(part.strip(), values) for part in typed.split(",")) if question.multi else (
            _value(typed, values)
        )  # fmt: skip

    def _write(self, text: str) -> None:
        self.drawn.write(clean_lines(text))
        self.drawn.flush()


def _value(typed: str, values: list[str]) -> str:
    """The value at a number, counted from 1 as it is shown, even where a stage has that number; else what was typed."""
    is_number = typed.isascii() and typed.isdecimal() and 0 < int(typed) <= len(values)
    return values[int(typed) - 1] if is_number else typed
