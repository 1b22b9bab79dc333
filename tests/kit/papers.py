"""Plans and briefs as a person would write them, for tests of runs."""

from collections.abc import Mapping, Sequence

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
