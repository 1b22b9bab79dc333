"""Leads a person through the wizard's prompts to its end, whatever the questions are drawn on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from okstra_cli.wizard import machine
from okstra_cli.wizard.answers import State
from okstra_cli.wizard.ask_question import Desk, Question, make_question
from okstra_cli.wizard.texts import Texts, shortened

DECISIONS = ("branch_confirm", "confirm", "edit_target")
"""Questions that are decided anew whenever they come up."""

LONGEST = 200
"""Characters of an answer that are shown."""


@dataclass
class Talk:
    """`submit` gives the state after an answer, whatever has to be looked up for it; `keep` receives every new state.

    `earlier` are answers that were taken back, offered again where their questions return. They are forgotten as soon
    as one of them is answered otherwise, since they need not fit any longer.
    """

    texts: Texts
    desk: Desk
    submit: Callable[[State, str], State]
    keep: Callable[[State], None]
    earlier: dict[str, str] = field(default_factory=dict)

    def lead(self, state: State) -> State:
        """The state that is done or aborted."""
        while machine.standing(state) == "asking":
            after = self._turn(state)
            if after is not state:
                self._remember(state, after)
                self.keep(after)
            state = after
        return state

    def _turn(self, state: State) -> State:
        """One prompt, asked until its answer can be; a tab that was refused is asked again, the others stand."""
        prompt = machine.prompt(state, self.texts)
        tabs = prompt.get("questions", [prompt])
        if "questions" in prompt:
            self.desk.tell(prompt["label"])
        given: dict[str, str] = {}
        open_tabs = tabs
        while True:
            asked = self._ask(state, open_tabs, tabs, given)
            if asked is None:
                return self._back(state)
            answer = json.dumps(given) if "questions" in prompt else given[prompt["step"]]
            try:
                after = self.submit(state, answer)
            except machine.BadAnswer as bad:
                self._complain(bad.errors)
                open_tabs = [tab for tab in tabs if tab["step"] in bad.errors] or tabs
                continue
            self._tell(self._questions(state, tabs, tabs, given), given)
            return after

    def _questions(self, state: State, shown: list[Any], tabs: list[Any], given: Mapping[str, str]) -> list[Question]:
        answers = {**self.earlier, **given}
        return [make_question(state, self.texts, tab, before=answers.get(tab["step"]), among=tabs) for tab in shown]

    def _ask(self, state: State, shown: list[Any], tabs: list[Any], given: dict[str, str]) -> Mapping[str, str] | None:
        """Fill in what is asked, one question after the other; None when the first of them was left to go back."""
        index = 0
        while index < len(shown):
            question = self._questions(state, shown, tabs, given)[index]
            answer = self.desk.ask(question)
            if answer is None and index == 0:
                return None
            if answer is None:
                index -= 1
                continue
            given[question.step] = answer
            index += 1
        return given

    def _back(self, state: State) -> State:
        try:
            after = machine.back(state, self.texts)
        except machine.BadAnswer as bad:
            self._complain(bad.errors)
            return state
        gone = [self.texts.say(f"step.{step}.header") for step in state.answers if step not in after.answers]
        self.desk.tell(self.texts.say("ask.taken_back", steps=", ".join(gone)))
        return after

    def _tell(self, questions: list[Question], given: Mapping[str, str]) -> None:
        """What was answered, below what was answered before; that the run begins shows by itself."""
        for question in questions:
            if question.step != "confirm":
                self.desk.tell(f"{question.header}: {shortened(question.told(given[question.step]), LONGEST)}")

    def _complain(self, errors: Mapping[str, str]) -> None:
        for sentence in errors.values():
            self.desk.tell(sentence, is_wrong=True)

    def _remember(self, before: State, after: State) -> None:
        for step in [step for step in after.answers if step in self.earlier]:
            if self.earlier.pop(step) != after.answers[step]:
                self.earlier.clear()
                break
        gone = {step: value for step, value in before.answers.items() if step not in after.answers}
        self.earlier.update({step: value for step, value in gone.items() if step not in DECISIONS})
