"""The flags of every command: anywhere on the line, stopped by `--`, never two answers."""

from pathlib import Path

import pytest

from okstra_cli.global_flags import split_line
from tests.cli.conftest import Ask, only_object
from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("probe")


@pytest.mark.parametrize(
    "line",
    [
        "--json config get keepDays",
        "config --json get keepDays",
        "config get --json keepDays",
        "config get keepDays --json",
    ],
)
def test_a_global_flag_may_stand_anywhere(on_terminal: Ask, line: str) -> None:
    assert '"value": 180' in on_terminal(*line.split()).expect(0).out


def test_directories_add_up_as_with_git(world: World, tmp_path: Path) -> None:
    (tmp_path / "world" / "a" / "b").mkdir(parents=True)
    told = world.okstra("-C", "a", "probe", "echo", "-C", "b").json
    assert told["cwd"] == str(tmp_path / "world" / "a" / "b")
    assert world.okstra("-C", "a", "probe", "-C", str(tmp_path), "echo").json["cwd"] == str(tmp_path)
    assert world.okstra("-C", "", "probe", "echo").json["cwd"] == str(tmp_path / "world")


def test_a_missing_directory_is_refused(world: World) -> None:
    error = only_object(world.okstra("-C", "no\nwhere", "config", "list", exit=1))["error"]
    assert error["code"] == "directory.missing"
    assert world.okstra("config", "list", "-C", exit=129).json["error"]["message"] == "-C needs a directory"


def test_words_behind_two_dashes_are_left_alone(world: World) -> None:
    told = world.okstra("probe", "echo", "--", "--json", "-C", "--text", "-h").json
    assert told["words"] == ["--json", "-C", "--text", "-h"]


def test_an_attached_value_is_never_a_flag(world: World) -> None:
    assert world.okstra("probe", "echo", "--title=--text").json["title"] == "--text"
    assert world.okstra("probe", "echo", "--check", "--json").json["check"] is True


def test_json_and_text_together_are_wrong_usage_told_in_json(on_terminal: Ask) -> None:
    answer = on_terminal("config", "--json", "list", "--text")
    assert answer.exit == 129
    assert '"code": "usage"' in answer.out


def test_the_form_follows_the_terminal_unless_told(world: World, on_terminal: Ask) -> None:
    assert world.okstra("config", "get", "keepDays").out.startswith("{")
    assert world.okstra("config", "get", "keepDays", "--text").out == "180\n"
    assert on_terminal("config", "get", "keepDays").out == "180\n"
    assert on_terminal("config", "get", "keepDays", "--json").out.startswith('{\n  "ok": true')


def test_notes_go_to_stderr_and_quiet_stops_them(world: World) -> None:
    assert world.okstra("probe", "echo", "--title", "a\x1b[31m").err == "okstra: echoing a\\x1b[31m\n"
    assert world.okstra("probe", "echo", "-q").err == ""
    assert world.okstra("--quiet", "probe", "echo").err == ""


@pytest.mark.parametrize(("flags", "coloured"), [((), True), (("--no-color",), False)])
def test_colour_on_a_terminal_unless_told(on_terminal: Ask, flags: tuple[str, ...], coloured: bool) -> None:
    line = ("probe", "echo", "--title", "fine", "one", *flags)
    assert ("\x1b[" in on_terminal(*line, colour=True).out) is coloured
    assert "\x1b" not in on_terminal(*line).out


def test_splitting_keeps_the_order_of_everything_else() -> None:
    flags, rest = split_line(["-q", "stage", "start", "-C", "x", "2", "--task-key", "a:b:c", "--", "-q"])
    assert (flags.quiet, flags.directory, rest) == (
        True,
        "x",
        ["stage", "start", "2", "--task-key", "a:b:c", "--", "-q"],
    )
