"""Commands go straight through the house: how often they change from one file to another has a limit."""

from okstra_git.fs.refusals import missing
from tests.kit.scenario import World
from tests.kit.surroundings import scratch_dir
from tests.kit.traces import LIMITS, trace_commands, traced


def test_no_command_changes_files_more_often_than_its_limit_says() -> None:
    traces = trace_commands(World.begin(scratch_dir() / "shop"))
    beyond = {name: trace.changes for name, trace in traces.items() if trace.changes > LIMITS[name]}
    assert traces.keys() == LIMITS.keys()
    assert beyond == {}, f"python -m benchmarks.bench_traces {' '.join(map(repr, beyond))} shows where"


def test_calls_between_files_of_ours_count_and_no_others() -> None:
    with traced() as trace:
        missing("notes.md")
    assert trace.changes > 0
    assert all(caller.startswith("okstra_") and caller != called for caller, called in trace.calls)
    with traced() as nothing:
        sorted(["b", "a"], key=str.lower)
    assert (nothing.changes, nothing.steps) == (0, 0)
