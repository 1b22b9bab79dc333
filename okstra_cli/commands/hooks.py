"""`git okstra hooks`: installs, proves and removes the git hooks."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = command_group("Install, prove and remove the git hooks that follow rewritten history.")


@app.command("install")
def install(context: typer.Context) -> Answer:
    """Install or update the hooks, beside whatever hooks are there already.

    Your own hooks keep working as before. Where okstra must not write (husky, a shared hooks
    directory), it prints the line to add instead, and exits 2.
    """
    from okstra_cli.session import find_program
    from okstra_cli.views import hooks as view
    from okstra_git.hooks.install import install_hooks

    hooks = install_hooks(Session.of(context).git, program=find_program())
    return Answer(view.hooks_json(hooks), lambda: view.hooks_page(hooks), 2 if hooks.lines else 0)


@app.command("status")
def status(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Only read the files; fire nothing.")] = False,
) -> Answer:
    """Show the state of each hook, and prove it by a real amend in a throw-away worktree.

    Exit status 1 when a rewrite would go unnoticed.
    """
    from okstra_cli.views import hooks as view
    from okstra_git.hooks.probe import probe_hooks
    from okstra_git.hooks.status import inspect_hooks

    git = Session.of(context).git
    hooks = inspect_hooks(git)
    probe = None if quick or not hooks.applicable else probe_hooks(git)
    works = probe.is_heard if probe is not None else hooks.all_installed or not hooks.applicable
    return Answer(view.hooks_json(hooks, probe), lambda: view.hooks_page(hooks, probe), 0 if works else 1)


@app.command("uninstall")
def uninstall(context: typer.Context) -> Answer:
    """Remove what install added, byte for byte; your own hooks are as they were."""
    from okstra_cli.views import hooks as view
    from okstra_git.hooks.install import uninstall_hooks

    hooks = uninstall_hooks(Session.of(context).git)
    return Answer(view.hooks_json(hooks), lambda: view.hooks_page(hooks))
