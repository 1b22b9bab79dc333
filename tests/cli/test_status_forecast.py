"""`status --forecast`: which live stages would conflict, seen from their branches and worktrees as they are."""

from pathlib import Path
from typing import Any

import pytest

from okstra_git.records.events import StageLanded
from tests.cli.conftest import Ask
from tests.cli.shop import KEY, STATUS_KEYS, TASK, open_shop, stage_place, status
from tests.kit.scenario import World
from tests.kit.stores import open_store, record

FILE = "".join(f"line {number}\n" for number in range(20))


def line(number: int, text: str) -> str:
    return FILE.replace(f"line {number}\n", text + "\n")


@pytest.fixture
def shop(world: World) -> World:
    """A task on a main with one file `f`."""
    world.commit("start", {"f": FILE})
    return open_shop(world)


def begin(shop: World, number: int, home: Path, *, base: str = "main") -> World:
    """A stage with a worktree of its own, and that worktree."""
    shop.okstra("stage", "start", str(number), *TASK, "--base", base)
    return World(stage_place(home, number), labels=shop.labels, clock=shop.clock)


def forecast(shop: World, *words: str) -> Any:
    return status(shop, "--forecast", *words)["forecast"]


def contested(found: Any) -> list[tuple[int, int, str, str]]:
    return [(*(each["stage"] for each in one["stages"]), one["path"], one["kind"]) for one in found["conflicts"]]


def test_committed_and_uncommitted_work_counts(shop: World, home: Path) -> None:
    one, two, three = (begin(shop, number, home) for number in (1, 2, 3))
    one.commit("A", {"f": line(3, "ours")})
    two.write("f", line(3, "theirs"))
    three.commit("C", {"f": line(15, "elsewhere")})
    two.write("new", "untracked\n")
    found = forecast(shop)
    assert contested(found) == [(1, 2, "f", "content")]
    assert found["conflicts"][0]["stages"][0] == {"task": KEY, "stage": 1}
    assert [(each["stage"], each["uncommitted"]) for each in found["stages"]] == [(1, False), (2, True), (3, False)]
    tree = one.ask("rev-parse", "HEAD^{tree}")
    assert found["stages"][0] == {"task": KEY, "stage": 1, "commit": one.tip(), "tree": tree, "uncommitted": False}
    assert "new" in shop.ask("ls-tree", "--name-only", found["stages"][1]["tree"])
    assert (found["pairs"], found["merges"], found["cached"], found["skipped"]) == (3, 3, 0, [])
    again = forecast(shop)
    assert {**again, "merges": 3, "cached": 0} == found
    assert (again["merges"], again["cached"]) == (0, 3)
    assert two.ask("status", "--porcelain").splitlines() == [" M f", "?? new"]


def test_without_the_flag_nothing_changes(shop: World, home: Path) -> None:
    begin(shop, 1, home)
    assert set(status(shop)) == STATUS_KEYS
    assert set(status(shop, "--forecast")) == STATUS_KEYS | {"forecast"}
    assert set(status(shop, "--forecast", "--problems")) == STATUS_KEYS - {"tasks"} | {"forecast"}
    source = "okstra_git.handoff"
    assert source not in modules(shop, "status")
    assert source in modules(shop, "status", "--forecast")


def modules(shop: World, *words: str) -> str:
    """Everything that is imported for a line, as one text."""
    return shop.okstra_process(*words, env={"PYTHONPROFILEIMPORTTIME": "1"}).err


def test_stages_on_one_branch_are_clean_among_themselves(shop: World) -> None:
    shop.branch("feature", "main")
    shop.commit("S1", {"f": line(3, "first")})
    shop.okstra("stage", "start", "1", *TASK, "--base", "main", "--branch", "feature", "--no-worktree")
    shop.okstra("stage", "done", "1", *TASK)
    shop.commit("S2", {"f": line(3, "second")})
    shop.okstra("stage", "done", "2", *TASK, "--base", shop["S1"], "--branch", "feature", "--commit", "HEAD")
    shop.write("f", line(3, "dirty"))
    found = forecast(shop)
    assert [(each["stage"], each["commit"], each["uncommitted"]) for each in found["stages"]] == [
        (1, shop["S1"], False),
        (2, shop["S2"], False),
    ]
    assert (found["conflicts"], found["pairs"], found["merges"]) == ([], 1, 0)


