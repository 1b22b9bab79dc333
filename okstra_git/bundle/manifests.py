"""The JSON documents of one run: what it was prepared from, what it consists of, how its team stands."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from okstra_git.bundle.context import RunContext
from okstra_git.contract import SKIPPED_REASON, TEAM_SKIPPED

SCHEMA = 1


def run_identity(context: RunContext) -> dict[str, Any]:
    """What identifies this run, as all documents begin."""
    run = context.run
    return {
        "schema": SCHEMA,
        "runId": run.id,
        "nonce": run.nonce,
        "taskKey": context.task.key,
        "taskType": run.task_type,
        "seq": run.seq,
        "stage": run.stage,
    }


def run_inputs(context: RunContext) -> dict[str, Any]:
    """What the run was prepared from; validators take the scope and the waivers of the run from here."""
    options, brief, plan, worktree = context.options, context.brief, context.plan, context.worktree
    return {
        **run_identity(context),
        "fingerprint": context.run.inputs,
        "verificationScope": context.run.scope or None,
        "brief": {"path": brief.path, "blob": brief.blob, "gate": brief.gate} if brief else None,
        "plan": {"path": plan.path, "blob": plan.blob, "key": plan.key} if plan else None,
        "carry": [carried.path for carried in plan.carry] if plan else [],
        "base": {"commit": worktree.base, "ref": worktree.base_ref} if worktree else None,
        "stages": list(context.group.stages) if context.group else [context.run.stage] if context.run.stage else [],
        "verifies": {"commit": worktree.commit, "tree": worktree.tree} if worktree and worktree.commit else None,
        "clarificationResponse": options.clarification_source or None,
        "directive": options.directive,
        "relatedTasks": list(options.related_tasks),
        "workers": [{"id": worker.id, "model": worker.model} for worker in context.workers],
        "executor": {"id": options.executor, "model": options.executor_model} if options.executor else None,
        "leadModel": options.lead_model,
        "qaWaivers": [{"stageKey": key, "reason": reason} for key, reason in options.waivers],
        "planVerification": options.plan_verification,
        "prTemplate": options.pr_template or None,
    }


def run_manifest(context: RunContext, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What the bundle consists of; `files`, those that never change, are listed by path with their sha256."""
    paths = context.paths
    return {
        **run_identity(context),
        "preparedAt": context.run.prepared_at,
        "instructionSet": paths.instruction_set,
        "prompt": paths.prompt,
        "runContext": paths.run_context,
        "runInputs": paths.run_inputs,
        "teamState": paths.team_state,
        "resumeScript": paths.resume_script,
        "report": paths.report,
        "reportData": paths.report_data,
        "files": {path: sha256(data).hexdigest() for path, data in sorted(files.items())},
    }


def team_state(context: RunContext) -> dict[str, Any]:
    """The team before anything has happened; lead and wrappers fill it in."""
    return {
        **run_identity(context),
        "lead": {"sessionId": context.run.session or None, "model": context.options.lead_model},
        "teamName": context.team.name,
        "teamCreate": skipped_team(context),
        "workers": {
            worker.id: {
                "agentName": worker.agent,
                "cli": worker.cli,
                "model": worker.model,
                "modelExecutionValue": worker.model,
                "status": None,
                "reason": None,
            }
            for worker in context.workers
        },
    }


def skipped_team(context: RunContext) -> dict[str, Any] | None:
    """What is recorded of a team that other live runs forbid; None when nothing forbids it."""
    if not context.team.occupied:
        return None
    return {"attempted": False, "status": TEAM_SKIPPED, "reason": SKIPPED_REASON}


def tried_team(state: Mapping[str, Any], *, nonce: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What the state says of a team that was tried: by the attempt with this nonce, and by one before it that died."""
    recorded = state.get("teamCreate")
    team = recorded if isinstance(recorded, dict) else {}
    former = team.get("former")
    if team.get("attempted") is not True:
        return None, former if isinstance(former, dict) else None
    return (team, None) if state.get("nonce") == nonce else (None, team)


def renewed_team_state(context: RunContext, before: dict[str, Any]) -> dict[str, Any]:
    """The state after the gate was renewed.

    What the attempt that goes on has tried stays as it is. What one that died had tried becomes `former` where no team
    may be made now, and its session is not the lead's any more.
    """
    made, former = tried_team(before, nonce=context.run.nonce)
    skipped = skipped_team(context)
    team = made or ({**skipped, "former": former} if skipped and former else skipped or former)
    lead = before["lead"] if isinstance(before.get("lead"), dict) else {}
    session = lead.get("sessionId") if before.get("nonce") == context.run.nonce else None
    lead = {**lead, "sessionId": session or context.run.session or None}
    return {**before, "nonce": context.run.nonce, "lead": lead, "teamCreate": team}
