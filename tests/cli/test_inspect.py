"""The history of tasks and everything about one run, as the inspect commands tell them from the ledger."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from okstra_git.names import mint_ulid
from okstra_git.records.events import RunAbandoned, RunClaimed, RunFinished, RunPrepared, TaskOpened
from okstra_git.runs.holder import own_holder
from tests.cli.conftest import Ask
from tests.cli.runs import sleeping
from tests.cli.shop import record_stage, refs, refused
from tests.kit.prepared import KEY, folder, prepare, set_up
from tests.kit.scenario import World
from tests.kit.stores import open_store, record

TASK = ("--task-key", KEY)
EVENT_KEYS = {"at", "event", "stage", "run", "by", "here", "too_late"}


@pytest.fixture
def shop(world: World) -> World:
    """A task with an approved plan of two stages."""
    return set_up(world, {1: (), 2: (1,)})


@pytest.fixture
def lead() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a run, until a test kills it."""
    process, _ = sleeping()
    yield process
    process.kill()
    process.wait()


def history(world: World, *words: str) -> Any:
    return world.okstra("inspect", "history", *words).json


def details(world: World, run: str) -> Any:
    return world.okstra("inspect", "run", run).json


def clone_of(world: World, name: str = "colleague") -> World:
    """A colleague's clone that has fetched the log of this one."""
    world.git("push", "-q", str(hub(world)), "main", "refs/okstra/log/*:refs/okstra/log/*")
    there = world.clone(name)
    there.git("fetch", "-q", "origin", "refs/okstra/log/*:refs/okstra/remote/origin/*")
    there.okstra("init", "--project-id", "shop", "--no-hooks", "--offline")
    return there


def hub(world: World) -> Path:
    place = world.path.parent / "hub.git"
    world.git("init", "-q", "--bare", str(place))
    return place


# --- history


