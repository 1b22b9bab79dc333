"""A budget: how much a task may use, in tokens, dollars, or both; `2M tokens, 20 dollars`."""

from decimal import Decimal
from typing import NamedTuple

from okstra_git.git.setting_values import BUDGET
from okstra_git.git.setting_values import parse_budget as check_budget

_UNITS = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000}


class Budget(NamedTuple):
    """The most that may be used; None = as much as it takes.

    >>> parse_budget("2M tokens, 20 dollars")
    Budget(tokens=2000000, dollars=Decimal('20'))
    """

    tokens: int | None = None
    dollars: Decimal | None = None

    def why_over(self, tokens: int, dollars: Decimal) -> str:
        """A sentence that says what is used up; empty while nothing is."""
        if self.tokens is not None and tokens >= self.tokens:
            return f"{tokens} of {self.tokens} tokens are used"
        if self.dollars is not None and dollars >= self.dollars:
            return f"{dollars:.2f} of {self.dollars} dollars are used"
        return ""

    def left(self, tokens: int, dollars: Decimal) -> "Budget":
        """What may still be used."""
        return Budget(
            None if self.tokens is None else max(0, self.tokens - tokens),
            None if self.dollars is None else max(Decimal(0), self.dollars - dollars),
        )


def parse_budget(text: str) -> Budget:
    """The budget that a setting says; raises `ValueError` for anything else."""
    found: dict[str, Decimal] = {}
    for piece in check_budget(text).split(","):
        match = BUDGET.fullmatch(piece.strip())
        assert match is not None
        found[match["what"].rstrip("s")] = Decimal(match["number"]) * _UNITS[match["unit"]]
    tokens = found.get("token")
    return Budget(int(tokens) if tokens is not None else None, found.get("dollar"))
