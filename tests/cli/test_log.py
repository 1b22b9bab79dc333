"""What was recorded, event by event."""

import shlex

import pytest

from tests.cli.shop import KEY, TASK, open_shop, record_stage, refused
from tests.kit.foreign_logs import EVE, a_line, fetched, push_log
from tests.kit.scenario import World
from tests.kit.stores import open_store

EVENT_KEYS = {"v", "id", "at", "clock", "seq", "writer", "by", "fact"}


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    return world


def kinds(world: World, *words: str) -> list[str]:
    return [event["fact"]["type"] for event in world.okstra("log", *words).json["events"]]


def test_the_newest_comes_first_with_every_key(shop: World) -> None:
    events = shop.okstra("log").json["events"]
    assert all(set(event) == EVENT_KEYS for event in events)
    assert [event["fact"]["type"] for event in events] == [
        "stage.done",
        "stage.started",
        "anchor.set",
        "place.reserved",
        "task.opened",
    ]
    assert events[0]["by"] == "Ada Tester <ada@example.org>"
    assert events[0]["at"].endswith("Z")


def test_it_is_cut_to_the_number_asked_for(shop: World) -> None:
    assert kinds(shop, "-n", "2") == ["stage.done", "stage.started"]
    assert kinds(shop, "--number=1") == ["stage.done"]
    for bad in ("0", "-1", "x", "1.5"):
        refused(shop.okstra("log", f"--number={bad}", exit=129), "usage", status=129)


