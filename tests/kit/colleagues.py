"""Several clones of one server, each with a person and an okstra of its own; the logs travel as branches do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.kit.forked import okstra_forked
from tests.kit.scenario import World
from tests.kit.stores import NAME

LATER = {"GIT_COMMITTER_DATE": "@4000000000 +0000"}
"""A moment after everything that okstra records, for reflogs: worlds have clocks of their own, okstra has not."""


class Colleagues:
    """The clones, the first of them the one in which the project began."""

    def __init__(self, folder: Path, names: Sequence[str], *, hooks: bool) -> None:
        self.server = folder / "server.git"
        options = [] if hooks else ["--no-hooks"]
        first = World.begin(folder / names[0])
        first.git("clone", "-q", "--bare", str(first.path), str(self.server))
        first.git("remote", "add", "origin", str(self.server))
        first.git("push", "-q", "-u", "origin", "main")
        okstra_forked(first, "init", "--project-id", "shop", "--offline", *options)
        okstra_forked(first, "task", "open", NAME)
        self.clones = {names[0]: first}
        for name in names[1:]:
            first.git("clone", "-q", str(self.server), str(folder / name))
            self.clones[name] = World(folder / name, labels=first.labels, clock=first.clock)
            okstra_forked(self.clones[name], "init", "--offline", *options)

    def __getitem__(self, name: str) -> World:
        return self.clones[name]

    def exchange(self, *order: str) -> None:
        """Everybody, in this order, sends its log and takes the others'; twice, so that everybody has everything."""
        for name in (*(order or self.clones), *(order or self.clones)):
            clone = self.clones[name]
            clone.git("push", "-q", "origin", "refs/okstra/log/*:refs/okstra/log/*")
            clone.git("fetch", "-q", "origin", "refs/okstra/log/*:refs/okstra/remote/origin/*")

    def round(self, *order: str) -> list[str]:
        """Each in turn takes what there is, lets okstra record all that it would, and sends it; what was recorded."""
        before = self.events()
        for name in order or self.clones:
            clone = self.clones[name]
            self.exchange(name)
            clone.okstra("status")
            clone.okstra("stage", "done", "1", "--task-key", NAME, exit=None)
            clone.okstra("reconcile", "--task-key", NAME, "--apply", exit=None)
            clone.okstra("worktree", "prune")
            self.exchange(name)
        self.exchange()
        return [event["fact"]["type"] for event in self.events()[len(before) :]]

    def events(self) -> list[dict[str, Any]]:
        """Every event of the task, the oldest first, as the first clone has it."""
        first = next(iter(self.clones.values()))
        return list(reversed(first.okstra("log", NAME, "--json").json["events"]))

    def stage(self, number: int = 1) -> tuple[str, str]:
        """Commit and state of a stage, of which all clones say the same."""
        said = set()
        for clone in self.clones.values():
            (task,) = clone.okstra("status", "--json").json["tasks"]
            (stage,) = [stage for stage in task["stages"] if stage["number"] == number]
            said.add((stage["commit"], stage["state"]))
        assert len(said) == 1, said
        return said.pop()

    def questions(self) -> dict[str, list[str]]:
        """Clone -> classes of the items that its reconcile has."""
        words = ("reconcile", "--task-key", NAME, "--check")
        said = {name: clone.okstra(*words, exit=None).json["items"] for name, clone in self.clones.items()}
        return {name: [item["class"] for item in items] for name, items in said.items()}
