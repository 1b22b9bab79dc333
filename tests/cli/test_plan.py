"""`plan` and `brief` on the command line."""

import pytest

from tests.kit.papers import a_brief, a_plan
from tests.kit.prepared import KEY
from tests.kit.scenario import World

PLAN = a_plan({1: (), 2: (1,)})
ROW = "| C-001 | 12 | decision | Which one? | one of | approval | open | |\n"
TABLE = (
    "\n## 1. Clarification Items\n\n"
    "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


@pytest.fixture
def shop(world: World) -> World:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", KEY)
    world.write("plan.md", PLAN)
    return world


def test_a_sound_plan_is_shown_with_its_stages(shop: World) -> None:
    found = shop.okstra("plan", "check", "plan.md", "--json").json
    assert [(stage["number"], stage["depends_on"], stage["files"]) for stage in found["plan"]["stages"]] == [
        (1, [], ["src/s1.py"]), (2, [1], ["src/s2.py"]),
    ]  # fmt: skip
    assert (found["problems"], found["plan"]["blob"]) == ([], shop.ask("hash-object", "plan.md"))
    assert shop.okstra("plan", "check", "plan.md", "--text").out == (
        "plan.md is sound: 2 stages\n"
        "  stage  depends on  files  title\n"
        "  1      -           1      part 1\n"
        "  2      1           1      part 2\n"
    )


def test_every_problem_is_told_with_its_line(shop: World) -> None:
    shop.write("plan.md", a_plan({1: (), 2: (2, 9)}))
    answer = shop.okstra("plan", "check", "plan.md", "--json", exit=1).json
    assert (answer["ok"], answer["error"]["code"]) == (False, "plan.invalid")
    assert [(p["code"], p["stage"]) for p in answer["problems"]] == [("plan.cycle", 2), ("plan.unknown-dependency", 2)]
    text = shop.okstra("plan", "check", "plan.md", "--text", exit=1)
    line = answer["problems"][0]["line"]
    assert f"plan.md:{line}: stages depend on each other in a circle: 2 -> 2\n" in text.out
    assert "plan.md breaks 2 rules" in text.err


@pytest.mark.parametrize(("name", "code"), [("nowhere.md", "plan.missing"), (".", "plan.missing")])
def test_a_file_that_cannot_be_read_is_refused(shop: World, name: str, code: str) -> None:
    assert shop.okstra("plan", "check", name, "--json", exit=1).json["error"]["code"] == code


def test_an_approval_is_told_and_shown(shop: World) -> None:
    first = shop.okstra("plan", "approve", "plan.md", "--task-key", KEY, "--text").out
    assert first.startswith(f"plan.md is approved for {KEY}\n")
    assert "next: git okstra run prepare" in first
    again = shop.okstra("plan", "approve", "plan.md", "--task-key", KEY, "--json").json
    assert again["changed"] is False
    shown = shop.okstra("plan", "show", KEY, "--json").json["plan"]
    assert (shown["approved"], shown["unchanged"]) == (shown["found"], True)
    assert [stage["state"] for stage in shown["stages"]] == ["pending", "pending"]


def test_a_changed_or_missing_plan_is_shown_as_such(shop: World) -> None:
    shop.okstra("plan", "approve", "plan.md", "--task-key", KEY)
    shop.write("plan.md", PLAN)
    page = shop.okstra("plan", "show", KEY, "--text").out
    assert "the file is changed since" in page
    assert f"git okstra plan approve plan.md --task-key {KEY}" in page
    (shop.path / "plan.md").unlink()
    assert "the file is gone" in shop.okstra("plan", "show", KEY, "--text").out


def test_without_an_approval_there_is_none_to_show(shop: World) -> None:
    refused = shop.okstra("plan", "show", KEY, "--json", exit=1).json["error"]
    assert (refused["code"], refused["hint"]) == ("plan.unapproved", f"git okstra plan approve FILE --task-key {KEY}")


def test_open_questions_stop_an_approval_unless_somebody_says_otherwise(shop: World) -> None:
    shop.write("plan.md", PLAN + TABLE + ROW)
    approve = ("plan", "approve", "plan.md", "--task-key", KEY, "--json")
    refused = shop.okstra(*approve, exit=2).json["error"]
    assert (refused["code"], refused["rows"][0]["id"]) == ("plan.open-questions", "C-001")
    assert shop.okstra(*approve, "--despite-open").json["changed"] is True
    shop.write("plan.md", PLAN + TABLE + ROW.replace("open | |", "answered | this |"))
    assert shop.okstra(*approve).json["changed"] is True


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (TABLE + ROW.replace("| open |", "| maybe |"), "clarification.status"),
        (TABLE.replace("Status", "State") + ROW, "clarification.columns"),
    ],
)
def test_questions_that_cannot_be_read_stop_an_approval(shop: World, table: str, code: str) -> None:
    shop.write("plan.md", PLAN + table)
    for command in (("check", "plan.md"), ("approve", "plan.md", "--task-key", KEY, "--despite-open", "--add-marker")):
        answer = shop.okstra("plan", *command, "--json", exit=1).json
        problems = answer.get("problems") or answer["error"]["problems"]
        assert [problem["code"] for problem in problems] == [code]
    assert (shop.path / "plan.md").read_text() == PLAN + table


