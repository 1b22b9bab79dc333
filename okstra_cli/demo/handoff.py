"""The acts about several stages at once: they are handed out to runs, and their work leaves as pull requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from okstra_cli.demo.playground import Beat, Playground, Ran, Say, Title

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


SERVER = ".okstra/server.git"
URL = "https://forge.example/shop/pull/7"
BRANCH = "feature/web/cart-group-1-2"
WORK = {
    1: ("src/shop/cart.py", "class Cart(dict):\n    def add(self, tea):\n        self[tea] = self.get(tea, 0) + 1\n"),
    2: ("src/shop/prices.py", "CENTS = {'assam': 450, 'sencha': 620, 'rooibos': 380}\n"),
}
MESSAGES = {1: "Keep a cart", 2: "Show prices"}
REPORT = """\
# Verification of stage {stage}

## 7. Final Verdict

| Field | Value |
|---|---|
| Verdict Token | `accepted` |
"""


def hand_over(play: Playground) -> Iterator[Beat]:
    """The stages that the agents of the act before had got."""
    yield Title("Two stages become a pull request")
    yield Say("The agents have done their work, and each stage was verified by a run of its own. Its lead records "
              "that; the verification holds for these very files, whatever becomes of the commit.")  # fmt: skip
    for stage in WORK:
        _build(play, stage)
        verified = play.okstra("handoff", "record-verified", *TASK, "--stage", str(stage), *_papers(play, stage))
        if stage == 1:
            yield verified
    yield Say("What is ready need not wait for the rest. The merge happens in memory: were the stages to contradict "
              "each other, the answer would say where, and nothing would be made.")  # fmt: skip
    assembled = play.okstra("handoff", "assemble", *TASK, "--stages", "1,2", "--base", "main")
    yield replace(assembled, said=tuple(line for line in assembled.said if not line.startswith("worktree: ")))
    yield Say("Nothing is pushed without a yes, and nothing by force. This server is a bare repository, so somebody "
              "opens the pull request there and says so; with GitHub's program, publish does it.")  # fmt: skip
    play.git("init", "-q", "--bare", "-b", "main", SERVER)
    play.git("remote", "add", "server", SERVER)
    play.git("push", "-q", "server", "main")
    yield play.okstra("handoff", "publish", *TASK, "--push-only", "--yes")
    words = ("--stages", "1,2", "--branch", BRANCH, "--url", URL)
    yield play.okstra("handoff", "record-pr", *TASK, *words)
    yield Say("Somebody presses the button, and both stages arrive as one commit with another message. Nobody tells "
              "okstra, and it asks no server: the group's whole change is in main, which can be proven.")  # fmt: skip
    play.git("switch", "-q", "main")
    yield play.git("merge", "-q", "--squash", BRANCH)
    yield play.git("commit", "-q", "-m", "Keep a cart and show prices (#7)")
    yield play.okstra("handoff", "status", *TASK, "-q")
    play.git("switch", "-q", "-")


def _build(play: Playground, stage: int) -> None:
    """What the agent of the stage does, in its worktree."""
    path, text = WORK[stage]
    worktree = f".okstra/worktrees/{KEY.replace(':', '/')}/stage-{stage}"
    play.write({f"{worktree}/{path}": text})
    play.git("-C", worktree, "add", path)
    play.git("-C", worktree, "commit", "-q", "-m", MESSAGES[stage])
    play.okstra("stage", "done", str(stage), *TASK)


def _papers(play: Playground, stage: int) -> tuple[str, ...]:
    """Report and data of a verification, as the options that name them."""
    data = {
        "taskType": "final-verification",
        "verificationScope": "single-stage",
        "stage": stage,
        "verdict": {"token": "accepted"},
        "routing": ["release-handoff(stage-group)"],
        "validationEvidence": [{"command": "python -m pytest", "exitCode": 0}],
    }
    report, values = f".okstra/verified-{stage}.md", f".okstra/verified-{stage}.json"
    play.write({report: REPORT.format(stage=stage), values: json.dumps(data)})
    return ("--report-path", report, "--data-json", values)
