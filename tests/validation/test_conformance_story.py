"""Conformance on a real repository: what git says of a change, what a plan declared of it, and what the user waived."""

import json

from tests.kit.prepared import folder, prepare, set_up
from tests.kit.scenario import World
from tests.validation.claims import data_of, write_data

ENTRY: dict[str, object] = {"stageKey": "login-stage-1", "requires": ["database"], "command": "make db-test"}


def declare(world: World, *entries: dict[str, object]) -> None:
    path = folder(world) / "qa/conformance-manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"entries": entries}))


def run_that_touches_a_database(world: World, *words: str) -> str:
    """A run whose stage commits a migration, which its report does not list."""
    run: str = prepare(world, "--stage", "1", *words).json["run"]
    stage = World(world.path.parent / "worktrees/shop/web/login/stage-1", labels=world.labels, clock=world.clock)
    stage.write("check.sh", "exit 0\n")
    stage.write("db/migrations/1.sql", "create table users (id int);\n")
    stage.git("add", ".")
    stage.git("commit", "-qm", "Users")
    world.okstra("stage", "done", "1", "--task-key", "shop:web:login")
    write_data(world, data_of(world, run))
    return run


def conformance(world: World, run: str) -> dict[str, str]:
    """What is found of conformance: rule -> message."""
    answer = world.okstra("validate", "run", run, "--json", exit=1).json
    findings = [*answer["failures"], *answer["warnings"]]
    return {each["rule"]: each["message"] for each in findings if each["rule"].startswith("conformance.")}


def test_a_file_that_the_report_hides_is_found_in_the_commits(world: World) -> None:
    set_up(world, {1: ()})
    run = run_that_touches_a_database(world)
    found = conformance(world, run)
    assert found["conformance.files"] == (
        "the stage's commits change 'db/migrations/1.sql', which the report does not list"
    )
    assert "the diff touches database ('db/migrations/1.sql')" in found["conformance.undeclared"]


def test_a_surface_that_the_plan_does_not_declare_holds_up(world: World) -> None:
    set_up(world, {1: ()})
    declare(world, ENTRY | {"requires": []})
    found = conformance(world, run_that_touches_a_database(world))
    assert "no stage in scope declares requires for it" in found["conformance.surfaces"]
    assert found["conformance.gate"].startswith("conformance gate BLOCKING for stage login-stage-1: no result")


def test_a_waiver_of_the_user_lets_its_entry_pass_and_is_on_record(world: World) -> None:
    set_up(world, {1: ()})
    declare(world, ENTRY)
    run = run_that_touches_a_database(world, "--qa-waiver", "login-stage-1: the replica: down")
    found = conformance(world, run)
    assert "conformance.gate" not in found
    assert "the gate comes to WAIVED: the replica: down" in found["conformance.report"]
    [waiver] = world.okstra("run", "show", run, "--json").json["run"]["waivers"]
    assert waiver == {"stage_key": "login-stage-1", "reason": "the replica: down"}


def test_results_beside_the_manifest_are_what_counts(world: World) -> None:
    set_up(world, {1: ()})
    declare(world, ENTRY)
    run = run_that_touches_a_database(world)
    row = {"stageKey": "login-stage-1", "command": "make db-test", "exitCode": 0, "run": run}
    (folder(world) / "qa/conformance-results.json").write_text(json.dumps({"entries": [row]}))
    assert set(conformance(world, run)) == {"conformance.files", "conformance.report"}
