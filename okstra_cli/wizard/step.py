"""What a step of the wizard is made of: options to offer, and answers that are judged, refused, or looked up first."""

from __future__ import annotations

from okstra_cli.wizard.answers import DIRECT_INPUT, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

PICK, TEXT = "pick", "text"
UNREADABLE = "?"
"""The gate of a brief that cannot be read."""

MOST = 4
"""What the asking tool shows of one question, at most; two are its least."""

MAX_LINE = 1_000
MAX_SLUG = 64
RECOMMENDED = "recommended"


class Refused(Exception):
    """The answer cannot be; `text` names a sentence of the language file."""

    def __init__(self, text: str, **fields: Any) -> None:
        super().__init__(text)
        self.text = text
        self.fields = fields


class Missing(Exception):
    """The answer cannot be judged before the repository was looked at: `kind` of thing, and its `name`."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name}")
        self.kind = kind
        self.name = name


class Choice:
    """One option: the `value` that is answered, and its label, a text of the language file with `fields` put in.

    `mark` names what stands behind the label: `recommended`, `default`, or nothing.
    """

    __slots__ = ("fields", "mark", "text", "value")

    def __init__(self, value: str, text: str = "literal", mark: str = "", **fields: Any) -> None:
        self.value = value
        self.text = text
        self.mark = mark
        self.fields = {"value": value, **fields}


class Step:
    """One question. A pick has `offers`; `judge` turns a free answer, or a chosen value, into its value.

    `default` is what an empty answer means, None = it has to be answered. `group` names the screen it shares, if any.
    `takes` says what a pick accepts beyond its options.
    """

    __slots__ = ("applies", "default", "group", "judge", "multi", "name", "offers", "takes")

    def __init__(
        self,
        name: str,
        applies: Callable[[State], bool],
        offers: Callable[[State], list[Choice]] | None = None,
        judge: Callable[[State, str], str] | None = None,
        *,
        default: str | None = None,
        group: Callable[[State], str] | None = None,
        multi: bool = False,
        takes: Callable[[State, str], bool] | None = None,
    ) -> None:
        self.name = name
        self.applies = applies
        self.offers = offers
        self.judge = judge
        self.default = default
        self.group = group
        self.multi = multi
        self.takes = takes

    @property
    def kind(self) -> str:
        return PICK if self.offers else TEXT


DIRECT = Choice(DIRECT_INPUT, "direct")


def with_direct(choices: Iterable[Choice]) -> list[Choice]:
    """As many options as there is room for, and direct input behind them."""
    return [*list(choices)[: MOST - 1], DIRECT]


def shown_path(state: State, path: str) -> str:
    """A path as people know it: from the project's root."""
    root = state.facts["root"].rstrip("/") + "/"
    return path.removeprefix(root)


def look_up(state: State, kind: str, name: str) -> Mapping[str, Any]:
    """The result of a look; asks for the look when it was not done yet, refuses with what it found wrong."""
    result = state.seen(kind, name)
    if result is None:
        raise Missing(kind, name)
    if "refused" in result:
        raise Refused(result["refused"], **result["fields"])
    return result


def one_line(text: str) -> str:
    """The text, when a label or a command line can hold it."""
    if len(text) > MAX_LINE or not text.isprintable():
        raise Refused("one_line", most=MAX_LINE)
    return text


def is_name(text: str) -> bool:
    """Whether it is a segment of a task key. Letters, digits and dashes are; for others the whole grammar is loaded."""
    if len(text) <= MAX_SLUG and text.isascii() and text[:1].isalnum() and text.replace("-", "").isalnum():
        return True
    from okstra_git.names import is_slug

    return is_slug(text)


def all_keys(state: State) -> list[str]:
    """Every task on record."""
    return [*state.facts["open"], *state.facts["closed"]]


def says(step: str, value: str) -> Callable[[State], bool]:
    """Applies when the step was answered with this value."""
    return lambda state: state.answers.get(step) == value


def is_typed(step: str) -> Callable[[State], bool]:
    """Applies when the pick was answered with direct input."""
    return says(step, DIRECT_INPUT)


def typed_or(step: str, applies: Callable[[State], bool], offers: Callable[[State], Any]) -> Callable[[State], bool]:
    """A text step that follows a pick's direct input, or stands for the pick where there is nothing to pick from."""
    return lambda state: is_typed(step)(state) or (applies(state) and not offers(state))


def always(_: State) -> bool:
    """Applies to every run."""
    return True
