"""Plans as models write them when nobody looks: read where the meaning is plain, told where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.documents.problems import Flaw
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_contents import list_commands, list_files
from okstra_git.plans.stage_map import PlanDocument, PlanStage, parse_dependencies, parse_plan
from tests.kit.prepared import a_plan, a_stage


def read(text: str) -> PlanDocument:
    return parse_plan(parse_document(text))


def stage(text: str, number: int = 1) -> PlanStage:
    found = read(f"## Stage Map\n{text}").find_stage(number)
    assert found is not None
    return found


def codes(text: str) -> list[str]:
    return [problem.code for problem in check_plan(read(text), for_approval=True)]


@pytest.mark.parametrize("title", ["5.5) Stage Map", "Stage Map:", "Stage Map (단계 지도)", "**Stage Map**"])
def test_the_map_is_found_under_a_heading_like(title: str) -> None:
    assert codes(a_plan({1: (), 2: (1,)}).replace("Stage Map", title)) == []


@pytest.mark.parametrize("heading", ["### 1단계: First", "### 1단계 First", "### Stage 1 First", "### Stage 1) First"])
def test_a_stage_is_found_under_a_heading_like(heading: str) -> None:
    assert stage(f"{heading}\n- Files: a.py\n").title == "First"


@pytest.mark.parametrize(
    ("said", "numbers"),
    [("1단계", (1,)), ("- Stage 1\n- Stage 3: the store", (1, 3)), ("- none", ()), ("None — it is the first", ()),
     ("none (the first)", ()), ("1 (it opens the store, see below), 2", (1, 2)), ("nothing.", ()), ("1. Stage 2", (2,)),
     ("없음 (첫 단계)", ())],
)  # fmt: skip
def test_remarks_about_dependencies_are_passed_over(said: str, numbers: tuple[int, ...]) -> None:
    problems: list[Flaw] = []
    assert parse_dependencies(said, 4, 7, problems) == numbers
    assert problems == []


@pytest.mark.parametrize("said", ["1-3", "1–3", "1 - 3", "see above", "1x"])
def test_a_dependency_that_may_mean_more_is_told_and_not_guessed(said: str) -> None:
    problems: list[Flaw] = []
    assert parse_dependencies(said, 4, 7, problems) == ()
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("block", "files"),
    [
        ("- src/__init__.py (new)\n- __main__.py", ["src/__init__.py", "__main__.py"]),
        ("- Create src/a.py\n- New: `b.py`\n- 수정: c.py", ["src/a.py", "b.py", "c.py"]),
        ("- `a.py`: call `b.run` there\n- `c.py`, `d.py` and `e.py`\n- `f.py` → `g.py`",
         ["a.py", "c.py", "d.py", "e.py", "f.py", "g.py"]),
        ("The stage touches:\n\n- a.py, b.py\n- c.py: x, then y", ["a.py", "b.py", "c.py"]),
        ("Shared code:\n\n- `a.py`", ["a.py"]),
        ("| # | File |\n|---|---|\n| 1 | `a.py` |", ["a.py"]),
        ("```\n# ours\na.py (new)\nb.py:1-2\n```", ["a.py", "b.py"]),
        ("- a.py#L3-L9\n- b.py:3,7\n- `c.py` (lines 1-2)", ["a.py", "b.py", "c.py"]),
        ("- (none)", []),
        ("None", []),
        ("It touches nothing.", []),
    ],
)  # fmt: skip
def test_files_are_told_from_words_about_them(block: str, files: list[str]) -> None:
    assert [path for path, _ in list_files(block)] == files


@pytest.mark.parametrize(
    ("block", "commands"),
    [("```\n$ make test \\\n    ARGS=-x\n```", ["make test ARGS=-x"]), ("In `tests/`:\n\n- make test", ["make test"])],
)
def test_commands_are_told_from_words_about_them(block: str, commands: list[str]) -> None:
    assert list_commands(block) == commands


def test_a_label_may_stand_alone_as_a_paragraph() -> None:
    found = stage("### Stage 1: T\n**Files**\n\n- a.py\n\n**Steps**\n\n1. do\n\nValidation\n\n    make\n")
    assert (found.files, found.commands, found.text("steps")) == (("a.py",), ("make",), "1. do")


def test_labels_may_stand_below_a_heading_of_their_own() -> None:
    found = stage("### Stage 1: T\n#### Details\n- Files: a.py\n- Steps: do\n#### Rollback\n- Files: b.py\n")
    assert (found.files, sorted(found.blocks)) == (("a.py",), ["files", "rollback", "steps"])


def test_a_step_may_have_a_label_of_its_own() -> None:
    found = stage("### Stage 1: T\n- Files: a.py\n- Steps:\n  1. Write\n     - Files: b.py\n  2. Go\n")
    assert (found.files, found.text("steps").endswith("2. Go")) == (("a.py",), True)


def test_blocks_may_repeat_the_stage_they_belong_to() -> None:
    text = a_stage(1).replace("#### Stage Validation", "#### Stage 1 Validation").replace("# Files", "# Stage 1: Files")
    plan = read(f"- [ ] Approved\n## Stage Map\n{text}\n## Risks\n### Stage 1 risks\nx\n")
    assert check_plan(plan, for_approval=True) == []
    assert [(each.title, each.commands) for each in plan.stages] == [("part 1", ("python -m pytest tests/test_s1.py",))]


def test_a_table_of_steps_is_no_stage_map() -> None:
    steps = "| # | Step |\n|---|---|\n| 1 | a |\n| 2 | b |\n\nThen"
    text = a_stage(1).replace("1. Write the failing test of part 1.\n2.", steps)
    assert check_plan(read(f"## Stage Map\n{text}")) == []


def test_a_row_may_say_number_and_title_in_one_cell() -> None:
    found = stage("| Stage No. | Depends on stages |\n|---|---|\n| Stage 1: Store | - |\n| 2 - Form | 1 |\n", 2)
    assert (found.title, found.depends_on) == ("Form", (1,))


@pytest.mark.parametrize(
    ("after", "code"),
    [("- C:/s2.py", "plan.bad-path"), ("```\n~/s2.py\n```", "plan.bad-path"), ("- (none)", "plan.no-files")],
)
def test_what_is_no_file_of_the_repository_is_told(after: str, code: str) -> None:
    assert codes(a_plan({1: (), 2: (1,)}).replace("- `src/s2.py`", after)) == [code]


@pytest.mark.parametrize("number", ["0", "1000000", "9" * 5000])
def test_a_number_that_no_stage_has_makes_no_stage(number: str) -> None:
    text = f"- [ ] Approved\n## Stage Map\n{a_stage(1)}### Stage {number}: T\n"
    assert codes(text) == (["plan.bad-number"] if number == "0" else [])
    assert "plan.bad-number" in codes(f"## Stage Map\n| Stage | Title |\n|---|---|\n| {number} | T |\n")


WORDS = st.sampled_from(
    ["## Stage Map", "### Stage 1: a", "### Stage 2", "#### Files", "#### Validation", "- Files: ", "| # | Title |",
     "|---|---|", "| 1 | a |", "- [ ] Approved", "```", "**Steps**", "depends-on: 1, 3", "- `a.py`", "---", "a: 1",
     "  ", "## 1. Clarification Items", "\r", "\u2028"]
)  # fmt: skip


@given(st.lists(WORDS | st.text(max_size=20), max_size=30).map("\n".join))
def test_any_text_is_checked_and_every_problem_has_its_line(text: str) -> None:
    plan = read(text)
    found = check_plan(plan, for_approval=True)
    assert found == sorted(found, key=lambda one: one.line)
    assert all(1 <= problem.line <= len(plan.document.lines) for problem in found)
    assert all(problem.message.isprintable() and problem.hint for problem in found)
    assert plan.stages or found
