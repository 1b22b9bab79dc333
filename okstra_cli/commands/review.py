"""`git okstra review`: approvals of changes, which a rebase or squash carries and another content makes void."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = command_group("Record that a change was approved as it is, and see whether it still is that change.")


@app.command("record")
def record(
    context: typer.Context,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who approved it; you, as git knows you, where nobody is named.")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(metavar="REF", help="The branch, tag or commit; the one checked out by default.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="REF", help="The branch that it is measured against, as for prove.")
    ] = None,
) -> Answer:
    """Record that somebody approved what a branch has of its own, as it is now.

    Recorded is the change itself, so that it can be proven later, and the branch's name. Whoever approves
    a branch again replaces the own earlier approval. Needs no init: the clone gets a writer id, and
    nothing else.

    \b
    Examples:
      git okstra review record
      git okstra review record --ref origin/feature --by "Ada Example"
      git okstra review record --ref upper --base lower
    """
    from okstra_cli.views import review as view
    from okstra_git.porcelain.review import record_approval

    approved = record_approval(Session.of(context).workspace, reviewer=by, ref=ref, base=base)
    return Answer(view.recorded_json(approved), lambda: view.recorded_page(approved))


@app.command("status")
def status(
    context: typer.Context,
    ref: Annotated[
        str | None, typer.Argument(metavar="[REF]", help="The branch, tag or commit; the one checked out by default.")
    ] = None,
) -> Answer:
    """Tell whether approvals of a branch hold for what it is now, and else what changed since.

    Computed by proof at every call, nothing is stored: a rebase, a new message or a squash carries an
    approval, any other content makes it void. A commit that nobody approved under its name, such as the
    squash on the target, is looked for among all approvals by what it changes. Exit status 0 when an
    approval holds, 1 when all are void, 2 when it cannot be said or nobody has approved it. Reads only.

    \b
    Examples:
      git okstra review status feature
      git okstra review status main
    """
    from okstra_cli.views import review as view
    from okstra_git.porcelain.review import review_status

    workspace = Session.of(context).workspace
    found = review_status(workspace, ref)
    return Answer(
        view.status_json(found),
        lambda: view.status_page(workspace.git, found, workspace.now()),
        view.exit_status(found),
    )
