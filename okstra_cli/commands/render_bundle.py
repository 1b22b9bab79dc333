"""`git okstra render-bundle`, also `run prepare`: everything a lead agent starts from, for one run of one task."""

from collections.abc import Mapping
from typing import Any

import typer

from okstra_cli import prepare_flags as flags
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

app = single_command()


@app.command()
@names_a_task
@flags.takes_prepare_flags
def prepare(
    context: typer.Context,
    identity: Identity,
    given: Mapping[str, Any],
    no_editor: flags.NoEditor = False,
    holder: flags.Holder = None,
    lead_session: flags.LeadSession = None,
    prompt: flags.Prompt = False,
) -> Answer:
    """Prepare a run: choose the stage, reserve its worktree, write the bundle, print the lead prompt.

    Prints `okstra task root:`, `okstra instruction-set:` and, when other live runs hold stages of the task,
    `okstra concurrent-run stages:`, one to a line; then the prompt. On a terminal it says instead what was reserved,
    where the prompt is, and the one command that starts an agent with it. The same call again gives the same run.

    Types: requirements-discovery, error-analysis, improvement-discovery, implementation-planning, implementation,
    final-verification, release-handoff. Only an implementation takes a stage and its worktree.

    A final-verification without --stage is about the whole task: its stages are put together in a worktree of the run.
    Stages that are not done are refused, unless --stages names others or --leave-unfinished leaves them out.

    A run is led by the agent program above this command, or by the nearest process that stays; when that one
    dies, its stage is free again. --holder names another.

    Exit status 2 when a person has to decide: stale records, a pending brief, drifted files.

    \b
    Examples:
      git okstra run prepare --task-key shop:web:login --task-type error-analysis --brief-path brief.md
      git okstra run prepare --task-key shop:web:login --task-type implementation --stage auto
    """
    from okstra_cli.report_editor import find_report_editor
    from okstra_cli.views import prepare as view
    from okstra_git.porcelain.prepare.options import prepare as prepare_run

    session = Session.of(context)
    options = flags.options_of(given, holder=holder, lead_session=lead_session)
    prepared = prepare_run(session.workspace, identity, options, editor=find_report_editor(session, never=no_editor))
    whole = prompt or not session.around.stdout_is_terminal
    return Answer(view.prepared_json(prepared), lambda: view.prepared_page(prepared, whole=whole))
