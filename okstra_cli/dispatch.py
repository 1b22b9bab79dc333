"""Takes one command line from its flags to an answered exit status; whatever goes wrong becomes an answer too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from okstra_cli.failures import explain
from okstra_cli.fault_injection import drilled
from okstra_cli.global_flags import settle_form, split_line, unread_flags
from okstra_cli.output import Answer, OutputFailed, emit
from okstra_cli.session import Session, Surroundings
from okstra_git.errors import OkstraError

HELP = ("-h", "--help")


def respond(argv: Sequence[str], around: Surroundings) -> int:
    """Answer the line on the streams given and return the exit status: 0, 1, 2, 129 or 130."""
    session = Session(around)
    try:
        session.flags = unread_flags(argv, stdout_is_terminal=around.stdout_is_terminal)
        flags, rest = split_line(argv)
        session.flags = settle_form(flags, rest, stdout_is_terminal=around.stdout_is_terminal)
        with drilled(around.environ):
            answer = answer_line(session, rest)
            if session.changed_tasks:
                _renew_documents(session)
        return emit(session, answer)
    except OutputFailed as error:
        session.flags.json, session.flags.text = False, True
        return emit(session, Answer(error=error))
    except BaseException as error:
        return emit(session, Answer(error=explain(error, session=session, argv=argv)))


def _renew_documents(session: Session) -> None:
    """Bring the documents of every task up to date with the records; they are views, so a failure is only reported."""
    try:
        tasks = session.store.read().state.tasks
        if not any(key in tasks and tasks[key].runs for key in session.changed_tasks):
            return
        from okstra_git.porcelain.prepare.refresh import (
            renew_documents,  # loads the templates, and most tasks have no runs
        )

        renew_documents(session.workspace)
    except (OkstraError, OSError) as failed:
        changed = ", ".join(sorted(key.slashed for key in session.changed_tasks))
        session.warn(f"the documents of {changed} could not be renewed: {failed}")


def answer_line(session: Session, rest: list[str]) -> Answer:
    """What the line without its global flags is answered with; raises what the command raises."""
    if session.flags.version:
        from okstra_git.version import VERSION

        return Answer({"version": VERSION}, lambda: f"git-okstra {VERSION}\n", is_page=True)
    if rest[:1] == ["help"]:
        rest = [*rest[1:], "--help"]
    if not rest:
        from okstra_cli.welcome import welcome

        return welcome(session)
    if rest[0] in HELP:
        from okstra_cli.command_table import front_page

        return _help(front_page())
    return _answer_command(session, rest)


def _answer_command(session: Session, rest: list[str]) -> Answer:
    from okstra_cli.lazy import Root

    if not any(word in HELP for word in rest):
        return _checked(_invoke(Root(), session, rest), rest)
    from contextlib import redirect_stdout
    from io import StringIO

    with redirect_stdout(StringIO()) as page:  # typer prints help on the process's own stdout
        result = _invoke(Root(), session, rest)
    return _checked(result, rest) if isinstance(result, Answer) else _help(page.getvalue())


def _invoke(root: Any, session: Session, rest: list[str]) -> Any:
    return root.main(
        args=rest,
        prog_name=session.around.program,
        complete_var="_OKSTRA_COMPLETE",
        standalone_mode=False,
        obj=session,
    )


def _checked(result: Any, rest: list[str]) -> Answer:
    if result == 130:  # how typer reports an interrupt
        raise KeyboardInterrupt
    if not isinstance(result, Answer):
        raise TypeError(f"the command {rest[0]} gave {type(result).__name__} instead of an answer")
    return result


def _help(page: str) -> Answer:
    return Answer({"help": page}, lambda: page, is_page=True)
