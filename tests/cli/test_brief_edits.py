"""The commands that edit a brief or the glossary: what they write, show, and refuse without writing."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from okstra_git.briefs.insertion import read_text
from okstra_git.porcelain.brief_edits import BriefFile, save, save_brief, save_over
from tests.cli.shop import open_shop, refused
from tests.kit.prepared import a_brief
from tests.kit.refusals import refuses
from tests.kit.scenario import World

CONFIRM = ("brief", "confirm", "b.md")
ADD = ("brief", "add", "b.md", "--label")
ASK = ("brief", "ask", "b.md", "--prefix")
QUESTIONS = ("intent-check: for all?", "conversion-block: all rows?")
NEXT = "git okstra brief confirm b.md"


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    world.write("b.md", a_brief("pending", questions=QUESTIONS))
    return world


def text_of(shop: World) -> str:
    return (shop.path / "b.md").read_text()


# --- add and ask


def test_an_entry_is_added_and_told_with_its_difference(shop: World) -> None:
    told = shop.okstra(*ADD, "evidence-link", "--text", "log of `Monday`", "--json").json
    assert told == {
        "ok": True,
        "schema": 1,
        "path": "b.md",
        "dry_run": False,
        "changed": True,
        "gate": "pending",
        "left": [2, 3],
        "diff": ["@@ -12,2 +12,6 @@", " ", "+## Augmentation", "+", "+- evidence-link: log of `Monday`", "+",
                 " ## Open Questions"],
        "next": NEXT,
    }  # fmt: skip
    assert "\n## Augmentation\n\n- evidence-link: log of `Monday`\n\n## Open Questions\n" in text_of(shop)


def test_a_guess_and_its_question_are_written_together_or_not_at_all(shop: World) -> None:
    before = text_of(shop)
    shop.write("b.md", a_brief("pending"))
    refused(shop.okstra(*ADD, "intent-inference", "--text", "only the shop", exit=1), "brief.unpaired-inference")
    assert text_of(shop) == a_brief("pending")
    shop.write("ask.txt", 'Only the "shop", for $5?\n')
    shop.okstra(*ADD, "intent-inference:", "--text", "only the shop", "--ask-file", "ask.txt")
    brief = read_text(text_of(shop))
    assert [(each.label, each.text) for each in brief.additions] == [("intent-inference", "only the shop")]
    assert [each.text for each in brief.questions[1:]] == ['Only the "shop", for $5?']
    refused(shop.okstra(*ADD, "intent-inference", "--text", "a second one", exit=1), "brief.unpaired-inference")
    shop.write("b.md", before)
    shop.okstra(*ADD, "intent-inference", "--text", "the first, asked about already")


def test_a_question_is_added_and_opens_a_complete_brief(shop: World) -> None:
    shop.write("b.md", a_brief("complete"))
    told = shop.okstra(*ASK, "intent-check", "--text", "why?").json
    assert (told["gate"], told["left"], told["next"]) == ("partial", [2], NEXT)
    assert shop.okstra(*ASK, "general:", "--text", "what else?").json["gate"] == "partial"
    assert text_of(shop).endswith("- intent-check: why?\n- general: what else?\n")


def test_a_dry_run_shows_the_change_and_writes_nothing(shop: World) -> None:
    before = text_of(shop)
    page = shop.okstra("--text", *ASK, "general", "--text", "what else?", "--dry-run").out
    assert (
        page
        == """\
b.md would change:
  @@ -17 +17,2 @@
   - conversion-block: all rows?
  +- general: what else?
next: git okstra brief confirm b.md
"""
    )
    shop.okstra(*ADD, "evidence-link", "--text", "x", "-n")
    shop.okstra(*CONFIRM, "--question", "2", "--answer", "x", "-n")
    shop.okstra(*CONFIRM, "--skip", "-n")
    shop.okstra("brief", "term", "Door", "--meaning", "x", "-n")
    assert text_of(shop) == before
    assert not (shop.path / ".okstra/glossary.md").exists()


# --- confirm


def test_what_is_left_to_ask_is_listed_with_numbers_that_stay(shop: World) -> None:
    told = shop.okstra(*CONFIRM).json
    first = {"question": 2, "prefix": "intent-check:", "text": "for all?", "line": 16}
    second = {"question": 3, "prefix": "conversion-block:", "text": "all rows?", "line": 17}
    other = {"question": 1, "prefix": "general:", "text": "which browsers matter?", "line": 15}
    assert told == {
        "ok": True, "schema": 1, "path": "b.md", "gate": "pending", "questions": [first, second], "others": [other],
        "answered": [], "next": f"{NEXT} --question 2 --answer TEXT",
    }  # fmt: skip
    shop.okstra(*CONFIRM, "--question", "2", "--answer", "Yes.", "--date", "2026-01-31")
    told = shop.okstra(*CONFIRM).json
    assert (told["gate"], told["questions"], told["others"]) == ("partial", [second], [other])
    assert told["answered"] == [{**first, "id": "RC-1", "date": "2026-01-31", "answer": "Yes."}]
    assert (
        shop.okstra(*CONFIRM, "--text").out
        == """\
