"""What a run may draw and spend: fixed examples or new ones, and whether a failure is made small."""

import os

from hypothesis import Phase

IS_RANDOM = bool(os.environ.get("OKSTRA_RANDOM"))
"""Whether other examples are drawn every time; read here, before the environment of the tests is sealed."""

PHASES = (Phase.generate, Phase.shrink) if os.environ.get("OKSTRA_SHRINK") else (Phase.generate,)
"""Making a failing history of thirty rebases small takes longer than finding it, mostly to no avail: hypothesis gives
up after five minutes for each. `OKSTRA_SHRINK=1` and the seed that was printed do it at a desk."""
