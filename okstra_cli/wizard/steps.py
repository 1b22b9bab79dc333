"""All steps of the wizard in their order: when each is asked, what it offers, and how an answer is judged."""

from __future__ import annotations

from okstra_cli.wizard import answers, choices, chosen
from okstra_cli.wizard.chosen import DEFAULT, DIRECT_INPUT, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from okstra_cli.wizard.choices import Choice

PICK, TEXT = "pick", "text"


class Step:
    """One question. A pick has `offers`; `judge` turns an answer that is no option, or a chosen value, into its value.

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


def _is(step: str, value: str) -> Callable[[State], bool]:
    return lambda state: state.answers.get(step) == value


def _typed(step: str) -> Callable[[State], bool]:
    return _is(step, DIRECT_INPUT)


def _typed_or(step: str, applies: Callable[[State], bool], offers: Callable[[State], Any]) -> Callable[[State], bool]:
    """A text step that follows a pick's direct input, or stands for the pick where there is nothing to pick from."""
    return lambda state: _typed(step)(state) or (applies(state) and not offers(state))


def _always(_: State) -> bool:
    return True


_is_another = _is("task_pick", chosen.NEW)


def _has_groups(state: State) -> bool:
    return bool(state.facts["groups"])


def _has_ids(state: State) -> bool:
    return bool(state.facts["ids"].get(chosen.group_of(state)))


def _keeps_brief(state: State) -> bool:
    task = chosen.task_of(state)
    return bool(chosen.trait(state, "brief") and task.get("brief") and task.get("gate") in chosen.OPEN_GATES)


def _wants_brief(state: State) -> bool:
    return bool(chosen.trait(state, "brief")) and state.answers.get("brief_keep") != chosen.KEEP


def _has_briefs(state: State) -> bool:
    return _wants_brief(state) and bool(choices.briefs_at_hand(state))


def _wants_plan(state: State) -> bool:
    return bool(chosen.trait(state, "plan")) and chosen.task_at_first(state).get("plan") != "approved"


def _has_stages(state: State) -> bool:
    return bool(chosen.trait(state, "stage") and chosen.stages_at_choice(state))


def _needs_base(state: State) -> bool:
    return chosen.takes_stage(state) and chosen.place_of_stage(state) is None


def _writes_code(state: State) -> bool:
    return chosen.customises(state) and chosen.takes_stage(state)


def _has_worker(name: str) -> Callable[[State], bool]:
    """Whether the worker's model is asked: in an implementation the executor's stands for the analysers'."""

    def applies(state: State) -> bool:
        hidden = chosen.takes_stage(state) and name in state.facts["executors"]
        return chosen.customises(state) and name in chosen.roster_of(state) and not hidden

    return applies


def _takes_template(state: State) -> bool:
    return chosen.customises(state) and bool(chosen.trait(state, "template"))


def _models(_: State) -> str:
    return "models"


def _options(_: State) -> str:
    return "options"


def _with_stage(state: State) -> str:
    """Stage, base, executor and defaults share a screen; without a stage there is nothing to share."""
    return "stage_options" if chosen.trait(state, "stage") else ""


def _model_steps() -> list[Step]:
    applies = {
        "lead": chosen.customises, "executor": _writes_code, "claude": _has_worker("claude"),
        "codex": _has_worker("codex"), "gemini": _has_worker("gemini"), "report-writer": _has_worker("report-writer"),
    }  # fmt: skip
    names = {worker: f"{worker.replace('-', '_')}_model" for worker in applies}
    picks = [
        Step(names[worker], asked, lambda s, w=worker: choices.models(s, w), default=DEFAULT, group=_models)  # type: ignore[misc]
        for worker, asked in applies.items()
    ]
    return [*picks, *(Step(f"{name}_name", _typed(name), judge=answers.model) for name in names.values())]


STEPS = (
    Step("task_pick", _always, choices.tasks, answers.known_task, takes=answers.is_open_task),
    Step("task_key", _typed("task_pick"), judge=answers.task_key),
    Step("task_group_pick", lambda s: _is_another(s) and _has_groups(s), choices.groups),
    Step("task_group", _typed_or("task_group_pick", _is_another, _has_groups), judge=answers.slug),
    Step("task_id_pick", lambda s: _is_another(s) and _has_ids(s), choices.ids, answers.task_id),
    Step("task_id", _typed_or("task_id_pick", _is_another, _has_ids), judge=answers.task_id),
    Step("task_type", _always, choices.task_types, answers.task_type),
    Step("task_type_name", _typed("task_type"), judge=answers.task_type),
    Step("brief_keep", _keeps_brief, choices.keep_or_change, default=chosen.KEEP),
    Step("brief_pick", _has_briefs, choices.briefs, answers.offered_brief),
    Step("brief", _typed_or("brief_pick", _wants_brief, choices.briefs_at_hand), judge=answers.brief),
    Step("approved_plan", _wants_plan, judge=answers.approved_plan),
    Step("stage_pick", _has_stages, choices.stages, default="first", group=_with_stage, takes=answers.is_at_choice),
    Step("stage", _typed("stage_pick"), judge=answers.stage),
    Step("base_ref_pick", _needs_base, choices.bases, default=DEFAULT, group=_with_stage),
    Step("base_ref", lambda s: _typed("base_ref_pick")(s) and _needs_base(s), judge=answers.base_ref),
    Step("executor", chosen.takes_stage, choices.executors, default="first", group=_with_stage),
    Step("use_defaults", _always, choices.yes_or_no, default=chosen.YES, group=_with_stage),
    Step("workers_override", chosen.customises, choices.workers, answers.roster, default=DEFAULT, multi=True),
    *_model_steps(),
    Step("directive_pick", chosen.customises, choices.directives, default=chosen.NONE, group=_options),
    Step("related_tasks_pick", chosen.customises, choices.related, default=chosen.NONE, group=_options),
    Step("clarification_pick", chosen.customises, choices.clarifications, default=chosen.NONE, group=_options),
    Step("pr_template_pick", _takes_template, choices.templates, default=DEFAULT, group=_options),
    Step("directive", _typed("directive_pick"), judge=answers.directive),
    Step("related_tasks", _typed("related_tasks_pick"), judge=answers.related_tasks),
    Step("clarification", _typed("clarification_pick"), judge=answers.file),
    Step("pr_template", _typed("pr_template_pick"), judge=answers.file),
    Step("pr_template_scope", lambda s: chosen.template_of(s) is not None, choices.template_scopes, default="run"),
    Step("branch_confirm", chosen.takes_stage, choices.branch_answers),
    Step("confirm", _always, choices.confirmations),
    Step("edit_target", _is("confirm", "edit"), choices.edit_targets),
)  # fmt: skip
NAMES = tuple(step.name for step in STEPS)
BY_NAME = {step.name: step for step in STEPS}


def reset_from(state: State, step: str) -> State:
    """Without the answers to this step and to all that come after it."""
    return state.without(NAMES[NAMES.index(step) :])
