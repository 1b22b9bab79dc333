"""The reconcile command: its shapes, its flags, its exit statuses, and that looking changes nothing."""

import subprocess
from typing import Any

import pytest

from tests.cli.shop import (
    ANCHOR_KEYS,
    ITEM_KEYS,
    KEY,
    RECONCILE_KEYS,
    TASK,
    open_shop,
    record_stage,
    refs,
    refused,
    stage_of,
)
from tests.kit.scenario import World

ANY = "refs"


@pytest.fixture
def shop(world: World) -> World:
    """Stage 1 on feature/login, stage 2 on feature/logout; we stand on the second."""
    open_shop(world)
    record_stage(world, 1, "feature/login")
    record_stage(world, 2, "feature/logout", {"logout": "out\n"})
    return world


def ask(world: World, *words: str, exit: int = 0) -> Any:
    return world.okstra("reconcile", *words, exit=exit).json


def test_nothing_stale_is_an_empty_list(shop: World) -> None:
    told = ask(shop, *TASK, "--check")
    assert set(told) >= RECONCILE_KEYS
    assert set(told["anchor"]) >= ANCHOR_KEYS
    assert (told["task"], told["items"], told["applied"], told["remaining_confirm"]) == (KEY, [], [], 0)
    assert told["anchor"]["status"] == "ok"
    assert told["anchor"]["recorded"] == shop["base"]


def test_auto_and_confirm_items_have_the_same_keys(shop: World) -> None:
    shop.amend({"logout": "changed\n"})
    shop.checkout("feature/login")
    shop.amend(None, "-m", "reworded")
    told = ask(shop, *TASK, exit=2)
    first, second = told["items"]
    assert set(first) == set(second) >= ITEM_KEYS
    assert (first["stage"], first["class"], first["proof"], first["candidates"]) == (1, "auto", "same-tree", [])
    assert (second["stage"], second["class"], second["replacement"], second["proof"]) == (2, "confirm", None, None)
    assert (second["verified_carries"], second["found_by"]) == (None, None)
    (candidate,) = second["candidates"]
    assert set(candidate) == {"ref", "commit", "why", "recommended"}
    assert (candidate["ref"], candidate["commit"], candidate["recommended"]) == (
        "feature/logout",
        shop.tip("feature/logout"),
        True,
    )
    assert told["remaining_confirm"] == 1


def test_looking_changes_no_ref_and_no_event(shop: World) -> None:
    shop.amend({"logout": "changed\n"})
    shop.checkout("feature/login")
    shop.amend(None, "-m", "reworded")
    before = refs(shop, ANY), shop.okstra("log").json
    for words in (TASK, (*TASK, "--check"), ("--all", "--check"), (*TASK, "--show"), (*TASK, "--verify")):
        shop.okstra("reconcile", *words, exit=None)
        shop.okstra("status")
    assert (refs(shop, ANY), shop.okstra("log").json) == before


def test_apply_settles_what_is_proven_and_leaves_the_question(shop: World) -> None:
    shop.amend({"logout": "changed\n"})
    shop.checkout("feature/login")
    shop.amend(None, "-m", "reworded")
    told = ask(shop, *TASK, "--apply", exit=2)
    (done,), (left,) = told["applied"], told["items"]
    assert set(done) == set(left) >= ITEM_KEYS
    assert (told["mode"], done["stage"], done["proof"], left["stage"]) == ("apply", 1, "same-tree", 2)
    again = ask(shop, *TASK, "--apply", exit=2)
    assert (again["applied"], len(again["items"])) == ([], 1)


@pytest.mark.parametrize("ref", ["feature/logout", "a-tag", "commit", "feature/logout~0"])
def test_a_person_decides_with_branch_tag_or_commit(shop: World, ref: str) -> None:
    new = shop.amend({"logout": "changed\n"})
    shop.git("tag", "-a", "-m", "t", "a-tag")
    told = ask(shop, *TASK, "--apply", "--stage", "2", "--use-ref", new if ref == "commit" else ref)
    (done,) = told["applied"]
    assert set(done) >= ITEM_KEYS
    assert (done["proof"], done["class"], done["recorded"], done["replacement"]) == (
        "user",
        "confirm",
        shop["S2"],
        new,
    )
    assert (told["items"], told["remaining_confirm"]) == ([], 0)
    assert stage_of(shop, 2)["commit"] == new


def test_a_decision_settles_the_proven_ones_too(shop: World) -> None:
    shop.amend({"logout": "changed\n"})
    shop.checkout("feature/login")
    shop.amend(None, "-m", "reworded")
    told = ask(shop, *TASK, "--apply", "--stage", "2", "--use-ref", "feature/logout")
    assert [(item["stage"], item["proof"]) for item in told["applied"]] == [(2, "user"), (1, "same-tree")]


def test_the_users_ref_wins_on_a_proven_item(shop: World) -> None:
    shop.checkout("feature/login")
    shop.amend(None, "-m", "reworded")
    told = ask(shop, *TASK, "--apply", "--stage", "1", "--use-ref", "feature/login")
    assert [(item["stage"], item["proof"]) for item in told["applied"]] == [(1, "user")]


