"""The program as a real process: streams, descriptors, fault points, and what it loads."""

import errno
import json
import os
import subprocess
import sys

import pytest

from okstra_git.runs.holder import lead_holder
from tests.cli.runs import approve_plan, prepare
from tests.cli.shop import KEY, TASK, open_shop
from tests.kit.answers import Answer, run_program
from tests.kit.prepared import a_brief
from tests.kit.scenario import World
from tests.kit.stores import recorded_world
from tests.kit.surroundings import ROOT, program_dir

HEAVY = {"rich", "jinja2", "psutil", "pydantic", "xxhash", "questionary", "prompt_toolkit"}
BEFORE_A_RECORD_IS_CONCERNED = {"typer", "pygit2", *HEAVY}


def loaded_by(world: World, *line: str) -> set[str]:
    """Top-level modules in memory after the line was answered."""
    return {name.partition(".")[0] for name in modules_after(world, *line)}


def modules_after(world: World, *line: str) -> list[str]:
    """Every module in memory after the line was answered."""
    source = f"import os, sys\nos._exit = sys.exit\nfrom okstra_cli import entry\nsys.argv = {['okstra', *line]!r}\n"
    source += "try:\n    entry.main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    environ = {**world.environ(), "PYTHONPATH": str(ROOT)}
    answer = run_program([sys.executable, "-c", source], cwd=world.path, environ=environ)
    return answer.expect(0).err.splitlines()[-1].split()


def test_the_version_loads_next_to_nothing(world: World) -> None:
    almost_free = {"json", "dataclasses", "pathlib", "typing", "re"}
    assert loaded_by(world, "--version") & (BEFORE_A_RECORD_IS_CONCERNED | almost_free) == set()


def test_a_step_of_the_wizard_loads_next_to_nothing(world: World) -> None:
    """The limit is 1.3 times `--version`; one more package of the library and it is missed."""
    open_shop(world)
    world.write("brief.md", a_brief())
    world.okstra("wizard", "init", "--state-file", "w.json")
    answers = ["new", "direct-input", "api", "x", "error-analysis", "brief.md", "no", "default", "{}", "{}", "start"]
    too_much = {"json", "dataclasses", "pathlib", "typing", "re", "enum", "subprocess", "functools", "collections"}
    for answer in answers:
        found = loaded_by(world, "wizard", "step", "--state-file", "w.json", "--answer", answer)
        assert found & (BEFORE_A_RECORD_IS_CONCERNED | too_much) == set(), answer
    assert json.loads((world.path / "w.json").read_text())["turns"][-1] == {"confirm": "start"}


def test_the_tab_key_loads_neither_the_command_tree_nor_git(world: World) -> None:
    open_shop(world)
    for line in (("stage", ""), ("task", "show", ""), ("stage", "done", "--")):
        words = ("completion", "--list", "zsh", str(len(line)), "okstra", *line)
        assert loaded_by(world, *words) & (BEFORE_A_RECORD_IS_CONCERNED | {"subprocess"}) == set(), line


def test_a_hook_is_dispatched_without_the_command_tree(world: World) -> None:
    assert loaded_by(world, "hook", "post-commit") & BEFORE_A_RECORD_IS_CONCERNED == set()
    assert loaded_by(world, "-C", ".", "hook", "post-commit") & BEFORE_A_RECORD_IS_CONCERNED == set()


def test_the_front_page_loads_no_command(world: World) -> None:
    assert loaded_by(world, "--help") & BEFORE_A_RECORD_IS_CONCERNED == set()


def test_an_answer_in_json_loads_what_it_needs(world: World) -> None:
    assert loaded_by(world, "config", "list") & HEAVY == set()
    assert loaded_by(world, "config", "get", "--text", "keepDays") & HEAVY == set()


def test_the_questions_of_the_wizard_are_loaded_only_where_somebody_is_asked(world: World) -> None:
    assert loaded_by(world, "wizard", "run", "--help") & HEAVY == set()


