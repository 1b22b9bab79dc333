"""What came of a run: how it ended, what it answered, what it used, by its own word and the files of its session."""

from dataclasses import replace
from typing import NamedTuple

from okstra_git.agents.endings import ProgramEnd
from okstra_git.agents.program import LastWords, Program, StreamReader
from okstra_git.agents.sessions import Homes, read_session
from okstra_git.agents.tokens import SessionUsage, worst

_STOPPED = ("timed-out", "interrupted", "terminated", "killed", "vanished", "out-of-budget", "max-turns", "no-result")
_UNDER_WAY = "stopped: what was under way then is not counted"
_NOTHING = "the program told nothing and left no file"


class RunOutcome(NamedTuple):
    """How a run ended, its answer (empty unless it has succeeded), and what its session used so far."""

    ending: ProgramEnd
    answer: str
    usage: SessionUsage


def settle_run(
    program: Program, reader: StreamReader, ending: ProgramEnd, homes: Homes, *, is_resumed: bool = False
) -> RunOutcome:
    """What came of a run that has ended so; to be asked at once, because one program deletes its sessions.

    A success whose last words broke off is none.
    """
    words = program.last_words(reader, homes) if ending.is_success else LastWords("")
    if not words.is_whole:
        ending = ProgramEnd("cut-off", "the service broke off in the last answer", reader.resets)
    usage = _usage_of_session(program, reader, ending, homes, is_resumed=is_resumed)
    return RunOutcome(ending, words.text if words.is_whole else "", usage)


def used_so_far(program: Program, reader: StreamReader, homes: Homes) -> int:
    """The tokens of a session that is still at work, for a limit: some programs tell them in their files alone."""
    if program.tells_tokens or not reader.session:
        return reader.used
    usage = read_session(program.name, reader.session, homes)
    return max(reader.used, usage.tokens.total if usage else 0)


def _better(said: SessionUsage | None, filed: SessionUsage | None) -> SessionUsage | None:
    if said is None or filed is None:
        return said or filed
    if said.tokens == filed.tokens:
        return replace(filed, parser=said.parser, confidence=said.confidence, remarks=said.remarks)
    if filed.tokens.total > said.tokens.total:
        return filed
    return said


def _usage_of_session(
    program: Program, reader: StreamReader, ending: ProgramEnd, homes: Homes, *, is_resumed: bool = False
) -> SessionUsage:
    """What the session of a run that ended used, earlier runs of the same session included.

    The program's own word comes before the files of the session, which have no requests beside the conversation; but
    after a resume most programs speak of this run alone. Where both come to the same sum the files count, because they
    know models and days. A run that was stopped before it could say what it used has used at least that much.
    """
    said = reader.usage() if program.counts_whole_session or not is_resumed else None
    usage = _better(said, read_session(program.name, reader.session, homes))
    if usage is None:
        is_free = ending.status == "not-run" or ending.reason in ("unauthenticated", "bad-request")
        return SessionUsage(
            program.name, reader.session, "none", (), "exact" if is_free else "lower_bound", (_NOTHING,)
        )
    if ending.reason in _STOPPED and reader.usage() is None:
        return replace(usage, confidence=worst((usage.confidence, "lower_bound")), remarks=(*usage.remarks, _UNDER_WAY))
    return usage
