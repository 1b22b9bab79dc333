"""Plays command lines and keeps what each answers, in one form, for a whole story."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from okstra_cli.command_table import ALIASES, COMMANDS
from tests.kit.answers import Answer
from tests.kit.scenario import EPOCH, World
from tests.kit.surroundings import path_without
from tests.stories.answers.normal_form import NormalForm

Form = Literal["json", "page"]
FLAGS: dict[Form, str] = {"json": "--json", "page": "--text"}
PLACE = Path(__file__).parent
"""Has a folder for each form, with a file for each command group."""

FORMLESS = (("wizard", "step"), ("hook",))
"""Commands that have one form only and take no flag for it."""

BEGIN = datetime.fromtimestamp(EPOCH, UTC) + timedelta(days=2)


class Entry(NamedTuple):
    """Something on record: a command line and its answer, or a file by its name and its text."""

    title: str
    text: str


class Recorder:
    """A world whose command lines are all answered in the same form and recorded; `lines` are the lines so far."""

    def __init__(self, world: World, form: Form) -> None:
        self.world = world
        self.form = form
        self.lines: list[tuple[str, ...]] = []
        self.names: dict[str, str] = {}
        self._entries: dict[str, list[Entry]] = {}

    def run(self, line: str, *words: str, exit: int = 0, stdin: str = "") -> Answer:
        """Answer the line (split at blanks, then `words`) and record that; the exit status has to be this one."""
        command = (*line.split(), *words)
        form = () if any(command[: len(each)] == each for each in FORMLESS) else (FLAGS[self.form],)
        end = command.index("--") if "--" in command else len(command)
        answer = self.world.okstra(
            *command[:end],
            *form,
            *command[end:],
            exit=exit,
            stdin=stdin,
            now=self._now,
            env={"PATH": path_without("gh")},
        )
        self.lines.append(command)
        self._keep(_group(command[0]), f"$ git okstra {' '.join(command)}", _transcript(answer))
        return answer

    def query(self, line: str) -> Any:
        """The JSON of a line that is not recorded."""
        return self.world.okstra(*line.split(), "--json", now=self._now).json

    def name(self, name: str, value: str) -> None:
        """Write this id or commit by its name wherever it stands, in the answers before this one too."""
        self.names[value] = name

    def named(self, name: str) -> str:
        """What has this name."""
        return next(value for value, given in self.names.items() if given == name)

    def keep_file(self, group: str, path: Path, *, whole: bool = True) -> None:
        """Record a file that a command wrote, or only how many lines it has."""
        text = path.read_text(encoding="utf-8")
        self._keep(group, f"# {path}", text.rstrip("\n") if whole else f"({text.count(chr(10))} lines)")

    def pages(self) -> dict[str, str]:
        """Command group -> its lines with their answers, in the order of the story, the same in every recording."""
        normal_form = NormalForm(self.names, self.world.path)
        return {
            group: "\n".join(normal_form.of(f"{entry.title}\n{entry.text}") + "\n" for entry in entries)
            for group, entries in self._entries.items()
        }

    def _keep(self, group: str, title: str, text: str) -> None:
        self._entries.setdefault(group, []).append(Entry(title, text))

    def _now(self) -> datetime:
        """A clock of our own, which stands still while a line is answered."""
        return BEGIN + timedelta(minutes=len(self.lines))


def write(form: Form, pages: dict[str, str]) -> None:
    """Put the pages on record in place of all that were there."""
    folder = PLACE / form
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for group, text in pages.items():
        (folder / f"{group}.txt").write_text(text, encoding="utf-8")


def read(form: Form) -> dict[str, str]:
    """The pages on record."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (PLACE / form).glob("*.txt")}


_ANSWER = re.compile(r"^\$ git okstra ([^\n]+)\nexit \d+\n(\{.*?^\})", re.MULTILINE | re.DOTALL)
_NOT_A_NUMBER = re.compile(r"^( *(?:\"[^\"]*\": )?)(?:[A-Z][A-Z0-9_]*|<[a-z]+ [0-9]+>)(?=,?$)", re.MULTILINE)
"""The answers on record have names in the place of numbers that differ from time to time."""


def answers_on_record() -> Iterator[tuple[str, Any]]:
    """Every JSON answer with its command line, group by group; 0 stands for numbers that are not on record."""
    for _, page in sorted(read("json").items()):
        for line, text in _ANSWER.findall(page):
            yield line, json.loads(_NOT_A_NUMBER.sub(r"\g<1>0", text))


def _group(command: str) -> str:
    name = ALIASES.get(command, command)
    return name if name in (*COMMANDS, "hook") else "unknown"


def _transcript(answer: Answer) -> str:
    """Exit status, standard output (JSON a value a line) and the lines of standard error."""
    shown = answer.out.rstrip("\n")
    if shown.startswith("{"):
        shown = json.dumps(_without_prompts(answer.json), indent=1, ensure_ascii=False)
    errors = [f"stderr: {line}" for line in answer.err.splitlines()]
    return "\n".join(part for part in (f"exit {answer.exit}", _without_prompt(shown), *errors) if part)


def _without_prompts(value: Any) -> Any:
    """The prompts of leads are files of a bundle, which are recorded as such; here their first lines have to do."""
    if isinstance(value, dict):
        return {key: _without_prompts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_prompts(inner) for inner in value]
    return _without_prompt(value) if isinstance(value, str) else value


def _without_prompt(text: str) -> str:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.startswith("# ") and line.endswith(": lead prompt"):
            return "\n".join([*lines[: number + 1], f"… ({len(lines) - number} lines)"])
    return text
