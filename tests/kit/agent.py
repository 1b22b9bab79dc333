"""A scripted agent: it knows the texts of the skills, answers from a list, and takes the advice of a refusal."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from okstra_git.paths import templates_directory
from tests.kit.answers import Answer, run_program
from tests.kit.forked import forked_program_dir
from tests.kit.scenario import World

_STEP = re.compile(r"^## (Step [\d.]+)", re.MULTILINE)
_FENCE = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_UNFIT = re.compile(r"[$`;|<>\n]|&&|\bcd ")
"""What no permission rule can be held against; placeholders are gone by the time it is looked for."""


class Skill:
    """One SKILL.md, as its steps and the command lines that stand in each."""

    def __init__(self, name: str) -> None:
        self.text = (templates_directory() / "skills" / name / "SKILL.md").read_text(encoding="utf-8")
        parts = _STEP.split(self.text)
        self.steps = dict(zip(parts[1::2], parts[2::2], strict=True))

    def lines(self, step: str) -> list[str]:
        """The command lines of a step, in order."""
        return [line.strip() for block in _FENCE.findall(self.steps[step]) for line in block.splitlines()]

    def line(self, step: str, *words: str) -> str:
        """The first line of a step that has all these words."""
        return next(line for line in self.lines(step) if all(word in line for word in words))


class ScriptedAgent:
    """Carries out lines in a plain shell and keeps what it was asked and told.

    `user` answers by step, with an option's value or a text; where it says nothing, the first option is taken.
    """

    def __init__(self, world: World, user: Mapping[str, str]) -> None:
        self.world = world
        self.user = user
        self.asked: list[str] = []
        self.ran: list[str] = []

    def run(self, line: str, *statuses: int, **values: str) -> Answer:
        """A line of a skill with its placeholders filled, typed as it is."""
        for name, value in values.items():
            line = line.replace(f"<{name.replace('_', '-')}>", value)
        assert not _UNFIT.search(re.sub(r"'[^']*'", "''", line)), line
        self.ran.append(line)
        environ = self.world.environ({"PATH": f"{forked_program_dir()}{os.pathsep}{os.environ['PATH']}"})
        return run_program(["sh", "-c", line], cwd=self.world.path, environ=environ).expect(*(statuses or (0,)))

    def wizard(self, skill: Skill, name: str) -> dict[str, Any]:
        """Steps 2 and 3 of okstra-run: begin, and answer prompt after prompt by its kind, to the last one."""
        found = self.run(skill.line("Step 2", "wizard init"), name=name).json
        submit = skill.line("Step 3", "--answer '<answer>'")
        from_file = skill.line("Step 3", "--answer-file")
        for _ in range(40):
            asked: dict[str, Any] = found["next"]
            self.asked.append(asked["step"])
            if asked["kind"] in ("done", "aborted"):
                return asked
            answer = self._answer(asked)
            if "'" in answer or "\n" in answer:
                path = self.world.write(".okstra/wizard/answer.txt", answer)
                found = self.run(from_file, name=name, answer_file=str(path)).json
            else:
                found = self.run(submit, name=name, answer=answer).json
        raise AssertionError(f"the wizard did not end: {self.asked}")

    def _answer(self, asked: Mapping[str, Any]) -> str:
        if asked["kind"] == "text":
            return self.user[asked["step"]]
        if asked["kind"] == "pick":
            return self._choice(asked)
        return json.dumps({question["step"]: self._choice(question) for question in asked["questions"]})

    def _choice(self, question: Mapping[str, Any]) -> str:
        """What the user picks; the tool shows labels, the agent submits the value."""
        shown = {option["label"]: option["value"] for option in question["options"]}
        assert 2 <= len(shown) <= 4
        assert len(question["header"]) <= 12
        wanted = self.user.get(question["step"])
        label = next((label for label, value in shown.items() if value == wanted), next(iter(shown)))
        return str(shown[label])


def labelled(answer: Answer, label: str) -> str:
    """The value behind a label of a prepare's answer."""
    return next(line.partition(": ")[2] for line in answer.out.splitlines() if line.startswith(f"{label}:"))


def read(path: str) -> str:
    """A file that a skill tells to read."""
    return Path(path).read_text(encoding="utf-8")


_COMMAND = re.compile(r"\b(?:git (?:okstra|worktree|branch|config|status|fetch|remote|commit|-C)|okstra|gh) .*")
_BLANK = re.compile(r"(?:^| )(?:<[a-z]+>|[A-Z]+)(?= |$)")
"""A placeholder: a word in capitals, or in angle brackets."""


def lines_in(hint: str) -> list[str]:
    """The command lines of a hint: each begins behind some words perhaps, and goes to the end of its line."""
    return [found[0] for line in hint.splitlines() if (found := _COMMAND.search(line))]


def fill(line: str, blanks: Mapping[str, str]) -> str:
    """The line with its placeholders filled; one that is left is an assertion."""
    for blank, value in blanks.items():
        line = re.sub(rf"(?<= ){re.escape(blank)}(?= |$)", value.replace("\\", r"\\"), line)
    assert not _BLANK.search(line), line
    return line


def shell(world: World, line: str) -> Answer:
    """The line as a person types it, with okstra on the PATH."""
    environ = world.environ({"PATH": f"{forked_program_dir()}{os.pathsep}{os.environ['PATH']}"})
    return run_program(["sh", "-c", line], cwd=world.path, environ=environ)


def refusal(answer: Answer) -> dict[str, Any]:
    """The refusal of a command that was asked for JSON."""
    error: dict[str, Any] = answer.json["error"]
    return error
