"""The same ends as of the real programs, from recordings: for a desk without the programs, and for the next version."""

from pathlib import Path

import pytest

from tests.agents.endings_table import CASES, DEEP, expect_end, pairs
from tests.agents.recorded import RUNS, hear_again, path_of


@pytest.mark.parametrize(("program", "name"), pairs({**CASES, **DEEP}))
def test_every_recorded_end_has_its_reason(program: str, name: str, home: Path) -> None:
    case = {**CASES, **DEEP}[name]
    expect_end(case, *hear_again(program, name, case, home))


def test_no_recording_is_left_of_a_case_that_is_gone() -> None:
    cases = {**CASES, **DEEP}
    assert {path_of(program, name) for name in cases for program in cases[name].programs} == set(RUNS.iterdir())
