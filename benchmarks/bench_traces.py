"""How often each command goes from one file into another, beside what it was before the porcelain floor was built."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import say
from tests.kit.scenario import World
from tests.kit.surroundings import seal
from tests.kit.traces import BEFORE, LIMITS, Trace, trace_commands


def main() -> int:
    """Print before and after, and where most changes are; 1 when a limit is passed."""
    with tempfile.TemporaryDirectory(prefix="okstra-bench-") as scratch:
        seal(Path(scratch) / "home")
        traces = trace_commands(World.begin(Path(scratch).resolve() / "shop"))
    say(f"{'command':18} {'before':>7} {'now':>7} {'at most':>8} {'steps':>7}")
    for name, trace in traces.items():
        say(f"{name:18} {BEFORE[name]:7} {trace.changes:7} {LIMITS[name]:8} {trace.steps:7}")
    for name in sys.argv[1:]:
        show_ways(traces[name])
    return 1 if any(trace.changes > LIMITS[name] for name, trace in traces.items()) else 0


def show_ways(trace: Trace) -> None:
    """The ways that are gone most often."""
    for (caller, called), count in trace.calls.most_common(20):
        say(f"{count:7}  {caller} -> {called}")


if __name__ == "__main__":
    sys.exit(main())
