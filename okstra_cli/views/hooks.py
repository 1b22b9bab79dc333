"""Hooks as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes
    from okstra_git.hooks.model import Hook, Hooks, ProbeResult


def hooks_json(hooks: Hooks, heard: ProbeResult | None = None) -> shapes.Hooks:
    """Where hooks live, how each one stands, what was done, and what a real amend proved."""
    return {
        "directory": str(hooks.location.directory),
        "kind": str(hooks.location.kind),
        "configured": hooks.location.configured,
        "problem": hooks.location.problem,
        "applicable": hooks.applicable,
        "program": str(hooks.program) if hooks.program else None,
        "program_runs": hooks.program_runs,
        "hooks": [hook_json(hook) for hook in hooks.hooks],
        "proof": _heard_json(heard),
    }


def hook_json(hook: Hook) -> shapes.Hook:
    """One hook: its state, what was done to it, and the line to add where that is a person's work."""
    return {
        "hook": hook.name,
        "state": str(hook.state),
        "done": str(hook.done),
        "path": str(hook.path),
        "line": hook.line,
        "manager": hook.manager,
        "note": hook.note,
    }


def _heard_json(heard: ProbeResult | None) -> shapes.HookProof | None:
    if heard is None:
        return None
    return {"here": heard.here, "linked": heard.linked, "complete": heard.complete, "why": heard.why}


def hooks_page(hooks: Hooks, heard: ProbeResult | None = None) -> Page:
    """One line a hook, lines to add where that is needed, then the proof."""
    page = Page()
    if not hooks.applicable:
        page.line("no hook of okstra ever fires in a bare repository; reconcile works without")
        return page
    for hook in hooks.hooks:
        done = f" ({hook.done})" if str(hook.done) != "nothing" else ""
        page.line(f"{hook.name}: ", Cell(f"{hook.state}{done}", _tone(hook)), f"  {hook.note}" if hook.note else "")
        if hook.line and str(hook.state) not in ("installed", "idle"):
            page.line(Cell(f"  {_task(hook)} as its first line:", "warn"))
            page.line(f"    {hook.line}")
    if hooks.location.problem:
        page.line(Cell(hooks.location.problem, "warn"))
    if hooks.program is not None and not hooks.program_runs:
        page.line(Cell(f"the recorded program {hooks.program} is gone", "bad"), "; next: git okstra hooks install")
    if heard is not None:
        _proof(page, heard)
    return page


def _task(hook: Hook) -> str:
    return f"move in {hook.path}," if str(hook.state) == "not-first" else f"add to {hook.path},"


def _tone(hook: Hook) -> Tone:
    return "good" if str(hook.state) == "installed" else "warn"


def _proof(page: Page, heard: ProbeResult) -> None:
    if heard.is_heard:
        page.line(Cell("proved: ", "good"), "a real amend in a throw-away worktree was heard")
    else:
        page.line(Cell("not heard: ", "bad"), heard.why or "a real amend reached no hook of ours")
    if heard.is_heard and heard.linked is False:
        page.line(Cell("linked worktrees: ", "bad"), heard.why or "an amend there is not heard")
