"""Installing, proving and removing hooks from the command line."""

import pytest

from tests.cli.shop import open_shop
from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("bin_dir")

TOP_KEYS = {"directory", "kind", "configured", "problem", "applicable", "program", "program_runs", "hooks", "proof"}
HOOK_KEYS = {"hook", "state", "done", "path", "line", "manager", "note"}
NAMES = ["post-rewrite", "post-merge", "post-checkout"]


def test_status_fires_a_real_amend(world: World) -> None:
    open_shop(world, hooks=True)
    before = world.ask("for-each-ref"), world.ask("worktree", "list"), world.tip()
    told = world.okstra("hooks", "status").json
    assert set(told) >= TOP_KEYS
    assert [hook["hook"] for hook in told["hooks"]] == NAMES
    assert all(set(hook) >= HOOK_KEYS and hook["state"] == "installed" for hook in told["hooks"])
    assert told["proof"]["here"] is True
    assert (world.ask("for-each-ref"), world.ask("worktree", "list"), world.tip()) == before


def test_quick_status_fires_nothing(world: World) -> None:
    open_shop(world, hooks=True)
    assert world.okstra("hooks", "status", "--quick").json["proof"] is None


def test_missing_hooks_are_exit_1_and_named(world: World) -> None:
    open_shop(world)
    told = world.okstra("hooks", "status", exit=1).json
    assert {hook["state"] for hook in told["hooks"]} == {"missing"}
    world.okstra("hooks", "install")
    world.okstra("hooks", "status")


def test_uninstall_leaves_no_byte_behind(world: World) -> None:
    open_shop(world)  # it replaces what is there
    mine = world.path / ".git/hooks/post-rewrite"
    mine.write_text("#!/bin/sh\ncat >/dev/null\n")
    mine.chmod(0o755)
    for _ in range(2):
        world.okstra("hooks", "install")
    world.okstra("hooks", "uninstall")
    assert mine.read_text() == "#!/bin/sh\ncat >/dev/null\n"
    assert sorted(path.name for path in mine.parent.iterdir()) == ["post-rewrite"]
    world.okstra("hooks", "uninstall")


def test_no_sub_command_is_wrong_usage(world: World) -> None:
    assert world.okstra("hooks", exit=129).json["error"]["code"] == "usage"
    assert world.okstra("hooks", "nope", exit=129).json["error"]["code"] == "usage"


def test_text_is_one_line_a_hook_and_the_proof(world: World) -> None:
    open_shop(world, hooks=True)
    lines = world.okstra("hooks", "status", "--text").out.splitlines()
    assert lines == [
        *(f"{name}: installed" for name in NAMES),
        "proved: a real amend in a throw-away worktree was heard",
    ]


def test_a_folder_where_the_program_is_recorded_is_told_in_words(world: World) -> None:
    open_shop(world, hooks=True)
    recorded = world.path / ".git/okstra/program"
    recorded.unlink()
    recorded.mkdir()
    told = [each["message"] for each in world.okstra("doctor", exit=1).json["findings"]]
    assert told == ["no file says which program the hooks call"]


def put_lines(world: World, form: str) -> None:
    """Hooks in a folder that is shared by commits, with the lines that install prints, in this form."""
    (world.path / ".githooks").mkdir()
    world.write(".githooks/README", "shared\n")
    world.commit("shared hooks")
    world.git("config", "core.hooksPath", ".githooks")
    for hook in world.okstra("hooks", "install", exit=2).json["hooks"]:
        world.write(f".githooks/{hook['hook']}", form.format(line=hook["line"])).chmod(0o755)
    world.commit("lines")


def test_a_line_behind_others_is_to_be_the_first_and_nothing_is_called_proved(world: World) -> None:
    open_shop(world)
    put_lines(world, "#!/bin/sh\ncat >/dev/null\n{line}\n")
    status = world.okstra("hooks", "status", "--text", exit=1).out
    script = world.path / ".githooks/post-rewrite"
    assert "post-rewrite: not-first  what stands before" in status
    assert f"  move in {script}, as its first line:\n" in status
    assert "not heard: the hook ran, but what stands before our lines" in status
    assert "proved" not in status
    world.okstra("hooks", "status", "--quick", exit=1)
    finding = world.okstra("doctor", exit=1).json["findings"][0]
    assert finding["message"].startswith("the hook post-rewrite is not-first: ")
    assert finding["hint"].startswith(f"put into {script}, as its first line: okstra_shim=")


def test_init_asks_for_no_line_that_is_there(world: World) -> None:
    open_shop(world)
    put_lines(world, "#!/bin/sh\n{line}\n")
    told = world.okstra("init", "--text").out
    assert [line for line in told.splitlines() if line.startswith("hook ")] == [f"hook {n}: installed" for n in NAMES]


def test_lines_that_stay_after_uninstall_are_named_and_doctor_has_no_complaint(world: World) -> None:
    open_shop(world)
    put_lines(world, "#!/bin/sh\n{line}\n")
    told = world.okstra("hooks", "uninstall", "--text").out.splitlines()
    stays = "the line in {} was added by hand and stays; it does nothing until hooks are installed"
    assert told == [f"{name}: idle  {stays.format(world.path / '.githooks' / name)}" for name in NAMES]
    assert [each["code"] for each in world.okstra("doctor").json["findings"]] == ["hooks.absent"]
