"""What a report concludes: the words of the contract, read from data of any shape."""

from pathlib import Path
from typing import Any

import pytest

from okstra_git.records.runs import Conclusion
from okstra_git.reports.conclusion import read_conclusion, run_of_data
from okstra_git.reports.pair import pair_of
from tests.kit.values import ulid

DATA: dict[str, Any] = {
    "runId": ulid("R"),
    "verdict": {"token": "accepted", "direction": "proceed", "reasons": "E-001"},
    "routing": ["release-handoff(stage-group)"],
}


def test_verdict_direction_and_routing_are_read() -> None:
    wanted = Conclusion(verdict="accepted", direction="proceed", routing=("release-handoff(stage-group)",))
    assert (read_conclusion(DATA), run_of_data(DATA)) == (wanted, ulid("R"))


@pytest.mark.parametrize(
    ("routing", "read"),
    [
        ([], ()),
        (["implementation", "implementation"], ("implementation",)),
        (["implementation", "dance", 7], ("implementation",)),
        (["dance"], None),
        ("implementation", None),
        (None, None),
        ({"implementation": 1}, None),
    ],
    ids=str,
)
def test_a_routing_has_task_types_alone(routing: object, read: object) -> None:
    assert read_conclusion({"routing": routing}).routing == read


@pytest.mark.parametrize(
    "value", [None, [], {}, 7, "accepted", {"token": ["accepted"], "direction": {}}, {"token": "ok"}]
)
def test_words_that_the_contract_does_not_know_are_left_out(value: object) -> None:
    assert read_conclusion({"verdict": value}) == Conclusion()
    assert run_of_data({"runId": value}) == ""


def test_a_report_and_its_data_are_found_from_each_other() -> None:
    report, data = Path("a/r-001.md"), Path("a/r-001.data.json")
    assert pair_of(report) == pair_of(data) == (report, data)
    assert [pair_of(Path(name)) for name in ("a/r.json", "a/.md", "a/.data.json", "a")] == [None] * 4
