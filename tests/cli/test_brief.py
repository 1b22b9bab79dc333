"""The brief commands: writing one that is never overwritten, and judging one for a phase."""

from pathlib import Path

import pytest

from okstra_git.tokens import ASK_REPORTER
from tests.cli.shop import open_shop, refs, refused
from tests.kit.prepared import a_brief
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

NEW = ("brief", "new", "web", "login")
CHECK = ("brief", "check", "b.md")
PLANNING = ("--task-type", "implementation-planning")
QUESTION = {"prefix": "intent-check:", "text": "why?", "line": 16}
UNNAMED = {
    "code": "brief.no-prefix",
    "line": 17,
    "message": "the question 'what' has no prefix",
    "hint": "begin it with one of intent-check: conversion-block: terminology: general:",
    "stage": None,
    "next": None,
}


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


def template(language: str) -> str:
    return (ROOT / f"templates/inputs/brief.{language}.md").read_text()


# --- new


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_brief_is_written_from_the_template(shop: World, language: str) -> None:
    path = shop.path / ".okstra/briefs/web/login.md"
    before = refs(shop)
    told = shop.okstra(*NEW, "--language", language).json
    next_command = "git okstra brief check .okstra/briefs/web/login.md"
    assert told == {"ok": True, "schema": 1, "path": str(path), "next": next_command}
    assert path.read_text() == template(language).replace("TASK-ID", "login")
    assert refs(shop) == before


def test_a_new_brief_is_told_with_what_to_do_next(shop: World) -> None:
    assert (
        shop.okstra(*NEW, "--text").out
        == """\
wrote .okstra/briefs/web/login.md; fill it in, then look it over:
next: git okstra brief check .okstra/briefs/web/login.md
"""
    )


def test_a_brief_that_is_there_is_never_overwritten(shop: World) -> None:
    path = shop.write(".okstra/briefs/web/login.md", "mine\n")
    answer = shop.okstra(*NEW, exit=1)
    assert refused(answer, "brief.exists") == ".okstra/briefs/web/login.md exists already"
    assert answer.json["error"]["hint"] == "git okstra brief check .okstra/briefs/web/login.md"
    assert path.read_text() == "mine\n"


@pytest.mark.parametrize(("group", "name"), [("web", "Login"), ("Web", "login"), ("WEB", "LOGIN")])
def test_a_brief_that_differs_from_another_in_case_only_is_refused(shop: World, group: str, name: str) -> None:
    shop.okstra(*NEW)
    answer = shop.okstra("brief", "new", group, name, exit=1)
    there, wanted = ".okstra/briefs/web/login.md", f".okstra/briefs/{group}/{name}.md"
    assert refused(answer, "brief.case-clash") == f"{wanted} differs from {there} in upper and lower case only"
    assert answer.json["error"]["hint"] == f"take another name, or go on with {there}"
    assert [path.relative_to(shop.path).as_posix() for path in shop.path.glob(".okstra/briefs/*/*")] == [there]
    shop.okstra("brief", "new", "app", name)
    shop.okstra("brief", "new", "web", f"{name}2")


def test_a_link_that_leads_nowhere_is_not_written_through(shop: World) -> None:
    path = shop.path / ".okstra/briefs/web/login.md"
    path.parent.mkdir(parents=True)
    path.symlink_to(shop.path / "elsewhere")
    refused(shop.okstra(*NEW, exit=1), "brief.exists")
    assert not (shop.path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("web", "login", "--language", "fr"), "usage", 129),
        (("we b", "login"), "name.bad", 1),
        (("..", "login"), "name.bad", 1),
        (("web", "../login"), "name.bad", 1),
        (("web", "login", "--source-file", "nowhere.txt"), "file.refused", 1),
        (("web", "login", "--source-file", "empty.txt"), "text.refused", 1),
        (("web", "login", "--source-file", "latin.txt"), "document.unreadable", 1),
        (("web", "login", "--source-file", "nul.txt"), "document.unreadable", 1),
        (("web", "login", "--source-file", "."), "file.refused", 1),
        (("web", "login", "--report", "nowhere.md"), "report.missing", 1),
        (("web", "login", "--title", " "), "text.refused", 1),
        (("web", "login", "--title", "a", "--title-file", "empty.txt"), "usage", 129),
        (("web", "login", "--ticket", "\udcff"), "text.refused", 1),
    ],
)
def test_a_refused_brief_leaves_nothing(shop: World, words: tuple[str, ...], code: str, status: int) -> None:
    for name, content in (("empty.txt", b" \n"), ("latin.txt", b"\xe9"), ("nul.txt", b"a\0b")):
        shop.write(name, content)
    refused(shop.okstra("brief", "new", *words, exit=status), code, status=status)
    assert list(shop.path.glob(".okstra/briefs/**/*.md")) == []


