"""A new brief: the template with a title, tickets, and the reporter's words in a fence of their own."""

import json
from collections.abc import Sequence

from okstra_git.briefs.brief import SOURCE_MATERIAL
from okstra_git.briefs.verbatim import LINE, fence_for, fenced
from okstra_git.contract import HEADING_SOURCE_VERIFICATION
from okstra_git.documents.editing import set_front_value
from okstra_git.documents.front_matter import read_front_matter
from okstra_git.documents.markdown import parse_document
from okstra_git.errors import refuse
from okstra_git.names import quote

PLACEHOLDER = "TASK-ID"
"""What the templates have where the name of the task goes."""


def make_brief(
    template: str, name: str, *, title: str = "", tickets: Sequence[str] = (), source: str = "", report: str = ""
) -> str:
    """The text of a brief; refuses words that front matter cannot hold."""
    text = template.replace(PLACEHOLDER, name)
    values = {"task-id": name, "title": " ".join(title.split()), "ticket": ", ".join(tickets)}
    for key, value in values.items():
        if value and parse_document(text).front.text(key) != value:
            text = set_front_value(text, key, scalar(value))
    if source:
        text = _with_source(text, source)
    if report:
        text = _with_report(text, report)
    return text


def scalar(text: str) -> str:
    """The words as YAML on one line: plain where they are read back as they are, else in quotes."""
    for written in (text, json.dumps(text, ensure_ascii=False), json.dumps(text)):
        front = read_front_matter(f"x: {written}\n")
        if list(front.values) == ["x"] and front.text("x") == text:
            return written
    raise refuse("text.refused", f"{quote(text)} cannot stand in front matter", hint="leave out what cannot be printed")


def _with_source(text: str, source: str) -> str:
    """The template with the words in place of what its Source Material holds."""
    document = parse_document(text)
    section = document.find(SOURCE_MATERIAL)
    if section is None:
        raise refuse("brief.not-editable", f"the template has no '{SOURCE_MATERIAL}'", hint="git okstra brief template")
    lines = LINE.findall(text)
    return "".join([*lines[: section.body - 1], "\n", fenced(source), "\n", *lines[section.end :]])


def _with_report(text: str, report: str) -> str:
    """The report's path under a heading of its own, behind the last section."""
    span = f"{fence_for(report)} {report} {fence_for(report)}" if "`" in report else f"`{report}`"
    return f"{text}\n## {HEADING_SOURCE_VERIFICATION}\n\n- {span}\n"
