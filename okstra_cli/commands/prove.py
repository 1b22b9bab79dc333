"""`git okstra prove`: whether two commits, ranges or branches are the same change."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = single_command()


@app.command()
def prove(
    context: typer.Context,
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A branch, tag or commit; a range A..B; or one commit, A^!.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What it may have become: the same forms.")],
    base: Annotated[str | None, typer.Option(metavar="REF", help="The branch that both are measured against.")] = None,
) -> Answer:
    """Tell whether two commits, ranges or branches are the same change, or what differs.

    For a branch that was rebased, amended or squashed since somebody looked at it: exit status 0 when
    nothing changed, 1 when something did, 2 when it cannot be said. Reads only, in any repository.

    A branch or commit alone is all that it has of its own, measured against --base, else okstra.target,
    else the default branch, else against the other side. A commit that is on that branch already stands
    for what it brought there: a squash or a merge for the whole pull request. The yes is a proof by
    content, the same by which recorded stages are followed; names, dates and messages do not count.

    \b
    Examples:
      git okstra prove origin/feature@{1} origin/feature
      git okstra prove feature main
      git okstra prove v1.0..old-topic v2.0..topic
      git okstra prove 1a2b3c4^! 5d6e7f8^!
    """
    from okstra_cli.views import prove as view
    from okstra_git.porcelain.prove import prove as compare

    workspace = Session.of(context).workspace
    compared = compare(workspace, old, new, base=base)
    return Answer(
        view.compared_json(compared),
        lambda: view.compared_page(workspace.git, compared),
        view.exit_status(compared),
    )
