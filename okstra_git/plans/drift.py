"""Which files a plan names have changed since it was approved, other than by the plan's own stages."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple


class Drift(NamedTuple):
    """A file that is not as it was when the plan was approved: `changed`, `appeared` or `gone`."""

    path: str
    kind: str


def drifted_files(
    files: Iterable[str], before: Callable[[str], str | None], now: Callable[[str], str | None], *, own: Collection[str]
) -> list[Drift]:
    """The files that drifted, in the plan's order. `before` and `now` give a file's blob id, None where it is not.

    What a finished stage of the same plan touched (`own`) does not count, nor does a file absent both times: it is to
    be made. Folders count by their tree.
    """
    drifted = []
    for path in dict.fromkeys(file.rstrip("/") for file in files):
        was, is_now = before(path), now(path)
        if was == is_now or any(touched == path or touched.startswith(f"{path}/") for touched in own):
            continue
        drifted.append(Drift(path, "appeared" if was is None else ("gone" if is_now is None else "changed")))
    return drifted
