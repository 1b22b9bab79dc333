"""`wizard run` as a person meets it: a real terminal of 80 by 24, keys pressed, the screen read back."""

import errno
import json
import os
import signal
from collections.abc import Sequence
from contextlib import AbstractContextManager

import pytest

from okstra_cli.page import columns_of
from okstra_cli.wizard.answers import State
from okstra_cli.wizard.state_file import Saved, write_state
from tests.kit.answers import Answer
from tests.kit.asking import a_task, some_facts, walk
from tests.kit.prepared import KEY, a_brief, prepare, runs, set_up
from tests.kit.scenario import World
from tests.kit.tmux import PATIENCE, Pane, open_pane

FILE = ".okstra/wizard/w.json"
RUN = ("okstra", "wizard", "run")


@pytest.fixture
def shop(world: World) -> World:
    """A task with a plan of three stages and a run that planned them."""
    set_up(world, {1: (), 2: (), 3: (1,)})
    planned = prepare(world, task_type="implementation-planning").json
    world.okstra("run", "finish", planned["run"], "--nonce", planned["nonce"])
    return world


def by_steps(world: World, *answers: object, init: Sequence[str] = ()) -> tuple[str, str]:
    """What `render-args` prints after these answers, as JSON and as a line; its state file is gone afterwards."""
    world.okstra("wizard", "init", "--state-file", FILE, *init)
    for answer in answers:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        world.okstra("wizard", "step", "--state-file", FILE, "--answer", text)
    printed = world.okstra_process("wizard", "render-args", "--state-file", FILE).out
    line = world.okstra_process("wizard", "render-args", "--state-file", FILE, "--command").out
    (world.path / FILE).unlink()
    return printed, line


def on_terminal(world: World, *lines: Sequence[str], columns: int = 80) -> AbstractContextManager[Pane]:
    return open_pane(*lines, cwd=world.path, environ=world.environ(), columns=columns)


def shows(screen: str, text: str) -> bool:
    """Whether the screen has the text, wherever the terminal broke its lines; a space at such a place is not shown."""
    return "".join(text.split()) in "".join(screen.split())


def test_enter_alone_takes_every_default_and_the_arguments_go_where_stdout_goes(shop: World) -> None:
    printed, line = by_steps(shop, KEY, "implementation", {}, "continue", "start")
    with on_terminal(shop, (*RUN, ">args.json"), RUN) as pane:
        first = pane.see("Which task is this run for?", "Ctrl-C stops")
        assert first == "\n".join([
            "? Which task is this run for?",
            f" > 1) {KEY} – implementation-planning",
            "   2) New task",
            "   3) Direct input",
            "  Up, Down or a number, Enter takes it   Esc or Left goes back   Ctrl-C stops",
        ])  # fmt: skip
        pane.press("Enter")
        pane.see("What kind of run", " > 1) implementation (recommended)")
        pane.press("Enter")
        for number, question in enumerate(("Which stage", "Which base-ref", "Which worker", "Use the usual"), 1):
            pane.see(question, f"({number}/4)")
            pane.press("Enter")
        pane.see("where the stage will be worked on", "a new worktree on branch", " > 1) Continue (recommended)")
        pane.press("Enter")
        pane.see("Begin the run with these inputs?", "  stage: auto", "  executor: claude", " > 1) Begin")
        pane.press("Enter")
        pane.see("[exit 0]")
        assert (shop.path / "args.json").read_text() == printed

        for _ in range(8):  # typed ahead, as people do who know it
            pane.press("Enter")
        screen = pane.until(lambda shown: shown.endswith("[exit 0]") and "To prepare the run:" in shown, ["the line"])
        assert shows(screen, line)
        assert pane.leaves_settings(2)


