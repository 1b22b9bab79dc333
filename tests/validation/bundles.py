"""A sound run of every task type: its data, the report made of them, and what its workers handed in."""

from dataclasses import replace
from typing import Any

from okstra_git.records.report.data import parse_report_data
from okstra_git.reports.render import render_report
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile

RUN, NONCE, TICKET = "01JDK3Q7M2V9XA4T8ZC6RB5WNF", "6f1d0c9ab2e4", "SHOP-12"
REPORT, DATA = "runs/x/reports/final-report.md", "runs/x/reports/final-report.data.json"
COMMIT = "4c1f0e7b9a2d63855e0f7c1b2a3d4e5f60718293"

RESULT = """\
# Result of {worker}

## 1. Findings

| ID | Ticket ID | Finding |
|---|---|---|
| F-001 | SHOP-12 | The session is never refreshed. |
| F-002 | SHOP-12 | Nothing limits the attempts. |

## 2. Missing information

- [M-001] [TICKETID: SHOP-12] The load of a Monday is not known.

## 3. Suggestions

None.

## 4. Uncertainty

- [U-001] [TICKETID: SHOP-12] Whether the proxy caches.

## 5. Recommendations

- [R-001] [TICKETID: SHOP-12] Refresh the session on every request.
"""

PLAN = """\
# Plan

## 1. Clarification Items

| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |
|---|---|---|---|---|---|---|---|
| C-001 | SHOP-12 | decision | How long? | minutes | none | {status} | |

## 5.5 Stage Map

| Stage | Title | Depends on |
|---|---|---|
| 1 | Refresh | (none) |

### Stage 1: Refresh

#### Files

- `src/session.py`
- `tests/test_session.py`
"""

QUESTION = {
    "id": "C-001", "ticketId": TICKET, "kind": "decision",
    "statement": "How long may a session last? It decides where it is stored. Evidence checked: src/session.py:12",
    "expectedForm": "A number of minutes. Recommended: 30 — the bank asks for it; Alternatives: 15, 60",
    "blocks": "next-phase", "status": "open", "userInput": "",
}  # fmt: skip

