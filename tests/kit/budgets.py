"""What long runs may spend: a failure is told at once, and made small only where somebody waits for it."""

import os

from hypothesis import Phase

PHASES = (Phase.generate, Phase.shrink) if os.environ.get("OKSTRA_SHRINK") else (Phase.generate,)
"""Making a failing history of thirty rebases small takes longer than finding it, mostly to no avail: hypothesis gives up
after five minutes for each. `OKSTRA_SHRINK=1` and the seed that was printed do it at a desk."""
