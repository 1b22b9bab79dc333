"""What the git hooks call when recorded commits were rewritten, as `git-okstra hook`, without typer or rich."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from okstra_cli.session import Session, Surroundings

if TYPE_CHECKING:
    from okstra_git.reconcile.findings import Report


def run_hook(
    arguments: Sequence[str], *, cwd: str, environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO
) -> int:
    """Settle what is proven and say so on stderr; always 0, because a hook must never fail the user's command.

    Only `claude-worktree-create` has a status of its own: there the caller needs a path.
    """
    if arguments and arguments[0].startswith("claude-"):
        return _run_claude_hook(arguments[0], cwd, environ, stdin, stdout, stderr)
    around = Surroundings(Path(cwd), environ, stdin, stderr, stderr, stdout_is_terminal=False)
    session = Session(around, is_hook=True)
    try:
        if arguments[:1] in (["post-rewrite"], ["moved"]):
            _look(session)
    except Exception as error:
        session.complain(f"okstra: could not look at the rewritten history: {error}")
        session.complain("okstra: nothing is lost; run git okstra reconcile --all --check")
    return 0


def _run_claude_hook(
    name: str, cwd: str, environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO
) -> int:
    """An event of Claude Code; one that this okstra does not know is ignored, as a newer settings file may name it."""
    from okstra_cli.commands.claude_hook import EVENTS, run_claude_hook

    if name.startswith("claude-worktree-"):
        from okstra_cli.commands.claude_worktree import run_worktree_hook

        return run_worktree_hook(name, cwd=cwd, environ=environ, stdin=stdin, stdout=stdout, stderr=stderr)
    if name not in EVENTS:
        return 0
    return run_claude_hook(name, cwd=cwd, environ=environ, stdin=stdin, stdout=stdout, stderr=stderr)


def _look(session: Session) -> None:
    from okstra_git.git.branch_moves import planned_tips
    from okstra_git.porcelain.follow import process_hook_events, read_hints

    if session.workspace.settings.hooks:
        rewritten = read_hints(session.workspace)
        _tell_questions(session, process_hook_events(session.workspace, planned=planned_tips(session.git)), rewritten)


def _tell_questions(session: Session, reports: Iterable[Report], rewritten: Container[str]) -> None:
    """The questions that this very rewrite raised; older ones wait for `status`."""
    for report in reports:
        key = str(report.task)
        for finding in (finding for finding in report.confirms if finding.recorded.head in rewritten):
            session.note(f"stage {finding.stage} of {key} needs a decision: {finding.reason}")
            session.note(f"  git okstra reconcile --task-key {key} --check")
