"""`git okstra adopt`: takes branches and worktrees that are there under protection, and gives them up again."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse

if TYPE_CHECKING:
    from okstra_cli.answers import adopting as shapes

app = single_command()


@app.command("adopt")
def adopt(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BRANCH|WORKTREE…]", help="A branch, or a worktree's path. Default: the one here."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All branches that have commits, all worktrees.")] = False,
    into: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="Where they will be merged. Default: okstra.target, then main.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Follow them no more; branches and files stay.")] = False,
) -> Answer:
    """Take branches and worktrees that are there under protection: their commits are followed from now on.

    Needs no init, plan or task, and asks nothing: a clone that okstra does not know is set up first. Each branch
    becomes a task of one stage, begun where it left the branch that it goes into. No branch, index or file changes.
    Adopting again records new commits, as 'stage done' does.

    \b
    Examples:
      git okstra adopt
      git okstra adopt --all
      git okstra adopt feature/login ../shop.search
      git okstra adopt --undo feature/login
    """
    from okstra_cli.views import adopt as view
    from okstra_git.porcelain.adopt import adopt as adopt_branches
    from okstra_git.porcelain.adopt import give_up

    if every and names:
        raise refuse("usage", "--all and names of branches exclude each other", hint="git okstra adopt --all")
    workspace = Session.of(context).workspace
    if undo:
        released = give_up(workspace, names or [], every=every)
        gone: shapes.GivenUp = view.given_up_json(released)
        return Answer(gone, lambda: view.given_up_page(released))
    adoption = adopt_branches(workspace, names or [], every=every, into=into)
    facts: shapes.Adoption = view.adoption_json(adoption)
    return Answer(facts, lambda: view.adoption_page(adoption))
