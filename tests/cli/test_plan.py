"""The plan commands: what they say of a plan, what they refuse, and what they leave alone."""

import os
from pathlib import Path
from typing import Any

import pytest

from okstra_git.contract import CLARIFICATION_COLUMNS
from okstra_git.git.objects import name_of_blob
from tests.cli.shop import KEY, TASK, codes, open_shop, record_stage, refs, refused
from tests.kit.prepared import a_plan
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

TEXT = a_plan({1: (), 2: (1,)})
APPROVED = TEXT.replace("approved: false", "approved: true").replace("- [ ] Approved", "- [x] Approved")
BROKEN = TEXT.replace("`src/s1.py`", "`/etc/x`").replace("| 2 | part 2 | 1 |\n", "")
BLOB = name_of_blob(APPROVED.encode())
APPROVE = ("plan", "approve", "plan.md", *TASK)
QUESTIONS = f"""
## 1. Clarification Items

| {" | ".join(CLARIFICATION_COLUMNS)} |
|{"---|" * 8}
| C-001 | - | decision | Which one? | a or b | approval | open | |
| C-002 | - | decision | Done? | yes | approval | resolved | yes |
| C-003 | - | decision | Later? | yes | next-phase | open | |
| C-004 | - | material | The log? | a file | approval | open | |
"""
TABLE = """\
  stage  depends on  files  title
  1      -           1      part 1
  2      1           1      part 2
"""


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    world.write("plan.md", TEXT)
    return world


def file_json(text: str, path: str = "plan.md") -> dict[str, Any]:
    stages = [
        {"number": 1, "title": "part 1", "depends_on": [], "files": ["src/s1.py"]},
        {"number": 2, "title": "part 2", "depends_on": [1], "files": ["src/s2.py"]},
    ]
    return {"path": path, "blob": name_of_blob(text.encode()), "stages": stages}


def plan_of(world: World) -> Path:
    return world.path / "plan.md"


# --- check


def test_a_sound_plan_is_told_with_its_stages(shop: World) -> None:
    before = refs(shop)
    told = shop.okstra("plan", "check", "plan.md").json
    assert told == {"ok": True, "schema": 1, "plan": file_json(TEXT), "problems": []}
    assert shop.okstra("plan", "check", "plan.md", "--text").out == "plan.md is sound: 2 stages\n" + TABLE
    assert (refs(shop), plan_of(shop).read_text()) == (before, TEXT)


def test_a_broken_plan_is_a_refusal_with_every_problem(shop: World) -> None:
    shop.write("plan.md", BROKEN)
    answer = shop.okstra("plan", "check", "plan.md", exit=1)
    assert refused(answer, "plan.invalid") == "plan.md breaks 2 rules"
    assert answer.json["ok"] is False
    assert answer.json["problems"] == [
        {"code": "plan.bad-path", "line": 24, "message": "'/etc/x' is not a path inside the repository",
         "hint": "write it from the top of the repository, with slashes", "stage": 1},
        {"code": "plan.no-row", "line": 45, "message": "stage 2 has a section and no row in the table",
         "hint": "add its row to the table of the Stage Map", "stage": 2},
    ]  # fmt: skip
    text = shop.okstra("plan", "check", "plan.md", "--text", exit=1)
    assert (
        text.out
        == """\
plan.md:24: '/etc/x' is not a path inside the repository
        write it from the top of the repository, with slashes
plan.md:45: stage 2 has a section and no row in the table
        add its row to the table of the Stage Map
"""
    )
    assert text.err == "okstra: plan.md breaks 2 rules\nhint: git okstra plan template\n"


@pytest.mark.parametrize("kind", ["plan", "brief"])
def test_what_has_no_end_or_is_waited_for_is_refused_at_once(shop: World, kind: str) -> None:
    os.mkfifo(shop.path / "pipe")
    for name, what in (("/dev/zero", "a device"), ("pipe", "a pipe"), (".", "a folder")):
        told = refused(shop.okstra(kind, "check", name, exit=1), f"{kind}.missing")
        assert told.endswith(f"is {what}, not a file")
    with (shop.path / "long.md").open("wb") as file:
        file.truncate(10 << 30)
    told = refused(shop.okstra(kind, "check", "long.md", exit=1), "document.unreadable")
    assert told == "long.md is longer than 5 MiB"


