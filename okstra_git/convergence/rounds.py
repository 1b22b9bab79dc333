"""Rounds over findings: who is asked about what, what the answers change, and when there is nothing more to ask."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from okstra_git.commands import command
from okstra_git.convergence.classification import CONTESTED, classified, count_classes, current_stances
from okstra_git.errors import OkstraError, refuse
from okstra_git.records.convergence import ConvergenceState, DiscussedFinding, Stance, WorkerVerdict
from okstra_git.records.report.parts import Round

Verdicts = Mapping[str, Mapping[str, WorkerVerdict]]
"""Worker -> id of a finding -> what the worker says of it."""


class Batch(NamedTuple):
    """What one worker is asked about in one round."""

    worker: str
    round: int
    findings: tuple[DiscussedFinding, ...]


def next_round(state: ConvergenceState) -> int | None:
    """The number of the round that is to come; None when the arithmetic asks for none, or a person has closed it."""
    if state.closed or len(state.analysers) < 2:
        return None
    done = len(state.round_history)
    if done == 0 and any(finding.classification != "consensus" for finding in state.findings):
        return 1
    return 2 if done == 1 and _contested(state) else None


def batches(state: ConvergenceState, number: int) -> list[Batch]:
    """Who is asked what in this round; `state` is as it was before it. Workers without a question are left out.

    The first round asks each analyser about what only others have found. The second asks everybody, the finder too,
    about what is contested then.
    """
    if number == 1:
        asked = {
            worker: [finding for finding in state.findings if worker not in current_stances(finding)]
            for worker in state.analysers
        }
    else:
        asked = {worker: _contested(state) for worker in state.analysers}
    return [Batch(worker, number, tuple(findings)) for worker, findings in asked.items() if findings]


def before_round(state: ConvergenceState, number: int) -> ConvergenceState:
    """The state as it was before this round; refuses a round that is neither the last nor the next one."""
    done, opened = len(state.round_history), state.model_copy(update={"closed": False})
    if number == done + 1 and next_round(opened) == number:
        return opened
    if number != done or not number:
        raise _other_round(opened, number)
    findings = tuple(
        classified(_with_stances(finding, [each for each in finding.stances if each.round < number]), state.analysers)
        for finding in state.findings
    )
    return _renewed(state, findings, state.round_history[: number - 1])


def record_round(state: ConvergenceState, number: int, verdicts: Verdicts) -> ConvergenceState:
    """The state after the round, recorded for the first time or anew; closed where nothing is left to ask."""
    before = before_round(state, number)
    findings = tuple(_after(finding, number, verdicts, before.analysers) for finding in before.findings)
    pairs = zip(before.findings, findings, strict=True)
    moved = tuple(old.id for old, new in pairs if old.classification != new.classification)
    asked = {finding.id for batch in batches(before, number) for finding in batch.findings}
    entry = Round(
        round=number,
        findings=tuple(finding.id for finding in before.findings if finding.id in asked),
        verdicts={worker: {id: each.verdict for id, each in given.items()} for worker, given in verdicts.items()},
        moved=moved,
    )
    return settle(_renewed(before, findings, (*before.round_history, entry)))


def settle(state: ConvergenceState) -> ConvergenceState:
    """The state, closed with the reason that the arithmetic gives where it asks for no other round."""
    if state.closed or next_round(state) is not None:
        return state
    return state.model_copy(update={"closed": True, "round2_skipped_reason": _reason(state)})


def close(state: ConvergenceState, reason: str) -> ConvergenceState:
    """The state, closed. Refuses to leave out the first round, and to leave out the second without a reason."""
    number = next_round(state)
    if number is None:
        return settle(state)
    if number == 1:
        raise refuse(
            "convergence.round-needed",
            "findings of one analyser have not been shown to the others: round 1 has to come first",
            hint=_line("git okstra convergence batch", state),
            round=1,
        )
    if not reason.strip():
        raise _still_contested(state)
    return state.model_copy(update={"closed": True, "round2_skipped_reason": " ".join(reason.split())})


def _still_contested(state: ConvergenceState) -> OkstraError:
    contested = [finding.id for finding in _contested(state)]
    named = ", ".join(contested[:8]) + (" …" if contested[8:] else "")
    batch, leave_out = _line("git okstra convergence batch", state), _line("git okstra convergence close", state)
    return refuse(
        "convergence.round-needed",
        f"analysers differ about {named}: round 2 has to come, or a reason for leaving it out",
        hint=f"{batch}\nor: {leave_out} --skip-round-2 WHY",
        round=2,
        findings=contested[:100],
    )


def _other_round(state: ConvergenceState, number: int) -> OkstraError:
    done, coming = len(state.round_history), next_round(state)
    known = f"round {coming} is to come" if coming else "no round is to come"
    hint = _line("git okstra convergence show", state)
    message = f"round {number} cannot be recorded: {known}" + (
        f", and round {done} can be recorded anew" if done else ""
    )
    return refuse("convergence.other-round", message, hint=hint, round=number, next_round=coming)


def _contested(state: ConvergenceState) -> list[DiscussedFinding]:
    return [finding for finding in state.findings if finding.classification in CONTESTED]


def _after(finding: DiscussedFinding, number: int, verdicts: Verdicts, analysers: Sequence[str]) -> DiscussedFinding:
    new = [
        Stance(worker=worker, verdict=given.verdict, reason=given.reason, round=number)
        for worker, of_worker in verdicts.items()
        if (given := of_worker.get(finding.id)) is not None
    ]
    return classified(_with_stances(finding, [*finding.stances, *new]), analysers) if new else finding


def _with_stances(finding: DiscussedFinding, stances: Sequence[Stance]) -> DiscussedFinding:
    return finding.model_copy(update={"stances": tuple(stances)})


def _renewed(
    state: ConvergenceState, findings: tuple[DiscussedFinding, ...], history: tuple[Round, ...]
) -> ConvergenceState:
    return state.model_copy(
        update={
            "findings": findings,
            "round_history": history,
            "final_classification_counts": count_classes(findings),
            "closed": False,
            "round2_skipped_reason": None,
        }
    )


def _reason(state: ConvergenceState) -> str | None:
    done = len(state.round_history)
    if done > 1:
        return None
    if done == 1:
        return "no finding was contested after round 1"
    if not state.findings:
        return "there were no findings"
    if len(state.analysers) < 2:
        return f"only {''.join(state.analysers) or 'nobody'} handed in a result, so nobody could confirm it"
    return "every analyser had made every finding"


def _line(begin: str, state: ConvergenceState) -> str:
    return command(begin, ("--run", state.run))