def test_all_lists_every_open_task(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:other")
    shop.okstra("task", "open", "shop:web:closed")
    shop.okstra("task", "close", "shop:web:closed")
    told = ask(shop, "--all", "--check")
    assert [task["task"] for task in told["tasks"]] == [KEY, "shop:web:other"]
    assert told["tasks"][1]["anchor"] is None
    for task in told["tasks"]:
        assert set(task) >= RECONCILE_KEYS - {"ok", "schema"}


@pytest.mark.parametrize(
    "words",
    [
        ("--check", "--apply"),
        ("--check", "--reset-anchor", "main"),
        ("--stage", "1"),
        ("--apply", "--stage", "1"),
        ("--use-ref", "main"),
        ("--stage", "1", "--use-ref", "main"),
        ("--all",),
        ("--nope",),
        ("extra",),
        ("--stage",),
    ],
)
def test_contradictions_are_wrong_usage(shop: World, words: tuple[str, ...]) -> None:
    refused(shop.okstra("reconcile", *TASK, *words, exit=129), "usage", status=129)


def test_no_task_is_wrong_usage_unless_we_stand_on_its_branch(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:other")
    assert ask(shop)["task"] == KEY
    shop.checkout("main")
    refused(shop.okstra("reconcile", exit=129), "usage", status=129)


def test_unknown_things_are_refused(shop: World) -> None:
    line = ("reconcile", *TASK, "--apply", "--stage")
    refused(shop.okstra("reconcile", "--task-key", "shop:web:nope", exit=1), "task.unknown")
    refused(shop.okstra(*line, "9", "--use-ref", "main", exit=1), "stage.unknown")
    refused(shop.okstra(*line, "1", "--use-ref", "nope", exit=1), "ref.unresolvable")
    refused(shop.okstra(*line, "x", "--use-ref", "main", exit=1), "name.bad")
    shop.okstra("stage", "start", "3", *TASK)
    refused(shop.okstra(*line, "3", "--use-ref", "main", exit=1), "stage.unknown")


def test_only_a_person_resets_the_anchor(shop: World) -> None:
    shop.checkout("main")
    shop.commit("moved on")
    told = ask(shop, *TASK, "--reset-anchor", "main")
    assert (told["mode"], told["anchor"]["recorded"], told["anchor"]["status"]) == ("apply", shop["moved on"], "ok")
    assert told["anchor"]["settled"]["proof"] == "user"
    shop.commit("and on")
    page = shop.okstra("reconcile", *TASK, "--reset-anchor", "main", "--text").out
    assert page == f"{KEY}\n  anchor   settled  {shop['moved on'][:10]} → {shop['and on'][:10]}  as you decided\n"


def test_a_task_without_an_anchor_has_none_to_reset(world: World) -> None:
    open_shop(world)
    line = ("reconcile", *TASK, "--reset-anchor", "main")
    told = world.okstra(*line, "--json", exit=1).json["error"]
    assert (told["code"], told["task"]) == ("anchor.none", KEY)
    assert world.okstra("task", "show", *TASK, "--json").json["task"]["anchor"] is None
    world.okstra(*told["hint"].split()[2:])
    world.okstra(*line)


def test_an_anchor_that_is_gone_is_a_question(shop: World) -> None:
    shop.checkout("main")
    shop.git("checkout", "-q", "--orphan", "fresh")
    shop.commit("fresh start", {"README": "other\n"})
    shop.git("branch", "-q", "-f", "main", "fresh")
    shop.git("branch", "-q", "-D", "feature/login", "feature/logout")
    told = ask(shop, *TASK, exit=2)
    assert told["anchor"]["status"] == "unresolvable"
    assert (told["anchor"]["replacement"], told["anchor"]["proof"]) == (None, None)
    problems = shop.okstra("status", "--problems").json["problems"]
    assert "anchor.unresolvable" in [problem["code"] for problem in problems]


def test_show_adds_what_changed(shop: World) -> None:
    shop.amend({"logout": "changed\n"})
    (item,) = ask(shop, *TASK, "--show", exit=2)["items"]
    assert "changed" in item["diff"]
    assert "diff" not in ask(shop, *TASK, exit=2)["items"][0]


def test_verify_proves_recorded_moves_again(shop: World) -> None:
    shop.amend(None, "-m", "reworded")
    ask(shop, *TASK, "--apply")
    told = ask(shop, *TASK, "--verify")
    assert [(move["stage"], move["proof"], move["verdict"]) for move in told["verified"]] == [
        (2, "same-tree", "proven")
    ]
    assert told["refuted"] == 0


def test_hints_in_the_text_are_commands_that_work(shop: World) -> None:
    shop.amend({"logout": "changed\n"})
    page = shop.okstra("reconcile", *TASK, "--text", exit=2).out
    (line,) = [line for line in page.splitlines() if "next:" in line]
    assert line.split("next: git okstra ")[1].split() == [
        "reconcile", *TASK, "--apply", "--stage", "2", "--use-ref", "feature/logout",
    ]  # fmt: skip
    shop.okstra(*line.split("next: git okstra ")[1].split())
    assert shop.okstra("reconcile", *TASK, "--text").out == f"{KEY}: every recorded stage is where history has it\n"


@pytest.mark.parametrize("torn", [False, True], ids=["gone", "damaged"])
def test_the_line_that_is_offered_for_a_lost_branch_gets_it_back(shop: World, torn: bool) -> None:
    tip, file = shop.tip("feature/login"), shop.path / ".git/refs/heads/feature/login"
    if torn:
        file.write_bytes(b"")
    else:
        file.unlink()
    answer = shop.okstra("reconcile", *TASK, "--check", "--text", exit=None)
    (line,) = [line.partition("next: ")[2] for line in answer.out.splitlines() if "next: " in line]
    assert answer.exit == 2
    done = subprocess.run(["sh", "-c", line], cwd=shop.path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (line, done.stderr)
    assert shop.tip("feature/login") == tip
    assert ask(shop, *TASK, "--check")["items"] == []
