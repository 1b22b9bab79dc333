"""What the wizard's commands do with a state file: take a step with everything at hand, and give the arguments."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from okstra_cli.output import Answer
from okstra_cli.wizard import machine
from okstra_cli.wizard.arguments import arguments_of, command_of
from okstra_cli.wizard.belonging import require_home
from okstra_cli.wizard.chosen import ABORTED, State
from okstra_cli.wizard.pages import prompt_page
from okstra_cli.wizard.plain import read_plain
from okstra_cli.wizard.quick import take_step
from okstra_cli.wizard.rendered import directive_file, with_directive_file
from okstra_cli.wizard.saved import StateRefused, read_state, unwritable
from okstra_git.commands import word
from okstra_git.errors import OkstraError, UsageError
from okstra_git.names import shown_path
from okstra_git.paths import OKSTRA
from okstra_git.porcelain.project_files import project_root

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_cli.wizard.texts import Texts


MOST_BYTES = 1 << 20
"""What a file with an answer may hold, many times the longest answer that is taken."""


class WizardState(OkstraError):
    """The state file cannot be used."""

    code = "wizard.state"

    @staticmethod
    def of(refused: StateRefused, path: str) -> WizardState:
        """The refusal in the form of all others."""
        error = WizardState(refused.message, hint=refused.hint, path=path)
        error.code = refused.code  # type: ignore[misc]
        return error


class WizardOpen(OkstraError):
    """The wizard has not been answered to its end."""

    code = "wizard.not-done"


class WizardAborted(OkstraError):
    """The wizard was stopped."""

    code = "wizard.aborted"


class AnswerFile(OkstraError):
    """The file with the answer cannot be read."""

    code = "wizard.answer-file"


class BadStart(OkstraError):
    """What the line named cannot be answered with."""

    code = "wizard.bad-answer"


def step_here(
    session: Session, state_file: str | None, answer: str | None, answer_file: str | None, *, back: bool, abort: bool
) -> Answer:
    """One step, with a look into the repository where the answer needs one."""
    modes = [name for name, is_said in (("--answer", answer is not None), ("--answer-file", answer_file is not None),
                                        ("--back", back), ("--abort", abort)) if is_said]  # fmt: skip
    if len(modes) > 1:
        raise UsageError(f"{' and '.join(modes)} exclude each other", hint="say one of them")
    path = state_path(session, state_file)
    said = {"answer": _text_of(session, answer_file) if answer_file else answer, "back": back, "abort": abort}
    try:
        found, status = _look_and_step(session, path, said)
    except StateRefused as refused:
        raise WizardState.of(refused, path) from None
    payload = {name: value for name, value in found.items() if name not in ("ok", "schema", "error")}
    error = BadStart(found["error"]["message"], hint=found["error"]["hint"]) if status else None
    return Answer(payload, lambda: prompt_page(found["next"]), error=error)


def _look_and_step(session: Session, path: str, said: dict[str, Any]) -> tuple[dict[str, Any], int]:
    from okstra_cli.wizard.looking import look

    def look_here(state: State, kind: str, name: str) -> dict[str, Any]:
        return look(session, state, kind, name)

    return take_step(path, said, look_here, lambda state: require_home(session, state, path))


def submit_with(session: Session, state: State, answer: str, texts: Texts) -> State:
    """The state after an answer, whatever has to be looked up for it."""
    from okstra_cli.wizard.looking import look
    from okstra_cli.wizard.quick import submit_looking

    return submit_looking(state, answer, texts, lambda at, kind, name: look(session, at, kind, name))


def forget_here(session: Session, state_file: str | None) -> Answer:
    """Remove the state file and its directive; one that is gone already is no fault."""
    path = state_path(session, state_file)
    removed = []
    try:
        if os.path.lexists(path):
            read_state(path)
            removed = [name for name in (directive_file(path), path) if os.path.lexists(name)]
        for name in removed:
            os.unlink(name)
    except StateRefused as refused:
        raise WizardState.of(refused, path) from None
    except OSError as error:
        raise WizardState.of(unwritable(path, error), path) from error
    told = "".join(f"removed {name}\n" for name in removed) or "nothing to remove\n"
    return Answer({"removed": removed}, lambda: told)


def render_here(session: Session, state_file: str | None, *, only_command: bool) -> Answer:
    """The arguments, and the line; only from a wizard that is done."""
    if only_command:  # a skill runs what stands on stdout
        session.flags.text = not session.flags.json
    path = state_path(session, state_file)
    try:
        state = read_state(path).state
        require_home(session, state, path)
    except StateRefused as refused:
        raise WizardState.of(refused, path) from None
    return rendered(state, path)


def rendered(state: State, path: str) -> Answer:
    """The answer of `render-args` for this state."""
    now = machine.standing(state)
    if now == ABORTED:
        hint = f"git okstra wizard init --state-file {word(path)}"
        raise WizardAborted("the wizard was stopped; nothing is to be prepared", hint=hint, path=path)
    if now != machine.DONE:
        hint = f"git okstra wizard step --state-file {word(path)}"
        raise WizardOpen("the wizard is not done yet", hint=hint, path=path)
    arguments = with_directive_file(arguments_of(state), path)
    line = command_of(arguments)
    return Answer({"args": arguments, "command": line}, lambda: f"{line}\n")


def state_path(session: Session, state_file: str | None) -> str:
    """The state file that was named; one below `.okstra/` is the project's, wherever the line is run."""
    if not state_file:
        raise UsageError("no state file was named", hint="add --state-file .okstra/wizard/NAME.json")
    here = os.path.join(session.cwd, state_file)
    if not state_file.startswith(f"{OKSTRA}/") or os.path.isdir(os.path.join(session.cwd, OKSTRA)):
        return here
    return os.path.join(
        project_root(session.workspace), state_file
    )  # a sub-directory or a stage's worktree has no .okstra/


def _text_of(session: Session, name: str) -> str:
    try:
        data = read_plain(os.path.join(session.cwd, name), MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise OSError(errno.EFBIG, f"it is longer than {MOST_BYTES >> 20} MiB")
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        hint = "write the answer to it first"
        raise AnswerFile(f"the answer file {shown_path(name)} cannot be read: {why}", hint=hint) from error