def test_a_new_brief_holds_what_it_was_given(shop: World) -> None:
    words = b"# Help\r\n---\nreporter-confirmations: complete\n---\n```\nnever closed\n## Open Questions\n- general: x"
    shop.write("mail.txt", words)
    shop.write("report.md", "accepted\n")
    title = "Log in: \"now\" for $5 'each'"
    given = ("--title", title, "--ticket", "SHOP-1", "--ticket", "SHOP-2", "--source-file", "mail.txt")
    assert "with the reporter's words" in shop.okstra(*NEW, *given, "--report", "report.md", "--text").out
    data = (shop.path / ".okstra/briefs/web/login.md").read_bytes()
    assert b"\n````verbatim\n" + words + b"\n````\n" in data
    assert data.endswith(b"\n## Source Verification Report\n\n- `report.md`\n")
    told = shop.okstra("brief", "check", ".okstra/briefs/web/login.md", "--task-type", "release-handoff", exit=2).json
    assert (told["title"], told["ticket"], told["problems"]) == (title, "SHOP-1, SHOP-2", [])
    assert (told["gate"]["state"], told["gate"]["pending"]) == ("pending", [])


def test_a_title_may_come_from_a_file(shop: World) -> None:
    shop.write("title.txt", "One $HOME\n")
    shop.okstra(*NEW, "--title-file", "title.txt")
    assert shop.okstra("brief", "check", ".okstra/briefs/web/login.md", exit=2).json["title"] == "One $HOME"


@pytest.mark.parametrize("place", ["sub", "linked"])
def test_what_a_new_brief_says_to_do_next_works_where_it_was_said(shop: World, place: str) -> None:
    inside = World(shop.path / "src/deep") if place == "sub" else shop.worktree(shop.path.parent / "linked", "linked")
    inside.path.mkdir(parents=True, exist_ok=True)
    brief = inside.okstra(*NEW).json["next"].rpartition(" ")[2]
    assert inside.okstra("brief", "check", brief, exit=2).json["path"] == brief
    inside.okstra("brief", "add", brief, "--label", "evidence-link", "--text", "a log")
    inside.okstra("brief", "ask", brief, "--prefix", "intent-check", "--text", "why?")
    assert inside.okstra("brief", "confirm", brief, "--question", "1", "--answer", "So.").json["gate"] == "complete"
    assert "- RC-1: So." in (shop.path / ".okstra/briefs/web/login.md").read_text()
    inside.write(".okstra/briefs/web/login.md", a_brief("skipped"))
    assert inside.okstra("brief", "check", brief).json["gate"]["state"] == "skipped"
    refused(inside.okstra("brief", "check", "nowhere.md", exit=1), "brief.missing")


def test_a_brief_outside_of_any_repository_is_judged(tmp_path: Path) -> None:
    nowhere = World(tmp_path)
    nowhere.write("b.md", a_brief())
    assert nowhere.okstra(*CHECK).json["problems"] == []
    refused(nowhere.okstra("brief", "check", "nowhere.md", exit=1), "brief.missing")


# --- check


def test_a_sound_brief_may_begin(shop: World) -> None:
    shop.write("b.md", a_brief())
    told = shop.okstra(*CHECK).json
    assert told == {
        "ok": True,
        "schema": 1,
        "path": "b.md",
        "title": "Log in with a passkey",
        "ticket": "SHOP-12",
        "task_type": "requirements-discovery",
        "gate": {"state": "complete", "may_proceed": True, "promoted": [], "pending": []},
        "problems": [],
        "next": None,
    }
    text = shop.okstra(*CHECK, "--text").out
    assert text == "reporter-confirmations: complete; requirements-discovery may begin\n"


def test_a_question_is_handed_on(shop: World) -> None:
    shop.write("b.md", a_brief("partial", questions=["intent-check: why?"]))
    told = shop.okstra(*CHECK, *PLANNING).json
    promoted = QUESTION | {"kind": "decision", "blocks": "approval", "recommended": f"({ASK_REPORTER})"}
    assert told["gate"] == {"state": "partial", "may_proceed": True, "promoted": [promoted], "pending": []}
    assert (
        shop.okstra(*CHECK, *PLANNING, "--text").out
        == """\
reporter-confirmations: partial; implementation-planning may begin
  handed on, line 16: intent-check: why?
"""
    )


def test_a_release_does_not_begin_on_a_brief_that_names_no_report(shop: World) -> None:
    shop.write("b.md", a_brief())
    text = shop.okstra("brief", "check", "b.md", "--task-type", "release-handoff", "--text", exit=1).out
    assert "release-handoff is not to begin before its report is named" in text
    assert "may begin" not in text


