"""Moments as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from okstra_cli.views.moments import age_of, ago, told_time

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0, ""), (59, ""), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86_399, "23 h"), (86_400, "1 d"), (-900, "")],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: int, age: str) -> None:
    at = NOW - timedelta(seconds=seconds)
    assert age_of(at, NOW) == age
    assert ago(at, NOW) == (f"{age} ago" if age else "just now")


def test_a_moment_that_nobody_knows_is_empty() -> None:
    assert told_time(None, NOW) == ""
    assert told_time(NOW - timedelta(hours=3), NOW).endswith(", 3 h ago")
