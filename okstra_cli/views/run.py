"""Runs, their archives and snapshots as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.moments import local_time
from okstra_cli.views.replay import replay_json, replay_words
from okstra_cli.views.snapshot import snapshot_json
from okstra_git.commands import command, word
from okstra_git.contract import CONCURRENT_LABEL, INSTRUCTION_SET_LABEL, TASK_ROOT_LABEL
from okstra_git.names import named_stages
from okstra_git.runs.history import short_id

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import parts
    from okstra_cli.answers import runs as shapes
    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.resume import Resumption
    from okstra_git.records.handoff import Assembly
    from okstra_git.records.runs import Conclusion, Holder, Run
    from okstra_git.records.states import State, Task
    from okstra_git.runs.ending import Ended
    from okstra_git.snapshots.take import WorktreeSnapshot

Row = tuple["Task", "Run", "Liveness | None"]


def run_json(task: Task, run: Run, life: Liveness | None) -> shapes.Run:
    """One run as recorded; `life` is null for a run that ended."""
    return {
        "id": run.id,
        "task": str(task.key),
        "life": {"state": life.state, "why": life.why or None} if life is not None else None,
        **run_fields(run),
    }


def run_fields(run: Run) -> shapes.RunFields:
    """What is published of a run's record besides its id, field by field: a new field is private until it is here."""
    return {
        "task_type": run.task_type,
        "seq": run.seq,
        "stage": run.stage,
        "status": run.status,
        "holder": holder_json(run.holder),
        "nonce": run.nonce,
        "inputs": run.inputs,
        "numbers": dict(run.numbers),
        "folder": run.folder,
        "instruction_set": run.instruction_set,
        "team": run.team,
        "session": run.session,
        "branch": run.branch,
        "worktree": run.worktree,
        "brief": {"path": run.brief.path, "blob": run.brief.blob} if run.brief else None,
        "plan": run.plan,
        "waivers": [{"stage_key": waiver.stage_key, "reason": waiver.reason} for waiver in run.waivers],
        "assembled": _assembly_json(run.assembled) if run.assembled else None,
        "writer": run.writer,
        "claimed": moment_json(run.claimed),
        "prepared": moment_json(run.prepared),
        "touched": moment_json(run.touched),
        "ended": moment_json(run.ended),
        "report": run.report,
        "next_phase": run.next_phase,
        "conclusion": conclusion_json(run.conclusion),
        "archive": run.archive,
        "reason": run.reason,
        "validation": run.validation or None,
        "replay": replay_json(run.replay),
    }


def validation_words(run: Run) -> str:
    """What became of the check of what the run left."""
    words = {"unchecked": "not checked: finished with --unchecked", "no-data": "none: no report data"}
    return words.get(run.validation, run.validation)


def conclusion_json(conclusion: Conclusion | None) -> shapes.Conclusion | None:
    """What the report says; null where its data were not there at the run's end."""
    if conclusion is None:
        return None
    routing = list(conclusion.routing) if conclusion.routing is not None else None
    return {"verdict": conclusion.verdict or None, "direction": conclusion.direction or None, "routing": routing}


def conclusion_words(conclusion: Conclusion | None) -> str:
    """The same in a line: `accepted, proceed`."""
    return ", ".join(filter(None, (conclusion.verdict, conclusion.direction))) if conclusion is not None else ""


def holder_json(holder: Holder | None) -> parts.Holder | None:
    """The process that leads a run; null where nobody does."""
    if holder is None:
        return None
    return {"host": holder.host, "boot": holder.boot, "pid": holder.pid, "born": holder.born, "name": holder.name}


def _assembly_json(assembly: Assembly) -> shapes.Assembly:
    members: list[shapes.Member] = [
        {"stage": each.stage, "commit": each.commit, "tree": each.tree, "delta": each.delta, "how": each.how}
        for each in assembly.members
    ]
    return {
        "stages": list(assembly.stages),
        "base_ref": assembly.base_ref,
        "base": assembly.base,
        "commit": assembly.commit,
        "tree": assembly.tree,
        "members": members,
    }


def moment_json(at: datetime | None) -> str | None:
    """The moment with all the digits it was recorded with; lists and pages have it to the millisecond."""
    return at.isoformat().replace("+00:00", "Z") if at is not None else None


def list_page(rows: Sequence[Row], state: State, *, with_ended: bool = False) -> Page:
    """Ids are cut to what names a run, since a table has little room; JSON has them whole."""
    page = Page()
    if not rows and with_ended:
        page.line("there are no runs, ended ones included")
    elif not rows:
        page.line("no run is under way")
        page.line(Cell("ended ones: git okstra run list --all", "faint"))
    cells = [
        (
            Cell(short_id(state, run), "strong"),
            _when(run.claimed),
            str(task.key),
            run.task_type,
            str(run.stage) if run.stage is not None else "-",
            _state(run, life),
            _who(run, life),
        )
        for task, run, life in rows
    ]
    page.table(("run", "since", "task", "type", "stage", "state", "holder"), cells)
    return page


