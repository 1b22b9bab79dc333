"""The reporter gate: which phase may begin on a brief, and what it has to hand on."""

import pytest

from okstra_git.briefs.brief import Brief, parse_brief
from okstra_git.briefs.reporter_gate import Gate, judge_gate, require_open_gate
from okstra_git.contract import ASK_REPORTER, ASK_REPORTER_FIRST, QUESTION_PREFIXES
from okstra_git.documents.markdown import parse_document
from okstra_git.phases import PHASES
from tests.kit.prepared import a_brief
from tests.kit.refusals import refuses

MARK = " [CONFIRMED 2026-01-31 → RC-1]"
OPEN_STATES = ("complete", "partial", "skipped")
SHUT_STATES = {"pending": "pending", "": "missing", "perhaps": "missing", "[complete]": "missing", "true": "missing"}


def brief(gate: str, *questions: str) -> Brief:
    text = a_brief(gate, questions=questions) + "\n## Augmentation\n\n- evidence-link: the list of supported phones\n"
    text += "\n## Reporter Confirmations\n\n- RC-1: yes\n"
    return parse_brief(parse_document(text))


def judge(gate: str, *questions: str, phase: str = "error-analysis", terms: tuple[str, ...] = ()) -> Gate:
    return judge_gate(brief(gate, *questions), PHASES[phase], terms=terms)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("prefix", QUESTION_PREFIXES)
@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_open_gate_hands_on_what_is_not_general(state: str, prefix: str, phase: str) -> None:
    gate = judge(state, f"{prefix} why?", phase=phase)
    assert (gate.state, gate.may_proceed, gate.pending) == (state, True, ())
    blocks = "approval" if phase == "implementation-planning" else "next-phase"
    expected = [] if prefix == "general:" else [(prefix, "why?", 16, "decision", blocks)]
    assert [(each.prefix, each.text, each.line, each.kind, each.blocks) for each in gate.promoted] == expected


@pytest.mark.parametrize("prefix", QUESTION_PREFIXES)
@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_marked_question_is_not_handed_on(state: str, prefix: str) -> None:
    assert judge(state, f"{prefix} why?{MARK}") == Gate(state, True)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_mark_whose_answer_is_not_there_counts_for_nothing(state: str) -> None:
    assert [row.text for row in judge(state, f"intent-check: why?{MARK.replace('RC-1', 'RC-2')}").promoted] == ["why?"]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("written", "state"), SHUT_STATES.items())
def test_a_shut_gate_names_what_only_the_reporter_can_say(written: str, state: str, phase: str) -> None:
    questions = [f"{prefix} why?" for prefix in QUESTION_PREFIXES]
    gate = judge(written, *questions, f"intent-check: sure?{MARK}", phase=phase)
    assert (gate.state, gate.may_proceed, gate.promoted) == (state, False, ())
    assert [each.prefix for each in gate.pending] == ["intent-check:", "conversion-block:"]


@pytest.mark.parametrize("written", SHUT_STATES)
def test_a_shut_gate_names_every_open_question_when_none_is_the_reporters(written: str) -> None:
    assert [each.prefix for each in judge(written, "terminology: what?").pending] == ["general:", "terminology:"]


@pytest.mark.parametrize("written", ["Complete", " PARTIAL ", "'skipped'"])
def test_the_state_may_be_written_in_any_case(written: str) -> None:
    assert judge(written).may_proceed


def test_a_brief_without_the_field_is_shut() -> None:
    text = a_brief().replace("reporter-confirmations: complete\n", "")
    assert judge_gate(parse_brief(parse_document(text)), PHASES["error-analysis"]).state == "missing"


@pytest.mark.parametrize("state", ["partial", "skipped"])
@pytest.mark.parametrize("prefix", ["intent-check:", "conversion-block:"])
def test_what_is_skipped_comes_with_the_words_an_answer_would_build_on(state: str, prefix: str) -> None:
    (near,) = judge(state, f"{prefix} is a login without passwords wanted?").promoted
    assert near.recommended == f"People ask for a login without passwords. ({ASK_REPORTER})"
    (added,) = judge(state, f"{prefix} which phones are supported?").promoted
    assert added.recommended == f"the list of supported phones ({ASK_REPORTER})"
    (far,) = judge(state, f"{prefix} or so?").promoted
    assert far.recommended == f"({ASK_REPORTER})"


@pytest.mark.parametrize("prefix", ["intent-check:", "conversion-block:"])
def test_what_is_open_though_complete_is_asked_first(prefix: str) -> None:
    (promoted,) = judge("complete", f"{prefix} is a login without passwords wanted?").promoted
    assert promoted.recommended == ASK_REPORTER_FIRST


@pytest.mark.parametrize("state", OPEN_STATES)
@pytest.mark.parametrize(
    ("terms", "recommended"),
    [
        (("pass", "passkey", "door"), "the glossary's term 'passkey'"),
        (("asks", "keys"), "the glossary's term 'keys'"),
        (("door",), "extend the okstra glossary with the term"),
        ((), "extend the okstra glossary with the term"),
    ],
)
def test_a_term_is_the_longest_of_the_glossary_or_to_be_added(
    state: str, terms: tuple[str, ...], recommended: str
) -> None:
    question = (
        "terminology: who asks what keys\n  are, and a Passkey?" if "keys" in terms else "terminology: a Passkey?"
    )
    assert [each.recommended for each in judge(state, question, terms=terms).promoted] == [recommended]


@pytest.mark.parametrize(
    ("terms", "lines"), [(("door", "lock"), [20]), (("door", "gate"), []), ((), [])], ids=["unknown", "known", "none"]
)
def test_a_mapping_to_a_word_that_the_glossary_lacks_is_handed_on(terms: tuple[str, ...], lines: list[int]) -> None:
    added = "\n## Augmentation\n\n- terminology-mapping: they say Door\n- terminology-mapping: the gate\n"
    mapped = parse_brief(parse_document(a_brief("complete") + added))
    promoted = judge_gate(mapped, PHASES["implementation-planning"], terms=terms).promoted
    assert [(each.prefix, each.text, each.blocks, each.line) for each in promoted] == [
        ("terminology:", "the gate", "approval", line) for line in lines
    ]
    assert {each.recommended for each in promoted} <= {"extend the okstra glossary with the term"}


def test_an_open_gate_is_handed_back() -> None:
    gate = require_open_gate(brief("complete"), PHASES["error-analysis"], path="b.md")
    assert gate == Gate("complete", True)


@pytest.mark.parametrize(
    ("written", "said"), [("pending", "is pending: 1 open"), ("oops", "has no usable 'reporter-confirmations': 1 open")]
)
def test_a_shut_gate_is_refused_with_what_to_ask(written: str, said: str) -> None:
    with refuses("brief.pending") as refused:
        require_open_gate(brief(written, "intent-check: why?"), PHASES["error-analysis"], path="b.md")
    error = refused.value
    assert error.message == f"the brief b.md {said}, so error-analysis must not begin"
    assert (error.code, error.exit_status) == ("brief.pending", 2)
    assert error.hint.startswith("git okstra brief confirm b.md\n")
    assert error.facts == {
        "path": "b.md",
        "gate": SHUT_STATES.get(written, "missing"),
        "line": 3,
        "pending": [{"prefix": "intent-check:", "text": "why?", "line": 16}],
        "verdict": "blocked",
        "direction": "hold",
    }
