"""What init did, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_git.commands import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.answers import upkeep as shapes
    from okstra_git.hooks.model import Hook
    from okstra_git.porcelain.init import InitResult


def init_json(result: InitResult) -> shapes.Initialised:
    """Writer, project, what was joined, and the state of every hook."""
    return {
        "writer": result.writer,
        "new": result.is_new,
        "project": result.project,
        "joined": result.joined,
        "hooks": [_hook_json(hook) for hook in listed_hooks(result)],
        "notes_shown": result.notes_shown,
        "excluded": result.excluded,
    }


def init_page(result: InitResult) -> Page:
    """A few lines: who we are, what was found, what the hooks do, what comes next."""
    page = Page()
    verb = "ready" if result.is_new else "already set up"
    page.line("project ", Cell(result.project, "strong"), f" is {verb} in this clone (writer {result.writer})")
    if result.joined:
        page.line(f"joined the state that {result.joined} holds")
    for hook in listed_hooks(result):
        tone: Tone = "good" if str(hook.state) == "installed" else "warn"
        advice = hook_advice(hook)
        page.line("hook ", f"{hook.name}: ", Cell(str(hook.state), tone), *([f" - {advice}"] if advice else []))
    if not listed_hooks(result):
        page.line(Cell("no hooks: rewritten history is followed when you run git okstra reconcile --apply", "faint"))
    page.line(Cell(f"next: git okstra task open {word(result.project)}:<group>:<task>", "faint"))
    return page


def listed_hooks(result: InitResult) -> Sequence[Hook]:
    """The hooks that were installed, none where none were wanted."""
    return result.hooks.hooks if result.hooks else ()


def _hook_json(hook: Hook) -> shapes.InitHook:
    return {"hook": hook.name, "state": str(hook.state), "path": str(hook.path), "say": hook_advice(hook)}


def hook_advice(hook: Hook) -> str:
    """What a person has to do about the hook, if anything."""
    if hook.line and str(hook.state) != "installed":
        return f"add to {hook.path}, as its first line: {hook.line}"
    return hook.note or ""
