"""Workers of a run: their ends and what they used are in the ledger, each once, however many end at once."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.records.runs import Run
from okstra_git.snapshots.take import list_snapshots
from okstra_git.store.store import Store
from tests.kit.prepared import prepare, set_up
from tests.kit.scenario import World
from tests.workers.desk import BEGIN, END, SESSION, WORD, Bench
from tests.workers.test_left_behind import kill


@pytest.fixture
def bench(world: World, tmp_path: Path) -> Any:
    """A bench in a repository with a prepared run."""
    programs = tmp_path / "programs"
    programs.mkdir()
    set_up(world, {1: ()})
    prepare(world)
    made = Bench(world, programs)
    yield made
    made.close()


def run_of(world: World) -> Run:
    """The one run, as the ledger has it."""
    store = Store(open_repository(world.path), lambda: None)  # type: ignore[arg-type, return-value]
    (task,) = store.read().state.tasks.values()
    (run,) = task.runs.values()
    return run


def prompt_of(bench: Bench, number: int = 1) -> Path:
    """A prompt in the run's folder, which tells of whom it is."""
    folder = run_of(bench.world).folder
    return bench.world.write(f"{folder}/prompts/codex-worker-prompt{number:03}.md", "Say hi.\n")


def test_many_workers_that_end_at_once_are_all_recorded(bench: Bench) -> None:
    bench.program(
        f"print(json.dumps({{'type': 'thread.started', 'thread_id': {SESSION[:-6]!r} + str(os.getpid()).zfill(6)}}))",
        WORD, END,
    )  # fmt: skip
    prompts = [prompt_of(bench, number) for number in range(1, 9)]
    started = [
        bench.start("exec", "--cli", "codex", "--prompt", prompt, "--worker", f"codex-{number}", "--no-pane")
        for number, prompt in enumerate(prompts)
    ]
    assert [process.communicate(timeout=120) and process.returncode for process in started] == [0] * 8
    run = run_of(bench.world)
    assert sorted(end.name for end in run.workers) == [f"codex-{number}" for number in range(8)]
    assert {(each.tokens.total, each.confidence) for each in run.usage} == {(37, "exact")}
    assert len(run.usage) == 8
    assert {bench.status(prompt).unrecorded for prompt in prompts} == {""}  # type: ignore[union-attr]


def test_a_vanished_worker_that_wrote_is_recorded_once_with_a_snapshot_of_its_work(bench: Bench) -> None:
    bench.program(BEGIN, "open('half-done.txt', 'w').write('x')", WORD, "time.sleep(300)")
    prompt = prompt_of(bench)
    stage = Path(run_of(bench.world).worktree or "")
    bench.folder = stage
    bench.start("exec", "--cli", "codex", "--prompt", prompt, "--write", "--no-pane")
    status = bench.until(prompt, "text")
    kill(status.supervisor.pid)
    kill(status.program.pid)
    looks = [bench.start("status", prompt) for _ in range(3)]
    assert [process.communicate(timeout=60) and process.returncode for process in looks] == [0, 0, 0]
    seen = bench.run("status", "--run", run_of(bench.world).id)["workers"][0]
    assert (seen["reason"], seen["unrecorded"]) == ("vanished", None)
    assert "--write" in seen["next"]
    assert [end.reason for end in run_of(bench.world).workers] == ["vanished"]
    kept = list_snapshots(open_repository(bench.world.path))
    assert [snapshot.id for snapshot in kept] == [seen["snapshot"]]
    assert kept[0].files == 1


def test_a_ledger_that_cannot_be_written_does_not_lose_the_answer(bench: Bench) -> None:
    bench.program(BEGIN, WORD, "time.sleep(0.5)", END)
    prompt = prompt_of(bench)
    process = bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane")
    bench.until(prompt, "text")
    writer = bench.world.path / ".git/okstra/writer"
    assert writer.is_file()
    writer.write_bytes(b"\0 nothing that names a writer")
    process.communicate(timeout=60)
    status = bench.status(prompt)
    assert status is not None
    assert (status.state, status.status) == ("ended", "completed")
    assert status.unrecorded
    assert prompt.with_suffix(".answer.md").read_text() == "It said hi."


def test_all_workers_of_a_run_are_stopped_in_one_line(bench: Bench) -> None:
    bench.program(BEGIN, WORD, "time.sleep(300)")
    prompts = [prompt_of(bench, number) for number in (1, 2, 3)]
    for prompt in prompts:
        bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane")
    pids = [bench.until(prompt, "text").supervisor.pid for prompt in prompts]
    stopped = bench.run("stop", "--run", run_of(bench.world).id)
    assert [each["reason"] for each in stopped["workers"]] == ["terminated"] * 3
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
