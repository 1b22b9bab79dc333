"""`git okstra board`: the page is written where git ignores it, and shows what the other commands know."""

import json
from pathlib import Path

from tests.cli.shop import KEY, TASK, open_shop, record_stage, stage_place
from tests.kit.prepared import code_of, prepare, set_up
from tests.kit.scenario import World


def test_the_page_is_written_where_git_ignores_it(world: World) -> None:
    shop = open_shop(world)
    record_stage(shop, 1, "login", {"a.py": "x = 1\n"})
    before = shop.ask("for-each-ref"), shop.ask("status", "--porcelain")
    answer = shop.okstra("board", "--json").json
    path = shop.path / ".okstra" / "board.html"
    assert (answer["path"], answer["tasks"], answer["open"], answer["needs"]) == (str(path), 1, 1, 0)
    assert answer["bytes"] == path.stat().st_size
    assert KEY in path.read_text(encoding="utf-8")
    assert (shop.ask("for-each-ref"), shop.ask("status", "--porcelain")) == before


def test_a_repository_without_okstra_says_how_to_begin_and_stays_clean(world: World) -> None:
    world.commit("start", {"f": "x\n"})
    answer = world.okstra("board", "--text")
    assert answer.out.startswith(str(world.path / ".okstra" / "board.html"))
    assert "git okstra init" in (world.path / ".okstra" / "board.html").read_text(encoding="utf-8")
    assert world.ask("status", "--porcelain") == ""
    assert world.ask("for-each-ref", "refs/okstra") == ""
    assert not (world.path / ".git" / "okstra").exists()


def test_a_dash_prints_the_page(world: World) -> None:
    shop = open_shop(world)
    assert shop.okstra("board", "--output", "-").out.lstrip().startswith("<!doctype html>")
    printed = shop.okstra("board", "--output", "-", "--json").json
    assert printed["page"].lstrip().startswith("<!doctype html>")
    assert not (shop.path / ".okstra" / "board.html").exists()


def test_another_file_can_be_named(world: World, home: Path) -> None:
    shop = open_shop(world)
    assert shop.okstra("board", "--output", str(home / "b.html"), "--json").json["path"] == str(home / "b.html")
    assert (home / "b.html").read_text(encoding="utf-8").lstrip().startswith("<!doctype html>")


def test_a_link_in_the_place_of_the_page_is_not_followed(world: World, home: Path) -> None:
    shop = open_shop(world)
    (home / "mine").write_text("mine\n")
    place = shop.path / ".okstra"
    place.mkdir(exist_ok=True)
    (place / "board.html").symlink_to(home / "mine")
    shop.okstra("board", exit=1)
    assert (home / "mine").read_text() == "mine\n"


def test_what_needs_a_person_stands_there_with_its_line(world: World) -> None:
    shop = open_shop(world)
    record_stage(shop, 1, "login", {"a.py": "x = 1\n"})
    shop.checkout("login")
    shop.commit("other", {"a.py": "y = 2\n"})
    shop.git("reset", "-q", "--hard", "HEAD~2")
    shop.commit("another", {"b.py": "z = 3\n"})
    status = shop.okstra("status", "--json").json
    page = shop.okstra("board", "--output", "-").out
    assert shop.okstra("board", "--json").json["needs"] == len(status["problems"]) > 0
    assert all(problem["hint"] in page for problem in status["problems"] if problem["hint"].startswith("git "))


def test_conflicts_ahead_are_those_of_the_last_forecast(world: World, home: Path) -> None:
    world.commit("start", {"f": "line\n" * 5})
    shop = open_shop(world)
    for number in (1, 2):
        shop.okstra("stage", "start", str(number), *TASK, "--base", "main")
        place = World(stage_place(home, number), labels=shop.labels, clock=shop.clock)
        place.commit(f"S{number}", {"f": f"changed by {number}\n" * 5})
    nobody = shop.okstra("board", "--output", "-").out
    assert "Nobody has looked yet" in nobody
    fresh = shop.okstra("board", "--forecast", "--output", "-").out
    kept = shop.okstra("board", "--output", "-").out
    assert "Computed for this page" in fresh
    assert "Known from the last forecast" in kept
    assert "<code>f</code>" in fresh
    assert "<code>f</code>" in kept
    place.commit("again", {"f": "line\n" * 5})
    assert "<code>f</code>" not in shop.okstra("board", "--output", "-").out


