"""Counts the changes of file during a command: how far a reader has to jump to follow what it does.

A change of file is a call of a function of okstra_git or okstra_cli from a function in another file of theirs. Calls
while a module is imported do not count. `steps` are another measure: calls into a file other than that of the call
before it, whoever calls. docs/design/house.md has the figures.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from tests.kit.prepared import KEY, set_up
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

OURS = tuple(f"{ROOT / package}/" for package in ("okstra_git", "okstra_cli"))
BEFORE = {"run prepare": 2178, "stage done": 1192, "reconcile --apply": 1338, "status": 410, "wizard step": 65}
"""Changes of file at commit f4892dc, before the porcelain floor was built."""

LIMITS = {"run prepare": 1089, "stage done": 800, "reconcile --apply": 800, "status": 330, "wizard step": 70}
"""Changes of file at most: half of what it was for `run prepare`, a little above what it is now for the others."""

TASK = ("--task-key", KEY)
WIZARD = ("--state-file", ".okstra/wizard/w.json")


@dataclass
class Trace:
    """What one command did: how often each file called into each other one, and the steps as the redesign counted."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: int = 0
    _file: str = ""

    @property
    def changes(self) -> int:
        """All changes of file."""
        return self.calls.total()

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        """What `sys.setprofile` calls."""
        called = frame.f_code.co_filename
        if event != "call" or not called.startswith(OURS):
            return
        self.steps += called != self._file
        self._file = called
        caller = frame.f_back.f_code if frame.f_back else None
        if caller is None or caller.co_name == "<module>":
            return
        if caller.co_filename != called and caller.co_filename.startswith(OURS):
            self.calls[_short(caller.co_filename), _short(called)] += 1


@contextmanager
def traced() -> Iterator[Trace]:
    """Count what happens inside; coverage and debuggers, which look on in the same way, look away meanwhile."""
    trace, before = Trace(), sys.getprofile()
    sys.setprofile(trace.note)
    try:
        yield trace
    finally:
        sys.setprofile(before)


def trace_commands(world: World) -> dict[str, Trace]:
    """The commands of a typical task, traced one after the other in a new repository: name -> trace."""
    set_up(world, {1: (), 2: (1,), 3: ()})
    traces = {}

    def trace(name: str, run: Callable[[], object]) -> None:
        with traced() as traces[name]:
            run()

    trace("run prepare", lambda: world.okstra("run", "prepare", *TASK, "--task-type", "implementation", "--stage", "1"))
    stage = World(_worktree(world), labels=world.labels, clock=world.clock)
    stage.commit("A")
    trace("stage done", lambda: stage.okstra("stage", "done", "1", *TASK))
    stage.amend({}, "-m", "A, in other words")
    trace("reconcile --apply", lambda: stage.okstra("reconcile", *TASK, "--apply"))
    trace("status", lambda: world.okstra("status"))
    world.okstra("wizard", "init", *WIZARD)
    trace("wizard step", lambda: world.okstra("wizard", "step", *WIZARD, "--answer", KEY))
    return traces


def _worktree(world: World) -> Path:
    return world.path.parent / "worktrees" / KEY.replace(":", "/") / "stage-1"


def _short(file: str) -> str:
    return Path(file).relative_to(ROOT).as_posix()
