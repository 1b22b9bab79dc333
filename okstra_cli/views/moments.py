"""Moments as people read them: the local time, and how long ago that was."""

from __future__ import annotations

from datetime import datetime

STEPS = ((60 * 60 * 24, "d"), (60 * 60, "h"), (60, "min"))


def told_time(at: datetime | None, now: datetime) -> str:
    """`2026-11-21 11:48, 3 h ago`; empty when there is no time."""
    if at is None:
        return ""
    return f"{at.astimezone():%Y-%m-%d %H:%M}, {ago(at, now)}"


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits; clocks of two machines may differ, so the future is `just now`."""
    seconds = int((now - at).total_seconds())
    return next((f"{seconds // size} {unit} ago" for size, unit in STEPS if seconds >= size), "just now")