DELIVERABLES: dict[str, dict[str, Any]] = {
    "requirements-discovery": {
        "requirements": [{"id": "Q-001", "ticketId": TICKET, "requirement": "A session lasts while it is used.",
                          "observedBy": "No login is asked for in an hour of use.", "source": "brief.md:12"}],
        "terms": [{"ticketId": TICKET, "term": "login", "canonical": "session"}],
        "missing": [{"ticketId": TICKET, "needs": "How long?", "changes": "the store", "clarification": "C-001"}],
        "boundary": [{"ticketId": TICKET, "certainty": "assumed", "statement": "One browser.", "ifWrong": "the store"}],
        "resuming": "Planning begins with the store.",
    },
    "error-analysis": {
        "causes": [{"id": "K-001", "ticketId": TICKET, "link": "The token ends after ten minutes.",
                    "certainty": "shown", "source": "src/session.py:12"}],
        "ruledOut": [{"ticketId": TICKET, "cause": "the proxy", "observation": "Without it the same happens."}],
        "boundary": [{"ticketId": TICKET, "statement": "Why it is ten minutes is not known."}],
        "diagnostics": [{"ticketId": TICKET, "step": "Log the expiry", "outcomes": "early or late", "cost": "an hour"}],
    },
    "improvement-discovery": {
        "candidates": [
            {"id": "I-001", "lens": "security", "candidate": "Limit the attempts", "evidence": "src/login.py:3",
             "benefit": "no guessing", "effort": "a day", "risk": "people lock themselves out",
             "sourceWorkers": ["claude:F-002", "codex:F-002"], "suggestedTaskType": "implementation-planning",
             "priority": 1},
            {"id": "I-002", "lens": "performance", "candidate": "Cache the user", "evidence": "src/login.py:9",
             "benefit": "faster", "effort": "a day", "risk": "stale names", "sourceWorkers": ["codex:F-001"],
             "suggestedTaskType": "error-analysis", "priority": 2},
        ],
        "orderNote": "A measurement of the load would change the order.",
    },
    "implementation-planning": {
        "approach": "Refresh on use.",
        "alternatives": [{"alternative": "A longer token", "reason": "the bank forbids it"}],
        "stages": [
            {"number": 1, "title": "Refresh", "dependsOn": [], "files": [{"path": "src/session.py"}],
             "steps": [{"ticketId": TICKET, "text": "Refresh the token"}],
             "validation": [{"command": "make test", "exitCode": 0}],
             "exitContract": ["a session lasts while it is used"], "rollback": ["revert the commit"]},
        ],
        "planVerification": {
            "rounds": 1, "gate": "passed-with-dissent",
            "items": [
                {"id": "P-1-F1", "part": "Files of stage 1", "verdicts": {"claude": "agree", "codex": "agree"},
                 "classification": "agree", "clarification": None},
                {"id": "P-1-S1", "part": "Step 1", "verdicts": {"claude": "agree", "codex": "disagree"},
                 "classification": "minority-disagree", "clarification": None},
            ],
            "dissent": [{"item": "P-1-S1", "worker": "codex", "reason": "too often"}],
        },
    },
    "implementation": {
        "commit": COMMIT, "branch": "s1",
        "diff": [{"path": "src/session.py", "ticketId": TICKET, "change": "refreshes"},
                 {"path": "tests/test_session.py", "ticketId": TICKET, "change": "a test"}],
        "steps": [{"ticketId": TICKET, "step": "Refresh the token", "outcome": "done"}],
        "testsFirst": [{"ticketId": TICKET, "test": "test_refresh", "failing": "1 failed", "passing": "1 passed"}],
        "exemptions": [{"step": "The readme", "reason": "documents only"}],
        "outOfPlan": [],
        "rollback": {"needed": False, "command": "", "exitCode": None, "output": "", "reason": "nothing is stored"},
        "conformance": [],
        "unverified": [],
    },
    "final-verification": {
        "checks": [{"stage": 1, "commit": COMMIT, "checked": "the tests", "command": "make test", "exitCode": 0,
                    "held": True}],
        "blockers": [], "conditions": [], "remarks": ["The log is loud."],
    },
    "release-handoff": {
        "gates": [{"gate": "clean tree", "finding": "git status prints nothing", "held": True}],
        "choice": "Push and open.",
        "published": [{"stages": [1], "branch": "s1", "base": "main", "commit": COMMIT, "url": ""}],
    },
}  # fmt: skip

ROUTING = {
    "requirements-discovery": ["implementation-planning"], "error-analysis": ["implementation-planning"],
    "improvement-discovery": ["implementation-planning"], "implementation-planning": ["implementation"],
    "implementation": ["final-verification"], "final-verification": ["release-handoff(stage-group)"],
    "release-handoff": [],
}  # fmt: skip
TAGGED = ("requirements-discovery", "error-analysis", "implementation-planning", "implementation")
EVIDENCE = {"validationEvidence": [{"command": "make test", "exitCode": 0, "runBy": "codex", "line": "9 passed"}],
            "databaseVerified": None}  # fmt: skip


