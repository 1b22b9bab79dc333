"""From `run start --headless` to a finished run: Claude Code leads, Codex works, okstra checks and records."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.kit.prepared import KEY, set_up
from tests.kit.scenario import World
from tests.kit.surroundings import require_tool
from tests.kit.vendors.homes import Vendors
from tests.kit.vendors.steps import Call, Say, Step
from tests.validation.bundles import RESULT, data_of
from tests.workers.desk import Bench

FOLDER = ".okstra/tasks/shop/web/login/runs/error-analysis"
PROMPT = f"{FOLDER}/prompts/codex-worker-prompt001.md"
DATA = f"{FOLDER}/reports/final-report-error-analysis-001.data.json"
START = ("run", "start", "--task-key", KEY, "--task-type", "error-analysis", "--headless")


@pytest.fixture
def bench(vendors: Vendors) -> Iterator[Bench]:
    """On a disk, since the sandbox of Codex hides everything below /dev, where the memory of the tests is."""
    with TemporaryDirectory(dir="/var/tmp", prefix="okstra-kit-") as folder:
        world = set_up(World.begin(Path(folder) / "world"), {1: ()})
        vendors.trust(world.path)
        made = Bench(world, Path(folder))
        yield made
        made.close()


def document(world: World, name: str) -> Any:
    return json.loads((world.path / FOLDER / name).read_text())


def hand_in(world: World) -> None:
    """What workers and report writer write by hand in such a run; Codex has said its result itself."""
    paths = document(world, "manifests/run-manifest-error-analysis-001.json")
    named = {"runId": paths["runId"], "nonce": paths["nonce"], "seq": "001"}
    world.write(DATA, json.dumps({**data_of("error-analysis"), **named}))
    state = document(world, "state/team-state-error-analysis-001.json")
    state["teamCreate"] = {"attempted": True, "status": "error", "error": "No such tool"}
    said = (world.path / PROMPT).with_suffix(".answer.md").read_text()
    for worker, row in state["workers"].items():
        row |= {"status": "completed", "teamName": None}
        agent = f"{FOLDER}/worker-results/{row['agentName']}"
        world.write(f"{agent}-audit-error-analysis-001.md", "- brief.md, to its end\n")
        if worker != "report-writer":
            world.write(f"{agent}-error-analysis-001.md", said if worker == "codex" else RESULT.format(worker=worker))
    world.write(f"{FOLDER}/state/team-state-error-analysis-001.json", json.dumps(state))


def script(world: World, vendors: Vendors) -> None:
    """One list for the lead, one for the worker."""

    def render(_: str) -> Step:
        hand_in(world)
        return Call("Bash", {"command": f"git okstra report render {DATA}"})

    def finish(_: str) -> Step:
        paths = document(world, "manifests/run-manifest-error-analysis-001.json")
        return Call("Bash", {"command": f"git okstra run finish {paths['runId']} --nonce {paths['nonce']}"})

    vendors.service.script(
        Call("Write", {"file_path": str(world.path / PROMPT), "content": "Find the cause.\n"}),
        Call("Bash", {"command": f"git okstra worker exec --cli codex --worker codex-worker --prompt {PROMPT}"}),
        render,
        Call("Bash", {"command": "git okstra validate run"}),
        finish,
        Say("The run is finished."),
        vendor="anthropic",
    )
    look = Call("exec_command", {"cmd": f"cat {world.path / PROMPT}"})
    vendors.service.script(look, Say(RESULT.format(worker="codex")), vendor="openai")


def start(bench: Bench, *words: str) -> Any:
    done = subprocess.run(
        ["git", "okstra", *START, *words, "--json"], cwd=bench.world.path, env=bench.environ(), text=True,
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_run_is_led_worked_on_checked_and_finished(bench: Bench, vendors: Vendors) -> None:
    for program in ("claude", "codex"):
        require_tool(program)
    world = bench.world
    script(world, vendors)
    answer = start(bench)
    log = Path(answer["lead"]["log"]).read_text()
    assert (answer["lead"]["status"], answer["runStatus"], answer["validation"]) == (
        "completed",
        "finished",
        "passed",
    ), log
    run = answer["run"]
    events = [each["fact"] for each in world.okstra("log", "--json").json["events"] if each["fact"].get("run") == run]
    kinds = {event["type"] for event in events}
    assert {"run.led", "worker.ended", "usage.recorded", "run.validated", "run.finished"} <= kinds
    ended = {each["worker"]["name"]: each["worker"]["reason"] for each in events if each["type"] == "worker.ended"}
    assert ended == {"codex-worker": "answered", "lead": "answered"}
    truth = vendors.service.truth()
    shown = world.okstra("usage", "show", "--by", "worker", "--json").json
    assert {row["name"] for row in shown["rows"]} == {"lead", "codex-worker"}
    tokens = shown["total"]["tokens"]
    assert (tokens["fresh"], tokens["cached"], tokens["output"]) == (truth.fresh, truth.cached, truth.output)
    assert shown["total"]["confidence"] == "exact"


def test_a_lead_that_leaves_its_run_open_needs_a_person(bench: Bench, vendors: Vendors) -> None:
    require_tool("claude")
    vendors.service.script(Say("I stop here."), vendor="anthropic")
    answer = start(bench, "--turns", "3")
    assert (answer["lead"]["status"], answer["runStatus"]) == ("completed", "prepared")
    assert "run resume" in answer["next"]
    driven = bench.world.okstra("run", "drive", "--task-key", KEY, "--dry-run", "--json", exit=None).json
    assert (driven["resume"], driven["nextPhase"]) == (answer["run"], "error-analysis")


def test_a_lead_cannot_push(bench: Bench, vendors: Vendors) -> None:
    require_tool("claude")
    vendors.service.script(Call("Bash", {"command": "git push origin main"}), Say("Refused."), vendor="anthropic")
    answer = start(bench, "--allow", "Bash(git *)")
    log = Path(answer["lead"]["log"]).read_text()
    assert '"permission_denials":[{' in log


def test_a_lead_that_was_killed_is_taken_up_again_in_its_session(bench: Bench, vendors: Vendors) -> None:
    require_tool("claude")
    vendors.service.script(Call("Bash", {"command": "sleep 60"}), Say("Again."), vendor="anthropic")
    process = subprocess.Popen(
        ["git", "okstra", *START, "--allow", "Bash(sleep *)"], cwd=bench.world.path, env=bench.environ(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    bench.started.append(process)  # type: ignore[arg-type]
    vendors.service.wait_for(1)
    (open_run,) = bench.world.okstra("run", "resume", "--all", "--plan", "--json").json["runs"]
    assert (open_run["life"], open_run["line"]) == ("alive", None)
    status = bench.until(bench.world.path / FOLDER / "state/lead-error-analysis-001.md", "tool")
    os.kill(status.supervisor.pid, signal.SIGKILL)
    process.wait()
    bench.run("stop", bench.world.path / FOLDER / "state/lead-error-analysis-001.md")
    (left,) = bench.world.okstra("run", "resume", "--all", "--plan", "--json").json["runs"]
    assert (left["life"], left["session"]) == ("dead", status.session)
    assert left["line"].endswith("--start --headless")
    vendors.service.script(Say("Here I am again."), vendor="anthropic")
    done = subprocess.run(
        ["git", "okstra", *left["line"].split()[2:], "--json"], cwd=bench.world.path, env=bench.environ(), text=True,
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    again = json.loads(done.stdout)
    assert (again["lead"]["status"], again["lead"]["session"]) == ("completed", status.session)


def test_a_drive_goes_on_until_its_turns_are_used(bench: Bench, vendors: Vendors) -> None:
    require_tool("claude")
    world = bench.world

    def finish(_: str) -> Step:
        run = world.okstra("run", "list", "--json").json["runs"][0]
        line = f"git okstra run finish {run['id']} --nonce {run['nonce']} --next-phase error-analysis"
        return Call("Bash", {"command": line})

    vendors.service.script(finish, Say("Done."), vendor="anthropic")
    start(bench)
    vendors.service.script(finish, Say("Done."), vendor="anthropic")
    done = subprocess.run(
        ["git", "okstra", "run", "drive", "--task-key", KEY, "--turns", "2", "--json"], cwd=world.path,
        env=bench.environ(), text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    driven = json.loads(done.stdout)
    assert [(each["phase"], each["runStatus"]) for each in driven["led"]] == [("error-analysis", "finished")]
    assert (done.returncode, driven["stop"]["code"]) == (2, "drive.over-budget")
    again = world.okstra("run", "drive", "--task-key", KEY, "--dry-run", "--json", exit=2).json
    assert again["stop"]["code"] == "drive.going-round"
