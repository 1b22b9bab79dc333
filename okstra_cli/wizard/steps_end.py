"""Tells what was chosen and where the work will be done, and asks whether the run may begin so."""

from __future__ import annotations

from okstra_cli.wizard import answers
from okstra_cli.wizard.answers import State
from okstra_cli.wizard.arguments import arguments_of
from okstra_cli.wizard.step import MOST, RECOMMENDED, Choice, Step, always, says

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from okstra_cli.wizard.texts import Texts

_TOLD_OTHERWISE = ("task-key", "open-task", "task-type")
_PATHS = ("brief-path", "approved-plan", "clarification-response", "pr-template-path")


def branch_answers(state: State) -> list[Choice]:
    """Go on, choose another base where a worktree would be made, or stop."""
    edit = [] if answers.place_of_stage(state) else [Choice("edit", "edit_base")]
    return [Choice("continue", "continue", RECOMMENDED), *edit, Choice("abort", "abort")]


def confirmations(_: State) -> list[Choice]:
    """Begin, change something, or stop."""
    return [Choice("start", "start", RECOMMENDED), Choice("edit", "edit"), Choice("abort", "abort")]


def edit_targets(state: State) -> list[Choice]:
    """Where to go back to; what comes after it is asked again."""
    documents = [name for name in ("brief_keep", "brief_pick", "brief", "approved_plan") if name in state.answers]
    stage = ["stage_pick"] if "stage_pick" in state.answers else []
    between = documents[:1] + stage
    first = ["task_pick"] if len(between) == MOST - 2 else ["task_pick", "task_type"]
    return [Choice(name, f"edit_{name}") for name in (*first, *between, "use_defaults")]


def label_of(state: State, step: str, texts: Texts) -> str:
    """The label of `confirm` or `branch_confirm`."""
    if step == "confirm":
        return "\n".join([texts.say("step.confirm.label"), *_chosen_lines(state, texts)])
    return texts.say("step.branch_confirm.label") + "\n" + _where(state, texts)


def _where(state: State, texts: Texts) -> str:
    """The worktree and branch that a stage has or will have."""
    task, stage, place = answers.task_of(state), answers.stage_at_work(state), answers.place_of_stage(state)
    branch = task.get("branches", {}).get(stage) or f"{task.get('stem', '')}{stage or 'N'}"
    if place:
        return texts.say("where.reused", stage=stage, branch=branch, place=place)
    needs = ", ".join(map(str, answers.needs_of(state, stage)))
    usual = texts.say("where.after", known=needs) if needs else task.get("anchor") or state.facts["branch"]
    base = answers.base_of(state) or usual
    sentence = texts.say("where.new", stage=stage or "N", branch=branch, base=base)
    return sentence + "\n" + texts.say("where.auto") if answers.stage_of(state) == answers.AUTO else sentence


def _chosen_lines(state: State, texts: Texts) -> Iterator[str]:
    """One line for each thing that was chosen, under the name it has on the command line."""
    fields = answers.fields_of(state)
    yield texts.say("told.new_task" if answers.is_new(state) else "told.task", **fields)
    for name, value in arguments_of(state).items():
        if name in _TOLD_OTHERWISE:
            continue
        shown = value.removeprefix(state.facts["root"].rstrip("/") + "/") if name in _PATHS else value
        yield texts.say("told.argument", argument=name, value=shown)
    if not answers.customises(state):
        yield texts.say("told.defaults", known=", ".join(answers.roster_of(state)))


STEPS = (
    Step("branch_confirm", answers.takes_stage, branch_answers),
    Step("confirm", always, confirmations),
    Step("edit_target", says("confirm", "edit"), edit_targets),
)  # fmt: skip
