"""The reporter gate: whether a phase may begin on a brief, and which questions it has to carry on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from okstra_git.briefs.brief import Brief, OpenQuestion
from okstra_git.briefs.glossary import names_a_term
from okstra_git.commands import word
from okstra_git.contract import (
    ASK_REPORTER,
    ASK_REPORTER_FIRST,
    GATE_PARTIAL,
    GATE_PENDING,
    GATE_SKIPPED,
    REPORTER_FIELD,
    REPORTER_GATES,
    REPORTER_PREFIXES,
)
from okstra_git.errors import refuse
from okstra_git.phases import Phase

MISSING = "missing"
"""The state of a gate whose field is not there, or says none of the four words."""

_ADVICE = {
    "en": ("the glossary's term '%s'", "extend the okstra glossary with the term"),
    "ko": ("용어집의 용어 '%s'", "okstra 용어집에 이 용어를 추가"),
}
"""By language: what a report recommends of a term that the glossary has, and of one that it has not."""
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True)
class Promoted:
    """A question that becomes a clarification item of the report, with the cells it gets there."""

    prefix: str
    text: str
    line: int
    kind: str
    blocks: str
    recommended: str


@dataclass(frozen=True)
class Gate:
    """What the gate says to one phase; `pending` are the questions that keep it shut."""

    state: str
    may_proceed: bool
    promoted: tuple[Promoted, ...] = ()
    pending: tuple[OpenQuestion, ...] = ()


def left_for_reporter(brief: Brief) -> tuple[OpenQuestion, ...]:
    """Unanswered questions that only the reporter can settle."""
    return tuple(question for question in brief.unmarked if question.prefix in REPORTER_PREFIXES)


def judge_gate(brief: Brief, phase: Phase, *, terms: Iterable[str] = (), language: str = "en") -> Gate:
    """Whether `phase` may begin, and what it must not answer by itself; recommendations are in the report's language.

    `complete` lets it begin; so do `partial` and `skipped`, which hand on every question that only the reporter can
    settle and that is not marked as answered; `pending`, a missing field and anything else keep it shut. Inferred
    intents and terms that are open are handed on in every state, and so are mappings to words that are not in `terms`.
    """
    state = brief.gate if brief.gate in REPORTER_GATES else MISSING
    if state in (MISSING, GATE_PENDING):
        return Gate(state, False, (), left_for_reporter(brief) or brief.unmarked)
    glossary = tuple(terms)
    hand_on = state in (GATE_PARTIAL, GATE_SKIPPED)
    promoted = [
        _promote(brief, question, phase, glossary, language, as_skipped=hand_on)
        for question in brief.unmarked
        if question.prefix == "terminology:" or question.prefix in REPORTER_PREFIXES
    ]
    return Gate(state, True, (*promoted, *_unknown_mappings(brief, phase, glossary, language)))


def require_open_gate(
    brief: Brief, phase: Phase, *, path: str, terms: Iterable[str] = (), language: str = "en"
) -> Gate:
    """The gate when the phase may begin; else a refusal that lists what the reporter still has to say."""
    gate = judge_gate(brief, phase, terms=terms, language=language)
    if gate.may_proceed:
        return gate
    waiting = f": {len(gate.pending)} open" if gate.pending else ""
    problem = "is pending" if gate.state == GATE_PENDING else f"has no usable '{REPORTER_FIELD}'"
    raise refuse(
        "brief.pending",
        f"the brief {path} {problem}{waiting}, so {phase.name} must not begin",
        hint=f"git okstra brief confirm {word(path)}\n"
        "ask the reporter, and record each answer with --question N; --skip hands the questions on",
        path=path,
        gate=gate.state,
        line=brief.gate_line,
        pending=[
            {"prefix": question.prefix, "text": question.text, "line": question.line} for question in gate.pending
        ],
        verdict="blocked",
        direction="hold",
    )


def _promote(
    brief: Brief, question: OpenQuestion, phase: Phase, terms: tuple[str, ...], language: str, *, as_skipped: bool
) -> Promoted:
    if question.prefix == "terminology:":
        recommended = _term_for(question, terms, language)
    elif as_skipped:
        recommended = f"{_matching(brief, question)} ({ASK_REPORTER})".strip()
    else:
        recommended = ASK_REPORTER_FIRST
    return Promoted(question.prefix, question.text, question.line, "decision", phase.blocks, recommended)


def _unknown_mappings(brief: Brief, phase: Phase, terms: tuple[str, ...], language: str) -> Iterator[Promoted]:
    """Mappings to no term of the glossary, as questions; empty where there is no glossary to compare with."""
    for addition in brief.additions:
        if terms and addition.label == "terminology-mapping" and not names_a_term(addition.text, terms):
            yield Promoted("terminology:", addition.text, addition.line, "decision", phase.blocks, _ADVICE[language][1])


def _term_for(question: OpenQuestion, terms: tuple[str, ...], language: str) -> str:
    plain = " ".join(question.text.casefold().split())
    match = max((term for term in terms if term in plain), key=lambda term: (len(term), term), default="")
    advice, extend = _ADVICE[language]
    return advice % match if match else extend


def _matching(brief: Brief, question: OpenQuestion) -> str:
    """The line of the brief that shares most words with the question: what an answer would build on."""
    words = set(_WORD.findall(question.text.casefold()))
    lines = [line.strip(" -*#>") for line in brief.source.splitlines()]
    lines += [addition.text for addition in brief.additions]
    scored = [(len(words & set(_WORD.findall(line.casefold()))), -index, line) for index, line in enumerate(lines)]
    score, _, line = max(scored, default=(0, 0, ""))
    return line[:200] if score else ""
