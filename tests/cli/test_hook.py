"""What git's hooks call: it settles, says so, fails nobody, and loads little."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shop import KEY, TASK, open_shop, record_stage, stage_of
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

pytestmark = pytest.mark.usefixtures("bin_dir")

LOADED = """
import json, os, sys
sys.path.insert(0, os.environ["ROOT"])
from okstra_cli import entry
os._exit = sys.exit
try:
    sys.argv[1:] = json.loads(os.environ["LINE"])
    entry.main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world, hooks=True)
    record_stage(world, 1, "feature/login")
    return world


def loaded(world: World, *line: str) -> set[str]:
    environ = world.environ({"ROOT": str(ROOT), "LINE": json.dumps(line)})
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=world.path, env=environ, capture_output=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def spool(world: World, *pairs: tuple[str, str]) -> None:
    """What the shell hook writes, with okstra out of reach."""
    path = world.path / ".git/okstra/spool/0000000001-1.post-rewrite"
    path.parent.mkdir(exist_ok=True)
    lines = "".join(f"{old} {new}\n" for old, new in pairs)
    path.write_text(f"okstra-spool 1 amend\nin {world.path}/.git\n{lines}end\n")


def test_an_amend_is_followed_and_told_in_one_line(shop: World) -> None:
    new = shop.amend(None, "-m", "reworded")
    told = f"okstra: stage 1 of {KEY} followed {shop['S1'][:10]} → {new[:10]} (same-tree)\n"
    assert told in shop.last.err
    assert stage_of(shop, 1)["commit"] == new


def test_a_changed_content_is_asked_about_with_the_command_to_run(shop: World) -> None:
    shop.amend({"S1.txt": "changed\n"})
    assert f"okstra: stage 1 of {KEY} needs a decision: content changed" in shop.last.err
    assert f"git okstra reconcile --task-key {KEY} --check" in shop.last.err
    assert shop.last.exit == 0
    assert stage_of(shop, 1)["commit"] == shop["S1"]


def test_hooks_switched_off_say_and_do_nothing(shop: World) -> None:
    shop.okstra("config", "set", "okstra.hooks", "false")
    shop.amend(None, "-m", "reworded")
    assert "okstra" not in shop.last.err
    assert stage_of(shop, 1)["finding"] == "auto"


def test_the_hook_loads_no_terminal_library_and_no_process_library(shop: World) -> None:
    shop.okstra("config", "set", "okstra.hooks", "false")
    new = shop.amend(None, "-m", "reworded")
    shop.okstra("config", "set", "okstra.hooks", "true")
    spool(shop, (shop["S1"], new))
    for line in (["hook", "post-rewrite"], ["hook", "moved"]):
        assert loaded(shop, *line).isdisjoint({"typer", "rich", "psutil", "click", "jinja2"})
    assert stage_of(shop, 1)["commit"] == new


def test_version_loads_no_library(world: World) -> None:
    assert loaded(world, "--version").isdisjoint({"typer", "rich", "psutil", "pygit2", "pydantic"})


@pytest.mark.parametrize("line", [("post-rewrite",), ("moved",), ("unknown",), (), ("post-rewrite", "extra", "\udcff")])
def test_a_hook_never_fails(tmp_path: Path, line: tuple[str, ...]) -> None:
    outside = World(tmp_path)
    assert outside.okstra("hook", *line).out == ""
    assert outside.okstra_process("hook", *[word for word in line if word.isascii()], stdin=b"\xff\0junk").out == ""


@pytest.mark.parametrize("harm", ["config", "writer", "log"])
def test_a_hook_in_a_damaged_repository_says_so_and_lets_git_go_on(shop: World, harm: str) -> None:
    private = shop.path / ".git/okstra"
    if harm == "config":
        shop.git("config", "okstra.target", "-x y")
    elif harm == "writer":
        (private / "writer").write_bytes(b"\xff")
    else:
        (log,) = (shop.path / ".git/refs/okstra/log").iterdir()
        log.write_text("torn")
    shop.git("commit", "--amend", "-m", "reworded")
    assert shop.last.exit == 0
    assert "Traceback" not in shop.last.err
    assert "internal" not in shop.last.err


def test_the_variables_that_git_exports_to_hooks_change_nothing(shop: World, tmp_path: Path) -> None:
    env = {
        "GIT_DIR": ".git",
        "GIT_WORK_TREE": ".",
        "GIT_INDEX_FILE": str(tmp_path / "no-index"),
        "GIT_OBJECT_DIRECTORY": ".git/objects",
        "GIT_COMMON_DIR": ".git",
        "GIT_NAMESPACE": "x",
        "GIT_PREFIX": "sub/",
    }
    for words in (("status",), ("stage", "list", *TASK), ("worktree", "list"), ("reconcile", *TASK)):
        assert shop.okstra_process(*words, env=env).out == shop.okstra_process(*words).out
    shop.okstra_process("stage", "start", "2", *TASK, env=env)
    assert len(shop.ask("worktree", "list").splitlines()) == 2
    assert not (tmp_path / "no-index").exists()
