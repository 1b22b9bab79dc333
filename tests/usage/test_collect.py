"""`token-usage` on a prepared run: by session ids alone, written once, and whoever is missing is said to be."""

import json
from pathlib import Path
from typing import Any

import pytest

from okstra_git.names import parse_task_key
from okstra_git.records.usage import Counters, SessionRecord
from okstra_git.records.work_events import UsageRecorded
from tests.kit.prepared import prepare, set_up
from tests.kit.scenario import World
from tests.kit.stores import open_store, record
from tests.kit.surroundings import ROOT

FOLDER = ".okstra/tasks/shop/web/login/runs/error-analysis"
STATE = f"{FOLDER}/state/team-state-error-analysis-001.json"
TASK = parse_task_key("shop:web:login")
SESSION = "f67597c9-613f-4f2b-9027-eab879b9225f"
SAMPLE = ROOT / "tests/agents/samples/claude-tool.transcript.jsonl"
WITH_LEAD = "counted with the lead"


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A run whose lead had a session of which Claude Code kept the transcript."""
    set_up(world, {1: ()})
    prepare(world, task_type="error-analysis")
    home = world.path.parent / "claude"
    (home / "projects/-some-folder").mkdir(parents=True)
    (home / f"projects/-some-folder/{SESSION}.jsonl").write_bytes(SAMPLE.read_bytes())
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    change(world, lead={"sessionId": SESSION, "model": "default"})
    return world


def change(world: World, **values: Any) -> None:
    path = world.path / STATE
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def reasons(answer: Any) -> dict[str, str | None]:
    return {each["member"]: each["reason"] for each in answer["members"] if each["usage"] is None}


def test_the_lead_is_found_by_its_session_and_its_subagents_count_with_it(shop: World) -> None:
    answer = shop.okstra("token-usage", STATE, "--json").json
    assert (answer["total"]["fresh"], answer["total"]["cached"], answer["total"]["output"]) == (3002, 300, 27)
    told = reasons(answer)
    assert {name for name, why in told.items() if WITH_LEAD in str(why)} == {"claude-worker", "report-writer-worker"}
    assert told["codex-worker"] == "no session id is known"
    assert answer["confidence"] == "lower_bound"
    assert not shop.okstra("usage", "show", "--json").json["rows"]


def test_it_is_written_and_recorded_once(shop: World) -> None:
    before = json.loads((shop.path / STATE).read_text())
    for _ in range(2):
        shop.okstra("usage", "collect", STATE, "--write", "--json")
    after = json.loads((shop.path / STATE).read_text())
    assert {**before, "usageSummary": after["usageSummary"]} == after
    assert after["usageSummary"]["total"]["total"] == 3002 + 300 + 30 + 27
    events = [each["fact"]["type"] for each in shop.okstra("log", "--json").json["events"]]
    assert events.count("usage.recorded") == 1
    assert shop.okstra("usage", "show", "--by", "model", "--json").json["total"]["tokens"]["fresh"] == 3002


def recorded(worker: str, session: str, fresh: int) -> SessionRecord:
    """What a supervisor recorded of a session of Codex."""
    return SessionRecord(
        worker=worker, program="codex", session=session, source="result", parser="codex-1", confidence="exact",
        counters=(Counters(model="gpt-5", fresh=fresh, requests=1),),
    )  # fmt: skip


def test_every_session_counts_several_of_a_worker_and_those_of_nobody(shop: World) -> None:
    """The last one is of a worker that the team state does not know."""
    run = shop.okstra("run", "list", "--json").json["runs"][0]["id"]
    usages = (recorded("codex-worker", "a", 10), recorded("codex-worker", "b", 20), recorded("stray", "c", 40))
    record(open_store(shop), *(UsageRecorded(task=TASK, run=run, usage=usage) for usage in usages))
    answer = shop.okstra("token-usage", STATE, "--json").json
    codex = next(each for each in answer["members"] if each["member"] == "codex-worker")
    assert (codex["sessions"], codex["usage"]["fresh"]) == (["a", "b"], 30)
    assert answer["unattributed"] == ["c"]
    assert answer["total"]["fresh"] == 3002 + 10 + 20 + 40
    shown = shop.okstra("token-usage", STATE, "--text").out
    assert "session c belongs to nobody of the team" in shown


def test_in_a_team_everybody_has_a_session_of_their_own(shop: World) -> None:
    change(shop, teamCreate={"attempted": True, "status": "ok"})
    told = reasons(shop.okstra("token-usage", STATE, "--json").json)
    assert set(told.values()) == {"no session id is known"}


def test_a_session_without_files_is_unavailable_and_never_nothing(shop: World) -> None:
    change(shop, lead={"sessionId": "0" * 8 + SESSION[8:]})
    answer = shop.okstra("token-usage", STATE, "--json").json
    assert reasons(answer)["lead"] == "the session has no files here any more"
    assert answer["confidence"] == "lower_bound"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "document.broken"),
        ("[]", "document.broken"),
        ("{}", "usage.no-team-state"),
        ('{"runId": "01M8R8WGR112GJ89R8GB6ED4S5"}', "usage.no-team-state"),
    ],
)
def test_what_is_not_the_team_state_of_a_run_is_refused(shop: World, text: str, code: str) -> None:
    other: Path = shop.write(f"{FOLDER}/state/other.json", text)
    assert shop.okstra("token-usage", str(other), "--json", exit=1).json["error"]["code"] == code
