"""The stages of a plan, however its table, sections and blocks are written."""

from textwrap import dedent, indent

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.documents.problems import Flaw
from okstra_git.plans.stage_contents import list_commands, list_files
from okstra_git.plans.stage_map import PlanDocument, PlanStage, parse_dependencies, parse_plan
from tests.kit.prepared import a_plan

BLOCKS = {
    "files": "- a.py",
    "steps": "1. Do it.",
    "validation": "`make test`",
    "exit_contract": "It works.",
    "rollback": "Revert it.",
}


def read(text: str) -> PlanDocument:
    return parse_plan(parse_document(dedent(text)))


def only_stage(body: str, heading: str = "### Stage 1: T") -> PlanStage:
    plan = parse_plan(parse_document(f"## Stage Map\n\n{heading}\n\n{dedent(body)}"))
    (stage,) = plan.stages
    return stage


def texts(stage: PlanStage) -> dict[str, str]:
    return {name: block.text for name, block in stage.blocks.items()}


def test_a_plan_has_its_stages_from_table_and_sections() -> None:
    plan = read(a_plan({1: (), 2: (1,), 3: (1, 2)}, files={2: ["a.py", "b/c.py"]}))
    assert plan.problems == ()
    assert [(each.number, each.title, each.depends_on) for each in plan.stages] == [
        (1, "part 1", ()), (2, "part 2", (1,)), (3, "part 3", (1, 2)),
    ]  # fmt: skip
    two = plan.find_stage(2)
    assert two is not None
    assert (two.files, two.commands) == (("a.py", "b/c.py"), ("python -m pytest tests/test_s2.py",))
    assert (two.in_table, two.has_section) == (True, True)
    assert plan.document.lines[two.line - 1] == "### Stage 2: part 2"
    assert plan.document.lines[plan.map_line - 1] == "### Stage Map"
    assert two.text("rollback") == "Revert the commits of stage 2."
    assert two.text("nothing") == ""
    assert plan.find_stage(4) is None


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Stage | Title | Depends on", "1 | T | (none)"),
        ("# | Name | Depends-on", "#1 | T | -"),
        ("No. | What | Dependencies", "Stage 1 | T | none"),
        ("**STAGE** | stage   title | depends", "`1` | T | —"),
        ("단계 | 제목 | 의존", "단계 1 | T | 없음"),
        ("번호 | 내용 | 의존성", "1 | T |"),
        ("Risk | depends on | Number | Title", "low | n/a | 1 | T"),
    ],
)
def test_the_columns_of_the_table_may_have_many_names_and_any_order(header: str, row: str) -> None:
    plan = read(f"## stage map\n\n| {header} |\n|{'---|' * (header.count('|') + 1)}\n| {row} |\n")
    assert plan.problems == ()
    assert [(each.number, each.title, each.depends_on) for each in plan.stages] == [(1, "T", ())]
    assert plan.stages[0].line == 5


def test_another_table_before_the_map_is_passed_over() -> None:
    plan = read("""\
        ## Stage Map

        | Risk | Size |
        |---|---|
        | low | 1 |

        | Stage | Title |
        |---|---|
        | 1 | T |
        """)
    assert [(each.number, each.title, each.line) for each in plan.stages] == [(1, "T", 9)]


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("### Stage 1: T", 1, "T"),
        ("### Stage 1 — T", 1, "T"),
        ("### Stage 1 – T", 1, "T"),
        ("### Stage 1 - T", 1, "T"),
        ("### Stage 1. T", 1, "T"),
        ("### STAGE #12) T", 12, "T"),
        ("### 5.5.1 Stage 1: T", 1, "T"),
        ("##### stage 1 T", 1, "T"),
        ("### **Stage 1:** T", 1, "T"),
        ("### 단계 1: 첫 부분", 1, "첫 부분"),
        ("### Stage 1: use `git rev-parse` and *more*", 1, "use git rev-parse and more"),
        ("Stage 1: two\n   lines\n---", 1, "two lines"),
        ("### Stage 1: 3.11 support", 1, "3.11 support"),
        ("### Stage 1", 1, ""),
    ],
)
def test_a_section_is_a_stage_by_its_heading(heading: str, number: int, title: str) -> None:
    stage = only_stage("", heading)
    assert (stage.number, stage.title, stage.has_section, stage.in_table) == (number, title, True, False)


@pytest.mark.parametrize(
    "heading", ["Stages 1 and 2", "Stage one", "The stage 1", "Stage 1.2 details", f"Stage {'1' * 5000}", "Staged 1: x"]
)
def test_other_headings_are_no_stage(heading: str) -> None:
    plan = read(f"## Stage Map\n\n### {heading}\n")
    assert [problem.code for problem in plan.problems] == ["plan.no-stages"]


