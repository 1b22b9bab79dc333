"""`followups`: a report's rows become tasks with briefs, once, and nothing happens while one of them is wrong."""

import json
import os
from typing import Any

import pytest

from okstra_git.contract import FOLLOW_UP_COLUMNS
from tests.cli.shop import KEY, open_shop, refs, refused
from tests.kit.scenario import World

FOLDER = ".okstra/tasks/shop/web/login/runs/implementation/reports"
REPORT = f"{FOLDER}/final-report-implementation-001.md"
DATA = f"{FOLDER}/final-report-implementation-001.data.json"
SPAWN = ("followups", "spawn", REPORT)
FIRST = ("E-003", "limit", "error-analysis", "Logins are not limited", "out of scope", "yes")
SECOND = ("D-001", "ops:keys", "requirements-discovery", "Rotate <b>keys</b>", "needs a person", "no")


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


def write_report(shop: World, *rows: tuple[str, ...], front: str = f"task: {KEY}") -> None:
    table = [FOLLOW_UP_COLUMNS, ("---",) * len(FOLLOW_UP_COLUMNS), *(rows or (FIRST, SECOND))]
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    shop.write(REPORT, f"---\n{front}\n---\n\n## 4. Follow-up Tasks (후속 작업)\n\n{lines}\n")


def write_data(shop: World, *rows: dict[str, Any], **changes: Any) -> None:
    listed = [
        {"origin": "E-003", "newTaskId": "limit", "suggestedTaskType": "error-analysis", "scope": "No limit",
         "reason": "late", "autoSpawn": True} | row
        for row in rows or ({},)
    ]  # fmt: skip
    shop.write(DATA, json.dumps({"taskKey": KEY, "language": "ko", "followUps": listed} | changes))


def states(answer: Any) -> dict[str, str]:
    return {row["name"]: row["state"] for row in answer["rows"]}


def test_a_dry_run_changes_nothing_and_a_spawn_opens_what_says_yes(shop: World) -> None:
    write_report(shop)
    before = refs(shop)
    dry = shop.okstra(*SPAWN, "--dry-run").json
    assert (states(dry), dry["opened"], dry["dry_run"]) == ({"limit": "to-open", "ops:keys": "by-hand"}, [], True)
    assert refs(shop) == before
    assert not (shop.path / ".okstra/briefs").exists()
    done = shop.okstra(*SPAWN).json
    assert (states(done), done["opened"]) == ({"limit": "open", "ops:keys": "by-hand"}, ["shop:web:limit"])
    task = shop.okstra("task", "show", "limit").json["task"]
    assert (task["title"], task["category"], task["origin"]) == (
        "Logins are not limited",
        "feature",
        {"parent": KEY, "report": REPORT, "run": None, "row": "E-003", "suggested_task_type": "error-analysis"},
    )


def test_doing_it_again_opens_nothing_and_a_closed_task_stays_closed(shop: World) -> None:
    write_report(shop)
    shop.okstra(*SPAWN)
    before = refs(shop)
    again = shop.okstra(*SPAWN).json
    assert (again["opened"], states(again)["limit"], refs(shop)) == ([], "open", before)
    shop.okstra("task", "close", "limit")
    closed = shop.okstra(*SPAWN).json
    assert (closed["opened"], states(closed)["limit"]) == ([], "closed")


