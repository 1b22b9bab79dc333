"""Asks for roster, models and options one by one, of those who do not take them as usual."""

from __future__ import annotations

from okstra_cli.wizard import answers
from okstra_cli.wizard.answers import DEFAULT, State
from okstra_cli.wizard.step import (
    MOST,
    Choice,
    Refused,
    Step,
    all_keys,
    is_name,
    is_typed,
    look_up,
    one_line,
    shown_path,
    with_direct,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DIRECTIVE = 20_000
_MODEL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/[]-")


def workers(state: State) -> list[Choice]:
    """The whole roster; several may be answers."""
    usual = state.facts["default_workers"]
    return [Choice(name, mark=DEFAULT * (name in usual)) for name in state.facts["workers"]]


def models(state: State, worker: str) -> list[Choice]:
    """The usual model of a worker, the other families its program knows, or a name."""
    program = answers.executor_of(state) if worker == "executor" else worker
    usual = state.facts["default_models"].get(program, DEFAULT)
    is_claude = state.facts["workers"].get(program, "claude") == "claude"
    others = [name for name in state.facts["families"] if name != usual] if is_claude else []
    first = Choice(DEFAULT, "model_own" if usual == DEFAULT else "model_default", DEFAULT, model=usual, program=program)
    return with_direct([first, *(Choice(name) for name in others)])


def directives(_: State) -> list[Choice]:
    """A word of one's own, or none."""
    return with_direct([Choice(answers.NONE, "none", DEFAULT)])


def related(state: State) -> list[Choice]:
    """Other recent tasks."""
    others = [key for key in state.facts["recent"] if key != answers.key_of(state)]
    return with_direct([Choice(answers.NONE, "none", DEFAULT), *(Choice(key) for key in others[: MOST - 2])])


def clarifications(state: State) -> list[Choice]:
    """The report of the last run, answered, or another file; with the questions that hold up the next phase."""
    task = answers.task_of(state)
    report, waiting = task.get("report"), task.get("waiting") or []
    none = Choice(answers.NONE, "none", DEFAULT)
    if not report:
        return with_direct([none])
    shown = {"path": shown_path(state, report), "ids": ", ".join(waiting), "first": next(iter(waiting), "")}
    return with_direct([none, Choice(report, "report_waits" if waiting else "path", **shown)])


def templates(state: State) -> list[Choice]:
    """The project's own template of pull requests, or a file."""
    own = state.facts.get("template") or ""
    return with_direct([Choice(DEFAULT, "template_own" if own else "template_none", DEFAULT, path=own)])


def template_scopes(_: State) -> list[Choice]:
    """Whether the template is for this run alone."""
    return [Choice("run", "scope_run", DEFAULT), Choice("project", "scope_project")]


def roster(state: State, text: str) -> str:
    """Workers separated by commas, at least one of which analyses."""
    asked = {part.strip() for part in text.split(",") if part.strip()}
    unknown = sorted(asked.difference(state.facts["workers"]))
    if unknown:
        raise Refused("worker", value=unknown[0], known=", ".join(state.facts["workers"]))
    if not asked.intersection(state.facts["executors"]):
        raise Refused("no_analyser", known=", ".join(state.facts["executors"]))
    return ",".join(name for name in state.facts["workers"] if name in asked)


def model(_: State, text: str) -> str:
    """A model's name as a command line can carry it."""
    if not 1 <= len(text) <= 100 or not _MODEL.issuperset(text) or not text[0].isalnum():
        raise Refused("model", value=text)
    return text


def file(state: State, text: str) -> str:
    """A file that can be read."""
    return str(look_up(state, "file", one_line(text))["path"])


def directive(_: State, text: str) -> str:
    """Anything that can be printed, on as many lines as it takes."""
    if len(text) > MAX_DIRECTIVE or not all(c.isprintable() or c in "\n\t" for c in text):
        raise Refused("directive", most=MAX_DIRECTIVE)
    return text


def related_tasks(state: State, text: str) -> str:
    """Keys of tasks, separated by commas; `none` for a person who came here where there is no other task."""
    if text == answers.NONE:
        return text
    keys = [part.strip() for part in text.split(",") if part.strip()]
    for key in keys:
        if len(key.split(":")) != 3 or not all(is_name(part) for part in key.split(":")):
            raise Refused("related", value=key)
        if key == answers.key_of(state):
            raise Refused("related_unknown", key=key)
        if key not in all_keys(state):  # it may have been opened since the wizard was begun
            look_up(state, "related", key)
    if not keys:
        raise Refused("empty")
    return ",".join(dict.fromkeys(keys))


def _writes_code(state: State) -> bool:
    return answers.customises(state) and answers.takes_stage(state)


def _has_worker(name: str) -> Callable[[State], bool]:
    """Whether the worker's model is asked: in an implementation the executor's stands for the analysers'."""

    def applies(state: State) -> bool:
        hidden = answers.takes_stage(state) and name in state.facts["executors"]
        return answers.customises(state) and name in answers.roster_of(state) and not hidden

    return applies


def _takes_template(state: State) -> bool:
    return answers.customises(state) and bool(answers.trait(state, "template"))


def _models(_: State) -> str:
    return "models"


def _options(_: State) -> str:
    return "options"


def _model_steps() -> list[Step]:
    applies = {
        "lead": answers.customises, "executor": _writes_code, "claude": _has_worker("claude"),
        "codex": _has_worker("codex"), "gemini": _has_worker("gemini"), "report-writer": _has_worker("report-writer"),
    }  # fmt: skip
    names = {worker: f"{worker.replace('-', '_')}_model" for worker in applies}
    picks = [
        Step(names[worker], asked, lambda s, w=worker: models(s, w), default=DEFAULT, group=_models)  # type: ignore[misc]
        for worker, asked in applies.items()
    ]
    return [*picks, *(Step(f"{name}_name", is_typed(name), judge=model) for name in names.values())]


STEPS = (
    Step("workers_override", answers.customises, workers, roster, default=DEFAULT, multi=True),
    *_model_steps(),
    Step("directive_pick", answers.customises, directives, default=answers.NONE, group=_options),
    Step("related_tasks_pick", answers.customises, related, default=answers.NONE, group=_options),
    Step("clarification_pick", answers.customises, clarifications, default=answers.NONE, group=_options),
    Step("pr_template_pick", _takes_template, templates, default=DEFAULT, group=_options),
    Step("directive", is_typed("directive_pick"), judge=directive),
    Step("related_tasks", is_typed("related_tasks_pick"), judge=related_tasks),
    Step("clarification", is_typed("clarification_pick"), judge=file),
    Step("pr_template", is_typed("pr_template_pick"), judge=file),
    Step("pr_template_scope", lambda s: answers.template_of(s) is not None, template_scopes, default="run"),
)  # fmt: skip
