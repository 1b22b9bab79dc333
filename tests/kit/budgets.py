"""What a run may draw and spend: fixed examples or new ones, seconds, and whether a failure is made small."""

import os
import time
from collections.abc import Iterator

from hypothesis import Phase

IS_RANDOM = bool(os.environ.get("OKSTRA_RANDOM"))
"""Whether other examples are drawn every time; read here, before the environment of the tests is sealed."""

PHASES = (Phase.generate, Phase.shrink) if os.environ.get("OKSTRA_SHRINK") else (Phase.generate,)
"""Making a failing history of thirty rebases small takes longer than finding it, mostly to no avail: hypothesis gives
up after five minutes for each. `OKSTRA_SHRINK=1` and the seed that was printed do it at a desk."""

HUNT_PARTS, HUNT_SECONDS = 24, 75
"""The long hunt: its parts, and the seconds after which one of them begins no new round."""

STRANGER_PARTS, STRANGER_SECONDS = 10, 75
"""The long game of strangers: its parts, and the seconds of processor time after which one begins no new case."""

REWRITE_SECONDS, LANDING_SECONDS = 600, 420
"""What the long machines of rewrites and of landings may take.

With the rest of `make test-deep`, which is finite (every object damaged, every setting alone, 12,000 merges, every
point to be killed at), two cores should be busy for about an hour, however slow they are with what is limited here.
"""


def rounds_within(seconds: float) -> Iterator[int]:
    """Numbers of rounds: one at least, and no new one when so many seconds have gone."""
    end, number = time.monotonic() + seconds, 0
    while not number or time.monotonic() < end:
        yield number
        number += 1
