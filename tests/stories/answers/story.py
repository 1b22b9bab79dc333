"""One task from `init` to the merge, with what goes wrong beside it: a story in which every command is called."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from okstra_git.contract import FOLLOW_UP_COLUMNS, HEADING_FOLLOW_UPS
from okstra_git.workers.status_file import WorkerStatus
from tests.kit.golden_reports import golden_data
from tests.kit.handing import REPORT, data_json
from tests.kit.prepared import KEY, a_brief, a_plan
from tests.kit.scenario import World
from tests.stories.answers.converging import converge
from tests.stories.answers.recording import Recorder

TASK = f"--task-key {KEY}"
WIZARD = "--state-file .okstra/wizard/w.json"
QUESTIONS = ("intent-check: for all?", "conversion-block: all rows?")


def play(recorder: Recorder) -> None:
    """The whole story, chapter by chapter."""
    chapters = (
        _begin, _set_up_agents, _open, _plan, _prepare, _look_into_bundles, _use_wizard, _build, _end_runs, _rewrite,
        _verify, _hand_over, _land, _inspect, _keep_up, _adopt, _answer, _follow_up, _report,
        converge, _work,
    )  # fmt: skip
    for chapter in chapters:
        chapter(recorder)
    _name(recorder)


def _begin(recorder: Recorder) -> None:
    recorder.run("status")
    recorder.run(f"stage list {TASK}", exit=1)
    recorder.run("statu", exit=129)
    recorder.run("init --project-id shop --no-hooks --offline")
    recorder.run("init --project-id shop --no-hooks --offline")
    recorder.run("config list")
    recorder.run("config set worktreeRoot", str(recorder.world.path.parent / "worktrees"))
    recorder.run("config get worktreeRoot")
    recorder.run("config set leaseHours soon", exit=1)
    recorder.run("config set leaseHours 24")
    recorder.run("config unset leaseHours")
    recorder.run("config get nothing", exit=1)
    recorder.run("hooks status", exit=1)
    recorder.run("hooks install")
    recorder.run("hooks status --quick")
    recorder.run("hooks uninstall")


def _set_up_agents(recorder: Recorder) -> None:
    recorder.run("setup --check", exit=1)
    recorder.run("setup --dry-run --for agents")
    recorder.run("setup")
    recorder.run("setup --check")
    recorder.run("setup --check --force", exit=129)
    recorder.run("setup --uninstall")


def _open(recorder: Recorder) -> None:
    recorder.run("task open shop", exit=1)
    recorder.run(f"task open {KEY} --ticket SHOP-12 --title Passkeys")
    recorder.run(f"task open {KEY}")
    recorder.run("task open shop:web:logout --category bugfix")
    recorder.run("task list")
    recorder.run(f"task show {KEY}")
    recorder.run("task show shop:web:login2", exit=1)
    recorder.run("task close shop:web:logout --reason duplicate")
    recorder.run("task list --closed")
    recorder.run("brief template")
    recorder.run("brief new web login --ticket SHOP-12")
    recorder.run("brief new web login", exit=1)
    recorder.world.write(".okstra/briefs/web/login.md", a_brief("pending", questions=QUESTIONS))
    brief = ".okstra/briefs/web/login.md"
    recorder.run(f"brief check {brief}", exit=2)
    recorder.run(f"brief add {brief} --label evidence-link --text", "the log of Monday")
    recorder.run(f"brief add {brief} --label intent-inference --text", "only the shop", "--ask", "only there?")
    recorder.run(f"brief ask {brief} --prefix general --text", "how many?", "--dry-run")
    recorder.run(f"brief ask {brief} --prefix general --text", "how many?")
    recorder.run(f"brief confirm {brief}")
    recorder.run(f"brief confirm {brief} --question 9 --answer yes", exit=1)
    recorder.run(f"brief confirm {brief} --question 2 --date 2026-01-31 --answer", "Yes, for all.")
    recorder.run(f"brief confirm {brief} --skip")
    recorder.run("brief term Passkey --meaning", "a login without a password")
    recorder.run(f"brief check {brief} --task-type implementation")


def _plan(recorder: Recorder) -> None:
    recorder.run("plan template")
    recorder.world.write(".okstra/plan.md", a_plan({1: (), 2: (1,), 3: ()}))
    recorder.world.write(".okstra/broken.md", a_plan({1: (2,), 2: (1,)}))
    recorder.run("plan check .okstra/broken.md", exit=1)
    recorder.run("plan check .okstra/plan.md")
    recorder.run(f"plan show {KEY}", exit=1)
    recorder.run(f"run prepare {TASK} --task-type implementation", exit=1)
    recorder.run(f"plan approve .okstra/plan.md {TASK} --dry-run")
    recorder.run(f"plan approve .okstra/plan.md {TASK}")
    recorder.run(f"plan show {KEY}")
    recorder.run("status")
    recorder.run("board")
    recorder.run("stage start 9", exit=1)


def _prepare(recorder: Recorder) -> None:
    recorder.run("run list")
    recorder.run(f"run prepare {TASK} --task-type nothing", exit=1)
    recorder.run(f"run prepare {TASK} --task-type requirements-discovery")
    recorder.run(f"run prepare {TASK} --task-type implementation --stage 2", exit=1)
    recorder.run(f"run prepare {TASK} --task-type implementation --stage auto")
    recorder.run(f"run prepare {TASK} --task-type implementation --stage 1")
    recorder.run(f"render-bundle {TASK} --task-type implementation --stage auto --directive Hurry")
    recorder.run(f"render-bundle {TASK} --task-type implementation --stage auto", exit=1)
    recorder.run(f"stage list {TASK}")
    recorder.run("run list")
    recorder.run("worktree list")
    recorder.run(f"status {KEY}")


ASKING = f"""\
---
task: {KEY}
---