def test_a_new_task_is_typed_judged_while_it_is_typed_and_taken_back(shop: World) -> None:
    path = shop.write(".okstra/briefs/web/refund-1.md", a_brief())
    printed, _ = by_steps(shop, "new", "direct-input", "pay", "refund", "error-analysis", str(path), "yes", "start")
    with on_terminal(shop, ("NO_COLOR=1", *RUN, "--state-file", FILE, ">args.json")) as pane:
        pane.see("Which task")
        pane.press("Down", "Enter")
        pane.see("Which group")
        pane.press("2", "Enter")
        pane.see("Type the name of the task group")
        pane.type("..pa")
        pane.see("'..pa' cannot be a name: use 1-64 letters, digits, '.', '_' or '-', a letter\n  or digit first")
        pane.press("Enter")
        pane.press("C-u")
        pane.see("Nothing was typed.")
        pane.type("paz")
        pane.see("  paz", gone="Nothing was typed.")
        assert "\x1b[" not in pane.painted()
        pane.press("Enter")
        pane.see("Group: paz", "Type the id of the task in group paz")
        pane.press("Escape")
        pane.see("Taken back: Group", "\n  paz\n")  # what was typed stands there again
        pane.press("BSpace")
        pane.type("y")
        pane.press("Enter")
        pane.see("in group pay")
        pane.resize(60, 20)
        pane.see("group pay: letters, digits, '.'\n, '_' and '-'.\n")  # broken by the terminal
        pane.type("ref")
        pane.see("  ref")
        pane.resize(80, 24)
        pane.see("group pay: letters, digits, '.', '_' and '-'.\n  ref")
        pane.type("und")
        pane.press("Enter")
        pane.see("What kind of run")
        pane.press("2", "Enter")
        pane.see("Type the path of the brief", "Tab completes")
        pane.type("nope.md")
        pane.press("Enter")
        pane.see(f"cannot be read: {os.strerror(errno.ENOENT)}.", "  nope.md\n")
        pane.press("C-u")
        pane.type(".okstra/briefs/web/ref")
        pane.see("   refund-1.md")  # offered
        pane.press("Tab")
        pane.see("web/refund-1.md")
        pane.press("Enter")
        pane.see("Brief: .okstra/briefs/web/refund-1.md", "Use the usual")
        pane.press("Enter")
        pane.see("Begin the run", "error-analysis of the new task shop:pay:refund")
        pane.press("Enter")
        pane.see("[exit 0]")
        assert pane.leaves_settings()
    assert (shop.path / "args.json").read_text() == printed


def test_an_implementation_with_models_and_a_directive_in_korean_fits_the_screen(shop: World) -> None:
    directive = 'say "it\'s" $HOME'
    answers = (
        KEY, "implementation", {"stage_pick": "2", "use_defaults": "no"}, "claude,gemini,report-writer",
        {"lead_model": "direct-input", "executor_model": "opus"}, "claude-x-1",
        {"directive_pick": "direct-input"}, directive, "continue", "start",
    )  # fmt: skip
    printed, line = by_steps(shop, *answers)
    told = f"{FILE}.directive.txt"
    (shop.path / told).unlink()
    with on_terminal(shop, (*RUN, "--lang", "ko", "--state-file", FILE, "--task-key", KEY)) as pane:
        assert all(len(row) < 80 for row in pane.see("어떤 실행이 필요한가요?", "Ctrl-C 중지").split("\n"))
        pane.press("Enter")
        pane.see("(1/4)")
        pane.press("2", "Enter")
        pane.see("(2/4)")
        pane.press("Enter")
        pane.see("(3/4)", " > 1) claude")
        pane.press("Left")
        pane.see("(2/4)")
        pane.press("Left")
        pane.see("(1/4)", " > 2) 2: part 2")  # what was chosen before is marked
        pane.press("Enter")
        pane.see("(2/4)")
        pane.press("Enter")
        pane.see("(3/4)")
        pane.press("Enter")
        pane.see("(4/4)")
        pane.press("Down", "Enter")
        pane.see("참여할 워커", " > ● claude (default)", "   ○ gemini")
        pane.press("Down", "Space", "Down", "Space", "Enter")
        pane.see("워커: claude, gemini, report-writer", "(1/3)")
        pane.press("4", "Enter")
        pane.see("(2/3)")
        pane.press("2", "Enter")
        pane.see("(3/3)")
        pane.press("Enter")
        pane.see("모델 이름을 입력")
        pane.type("claude-x-1")
        pane.press("Enter")
        pane.see("(1/3)")
        pane.press("2", "Enter")
        pane.see("(2/3)")
        pane.press("Enter")
        pane.see("(3/3)")
        pane.press("Enter")
        pane.see("지시를 입력하세요", "Esc 뒤로")
        pane.type(directive)
        pane.press("Enter")
        pane.see("1) 계속 (recommended)", "중단")
        pane.press("Enter")
        pane.see("  lead-model: claude-x-1", "  executor-model: opus", " > 1)")
        pane.press("Enter")
        screen = pane.see("[exit 0]")
        assert shows(screen, line)
        assert (shop.path / told).read_text() == directive
    assert shop.okstra("wizard", "render-args", "--state-file", FILE).out == printed


