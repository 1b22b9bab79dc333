"""What a stranger's log tells: one event of every type, all sound, so that a single odd value is the only odd thing."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.properties.strangers.scene import Scene

STRANGER = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
RUNS = tuple(f"01M8NJ4K{letter * 18}" for letter in "ABC")
"""Runs of the story: one that finished, one that was abandoned, one that is led."""

CLOCK = 900
Json = dict[str, Any]


@dataclass(frozen=True)
class Tale:
    """A story to tell: of which task (slashed), and the number before the first stage in it."""

    task: str
    offset: int = 0


def tell(scene: Scene, tale: Tale) -> list[Json]:
    """The events, in order."""
    facts = [*_beginning(scene, tale), *_stages(scene, tale), *_groups(scene, tale), *_runs(scene, tale)]
    return [_event(number, {"task": tale.task, **fact}) for number, fact in enumerate(facts, 1)]


def _event(number: int, fact: Json) -> Json:
    at = f"2026-11-{1 + number // 24:02}T{number % 24:02}:00:00.000Z"
    return {"v": 1, "id": f"01M8NJ4K0000000000000000{number:02}", "at": at, "clock": CLOCK + number, "seq": number,
            "writer": STRANGER, "by": "Eve Example <eve@example.org>", "fact": fact}  # fmt: skip


def _print(scene: Scene, name: str) -> Json:
    """A fingerprint of the change from the base to one of the commits."""
    head = scene.ids[name]
    made = scene.prints["stage.done"]
    return {
        **made,
        "head": head,
        "head_tree": scene.trees[name],
        "base": scene.ids["base"],
        "parents": [scene.ids["base"]],
    }


def _evidence(found: Json) -> Json:
    trees = {f"{age}_{end}_tree": found[f"{end}_tree"] for age in ("old", "new") for end in ("base", "head")}
    return {**trees, "partly_absorbed": False, "judged_by": "libgit2-1.9"}


def _beginning(scene: Scene, tale: Tale) -> list[Json]:
    one, two = tale.offset + 1, tale.offset + 2
    anchor = {**scene.prints["anchor.set"]}
    plan = {"path": ".okstra/plan.md", "blob": scene.ids["blob"], "commit": scene.ids["base"],
            "stages": [{"number": one, "title": "part", "depends_on": [], "files": ["src/a.py"]},
                       {"number": two, "title": "other", "depends_on": [one], "files": []}]}  # fmt: skip
    return [
        {"type": "task.opened", "category": "feature", "title": "Theirs", "tickets": ["SHOP-9"]},
        {"type": "task.closed", "reason": "done with"},
        {"type": "task.opened", "category": "bugfix", "title": "Theirs again", "tickets": []},
        {"type": "task.spawned", "parent": "shop/web/parent", "report": ".okstra/r.md", "run": "", "row": "E-003",
         "task_type": "error-analysis"},
        {"type": "anchor.set", "range": anchor, "ref": "main"},
        {"type": "anchor.moved", "old": anchor["head"], "range": anchor, "proof": "user", "ref": "main",
         "evidence": _evidence(anchor)},
        {"type": "plan.approved", **plan},
    ]  # fmt: skip


def _stages(scene: Scene, tale: Tale) -> list[Json]:
    one, two = tale.offset + 1, tale.offset + 2
    first, second, base = _print(scene, "head"), _print(scene, "other"), scene.ids["base"]
    evidence = _evidence(first)
    place = {"branch": "t1", "worktree": str(scene.base / "theirs"), "base_ref": "main", "adopted": True,
             "phase": "implementation", "stages": [one]}  # fmt: skip
    begun = {"base": base, "base_ref": "main", "title": "part"}
    report = {"report": ".okstra/r.md", "report_blob": scene.ids["blob"], "data": ".okstra/d.json",
              "data_blob": scene.ids["blob"], "verdict": "accepted", "database": None, "again": "",
              "checks": [{"command": "make test", "exit_code": 0}]}  # fmt: skip
    return [
        {"type": "place.reserved", "scope": f"stage-{one}", **place},
        {"type": "stage.started", "stage": one, "branch": "t1", "depends_on": [], **begun},
        {"type": "stage.done", "stage": one, "branch": "t1", "range": second, "carry": scene.ids["blob"]},
        {"type": "stage.moved", "stage": one, "old": second["head"], "range": first, "proof": "user",
         "evidence": evidence, "found_by": "branch", "ref": "t1", "branch": "t1", "landed": False,
         "verified_carries": True},
        {"type": "stage.started", "stage": two, "branch": "t2", "depends_on": [one], **begun},
        {"type": "stage.done", "stage": two, "branch": "t2", "range": second, "carry": None},
        {"type": "stage.verified", "stage": two, "commit": second["head"], "tree": second["head_tree"], **report},
        {"type": "stage.landed", "stage": two, "recorded": second["head"], "target": "main", "landed": base,
         "how": "user", "group": ""},
        {"type": "stage.unlanded", "stage": two, "recorded": second["head"], "landed": base, "target": "main"},
        {"type": "group.verified", "run": RUNS[0], "assembled": _assembled(scene, tale), **report},
        {"type": "place.reserved", **place, "scope": "", "branch": "feature/theirs"},
        {"type": "place.released", "scope": "", "branch": "feature/theirs"},
    ]  # fmt: skip


def _members(scene: Scene, tale: Tale) -> list[Json]:
    made = [(1, _print(scene, "head")), (2, _print(scene, "other"))]
    return [{"stage": tale.offset + number, "commit": found["head"], "tree": found["head_tree"],
             "delta": found["delta"], "how": "merged"} for number, found in made]  # fmt: skip


def _assembled(scene: Scene, tale: Tale) -> Json:
    made = _print(scene, "head")
    return {"stages": [tale.offset + 1, tale.offset + 2], "base_ref": "main", "base": made["base"],
            "commit": made["head"], "tree": made["head_tree"], "members": _members(scene, tale)}  # fmt: skip


def _groups(scene: Scene, tale: Tale) -> list[Json]:
    stages = [tale.offset + 1, tale.offset + 2]
    group, alone = "-".join(map(str, stages)), str(stages[0])
    made = {"branch": "t1", "base_ref": "main", "range": _print(scene, "head")}
    url = "https://forge.example/pull/1"
    return [
        {"type": "group.assembled", "group": group, "stages": stages, "members": _members(scene, tale), **made},
        {"type": "group.assembled", "group": alone, "stages": stages[:1], "members": _members(scene, tale)[:1], **made},
        {"type": "group.superseded", "group": alone, "replaced_by": group},
        {"type": "pr.recorded", "url": url + "1", "group": alone, "stages": stages[:1], "branch": "t1",
         "base_ref": "main", "commit": scene.ids["head"], "members": _members(scene, tale)[:1]},
        {"type": "pr.closed", "url": url + "1", "status": "superseded", "reason": "again", "replaced_by": url},
        {"type": "pr.recorded", "url": url, "group": group, "stages": stages, "branch": "t1", "base_ref": "main",
         "commit": scene.ids["head"], "members": _members(scene, tale)},
    ]  # fmt: skip


def _runs(scene: Scene, tale: Tale) -> list[Json]:
    stage = tale.offset + 1
    dead = {"host": platform.node(), "boot": "b", "pid": 4_000_000, "born": 1.0, "name": "sh"}
    folder = f".okstra/tasks/{tale.task}/runs/implementation/stage-{stage}"
    prepared = {"stage": stage, "holder": dead, "nonce": "0123456789abcdef", "folder": folder,
                "instruction_set": f"{folder}/instruction-set/001", "team": "okstra-theirs", "session": "s",
                "branch": "t1", "worktree": str(scene.base / "theirs"), "plan": scene.ids["blob"],
                "brief": {"path": ".okstra/briefs/web/login.md", "blob": scene.ids["blob"]},
                "waivers": [{"stage_key": "stage-1", "reason": "because"}]}  # fmt: skip
    numbers = {"manifests": 1, "reports": 1, "sessions": 1, "state": 1}
    claims = [("implementation", stage, None), ("final-verification", None, _assembled(scene, tale)),
              ("implementation", stage, None)]  # fmt: skip
    facts: list[Json] = []
    for seq, (run, (kind, claimed, assembled)) in enumerate(zip(RUNS, claims, strict=True), 1):
        facts += [
            {"type": "run.claimed", "run": run, "task_type": kind, "seq": seq, "stage": claimed, "holder": dead,
             "inputs": "0" * 32, "numbers": numbers, "assembled": assembled},
            {"type": "run.prepared", "run": run, **prepared},
        ]  # fmt: skip
        facts += _after(run, seq, dead, scene)
    return facts


def _after(run: str, seq: int, holder: Json, scene: Scene) -> list[Json]:
    if seq == 1:
        return [{"type": "run.concluded", "run": run, "verdict": "accepted", "direction": "proceed",
                 "routing": ["implementation"]},
                {"type": "run.validated", "run": run, "result": "passed", "warnings": 1},
                {"type": "run.replayed", "run": run, "stage": 1, "commit": scene.ids["head"],
                 "tree": scene.ids["tree"], "commands": [
                     {"command": "make test", "recorded": 0, "exit_code": 1, "reason": "it needs a shell"}]},
                {"type": "run.led", "run": run, "lead": {"program": "claude", "session": "s", "headless": True}},
                {"type": "worker.ended", "run": run, "worker": {
                    "name": "codex-worker", "program": "codex", "session": "s", "status": "error", "reason": "killed",
                    "message": "m", "resets": "2026-11-30T10:00:00Z", "started": "2026-11-30T09:00:00.000Z",
                    "ended": "2026-11-30T09:01:00.000Z"}},
                {"type": "usage.recorded", "run": run, "usage": {
                    "worker": "codex-worker", "program": "codex", "session": "s", "source": "result",
                    "parser": "codex-1", "confidence": "exact", "remarks": ["r"], "counters": [
                        {"model": "gpt-5", "day": "2026-11-30", "fresh": 1, "cached": 2, "written": 3, "output": 4,
                         "thought": 1, "requests": 1}]}},
                {"type": "run.finished", "run": run, "outcome": "finished", "report": ".okstra/r.md",
                 "next_phase": "implementation", "archive": scene.ids["tree"], "reason": ""}]  # fmt: skip
    if seq == 2:
        return [{"type": "run.abandoned", "run": run, "reason": "no more", "archive": ""}]
    return [{"type": "run.resumed", "run": run, "holder": holder, "nonce": "fedcba9876543210", "session": "s",
             "team": "okstra-theirs"}]  # fmt: skip


def lines_of(events: list[Json]) -> list[bytes]:
    """A line of JSON for each."""
    return [json.dumps(event).encode() for event in events]


def spots(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value in an event or a document, the containers included, the whole excluded."""
    if isinstance(value, Mapping):
        inner = [(*path, key) for key in value]
    elif isinstance(value, list):
        inner = [(*path, number) for number in range(len(value))]
    else:
        inner = []
    return [way for step in inner for way in (step, *spots(value[step[-1]], step))]


def put(value: Any, way: tuple[str | int, ...], new: Any) -> Any:
    """A copy in which another value stands at the end of the way."""
    if not way:
        return new
    step, *rest = way
    if isinstance(value, Mapping):
        return {**value, step: put(value[str(step)], tuple(rest), new)}
    return [put(each, tuple(rest), new) if number == step else each for number, each in enumerate(value)]


def find(folder: Path) -> list[str]:
    """Every file below a folder, by relative path, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
