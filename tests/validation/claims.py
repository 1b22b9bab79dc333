"""A real repository with a prepared run of stage 1, its commit, and report data that claim how commands ended."""

import json
from typing import Any

from tests.kit.prepared import manifest, prepare, set_up
from tests.kit.scenario import World
from tests.kit.values import ulid

PLAN_COMMANDS = ("python -m pytest tests/test_s1.py",)


RUN = ulid("R")


def data_of(world: World, run: str, *commands: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """Sound data of a prepared run, which claim these commands and exit codes."""
    nonce = manifest(world, "manifests/run-manifest")["nonce"]
    return a_claim(*commands, runId=run, nonce=nonce, **changes)


def a_claim(*commands: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """Sound data of the implementation of stage 1, which claim these commands and exit codes."""
    return {
        "schema": 1, "taskKey": "shop:web:login", "taskType": "implementation", "runId": RUN,
        "nonce": "n1", "seq": "001", "stage": 1, "language": "en",
        "verdict": {"token": "accepted", "direction": "proceed", "reasons": "It works (E-001)."},
        "nextSteps": ["Verify stage 1."], "routing": ["final-verification"], "carriedIn": None,
        "reporterConfirmation": None, "clarifications": [],
        "evidence": {"primary": [{"id": "E-001", "ticketId": "", "finding": "It works.", "source": "src/1.py",
                                  "sourceItems": ["claude:F-001"]}]},
        "followUps": [], "consensus": [], "differences": [], "roundHistory": [], "round2SkippedReason": "no-queue",
        "finalClassificationCounts": {}, "ticketCoverage": {"singleTicket": "SHOP-12"},
        "validationEvidence": [{"command": line, "exitCode": code, "runBy": "claude", "line": ""}
                               for line, code in commands],
        "databaseVerified": None,
        "deliverable": {
            "commit": "", "branch": "", "diff": [{"path": "check.sh", "ticketId": "", "change": "new"}],
            "steps": [], "testsFirst": [], "exemptions": [], "outOfPlan": [],
            "rollback": {"needed": False, "command": "", "exitCode": None, "output": "", "reason": "no state"},
            "conformance": [], "unverified": [],
        },
        **changes,
    }  # fmt: skip


def run_with(world: World, script: str, *commands: tuple[str, int]) -> str:
    """The id of a run whose stage is recorded with a `check.sh` of this script, and whose data claim the commands."""
    set_up(world, {1: ()})
    run: str = prepare(world, "--stage", "1").json["run"]
    stage = World(world.path.parent / "worktrees/shop/web/login/stage-1", labels=world.labels, clock=world.clock)
    stage.write("check.sh", script)
    stage.git("add", "check.sh")
    stage.git("commit", "-qm", "Check")
    world.okstra("stage", "done", "1", "--task-key", "shop:web:login")
    write_data(world, data_of(world, run, *commands))
    return run


def write_data(world: World, values: dict[str, Any]) -> None:
    """Put the data where the run's bundle says that they go."""
    world.write(manifest(world, "manifests/run-manifest")["reportData"], json.dumps(values))
