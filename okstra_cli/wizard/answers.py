"""The wizard's state as a value, and what its answers so far amount to: the task, its phase, its stage, its documents.

Both in one module, since every module costs a step as much as its whole work does.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

DIRECT_INPUT = "direct-input"
DEFAULT = "default"
ABORTED = "aborted"
NEW, KEEP, CHANGE, AUTO, WHOLE_TASK = "new", "keep", "change", "auto", "whole-task"
YES, NO, NONE = "yes", "no", "none"
UNFINISHED = ("pending", "reserved", "started")
OPEN_GATES = ("complete", "partial", "skipped")
"""A brief whose reporter was asked, or need not be; with any other word no phase begins on it."""

_UNKNOWN_TASK: Mapping[str, Any] = {}


class State:
    """Facts and answers; nothing else is remembered, so equal answers make equal states.

    `facts` is what `gathering` found when the wizard began, and under `seen` what was looked up for an answer since.
    `turns` holds one mapping of step to value for each answered prompt, in the order of asking.
    """

    __slots__ = ("answers", "facts", "turns")

    def __init__(self, facts: Mapping[str, Any], turns: Sequence[Mapping[str, str]] = ()) -> None:
        self.facts = facts
        self.turns = tuple(turns)
        self.answers: dict[str, str] = {step: value for turn in self.turns for step, value in turn.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and (self.facts, self.turns) == (other.facts, other.turns)

    def __hash__(self) -> int:
        raise TypeError("a wizard's state is compared, not collected")

    def answered(self, turn: Mapping[str, str]) -> State:
        """With one more prompt answered."""
        return State(self.facts, (*self.turns, turn))

    def back(self) -> State:
        """Without the answers to the last prompt."""
        return State(self.facts, self.turns[:-1])

    def without(self, steps: Sequence[str]) -> State:
        """Without the answers to these steps; a turn that has no other goes."""
        turns = [{step: value for step, value in turn.items() if step not in steps} for turn in self.turns]
        return State(self.facts, [turn for turn in turns if turn])

    def seeing(self, kind: str, name: str, found: Mapping[str, Any]) -> State:
        """With the result of one look into the repository."""
        seen = dict(self.facts.get("seen", {}))
        seen[kind] = {**seen.get(kind, {}), name: dict(found)}
        return State({**self.facts, "seen": seen}, self.turns)

    def seen(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """What a look found earlier; None when there was none."""
        result: Mapping[str, Any] | None = self.facts.get("seen", {}).get(kind, {}).get(name)
        return result


def picked(state: State, pick: str, text: str) -> str | None:
    """The value of a pick, or of the text that follows its direct input; None as long as neither is there."""
    value = state.answers.get(pick)
    return state.answers.get(text) if value in (None, DIRECT_INPUT) else value


def group_of(state: State) -> str | None:
    """The task group of a task that is named by its parts."""
    return picked(state, "task_group_pick", "task_group")


def key_of(state: State) -> str | None:
    """The key of the task, `project:group:task`, once it is settled."""
    if state.answers.get("task_pick") != NEW:
        return picked(state, "task_pick", "task_key")
    group, name = group_of(state), picked(state, "task_id_pick", "task_id")
    return f"{state.facts['project']}:{group}:{name}" if group and name else None


def is_new(state: State) -> bool:
    """Whether the task has yet to be opened."""
    return key_of(state) not in state.facts["open"]


def task_at_first(state: State) -> Mapping[str, Any]:
    """What was known of the task before its plan was typed; empty for a new one."""
    key = key_of(state) or ""
    facts: Mapping[str, Any] = state.seen("task", key) or state.facts["tasks"].get(key, _UNKNOWN_TASK)
    return facts


def task_of(state: State) -> Mapping[str, Any]:
    """What is known of the task, with the plan that was named since."""
    path = state.answers.get("approved_plan")
    for looked_up in state.facts.get("seen", {}).get("plan", {}).values() if path else ():
        if looked_up.get("path") == path:
            renewed: Mapping[str, Any] = looked_up["task"]
            return renewed
    return task_at_first(state)


def phase_of(state: State) -> str | None:
    """The task type."""
    return picked(state, "task_type", "task_type_name")


def trait(state: State, name: str) -> Any:
    """What the phase is like: `brief`, `plan`, `template` (needs or takes one), `stage` ("take", "verify" or "")."""
    phase = phase_of(state)
    return state.facts["phases"][phase].get(name) if phase else None


def takes_stage(state: State) -> bool:
    """Whether the run works on one stage in a worktree."""
    return bool(trait(state, "stage") == "take")


def stages_at_choice(state: State) -> list[int]:
    """The stages that may be named: those left for an implementation, those done for a verification."""
    left = takes_stage(state)
    return [number for number, _, of in task_of(state).get("stages", []) if (of in UNFINISHED) == left]


def needs_of(state: State, stage: str) -> list[int]:
    """The stages that this one is built on."""
    needs: list[int] = task_of(state).get("after", {}).get(stage, [])
    return needs


def waits_for(task: Mapping[str, Any], stage: str) -> list[int]:
    """What has to be done before the stage can begin."""
    unfinished = [number for number, _, of in task.get("stages", []) if of in UNFINISHED]
    return [number for number in task.get("after", {}).get(stage, []) if number in unfinished]


def leaves_work(state: State, phase: str) -> bool:
    """Whether a run of this phase would find something to do: an implementation needs a stage that is not done, a
    verification or a handoff one that is, where the task has stages."""
    asked, task = state.answered({"task_type": phase}), task_of(state)
    if is_about_task(asked):
        return not task.get("stages") or len(unfinished(asked)) < len(task["stages"])
    return not takes_stage(asked) or task.get("plan") != "approved" or bool(stages_at_choice(asked))


def is_about_task(state: State) -> bool:
    """Whether the run may be about all stages together: a verification or a handoff."""
    return trait(state, "stage") == "verify" or bool(trait(state, "template"))


def unfinished(state: State) -> list[int]:
    """The stages that are not done."""
    return [number for number, _, of in task_of(state).get("stages", []) if of in UNFINISHED]


def leaves_unfinished(state: State) -> bool:
    """Whether the run is about all stages together and some of them are not done."""
    return is_about_task(state) and stage_of(state) in (WHOLE_TASK, None) and bool(unfinished(state))


def stage_of(state: State) -> str | None:
    """`auto`, `whole-task`, or a number; where there is nothing to choose from, what stands for all of it."""
    if stages_at_choice(state):
        return picked(state, "stage_pick", "stage")
    return AUTO if takes_stage(state) else WHOLE_TASK


def stage_at_work(state: State) -> str:
    """The number of the stage that an implementation would take, as far as it can be determined."""
    chosen = stage_of(state) or AUTO
    return str(task_of(state).get("auto") or "") if chosen == AUTO else chosen


def place_of_stage(state: State) -> str | None:
    """The worktree that the stage has already, which makes a base needless."""
    place: str | None = task_of(state).get("places", {}).get(stage_at_work(state))
    return place


def base_of(state: State) -> str | None:
    """The ref that a new stage begins on; None = as it depends."""
    if not takes_stage(state) or place_of_stage(state):
        return None
    if state.answers.get("base_ref_pick") == DEFAULT:  # a branch of that name may be typed
        return None
    return picked(state, "base_ref_pick", "base_ref")


def asks_brief(state: State) -> bool:
    """Whether the phase begins on a brief, or would be handed the task's own, on which none may begin now."""
    task = task_of(state)
    is_shut = bool(task.get("brief")) and task.get("gate") not in OPEN_GATES
    return bool(phase_of(state)) and (is_shut or bool(trait(state, "brief")))


