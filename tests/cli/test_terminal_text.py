"""What others wrote reaches a terminal visibly: control, C1, bidirectional and unseen characters become escapes."""

import io
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from okstra_cli.page import clean, clean_json, clean_lines
from okstra_cli.session import Session, Surroundings
from okstra_cli.wizard.ask_question import Lines
from okstra_cli.wizard.ask_screen import fitted, wrapped
from okstra_cli.wizard.texts import load_texts
from okstra_git.records.events import PlanApproved, TaskClosed, TaskOpened
from okstra_git.records.runs import PlannedStage
from tests.cli.conftest import Ask
from tests.cli.shop import KEY, TASK
from tests.kit.prepared import a_brief, a_plan, approve, prepare
from tests.kit.scenario import World
from tests.kit.stores import open_store, record
from tests.kit.surroundings import program_dir

MARKS = "\u202ea\u2066b\u200fc\u061cd\u200be\ufefff\u00adg\u3164h"
"""Directions, joiners and fillers, which JSON and files may hold."""
EVIL = f"\x1b]0;own\x07\x1b[2J\x9b31m\x7f\r{MARKS}"
FINE = "\tein Wort, 한국어, ✓ é\n"


def shown_raw(text: str) -> list[str]:
    """The characters that a terminal would obey or hide."""
    return sorted({c for c in text if (not c.isprintable() and c not in "\n\t") or c == "\u3164"})


@pytest.mark.parametrize(
    "code", [*range(32), *range(127, 160), 0xAD, 0x61C, 0x200B, 0x2028, 0x202E, 0x2066, 0x3164, 0xE0041]
)
def test_a_character_that_is_obeyed_or_unseen_is_shown(code: int) -> None:
    text = f"a{chr(code)}b"
    assert shown_raw(clean(text)) == []
    assert clean(text) != text
    assert shown_raw(clean_lines(text)) == []
    assert (clean_lines(text) == text) == (code in (9, 10))
    told = json.dumps({"x": text}, ensure_ascii=False, indent=2)
    assert shown_raw(clean_json(told)) == []
    assert json.loads(clean_json(told)) == {"x": text}


