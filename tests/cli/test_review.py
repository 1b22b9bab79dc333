"""Approvals: carried by whatever leaves the change as it was, void when it is another one, whoever recorded them."""

import shlex
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cli.test_prove import LINES, edited, print_of
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT


@pytest.fixture
def asked(world: World) -> World:
    """A branch of two commits, approved by Ada; `main` has gone on since."""
    world.commit("file", {"a": LINES})
    world.branch("feature")
    world.commit("one", {"a": edited(10)})
    world.commit("two", {"a": edited(10, 20), "b": "new\n"})
    approve(world, "Ada")
    world.checkout("main")
    world.commit("upstream", {"a": edited(1)})
    world.checkout("feature")
    return world


def approve(world: World, by: str, *options: str, exit: int = 0) -> Any:
    return world.okstra("review", "record", "--by", by, *options, "--json", exit=exit).json


def status(world: World, *ref: str, exit: int = 0) -> Any:
    return world.okstra("review", "status", *ref, "--json", exit=exit).json


def standing(answer: Any) -> dict[str, str]:
    return {each["reviewer"]: each["status"] for each in answer["approvals"]}


def test_a_rebase_and_new_messages_carry_an_approval(asked: World) -> None:
    asked.git("rebase", "-q", "main")
    asked.amend({}, "-m", "reworded")
    answer = status(asked)
    assert (answer["status"], answer["ref"], answer["by_content"]) == ("holds", "feature", False)
    approval = answer["approvals"][0]
    assert (approval["proof"], approval["range"]["head"]) == ("replay", asked["two"])
    assert datetime.fromisoformat(approval["at"]).tzinfo == UTC


def test_other_content_makes_it_void_and_says_what_changed(asked: World) -> None:
    asked.amend({"b": "other\n"})
    answer = status(asked, "feature", exit=1)
    assert (answer["status"], standing(answer)) == ("void", {"Ada": "void"})
    assert answer["approvals"][0]["differs"] == [{"path": "b", "kind": "changed"}]
    page = asked.okstra("review", "status", "feature", "--text", exit=1).out
    assert "-new" in page
    assert "+other" in page


def test_a_squash_on_the_target_is_found_by_its_content(asked: World) -> None:
    assert status(asked, "main", exit=2)["status"] == "none"
    asked.checkout("main")
    asked.git("merge", "-q", "--squash", "feature")
    asked.git("commit", "-q", "-m", "squash")
    answer = status(asked, "main")
    assert (answer["status"], answer["by_content"], answer["approvals"][0]["proof"]) == ("holds", True, "squash")
    assert status(asked, "feature")["status"] == "holds"


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only"])
def test_a_merged_branch_keeps_its_approval(asked: World, how: str) -> None:
    asked.git("rebase", "-q", "main")
    approve(asked, "Ada")
    asked.checkout("main")
    asked.git("merge", "-q", how, "--no-edit", "feature")
    assert status(asked, "feature")["status"] == "holds"


def test_several_approve_and_one_may_do_so_again(asked: World) -> None:
    asked.amend({"b": "other\n"})
    assert approve(asked, "Bea")["replaced"] is None
    answer = status(asked)
    assert (answer["status"], standing(answer)) == ("holds", {"Ada": "void", "Bea": "holds"})
    assert approve(asked, "Ada")["replaced"]["range"]["head"] == asked["two"]
    assert standing(status(asked)) == {"Bea": "holds", "Ada": "holds"}
    kept = asked.ask("for-each-ref", "--format=%(refname:lstrip=3)", "refs/okstra/approved").splitlines()
    assert kept == [asked.tip()], "nobody needs the commit that Ada approved before"


def test_others_see_an_approval_by_the_name_of_the_branch(asked: World) -> None:
    asked.checkout("main")
    other = asked.clone("other")
    other.git("fetch", "-q", "origin", "+refs/okstra/log/*:refs/okstra/remote/origin/log/*")
    asked.git("rebase", "-q", "main", "feature")
    other.git("fetch", "-q", "origin")
    before = print_of(other.path)
    assert standing(status(other, "origin/feature")) == {"Ada": "holds"}
    assert print_of(other.path) == before
    approve(other, "Bea", "--ref", "origin/feature")
    asked.git("fetch", "-q", str(other.path), "+refs/okstra/log/*:refs/okstra/remote/other/log/*")
    assert standing(status(asked)) == {"Ada": "holds", "Bea": "holds"}