reporter-confirmations: partial; to ask the reporter: 1
  3  conversion-block: all rows? (line 17)
open, and not for the reporter alone:
  1  general: which browsers matter? (line 15)
  2  answered, RC-1: intent-check: for all?
next: git okstra brief confirm b.md --question 3 --answer TEXT
"""
    )


def test_an_answer_is_written_with_the_day_of_the_clock(shop: World) -> None:
    told = shop.okstra(*CONFIRM, "--question", "2", "--answer", "Yes,\n`all` of them.").json
    day = told.pop("date")
    assert f"- intent-check: for all? [CONFIRMED {day} → RC-1]\n" in text_of(shop)
    assert text_of(shop).endswith("\n## Reporter Confirmations\n\n- RC-1: Yes,\n  `all` of them.\n")
    assert day.startswith("20")
    assert told.pop("diff")[1:4] == [" title: Log in with a passkey", "-reporter-confirmations: pending",
                                     "+reporter-confirmations: partial"]  # fmt: skip
    assert told == {
        "ok": True, "schema": 1, "path": "b.md", "dry_run": False, "changed": True, "gate": "partial", "left": [3],
        "question": 2, "id": "RC-1", "answer": "Yes,\n`all` of them.", "next": f"{NEXT} --question 3 --answer TEXT",
    }  # fmt: skip


def test_the_last_answer_completes_and_the_phase_may_begin(shop: World) -> None:
    shop.write("a.txt", '\ufeffIt costs $5,\r\nsays "Ada".\r\n')
    shop.okstra(*CONFIRM, "--question", "3", "--answer-file", "a.txt")
    told = shop.okstra(*CONFIRM, "--question", "2", "--answer", "No.").json
    assert (told["gate"], told["left"], told["next"]) == ("complete", [], "git okstra brief check b.md")
    assert read_text(text_of(shop)).answers == {"RC-1": 'It costs $5,\nsays "Ada".', "RC-2": "No."}
    assert shop.okstra("brief", "check", "b.md").json["problems"] == []


def test_the_same_answer_again_changes_nothing_and_another_is_refused(shop: World) -> None:
    shop.okstra(*CONFIRM, "--question", "2", "--answer", "Yes.", "--date", "2026-01-31")
    before, stamp = text_of(shop), (shop.path / "b.md").stat().st_mtime_ns
    told = shop.okstra(*CONFIRM, "--question", "2", "--answer", " Yes.\n").json
    assert (told["changed"], told["diff"], told["id"], told["date"]) == (False, [], "RC-1", "2026-01-31")
    assert "says so already" in shop.okstra(*CONFIRM, "--question", "2", "--answer", "Yes.", "--text").out
    answer = shop.okstra(*CONFIRM, "--question", "2", "--answer", "No.", exit=1)
    assert refused(answer, "brief.answered") == "question 2 in line 16 has another answer already, RC-1"
    assert (text_of(shop), (shop.path / "b.md").stat().st_mtime_ns) == (before, stamp)


def test_the_gate_moves_by_hand(shop: World) -> None:
    assert shop.okstra(*CONFIRM, "--skip").json["gate"] == "skipped"
    assert shop.okstra(*CONFIRM, "--skip").json["changed"] is False
    assert shop.okstra("brief", "check", "b.md").json["gate"]["state"] == "skipped"
    assert shop.okstra(*CONFIRM, "--pending").json["gate"] == "pending"
    refused(shop.okstra(*CONFIRM, "--complete", exit=1), "brief.gate-settled")
    shop.write("b.md", a_brief("pending"))
    assert shop.okstra(*CONFIRM).json["next"] == f"{NEXT} --complete"
    assert shop.okstra(*CONFIRM, "--complete").json["gate"] == "complete"
    back = shop.okstra(*CONFIRM, "--pending", exit=1)
    refused(back, "brief.gate-settled")
    assert back.json["error"]["hint"].startswith("git okstra brief ask b.md ")


def test_a_question_in_a_second_section_is_asked_before_the_gate_is_complete(shop: World) -> None:
    shop.write("b.md", a_brief("pending", questions=QUESTIONS[:1]) + "\n## Open Questions\n\n- intent-check: why?\n")
    assert shop.okstra(*CONFIRM, "--question", "2", "--answer", "Yes.").json["left"] == [3]
    refused(shop.okstra(*CONFIRM, "--complete", exit=1), "brief.gate-settled")
    told = shop.okstra(*ASK, "general:", "--text", "last?").json
    assert told["left"] == [3]
    assert shop.okstra(*CONFIRM, "--question", "3", "--answer", "So.").json["gate"] == "complete"
    text = text_of(shop)
    assert "- intent-check: why? [CONFIRMED" in text
    assert text.index("general: last?") > text.index("intent-check: why?")


def test_what_never_ends_is_told_before_anybody_is_asked(shop: World) -> None:
    shop.write("b.md", a_brief("pending") + "\n<!-- later\n\n- intent-check: why?\n")
    assert shop.okstra(*CONFIRM).json["next"] == "git okstra brief check b.md"
    answer = shop.okstra(*CONFIRM, "--complete", exit=1)
    assert refused(answer, "brief.unclosed") == "<!-- in line 17 never ends, so that questions behind it are not read"
    assert answer.json["error"]["hint"] == "end it with -->, then repeat"
    told = shop.okstra("brief", "check", "b.md", "--text", exit=2).out
    assert told.startswith("b.md:17: '<!--' begins here and never ends\n        end it with -->; questions behind it")


def test_mode_line_ends_and_links_stay(shop: World) -> None:
    path = shop.write("b.md", a_brief("pending", questions=QUESTIONS).replace("\n", "\r\n").encode())
    path.chmod(0o640)
    (shop.path / "link.md").symlink_to("b.md")
    shop.okstra("brief", "confirm", "link.md", "--question", "2", "--answer", "Yes,\nall.")
    data = path.read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (shop.path / "link.md").is_symlink()
    assert [each.name for each in shop.path.iterdir() if each.name.endswith(".tmp")] == []


def test_a_brief_that_somebody_else_wrote_meanwhile_is_left_alone(shop: World) -> None:
    text = text_of(shop)
    found = BriefFile("b.md", shop.path / "b.md", text, read_text(text))
    shop.write("b.md", "theirs\n")
    with refuses("brief.changed") as refusal:
        save_brief(found, "ours\n")
    assert (refusal.value.code, refusal.value.hint) == ("brief.changed", "look at it, then repeat")
    assert text_of(shop) == "theirs\n"


def test_a_folder_that_takes_no_file_is_refused() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "b.md"
        path.write_text("mine\n")
        path.parent.chmod(0o555)
        with as_somebody_else(), refuses("brief.unwritable") as refusal:
            save(path, b"ours\n", name="b.md")
        path.parent.chmod(0o700)
        assert (refusal.value.code, refusal.value.message) == (
            "brief.unwritable",
            f"b.md cannot be written: {os.strerror(errno.EACCES).lower()}",
        )
        assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [("b.md", "mine\n")]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everywhere; nobody may not."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


# --- term


def test_the_glossary_is_made_extended_and_asked_about(shop: World) -> None:
    path = shop.path / ".okstra/glossary.md"
    told = shop.okstra("brief", "term", "Passkey", "--meaning", "a key of\nthe device").json
    assert told == {
        "ok": True, "schema": 1, "path": str(path), "term": "Passkey", "meaning": "a key of the device",
        "dry_run": False, "changed": True,
        "diff": ["@@ -0,0 +1,3 @@", "+# Glossary", "+", "+- Passkey: a key of the device"],
    }  # fmt: skip
    assert shop.okstra("brief", "term", "passkey", "--meaning", "a key of the device").json["changed"] is False
    shop.write("m.txt", "costs $5\n")
    answer = shop.okstra("brief", "term", "PASSKEY", "--meaning-file", "m.txt", exit=2)
    said = refused(answer, "term.differs", status=2)
    assert said == "the glossary says otherwise of 'Passkey': 'a key of the device'"
    shop.okstra("brief", "term", "PASSKEY", "--meaning-file", "m.txt", "--replace")
    shop.okstra("brief", "term", "Door", "--meaning", "the way in")
    assert path.read_text() == "# Glossary\n\n- Passkey: costs $5\n- Door: the way in\n"
    text = a_brief().replace("## Open", "## Augmentation\n\n- terminology-mapping: the gate is the door\n\n## Open")
    shop.write("b.md", text)
    assert shop.okstra("brief", "check", "b.md").json["problems"] == []


def test_a_glossary_that_somebody_else_wrote_meanwhile_is_left_alone(shop: World) -> None:
    path = shop.write(".okstra/glossary.md", "theirs\n")
    for read in (None, b"mine\n"):
        with refuses("brief.changed"):
            save_over(path, read, b"ours\n", name="glossary")
    assert path.read_text() == "theirs\n"
    save_over(path, b"theirs\n", b"ours\n", name="glossary")
    assert path.read_text() == "ours\n"


# --- refusals


@pytest.mark.parametrize(
    ("line", "code", "status"),
    [
        ((*ADD, "evidence-link"), "usage", 129),
        ((*ADD, "evidence-link", "--text", "a", "--text-file", "b.md"), "usage", 129),
        ((*ADD, "evidence", "--text", "a"), "usage", 129),
        ((*ADD, "evidence-link", "--text", "a", "--ask", "b"), "usage", 129),
        ((*ADD, "evidence-link", "--text", " \n"), "text.refused", 1),
        ((*ADD, "evidence-link", "--text", "\udcff"), "text.refused", 1),
        ((*ADD, "evidence-link", "--text-file", "nowhere"), "file.refused", 1),
        ((*ADD, "evidence-link", "--text-file", "latin.txt"), "document.unreadable", 1),
        ((*ASK, "intent", "--text", "a"), "usage", 129),
        (("brief", "ask", "nowhere.md", "--prefix", "general:", "--text", "a"), "brief.missing", 1),
        ((*CONFIRM, "--question", "2"), "usage", 129),
        ((*CONFIRM, "--answer", "a"), "usage", 129),
        ((*CONFIRM, "--date", "2026-01-31"), "usage", 129),
        ((*CONFIRM, "--question", "two", "--answer", "a"), "usage", 129),
        ((*CONFIRM, "--question", "0", "--answer", "a"), "brief.no-question", 1),
        ((*CONFIRM, "--question", "99999999999999999999", "--answer", "a"), "brief.no-question", 1),
        ((*CONFIRM, "--question", "2", "--answer", "a", "--date", "31.01.2026"), "usage", 129),
        ((*CONFIRM, "--question", "2", "--answer", "a", "--skip"), "usage", 129),
        ((*CONFIRM, "--skip", "--pending"), "usage", 129),
        (("brief", "confirm", "odd.md", "--question", "1", "--answer", "a"), "brief.not-editable", 1),
        (("brief", "confirm", "front.md", "--skip"), "document.not-editable", 1),
        (("brief", "term", "Door"), "usage", 129),
        (("brief", "term", "a\x1bb", "--meaning", "x"), "text.refused", 1),
        (("brief", "term", "a: b", "--meaning", "x"), "brief.not-editable", 1),
    ],
)
def test_a_refusal_has_a_code_and_a_next_step_and_changes_nothing(
    shop: World, line: tuple[str, ...], code: str, status: int
) -> None:
    shop.write("latin.txt", b"\xe9")
    shop.write("odd.md", "## Augmentation\n\n### Open Questions\n\n- intent-check: why?\n")
    shop.write("front.md", "---\ntitle: [x\n---\n")
    before = {path: path.read_bytes() for path in files(shop)}
    answer = shop.okstra(*line, exit=status)
    refused(answer, code, status=status)
    assert answer.json["error"]["hint"]
    assert {path: path.read_bytes() for path in files(shop)} == before


def files(shop: World) -> list[Path]:
    return [path for path in shop.path.rglob("*") if path.is_file() and ".git" not in path.parts]


def test_the_global_text_switch_is_not_mistaken_for_words(shop: World) -> None:
    shop.write("t.txt", "words\n")
    line = (*ASK, "general:", "--text-file", "t.txt")
    assert shop.okstra(*line, "--text").out.startswith("b.md is changed:\n")
    assert shop.okstra(*ASK, "general:", "--text", "b", "--text").out.startswith("b.md is changed:\n")
    assert shop.okstra(*ASK, "general:", "--text=--text", "--json").json["diff"][-1] == "+- general: --text"
