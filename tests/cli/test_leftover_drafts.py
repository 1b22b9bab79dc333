"""Drafts that killed commands left beside a task's documents go with the next command; those of the living stay."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.kit.prepared import KEY, folder, prepare, set_up
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: (1,), 3: (1,)})


def draft(path: Path, mark: str = "0123456789abcdef") -> Path:
    """What a writer of this file leaves when it is killed before its rename."""
    left = path.with_name(f".{path.name}.{mark}.tmp")
    left.write_text("half")
    return left


def drafts(world: World) -> list[Path]:
    return sorted((world.path / ".okstra").rglob("*.tmp"))


def test_drafts_of_shared_documents_go_with_the_next_prepare_of_any_phase(shop: World) -> None:
    prepare(shop, "--stage", "1")
    for name in ("task-manifest.json", "task-index.md", "schedule.md"):
        draft(folder(shop) / name)
    draft(shop.path / ".okstra/discovery/tasks.json")
    prepare(shop, task_type="error-analysis")
    assert drafts(shop) == []


def test_they_go_with_the_end_of_a_run_and_of_the_task(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    draft(folder(shop) / "task-index.md")
    shop.okstra("run", "finish", found["run"])
    assert drafts(shop) == []
    draft(folder(shop) / "task-index.md")
    shop.okstra("task", "close", KEY)
    assert drafts(shop) == []


def test_drafts_of_a_prepare_that_was_killed_go_with_the_next_one_of_its_stage(shop: World) -> None:
    killed = ("run", "prepare", "--task-key", KEY, "--task-type", "implementation", "--stage", "1")
    shop.okstra_process(*killed, exit=-9, env={"OKSTRA_FAULT_POINT": "bundle.partial:kill"})
    run = folder(shop) / "runs/implementation/stage-1"
    for path in (run / "manifests/run-inputs-implementation-001.json", run / "state/team-state-implementation-001.json",
                 run / "sessions/claude-resume-implementation-001.sh"):  # fmt: skip
        draft(path)
    prepare(shop, "--stage", "1")
    assert drafts(shop) == []
    assert [path.name for path in (run / "instruction-set").iterdir()] == ["002"]


def test_drafts_of_a_resume_that_was_killed_go_with_the_next_one(shop: World) -> None:
    lead = subprocess.Popen(["sleep", "600"])
    found = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    lead.kill()
    lead.wait()
    draft(Path(found["instruction_set"]) / "claude-execution-prompt.md")
    draft(folder(shop) / "runs/implementation/stage-1/state/team-state-implementation-001.json")
    shop.okstra("run", "resume", found["run"])
    assert drafts(shop) == []


def test_a_draft_of_a_carry_goes_only_when_its_writer_is_gone(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    World(Path(found["worktree"]), clock=shop.clock).commit("S1")
    shop.write(".okstra/c.json", '{"stage": 1}')
    shop.okstra("stage", "done", "1", "--task-key", KEY, "--carry", ".okstra/c.json")
    prepare(shop, "--stage", "2")
    (carry,) = folder(shop).rglob("carry/stage-1.json")
    living, dead = draft(carry, str(os.getpid())), draft(carry, "999999999")
    prepare(shop, "--stage", "3")
    assert (living.exists(), dead.exists()) == (True, False)


def test_a_prepare_of_the_same_phase_that_is_at_work_is_left_alone(shop: World) -> None:
    line = [str(program_dir() / "okstra"), "run", "prepare", "--task-key", KEY, "--task-type", "error-analysis"]
    stopped = {**os.environ, "OKSTRA_FAULT_POINT": "bundle.partial:stop"}
    first = subprocess.Popen(line, cwd=shop.path, env=stopped, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    sets = folder(shop) / "runs/error-analysis/instruction-set"
    await_partial(sets)
    prepare(shop, "--directive", "another", task_type="error-analysis")
    assert len(list(sets.glob(".001.partial-*"))) == 1
    first.send_signal(signal.SIGCONT)
    _, told = first.communicate(timeout=60)
    assert (first.returncode, told) == (0, b"")
    assert sorted(path.name for path in sets.iterdir()) == ["001", "002"]


def await_partial(folder: Path) -> None:
    give_up = time.monotonic() + 60
    while not list(folder.glob(".001.partial-*")):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    time.sleep(0.2)  # the signal follows the last file