def test_open_tasks_come_newest_first_with_what_is_left(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:older")
    shop.okstra("task", "open", "shop:web:done")
    shop.okstra("task", "close", "shop:web:done")
    run = prepare(shop, "--stage", "1").json["run"]
    told = history(shop)
    assert [task["key"] for task in told["tasks"]] == [KEY, "shop:web:older"]
    first = told["tasks"][0]
    assert (first["last_run"]["id"], first["last_run"]["status"], first["open_runs"]) == (run, "prepared", 1)
    assert first["at"] == first["last_run"]["at"] == history(shop, *TASK)["events"][0]["at"]
    assert (first["next_phase"], first["next_phase_from"]) == ("implementation", "run")
    assert first["work_status"] == "in-progress"
    assert first["left"] == ["finish stage 1", "begin stage 2", "end the open run"]
    assert first["stages"] == {"started": [1], "pending": [2]}
    assert (told["tasks"][1]["left"], told["tasks"][1]["next_phase"]) == (["approve a plan"], None)
    assert [task["key"] for task in history(shop, "--limit", "1")["tasks"]] == [KEY]
    assert history(shop, "--limit", "1")["count"] == 2


def test_the_page_of_tasks_can_be_read(shop: World, on_terminal: Ask) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    shop.okstra("run", "finish", run, "--outcome", "failed", "--reason", "no database")
    lines = on_terminal("inspect", "history").expect(0).out.splitlines()
    assert lines[0].startswith(f"{KEY}  20")
    assert lines[0].endswith(", just now")
    assert lines[1:] == [
        f"  last run  implementation 001, stage 1, failed ({run[:12]})",
        "  next      implementation",
        "  left      finish stage 1, begin stage 2",
    ]


def test_the_time_line_tells_runs_and_stages_newest_first(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    report = ".okstra/report.md"
    shop.write(report, "# report\n")
    shop.okstra("run", "resume", run)
    shop.okstra("run", "finish", run, "--report", report, "--next-phase", "final-verification")
    told = history(shop, *TASK)
    assert [event["event"] for event in told["events"]] == [
        "run.finished", "run.prepared", "stage.started", "plan.approved", "task.opened",
    ]  # fmt: skip
    assert all(set(event) >= EVENT_KEYS for event in told["events"])
    last = told["events"][0]
    assert (last["run"], last["task_type"], last["number"], last["stage"]) == (run, "implementation", 1, 1)
    assert (last["outcome"], last["report"], last["next_phase"]) == ("finished", report, "final-verification")
    assert last["at"].endswith("Z")
    assert last["here"] is True
    assert told["events"][3]["stages"] == [1, 2]
    assert (told["task"]["next_phase"], told["task"]["next_phase_from"]) == ("final-verification", "report")


def test_moves_of_a_stage_are_told_with_their_proof(shop: World, on_terminal: Ask) -> None:
    record_stage(shop, 1, "feature/login")
    new = shop.amend(None, "-m", "reworded")
    shop.okstra("reconcile", *TASK, "--apply")
    moved, done, *_ = history(shop, *TASK)["events"]
    assert (moved["event"], moved["from"], moved["commit"]) == ("stage.moved", shop["S1"], new)
    assert moved["proof"] == "same-tree"
    assert (done["event"], done["commit"], done["subject"]) == ("stage.done", shop["S1"], "S1")
    page = shop.okstra("inspect", "history", *TASK, "--text").out
    assert f"stage 1, {shop['S1'][:10]} → {new[:10]} (same-tree)" in page
    assert on_terminal("inspect", "history", *TASK).exit == 0


def test_a_stage_that_needs_a_decision_comes_first_in_what_is_left(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.amend({"other": "content\n"})
    shop.git("checkout", "-q", "main")
    assert [each["stage"] for each in shop.okstra("status", "--json").json["problems"]] == [1]
    left = ["decide about stage 1", "begin stage 2"]
    assert history(shop)["tasks"][0]["left"] == history(shop, *TASK)["task"]["left"] == left
    assert shop.okstra("inspect", "resume", *TASK).json["left"] == left
    assert shop.okstra("inspect", "context", *TASK).json["task"]["left"]["shown"] == left


def test_a_plan_of_many_stages_is_told_as_a_range(world: World) -> None:
    many = set_up(world, dict.fromkeys(range(1, 21), ()))
    page = many.okstra("inspect", "history", *TASK, "--text").out
    assert "  left      begin stages 1-20\n" in page
    assert "stages 1-20, .okstra/plan.md" in page


def test_many_tasks_are_cut_and_the_rest_is_counted(shop: World) -> None:
    record(open_store(shop), *(TaskOpened(task=f"shop/web/more-{number}") for number in range(1, 13)))
    told = history(shop)
    assert (len(told["tasks"]), told["count"]) == (10, 13)
    page = shop.okstra("inspect", "history", "--text").out
    assert page.endswith("and 3 more: git okstra inspect history --limit 13\n")
    assert len(history(shop, "--limit", "13")["tasks"]) == 13
    page = shop.okstra("inspect", "history", "--since", "2020-01-01", "--text").out
    assert page.endswith("and 3 more: git okstra inspect history --limit 13 --since 2020-01-01\n")
    page = shop.okstra("inspect", "history", "--since", "2999-01-01", "--text").out
    assert page == "nothing happened since then; 13 open: git okstra inspect history\n"


def test_a_time_line_is_cut_by_number_and_date(shop: World) -> None:
    assert [event["event"] for event in history(shop, *TASK, "--limit", "1")["events"]] == ["plan.approved"]
    assert history(shop, *TASK, "--limit", "1")["count"] == 2
    assert "and 1 earlier: git okstra inspect history --task-key shop:web:login --limit 2" in (
        shop.okstra("inspect", "history", *TASK, "--limit", "1", "--text").out
    )
    assert "--task-key shop:web:login --limit 2 --since 2020-01-01" in (
        shop.okstra("inspect", "history", *TASK, "--limit", "1", "--since", "2020-01-01", "--text").out
    )
    assert history(shop, *TASK, "--since", "2999-01-01")["events"] == []
    page = shop.okstra("inspect", "history", *TASK, "--since", "2999-01-01", "--text").out
    assert "nothing happened since then" in page
    assert len(history(shop, *TASK, "--since", "2020-01-01")["events"]) == 2
    moment = history(shop, *TASK)["events"][0]["at"]
    assert [event["event"] for event in history(shop, *TASK, "--since", moment)["events"]] == ["plan.approved"]
    assert history(shop, "--since", "2999-01-01")["tasks"] == []


@pytest.mark.parametrize(
    "words",
    [("--limit", "0"), ("--limit", "x"), ("--limit=-1",), ("--limit", "9999999"), ("--since", "soon"),
     ("--since", "\0")],
)  # fmt: skip
def test_a_cut_that_makes_no_sense_is_refused(shop: World, words: tuple[str, ...]) -> None:
    refused(shop.okstra("inspect", "history", *words, exit=129), "usage", status=129)


def test_an_unknown_task_is_refused(shop: World) -> None:
    for command in ("history", "resume", "context"):
        refused(shop.okstra("inspect", command, "--task-key", "a:b:c", exit=1), "task.unknown")
    assert shop.okstra("inspect", "resume").json["task"] == KEY  # the only open one
    shop.okstra("task", "open", "shop:web:other")
    for command in ("resume", "context"):
        refused(shop.okstra("inspect", command, exit=129), "usage", status=129)


def test_in_a_stages_worktree_its_task_is_meant(shop: World) -> None:
    place = prepare(shop, "--stage", "1").json["worktree"]
    stage = World(Path(place), labels=shop.labels, clock=shop.clock)
    assert history(stage)["task"]["key"] == KEY
    assert stage.okstra("inspect", "resume").json["task"] == KEY
    assert stage.okstra("inspect", "context").json["task"]["key"] == KEY


def test_what_came_after_a_runs_end_is_told_as_too_late(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    shop.okstra("run", "finish", run)
    record(open_store(shop), RunAbandoned(task=KEY.replace(":", "/"), run=run, reason="they were slower"))
    late, end, *_ = history(shop, *TASK)["events"]
    assert (late["outcome"], late["too_late"]) == ("abandoned", True)
    assert (end["outcome"], end["too_late"]) == ("finished", False)
    assert "too late: the run had ended" in shop.okstra("inspect", "history", *TASK, "--text").out


def test_a_clone_without_okstra_has_no_history(world: World) -> None:
    assert history(world) == {"ok": True, "schema": 1, "count": 0, "tasks": [], "notes": []}
    assert world.okstra("inspect", "history", "--text").out == "no open task\n"


# --- run


def test_everything_about_a_run_is_told(shop: World, on_terminal: Ask) -> None:
    run = prepare(shop, "--stage", "1", "--executor", "codex").json["run"]
    told = details(shop, run[:12].lower())
    assert (told["run"]["id"], told["run"]["task"], told["run"]["number"], told["run"]["here"]) == (run, KEY, 1, True)
    assert told["run"]["report"] is None
    assert told["team"]["name"] == "okstra-shop-web-login-s1"
    assert told["team"]["executor"]["id"] == "codex"
    assert [worker["id"] for worker in told["team"]["roster"]] == ["claude", "codex", "report-writer"]
    assert [(source["what"], source["now"]) for source in told["sources"]] == [("brief", "same"), ("plan", "same")]
    assert {name for name, file in told["files"].items() if file["bytes"] is None} == {"report", "report_data"}
    assert (told["worktree"]["exists"], told["worktree"]["branch_exists"]) == (True, True)
    assert [event["event"] for event in told["events"]] == ["run.prepared"]
    assert (told["worker_prompts"], told["worker_results"], told["snapshots"], told["notes"]) == ([], [], [], [])
    assert told["others"] == {"count": 0, "runs": []}
    page = on_terminal("inspect", "run", run).expect(0).out
    assert page.startswith(f"run {run} of {KEY}\n  stands        implementation 001, stage 1, prepared\n")
    assert "\n  worker        codex-worker (codex default, executor)\n" in page


def test_sources_that_changed_or_are_gone_are_told(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    shop.write(".okstra/briefs/web/login.md", "another brief\n")
    (shop.path / ".okstra/plan.md").unlink()
    found = [(each["what"], each["now"]) for each in details(shop, run)["sources"]]
    assert found == [("brief", "changed"), ("plan", "gone")]


def test_answers_that_were_carried_in_are_compared_with_their_copy(shop: World) -> None:
    shop.write("answers.md", "yes\n")
    run = prepare(shop, "--clarification-response", "answers.md", task_type="error-analysis").json["run"]
    source = details(shop, run)["sources"][-1]
    assert (source["what"], source["path"], source["now"]) == ("clarification", "answers.md", "same")
    assert source["blob"] == shop.ask("hash-object", "answers.md")
    shop.write("answers.md", "no\n")
    assert details(shop, run)["sources"][-1]["now"] == "changed"


def test_prompts_and_results_of_other_runs_are_left_out(shop: World) -> None:
    first = prepare(shop, task_type="error-analysis").json["run"]
    second = prepare(shop, "--directive", "look again", task_type="error-analysis").json["run"]
    place = folder(shop) / "runs/error-analysis"
    inside = ".okstra/tasks/shop/web/login/runs/error-analysis/instruction-set"
    named = (f"Read {inside}/001/worker-preamble.md", f"Read {inside}/002/worker-preamble.md", "?")
    for number, text in enumerate(named, 1):
        (place / "prompts").mkdir(exist_ok=True)
        asks = f"\nYour result: codex-worker-error-analysis-{number:03}.md\n"
        (place / f"prompts/codex-worker-prompt{number:03}.md").write_text(text + asks)
    (place / "worker-results").mkdir(exist_ok=True)
    for name in ("codex-worker", "codex-worker-audit", "claude-worker"):
        (place / f"worker-results/{name}-error-analysis-002.md").write_text("found\n")
    (place / "worker-results/codex-worker-error-analysis-001.md").write_text("found\n")
    told = details(shop, second)
    prompts = [(each["number"], each["worker"], each["of_run"]) for each in told["worker_prompts"]]
    assert prompts == [(2, "codex-worker", True), (3, None, None)]
    assert [(each["worker"], each["kind"], each["bytes"]) for each in told["worker_results"]] == [
        ("claude-worker", "result", 6), ("codex-worker", "audit", 6), ("codex-worker", "result", 6),
    ]  # fmt: skip
    assert [each["number"] for each in details(shop, first)["worker_prompts"]] == [1, 3]
    assert [each["id"] for each in told["others"]["runs"]] == [first]


def test_a_dead_run_its_snapshot_and_its_archive_are_told(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    answer = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    run = answer["run"]
    (Path(answer["worktree"]) / "half-done").write_text("x\n")
    lead.kill()
    lead.wait()
    assert details(shop, run)["run"]["life"] == {"state": "dead", "why": "its process ended"}
    shop.okstra("run", "abandon", run, "--reason", "it died")
    told = details(shop, run)
    assert (told["run"]["life"], told["run"]["status"], told["run"]["reason"]) == (None, "abandoned", "it died")
    assert [snapshot["files"] for snapshot in told["snapshots"]] == [1]
    assert details(shop, prepare(shop, task_type="error-analysis").json["run"])["snapshots"] == []
    assert told["archive"]["files"] > 5
    assert [event["event"] for event in told["events"]] == ["run.prepared", "run.abandoned"]
    shop.git("worktree", "unlock", answer["worktree"])
    shop.git("worktree", "remove", "--force", answer["worktree"])
    told = details(shop, run)
    assert (told["worktree"]["exists"], told["worktree"]["branch_exists"]) == (False, True)
    assert "(gone)" in shop.okstra("inspect", "run", run, "--text").out
    shop.git("branch", "-q", "-D", told["worktree"]["branch"])
    assert details(shop, run)["worktree"]["branch_exists"] is False


def test_a_run_that_nobody_knows_is_refused(shop: World) -> None:
    refused(shop.okstra("inspect", "run", "nope", exit=1), "run.unknown")
    refused(shop.okstra("inspect", "run", "x", exit=1), "run.unknown")


# --- damage, other clones, and nothing that changes


def test_another_clones_run_is_told_without_its_files(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json["run"]
    there = clone_of(shop)
    told = details(there, run)
    assert told["run"]["here"] is False
    assert (told["team"]["roster"], told["team"]["name"]) == (None, "okstra-shop-web-login-s1")
    assert all(file is None or file["bytes"] is None for file in told["files"].values())
    assert told["notes"] == [f"run {run} was prepared in another clone, and so are its files"]
    assert history(there)["tasks"][0]["last_run"]["id"] == run
    assert history(there, *TASK)["events"][0]["here"] is False
    resume = there.okstra("inspect", "resume", *TASK).json
    assert (resume["command"], resume["script"]) == (None, None)
    assert resume["next"]["command"] == f"git okstra run show {run}"
    context = there.okstra("inspect", "context", *TASK).json
    assert (context["run"]["id"], context["workers"], context["task"]["folder"]) == (run, None, None)


GARBAGE = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe\0", b'{"schema": 1}', b"[" * 100_000, b'{"runs": 3, "latestRun": []}',
]  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_broken_documents_become_notes(shop: World, garbage: bytes) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    for path in [*(shop.path / ".okstra").rglob("*.json"), *(shop.path / ".okstra").rglob("*.sh")]:
        path.write_bytes(garbage)
    (shop.path / ".okstra/project.json").write_bytes(garbage)
    for line in (("history",), ("history", *TASK), ("run", run), ("resume", *TASK), ("context", *TASK)):
        answer = shop.okstra("inspect", *line)
        assert answer.json["ok"] is True
        shop.okstra("inspect", *line, "--text")
    assert details(shop, run)["notes"]
    assert details(shop, run)["team"]["name"] == "okstra-shop-web-login-s1"


def test_documents_of_another_run_are_not_believed(shop: World) -> None:
    """Two clones may have given the same number; what lies here then belongs to one of them."""
    run = prepare(shop, "--stage", "1").json["run"]
    place = folder(shop) / "runs/implementation/stage-1"
    for name in ("manifests/run-context", "state/team-state"):
        path = place / f"{name}-implementation-001.json"
        path.write_text(path.read_text().replace(run, "0" * 26))
    told = details(shop, run)
    assert (told["team"]["roster"], told["team"]["lead"]["model"]) == (None, None)
    assert [note.endswith(f" is of run {'0' * 26}") for note in told["notes"]] == [True, True]


def test_a_task_folder_that_is_gone_or_a_file_is_told(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    shutil.rmtree(shop.path / ".okstra")
    assert details(shop, run)["notes"] == [f"the documents of run {run} are gone"]
    shop.write(".okstra", "a file\n")
    for line in (("run", run), ("resume", *TASK), ("context", *TASK), ("history",)):
        assert shop.okstra("inspect", *line).json["ok"] is True


def test_a_folder_of_pipes_and_links_holds_nobody_up(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    place = folder(shop) / "runs/implementation/stage-1"
    for path in [*place.rglob("*.json"), *place.rglob("*.sh"), folder(shop) / "task-manifest.json"]:
        path.unlink()
        os.mkfifo(path)
    (place / "prompts").mkdir(exist_ok=True)
    (place / "prompts/codex-worker-prompt001.md").symlink_to("/nowhere")
    os.mkfifo(place / "prompts/codex-worker-prompt002.md")
    for line in (("run", run), ("resume", *TASK), ("context", *TASK), ("history", *TASK)):
        assert shop.okstra("inspect", *line).json["ok"] is True


def test_records_that_point_outside_are_not_followed(shop: World, tmp_path: Path) -> None:
    run, slashed = mint_ulid(1_700_000_000_000), KEY.replace(":", "/")
    (tmp_path / "reports").mkdir()
    secret = tmp_path / "reports/secret.md"
    secret.write_text("mine\n")
    claimed = RunClaimed(task=slashed, run=run, task_type="error-analysis", seq=1, holder=own_holder())
    shop.write(".okstra/here", "")
    (shop.path / ".okstra/x").symlink_to(tmp_path)
    prepared = RunPrepared(task=slashed, run=run, holder=own_holder(), nonce="0" * 16, folder=".okstra/x",
                           instruction_set=".okstra/x/reports")  # fmt: skip
    (tmp_path / "reports/claude-execution-prompt.md").write_text("theirs\n")
    record(open_store(shop), claimed, prepared, RunFinished(task=slashed, run=run, report=str(secret)))
    told = details(shop, run)
    assert told["files"]["report"] == {"path": str(secret), "bytes": None}
    assert told["files"]["prompt"]["bytes"] is None
    context = shop.okstra("inspect", "context", *TASK).json
    assert (context["run"]["id"], context["clarifications"]) == (run, None)


def test_a_log_that_cannot_be_read_is_noted(shop: World) -> None:
    record(open_store(shop), TaskOpened(task="shop/web/other"))
    ref = next(iter(refs(shop, "refs/okstra/log")))
    (shop.path / ".git" / ref.replace("/log/", "/remote/origin/")).parent.mkdir(parents=True)
    (shop.path / ".git" / ref.replace("/log/", "/remote/origin/")).write_text("torn")
    told = history(shop)
    assert len(told["tasks"]) == 2
    (note,) = told["notes"]
    assert "refs/okstra/remote/origin/" in note


def world_of_files(world: World) -> dict[str, tuple[int, bytes]]:
    """Every file with its mode and content, but for the cache of folds."""
    return {
        str(path): (path.lstat().st_mode, path.read_bytes())
        for path in sorted(world.path.parent.rglob("*"))
        if path.is_file() and "cache" not in path.parts
    }


def test_nothing_is_changed_by_looking(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    before = world_of_files(shop)
    for line in (("history",), ("history", *TASK), ("run", run), ("resume", *TASK), ("context", *TASK)):
        shop.okstra("inspect", *line)
    assert world_of_files(shop) == before


def test_a_repository_that_cannot_be_written_can_be_looked_at(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    shutil.rmtree(shop.path / ".git/okstra/cache")
    (shop.path / ".git/okstra/cache").write_text("in the way of everything that would be cached\n")
    for line in (("history",), ("history", *TASK), ("run", run), ("resume", *TASK), ("context", *TASK)):
        assert shop.okstra("inspect", *line).json["ok"] is True
