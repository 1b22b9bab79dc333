"""A brief as typed parts: what the reporter said, what was added to it, what is still open and what was answered."""

import re
from dataclasses import dataclass
from datetime import date

from okstra_git.documents.markdown import Document, Item
from okstra_git.plans.problems import Problem
from okstra_git.tokens import AUGMENTATION_LABELS, HEADING_SOURCE_VERIFICATION, QUESTION_PREFIXES, REPORTER_FIELD

SOURCE_MATERIAL, AUGMENTATION = "Source Material", "Augmentation"
OPEN_QUESTIONS, CONFIRMATIONS = "Open Questions", "Reporter Confirmations"
FIELDS = {"ticket": ("issue / ticket", "issue/ticket", "ticket", "issue"), "task": ("task id", "task-id")}

_CONFIRMED = re.compile(r"\s*\[CONFIRMED\s+(\S+)\s*(?:→|->)\s*([^\]\s]+)\s*\]")
_ANSWER = re.compile(r"\s*(RC-\d+)\s*[:.\-–—]?\s*", re.IGNORECASE)
_RC = re.compile(r"RC-\d+\Z")
_LABELLED = re.compile(r"\s*\[?([a-z]+-[a-z]+)\]?\s*[:\-–—]\s*", re.IGNORECASE)


@dataclass(frozen=True)
class OpenQuestion:
    """A row under Open Questions: its prefix (empty for none of the four), text, and the answer it was marked with."""

    prefix: str
    text: str
    line: int
    confirmed_on: str = ""
    answer: str = ""

    @property
    def is_marked(self) -> bool:
        """Whether the reporter answered it."""
        return bool(self.answer)


@dataclass(frozen=True)
class Addition:
    """Something that was added to what the reporter said, under one of four labels of different trust."""

    label: str
    text: str
    line: int


@dataclass(frozen=True)
class Brief:
    """A brief; `gate` is its reporter confirmation as written (empty when the field is missing)."""

    document: Document
    gate: str
    gate_line: int
    title: str
    ticket: str
    task_id: str
    source: str
    additions: tuple[Addition, ...]
    questions: tuple[OpenQuestion, ...]
    answers: dict[str, str]
    verification_report: str

    @property
    def unmarked(self) -> tuple[OpenQuestion, ...]:
        """Questions that nobody answered."""
        return tuple(question for question in self.questions if not question.is_marked)


def parse_brief(document: Document) -> Brief:
    """The parts of a brief; whatever is missing is empty, what is wrong is found by `check_brief`."""
    front = document.front
    place = front.places.get(REPORTER_FIELD)
    source = document.find(SOURCE_MATERIAL)
    report = document.find(HEADING_SOURCE_VERIFICATION)
    top = next((section.raw for section in document.sections if section.level == 1), "")
    return Brief(
        document=document,
        gate=front.text(REPORTER_FIELD).lower(),
        gate_line=place.line if place else 1,
        title=front.text("title") or top,
        ticket=front.text("ticket") or front.text("issue") or _field(document, "ticket"),
        task_id=front.text("task-id") or _field(document, "task"),
        source=document.text_of(source) if source else "",
        additions=tuple(_addition(item) for item in _items(document, AUGMENTATION)),
        questions=tuple(_question(item) for item in _items(document, OPEN_QUESTIONS)),
        answers=_answers(document),
        verification_report=document.text_of(report).strip() if report else "",
    )


def _field(document: Document, name: str) -> str:
    """A field that the brief says in a table of two columns, or as `Label: value`."""
    for section in document.sections:
        for table in section.tables:
            rows = [table.header, *(row.cells for row in table.rows)]
            found = next((row[1] for row in rows if len(row) > 1 and row[0].strip().casefold() in FIELDS[name]), "")
            if found:
                return found.strip()
        for text in (*(item.text for item in section.items), *(each.text for each in section.paragraphs)):
            for line in text.split("\n"):
                label, colon, value = line.partition(":")
                if colon and label.strip().casefold() in FIELDS[name]:
                    return value.strip()
    return ""


def _items(document: Document, title: str) -> list[Item]:
    section = document.find(title)
    if section is None:
        return []
    inside = (section, *document.below(section))
    return [item for each in inside for item in each.items if item.depth == 0 and item.text]


def _addition(item: Item) -> Addition:
    match = _LABELLED.match(item.text)
    label, text = (match[1].lower(), item.text[match.end() :]) if match else ("", item.text)
    return Addition(label, text, item.line)


def _question(item: Item) -> OpenQuestion:
    mark = _CONFIRMED.search(item.text)
    text = _CONFIRMED.sub("", item.text).strip()
    prefix = next((each for each in QUESTION_PREFIXES if text.lower().startswith(each)), "")
    plain = text[len(prefix) :].strip()
    return OpenQuestion(prefix, plain, item.line, mark[1] if mark else "", mark[2] if mark else "")


