"""What an agent has to know of a task, in one object that has a limit."""

import json
from pathlib import Path
from typing import Any

import pytest

from okstra_git.records.events import PlanApproved, RunFinished, StageStarted
from okstra_git.records.runs import PlannedStage
from tests.cli.conftest import Ask
from tests.cli.test_process import modules_after
from tests.kit.prepared import KEY, folder, prepare, set_up
from tests.kit.scenario import World
from tests.kit.stores import open_store, record

TASK = ("--task-key", KEY)
KEYS = {
    "ok", "schema", "task", "plan", "run", "workers", "worker_prompts", "team", "lead_session", "clarifications",
    "project", "notes",
}  # fmt: skip
EIGHT_KB = 8192

REPORT = """\
# Report

## 1. Clarification Items

| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |
|---|---|---|---|---|---|---|---|
| C-001 | SHOP-12 | decision | Which browsers? | a list | next-phase | open | |
| C-002 | SHOP-12 | decision | Which keys? | a list | none | resolved | all |
| C-003 | SHOP-12 | material | The log | a file | none | answered | log.txt |
"""


@pytest.fixture
def shop(world: World) -> World:
    """A task with an approved plan of two stages."""
    return set_up(world, {1: (), 2: (1,)})


def context(world: World) -> Any:
    answer = world.okstra("inspect", "context", *TASK)
    assert set(answer.json) == KEYS
    assert len(answer.out.encode()) < EIGHT_KB
    return answer.json


def shown(cut: Any) -> Any:
    """The items of a list that was not cut."""
    assert cut["count"] == len(cut["shown"])
    return cut["shown"]


def test_a_task_before_its_first_run(shop: World) -> None:
    told = context(shop)
    assert (told["task"]["key"], told["task"]["next_phase"], told["plan"]["now"]) == (KEY, "implementation", "same")
    assert (told["run"], told["workers"], told["clarifications"], told["lead_session"]) == (None, None, None, None)
    assert told["team"] == {"candidate": "okstra-shop-web-login", "recorded": None, "created": None}
    assert told["project"] == {
        "root": str(shop.path), "glossary": None, "qa_commands": {"count": 0, "shown": []},
        "config_files": {"count": 0, "shown": []},
    }  # fmt: skip
    assert shown(told["notes"]) == []


def test_everything_that_a_loader_reports(shop: World, on_terminal: Ask) -> None:
    shop.write(".okstra/project.json", json.dumps({"qaCommands": {"db-test": "make db-test"}}))
    shop.write(".okstra/glossary.md", "# Glossary\n")
    for path in ("Dockerfile", "compose.yaml", "pyproject.toml", ".github/workflows/ci.yml", "k8s/app.yaml"):
        shop.write(path, "")
    run = prepare(shop, "--stage", "1").json["run"]
    place = folder(shop) / "runs/implementation/stage-1"
    state = json.loads((place / "state/team-state-implementation-001.json").read_text())
    state["lead"]["sessionId"] = "11111111-2222-3333-4444-555555555555"
    state["teamCreate"] = {"attempted": True, "status": "ok"}
    state["workers"]["codex"] |= {"status": "timeout", "reason": "no answer for an hour"}
    (place / "state/team-state-implementation-001.json").write_text(json.dumps(state))
    shop.write(f"{(place / 'worker-results').relative_to(shop.path)}/claude-worker-implementation-001.md", "done\n")
    shop.write(f"{(place / 'worker-results').relative_to(shop.path)}/claude-worker-audit-implementation-001.md", "x\n")
    prompt = f"Read .okstra/x\nrun {run}\nYour result: claude-worker-implementation-001.md\n"
    shop.write(f"{(place / 'prompts').relative_to(shop.path)}/claude-worker-prompt001.md", prompt)
    told = context(shop)
    assert told["run"]["id"] == run
    assert (told["run"]["report_exists"], told["run"]["here"], told["run"]["worktree"]["exists"]) == (False, True, True)
    assert told["run"]["expectations"].endswith("instruction-set/001/reference-expectations.md")
    assert (shop.path / told["run"]["expectations"]).is_file()
    claude, codex, writer = shown(told["workers"])
    assert (claude["id"], len(shown(claude["results"]))) == ("claude", 1)
    assert (claude["audit"], claude["errors"]) == (True, False)
    assert (codex["status"], codex["reason"], shown(codex["results"])) == ("timeout", "no answer for an hour", [])
    assert (writer["id"], writer["status"]) == ("report-writer", None)
    assert [(each["cli"], each["worker"], each["of_run"]) for each in shown(told["worker_prompts"])] == [
        ("claude", "claude-worker", True)
    ]
    assert told["lead_session"] == "11111111-2222-3333-4444-555555555555"
    assert told["team"] == {
        "candidate": "okstra-shop-web-login-s1", "recorded": "okstra-shop-web-login-s1",
        "created": {"attempted": True, "status": "ok", "reason": None},
    }  # fmt: skip
    project = told["project"]
    assert (project["glossary"], shown(project["qa_commands"])) == (
        ".okstra/glossary.md",
        [{"name": "db-test", "command": "make db-test"}],
    )
    assert [(each["path"], each["kind"]) for each in shown(project["config_files"])] == [
        ("pyproject.toml", "build"), ("Dockerfile", "container"), ("compose.yaml", "container"), ("k8s/", "deploy"),
        (".github/workflows/ci.yml", "ci"),
    ]  # fmt: skip
    page = on_terminal("inspect", "context", *TASK).expect(0).out
    assert "  codex-worker         timeout\n" in page
    assert "  qa                   db-test: make db-test\n" in page