# Report

## 1. Clarification Items

| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |
|---|---|---|---|---|---|---|---|
| C-001 | SHOP-12 | decision | Keep the old tokens? | yes/no | next-phase | open | |
| C-002 | SHOP-12 | material | The log of a login that failed | file path | none | open | |
| C-003 | SHOP-12 | data-point | How many users? | number | none | resolved | 40 |
"""


def _answer(recorder: Recorder) -> None:
    recorder.world.write(".okstra/asking.md", ASKING)
    recorder.world.write(".okstra/answers.json", json.dumps({
        "schema": 1, "kind": "okstra-user-response", "task": KEY, "run": None, "report": ".okstra/asking.md",
        "answers": [{"id": "C-001", "answer": "yes", "status": "answered"}],
    }))  # fmt: skip
    named = "--report .okstra/asking.md"
    recorder.run("report clarifications .okstra/asking.md --open")
    recorder.run(f"report answer C-003 --value 50 {named}", exit=1)
    recorder.run(f"report answer C-002 --value later {named}", exit=1)
    recorder.run(f"report answer C-002 --file .okstra/plan.md {named}")
    recorder.run(f"report answer C-001 --value perhaps {named} --dry-run")
    recorder.run("report view .okstra/asking.md")
    recorder.run("report view .okstra/plan.md")
    recorder.run(f"report answers --export {named}")
    recorder.run(f"report answers .okstra/answers.json {named}")
    recorder.run(f"report answers .okstra/plan.md {named}", exit=1)
    recorder.run("report clarifications .okstra/asking.md")
    recorder.world.write(".okstra/older.md", "# Report\n\n## 3. Evidence\n\n## 5. Clarification Items\n\n## 7. Notes\n")
    recorder.run("report migrate .okstra/older.md --dry-run")
    recorder.run("report migrate .okstra/older.md")
    recorder.run("report migrate .okstra/older.md")


def _look_into_bundles(recorder: Recorder) -> None:
    """What a prepared run wrote; documents of bundles are recorded in tests/bundle/snapshots, here by their length."""
    if recorder.form != "json":
        return
    folder = recorder.world.path / ".okstra"
    for path in sorted((folder / "tasks").rglob("*")):
        if path.is_file() and "stage-3" not in path.parts:
            recorder.keep_file("bundle", path, whole=path.suffix != ".md" or path.name == "claude-execution-prompt.md")


def _use_wizard(recorder: Recorder) -> None:
    recorder.run(f"wizard init {WIZARD} --lang en")
    recorder.run(f"wizard step {WIZARD} --answer nonsense", exit=1)
    recorder.run(f"wizard step {WIZARD} --answer {KEY}")
    recorder.run(f"wizard render-args {WIZARD}", exit=1)
    recorder.run(f"wizard step {WIZARD} --answer error-analysis")
    recorder.run(f"wizard step {WIZARD} --back")
    recorder.run(f"wizard step {WIZARD} --answer error-analysis")
    recorder.run(f"wizard step {WIZARD} --abort")
    recorder.run(f"wizard render-args {WIZARD}", exit=1)
    recorder.run(f"wizard forget {WIZARD}")
    recorder.run(f"wizard run {WIZARD}", exit=1)


def _build(recorder: Recorder) -> None:
    stage = _inside(recorder, "stage-1")
    recorder.run(f"stage done 1 {TASK}")
    stage.commit("Add the session store", {"src/session.py": "WEEK = 7\n"})
    stage.write("src/draft.py", "later\n")
    recorder.run(f"stage done 1 {TASK}", exit=1)
    recorder.world.write(".okstra/carry-1.json", json.dumps({"stage": 1, "summary": "the store is there"}))
    recorder.run(f"stage done 1 {TASK} --leave-uncommitted --carry .okstra/carry-1.json")
    recorder.run(f"stage done 1 {TASK} --leave-uncommitted")
    recorder.run(f"stage show 1 {TASK}")
    recorder.run(f"stage show 8 {TASK}", exit=1)
    (stage.path / "src/draft.py").unlink()


def _end_runs(recorder: Recorder) -> None:
    first, third = _run_of(recorder, 1), _run_of(recorder, 3)
    recorder.run(f"run show {first}")
    recorder.run("run show 01ARZ3NDEKTSV4RRFFQ69G5FAV", exit=1)
    recorder.run(f"run resume {first} --explain")
    recorder.run(f"run resume {third}")
    recorder.run(f"validate run {first}", exit=1)
    recorder.run(f"report new --run {first} --output .okstra/new.data.json")
    recorder.run(f"report new --run {first} --output .okstra/new.data.json", exit=1)
    recorder.run("report check .okstra/new.data.json", exit=1)
    recorder.run("validate plan-stages .okstra/plan.md")
    recorder.run("validate workflow --strict")
    recorder.run("validate rules")
    recorder.run(f"run finish {first} --nonce 0123456789abcdef", exit=1)
    recorder.run(f"run finish {first} --next-phase final-verification")
    recorder.run(f"run finish {first}")
    recorder.run(f"run show {first} --archive")
    recorder.run(f"run show {first} --file INDEX.json")
    recorder.run("run abandon 01ARZ3NDEKTSV4RRFFQ69G5FAV", exit=1)
    _inside(recorder, "stage-3").write("src/half.py", "half\n")
    recorder.run(f"run abandon {third} --force --reason tired")
    recorder.run(f"run snapshots {TASK}")
    kept = recorder.query(f"run snapshots {TASK}")["snapshots"][0]["id"]
    recorder.name("SNAPSHOT", kept)
    recorder.run(f"run restore {kept} --dry-run")
    recorder.run("run restore nothing", exit=1)
    recorder.run(f"run restore {kept} --into", str(recorder.world.path.parent / "restored"))
    recorder.run("run list --all --recent 2")


def _rewrite(recorder: Recorder) -> None:
    stage = _inside(recorder, "stage-1")
    recorder.run(f"reconcile {TASK}")
    recorder.name("SESSION-STORE", stage.tip())
    stage.amend({}, "-m", "Add the session store (reworded)")
    recorder.name("REWORDED", stage.tip())
    recorder.run(f"reconcile {TASK} --check")
    recorder.run(f"reconcile {TASK} --apply")
    recorder.run(f"reconcile {TASK} --verify")
    stage.amend({"src/session.py": "WEEK = 8\n"})
    recorder.name("CHANGED", stage.tip())
    recorder.run("hook post-rewrite amend", stdin=f"{recorder.named('REWORDED')} {recorder.named('CHANGED')}\n")
    recorder.run(f"git-reconcile {TASK} --check", exit=2)
    recorder.run("prove", recorder.named("SESSION-STORE"), recorder.named("REWORDED"))
    recorder.run("prove", recorder.named("REWORDED"), recorder.named("CHANGED"), exit=1)
    recorder.run("prove feature/web/login-stage-1 nowhere", exit=1)
    recorder.run("review status feature/web/login-stage-1", exit=2)
    recorder.run("review record --ref", recorder.named("REWORDED"), "--by", "Bea")
    recorder.run("review record --ref feature/web/login-stage-1 --by", "A\tB", exit=1)
    recorder.run("review record --ref feature/web/login-stage-1")
    recorder.run("review status feature/web/login-stage-1")
    recorder.run("review status", recorder.named("SESSION-STORE"))
    recorder.run("verified", exit=1)
    recorder.run("verify unit --clean -- true")
    recorder.run("verify unit --ref feature/web/login-stage-1 -- test -f src/session.py")
    recorder.run("verify unit -- false", exit=1)
    recorder.run("verify unit --input-env API_TOKEN -- true", exit=1)
    recorder.run("verify lint --claimed --exit-code 0 -- make lint")
    recorder.run("verified feature/web/login-stage-1 --name unit -- test -f src/session.py")
    recorder.run("verified --name unit", exit=1)
    recorder.run("verified --name lint", exit=1)
    recorder.run("verified --name lint --claimed")
    recorder.run(f"status {KEY}")
    recorder.run("status --problems")
    recorder.run(f"run prepare {TASK} --task-type implementation --stage 2", exit=2)
    recorder.run(f"reconcile {TASK} --stage 1 --use-ref nowhere --apply", exit=1)
    recorder.run(f"reconcile {TASK} --stage 1 --use-ref feature/web/login-stage-1 --apply")
    recorder.run("reconcile --all --show")
    recorder.run(f"log {KEY} -n 4")


def _verify(recorder: Recorder) -> None:
    recorder.run(f"run prepare {TASK} --task-type implementation --stage 3")
    _inside(recorder, "stage-3").commit("Keep people logged in", {"src/app.py": "import session\n"})
    recorder.run(f"stage done 3 {TASK} --leave-uncommitted")
    recorder.run(f"stage start 2 {TASK} --base main --branch passkeys --no-worktree")
    recorder.run(f"stage start 2 {TASK} --branch feature/web/login-stage-1 --no-worktree", exit=1)
    recorder.run(f"stage release 2 {TASK}")
    recorder.run(f"run prepare {TASK} --task-type final-verification --stage 1")
    recorder.run(f"handoff eligible {TASK}")
    report, data = _write_verdict(recorder, 1, verdict={"token": "rejected"})
    recorder.run(f"handoff record-verified {TASK} --stage 1 --report-path {report} --data-json {data}", exit=1)
    for number in (1, 3):
        report, data = _write_verdict(recorder, number)
        recorder.run(f"handoff record-verified {TASK} --stage {number} --report-path {report} --data-json {data}")
    recorder.run(f"handoff eligible {TASK} --base main --forecast")


def _hand_over(recorder: Recorder) -> None:
    recorder.run(f"handoff assemble {TASK} --stages 2 --base main", exit=1)
    recorder.run(f"handoff assemble {TASK} --stages 1,3 --base main --dry-run")
    recorder.run(f"handoff assemble {TASK} --stages 1,3 --base main")
    recorder.run(f"handoff publish {TASK} --stages 1,3 --dry-run", exit=1)
    recorder.world.git(
        "clone", "-q", "--bare", str(recorder.world.path), str(recorder.world.path.parent / "server.git")
    )
    recorder.world.git("remote", "add", "origin", str(recorder.world.path.parent / "server.git"))
    recorder.world.git("fetch", "-q", "origin")
    recorder.run(f"handoff publish {TASK} --stages 1,3 --dry-run")
    recorder.run(f"handoff publish {TASK} --stages 1,3 --push-only", exit=2)
    recorder.run(f"handoff publish {TASK} --stages 1,3 --push-only --yes")
    branch, url = "feature/web/login-group-1-3", "https://forge.example/shop/pull/7"
    recorder.run(f"handoff record-pr {TASK} --stages 1,3 --branch {branch} --url {url}")
    recorder.run(f"handoff record-closed {TASK} --url {url}8", exit=1)
    recorder.run(f"handoff record-closed {TASK} --url {url} --reason later")
    recorder.run(f"handoff record-pr {TASK} --stages 1,3 --branch {branch} --url {url}9")
    recorder.run(f"handoff status {TASK}")
    recorder.run(f"status {KEY}")


def _land(recorder: Recorder) -> None:
    recorder.world.git("merge", "-q", "--squash", "feature/web/login-group-1-3")
    recorder.world.git("commit", "-q", "-m", "Log in for a week (#9)")
    recorder.name("LANDED", recorder.world.tip())
    recorder.run("landed --all")
    recorder.run("landed feature/web/login-group-1-3")
    recorder.run("landed nothing", exit=1)
    recorder.run("landed --all --prune --dry-run")
    recorder.run(f"handoff status {TASK}")
    recorder.run(f"handoff eligible {TASK}")
    recorder.run(f"stage list {TASK}")
    recorder.run("worktree list")
    recorder.run("worktree repair --dry-run")
    recorder.run("worktree prune --dry-run")
    recorder.run(f"worktree release {TASK} --stage 9")
    recorder.run(f"worktree release {TASK} --stage 1")
    recorder.run("worktree prune")
    recorder.run("worktree list --released")
    recorder.run(f"task close {KEY}")
    recorder.run("task list")


def _inspect(recorder: Recorder) -> None:
    recorder.run(f"inspect history {TASK}")
    recorder.run(f"inspect history {TASK} --since yesteryear", exit=129)
    recorder.run(f"inspect resume {TASK}")
    recorder.run(f"inspect context {TASK}")
    recorder.run(f"inspect run {_run_of(recorder, 1)}")


def _keep_up(recorder: Recorder) -> None:
    recorder.run("log -n 5")
    recorder.run(f"log {KEY} -n 3")
    recorder.run("completion bsh", exit=129)
    recorder.run("completion fish")
    recorder.run("schema")
    recorder.run("schema config get")
    recorder.run("schema config", exit=129)
    recorder.run("doctor")
    recorder.run("doctor --fix")
    recorder.run("fsck")
    recorder.run("fsck --repair")
    recorder.run("demo --keep .", exit=1)


def _adopt(recorder: Recorder) -> None:
    world = recorder.world
    world.git("branch", "by-hand", "main")
    world.git("branch", "later", "main")
    recorder.run("adopt by-hand later --into main~1")
    recorder.run("adopt by-hand")
    recorder.run("adopt nothing", exit=1)
    recorder.run("adopt --undo by-hand")
    recorder.run("adopt --undo by-hand", exit=1)
    recorder.run("adopt --undo --all")


def _report(recorder: Recorder) -> None:
    data = golden_data("release-handoff")
    recorder.world.write(".okstra/handed.data.json", json.dumps(data))
    recorder.world.write(".okstra/wrong.data.json", json.dumps({**data, "sek": "1", "routing": ["shipping"]}))
    recorder.run("report check .okstra/wrong.data.json", exit=1)
    recorder.run("report render .okstra/wrong.data.json", exit=1)
    recorder.run("report check .okstra/handed.data.json")
    recorder.run("report render .okstra/handed.data.json")
    recorder.run("report render .okstra/handed.data.json --output .okstra/plan.md", exit=1)


def _follow_up(recorder: Recorder) -> None:
    rows = [("E-003", "limit", "error-analysis", "Logins are not limited", "out of scope", "yes"),
            ("D-001", "ops:keys", "requirements-discovery", "Rotate the keys", "needs a person", "no")]  # fmt: skip
    report = _write_follow_ups(recorder, "left.md", rows)
    recorder.run(f"followups list {report}")
    recorder.run(f"followups spawn {report} --dry-run")
    recorder.run(f"followups spawn {report}")
    recorder.run(f"followups spawn {report}")
    recorder.run("task show shop:web:limit")
    recorder.run(f"validate improvement {report}", exit=1)
    recorder.run(f"validate report-views {report}")
    wrong = _write_follow_ups(recorder, "wrong.md", [("E-001", "a b", "planning", "", "", "perhaps")])
    recorder.run(f"followups spawn {wrong}", exit=1)


def _name(recorder: Recorder) -> None:
    """Names for what the answers speak of."""
    recorder.name("WRITER", recorder.query("status")["writer"])
    recorder.name("BASE", recorder.world["base"])
    for number, run in enumerate(reversed(recorder.query("run list --all")["runs"]), 1):
        recorder.name(f"RUN-{number}", run["id"])


def _inside(recorder: Recorder, scope: str) -> World:
    """The worktree of a stage."""
    path = recorder.world.path.parent / "worktrees" / KEY.replace(":", "/") / scope
    return World(path, labels=recorder.world.labels, clock=recorder.world.clock)


def _run_of(recorder: Recorder, stage: int) -> str:
    """The id of the newest run that implements the stage."""
    runs = recorder.query(f"run list --all {TASK}")["runs"]
    return next(str(run["id"]) for run in runs if (run["task_type"], run["stage"]) == ("implementation", stage))


def _write_follow_ups(recorder: Recorder, name: str, rows: Sequence[Sequence[str]]) -> str:
    """A report that found more than it delivered."""
    table = [FOLLOW_UP_COLUMNS, ("---",) * len(FOLLOW_UP_COLUMNS), *rows]
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    recorder.world.write(name, f"---\ntask: {KEY}\n---\n\n## 4. {HEADING_FOLLOW_UPS}\n\n{lines}\n")
    return name


def _write_verdict(recorder: Recorder, number: int, **changes: object) -> tuple[Path, Path]:
    """A report and its data, as a lead would write them outside of the worktree."""
    folder = recorder.world.path.parent / "reports"
    folder.mkdir(exist_ok=True)
    said: Mapping[str, object] = data_json(number, **changes)
    report, data = folder / f"stage-{number}.md", folder / f"stage-{number}.json"
    report.write_text(REPORT.format(verdict="rejected" if changes else "accepted"))
    data.write_text(json.dumps(said))
    return report, data


def _work(recorder: Recorder) -> None:
    """A worker whose supervisor is gone, and what is refused before a program is started."""
    prompt, folder = "prompts/codex-worker-prompt001.md", recorder.world.path / "prompts"
    recorder.run("worker exec --cli nobody --prompt prompts/codex-worker-prompt001.md", exit=1)
    recorder.run("worker exec --cli codex --prompt prompts/missing.md", exit=1)
    folder.mkdir()
    (recorder.world.path / prompt).write_text("Read nothing.\n")
    status = WorkerStatus(cli="codex", worker="codex-worker", prompt=prompt, host="h", boot="b", state="ended",
                          started=1.0, ended=61.0, heartbeat=61.0, status="error", reason="rate-limited",
                          message="too many requests", session="s", events=9, turns=2, tokens=30)  # fmt: skip
    (folder / "codex-worker-prompt001.status.json").write_bytes(status.to_json())
    recorder.run(f"worker status {prompt}")
    recorder.run(f"worker wait {prompt}", exit=1)
    recorder.run(f"worker stop {prompt}")
    recorder.run("worker stop", exit=129)
    recorder.run("watch --once --task-key shop:web:nothing", exit=1)
    recorder.run("watch --once")
    recorder.run("run resume --all --plan")
    recorder.run("run resume --all", exit=129)
    recorder.run(f"run drive {TASK} --dry-run", exit=2)
    recorder.run("usage show --by landed")
    recorder.run("panes where")
    recorder.run("panes list --run-dir .okstra")
    recorder.run("panes clean --run-dir .okstra --dry-run")
    recorder.run("panes clean --run-dir prompts", exit=1)
    recorder.run("panes reap --dry-run")
    recorder.run("usage show --by weather", exit=129)
    recorder.run("usage collect prompts/codex-worker-prompt001.status.json", exit=1)
    recorder.run("token-usage prompts/missing.json", exit=1)
    recorder.run(f"run start {TASK} --task-type requirements-discovery", exit=1)
    recorder.run(f"run start {TASK} --task-type requirements-discovery --here --headless", exit=129)
