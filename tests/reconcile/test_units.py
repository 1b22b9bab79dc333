"""Recorded commits known again by what they change: file for file, or line for line on the same paths."""

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.names import CommitId
from okstra_git.reconcile.commit_matching import Units, is_like, like_unit, list_units
from okstra_git.reconcile.segments import CommitStep
from okstra_git.reconcile.windows import Window
from tests.kit.ranges import known, window_on
from tests.kit.scenario import World

LINES = "".join(f"line {n}\n" for n in range(1, 31))


def edited(*numbers: int, text: str = LINES) -> str:
    for number in numbers:
        text = text.replace(f"line {number}\n", f"LINE {number}\n")
    return text


@pytest.fixture
def listed(world: World) -> World:
    """A list on main; `again`, checked out, is where things are made anew."""
    world.commit("L", {"list": LINES, "logo": b"\0\1", "other": LINES})
    world.branch("again")
    return world


def units_of(world: World, *stages: tuple[str, str]) -> Units:
    identities = known(world, *stages)
    return Units(open_repository(world.path), identities, sorted(identities.stages))


def stage(world: World, name: str, *changes: dict[str, str | bytes | None], base: str = "main") -> tuple[str, str]:
    """A branch with these changes; its base and head. `again` is checked out afterwards."""
    start = world.tip(base)
    world.branch(name, base)
    for place, files in enumerate(changes):
        world.commit(f"{name} {place}", files)
    head = world.tip()
    world.checkout("again")
    return start, head


def alike(window: Window, units: Units, number: int) -> list[list[str]]:
    """For each commit of the stage the subjects of the commits that make its change."""
    return [[step.facts.subject for step in like_unit(window, unit)] for unit in units.of(number)]


def last(window: Window) -> CommitStep:
    return window.steps[-1]


# --- units


def test_a_stage_is_its_commits_one_by_one_and_merges_are_none(listed: World) -> None:
    start, _ = stage(listed, "work", {"a": "a\n"}, {"b": "b\n"})
    listed.branch("side", "main")
    listed.commit("S")
    listed.checkout("work")
    listed.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    units = units_of(listed, (start, listed.tip("work"))).of(1)
    assert {unit.facts.subject: [change.path for change in unit.delta or ()] for unit in units} == {
        "work 0": [b"a"],
        "work 1": [b"b"],
        "S": [b"S.txt"],
    }


def test_what_the_parent_of_a_commit_was_is_not_guessed(listed: World) -> None:
    ends = stage(listed, "work", {"a": "a\n"}, {"b": "b\n"})
    facts = known(listed, ends).commits(1)
    orphaned = facts[1]._replace(parents=(CommitId("1" * 40),))
    units = list_units(open_repository(listed.path), [orphaned, facts[0]])
    assert units[0].delta is None
    assert [change.path for change in units[1].delta or ()] == [b"a"]
    assert like_unit(window_on(listed, "work"), units[0]) == []


# --- the very change


def test_the_same_files_are_known_again_whoever_made_them(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"a": "a\n"}, {"logo": b"\0\2"}))
    listed.commit("N")
    listed.commit("two", {"logo": b"\0\2"})
    listed.commit("one", {"a": "a\n"})
    assert alike(window_on(listed), units, 1) == [["one"], ["two"]]


def test_the_same_lines_are_known_again_over_an_edit_of_the_file(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"list": edited(5)}))
    listed.commit("theirs", {"list": edited(20)})
    listed.commit("five", {"list": edited(5, 20)})
    assert alike(window_on(listed), units, 1) == [["five"]]


def test_the_same_lines_in_another_file_are_another_change(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"list": edited(5)}))
    listed.commit("theirs", {"list": edited(20)})
    listed.commit("five", {"other": edited(5)})
    assert alike(window_on(listed), units, 1) == [[]]


def test_the_same_lines_and_one_file_more_are_another_change(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"list": edited(5)}, {"a": "a\n"}))
    listed.commit("theirs", {"list": edited(20)})
    listed.commit("five and more", {"list": edited(5, 20), "more": "more\n"})
    listed.commit("half", {"list": edited(5, 20, 7)})
    assert alike(window_on(listed), units, 1) == [[], []]


def test_lines_moved_within_a_file_are_known_by_the_files_alone(listed: World) -> None:
    moved = LINES.replace("line 3\n", "") + "line 3\n"
    units = units_of(listed, stage(listed, "work", {"list": moved}))
    listed.commit("moved elsewhere", {"list": LINES.replace("line 4\n", "") + "line 4\n"})
    assert alike(window_on(listed), units, 1) == [[]]
    listed.git("reset", "-q", "--hard", "main")
    listed.commit("moved", {"list": moved})
    assert alike(window_on(listed), units, 1) == [["moved"]]