def test_open_questions_of_the_last_report_are_listed(shop: World) -> None:
    first = prepare(shop, task_type="error-analysis").json
    shop.write("old.md", REPORT.replace("C-001", "C-009"))
    shop.okstra("run", "finish", first["run"], "--report", "old.md")
    assert [row["id"] for row in shown(context(shop)["clarifications"]["open"])] == ["C-009", "C-003"]
    second = prepare(shop, task_type="implementation-planning").json
    assert [row["id"] for row in shown(context(shop)["clarifications"]["open"])] == ["C-009", "C-003"]
    Path(second["report"]).parent.mkdir(parents=True, exist_ok=True)
    Path(second["report"]).write_text(REPORT)
    told = context(shop)["clarifications"]
    assert told["report"].endswith("final-report-implementation-planning-001.md")
    assert shown(told["open"])[0] == {
        "id": "C-001", "kind": "decision", "blocks": "next-phase", "status": "open", "statement": "Which browsers?",
    }  # fmt: skip
    assert "C-001 open, blocks next-phase: Which browsers?" in shop.okstra("inspect", "context", *TASK, "--text").out


def test_a_report_that_is_gone_is_not_replaced_by_an_older_one(shop: World) -> None:
    for number, name in enumerate(("old.md", "new.md")):
        run = prepare(shop, "--directive", str(number), task_type="error-analysis").json["run"]
        shop.write(name, REPORT)
        shop.okstra("run", "finish", run, "--report", name)
    (shop.path / "new.md").unlink()
    told = context(shop)
    assert told["clarifications"] is None
    (note,) = shown(told["notes"])
    assert note == f"the last report new.md is not here; archived: git okstra run show {run} --archive"


def test_a_session_comes_from_the_record_where_the_state_has_none(shop: World) -> None:
    prepare(shop, "--stage", "1", "--lead-session", "s-1")
    assert context(shop)["lead_session"] == "s-1"


def test_in_a_stages_worktree_the_run_of_that_stage_counts(shop: World) -> None:
    first = prepare(shop, "--stage", "1").json
    latest = prepare(shop, task_type="error-analysis").json["run"]
    stage = World(Path(first["worktree"]), labels=shop.labels, clock=shop.clock)
    assert context(shop)["run"]["id"] == latest
    assert (context(stage)["run"]["id"], context(stage)["team"]["candidate"]) == (first["run"], first["team_name"])


def test_a_teams_name_is_a_candidate_that_no_other_task_has(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:log.in")
    shop.okstra("task", "open", "shop:web:log-in")
    shop.write(".okstra/briefs/web/log.in.md", (shop.path / ".okstra/briefs/web/login.md").read_text())
    shop.okstra("run", "prepare", "--task-key", "shop:web:log.in", "--task-type", "error-analysis", "--json")
    told = shop.okstra("inspect", "context", "--task-key", "shop:web:log-in").json
    assert told["team"]["candidate"].startswith("okstra-shop-web-log-in-")


def test_the_object_stays_below_its_limit_whatever_there_is(shop: World) -> None:
    """Long names, many files, many stages, many questions, text that takes six bytes a letter: all at once."""
    long = "\x01" * 3000
    run = prepare(shop, "--stage", "1").json["run"]
    shop.write(".okstra/project.json", json.dumps({"qaCommands": {f"{n} {long}": long for n in range(25)}}))
    for number in range(300):
        shop.write(f".github/workflows/{'w' * 200}{number}.yml", "")
        shop.write(f"Dockerfile.{'x' * 200}{number}", "")
    stages = tuple(PlannedStage(number=number, title=long) for number in range(1, 1500))
    slashed = KEY.replace(":", "/")
    started = StageStarted(task=slashed, stage=999_999, branch="b" * 1000, base="c" * 40)
    record(open_store(shop), PlanApproved(task=slashed, path="p" * 3000, blob="0" * 40, stages=stages), started)
    place = folder(shop) / "runs/implementation/stage-1"
    (place / "worker-results").mkdir(exist_ok=True)
    (place / "prompts").mkdir(exist_ok=True)
    for number in range(300):
        (place / f"worker-results/claude-worker-{'y' * 150}{number}-implementation-001.md").write_text("")
        (place / f"prompts/{'z' * 150}-worker-prompt{number:03}.md").write_text(run)
    rows = "".join(f"| C-{n:03} | {'t' * 500} | {'k' * 500} | {'s' * 3000} | f | b | open | |\n" for n in range(200))
    shop.write("report.md", REPORT + rows)
    state = json.loads((place / "state/team-state-implementation-001.json").read_text())
    state["lead"]["sessionId"], state["teamName"] = long, long
    state["teamCreate"] = {"attempted": long, "status": long, "reason": long}
    (place / "state/team-state-implementation-001.json").write_text(json.dumps(state))
    record(open_store(shop), RunFinished(task=slashed, run=run, report="report.md", reason=long, next_phase=long[:9]))
    told = context(shop)
    assert told["project"]["qa_commands"]["count"] == 25
    assert told["project"]["config_files"]["count"] == 600
    assert told["clarifications"]["open"]["count"] == 202
    assert told["worker_prompts"]["count"] == 300
    assert told["task"]["key"] == KEY
    assert told["run"]["id"] == run


def test_the_markdown_parser_is_loaded_for_a_report_alone(shop: World) -> None:
    run = prepare(shop, task_type="error-analysis").json["run"]
    heavy = {"markdown_it", "yaml", "jinja2", "rich"}
    for line in (("history",), ("history", *TASK), ("run", run), ("resume", *TASK), ("context", *TASK)):
        assert heavy.isdisjoint(modules_after(shop, "inspect", *line)), line
    shop.write("report.md", REPORT)
    shop.okstra("run", "finish", run, "--report", "report.md")
    assert "markdown_it" in modules_after(shop, "inspect", "context", *TASK)