def data_of(task_type: str) -> dict[str, Any]:
    """The data of a sound report."""
    asks = task_type in TAGGED[:2]
    own = {"ticketId": TICKET} if task_type in TAGGED else {}
    return {
        "schema": 1, "taskKey": "shop:web:login", "taskType": task_type, "runId": RUN, "nonce": NONCE, "seq": "001",
        "stage": 1 if task_type in ("implementation", "final-verification") else None, "language": "en",
        "verdict": {"token": "accepted", "direction": "proceed", "reasons": "It rests on E-001."},
        "nextSteps": ["Go on with the next phase.", "Open the task for the banner by hand: session-banner."],
        "routing": ROUTING[task_type], "carriedIn": None, "reporterConfirmation": None,
        "clarifications": [dict(QUESTION)] if asks else [],
        "evidence": {"primary": [{"id": "E-001", **own, "finding": "The token ends early.",
                                  "source": "src/session.py:12", "sourceItems": ["claude:F-001", "codex:F-001"]}]},
        "followUps": [{"origin": "E-001", "newTaskId": "session-banner", "suggestedTaskType": "requirements-discovery",
                       "scope": "Show a banner", "reason": "not part of it", "autoSpawn": False},
                      {"origin": "E-001", "newTaskId": "attempts", "suggestedTaskType": "error-analysis",
                       "scope": "Limit the attempts", "reason": "out of scope", "autoSpawn": True}],
        "consensus": [{"id": "C-001", **own, "finding": "It has to be refreshed.", "evidence": "src/session.py:12",
                       "sourceItems": ["claude:R-001", "codex:R-001"]}],
        "differences": [{"id": "D-001", **own, "question": "How often?",
                         "positions": [{"item": "claude:R-001", "position": "always"},
                                       {"item": "codex:U-001", "position": "sometimes"}],
                         "decision": "always, it is cheap"}],
        "roundHistory": [], "round2SkippedReason": "nothing moved",
        "finalClassificationCounts": {"consensus": 1, "difference": 1},
        "ticketCoverage": {"singleTicket": TICKET} if task_type in TAGGED else {"omit": True},
        "deliverable": DELIVERABLES[task_type],
        **(EVIDENCE if task_type in ("implementation", "final-verification") else {}),
        **({"verificationScope": "single-stage"} if task_type == "final-verification" else {}),
    }  # fmt: skip


def team_of_run(**changes: Any) -> dict[str, Any]:
    """The state of a team that was made, and all of whose workers have ended well; the run's own workers changed."""
    rows = {worker: {"status": "completed"} for worker in ("claude", "codex", "report-writer")}
    return {"runId": RUN, "teamName": "okstra-shop", "teamCreate": {"attempted": True, "status": "ok"},
            "workers": {**rows, **changes}}  # fmt: skip


def bundle(task_type: str, **changes: Any) -> RunDocuments:
    """A sound run, its data changed in these keys before the report was made of them."""
    data = parse_report_data({**data_of(task_type), **changes})
    assert not isinstance(data, list), data
    workers = ("claude", "codex", "report-writer")
    gate = {"run": RUN, "gate": "passed-with-dissent"}
    is_plan, is_work = task_type == "implementation-planning", task_type == "implementation"
    return RunDocuments(
        run=RUN, task="shop:web:login", task_type=task_type, stage=data.stage, nonce=NONCE, tickets=(TICKET,),
        scope="single-stage" if task_type == "final-verification" else "", workers=workers,
        report=TextFile(REPORT, render_report(data, path=REPORT).text), report_path=REPORT,
        data_path=DATA, data=data,
        results={worker: TextFile(f"runs/x/{worker}.md", RESULT.format(worker=worker)) for worker in workers[:2]},
        audits={worker: TextFile(f"runs/x/{worker}-audit.md", "- brief.md, to its end\n") for worker in workers},
        errors={"codex": TextFile("runs/x/codex-errors.jsonl",
                                  '{"type": "tool-failure", "what": "cat x", "detail": "no such file"}\n')},
        plan=TextFile("plan.md", PLAN.format(status="resolved")) if is_work else None,
        plan_body=JsonFile("state/plan-body-verification.json", gate) if is_plan else None,
        team_state=JsonFile("state/team-state.json", team_of_run()),
    )  # fmt: skip


def with_report(documents: RunDocuments, old: str, new: str) -> RunDocuments:
    """The same with other words in the report."""
    assert documents.report is not None
    assert old in documents.report.text, old
    return replace(documents, report=TextFile(REPORT, documents.report.text.replace(old, new)))


def with_result(documents: RunDocuments, old: str, new: str) -> RunDocuments:
    """The same with other words in the result of one worker."""
    text = documents.results["codex"].text
    assert old in text, old
    changed = TextFile(documents.results["codex"].path, text.replace(old, new))
    return replace(documents, results={**documents.results, "codex": changed})
