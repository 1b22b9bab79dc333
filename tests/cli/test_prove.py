"""`prove`: what a reviewer types after a rebase, an amend, a force-push or a squash, in a repository never set up."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.kit.scenario import World

LINES = "".join(f"line {number}\n" for number in range(1, 31))


def edited(*numbers: int, text: str = LINES) -> str:
    """The text with these lines edited."""
    for number in numbers:
        text = text.replace(f"line {number}\n", f"edited {number}\n")
    return text


@pytest.fixture
def review(world: World) -> World:
    """A branch `feature` of two commits on a `main` that has gone on since; `reviewed` is its tip."""
    world.commit("file", {"a": LINES})
    world.branch("feature")
    world.commit("one", {"a": edited(10)})
    world.commit("two", {"a": edited(10, 20), "b": "new\n"})
    world.git("tag", "reviewed")
    world.checkout("main")
    world.commit("upstream", {"a": edited(1)})
    world.checkout("feature")
    return world


def prove(world: World, old: str, new: str, *options: str, exit: int = 0) -> Any:
    return world.okstra("prove", old, new, *options, "--json", exit=exit).json


def differing(answer: Any) -> dict[str, str]:
    return {each["path"]: each["kind"] for each in answer["differs"]}


def print_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder: its bytes, and when it was written."""
    files = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def test_a_rebase_changed_nothing(review: World) -> None:
    review.git("rebase", "-q", "main")
    answer = prove(review, "feature@{1}", "feature")
    assert (answer["same"], answer["proof"], answer["differs"]) == (True, "replay", [])
    assert answer["old"] == {
        "base": review["file"],
        "head": review["two"],
        "tree": review.ask("rev-parse", "reviewed^{tree}"),
    }
    assert answer["new"]["base"] == review["upstream"]
    assert prove(review, "feature", "reviewed")["same"] is True


def test_an_amend_is_shown_file_by_file(review: World) -> None:
    review.amend({"a": edited(10, 21), "c": "\x1b[31mred\n", "b": None})
    answer = prove(review, "reviewed", "feature", exit=1)
    assert (answer["same"], answer["proof"]) == (False, None)
    assert differing(answer) == {"a": "changed", "b": "only-old", "c": "only-new"}
    page = review.okstra("prove", "reviewed", "feature", "--text", exit=1).out
    assert "-edited 20" in page
    assert "+edited 21" in page
    assert "\\x1b[31mred" in page
    assert "\x1b" not in page


def test_a_squash_merge_on_main_is_the_branch(review: World) -> None:
    review.checkout("main")
    review.git("merge", "-q", "--squash", "feature")
    review.git("commit", "-q", "-m", "squash")
    assert prove(review, "feature", "main")["proof"] == "squash"
    assert prove(review, "main", "feature")["same"] is True
    review.commit("later")
    assert prove(review, "feature", "main~1")["same"] is True
    assert prove(review, "feature", "main", exit=1)["same"] is False


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only"])
def test_a_merged_branch_is_still_all_of_its_commits(review: World, how: str) -> None:
    review.git("rebase", "-q", "main")
    review.checkout("main")
    review.git("merge", "-q", how, "--no-edit", "feature")
    expected = how == "--no-ff" or None  # after a fast-forward nobody can tell how many commits were the branch
    assert prove(review, "reviewed", "feature", exit=0 if expected else 2)["same"] is expected
    assert prove(review, "reviewed", f"{review['upstream']}..feature")["same"] is True


def test_the_fetched_default_branch_is_what_both_are_measured_against(review: World) -> None:
    review.checkout("main")
    clone = review.clone("clone")
    clone.git("branch", "-q", "-D", "main", ok=False)
    review.git("checkout", "-q", "feature")
    review.git("rebase", "-q", "main")
    clone.git("fetch", "-q")
    assert prove(clone, "origin/feature@{1}", "origin/feature")["same"] is True