def brief_of(state: State) -> str | None:
    """The brief's path; None when the phase needs none, or none was named yet."""
    if state.answers.get("brief_keep") == KEEP or (phase_of(state) and not asks_brief(state)):
        return task_of(state).get("brief") or None
    return picked(state, "brief_pick", "brief")


def customises(state: State) -> bool:
    """Whether roster, models and options are asked one by one."""
    return state.answers.get("use_defaults") == NO


def knows_its_work(state: State) -> bool:
    """Whether brief, plan, stage, base and executor are settled, so that nothing of them has to be asked any more."""
    answers = state.answers
    if "use_defaults" not in answers or (answers.get("stage_pick") == DIRECT_INPUT and "stage" not in answers):
        return False
    is_based = not takes_stage(state) or place_of_stage(state) is not None
    return is_based or picked(state, "base_ref_pick", "base_ref") is not None


def roster_of(state: State) -> tuple[str, ...]:
    """The workers, in the order of the roster."""
    chosen = state.answers.get("workers_override", DEFAULT)
    return tuple(state.facts["default_workers"] if chosen == DEFAULT else chosen.split(","))


def executor_of(state: State) -> str:
    """The worker that changes code."""
    return state.answers.get("executor", str(state.facts["executors"][0]))


def template_of(state: State) -> str | None:
    """The template of pull requests that was chosen."""
    chosen = picked(state, "pr_template_pick", "pr_template")
    return None if chosen == DEFAULT else chosen


def fields_of(state: State) -> dict[str, Any]:
    """What the labels of prompts have gaps for."""
    return {
        "key": key_of(state) or "",
        "phase": phase_of(state) or "",
        "group": group_of(state) or "",
        "executor": executor_of(state),
        "project": state.facts["project"],
    }
