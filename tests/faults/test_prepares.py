"""Prepares at the same instant, and prepares killed between any two writes: no stage twice, no half bundle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from okstra_git.bundle.write import POINTS, verify_bundle
from tests.kit.prepared import KEY, PREPARE, folder, prepare, runs, set_up
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

ORDER = (*PREPARE, "implementation", "--json")
STORE_POINTS = ("log.tip-read", "log.tree-written", "log.commit-written", "refs.locked", "log.appended",
                "journal.written", "views.watch")  # fmt: skip
STEPS = [
    *STORE_POINTS, *(f"{point}@2" for point in STORE_POINTS), "prepare.worktree-made", "prepare.bundle-written",
    "prepare.recorded",
    *(point for point in POINTS if point != "bundle.aside"), "bundle.beside@3", "bundle.instruction@4",
]  # fmt: skip
"""Where a prepare is killed: in its claim, in its worktree, in every write of its bundle, in its record."""
TELLING = ("log.appended", "log.commit-written@2", "prepare.worktree-made", "bundle.instruction@4", "bundle.renamed",
           "prepare.bundle-written", "prepare.recorded")  # fmt: skip


def start(world: World, *more: str, fault: str = "") -> "subprocess.Popen[bytes]":
    """The real program, preparing in the background."""
    env = {**world.environ(), **({"OKSTRA_FAULT_POINT": fault} if fault else {})}
    command = [str(program_dir() / "okstra"), *ORDER, *more]
    return subprocess.Popen(command, cwd=world.path, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def answers(processes: Sequence["subprocess.Popen[bytes]"]) -> list[Any]:
    """What each of them answered, as JSON; None for one that said nothing."""
    said = [process.communicate(timeout=180)[0] for process in processes]
    return [json.loads(text) if text.strip() else None for text in said]


def assert_whole(world: World, *, stage: int = 1) -> None:
    """One active run on the stage, its bundle untouched, git and okstra content, and no lock or draft left."""
    active = [run for run in runs(world) if run["status"] in ("preparing", "prepared", "running")]
    assert [run["stage"] for run in active] == [stage]
    found = world.okstra("run", "show", str(active[0]["id"]), "--json").json["run"]
    manifests = folder(world) / f"runs/implementation/stage-{stage}/manifests"
    assert verify_bundle(world.path, manifests / f"run-manifest-implementation-{found['seq']:03}.json") == []
    assert list((world.path / ".git").rglob("*.lock")) == []
    partial = [path for path in folder(world).rglob("*") if ".partial" in path.name]
    assert partial == []
    world.ask("fsck", "--strict")
    assert [one for one in world.okstra("fsck", "--json").json["findings"] if one["code"] != "file.draft"] == []


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: ()})


def test_twenty_prepares_of_ten_stages_get_ten_stages_and_ten_refusals(world: World) -> None:
    set_up(world, dict.fromkeys(range(1, 11), ()))
    began = time.monotonic()
    found = answers([start(world, "--stage", "auto") for _ in range(20)])
    stages = sorted(answer["stage"] for answer in found if answer["ok"])
    codes = Counter(answer["error"]["code"] for answer in found if not answer["ok"])
    assert stages == list(range(1, 11))
    assert codes == {"stage.none-ready": 10}
    assert time.monotonic() - began < 120
    assert Counter(run["status"] for run in runs(world)) == {"prepared": 10}
    assert len({answer["worktree"] for answer in found if answer["ok"]}) == 10
    assert list((world.path / ".git").rglob("*.lock")) == []
    prompts = [Path(answer["instruction_set"], "claude-execution-prompt.md") for answer in found if answer["ok"]]
    assert all(prompt.is_file() for prompt in prompts)


@pytest.mark.parametrize("size", [2, 6])
def test_of_those_that_want_one_stage_at_the_same_time_one_gets_it(shop: World, size: int) -> None:
    found = answers([start(shop, "--stage", "1") for _ in range(size)])
    assert [answer["ok"] for answer in found].count(True) == 1
    assert {answer["error"]["code"] for answer in found if not answer["ok"]} == {"stage.occupied"}
    assert_whole(shop)


@pytest.mark.parametrize("point", [p if p in TELLING else pytest.param(p, marks=pytest.mark.deep) for p in STEPS])
def test_killed_at_any_step_the_next_prepare_goes_on(shop: World, point: str) -> None:
    [said] = answers([start(shop, "--stage", "1", fault=f"{point}:kill")])
    assert said is None
    began = time.monotonic()
    [again] = answers([start(shop, "--stage", "1")])
    assert again["ok"], again
    assert again["stage"] == 1
    assert time.monotonic() - began < 9.5  # a lock that was waited for would cost 10
    assert_whole(shop)


@pytest.mark.parametrize("point", ["log.appended", "prepare.worktree-made", "bundle.renamed"])
def test_a_prepare_that_was_killed_holds_no_stage_against_auto(shop: World, point: str) -> None:
    answers([start(shop, "--stage", "1", fault=f"{point}:kill")])
    [auto] = answers([start(shop, "--stage", "auto")])
    assert (auto["stage"], auto["concurrent_run_stages"]) == (1, [])
    assert "its prepare was interrupted" in shop.okstra("log", "--json").out


def test_a_prepare_that_hangs_holds_its_stage_and_nothing_else(shop: World) -> None:
    hanging = start(shop, "--stage", "1", fault="prepare.worktree-made:stop")
    try:
        _until(lambda: [run["status"] for run in runs(shop)] == ["preparing"])
        [other] = answers([start(shop, "--stage", "auto")])
        assert (other["stage"], other["concurrent_run_stages"]) == (2, [1])
        [refused] = answers([start(shop, "--stage", "1")])
        assert refused["error"]["code"] == "stage.occupied"
    finally:
        hanging.kill()
        hanging.wait()
    [again] = answers([start(shop, "--stage", "1")])
    assert again["stage"] == 1


def test_a_run_that_somebody_ended_meanwhile_is_not_announced(shop: World) -> None:
    hanging = start(shop, "--stage", "1", fault="prepare.bundle-written:stop")
    _until(lambda: [run["status"] for run in runs(shop)] == ["preparing"])
    time.sleep(0.5)
    shop.okstra("run", "abandon", str(runs(shop)[0]["id"]), "--force")
    hanging.send_signal(signal.SIGCONT)
    [said] = answers([hanging])
    assert (said["ok"], said["error"]["code"]) == (False, "run.lost")
    assert [run["status"] for run in runs(shop)] == ["abandoned"]


def test_the_process_that_leads_a_run_may_die_and_the_stage_is_free(shop: World) -> None:
    lead = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        first = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
        assert first["holder"]["pid"] == lead.pid
        assert prepare(shop, "--stage", "1", exit=1).json["error"]["code"] == "stage.occupied"
    finally:
        lead.kill()
        lead.wait()
    [row] = shop.okstra("run", "list", "--task-key", KEY, "--json").json["runs"]
    assert row["life"]["state"] == "dead"
    second = prepare(shop, "--stage", "auto").json
    assert (second["stage"], second["concurrent_run_stages"]) == (1, [])
    assert [run["status"] for run in runs(shop)] == ["abandoned", "prepared"]


def test_a_failed_prepare_gives_its_stage_and_place_back(shop: World) -> None:
    blocked = shop.path.parent / "worktrees/shop"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file where a folder should be\n")
    refused = prepare(shop, "--stage", "1", exit=1)
    assert refused.json["error"]["code"] == "worktree.failed"
    assert [run["status"] for run in runs(shop)] == ["abandoned"]
    blocked.unlink()
    assert prepare(shop, "--stage", "1").json["stage"] == 1


def test_a_bundle_that_cannot_be_written_leaves_no_run(shop: World) -> None:
    if os.getuid() == 0:
        place = folder(shop) / "runs"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("a file where a folder should be\n")
    refused = prepare(shop, "--stage", "1", exit=1)
    assert refused.json["error"]["hint"]
    assert all(run["status"] == "abandoned" for run in runs(shop))


def _until(happened: Any, *, seconds: float = 30) -> None:
    give_up = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.05)
