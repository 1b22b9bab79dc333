"""Answers `wizard step` on the short way: no typer, no git, nothing but the state file and the language file.

What this way cannot judge (an answer that needs a look into the repository, an option it does not know) is left to
the full command, which does the same with more at hand.
"""

from __future__ import annotations

import os

from okstra_cli.wizard import machine
from okstra_cli.wizard.plain import read_plain
from okstra_cli.wizard.saved import Saved, StateRefused, read_state, write_json, write_state
from okstra_cli.wizard.step import Missing
from okstra_cli.wizard.texts import load_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TextIO

    from okstra_cli.wizard.chosen import State
    from okstra_cli.wizard.texts import Texts

    Look = Callable[[State, str, str], dict[str, Any] | None]

SCHEMA = 1
MOST_BYTES, MOST_ERRORS = 2_000, 4
"""What an agent is told at once: with many faults in an answer, in few words, or only of the first ones."""

VALUES = {"--state-file": "state_file", "--answer": "answer"}
SWITCHES = {"--back": "back", "--abort": "abort", "--json": "json"}


def glance(state: State, kind: str, name: str) -> dict[str, Any] | None:
    """A look that costs next to nothing, loaded only for the answers that need one."""
    from okstra_cli.wizard.light import look_lightly

    return look_lightly(state, kind, name)


def try_step(words: Sequence[str], *, cwd: str, stdout: TextIO) -> int | None:
    """The exit status of `wizard step WORDS…` with its answer written; None when the full command has to do it."""
    line = _read_line(words)
    if line is None or stdout.isatty():  # what a terminal shows has to be made harmless first
        return None
    root = _project_around(os.path.normpath(cwd))
    if not root:
        return None
    path = _state_path(cwd, root, line["state_file"])
    try:
        answer, status = take_step(path, line, glance, lambda state: _require_home(state, root))
    except (Missing, StateRefused):
        return None
    stdout.write(write_json(answer) + "\n")
    return status


def take_step(
    path: str, said: dict[str, Any], look: Look, check: Callable[[State], None]
) -> tuple[dict[str, Any], int]:
    """One step of the wizard in this file: the JSON answer and the exit status. A refused answer changes nothing.

    `look` finds out what an answer needs to be judged; None from it means that somebody else has to. `check` refuses
    a state that is about something else.
    """
    saved = read_state(path)
    check(saved.state)
    texts = load_texts(saved.language)
    try:
        after = _after(saved.state, said, texts, look)
    except machine.BadAnswer as bad:
        return refusal(bad, saved.state, texts), 1
    if after is not saved.state:
        write_state(path, Saved(after, saved.language))
    return {"ok": True, "schema": SCHEMA, "next": machine.prompt(after, texts)}, 0


def _project_around(folder: str) -> str:
    """The main worktree around a folder, or behind the linked worktree around it; empty where only git can tell."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return ""
    mark = os.path.join(folder, ".git")
    if os.path.isdir(mark):
        return folder
    try:
        said = read_plain(mark, 4096).decode("utf-8")
        common = said.removeprefix("gitdir: ").rpartition("/worktrees/")[0]
    except (OSError, UnicodeDecodeError):
        return ""
    return common.removesuffix("/.git") if common.startswith("/") and common.endswith("/.git") else ""


def _state_path(cwd: str, root: str, name: str) -> str:
    """A state file below `.okstra/` is the project's, wherever the line is run (`commanding.state_path`)."""
    is_elsewhere = name.startswith(".okstra/") and not os.path.isdir(os.path.join(cwd, ".okstra"))
    return os.path.join(root if is_elsewhere else cwd, name)


def _require_home(state: State, root: str) -> None:
    """Leave it to the full command to refuse a state that is about another repository."""
    if (state.facts["root"], state.facts["common_dir"]) != (root, os.path.join(root, ".git")):
        raise Missing("place", root)


def refusal(bad: machine.BadAnswer, state: State, texts: Texts) -> dict[str, Any]:
    """The answer to an answer that cannot be: what is wrong, and the same prompt again."""
    asked = machine.prompt(state, texts)
    brief = {step: texts.say("error.short") for step in bad.errors}
    few = dict(list(brief.items())[:MOST_ERRORS])
    for errors in (bad.errors, brief, few):
        first = next(iter(errors.values()))
        error = {"code": "wizard.bad-answer", "message": first, "hint": "answer the same prompt again"}
        found = {"ok": False, "schema": SCHEMA, "error": error, "errors": errors, "next": asked}
        if len(write_json(found).encode("utf-8", "replace")) < MOST_BYTES:
            break
    return found


def _after(state: State, said: dict[str, Any], texts: Texts, look: Look) -> State:
    if said.get("back"):
        return machine.back(state, texts)
    if said.get("abort"):
        return machine.abort(state)
    if said.get("answer") is None:
        return state
    return submit_looking(state, said["answer"], texts, look)


def submit_looking(state: State, answer: str, texts: Texts, look: Look) -> State:
    """The state after an answer, with everything looked up that it needs; `Missing` names what `look` cannot find."""
    looked = state
    while True:
        try:
            return machine.submit(looked, answer, texts)
        except Missing as missing:
            found = look(looked, missing.kind, missing.name)
            if found is None:
                raise
            looked = looked.seeing(missing.kind, missing.name, found)


def _read_line(words: Sequence[str]) -> dict[str, Any] | None:
    """The options of the line by their names; None when there is anything else on it."""
    line: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in VALUES and VALUES[name] not in line:
            given = value if equals else next(rest, None)
            if given is None:
                return None
            line[VALUES[name]] = given
        elif word in SWITCHES:
            line[SWITCHES[word]] = True
        else:
            return None
    modes = [name for name in ("answer", "back", "abort") if name in line]
    return line if "state_file" in line and len(modes) <= 1 else None
