"""What a report concludes, read from its data: verdict, direction, and which phase it routes to."""

from collections.abc import Mapping
from typing import Any

from okstra_git.contract import BLOCKED, DIRECTIONS, GROUP_HANDOFF, VERDICTS
from okstra_git.names import is_ulid
from okstra_git.phases import PHASES
from okstra_git.records.runs import Conclusion

_ROUTING = frozenset((*PHASES, GROUP_HANDOFF))


def read_conclusion(data: Mapping[str, Any]) -> Conclusion:
    """The words that the contract knows; what else stands there is left out, and named by `report check`.

    `routing` is None where the data have none that could be followed, and empty where they say that nothing follows.
    """
    value = data.get("verdict")
    verdict = value if isinstance(value, dict) else {}
    return Conclusion(
        verdict=_one_of(verdict.get("token"), (*VERDICTS, BLOCKED)),
        direction=_one_of(verdict.get("direction"), DIRECTIONS),
        routing=_routing(data.get("routing")),
    )


def run_of_data(data: Mapping[str, Any]) -> str:
    """The run that wrote them; empty where they do not say."""
    run = data.get("runId")
    return run if isinstance(run, str) and is_ulid(run) else ""


def _one_of(value: object, words: tuple[str, ...]) -> str:
    return value if isinstance(value, str) and value in words else ""


def _routing(value: object) -> tuple[str, ...] | None:
    listed = value if isinstance(value, list) else [None]
    known = dict.fromkeys(each for each in listed if isinstance(each, str) and each in _ROUTING)
    return tuple(known) if known or not listed else None