def test_a_branch_that_moved_counts_as_it_is_and_a_deleted_one_as_recorded(shop: World, home: Path) -> None:
    one, two = begin(shop, 1, home), begin(shop, 2, home)
    one.commit("A", {"f": line(3, "ours")})
    shop.okstra("stage", "done", "1", *TASK)
    two.commit("B", {"f": line(15, "elsewhere")})
    shop.okstra("stage", "done", "2", *TASK)
    assert contested(forecast(shop)) == []
    new = two.amend({"f": line(3, "theirs")})
    found = forecast(shop)
    assert (contested(found), found["stages"][1]["commit"]) == ([(1, 2, "f", "content")], new)
    branch = two.ask("branch", "--show-current")
    shop.git("worktree", "remove", "--force", "--force", str(two.path))
    shop.git("branch", "-D", branch)
    found = forecast(shop)
    assert (contested(found), found["stages"][1]["commit"]) == ([], shop["B"])


def test_one_task_or_all_open_ones(shop: World, home: Path) -> None:
    one = begin(shop, 1, home)
    one.write("f", line(3, "ours"))
    other = "shop:web:other"
    shop.okstra("task", "open", other)
    shop.okstra("stage", "start", "1", "--task-key", other, "--base", "main")
    World(stage_place(home, 1, other)).write("f", line(3, "theirs"))
    (clash,) = forecast(shop)["conflicts"]
    assert clash["stages"] == [{"task": KEY, "stage": 1}, {"task": other, "stage": 1}]
    assert forecast(shop, KEY)["pairs"] == 0


def test_text_says_what_lies_ahead(shop: World, home: Path, on_terminal: Ask) -> None:
    one, two = begin(shop, 1, home), begin(shop, 2, home)
    assert "forecast: no conflicts ahead among 2 live stages" in shop.okstra("status", "--forecast", "--text").out
    one.commit("A", {"f": line(3, "ours")})
    two.write("f", line(3, "theirs"))
    expected = (
        "forecast: merged in memory, 2 live stages; these would conflict:\n"
        f"  {KEY} stage 1 and {KEY} stage 2 (with uncommitted changes)\n"
        "    f  (content)\n"
        "  nothing was changed; the second of two to be merged will have to settle it\n"
    )
    assert shop.okstra("status", "--forecast", "--text").out.endswith(expected)
    assert max(map(len, on_terminal("status", "--forecast").out.splitlines())) <= 80


def test_control_characters_in_paths_are_escaped(shop: World, home: Path) -> None:
    one, two = begin(shop, 1, home), begin(shop, 2, home)
    one.write("evil\x1b[31m", "1\n")
    two.write("evil\x1b[31m", "2\n")
    assert [clash["kind"] for clash in forecast(shop)["conflicts"]] == ["add/add"]
    assert "\x1b" not in shop.okstra("status", "--forecast", "--text").out


def test_nothing_is_live_before_it_began(shop: World) -> None:
    found = forecast(shop)
    assert found == {"stages": [], "conflicts": [], "pairs": 0, "merges": 0, "cached": 0, "skipped": []}
    assert "forecast: no stage is under way" in shop.okstra("status", "--forecast", "--text").out


def test_a_damaged_cache_changes_no_answer(shop: World, home: Path) -> None:
    for number in (1, 2):
        begin(shop, number, home).write("f", line(3, f"work of {number}"))
    first = forecast(shop)
    (shop.path / ".git/okstra/cache/forecast").write_bytes(b"\xff")
    assert forecast(shop) == first


def test_two_forecasts_leave_worktrees_refs_and_index_alone(shop: World, home: Path) -> None:
    one = begin(shop, 1, home)
    one.write("f", line(3, "x"))
    one.git("add", "f")
    one.write("f", line(3, "y"))
    before = shop.ask("for-each-ref"), one.ask("status", "--porcelain=v2"), shop.ask("worktree", "list")
    forecast(shop)
    assert before == (shop.ask("for-each-ref"), one.ask("status", "--porcelain=v2"), shop.ask("worktree", "list"))


def test_a_stage_that_has_landed_is_not_live(shop: World, home: Path) -> None:
    one, two = begin(shop, 1, home), begin(shop, 2, home)
    one.commit("A", {"f": line(3, "ours")})
    two.commit("B", {"f": line(3, "theirs")})
    shop.okstra("stage", "done", "1", *TASK)
    assert contested(forecast(shop)) == [(1, 2, "f", "content")]
    landed = StageLanded(
        task=KEY.replace(":", "/"), stage=1, recorded=shop["A"], target="main", landed=shop["A"], how="ancestor"
    )
    record(open_store(shop), landed)
    shop.git("merge", "-q", "--ff-only", shop["A"])  # where no target holds it, nothing has landed
    found = forecast(shop)
    assert ([each["stage"] for each in found["stages"]], found["conflicts"]) == ([2], [])
