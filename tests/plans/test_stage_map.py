"""Plans as people and models write them: tables, sections, labels, dependencies, files and commands."""

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.plans.problems import Problem
from okstra_git.plans.stage_contents import list_commands, list_files
from okstra_git.plans.stage_map import PlanDocument, PlanStage, parse_dependencies, parse_plan
from okstra_git.plans.stage_rules import check_plan
from okstra_git.shipped import templates_directory
from tests.kit.papers import a_plan, a_stage


def read(text: str) -> PlanDocument:
    return parse_plan(parse_document(text))


def stage(text: str, number: int = 1) -> PlanStage:
    found = read(text).find_stage(number)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "heading",
    ["### Stage 1: First", "### Stage 1 - First", "#### Stage 1 — First", "## Stage #1. First",
     "### 5.5.1 Stage 1: First", "### stage 1 First", "### **Stage 1: First**", "### 단계 1: First",
     "### Stage 1) First", "### 1단계: First", "### 1단계 First"],
)  # fmt: skip
def test_a_stages_heading_is_read_however_it_is_punctuated(heading: str) -> None:
    found = stage(f"# P\n## 5.5 Stage Map\n{heading}\n- **Files:** a.py\n")
    assert (found.number, found.title, found.files) == (1, "First", ("a.py",))


@pytest.mark.parametrize(
    "head",
    ["Stage | Title | Depends on", "# | Name | depends-on", "No. | What | Dependencies", "단계 | 제목 | 의존",
             "Stage No. | Stage name | Depends on stages"],
)  # fmt: skip
def test_a_table_is_read_by_the_words_in_its_head(head: str) -> None:
    found = stage(f"## Stage Map\n| {head} |\n|---|---|---|\n| 1 | One | - |\n| Stage 2 | Two | #1 |\n", 2)
    assert (found.number, found.title, found.depends_on, found.in_table) == (2, "Two", (1,), True)


def test_a_table_of_something_else_is_passed_over() -> None:
    text = "## Stage Map\n| Risk | Odds |\n|---|---|\n| fire | low |\n\n| Stage | Title |\n|---|---|\n| 1 | One |\n"
    assert [each.title for each in read(text).stages] == ["One"]


@pytest.mark.parametrize(
    ("said", "numbers"),
    [("(none)", ()), ("none", ()), ("-", ()), ("", ()), ("없음", ()), ("N/A", ()), ("1", (1,)), ("2, 1", (1, 2)),
     ("#1 and #2", (1, 2)), ("Stage 1, Stage 3", (1, 3)), ("stages 1 & 2.", (1, 2)), ("1;2", (1, 2)), ("**1**", (1,)),
     ("단계 1", (1,)), ("1단계", (1,)), ("- Stage 1\n- Stage 3: the store", (1, 3)), ("- none", ()),
     ("None — it is the first", ()), ("none (the first)", ()), ("1 (it opens the store), 2", (1, 2)), ("nothing.", ()),
     ("1. Stage 2", (2,)), ("없음 (첫 단계)", ())],
)  # fmt: skip
def test_dependencies_are_read_as_they_are_said(said: str, numbers: tuple[int, ...]) -> None:
    problems: list[Problem] = []
    assert parse_dependencies(said, 4, 7, problems) == numbers
    assert problems == []


@pytest.mark.parametrize("said", ["1-3", "1–3", "1 - 3", "see above", "1x"])
def test_a_dependency_that_may_mean_more_is_told_and_not_guessed(said: str) -> None:
    problems: list[Problem] = []
    assert parse_dependencies(said, 4, 7, problems) == ()
    assert len(problems) == 1


def test_what_is_no_dependency_is_told_with_its_line() -> None:
    problems: list[Problem] = []
    assert parse_dependencies("1, the login", 4, 7, problems) == (1,)
    assert [(one.code, one.line, one.stage) for one in problems] == [("plan.bad-dependency", 7, 4)]


@pytest.mark.parametrize(
    ("block", "files"),
    [
        ("- `src/a.py` (new)\n- src/b.py: the form\n- `src/c.py:12-40` and why", ["src/a.py", "src/b.py", "src/c.py"]),
        ("`a.py`, `b/c.py`", ["a.py", "b/c.py"]),
        ("a.py, b.py (new),\nc.py", ["a.py", "b.py", "c.py"]),
        ("| File | Why |\n|---|---|\n| `a.py` | x |\n| b.py | y |", ["a.py", "b.py"]),
        ("```\na.py\nb.py\n```", ["a.py", "b.py"]),
        ("- ./a.py\n- 'b.py'\n- a.py", ["a.py", "b.py"]),
        ("- `a file.py`", ["a file.py"]),
        ("- Makefile", ["Makefile"]),
        ("- src/__init__.py (new)\n- __main__.py", ["src/__init__.py", "__main__.py"]),
        ("- Create src/a.py\n- New: `b.py`\n- 수정: c.py", ["src/a.py", "b.py", "c.py"]),
        (
            "- `a.py`: call `b.run` there\n- `c.py`, `d.py` and `e.py`\n- `f.py` → `g.py`",
            ["a.py", "c.py", "d.py", "e.py", "f.py", "g.py"],
        ),
        ("The stage touches:\n\n- a.py, b.py\n- c.py: x, then y", ["a.py", "b.py", "c.py"]),
        ("| # | File |\n|---|---|\n| 1 | `a.py` |", ["a.py"]),
        ("```\n# ours\na.py (new)\nb.py:1-2\n```", ["a.py", "b.py"]),
        ("- a.py#L3-L9\n- b.py:3,7\n- `c.py` (lines 1-2)", ["a.py", "b.py", "c.py"]),
        ("- (none)", []),
        ("None", []),
        ("It touches nothing.", []),
    ],
)
def test_files_are_found_in_lists_tables_code_and_text(block: str, files: list[str]) -> None:
    assert list(dict.fromkeys(path for path, _ in list_files(block))) == files


