"""Plans with other things beside what is looked for: tables by the map, words by labels, output by commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_contents import list_commands
from okstra_git.plans.stage_map import PlanDocument, parse_plan
from tests.kit.prepared import a_plan, a_stage

MAP = "| Stage | Title | Depends on |\n"


def read(text: str) -> PlanDocument:
    return parse_plan(parse_document(text))


@pytest.mark.parametrize(
    "table",
    [
        "| # | Risk |\n|---|---|\n| 1 | slow |\n| 2 | wrong |\n",
        "| # | Title |\n|---|---|\n| D1 | keep the schema |\n",
        "| No. | What |\n|---|---|\n| 7 | look it over |\n",
        "| Stage | Wave |\n|---|---|\n| 1 | A |\n| 9 | B |\n",
    ],
)
def test_of_several_tables_the_one_about_stages_is_the_map(table: str) -> None:
    text = a_plan({1: (), 2: (1,)})
    for mixed in (text.replace(MAP, f"{table}\n{MAP}"), text.replace("### Stage 1:", f"{table}\n### Stage 1:", 1)):
        plan = read(mixed)
        assert check_plan(plan) == []
        assert [(each.number, each.depends_on) for each in plan.stages] == [(1, ()), (2, (1,))]


@pytest.mark.parametrize("header", ["| # | Title |", "| Stage | Summary |", "| No. | Depends on |"])
def test_a_table_with_one_word_about_stages_is_a_map(header: str) -> None:
    plan = read(f"## Stage Map\n\n{header}\n|---|---|\n| 1 | - |\n")
    assert [each.number for each in plan.stages] == [1]


def test_a_numbered_table_about_other_things_is_no_map_even_if_it_is_alone() -> None:
    plan = read(f"## Stage Map\n\n| # | Risk |\n|---|---|\n| 1 | slow |\n| 2 | wrong |\n\n{a_stage(1)}")
    assert [(each.number, each.in_table) for each in plan.stages] == [(1, False)]
    assert check_plan(plan) == []


BOLD = """\
## Stage Map

### Stage 1: one

**Files**
- `a.py`

**Steps**
1. Do it.

__Stage Validation__
`pytest`

**Stage Exit Contract**
It works,
and *Steps* stay as they are.
**Rollback**
Revert
the steps
"""


def test_a_bold_label_directly_above_its_text_needs_no_colon() -> None:
    plan = read(BOLD)
    assert check_plan(plan) == []
    (stage,) = plan.stages
    assert stage.files == ("a.py",)
    assert stage.commands == ("pytest",)
    assert stage.text("exit_contract") == "It works,\nand *Steps* stay as they are."
    assert stage.text("rollback") == "Revert\nthe steps"
    assert [stage.blocks[name].line for name in ("files", "steps", "validation", "exit_contract", "rollback")] == [
        5, 8, 11, 14, 17,
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["Rollback", "steps", "`Rollback`", "*Rollback*"])
def test_a_plain_word_at_the_head_of_a_paragraph_is_no_label(word: str) -> None:
    text = BOLD.replace("Revert\nthe steps", f"Revert it.\n\n{word}\nis what we hope to avoid.")
    (stage,) = read(text).stages
    assert stage.text("rollback").endswith("is what we hope to avoid.")
    assert check_plan(read(text)) == []


@pytest.mark.parametrize(
    ("block", "commands"),
    [
        ("```sh\npytest\n```\n\n```text\n3 passed\n```", ["pytest"]),
        ("```sh\npytest\n```\n\nPrints:\n\n```output\n3 passed\n```\n\n```bash\nruff check\n```",
         ["pytest", "ruff check"]),
        ("```console\n$ pytest\n3 passed\n$ ruff check \\\n    src\n```", ["pytest", "ruff check src"]),
        ("```text\npytest\n```", ["pytest"]),
        ("| Command | Expected |\n|---|---|\n| `pytest a` | passes |\n| `ruff check` | silent |",
         ["pytest a", "ruff check"]),
        ("| Why | 명령 |\n|---|---|\n| 동작 | `make a` |", ["make a"]),
        ("```sh\npytest\n```\n\n| Command | Expected |\n|---|---|\n| `pytest` | passes |", ["pytest"]),
        ("| Case | Expected |\n|---|---|\n| empty | 0 |\n\n- `pytest`", ["pytest"]),
        ("| Command | Expected |\n|---|---|\n| | passes |\n\n- `pytest`", ["pytest"]),
    ],
)  # fmt: skip
def test_commands_are_told_from_what_they_print_and_read_from_a_table(block: str, commands: list[str]) -> None:
    assert list_commands(block) == commands


@pytest.mark.parametrize(
    "text", ["a&#10;Files: b", "- a&#10;Steps: b", "a&#10;&#10;b&#x0A;Rollback:", "**a**&#10;Files"]
)
def test_a_line_end_that_is_written_as_an_entity_ends_no_line(text: str) -> None:
    plan = read(f"## Stage Map\n### Stage 1: one\n{text}")
    assert plan.stages[0].blocks == {}
    assert {problem.line for problem in check_plan(plan)} == {2}


def test_a_label_below_a_comment_of_several_lines_is_found_in_its_line() -> None:
    plan = read("## Stage Map\n### Stage 1: one\nIt is small <!-- as was\nsaid: here --> indeed.\nRollback: revert\n")
    block = plan.stages[0].blocks["rollback"]
    assert (block.text, block.line) == ("revert", 5)


PIECES = st.sampled_from([
    "## Stage Map\n", "### Stage 1: one\n", "Files:", "**Steps**", "**Rollback:**", "Validation", "&#10;", "&#13;",
    "\n", "\n\n", "- ", "  ", "> ", "1. ", "<!--", "-->", "`", "```\n", "```text\n", "| # | Title |\n|---|---|\n",
    "| 1 | `a` |\n", "a.py", "![", "](b)", "<br>", "\\\n", "\u2028", "\f",
])  # fmt: skip


@given(st.lists(PIECES, max_size=25))
def test_any_mixture_is_read_and_every_line_is_inside_of_it(pieces: list[str]) -> None:
    plan = read("## Stage Map\n### Stage 1: one\n" + "".join(pieces))
    lines = len(plan.document.lines)
    assert all(1 <= problem.line <= lines for problem in check_plan(plan, for_approval=True))
    assert all(1 <= block.line <= lines for stage in plan.stages for block in stage.blocks.values())
