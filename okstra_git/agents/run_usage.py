"""What a run of a program used: by its own word where that is whole, else by the files of its session."""

from dataclasses import replace

from okstra_git.agents.endings import ProgramEnd
from okstra_git.agents.program import StreamReader
from okstra_git.agents.sessions import Homes, read_session
from okstra_git.agents.tokens import SessionUsage, worst

COUNTED_OVER_ALL = ("codex",)
"""Programs whose own word about a resumed session includes what it used before."""

_STOPPED = ("timed-out", "interrupted", "terminated", "killed", "vanished", "out-of-budget", "max-turns", "no-result")
_UNDER_WAY = "stopped: what was under way then is not counted"
_NOTHING = "the program told nothing and left no file"


def usage_of_session(
    program: str, reader: StreamReader, ending: ProgramEnd, homes: Homes, *, is_resumed: bool = False
) -> SessionUsage:
    """What the session of a run that ended used, earlier runs of the same session included.

    The program's own word comes before the files of the session, which have no requests beside the conversation; but
    after a resume most programs speak of this run alone. Where both come to the same sum the files count, because they
    know models and days. A run that was stopped before it could say what it used has used at least that much.
    """
    said = reader.usage() if not is_resumed or program in COUNTED_OVER_ALL else None
    usage = _better(said, read_session(program, reader.session, homes))
    if usage is None:
        is_free = ending.status == "not-run" or ending.reason in ("unauthenticated", "bad-request")
        return SessionUsage(program, reader.session, "none", (), "exact" if is_free else "lower_bound", (_NOTHING,))
    if ending.reason in _STOPPED and reader.usage() is None:
        return replace(usage, confidence=worst((usage.confidence, "lower_bound")), remarks=(*usage.remarks, _UNDER_WAY))
    return usage


def used_so_far(program: str, reader: StreamReader, homes: Homes) -> int:
    """The tokens of a session that is still at work, for a limit: two programs tell them in their files alone."""
    if program == "claude" or not reader.session:
        return reader.used
    usage = read_session(program, reader.session, homes)
    return max(reader.used, usage.tokens.total if usage else 0)


def _better(said: SessionUsage | None, filed: SessionUsage | None) -> SessionUsage | None:
    if said is None or filed is None:
        return said or filed
    if said.tokens == filed.tokens:
        return replace(filed, parser=said.parser, confidence=said.confidence, remarks=said.remarks)
    if filed.tokens.total > said.tokens.total:
        return filed
    return said
