"""`validate run` of a run with a report of 500 rows, as a process; all rules over ten times the rows."""

import gc
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import judge, new_repository, okstra, say
from okstra_git.documents.markdown import parse_document
from okstra_git.validation.rule import apply_rules
from okstra_git.validation.table import RULES
from tests.kit.prepared import a_brief
from tests.validation.bundles import RESULT, bundle, data_of, team_of_run

KEY, TYPE = "bench:web:login", "error-analysis"
FOLDER = f".okstra/tasks/bench/web/login/runs/{TYPE}"
ROWS, ROUNDS = 500, 5
LIMIT_RUN = 1.0
"""Processor seconds of a whole `validate run`, start-up included."""

LIMIT_ROWS = 12.0
FEW, MANY = 50, 500


def main() -> int:
    """Print times and ratio; 1 when a limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "shop")
        _leave_a_run(place)
        took = median(okstra(place, "validate", "run", "--task-key", KEY).processor for _ in range(ROUNDS))
    say(f"{ROWS} rows: validate run {took * 1000:.0f} ms of processor time")
    ratio = _spent(MANY) / _spent(FEW)
    checks = [judge("validate run", took, LIMIT_RUN, unit=" s"), judge("ten times the rows", ratio, LIMIT_ROWS)]
    return 0 if all(checks) else 1


def _leave_a_run(place: Path) -> None:
    """A run with everything that it owes."""
    okstra(place, "init", "--project-id", "bench", "--no-hooks")
    okstra(place, "task", "open", KEY, "--ticket", "SHOP-12")
    (place / "brief.md").write_text(a_brief())
    said = okstra(place, "run", "prepare", "--task-key", KEY, "--task-type", TYPE, "--brief", "brief.md", "--json")
    manifest = json.loads((place / FOLDER / f"manifests/run-manifest-{TYPE}-001.json").read_text())
    data = {**data_of(TYPE), **_rows(ROWS), "taskKey": KEY, "runId": json.loads(said.out)["run"]}
    path = place / FOLDER / f"reports/final-report-{TYPE}-001.data.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**data, "nonce": manifest["nonce"]}))
    results = place / FOLDER / "worker-results"
    results.mkdir(exist_ok=True)
    for worker in ("claude-worker", "codex-worker", "report-writer-worker"):
        (results / f"{worker}-audit-{TYPE}-001.md").write_text("- brief.md, to its end\n")
        if worker != "report-writer-worker":
            (results / f"{worker}-{TYPE}-001.md").write_text(RESULT.format(worker=worker))
    team = place / FOLDER / f"state/team-state-{TYPE}-001.json"
    state = json.loads(team.read_text())
    team.write_text(json.dumps({**state, **{key: team_of_run()[key] for key in ("teamCreate", "workers")}}))
    okstra(place, "report", "render", str(path))


def _rows(count: int) -> Mapping[str, Any]:
    own = data_of(TYPE)
    first = own["evidence"]["primary"][0]
    evidence = [{**first, "id": f"E-{number % 1000:03}"} for number in range(1, count + 1)]
    return {"evidence": {"primary": evidence}}


def _spent(rows: int) -> float:
    """Processor seconds of all rules, the parsing and rendering of the report included; of the quickest round."""
    times = []
    for _ in range(ROUNDS):
        documents = bundle(TYPE, **_rows(rows))
        parse_document.cache_clear()
        gc.collect()
        gc.disable()
        began = time.process_time()
        apply_rules(RULES, documents)
        times.append(time.process_time() - began)
        gc.enable()
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
