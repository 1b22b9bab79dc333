"""What Claude Code calls: a session hears where it is, a turn's work is kept, and nobody is stopped."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from okstra_cli.commands import claude_hook
from okstra_cli.views.agent_session import MAX_TEXT
from okstra_git.porcelain import agent_session
from tests.cli.shop import KEY, open_shop, record_stage
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT
from tests.kit.vendors.homes import Vendors

START, STOP = json.dumps({"hook_event_name": "SessionStart"}), json.dumps({"hook_event_name": "Stop"})

pytestmark = pytest.mark.usefixtures("bin_dir")


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    return world


def context(world: World) -> str:
    """What a session that begins now is told."""
    answer = world.okstra("hook", "claude-session-start", stdin=START)
    told = answer.json["hookSpecificOutput"]
    assert (told["hookEventName"], answer.err) == ("SessionStart", "")
    assert len(told["additionalContext"]) <= MAX_TEXT
    return str(told["additionalContext"])


def stop(world: World) -> int:
    """The end of a turn, at which nothing may be said; how many snapshots there are then."""
    answer = world.okstra("hook", "claude-stop", stdin=STOP)
    assert (answer.out, answer.err) == ("", "")
    return len(world.okstra("run", "snapshots", "--json").json["snapshots"])


def test_a_session_hears_where_it_is_and_what_is_open(shop: World) -> None:
    assert context(shop).splitlines()[:3] == [
        "git-okstra has records of the work in this repository.",
        f"Here: branch feature/login, stage 1 of {KEY}, done.",
        f"Open: {KEY} (stages: 1 done).",
    ]


def test_a_session_hears_what_moved_with_the_line_that_settles_it(shop: World) -> None:
    shop.amend(None, "-m", "reworded")
    line = f"Moved, proven to be the same: stage 1 of {KEY}: `git okstra reconcile --task-key {KEY} --apply`."
    assert line in context(shop)


def test_a_session_hears_what_needs_a_person(shop: World) -> None:
    shop.amend({"S1.txt": "changed\n"})
    assert f"To look at: stage.stale stage 1 of {KEY}: `git okstra reconcile --task-key {KEY} --check`" in context(shop)


def test_many_tasks_are_counted_and_a_long_name_is_cut(shop: World) -> None:
    shop.git("switch", "-q", "-c", "x" * 200)
    for number in range(40):
        shop.okstra("task", "open", f"shop:web:task-{number}-{'y' * 50}")
    told = context(shop)
    assert f"Here: branch {'x' * 80}…, not a stage of an open task." in told
    assert "and 37 more." in told


@pytest.mark.parametrize("event", claude_hook.EVENTS)
def test_nothing_is_said_or_made_where_okstra_is_not_in_use(world: World, event: str) -> None:
    world.commit("A")
    before = world.git("for-each-ref")
    answer = world.okstra("hook", event, stdin=json.dumps({"hook_event_name": claude_hook.EVENTS[event][0]}))
    assert (answer.out, answer.err, world.git("for-each-ref")) == ("", "", before)
    assert not (world.path / ".git/okstra").exists()


def test_nothing_is_said_outside_of_a_repository(world: World, tmp_path: Path) -> None:
    answer = world.okstra("-C", str(tmp_path), "hook", "claude-session-start", stdin=START)
    assert (answer.out, answer.err) == ("", "")


@pytest.mark.parametrize(
    "text",
    ["", "[1", "[]", "null", STOP, "{" * 10_000, '{"hook_event_name": ["SessionStart"]}', b"\xff\xfe", "x" * 5_000_000],
)
def test_an_input_that_is_not_the_event_is_ignored(shop: World, text: str | bytes) -> None:
    answer = shop.okstra("hook", "claude-session-start", stdin=text)
    assert (answer.out, answer.err) == ("", "")


def test_an_event_of_a_newer_okstra_is_ignored(shop: World) -> None:
    assert shop.okstra("hook", "claude-teatime", stdin=STOP).out == ""


def test_a_turn_that_ends_records_what_is_proven(shop: World) -> None:
    new = shop.amend(None, "-m", "reworded")
    stop(shop)
    (stage,) = shop.okstra("status", "--json").json["tasks"][0]["stages"]
    assert stage["commit"] == new


def test_a_turn_that_ends_keeps_what_is_not_committed_after_a_pause(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stop(shop) == 0
    shop.write("draft.txt", "one\n")
    assert stop(shop) == 1
    shop.write("draft.txt", "two\n")
    assert stop(shop) == 1
    monkeypatch.setattr(agent_session, "PAUSE", timedelta(0))
    assert (stop(shop), stop(shop)) == (2, 2)
    assert (shop.path / "draft.txt").read_text() == "two\n"


def test_a_worktree_that_is_no_stage_is_not_kept(shop: World) -> None:
    shop.git("switch", "-q", "-c", "mine")
    shop.write("draft.txt", "one\n")
    assert stop(shop) == 0


def test_a_damaged_log_stops_nobody(shop: World) -> None:
    (shop.path / ".git/okstra/writer").write_text("nonsense\n")
    assert shop.okstra("hook", "claude-stop", stdin=STOP).out == ""


def test_a_hook_that_waits_for_an_input_ends_by_itself(shop: World) -> None:
    script = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom okstra_cli.commands import claude_hook\n"
        "claude_hook.SECONDS = 0.2\nfrom okstra_cli.entry import main\nsys.argv[1:] = ['hook', 'claude-stop']\nmain()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=shop.path, stdin=subprocess.PIPE) as process:
        assert process.wait(60) == 0


def test_claude_tells_its_model_and_the_work_of_the_turn_is_kept(shop: World, vendors: Vendors) -> None:
    shop.okstra("setup", "--hooks", "--for", "claude")
    vendors.trust(shop.path)
    shop.write("draft.txt", "one\n")
    answer = vendors.run_claude(shop.path, environ=shop.environ()).expect(0)
    events = [json.loads(line) for line in answer.out.splitlines()]
    assert [event["exit_code"] for event in events if event.get("subtype") == "hook_response"] == [0]
    assert events[-1]["is_error"] is False
    assert any(f"Here: branch feature/login, stage 1 of {KEY}, done." in text for text in vendors.service.texts())
    (snapshot,) = shop.okstra("run", "snapshots", "--json").json["snapshots"]
    assert snapshot["reason"] == "an agent's turn ended"