def test_one_task_only(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:other")
    assert kinds(shop, "shop:web:other") == kinds(shop, "--task-key", "shop:web:other") == ["task.opened"]
    refused(shop.okstra("log", "shop:web:nope", exit=1), "task.unknown")
    refused(shop.okstra("log", "\0", exit=1), "name.bad")


def test_git_alone_can_read_it(shop: World) -> None:
    (ref,) = shop.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log").splitlines()
    assert shop.ask("log", "--format=%s", "-1", ref) != ""
    assert '"type":"stage.done"' in shop.ask("cat-file", "-p", f"{ref}:tasks/shop/web/login/events.jsonl")
    shop.git("fsck", "--strict", "--no-dangling")


def test_text_tells_a_move(shop: World) -> None:
    new = shop.amend(None, "-m", "reworded")
    shop.okstra("reconcile", *TASK, "--apply")
    line = shop.okstra("log", "-n", "1", "--text").out.splitlines()[1]
    assert f"{KEY}  stage.moved  stage 1  {shop['S1'][:10]} → {new[:10]} (same-tree)" in line


def test_nothing_recorded_is_said(world: World) -> None:
    assert world.okstra("log").json["events"] == []
    assert world.okstra("log", "--text").out == "nothing was recorded yet\n"


def test_a_log_of_a_stranger_is_left_out_and_counted_again(shop: World) -> None:
    git = open_store(shop).git
    push_log(git, fetched(), [a_line(90)])
    push_log(git, fetched("$(x)"), [], head="rubbish")
    told = {problem["subject"]: problem["hint"] for problem in shop.okstra("doctor", "--json", exit=1).json["findings"]
            if problem["code"] == "log.unreadable"}  # fmt: skip
    assert told == {fetched("$(x)"): "git okstra log ignore '$(x)'"}
    assert told[fetched("$(x)")] in [problem["hint"] for problem in shop.okstra("status").json["problems"]]
    before = kinds(shop)
    ignored = shop.okstra("log", "ignore", EVE, "$(x)").json
    assert ignored["changed"] == [EVE, "$(x)"]
    assert ignored["ignored"] == shop.okstra("log", "--ignored").json["ignored"]
    assert [row["refs"] for row in ignored["ignored"]] == [[fetched()], [fetched("$(x)")]]
    assert shop.okstra("status").json["problems"] == []
    assert kinds(shop) == before[1:]
    assert shop.okstra("log", "ignore", EVE, "--text").out == (
        "nothing changed: that was ignored already\nnext: git okstra log --ignored lists what is left out\n"
    )
    assert shop.okstra("log", "heed", EVE, fetched(), "$(x)", exit=None).json["changed"] == [EVE, "$(x)"]
    assert kinds(shop) == before
    assert shop.okstra("log", "--ignored", "--text").out == "every log counts\n"


@pytest.mark.parametrize(
    ("name", "typed"), [("é\u202ex", "é\\u202ex"), ("a\ufe0fb", "a\\ufe0fb"), ("a\x9bb", "a\\x9bb")]
)
def test_a_log_whose_name_no_terminal_shows_is_left_out_by_the_line_that_is_offered(
    shop: World, name: str, typed: str
) -> None:
    push_log(open_store(shop).git, fetched(name), [], head="rubbish")
    told = shop.okstra("doctor", "--json", exit=1).json["findings"]
    (hint,) = [each["hint"] for each in told if each["code"] == "log.unreadable"]
    assert shlex.split(hint) == ["git", "okstra", "log", "ignore", typed]
    assert shop.okstra("log", "ignore", typed).json["changed"] == [name]
    assert shop.okstra("status").json["problems"] == []
    back = shop.okstra("log", "--ignored", "--text").out.splitlines()[1].partition("next: ")[2]
    assert shlex.split(back) == ["git", "okstra", "log", "heed", typed]
    assert shop.okstra(*shlex.split(back)[2:]).json["changed"] == [name]


def test_an_address_that_nobody_would_record_here_can_be_closed_all_the_same(shop: World) -> None:
    url = "https://forge.example/pull/1?$(x)&`y`;'\""
    fact = {
        "type": "pr.recorded",
        "task": KEY.replace(":", "/"),
        "url": url,
        "group": "1",
        "stages": [1],
        "branch": "feature/login",
    }
    push_log(open_store(shop).git, fetched(), [a_line(9_000, fact=fact)], head='{"okstra-log":1,"clock":9000,"seq":9}')
    assert shop.okstra("handoff", "status", *TASK).json["tasks"][0]["prs"][0]["status"] == "open"
    assert shop.okstra("handoff", "record-closed", *TASK, "--url", url).json["pr"]["status"] == "closed"
    refused(shop.okstra("handoff", "record-closed", *TASK, "--url", f"{url}2", exit=1), "pr.bad-url")


@pytest.mark.parametrize("verb", ["ignore", "heed"])
def test_whose_log_has_to_be_said_unless_a_task_has_that_name(shop: World, verb: str) -> None:
    error = shop.okstra("log", verb, exit=129).json["error"]
    assert error["hint"] == f"git okstra log {verb} WRITER"
    shop.okstra("task", "open", f"web:{verb}", "--category", "feature")
    assert [event["fact"]["task"] for event in shop.okstra("log", verb).json["events"]] == [f"shop/web/{verb}"]


def test_what_is_not_the_log_of_another_one_is_not_ignored(shop: World) -> None:
    own = shop.okstra("status").json["writer"]
    refused(shop.okstra("log", "ignore", own, exit=1), "log.own")
    refused(shop.okstra("log", "ignore", "refs/okstra/log/" + own, exit=1), "log.own")
    refused(shop.okstra("log", "ignore", EVE, exit=1), "log.unknown")
    refused(shop.okstra("log", "heed", EVE, exit=1), "log.unknown")
    refused(shop.okstra("log", "ignore", "a b", exit=129), "usage", status=129)
    refused(shop.okstra("log", "shop:web:login", "more", exit=129), "usage", status=129)


def test_a_task_may_be_called_ignore(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:ignore")
    assert kinds(shop, "ignore") == ["task.opened"]
    assert kinds(shop, "shop:web:ignore", "-n", "1") == ["task.opened"]


def test_a_newer_log_of_a_stranger_stops_nobody_who_leaves_it_out(shop: World) -> None:
    push_log(open_store(shop).git, fetched(), [], head='{"okstra-log": 2, "clock": 1, "seq": 1}')
    stopped = shop.okstra("task", "open", "shop:web:more", exit=1)
    refused(stopped, "format.newer")
    line = stopped.json["error"]["hint"].partition("newer one: git okstra ")[2]
    shop.okstra(*line.split())
    shop.okstra("task", "open", "shop:web:more")
