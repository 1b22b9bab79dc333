"""`git okstra worktree`: lists, releases and prunes the worktrees of stages."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import worktrees as shapes

app = command_group("List, release and prune the worktrees of stages.")


@app.command("list")
@names_a_task
def list_(
    context: typer.Context,
    identity: Identity,
    released: Annotated[bool, typer.Option("--released", help="Released rows too.")] = False,
) -> Answer:
    """List who owns which branch and worktree, how each worktree stands, and what is open there."""
    from okstra_cli.views import worktree as view
    from okstra_git.porcelain.current_state import own_writer
    from okstra_git.stages.worktrees import list_reserved_worktrees, see_reserved
    from okstra_git.store.drift import find_astray

    session = Session.of(context)
    state = session.store.read().state
    rows = list_reserved_worktrees(session.git, state, only=identity.task, with_released=released)
    astray = {lost.place: lost for lost in find_astray(session.git, state, own_writer(session.workspace))}
    listed = [
        view.ListedWorktree(row, checkout, astray.get(row.place))
        for row, checkout in zip(rows, see_reserved(rows), strict=True)
    ]
    facts: shapes.WorktreeList = {"worktrees": [view.row_json(worktree) for worktree in listed]}
    return Answer(facts, lambda: view.list_page(listed))


@app.command("release")
@names_a_task
def release(
    context: typer.Context,
    identity: Identity,
    stage: Annotated[str | None, typer.Option(metavar="N", help="Only this stage's claim.")] = None,
    group: Annotated[str | None, typer.Option(metavar="ID", help="Only this stage group's claim.")] = None,
    cascade: Annotated[bool, typer.Option("--cascade", help="The claims of the task's stages too.")] = False,
) -> Answer:
    """Give up claims on branches and worktrees; both stay where they are."""
    from okstra_cli.views import worktree as view
    from okstra_git.names import parse_group, parse_stage
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.stages.complete import release_reservation

    session = Session.of(context)
    key = require_key(session.workspace, identity, aloud=True)
    number, member = (
        parse_stage(stage) if stage is not None else None,
        parse_group(group) if group is not None else None,
    )
    scope = key.scoped(stage=number, group=member).partition("#")[2]
    _, appended = release_reservation(session.store, key, scope, cascade=cascade)
    session.warn(appended.warning)
    freed = [event.fact for event in appended.events]
    facts: shapes.ReleasedWorktrees = {"task": str(key), "released": [view.released_json(fact) for fact in freed]}
    return Answer(
        facts,
        lambda: view.released_page(str(key), freed),
    )


@app.command("repair")
@names_a_task
def repair(
    context: typer.Context,
    identity: Identity,
    stage: Annotated[str | None, typer.Option(metavar="N", help="Only this stage's worktree.")] = None,
    group: Annotated[str | None, typer.Option(metavar="ID", help="Only this stage group's worktree.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be done.")] = False,
) -> Answer:
    """Bring back worktrees that were moved, deleted or cut off from the repository.

    One that was moved is recorded where git has it now; one whose directory is gone is made again, with what was staged
    there as far as git still knows it; one that lost its .git file is linked again, and its files stay as they are.
    """
    from okstra_cli.views import worktree as view
    from okstra_git.names import parse_group, parse_stage
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.stages.worktrees import repair_worktrees

    session = Session.of(context)
    number, member = parse_stage(stage) if stage else None, parse_group(group) if group else None
    key = require_key(session.workspace, identity) if number or member else identity.task
    scope = key.scoped(stage=number, group=member).partition("#")[2] or None if key is not None else None
    done = repair_worktrees(session.store, only=key, scope=scope, dry_run=dry_run)
    status = 0 if all(outcome.is_settled for outcome in done) else 1
    facts: shapes.RepairedWorktrees = {
        "dry_run": dry_run,
        "worktrees": [view.repaired_json(outcome) for outcome in done],
    }
    return Answer(
        facts,
        lambda: view.repaired_page(done, dry_run=dry_run),
        status,
    )


@app.command("prune")
@names_a_task
def prune(
    context: typer.Context,
    identity: Identity,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be removed.")] = False,
) -> Answer:
    """Remove worktrees that are released or landed and hold nothing that is nowhere else.

    Files that git does not track, ignored ones too, edits that git status does not show, commits on no branch,
    repositories inside, live runs and processes, other people's locks: each keeps a worktree, and is named. Caches
    that can be made again go with it: __pycache__, node_modules as installed, .pytest_cache, .mypy_cache, .ruff_cache
    and what okstra.cache names. The worktree of a group goes once all its stages landed. Branches are never deleted.
    """
    from okstra_cli.output import report_progress
    from okstra_cli.views import worktree as view
    from okstra_git.porcelain.worktrees import prune as prune_worktrees

    session = Session.of(context)
    progress = report_progress(session, "looking at worktree")
    pruned = prune_worktrees(session.workspace, identity.task, dry_run=dry_run, progress=progress)
    facts: shapes.PrunedWorktrees = {"dry_run": dry_run, "worktrees": [view.pruned_json(row) for row in pruned]}
    return Answer(
        facts,
        lambda: view.pruned_page(pruned, dry_run=dry_run),
    )
