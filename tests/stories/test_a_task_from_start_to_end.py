"""The page guide/a-task-from-start-to-end.md, carried out line by line in a shell, with real hooks."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.kit.answers import run_program
from tests.kit.forked import forked_program_dir
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

PAGE = Path(__file__).parents[2] / "docs/guide/a-task-from-start-to-end.md"
_BLOCK = re.compile(r"(?P<before>[^\n]*\n(?:[^\n]+\n)?)\n```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)
_NAMES = re.compile(r"\b(?:[0-9a-f]{10,40}|[0-9A-HJKMNP-TV-Z]{26})\b")


class Reader:
    """Somebody who follows the page."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.home = Path(os.environ["HOME"])
        self.run = ""

    def put(self, before: str, body: str) -> None:
        """Write the file that the last path before the block names."""
        *_, named = re.findall(r"`([^`]+/[^`]+)`", before)
        path = self.home / named[2:] if named.startswith("~/") else self.world.path / named
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)

    def do(self, console: str) -> None:
        """Type every line behind a `$`, and look for what the page says it answers."""
        for command, *expected in _commands(console):
            said = self._type(command.replace("RUN-1", self.run))
            for line in expected:
                assert _masked(line.replace("RUN-1", self.run)) in said, f"{command}\n{said}"

    def _type(self, command: str) -> str:
        program = (
            program_dir() if " run prepare" in command else forked_program_dir()
        )  # a lead is recognised by its parents
        environ = self.world.environ({"PATH": f"{program}{os.pathsep}{os.environ['PATH']}"})
        line = command + (" --text" if command.startswith("git okstra") else "")
        answer = run_program(["sh", "-c", line], cwd=self.world.path, environ=environ).expect(0)
        if command.startswith("git okstra run list"):
            runs = run_program(["sh", "-c", f"{command} --json"], cwd=self.world.path, environ=environ)
            [self.run] = [run["id"] for run in json.loads(runs.out)["runs"] if run["stage"] == 1]
        return _masked(answer.out + answer.err).replace(str(self.home), "~")


def _commands(console: str) -> list[list[str]]:
    """Each command with the lines that follow it."""
    found: list[list[str]] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append([line[2:]])
        elif line.strip():
            found[-1].append(line.removeprefix("okstra instruction-set: …"))
    return found


def _masked(text: str) -> str:
    return _NAMES.sub("NAME", text)


@pytest.fixture
def reader(world: World) -> Reader:
    world.commit("begin", {"src/app.py": "import flask\n"})
    return Reader(world)


def test_the_page_is_true_to_the_letter(reader: Reader) -> None:
    blocks = list(_BLOCK.finditer(PAGE.read_text()))
    assert len(blocks) > 10
    for block in blocks:
        if block["kind"] == "console":
            reader.do(block["body"])
        else:
            reader.put(block["before"], block["body"])
    carried = reader.world.path / ".okstra/tasks/shop/web/login/runs/implementation/stage-3/instruction-set/001"
    assert "find_session() are in src/session.py" in (carried / "analysis-packet.md").read_text()
    (task,) = json.loads(reader.world.okstra("status", "shop:web:login", "--json").out)["tasks"]
    stages = task["stages"]
    assert [(stage["state"], stage["lease"] is not None) for stage in stages] == [
        ("landed", False), ("started", True), ("landed", False),
    ]  # fmt: skip
    assert (reader.world.path / "src/session.py").is_file(), "what stage 1 built has arrived in main"
    assert (reader.home / ".okstra/worktrees/shop/web/login/stage-2").is_dir()
