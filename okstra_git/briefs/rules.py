"""The rules of a brief, all asked at once."""

import re
from datetime import date

from okstra_git.briefs.brief import CONFIRMATIONS, SOURCE_MATERIAL, Brief
from okstra_git.briefs.glossary import names_a_term, read_glossary
from okstra_git.contract import (
    AUGMENTATION_LABELS,
    HEADING_SOURCE_VERIFICATION,
    QUESTION_PREFIXES,
    REPORTER_FIELD,
    REPORTER_GATES,
)
from okstra_git.documents.markdown import Document
from okstra_git.documents.problems import Flaw
from okstra_git.names import quote

_RC = re.compile(r"RC-([1-9][0-9]{0,5})\Z")


def check_brief(brief: Brief, *, terms: frozenset[str] | None = None, needs_report: bool = False) -> list[Flaw]:
    """What is wrong with a brief, top to bottom; `terms` are those of the glossary, None when there is none."""
    flaws = [*_front_problems(brief), *_unclosed_problems(brief), *_gate_problems(brief), *_source_problems(brief)]
    flaws += _addition_problems(brief, terms)
    flaws += _question_problems(brief)
    flaws += _answer_problems(brief)
    if needs_report and not brief.verification_report:
        message = f"the brief of a release has no section '{HEADING_SOURCE_VERIFICATION}'"
        flaws.append(Flaw("brief.no-report", 1, message, "name the accepted final-verification report there"))
    return sorted(flaws, key=lambda flaw: (flaw.line, flaw.code))


def _front_problems(brief: Brief) -> list[Flaw]:
    front = brief.document.front
    if not front.problem:
        return []
    return [Flaw("brief.front-matter", front.problem_line, f"the front matter is not YAML: {front.problem}",
                    "mend it; okstra reads the reporter's confirmation there")]  # fmt: skip


def _unclosed_problems(brief: Brief) -> list[Flaw]:
    return [Flaw("brief.unclosed", element.line, f"{quote(element.begins)} begins here and never ends",
                    f"end it with {element.ends}; questions behind it are not read")
            for element in brief.document.unclosed]  # fmt: skip


def _gate_problems(brief: Brief) -> list[Flaw]:
    if not brief.gate or brief.gate in REPORTER_GATES:
        return []
    return [Flaw("brief.bad-gate", brief.gate_line, f"{quote(brief.gate)} is not a value of '{REPORTER_FIELD}'",
                    f"one of {', '.join(REPORTER_GATES)}")]  # fmt: skip


def _source_problems(brief: Brief) -> list[Flaw]:
    if brief.source.strip():
        return []
    return [Flaw("brief.no-source", 1, f"the brief has no '{SOURCE_MATERIAL}', or it is empty",
                    "put the reporter's own words there, as they are")]  # fmt: skip


def _addition_problems(brief: Brief, terms: frozenset[str] | None) -> list[Flaw]:
    flaws = []
    intents = [question for question in brief.questions if question.prefix == "intent-check:"]
    inferences = [addition for addition in brief.additions if addition.label == "intent-inference"]
    for addition in brief.additions:
        if addition.label not in AUGMENTATION_LABELS:
            message = f"{quote(addition.text[:40])} has no label that okstra knows"
            flaws.append(Flaw("brief.bad-label", addition.line, message,
                                 f"begin it with one of {', '.join(AUGMENTATION_LABELS)} and a colon"))  # fmt: skip
        if addition.label == "terminology-mapping" and terms is not None and not names_a_term(addition.text, terms):
            message = f"{quote(addition.text[:40])} maps to no term of the glossary"
            flaws.append(Flaw("brief.unknown-term", addition.line, message,
                                 "add the term to .okstra/glossary.md, or ask with 'terminology:'"))  # fmt: skip
    for addition in inferences[len(intents) :]:
        message = f"{len(inferences)} inferred intents, and {len(intents) or 'no'} 'intent-check:' to pair them with"
        flaws.append(Flaw("brief.unpaired-inference", addition.line, message, "ask the reporter under Open Questions"))
    return flaws


def _question_problems(brief: Brief) -> list[Flaw]:
    flaws = []
    for question in brief.questions:
        if not question.prefix:
            message = f"the question {quote(question.text[:40])} has no prefix"
            flaws.append(Flaw("brief.no-prefix", question.line, message,
                                 f"begin it with one of {' '.join(QUESTION_PREFIXES)}"))  # fmt: skip
        if question.is_marked and not is_date(question.confirmed_on):
            flaws.append(Flaw("brief.bad-date", question.line, f"{quote(question.confirmed_on)} is not a date",
                                 "write [CONFIRMED YYYY-MM-DD → RC-N]"))  # fmt: skip
        if question.is_marked and not (_RC.match(question.answer) and brief.answers.get(question.answer)):
            flaws.append(Flaw("brief.no-answer", question.line, f"there is no answer {quote(question.answer)}",
                                 f"put it under '{CONFIRMATIONS}', as '- {question.answer}: …'"))  # fmt: skip
    return flaws


def _answer_problems(brief: Brief) -> list[Flaw]:
    """What is wrong with the ids: each once, from RC-1 on, and each named by a question."""
    flaws = []
    marked = {question.answer for question in brief.questions}
    ids = [answer.id for answer in brief.confirmations]
    named = {*ids, *marked}
    for index, answer in enumerate(brief.confirmations):
        if not _RC.match(answer.id):
            flaws.append(Flaw("brief.bad-id", answer.line, f"{quote(answer.id)} is not the number of an answer",
                                 "number answers RC-1, RC-2 …, without zeros in front"))  # fmt: skip
        elif answer.id in ids[:index]:
            flaws.append(Flaw("brief.double-answer", answer.line, f"{answer.id} is there a second time",
                                 "give each answer a number of its own; the first one counts"))  # fmt: skip
        elif number_of(answer.id) > 1 and f"RC-{number_of(answer.id) - 1}" not in named:
            message = f"there is {answer.id} and no RC-{number_of(answer.id) - 1}"
            flaws.append(Flaw("brief.numbering", answer.line, message,
                                 "number answers without gaps, marks with them"))  # fmt: skip
        if _RC.match(answer.id) and answer.id not in marked:
            hint = f"end the row of its question with [CONFIRMED YYYY-MM-DD → {answer.id}], or take the answer out"
            flaws.append(Flaw("brief.unused-answer", answer.line, f"no question is marked with {answer.id}", hint))
    return flaws


def number_of(answer_id: str) -> int:
    """The number of an answer, 0 for what is not one."""
    match = _RC.match(answer_id)
    return int(match[1]) if match else 0


def is_date(text: str) -> bool:
    """Whether the text is a day, written as 2026-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def read_terms(glossary: Document) -> frozenset[str]:
    """The terms a glossary defines, in lower case."""
    return frozenset(term.key for term in read_glossary(glossary))
