"""`wizard run`: asks a person on the terminal for what a run begins with, and gives the arguments or prepares it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.wizard import answers, machine
from okstra_cli.wizard.answers import ABORTED, State
from okstra_cli.wizard.arguments import arguments_of, words_of
from okstra_cli.wizard.ask_talk import Talk
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
from okstra_cli.wizard.texts import load_texts
from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_cli.wizard.ask_question import Desk
    from okstra_cli.wizard.texts import Texts
    from okstra_git.names import TaskKey

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
        from okstra_cli.wizard.ask_lines import Lines

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
