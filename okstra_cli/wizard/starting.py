"""Begins a wizard: its facts, its language, and the task where the line names one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.wizard import machine
from okstra_cli.wizard.chosen import DIRECT_INPUT, State
from okstra_cli.wizard.commanding import BadStart, WizardState, state_path, submit_with
from okstra_cli.wizard.pages import prompt_page
from okstra_cli.wizard.saved import Saved, StateRefused, read_state, refuse_links, unwritable, write_state
from okstra_cli.wizard.texts import LANGUAGES, Texts, load_texts
from okstra_git.errors import UsageError
from okstra_git.names import shown

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.names import TaskKey


def begin(session: Session, state_file: str | None, lang: str | None, key: TaskKey | None) -> Answer:
    """Gather the facts, write the state, give the first prompt."""
    path = state_path(session, state_file)
    texts = load_texts(choose_language(session, lang))
    saved = Saved(first_state(session, key, texts), choose_language(session, lang))
    try:
        _refuse_foreign(path)
        refuse_links(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_state(path, saved)
    except StateRefused as refused:
        raise WizardState.of(refused, path) from None
    except OSError as error:
        raise WizardState.of(unwritable(path, error), path) from error
    told = machine.prompt(saved.state, texts)
    return Answer({"state_file": state_file, "next": told}, lambda: prompt_page(told))


def first_state(session: Session, key: TaskKey | None, texts: Texts) -> State:
    """The state before the first question, or behind it when the task is known."""
    from okstra_cli.wizard.gathering import gather

    state = State(gather(session))
    for answer in [] if key is None else [str(key)] if str(key) in state.facts["open"] else _typed_task(state, key):
        try:
            state = submit_with(session, state, answer, texts)
        except machine.BadAnswer as bad:
            raise BadStart(str(bad), hint="git okstra task list") from None
    return state


def _typed_task(state: State, key: TaskKey) -> list[str]:
    """The way to a task that is not among the recent ones."""
    if len(state.facts["recent"]) < 3:
        return [DIRECT_INPUT, str(key)]
    if key.project != state.facts["project"]:
        hint = f"before the same line again: git okstra task open {key}"
        raise BadStart(f"{key} is no open task, and not of project {state.facts['project']}", hint=hint)
    has_ids = bool(state.facts["ids"].get(key.group))
    return ["new", *_part(bool(state.facts["groups"]), key.group), *_part(has_ids, key.task)]


def _part(is_picked: bool, name: str) -> list[str]:
    return [DIRECT_INPUT, name] if is_picked else [name]


def choose_language(session: Session, lang: str | None) -> str:
    """What was named, else okstra.language where it is set, else the locale's, else English."""
    from okstra_git.git.settings import Settings

    if lang is not None:
        if lang not in LANGUAGES:
            raise UsageError(f"{shown(lang)} is not a language of the wizard", hint="--lang en, or --lang ko")
        return lang
    configured = session.workspace.settings.effective(Settings.language)
    if configured.scope != "default":
        return configured.value
    said = [session.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return "ko" if next(filter(None, said), "").lower().startswith("ko") else "en"


def _refuse_foreign(path: str) -> None:
    """A file that is there must be a wizard's, whole, before it may be written anew."""
    if os.path.exists(path):
        read_state(path)
