"""Stages recorded and judged through the library, for tests that need no command line."""

from collections.abc import Mapping
from datetime import UTC, datetime

from okstra_git.git.repo import Git, open_repository
from okstra_git.names import TaskKey, parse_task_key
from okstra_git.reconcile.findings import Finding, Report
from okstra_git.reconcile.judge import Judge
from okstra_git.reconcile.locate import Hit, locate
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.scope import SearchScope
from okstra_git.reconcile.settle import settle
from okstra_git.reconcile.windows import open_window
from okstra_git.records.stage import RangeFingerprint
from okstra_git.stages.complete import DoneRequest, complete_stages
from okstra_git.stages.task import open_task
from okstra_git.store.clone import ensure_writer
from okstra_git.store.stage_ranges import fingerprint_ranges
from okstra_git.store.store import Appended, Store
from tests.kit.scenario import World

KEY = parse_task_key("shop:web:login")


class Desk:
    """One task of a world: record stages, look, settle. Every question opens the repository anew, as a command does."""

    def __init__(self, world: World, key: TaskKey = KEY, *, targets: tuple[str, ...] = ()) -> None:
        self.world = world
        self.key = key
        self.targets = targets
        ensure_writer(self.git, milliseconds=next(world.clock) * 1000)
        open_task(self.store, key, category="feature")

    @property
    def git(self) -> Git:
        return open_repository(self.world.path)

    @property
    def store(self) -> Store:
        return Store(self.git, lambda: datetime.fromtimestamp(next(self.world.clock), UTC))

    def record(
        self, number: int, branch: str, *, base: str | None = None, commit: str | None = None
    ) -> RangeFingerprint:
        """Finish a stage: its commit and base may be labels; without them the tip and what okstra finds."""
        labels = self.world.labels
        request = DoneRequest(number, branch=branch, base=labels.get(base or "", base),
                              commit=labels.get(commit or "", commit))  # fmt: skip
        done = complete_stages(self.store, self.key, [request])
        found = done.snapshot.state.tasks[self.key].stages[number].range
        assert found is not None
        return found

    def look(self) -> Report:
        """What reconcile says now; nothing changes."""
        git = self.git
        state = Store(git, lambda: datetime.now(UTC)).read().state
        places = SearchScope(git, extra_targets=self.targets)
        places.know_stage_branches(state)
        return Judge(places).judge(state.tasks[self.key])

    def findings(self) -> Mapping[int, Finding]:
        """The findings of a look by stage number."""
        return {finding.stage: finding for finding in self.look().findings}

    def settle(self) -> Appended:
        """Record every move that is proven now."""
        report = self.look()
        return settle(self.store, [report])

    def verdicts(self) -> dict[int, str]:
        """Stage -> `ok`, or class and proof and the subject of the new head: `auto replay A`."""
        return {number: self._verdict(finding) for number, finding in self.findings().items()}

    def _verdict(self, finding: Finding) -> str:
        if finding.new is None:
            return finding.kind
        return f"{finding.kind} {finding.new.proof} {self.world.ask('log', '-1', '--format=%s', finding.new.head)}"


def hits(world: World, recorded: tuple[str, str], tip: str, *hidden: str) -> list[Hit]:
    """The proven ranges of the recorded one (base, head) in the history of `tip` outside `hidden`."""
    git = open_repository(world.path)
    window = open_window(git, tip, hidden, limit=1000)
    return locate(window, Prover(git, fingerprint_ranges(git, [recorded])[0]))