def test_psutil_is_loaded_only_where_a_holder_is_looked_for(world: World) -> None:
    open_shop(world)
    approve_plan(world, (1, ()))
    for line in (("status",), ("stage", "list", *TASK), ("task", "show", KEY), ("run", "list"), ("run", "snapshots")):
        assert "psutil" not in loaded_by(world, *line), line
    prepare(world, lead_holder())
    assert "psutil" in loaded_by(world, "status")


def test_history_is_judged_for_landings_only_when_something_moved(world: World) -> None:
    recorded_world(world)
    judge, prune = "okstra_git.reconcile.judge", ("worktree", "prune")
    assert judge in modules_after(world, *prune)
    assert judge not in modules_after(world, *prune)
    world.checkout("main")
    world.commit("M")
    assert judge in modules_after(world, *prune)


def shell(world: World, line: str, **extra: str) -> Answer:
    """A line for sh, with `okstra` on PATH."""
    environ = {**world.environ(), "PATH": f"{program_dir()}{os.pathsep}{os.environ['PATH']}", **extra}
    return run_program(["sh", "-c", line], cwd=world.path, environ=environ)


def test_git_finds_the_subcommand(world: World) -> None:
    assert shell(world, "git okstra config get keepDays").expect(0).json["value"] == 180
    assert "hint: okstra --help" in shell(world, "okstra nonsense --text").expect(129).err
    assert "hint: git okstra --help" in shell(world, "git okstra nonsense --text").expect(129).err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_harm_nothing(world: World, closed: str) -> None:
    answer = shell(world, f"okstra config set project shop {closed}").expect(0)
    assert answer.err == ""
    assert world.git("config", "okstra.project") == "shop"


def test_a_reader_that_leaves_is_no_failure(world: World) -> None:
    answer = shell(world, "(okstra config list; echo $? >status) | true; cat status")
    assert (answer.out, answer.err) == ("0\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_a_redirect_is_said(world: World) -> None:
    answer = shell(world, "okstra config list >/dev/full").expect(1)
    assert answer.err == f"okstra: the answer could not be written: {os.strerror(errno.ENOSPC)}\n"


def test_a_directory_that_is_gone_is_refused(world: World) -> None:
    answer = shell(world, "mkdir gone && cd gone && rmdir ../gone && okstra config list").expect(1)
    assert json.loads(answer.out)["error"]["code"] == "directory.missing"


def test_any_locale_prints_any_name(world: World) -> None:
    os.mkdir(os.fsencode(world.path) + b"/caf\xe9 \xed\x95\x9c")
    line = "okstra --text -C \"$(printf 'caf\\351 \\355\\225\\234')\"/x config list"
    answer = shell(world, line, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").expect(1)
    assert answer.err.startswith("okstra: there is no directory ")
    assert "\\udce9" in answer.err


@pytest.mark.parametrize(("order", "status"), [("kill", -9), ("delay=1", 0)])
def test_a_fault_point_is_armed_by_the_environment(world: World, order: str, status: int) -> None:
    prelude = "from okstra_git import faults\nfrom okstra_cli import session\n"
    prelude += "before = session.Session.note\nsession.Session.now = lambda self: faults.reached('probe') or 'now'\n"
    source = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{prelude}"
    source += "from okstra_cli import drill\nimport os\nwith drill.drilled(os.environ):\n    faults.reached('other')\n"
    source += "    faults.reached('probe')\nfaults.reached('probe')\n"
    environ = {**world.environ(), "OKSTRA_FAULT_POINT": f"probe:{order}"}
    done = subprocess.run([sys.executable, "-c", source], env=environ, cwd=world.path, check=False)
    assert done.returncode == status


def test_a_misspelt_fault_point_is_wrong_usage(world: World) -> None:
    answer = shell(world, "okstra config list", OKSTRA_FAULT_POINT="x:explode").expect(129)
    assert answer.json["error"]["message"] == "OKSTRA_FAULT_POINT is not understood"