def finish_stages(world: World) -> None:
    """All three stages done, each on a branch of its own; then back on main."""
    for number, base in ((1, "main"), (2, "main"), (3, "s1")):
        world.branch(f"s{number}", base)
        world.commit(f"S{number}")
        where = ("--base", base, "--branch", f"s{number}", "--no-worktree")
        world.okstra("stage", "start", str(number), "--task-key", KEY, *where)
        world.okstra("stage", "done", str(number), "--task-key", KEY)
    world.checkout("main")


def test_a_handoff_with_a_template_is_prepared_as_render_bundle_does_it(shop: World) -> None:
    finish_stages(shop)
    template = shop.write("pr.md", "# {{ okstra.title }}\n")
    kept = str(shop.path / ".okstra/briefs/web/login.md")
    printed, _ = by_steps(
        shop, KEY, "direct-input", "release-handoff", "keep", "no", "default", {}, {"pr_template_pick": "direct-input"},
        "pr.md", "run", "start",
    )  # fmt: skip
    assert json.loads(printed)["args"]["pr-template-path"] == str(template)
    assert json.loads(printed)["args"].get("brief-path") == kept
    again = ("okstra", "render-bundle", *(f"--{name}={value}" for name, value in json.loads(printed)["args"].items()))
    line = (*RUN, "--prepare", "--task-key", KEY, "--state-file", FILE, ">bundle.txt")
    with on_terminal(shop, line, (*again, ">again.txt")) as pane:
        pane.see("What kind of run")
        prepare(shop, task_type="error-analysis")  # while the wizard waits; its own run is the newer one all the same
        pane.press("3", "Enter")
        pane.see("Type the task type")
        pane.type("release-handoff")
        pane.press("Enter")
        pane.see("Keep .okstra/briefs/web/login.md")
        pane.press("Enter")
        pane.see("Use the usual")
        pane.press("2", "Enter")
        pane.see("Which workers take part?")
        pane.press("Enter")
        for _ in range(4):
            pane.press("Enter")
        pane.see("(1/4)", "directive")
        pane.press("Enter")
        pane.see("(2/4)", "Does it build on other tasks?")
        pane.press("Enter")
        pane.see("(3/4)")
        pane.press("Enter")
        pane.see("(4/4)", "Which template")
        pane.press("2", "Enter")
        pane.see("Type the path of the pull request template")
        pane.type("pr.md")
        pane.press("Enter")
        pane.see("for this run only")
        pane.press("Enter")
        pane.see("Begin the run", "  pr-template-path: pr.md", "  pr-template-scope: run")
        pane.press("Enter")
        pane.until(lambda shown: shown.count("[exit 0]") == 2, ["both ends"])
    assert shop.okstra("wizard", "render-args", "--state-file", FILE).out == printed
    assert (shop.path / "bundle.txt").read_text() == (shop.path / "again.txt").read_text()
    assert (shop.path / "bundle.txt").read_text().startswith("okstra task root: ")
    assert [run["task_type"] for run in runs(shop)] == ["implementation-planning", "error-analysis", "release-handoff"]


