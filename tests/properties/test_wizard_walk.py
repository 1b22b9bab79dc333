"""Walks the wizard every way there is, in any repository: no dead end, no prompt beyond its limits, no answer lost."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from okstra_cli.wizard import machine
from okstra_cli.wizard.answers import ABORTED, State
from okstra_cli.wizard.arguments import arguments_of, command_of
from okstra_cli.wizard.machine import all_steps, chapters, reset_from
from okstra_cli.wizard.state_file import Saved, read_state, write_state
from tests.kit.asking import (
    EN,
    a_task,
    answer,
    breaches,
    prompt,
    questions,
    reached_end,
    repositories,
    some_facts,
    sound_answers,
)
from tests.kit.budgets import PHASES

NONSENSE = [
    "", "nonsense", "99", "{", "[]", '{"lead_model": 3}', '{"no_such_step": "x"}', "a b", "../..", "-", "\0", "none.md",
]  # fmt: skip


def asking(state: State) -> bool:
    return machine.standing(state) == "asking"


NAMES = tuple(step.name for step in all_steps())


def asks(asked: Mapping[str, Any]) -> list[str]:
    """The steps that a prompt asks."""
    return [question["step"] for question in questions(asked)]


def tried(state: State, said: str) -> tuple[State, dict[str, str]]:
    """The state after an answer, or the same state and why not."""
    try:
        return answer(state, said), {}
    except machine.BadAnswer as bad:
        return state, bad.errors or {"?": ""}


class Wizard(RuleBasedStateMachine):
    """Any sequence of good answers, bad answers, steps back and jumps back."""

    @initialize(facts=repositories())
    def begin(self, facts: dict[str, Any]) -> None:
        self.state = State(facts)

    @precondition(lambda self: asking(self.state))
    @rule(data=st.data())
    def answer_soundly(self, data: st.DataObject) -> None:
        said = data.draw(st.sampled_from(list(sound_answers(self.state))))
        self.state, errors = tried(self.state, said)
        # a brief that waits for its reporter, a phase without stages
        assert errors.keys() <= {"brief_pick", "task_type", "task_type_name"}, (said, errors)

    @precondition(lambda self: asking(self.state))
    @rule(data=st.data())
    def answer_several_tabs(self, data: st.DataObject) -> None:
        asked = prompt(self.state, EN)
        if asked["kind"] != machine.GROUP:
            return
        said = {
            question["step"]: data.draw(st.sampled_from([*(each["value"] for each in question["options"]), "default"]))
            for question in questions(asked)
        }
        self.state = answer(self.state, said)

    @precondition(lambda self: asking(self.state))
    @rule(said=st.sampled_from(NONSENSE) | st.text(max_size=30))
    def answer_anything(self, said: str) -> None:
        before = State(deepcopy(self.state.facts), self.state.turns)
        self.state, errors = tried(self.state, said)
        if errors:
            assert all(errors.values())
            assert self.state == before
        else:
            assert self.state.turns != before.turns

    @precondition(lambda self: self.state.turns and machine.standing(self.state) != ABORTED)
    @rule()
    def go_back(self) -> None:
        assert machine.back(self.state, EN).turns == self.state.turns[:-1]
        self.state = machine.back(self.state, EN)

    @precondition(lambda self: self.state.turns and machine.standing(self.state) != ABORTED)
    @rule(data=st.data())
    def rewind_and_replay(self, data: st.DataObject) -> None:
        """What was answered before, answered again, gives the state of before.

        Not while the base is chosen again: its screen was answered as a whole, and is open in part.
        """
        asked = prompt(self.state, EN)
        if asked["kind"] == machine.GROUP and "stage_pick" in self.state.answers.keys() - set(asks(asked)):
            return
        at = data.draw(st.integers(0, len(self.state.turns) - 1))
        state = State(self.state.facts, self.state.turns[:at])
        while len(state.answers) < len(self.state.answers):
            asked, known = prompt(state, EN), self.state.answers
            said = {each["step"]: known[each["step"]] for each in questions(asked) if each["step"] in known}
            state = answer(state, json.dumps(said) if asked["kind"] == machine.GROUP else said[asked["step"]])
        assert state.answers == self.state.answers, (state.answers, self.state.answers)
        assert prompt(state, EN) == prompt(self.state, EN)

    @precondition(lambda self: not asking(self.state))
    @rule()
    def begin_anew(self) -> None:
        said = prompt(self.state, EN)
        assert answer(self.state, "anything").turns == self.state.turns
        assert said["kind"] in (machine.DONE, ABORTED)
        self.state = State(self.state.facts)

    @invariant()
    def stays_within_limits(self) -> None:
        if hasattr(self, "state"):
            assert list(breaches(self.state)) == []

    @invariant()
    def looks_into_every_chapter_with_an_open_question(self) -> None:
        if hasattr(self, "state") and asking(self.state):
            reached = {step.name for steps in chapters(self.state) for step in steps}
            left = {step.name for step in all_steps() if step.applies(self.state)} - self.state.answers.keys()
            assert left <= reached

    @invariant()
    def has_a_way_to_the_end(self) -> None:
        if hasattr(self, "state") and asking(self.state):
            end = reached_end(self.state)
            assert machine.standing(end) == machine.DONE
            assert {"task-key", "task-type"} <= arguments_of(end).keys()

    @invariant()
    def is_done_only_when_all_is_answered(self) -> None:
        if hasattr(self, "state") and machine.standing(self.state) == machine.DONE:
            left = {step.name for step in all_steps() if step.applies(self.state)} - self.state.answers.keys()
            assert not left
            assert command_of(arguments_of(self.state)).isprintable()


TestWizard = Wizard.TestCase
TestWizard.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, report_multiple_bugs=False)


@pytest.mark.deep
class TestWizardDeeply(Wizard.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=1500, stateful_step_count=60, deadline=None, phases=PHASES)


def test_every_option_of_every_prompt_leads_on_to_the_end() -> None:
    """The whole graph of one repository, two states alike when they ask the same with the same things known."""
    seen: set[str] = set()
    left = deque([State(some_facts())])
    steps: set[str] = set()
    left.append(State(some_facts(recent=[], tasks={})))
    while left and len(seen) < 4000:
        state = left.popleft()
        if not asking(state):
            continue
        asked = prompt(state, EN)
        known = [state.answers.get(name) for name in ("use_defaults", "task_type", "task_type_name")]
        mark = json.dumps([asked, *known])
        if mark in seen:
            continue
        seen.add(mark)
        steps.update(question["step"] for question in questions(asked))
        assert list(breaches(state)) == []
        for said in sound_answers(state):
            after, errors = tried(state, said)
            if not errors:
                left.append(after)
    assert not left, "the graph has more than 4,000 prompts"
    assert steps == set(NAMES), set(NAMES) - steps


@given(repositories(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_jump_back_forgets_the_step_and_all_that_follow(facts: dict[str, Any], data: st.DataObject) -> None:
    state = reached_end(State(facts))
    step = data.draw(st.sampled_from(sorted(state.answers, key=NAMES.index)))
    rewound = reset_from(state, step)
    assert set(rewound.answers) == {name for name in state.answers if NAMES.index(name) < NAMES.index(step)}
    assert step in [question["step"] for question in questions(prompt(rewound, EN))]
    assert reached_end(rewound).answers == state.answers


@given(repositories())
@settings(max_examples=30, deadline=None)
def test_a_state_is_read_back_as_written(tmp_path_factory: pytest.TempPathFactory, facts: dict[str, Any]) -> None:
    path = str(tmp_path_factory.mktemp("state") / "w.json")
    state = reached_end(State(facts))
    write_state(path, Saved(state, "ko"))
    found = read_state(path)
    assert (json.loads(json.dumps(found.state.facts)), found.state.turns, found.language) == (
        json.loads(json.dumps(state.facts)), state.turns, "ko",
    )  # fmt: skip


def test_a_thousand_stages_fit_a_prompt() -> None:
    stages = [[number, "t" * 40, "pending"] for number in range(1, 1001)]
    facts = some_facts()
    facts["tasks"]["shop:web:login"] = a_task(stages=stages, ready=list(range(1, 1001)), auto=1)
    state = answer(answer(State(facts), "shop:web:login"), "implementation")
    assert list(breaches(state)) == []
    assert [each["value"] for each in questions(prompt(state, EN))[0]["options"]] == ["auto", "2", "3", "direct-input"]
