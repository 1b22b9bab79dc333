"""Makes and edits briefs, text in and text out: an edited text is read again, and must have changed one thing alone."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from okstra_git.briefs.brief import (
    AUGMENTATION,
    CONFIRMATIONS,
    LINE,
    OPEN_QUESTIONS,
    SOURCE_MATERIAL,
    Addition,
    Brief,
    Confirmation,
    OpenQuestion,
    fence_for,
    fenced,
)
from okstra_git.briefs.insertion import (
    fenced_entry,
    find_proven,
    inline_entry,
    read_text,
    require_proven,
    texts_with_entry,
    texts_with_mark,
)
from okstra_git.briefs.reporter_gate import left_for_reporter
from okstra_git.briefs.rules import number_of
from okstra_git.commands import word
from okstra_git.contract import (
    GATE_COMPLETE,
    GATE_PARTIAL,
    GATE_PENDING,
    HEADING_SOURCE_VERIFICATION,
    REPORTER_FIELD,
    REPORTER_PREFIXES,
)
from okstra_git.documents.editing import set_front_value
from okstra_git.documents.front_matter import read_front_matter
from okstra_git.documents.markdown import parse_document
from okstra_git.errors import OkstraError, refuse
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


@dataclass(frozen=True)
class Confirmed:
    """A brief with one answer more: its text, and the answer's id."""

    text: str
    id: str


def add_addition(text: str, label: str, words: str) -> str:
    """The text with one entry more under Augmentation."""
    before = read_text(text)

    def wanted(words_read: str) -> Brief:
        return replace(before, additions=(*before.additions, Addition(label, words_read, 0)))

    return _with_entry(text, AUGMENTATION, f"{label}:", words, wanted)


def add_question(text: str, prefix: str, words: str) -> str:
    """The text with one row more under Open Questions; one for the reporter makes `complete` `partial`."""
    before = read_text(text)

    def wanted(words_read: str) -> Brief:
        return replace(before, questions=(*before.questions, OpenQuestion(prefix, words_read, 0)))

    edited = _with_entry(text, OPEN_QUESTIONS, prefix, words, wanted)
    reopened = prefix in REPORTER_PREFIXES and before.gate == GATE_COMPLETE
    return set_gate(edited, GATE_PARTIAL) if reopened else edited


def confirm(text: str, number: int, answer: str, day: str) -> Confirmed:
    """The text with the answer to the question of this number (from 1), its mark, and the gate that follows from it.

    The same answer again changes nothing; another one is refused.
    """
    before = read_text(text)
    question = before.questions[number - 1]
    if earlier := before.answers.get(question.answer):
        if earlier != answer:
            raise _answered(question, number)
        return Confirmed(text, question.answer)
    _require_whole(before)
    fresh = _free_id(before, question)
    mark = f"[CONFIRMED {day} → {fresh}]"
    hint = f"end line {question.line} with {mark}, and put '- {fresh}: …' under '{CONFIRMATIONS}' yourself"
    marked = replace(question, confirmed_on=day, answer=fresh)
    questions = tuple(marked if other is question else other for other in before.questions)
    why = f"the question in line {question.line} cannot be marked for sure"
    texts = texts_with_mark(text, question, mark)
    edited = require_proven(texts, replace(before, questions=questions), why, hint=hint, line=question.line)
    edited = _with_answer(edited, Confirmation(fresh, answer, 0), hint=hint)
    left = left_for_reporter(read_text(edited))
    return Confirmed(set_gate(edited, GATE_PARTIAL if left else GATE_COMPLETE), fresh)


def move_gate(text: str, gate: str, *, name: str = "FILE") -> str:
    """The text with another gate; refuses `complete` with open questions, and what takes `complete` back.

    `name` is the file for the next step, as a shell takes it.
    """
    before = read_text(text)
    left = left_for_reporter(before)
    lines = [question.line for question in left]
    if gate == GATE_COMPLETE:
        _require_whole(before)
    if gate == GATE_COMPLETE and left:
        message = f"questions for the reporter are open: line {', '.join(map(str, lines))}"
        raise refuse(
            "brief.gate-settled",
            message,
            hint="answer them with --question N, or hand them on with --skip",
            lines=lines,
        )
    if before.gate == GATE_COMPLETE and (gate == GATE_PENDING or (gate != GATE_COMPLETE and not left)):
        message = f"the reporter has answered; the gate does not go back from {GATE_COMPLETE} to {gate}"
        hint = f"git okstra brief ask {word(name)} --prefix intent-check: --text TEXT"
        raise refuse("brief.gate-settled", message, hint=hint, lines=lines)
    return set_gate(text, gate)


