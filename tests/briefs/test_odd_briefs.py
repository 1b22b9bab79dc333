"""Briefs that are written oddly: no question is lost, and nothing counts as an answer that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.briefs.brief import Brief, parse_brief
from okstra_git.briefs.edits import confirm, move_gate
from okstra_git.briefs.reporter_gate import judge_gate, left_for_reporter
from okstra_git.briefs.rules import check_brief
from okstra_git.documents.markdown import parse_document
from okstra_git.phases import PHASES, require_phase
from tests.kit.prepared import a_brief
from tests.kit.refusals import refuses

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


def test_a_second_section_of_a_title_counts_as_the_first_does() -> None:
    more = "\n## open questions (열린 질문)\n\n- intent-check: asked twice?\n"
    more += "".join(f"\n## Augmentation\n\n- evidence-link: {name}\n" for name in "ab")
    more += "".join(f"\n## Reporter Confirmations\n\n- RC-{number}: yes\n" for number in (1, 2))
    brief = read(a_brief("skipped", questions=["intent-check: once?"]) + more)
    assert [each.text for each in left_for_reporter(brief)] == ["once?", "asked twice?"]
    assert ([each.text for each in brief.additions], list(brief.answers)) == (["a", "b"], ["RC-1", "RC-2"])


OPENINGS = ["<!--", "<!-- todo", "```", "````text\n```", "~~~\n```", "<pre>", "<?", "<![CDATA["]
CLOSED = ["<!-- a -->", "<!--\n\na\n-->", "```\na\n```", "````\n```\n`````", "~~~\n~~~", "<pre>\n\n</pre>", "a <!-- b",
          "`<!--`", "<preface>", "- a\n  ```\n  b\n  ```", "<div>"]  # fmt: skip


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\nx"])
def test_what_never_ends_is_told_with_its_line_and_keeps_the_gate(opening: str, end: str) -> None:
    swallowed = f"\n{opening}\n\n- intent-check: for all?{end}"
    text = a_brief("pending", questions=["intent-check: once?"]) + swallowed
    line = text[: text.index(swallowed)].count("\n") + 2
    [problem] = check_brief(read(text))
    assert (problem.code, problem.line) == ("brief.unclosed", line)
    with refuses("brief.unclosed", match=f"in line {line} never ends"):
        confirm(text, 2, "Yes.", "2026-01-31")
    with refuses("brief.unclosed"):
        move_gate(a_brief("pending") + swallowed, "complete")
    assert read(move_gate(text, "skipped")).gate == "skipped"


@pytest.mark.parametrize("piece", CLOSED)
def test_what_ends_is_no_problem(piece: str) -> None:
    text = a_brief("pending").replace("## Open", f"{piece}\n\n## Open")
    assert check_brief(read(text)) == []
    assert read(move_gate(text, "complete")).gate == "complete"


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
