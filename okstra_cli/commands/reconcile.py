"""`git okstra reconcile`: follows recorded stages across rewritten history."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

app = single_command()


@app.command()
@names_a_task
def reconcile(
    context: typer.Context,
    identity: Identity,
    check: Annotated[bool, typer.Option("--check", help="Only look (the default); nothing is changed.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Record every proven move.")] = False,
    stage: Annotated[str | None, typer.Option(metavar="N", help="With --use-ref: the stage you decide.")] = None,
    use_ref: Annotated[
        str | None, typer.Option(metavar="REF", help="With --apply --stage: the branch, tag or commit it is now.")
    ] = None,
    reset_anchor: Annotated[
        str | None, typer.Option(metavar="REF", help="Set a new implementation base for the task.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every open task.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show what changed, as a diff, for each question.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --use-ref: take it even though it looks like a mistake.")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Prove the recorded moves again.")] = False,
) -> Answer:
    """Show which recorded stages history has moved; with --apply, settle what is proven.

    auto = proven to be the same change; confirm = a person decides.
    Exit status 2 when something is left for a person.

    A stage is looked for on its branch in this clone, then in the targets
    (okstra.target, or the usual branches). Its upstream is not asked: what
    the server still has is not the stage. Author and author time say which
    commits were made from it, a proof of content says that they are the
    same change, and a commit beside them that may be another version of it
    is a question. On a stage's branch, and where only one task is open, the
    task need not be named.

    \b
    Examples:
      git okstra reconcile --task-key shop:web:login --check --json
      git okstra reconcile --task-key shop:web:login --apply
      git okstra reconcile --task-key shop:web:login --apply --stage 3 --use-ref feature/login
      git okstra reconcile --all --check
    """
    from okstra_cli.views import reconcile as view
    from okstra_git.porcelain.reconcile import ReconcileOptions, verify_tasks
    from okstra_git.porcelain.reconcile import reconcile as reconcile_tasks

    workspace = Session.of(context).workspace
    options = ReconcileOptions(check, apply, stage, use_ref, reset_anchor, every, force)
    if verify:
        checked = verify_tasks(workspace, identity, options)
        refuted = any(move.verdict == "refuted" for move in checked)
        return Answer(view.verify_json(checked), lambda: view.verify_page(checked), 1 if refuted else 0)
    done = reconcile_tasks(workspace, identity, options)
    rows = [view.Shown(report, done.applied.get(report.task, ()), show) for report in done.reports]
    facts = view.reconciled_json(workspace.git, rows, options)
    return Answer(facts, lambda: view.report_page(workspace.git, rows), 2 if done.needs_person else 0)