@pytest.mark.parametrize(
    ("block", "commands"),
    [
        ("```sh\n# first\nmake test\n\nmake lint\n```", ["make test", "make lint"]),
        ("Run `make test`, then `make lint`.", ["make test", "make lint"]),
        ("- make test\n- make lint", ["make test", "make lint"]),
        ("    make test", ["make test"]),
        ("Look at it.", []),
        ("```\n$ make test \\\n    ARGS=-x\n```", ["make test ARGS=-x"]),
        ("In `tests/`:\n\n- make test", ["make test"]),
    ],
)
def test_commands_are_found_in_code_spans_and_lists(block: str, commands: list[str]) -> None:
    assert list_commands(block) == commands


def test_labels_may_be_items_paragraphs_or_lines_of_one_paragraph() -> None:
    items = "- **Files:** a.py\n- *Steps*: do\n  1. this\n- Validation: `make`\n- Exit contract: x\n- Rollback: y"
    lines = "**Files**: a.py\nSteps: do\nValidation commands: `make`\nStage Exit Contract: x\nRollback path: y"
    for body in (items, lines, lines.replace("\n", "\n\n")):
        found = stage(f"## Stage Map\n### Stage 1: T\n{body}\n")
        assert sorted(found.blocks) == ["exit_contract", "files", "rollback", "steps", "validation"], body
        assert (found.files, found.commands, found.text("rollback").strip()) == (("a.py",), ("make",), "y"), body
        assert found.text("steps").startswith("do")


def test_a_label_may_stand_alone_as_a_paragraph() -> None:
    body = "**Files**\n\n- a.py\n\n**Steps**\n\n1. do\n\nValidation\n\n    make\n"
    found = stage(f"## Stage Map\n### Stage 1: T\n{body}")
    assert (found.files, found.commands, found.text("steps")) == (("a.py",), ("make",), "1. do")


def test_labels_may_stand_below_a_heading_of_their_own() -> None:
    found = stage(
        "## Stage Map\n### Stage 1: T\n#### Details\n- Files: a.py\n- Steps: do\n#### Rollback\n- Files: b.py\n"
    )
    assert (found.files, sorted(found.blocks)) == (("a.py",), ["files", "rollback", "steps"])


def test_a_step_may_have_a_label_of_its_own() -> None:
    found = stage("## Stage Map\n### Stage 1: T\n- Files: a.py\n- Steps:\n  1. Write\n     - Files: b.py\n  2. Go\n")
    assert found.files == ("a.py",)
    assert found.text("steps").endswith("2. Go")


def test_blocks_may_repeat_the_stage_they_belong_to() -> None:
    text = (
        a_stage(1)
        .replace("#### Stage Validation", "#### Stage 1 Validation")
        .replace("#### Files", "#### Stage 1: Files")
    )
    plan = read(f"- [ ] Approved\n## Stage Map\n{text}\n## Risks\n### Stage 1 risks\nx\n")
    assert check_plan(plan, for_approval=True) == []
    assert [(each.number, each.title, each.commands) for each in plan.stages] == [
        (1, "part 1", ("python -m pytest tests/test_s1.py",))
    ]


def test_a_table_of_steps_is_no_stage_map() -> None:
    text = a_stage(1).replace(
        "1. Write the failing test of part 1.\n2.", "| # | Step |\n|---|---|\n| 1 | a |\n| 2 | b |\n\nThen"
    )
    assert check_plan(read(f"## Stage Map\n{text}")) == []


def test_a_row_may_say_number_and_title_in_one_cell() -> None:
    found = stage("## Stage Map\n| Stage | Depends on |\n|---|---|\n| Stage 1: Store | - |\n| 2 - Form | 1 |\n", 2)
    assert (found.title, found.depends_on) == ("Form", (1,))


def test_a_label_inside_code_is_none() -> None:
    found = stage("## Stage Map\n### Stage 1: T\n```\nFiles: a.py\n```\nSteps: `Rollback: x`\n")
    assert sorted(found.blocks) == ["steps"]


def test_blocks_are_handed_on_as_they_are_written() -> None:
    found = stage(f"## Stage Map\n{a_stage(1)}")
    assert found.text("steps") == "1. Write the failing test of part 1.\n2. Make it pass."


def test_stages_may_stand_after_the_map_on_its_level() -> None:
    assert [each.number for each in read(f"# P\n## Stage Map\n\n## Stage 1: T\n\nx\n\n{a_stage(2)}").stages] == [1, 2]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_templates_are_sound(language: str) -> None:
    text = (templates_directory() / f"inputs/plan.{language}.md").read_text()
    found = read(text)
    assert check_plan(found, for_approval=True) == []
    shapes = [(each.depends_on, len(each.files), len(each.commands)) for each in found.stages]
    assert shapes == [((), 2, 1), ((1,), 2, 1)]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_other_line_ends_are_read_alike(ends: str) -> None:
    plan = a_plan({1: (), 2: (1,)})
    assert read(plan.replace("\n", ends)).stages == read(plan).stages


def test_two_hundred_stages_are_read_at_once() -> None:
    plan = read(a_plan({number: (number - 1,) if number > 1 else () for number in range(1, 201)}))
    assert len(plan.stages) == 200
    assert check_plan(plan, for_approval=True) == []
