"""What `wizard` answers."""

from typing import NotRequired

from typing_extensions import TypedDict


class Option(TypedDict):
    """A value that the prompt may be answered with."""

    value: str
    label: str


class Question(TypedDict):
    """One question of a group."""

    step: str
    label: str
    options: list[Option]
    multi: bool
    header: str
    default: NotRequired[str | None]


class Prompt(TypedDict):
    """The next prompt; `kind` is `pick`, `text`, `pick_group` (which has `questions`), `done` or `aborted`."""

    step: str
    kind: str
    label: str
    options: NotRequired[list[Option]]
    multi: NotRequired[bool]
    header: NotRequired[str]
    default: NotRequired[str | None]
    questions: NotRequired[list[Question]]


class FirstPrompt(TypedDict):
    """`wizard init`."""

    state_file: str
    next: Prompt


class NextPrompt(TypedDict):
    """`wizard step`."""

    next: Prompt


class RefusedAnswer(TypedDict):
    """What stands beside a refusal of `wizard step`: a sentence by step, and the same prompt."""

    errors: NotRequired[dict[str, str]]
    next: NotRequired[Prompt]


class BundleArguments(TypedDict):
    """`wizard render-args` and `wizard run`: the arguments of `render-bundle`, and the line that runs it."""

    args: dict[str, str]
    command: str


class Removed(TypedDict):
    """`wizard forget`."""

    removed: list[str]
