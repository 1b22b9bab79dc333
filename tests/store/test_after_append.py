"""What was recorded and is not there when the log is read again is refused, whoever asks for it."""

import re

from okstra_git.names import parse_task_key
from okstra_git.records.states import State
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended
from tests.house.sources import product_sources
from tests.kit.refusals import refuses
from tests.kit.values import TASK

_BY_HAND = re.compile(r"\b(?:appended|done|recorded|reservation|append\(\w+\))\.snapshot\.state\.tasks\[")


def test_a_task_that_the_log_lost_is_refused() -> None:
    after = Appended(events=(), snapshot=Snapshot(State(), {}, {}))
    with refuses("log.damaged"):
        after.task_after(parse_task_key(TASK))
    with refuses("log.damaged"):
        after.run_after(parse_task_key(TASK), "01M8R3DB2HAVAKEM6NF4N0308J")


def test_nobody_takes_it_for_granted() -> None:
    assert [source.path for source in product_sources() if _BY_HAND.search(source.text)] == []
