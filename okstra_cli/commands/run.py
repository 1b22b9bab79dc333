"""`git okstra run`: prepares, lists, shows, resumes and ends runs, and keeps what they leave uncommitted."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.commands.render_bundle import prepare
from okstra_cli.commands.run_drive import drive
from okstra_cli.commands.run_start import Allow, start, start_again
from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import refuse
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import runs as shapes
    from okstra_git.porcelain.workspace import Workspace

app = command_group("Prepare, list, show, resume and end runs, and look at what they left.")
app.command("prepare")(prepare)
app.command("start")(start)
app.command("drive")(drive)

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or four characters or more of its beginning.")]


@app.command("list")
@names_a_task
def list_(
    context: typer.Context,
    identity: Identity,
    all_: Annotated[bool, typer.Option("--all", help="Runs that ended too.")] = False,
    recent: Annotated[str | None, typer.Option(metavar="N", help="The newest N, ended or not.")] = None,
) -> Answer:
    """List runs, the newest first, and whether the process behind each still lives."""
    from okstra_cli.views import run as view
    from okstra_git.names import quote
    from okstra_git.porcelain.current_state import LivenessChecker
    from okstra_git.runs.history import list_runs

    session = Session.of(context)
    if recent is not None and not (recent.isascii() and recent.isdecimal() and 0 < len(recent) < 7):
        raise refuse("usage", f"{quote(recent)} is not a number of runs", hint="--recent 10")
    key = identity.task
    state = session.store.read().state
    with_ended = all_ or recent is not None
    rows = list_runs(state, task=key, with_ended=with_ended)
    rows = rows[: int(recent)] if recent is not None else rows
    listed = [
        (task, run, LivenessChecker(session.workspace).life_of(run) if run.is_active else None) for task, run in rows
    ]
    facts: shapes.RunList = {"runs": [view.run_json(*row) for row in listed]}
    return Answer(facts, lambda: view.list_page(listed, state, with_ended=with_ended))


@app.command("show")
def show(
    context: typer.Context,
    run: RunId,
    archive: Annotated[bool, typer.Option("--archive", help="List what was archived of it when it ended.")] = False,
    file: Annotated[str | None, typer.Option(metavar="PATH", help="Print one archived file.")] = None,
) -> Answer:
    """Show one run: who leads it, where it works, what it was prepared from, how it ended."""
    from okstra_cli.views import run as view
    from okstra_cli.views import run_archive as archived
    from okstra_git.bundle.archive import read_archived, require_archive
    from okstra_git.porcelain.current_state import LivenessChecker
    from okstra_git.runs.history import require_run
    from okstra_git.store.layout import ARCHIVE_INDEX

    session = Session.of(context)
    snapshot = session.store.read()
    task, record = require_run(snapshot.state, run)
    if archive or file is not None:
        files = require_archive(session.git, snapshot.tips.values(), record.id, recorded=record.archive)
        if file is not None:
            text = read_archived(session.git, files, file, run=record.id).decode("utf-8", "replace")
            answer: shapes.ArchivedText = {"run": record.id, "path": file, "text": text}
            return Answer(answer, lambda: text)
        index = archived.index_of(read_archived(session.git, files, ARCHIVE_INDEX, run=record.id))
        kept: shapes.Archive = {"run": record.id, "archive": index}
        return Answer(kept, lambda: archived.archive_page(record.id, index))
    life = LivenessChecker(session.workspace).life_of(record) if record.is_active else None
    facts: shapes.OneRun = {"run": view.run_json(task, record, life)}
    return Answer(facts, lambda: view.show_page(task, record, life))


@app.command("resume")
@names_a_task
def resume(
    context: typer.Context,
    identity: Identity,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="The run's id, or its beginning.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Change nothing; show how things stand and the one safe next command.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Take it over even though its holder is at work.")] = False,
    holder: Annotated[
        str | None, typer.Option(metavar="PID", help="The process that leads it from now on. Default: the caller.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="With --plan: every run that has not ended.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Change nothing; list the lines that take runs up again.")
    ] = False,
    start_lead: Annotated[
        bool, typer.Option("--start", help="Start its lead again in this terminal, in the session that it had.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="With --start: without a terminal, to its end.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="With --start: in a new session.")] = False,
    allow: Allow = None,
) -> Answer:
    """Go on with a run whose process is gone, under a new nonce; or explain what is safe to do next.

    With --all --plan, after a reboot or when a limit is over: every run that has not ended, its session, what lies
    uncommitted, when the limit ends that stopped it, and the line that takes it up again.

    \b
    Examples:
      git okstra run resume --explain --task-key shop:web:login
      git okstra run resume 01J9ZK
      git okstra run resume 01J9ZK --start --headless
      git okstra run resume --all --plan
    """
    session = Session.of(context)
    if all_ or plan:
        return _takeovers(session.workspace, is_whole=all_ and plan)
    if start_lead:
        return start_again(session, run or "", headless=headless, fresh=fresh, force=force, allow=allow)
    if explain:
        return _explained(session.workspace, identity, run)
    if run is None:
        raise refuse("usage", "no run was named", hint="git okstra run list, or git okstra run resume --explain")
    from okstra_cli.views import run as view
    from okstra_git.porcelain.resume import resume as resume_run

    resumed = resume_run(session.workspace, run, force=force, holder=holder)
    return Answer(view.resumed_json(resumed), lambda: view.resumed_text(resumed))


def _explained(workspace: "Workspace", identity: Identity, run: str | None) -> Answer:
    from okstra_cli.views import run_explain as view
    from okstra_git.porcelain.explain import explain_task
    from okstra_git.porcelain.report_files import find_waiting
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.runs.history import require_run
    from okstra_git.store.registry import require_task

    state = workspace.store.read().state
    task, only = require_run(state, run) if run else (require_task(state, require_key(workspace, identity)), None)
    stages, runs = explain_task(workspace, task, only)
    waiting = find_waiting(workspace, task) if only is None else None
    return Answer(
        view.explain_json(task, stages, runs, waiting), lambda: view.explain_page(task, stages, runs, waiting)
    )


def _takeovers(workspace: "Workspace", *, is_whole: bool) -> Answer:
    from okstra_cli.views import lead as view
    from okstra_git.porcelain.lead.takeovers import plan_takeovers

    if not is_whole:
        raise refuse("usage", "--all and --plan belong together", hint="git okstra run resume --all --plan")
    seen = plan_takeovers(workspace)
    return Answer(view.takeovers_json(seen), lambda: view.takeovers_page(seen))


@app.command("finish")
def finish(
    context: typer.Context,
    run: RunId,
    nonce: Annotated[
        str | None, typer.Option(help="The run's nonce, from its prompt. Not needed by its holder.")
    ] = None,
    outcome: Annotated[str, typer.Option(metavar="finished|failed", help="How it ended.")] = "finished",
    report: Annotated[str, typer.Option(metavar="FILE", help="Its final report.")] = "",
    next_phase: Annotated[
        str, typer.Option(metavar="TYPE", help="The task type that should follow, or release-handoff(stage-group).")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why, in one line.")] = "",
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Do not validate what it left; that is recorded.")
    ] = False,
    no_archive: Annotated[bool, typer.Option("--no-archive", help="Do not archive its files in the log.")] = False,
) -> Answer:
    """Record that a run came to its end, and archive its files, redacted, in the log.

    What it left is checked first, as git okstra validate run does: failures are printed, all of them, and the
    run goes on. A run without report data is recorded as one that nothing was checked of.
    """
    from okstra_cli.views import run as view
    from okstra_cli.views.validate import unfinished_answer
    from okstra_git.names import quote
    from okstra_git.phases import require_routing
    from okstra_git.porcelain.end_run import finish as finish_run
    from okstra_git.runs.ending import Ended, Finish

    if outcome not in ("finished", "failed"):
        raise refuse("usage", f"{quote(outcome)} is not an outcome", hint="--outcome finished, or --outcome failed")
    phase = require_routing(next_phase) if next_phase else ""
    asked = Finish("failed" if outcome == "failed" else "finished", nonce, report, phase, reason)
    ended = finish_run(Session.of(context).workspace, run, asked, archive=not no_archive, unchecked=unchecked)
    if not isinstance(ended, Ended):
        return unfinished_answer(ended)
    return Answer(view.ended_json(ended), lambda: view.ended_page(ended))


@app.command("abandon")
def abandon(
    context: typer.Context,
    run: RunId,
    reason: Annotated[str, typer.Option(help="Why, in one line.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Do it even though its holder is at work.")] = False,
    no_archive: Annotated[bool, typer.Option("--no-archive", help="Do not archive its files in the log.")] = False,
) -> Answer:
    """Give up a run on behalf of its holder; branch and worktree stay, and a snapshot keeps what is not committed."""
    from okstra_cli.views import run as view
    from okstra_git.porcelain.end_run import abandon as abandon_run

    workspace = Session.of(context).workspace
    done = abandon_run(workspace, run, reason=reason, force=force, archive=not no_archive)
    return Answer(view.ended_json(done.ended, done.snapshot), lambda: view.ended_page(done.ended))


@app.command("snapshots")
@names_a_task
def snapshots(context: typer.Context, identity: Identity) -> Answer:
    """List the snapshots of worktrees that were kept in this clone, the newest first."""
    from okstra_cli.views import snapshot as view
    from okstra_git.snapshots.take import list_snapshots

    session = Session.of(context)
    listed = list_snapshots(session.git, task=identity.task.slashed if identity.task else None)[::-1]
    facts: shapes.Snapshots = {"snapshots": [view.snapshot_json(snapshot) for snapshot in listed]}
    return Answer(facts, lambda: view.snapshots_page(listed))


@app.command("restore")
def restore(
    context: typer.Context,
    snapshot: Annotated[str, typer.Argument(metavar="ID", help="The snapshot's id, or its beginning.")],
    into: Annotated[
        str | None, typer.Option(metavar="DIR", help="A new directory. Default: the worktree it was taken of.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done.")] = False,
) -> Answer:
    """Put the files of a snapshot back; nothing that would be lost is overwritten."""
    from okstra_cli.views import snapshot as view
    from okstra_git.porcelain.worktrees import restore as restore_snapshot

    done = restore_snapshot(Session.of(context).workspace, snapshot, into=into, dry_run=dry_run)
    return Answer(view.restored_json(done), lambda: view.restored_page(done))
