"""Stages under arbitrary rewrites: whatever okstra calls proven, plain git has to confirm."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.kit.budgets import PHASES, REWRITE_SECONDS, rounds_within
from tests.kit.scenario import World
from tests.properties.rewriting import BRANCHES, Rewriting

branches = st.sampled_from(BRANCHES)
regions = st.integers(0, 11)
places = st.integers(0, 5)
numbers = st.integers(1, 4)
verbs = st.lists(
    st.sampled_from(["pick", "pick", "squash", "fixup", "drop", "split", "split-more", "edit"]), min_size=1, max_size=4
)


class Rewrites(RuleBasedStateMachine):
    """Rules are what people do to branches; the invariant is what okstra may claim afterwards."""

    folder: Path
    serial = itertools.count()
    claims = 0

    def __init__(self) -> None:
        super().__init__()
        self.it = Rewriting(World.begin(self.folder / str(next(self.serial))))
        for number, branch in enumerate(BRANCHES, 1):
            self.it.record(number, branch, number % 2, number)

    @rule(branch=branches, region=regions, whole_file=st.booleans())
    def commit(self, branch: str, region: int, whole_file: bool) -> None:
        if self.it.exists(branch):
            self.it.commit(branch, region, whole_file=whole_file)

    @rule(branch=branches, region=regions, content=st.booleans(), quiet=st.booleans())
    def amend(self, branch: str, region: int, content: bool, quiet: bool) -> None:
        if self.it.exists(branch):
            self.it.amend(branch, region, content=content, options=("--no-post-rewrite",) if quiet else ())

    @rule(how=st.sampled_from(["rename", "same-file", "other-file"]))
    def move_main(self, how: str) -> None:
        self.it.move_main(how)

    @rule(branch=branches, update_refs=st.booleans())
    def rebase(self, branch: str, update_refs: bool) -> None:
        if self.it.exists(branch):
            self.it.rebase(branch, update_refs=update_refs)

    @rule(branch=branches, verbs=verbs, swap=places, update_refs=st.booleans())
    def rebase_i(self, branch: str, verbs: list[str], swap: int, update_refs: bool) -> None:
        if self.it.exists(branch):
            self.it.rebase_i(branch, verbs, swap=swap, update_refs=update_refs)

    @rule(source=branches, place=places, onto=st.sampled_from((*BRANCHES, "main")))
    def cherry_pick(self, source: str, place: int, onto: str) -> None:
        if self.it.exists(source) and self.it.exists(onto):
            self.it.cherry_pick(source, place, onto)

    @rule(branch=branches, how=st.sampled_from(["--squash", "--no-ff", "--ff"]))
    def merge(self, branch: str, how: str) -> None:
        if self.it.exists(branch):
            self.it.merge(branch, how)

    @rule(branch=branches, number=numbers)
    def reset(self, branch: str, number: int) -> None:
        if self.it.exists(branch):
            self.it.reset(branch, number)

    @rule(branch=branches)
    def drop_tip(self, branch: str) -> None:
        if self.it.exists(branch):
            self.it.drop_tip(branch)

    @rule(branch=branches)
    def plumb(self, branch: str) -> None:
        if self.it.exists(branch):
            self.it.plumb(branch)

    @rule(branch=branches, again=st.booleans())
    def revert(self, branch: str, again: bool) -> None:
        if self.it.exists(branch):
            self.it.revert(branch, again=again)

    @rule(branch=branches, start=st.sampled_from((*BRANCHES, "main")), again=st.booleans())
    def remove(self, branch: str, start: str, again: bool) -> None:
        if self.it.exists(branch):
            self.it.remove(branch)
        elif again:
            self.it.recreate(branch, start)

    @rule(branch=branches, region=regions)
    def elsewhere(self, branch: str, region: int) -> None:
        if self.it.exists(branch):
            self.it.elsewhere(branch, region)

    @rule()
    def collect(self) -> None:
        self.it.collect()

    @rule(number=numbers, branch=branches, place=places, length=places)
    def record(self, number: int, branch: str, place: int, length: int) -> None:
        if self.it.exists(branch):
            self.it.record(number, branch, place, length)

    @precondition(lambda self: self.it.stages)
    @rule()
    def settle(self) -> None:
        self.it.settle()

    @invariant()
    def every_claim_is_true(self) -> None:
        self.it.check()

    def teardown(self) -> None:
        type(self).claims += self.it.claims
        self.it.finish()


def _fresh(folder: Path) -> type[Rewrites]:
    """A machine with counts of its own."""

    class Fresh(Rewrites):
        serial = itertools.count()
        claims = 0

    Fresh.folder = folder
    return Fresh


def _run(folder: Path, chosen: settings) -> None:
    machine = _fresh(folder)
    run_state_machine_as_test(machine, settings=chosen)
    assert machine.claims > 0, "nothing was ever claimed, so nothing was tested"


QUICK = settings(
    max_examples=12, stateful_step_count=12, deadline=None, derandomize=True, database=None, print_blob=True,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
LONG = settings(QUICK, max_examples=20, stateful_step_count=30, derandomize=False, phases=PHASES)


def test_what_is_called_proven_is_true_after_any_rewrite(tmp_path: Path) -> None:
    _run(tmp_path, QUICK)


@pytest.mark.deep
def test_what_is_called_proven_is_true_after_any_rewrite_for_long(tmp_path: Path) -> None:
    for number in rounds_within(REWRITE_SECONDS):
        _run(tmp_path / str(number), LONG)


def test_two_stages_that_were_recorded_on_one_commit_are_both_true_there(tmp_path: Path) -> None:
    it = Rewriting(World.begin(tmp_path / "world"))
    it.record(1, "two", 1, 2)
    it.plumb("two")
    it.record(2, "three", 1, 2)
    assert it.stages[1].head == it.stages[2].head
    it.check()
    moved = it.desk.findings()[1]
    it.reset("two", 1)
    it.check()
    assert it.desk.verdicts() == {1: "ok", 2: "ok"}
    with pytest.raises(AssertionError, match="both stand on"):
        it.stand_apart([moved, replace(moved, stage=2)])
