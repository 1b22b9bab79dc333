"""`wizard run`: leads a person through the wizard's prompts to its end, and gives the arguments or prepares the run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from okstra_cli.output import Answer
from okstra_cli.wizard import answers, machine
from okstra_cli.wizard.answers import ABORTED, State
from okstra_cli.wizard.arguments import arguments_of, words_of
from okstra_cli.wizard.ask_question import Desk, Question, make_question
from okstra_cli.wizard.commands import (
    begin,
    choose_language,
    first_state,
    rendered,
    require_home,
    submit_with,
)
from okstra_cli.wizard.state_file import Saved, read_state, write_state
from okstra_cli.wizard.steps_end import label_of
from okstra_cli.wizard.texts import Texts, load_texts, shortened
from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_cli.wizard.ask_question import Desk
    from okstra_cli.wizard.texts import Texts
    from okstra_git.names import TaskKey

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


NO_CURSOR = ("dumb", "unknown")


def ask_here(
    session: Session, key: TaskKey | None, *, state_file: str | None, lang: str | None, prepare: bool
) -> Answer:
    """Ask everything, then give the arguments and the line, or prepare the run with them."""
    if not (session.around.stdin.isatty() and session.around.stderr_is_terminal):
        name = word(state_file or ".okstra/wizard/NAME.json")
        raise refuse(
            "wizard.no-terminal",
            "the wizard asks a person, and there is no terminal to ask on",
            hint=f"git okstra wizard init --state-file {name}",
        )
    path = os.path.join(session.cwd, state_file) if state_file else None
    saved = _opening(session, key, path, lang)
    texts = load_texts(saved.language)
    state = _led(session, saved, path, texts)
    if machine.standing(state) == ABORTED:
        hint = f"{_same_line(path)} begins anew"
        raise refuse("wizard.aborted", "the wizard was stopped; nothing was prepared", hint=hint)
    return _prepared(session, state, path) if prepare else _command_answer(session, state, path, texts)


def _opening(session: Session, key: TaskKey | None, path: str | None, lang: str | None) -> Saved:
    """A new state, or the one that was left in the file; one that is done goes on at its last question."""
    if path is None:
        language = choose_language(session, lang)
        return Saved(first_state(session, key, load_texts(language)), language)
    saved = _left(session, path)
    if saved is None or machine.standing(saved.state) == ABORTED:
        begin(session, path, lang, key)
        return read_state(path)
    if key is not None and answers.key_of(saved.state) != str(key):
        about = answers.key_of(saved.state) or "no task yet"
        raise refuse(
            "wizard.bad-answer",
            f"the wizard in {path} is about {about}, not {key}",
            hint="name another file with --state-file",
        )
    language = saved.language if lang is None else choose_language(session, lang)
    is_done = machine.standing(saved.state) == machine.DONE
    return Saved(saved.state.back() if is_done else saved.state, language)


def _left(session: Session, path: str) -> Saved | None:
    """What is in the file, if there is one; refuses a file that is not a wizard's, or is about another repository."""
    saved = read_state(path) if os.path.lexists(path) else None
    if saved is not None:
        require_home(session.workspace, saved.state, path)
    return saved


def _led(session: Session, saved: Saved, path: str | None, texts: Texts) -> State:
    """The state at the end; what was answered is in the file at every moment."""

    def keep(state: State) -> None:
        if path is not None:
            write_state(path, Saved(state, saved.language))

    talk = Talk(texts, _desk(session, texts), lambda state, answer: submit_with(session, state, answer, texts), keep)
    try:
        return talk.lead(saved.state)
    except KeyboardInterrupt:
        raise refuse("interrupted", "interrupted; nothing was prepared", hint=_again(path)) from None
    except EOFError:
        raise refuse("wizard.input-closed", "the input was closed; nothing was prepared", hint=_again(path)) from None


def _desk(session: Session, texts: Texts) -> Desk:
    """Where the questions are asked: never on stdout, which is for the answer alone."""
    around = session.around
    if session.environ.get("TERM", "") in NO_CURSOR:
        from okstra_cli.wizard.ask_question import Lines

        return Lines(texts, source=around.stdin, drawn=around.stderr)
    from okstra_cli.wizard.ask_screen import Screen  # questionary loads only when somebody is asked

    return Screen.of(around.stdin, around.stderr, texts, colour=session.has_colour(on_stderr=True))


def _again(path: str | None) -> str:
    return f"{_same_line(path)} {'goes on from here' if path else 'begins anew'}"


def _same_line(path: str | None) -> str:
    return "git okstra wizard run" + (f" --state-file {word(path)}" if path else "")


def _command_answer(session: Session, state: State, path: str | None, texts: Texts) -> Answer:
    """The answer of `render-args`, and for a person what was chosen before it."""
    outcome = rendered(state, path or _private_path(session))
    _, *lines = label_of(state, "confirm", texts).split("\n")
    page = [*lines, "", texts.say("ask.command"), outcome.payload["command"], ""]
    return Answer(outcome.payload, lambda: "\n".join(page))


def _private_path(session: Session) -> str:
    """Beside which a directive is kept that no line can carry, where no state file was named."""
    from okstra_git.names import mint_ulid

    name = mint_ulid(int(session.now().timestamp() * 1000))
    return str(session.git.private_dir / "wizard" / name)


def _prepared(session: Session, state: State, path: str | None) -> Answer:
    """What `render-bundle` answers to these arguments; it begins now, not when the first question was asked.

    After a refusal the command line is shown, or everything would have to be answered once more.
    """
    from okstra_cli.dispatch import answer_line
    from okstra_cli.session import Session as Fresh

    fresh = Fresh(session.around, session.flags)
    session.flags.text = not session.flags.json  # as after render-bundle itself, for every reader
    try:
        return answer_line(fresh, ["render-bundle", *words_of(arguments_of(state))])
    except OkstraError:
        line = rendered(state, path or _private_path(session)).payload["command"]
        session.note(f"to prepare it with the same answers, once that is settled: {line}")
        raise
