"""Every rule of a plan, each broken by a plan that keeps all the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.plans.problems import Problem
from okstra_git.plans.stage_map import parse_plan
from okstra_git.plans.stage_rules import InvalidPlan, check_plan, require_plan
from tests.kit.papers import a_plan, a_stage

SOUND = a_plan({1: (), 2: (1,), 3: (1, 2)})


def problems(text: str) -> list[Problem]:
    return check_plan(parse_plan(parse_document(text)), for_approval=True)


def test_a_sound_plan_breaks_none() -> None:
    assert problems(SOUND) == []


ROW_2, ROW_3 = "| 2 | part 2 | 1 |\n", "| 3 | part 3 | 1, 2 |\n"


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        ("### Stage Map", "### Stages", "plan.no-stage-map", "---"),
        ("title: Log in with a passkey", "title: [", "plan.front-matter", "approved: false"),
        ("- [ ] Approved", "", "plan.no-marker", "---"),
        ("| 2 | part 2 |", "| two | part 2 |", "plan.bad-number", "| two |"),
        (ROW_2, ROW_2 + "| 2 | again | 1 |\n", "plan.duplicate-stage", "| again |"),
        (ROW_2, "", "plan.no-row", "### Stage 2: part 2"),
        (ROW_3, ROW_3 + "| 4 | part 4 | (none) |\n", "plan.no-section", "| part 4 |"),
        ("| 2 | part 2 | 1 |", "| 2 | part 2 | (none) |", "plan.dependencies-differ", "- depends-on: 1"),
        ("#### Rollback\n\nRevert the commits of stage 2.\n", "", "plan.missing-block", "### Stage 2: part 2"),
        ("Revert the commits of stage 2.\n", "", "plan.empty-block", "#### Rollback"),
        ("- `src/s2.py`", "- `../s2.py`", "plan.bad-path", "- `../s2.py`"),
        ("- `src/s2.py`", "- `/etc/passwd`", "plan.bad-path", "- `/etc/passwd`"),
        ("- `src/s2.py`", "- C:/s2.py", "plan.bad-path", "- C:/s2.py"),
        ("- `src/s2.py`", "```\n~/s2.py\n```", "plan.bad-path", "~/s2.py"),
        ("- `src/s2.py`", "- (none)", "plan.no-files", "#### Files"),
        ("| 2 | part 2 |", "| 0 | part 2 |", "plan.bad-number", "| 0 |"),
        ("## 5.5 Impl", "## 1.2 사용자 확인 질문\n\nx\n\n## 5.5 Impl", "plan.removed-heading", "확인 질문"),
    ],
)
def test_a_broken_rule_is_told_with_its_line(before: str, after: str, code: str, words: str) -> None:
    text = SOUND.replace(before, after, 1)
    assert text != SOUND
    found = [problem for problem in problems(text) if problem.code == code]
    assert len(found) == 1, problems(text)
    where = [n for n, line in enumerate(text.split("\n"), start=1) if words in line]
    assert found[0].line in where
    assert found[0].hint
    others = {problem.code for problem in problems(text)} - {code}
    assert others <= {"plan.no-title", "plan.no-row"}, problems(text)


@pytest.mark.parametrize(
    ("needs", "codes"),
    [
        ({1: (), 2: (9,)}, ["plan.unknown-dependency"]),
        ({1: (1,)}, ["plan.cycle"]),
        ({1: (2,), 2: (1,)}, ["plan.cycle"]),
        ({1: (3,), 2: (1,), 3: (2,)}, ["plan.cycle"]),
        ({1: (2,), 2: ()}, ["plan.forward-dependency"]),
        ({1: (), 3: ()}, ["plan.numbering"]),
        ({2: (), 3: ()}, ["plan.numbering"]),
        ({1: (), 2: (3, 9), 3: (2,)}, ["plan.cycle", "plan.unknown-dependency"]),
    ],
)
def test_dependencies_and_numbers(needs: dict[int, tuple[int, ...]], codes: list[str]) -> None:
    assert sorted(problem.code for problem in problems(a_plan(needs))) == codes


def test_a_circle_is_named_by_its_way() -> None:
    [found] = problems(a_plan({1: (3,), 2: (1,), 3: (2,)}))
    assert found.message == "stages depend on each other in a circle: 1 -> 3 -> 2 -> 1"


def test_a_stage_without_commands_or_files_is_told() -> None:
    text = SOUND.replace("```sh\npython -m pytest tests/test_s2.py\n```", "Look at it.")
    text = text.replace("- `src/s3.py`", "<!-- -->")
    assert [(p.code, p.stage) for p in problems(text)] == [("plan.no-command", 2), ("plan.no-files", 3)]


def test_an_empty_map_has_no_stages() -> None:
    assert [problem.code for problem in problems("- [ ] Approved\n\n## Stage Map\n")] == ["plan.no-stages"]


def test_a_stage_without_a_title_anywhere_is_told() -> None:
    text = SOUND.replace("| 2 | part 2 |", "| 2 | |").replace("### Stage 2: part 2", "### Stage 2")
    assert [(p.code, p.stage) for p in problems(text)] == [("plan.no-title", 2)]


def test_all_problems_are_told_at_once_from_top_to_bottom() -> None:
    table = "| Stage | Title | Depends on |\n|---|---|---|\n| x | A | - |\n| 1 | B | 7 |\n"
    text = f"## Stage Map\n{table}\n### Stage 2: C\n"
    found = problems(text)
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert {problem.code for problem in found} >= {
        "plan.no-marker", "plan.bad-number", "plan.no-section", "plan.unknown-dependency", "plan.no-row",
        "plan.missing-block",
    }  # fmt: skip
    assert len([problem for problem in found if problem.code == "plan.missing-block"]) == 5


@pytest.mark.parametrize("number", ["0", "1000000", "9" * 5000])
def test_a_number_that_no_stage_has_is_told(number: str) -> None:
    text = f"- [ ] Approved\n## Stage Map\n{a_stage(1)}### Stage {number}: T\n"
    assert [problem.code for problem in problems(text)] == (["plan.bad-number"] if number == "0" else [])
    row = f"| Stage | Title |\n|---|---|\n| {number} | T |\n"
    assert problems(f"## Stage Map\n{row}")[-1].code in ("plan.bad-number", "plan.no-stages")


WORDS = st.sampled_from(
    ["## Stage Map", "### Stage 1: a", "### Stage 2", "#### Files", "#### Validation", "- Files: ", "| # | Title |",
     "|---|---|", "| 1 | a |", "- [ ] Approved", "```", "**Steps**", "depends-on: 1, 3", "- `a.py`", "---", "a: 1",
     "  ", "## 1. Clarification Items", "\r", "\u2028"]
)  # fmt: skip


@given(st.lists(WORDS | st.text(max_size=20), max_size=30).map("\n".join))
def test_any_text_is_checked_and_every_problem_has_its_line(text: str) -> None:
    plan = parse_plan(parse_document(text))
    found = check_plan(plan, for_approval=True)
    assert found == sorted(found, key=lambda one: one.line)
    assert all(1 <= problem.line <= len(plan.document.lines) for problem in found)
    assert all(problem.message.isprintable() and problem.hint for problem in found)
    assert plan.stages or found


def test_one_refusal_carries_them_all() -> None:
    plan = parse_plan(parse_document(f"## Stage Map\n{a_stage(1, (5,))}{a_stage(3)}"))
    with pytest.raises(InvalidPlan) as refused:
        require_plan(plan, path="plan.md")
    assert refused.value.message.startswith("plan.md:2: stage 1 depends on stage 5")
    assert refused.value.message.endswith(", and 1 more")
    assert [problem["code"] for problem in refused.value.facts["problems"]] == [
        "plan.unknown-dependency", "plan.numbering",
    ]  # fmt: skip
    assert refused.value.hint == "git okstra plan check plan.md"
