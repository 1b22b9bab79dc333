"""Configuration as git reads it: every source, every include, one process; and written as git writes it."""

import os
import stat
from pathlib import Path

import pytest

from okstra_git.git.binary import run_git
from okstra_git.git.remotes import remote_names, tracked_branch, upstream_of
from okstra_git.git.repo import open_repository
from okstra_git.git.settings import Settings, read_settings, unset_setting, write_setting
from tests.kit.refusals import refuses
from tests.kit.scenario import World

DAYS, TARGET = Settings.keep_days, Settings.target


def days(world: World) -> tuple[object, str]:
    effective = read_settings(open_repository(world.path)).effective(DAYS)
    return effective.value, effective.scope


def test_every_source_counts_and_the_nearest_one_wins(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert days(world) == (180, "default")
    (tmp_path / "system").write_text("[okstra]\n\tkeepDays = 1\n")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "system"))
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
    assert days(world) == (1, "system")
    world.git("config", "--global", "okstra.keepDays", "2")
    assert days(world) == (2, "global")
    (tmp_path / "included").write_text("[okstra]\n\tkeepDays = 3\n")
    world.git("config", "include.path", str(tmp_path / "included"))
    assert days(world) == (3, "local")
    world.git("config", "okstra.keepDays", "4")
    assert days(world) == (4, "local")
    world.git("config", "extensions.worktreeConfig", "true")
    world.git("config", "--worktree", "okstra.keepDays", "5")
    assert days(world) == (5, "worktree")
    for name, text in {"COUNT": "1", "KEY_0": "okstra.keepDays", "VALUE_0": "6"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", text)
    assert days(world) == (6, "command")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'okstra.keepdays'='7'")
    assert days(world) == (7, "command")


def test_a_key_without_a_value_is_true_and_a_value_may_be_anything(world: World) -> None:
    with (world.path / ".git/config").open("ab") as file:
        file.write(b'[okstra]\n\thooks\n\tlanguage = "a\\nb\xff"\n[odd "a.B\\"c"]\n\tkey = 1\n')
    configuration = open_repository(world.path).configuration
    assert configuration.value("okstra.hooks") == "true"
    assert configuration.value("okstra.language") == "a\nb\udcff"
    assert configuration.value('odd.a.B"c.KEY') == "1"


@pytest.mark.parametrize("junk", [b"[okstra\n", b"\tx = \\q\n", b'[user]\n\tname = "open\n'])
def test_a_broken_file_anywhere_is_one_sentence(world: World, tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "broken").write_bytes(junk)
    world.git("config", "--global", "include.path", str(tmp_path / "broken"))
    answer = world.okstra("status", exit=1).json["error"]
    assert answer["code"] == "config.broken"
    with refuses("config.broken"):
        read_settings(open_repository(world.path))


def test_a_configuration_that_is_a_directory_is_one_sentence(world: World) -> None:
    (world.path / ".git/config").rename(world.path / ".git/before")
    (world.path / ".git/config").mkdir()
    answer = world.okstra("status", exit=1).json["error"]
    assert answer["code"] == "config.broken"
    assert str(world.path / ".git/config") in answer["hint"]


def test_a_broken_file_that_git_does_not_read_hurts_nobody(world: World, home: Path) -> None:
    os.rename(home / ".gitconfig", home / "mine")
    (home / ".gitconfig").write_text("[broken\n")
    env = {"GIT_CONFIG_GLOBAL": str(home / "mine")}
    assert world.okstra_process("init", "--project-id", "shop", env=env).json["ok"]


def test_a_written_file_stays_what_it_was(world: World, tmp_path: Path) -> None:
    path, real = world.path / ".git/config", tmp_path / "real"
    path.rename(real)
    path.symlink_to(real)
    real.write_text(real.read_text() + "# a remark\n[okstra]\n\tkeepDays = 9 ; nine\n")
    real.chmod(0o664)
    git = open_repository(world.path)
    assert write_setting(git, TARGET, ["main", "release"])
    assert not write_setting(git, TARGET, ["main", "release"])
    assert write_setting(git, TARGET, ["trunk"])
    assert world.ask("config", "--get-all", "okstra.target") == "trunk"
    assert unset_setting(git, TARGET)
    assert not unset_setting(git, TARGET)
    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o664
    assert "# a remark\n" in real.read_text()
    assert "; nine" in real.read_text()


def test_a_setting_of_an_included_file_is_not_there_to_be_removed(world: World, tmp_path: Path) -> None:
    (tmp_path / "included").write_text("[okstra]\n\tkeepDays = 3\n")
    world.git("config", "include.path", str(tmp_path / "included"))
    assert world.okstra("config", "unset", "keepDays").json["changed"] is False
    assert world.okstra("config", "set", "keepDays", "4").json["value"] == 4


def test_branches_and_remotes_are_read_from_wherever_they_stand(world: World) -> None:
    world.git("config", "--global", "remote.hub.url", "https://example.org/hub.git")
    world.git("config", "--global", "remote.hub.fetch", "+refs/heads/*:refs/remotes/elsewhere/*")
    world.git("config", "remote.only.prune", "true")
    world.git("config", "branch.main.remote", "hub")
    world.git("config", "branch.main.merge", "refs/heads/trunk")
    world.git("config", "branch.here.remote", ".")
    world.git("config", "branch.here.merge", "refs/heads/main")
    git = open_repository(world.path)
    assert remote_names(git) == ["hub"]
    assert upstream_of(git, "main") == "refs/remotes/elsewhere/trunk"
    assert upstream_of(git, "here") == "refs/heads/main"
    assert upstream_of(git, "none") is None
    assert tracked_branch(git, "hub/feature/x") == "feature/x"
    assert tracked_branch(git, "only/x") is None


def test_settings_of_our_own_calls_join_those_of_the_user_and_win(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"COUNT": "1", "KEY_0": "user.name", "VALUE_0": "Dot"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", text)
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='theirs' 'core.quotepath'='true'")
    ours = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "false"}

    def value(key: str) -> str:
        return run_git(["config", key], cwd=world.path, environment=ours).stdout.decode().strip()

    assert [value(key) for key in ("user.name", "core.fsmonitor", "core.quotePath")] == ["Dot", "false", "false"]
