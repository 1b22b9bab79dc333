"""`git okstra stage`: starts stages, records the commits they ended on, releases them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import tasks as shapes

app = command_group("Start, finish, list, show and release stages.")

Number = Annotated[str, typer.Argument(metavar="N", help="The stage's number.")]


@app.command("start")
@names_a_task
def start(
    context: typer.Context,
    number: Number,
    identity: Identity,
    base: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Where it begins. Default: as planned, else the branch checked out here."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its branch. Default: <category>/<group>/<task>-stage-<N>.")
    ] = None,
    no_worktree: Annotated[
        bool, typer.Option("--no-worktree", help="Adopt the branch, or create it at the base; make no worktree.")
    ] = False,
    title: Annotated[str, typer.Option(help="One line that says what the stage does. Default: as planned.")] = "",
    depends_on: Annotated[str, typer.Option(metavar="1,2", help="Stages that it builds on. Default: as planned.")] = "",
) -> Answer:
    """Reserve a stage, and create its branch and worktree or adopt a branch.

    With an approved plan, title, dependencies and base are taken from it, as 'run prepare' does: a stage waits
    for those that it depends on, and begins on a commit that contains them all.

    \b
    Examples:
      git okstra stage start 1 --task-key shop:web:login --base main
      git okstra stage start 1 --task-key shop:web:login --base main --branch feature/login --no-worktree
    """
    from okstra_cli.views import stage as view
    from okstra_git.names import parse_stage
    from okstra_git.porcelain.landings import note_landings
    from okstra_git.porcelain.task_lookup import default_base, require_key, warn_of_nested_worktree, worktree_path
    from okstra_git.stages.start import StartRequest, start_stage

    session = Session.of(context)
    key, stage = require_key(session.workspace, identity), parse_stage(number)
    request = StartRequest(
        key=key,
        number=stage,
        base=base or default_base(session.workspace),
        is_base_named=base is not None,
        branch=branch,
        adopt=no_worktree,
        title=title,
        worktree=None if no_worktree else worktree_path(session.workspace, key, stage),
        depends_on=tuple(parse_stage(part) for part in depends_on.split(",") if part),
    )
    note_landings(session.workspace, key)
    done = start_stage(session.store, request)
    session.warn(done.appended.warning)
    for sentence in done.begun.notes:
        session.note(sentence)
    if request.worktree is not None:
        warn_of_nested_worktree(session.workspace, request.worktree)
    task = done.appended.task_after(key)
    if done.made_branch:
        session.note(f"branch {task.stages[stage].branch} was not there: created at {done.begun.beginning.commit[:10]}")
    shown = view.stage_json(task, task.stages[stage])
    facts: shapes.StartedStage = {"task": str(key), "stage": shown, "made_branch": done.made_branch}
    return Answer(facts, lambda: view.started_page(task, task.stages[stage]))


@app.command("done")
@names_a_task
def done(
    context: typer.Context,
    identity: Identity,
    number: Annotated[str | None, typer.Argument(metavar="N", help="The stage's number.")] = None,
    commit: Annotated[
        str | None, typer.Option(metavar="REF", help="The commit it ended on. Default: the tip of its branch.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="REF", help="Where its own commits begin. Default: found from the records.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its branch, for a stage that was never started.")
    ] = None,
    carry: Annotated[Path | None, typer.Option(metavar="FILE", help="What the next stages need to know.")] = None,
    from_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Many at once: lines of 'N COMMIT [BASE]'; - reads stdin.")
    ] = None,
    leave_uncommitted: Annotated[
        bool, typer.Option("--leave-uncommitted", help="Record without the files that are not committed.")
    ] = False,
) -> Answer:
    """Record the commit a stage ended on, with fingerprints that follow it through rewritten history.

    Refused while the stage's worktree holds files that are not committed, or is not on the stage's branch:
    commit them, name what is meant with --commit or --branch, or leave the files out with --leave-uncommitted.

    \b
    Examples:
      git okstra stage done 1 --task-key shop:web:login
      git okstra stage done --task-key shop:web:login --branch feature/login --from-file stages.txt
    """
    from okstra_cli.views import stage as view
    from okstra_git.porcelain.stages import DoneOptions, record_done
    from okstra_git.porcelain.task_lookup import require_key

    session = Session.of(context)
    options = DoneOptions(number, commit, base, branch, carry, from_file, leave_uncommitted)
    done = record_done(session.workspace, require_key(session.workspace, identity), options, session.around.stdin.read)
    return Answer(view.done_json(done), lambda: view.done_page(done))


@app.command("list")
@names_a_task
def list_(context: typer.Context, identity: Identity) -> Answer:
    """List a task's stages as recorded, and those of its plan that were not started yet."""
    from okstra_cli.views import stage as view
    from okstra_git.porcelain.current_state import LivenessChecker, standing_state
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.records.states import recorded_and_planned
    from okstra_git.store.registry import require_task

    session = Session.of(context)
    task = require_task(standing_state(session.workspace), require_key(session.workspace, identity))
    leases = LivenessChecker(session.workspace).leases(task)
    stages = [view.stage_json(task, stage, leases) for stage in recorded_and_planned(task)]
    facts: shapes.StageList = {"task": str(task.key), "stages": stages}
    return Answer(facts, lambda: view.list_page(task, leases))


@app.command("show")
@names_a_task
def show(context: typer.Context, number: Number, identity: Identity) -> Answer:
    """Show one stage: its range, its files, and where it was before."""
    from okstra_cli.views import stage as view
    from okstra_git.names import parse_stage
    from okstra_git.porcelain.current_state import LivenessChecker, standing_state
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.store.registry import require_stage, require_task

    session = Session.of(context)
    task = require_task(standing_state(session.workspace), require_key(session.workspace, identity))
    stage = require_stage(task, parse_stage(number))
    leases = LivenessChecker(session.workspace).leases(task)
    facts: shapes.OneStage = {"task": str(task.key), "stage": view.stage_detail_json(task, stage, leases)}
    return Answer(
        facts,
        lambda: view.show_page(task, stage, leases),
    )


@app.command("release")
@names_a_task
def release(context: typer.Context, number: Number, identity: Identity) -> Answer:
    """Give up a stage's claim on its branch and worktree; both stay where they are."""
    from okstra_cli.views import stage as view
    from okstra_git.names import parse_stage
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.stages.complete import release_reservation

    session = Session.of(context)
    key, stage = require_key(session.workspace, identity, aloud=True), parse_stage(number)
    before, appended = release_reservation(session.store, key, f"stage-{stage}")
    session.warn(appended.warning)
    facts: shapes.Released | None = {"branch": before.branch, "worktree": before.worktree} if before else None
    answer: shapes.ReleasedStage = {"task": str(key), "stage": stage, "released": facts}
    return Answer(
        answer,
        lambda: view.released_page(str(key), f"stage-{stage}", before),
    )
