"""What the wizard's commands do with a state file: begin, take a step with everything at hand, give the arguments."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from okstra_cli.output import Answer
from okstra_cli.page import Cell, Page
from okstra_cli.wizard import machine
from okstra_cli.wizard.answers import ABORTED, DIRECT_INPUT, State
from okstra_cli.wizard.arguments import arguments_of, command_of, directive_file, with_directive_file
from okstra_cli.wizard.state_file import (
    Saved,
    read_plain,
    read_state,
    refuse_links,
    refuse_other_repository,
    unwritable,
    write_state,
)
from okstra_cli.wizard.texts import Texts, load_texts
from okstra_cli.wizard.turn import take_step
from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.git.repo import NoRepository
from okstra_git.names import quote, quote_path
from okstra_git.paths import LANGUAGES, OKSTRA
from okstra_git.porcelain.project_files import project_root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okstra_cli.answers import wizard as shapes
    from okstra_cli.session import Session
    from okstra_cli.wizard.texts import Texts
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace

MOST_BYTES = 1 << 20
"""What a file with an answer may hold, many times the longest answer that is taken."""


def step_here(
    session: Session, state_file: str | None, answer: str | None, answer_file: str | None, *, back: bool, abort: bool
) -> Answer:
    """One step, with a look into the repository where the answer needs one."""
    modes = [name for name, is_said in (("--answer", answer is not None), ("--answer-file", answer_file is not None),
                                        ("--back", back), ("--abort", abort)) if is_said]  # fmt: skip
    if len(modes) > 1:
        raise refuse("usage", f"{' and '.join(modes)} exclude each other", hint="say one of them")
    path = state_path(session, state_file)
    options = {"answer": _text_of(session, answer_file) if answer_file else answer, "back": back, "abort": abort}
    answered, status = _look_and_step(session, path, options)
    payload = {name: value for name, value in answered.items() if name not in ("ok", "schema", "error")}
    error = (
        refuse("wizard.bad-answer", answered["error"]["message"], hint=answered["error"]["hint"]) if status else None
    )
    return Answer(payload, lambda: prompt_page(answered["next"]), error=error)


def _look_and_step(session: Session, path: str, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
    from okstra_cli.wizard.lookup import look

    def look_here(state: State, kind: str, name: str) -> dict[str, Any]:
        return look(session.workspace, state, kind, name)

    return take_step(path, options, look_here, lambda state: require_home(session.workspace, state, path))


def submit_with(session: Session, state: State, answer: str, texts: Texts) -> State:
    """The state after an answer, whatever has to be looked up for it."""
    from okstra_cli.wizard.lookup import look
    from okstra_cli.wizard.turn import submit_looking

    return submit_looking(
        state, answer, texts, lambda reached, kind, name: look(session.workspace, reached, kind, name)
    )


def forget_here(session: Session, state_file: str | None) -> Answer:
    """Remove the state file and its directive; a missing one is not an error."""
    path = state_path(session, state_file)
    removed = []
    try:
        if os.path.lexists(path):
            read_state(path)
            removed = [name for name in (directive_file(path), path) if os.path.lexists(name)]
        for name in removed:
            os.unlink(name)
    except OSError as error:
        raise unwritable(path, error) from error
    text = "".join(f"removed {name}\n" for name in removed) or "nothing to remove\n"
    facts: shapes.Removed = {"removed": removed}
    return Answer(facts, lambda: text)


def render_here(session: Session, state_file: str | None, *, only_command: bool) -> Answer:
    """The arguments, and the line; only from a wizard that is done."""
    if only_command:  # a skill runs what stands on stdout
        session.flags.text = not session.flags.json
    path = state_path(session, state_file)
    state = read_state(path).state
    require_home(session.workspace, state, path)
    return rendered(state, path)


def rendered(state: State, path: str) -> Answer:
    """The answer of `render-args` for this state."""
    now = machine.standing(state)
    if now == ABORTED:
        hint = f"git okstra wizard init --state-file {word(path)}"
        raise refuse("wizard.aborted", "the wizard was stopped; nothing is to be prepared", hint=hint, path=path)
    if now != machine.DONE:
        hint = f"git okstra wizard step --state-file {word(path)}"
        raise refuse("wizard.not-done", "the wizard is not done yet", hint=hint, path=path)
    arguments = with_directive_file(arguments_of(state), path)
    line = command_of(arguments)
    facts: shapes.BundleArguments = {"args": arguments, "command": line}
    return Answer(facts, lambda: f"{line}\n")


def require_home(workspace: Workspace, state: State, path: str) -> None:
    """Refuse a state of another clone, a copied clone's old one among them; outside any repository its facts hold."""
    recorded = state.facts["common_dir"]
    try:
        own_directory = str(workspace.git.common_dir)
    except NoRepository:
        own_directory = recorded
    if own_directory != recorded or not os.path.isdir(recorded):
        refuse_other_repository(path, recorded)


