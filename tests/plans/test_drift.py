"""Drift: which files of a plan are not as they were when it was approved."""

import pytest

from okstra_git.stages.approve import Drift, drifted_files

CASES = [
    ("same", {"a": "1"}, {"a": "1"}, [], None),
    ("changed", {"a": "1"}, {"a": "2"}, [], "changed"),
    ("gone", {"a": "1"}, {}, [], "gone"),
    ("appeared", {}, {"a": "1"}, [], "appeared"),
    ("still to be made", {}, {}, [], None),
    ("changed by a stage", {"a": "1"}, {"a": "2"}, ["a"], None),
    ("gone by a stage", {"a": "1"}, {}, ["a"], None),
    ("made by a stage", {}, {"a": "1"}, ["a"], None),
    ("a folder that a stage wrote into", {"a": "1"}, {"a": "2"}, ["a/b/c"], None),
    ("a name that only begins alike", {"a": "1"}, {"a": "2"}, ["ab"], "changed"),
    ("a stage wrote elsewhere", {"a": "1"}, {"a": "2"}, ["b/a"], "changed"),
]


@pytest.mark.parametrize(
    ("before", "now", "own", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_file_drifts_by_others_only(
    before: dict[str, str], now: dict[str, str], own: list[str], kind: str | None
) -> None:
    assert drifted_files(["a"], before.get, now.get, own=own) == ([Drift("a", kind)] if kind else [])


def test_files_drift_in_the_order_of_the_plan_and_each_once() -> None:
    found = drifted_files(["b", "a", "c", "b"], {"a": "1", "b": "1"}.get, {"a": "2"}.get, own=())
    assert found == [Drift("b", "gone"), Drift("a", "changed")]


def test_a_folder_may_be_written_with_its_slash() -> None:
    assert drifted_files(["a/"], {"a/": "1"}.get, {"a/": "2"}.get, own=["a/b"]) == []


def test_nothing_drifts_of_a_plan_without_files() -> None:
    nothing: dict[str, str] = {}
    assert drifted_files([], nothing.get, nothing.get, own=["a"]) == []