def test_sections_before_the_map_are_none_of_its_stages() -> None:
    assert read("## Stage 1: early\n\n## Stage Map\n\n## Stage 2: late\n").stages[0].number == 2


def test_blocks_as_sub_headings() -> None:
    body = "".join(f"#### 1.{at} {name}\n\n{BLOCKS[block]}\n\n" for at, (block, name) in enumerate(
        {"files": "**Files**:", "steps": "Step order", "validation": "STAGE VALIDATION",
         "exit_contract": "Exit_Contract", "rollback": "Rollback path"}.items()))  # fmt: skip
    stage = only_stage(body)
    assert texts(stage) == BLOCKS
    assert [(block.line, block.first) for block in stage.blocks.values()] == [(n, n + 2) for n in range(5, 25, 4)]


def test_blocks_as_items_with_their_lists_inside() -> None:
    stage = only_stage("""\
        - **depends-on:** (none)
        - **Files:**
          - `a.py`
          - `b.py`
        - **Steps**: 1. Do it.
        - Validation: `make test`
        - Exit contract:

          It works.
        - __Rollback:__ Revert it.
        """)
    assert texts(stage) == {
        "depends": "(none)", "files": "- `a.py`\n- `b.py`", "steps": "1. Do it.", "validation": "`make test`",
        "exit_contract": "It works.", "rollback": "Revert it.",
    }  # fmt: skip
    assert (stage.files, stage.depends_on) == (("a.py", "b.py"), ())
    assert [(block.line, block.first) for block in stage.blocks.values()] == [
        (5, 5), (6, 7), (9, 9), (10, 10), (11, 13), (14, 14),
    ]  # fmt: skip


def test_blocks_as_paragraphs_and_on_consecutive_lines() -> None:
    stage = only_stage("""\
        **Depends on:** (none)
        **Files:** `a.py`
        **Steps:** 1. Do it.

        *Validation:*

        ```sh
        make test
        ```

        Exit contract: It works.
        Rollback: Revert it.
        """)
    assert texts(stage) == BLOCKS | {"depends": "(none)", "files": "`a.py`", "validation": "```sh\nmake test\n```"}
    assert stage.commands == ("make test",)
    assert stage.blocks["rollback"].line == 16


def test_blocks_in_korean() -> None:
    stage = only_stage("""\
        - 의존: 없음
        - 파일: `a.py`
        - 작업 순서: 1. Do it.
        - 단계 검증: `make test`
        - 종료 계약: It works.
        - 롤백: Revert it.
        """)
    assert texts(stage) == BLOCKS | {"depends": "없음", "files": "`a.py`"}


def test_a_label_in_the_second_paragraph_of_an_item_is_found_in_its_line() -> None:
    stage = only_stage("""\
        - **Files:** a.py

          **Steps:** Do it.
        """)
    assert {name: (block.text, block.line) for name, block in stage.blocks.items()} == {
        "files": ("a.py", 5), "steps": ("Do it.", 7),
    }  # fmt: skip


def test_a_word_like_a_label_inside_of_a_block_begins_none() -> None:
    stage = only_stage("""\
        - Files:
          - a.py
        - Steps:
          1. Validation: write the test.
          2. Rollback: not yet.
        """)
    assert texts(stage) == {"files": "- a.py", "steps": "1. Validation: write the test.\n2. Rollback: not yet."}


def test_what_stands_behind_the_dependencies_is_none_of_them() -> None:
    stage = only_stage("""\
        - depends-on: (none)

        This stage lays the ground, and 2 more.

        #### Files

        - a.py
        """)
    assert stage.text("depends") == "(none)"
    assert stage.depends_on == ()


@pytest.mark.parametrize("body", ["Depends on:\n\n- 1\n- stage 2\n\nMore.\n", "#### Depends-on\n\n- 1\n- 2\n"])
def test_dependencies_may_be_a_list(body: str) -> None:
    plan = read(f"## Stage Map\n\n### Stage 3: T\n\n{body}")
    assert (plan.problems, plan.stages[0].depends_on) == ((), (1, 2))


def test_the_first_block_of_a_name_counts_and_headings_come_before_labels() -> None:
    stage = only_stage("Files: a.py\n\n#### Files\n\n- b.py\n\n#### Files\n\n- c.py\n")
    assert stage.files == ("b.py",)


