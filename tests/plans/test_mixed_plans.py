"""Plans in which other things stand beside what is looked for: entities and comments beside labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.plans.stage_map import PlanDocument, parse_plan
from okstra_git.plans.stage_rules import check_plan


def read(text: str) -> PlanDocument:
    return parse_plan(parse_document(text))


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
