"""Turns answers into the arguments of `okstra render-bundle`, and those into one literal line."""

from __future__ import annotations

from collections.abc import Mapping

from okstra_cli.wizard import answers
from okstra_cli.wizard.answers import DEFAULT, State
from okstra_git.commands import option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPE_CHECKING = False


PROGRAM = "okstra render-bundle"
SWITCHES = ("open-task", "leave-unfinished")
WORKERS = ("lead", "executor", "claude", "codex", "gemini", "report-writer")
LONGEST_ON_THE_LINE = 500


def arguments_of(state: State) -> dict[str, str]:
    """The arguments by their names on the command line, in a fixed order; what was left at its default is absent.

    A switch has the value `true`. A directive is `directive`, however long it is.
    """
    arguments: dict[str, str | None] = {
        "task-key": answers.key_of(state),
        "open-task": "true" if answers.is_new(state) else None,
        "task-type": answers.phase_of(state),
        "brief-path": answers.brief_of(state),
        **_stage_of(state),
        **(_customised(state) if answers.customises(state) else {}),
    }
    return {name: value for name, value in arguments.items() if value}


def _stage_of(state: State) -> dict[str, str | None]:
    stage = answers.stage_of(state) if answers.trait(state, "stage") else None
    if not answers.takes_stage(state):
        return {
            "stage": None if stage == answers.WHOLE_TASK else stage,
            "leave-unfinished": "true" if answers.leaves_unfinished(state) else None,
            "verification-scope": None if stage is None else stage if stage == answers.WHOLE_TASK else "single-stage",
        }
    return {
        "approved-plan": state.answers.get("approved_plan"),
        "stage": stage,
        "base-ref": answers.base_of(state),
        "executor": state.answers.get("executor"),
    }


def _customised(state: State) -> dict[str, str | None]:
    roster = ",".join(answers.roster_of(state))
    template = answers.template_of(state)
    return {
        "workers-override": None if roster == ",".join(state.facts["default_workers"]) else roster,
        **{f"{worker}-model": _model(state, worker.replace("-", "_")) for worker in WORKERS},
        "directive": _option(state, "directive"),
        "related-tasks": _option(state, "related_tasks"),
        "clarification-response": _option(state, "clarification"),
        "pr-template-path": template,
        "pr-template-scope": state.answers.get("pr_template_scope") if template else None,
    }


def _model(state: State, worker: str) -> str | None:
    model = answers.picked(state, f"{worker}_model", f"{worker}_model_name")
    return None if model == DEFAULT else model


def _option(state: State, name: str) -> str | None:
    value = answers.picked(state, f"{name}_pick", name)
    return None if value == answers.NONE else value


def is_plain_line(text: str) -> bool:
    """Whether a text may stand on a line that permission rules are held against: short, and nothing to expand."""
    return len(text) <= LONGEST_ON_THE_LINE and text.isprintable() and not set(text) & set("$`'\"\\!")


def words_of(arguments: Mapping[str, str]) -> list[str]:
    """The arguments as words of a command line."""
    return list(_words(arguments))


def _words(arguments: Mapping[str, str]) -> Iterator[str]:
    for name, value in arguments.items():
        if value.startswith("-"):  # or it would be read as an option
            yield f"--{name}={value}"
        else:
            yield from [f"--{name}"] if name in SWITCHES else [f"--{name}", value]


def command_of(arguments: Mapping[str, str]) -> str:
    """The one literal line: no shell expands anything in it, and a terminal shows every character of it."""
    words = (f"--{name}" if name in SWITCHES else option(f"--{name}", value) for name, value in arguments.items())
    return " ".join([PROGRAM, *words])


def directive_file(state_file: str) -> str:
    """Where a directive is kept for a wizard."""
    return f"{state_file}.directive.txt"


def with_directive_file(arguments: Mapping[str, str], state_file: str) -> dict[str, str]:
    """The arguments with `directive-file` in the place of a directive that is long, or that a shell might read into."""
    text = arguments.get("directive")
    if text is None or is_plain_line(text):
        return dict(arguments)
    from pathlib import Path

    from okstra_git.git.git_directory import replace_own  # a step of the wizard does without

    path = Path(directive_file(state_file))
    replace_own(path, text.encode())
    return {
        ("directive-file" if name == "directive" else name): (str(path) if name == "directive" else value)
        for name, value in arguments.items()
    }
