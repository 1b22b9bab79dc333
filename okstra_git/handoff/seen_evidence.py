"""Compares the checks that a report says were made with those that okstra saw run on the very tree."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.repo import Git
from okstra_git.names import quote
from okstra_git.records.checks import CheckRecord, digest_of_command
from okstra_git.records.stage import Check
from okstra_git.store.check_inputs import find_changed_input
from okstra_git.store.checks import latest_checks, read_checks

SHELLS = ("sh", "bash")


class SeenEvidence(NamedTuple):
    """Which of the checks okstra saw end in that very way, in their order, and what a person should know."""

    seen: tuple[bool, ...]
    warnings: tuple[str, ...] = ()


def compare_evidence(
    git: Git, checks: Sequence[Check], *, tree: str, commit: str, environ: Mapping[str, str], now: datetime
) -> SeenEvidence:
    """Look for each check among the records of the tree; refuses (`evidence.contradicted`) one that ended otherwise.

    Claims are no evidence, and neither are records whose declared inputs are not what they were. A check of which
    nothing is on record is neither seen nor doubted.
    """
    records = read_checks(git, tree, now=now)
    current = [check for check in records.checks if find_changed_input(git, tree, environ, check.record.inputs) is None]
    seen = []
    for check in checks:
        vectors = {digest_of_command(vector): vector for vector in _vectors(check.command)}

        def counts(record: CheckRecord, known: Mapping[str, object] = vectors) -> bool:
            return not record.claimed and record.command_digest in known

        latest = latest_checks(current, counts)
        if latest is not None and latest.record.exit_code != check.exit_code:
            raise _contradicted(check, latest.record, commit, vectors[latest.record.command_digest])
        seen.append(latest is not None)
    warnings = [
        f"{bad.ref} does not count as evidence: {bad.why}; to remove it here: {bad.remedy}" for bad in records.bad
    ]
    return SeenEvidence(tuple(seen), tuple(warnings))


def _vectors(line: str) -> Iterator[list[str]]:
    """The argument vectors that a line of a report may stand for: as a shell splits it, and given to a shell whole."""
    yield from ([shell, "-c", line] for shell in SHELLS)
    try:
        yield shlex.split(line)
    except ValueError:  # a quotation mark without its fellow
        return


def _contradicted(check: Check, record: CheckRecord, commit: str, vector: Sequence[str]) -> OkstraError:
    begin = f"{command('git okstra verify', record.name, ('--ref', commit))} --"
    return refuse(
        "evidence.contradicted",
        f"the report says that {quote(check.command)} exited {check.exit_code}, and on record of this very tree is "
        f"{record.exit_code}, by {record.by or record.writer}",
        hint=f"run it again; the newest record decides: {command(begin, *vector)}",
        command=check.command,
        reported=check.exit_code,
        recorded=record.exit_code,
        tree=record.tree,
        writer=record.writer,
    )
