"""`git okstra landed`: whether branches, worktrees and commits have landed, by their content."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse

if TYPE_CHECKING:
    from okstra_cli.answers import landed as shapes

app = single_command()


@app.command("landed")
def landed(
    context: typer.Context,
    refs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF…]", help="A branch, tag or commit, or a worktree's path. Default: HEAD."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All branches and worktrees of this clone.")] = False,
    into: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="The branch to look in. Default: okstra.target, then main.")
    ] = None,
) -> Answer:
    """Say whether branches have landed: merged, rebased, or squashed, and not taken out again.

    By content, not by names: git's merged branches, and those whose commits were made anew by a rebase, a squash or a
    cherry-pick. Reads only, in any repository. Exit status 0: all have landed; 1: one has not; 2: only a part of one
    has, one was taken out again, or it cannot be said.

    \b
    Examples:
      git okstra landed
      git okstra landed topic other-topic --into release
      git okstra landed --all
    """
    from okstra_cli.views import landed as view
    from okstra_git.porcelain.landed import find_landed

    if every and refs:
        raise refuse("usage", "--all and names of refs exclude each other", hint="git okstra landed --all")
    session = Session.of(context)
    found = find_landed(session.workspace, refs or [], every=every, into=into)
    facts: shapes.LandedRefs = {"refs": [view.ref_json(each) for each in found]}
    page = view.table_page if every else view.page
    return Answer(facts, lambda: page(found, session.now()), view.exit_status(found))
