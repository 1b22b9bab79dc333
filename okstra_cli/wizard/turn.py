"""One turn of the wizard: read the state file, take an answer, write the file, and give the next prompt.

The fast path (`try_step`) does it without typer and without git, by the state file and the language file alone. What
that cannot judge (an answer that needs a look into the repository, an option it does not know, a file that has to be
refused) is left to the full command, which takes the same turn with more at hand.
"""

from __future__ import annotations

import json
import os

from okstra_cli.wizard import machine
from okstra_cli.wizard.state_file import Saved, read_plain, read_state, write_state
from okstra_cli.wizard.step import Missing
from okstra_cli.wizard.texts import load_texts
from okstra_git.errors import SCHEMA, OkstraError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from okstra_cli.wizard.answers import State
    from okstra_cli.wizard.texts import Texts

    Look = Callable[[State, str, str], dict[str, Any] | None]
    from collections.abc import Sequence
    from typing import Any, TextIO

    from okstra_cli.wizard.answers import State

MOST_BYTES, MOST_ERRORS = 2_000, 4
"""What an agent is shown at once: with many faults in an answer, in few words, or only of the first ones."""


def take_step(
    path: str, options: dict[str, Any], look: Look, check: Callable[[State], None]
) -> tuple[dict[str, Any], int]:
    """One step of the wizard in this file: the JSON answer and the exit status. A refused answer changes nothing.

    `options` are those of the line: `answer`, `back`, `abort`. `look` finds out what an answer needs to be judged;
    None from it means that the full command has to. `check` refuses a state that is about something else.
    """
    saved = read_state(path)
    check(saved.state)
    texts = load_texts(saved.language)
    try:
        after = _after(saved.state, options, texts, look)
    except machine.BadAnswer as bad:
        return refusal(bad, saved.state, texts), 1
    if after is not saved.state:
        write_state(path, Saved(after, saved.language))
    return {"ok": True, "schema": SCHEMA, "next": machine.prompt(after, texts)}, 0


def refusal(bad: machine.BadAnswer, state: State, texts: Texts) -> dict[str, Any]:
    """The answer to an answer that cannot be: what is wrong, and the same prompt again."""
    asked = machine.prompt(state, texts)
    short = {step: texts.say("error.short") for step in bad.errors}
    few = dict(list(short.items())[:MOST_ERRORS])
    for errors in (bad.errors, short, few):
        first = next(iter(errors.values()))
        error = {"code": "wizard.bad-answer", "message": first, "hint": "answer the same prompt again"}
        payload = {"ok": False, "schema": SCHEMA, "error": error, "errors": errors, "next": asked}
        if len(json_line(payload).encode("utf-8", "replace")) < MOST_BYTES:
            break
    return payload


def json_line(value: dict[str, Any]) -> str:
    """One line of JSON with Unicode as it is; lone surrogates have to be escaped where the line is encoded."""
    return json.dumps(value, ensure_ascii=False)


def _after(state: State, options: dict[str, Any], texts: Texts, look: Look) -> State:
    if options.get("back"):
        return machine.back(state, texts)
    if options.get("abort"):
        return machine.abort(state)
    if options.get("answer") is None:
        return state
    return submit_looking(state, options["answer"], texts, look)


def submit_looking(state: State, answer: str, texts: Texts, look: Look) -> State:
    """The state after an answer, with everything looked up that it needs; `Missing` names what `look` cannot find."""
    informed = state
    while True:
        try:
            return machine.submit(informed, answer, texts)
        except Missing as missing:
            result = look(informed, missing.kind, missing.name)
            if result is None:
                raise
            informed = informed.seeing(missing.kind, missing.name, result)


VALUES = {"--state-file": "state_file", "--answer": "answer"}
SWITCHES = {"--back": "back", "--abort": "abort", "--json": "json"}


def try_step(words: Sequence[str], *, cwd: str, stdout: TextIO) -> int | None:
    """The exit status of `wizard step WORDS…` with its answer written; None when the full command has to do it."""
    options = _read_line(words)
    if options is None or stdout.isatty():  # what a terminal shows has to be made harmless first
        return None
    root = _project_around(os.path.normpath(cwd))
    if not root:
        return None
    path = _state_path(cwd, root, options["state_file"])
    try:
        answer, status = take_step(path, options, _look, lambda state: _require_home(state, root))
    except (Missing, OkstraError):
        return None
    stdout.write(json_line(answer) + "\n")
    return status


def _look(state: State, kind: str, name: str) -> dict[str, Any] | None:
    """A look that costs next to nothing, loaded only for the answers that need one."""
    from okstra_cli.wizard.fast_lookup import look_lightly

    return look_lightly(state, kind, name)


def _project_around(folder: str) -> str:
    """The main worktree around a folder, or behind the linked worktree around it; empty where only git knows."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return ""
    mark = os.path.join(folder, ".git")
    if os.path.isdir(mark):
        return folder
    try:
        link = read_plain(mark, 4096).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    common = link.removeprefix("gitdir: ").rpartition("/worktrees/")[0]
    return common.removesuffix("/.git") if common.startswith("/") and common.endswith("/.git") else ""


def _state_path(cwd: str, root: str, name: str) -> str:
    """A state file below `.okstra/` is the project's, wherever the line is run (`commands.state_path`)."""
    is_elsewhere = name.startswith(".okstra/") and not os.path.isdir(os.path.join(cwd, ".okstra"))
    return os.path.join(root if is_elsewhere else cwd, name)


def _require_home(state: State, root: str) -> None:
    """Leave it to the full command to refuse a state that is about another repository."""
    if (state.facts["root"], state.facts["common_dir"]) != (root, os.path.join(root, ".git")):
        raise Missing("place", root)


def _read_line(words: Sequence[str]) -> dict[str, Any] | None:
    """The options of the line by their names; None when there is anything else on it."""
    options: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in VALUES and VALUES[name] not in options:
            given = value if equals else next(rest, None)
            if given is None:
                return None
            options[VALUES[name]] = given
        elif word in SWITCHES:
            options[SWITCHES[word]] = True
        else:
            return None
    modes = [name for name in ("answer", "back", "abort") if name in options]
    return options if "state_file" in options and len(modes) <= 1 else None
