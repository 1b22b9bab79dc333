"""The JSON documents of a run: what they say when it is written, how its team stands, which script resumes it."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.run_files import Disk
from okstra_git.contract import SKIPPED_REASON, TEAM_SKIPPED
from okstra_git.fs.refusals import Linked, NotAFolder, PathRefused
from okstra_git.fs.root import Root, Seen
from okstra_git.paths import RUNS, TaskPaths
from okstra_git.records.runs import Run

SCHEMA = 1

FoundBy = Literal["manifest", "newest"]

PATTERN = "claude-resume-*.sh"
SESSIONS = "sessions"
PLACES = (f"{RUNS}/*/{SESSIONS}/{PATTERN}", f"{RUNS}/*/*/{SESSIONS}/{PATTERN}")
"""Below the task's folder; an implementation run has its stage's folder in between."""

_RESUMES = re.compile(r"\brun resume ([0-9A-HJKMNP-TV-Z]{26})\b")
_ENTERS = re.compile(r"^cd (.+?) \|\| \{$", re.MULTILINE)


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


class TeamMember(NamedTuple):
    """A worker of the roster; `status` and `reason` are what the team's state says of how its work ended."""

    id: str
    agent: str
    cli: str
    model: str
    status: str | None
    reason: str | None


class TeamStatus(NamedTuple):
    """`members` is None when neither context nor team state is there. `session` is the lead's, `created` what is
    recorded of making the team."""

    name: str | None
    members: tuple[TeamMember, ...] | None
    lead_model: str | None
    executor: str | None
    executor_model: str | None
    session: str | None
    created: Mapping[str, Any] | None


def read_team_status(disk: Disk, run: Run, context: RunContext | None) -> TeamStatus:
    """What is known of the run's team; team state of another run, or a broken one, is noted and not believed."""
    path = context.paths.team_state if context is not None else _state_path(run)
    state = disk.read(path) if path and disk.see(path).bytes is not None else None
    if state is not None and state.get("runId") not in (None, run.id):
        disk.note(f"{path} is of run {_text(state.get('runId'))}")
        state = None
    stated = state or {}
    lead, created = stated.get("lead"), stated.get("teamCreate")
    options = context.options if context is not None else None
    model = lead.get("model") if isinstance(lead, dict) else None
    return TeamStatus(
        name=_text(stated.get("teamName")) or run.team or None,
        members=_members(context, stated.get("workers")),
        lead_model=options.lead_model if options else _text(model),
        executor=(options.executor if options else "") or None,
        executor_model=(options.executor_model if options else "") or None,
        session=(_text(lead.get("sessionId")) if isinstance(lead, dict) else None) or run.session or None,
        created=created if isinstance(created, dict) else None,
    )


class Script(NamedTuple):
    """A resume script: its path from the project's root, the run that it resumes by its own words, and how it was
    found. `enters` is the quoted directory that it works in."""

    path: str
    run: str | None
    found_by: FoundBy
    enters: str


def find_latest(disk: Disk, task: TaskPaths, manifest: dict[str, Any] | None) -> Script | None:
    """The script that the manifest calls the latest; without a sound word there, the newest file. The name is never
    made up, because the number in it counts by itself."""
    named = (manifest or {}).get("latestResumeCommandPath")
    if isinstance(named, str) and named:
        if not _is_script(disk, task, named):
            disk.note("the task manifest names a resume script outside the task's folder; it is not used")
        elif not Root(disk.root).is_file(named):
            disk.note(f"the resume script {named} that the task manifest names is gone")
        else:
            return _read(disk, named, "manifest")
    newest = next(iter(list_newest(disk, task)), None)
    return _read(disk, newest, "newest") if newest else None


def find_for_run(disk: Disk, task: TaskPaths, run: str) -> Script | None:
    """The newest script that resumes this run."""
    scripts = (_read(disk, path, "newest") for path in list_newest(disk, task))
    return next((script for script in scripts if script.run == run), None)


def list_newest(disk: Disk, task: TaskPaths) -> list[str]:
    """Every resume script of the task, from the project's root, the one written last first."""
    scripts = [(entry.changed, path.rpartition("/")[2], path) for path, entry in _scripts(disk, task)]
    return [path for _, _, path in sorted(scripts, reverse=True)]


def _state_path(run: Run) -> str:
    """Where the team state stands without a context to say so: the record has folder and number."""
    number = run.numbers.get("state", run.seq)
    return f"{run.folder}/state/team-state-{run.task_type}-{number:03}.json" if run.folder else ""


def _members(context: RunContext | None, stated: object) -> tuple[TeamMember, ...] | None:
    """The roster of the context with what the state says of each; the state's own roster where there is no context."""
    by_name = stated if isinstance(stated, dict) else {}
    rows = {str(name): row for name, row in by_name.items() if isinstance(row, dict)}
    if context is not None:
        return tuple(
            TeamMember(worker.id, worker.agent, worker.cli, worker.model, *_end(rows.get(worker.id, {})))
            for worker in context.workers
        )
    if not isinstance(stated, dict):
        return None
    return tuple(
        TeamMember(
            name,
            _text(row.get("agentName")) or name,
            _text(row.get("cli")) or "",
            _text(row.get("model")) or "",
            *_end(row),
        )
        for name, row in rows.items()
    )


def _end(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return _text(row.get("status")), _text(row.get("reason"))


def _text(value: object) -> str | None:
    """A text that is one, else None."""
    return value if isinstance(value, str) and value else None


def _scripts(disk: Disk, task: TaskPaths) -> Iterator[tuple[str, Seen]]:
    files = Root(disk.root)
    for folder in _folders(disk, files, files.name(task.root / RUNS)):
        for name in _names(disk, files, f"{folder}/{SESSIONS}"):
            path = f"{folder}/{SESSIONS}/{name}"
            if fnmatchcase(name, PATTERN) and (entry := files.see(path)) is not None and entry.is_file:
                yield path, entry


def _folders(disk: Disk, files: Root, runs: str) -> Iterator[str]:
    """The folders of phases and those of stages in them."""
    for phase in _names(disk, files, runs):
        yield f"{runs}/{phase}"
        yield from (f"{runs}/{phase}/{stage}" for stage in _names(disk, files, f"{runs}/{phase}"))


def _names(disk: Disk, files: Root, folder: str) -> tuple[str, ...]:
    try:
        return files.list(folder).names
    except (NotAFolder, Linked):
        return ()
    except PathRefused as refusal:
        disk.note(refusal.message)
        return ()


def _is_script(disk: Disk, task: TaskPaths, recorded: str) -> bool:
    """Whether the path is where resume scripts of this task are, by its letters; links are not followed there."""
    files = Root(disk.root)
    if not files.has_place_for(recorded):
        return False
    path, root = PurePosixPath(files.name(recorded)), files.name(task.root)
    return path.is_relative_to(root) and any(path.relative_to(root).match(place) for place in PLACES)


def _read(disk: Disk, path: str, found_by: FoundBy) -> Script:
    text = disk.head(path)
    run, enters = _RESUMES.search(text), _ENTERS.search(text)
    return Script(path, run[1] if run else None, found_by, enters[1] if enters else "")
