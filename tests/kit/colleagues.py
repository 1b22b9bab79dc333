"""Several clones of one server, each with a person and an okstra of its own; the logs travel as branches do."""

import shutil
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from tests.kit.forked import okstra_forked
from tests.kit.scenario import EPOCH, World, settle_index
from tests.kit.stores import NAME
from tests.kit.surroundings import print_of_surroundings, scratch_dir
from tests.kit.templates import settle_writer

LATER = {"GIT_COMMITTER_DATE": "@4000000000 +0000"}
"""A moment after everything that okstra records, for reflogs: worlds have clocks of their own, okstra has not."""


class Colleagues:
    """The clones, the first of them the one in which the project began."""

    def __init__(self, folder: Path, clones: dict[str, World]) -> None:
        self.folder = folder
        self.clones = clones

    @classmethod
    def meet(cls, folder: Path, names: Sequence[str], *, hooks: bool) -> "Colleagues":
        """These people, the first of whom did stage 1 on `s1` and pushed it; the others have the branch, too."""
        model = _model(tuple(names), hooks, print_of_surroundings())
        shutil.copytree(model.folder, folder, symlinks=True, dirs_exist_ok=True)
        labels, clock = dict(model[names[0]].labels), count(EPOCH, 60)
        while repr(clock) != repr(model[names[0]].clock):
            next(clock)
        team = cls(folder, {name: World(folder / name, labels=labels, clock=clock) for name in names})
        for config in (folder / "server.git/config", *(folder / name / ".git/config" for name in names)):
            config.write_text(config.read_text().replace(str(model.folder), str(folder)))
        for clone in team.clones.values():
            settle_writer(clone)
            settle_index(clone.path)
        return team

    def __getitem__(self, name: str) -> World:
        return self.clones[name]

    def exchange(self, *order: str) -> None:
        """Everybody, in this order, sends its log; then everybody takes the others', and so has everything."""
        clones = [self.clones[name] for name in order or self.clones]
        for clone in clones:
            clone.git("push", "-q", "origin", "refs/okstra/log/*:refs/okstra/log/*")
        for clone in clones:
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


@cache
def _model(names: tuple[str, ...], hooks: bool, _: object) -> Colleagues:
    """What `meet` copies, for all surroundings that are alike."""
    folder = scratch_dir()
    team = Colleagues(folder, {names[0]: World.begin(folder / names[0])})
    first, server = team[names[0]], folder / "server.git"
    first.git("clone", "-q", "--bare", str(first.path), str(server))
    first.git("remote", "add", "origin", str(server))
    first.git("push", "-q", "-u", "origin", "main")
    options = [] if hooks else ["--no-hooks"]
    okstra_forked(first, "init", "--project-id", "shop", "--offline", *options)
    okstra_forked(first, "task", "open", NAME)
    for name in names[1:]:
        first.git("clone", "-q", str(server), str(folder / name))
        team.clones[name] = World(folder / name, labels=first.labels, clock=first.clock)
        okstra_forked(team[name], "init", "--offline", *options)
    _do_stage_1(team, first)
    return team


def _do_stage_1(team: Colleagues, first: World) -> None:
    first.branch("s1")
    first.commit("A")
    first.okstra("stage", "start", "1", "--task-key", NAME, "--base", "main", "--branch", "s1", "--no-worktree")
    first.okstra("stage", "done", "1", "--task-key", NAME)
    first.git("push", "-q", "-u", "origin", "s1")
    team.exchange()
    for clone in list(team.clones.values())[1:]:
        clone.git("fetch", "-q", "origin")
        clone.git("branch", "-q", "s1", "origin/s1")
    assert team.stage() == (first["A"], "done")