def test_an_empty_commit_is_like_nothing(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {}))
    listed.commit("empty", {})
    assert alike(window_on(listed), units, 1) == [[]]


def test_every_commit_with_the_change_is_named(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"a": "a\n"}))
    for name in ("on", "on again"):
        listed.commit(name, {"a": "a\n"})
        listed.commit(f"off after {name}", {"a": None})
    assert alike(window_on(listed), units, 1) == [["on", "on again"]]


# --- whose change


def test_the_makers_of_a_change_are_the_stages_that_made_it(listed: World) -> None:
    ends = [stage(listed, f"s{n}", {"a": "a\n"} if n < 3 else {"list": edited(5)}) for n in (1, 2, 3)]
    units = units_of(listed, *ends)
    listed.commit("again a", {"a": "a\n"})
    window = window_on(listed)
    assert units.makers(window, last(window), {1, 2, 3}) == {1, 2}
    assert units.makers(window, last(window), {2, 3}) == {2}
    assert units.makers(window, last(window), {3}) == set()
    listed.commit("theirs", {"list": edited(20)})
    listed.commit("five", {"list": edited(5, 20)})
    window = window_on(listed)
    assert units.makers(window, last(window), {1, 2, 3}) == {3}, "by its lines"
    assert units.makers(window, window.steps[-2], {1, 2, 3}) == set()


def test_a_part_of_a_stage_is_a_change_of_the_stage(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"a": "a\n"}, {"b": "b\n"}))
    listed.commit("b alone", {"b": "b\n"})
    listed.commit("both", {"a": "a\n", "b": "b, other\n"})
    window = window_on(listed)
    assert [units.makers(window, step, {1}) for step in window.steps] == [{1}, set()]


# --- alike


def test_likeness_is_the_part_of_the_lines_that_both_change(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"a": "1\n2\n3\n4\n"}), stage(listed, "far", {"z": "z\n"}))
    listed.commit("three of four", {"a": "1\n2\n3\nother\n"})
    window = window_on(listed)
    # three lines and the mode of a new file, of four and the mode
    assert units.likeness(window, last(window), 1) == pytest.approx(0.8, abs=0.06)
    assert units.likeness(window, last(window), 2) == 0.0
    listed.commit("taken away", {"a": None})
    window = window_on(listed)
    assert units.likeness(window, last(window), 1) == 0.0, "what one adds the other removes"


def test_likeness_is_that_to_the_most_alike_commit_of_a_stage(listed: World) -> None:
    units = units_of(listed, stage(listed, "work", {"z": "z\n"}, {"list": edited(5, 6)}))
    listed.commit("both and more", {"list": edited(5, 6, 7, 8)})
    window = window_on(listed)
    assert units.likeness(window, last(window), 1) == 1.0, "all that the smaller one does"
    listed.commit("mode", {})
    assert units.likeness(window_on(listed), last(window_on(listed)), 1) == 0.0


def test_a_change_without_lines_is_like_nothing_but_the_very_same(listed: World) -> None:
    moved = LINES.replace("line 3\n", "") + "line 3\n"
    units = units_of(listed, stage(listed, "work", {"list": moved}))
    unit = units.of(1)[0]
    assert units.lines(unit) == {}
    listed.commit("moved elsewhere", {"list": LINES.replace("line 4\n", "") + "line 4\n"})
    elsewhere = window_on(listed)
    assert not is_like(elsewhere, last(elsewhere), unit, {})
    assert not is_like(elsewhere, last(elsewhere), unit, None)
    listed.git("reset", "-q", "--hard", "main")
    listed.commit("moved", {"list": moved})
    here = window_on(listed)
    assert is_like(here, last(here), unit, {})


def test_the_maker_of_a_change_without_lines_is_known_by_its_files(listed: World) -> None:
    moved = LINES.replace("line 3\n", "") + "line 3\n"
    units = units_of(listed, stage(listed, "work", {"list": moved}), stage(listed, "far", {"a": "a\n"}))
    listed.commit("moved", {"list": moved})
    listed.commit("moved elsewhere", {"other": moved})
    window = window_on(listed)
    assert [units.makers(window, step, {1, 2}) for step in window.steps] == [{1}, set()]
