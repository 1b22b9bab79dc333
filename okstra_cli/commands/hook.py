"""`git-okstra hook`: what the git hooks call when recorded commits were rewritten. Loads neither typer nor rich."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from okstra_cli.session import Session, Surroundings

if TYPE_CHECKING:
    from okstra_git.reconcile.model import Report
    from okstra_git.records.states import State, Task


def run_hook(arguments: Sequence[str], *, cwd: str, environ: Mapping[str, str], stdin: TextIO, stderr: TextIO) -> int:
    """Settle what is proven and say so on stderr; always 0, because a hook must never fail the user's command."""
    around = Surroundings(Path(cwd), environ, stdin, stderr, stderr, stdout_is_terminal=False)
    session = Session(around)
    try:
        if arguments[:1] in (["post-rewrite"], ["moved"]):
            _look(session)
    except Exception as error:
        session.complain(f"okstra: could not look at the rewritten history: {error}")
        session.complain("okstra: nothing is lost; run git okstra reconcile --all --check")
    return 0


def _look(session: Session) -> None:
    from okstra_cli.following import chain_hints, make_judge, tell_moves
    from okstra_git.git.config import read_setting
    from okstra_git.git.pending import planned_tips
    from okstra_git.git.settings import require_setting
    from okstra_git.reconcile.settle import settle
    from okstra_git.spool import drop_spooled, list_spooled
    from okstra_git.state.views import write_watch

    if read_setting(session.git, require_setting("okstra.hooks")).value is False:
        return
    private = str(session.git.private_dir)
    spooled = list_spooled(private)
    hints = chain_hints(pair for event in spooled for pair in event.pairs)
    state = session.store.read().state
    planned = planned_tips(session.git)
    judge = make_judge(session, state, planned=planned, hints=hints)
    reports = [judge.judge(task) for task in _concerned(session, state, hints, planned)]
    if any(report.is_settleable for report in reports):
        settled = settle(session.store, reports)
        session.warn(settled.warning)
        tell_moves(session, settled.events)
    else:
        write_watch(session.git, state)
    _tell_questions(session, reports)
    drop_spooled(private, [event.name for event in spooled if not event.torn])


def _concerned(session: Session, state: State, hints: Mapping[str, str], planned: Mapping[str, str]) -> Iterable[Task]:
    """Open tasks that recorded a rewritten commit, or whose stages are on a branch that moves or is checked out."""
    from okstra_git.git.worktrees import current_branch

    branches = {ref.removeprefix("refs/heads/") for ref in planned} | {current_branch(session.git)}
    for task in state.tasks.values():
        heads = {stage.range.head for stage in task.stages.values() if stage.range}
        heads |= {task.anchor.range.head} if task.anchor else set()
        here = {stage.branch for stage in task.stages.values()}
        if task.is_open and (not heads.isdisjoint(hints) or not here.isdisjoint(branches)):
            yield task


def _tell_questions(session: Session, reports: Iterable[Report]) -> None:
    for report in reports:
        key = report.task.replace("/", ":")
        for finding in report.confirms:
            session.note(f"stage {finding.stage} of {key} needs a decision: {finding.reason}")
            session.note(f"  git okstra reconcile --task-key {key} --check")
