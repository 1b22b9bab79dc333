"""The conformance gate: which entries concern a run, and whether each was shown, waived, exempt or holds the run up."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from okstra_git.names import quote
from okstra_git.paths import IMPLEMENTATION
from okstra_git.records.conformance import ConformanceOutcome, ConformanceResults
from okstra_git.validation.conformance_manifest import DeclaredEntry

Verdict = Literal["PASS", "BLOCKING", "WAIVED", "EXEMPT"]
Scope = frozenset[int] | None
"""The stages that a run is about; None = every one."""

_FOLDER_OF_STAGE = re.compile(r"stage-([1-9][0-9]{0,5})")


class ConformanceVerdict(NamedTuple):
    """How one entry came out, and why."""

    stage_key: str
    verdict: Verdict
    command: str
    exit_code: int | None
    reason: str

    @property
    def is_ok(self) -> bool:
        """Whether the run may pass."""
        return self.verdict != "BLOCKING"

    @property
    def sentence(self) -> str:
        """The line of the contract for an entry that holds a run up."""
        return f"conformance gate {self.verdict} for stage {self.stage_key}: {self.reason}"


def scope_of_run(stage: int | None, stages: Sequence[int], folder: str) -> Scope:
    """The stages that a run is about: as it was prepared, without that as its folder is called.

    A run of one stage, whichever its task type, is about that stage, one that looks at `stages` together about those.
    """
    if stage is not None or stages:
        return frozenset(stages if stage is None else (stage,))
    path = PurePosixPath(folder)
    match = _FOLDER_OF_STAGE.fullmatch(path.name) if path.parent.name == IMPLEMENTATION else None
    return frozenset({int(match[1])}) if match else None


def entries_in(scope: Scope, declared: Iterable[DeclaredEntry]) -> list[DeclaredEntry]:
    """The entries that concern the run: a stage that has not run yet holds nothing up."""
    return [each for each in declared if scope is None or each.stage in scope]


def judge_conformance(
    declared: Sequence[DeclaredEntry], results: ConformanceResults | None, waivers: Mapping[str, str], *, run: str = ""
) -> list[ConformanceVerdict]:
    """One verdict for each entry, in their order; `waivers` maps stage keys to reasons.

    `run` is given where the commands had to be run in this very run; a result that names another one is too old.
    """
    outcomes = {(each.stage_key, each.command): each for each in results.entries} if results is not None else {}
    return [
        _judge(each, outcomes.get((each.entry.stage_key, each.entry.command)), waivers, run=run) for each in declared
    ]


def _judge(
    declared: DeclaredEntry, outcome: ConformanceOutcome | None, waivers: Mapping[str, str], *, run: str
) -> ConformanceVerdict:
    entry = declared.entry
    exit_code = outcome.exit_code if outcome is not None else None

    def verdict(kind: Verdict, reason: str) -> ConformanceVerdict:
        return ConformanceVerdict(entry.stage_key, kind, entry.command, exit_code, reason)

    if entry.exempt.strip():
        return verdict("EXEMPT", entry.exempt)
    if entry.stage_key in waivers:
        return verdict("WAIVED", waivers[entry.stage_key])
    if outcome is None:
        return verdict("BLOCKING", f"no result is recorded of {quote(entry.command)}")
    if run and outcome.run and outcome.run != run:
        return verdict("BLOCKING", f"its result is of run {quote(outcome.run)}, not of this one")
    if outcome.exit_code:
        return verdict("BLOCKING", f"{quote(entry.command)} exited {outcome.exit_code}")
    return verdict("PASS", f"{quote(entry.command)} exited 0")
