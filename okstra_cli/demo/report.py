"""The act about one report: its data are filled in, it is rendered, a person answers, and the next run goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from okstra_cli.demo.playground import Beat, Playground, Ran, Say, Title
from okstra_git.fs.root import Root

KEY = "shop:web:prices"
TASK = ("--task-key", KEY)
BRIEF = """\
---
title: A list of prices
reporter-confirmations: complete
---

# Brief

## Source Material

"People ask what a tea costs."
"""
FOUND = {
    "claude-worker": "- [F-001] [TICKETID: prices] Every tea has a name; none has a price: `src/shop/app.py:1`",
    "codex-worker": "- [F-001] [TICKETID: prices] Nothing says whether a price includes tax: `src/shop/app.py:1`",
}
"""What two agents found, whose results the report rests on."""

RESULT = """\
---
run: {run}
nonce: {nonce}
worker: {worker}
model: default
---

## 1. Findings

{finding}

## 2. Missing information

- none

## 3. Suggestions

- none

## 4. Uncertainty

- none

## 5. Recommendations

- none
"""
FILLED: Mapping[str, Any] = {
    "verdict": {
        "token": "accepted",
        "direction": "proceed",
        "reasons": "What is wanted is clear (E-001); one question is open (C-001).",
    },
    "nextSteps": ["Plan the list of prices"],
    "routing": ["implementation-planning"],
    "clarifications": [
        {
            "id": "C-001",
            "ticketId": "prices",
            "kind": "decision",
            "statement": "Do the prices include tax? Evidence checked: none — only the shop knows",
            "expectedForm": "yes/no. Recommended: yes — people pay it; Alternatives: no",
            "blocks": "next-phase",
            "status": "open",
            "userInput": "",
        }
    ],
    "evidence": {
        "primary": [
            {
                "id": "E-001",
                "ticketId": "prices",
                "finding": "No tea has a price",
                "source": "src/shop/app.py:1",
                "sourceItems": ["claude:F-001", "codex:F-001"],
            }
        ]
    },
    "followUps": [
        {
            "origin": "E-001",
            "newTaskId": "receipts",
            "suggestedTaskType": "requirements-discovery",
            "scope": "Print a receipt with the price of each tea",
            "reason": "nobody asked for it yet",
            "autoSpawn": True,
        }
    ],
    "deliverable": {
        "requirements": [
            {
                "id": "Q-001",
                "ticketId": "prices",
                "requirement": "Every tea shows its price",
                "observedBy": "the list of teas",
                "source": "brief, line 10",
            }
        ],
        "terms": [],
        "missing": [
            {
                "ticketId": "prices",
                "needs": "whether prices include tax",
                "changes": "what the list adds up",
                "clarification": "C-001",
            }
        ],
        "boundary": [{"ticketId": "prices", "certainty": "known", "statement": "no tea has a price", "ifWrong": ""}],
        "resuming": "Begin with the answer to C-001.",
    },
    "consensus": [
        {
            "id": "C-001",
            "ticketId": "prices",
            "finding": "Prices are new to the shop",
            "evidence": "src/shop/app.py:1",
            "sourceItems": ["claude:F-001", "codex:F-001"],
        }
    ],
    "differences": [],
    "roundHistory": [],
    "round2SkippedReason": "nothing was disputed",
    "finalClassificationCounts": {"consensus": 1},
    "ticketCoverage": {"singleTicket": "prices"},
}


def ask_and_answer(play: Playground) -> Iterator[Beat]:
    """A task of its own, whose first run has a question."""
    yield Title("A run asks, a person answers")
    yield Say("A run ends in data that agents fill in. The report is rendered from them, so what people read and "
              "what programs read cannot differ.")  # fmt: skip
    play.write({".okstra/briefs/web/prices.md": BRIEF})
    play.okstra("task", "open", KEY, "--title", "A list of prices")
    prepared = play.okstra("run", "prepare", *TASK, "--task-type", "requirements-discovery")
    run, nonce = _named(prepared, "Run"), _named(prepared, "Nonce")
    yield play.okstra("report", "new", "--run", run)
    data, report = _data_and_report()
    _fill_in(play, data, run, nonce)
    yield Say("Agents fill in the gaps; here that is done in their place. A check names every mistake at once, and "
              "there is none:")  # fmt: skip
    yield play.okstra("report", "check", data)
    yield play.okstra("report", "render", data)
    yield play.okstra("validate", "run", run)
    play.okstra("run", "finish", run, "--nonce", nonce, "--report", report)
    yield Say("One thing only the shop knows. It is answered on the command line, or in the page that "
              "'report view' makes for a browser:")  # fmt: skip
    yield play.okstra("report", "clarifications", *TASK, "--open")
    yield play.okstra("report", "answer", "C-001", "--value", "yes", *TASK)
    yield Say("What was found and not delivered becomes a task with a brief, once, however often this is called:")
    yield play.okstra("followups", "spawn", report)
    yield Say("The next run of the task is given the answer, and has to hold it against what it finds.")


def _named(ran: Ran, what: str) -> str:
    """The id that the prompt of a prepare has behind this word."""
    found = re.search(rf"{what} `(\w+)`", "\n".join(ran.said))
    assert found, ran.said
    return found[1]


def _data_and_report() -> tuple[str, str]:
    """The two files of the run's report, from the root."""
    folder = f".okstra/tasks/{KEY.replace(':', '/')}/runs/requirements-discovery/reports"
    data = f"{folder}/final-report-requirements-discovery-001.data.json"
    return data, data.replace(".data.json", ".md")


def _fill_in(play: Playground, data: str, run: str, nonce: str) -> None:
    """Fill in the data, and write what they rest on, as agents would."""
    folder = data.partition("/reports/")[0]
    results = {
        f"{folder}/worker-results/{worker}-requirements-discovery-001.md": RESULT.format(
            run=run, nonce=nonce, worker=worker, finding=finding
        )
        for worker, finding in FOUND.items()
    }
    audits = {
        f"{folder}/worker-results/{worker}-audit-requirements-discovery-001.md": "- src/shop/app.py: read to its end\n"
        for worker in (*FOUND, "report-writer-worker")
    }
    values = {**_json(play, data), **FILLED}
    state = f"{folder}/state/team-state-requirements-discovery-001.json"
    team = _json(play, state)
    team["teamCreate"] = {"attempted": True, "status": "ok"}
    for worker in team["workers"].values():
        worker["status"] = "completed"
    play.write({state: json.dumps(team, indent=2) + "\n"})
    play.write({data: json.dumps(values, ensure_ascii=False, indent=2) + "\n", **results, **audits})


def _json(play: Playground, name: str) -> dict[str, Any]:
    """An object that okstra wrote there."""
    read: dict[str, Any] = json.loads(Root(play.repository).read_text(name))
    return read
