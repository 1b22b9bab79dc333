"""A repository with an open task, and a brief and an approved plan as a person would write them, for tests of runs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kit.answers import Answer
from tests.kit.scenario import World
from tests.kit.templates import build_once

KEY = "shop:web:login"
PREPARE = ("run", "prepare", "--task-key", KEY, "--task-type")


def set_up(world: World, stages: Mapping[int, Sequence[int]], *, brief: str | None = None) -> World:
    """Open the task, write and approve a plan of these stages (number -> dependencies)."""
    plan = a_plan(stages)
    return build_once(world, ("set up", plan, brief), lambda new: _set_up(new, plan, brief or a_brief()))


def _set_up(world: World, plan: str, brief: str) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("config", "set", "worktreeRoot", str(world.path.parent / "worktrees"))
    world.okstra("task", "open", KEY)
    world.write(".okstra/briefs/web/login.md", brief)
    world.write(".okstra/plan.md", plan)
    approve(world, ".okstra/plan.md")


def approve(world: World, path: str) -> None:
    """Approve the plan as it stands."""
    world.okstra("plan", "approve", path, "--task-key", KEY)


def prepare(world: World, *more: str, task_type: str = "implementation", exit: int | None = 0) -> Answer:
    """Prepare a run in this process, as JSON."""
    return world.okstra(*PREPARE, task_type, *more, "--json", exit=exit)


def code_of(answer: Answer) -> str:
    """The code of a refusal, which has a hint."""
    error = answer.json["error"]
    assert error["hint"]
    return str(error["code"])


def runs(world: World) -> list[dict[str, Any]]:
    """Every run on record, oldest first."""
    found: list[dict[str, Any]] = world.okstra("run", "list", "--all", "--json").json["runs"]
    return found[::-1]


def folder(world: World) -> Path:
    """The task's folder."""
    return world.path / ".okstra/tasks/shop/web/login"


def manifest(world: World, stem: str, *, stage: int = 1, seq: int = 1) -> Any:
    """One of the JSON documents of an implementation run."""
    path = folder(world) / f"runs/implementation/stage-{stage}/{stem}-implementation-{seq:03}.json"
    return json.loads(path.read_text())


BRIEF = """\
---
title: Log in with a passkey
reporter-confirmations: complete
ticket: SHOP-12
---

# Brief

## Source Material

People ask for a login without passwords.

## Open Questions

- general: which browsers matter?
"""


def a_brief(gate: str = "complete", *, questions: Sequence[str] = ()) -> str:
    """A brief with this reporter gate and these open questions."""
    text = BRIEF.replace("reporter-confirmations: complete", f"reporter-confirmations: {gate}")
    return text + "".join(f"- {question}\n" for question in questions)


def a_stage(number: int, depends_on: Sequence[int] = (), files: Sequence[str] = ()) -> str:
    """The section of one stage with every block."""
    listed = "\n".join(f"- `{path}`" for path in (files or [f"src/s{number}.py"]))
    needs = ", ".join(map(str, depends_on)) or "(none)"
    return f"""\
### Stage {number}: part {number}

- depends-on: {needs}

#### Files

{listed}

#### Steps

1. Write the failing test of part {number}.
2. Make it pass.

#### Stage Validation

```sh
python -m pytest tests/test_s{number}.py
```

#### Stage Exit Contract

Part {number} works and is exported.

#### Rollback

Revert the commits of stage {number}.

"""


def a_plan(stages: Mapping[int, Sequence[int]], *, files: Mapping[int, Sequence[str]] | None = None) -> str:
    """A plan of these stages (number -> what it depends on), not yet approved."""
    rows = "".join(f"| {n} | part {n} | {', '.join(map(str, needs)) or '(none)'} |\n" for n, needs in stages.items())
    sections = "".join(a_stage(n, needs, (files or {}).get(n, ())) for n, needs in stages.items())
    return f"""\
---
title: Log in with a passkey
approved: false
---

# Plan

- [ ] Approved

## 5.5 Implementation Plan Deliverables

### Stage Map

| Stage | Title | Depends on |
|---|---|---|
{rows}
{sections}"""