def test_an_underscore_at_the_head_of_a_value_is_kept() -> None:
    assert only_stage("- Files: _private.py\n").files == ("_private.py",)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("- `src/a.py`\n- `b.py` (new): why\n- `Makefile`", ["src/a.py", "b.py", "Makefile"]),
        ("- src/a.py: why\n- ./b.py (new)\n- c.py (신규)\n* d.py, all of it", ["src/a.py", "b.py", "c.py", "d.py"]),
        ("- `a.py:10-20`\n- b.py:7\n- `c.py:1–3`\n- `d.py (new)`", ["a.py", "b.py", "c.py", "d.py"]),
        ("- Create: `src/a.py`\n- Modify: `src/b.py` and `docs/c.md`", ["src/a.py", "src/b.py", "docs/c.md"]),
        ("- `src/a.py` gets `login`\n- `Makefile` calls `make`", ["src/a.py", "Makefile"]),
        ("- [ ] `a.py`\n- [x] b.py", ["a.py", "b.py"]),
        ("- **a.py**\n  - 'b.py'", ["a.py", "b.py"]),
        ("| File | Why |\n|---|---|\n| `a.py` (new) | x |\n| b.py | `c.py` |", ["a.py", "b.py"]),
        ("a.py, b.py (new),\nc.py", ["a.py", "b.py", "c.py"]),
        ("We touch `a.py` and `b.py`.", ["a.py", "b.py"]),
        ("```\n# these\na.py\n\n./b.py:3 (new)\n```", ["a.py", "b.py"]),
        ("    a.py\n    with space.py", ["a.py", "with space.py"]),
        ("- a.py\n- a.py\n- b.py", ["a.py", "b.py"]),
        ("- `한글 파일.md`\n- src/단계.py", ["한글 파일.md", "src/단계.py"]),
        ("(none)", []),
        ("- None.", []),
        ("", []),
    ],
)
def test_files_are_found_however_they_are_listed(text: str, files: list[str]) -> None:
    assert [path for path, _ in list_files(text)] == files


def test_every_file_has_its_line() -> None:
    text = "a.py,\nb.py\n\n- c.py\n- d.py\n\n```\ne.py\nf.py\n```\n\n    g.py\n"
    assert list_files(text) == [
        ("a.py", 1), ("b.py", 2), ("c.py", 4), ("d.py", 5), ("e.py", 8), ("f.py", 9), ("g.py", 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("```sh\n# first\nmake a\n\nmake b # x\n```\n\n- `make c`", ["make a", "make b # x"]),
        ("    make a\n", ["make a"]),
        ("- `make a`: why\n- run `make b`", ["make a", "make b"]),
        ("Run `make a`, then `make b`.", ["make a", "make b"]),
        ("- make a\n- make b", ["make a", "make b"]),
        ("Look at it.", []),
        ("", []),
    ],
)
def test_commands_are_code_or_else_items(text: str, commands: list[str]) -> None:
    assert list_commands(text) == commands


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", (1,)), ("2, 1", (1, 2)), ("#1 and #2", (1, 2)), ("Stage 1", (1,)), ("Stages 1, 2 and 3", (1, 2, 3)),
        ("1; 2 & 3", (1, 2, 3)), ("1 2 1", (1, 2)), ("**1**, `2`", (1, 2)), ("1.", (1,)), ("단계 1과 2", (1, 2)),
        ("1 및 2", (1, 2)), ("- 1\n- 2", (1, 2)), ("", ()), ("-", ()), ("—", ()), ("(none)", ()), ("None.", ()),
        ("N/A", ()), ("없음", ()), ("- (none)", ()), ("*", ()),
    ],
)  # fmt: skip
def test_dependencies_are_numbers_or_none(text: str, numbers: tuple[int, ...]) -> None:
    problems: list[Flaw] = []
    assert parse_dependencies(text, 3, 7, problems) == numbers
    assert problems == []


@pytest.mark.parametrize(
    ("text", "numbers", "words"),
    [
        ("the first", (), ["the first"]),
        ("1-3", (), ["1-3"]),
        ("1, two, 3", (1, 3), ["two"]),
        ("1 - 3", (), ["1 - 3"]),
        ("-1", (), ["-1"]),
        ("1" * 7, (), ["1" * 7]),
    ],
)
def test_any_other_word_is_a_problem(text: str, numbers: tuple[int, ...], words: list[str]) -> None:
    problems: list[Flaw] = []
    assert parse_dependencies(text, 3, 7, problems) == numbers
    hint = "list numbers as in '1, 2', or write (none)"
    assert problems == [Flaw("plan.bad-dependency", 7, f"{word!r} is not a stage number", hint, 3) for word in words]


def test_stages_may_be_written_in_windows() -> None:
    text = a_plan({1: (), 2: (1,)})
    unix, windows = (parse_plan(parse_document(each)) for each in (text, text.replace("\n", "\r\n")))
    assert unix.stages == windows.stages


def test_a_stage_in_a_list_or_a_fence_is_none() -> None:
    inside = indent("### Stage 2: T\n", "  ")
    plan = read("## Stage Map\n\n### Stage 1: T\n\n```\n### Stage 3: T\n```\n\n- x\n" + inside)
    assert [stage.number for stage in plan.stages] == [1]