def test_a_task_of_that_name_that_was_there_before_is_named_and_left_alone(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:limit", "--title", "mine")
    write_report(shop)
    assert states(shop.okstra(*SPAWN).json)["limit"] == "taken"
    task = shop.okstra("task", "show", "limit").json["task"]
    assert (task["title"], task["origin"]) == ("mine", None)
    assert not (shop.path / ".okstra/briefs").exists()


def test_all_mistakes_are_named_together_and_then_nothing_is_opened(shop: World) -> None:
    unnamed, undecided = ("", "../x", "planning", "s", "r", "yes"), ("", "ok", "error-analysis", "s", "r", "perhaps")
    write_report(shop, FIRST, unnamed, undecided)
    before = refs(shop)
    answer = shop.okstra(*SPAWN, exit=1)
    assert refused(answer, "followups.invalid").startswith("3 problems in the follow-up rows of ")
    rules = [(each["rule"], each["place"]) for row in answer.json["rows"] for each in row["problems"]]
    assert rules == [
        ("follow-up.task-type", "line 10"),
        ("follow-up.id", "line 10"),
        ("follow-up.auto-spawn", "line 11"),
    ]
    assert refs(shop) == before


def test_data_beside_a_report_are_read_first_and_both_names_mean_one_report(shop: World) -> None:
    write_report(shop)
    write_data(shop)
    done = shop.okstra(*SPAWN).json
    assert (done["source"], done["report"], done["opened"]) == (DATA, REPORT, ["shop:web:limit"])
    assert shop.okstra("followups", "spawn", DATA).json["opened"] == []
    assert shop.okstra("task", "show", "limit").json["task"]["title"] == "No limit"


def test_the_brief_has_the_rows_own_words_and_nothing_begins_on_it_unseen(shop: World) -> None:
    write_data(shop, {"scope": "# Not a heading\n```\n<script>", "reason": "| x |"})
    brief = shop.okstra("followups", "spawn", DATA).json["rows"][0]["brief"]
    text = (shop.path / brief).read_text()
    assert "```verbatim\nScope: # Not a heading ``` <script>\n\nReason: | x |" in text.replace("````", "```")
    assert "한" in text or "보고" in text
    checked = shop.okstra("brief", "check", brief, exit=2).json
    assert (checked["title"], checked["problems"]) == ("# Not a heading ``` <script>", [])


def test_a_brief_that_is_there_is_never_overwritten(shop: World) -> None:
    mine = shop.write(".okstra/briefs/web/limit.md", "mine\n")
    write_report(shop)
    assert shop.okstra(*SPAWN).json["rows"][0]["brief"] == ".okstra/briefs/web/limit.md"
    assert mine.read_text() == "mine\n"


def test_a_brief_that_cannot_be_written_is_a_warning_and_the_next_call_writes_it(shop: World) -> None:
    write_report(shop)
    shop.write(".okstra/briefs/web", "in the way\n")
    answer = shop.okstra(*SPAWN)
    assert answer.json["rows"][0]["brief"] is None
    assert "the brief of shop:web:limit was not written: " in answer.err
    (shop.path / ".okstra/briefs/web").unlink()
    again = shop.okstra(*SPAWN).json
    assert (again["opened"], again["rows"][0]["brief"]) == ([], ".okstra/briefs/web/limit.md")


def test_the_suggested_task_type_is_what_comes_next(shop: World) -> None:
    write_report(shop, FIRST, ("", "build", "implementation", "s", "r", "yes"))
    shop.okstra(*SPAWN)
    context = shop.okstra("inspect", "context", "--task-key", "limit")
    assert context.json["task"]["origin"]["report"] == REPORT
    seen = shop.okstra("inspect", "history", "--task-key", "limit").json["task"]
    assert (seen["next_phase"], seen["next_phase_from"]) == ("error-analysis", "follow-up")
    assert seen["origin"]["row"] == "E-003"
    build = shop.okstra("inspect", "history", "--task-key", "build").json["task"]
    assert build["next_phase"] == "implementation-planning"


def test_whose_report_it_is_has_to_be_known(shop: World) -> None:
    write_report(shop, front="title: x")
    refused(shop.okstra(*SPAWN, exit=1), "report.no-task")
    assert shop.okstra(*SPAWN, "--task-key", KEY).json["opened"] == ["shop:web:limit"]
    write_report(shop)
    shop.okstra("task", "open", "shop:web:other")
    refused(shop.okstra(*SPAWN, "--task-key", "shop:web:other", exit=1), "followups.other-task")
    write_report(shop, front="task: shop:web:gone")
    refused(shop.okstra(*SPAWN, exit=1), "task.unknown")


def test_a_report_that_asks_for_too_many_tasks_is_refused(shop: World) -> None:
    write_data(shop, *({"newTaskId": f"t{number}"} for number in range(101)))
    refused(shop.okstra("followups", "spawn", DATA, exit=1), "followups.too-many")


@pytest.mark.parametrize("content", [b"\xff", b"[]", b'{"taskKey": 7', b'{"taskKey": "shop:web:login", "taskKey": 1}'])
def test_data_that_are_none_are_refused(shop: World, content: bytes) -> None:
    path = shop.write(DATA, "")
    path.write_bytes(content)
    refused(shop.okstra("followups", "list", DATA, exit=1), "document.broken")


def test_what_is_no_file_is_refused_without_waiting(shop: World) -> None:
    refused(shop.okstra("followups", "list", "missing.md", exit=1), "report.missing")
    refused(shop.okstra("followups", "list", ".", exit=1), "report.missing")
    (shop.path / FOLDER).mkdir(parents=True)
    os.mkfifo(shop.path / REPORT)
    refused(shop.okstra(*SPAWN, exit=1), "report.missing")


def test_the_pages_say_what_was_done(shop: World) -> None:
    write_report(shop)
    assert (
        shop.okstra("followups", "list", REPORT, "--text").out
        == f"""\
follow-ups of {KEY}, from {REPORT}
task            state         begins with             about
shop:web:limit  to be opened  error-analysis          Logins are not limited
shop:ops:keys   by hand       requirements-discovery  Rotate <b>keys</b>
next: git okstra followups spawn {REPORT}
"""
    )
    assert shop.okstra(*SPAWN, "--text").out.splitlines()[-2:] == [
        "opened 1 task",
        "next: complete .okstra/briefs/web/limit.md, then git okstra brief check .okstra/briefs/web/limit.md",
    ]
    assert shop.okstra(*SPAWN, "--text").out.splitlines()[-1] == "nothing new to open"
