"""The last act: two verified stages become a group, are published, and land."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from okstra_cli.demo.beats import Beat, Say, Title
from okstra_cli.demo.handing_out import KEY, TASK
from okstra_cli.demo.playground import Playground

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
