"""Moments as people read them: the local time, and how long ago that was."""

from __future__ import annotations

from datetime import datetime

STEPS = ((60 * 60 * 24, "d"), (60 * 60, "h"), (60, "min"))


def told_time(at: datetime | None, now: datetime) -> str:
    """`2026-11-21 11:48, 3 h ago`; empty when there is no time."""
    if at is None:
        return ""
    return f"{local_time(at)}, {ago(at, now)}"


def local_time(at: datetime, *, seconds: bool = False) -> str:
    """`2026-11-21 11:48`, where the reader is; as it was written where no calendar has that moment there."""
    try:
        here = at.astimezone()
    except (OverflowError, ValueError, OSError):
        here = at
    return here.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in words."""
    age = age_of(at, now)
    return f"{age} ago" if age else "just now"


def age_of(at: datetime, now: datetime) -> str:
    """`3 h`, in the largest unit that fits; empty below a minute, and for the future, since clocks differ."""
    seconds = int((now - at).total_seconds())
    return next((f"{seconds // size} {unit}" for size, unit in STEPS if seconds >= size), "")