def test_one_problem_is_one_rule(shop: World) -> None:
    shop.write("plan.md", "no plan\n")
    assert refused(shop.okstra("plan", "check", "plan.md", exit=1), "plan.invalid") == "plan.md breaks 1 rule"


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (None, "plan.missing", "the plan cannot be read: 'other.md' is not there"),
        (b"a\n\xff", "document.unreadable", "other.md is not UTF-8: line 2"),
        (b"a\n\nb\0", "document.unreadable", "other.md is not text: line 3 holds a NUL byte"),
    ],
)
@pytest.mark.parametrize("words", [("check", "other.md"), ("approve", "other.md", *TASK)])
def test_what_cannot_be_read_is_refused(
    shop: World, content: bytes | None, code: str, message: str, words: tuple[str, ...]
) -> None:
    if content is not None:
        shop.write("other.md", content)
    assert refused(shop.okstra("plan", *words, exit=1), code) == message


def test_a_plan_is_named_from_the_folder_one_stands_in(shop: World) -> None:
    shop.write("docs/deep/plan.md", TEXT)
    there = World(shop.path / "docs/deep", clock=shop.clock)
    assert there.okstra("plan", "check", "plan.md").json["plan"]["path"] == "docs/deep/plan.md"
    assert there.okstra("plan", "check", "../../plan.md").json["plan"]["path"] == "plan.md"
    assert there.okstra(*APPROVE).json["plan"]["path"] == "docs/deep/plan.md"
    assert shop.okstra("plan", "show", *TASK).json["plan"]["unchanged"] is True


# --- approve


def test_an_approval_is_told_and_repeated_without_a_record(shop: World) -> None:
    told = shop.okstra(*APPROVE).json
    assert told == {"ok": True, "schema": 1, "task": KEY, "plan": file_json(APPROVED), "changed": True}
    assert plan_of(shop).read_text() == APPROVED
    before = refs(shop)
    assert shop.okstra(*APPROVE).json == told | {"changed": False}
    assert (refs(shop), plan_of(shop).read_text()) == (before, APPROVED)


def test_an_approval_as_text(shop: World) -> None:
    rest = f"""\
content {BLOB[:10]}: a change from here on needs another approval
{TABLE}next: git okstra run prepare --task-key {KEY} --task-type implementation --stage auto
"""
    assert shop.okstra(*APPROVE, "--text").out == f"plan.md is approved for {KEY}\n{rest}"
    assert shop.okstra(*APPROVE, "--text").out == f"plan.md was approved already for {KEY}\n{rest}"


def test_a_dry_run_says_what_would_change_and_changes_nothing(shop: World) -> None:
    before = refs(shop)
    told = {"ok": True, "schema": 1, "task": KEY, "plan": file_json(TEXT), "dry_run": True, "file_changes": True}
    assert shop.okstra(*APPROVE, "--dry-run").json == told
    assert shop.okstra(*APPROVE, "--dry-run", "--text").out == (
        f"plan.md would be approved for {KEY}: 2 stages\nits marker would be ticked and its front matter set\n"
    )
    assert (refs(shop), plan_of(shop).read_text()) == (before, TEXT)
    shop.okstra(*APPROVE)
    assert shop.okstra(*APPROVE, "--dry-run").json == told | {"plan": file_json(APPROVED), "file_changes": False}
    assert shop.okstra(*APPROVE, "--dry-run", "--text").out == (
        f"plan.md would be approved for {KEY}: 2 stages\nthe file would stay as it is\n"
    )


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--despite-open",), ("--add-marker",)])
def test_a_broken_plan_is_not_approved(shop: World, more: tuple[str, ...]) -> None:
    shop.write("plan.md", BROKEN)
    answer = shop.okstra(*APPROVE, *more, exit=1)
    message = refused(answer, "plan.invalid")
    assert message == "plan.md:24: '/etc/x' is not a path inside the repository, and 1 more"
    assert answer.json["error"]["hint"] == "git okstra plan check plan.md"
    assert codes(answer.json["error"]["problems"]) == ["plan.bad-path", "plan.no-row"]
    assert plan_of(shop).read_text() == BROKEN


