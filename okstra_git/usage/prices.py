"""Prices of tokens: a dated file of data, ours or one that the user names, and money computed from counters.

Money is never recorded: prices change, counters do not. Example: 3,002 fresh, 300 cached, 30 written and 27 output
tokens of a model at 5, 0.50, 6.25 and 25 dollars a million are 0.015010 + 0.000150 + 0.0001875 + 0.000675, together
0.0160225 dollars.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from okstra_git.errors import refuse
from okstra_git.records.usage import Counters

PARTS = ("fresh", "cached", "written", "output")
MOST_BYTES = 1 << 20
_MOST = Decimal(1_000_000)


@dataclass(frozen=True)
class Prices:
    """Dollars by model and part, for `per` tokens; `date` is when they were looked up, as the file says."""

    date: str
    per: int
    models: Mapping[str, Mapping[str, Decimal]]

    def cost_of(self, counters: Counters) -> Decimal | None:
        """What these tokens cost; None for a model without a price."""
        price = self.models.get(counters.model)
        if price is None:
            return None
        return sum((price[part] * getattr(counters, part) for part in PARTS), Decimal(0)) / self.per


def parse_prices(data: bytes, name: str) -> Prices:
    """The prices in a file; refuses (`usage.bad-prices`) what is not such a file, with the place of the mistake."""
    try:
        values = json.loads(data, parse_float=Decimal) if len(data) <= MOST_BYTES else None
    except (ValueError, RecursionError, InvalidOperation):
        values = None
    if not isinstance(values, dict) or not isinstance(values.get("models"), dict):
        raise _bad(name, "it is not a JSON object with models")
    per = values.get("per")
    if type(per) is not int or not 0 < per <= 1_000_000_000:
        raise _bad(name, "per is not a number of tokens")
    models = {str(model)[:200]: _price(name, str(model), price) for model, price in values["models"].items()}
    return Prices(str(values.get("date", ""))[:20], per, models)


def _price(name: str, model: str, price: Any) -> dict[str, Decimal]:
    if not isinstance(price, dict):
        raise _bad(name, f"models.{model[:60]} is not an object")
    return {part: _amount(name, f"models.{model[:60]}.{part}", price.get(part)) for part in PARTS}


def _amount(name: str, place: str, value: Any) -> Decimal:
    try:
        amount = Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= _MOST:
        raise _bad(name, f"{place} is not an amount of money")
    return amount


def _bad(name: str, why: str) -> Exception:
    return refuse(
        "usage.bad-prices", f"the prices in {name} cannot be used: {why}", hint="docs: git okstra usage show --help"
    )
