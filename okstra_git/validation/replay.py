"""Which of the commands that a run's documents claim are run again: those that the user allows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from okstra_git.commands import command
from okstra_git.plain_lines import is_allowed, split_plain
from okstra_git.plans.stage_contents import list_commands
from okstra_git.records.report.data import AnyReportData, ImplementationData, VerificationData

_EXIT_CODE = re.compile(r"\bexit(?:s|ed)?(?: code| status| with)? *[:=]? *([0-9]{1,3})\b", re.IGNORECASE)


class CommandClaim(NamedTuple):
    """A command as a document has it, and the exit code that it is said to have; `source` is report or plan."""

    command: str
    exit_code: int
    source: str


class PlannedReplay(NamedTuple):
    """A claim with the arguments to run, or without them the reason why it is not run, and what would allow it."""

    claim: CommandClaim
    words: tuple[str, ...] | None
    reason: str = ""
    remedy: str = ""


def list_claims(data: AnyReportData | None, validation: str = "") -> list[CommandClaim]:
    """Every command once: as the report's evidence has it, then those of the plan that the report does not name.

    `validation` is the Markdown of the stage's block in the plan. Where it names no exit code beside a command, 0 is
    what was expected.
    """
    claims = [*_of_report(data), *_of_plan(validation)]
    return list({claim.command: claim for claim in reversed(claims)}.values())[::-1]


def _of_report(data: AnyReportData | None) -> Iterator[CommandClaim]:
    if isinstance(data, ImplementationData | VerificationData):
        for row in data.validation_evidence:
            yield CommandClaim(row.command, row.exit_code, "report")


def _of_plan(validation: str) -> Iterator[CommandClaim]:
    lines = validation.splitlines()
    for line in list_commands(validation) if validation else ():
        beside = next((text for text in lines if line in text), "")
        match = _EXIT_CODE.search(beside.partition(line)[2])
        yield CommandClaim(line, int(match[1]) if match else 0, "plan")


def plan_replay(claims: Iterable[CommandClaim], allowed: Sequence[str]) -> list[PlannedReplay]:
    """What becomes of each claim, in their order; `allowed` are the lines of the user's own configuration."""
    return [_planned(claim, allowed) for claim in claims]


def _planned(claim: CommandClaim, allowed: Sequence[str]) -> PlannedReplay:
    try:
        words = split_plain(claim.command)
    except ValueError as error:
        return PlannedReplay(claim, None, f"{error}; evidence that needs one is written as sh -c '…'")
    if any(is_allowed(words, line) for line in allowed):
        return PlannedReplay(claim, tuple(words))
    remedy = command("git config --add okstra.replayCommands", claim.command)
    return PlannedReplay(claim, None, "it is not allowed here", remedy)
