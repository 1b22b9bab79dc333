"""What init did, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page, Tone

if TYPE_CHECKING:
    from okstra_git.porcelain.init import SetUp


def init_json(done: SetUp) -> dict[str, Any]:
    """Writer, project, what was joined, and the state of every hook."""
    return {
        "writer": done.writer,
        "new": done.is_new,
        "project": done.project,
        "joined": done.joined,
        "hooks": done.hooks,
        "notes_shown": done.notes_shown,
        "excluded": done.excluded,
    }


def init_page(done: SetUp) -> Page:
    """A few lines: who we are, what was found, what the hooks do, what comes next."""
    page = Page()
    verb = "ready" if done.is_new else "already set up"
    page.line("project ", Cell(done.project, "strong"), f" is {verb} in this clone (writer {done.writer})")
    if done.joined:
        page.line(f"joined the state that {done.joined} holds")
    for hook in done.hooks:
        tone: Tone = "good" if hook["state"] == "installed" else "warn"
        page.line(
            "hook ", f"{hook['hook']}: ", Cell(hook["state"], tone), *([f" - {hook['say']}"] if hook["say"] else [])
        )
    if not done.hooks:
        page.line(Cell("no hooks: rewritten history is followed when you run git okstra reconcile --apply", "faint"))
    page.line(Cell(f"next: git okstra task open {done.project}:<group>:<task>", "faint"))
    return page
