"""Turns answers into the arguments of `okstra render-bundle`, and those into one literal line."""

from __future__ import annotations

from okstra_cli.wizard import chosen
from okstra_cli.wizard.chosen import DEFAULT, State
from okstra_git.commands import option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


PROGRAM = "okstra render-bundle"
SWITCHES = ("open-task", "leave-unfinished")
WORKERS = ("lead", "executor", "claude", "codex", "gemini", "report-writer")
LONGEST_ON_THE_LINE = 500


def arguments_of(state: State) -> dict[str, str]:
    """The arguments by their names on the command line, in a fixed order; what was left at its default is absent.

    A switch has the value `true`. A directive is `directive`, however long it is.
    """
    found: dict[str, str | None] = {
        "task-key": chosen.key_of(state),
        "open-task": "true" if chosen.is_new(state) else None,
        "task-type": chosen.phase_of(state),
        "brief-path": chosen.brief_of(state),
        **_stage_of(state),
        **(_customised(state) if chosen.customises(state) else {}),
    }
    return {name: value for name, value in found.items() if value}


def _stage_of(state: State) -> dict[str, str | None]:
    stage = chosen.stage_of(state) if chosen.trait(state, "stage") else None
    if not chosen.takes_stage(state):
        return {
            "stage": None if stage == chosen.WHOLE_TASK else stage,
            "leave-unfinished": "true" if chosen.leaves_unfinished(state) else None,
            "verification-scope": None if stage is None else stage if stage == chosen.WHOLE_TASK else "single-stage",
        }
    return {
        "approved-plan": state.answers.get("approved_plan"),
        "stage": stage,
        "base-ref": chosen.base_of(state),
        "executor": state.answers.get("executor"),
    }


def _customised(state: State) -> dict[str, str | None]:
    roster = ",".join(chosen.roster_of(state))
    template = chosen.template_of(state)
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
    found = chosen.picked(state, f"{worker}_model", f"{worker}_model_name")
    return None if found == DEFAULT else found


def _option(state: State, name: str) -> str | None:
    found = chosen.picked(state, f"{name}_pick", name)
    return None if found == chosen.NONE else found


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
