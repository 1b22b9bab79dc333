"""A world whose stages are done and verified, the way skills do it: through the command line alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kit.answers import Answer
from tests.kit.scenario import Files, World
from tests.kit.stores import NAME
from tests.kit.templates import build_once, take_step

REPORT = """\
# Verification

## 7. Final Verdict

| Field | Value |
|---|---|
| Verdict Token | `{verdict}` |
"""


def begin(path: Path, *, hooks: bool = False) -> World:
    """A repository set up with an open task and nothing recorded."""
    world = World.begin(path)
    if hooks:
        _begin(world)
        return world
    return build_once(world, "begun", lambda new: _begin(new, "--no-hooks"))


def _begin(world: World, *flags: str) -> None:
    world.okstra("init", "--project-id", "shop", *flags)
    world.okstra("task", "open", NAME)


def stage(
    world: World,
    number: int,
    files: Files | None = None,
    *,
    base: str = "main",
    after: Sequence[int] = (),
    title: str = "",
) -> str:
    """A stage on a branch of its own, started at `base`, with one commit, recorded as done; its commit."""
    step = ("stage", number, repr(files), base, tuple(after), title)
    return take_step(world, step, lambda: _stage(world, number, files, base=base, after=after, title=title))


def _stage(world: World, number: int, files: Files | None, *, base: str, after: Sequence[int], title: str) -> str:
    branch = f"s{number}"
    world.branch(branch, base)
    world.commit(f"S{number}", files if files is not None else {f"f{number}.txt": f"{number}\n"})
    needs = ["--depends-on", ",".join(map(str, after))] if after else []
    named = ["--title", title] if title else []
    start = ["stage", "start", str(number), "--task-key", NAME, "--base", base, "--branch", branch, "--no-worktree"]
    world.okstra(*start, *needs, *named)
    world.okstra("stage", "done", str(number), "--task-key", NAME)
    return world.tip()


def data_json(number: int, **changes: Any) -> dict[str, Any]:
    """What a final-verification report's data says of an accepted stage."""
    return {
        "taskType": "final-verification",
        "verificationScope": "single-stage",
        "stage": number,
        "verdict": {"token": "accepted"},
        "routing": ["release-handoff(stage-group)"],
        "validationEvidence": [{"command": "make test", "exitCode": 0}],
        "databaseVerified": None,
        **changes,
    }


def verify(world: World, number: int, *, exit: int = 0, flags: Sequence[str] = (), **changes: Any) -> Answer:
    """Verify a stage: report and data are written outside the worktree and recorded, anew for what it is now."""
    folder = world.path.parent / "reports"
    folder.mkdir(exist_ok=True)
    data, report = folder / f"stage-{number}.json", folder / f"stage-{number}.md"
    run = world.ask("rev-parse", "-q", "--verify", f"refs/heads/s{number}", ok=False) or world.tip()
    said = data_json(number, runId=run, **changes)
    data.write_text(json.dumps(said))
    token = said["verdict"]["token"] if isinstance(said["verdict"], dict) else "accepted"
    report.write_text(f"{REPORT.format(verdict=token)}\n{run}\n")
    where = ["--report-path", str(report), "--data-json", str(data)]
    return world.okstra(
        "handoff", "record-verified", "--task-key", NAME, "--stage", str(number), *where, *flags, exit=exit
    )


def ready(world: World, number: int, files: Files | None = None, **how: Any) -> str:
    """A stage, done and verified; its commit."""
    return take_step(world, ("ready", number, repr(files), repr(how)), lambda: _ready(world, number, files, how))


def _ready(world: World, number: int, files: Files | None, how: Mapping[str, Any]) -> str:
    commit = stage(world, number, files, **how)
    verify(world, number)
    return commit


def handoff(world: World, command: str, *flags: str, exit: int = 0) -> Mapping[str, Any]:
    """A handoff command's JSON."""
    answer: Mapping[str, Any] = world.okstra("handoff", command, "--task-key", NAME, *flags, "--json", exit=exit).json
    return answer


def reasons(world: World) -> dict[int, list[str]]:
    """Stage -> the codes of what keeps it here."""
    return {row["stage"]: row["reasons"] for row in handoff(world, "eligible")["stages"]}


def groups(world: World) -> list[list[int]]:
    """The suggested groups."""
    found: list[list[int]] = handoff(world, "eligible")["suggested_groups"]
    return found


def files_of(world: World, revision: str) -> dict[str, str]:
    """Every file of a commit with its content."""
    names = world.ask("ls-tree", "-r", "--name-only", revision).splitlines()
    return {name: world.ask("show", f"{revision}:{name}") for name in names}
