"""Every two live stages are merged once, and what came out is remembered by content."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from okstra_git.git.repo import Git, open_repository
from okstra_git.handoff.forecast import MOST, ComingClash, KnownMerges, LiveStage, forecast, load_merges, save_merges
from okstra_git.names import parse_task_key
from tests.kit.scenario import World

TASK = parse_task_key("shop:web:login")
FILE = "".join(f"line {number}\n" for number in range(20))


def line(number: int, text: str) -> str:
    """The file with one line replaced."""
    return FILE.replace(f"line {number}\n", text + "\n")


@pytest.fixture
def shop(world: World) -> World:
    """Four branches from `start`: two that contradict each other, one that goes with both, one on top of the first."""
    world.commit("start", {"f": FILE})
    for label, text in (("A", line(3, "ours")), ("B", line(3, "theirs")), ("C", line(15, "elsewhere"))):
        world.branch(label.lower(), "start")
        world.commit(label, {"f": text})
    world.branch("d", "A")
    world.commit("D", {"d": "d\n"})
    return world


@pytest.fixture
def git(shop: World) -> Git:
    return open_repository(shop.path)


def stage(shop: World, number: int, label: str, *, tree: str = "") -> LiveStage:
    content = shop.ask("rev-parse", (tree or shop[label]) + "^{tree}")
    return LiveStage(TASK, number, shop[label], content, is_dirty=bool(tree))


def test_contradictions_are_named_by_stages_path_and_kind(shop: World, git: Git) -> None:
    live = [stage(shop, number, label) for number, label in enumerate("DCBA", start=1)]
    before = shop.ask("count-objects", "-v")
    found = forecast(git, live, KnownMerges())
    assert found.conflicts == (
        ComingClash((TASK, 1), (TASK, 3), "f", "content"),
        ComingClash((TASK, 3), (TASK, 4), "f", "content"),
    )
    assert (found.pairs, found.merged, found.cached, found.skipped) == (6, 5, 0, ())
    assert shop.ask("count-objects", "-v") == before


def test_the_answer_is_that_of_git_merge_for_every_pair(shop: World, git: Git) -> None:
    live = [stage(shop, number, label) for number, label in enumerate("ABCD", start=1)]
    found = {(clash.one, clash.other) for clash in forecast(git, live, KnownMerges()).conflicts}
    for one, other in combinations(live, 2):
        shop.git("merge-tree", "--write-tree", one.commit, other.commit, ok=False)
        assert ((one.place, other.place) in found) == (shop.last.exit == 1)


def test_what_was_merged_once_is_not_merged_again(shop: World, git: Git) -> None:
    known = KnownMerges()
    live = [stage(shop, number, label) for number, label in enumerate("ABC", start=1)]
    first = forecast(git, live, known)
    again = forecast(git, [stage(shop, number, label) for number, label in ((1, "C"), (7, "B"), (8, "A"))], known)
    assert (first.merged, first.cached, again.merged, again.cached) == (3, 0, 0, 3)
    assert [(clash.one[1], clash.other[1]) for clash in again.conflicts] == [(7, 8)]


def test_content_decides_and_not_the_commit(shop: World, git: Git) -> None:
    known = KnownMerges()
    forecast(git, [stage(shop, 1, "A"), stage(shop, 2, "C")], known)
    dirty = stage(shop, 2, "C", tree=shop["B"])
    found = forecast(git, [stage(shop, 1, "A"), dirty], known)
    assert (found.merged, [clash.path for clash in found.conflicts]) == (1, ["f"])
    stacked = forecast(git, [stage(shop, 1, "A"), stage(shop, 2, "D", tree=shop["B"])], known)
    assert stacked.conflicts == ()


def test_a_stage_that_contains_the_other_is_clean_at_sight(shop: World, git: Git) -> None:
    found = forecast(git, [stage(shop, 1, "A"), stage(shop, 2, "D"), stage(shop, 3, "A")], KnownMerges())
    assert (found.conflicts, found.pairs, found.merged, found.cached) == ((), 3, 0, 0)


def test_a_dirty_stage_below_another_is_merged(shop: World, git: Git) -> None:
    found = forecast(git, [stage(shop, 1, "A", tree=shop["C"]), stage(shop, 2, "D")], KnownMerges())
    assert (found.merged, found.conflicts) == (1, ())


def test_the_limit_is_said_and_the_next_call_goes_on(shop: World, git: Git) -> None:
    known = KnownMerges()
    live = [stage(shop, number, label) for number, label in enumerate("ABC", start=1)]
    first = forecast(git, live, known, limit=1)
    assert (first.pairs, first.merged, first.cached) == (3, 1, 0)
    assert first.skipped == (
        "2 pairs were not compared: one forecast makes at most 1 merges; ask again for the next ones",
    )
    second = forecast(git, live, known, limit=2)
    assert (second.merged, second.cached, second.skipped) == (2, 1, ())


def test_strangers_and_missing_commits_are_skipped_and_said(shop: World, git: Git) -> None:
    shop.git("checkout", "-q", "--orphan", "stranger")
    shop.commit("S", {"s": "s\n"})
    gone = LiveStage(TASK, 4, "1" * 40, shop.ask("rev-parse", "HEAD^{tree}"))
    found = forecast(git, [stage(shop, 1, "A"), stage(shop, 2, "S"), stage(shop, 3, "C"), gone], KnownMerges())
    assert found.pairs == 6
    assert found.skipped[0] == (
        "not compared, because they share no history: shop:web:login stage 1 and shop:web:login stage 2; "
        "shop:web:login stage 2 and shop:web:login stage 3"
    )
    assert len(found.skipped) == 4
    assert all("stage 4 were not compared: the commit 111" in reason for reason in found.skipped[1:])


def test_what_is_known_is_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cache/forecast"
    known = load_merges(path)
    assert save_merges(path, known)
    assert not path.exists()
    known.add_merge("b", "x", "y", (("é\\xff", "content"),))
    known.add_base("c", "d", "t")
    assert save_merges(path, known)
    again = load_merges(path)
    assert (again.find_merge("b", "y", "x"), again.find_base("d", "c")) == ((("é\\xff", "content"),), "t")
    assert (again.find_merge("x", "b", "y"), again.find_base("d", "e"), again.is_changed) == (None, None, False)


@pytest.mark.parametrize("damage", ["cut", "version", "flip", "list", "rubbish", "folder"])
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "forecast"
    known = KnownMerges()
    known.add_merge("b", "x", "y", ())
    save_merges(path, known)
    header, _, body = path.read_bytes().partition(b"\n")
    if damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        facts = json.dumps({**json.loads(header), "version": 99}).encode()
        path.write_bytes(
            {"cut": header + b"\n" + body[:-3], "version": facts + b"\n" + body, "list": b"[]\n[]",
             "flip": header + b"\n" + body.replace(b"x", b"z"), "rubbish": b"\xff\0"}[damage]
        )  # fmt: skip
    assert load_merges(path) == KnownMerges()


def test_the_file_is_bounded_and_keeps_what_was_asked_for_last(tmp_path: Path) -> None:
    known = KnownMerges()
    for number in range(MOST + 5):
        known.add_merge("b", "x", f"y{number:06}", ())
        known.add_base("c", f"d{number:06}", "t")
    assert known.find_merge("b", "x", "y000000") == ()
    save_merges(tmp_path / "forecast", known)
    again = load_merges(tmp_path / "forecast")
    assert (len(again.merges), len(again.bases)) == (MOST, MOST)
    assert again.find_merge("b", "x", "y000000") == ()
    assert again.find_merge("b", "x", "y000005") is None
    assert again.find_merge("b", "x", "y000006") == ()
