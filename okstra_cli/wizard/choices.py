"""What each pick offers: values and labels, two to four of them, the recommended one first."""

from __future__ import annotations

from okstra_cli.wizard import chosen
from okstra_cli.wizard.chosen import DEFAULT, DIRECT_INPUT, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


UNREADABLE = "?"
"""The gate of a brief that cannot be read."""

MOST = 4
"""What the asking tool shows of one question, at most; two are its least."""


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


DIRECT = Choice(DIRECT_INPUT, "direct")
RECOMMENDED = "recommended"


def _with_direct(choices: Iterable[Choice]) -> list[Choice]:
    return [*list(choices)[: MOST - 1], DIRECT]


def tasks(state: State) -> list[Choice]:
    """Open tasks with something left to do, the newest first; then a new one; direct input while there is room."""
    recent = [_task(state, key) for key in state.facts["recent"][: MOST - 1]]
    found = [*recent, Choice(chosen.NEW, "new_or_other" if len(recent) == MOST - 1 else "new")]
    return found if len(found) == MOST else [*found, DIRECT]


def _task(state: State, key: str) -> Choice:
    task = state.facts["tasks"][key]
    return Choice(key, "task", title=task.get("title") or task.get("type") or "")


def groups(state: State) -> list[Choice]:
    """Groups of recent tasks and briefs."""
    return _with_direct(Choice(group) for group in state.facts["groups"])


def ids(state: State) -> list[Choice]:
    """Briefs that no task has begun on, then tasks of the group."""
    found = state.facts["ids"].get(chosen.group_of(state), [])
    return _with_direct(Choice(name, f"id_of_{kind}") for name, kind in found)


def task_types(state: State) -> list[Choice]:
    """What is recommended, the current phase once more, and what follows it."""
    task, phases = chosen.task_of(state), state.facts["phases"]
    last, recommended = task.get("type"), task.get("next") or next(iter(phases))
    kinds = {recommended: "phase"} | ({last: "phase_again"} if last and last != recommended else {})
    if task.get("plan") == "approved":  # what a plan was made for is never missing
        kinds.setdefault(next(name for name, phase in phases.items() if phase["plan"]), "phase")
    for name in phases[last or recommended]["next"]:
        kinds.setdefault(name, "phase_next" if last else "phase")
    fitting = {name: kind for name, kind in kinds.items() if chosen.leaves_work(state, name)}
    offered = fitting or {next(iter(phases)): "phase"}
    best = next(iter(offered))
    return _with_direct(Choice(name, kind, RECOMMENDED * (name == best)) for name, kind in offered.items())


def keep_or_change(state: State) -> list[Choice]:
    """The brief of the last run, or another."""
    kept = Choice(chosen.KEEP, "keep", path=_shown(state, chosen.task_of(state)["brief"]))
    return [kept, Choice(chosen.CHANGE, "change")]


def briefs(state: State) -> list[Choice]:
    """Briefs of the task's group, its namesake first."""
    return _with_direct(
        Choice(path, "brief" if gate in chosen.OPEN_GATES else "brief_waiting", path=_shown(state, path), gate=gate)
        for path, gate in briefs_at_hand(state)
    )


def briefs_at_hand(state: State) -> Sequence[tuple[str, str]]:
    """(path, reporter gate) of the briefs that may be picked."""
    key = chosen.key_of(state) or "::"
    _, group, name = key.split(":")
    found = [one for one in state.facts["briefs"].get(group, []) if one[1] != UNREADABLE]
    return sorted(found, key=lambda one: not one[0].endswith(f"/{name}.md"))[: MOST - 1]


def stages(state: State) -> list[Choice]:
    """For an implementation the stage that is next and others that could begin; for a verification what is done."""
    task = chosen.task_of(state)
    if chosen.takes_stage(state):
        ready = bool(task.get("auto"))
        first = Choice(chosen.AUTO, "auto" if ready else "auto_none", RECOMMENDED * ready, stage=task.get("auto"))
        numbers = [number for number in task.get("ready", []) if number != task.get("auto")]
    else:
        first = Choice(chosen.WHOLE_TASK, "whole_task", RECOMMENDED)
        numbers = chosen.stages_at_choice(state)[::-1]
    titles = {number: title for number, title, _ in task.get("stages", [])}
    return _with_direct([first, *(Choice(str(n), "stage", title=titles.get(n, "")) for n in numbers[: MOST - 2])])