def _answers(document: Document) -> dict[str, str]:
    """Answers by their `RC-N`, verbatim: as headings with text, or as list items."""
    section = document.find(CONFIRMATIONS)
    found: dict[str, str] = {}
    for each in (section, *document.below(section)) if section else ():
        heading = _ANSWER.match(each.raw)
        if heading:
            found.setdefault(heading[1].upper(), f"{each.raw[heading.end() :]}\n{document.text_of(each)}".strip())
        for text in (*(item.text for item in each.items), *(paragraph.text for paragraph in each.paragraphs)):
            match = _ANSWER.match(text)
            if match:
                found.setdefault(match[1].upper(), text[match.end() :].strip())
    return found


def check_brief(brief: Brief, *, terms: frozenset[str] | None = None, needs_report: bool = False) -> list[Problem]:
    """What is wrong with a brief, top to bottom; `terms` are those of the glossary, None when there is none."""
    found = [*_front_problems(brief), *_source_problems(brief), *_addition_problems(brief, terms)]
    found += _question_problems(brief)
    if needs_report and not brief.verification_report:
        message = f"the brief of a release has no section '{HEADING_SOURCE_VERIFICATION}'"
        found.append(Problem("brief.no-report", 1, message, "name the accepted final-verification report there"))
    return sorted(found, key=lambda one: (one.line, one.code))


def _front_problems(brief: Brief) -> list[Problem]:
    front = brief.document.front
    if not front.problem:
        return []
    return [Problem("brief.front-matter", front.problem_line, f"the front matter is not YAML: {front.problem}",
                    "mend it; okstra reads the reporter's confirmation there")]  # fmt: skip


def _source_problems(brief: Brief) -> list[Problem]:
    if brief.source.strip():
        return []
    return [Problem("brief.no-source", 1, f"the brief has no '{SOURCE_MATERIAL}', or it is empty",
                    "put the reporter's own words there, as they are")]  # fmt: skip


def _addition_problems(brief: Brief, terms: frozenset[str] | None) -> list[Problem]:
    found = []
    intents = [question for question in brief.questions if question.prefix == "intent-check:"]
    inferences = [each for each in brief.additions if each.label == "intent-inference"]
    for each in brief.additions:
        if each.label not in AUGMENTATION_LABELS:
            found.append(Problem("brief.bad-label", each.line, f"{each.text[:40]!r} has no label that okstra knows",
                                 f"begin it with one of {', '.join(AUGMENTATION_LABELS)} and a colon"))  # fmt: skip
        if each.label == "terminology-mapping" and terms is not None and not _names_a_term(each.text, terms):
            found.append(Problem("brief.unknown-term", each.line, f"{each.text[:40]!r} maps to no term of the glossary",
                                 "add the term to .okstra/glossary.md, or ask with 'terminology:'"))  # fmt: skip
    for each in inferences[len(intents) :]:
        message = "an inferred intent has no 'intent-check:' question"
        found.append(Problem("brief.unpaired-inference", each.line, message, "ask the reporter under Open Questions"))
    return found


def _names_a_term(text: str, terms: frozenset[str]) -> bool:
    plain = text.casefold()
    return any(term in plain for term in terms)


def _question_problems(brief: Brief) -> list[Problem]:
    found = []
    for question in brief.questions:
        if not question.prefix:
            found.append(Problem("brief.no-prefix", question.line, f"the question {question.text[:40]!r} has no prefix",
                                 f"begin it with one of {' '.join(QUESTION_PREFIXES)}"))  # fmt: skip
        if question.is_marked and not _is_date(question.confirmed_on):
            found.append(Problem("brief.bad-date", question.line, f"{question.confirmed_on!r} is not a date",
                                 "write [CONFIRMED YYYY-MM-DD → RC-N]"))  # fmt: skip
        if question.is_marked and (not _RC.match(question.answer) or question.answer not in brief.answers):
            found.append(Problem("brief.no-answer", question.line, f"there is no answer {question.answer}",
                                 f"put it under '{CONFIRMATIONS}', as '- {question.answer}: …'"))  # fmt: skip
    return found


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def read_terms(glossary: Document) -> frozenset[str]:
    """The terms a glossary defines, in lower case: headings, first cells of tables, and `term:` list items."""
    heads = [section.title for section in glossary.sections if section.level > 1]
    tables = [table for section in glossary.sections for table in section.tables]
    cells = [row.cells[0] for table in tables for row in table.rows if row.cells]
    items = [item.text.partition(":")[0] for item in glossary.items() if ":" in item.text]
    return frozenset(" ".join(text.casefold().split()) for text in (*heads, *cells, *items) if text.strip())
