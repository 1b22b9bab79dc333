"""Commands that were run again, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_git.errors import refuse
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import parts
    from okstra_cli.answers import validate as shapes
    from okstra_git.errors import OkstraError
    from okstra_git.porcelain.replay import ReplayedClaim, ReplayedRun
    from okstra_git.records.runs import Replay
    from okstra_git.records.states import Stage, Task

SHORT = 10


def refusal_of(replayed: ReplayedRun) -> OkstraError | None:
    """The refusal of a run of which not every claim held; None where all did."""
    if replayed.is_held:
        return None
    if not replayed.claims:
        return refuse("replay.nothing", f"run {replayed.run.id} claims no command that could be run again",
                      hint="evidence stands in validationEvidence of the report's data")  # fmt: skip
    differing = [claim for claim in replayed.claims if claim.exit_code is not None and not claim.is_held]
    left_out = [claim for claim in replayed.claims if claim.exit_code is None]
    parts = [f"{counted(len(differing), 'command')} ended otherwise than claimed"] if differing else []
    parts += [f"{counted(len(left_out), 'command')} not run"] if left_out else []
    hints = list(dict.fromkeys(claim.planned.remedy for claim in left_out if claim.planned.remedy))
    hint = "\n".join(hints) if hints else "read what they printed above, and mend the code or the report"
    return refuse("replay.failed", f"run {replayed.run.id}: {' and '.join(parts)}", hint=hint, run=replayed.run.id)


def replayed_json(replayed: ReplayedRun) -> shapes.ReplayedRun:
    return {
        "stage": replayed.run.stage,
        "commit": replayed.commit,
        "tree": replayed.tree,
        "held": replayed.is_held,
        "recorded": replayed.recorded,
        "commands": [_claim_json(claim) for claim in replayed.claims],
    }


def put_replayed(page: Page, replayed: ReplayedRun) -> None:
    """One line for each command, and below one that ended otherwise what it printed last."""
    page.line(f"replayed on {replayed.commit[:SHORT]}, in a clean checkout")
    for claim in replayed.claims:
        verdict = _verdict(claim)
        page.line("  ", Cell(f"{verdict.text:<7}", verdict.tone), f"  {claim.planned.claim.command}")
        page.line(Cell(f"           {_how(claim)}", "faint"))
        if claim.planned.remedy:
            page.line(Cell(f"           to allow it: {claim.planned.remedy}", "faint"))
        for printed in claim.output.splitlines():
            page.line(Cell(f"           | {printed}", "faint"))


def replay_json(replay: Replay | None) -> parts.Replay | None:
    """What is on record of the newest replay of a run."""
    if replay is None:
        return None
    return {
        "commit": replay.commit,
        "tree": replay.tree,
        "held": replay.is_held,
        "by": replay.by,
        "at": replay.at.isoformat().replace("+00:00", "Z") if replay.at is not None else None,
        "commands": [
            {"command": each.command, "recorded": each.recorded, "exit_code": each.exit_code,
             "reason": each.reason or None}
            for each in replay.commands
        ],
    }  # fmt: skip


def replay_of_stage(task: Task, stage: Stage) -> Replay | None:
    """The newest replay of a run of the stage."""
    replays = [run.replay for run in task.runs.values() if run.stage == stage.number and run.replay is not None]
    return max(replays, key=lambda replay: replay.at.timestamp() if replay.at is not None else 0.0, default=None)


def replay_words(replay: Replay | None) -> str:
    """The record in a few words: how many commands ended as claimed, and on which commit."""
    if replay is None:
        return ""
    held, unrun = sum(each.is_held for each in replay.commands), sum(each.exit_code is None for each in replay.commands)
    aside = f", {unrun} not run" if unrun else ""
    return f"{held} of {counted(len(replay.commands), 'command')} ended as claimed{aside}, on {replay.commit[:SHORT]}"


def _verdict(claim: ReplayedClaim) -> Cell:
    if claim.exit_code is None:
        return Cell("not run", "warn")
    return Cell("held", "good") if claim.is_held else Cell("differs", "bad")


def _how(claim: ReplayedClaim) -> str:
    claimed = f"{claim.planned.claim.source} says exit code {claim.planned.claim.exit_code}"
    if claim.exit_code is None:
        return f"{claimed}; {claim.planned.reason}"
    return f"{claimed}, it was {claim.exit_code} ({claim.seconds:.1f} s)"


def _claim_json(claim: ReplayedClaim) -> shapes.ReplayedCommand:
    is_run = claim.exit_code is not None
    return {
        "command": claim.planned.claim.command,
        "source": claim.planned.claim.source,
        "recorded": claim.planned.claim.exit_code,
        "exit_code": claim.exit_code,
        "held": claim.is_held,
        "seconds": round(claim.seconds, 3) if is_run else None,
        "reason": claim.planned.reason or None,
        "remedy": claim.planned.remedy or None,
        "output": claim.output or None,
    }
