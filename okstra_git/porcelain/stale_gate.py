"""What stands before a prepare: proven moves are settled and told, anything else stops it until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_git.errors import OkstraError
from okstra_git.porcelain.follow import make_judge, read_hints, tell_moves
from okstra_git.reconcile.settle import settle
from okstra_git.tokens import STALE_HISTORY

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.model import Finding, Report


class StaleHistory(OkstraError):
    """Commits whose content changed, or an anchor that cannot be found: only a person can say what is meant."""

    code = "history.stale"
    exit_status = 2


def pass_stale_gate(workspace: Workspace, key: TaskKey) -> None:
    """Settle what is proven, one note for each move, and keep it even when a question then stops the caller."""
    state = workspace.store.read().state
    task = state.tasks.get(key)
    if task is None or not (task.anchor or any(stage.range for stage in task.stages.values())):
        return
    report = make_judge(workspace, state, hints=read_hints(workspace)).judge(task)
    if report.is_settleable:
        settled = settle(workspace.store, [report])
        workspace.warn(settled.warning)
        tell_moves(workspace, settled.events)
    if report.needs_person:
        raise _stale(key, report)


def _stale(key: TaskKey, report: Report) -> StaleHistory:
    command = f"okstra git-reconcile --task-key {key} --check --json"
    causes = [f"stage {finding.stage}: {finding.reason}" for finding in report.confirms]
    if report.anchor is not None and report.anchor.status == "unresolvable":
        causes.append(f"the anchor: {report.anchor.reason}")
    decide = f"okstra git-reconcile --task-key {key}"
    ways = [f"then for each of them: {decide} --apply --stage N --use-ref REF"] if report.confirms else []
    if report.anchor is not None and report.anchor.status == "unresolvable":
        ways.append(f"then for the anchor: {decide} --reset-anchor REF")
    return StaleHistory(
        f"{STALE_HISTORY} ({'; '.join(causes)}); to see them: {command}",
        hint="\n".join([command, *ways]),
        command=command,
        items=[item_json(finding) for finding in report.confirms],
    )


def item_json(finding: Finding) -> dict[str, Any]:
    """One stale record."""
    new = finding.new
    item: dict[str, Any] = {
        "stage": finding.stage,
        "class": finding.kind,
        "recorded": finding.recorded.head,
        "replacement": new.head if new else None,
        "proof": new.proof if new else None,
        "branch": finding.branch,
        "reason": finding.reason,
    }
    item |= {
        "found_by": finding.found_by if new else None,
        "verified_carries": finding.verified_carries if new else None,
        "landed": new.landed if new else None,
    }
    if finding.together:
        item["together"] = list(finding.together)
    if finding.flags:
        item["flags"] = list(finding.flags)
    item["candidates"] = [
        {"ref": each.ref, "commit": each.commit, "why": each.why, "recommended": each.recommended}
        for each in finding.candidates
    ]
    return item
