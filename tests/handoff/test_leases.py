"""What a pull request ends: the claims that runs still hold on its stages, in the very commit that records it."""

import json
import os
from pathlib import Path

from tests.kit.handing import handoff, verify
from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World

URL = "https://forge.example/shop/pull/7"


def leases(world: World) -> list[object]:
    return [row["lease"] and row["lease"]["run"] for row in world.okstra("status", "--json").json["tasks"][0]["stages"]]


def test_a_run_that_nobody_finished_ends_with_the_pull_request_of_its_stage(world: World) -> None:
    set_up(world, {1: (), 2: ()})
    runs = [prepare(world, "--stage", str(n), "--holder", str(os.getpid())).json for n in (1, 2)]
    place = World(Path(runs[0]["worktree"]), labels=world.labels, clock=world.clock)
    place.commit("S1")
    world.okstra("stage", "done", "1", "--task-key", KEY)
    verify(world, 1)
    assert leases(world) == [runs[0]["run"], runs[1]["run"]]
    assert handoff(world, "eligible")["stages"][0]["eligible"] is True

    branch = runs[0]["branch"]
    done = handoff(world, "record-pr", "--stages", "1", "--branch", branch, "--url", URL)
    assert done["ended_runs"] == [runs[0]["run"]]
    assert leases(world) == [None, runs[1]["run"]]
    log = world.ask("for-each-ref", "--format=%(objectname)", "refs/okstra/log/")
    added = world.ask("show", "--format=", log, "--", "tasks/shop/web/login/events.jsonl").splitlines()
    kinds = [json.loads(line[1:])["fact"]["type"] for line in added if line.startswith("+{")]
    assert kinds == ["pr.recorded", "run.finished"]
    assert world.okstra("run", "show", runs[0]["run"], "--archive", "--json").json["ok"] is True


def test_eligible_knows_planned_stages_that_nobody_started(world: World) -> None:
    set_up(world, {1: (), 2: (1,)})
    found = {row["stage"]: row["reasons"] for row in handoff(world, "eligible")["stages"]}
    assert found == {1: ["not-done"], 2: ["not-done", "dependency-missing"]}
    by_path = world.okstra("handoff", "eligible", "--approved-plan", ".okstra/plan.md", "--json").json
    assert by_path["task"] == KEY
