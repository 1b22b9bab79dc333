"""Stages that leave, come back and change in any order: whatever is said to have landed, plain git has to confirm."""

import itertools
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.kit.budgets import LANDING_SECONDS, PHASES, rounds_within
from tests.kit.scenario import World
from tests.properties.landing import NUMBERS, Landing

numbers = st.sampled_from(NUMBERS)
ways = st.sampled_from(["squash", "squash", "merge", "pick", "rebase", "ours"])
backs = st.integers(0, 4)


class Leaving(RuleBasedStateMachine):
    """Rules are what people and forges do; the invariant is what okstra may claim afterwards."""

    folder: Path
    serial = itertools.count()
    claims: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.it = Landing(World.begin(self.folder / str(next(self.serial))))

    @rule(number=numbers, both=st.booleans())
    def more(self, number: int, both: bool) -> None:
        if self.it.exists(number):
            self.it.more(number, both=both)

    @rule(number=numbers)
    def amend(self, number: int) -> None:
        if self.it.exists(number):
            self.it.amend(number)

    @rule(number=numbers)
    def rebase(self, number: int) -> None:
        if self.it.exists(number):
            self.it.rebase(number)

    @rule(number=numbers)
    def record(self, number: int) -> None:
        if self.it.exists(number):
            self.it.record(number)

    @rule(number=numbers)
    def decide(self, number: int) -> None:
        if self.it.exists(number):
            self.it.decide(number)

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        if self.it.exists(number):
            self.it.remove(number)

    @rule(how=st.sampled_from(["same file", "other file"]))
    def move_main(self, how: str) -> None:
        self.it.move_main(how)

    @rule(number=numbers, how=ways)
    def leave(self, number: int, how: str) -> None:
        if self.it.exists(number):
            self.it.leave(self.it.name(number), how)

    @rule(place=st.integers(0, 9), how=ways)
    def leave_together(self, place: int, how: str) -> None:
        if self.it.groups:
            self.it.leave(self.it.groups[place % len(self.it.groups)], how)

    @rule(pair=st.sampled_from([(1, 2), (1, 3), (2, 3)]))
    def squash_by_hand(self, pair: tuple[int, int]) -> None:
        if all(self.it.exists(number) for number in pair):
            self.it.both(*pair)

    @rule(group=st.sampled_from([(1, 2), (2, 3), (1, 2, 3), (2,)]))
    def assemble(self, group: tuple[int, ...]) -> None:
        self.it.assemble(group)

    @rule(back=backs)
    def revert(self, back: int) -> None:
        self.it.revert(back)

    @rule(back=backs)
    def reset(self, back: int) -> None:
        self.it.reset(back)

    @rule(back=backs)
    def restore(self, back: int) -> None:
        self.it.restore(back)

    @rule()
    def note(self) -> None:
        self.it.note()

    @rule()
    def settle(self) -> None:
        self.it.settle()

    @invariant()
    def every_claim_is_true(self) -> None:
        self.it.check()

    def teardown(self) -> None:
        for how, count in self.it.claims.items():
            self.claims[how] = self.claims.get(how, 0) + count


def _fresh(folder: Path) -> type[Leaving]:
    """A machine with counts of its own."""

    class Fresh(Leaving):
        serial = itertools.count()
        claims: ClassVar[dict[str, int]] = {}

    Fresh.folder = folder
    return Fresh


def _run(folder: Path, chosen: settings) -> dict[str, int]:
    """How many claims were made, by what."""
    machine = _fresh(folder)
    run_state_machine_as_test(machine, settings=chosen)
    return dict(machine.claims)


QUICK = settings(
    max_examples=12, stateful_step_count=10, deadline=None, derandomize=True, database=None, print_blob=True,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
LONG = settings(QUICK, max_examples=20, stateful_step_count=25, derandomize=False, phases=PHASES)


def test_what_is_said_to_have_landed_is_there(tmp_path: Path) -> None:
    assert _run(tmp_path, QUICK), "nothing was ever claimed, so nothing was tested"


@pytest.mark.deep
def test_what_is_said_to_have_landed_is_there_for_long(tmp_path: Path) -> None:
    rounds = [set(_run(tmp_path / str(number), LONG)) for number in rounds_within(LANDING_SECONDS)]
    wanted = 3 if len(rounds) > 2 else 0  # a busy machine comes to the end of one round only
    assert len(set().union(*rounds)) > wanted