def bases(state: State) -> list[Choice]:
    """What the stage depends on, as okstra chooses by itself, or a branch."""
    task = chosen.task_of(state)
    usual = task.get("anchor") or state.facts["branch"]
    first = Choice(DEFAULT, "base_default", RECOMMENDED, base=usual)
    others = [ref for ref in state.facts["bases"] if ref != usual]
    return _with_direct([first, *(Choice(ref) for ref in others)])


def executors(state: State) -> list[Choice]:
    """Every worker that can change code."""
    return [Choice(name, mark=DEFAULT * (at == 0)) for at, name in enumerate(state.facts["executors"])]


def yes_or_no(_: State) -> list[Choice]:
    """Begin with roster, models and options as they usually are, or ask for each."""
    return [Choice(chosen.YES, "use_defaults", RECOMMENDED), Choice(chosen.NO, "customise")]


def workers(state: State) -> list[Choice]:
    """The whole roster; several may be chosen."""
    usual = state.facts["default_workers"]
    return [Choice(name, mark=DEFAULT * (name in usual)) for name in state.facts["workers"]]


def models(state: State, worker: str) -> list[Choice]:
    """The usual model of a worker, the other families its program knows, or a name."""
    program = chosen.executor_of(state) if worker == "executor" else worker
    usual = state.facts["default_models"].get(program, DEFAULT)
    is_claude = state.facts["workers"].get(program, "claude") == "claude"
    others = [name for name in state.facts["families"] if name != usual] if is_claude else []
    first = Choice(DEFAULT, "model_own" if usual == DEFAULT else "model_default", DEFAULT, model=usual, program=program)
    return _with_direct([first, *(Choice(name) for name in others)])


def directives(_: State) -> list[Choice]:
    """A word of one's own, or none."""
    return _with_direct([Choice(chosen.NONE, "none", DEFAULT)])


def related(state: State) -> list[Choice]:
    """Other recent tasks."""
    others = [key for key in state.facts["recent"] if key != chosen.key_of(state)]
    return _with_direct([Choice(chosen.NONE, "none", DEFAULT), *(Choice(key) for key in others[: MOST - 2])])


def clarifications(state: State) -> list[Choice]:
    """The report of the last run, answered, or another file."""
    report = chosen.task_of(state).get("report")
    last = [Choice(report, "path", path=_shown(state, report))] if report else []
    return _with_direct([Choice(chosen.NONE, "none", DEFAULT), *last])


def templates(state: State) -> list[Choice]:
    """The project's own template of pull requests, or a file."""
    own = state.facts.get("template") or ""
    return _with_direct([Choice(DEFAULT, "template_own" if own else "template_none", DEFAULT, path=own)])


def template_scopes(_: State) -> list[Choice]:
    """Whether the template is for this run alone."""
    return [Choice("run", "scope_run", DEFAULT), Choice("project", "scope_project")]


def branch_answers(state: State) -> list[Choice]:
    """Go on, choose another base where a worktree would be made, or stop."""
    edit = [] if chosen.place_of_stage(state) else [Choice("edit", "edit_base")]
    return [Choice("continue", "continue", RECOMMENDED), *edit, Choice("abort", "abort")]


def confirmations(_: State) -> list[Choice]:
    """Begin, change something, or stop."""
    return [Choice("start", "start", RECOMMENDED), Choice("edit", "edit"), Choice("abort", "abort")]


def _shown(state: State, path: str) -> str:
    """A path as people know it: from the project's root."""
    root = state.facts["root"].rstrip("/") + "/"
    return path.removeprefix(root)


def edit_targets(state: State) -> list[Choice]:
    """Where to go back to; what comes after it is asked again."""
    documents = [name for name in ("brief_keep", "brief_pick", "brief", "approved_plan") if name in state.answers]
    stage = ["stage_pick"] if "stage_pick" in state.answers else []
    between = documents[:1] + stage
    first = ["task_pick"] if len(between) == MOST - 2 else ["task_pick", "task_type"]
    return [Choice(name, f"edit_{name}") for name in (*first, *between, "use_defaults")]