def test_a_refused_prepare_leaves_the_line_that_needs_no_answers(shop: World) -> None:
    with on_terminal(shop, (*RUN, "--prepare", "--task-key", KEY), columns=600) as pane:
        pane.see("> 1) implementation (recommended)")
        for _ in range(6):
            pane.press("Enter")
        pane.see("Begin the run")
        plan = shop.path / ".okstra/plan.md"
        approved = plan.read_text()
        plan.write_text(approved + "\nmore\n")
        pane.press("Enter")
        screen = pane.see("was changed after its approval", "hint: git okstra plan approve", "[exit 1]")
    line = screen.partition("once that is settled: okstra ")[2].split("\n")[0]
    plan.write_text(approved)
    assert "--stage auto" in line
    shop.okstra(*line.split())


def test_whoever_stops_goes_on_later_where_they_were(shop: World) -> None:
    kept = (*RUN, "--state-file", FILE)
    with on_terminal(shop, kept, kept, kept, kept, (*kept, ">args.json")) as pane:
        pane.see("Which task")
        pane.press("Enter")
        pane.see("What kind of run")
        pane.press("C-c")
        path = shop.path / FILE
        said = "okstra: interrupted; nothing was prepared\nhint: git okstra wizard run --state-file"
        pane.see(said, "[exit 130]")
        pane.see("What kind of run")
        pane.press("2", "Enter")
        pane.see("Keep .okstra/briefs/web/login.md")
        pane.press("C-d")
        pane.see("okstra: the input was closed; nothing was prepared", "[exit 1]", "Keep .okstra")
        pane.child("wizard").send_signal(signal.SIGINT)
        pane.until(lambda shown: shown.count("[exit 130]") == 2, ["a second interrupt"])
        pane.until(lambda shown: shown.count("Keep .okstra/briefs/web/login.md") == 1, ["the question"])
        pane.child("wizard").send_signal(signal.SIGTERM)
        pane.see("[exit 143]")
        pane.until(lambda shown: shown.endswith("Ctrl-C stops"), ["the question again"])
        pane.press("Enter")
        pane.see("Use the usual")
        pane.press("Enter")
        pane.see("Begin the run")
        pane.press("Enter")
        pane.see("[exit 0]")
        assert pane.leaves_settings(5)
    assert json.loads((shop.path / "args.json").read_text())["args"]["task-type"] == "implementation-planning"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [run["task_type"] for run in runs(shop)] == ["implementation-planning"]


def test_a_terminal_without_a_cursor_is_asked_line_by_line(shop: World) -> None:
    printed, _ = by_steps(shop, KEY, "implementation-planning", "keep", "yes", "start")
    with on_terminal(shop, ("TERM=dumb", *RUN, ">args.json"), ("TERM=dumb", *RUN)) as pane:
        pane.see("  1) shop:web:login – implementation-planning\n", "[1] >")
        pane.press("Enter")
        pane.see("[1] >\n", "2) implementation-planning")
        pane.type("9")
        pane.press("Enter")
        pane.see("! '9' is not one of the options:")
        pane.type("2")
        for _ in range(4):
            pane.press("Enter")
        screen = pane.see("[exit 0]", "? Which task")
        assert "\x1b[" not in pane.painted()
        assert len(screen) < 80 * 24
        pane.press("C-d")
        pane.see("okstra: the input was closed; nothing was prepared")
    assert (shop.path / "args.json").read_text() == printed


LONG = "n" * 64
KEY_OF_LONG = f"shop:{LONG}:{LONG}"
OTHER_LONG = f"shop:{LONG}:{'m' * 64}"


