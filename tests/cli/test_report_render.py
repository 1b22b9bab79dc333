"""`report check` and `report render`: data in, report out; what a person wrote into it is not lost."""

import json
import os
from typing import Any

import pytest

from tests.cli.shop import refused
from tests.kit.golden_reports import golden_data
from tests.kit.scenario import World

DATA = "final-report-release-handoff-001.data.json"
REPORT = "final-report-release-handoff-001.md"


@pytest.fixture
def data(world: World) -> dict[str, Any]:
    values = golden_data("release-handoff")
    write(world, values)
    return values


def write(world: World, values: dict[str, Any]) -> None:
    world.write(DATA, json.dumps(values, ensure_ascii=False))


def test_the_status_line_is_that_of_the_contract(world: World, data: dict[str, Any]) -> None:
    answer = world.okstra("report", "render", DATA, "--text")
    report = world.path / REPORT
    assert answer.out == (
        f"data.json written to {world.path / DATA}; markdown rendered to {report}. Sections populated: 6.\n"
    )
    assert report.read_text().startswith(f"---\ntask: {data['taskKey']}\ntask-type: release-handoff\n")


def test_data_with_problems_are_refused_with_all_of_them_and_nothing_is_written(
    world: World, data: dict[str, Any]
) -> None:
    write(world, {**data, "sek": "1", "routing": ["shipping"], "nextSteps": []})
    for command in ("check", "render"):
        answer = world.okstra("report", command, DATA, "--json", exit=1)
        assert refused(answer, "report.invalid") == f"'{DATA}' has 3 problems"
        assert [each["path"] for each in answer.json["problems"]] == ["nextSteps", "routing[0]", "sek"]
    assert not (world.path / REPORT).exists()


def test_rendering_the_same_data_again_changes_nothing(world: World, data: dict[str, Any]) -> None:
    del data
    assert world.okstra("report", "render", DATA, "--json").json["changed"] is True
    assert world.okstra("report", "render", DATA, "--json").json["changed"] is False


def test_a_file_that_is_not_the_report_of_this_run_is_written_over_by_force_alone(
    world: World, data: dict[str, Any]
) -> None:
    world.write("notes.md", "# Notes\n")
    line = ("report", "render", DATA, "--output", "notes.md", "--json")
    assert refused(world.okstra(*line, exit=1), "report.taken").endswith("is there, and is not a report of okstra's")
    world.okstra("report", "render", DATA)
    write(world, {**data, "runId": "01JDK3Q7M2V9XA4T8ZC6RB5WNG"})
    assert refused(world.okstra("report", "render", DATA, "--json", exit=1), "report.taken").endswith("of another run")
    assert world.okstra(*line, "--force").json["changed"] is True


def test_what_is_not_a_plain_file_is_refused_at_once(world: World, data: dict[str, Any]) -> None:
    del data
    os.mkfifo(world.path / "pipe.data.json")
    world.write("long.data.json", " " * (5 << 20) + "{}")
    for name in ("pipe.data.json", "/dev/zero", "long.data.json", "nowhere.data.json", "."):
        refused(world.okstra("report", "check", name, "--json", exit=1), "report.missing")
        refused(world.okstra("report", "render", name, "--output", "x.md", "--json", exit=1), "report.missing")
    assert not (world.path / "x.md").exists()


def test_a_link_out_of_the_project_that_a_commit_brought_is_not_followed(world: World, data: dict[str, Any]) -> None:
    outside = world.path.parent / "outside.json"
    outside.write_text(json.dumps(data))
    (world.path / "linked.data.json").symlink_to(outside)
    assert world.okstra("report", "check", "linked.data.json", "--json").json["problems"] == []
    world.ask("add", "linked.data.json")
    world.ask("commit", "-qm", "linked")
    refused(world.okstra("report", "check", "linked.data.json", "--json", exit=1), "report.missing")


def test_the_schema_of_report_data_is_printed(world: World) -> None:
    schema = json.loads(world.okstra("schema", "report", "error-analysis").out)
    assert {"causes", "ruledOut"} <= schema["$defs"]["ErrorAnalysis"]["properties"].keys()
    assert "DiscoveryData" not in schema["$defs"]
    assert len(json.loads(world.okstra("schema", "report").out)["oneOf"]) == 7
