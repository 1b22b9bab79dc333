"""`git okstra config`: settings in git config, read from everywhere, written to the repository's own file."""

from pathlib import Path
from typing import Any

import pytest

from okstra_git.git.settings import SETTINGS
from tests.cli.conftest import Ask
from tests.kit.scenario import World


def config(world: World, *line: str, exit: int = 0) -> Any:
    return world.okstra("config", *line, exit=exit).json


def test_a_setting_nobody_set_has_its_default(world: World) -> None:
    told = config(world, "get", "okstra.keepDays")
    assert (told["value"], told["scope"], told["default"]) == (180, "default", 180)
    assert config(world, "get", "project")["value"] is None


def test_what_was_set_is_what_git_reads(world: World) -> None:
    assert config(world, "set", "keepDays", "1k")["changed"] is True
    assert world.git("config", "--local", "okstra.keepDays") == "1k"
    assert config(world, "get", "KEEPDAYS")["value"] == 1024
    assert config(world, "set", "keepDays", "1k")["changed"] is False


def test_a_list_is_replaced_as_a_whole(world: World) -> None:
    world.git("config", "--add", "okstra.target", "old")
    config(world, "set", "target", "main", "release/2")
    assert world.git("config", "--get-all", "okstra.target") == "main\nrelease/2"
    assert world.okstra("config", "get", "target", "--text").out == "main\nrelease/2\n"
    assert config(world, "unset", "target")["value"] == []
    assert config(world, "unset", "target")["changed"] is False


def test_the_nearest_scope_wins_and_is_named(world: World, home: Path) -> None:
    world.git("config", "--global", "okstra.language", "ko")
    # libgit2 looks for the home once per process, so a real one is asked
    assert world.okstra_process("config", "get", "language").json["scope"] == "global"
    config(world, "set", "language", "en")
    told = world.okstra_process("config", "get", "language").json
    assert (told["value"], told["scope"]) == ("en", "local")
    assert "language = ko" in (home / ".gitconfig").read_text()


def test_a_linked_worktree_writes_what_all_worktrees_read(world: World, tmp_path: Path) -> None:
    world.git("config", "extensions.worktreeConfig", "true")
    world.git("worktree", "add", "-q", str(tmp_path / "linked"))
    world.okstra("-C", str(tmp_path / "linked"), "config", "set", "project", "shop")
    assert config(world, "get", "project")["value"] == "shop"
    world.git("-C", str(tmp_path / "linked"), "config", "--worktree", "okstra.project", "mine")
    told = config(world, "-C", str(tmp_path / "linked"), "get", "project")
    assert (told["value"], told["scope"]) == ("mine", "worktree")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("project", "no slash/es"),
        ("project", "-x.lock"),
        ("target", "a..b"),
        ("target", "-D"),
        ("worktreeRoot", "relative/path"),
        ("verificationCarry", "maybe"),
        ("reconcileWindow", "0"),
        ("reconcileWindow", "9" * 40),
        ("keepDays", "٣"),
        ("language", "de"),
        ("hooks", "perhaps"),
        ("project", "x\x00y"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(world: World, key: str, value: str) -> None:
    before = (world.path / ".git/config").read_bytes()
    error = config(world, "set", "--", key, value, exit=1)["error"]
    assert error["code"] == "config.bad-value"
    assert error["key"] == f"okstra.{key}"
    assert (world.path / ".git/config").read_bytes() == before


def test_a_scalar_takes_one_value(world: World) -> None:
    assert config(world, "set", "keepDays", "1", "2", exit=1)["error"]["code"] == "config.bad-value"


def test_an_unknown_key_is_refused_with_what_is_near(world: World) -> None:
    error = config(world, "get", "okstra.keepDay", exit=1)["error"]
    assert (error["code"], error["near"]) == ("config.unknown-key", ["okstra.keepDays"])


def test_a_stranger_in_the_configuration_is_shown_not_hidden(world: World) -> None:
    world.git("config", "okstra.hooks", "banana")
    world.git("config", "okstra.flavour", "x")
    told = config(world, "list")
    hooks = next(row for row in told["settings"] if row["key"] == "okstra.hooks")
    assert hooks["value"] is None
    assert hooks["problem"].startswith("'banana' is not a value of okstra.hooks")
    assert told["unknown"] == ["okstra.flavour"]
    assert config(world, "get", "hooks", exit=1)["error"]["code"] == "config.bad-value"
    assert config(world, "set", "hooks", "off")["value"] is False


def test_bytes_that_are_not_utf8_are_a_bad_value(world: World) -> None:
    with (world.path / ".git/config").open("ab") as file:
        file.write(b"[okstra]\n\tproject = \xff\xfe\n\thooks\n")
    assert config(world, "get", "project", exit=1)["error"]["code"] == "config.bad-value"
    assert config(world, "get", "hooks")["value"] is True


@pytest.mark.parametrize("junk", [b"[okstra\n", b"\x00\x01binary", b"[okstra]\n project = a\\q\n"])
@pytest.mark.parametrize("line", [("list",), ("get", "project"), ("set", "project", "x"), ("unset", "project")])
def test_a_broken_file_is_one_sentence(world: World, junk: bytes, line: tuple[str, ...]) -> None:
    path = world.path / ".git/config"
    broken = path.read_bytes() + junk
    path.write_bytes(broken)
    error = config(world, *line, exit=1)["error"]
    assert error["code"] == "config.broken"
    assert str(world.path) in error["message"]
    assert path.read_bytes() == broken


def test_a_held_lock_is_one_sentence(world: World) -> None:
    (world.path / ".git/config.lock").touch()
    assert config(world, "set", "project", "shop", exit=1)["error"]["code"] == "config.busy"


def test_outside_a_repository_it_says_so(world: World, tmp_path: Path) -> None:
    assert config(world, "-C", str(tmp_path), "list", exit=1)["error"]["code"] == "repo.none"


def test_the_table_is_readable_at_80_columns(on_terminal: Ask, world: World) -> None:
    world.git("config", "okstra.project", "shop")
    page = on_terminal("config", "list").expect(0).out
    assert max(map(len, page.splitlines())) <= 80
    assert page.splitlines()[0].split() == ["setting", "value", "from", "meaning"]
    assert page.splitlines()[1].split()[:3] == ["project", "shop", "local"]


def test_off_a_terminal_rows_are_lines(world: World) -> None:
    lines = world.okstra("config", "list", "--text").out.splitlines()
    assert len(lines) == 1 + len(SETTINGS)
    assert lines[-1].split()[:3] == ["hooks", "true", "default"]


def test_a_change_of_what_verifications_carry_says_from_when_it_counts(world: World) -> None:
    told = world.okstra("config", "set", "verificationCarry", "replay")
    assert "it counts for what moves from now on; a verification that has lapsed does not stand again" in told.err
    assert world.okstra("config", "set", "verificationCarry", "replay").err == ""
    assert "counts" not in world.okstra("config", "set", "keepDays", "7").err