def test_a_brief_with_problems_exits_1(shop: World) -> None:
    shop.write("b.md", a_brief(questions=["intent-check: why? [CONFIRMED 2026-01-31 → RC-1]", "what"]))
    shop.write("b.md", (shop.path / "b.md").read_text() + "\n## Reporter Confirmations\n\n- RC-1: because\n")
    answer = shop.okstra(*CHECK, exit=1)
    assert refused(answer, "brief.invalid") == "b.md breaks 1 rule"
    assert answer.json["problems"] == [UNNAMED]
    assert answer.json["gate"]["may_proceed"] is True
    text = shop.okstra(*CHECK, "--text", exit=1)
    assert (
        text.out
        == """\
b.md:17: the question 'what' has no prefix
        begin it with one of intent-check: conversion-block: terminology: general:
reporter-confirmations: complete; requirements-discovery may begin
"""
    )
    assert text.err.startswith("okstra: b.md breaks 1 rule\nhint: ")


@pytest.mark.parametrize(("gate", "state"), [("pending", "pending"), ("", "missing"), ("perhaps", "missing")])
def test_a_brief_whose_reporter_was_not_asked_exits_2(shop: World, gate: str, state: str) -> None:
    shop.write("b.md", a_brief(gate, questions=["intent-check: why?", "what"]))
    told = shop.okstra(*CHECK, exit=2).json
    assert told["ok"] is True
    assert told["gate"] == {"state": state, "may_proceed": False, "promoted": [], "pending": [QUESTION]}
    assert told["problems"][-1] == UNNAMED
    assert [problem["code"] for problem in told["problems"][:-1]] == (["brief.bad-gate"] if gate == "perhaps" else [])
    assert told["next"] == "git okstra brief confirm b.md"
    text = shop.okstra(*CHECK, "--text", exit=2).out.splitlines()
    assert text[-3:] == [
        f"reporter-confirmations: {state}; requirements-discovery must not begin",
        "  ask the reporter, line 16: intent-check: why?",
        "next: git okstra brief confirm b.md",
    ]


def test_a_new_brief_has_to_be_asked_about_first(shop: World) -> None:
    shop.okstra(*NEW)
    told = shop.okstra("brief", "check", ".okstra/briefs/web/login.md", exit=2).json
    assert (told["title"], told["gate"]["state"]) == ("One line about login", "pending")
    assert [problem["code"] for problem in told["problems"]] == ["brief.no-source"]


def test_the_glossary_is_asked_for_terms(shop: World) -> None:
    addition = "\n## Augmentation\n\n- terminology-mapping: the gate is the door\n"
    shop.write("b.md", a_brief("partial", questions=["terminology: which door?"]) + addition)
    assert shop.okstra(*CHECK).json["gate"]["promoted"][0]["recommended"] == "extend the okstra glossary with the term"
    shop.write(".okstra/glossary.md", "# Glossary\n\n## Door\n")
    assert shop.okstra(*CHECK).json["gate"]["promoted"][0]["recommended"] == "the glossary's term 'door'"
    shop.write(".okstra/glossary.md", "# Glossary\n\n## Window\n")
    assert shop.okstra(*CHECK, exit=1).json["problems"][0]["code"] == "brief.unknown-term"


def test_a_release_needs_its_report(shop: World) -> None:
    shop.write("b.md", a_brief())
    told = shop.okstra(*CHECK, "--task-type", "release-handoff", exit=1).json
    assert [problem["code"] for problem in told["problems"]] == ["brief.no-report"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nowhere.md",), "brief.missing"),
        ((".",), "brief.missing"),
        (("latin.md",), "document.unreadable"),
        (("b.md", "--task-type", "plan"), "task-type.unknown"),
    ],
)
def test_what_cannot_be_judged_is_refused(shop: World, words: tuple[str, ...], code: str) -> None:
    shop.write("b.md", a_brief())
    shop.write("latin.md", b"\xe9")
    refused(shop.okstra("brief", "check", *words, exit=1), code)


def test_every_problem_says_which_command_helps(shop: World) -> None:
    rows = ["general: why? [CONFIRMED 2026-01-31 → RC-1]", "what"]
    addition = "\n## Augmentation\n\n- intent-inference: a guess\n- terminology-mapping: a gate\n"
    shop.write("my b.md", a_brief("later", questions=rows) + addition)
    shop.write(".okstra/glossary.md", "- Door: the way in\n")
    told = shop.okstra("brief", "check", "my b.md", exit=2).json
    assert {problem["code"]: problem["next"] for problem in told["problems"]} == {
        "brief.bad-gate": "git okstra brief confirm 'my b.md' --pending",
        "brief.no-answer": "git okstra brief confirm 'my b.md' --question 2 --answer TEXT",
        "brief.no-prefix": None,
        "brief.unpaired-inference": "git okstra brief ask 'my b.md' --prefix intent-check: --text TEXT",
        "brief.unknown-term": "git okstra brief term TERM --meaning TEXT",
    }
    text = shop.okstra("brief", "check", "my b.md", "--text", exit=2).out
    assert "\n        git okstra brief confirm 'my b.md' --pending\n" in text


# --- template


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_template_is_printed_as_it_is(shop: World, language: str) -> None:
    assert shop.okstra("brief", "template", "--language", language).out == template(language)
    assert shop.okstra("brief", "template", "--language", language, "--json").json["template"] == template(language)