def test_a_plan_without_the_marker_gets_it_when_asked(shop: World) -> None:
    bare = TEXT.replace("- [ ] Approved\n\n", "")
    shop.write("plan.md", bare)
    answer = shop.okstra(*APPROVE, exit=1)
    assert codes(answer.json["error"]["problems"]) == ["plan.no-marker"]
    assert shop.okstra(*APPROVE, "--add-marker", "--dry-run").json["file_changes"] is True
    assert plan_of(shop).read_text() == bare
    assert shop.okstra(*APPROVE, "--add-marker").json["changed"] is True
    assert plan_of(shop).read_text() == APPROVED


@pytest.mark.parametrize(
    ("marker", "front", "more", "edits"),
    [
        ("", "false", ("--add-marker",), "the line '- [ ] Approved' would be added and ticked, its front matter set"),
        ("", "true", ("--add-marker",), "the line '- [ ] Approved' would be added and ticked"),
        ("- [ ] Approved\n\n", "true", (), "its marker would be ticked"),
        ("- [x] Approved\n\n", "false", (), "its front matter would be set"),
    ],
)
def test_a_dry_run_names_the_edits_that_an_approval_would_make(
    shop: World, marker: str, front: str, more: tuple[str, ...], edits: str
) -> None:
    text = TEXT.replace("- [ ] Approved\n\n", marker).replace("approved: false", f"approved: {front}")
    shop.write("plan.md", text)
    page = shop.okstra(*APPROVE, *more, "--dry-run", "--text").out
    assert page == f"plan.md would be approved for {KEY}: 2 stages\n{edits}\n"
    assert plan_of(shop).read_text() == text
    shop.okstra(*APPROVE, *more)
    assert plan_of(shop).read_text() == APPROVED


def test_a_marker_that_is_there_is_not_added_again(shop: World) -> None:
    shop.okstra(*APPROVE, "--add-marker")
    assert plan_of(shop).read_text() == APPROVED


@pytest.mark.parametrize("heading", ["# Plan\ntext at once\n", "Plan\n====\n", ""])
def test_a_marker_is_added_so_that_it_is_found(shop: World, heading: str) -> None:
    shop.write("plan.md", heading + TEXT[TEXT.index("### Stage Map") :])
    assert shop.okstra(*APPROVE, "--add-marker").json["changed"] is True
    assert plan_of(shop).read_text().count("- [x] Approved\n") == 1


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--add-marker",)])
def test_open_questions_hold_an_approval_up(shop: World, more: tuple[str, ...]) -> None:
    shop.write("plan.md", TEXT + QUESTIONS)
    answer = shop.okstra(*APPROVE, *more, exit=2)
    message = refused(answer, "plan.open-questions", status=2)
    assert message == "plan.md waits for answers that hold up its approval: C-001, C-004"
    first = (TEXT + QUESTIONS).splitlines().index("## 1. Clarification Items") + 5
    assert answer.json["error"]["rows"] == [
        {"id": "C-001", "line": first, "statement": "Which one?"},
        {"id": "C-004", "line": first + 3, "statement": "The log?"},
    ]
    assert "--despite-open" in answer.json["error"]["hint"]
    assert plan_of(shop).read_text() == TEXT + QUESTIONS


def test_open_questions_may_be_overruled_or_answered(shop: World) -> None:
    shop.write("plan.md", TEXT + QUESTIONS)
    assert shop.okstra(*APPROVE, "--despite-open").json["changed"] is True
    shop.write("plan.md", TEXT + QUESTIONS.replace("| approval | open |", "| approval | answered |"))
    assert shop.okstra(*APPROVE).json["changed"] is True


def test_a_task_that_is_not_there_or_closed_gets_no_plan(shop: World) -> None:
    refused(shop.okstra("plan", "approve", "plan.md", "--task-key", "shop:web:other", exit=1), "task.unknown")
    shop.okstra("task", "close", KEY)
    refused(shop.okstra(*APPROVE, exit=1), "task.closed")
    assert plan_of(shop).read_text() == TEXT


