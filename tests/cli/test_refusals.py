"""Whatever goes wrong has a sentence, a code and an exit status, and JSON stays one object."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ask, only_object
from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("probe")


def error_of(world: World, *line: str, exit: int) -> Any:
    told = only_object(world.okstra(*line, exit=exit))
    assert told["ok"] is False
    return told["error"]


def test_a_refusal_is_one_object_with_its_facts(world: World) -> None:
    assert error_of(world, "probe", "fail", "refuse", exit=1) == {
        "code": "text.refused",
        "message": "no, because of\nthis",
        "hint": "first\nsecond",
        "task": "a:b:c",
    }


def test_a_refusal_in_text_is_on_stderr_alone(on_terminal: Ask) -> None:
    answer = on_terminal("probe", "fail", "refuse")
    assert (answer.exit, answer.out) == (1, "")
    assert answer.err == "okstra: no, because of\\nthis\nhint: first\nhint: second\n"


def test_a_refusal_may_carry_an_answer(world: World) -> None:
    told = only_object(world.okstra("probe", "fail", "decide", exit=2))
    assert list(told) == ["ok", "schema", "error", "conflicts"]


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("confg list", "git okstra has no command 'confg'", "did you mean config?\ngit okstra --help"),
        (
            "git-recon",
            "git okstra has no command 'git-recon'",
            "did you mean git-reconcile?\ngit okstra --help",
        ),
        ("config", "git okstra config needs a command: get, set, unset, list", "git okstra config --help"),
        ("config lst", "git okstra config has no command 'lst'", "did you mean list or set?\ngit okstra config --help"),
    ],
)
def test_wrong_usage_is_129(world: World, line: str, message: str, hint: str) -> None:
    error = error_of(world, *line.split(), exit=129)
    assert error["code"] == "usage"
    assert error["message"].startswith(message)
    assert error["hint"] == hint


@pytest.mark.parametrize(
    ("line", "about", "hint"),
    [
        ("config get", "KEY", "git okstra config get --help"),
        ("config get a b", "(b)", "git okstra config get --help"),
        ("config list --al", "--al", "git okstra config list --help"),
        ("--al config list", "--al", "git okstra --help"),
        ("probe echo --title", "--title", "git okstra probe echo --help"),
        ("probe task x", "number", "git okstra probe task --help"),
    ],
)
def test_what_the_parser_refuses_is_one_sentence_as_ours_are(world: World, line: str, about: str, hint: str) -> None:
    error = error_of(world, *line.split(), exit=129)
    assert (error["code"], error["hint"]) == ("usage", hint)
    assert about in error["message"]
    assert error["message"][0].islower()
    assert error["message"][-1] not in ".\n"


def test_an_interrupt_is_130(world: World) -> None:
    assert error_of(world, "probe", "fail", "ctrl-c", exit=130)["code"] == "interrupted"


def test_a_full_disk_is_the_machines_refusal(world: World) -> None:
    error = error_of(world, "probe", "fail", "full", exit=1)
    assert (error["code"], error["message"]) == ("host.refused", "No space: /f")


@pytest.mark.parametrize("kind", ["bug", "nothing"])
def test_a_bug_files_a_private_report_without_the_home(world: World, home: Path, kind: str) -> None:
    error = error_of(world, "probe", "fail", kind, str(home) if kind == "" else "--json", exit=1)
    assert error["code"] == "internal"
    report = Path(error["report"])
    assert report.parent == world.path / ".git" / "okstra"
    assert report.stat().st_mode & 0o777 == 0o600
    content = report.read_text()
    assert "Traceback" in content
    assert f"'probe', 'fail', '{kind}'" in content
    assert str(home) not in content


def test_a_bug_outside_any_repository_is_reported_too(world: World, tmp_path: Path) -> None:
    report = Path(error_of(world, "-C", str(tmp_path), "probe", "fail", "bug", exit=1)["report"])
    assert report.is_file()
    report.unlink()


def test_words_that_are_not_utf8_come_through(world: World, on_terminal: Ask) -> None:
    word = os.fsdecode(b"caf\xe9\xff")
    assert world.okstra("probe", "echo", word).json["words"] == [word]
    assert "caf\\udce9\\udcff" in on_terminal("probe", "echo", word, "--title", word).expect(0).out
    assert error_of(world, word, exit=129)["code"] == "usage"
    assert error_of(world, "config", "get", word, exit=1)["code"] == "config.unknown-key"
    assert error_of(world, "-C", word, "config", "list", exit=1)["code"] == "directory.missing"
