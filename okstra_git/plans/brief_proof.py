"""Whether an edited brief says what the one before said, but for the change that was meant."""

from collections.abc import Iterable
from typing import Any

from okstra_git.documents.markdown import parse_document
from okstra_git.errors import OkstraError
from okstra_git.plans.briefs import Brief, own_sections, parse_brief
from okstra_git.tokens import REPORTER_FIELD


class NotEditable(OkstraError):
    """A brief that cannot take the edit without another change, or not for sure."""

    code = "brief.not-editable"


def read_text(text: str) -> Brief:
    """The brief that a text is."""
    return parse_brief(parse_document(text))


def require_proven(texts: Iterable[str], wanted: Brief, why: str, *, section: str = "", hint: str, **facts: Any) -> str:
    """The first text that reads as wanted; refuses when none does."""
    found = find_proven(texts, wanted, section=section)
    if found is None:
        raise NotEditable(why, hint=hint, **facts)
    return found


def find_proven(texts: Iterable[str], wanted: Brief, *, section: str = "") -> str | None:
    """The first text that reads as wanted, None when none does; the heading of `section` may be new."""
    is_there = any(one.is_titled(section) for one in own_sections(wanted.document))
    shape = _shape(wanted, made=[section] if section and not is_there else [])
    return next((text for text in texts if _shape(read_text(text)) == shape), None)


def _shape(brief: Brief, *, made: Iterable[str] = ()) -> tuple[Any, ...]:
    """Everything that a brief says, without its lines; `made` are headings that it is to have as well."""
    front = brief.document.front.values
    return (
        brief.gate,
        (brief.title, brief.ticket, brief.task_group, brief.task_id, brief.source, brief.verification_report),
        [(each.label, each.text) for each in brief.additions],
        [(each.prefix, each.text, each.confirmed_on, each.answer) for each in brief.questions],
        sorted((each.id, each.text) for each in brief.confirmations),
        sorted([*(section.raw for section in brief.document.sections if section.level), *made]),
        {name: repr(value) for name, value in front.items() if name != REPORTER_FIELD},
    )