def test_documents_keep_lines_and_tabs_and_every_letter_of_any_language() -> None:
    assert clean_lines(FINE * 2) == FINE * 2
    assert clean_lines("one\r\ntwo\rthree\n") == "one\ntwo\\rthree\n"
    assert clean_json('{"x": "한국어 é"}') == '{"x": "한국어 é"}'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Everything that a stranger can have written in it: records, commits, files, brief, plan, archive."""
    world = World.begin(tmp_path_factory.mktemp("hostile") / "r")
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("config", "set", "worktreeRoot", str(world.path.parent / "worktrees"))
    world.okstra("task", "open", KEY)
    world.write(".okstra/briefs/web/login.md", a_brief() + f"\n## More\n{EVIL}{FINE}")
    world.write(".okstra/plan.md", a_plan({1: (), 2: (1,)}) + f"\n{MARKS}\n")
    approve(world, ".okstra/plan.md")
    world.okstra("task", "open", "shop:web:quiet")
    store = open_store(world)
    record(store, TaskOpened(task="shop/web/third", title=MARKS))
    record(store, TaskOpened(task="shop/web/other", title=EVIL, tickets=(EVIL,), category="feature"))
    rows = (PlannedStage(number=1, title=EVIL), PlannedStage(number=2, title=MARKS, depends_on=(1,)))
    record(store, PlanApproved(task="shop/web/other", path=".okstra/plan.md", blob="0" * 40, stages=rows))
    record(store, TaskClosed(task="shop/web/other", stage=1, reason=EVIL))
    run = prepare(world, "--directive", MARKS, task_type="requirements-discovery").json
    (world.path / run["report"]).parent.mkdir(parents=True, exist_ok=True)
    (world.path / run["report"]).write_text(f"# R {EVIL}{FINE}")
    world.okstra("run", "finish", run["run"], "--nonce", run["nonce"])
    world.branch(f"b{MARKS}", "main")
    world.commit("S1", {f"src/{MARKS}.txt": EVIL, "t.txt": "one\n"}, body=MARKS)
    world.okstra("stage", "start", "1", *TASK, "--base", "main", "--branch", f"b{MARKS}", "--no-worktree")
    world.okstra("stage", "done", "1", *TASK)
    world.git("reset", "-q", "--hard", "main")
    world.commit("S1 anew", {f"src/{MARKS}.txt": EVIL * 2, "t.txt": f"\t{EVIL}"}, body=MARKS)
    return world


def words_of(world: World) -> list[tuple[str, ...]]:
    """Every command that shows what was recorded, or found in files and commits."""
    *_, run = world.okstra("run", "list", "--all", "--json").json["runs"]
    shown = ("run", "show", str(run["id"]))
    files = [row["path"] for row in world.okstra(*shown, "--archive").json["archive"]["files"]]
    (file,) = [path for path in files if path.startswith("reports/")]
    other = ("--task-key", "shop:web:other")
    quiet = ("--task-key", "shop:web:quiet", "--brief-path", ".okstra/briefs/web/login.md")
    return [
        ("status",), ("status", "--problems"), ("status", "--forecast"), ("log",), ("--help",), ("run", "--help"),
        ("task", "list"), ("task", "show", *TASK), ("task", "show", *other), ("task", "show", *TASK, EVIL),
        ("task", "open", EVIL), ("plan", "show", *TASK), ("plan", "show", *other), ("plan", "check", ".okstra/plan.md"),
        ("brief", "check", ".okstra/briefs/web/login.md"), ("brief", "check", f"{EVIL}.md"), (EVIL,),
        ("stage", "list", *TASK), ("stage", "show", "1", *TASK), ("stage", "show", EVIL, *TASK),
        ("run", "list", "--all"), shown, (*shown, "--archive"), (*shown, "--file", file),
        ("run", "resume", "--explain", *TASK), ("inspect", "history"), ("inspect", "history", *TASK),
        ("inspect", "run", str(run["id"])), ("inspect", "context", *TASK), ("inspect", "resume", *TASK),
        ("reconcile", "--check", *TASK), ("reconcile", "--check", "--show", *TASK), ("reconcile", "--check", "--all"),
        ("handoff", "eligible", *TASK), ("handoff", "status", *TASK), ("worktree", "list"),
        ("worktree", "prune", "--dry-run"), ("config", "list"), ("doctor",), ("fsck",), ("hooks", "status", "--quick"),
        ("run", "prepare", *quiet, "--task-type", "requirements-discovery", "--directive", MARKS, "--prompt"),
        ("wizard", "init", "--state-file", "w.json"), ("wizard", "step", "--state-file", "w.json", "--answer", EVIL),
        ("wizard", "render-args", "--state-file", "w.json"),
    ]  # fmt: skip


def test_no_command_brings_what_others_wrote_to_a_terminal(hostile: World, on_terminal: Ask) -> None:
    leaks = []
    seen: set[str] = set()
    for words in words_of(hostile):
        for form in ("--text", "--json"):
            answer = on_terminal(*words, form, at=hostile)
            assert "a bug in okstra" not in answer.out + answer.err, (words, answer.err)
            leaks += [(words, form, raw) for raw in (shown_raw(answer.out), shown_raw(answer.err)) if raw]
            seen.update(word for word in ("202e", "x1b", "u001b", "3164") if word in answer.out + answer.err)
            if form == "--json" and answer.out:
                assert "ok" in json.loads(answer.out), words
    assert leaks == []
    assert seen == {"202e", "x1b", "u001b", "3164"}


def test_a_real_terminal_gets_them_visibly_from_the_installed_program(hostile: World) -> None:
    for words in (("task", "list", "--json"), ("task", "show", "--task-key", "shop:web:other")):
        first, second = pty.openpty()
        environ = {**hostile.environ(), "TERM": "xterm", "NO_COLOR": "1"}
        with subprocess.Popen(
            [str(program_dir() / "okstra"), *words],
            cwd=hostile.path,
            env=environ,
            stdin=second,
            stdout=second,
            stderr=second,
        ) as process:
            os.close(second)
            said = read_terminal(first).decode()
        os.close(first)
        assert process.returncode == 0
        assert shown_raw(said.replace("\r\n", "\n")) == []
        assert "202e" in said


def read_terminal(number: int) -> bytes:
    """Everything until the program ends, which Linux tells as an error."""
    said = b""
    while True:
        try:
            found = os.read(number, 65536)
        except OSError:
            return said
        if not found:
            return said
        said += found


def test_the_same_file_off_a_terminal_is_what_it_was(hostile: World) -> None:
    *_, words = (each for each in words_of(hostile) if "--file" in each)
    assert f"# R {EVIL}{FINE}" in hostile.okstra(*words, "--text").out
    assert hostile.okstra(*words, "--json").json["text"].startswith(f"# R {EVIL}{FINE}")


def test_what_the_wizard_draws_is_harmless() -> None:
    assert shown_raw(wrapped(f"{EVIL}\n{EVIL}", 30)) == []
    assert shown_raw(fitted(EVIL, 30)) == []
    drawn = io.StringIO()
    Lines(load_texts("en"), source=io.StringIO(), drawn=drawn).tell(EVIL)
    assert shown_raw(drawn.getvalue()) == []


def test_a_hook_says_harmlessly_what_went_wrong() -> None:
    session = Session(Surroundings(Path(), {}, io.StringIO(), io.StringIO(), io.StringIO(), stdout_is_terminal=False))
    session.complain(f"okstra: could not look: {EVIL}", mark="\x1b[1mx\x1b[0m ")
    told = session.around.stderr
    assert isinstance(told, io.StringIO)
    assert shown_raw(told.getvalue().removeprefix("\x1b[1mx\x1b[0m ")) == []