def _state(run: Run, life: Liveness | None) -> Cell:
    if life is not None and not life.is_live:
        return Cell("dead", "warn")
    tones: dict[str, Tone] = {"finished": "good", "failed": "bad", "abandoned": "faint"}
    return Cell(run.status, tones.get(run.status, "plain"))


def _who(run: Run, life: Liveness | None) -> str:
    if run.holder is None or life is None:
        return ""
    why = f" ({life.why})" if life.why else ""
    return f"{run.holder.name}, pid {run.holder.pid} on {run.holder.host}{why}"


def _when(at: datetime | None) -> str:
    return local_time(at) if at else ""


def show_page(task: Task, run: Run, life: Liveness | None) -> Page:
    page = Page()
    stage = f", stage {run.stage}" if run.stage is not None else ""
    page.line("run ", Cell(run.id, "strong"), f" of {task.key}: {run.task_type}{stage}, ", _state(run, life))
    rows = [
        ("holder", _who(run, life)),
        ("nonce", run.nonce if run.is_active else ""),
        ("claimed", _when(run.claimed)),
        ("prepared", _when(run.prepared)),
        ("ended", f"{_when(run.ended)}, {run.status}" if run.ended else ""),
        ("reason", run.reason),
        ("folder", run.folder),
        ("branch", run.branch),
        ("looks at", f"{named_stages(run.assembled.stages)}, {run.assembled.commit[:10]}" if run.assembled else ""),
        ("worktree", run.worktree or ""),
        ("team", run.team),
        ("session", run.session),
        ("brief", f"{run.brief.path} {run.brief.blob[:10]}" if run.brief else ""),
        ("plan", (run.plan or "")[:10]),
        ("waivers", ", ".join(f"{waiver.stage_key} ({waiver.reason})" for waiver in run.waivers)),
        ("report", run.report),
        ("verdict", conclusion_words(run.conclusion)),
        ("validation", validation_words(run)),
        ("replay", replay_words(run.replay)),
        ("next phase", run.next_phase),
        ("archive", f"git okstra run show {word(run.id[:12])} --archive" if run.archive else ""),
    ]
    for name, value in rows:
        if value.strip():
            page.line(Cell(f"  {name:<11}", "faint"), value)
    if life is not None and not life.is_live:
        page.line(Cell(f"next: git okstra run resume {word(run.id)} --explain", "faint"))
    return page


def resumed_json(resumed: Resumption) -> shapes.ResumedRun:
    """The run, and what its lead starts from; null is what is not there."""
    instructions, prompt = resumed.instruction_set, resumed.prompt_path
    return {
        "run": run_json(resumed.task, resumed.run, resumed.life),
        "changed": resumed.changed,
        "task_root": str(resumed.task_root),
        "instruction_set": str(instructions) if instructions else None,
        "concurrent_run_stages": list(resumed.occupied),
        "prompt_path": str(prompt) if prompt else None,
        "prompt": resumed.prompt,
    }


def resumed_text(resumed: Resumption) -> str:
    """The labels that skills read, one to a line, then the run, then its prompt as it stands."""
    run = resumed.run
    lines = [f"{TASK_ROOT_LABEL} {resumed.task_root}"]
    if resumed.instruction_set:
        lines.append(f"{INSTRUCTION_SET_LABEL} {resumed.instruction_set}")
    if resumed.occupied:
        lines.append(f"{CONCURRENT_LABEL} {', '.join(map(str, resumed.occupied))}")
    verb = "is resumed" if resumed.changed else "is yours already"
    lines.append(f"run {run.id} {verb}; its nonce is {run.nonce}")
    if resumed.prompt is None:
        lines.append(command("its prompt is not here: git okstra run show", run.id))
    return "\n".join([*lines, "", resumed.prompt or ""]).rstrip("\n") + "\n"


def ended_json(ended: Ended, kept: WorktreeSnapshot | None = None) -> shapes.EndedRun:
    """The run as it ended, and the snapshot that was taken before."""
    return {
        "run": run_json(ended.task, ended.run, None),
        "changed": ended.changed,
        "snapshot": snapshot_json(kept) if kept is not None else None,
    }


def ended_page(ended: Ended) -> Page:
    page = Page()
    run = ended.run
    verb = "is" if ended.changed else "was already"
    page.line("run ", Cell(run.id, "strong"), f" of {ended.task.key} {verb} {run.status}")
    if run.conclusion is not None:
        following = f"; next: {run.next_phase}" if run.next_phase else ""
        page.line(f"its report says: {conclusion_words(run.conclusion) or 'no verdict'}{following}")
    if run.archive:
        page.line(Cell(f"its files: git okstra run show {word(run.id)} --archive", "faint"))
    return page
