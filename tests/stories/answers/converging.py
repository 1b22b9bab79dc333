"""The chapter in which workers differ: about what they found, and about a plan."""

import json
from typing import Any

from tests.kit.prepared import a_brief, a_plan
from tests.stories.answers.recording import Recorder

KEY = "shop:web:signup"
FOLDER = ".okstra/tasks/shop/web/signup/runs"
RESULTS = {
    "claude": "- [F-001] sessions are lost\n- [F-002] the cookie has no SameSite",
    "codex": "- 1.1 the session is dropped\n- this one has no id",
}


def converge(recorder: Recorder) -> None:
    """Two analysers, a round that leaves them apart, a second one that is left out; then a plan that is blocked."""
    recorder.query(f"task open {KEY}")
    recorder.world.write(".okstra/briefs/web/signup.md", a_brief())
    _findings(recorder)
    _plan(recorder)


def _findings(recorder: Recorder) -> None:
    run = f"--run {_prepare(recorder, 'error-analysis')}"
    recorder.run(f"convergence show {run}", exit=1)
    for worker, items in RESULTS.items():
        path = f"{FOLDER}/error-analysis/worker-results/{worker}-worker-error-analysis-001.md"
        recorder.world.write(path, f"## 1. Findings\n\n{items}\n")
    recorder.run(f"convergence findings {run} --same claude:F-001,codex:1.9", exit=1)
    recorder.run(f"convergence findings {run} --same claude:F-001,codex:1.1")
    recorder.run(f"convergence batch {run}")
    recorder.run(f"convergence record {run} --round 1", exit=1)
    _answer(recorder, f"convergence batch {run}", "claude:F-002")
    recorder.run(f"convergence record {run} --round 1")
    recorder.run(f"convergence close {run}", exit=1)
    recorder.run(f"convergence close {run} --skip-round-2", "the cookie is not ours")
    recorder.run(f"convergence show {run}")


def _plan(recorder: Recorder) -> None:
    run = f"--run {_prepare(recorder, 'implementation-planning')}"
    draft = f"{FOLDER}/implementation-planning/reports/final-report-implementation-planning-001.md"
    recorder.world.write(draft, a_plan({1: ()}))
    recorder.run(f"convergence plan-items {run}")
    recorder.run(f"convergence plan-items {run} --worker codex")
    recorder.run(f"convergence plan-gate {run}", exit=1)
    _answer(recorder, f"convergence plan-items {run}", "P-1-F1")
    recorder.run(f"convergence plan-gate {run} --without claude")
    recorder.run(f"convergence plan-gate {run} --check", exit=1)
    recorder.run(f"plan approve {draft} --task-key {KEY}", exit=1)


def _prepare(recorder: Recorder, task_type: str) -> str:
    prepared = recorder.query(f"run prepare --task-key {KEY} --task-type {task_type}")
    return str(prepared["run"])


def _answer(recorder: Recorder, line: str, disputed: str) -> None:
    """A verdict file of everybody, in which all but claude are against one thing."""
    answers: dict[str, Any] = recorder.query(line)
    for batch in answers["batches"]:
        for entry in batch["file"]["verdicts"]:
            is_against = entry["id"] == disputed and batch["worker"] != "claude"
            entry.update(verdict="disagree" if is_against else "agree", reason="src/session.py:12")
        recorder.world.write(batch["path"], json.dumps(batch["file"]))