def long_names(world: World, *answers: str | dict[str, str]) -> State:
    """A wizard about a task whose names, paths and branches are as long as they may be, that many answers on."""
    brief = "/p/" + "세션/" * 45 + "b.md"
    task = a_task(title="제목" * 20, brief=brief, report=brief, anchor="b" * 80, type="implementation")
    task |= {"stages": [[number, "단계" * 20, "pending"] for number in (1, 2, 3)], "ready": [1, 2, 3], "auto": 1}
    known = {"open": [KEY_OF_LONG, OTHER_LONG], "recent": [KEY_OF_LONG], "tasks": {KEY_OF_LONG: task}, "groups": [LONG]}
    facts = some_facts(**known, common_dir=str(world.path / ".git"))
    return walk(State(facts), KEY_OF_LONG, *answers)


def test_nothing_is_cut_off_or_pushed_away_by_long_names(world: World) -> None:
    """A line of keys at the bottom shows that everything above it has found room."""
    models = {f"{name}_model": "direct-input" for name in ("lead", "executor", "report_writer")}
    customised = long_names(
        world, "implementation", {"stage_pick": "3", "base_ref_pick": "release/2", "use_defaults": "no"},
        "claude,gemini,report-writer", models, *["m" * 100] * 3,
        {"directive_pick": "direct-input", "related_tasks_pick": "direct-input", "clarification_pick": "direct-input"},
        "d" * 400, OTHER_LONG, "/p/" + "c" * 140, "continue",
    )  # fmt: skip
    states = {"en": long_names(world), "ko": long_names(world, "implementation"), "end": customised}
    for name, state in states.items():
        write_state(str(world.path / f"{name}.json"), Saved(state, name.replace("end", "en")))
    with on_terminal(world, *((*RUN, "--state-file", f"{name}.json") for name in states)) as pane:
        first = pane.see("? What kind of run does\n  shop:nnn", "Ctrl-C stops")
        assert [row[:4] for row in first.split("\n")[-5:]] == [" > 1", "   2", "   3", "   4", "  Up"]
        pane.press("C-c")
        pane.see("[exit 130]", "> 1) auto: 다음은 스테이지 1 (recommended)")
        second = pane.see("   2) 2: 단계단계", "   4) 직접 입력", "Ctrl-C 중지")
        assert all(columns_of(row) <= 80 for row in second.split("\n"))
        pane.press("C-c")
        last = pane.until(lambda shown: " > 1) Begin (recommended)" in shown, ["the last question"])
        rows = last.split("\n")
        assert rows[-1].endswith("Ctrl-C stops")
        assert [row for row in rows if row.startswith("? ")] == ["? Begin the run with these inputs?"]
        assert [row.split(":")[0] for row in rows[-17:-4]] == [
            "? Begin the run with these inputs?", "  implementation of shop", "  brief-path", "  stage", "  base-ref",
            "  executor", "  workers-override", "  lead-model", "  executor-model", "  report-writer-model",
            "  directive", "  related-tasks", "  clarification-response",
        ]  # fmt: skip
        assert all(columns_of(row) < 80 for row in rows[-17:])


def test_a_narrow_terminal_tells_every_way_out_below_the_options(world: World) -> None:
    write_state(str(world.path / "w.json"), Saved(long_names(world, "implementation"), "en"))
    with on_terminal(world, (*RUN, "--state-file", "w.json"), columns=60) as pane:
        pane.see("\n  Up, Down or a number, Enter takes it\n  Esc or Left goes back   Ctrl-C stops")
        pane.resize(80, 24)
        pane.see("\n  Up, Down or a number, Enter takes it   Esc or Left goes back   Ctrl-C stops")
        pane.resize(40, 15)
        pane.see(" > 1) auto", "\n  Esc or Left goes back   Ctrl-C stops")


