"""Edits of briefs of every shape: that one thing changes and no other, or the edit is refused."""

import difflib
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.briefs.edits import add_addition, add_question, confirm, move_gate
from okstra_git.briefs.insertion import read_text
from okstra_git.briefs.rules import check_brief
from okstra_git.errors import OkstraError
from okstra_git.tokens import AUGMENTATION_LABELS, QUESTION_PREFIXES, REPORTER_PREFIXES
from tests.kit.prepared import a_brief

T = TypeVar("T")
DAY = "2026-01-31"

ROWS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["- ", "* ", "1. ", "", "  - ", "> ", "| ", "- [ ] ", "- **"]),
    st.sampled_from([*QUESTION_PREFIXES, "", "Intent-Check:"]),
    st.sampled_from(
        [" a?", " `a` *b* |", " a?\n  b", " a [CONFIRMED 2026-01-31 → RC-1]", " [CONFIRMED x -> RC-2] b", ""]
    ),
)
SAID = st.sampled_from(
    ["- RC-1: yes", "- RC-2: no\n  more", "### RC-1\n\nyes", "RC-3: x", "| RC-1 | y |", "- RC-1:", "<!-- x -->", "- x",
     "- RC-1:\n  ```verbatim\n  x\n  ```", "```\n- RC-1: x\n```", "* **RC-1** — y"]
)  # fmt: skip
OTHER = st.sampled_from(
    ["", "text", "### Deeper", "```", "~~~", "<!--", "-->", "---", "===", "- item", "| a |\n|---|", "    code", "<pre>",
     "> quote", "[x]: y"]
)  # fmt: skip
PARTS = {
    "Source Material": OTHER,
    "Augmentation": OTHER | st.sampled_from(["- evidence-link: x", "- intent-inference: y"]),
    "Open Questions": ROWS | OTHER,
    "Reporter Confirmations": SAID | OTHER,
    "Notes": OTHER,
}


FRONTS = ("", "---\nreporter-confirmations: pending\n---\n", "---\n---\n", "---\ntitle: [x\n---\n")


@st.composite
def briefs(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(FRONTS)) + draw(st.sampled_from(["", "# Brief\n\n"]))
    titles = draw(st.lists(st.sampled_from(sorted(PARTS)), max_size=4))
    titles.insert(draw(st.integers(0, len(titles))), "Open Questions")
    for title in titles:
        text += draw(st.sampled_from(["## ", "### ", "# ", "## 3. "])) + title + draw(st.sampled_from(["\n\n", "\n"]))
        rows = [draw(ROWS)] if title == "Open Questions" else []
        for block in [*rows, *draw(st.lists(PARTS[title], max_size=4))]:
            text += block + draw(st.sampled_from(["\n", "\n\n"]))
    return text.rstrip("\n") if draw(st.booleans()) else text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


ANSWERS = st.lists(
    st.sampled_from(
        ["yes", "\n", "\n\n", "```", "# x", "- RC-1: y", "RC-2: z", "  ", "`", "<!--", "| a |", "---", "*", "\t"]
    )
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6),
    max_size=6,
).map(lambda parts: "".join(parts).strip() or "x")


def refusable(edit: Callable[[], T]) -> T | None:
    """What the edit makes, None when it is refused in a sentence with a next step."""
    try:
        return edit()
    except OkstraError as refusal:
        said = refusal
    assert said.message.isprintable()
    assert said.hint
    return None


def only_adds(before: str, after: str, spared: int) -> bool:
    """Whether the lines of `before` are all in `after`, in order, but for at most `spared` of them."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return len(before.splitlines()) - kept <= spared


def sayings(text: str) -> tuple[object, ...]:
    brief = read_text(text)
    return (
        brief.source, brief.title, brief.additions and [(a.label, a.text) for a in brief.additions],
        brief.verification_report, [(q.prefix, q.text) for q in brief.questions],
    )  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(briefs(), ANSWERS, st.data())
def test_any_answer_to_any_brief_changes_that_alone_or_nothing(text: str, answer: str, data: st.DataObject) -> None:
    before = read_text(text)
    if not before.questions:
        return
    number = data.draw(st.integers(1, len(before.questions)))
    question = before.questions[number - 1]
    found = refusable(lambda: confirm(text, number, answer, DAY))
    if found is None:
        return
    after = read_text(found.text)
    if found.text == text:
        assert before.answers[question.answer] == answer
        return
    assert sayings(found.text) == sayings(text)
    assert after.answers == {**before.answers, found.id: answer}
    assert found.id not in before.answers
    others = [(q.confirmed_on, q.answer) for q in before.questions]
    others[number - 1] = (DAY, found.id)
    assert [(q.confirmed_on, q.answer) for q in after.questions] == others
    left = [q for q in after.unmarked if q.prefix in REPORTER_PREFIXES]
    assert after.gate == ("partial" if left else "complete")
    assert only_adds(text, found.text, 3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(QUESTION_PREFIXES), min_size=1, max_size=6), st.data(), st.sampled_from(["\n", "\r\n"]))
def test_an_ordinary_brief_takes_every_answer_and_stays_sound(
    prefixes: list[str], data: st.DataObject, newline: str
) -> None:
    text = a_brief("pending", questions=[f"{prefix} part {n}?" for n, prefix in enumerate(prefixes)])
    text, answers = text.replace("\n", newline), {}
    for turn, number in enumerate(data.draw(st.permutations(range(1, len(prefixes) + 2))), 1):
        answers[f"RC-{turn}"] = data.draw(ANSWERS)
        found = confirm(text, number, answers[f"RC-{turn}"], DAY)
        assert found.id == f"RC-{turn}"
        text = found.text
    brief = read_text(text)
    assert (brief.answers, brief.gate, check_brief(brief)) == (answers, "complete", [])
    assert text.replace("\r\n", "").count("\r") == "".join(answers.values()).count("\r")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(briefs(), ANSWERS, st.sampled_from(QUESTION_PREFIXES), st.sampled_from(AUGMENTATION_LABELS))
def test_any_row_in_any_brief_changes_that_alone_or_nothing(text: str, words: str, prefix: str, label: str) -> None:
    before = read_text(text)
    edited = refusable(lambda: (add_question(text, prefix, words), add_addition(text, label, words)))
    if edited is None:
        return
    asks, adds = map(read_text, edited)
    assert asks.questions[-1].prefix == prefix
    assert len(asks.questions) == len(before.questions) + 1
    assert [each.text for each in asks.questions[:-1]] == [each.text for each in before.questions]
    assert adds.additions[-1].label == label
    assert len(adds.additions) == len(before.additions) + 1
    assert only_adds(text, edited[1], 0)
    found = Counter(problem.code for problem in check_brief(adds)) - Counter(p.code for p in check_brief(before))
    assert set(found) <= {"brief.unpaired-inference"}


@given(ROWS)
def test_nothing_is_said_to_change_that_did_not(row: str) -> None:
    text = f"---\nreporter-confirmations: skipped\n---\n\n## Open Questions\n\n{row}\n"
    assert move_gate(text, "skipped") == text