# --- show


def shown(world: World, state: str, found: str | None, **stages: str) -> dict[str, Any]:
    told: dict[str, Any] = world.okstra("plan", "show", *TASK).json
    assert told["task"] == KEY
    plan = told["plan"]
    assert (plan["path"], plan["approved"], plan["found"]) == ("plan.md", BLOB, found)
    assert plan["unchanged"] is (found == BLOB)
    assert (plan["commit"], plan["by"]) == (world["base"], "Ada Tester <ada@example.org>")
    assert [stage.pop("state") for stage in plan["stages"]] == [state, stages.get("second", "pending")]
    assert plan["stages"] == file_json(APPROVED)["stages"]
    return told


def page(world: World) -> list[str]:
    lines = world.okstra("plan", "show", KEY, "--text").out.splitlines()
    assert lines[0] == f"plan of {KEY}: plan.md"
    assert lines[1].endswith(f" by Ada Tester <ada@example.org>, content {BLOB[:10]}, at {world['base'][:10]}")
    return lines[2:]


def test_a_task_without_a_plan_shows_none(shop: World) -> None:
    answer = shop.okstra("plan", "show", *TASK, exit=1)
    assert refused(answer, "plan.unapproved") == f"no plan of {KEY} was approved"
    assert answer.json["error"]["hint"] == f"git okstra plan approve FILE --task-key {KEY}"


def test_the_approved_plan_is_shown_with_its_stages(shop: World) -> None:
    shop.okstra(*APPROVE)
    shown(shop, "pending", BLOB)
    rows = [
        "  stage  state    depends on  title", "  1      pending  -           part 1",
        "  2      pending  1           part 2",
    ]  # fmt: skip
    assert page(shop) == rows
    record_stage(shop, 1, "feature")
    assert [stage["state"] for stage in shop.okstra("plan", "show", *TASK).json["plan"]["stages"]] == [
        "done",
        "pending",
    ]


def test_a_changed_plan_is_shown_beside_what_was_approved(shop: World) -> None:
    shop.okstra(*APPROVE)
    shop.write("plan.md", APPROVED + "more\n")
    now = name_of_blob((APPROVED + "more\n").encode())
    shown(shop, "pending", now)
    assert page(shop)[:2] == [
        f"  the file is changed since: it is {now[:10]} now",
        f"  next: git okstra plan approve plan.md --task-key {KEY}",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_plan_that_is_gone_is_shown_as_it_was(shop: World, content: bytes | None) -> None:
    shop.okstra(*APPROVE)
    plan_of(shop).unlink()
    if content:
        shop.write("plan.md", content)
    shown(shop, "pending", None)
    assert page(shop)[0] == "  the file is gone"


def test_a_plan_outside_of_the_repository_is_not_called_gone(shop: World, tmp_path: Path) -> None:
    outside = tmp_path / "kept elsewhere.md"
    outside.write_text(APPROVED)
    shop.okstra("plan", "approve", str(outside), *TASK)
    told = shop.okstra("plan", "show", KEY, "--text").out.splitlines()[2:]
    assert told[0] == "  the file lies outside of the repository, and is not looked at"
    assert "--approved-plan FILE" in told[1]


# --- template


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_template_is_printed_as_it_is_and_is_sound(shop: World, language: str) -> None:
    text = (ROOT / f"templates/inputs/plan.{language}.md").read_text()
    assert shop.okstra("plan", "template", "--language", language).out == text
    assert shop.okstra("plan", "template", "--language", language, "--json").json["template"] == text
    shop.write("plan.md", text)
    assert shop.okstra("plan", "check", "plan.md").json["problems"] == []
    assert shop.okstra(*APPROVE).json["changed"] is True


def test_another_language_is_wrong_usage(shop: World) -> None:
    answer = shop.okstra("plan", "template", "--language", "../en", "--json", exit=129)
    assert refused(answer, "usage", status=129) == "'../en' is not a language okstra knows"


def test_the_template_is_in_the_configured_language(shop: World) -> None:
    shop.okstra("config", "set", "language", "ko")
    assert shop.okstra("plan", "template").out == (ROOT / "templates/inputs/plan.ko.md").read_text()
