"""`git okstra worker`: starts agent programs on prompts, shows them, waits for them, stops them."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.numbers import optional_money, optional_number
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.porcelain.workers.look import SeenWorker

app = command_group("Start agent programs on prompts, see what they do, wait for them, and stop them.")

_HINT = "git okstra worker exec --help"
Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PROMPT]…", help="Prompts or status files; without them, all workers of runs that go on."),
]
RunOf = Annotated[str, typer.Option("--run", metavar="ID", help="The workers of this run.")]


@app.command("exec")
def exec_(
    context: typer.Context,
    cli: Annotated[str, typer.Option("--cli", metavar="NAME", help="The program: claude, codex or gemini.")],
    prompt: Annotated[str, typer.Option("--prompt", metavar="FILE", help="The file with the assignment.")],
    worker: Annotated[str, typer.Option("--worker", metavar="NAME", help="The worker's name, if not CLI-worker.")] = "",
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="What it is there for; in the pane's title.")
    ] = "worker",
    run: Annotated[str, typer.Option("--run", metavar="ID", help="Its run, if the prompt's place does not tell.")] = "",
    model: Annotated[str, typer.Option("--model", metavar="MODEL", help="The model, by the program's own name.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Let it change files; without this it reads.")] = False,
    timeout: Annotated[str | None, typer.Option("--timeout", metavar="SECONDS", help="End it after so long.")] = None,
    turns: Annotated[str | None, typer.Option("--turns", metavar="N", help="End it after so many answers.")] = None,
    dollars: Annotated[
        str | None, typer.Option("--dollars", metavar="X", help="End it at this cost, where the program counts cost.")
    ] = None,
    tokens: Annotated[str | None, typer.Option("--tokens", metavar="N", help="End it after so many tokens.")] = None,
    resume: Annotated[str, typer.Option("--resume", metavar="SESSION", help="Go on with this session.")] = "",
    detach: Annotated[bool, typer.Option("--detach", help="Answer once it runs, and let it run.")] = False,
    no_pane: Annotated[bool, typer.Option("--no-pane", help="Open no pane that shows the log.")] = False,
) -> Answer:
    """Run an agent program on a prompt and see it through to its end.

    The program gets one short line that names the file; its text never becomes an argument. Beside the prompt lie
    afterwards, with the prompt's name: .status.json (rewritten all the time while it works), .log (all it printed) and
    .answer.md (its last message). It reads only, unless --write is given. Everything that it started ends with it. Exit
    status 0 when it answered (with --detach: when it was started), else 1.

    \b
    Examples:
      git okstra worker exec --cli codex --prompt prompts/codex-worker-prompt001.md
      git okstra worker exec --cli claude --prompt p.md --write --turns 40 --timeout 1800 --detach
      git okstra worker wait p.md --timeout 540
    """
    from okstra_git.porcelain.workers.exec import WorkerRequest, prepare_worker, require_success, run_worker
    from okstra_git.porcelain.workers.trace import traced

    session = Session.of(context)
    cost = optional_money(dollars, "--dollars", hint=_HINT)
    request = WorkerRequest(
        cli, prompt, worker, role, run, model, "write" if write else "read",
        optional_number(timeout, "--timeout", hint=_HINT), optional_number(turns, "--turns", hint=_HINT), cost,
        optional_number(tokens, "--tokens", hint=_HINT), resume,
    )  # fmt: skip
    if detach:
        from okstra_cli.session import find_program
        from okstra_git.porcelain.workers.detach import detach_worker

        seen = detach_worker(session.workspace, find_program(), request, has_pane=not no_pane)
        failed = None if seen.is_running else require_success(seen)
    else:
        prepared = prepare_worker(session.workspace, request)
        with nullcontext() if no_pane else traced(session.workspace, prepared.files, cli, role):
            seen = run_worker(session.workspace, prepared)
        failed = require_success(seen)
    from okstra_cli.views import workers as view  # a supervisor is small until its worker has ended

    return Answer(view.worker_json(seen), lambda: view.worker_page(seen, session.around.now()), error=failed)


@app.command("status")
def status_(context: typer.Context, files: Files = None, run: RunOf = "") -> Answer:
    """Show workers: whether they live, what was heard of them last, how they ended.

    Of a worker whose supervisor is gone, how it was left is written down on this occasion: its last lines, a snapshot
    of what lay uncommitted, and the command that takes it up again.
    """
    from okstra_cli.views import workers as view
    from okstra_git.porcelain.workers.look import find_workers, look_at

    session = Session.of(context)
    seen = look_at(session.workspace, find_workers(session.workspace, files or (), run))
    return Answer(view.workers_json(seen), lambda: view.workers_page(seen, session.around.now()))


@app.command("wait")
def wait(
    context: typer.Context,
    files: Files = None,
    run: RunOf = "",
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="SECONDS", help="Answer after so long in any case.")
    ] = None,
) -> Answer:
    """Wait until workers have ended.

    Exit status 0 when all of them answered, 1 when some failed, 2 when some are still at work at the time-out.
    """
    from okstra_cli.views import workers as view
    from okstra_git.porcelain.workers.look import find_workers
    from okstra_git.porcelain.workers.stop import wait_for

    session = Session.of(context)
    found = find_workers(session.workspace, files or (), run)
    seen = wait_for(session.workspace, found, optional_number(timeout, "--timeout", hint=_HINT), lambda _: None)
    return Answer(
        view.workers_json(seen), lambda: view.workers_page(seen, session.around.now()), exit_status=_status_of(seen)
    )


@app.command("stop")
def stop(
    context: typer.Context,
    files: Files = None,
    run: RunOf = "",
    everything: Annotated[bool, typer.Option("--all", help="Stop the workers of all runs that go on.")] = False,
) -> Answer:
    """End workers, together with everything they started.

    A worker is asked first, and ended if it does not go. Nothing is ended that was not started by a worker.
    """
    from okstra_cli.views import workers as view
    from okstra_git.porcelain.workers.look import find_workers
    from okstra_git.porcelain.workers.stop import stop_workers

    if not (files or run or everything):
        raise refuse("usage", "say which workers to stop", hint="git okstra worker stop --help")
    session = Session.of(context)
    seen = stop_workers(session.workspace, find_workers(session.workspace, files or (), run))
    left = 1 if any(each.is_running for each in seen) else 0
    return Answer(view.workers_json(seen), lambda: view.workers_page(seen, session.around.now()), exit_status=left)


def _status_of(seen: "Sequence[SeenWorker]") -> int:
    if any(each.is_running for each in seen):
        return 2
    return 1 if any(each.status.status != "completed" for each in seen) else 0
