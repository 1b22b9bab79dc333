"""`git okstra task`: opens, lists, shows and closes tasks."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = command_group("Open, list, show and close tasks.")

Key = Annotated[str, typer.Argument(metavar="KEY", help="The task, as project:group:task.")]


@app.command("open")
def open_(
    context: typer.Context,
    key: Key,
    category: Annotated[str, typer.Option(help="What kind of work: the first part of branch names.")] = "feature",
    title: Annotated[str, typer.Option(help="One line that says what it is about.")] = "",
    ticket: Annotated[list[str] | None, typer.Option(help="A ticket it belongs to; repeatable.")] = None,
) -> Answer:
    """Open a task, or open a closed one again.

    \b
    Example:
      git okstra task open shop:web:login --category feature --title "Log in with a passkey"
    """
    from okstra_cli.views import task as view
    from okstra_git.names import parse_task_key
    from okstra_git.tasks.lifecycle import open_task

    session, parsed = Session.of(context), parse_task_key(key)
    appended = open_task(session.store, parsed, category=category, title=title, tickets=ticket or ())
    task = appended.snapshot.state.tasks[parsed.slashed]
    return Answer(
        {"task": view.task_json(task), "changed": bool(appended.events)},
        lambda: view.opened_page(task, changed=bool(appended.events)),
    )


@app.command("list")
def list_(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Closed tasks too.")] = False,
) -> Answer:
    """List tasks with their stages in short."""
    from okstra_cli.views import task as view

    state = Session.of(context).store.read().state
    tasks = [task for task in state.tasks.values() if closed or task.is_open]
    return Answer({"tasks": [view.task_json(task) for task in tasks]}, lambda: view.list_page(tasks))


@app.command("show")
def show(context: typer.Context, key: Key) -> Answer:
    """Show one task: its stages, anchor and places."""
    from okstra_cli.views import task as view
    from okstra_git.names import parse_task_key
    from okstra_git.state.registry import require_task

    task = require_task(Session.of(context).store.read().state, parse_task_key(key))
    return Answer({"task": view.task_json(task)}, lambda: view.show_page(task))


@app.command("close")
def close(
    context: typer.Context,
    key: Key,
    reason: Annotated[str, typer.Option(help="Why, in one line.")] = "",
) -> Answer:
    """Close a task; its records, branches and worktrees stay."""
    from okstra_cli.views import task as view
    from okstra_git.names import parse_task_key
    from okstra_git.tasks.lifecycle import close_task

    session, parsed = Session.of(context), parse_task_key(key)
    appended = close_task(session.store, parsed, reason=reason)
    task = appended.snapshot.state.tasks[parsed.slashed]
    return Answer({"task": view.task_json(task), "changed": bool(appended.events)}, lambda: view.closed_page(task))