def test_an_approval_outlives_the_commit_that_was_approved(asked: World) -> None:
    asked.git("rebase", "-q", "main")
    asked.git("reflog", "expire", "--expire=now", "--all")
    asked.git("-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now")
    assert status(asked)["status"] == "holds"
    asked.git("update-ref", "-d", f"refs/okstra/approved/{asked['two']}")
    asked.git("-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now")
    answer = status(asked, exit=2)
    assert (answer["status"], standing(answer)) == ("unsure", {"Ada": "unsure"})


def test_looking_changes_no_file_and_a_record_needs_no_init(asked: World) -> None:
    assert asked.okstra("status", "--json").json["problems"] == []
    before = print_of(asked.path)
    status(asked)
    asked.okstra("review", "status", "--text")
    assert print_of(asked.path) == before
    assert asked.okstra("fsck", "--json").json["findings"] == []


@pytest.mark.parametrize("name", ["", " ", "a\nb", "\x1b[31mred", "n" * 201, "\udcff"], ids=ascii)
def test_a_name_that_nobody_could_read_is_refused(asked: World, name: str) -> None:
    assert approve(asked, name, exit=1)["error"]["code"] == "review.name"


def test_nothing_is_approved_where_nothing_was_changed(asked: World) -> None:
    asked.git("checkout", "-q", "-b", "empty", "main")
    asked.git("commit", "-q", "--allow-empty", "-m", "nothing")
    assert approve(asked, "Ada", exit=1)["error"]["code"] == "review.nothing"
    assert approve(asked, "Ada", "--ref", "nowhere", exit=1)["error"]["code"] == "ref.unresolvable"
    shallow = asked.clone("shallow", "--depth", "1", "--no-local")
    assert approve(shallow, "Ada", exit=1)["error"]["code"] == "review.nothing"


def test_the_lines_of_the_guide_say_what_it_says(asked: World) -> None:
    page = (ROOT / "docs/guide/prove-and-review.md").read_text()
    lines = [shlex.split(line, comments=True)[2:] for line in page.splitlines() if line.startswith("git okstra ")]
    for name in ("old-topic", "topic", "1a2b3c4", "5d6e7f8"):
        asked.git("branch", name, "feature")
    for name in ("v1.0", "v2.0"):
        asked.git("tag", name, asked["file"])
    asked.git("update-ref", "refs/remotes/origin/feature", "feature")
    asked.git("rebase", "-q", "main")
    asked.git("update-ref", "--create-reflog", "refs/remotes/origin/feature", "feature")
    asked.git("config", "remote.origin.url", "elsewhere")
    asked.checkout("main")
    asked.git("merge", "-q", "--squash", "feature")
    asked.git("commit", "-q", "-m", "squash")
    asked.checkout("feature")
    asked.git("update-ref", "ORIG_HEAD", asked["two"])
    asked.git("branch", "lower", "feature~1")
    asked.git("branch", "upper", "feature")
    assert len(lines) == 10
    for line in lines:
        assert asked.okstra(*line, "--text").exit == 0


def test_the_log_lists_approvals_without_a_task(asked: World) -> None:
    asked.okstra("init", "--project-id", "shop", "--no-hooks", "--offline")
    asked.okstra("task", "open", "shop:web:login")
    events = asked.okstra("log", "--json").json["events"]
    assert [(event["fact"]["type"], event["fact"]["task"]) for event in events] == [
        ("task.opened", "shop/web/login"),
        ("change.approved", ""),
    ]
    assert len(asked.okstra("log", "shop:web:login", "--json").json["events"]) == 1
    assert "by Ada" in asked.okstra("log", "--text").out


def test_a_branch_upon_a_branch_is_approved_without_the_lower_one(asked: World) -> None:
    asked.branch("upper")
    asked.commit("three", {"c": "three\n"})
    approve(asked, "Bea", "--ref", "upper", "--base", "feature")
    approve(asked, "Cy", "--ref", "upper")
    asked.git("checkout", "-q", "feature")
    asked.amend({"b": "other\n"})
    asked.git("rebase", "-q", "--onto", "feature", "upper~1", "upper")
    answer = status(asked, "upper")
    assert standing(answer) == {"Bea": "holds", "Cy": "void"}
    asked.git("branch", "-q", "-D", "feature")
    assert status(asked, "upper", exit=1)["status"] == "void"
    assert approve(asked, "Bea", "--base", "nowhere", exit=1)["error"]["code"] == "ref.unresolvable"