def set_gate(text: str, gate: str) -> str:
    """The text with this word in its front matter; refuses front matter that cannot take it alone."""
    before = read_text(text)
    if before.gate == gate:
        return text
    edited = set_front_value(text, REPORTER_FIELD, gate)
    hint = f"write '{REPORTER_FIELD}: {gate}' there yourself"
    why = f"the front matter cannot take '{REPORTER_FIELD}: {gate}' for sure"
    return require_proven([edited], replace(before, gate=gate), why, hint=hint, line=before.gate_line)


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


def _require_whole(brief: Brief) -> None:
    """Questions may stand behind what never ends; those were not asked."""
    for unclosed in brief.document.unclosed[:1]:
        message = f"{unclosed.begins} in line {unclosed.line} never ends, so that questions behind it are not read"
        raise refuse("brief.unclosed", message, hint=f"end it with {unclosed.ends}, then repeat", line=unclosed.line)


def _with_entry(text: str, title: str, head: str, words: str, wanted: Callable[[str], Brief]) -> str:
    """The text with an item in the section: as it is when its words are one paragraph, else in a fence."""
    plain = _plain_reading(title, head, words)
    texts = texts_with_entry(text, title, inline_entry(head, words)) if plain else ()
    edited = find_proven(texts, wanted(plain), section=title)
    if edited is not None:
        return edited
    why, hint = f"'{title}' cannot take an item for sure", f"put '- {head} …' there yourself"
    texts = texts_with_entry(text, title, fenced_entry(head, words))
    return require_proven(texts, wanted(words), why, section=title, hint=hint)


def _plain_reading(title: str, head: str, words: str) -> str:
    """What a reader makes of the words as one item; empty when they are more than one paragraph, or say more."""
    alone = f"## {title}\n\n" + "\n".join(inline_entry(head, words))
    sections = parse_document(alone).sections[1:]
    if "<!--" in words or len(sections) != 1 or len(sections[0].items) != 1:
        return ""
    (item,), brief = sections[0].items, read_text(alone)
    if sections[0].paragraphs or sections[0].tables or sections[0].codes or len(item.parts) != 1:
        return ""
    readings = [
        *(addition.text for addition in brief.additions),
        *(question.text for question in brief.questions if not question.is_marked),
    ]
    return readings[0] if len(readings) == 1 else ""


def _with_answer(text: str, answer: Confirmation, *, hint: str) -> str:
    before = read_text(text)
    wanted = replace(before, confirmations=(*before.confirmations, answer))
    entries = [entry(f"{answer.id}:", answer.text) for entry in (inline_entry, fenced_entry)]
    texts = (candidate for entry in entries for candidate in texts_with_entry(text, CONFIRMATIONS, entry))
    why = f"'{CONFIRMATIONS}' cannot take an answer for sure"
    return require_proven(texts, wanted, why, section=CONFIRMATIONS, hint=hint)


def _free_id(brief: Brief, question: OpenQuestion) -> str:
    """The id that the question's own mark promises, when it is free; else the next one that nothing names."""
    taken = {confirmation.id: confirmation.line for confirmation in brief.confirmations}
    if question.answer in taken:
        line = taken[question.answer]
        message = f"line {question.line} is marked with {question.answer}, which has no words in line {line}"
        raise refuse(
            "brief.not-editable", message, hint=f"write the answer behind it in line {line} yourself", line=line
        )
    marks = [asked.answer for asked in brief.questions]
    highest = max(map(number_of, taken), default=0)
    if 0 < number_of(question.answer) <= highest + 1 and marks.count(question.answer) == 1:
        return question.answer
    return next(id for id in _ids(highest + 1) if id not in marks)


def _ids(first: int) -> Iterator[str]:
    while True:
        yield f"RC-{first}"
        first += 1


def _answered(question: OpenQuestion, number: int) -> OkstraError:
    return refuse(
        "brief.answered",
        f"question {number} in line {question.line} has another answer already, {question.answer}",
        hint=f"keep it, or mend {question.answer} in the file if the reporter says otherwise now",
        question=number,
        line=question.line,
        id=question.answer,
    )
