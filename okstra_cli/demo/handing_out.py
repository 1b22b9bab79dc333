"""The seventh act: a plan is approved, and two runs are prepared from it side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from okstra_cli.demo.beats import Beat, Ran, Say, Title
from okstra_cli.demo.playground import Playground

KEY = "shop:web:cart"
TASK = ("--task-key", KEY)
PLAN = ".okstra/plans/cart.md"
FILES = {
    ".okstra/briefs/web/cart.md": """\
---
title: A cart
reporter-confirmations: complete
---

# Brief

## Source Material

"People buy more than one kind of tea."
""",
    PLAN: """\
---
title: A cart
approved: false
---

# Plan: a cart

- [ ] Approved

## Stage Map

### Stage 1: Keep a cart

- **Files:** `src/shop/cart.py` (new)
- **Steps:** a failing test for adding tea, then the cart
- **Stage Validation:** `python -m pytest tests/test_cart.py`
- **Stage Exit Contract:** `Cart.add()` and `Cart.total()` exist
- **Rollback:** revert the commits

### Stage 2: Show prices

- **Files:** `src/shop/prices.py` (new)
- **Steps:** a failing test for one price, then the list
- **Stage Validation:** `python -m pytest tests/test_prices.py`
- **Stage Exit Contract:** every tea has a price
- **Rollback:** revert the commits

### Stage 3: Pay

- **Depends on:** 1, 2
- **Files:** `src/shop/paying.py` (new)
- **Steps:** a failing test for a bill, then the bill
- **Stage Validation:** `python -m pytest`
- **Stage Exit Contract:** a cart can be paid
- **Rollback:** revert the commits
""",
}


def hand_out(play: Playground) -> Iterator[Beat]:
    """A task of its own, in the same repository."""
    yield Title("Two agents get a stage each")
    yield Say("Another task begins with a plan of three stages; the third one needs the others. A person approves it, "
              "and from then on any change to the plan needs another approval.")  # fmt: skip
    play.write(FILES)
    play.okstra("config", "set", "worktreeRoot", str(play.repository / ".okstra/worktrees"))
    yield play.okstra("task", "open", KEY, "--title", "A cart")
    yield play.okstra("plan", "approve", PLAN, *TASK)
    yield Say("A prepare reserves a stage with its worktree and writes what a lead agent starts from. Behind the "
              "labels comes the prompt, left out here:")  # fmt: skip
    yield _labels(play.okstra("run", "prepare", *TASK, "--task-type", "implementation", "--stage", "1"))
    yield Say("The next one learns that stage 1 is taken; its prompt forbids what the two would fight about.")
    yield _labels(play.okstra("run", "prepare", *TASK, "--task-type", "implementation", "--stage", "2"))
    yield play.okstra("plan", "show", KEY)
    yield Say("When the process behind a run dies, its stage is free again, and nothing of its work is lost.")


def _labels(ran: Ran) -> Ran:
    """Only the labelled lines of a prepare."""
    return replace(ran, said=tuple(line for line in ran.said if line.startswith("okstra ")))
