"""Briefs read into parts, what is wrong with them, and what the reporter gate says to each phase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.phases import PHASES, require_phase
from okstra_git.plans.brief_rules import check_brief, read_terms
from okstra_git.plans.briefs import Brief, parse_brief
from okstra_git.plans.reporter_gate import BriefPending, judge_gate, require_open_gate
from okstra_git.shipped import templates_directory
from okstra_git.tokens import ASK_REPORTER, ASK_REPORTER_FIRST
from tests.kit.papers import a_brief

INTENT = "intent-check: is a login without passwords meant for people with no account?"
BLOCKED = "conversion-block: the sketch could not be read"
ANSWERED = "intent-check: is a week seven days? [CONFIRMED 2026-01-31 → RC-1]"
ANSWERS = "\n## Reporter Confirmations\n\n- RC-1: Yes, seven.\n"


def read(text: str) -> Brief:
    return parse_brief(parse_document(text))


def codes(text: str, *, terms: frozenset[str] | None = None, needs_report: bool = False) -> list[str]:
    return [problem.code for problem in check_brief(read(text), terms=terms, needs_report=needs_report)]


def test_the_parts_of_a_brief() -> None:
    text = a_brief("partial", questions=[INTENT, ANSWERED]) + ANSWERS + "\n## Augmentation\n\n- evidence-link: a.py:3\n"
    brief = read(text)
    assert (brief.gate, brief.title, brief.ticket) == ("partial", "Log in with a passkey", "SHOP-12")
    assert brief.source.strip() == "People ask for a login without passwords."
    assert [(q.prefix, q.is_marked, q.answer) for q in brief.questions] == [
        ("general:", False, ""), ("intent-check:", False, ""), ("intent-check:", True, "RC-1"),
    ]  # fmt: skip
    assert brief.questions[2].text == "is a week seven days?"
    assert brief.answers == {"RC-1": "Yes, seven."}
    assert [(a.label, a.text) for a in brief.additions] == [("evidence-link", "a.py:3")]
    assert check_brief(brief) == []


@pytest.mark.parametrize(
    "field",
    ["| Issue / Ticket | SHOP-9 |\n|---|---|\n| Task ID | 9 |", "- Issue / Ticket: SHOP-9", "**Ticket**: SHOP-9",
     "| Field | Value |\n|---|---|\n| Issue / Ticket | SHOP-9 |"],
)  # fmt: skip
def test_a_ticket_is_found_in_a_table_a_list_or_a_line(field: str) -> None:
    assert read(f"# Brief\n\n{field}\n").ticket == "SHOP-9"


@pytest.mark.parametrize(
    "answers", ["- RC-1: Yes.", "### RC-1\n\nYes.", "### RC-1: Yes.", "**RC-1** - Yes.", "RC-1. Yes."]
)
def test_an_answer_is_found_however_it_is_written(answers: str) -> None:
    assert read(f"## Reporter Confirmations\n\n{answers}\n").answers == {"RC-1": "Yes."}


@pytest.mark.parametrize("mark", ["[CONFIRMED 2026-01-31 → RC-1]", "[CONFIRMED 2026-01-31 -> RC-1]"])
def test_a_mark_may_have_a_plain_arrow(mark: str) -> None:
    assert read(a_brief(questions=[f"general: x {mark}"])).questions[1].answer == "RC-1"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("## Augmentation\n\n- hunch: it is slow\n", "brief.bad-label"),
        ("## Augmentation\n\n- just words\n", "brief.bad-label"),
        ("## Augmentation\n\n- intent-inference: a week is seven days\n", "brief.unpaired-inference"),
        ("- no prefix here\n", "brief.no-prefix"),
        ("- general: x [CONFIRMED 31.1.2026 → RC-1]\n" + ANSWERS, "brief.bad-date"),
        ("- general: x [CONFIRMED 2026-02-30 → RC-1]\n" + ANSWERS, "brief.bad-date"),
        ("- general: x [CONFIRMED 2026-01-31 → RC-2]\n" + ANSWERS, "brief.no-answer"),
    ],
)
def test_what_is_wrong_is_told(more: str, code: str) -> None:
    assert codes(a_brief() + more) == [code]


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
    assert [problem.code for problem in check_brief(brief)] == ["brief.no-answer"]


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


def test_a_brief_without_the_reporters_words_or_with_broken_yaml_is_told() -> None:
    assert codes("---\na: [\n---\n# Brief\n") == ["brief.no-source", "brief.front-matter"]


def test_terms_are_compared_with_the_glossary() -> None:
    table = "| Term | x |\n|---|---|\n| Session | y |\n"
    terms = read_terms(parse_document(f"# Glossary\n\n## Passkey\n\nx\n\n- Customer: who pays\n\n{table}"))
    assert terms == {"passkey", "customer", "session"}
    mapped = "## Augmentation\n\n- terminology-mapping: member is Customer\n- terminology-mapping: token is ticket\n"
    assert codes(a_brief() + mapped, terms=terms) == ["brief.unknown-term"]
    assert codes(a_brief() + mapped) == []


def test_a_release_names_the_report_it_follows() -> None:
    assert codes(a_brief(), needs_report=True) == ["brief.no-report"]
    assert codes(a_brief() + "\n## Source Verification Report\n\nr.md\n", needs_report=True) == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_templates_read_as_pending_and_are_sound(language: str) -> None:
    brief = read((templates_directory() / f"inputs/brief.{language}.md").read_text())
    assert brief.gate == "pending"
    assert check_brief(brief) == []


# --- the gate


@pytest.mark.parametrize("name", PHASES)
@pytest.mark.parametrize(
    ("state", "proceeds", "promoted"),
    [
        ("complete", True, []),
        ("partial", True, [BLOCKED]),
        ("skipped", True, [BLOCKED]),
        ("pending", False, []),
        ("later", False, []),
        ("", False, []),
    ],
)
def test_the_gate_for_each_state_and_phase(name: str, state: str, proceeds: bool, promoted: list[str]) -> None:
    brief = read(a_brief(state, questions=[ANSWERED, BLOCKED]) + ANSWERS)
    gate = judge_gate(brief, require_phase(name))
    assert gate.may_proceed is proceeds
    if proceeds and state != "complete":
        assert [f"{row.prefix} {row.text}" for row in gate.promoted] == promoted
        blocks = "approval" if name == "implementation-planning" else "next-phase"
        assert {(row.kind, row.blocks) for row in gate.promoted} == {("decision", blocks)}


def test_a_field_that_is_missing_keeps_the_gate_shut() -> None:
    brief = read(a_brief().replace("reporter-confirmations: complete\n", ""))
    assert judge_gate(brief, require_phase("error-analysis")).state == "missing"


def test_a_promoted_question_recommends_what_the_brief_says_and_the_reporter() -> None:
    gate = judge_gate(read(a_brief("skipped", questions=[INTENT])), require_phase("error-analysis"))
    assert gate.promoted[0].recommended == f"People ask for a login without passwords. ({ASK_REPORTER})"


def test_an_open_intent_is_handed_on_even_when_everything_else_is_confirmed() -> None:
    gate = judge_gate(read(a_brief("complete", questions=[INTENT])), require_phase("error-analysis"))
    assert [(row.prefix, row.recommended) for row in gate.promoted] == [("intent-check:", ASK_REPORTER_FIRST)]


@pytest.mark.parametrize(
    ("terms", "recommended"),
    [(["customer"], "the glossary's term 'customer'"), ([], "extend the okstra glossary with the term")],
)
def test_an_open_term_is_answered_from_the_glossary(terms: list[str], recommended: str) -> None:
    brief = read(a_brief("complete", questions=["terminology: is a member a customer?"]))
    gate = judge_gate(brief, require_phase("error-analysis"), terms=terms)
    assert [row.recommended for row in gate.promoted] == [recommended]


def test_a_shut_gate_refuses_with_what_waits() -> None:
    with pytest.raises(BriefPending) as refused:
        require_open_gate(read(a_brief("pending", questions=[INTENT])), require_phase("error-analysis"), path="b.md")
    error = refused.value
    assert (error.exit_status, error.facts["verdict"], error.facts["direction"]) == (2, "blocked", "hold")
    assert [row["prefix"] for row in error.facts["pending"]] == ["intent-check:"]
    assert error.facts["line"] == 3
