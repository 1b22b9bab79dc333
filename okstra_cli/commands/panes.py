"""`git okstra panes`: which pane the caller is in, and the panes of a run."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.page import Page
from okstra_cli.session import Session

if TYPE_CHECKING:
    from okstra_git.porcelain.panes import OwnedPane

app = command_group("Find the caller's pane of tmux; list and close the panes of a run.")

RunDir = Annotated[str, typer.Option("--run-dir", metavar="DIR", help="The folder of the run, below .okstra.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be closed.")]


@app.command("where")
def where(
    context: typer.Context,
    record: Annotated[
        str, typer.Option("--record", metavar="RUN_DIR", help="Keep it as the lead's pane of this run.")
    ] = "",
) -> Answer:
    """Print the id of the pane that this command runs in, and nothing outside of tmux.

    It is found by the processes above this one, at any depth, on any server of yours: agents take $TMUX out of the
    environment of their tools, and what tmux itself would answer then is the pane somebody looked at last.

    \b
    Example:
      git okstra panes where --record .okstra/tasks/shop/web/login/runs/error-analysis
    """
    from okstra_cli.panes_at_once import where_json
    from okstra_git.porcelain.panes import own_pane, record_lead

    session = Session.of(context)
    pane = record_lead(session.workspace, record) if record else own_pane(session.environ)
    return Answer(where_json(pane), lambda: f"{pane.id}" if pane is not None else "")


@app.command("list")
def list_(context: typer.Context, run_dir: RunDir) -> Answer:
    """List the panes of a run that are there now: those that show logs, and workers' beside the lead's.

    As text a line each, the pane's id and its title with a tab between.
    """
    from okstra_git.porcelain.panes import list_panes

    return _answer(list_panes(Session.of(context).workspace, run_dir))


@app.command("clean")
def clean(context: typer.Context, run_dir: RunDir, dry_run: DryRun = False) -> Answer:
    """Close the panes of a run, never the lead's own and never one that is not the run's.

    What a pane is, is asked again in the very command by which tmux closes it.
    """
    from okstra_git.porcelain.panes import clean_panes

    return _answer(clean_panes(Session.of(context).workspace, run_dir, dry_run=dry_run))


@app.command("reap")
def reap(context: typer.Context, dry_run: DryRun = False) -> Answer:
    """Close panes that show the logs of workers whose supervisors are gone, of whatever run."""
    from okstra_git.porcelain.panes import reap_panes

    return _answer(reap_panes(Session.of(context).workspace, dry_run=dry_run))


def _answer(panes: "list[OwnedPane]") -> Answer:
    rows = [
        {"pane": each.pane.id, "title": each.title, "kind": each.kind, "socket": str(each.pane.socket),
         "closed": each.closed}
        for each in panes
    ]  # fmt: skip
    return Answer({"panes": rows}, lambda: _page(panes))


def _page(panes: "list[OwnedPane]") -> Page:
    page = Page()
    for each in panes:
        page.line(f"{each.pane.id}\t{each.title}")
    return page