def test_the_timeline_tells_the_newest_records(world: World) -> None:
    shop = open_shop(world)
    record_stage(shop, 1, "login", {"a.py": "x = 1\n"})
    page = shop.okstra("board", "--output", "-").out
    done, started, opened = (page.index(f'class="e-{name}"') for name in ("stage-done", "stage-started", "task-opened"))
    assert done < started < opened
    assert len(json.loads(shop.okstra("log", "--json").out)["events"]) >= 3


QUESTIONS = (
    "## 1. Clarification Items\n\n"
    "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |\n"
    "|---|---|---|---|---|---|---|---|\n"
    "| C-001 | 12 | decision | Which one? | one of | next-phase | open | |\n"
    "| C-002 | 12 | decision | And that? | one of | next-phase | answered | yes |\n"
)


def test_an_open_question_stands_there_with_the_line_that_answers_it(world: World) -> None:
    shop = set_up(world, {1: (), 2: ()})
    run = prepare(shop, task_type="error-analysis").json
    Path(run["report"]).write_text(QUESTIONS)
    shop.okstra("run", "finish", run["run"], "--nonce", run["nonce"])
    page = shop.okstra("board", "--output", "-").out
    assert "C-001: Which one?" in page
    assert f"git okstra report answer C-001 --value TEXT --task-key {KEY}" in page
    assert "1 open question(s)" in page
    assert "And that?" not in page
    shop.okstra("report", "answer", "C-001", "--value", "the first", "--task-key", KEY)
    assert "Which one?" not in shop.okstra("board", "--output", "-").out


def test_who_works_on_what_is_told(world: World) -> None:
    shop = set_up(world, {1: (), 2: (1,)})
    prepare(shop, "--stage", "1")
    page = shop.okstra("board", "--output", "-").out
    assert 'class="who alive"' in page
    assert "this clone" in page


def test_the_page_is_opened_by_the_program_of_the_desktop(world: World, home: Path) -> None:
    shop = open_shop(world)
    program = home / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" >{home}/opened\n')
    program.chmod(0o755)
    path = f"{program.parent}:{shop.environ()['PATH']}"
    answer = shop.okstra("board", "--open", "--json", env={"DISPLAY": ":0", "PATH": path}).json
    assert answer["opened"] is True
    assert (home / "opened").read_text() == answer["path"]


def test_without_a_screen_the_file_is_named(world: World) -> None:
    shop = open_shop(world)
    answer = shop.okstra("board", "--open", "--json", env={"DISPLAY": "", "WAYLAND_DISPLAY": ""})
    assert answer.json["opened"] is False
    assert answer.json["path"] in answer.err


def test_what_is_printed_cannot_be_opened(world: World) -> None:
    assert code_of(world.okstra("board", "--open", "--output", "-", "--json", exit=129)) == "usage"


def test_the_newest_events_of_many_tasks_are_the_first_of_all(world: World) -> None:
    shop = open_shop(world)
    for name in ("a", "b", "c", "d"):
        shop.okstra("task", "open", f"shop:web:{name}")
    record_stage(shop, 1, "login", {"a.py": "x = 1\n"})
    shop.okstra("task", "close", "shop:web:b")
    everything = [event["id"] for event in shop.okstra("log", "-n", "1000", "--json").json["events"]]
    for number in range(1, len(everything) + 1):
        newest = [event["id"] for event in shop.okstra("log", "-n", str(number), "--json").json["events"]]
        assert newest == everything[:number]


def test_a_closed_task_is_folded_among_the_finished_ones(world: World) -> None:
    shop = open_shop(world)
    shop.okstra("task", "open", "shop:web:old", "--title", "Something old")
    shop.okstra("task", "close", "shop:web:old")
    page = shop.okstra("board", "--output", "-").out
    assert page.index('class="finished"') < page.index("<bdi>Something old</bdi>")
    assert shop.okstra("board", "--json").json["open"] == 1
