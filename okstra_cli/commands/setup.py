"""`git okstra setup`: installs skills, agent definitions and permission rules for agents, and takes them out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse

if TYPE_CHECKING:
    from okstra_git.porcelain.setup import SetupScope

app = single_command()

_Hooks = Annotated[
    bool | None,
    typer.Option("--hooks/--no-hooks", help="Have Claude Code call okstra as a session begins and a turn ends."),
]
_WorktreeHooks = Annotated[
    bool | None,
    typer.Option(
        "--worktree-hooks/--no-worktree-hooks",
        help="Have okstra make and remove Claude Code's worktrees in this project.",
    ),
]


@app.command()
def setup(
    context: typer.Context,
    project: Annotated[bool, typer.Option("--project", help="For this project (the default).")] = False,
    user: Annotated[bool, typer.Option("--user", help="For this user, in all projects.")] = False,
    plugin: Annotated[
        str | None, typer.Option("--plugin", metavar="DIR", help="Make DIR a plugin of Claude Code, and a marketplace.")
    ] = None,
    tools: Annotated[
        list[str] | None, typer.Option("--for", metavar="claude|agents", help="Only for these tools; repeatable.")
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Add the rules to settings.local.json, which is not shared.")
    ] = False,
    hooks: _Hooks = None,
    worktree_hooks: _WorktreeHooks = None,
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Show what would be done; write nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="List what is not as shipped; exit status 1 if anything is.")
    ] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Remove what setup installed.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace edited files too; yours are kept as NAME.orig-1.")
    ] = False,
) -> Answer:
    """Install the skills and agent definitions for agents, and the rules that let them call okstra.

    Updates and removes only what it installed itself. A file that you edited, or that was there
    before, stays, and is reported with exit status 2.

    \b
    Examples:
      git okstra setup --dry-run
      git okstra setup --user
      git okstra setup --hooks
      git okstra setup --check
      git okstra setup --uninstall
    """
    from okstra_cli.views import setup as view
    from okstra_git.paths import templates_directory
    from okstra_git.porcelain import setup as porcelain

    _refuse_pairs(
        check=check, uninstall=uninstall, dry_run=dry_run, force=force, hooks=hooks, worktree_hooks=worktree_hooks
    )
    session = Session.of(context)
    scope = porcelain.choose_scope(
        session.workspace, project=project, user=user, plugin=plugin, local=local, tools=tools or ()
    )
    program, templates = porcelain.find_program(session.workspace), templates_directory()
    if program is None and not uninstall:
        session.note(porcelain.NOT_ON_PATH)
    if check:
        return _check(scope, templates, program)
    if session.may_ask and not (dry_run or uninstall):
        hooks, worktree_hooks = _ask_about_hooks(session, scope, templates, hooks, worktree_hooks)
    request = porcelain.SetupRequest(scope, templates, dry_run, uninstall, force, hooks, worktree_hooks)
    result = porcelain.run_setup(request)
    return Answer(view.setup_json(result, program), lambda: view.setup_page(result), result.exit_status)


def _ask_about_hooks(
    session: Session, scope: SetupScope, templates: Path, hooks: bool | None, worktree_hooks: bool | None
) -> tuple[bool | None, bool | None]:
    """A person's answers to what the line leaves open, where there is something to offer."""
    from okstra_git.porcelain.setup import may_offer_hooks

    if hooks is None and may_offer_hooks(scope, templates):
        hooks = session.confirms("add hooks, so that Claude Code tells each session where it is and keeps its work")
    if worktree_hooks is None and may_offer_hooks(scope, templates, for_worktrees=True):
        worktree_hooks = session.confirms("have okstra make Claude Code's worktrees here, each on the right base")
    return hooks, worktree_hooks


def _check(scope: SetupScope, templates: Path, program: str | None) -> Answer:
    from okstra_cli.views import setup as view
    from okstra_git.porcelain import setup as porcelain

    folders = porcelain.inspect_folders(scope, templates)
    return Answer(
        view.check_json(scope, folders, program),
        lambda: view.check_page(folders),
        error=porcelain.describe_drift(scope, folders),
    )


def _refuse_pairs(
    *, check: bool, uninstall: bool, dry_run: bool, force: bool, hooks: bool | None, worktree_hooks: bool | None
) -> None:
    has_hooks = hooks is not None or worktree_hooks is not None
    if check and (uninstall or dry_run or force or has_hooks):
        raise refuse("usage", "--check only looks; it goes with no other action", hint="git okstra setup --check")
    if uninstall and has_hooks:
        raise refuse("usage", "--uninstall removes the hooks as well", hint="git okstra setup --no-hooks")
    if uninstall and force:
        raise refuse("usage", "--uninstall keeps what you edited; there is nothing to force", hint="leave --force out")
