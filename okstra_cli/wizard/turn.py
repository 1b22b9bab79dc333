"""One turn of the wizard: read the state file, take an answer, write the file, and give the next prompt.

The fast path and the full command both take it; they differ in what they can look up for an answer.
"""

from __future__ import annotations

import json

from okstra_cli.wizard import machine
from okstra_cli.wizard.state_file import Saved, read_state, write_state
from okstra_cli.wizard.step import Missing
from okstra_cli.wizard.texts import load_texts
from okstra_git.errors import SCHEMA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from okstra_cli.wizard.answers import State
    from okstra_cli.wizard.texts import Texts

    Look = Callable[[State, str, str], dict[str, Any] | None]

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