@pytest.mark.parametrize("how", ["NO_COLOR=1", "--no-color", ""])
def test_only_a_terminal_that_wants_colour_is_painted(world: World, how: str) -> None:
    write_state(str(world.path / "w.json"), Saved(State(some_facts(common_dir=str(world.path / ".git"))), "en"))
    flags, names = [how] * (how == "--no-color"), [how] * ("=" in how)
    with on_terminal(world, (*names, *RUN, "--state-file", "w.json", *flags)) as pane:
        pane.see("Which task", "Ctrl-C stops")
        pane.press("Down")
        pane.see(" > 2)")
        assert ("\x1b[" in pane.painted()) is (how == "")


def test_a_terminal_that_goes_away_takes_the_program_with_it(world: World) -> None:
    write_state(str(world.path / "w.json"), Saved(State(some_facts(common_dir=str(world.path / ".git"))), "en"))
    with on_terminal(world, (*RUN, "--state-file", "w.json")) as pane:
        pane.see("Which task", "Ctrl-C stops")
        child = pane.child("wizard")
    child.wait(PATIENCE)


def refused(answer: Answer) -> tuple[str, str]:
    error = answer.json["error"]
    return error["code"], error["hint"]


def test_off_a_terminal_the_way_for_programs_is_named(shop: World) -> None:
    hint = "git okstra wizard init --state-file .okstra/wizard/NAME.json"
    assert refused(shop.okstra(*RUN[1:], exit=1)) == ("wizard.no-terminal", hint)
    assert refused(shop.okstra(*RUN[1:], "--state-file", "w.json", exit=1))[1].startswith(
        "git okstra wizard init --state-file w.json"
    )
    assert not (shop.path / ".okstra/wizard").exists()
    assert not (shop.path / "w.json").exists()


def test_a_closed_input_is_told_from_a_terminal(shop: World) -> None:
    with on_terminal(shop, ("sh", "-c", "okstra wizard run <&-"), ("sh", "-c", "okstra wizard run </dev/null")) as pane:
        shown = pane.until(lambda shown: shown.count("[exit 1]") == 2, ["two refusals"])
        assert shown.count("okstra: the wizard asks a person, and there is no terminal to ask on") == 2
        assert "Traceback" not in shown


def test_a_file_that_is_about_something_else_is_left_as_it_is(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:search")
    shop.write("notes.json", "{}")
    lines = [(*RUN, "--state-file", "notes.json"), (*RUN, "--state-file", FILE, "--task-key", "shop:web:search")]
    shop.okstra("wizard", "init", "--state-file", FILE, "--task-key", KEY)
    before = (shop.path / FILE).read_bytes()
    with on_terminal(shop, *lines) as pane:
        shown = pane.until(lambda shown: shown.count("[exit 1]") == 2, ["two refusals"])
    assert "is not a wizard's state" in shown
    assert shows(shown, f"is about {KEY}, not shop:web:search")
    assert ((shop.path / FILE).read_bytes(), (shop.path / "notes.json").read_text()) == (before, "{}")


def test_a_wizard_that_is_done_or_stopped_can_be_run_again(shop: World) -> None:
    by = ("wizard", "step", "--state-file", FILE)
    shop.okstra("wizard", "init", "--state-file", FILE, "--task-key", KEY)
    for answer in ("implementation-planning", "keep", "yes", "start"):
        shop.okstra(*by, "--answer", answer)
    kept = (*RUN, "--state-file", FILE)
    with on_terminal(shop, kept, (*kept, "--lang", "ko")) as pane:
        pane.see("Begin the run with these inputs?", "Abort", "Ctrl-C stops")  # done: at its last question
        pane.press("3", "Enter")
        pane.see("okstra: the wizard was stopped; nothing was prepared", "[exit 1]")
        pane.see("? 어느 태스크를 위한 실행인가요?")  # stopped: from its beginning
        pane.press("C-c")
        pane.see("[exit 130]")
