"""A repository with the shims installed, and a stand-in for git-okstra that writes down how it was called."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from okstra_git.git.repo import Git, open_repository
from okstra_git.hooks.install import install_hooks
from okstra_git.hooks.model import Hooks
from okstra_git.spool import Spooled, list_spooled
from tests.kit.scenario import World

_STAND_IN = """\
#!/bin/sh
echo "$@" >>{calls}
{body}
"""


@dataclass
class Listener:
    """A world whose hooks call a stand-in; `git` is opened at the world's worktree."""

    world: World
    program: Path
    calls_file: Path

    @property
    def git(self) -> Git:
        return open_repository(self.world.path)

    @property
    def hooks(self) -> Path:
        return self.world.path / ".git/hooks"

    @property
    def private(self) -> Path:
        return self.git.private_dir

    def behave(self, body: str) -> None:
        """What the stand-in does after it has noted its call."""
        self.program.write_text(_STAND_IN.format(calls=shlex.quote(str(self.calls_file)), body=body))
        self.program.chmod(0o755)

    def install(self) -> Hooks:
        return install_hooks(self.git, program=self.program)

    def hook(self, script: str | bytes, name: str = "post-rewrite", mode: int = 0o755) -> Path:
        """A hook of the user's."""
        path = self.hooks / name
        path.write_bytes(script.encode() if isinstance(script, str) else script)
        path.chmod(mode)
        return path

    def watch(self, *labels: str, branches: dict[str, str] | None = None) -> None:
        """Watch the commits under these labels (or full ids) and branches at these commits."""
        lines = [f"c {self.world.labels.get(label, label)}" for label in labels]
        lines += [f"b refs/heads/{name} {tip}" for name, tip in (branches or {}).items()]
        self.private.mkdir(exist_ok=True)
        (self.private / "watch").write_text("".join(f"{line}\n" for line in lines))

    def calls(self) -> list[str]:
        """How git-okstra was called, without the -C DIR."""
        if not self.calls_file.exists():
            return []
        return [line.partition(" hook ")[2] for line in self.calls_file.read_text().splitlines()]

    def spooled(self) -> list[Spooled]:
        return list_spooled(str(self.private))

    def labels_of(self, event: Spooled) -> list[str]:
        """The labels of the event's old commits."""
        names = {commit: label for label, commit in self.world.labels.items()}
        return [names.get(old, "?") for old, _ in event.pairs]


@pytest.fixture
def listener(world: World, tmp_path: Path) -> Listener:
    """Commits A and B on a branch, hooks not yet installed."""
    made = Listener(world, tmp_path / "program dir" / "git-okstra", tmp_path / "calls")
    made.program.parent.mkdir()
    made.behave("exit 0")
    world.branch("feature")
    world.commit("A")
    world.commit("B")
    return made


@pytest.fixture
def installed(listener: Listener) -> Listener:
    """The same with hooks installed."""
    listener.install()
    return listener
