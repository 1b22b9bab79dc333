"""Events as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_cli.views.moments import local_time
from okstra_git.commands import command
from okstra_git.state.heeding import is_ignored, spelled

if TYPE_CHECKING:
    from okstra_git.records.events import Event

SHORT = 10


def event_json(event: Event) -> dict[str, Any]:
    """One event as it is stored."""
    return event.model_dump(mode="json")


def log_page(events: Sequence[Event]) -> Page:
    page = Page()
    if not events:
        page.line("nothing was recorded yet")
    rows = [
        (
            Cell(local_time(event.at, seconds=True), "faint"),
            Cell(str(event.fact.task), "strong"),
            event.fact.type,
            _details(event),
            Cell(event.by, "faint"),
        )
        for event in events
    ]
    page.table(("when", "task", "what", "details", "by"), rows)
    return page


def ignored_rows(names: Sequence[str], refs: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each name that is ignored, with the refs here that it concerns."""
    return [(name, [ref for ref in refs if is_ignored(ref, [name])]) for name in names]


def ignored_json(rows: Sequence[tuple[str, list[str]]]) -> list[dict[str, Any]]:
    return [{"writer": name, "refs": refs} for name, refs in rows]


def ignored_page(rows: Sequence[tuple[str, list[str]]]) -> Page:
    page = Page()
    if not rows:
        page.line("every log counts")
    for name, refs in rows:
        page.line(Cell(name, "strong"), f"  {', '.join(refs) or 'there is no such log here'}")
        page.line(Cell(f"  next: {command('git okstra log heed', *_dashed(spelled(name)))}", "faint"))
    return page


def chosen_page(changed: Sequence[str], rows: Sequence[tuple[str, list[str]]], *, ignore: bool) -> Page:
    """What became of the logs that were named."""
    page = Page()
    for name in changed:
        page.line(Cell(name, "strong"), "  does not count here any more" if ignore else "  counts")
    if not changed:
        page.line("nothing changed: " + ("that was ignored already" if ignore else "that counts already"))
    return page if not ignore else _with_way_back(page, rows)


def _with_way_back(page: Page, rows: Sequence[tuple[str, list[str]]]) -> Page:
    if rows:
        page.line(Cell("next: git okstra log --ignored lists what is left out", "faint"))
    return page


def _dashed(name: str) -> list[str]:
    return ["--", name] if name.startswith("-") else [name]


def _details(event: Event) -> str:
    """The few words that matter of an event."""
    facts = event.fact.model_dump()
    words = [f"stage {facts['stage']}"] if facts.get("stage") else []
    words += [str(facts["run"])] if facts.get("run") else []
    if facts.get("old") and facts.get("range"):
        words.append(f"{facts['old'][:SHORT]} → {facts['range']['head'][:SHORT]} ({facts['proof']})")
    elif facts.get("range"):
        words.append(f"{facts['range']['head'][:SHORT]} {facts['range']['subject']}")
    words += [f"group {facts['group']}"] if facts.get("group") else []
    words += [str(facts["commit"])[:SHORT]] if facts.get("commit") and facts.get("tree") else []
    words += [f"in {facts['target']} at {facts['landed'][:SHORT]} ({facts['how']})"] if facts.get("how") else []
    words += [f"not at {facts['landed'][:SHORT]} any more"] if event.fact.type == "stage.unlanded" else []
    words += [f"replaced by {facts['replaced_by']}"] if facts.get("replaced_by") else []
    words += [str(facts[name]) for name in ("scope", "branch", "url", "title", "reason") if facts.get(name)]
    return "  ".join(words)
