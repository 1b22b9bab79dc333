"""Nothing that a user or a skill sees changes unless somebody means it: every command's answers over one story."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import pytest

from okstra_cli.command_table import ALIASES, COMMANDS
from okstra_cli.lazy import Root
from tests.kit.scenario import World
from tests.kit.surroundings import scratch_dir
from tests.stories.answers.recording import FLAGS, Form, Recorder, read
from tests.stories.answers.story import play


def commands_below(command: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Every command that does something, as the words that name it."""
    deeper = getattr(command, "commands", {})
    if not deeper:
        yield above
    for name in deeper:
        yield from commands_below(deeper[name], *above, name)


def unused_commands(lines: list[tuple[str, ...]]) -> list[str]:
    """The commands that no line calls."""
    used = [(ALIASES.get(line[0], line[0]), *line[1:]) for line in lines]
    root = Root()
    known = [words for name in COMMANDS for words in commands_below(root.commands[name], name)]
    return [" ".join(words) for words in known if not any(line[: len(words)] == words for line in used)]


def changes(recorded: dict[str, str], answered: dict[str, str], form: Form) -> str:
    """A unified diff of all pages, empty when nothing changed."""
    return "".join(
        line
        for group in sorted({*recorded, *answered})
        for line in unified_diff(
            recorded.get(group, "").splitlines(keepends=True),
            answered.get(group, "").splitlines(keepends=True),
            f"recorded/{form}/{group}.txt",
            f"answered/{form}/{group}.txt",
        )
    )


@pytest.mark.parametrize("form", FLAGS)
def test_every_command_answers_as_on_record(form: Form) -> None:
    recorder = Recorder(World.begin(scratch_dir() / "shop"), form)
    play(recorder)
    assert unused_commands(recorder.lines) == [], "every command has a line in tests/stories/answers/story.py"
    changed = changes(read(form), recorder.pages(), form)
    if changed:
        pytest.fail(f"{changed}\nif this is meant: python -m tests.stories.answers --write", pytrace=False)


def test_a_command_without_a_line_and_a_changed_answer_are_found() -> None:
    assert "stage done" in unused_commands([("stage", "list")])
    assert "status" not in unused_commands([("status", "--problems")])
    assert changes({"log": "a\n", "task": "same\n"}, {"log": "b\n", "task": "same\n", "new": "x\n"}, "json") == (
        "--- recorded/json/log.txt\n+++ answered/json/log.txt\n@@ -1 +1 @@\n-a\n+b\n"
        "--- recorded/json/new.txt\n+++ answered/json/new.txt\n@@ -0,0 +1 @@\n+x\n"
    )