def test_a_base_may_be_named(review: World) -> None:
    review.branch("stacked")
    review.commit("three")
    review.git("rebase", "-q", "--onto", "main", "feature", "stacked")
    answer = prove(review, "stacked@{1}", "stacked", "--base", "feature", exit=1)
    assert answer["new"]["base"] == review["file"]
    assert prove(review, "feature..stacked@{1}", "main..stacked")["same"] is True
    assert (
        review.okstra("prove", "a", "b", "--base", "-x", "--json", exit=1).json["error"]["code"] == "ref.unresolvable"
    )


def test_part_of_it_that_was_upstream_already_is_not_the_same(review: World) -> None:
    review.checkout("main")
    review.commit("half of it", {"a": edited(1, 10)})
    review.checkout("feature")
    review.git("rebase", "-q", "main")
    answer = prove(review, "reviewed", "feature", exit=1)
    assert "already" in answer["reason"]
    assert differing(answer) == {"a": "partly-in-base"}


def test_single_commits_and_ranges_are_written_as_in_git(review: World) -> None:
    review.git("checkout", "-q", "-b", "release", "main")
    review.git("cherry-pick", review["one"])
    assert prove(review, f"{review['one']}^!", "release^!")["same"] is True
    assert prove(review, "reviewed~2..reviewed~1", "release~1..release")["same"] is True
    assert prove(review, "main...reviewed", "reviewed")["proof"] == "same-tree"
    assert prove(review, "reviewed", "release", exit=1)["same"] is False
    page = review.okstra("prove", "reviewed", "release", "--text", exit=1).out
    assert "by themselves: git okstra prove 'reviewed^!' 'release^!'" in page


def test_nothing_proves_nothing(review: World) -> None:
    review.git("commit", "-q", "--allow-empty", "-m", "nothing")
    review.git("commit", "-q", "--allow-empty", "-m", "nothing again")
    answer = prove(review, "HEAD^!", "HEAD~1^!", exit=2)
    assert answer["same"] is None
    assert "both change nothing" in answer["reason"]
    assert prove(review, "HEAD^!", "reviewed", exit=1)["reason"] == "old changes nothing"


def test_root_commits_and_unrelated_histories_are_compared_by_themselves(review: World) -> None:
    review.git("checkout", "-q", "--orphan", "other")
    review.git("rm", "-rqf", ".")
    review.commit("root", {"x": "x\n"})
    review.git("commit", "-q", "--amend", "-m", "reworded")
    assert prove(review, "other@{1}", "other")["proof"] == "same-tree"
    assert prove(review, "other", "feature", exit=1)["same"] is False
    assert prove(review, "other", "other", "--base", "main", exit=2)["same"] is None


def test_a_shallow_clone_does_not_say_what_it_cannot_see(review: World) -> None:
    review.git("rebase", "-q", "main")
    clone = review.clone("clone", "--depth", "1", "--no-single-branch", "--no-local")
    answer = prove(clone, "reviewed", "origin/feature", exit=2)
    assert (answer["same"], answer["differs"]) == (None, [])
    assert "shallow" in answer["reason"]
    assert prove(clone, "reviewed^!", "origin/feature^!", exit=2)["same"] is None


def test_a_missing_file_is_no_reason_to_say_no(review: World) -> None:
    review.amend({"a": edited(10, 21)})
    blob = review.ask("rev-parse", "reviewed:a")
    (review.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    answer = prove(review, "reviewed", "feature", exit=2)
    assert answer["same"] is None
    assert blob[:10] in answer["reason"]


def test_what_names_nothing_is_refused(review: World) -> None:
    for old, new in (("nope", "feature"), ("feature", "main..nope"), ("", "feature"), ("feature", "--")):
        assert review.okstra("prove", old, new, "--json", exit=None).exit in (1, 129)
    assert prove(review, "nope", "feature", exit=1)["error"]["code"] == "ref.unresolvable"


def test_looking_changes_no_file_of_git(review: World) -> None:
    review.amend({"a": edited(10, 21)})
    before = print_of(review.path)
    for form in ("--json", "--text"):
        review.okstra("prove", "reviewed", "feature", form, exit=1)
        review.okstra("prove", "reviewed", "main", form, exit=1)
        review.okstra("prove", "reviewed", "reviewed", form)
    assert print_of(review.path) == before
