"""Named points in write paths where a test may stop, delay or kill the process."""

from collections.abc import Callable

_reached: list[Callable[[str], None]] = []


def fault_point(point: str) -> None:
    """Say that the write path has come to `point`; does nothing unless a test armed something."""
    for react in _reached:
        react(point)


def arm(react: Callable[[str], None]) -> Callable[[], None]:
    """Call `react` with the name of every point reached from now on; the result disarms it again."""
    _reached.append(react)
    return lambda: _reached.remove(react)
