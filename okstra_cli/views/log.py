"""Events as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.json_objects import with_further
from okstra_cli.page import Cell, Page
from okstra_cli.views.moments import local_time
from okstra_git.commands import command
from okstra_git.store.validation import spelled

if TYPE_CHECKING:
    from okstra_cli.answers import history as shapes
    from okstra_git.porcelain.log import IgnoredLog, LogChoice
    from okstra_git.records.events import Event
    from okstra_git.records.repository_events import RepositoryEvent

SHORT = 10


def event_json(event: Event | RepositoryEvent) -> shapes.LoggedEvent:
    """One event as it is stored; the task of one that belongs to none is empty."""
    stored = event.model_dump(mode="json")
    fact = stored["fact"]
    known: shapes.Fact = {"type": event.fact.type, "task": fact.get("task", "")}
    return {
        "v": event.v,
        "id": event.id,
        "at": stored["at"],
        "clock": event.clock,
        "seq": event.seq,
        "writer": event.writer,
        "by": event.by,
        "fact": with_further(known, fact),
    }


def log_page(events: Sequence[Event | RepositoryEvent]) -> Page:
    page = Page()
    if not events:
        page.line("nothing was recorded yet")
    rows = [
        (
            Cell(local_time(event.at, seconds=True), "faint"),
            Cell(str(getattr(event.fact, "task", "(no task)")), "strong"),
            event.fact.type,
            _details(event),
            Cell(event.by, "faint"),
        )
        for event in events
    ]
    page.table(("when", "task", "what", "details", "by"), rows)
    return page


def ignored_json(logs: Sequence[IgnoredLog]) -> list[shapes.IgnoredLog]:
    return [{"writer": log.writer, "refs": log.refs} for log in logs]


def ignored_page(logs: Sequence[IgnoredLog]) -> Page:
    page = Page()
    if not logs:
        page.line("every log counts")
    for log in logs:
        page.line(Cell(log.writer, "strong"), f"  {', '.join(log.refs) or 'there is no such log here'}")
        page.line(Cell(f"  next: {command('git okstra log heed', *_dashed(spelled(log.writer)))}", "faint"))
    return page


def choice_json(choice: LogChoice) -> shapes.LogChoice:
    return {"changed": choice.changed, "ignored": ignored_json(choice.ignored)}


def choice_page(choice: LogChoice, *, ignore: bool) -> Page:
    """What became of the logs that were named."""
    page = Page()
    for name in choice.changed:
        page.line(Cell(name, "strong"), "  does not count here any more" if ignore else "  counts")
    if not choice.changed:
        page.line("nothing changed: " + ("that was ignored already" if ignore else "that counts already"))
    if ignore and choice.ignored:
        page.line(Cell("next: git okstra log --ignored lists what is left out", "faint"))
    return page


def _dashed(name: str) -> list[str]:
    return ["--", name] if name.startswith("-") else [name]


def _details(event: Event | RepositoryEvent) -> str:
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
    if event.fact.type == "run.replayed":
        words.append(f"{sum(each.is_held for each in event.fact.commands)} of {len(event.fact.commands)} as claimed")
    words += _work(event.fact)
    words += [str(facts["result"])] if event.fact.type == "run.validated" else []
    words += [f"replaced by {facts['replaced_by']}"] if facts.get("replaced_by") else []
    words += [f"by {facts['reviewer']}"] if facts.get("reviewer") else []
    words += [str(facts[name]) for name in ("scope", "branch", "url", "title", "reason") if facts.get(name)]
    return "  ".join(words)


def _work(fact: Any) -> list[str]:
    """What is said of those who work for a run: the lead's session, a worker's end, or what a session used."""
    if fact.type == "run.led":
        return [f"led by {fact.lead.program} in session {fact.lead.session}"]
    if fact.type == "worker.ended":
        return [f"{fact.worker.name} {fact.worker.status} ({fact.worker.reason})"]
    if fact.type == "usage.recorded":
        return [f"{fact.usage.worker or 'lead'}: {fact.usage.tokens.total} tokens ({fact.usage.confidence})"]
    return []
