"""The wizard's state as a value: what is known about the repository, and what was answered, turn by turn."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

DIRECT_INPUT = "direct-input"
DEFAULT = "default"
ABORTED = "aborted"


class State:
    """Facts and answers; nothing else is remembered, so equal answers make equal states.

    `facts` is what `gathering` found when the wizard began, and under `seen` what was looked up for an answer since.
    `turns` holds one mapping of step to value for each answered prompt, in the order of asking.
    """

    __slots__ = ("answers", "facts", "turns")

    def __init__(self, facts: Mapping[str, Any], turns: Sequence[Mapping[str, str]] = ()) -> None:
        self.facts = facts
        self.turns = tuple(turns)
        self.answers: dict[str, str] = {step: value for turn in self.turns for step, value in turn.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and (self.facts, self.turns) == (other.facts, other.turns)

    def __hash__(self) -> int:
        raise TypeError("a wizard's state is compared, not collected")

    def answered(self, turn: Mapping[str, str]) -> State:
        """With one more prompt answered."""
        return State(self.facts, (*self.turns, turn))

    def back(self) -> State:
        """Without the answers to the last prompt."""
        return State(self.facts, self.turns[:-1])

    def without(self, steps: Sequence[str]) -> State:
        """Without the answers to these steps; a turn that has no other goes."""
        kept = [{step: value for step, value in turn.items() if step not in steps} for turn in self.turns]
        return State(self.facts, [turn for turn in kept if turn])

    def seeing(self, kind: str, name: str, found: Mapping[str, Any]) -> State:
        """With the result of one look into the repository."""
        seen = dict(self.facts.get("seen", {}))
        seen[kind] = {**seen.get(kind, {}), name: dict(found)}
        return State({**self.facts, "seen": seen}, self.turns)

    def seen(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """What a look found earlier; None when nobody looked."""
        found: Mapping[str, Any] | None = self.facts.get("seen", {}).get(kind, {}).get(name)
        return found
