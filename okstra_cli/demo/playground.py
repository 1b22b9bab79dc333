"""A repository to play in, where git and okstra run as a person types them and nothing of the user's is touched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.git.binary import NO_SETTINGS_GIVEN, run_git
from okstra_git.git.repo import open_repository
from okstra_git.records.events import Event, StageMoved
from okstra_git.store.snapshot import Memory, read_events, read_snapshot

if TYPE_CHECKING:
    from okstra_cli.demo.shop import Files


@dataclass(frozen=True)
class Title:
    """Opens an act of the story."""

    text: str


@dataclass(frozen=True)
class Say:
    """A sentence or two for the reader."""

    text: str


class Move(NamedTuple):
    """A stage that followed its commit."""

    stage: int
    old: str
    new: str
    proof: str
    landed: bool


@dataclass(frozen=True)
class Ran:
    """A command as a person types it, and what came of it.

    `said` are the lines of an okstra command, `heard` those that okstra wrote to standard error, from a hook or as a
    note; `moves` are the records that followed their commits.
    """

    command: str
    exit_status: int = 0
    said: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def proofs(self) -> list[str]:
        """The proofs by which records were followed, each once."""
        return list(dict.fromkeys(move.proof for move in self.moves))


Beat = Title | Say | Ran


WIDTH = 74
PERSON = ("Ada Example", "ada@example.org")
COLLEAGUE = ("Grace Example", "grace@example.org")
"""The git release that brought `rebase --update-refs` (its release notes)."""


@dataclass
class Playground:
    """A new repository at `repository`; `home` holds the only configuration that git reads beside the repository's.

    `surroundings` are variables by which git finds the program; `clock` is the date of the next commit and runs ahead
    by some minutes with every command.
    """

    repository: Path
    home: Path
    surroundings: Mapping[str, str]
    clock: datetime
    _seen: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Create the repository, with a committer of its own so that it can be kept."""
        self.repository.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", PERSON[0])
        self.git("config", "user.email", PERSON[1])

    def git(
        self, *words: str, accept: Sequence[int] = (0,), also: Mapping[str, str] | None = None, typed: str = ""
    ) -> Ran:
        """Run git with hooks; `also` are variables of the command line, `typed` stands for it where it differs."""
        done = run_git(words, cwd=self.repository, environment=self._environment(also), accept=accept, sealed=False)
        return Ran(
            typed or _typed(words, also or {}),
            done.returncode,
            tuple(_lines(done.stdout)) if words[0] == "okstra" else (),
            tuple(line for line in _lines(done.stderr) if line.startswith("okstra:")),
            tuple(self._new_moves()),
        )

    def okstra(self, *words: str, accept: Sequence[int] = (0,)) -> Ran:
        """Run `git okstra …` and take its text."""
        typed = _typed(("okstra", *words), {})
        return self.git("okstra", *words, "--text", "--no-color", accept=accept, typed=typed)

    def commit(self, message: str, files: Files, *options: str, by: tuple[str, str] = PERSON) -> Ran:
        """Write the files and commit everything."""
        self.write(files)
        self.git("add", "--all")
        words = ["-m", message] if message else []
        author = {"GIT_AUTHOR_NAME": by[0], "GIT_AUTHOR_EMAIL": by[1]}
        typed = _typed(("add", "--all", "&&", "git", "commit", *options, *words), {})
        return self.git("commit", "-q", *options, *words, also=author, typed=typed)

    def write(self, files: Files) -> None:
        """Write the files, and commit nothing."""
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def _environment(self, also: Mapping[str, str] | None) -> dict[str, str]:
        self.clock += timedelta(minutes=7)
        date = self.clock.strftime("%Y-%m-%dT%H:%M:%S%z")
        return {
            **NO_SETTINGS_GIVEN,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "GIT_CONFIG_GLOBAL": str(self.home / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "GIT_COMMITTER_NAME": PERSON[0],
            "GIT_COMMITTER_EMAIL": PERSON[1],
            **self.surroundings,
            **(also or {}),
        }

    def _new_moves(self) -> list[Move]:
        """What okstra recorded as followed since the last command, read from the log itself."""
        if not (self.repository / ".git" / "okstra").is_dir():
            return []
        git = open_repository(self.repository)
        snapshot = read_snapshot(git, Memory())
        events = [event for key in snapshot.state.tasks for event in read_events(git, snapshot, key)]
        fresh = [event for event in events if event.id not in self._seen]
        self._seen |= {event.id for event in fresh}
        return [move for event in fresh if (move := _move(event))]


def git_version(cwd: Path) -> tuple[int, int]:
    """Major and minor release of the git program."""
    words = run_git(["version"], cwd=cwd).stdout.decode(errors="replace")
    match = re.search(r"(\d+)\.(\d+)", words)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _typed(words: Sequence[str], variables: Mapping[str, str]) -> str:
    """The command as a person types it: variables that choose an editor, and without -q."""
    chosen = [f"{name}={value}" for name, value in variables.items() if name.endswith("_EDITOR")]
    return wrap([*chosen, "git", *(_quoted(word) for word in words if word != "-q")])


def wrap(words: Sequence[str]) -> str:
    """A command line, a long one continued with backslashes; an option stays with its value."""
    groups: list[str] = []
    for word in words:
        is_value = groups and groups[-1].startswith("--") and " " not in groups[-1] and not word.startswith("-")
        if is_value:
            groups[-1] += f" {word}"
        else:
            groups.append(word)
    lines = [groups[0]]
    for group in groups[1:]:
        if len(lines[-1]) + len(group) + 3 > WIDTH:
            lines[-1] += " \\"
            lines.append(f"    {group}")
        else:
            lines[-1] += f" {group}"
    return "\n".join(lines)


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./{}~&-]+", word) else f'"{word}"'


def _lines(output: bytes) -> list[str]:
    return output.decode(errors="replace").splitlines()


def _move(event: Event) -> Move | None:
    fact = event.fact
    if not isinstance(fact, StageMoved):
        return None
    return Move(fact.stage, fact.old, fact.range.head, fact.proof, fact.landed)
