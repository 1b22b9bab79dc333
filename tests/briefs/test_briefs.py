"""Briefs as parts, and every rule that one can break."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from okstra_git.briefs import rules
from okstra_git.briefs.brief import Addition, Brief, OpenQuestion, parse_brief
from okstra_git.briefs.rules import check_brief, read_terms
from okstra_git.documents.markdown import parse_document
from okstra_git.tokens import AUGMENTATION_LABELS, QUESTION_PREFIXES
from tests.kit.prepared import a_brief
from tests.kit.surroundings import ROOT

WHOLE = """\
---
title: Log in with a passkey
task-id: login
ticket: SHOP-12
reporter-confirmations: Complete
---

# Brief

## 1. Source Material

People ask for a login
without passwords.

### A mail

> please

## 2. Augmentation

- evidence-link: the log of Monday
- [format-conversion] - the table as a list
- terminology-mapping: a key is a Passkey
- intent-inference: they mean the web shop
  - a note inside

## 3. Open Questions

- intent-check: only the web shop? [CONFIRMED 2026-01-31 → RC-1]
- conversion-block: is the table whole? [CONFIRMED 2026-02-01 -> rc-2]
- terminology: what is a key?
- General: which browsers?

## 4. Reporter Confirmations

- RC-1: Yes,
  only there.

### RC-2: It is

