"""Numbers on a command line."""

import re
from decimal import Decimal

from okstra_git.errors import refuse


def require_number(text: str, option: str, *, least: int, hint: str) -> int:
    """The number that an option says; refuses (`usage`) what is none, or less than the least."""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        raise refuse("usage", f"{option} takes a whole number from {least} on", hint=hint)
    return int(text)


def optional_number(text: str | None, option: str, *, hint: str, least: int = 1) -> int | None:
    """The number that an option says, if it was given."""
    return require_number(text, option, least=least, hint=hint) if text is not None else None


def require_seconds(text: str) -> int:
    """A time limit."""
    return require_number(text, "--timeout", least=1, hint="--timeout 600")


def optional_money(text: str | None, option: str, *, hint: str) -> Decimal | None:
    """An amount of money above nothing, with at most four digits behind the point, if it was given."""
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,4})?", text, re.ASCII) or not Decimal(text):
        raise refuse("usage", f"{option} takes an amount such as 2.50", hint=hint)
    return Decimal(text)
