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
