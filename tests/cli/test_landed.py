"""Whether branches have landed, by their content, in repositories that okstra was never used in."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit.scenario import World

LINES = "".join(f"line {n}\n" for n in range(40))


def edited(*places: int, word: str = "ours") -> str:
    return "".join(f"{word if n in places else 'line'} {n}\n" for n in range(40))


@pytest.fixture
def shop(world: World) -> World:
    """A file on main, and the branch `topic` with two commits in it; main went on."""
    world.commit("start", {"list": LINES, "other": "x\n"})
    topic(world, "topic", 3, 20)
    world.commit("later", {"other": "y\n"})
    return world


def topic(world: World, name: str, *places: int) -> None:
    """A branch on main that edits these lines of the list, a commit for each; main is checked out afterwards."""
    world.branch(name)
    text = (world.path / "list").read_text()
    for place in places:
        text = text.replace(f"line {place}\n", f"{name} {place}\n")
        world.commit(f"{name} {place}", {"list": text})
    world.checkout("main")


def squash(world: World, *names: str, besides: dict[str, str] | None = None) -> None:
    for name in names:
        world.git("merge", "-q", "--squash", name)
    for path, text in (besides or {}).items():
        world.write(path, text)
        world.git("add", path)
    world.git("commit", "-q", "-m", f"{' and '.join(names)} squashed")


def merge(world: World, name: str) -> None:
    world.git("merge", "-q", "--no-ff", "-m", f"merge {name}", name)


def pick(world: World, *commits: str) -> None:
    world.git("cherry-pick", "--allow-empty", *commits)


def revert(world: World, *options: str) -> None:
    world.git("revert", "--no-edit", *options)


def answer(world: World, name: str = "topic") -> str:
    """`landed squash`, `partly 1 of 2`, with the exit status that belongs to it."""
    row = one(world, name)
    status = world.okstra("landed", name, exit=None).exit
    assert status == {"landed": 0, "not": 1}.get(row["state"], 2)
    count = " of ".join(map(str, row["of"])) if row["state"] == "partly" else ""
    return " ".join(filter(None, [row["state"], row["how"] if row["state"] == "landed" else "", count]))


def one(world: World, name: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = world.okstra("landed", name, exit=None).json["refs"]
    return rows[0]


# --- how a branch can land


def test_a_branch_that_is_nowhere_else_has_not_landed(shop: World) -> None:
    assert answer(shop) == "not"
    assert len(one(shop, "topic")["lost"]) == 2


def test_a_merge_has_landed_it(shop: World) -> None:
    merge(shop, "topic")
    assert answer(shop) == "landed ancestor"
    assert one(shop, "topic")["at"] == shop.tip("main")


def test_a_squash_has_landed_it(shop: World) -> None:
    squash(shop, "topic")
    shop.commit("on top", {"list": (shop.path / "list").read_text().replace("line 30", "new 30")})
    assert answer(shop) == "landed squash"
    assert one(shop, "topic")["at"] == shop.tip("main~1")


def test_commits_made_anew_have_landed_it_with_others_between(shop: World) -> None:
    pick(shop, "topic~1")
    shop.commit("between", {"list": (shop.path / "list").read_text().replace("line 10", "new 10")})
    pick(shop, "topic")
    assert answer(shop) == "landed rebased"


def test_a_rebased_branch_that_was_merged_has_landed(shop: World) -> None:
    shop.git("checkout", "-q", "-b", "again", "topic")
    shop.git("rebase", "-q", "main")
    shop.checkout("main")
    merge(shop, "again")
    assert answer(shop) == "landed rebased"


def test_a_branch_that_merged_the_target_twice_has_landed_by_a_squash(shop: World) -> None:
    for number in (1, 2):
        shop.checkout("topic")
        shop.git("merge", "-q", "-m", "catch up", "main")
        shop.commit(f"more {number}", {f"more{number}": "x\n"})
        shop.checkout("main")
        shop.commit(f"main {number}", {f"main{number}": "x\n"})
    assert answer(shop) == "not"
    squash(shop, "topic")
    assert answer(shop) == "landed squash"


def test_single_commits_that_were_taken_over_are_a_part(shop: World) -> None:
    pick(shop, "topic~1")
    assert answer(shop) == "partly 1 of 2"
    assert one(shop, "topic")["lost"] == [shop.tip("topic")]


def test_some_commits_squashed_are_a_part(shop: World) -> None:
    topic(shop, "long", 1, 15, 30)
    squash(shop, "long~1")
    assert answer(shop, "long") == "partly 2 of 3"


def test_a_squash_with_more_in_another_file_is_not_the_branch(shop: World) -> None:
    squash(shop, "topic", besides={"fix": "x\n"})
    assert answer(shop) == "partly 0 of 2"
    assert shop.tip("main")[:10] in str(one(shop, "topic")["reason"])


def test_a_squash_that_changes_the_branch_s_own_line_is_not_the_branch(shop: World) -> None:
    shop.git("merge", "-q", "--squash", "topic")
    shop.write("list", (shop.path / "list").read_text().replace("topic 3", "better 3"))
    shop.git("commit", "-q", "-a", "-m", "topic 3 and better")
    assert answer(shop) == "not"
    assert "makes another change" in str(one(shop, "topic")["reason"])


# --- taken out again


@pytest.mark.parametrize("land", [merge, squash])
def test_what_was_reverted_is_there_no_more_and_again_when_it_came_back(
    shop: World, land: Callable[[World, str], None]
) -> None:
    land(shop, "topic")
    revert(shop, *(["-m", "1"] if land is merge else []), "main")
    assert answer(shop) == "reverted"
    shop.commit("unrelated", {"other": "z\n"})
    revert(shop, "main~1")
    assert answer(shop).startswith("landed")
    revert(shop, "main")
    assert answer(shop) == "reverted"
    revert(shop, "main")
    assert answer(shop).startswith("landed")


def test_one_of_two_commits_reverted_leaves_a_part(shop: World) -> None:
    pick(shop, "topic~1", "topic")
    revert(shop, "main~1")
    assert answer(shop) == "partly 1 of 2"


def test_one_commit_of_a_merged_branch_reverted_is_seen_in_the_same_file(shop: World) -> None:
    merge(shop, "topic")
    revert(shop, "topic~1")
    assert answer(shop) == "reverted"


def test_a_merge_that_took_nothing_over_has_not_landed_it(shop: World) -> None:
    shop.git("merge", "-q", "-s", "ours", "-m", "ours", "topic")
    assert answer(shop) == "reverted"


def test_work_that_others_went_on_from_is_still_there(shop: World) -> None:
    squash(shop, "topic")
    shop.commit("on", {"list": (shop.path / "list").read_text().replace("topic 3", "better 3")})
    assert answer(shop) == "landed squash"


# --- what is asked, and where


def test_a_branch_without_commits_of_its_own_has_landed(shop: World) -> None:
    shop.git("branch", "fresh")
    shop.git("branch", "older", "main~1")
    assert answer(shop, "fresh") == answer(shop, "older") == "landed ancestor"
    assert answer(shop, "main") == "landed ancestor"


def test_empty_commits_alone_cannot_be_found(shop: World) -> None:
    shop.git("checkout", "-q", "-b", "empty")
    shop.git("commit", "-q", "--allow-empty", "-m", "nothing")
    shop.checkout("main")
    assert answer(shop, "empty") == "unknown"


def test_a_history_with_nothing_in_common_has_not_landed(shop: World) -> None:
    shop.git("checkout", "-q", "--orphan", "apart")
    shop.git("commit", "-q", "-m", "apart")
    shop.checkout("main")
    assert answer(shop, "apart") == "not"


def test_a_shallow_clone_says_that_it_cannot_say(shop: World, tmp_path: Path) -> None:
    squash(shop, "topic")
    shop.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{shop.path}", str(tmp_path / "shallow"))
    shallow = World(tmp_path / "shallow")
    assert answer(shallow, "origin/topic") == "unknown"
    assert "shallow" in str(one(shallow, "origin/topic")["reason"])


def test_tags_commits_worktrees_and_what_was_fetched_can_be_asked_about(shop: World, tmp_path: Path) -> None:
    squash(shop, "topic")
    shop.git("tag", "-a", "-m", "one", "v1", "topic")
    shop.git("update-ref", "refs/remotes/origin/topic", "topic")
    shop.worktree(tmp_path / "there", "other", "topic")
    shop.git("worktree", "add", "-q", "--detach", str(tmp_path / "apart"), "topic~1")
    for name in (
        "v1",
        "refs/tags/v1",
        "origin/topic",
        shop.tip("topic"),
        shop.tip("topic")[:8],
        str(tmp_path / "there"),
    ):
        assert answer(shop, name) == "landed squash"
    assert answer(shop, str(tmp_path / "apart")) == "partly 0 of 1"


def test_a_name_that_fits_two_commits_or_none_is_refused(shop: World) -> None:
    shop.git("tag", "topic", "main")
    assert shop.okstra("landed", "topic", exit=None).json["error"]["code"] == "ref.ambiguous"
    refused = shop.okstra("landed", "--", "--upload-pack=x", exit=None)
    assert (refused.exit, refused.json["error"]["code"]) == (1, "ref.unresolvable")


def test_the_target_is_the_newer_one_of_a_branch_and_what_was_fetched_of_it(shop: World) -> None:
    twin = shop.clone("twin")
    squash(shop, "topic")
    twin.git("fetch", "-q")
    row = one(twin, "origin/topic")
    assert (row["state"], row["into"]) == ("landed", "origin/main")
    assert twin.okstra("landed", "origin/topic", "--into", "main", exit=None).json["refs"][0]["state"] == "not"


def test_without_a_branch_to_look_in_it_refuses(world: World) -> None:
    world.commit("start")
    world.git("branch", "-m", "work")
    refused = world.okstra("landed", "work", exit=None)
    assert refused.json["error"]["code"] == "landed.no-target"
    assert one_into(world, "work") == "landed"


def one_into(world: World, name: str) -> str:
    return str(world.okstra("landed", name, "--into", name, exit=None).json["refs"][0]["state"])


def test_all_lists_every_branch_and_detached_worktree_but_the_target(shop: World, tmp_path: Path) -> None:
    squash(shop, "topic")
    shop.worktree(tmp_path / "there", "other", "topic~1")
    shop.git("worktree", "add", "-q", "--detach", str(tmp_path / "apart"), "main")
    found = shop.okstra("landed", "--all", exit=None)
    assert [(row["ref"], row["state"]) for row in found.json["refs"]] == [
        ("other", "partly"),
        ("topic", "landed"),
        (shop.tip("main")[:10], "landed"),
    ]
    assert found.exit == 2
    assert "other" in shop.okstra("landed", "--all", "--text", exit=None).out


def test_branches_squashed_into_one_commit_are_found_when_they_are_asked_about_together(shop: World) -> None:
    shop.branch("second", "start")
    shop.commit("second", {"new": "one\n", "newer": "two\n"})
    shop.checkout("main")
    shop.git("merge", "-q", "--squash", "topic")
    shop.git("cherry-pick", "--no-commit", "second")
    shop.git("commit", "-q", "-m", "both")
    assert answer(shop) == "partly 0 of 2"
    rows = shop.okstra("landed", "--all").json["refs"]
    assert [(row["ref"], row["how"], row["at"]) for row in rows] == [
        (name, "group", shop.tip("main")) for name in ("second", "topic")
    ]
    squashed = shop.tip("main")
    shop.commit("on top", {"other": "on\n"})
    revert(shop, squashed)
    assert {row["state"] for row in shop.okstra("landed", "--all", exit=None).json["refs"]} & {"landed"} == set()


# --- nothing changes


@pytest.mark.parametrize("words", [("topic",), ("--all",), ("topic", "--into", "topic~1")])
def test_every_file_of_git_is_the_same_afterwards(shop: World, words: tuple[str, ...]) -> None:
    pick(shop, "topic~1")
    before = digest(shop.path / ".git")
    assert shop.okstra("landed", *words, exit=None).exit in (0, 1, 2)
    assert digest(shop.path / ".git") == before


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