whole.
"""


def read(text: str) -> Brief:
    return parse_brief(parse_document(dedent(text)))


def told(text: str, *, terms: frozenset[str] | None = None, needs_report: bool = False) -> list[tuple[str, str]]:
    """Code and the text of the line of every problem."""
    lines = dedent(text).splitlines()
    problems = check_brief(read(text), terms=terms, needs_report=needs_report)
    assert all(problem.hint and "\n" not in problem.message for problem in problems)
    return [(problem.code, lines[problem.line - 1]) for problem in problems]


def swap(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


def test_a_brief_has_its_parts() -> None:
    brief = read(WHOLE)
    assert (brief.title, brief.ticket, brief.task_id) == ("Log in with a passkey", "SHOP-12", "login")
    assert (brief.gate, brief.gate_line) == ("complete", 5)
    assert brief.source == "People ask for a login\nwithout passwords.\n\n### A mail\n\n> please"
    assert brief.additions == (
        Addition("evidence-link", "the log of Monday", 21),
        Addition("format-conversion", "the table as a list", 22),
        Addition("terminology-mapping", "a key is a Passkey", 23),
        Addition("intent-inference", "they mean the web shop", 24),
    )
    assert brief.questions == (
        OpenQuestion("intent-check:", "only the web shop?", 29, "2026-01-31", "RC-1"),
        OpenQuestion("conversion-block:", "is the table whole?", 30, "2026-02-01", "RC-2"),
        OpenQuestion("terminology:", "what is a key?", 31),
        OpenQuestion("general:", "which browsers?", 32),
    )
    assert [question.is_marked for question in brief.questions] == [True, True, False, False]
    assert brief.unmarked == brief.questions[2:]
    assert brief.answers == {"RC-1": "Yes,\nonly there.", "RC-2": "It is\nwhole."}
    assert brief.verification_report == ""


def test_whatever_is_missing_is_empty() -> None:
    brief = read("# Only a title\n")
    assert (brief.title, brief.ticket, brief.task_id, brief.gate, brief.gate_line) == ("Only a title", "", "", "", 1)
    assert (brief.source, brief.additions, brief.questions, brief.answers) == ("", (), (), {})
    assert read("").title == ""


@pytest.mark.parametrize(
    "text",
    [
        "---\nissue: SHOP-12\ntask-id: login\n---\n",
        "| Field | Value |\n|---|---|\n| Issue / Ticket | SHOP-12 |\n| Task ID | `login` |\n",
        "| Ticket | SHOP-12 |\n|---|---|\n| **task-id** | login |\n",
        "Ticket: SHOP-12\nTask ID: login\n",
        "- **Issue/Ticket**: SHOP-12\n- Task-ID: login\n",
    ],
)
def test_ticket_and_task_are_found_where_people_write_them(text: str) -> None:
    brief = read(text)
    assert (brief.ticket, brief.task_id) == ("SHOP-12", "login")


@pytest.mark.parametrize(
    "mark",
    [
        "[CONFIRMED 2026-01-31 → RC-1]", "[CONFIRMED 2026-01-31 -> RC-1]", "[CONFIRMED 2026-01-31→RC-1]",
        "[CONFIRMED 2026-01-31->RC-1 ]", "[CONFIRMED  2026-01-31  →  rc-1]",
    ],
)  # fmt: skip
def test_a_mark_may_be_written_with_either_arrow(mark: str) -> None:
    for text in (f"- general: why? {mark}\n", f"- general: {mark} why?\n", f"- general: why?\n  {mark}\n"):
        (question,) = read(f"## Open Questions\n\n{text}").questions
        assert (question.confirmed_on, question.answer) == ("2026-01-31", "RC-1")
        assert question.text == "why?"


@pytest.mark.parametrize("mark", ["[CONFIRMED]", "[CONFIRMED 2026-01-31]", "CONFIRMED 2026-01-31 → RC-1", "[x]"])
def test_half_a_mark_is_none(mark: str) -> None:
    (question,) = read(f"## Open Questions\n\n- general: why? {mark}\n").questions
    assert not question.is_marked


@pytest.mark.parametrize(
    ("written", "answers"),
    [
        ("- RC-1: yes\n- RC-2: no", {"RC-1": "yes", "RC-2": "no"}),
        ("* **RC-1** — yes\n* rc-2 - no", {"RC-1": "yes", "RC-2": "no"}),
        ("RC-1: yes\nand so\nRC-2: no", {"RC-1": "yes\nand so", "RC-2": "no"}),
        ("### RC-1\n\nyes\n\n- more\n\n### RC-2: no", {"RC-1": "yes\n\n- more", "RC-2": "no"}),
        ("- RC-1: yes\n- RC-1: no\n- RC-10: other", {"RC-1": "yes", "RC-10": "other"}),
        ("- what RC-1 says", {}),
    ],
)
def test_answers_may_be_items_headings_or_lines(written: str, answers: dict[str, str]) -> None:
    assert read(f"## Reporter Confirmations\n\n{written}\n\n## Else\n\n- RC-3: x\n").answers == answers


RC1 = "- RC-1: Yes,\n  only there.\n"
BROKEN = {
    "brief.front-matter": (swap("ticket: SHOP-12", "ticket: [SHOP"), "ticket: [SHOP"),
    "brief.unclosed": (WHOLE + "\n<!-- later\n\n- x\n", "<!-- later"),
    "brief.bad-gate": (swap("reporter-confirmations: Complete", "reporter-confirmations: later"),
                       "reporter-confirmations: later"),
    "brief.no-source": (swap("## 1. Source Material", "## Source"), "---"),
    "brief.bad-label": (swap("evidence-link: ", "evidence: "), "- evidence: the log of Monday"),
    "brief.unknown-term": (swap("a key is a Passkey", "a key is a lock"), "- terminology-mapping: a key is a lock"),
    "brief.unpaired-inference": (swap("intent-check: only", "general: only"),
                                 "- intent-inference: they mean the web shop"),
    "brief.no-prefix": (swap("General: which", "Which"), "- Which browsers?"),
    "brief.bad-date": (swap("2026-01-31", "yesterday"),
                       "- intent-check: only the web shop? [CONFIRMED yesterday → RC-1]"),
    "brief.no-answer": (swap(RC1, ""), "- intent-check: only the web shop? [CONFIRMED 2026-01-31 → RC-1]"),
    "brief.no-report": (WHOLE, "---"),
    "brief.bad-id": (WHOLE + "\n- RC-01: x\n", "- RC-01: x"),
    "brief.double-answer": (swap("### RC-2: It is", "- RC-1: No\n\n### RC-2: It is"), "- RC-1: No"),
    "brief.numbering": (swap("-> rc-2", "-> rc-3").replace("### RC-2", "### RC-3"), "### RC-3: It is"),
    "brief.unused-answer": (WHOLE + "\n### RC-3\n\nBy the way\n", "### RC-3"),
}  # fmt: skip


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_rule_is_told_alone_and_in_its_line(code: str) -> None:
    text, line = BROKEN[code]
    found = told(text, terms=frozenset({"passkey"}), needs_report=code == "brief.no-report")
    assert found == [(code, line)]


def test_every_code_has_its_broken_brief() -> None:
    source = Path(str(rules.__file__)).read_text()
    assert set(re.findall(r'Flaw\(\s*"([^"]+)"', source)) == set(BROKEN)


@pytest.mark.parametrize("date", ["2026-02-30", "2026-1-31", "20260131", "31.01.2026"])
def test_only_a_real_day_is_a_date(date: str) -> None:
    assert [code for code, _ in told(swap("2026-01-31", date))] == ["brief.bad-date"]


@pytest.mark.parametrize(
    "answers", ["- RC-1:\n", "- RC-1: <!-- no words -->\n", "### RC-1\n\n", "### RC-1\n\n<!-- -->\n"]
)
def test_an_answer_without_words_is_none(answers: str) -> None:
    assert [code for code, _ in told(swap(RC1, answers))] == ["brief.no-answer"]


def test_a_mark_that_names_no_answer_is_told() -> None:
    problem, unused = check_brief(read(swap("→ RC-1", "→ Tom")))
    assert (problem.code, problem.message) == ("brief.no-answer", "there is no answer 'TOM'")
    assert (unused.code, unused.message) == ("brief.unused-answer", "no question is marked with RC-1")


def test_everything_is_told_from_top_to_bottom() -> None:
    text = swap("evidence-link: ", "evidence: ").replace("General: ", "").replace("2026-02-01", "then")
    codes = [code for code, _ in told(text, terms=frozenset({"door"}), needs_report=True)]
    assert codes == ["brief.no-report", "brief.bad-label", "brief.unknown-term", "brief.bad-date", "brief.no-prefix"]


@pytest.mark.parametrize("text", [WHOLE, a_brief(), a_brief("pending", questions=["intent-check: really?"])])
def test_a_sound_brief_has_no_problem(text: str) -> None:
    assert check_brief(read(text)) == []


def test_a_report_is_asked_for_only_where_it_is_needed() -> None:
    assert told(WHOLE + "\n## Source Verification Report\n\nreport.md\n", needs_report=True) == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_templates_lack_the_reporters_words_alone(language: str) -> None:
    text = (ROOT / f"templates/inputs/brief.{language}.md").read_text()
    brief = read(text)
    assert [problem.code for problem in check_brief(brief)] == ["brief.no-source"]
    assert brief.gate == "pending"
    assert (brief.additions, brief.questions, brief.confirmations) == ((), (), ())
    assert all(f"- {word}" in text for word in (*AUGMENTATION_LABELS, *QUESTION_PREFIXES))


def test_without_a_glossary_no_term_is_unknown() -> None:
    assert told(BROKEN["brief.unknown-term"][0]) == []


def test_the_terms_of_a_glossary_are_headings_first_cells_and_labels() -> None:
    glossary = """\
        # Glossary

        ## Pass  Key

        | Term | Means |
        |---|---|
        | Door | the way in |

        - **Lock**: keeps it shut
        - nothing said
        """
    assert read_terms(parse_document(dedent(glossary))) == {"pass key", "door", "lock"}
