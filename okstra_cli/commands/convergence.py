"""`git okstra convergence`: collects findings, asks about them in rounds, and counts how they stand."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session

if TYPE_CHECKING:
    from okstra_git.porcelain.convergence import ConvergedRun

app = command_group("Compare what workers found, ask them again, and count how findings and plans stand.")

RunOption = Annotated[
    str, typer.Option("--run", metavar="RUN", help="The run's id, or four characters or more of its beginning.")
]


@app.command("findings")
def findings(
    context: typer.Context,
    run: RunOption,
    same: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEMS", help="Items that say the same, such as claude:F-001,codex:1.1. Repeatable."),
    ] = None,
    file: Annotated[str | None, typer.Option("--file", metavar="FILE", help="A file with such groups.")] = None,
) -> Answer:
    """Collect the findings of the workers' results, and say on which of them they agree so far.

    Every item is a finding of its own until --same or --file says which ones are the same. Both can be repeated
    until a round is recorded: each time the whole grouping is given.

    \b
    Example:
      git okstra convergence findings --run 01J9ZK --same claude:F-001,codex:1.1
    """
    from okstra_git.porcelain.convergence import collect_findings

    return _shown(collect_findings(Session.of(context).workspace, run, same=same or (), file=file))


@app.command("batch")
def batch(
    context: typer.Context,
    run: RunOption,
    worker: Annotated[str | None, typer.Option(metavar="WORKER", help="Only what this one is asked.")] = None,
) -> Answer:
    """Print what each analyser is asked in the next round: the prompt, its agent's name, its verdict file."""
    from okstra_cli.views import convergence as view
    from okstra_git.porcelain.convergence import round_to_ask

    result = round_to_ask(Session.of(context).workspace, run, worker)
    root = str(result.converged.ground.root)
    return Answer(view.round_json(result, root), lambda: view.round_page(result, root))


@app.command("record")
def record(
    context: typer.Context,
    run: RunOption,
    number: Annotated[int, typer.Option("--round", metavar="N", help="The round that the verdicts belong to.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE…]", help="Verdict files. Default: where the batch put them.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="WORKER", help="One that gave no usable answer. Repeatable.")
    ] = None,
) -> Answer:
    """Record a round from the verdict files of everybody who was asked; all that is wrong with them is listed.

    The last round can be recorded again, when a file of it was mended.

    \b
    Example:
      git okstra convergence record --run 01J9ZK --round 1
    """
    from okstra_cli.views import convergence as view
    from okstra_git.porcelain.convergence import record_verdicts

    workspace = Session.of(context).workspace
    result = record_verdicts(workspace, run, number, files=files or (), without=without or ())
    return Answer(view.recorded_json(result), lambda: view.recorded_page(result), error=result.refusal)


@app.command("close")
def close(
    context: typer.Context,
    run: RunOption,
    skip_round_2: Annotated[
        str, typer.Option("--skip-round-2", metavar="REASON", help="Why analysers that differ are not asked again.")
    ] = "",
) -> Answer:
    """Close the findings; refused while a round is to come, unless a reason leaves out the second."""
    from okstra_git.porcelain.convergence import close_convergence

    return _shown(close_convergence(Session.of(context).workspace, run, skip_reason=skip_round_2))


@app.command("show")
def show(context: typer.Context, run: RunOption) -> Answer:
    """Show how the findings stand, and what comes next."""
    from okstra_git.porcelain.convergence import show_convergence

    return _shown(show_convergence(Session.of(context).workspace, run))


def _shown(result: "ConvergedRun") -> Answer:
    from okstra_cli.views import convergence as view

    return Answer(view.converged_json(result), lambda: view.converged_page(result))


Draft = Annotated[str | None, typer.Argument(metavar="[FILE]", help="The draft. Default: the run's report.")]


@app.command("plan-items")
def plan_items(
    context: typer.Context,
    run: RunOption,
    plan: Draft = None,
    worker: Annotated[str | None, typer.Option(metavar="WORKER", help="Print only the prompt of this one.")] = None,
) -> Answer:
    """List the parts of a draft that can be disputed (P-1-F2: file 2 of stage 1), with each analyser's prompt.

    There is one round. Where the run was prepared with --no-plan-verification there is none, and the command says so.

    \b
    Example:
      git okstra convergence plan-items --run 01J9ZK --worker codex
    """
    from okstra_cli.views import plan_body as view
    from okstra_git.porcelain.plan_body import list_plan_items
    from okstra_git.porcelain.verdicts import require_worker

    draft = list_plan_items(Session.of(context).workspace, run, plan)
    named = require_worker(worker, [each.worker for each in draft.batches]) if worker and not draft.off else None
    return Answer(view.items_json(draft), lambda: view.items_page(draft, named))


@app.command("plan-gate")
def plan_gate(
    context: typer.Context,
    run: RunOption,
    plan: Draft = None,
    verdicts: Annotated[
        list[str] | None, typer.Option("--verdicts", metavar="FILE", help="A verdict file elsewhere. Repeatable.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="WORKER", help="One that gave no usable answer. Repeatable.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Hold the report against the recorded gate.")] = False,
) -> Answer:
    """Count the verdicts on a draft, record the gate, and say which questions the report has to ask.

    \b
    Examples:
      git okstra convergence plan-gate --run 01J9ZK
      git okstra convergence plan-gate --run 01J9ZK --check
    """
    from okstra_cli.views import plan_body as view
    from okstra_git.porcelain.plan_body import check_plan_gate, record_plan_gate

    workspace = Session.of(context).workspace
    if check:
        checked = check_plan_gate(workspace, run, plan)
        return Answer(view.checked_json(checked), lambda: view.checked_page(checked), error=checked.refusal)
    result = record_plan_gate(workspace, run, plan, verdicts=verdicts or (), without=without or ())
    return Answer(view.gate_json(result), lambda: view.gate_page(result), error=result.refusal)