def state_path(session: Session, state_file: str | None) -> str:
    """The state file that was named; one below `.okstra/` is the project's, wherever the line is run."""
    if not state_file:
        raise refuse("usage", "no state file was named", hint="add --state-file .okstra/wizard/NAME.json")
    path = os.path.join(session.cwd, state_file)
    if not state_file.startswith(f"{OKSTRA}/") or os.path.isdir(os.path.join(session.cwd, OKSTRA)):
        return path
    root = project_root(session.workspace)  # a sub-directory or a stage's worktree has no .okstra/
    return os.path.join(root, state_file)


def _text_of(session: Session, name: str) -> str:
    try:
        data = read_plain(os.path.join(session.cwd, name), MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise OSError(errno.EFBIG, f"it is longer than {MOST_BYTES >> 20} MiB")
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        hint = "write the answer to it first"
        raise refuse(
            "wizard.answer-file", f"the answer file {quote_path(name)} cannot be read: {why}", hint=hint
        ) from error


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
    except OSError as error:
        raise unwritable(path, error) from error
    prompt = machine.prompt(saved.state, texts)
    return Answer({"state_file": state_file, "next": prompt}, lambda: prompt_page(prompt))


def first_state(session: Session, key: TaskKey | None, texts: Texts) -> State:
    """The state before the first question, or behind it when the task is known."""
    from okstra_git.porcelain.wizard_facts import gather

    state = State(gather(session.workspace))
    for answer in [] if key is None else [str(key)] if str(key) in state.facts["open"] else _typed_task(state, key):
        try:
            state = submit_with(session, state, answer, texts)
        except machine.BadAnswer as bad:
            raise refuse("wizard.bad-answer", str(bad), hint="git okstra task list") from None
    return state


def _typed_task(state: State, key: TaskKey) -> list[str]:
    """The way to a task that is not among the recent ones."""
    if len(state.facts["recent"]) < 3:
        return [DIRECT_INPUT, str(key)]
    if key.project != state.facts["project"]:
        hint = f"before the same line again: git okstra task open {key}"
        raise refuse(
            "wizard.bad-answer", f"{key} is not an open task, nor of project {state.facts['project']}", hint=hint
        )
    has_ids = bool(state.facts["ids"].get(key.group))
    return ["new", *_part(bool(state.facts["groups"]), key.group), *_part(has_ids, key.task)]


def _part(is_picked: bool, name: str) -> list[str]:
    return [DIRECT_INPUT, name] if is_picked else [name]


def choose_language(session: Session, lang: str | None) -> str:
    """What was named, else okstra.language where it is set, else the locale's, else English."""
    from okstra_git.git.settings import Settings

    if lang is not None:
        if lang not in LANGUAGES:
            raise refuse("usage", f"{quote(lang)} is not a language of the wizard", hint="--lang en, or --lang ko")
        return lang
    configured = session.workspace.settings.effective(Settings.language)
    if configured.scope != "default":
        return configured.value
    locales = [session.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return "ko" if next(filter(None, locales), "").lower().startswith("ko") else "en"


def _refuse_foreign(path: str) -> None:
    """A file that is there must be a wizard's, whole, before it may be written anew."""
    if os.path.exists(path):
        read_state(path)


def prompt_page(prompt: Mapping[str, Any]) -> Page:
    """The label and the options of a prompt, each with the value to answer."""
    page = Page()
    for line in str(prompt["label"]).split("\n"):
        page.line(Cell(line, "strong"))
    for question in prompt.get("questions", [prompt]):
        if question is not prompt:
            page.line(Cell(f"{question['step']}: ", "strong"), question["label"])
        for option in question.get("options", []):
            page.line(f"  {option['value']}  ", Cell(option["label"], "faint"))
    return page
