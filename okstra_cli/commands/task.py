"""`git okstra task`: opens, lists, shows and closes tasks."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_new_task, names_a_task
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import tasks as shapes

app = command_group("Open, list, show and close tasks.")

Key = Annotated[str | None, typer.Argument(metavar="[KEY]", help="The task, as project:group:task.")]


@app.command("open")
@names_a_new_task
def open_(
    context: typer.Context,
    identity: Identity,
    key: Key = None,
    category: Annotated[
        str | None, typer.Option(help="What kind of work: the first part of branch names. Default: feature.")
    ] = None,
    title: Annotated[str, typer.Option(help="One line that says what it is about.")] = "",
    ticket: Annotated[list[str] | None, typer.Option(help="A ticket it belongs to; repeatable.")] = None,
) -> Answer:
    """Open a task, reopen a closed one, or change category, title or tickets of an open one.

    Without a project in its key, a new task belongs to this clone's project.

    \b
    Examples:
      git okstra task open shop:web:login --category feature --title "Log in with a passkey"
      git okstra task open web:logout
    """
    from okstra_cli.views import task as view
    from okstra_git.porcelain.task_lookup import new_key, warn_of_strange_project
    from okstra_git.stages.task import open_task

    session = Session.of(context)
    parsed = new_key(session.workspace, key, identity)
    appended = open_task(session.store, parsed, category=category, title=title, tickets=ticket or ())
    session.warn(appended.warning)
    warn_of_strange_project(session.workspace, parsed)
    task = appended.task_after(parsed)
    facts: shapes.ChangedTask = {"task": view.task_json(task), "changed": bool(appended.events)}
    return Answer(
        facts,
        lambda: view.opened_page(task, changed=bool(appended.events)),
    )


@app.command("list")
def list_(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Closed tasks too.")] = False,
) -> Answer:
    """List tasks with their stages in short."""
    from okstra_cli.views import task as view
    from okstra_git.porcelain.current_state import LivenessChecker, standing_state

    session = Session.of(context)
    guard, state = LivenessChecker(session.workspace), standing_state(session.workspace)
    tasks = [task for task in state.tasks.values() if closed or task.is_open]
    facts: shapes.TaskList = {"tasks": [view.task_json(task, guard.leases(task)) for task in tasks]}
    return Answer(facts, lambda: view.list_page(tasks))


@app.command("show")
@names_a_task
def show(context: typer.Context, identity: Identity, key: Key = None) -> Answer:
    """Show one task: its stages, anchor and places."""
    from okstra_cli.views import task as view
    from okstra_git.porcelain.current_state import LivenessChecker, standing_state
    from okstra_git.porcelain.task_lookup import named_key, require_key
    from okstra_git.store.registry import require_task

    session = Session.of(context)
    named = require_key(session.workspace, identity._replace(task=named_key(session.workspace, key, identity)))
    task = require_task(standing_state(session.workspace), named)
    leases = LivenessChecker(session.workspace).leases(task)
    facts: shapes.OneTask = {"task": view.task_json(task, leases)}
    return Answer(facts, lambda: view.show_page(task))


@app.command("close")
@names_a_task
def close(
    context: typer.Context,
    identity: Identity,
    key: Key = None,
    reason: Annotated[str, typer.Option(help="Why, in one line.")] = "",
) -> Answer:
    """Close a task; its records, branches and worktrees stay."""
    from okstra_cli.views import task as view
    from okstra_git.porcelain.task_lookup import named_key, require_key
    from okstra_git.stages.task import close_task

    session = Session.of(context)
    parsed = require_key(
        session.workspace, identity._replace(task=named_key(session.workspace, key, identity)), aloud=True
    )
    appended = close_task(session.store, parsed, reason=reason)
    task = appended.task_after(parsed)
    facts: shapes.ChangedTask = {"task": view.task_json(task), "changed": bool(appended.events)}
    return Answer(facts, lambda: view.closed_page(task))
