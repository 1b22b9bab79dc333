"""Briefs that are written oddly: no question is lost, and nothing counts as an answer that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.phases import PHASES, require_phase
from okstra_git.plans.brief_rules import check_brief
from okstra_git.plans.briefs import Brief, parse_brief
from okstra_git.plans.reporter_gate import judge_gate
from tests.kit.papers import a_brief

ANSWERED = "intent-check: is a week seven days? [CONFIRMED 2026-01-31 → RC-1]"
ANSWERS = "\n## Reporter Confirmations\n\n- RC-1: Yes, seven.\n"


def read(text: str) -> Brief:
    return parse_brief(parse_document(text))


def test_a_word_that_the_gate_does_not_know_is_told_with_its_line() -> None:
    [found] = check_brief(read(a_brief("later")))
    assert (found.code, found.line) == ("brief.bad-gate", 3)


@pytest.mark.parametrize(
    "said",
    ["- intent-check: for all?", "- **intent-check:** for all?", "- [intent-check] for all?",
     "- intent-check : for all?", "- [ ] Intent-Check: for all?", "intent-check: for all?",
     "some words\nintent-check: for all?",
     "| Question |\n|---|\n| intent-check: for all? |", "| # | Q |\n|---|---|\n| 1 | intent-check: for all? |",
     "- For the reporter\n  - intent-check: for all?", "### More\n\n1. `intent-check:` for all?"],
)  # fmt: skip
def test_a_question_for_the_reporter_is_never_lost(said: str) -> None:
    brief = read(a_brief("skipped").replace("- general: which browsers matter?", said))
    gate = judge_gate(brief, require_phase("error-analysis"))
    assert [(row.prefix, row.text) for row in gate.promoted] == [("intent-check:", "for all?")]
    line = next(n for n, text in enumerate(brief.document.lines, 1) if "for all" in text)
    assert gate.promoted[0].line == line
    assert check_brief(brief) == []


def test_a_mark_without_an_answer_counts_for_nothing() -> None:
    brief = read(a_brief("partial", questions=[ANSWERED.replace("RC-1", "RC-7")]) + ANSWERS)
    gate = judge_gate(brief, require_phase("error-analysis"))
    assert [row.text for row in gate.promoted] == ["is a week seven days?"]
    assert [problem.code for problem in check_brief(brief)] == ["brief.no-answer", "brief.unused-answer"]


def test_headings_in_the_reporters_words_are_the_reporters() -> None:
    quoted = "Hello\n\n### Open Questions\n\n- x\n\n### Reporter Confirmations\n\n- RC-1: I say yes\n\nTask ID: 7\n"
    brief = read(a_brief("skipped", questions=[ANSWERED]).replace("People ask for a login without passwords.", quoted))
    assert (brief.answers, len(brief.questions), brief.task_id) == ({}, 2, "")
    assert "### Open Questions" in brief.source
    assert len(judge_gate(brief, require_phase("error-analysis")).promoted) == 1


@pytest.mark.parametrize(
    "said",
    ["- evidence-link: a.py:3", "- [evidence-link] a.py:3", "- **evidence-link** a.py:3",
     "- `evidence-link` — a.py:3", "evidence-link: a.py:3", "### evidence-link\n\n- a.py:3",
     "| Label | What |\n|---|---|\n| evidence-link | a.py:3 |"],
)  # fmt: skip
def test_an_addition_is_read_however_its_label_is_written(said: str) -> None:
    found = read(f"{a_brief()}\n## Augmentation\n\n{said}\n").additions
    assert [(each.label, each.text) for each in found] == [("evidence-link", "a.py:3")]


def test_a_ticket_is_as_it_is_written() -> None:
    brief = read("---\nticket: 0012\ntask-group: 1.10\ntask-id: 2026-01-31\n---\n")
    assert (brief.ticket, brief.task_group, brief.task_id) == ("0012", "1.10", "2026-01-31")


PIECES = st.sampled_from(
    ["## Source Material", "## Open Questions", "## Augmentation", "## Reporter Confirmations", "- intent-check: a b c",
     "- RC-1: x", "[CONFIRMED 2026-01-31 → RC-1]", "---", "reporter-confirmations: skipped", "| a |", "|---|", "- x: ",
     "  - general: y", "terminology: z"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=20), max_size=20).map("\n".join), st.sampled_from(sorted(PHASES)))
def test_any_text_is_judged_and_checked(text: str, phase: str) -> None:
    brief = read(f"---\nreporter-confirmations: skipped\n---\n{text}")
    gate = judge_gate(brief, require_phase(phase), terms=["a b"])
    for problem in check_brief(brief, terms=frozenset(["x"]), needs_report=True):
        assert problem.message.isprintable()
        assert 1 <= problem.line <= len(brief.document.lines)
    waiting = [q for q in brief.unmarked if q.prefix in ("intent-check:", "conversion-block:", "terminology:")]
    assert len(gate.promoted) == len(waiting)
