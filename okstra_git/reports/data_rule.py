"""What a rule about the data of a report is, and what breaks one."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class DataConflict(NamedTuple):
    """One place of the data that a rule does not allow; `path` is its JSON path, `hint` in place of the rule's own."""

    path: str
    message: str
    hint: str = ""


class DataRule(NamedTuple):
    """One rule. `sentence` says what it asks, `remedy` what mends a breach; without `task_types` it is asked of all."""

    id: str
    sentence: str
    remedy: str
    check: Callable[[Any], Iterator[DataConflict]]
    task_types: tuple[str, ...] = ()