def test_a_check_notes_that_an_approval_would_miss_its_marker(shop: World) -> None:
    shop.write("plan.md", PLAN.replace("- [ ] Approved\n\n", ""))
    assert "no line '- [ ] Approved'" in shop.okstra("plan", "check", "plan.md", "--text").err
    refused = shop.okstra("plan", "approve", "plan.md", "--task-key", KEY, "--json", exit=1).json["error"]
    assert "--add-marker" in refused["hint"]


def test_a_dry_run_changes_nothing(shop: World) -> None:
    answer = shop.okstra("plan", "approve", "plan.md", "--task-key", KEY, "--dry-run", "--json").json
    assert (answer["dry_run"], answer["file_changes"]) == (True, True)
    assert (shop.path / "plan.md").read_text() == PLAN
    shop.okstra("plan", "show", KEY, exit=1)


def test_a_plan_without_its_marker_gets_one_only_when_asked(shop: World) -> None:
    shop.write("plan.md", PLAN.replace("- [ ] Approved\n\n", ""))
    approve = ("plan", "approve", "plan.md", "--task-key", KEY, "--json")
    refused = shop.okstra(*approve, exit=1).json["error"]
    assert [problem["code"] for problem in refused["problems"]] == ["plan.no-marker"]
    shop.okstra(*approve, "--add-marker")
    assert "\n- [x] Approved\n" in (shop.path / "plan.md").read_text()


def test_a_plan_of_a_task_that_nobody_opened_is_refused(shop: World) -> None:
    refused = shop.okstra("plan", "approve", "plan.md", "--task-key", "shop:web:x", "--json", exit=1).json["error"]
    assert refused["code"] == "task.unknown"
    assert (shop.path / "plan.md").read_text() == PLAN


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_template_is_sound_as_it_is_printed(shop: World, language: str) -> None:
    shop.write("plan.md", shop.okstra("plan", "template", "--language", language).out)
    shop.okstra("plan", "check", "plan.md")
    shop.okstra("plan", "approve", "plan.md", "--task-key", KEY)


def test_the_template_follows_the_configured_language(shop: World) -> None:
    shop.okstra("config", "set", "language", "ko")
    assert "단계" in shop.okstra("plan", "template").out
    assert shop.okstra("plan", "template", "--language", "fr", exit=129).json["error"]["code"] == "usage"


# --- briefs


def test_a_brief_is_written_once_and_never_again(shop: World) -> None:
    made = shop.okstra("brief", "new", "web", "login", "--json").json
    assert made["path"] == str(shop.path / ".okstra/briefs/web/login.md")
    shop.write(".okstra/briefs/web/login.md", "mine\n")
    refused = shop.okstra("brief", "new", "web", "login", "--json", exit=1).json["error"]
    assert refused["code"] == "brief.exists"
    assert (shop.path / ".okstra/briefs/web/login.md").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", ""])
def test_a_brief_has_the_name_of_a_task(shop: World, name: str) -> None:
    assert shop.okstra("brief", "new", "web", name, "--json", exit=1).json["error"]["code"] == "name.bad"


@pytest.mark.parametrize(
    ("text", "status"),
    [(a_brief(), 0), (a_brief() + "- no prefix\n", 1), (a_brief("pending"), 2), (a_brief("skipped"), 0)],
)
def test_a_brief_is_judged_for_a_phase(shop: World, text: str, status: int) -> None:
    shop.write("brief.md", text)
    answer = shop.okstra("brief", "check", "brief.md", "--task-type", "implementation-planning", "--json", exit=status)
    assert answer.json["gate"]["may_proceed"] is (status != 2)
    assert answer.json.get("error", {}).get("code") == {0: None, 1: "brief.invalid", 2: "brief.pending"}[status]
    assert answer.json["ok"] is (status == 0)


def test_a_language_that_is_none_leaves_no_file(shop: World) -> None:
    shop.okstra("brief", "new", "web", "login", "--language", "fr", exit=129)
    shop.okstra("brief", "new", "web", "login", "--language", "ko")


def test_a_brief_is_told_in_text_with_what_to_ask_and_what_is_handed_on(shop: World) -> None:
    shop.write("brief.md", a_brief("pending", questions=["intent-check: for everybody?"]))
    page = shop.okstra("brief", "check", "brief.md", "--text", exit=2).out
    assert page == (
        "reporter-confirmations: pending; requirements-discovery must not begin\n"
        "  ask the reporter, line 16: intent-check: for everybody?\n"
    )
    shop.write("brief.md", a_brief("skipped", questions=["intent-check: for everybody?"]))
    page = shop.okstra("brief", "check", "brief.md", "--text").out
    assert "  handed on, line 16: intent-check: for everybody?\n" in page
