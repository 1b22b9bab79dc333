"""For every rule, sound runs that are broken in exactly that way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from okstra_git.documents.json_problems import DataProblem
from okstra_git.validation.data_rules import COPIED
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile
from tests.validation.bundles import (
    DELIVERABLES,
    PLAN,
    QUESTION,
    REPORT,
    RUN,
    TICKET,
    bundle,
    data_of,
    team_of_run,
    with_report,
    with_result,
)

Mutation = Callable[[], RunDocuments]

DISCOVERY, ANALYSIS, IMPROVEMENT = "requirements-discovery", "error-analysis", "improvement-discovery"
PLANNING, WORK, VERIFICATION, HANDOFF = (
    "implementation-planning",
    "implementation",
    "final-verification",
    "release-handoff",
)
CARRIED = PLAN.replace("{status}", "open")


def edited(task_type: str, old: str, new: str, **changes: Any) -> Mutation:
    """A report that was changed by hand, without its data: what the data say is not held against it."""
    return lambda: replace(with_report(bundle(task_type, **changes), old, new), data=None, data_problems=())


def told(task_type: str, **changes: Any) -> Mutation:
    """Other data, and the report that they make."""
    return lambda: bundle(task_type, **changes)


def delivered(task_type: str, **changes: Any) -> Mutation:
    """Other data of the deliverable."""
    return told(task_type, deliverable={**DELIVERABLES[task_type], **changes})


def asked(**changes: Any) -> Mutation:
    """One question that is other than it should be."""
    return told(DISCOVERY, clarifications=[{**QUESTION, **changes}])


def found(**changes: Any) -> Mutation:
    """A row of evidence that is other than it should be."""
    row = data_of(ANALYSIS)["evidence"]["primary"][0]
    return told(ANALYSIS, evidence={"primary": [{**row, **changes}]})


def handed_in(old: str, new: str) -> Mutation:
    """Another result of a worker."""
    return lambda: with_result(bundle(ANALYSIS), old, new)


def of_run(task_type: str, **changes: Any) -> Mutation:
    """The same documents, of another run."""
    return lambda: replace(bundle(task_type), **changes)


def with_carry_in(*rows: str, text: str = CARRIED) -> Mutation:
    """A run that answers were carried into, of which its report lists these rows."""
    walked = [{"id": name, "answer": "", "finding": "settled", "status": "obsolete"} for name in rows]
    return lambda: replace(bundle(ANALYSIS, carriedIn=walked or None), carried=TextFile("old.md", text))


def planned(**changes: Any) -> Mutation:
    """A plan whose verification came to something else."""
    verification = {**DELIVERABLES[PLANNING]["planVerification"], **changes}
    return delivered(PLANNING, planVerification=verification)


def disagreed(*links: str | None, rows: tuple[str, ...] = (), blocks: str = "approval") -> Mutation:
    """A plan with an item for each link that a majority disagrees with, and these questions about the first one."""
    items = [
        {"id": f"P-1-F{number}", "part": "Files", "verdicts": {"claude": "disagree", "codex": "disagree"},
         "classification": "majority-disagree", "clarification": link}
        for number, link in enumerate(links, 1)
    ]  # fmt: skip
    asks = [{**QUESTION, "id": name, "blocks": blocks, "statement": f"P-1-F1: which? {QUESTION['statement']}"}
            for name in rows]  # fmt: skip
    verification = {"rounds": 1, "gate": "blocked-by-disagreement", "items": items, "dissent": []}
    deliverable = {**DELIVERABLES[PLANNING], "planVerification": verification}
    return lambda: replace(bundle(PLANNING, clarifications=asks, deliverable=deliverable), plan_body=None, data=None)


def waiting(token: str, direction: str, text: str = "C-001") -> Mutation:
    """A report that waits for its reporter, with this verdict."""
    verdict = {"token": token, "direction": direction, "reasons": "It waits."}
    pending = [{"prefix": "intent-check:", "text": "for all?", "clarification": text}]
    return told(DISCOVERY, reporterConfirmation=pending, verdict=verdict)


def improved(**changes: Any) -> Mutation:
    """A candidate that is other than it should be, in the report alone: the model would not take it."""

    def build() -> RunDocuments:
        sound = bundle(IMPROVEMENT)
        for old, new in changes.items():
            cell = {"id": "I-002", "lens": "performance", "source": "codex:F-001", "type": "error-analysis",
                    "priority": "2", "benefit": "faster"}[old]  # fmt: skip
            old_end, new_end = (f"| {cell} | 2 |", f"| {new} | 2 |") if old == "type" else (f"| {cell} |", f"| {new} |")
            sound = with_report(sound, old_end, new_end)
        return replace(sound, data=None)

    return build


def worked(**changes: Any) -> Mutation:
    """An implementation whose deliverable is other than it should be."""
    return delivered(WORK, **changes)


def verified(token: str = "accepted", direction: str = "proceed", **changes: Any) -> Mutation:
    """A verification with this verdict and other data."""
    verdict = {"token": token, "direction": direction, "reasons": "It rests on E-001."}
    return told(VERIFICATION, verdict=verdict, **changes)


VERDICT = "## 7. Final Verdict\n\n| Verdict Token | Direction | Next Step |\n|---|---|---|\n"
STUB = (
    "## 0. Clarification Response Carried In From Previous Run\n\n"
    "No prior clarification response was provided for this run.\n\n"
)
QUESTIONS = "## Questions\n\n| Statement | Expected form |\n|---|---|\n| how? | a word |\n\n"
ROW = "| E-001 | SHOP-12 | The token ends early."
STATE = {"run": RUN, **{key: data_of(ANALYSIS)[key] for key in COPIED}}


def team(**changes: Any) -> Mutation:
    """A run whose state of the team is other than it should be."""
    return of_run(ANALYSIS, team_state=JsonFile("t.json", {**team_of_run(), **changes}))


def ended(**workers: dict[str, Any]) -> Mutation:
    """A run of which some worker has ended in another way."""
    return of_run(ANALYSIS, team_state=JsonFile("t.json", team_of_run(**workers)))


CHECKS = DELIVERABLES[VERIFICATION]
BLOCKER = {"text": "it loses data", "evidence": "src/a.py:1", "followUp": "attempts"}
DIFF = DELIVERABLES[WORK]["diff"]
STEP = {"path": "db/migrations/1.sql", "ticketId": TICKET, "change": "a column"}
DRY = {"needed": True, "command": "make undo", "exitCode": 0, "output": "ok", "reason": ""}
TWO = {"tickets": {"SHOP-12": ["E-001", "C-001", "D-001", "K-001"], "SHOP-13": ["E-001"]}}

MUTATIONS: dict[str, tuple[Mutation, ...]] = {
    "report.missing": (of_run(ANALYSIS, report=None), of_run(ANALYSIS, report=TextFile(REPORT, "", "it is a pipe"))),
    "report.data-missing": (of_run(ANALYSIS, data=None),),
    "report.data-shape": (
        lambda: replace(
            bundle(ANALYSIS), data=None, data_problems=(DataProblem("nonce", "data.missing-key", "nonce is missing"),)
        ),
    ),
    "report.card": (
        edited(ANALYSIS, f"{VERDICT}| accepted | proceed", f"{VERDICT}| accepted | revise"),
        edited(ANALYSIS, "1. Go on with the next phase.", "1. Stop."),
        edited(ANALYSIS, "## Verdict Card", "## Card"),
    ),
    "report.verdict": (
        edited(ANALYSIS, "| accepted | proceed |", "| fine | proceed |"),
        edited(ANALYSIS, "| accepted | proceed |", "| accepted | onwards |"),
        edited(ANALYSIS, "\nIt rests on E-001.", "\n| Verdict Token |\n|---|\n| rejected |\n"),
    ),
    "report.heading": (
        edited(ANALYSIS, "## 2. Evidence", "### 1.1 추가 자료 요청\n\nx\n\n## 2. Evidence"),
        edited(ANALYSIS, "## 2. Evidence", "## 9. 사용자 확인 질문\n\nx\n\n## 2. Evidence"),
        edited(ANALYSIS, "## 2. Evidence", "## Open Questions\n\nx\n\n## 2. Evidence"),
        edited(ANALYSIS, "## 2. Evidence", "## 0. Reading Confirmation\n\nx\n\n## 2. Evidence"),
    ),
    "report.run": (
        of_run(ANALYSIS, run="01JDK3Q7M2V9XA4T8ZC6RB5WNG", team_state=None),
        of_run(ANALYSIS, nonce="f0"),
        edited(ANALYSIS, "task: shop:web:login", "task: shop:web:logout"),
    ),
    "report.section": (
        edited(ANALYSIS, "### 6.2 Differences", "### 6.2 Quarrels"),
        edited(ANALYSIS, "### 2.1 Primary Evidence", "### 2.1 Proof"),
    ),
    "report.section-twice": (edited(ANALYSIS, "## 5.2 ", "## 6.1 Consensus\n\nnone\n\n## 5.2 "),),
    "report.other-deliverable": (edited(ANALYSIS, "## 6. ", "## 5.5 Stage Map\n\nnone\n\n## 6. "),),
    "report.deliverable": (edited(ANALYSIS, "## 5.2 Causal chain", "## 5.2 What happened"),),
    "report.section-0": (
        edited(ANALYSIS, "## 1. Clar", f"{STUB}## 1. Clar"),
        with_carry_in(),
        told(ANALYSIS, carriedIn=[{"id": "C-001", "answer": "", "finding": "open", "status": "open"}]),
    ),
    "report.carried-rows": (with_carry_in("C-002"),),
    "report.approval-block": (
        lambda: replace(
            with_report(
                bundle(PLANNING, clarifications=[QUESTION]),
                "- `okstra plan approve",
                "- C-001: how long?\n- `okstra plan approve",
            ),
            data=None,
        ),
    ),
    "data.rounds": (
        of_run(ANALYSIS, convergence=JsonFile("c.json", {**STATE, "round2SkippedReason": None})),
        of_run(ANALYSIS, convergence=JsonFile("c.json", {**STATE, "finalClassificationCounts": {"consensus": 2}})),
    ),
    "clarification.table": (
        edited(DISCOVERY, "## 2. Evidence", "### 1.1 More\n\nmore\n\n## 2. Evidence"),
        edited(DISCOVERY, "## 6. ", f"{QUESTIONS}## 6. "),
    ),
    "clarification.columns": (
        edited(DISCOVERY, "| Expected form | Blocks |", "| Blocks | Expected form |"),
        edited(DISCOVERY, "| ID | Ticket ID | Kind | Statement |", "| ID | Ticket ID | Kind | Recommended |"),
    ),
    "clarification.row": (edited(DISCOVERY, "| C-001 | SHOP-12 | decision", "| C-001 | SHOP-12 | question"),),
    "clarification.text": (
        edited(DISCOVERY, QUESTION["expectedForm"], " ", clarifications=[{**QUESTION, "kind": "data-point"}]),
    ),
    "clarification.evidence": (
        asked(statement="How long?"),
        asked(statement="How? Evidence checked: the code"),
        asked(statement="How? Evidence checked: none"),
    ),
    "clarification.recommended": (
        asked(expectedForm="Recommended: 30"),
        asked(expectedForm="Recommended: 30 — the bank asks for it"),
    ),
    "clarification.no-recommendation": (asked(expectedForm="A number of minutes."),),
    "follow-up.section": (
        lambda: replace(with_report(bundle(ANALYSIS, followUps=[]), "- 후속 작업 없음.", "없음"), data=None),
        lambda: replace(with_report(bundle(ANALYSIS, followUps=[]), "- 후속 작업 없음.\n", ""), data=None),
    ),
    "follow-up.columns": (edited(ANALYSIS, "| Reason / Why deferred |", "| Because |"),),
    "follow-up.row": (edited(ANALYSIS, "| out of scope | yes |", "| out of scope | perhaps |"),),
    "follow-up.plan-questions": (of_run(WORK, plan=TextFile("plan.md", CARRIED)),),
    "plan.stages": (edited(PLANNING, "#### Rollback", "#### Notes"),),
    "plan.gate-result": (edited(PLANNING, "### 5.5.9 Plan Body Verification", "### 5.5.9 What was said"),),
    "plan.marker": (
        edited(PLANNING, "- [ ] Approved", ""),
        lambda: replace(
            with_report(disagreed("C-001", rows=("C-001",))(), "## Verdict Card", "- [ ] Approved\n\n## Verdict Card"),
            data=None,
        ),
        lambda: replace(edited(PLANNING, "- [ ] Approved", "")(), is_plan_verified=False),
    ),
    "plan.disagreement": (
        disagreed(None),
        disagreed("C-004"),
        disagreed("C-001", rows=("C-001",), blocks="none"),
        disagreed("C-001", "C-001", rows=("C-001",)),
    ),
    "plan.question": (disagreed("C-001", rows=("C-001", "C-002")),),
    "implementation.tests-first": (worked(testsFirst=[], exemptions=[]),),
    "implementation.exemption": (edited(WORK, "TDD exemption: ", "TDD exemption:  \n\nfor "),),
    "implementation.out-of-plan": (
        worked(diff=[*DIFF, {"path": "README.md", "ticketId": TICKET, "change": "a word"}]),
    ),
    "implementation.database": (
        worked(
            diff=[*DIFF, {**STEP, "path": "src/user.repository.ts"}],
            outOfPlan=[{"ticketId": TICKET, "path": "src/user.repository.ts", "reason": "it had to"}],
        ),
    ),
    "implementation.evidence": (told(WORK, validationEvidence=[{"command": "make test", "exitCode": 2}]),),
    "implementation.stateful": (
        told(
            WORK,
            databaseVerified=True,
            deliverable={
                **DELIVERABLES[WORK],
                "diff": [*DIFF, STEP],
                "outOfPlan": [{"ticketId": TICKET, "path": STEP["path"], "reason": "it had to"}],
            },
        ),
    ),
    "plan.gate-state": (
        of_run(PLANNING, plan_body=JsonFile("state/plan-body-verification.json", {"run": RUN, "gate": "passed"})),
    ),
    "verification.scope": (of_run(VERIFICATION, scope="whole-task"),),
    "verification.held": (delivered(VERIFICATION, checks=[{**CHECKS["checks"][0], "held": False}]),),
    "verification.rejected-routing": (verified("rejected", "revise"),),
    "verification.gate": (
        verified(
            "conditional-accept",
            deliverable={**CHECKS, "conditions": [{"text": "a look at the log", "gate": "release-handoff"}]},
        ),
    ),
    "verification.evidence": (
        told(VERIFICATION, validationEvidence=[]),
        told(VERIFICATION, validationEvidence=[{"command": "make test", "exitCode": 1}]),
    ),
    "improvement.table": (edited(IMPROVEMENT, "A measurement of", "| a |\n|---|\n| b |\n\nA measurement of"),),
    "improvement.columns": (edited(IMPROVEMENT, "| Benefit | Effort |", "| Effort | Benefit |"),),
    "improvement.id": (improved(id="I-2"), improved(id="I-001")),
    "improvement.lens": (improved(lens="beauty"),),
    "improvement.source": (improved(source="codex"), improved(source="copilot:F-001")),
    "improvement.row": (improved(type="planning"), improved(benefit=" ")),
    "improvement.priority": (improved(priority="0"), improved(priority="high")),
    "ticket.item": (
        handed_in("- [M-001] [TICKETID: SHOP-12]", "- [M-001]"),
        handed_in("| F-002 | SHOP-12 |", "| F-002 | |"),
    ),
    "ticket.agrees": (found(ticketId="SHOP-99"),),
    "ticket.brief": (lambda: replace(bundle(ANALYSIS, ticketCoverage=TWO), tickets=(TICKET, "SHOP-13", "SHOP-14")),),
    "trace.dangling": (found(sourceItems=["claude:F-009", "codex:F-001"]), found(sourceItems=["gemini:F-001"])),
    "trace.bare-name": (found(sourceItems=["claude", "codex:F-001"]),),
    "trace.no-source": (found(sourceItems=[]),),
    "trace.consensus": (
        told(ANALYSIS, consensus=[{**data_of(ANALYSIS)["consensus"][0], "sourceItems": ["claude:F-001"]}]),
    ),
    "worker.unreadable": (lambda: replace(bundle(HANDOFF), errors={"codex": TextFile("e.jsonl", "", "it is a pipe")}),),
    "worker.result": (
        lambda: replace(
            bundle(
                HANDOFF,
                evidence={"primary": []},
                consensus=[],
                differences=[],
                verdict={"token": "accepted", "direction": "proceed", "reasons": "All held."},
                followUps=[],
            ),
            results={},
        ),
    ),
    "worker.first-section": (
        handed_in("## 1. Findings", "## 0. Reading Confirmation\n\nread\n\n## 1. Findings"),
        handed_in("## 1. Findings", "## Summary\n\nshort\n\n## 1. Findings"),
    ),
    "worker.item-id": (handed_in("- [M-001] [TICKETID", "- [TICKETID"),),
    "worker.item-twice": (handed_in("- [M-001]", "- [R-001]"),),
    "audit.missing": (
        of_run(ANALYSIS, audits={}),
        lambda: replace(
            bundle(ANALYSIS),
            audits={worker: replace(file, text="\n") for worker, file in bundle(ANALYSIS).audits.items()},
        ),
    ),
    "errors.line": (
        of_run(ANALYSIS, errors={"codex": TextFile("e.jsonl", "it failed\n")}),
        of_run(ANALYSIS, errors={"codex": TextFile("e.jsonl", '{"type": "tool-failure", "what": "x"}\n')}),
    ),
    "report.agrees": (
        lambda: with_report(bundle(ANALYSIS), "The token ends after ten minutes.", "The token never ends."),
        lambda: with_report(bundle(ANALYSIS), "### 5.2.3", "### 5.2.9"),
        lambda: with_report(
            bundle(ANALYSIS), ROW, f"| E-009 | SHOP-12 | Another. | src/a.py:1 | claude:F-001 |\n{ROW}"
        ),
    ),
    "team.state": (of_run(ANALYSIS, team_state=JsonFile("t.json", None, "it is a pipe")),),
    "team.stale": (team(runId="01JDK3Q7M2V9XA4T8ZC6RB5WNG"),),
    "team.name": (of_run(ANALYSIS, team="okstra-other"),),
    "team.create": (team(teamCreate=None), team(teamCreate={"attempted": True, "status": "fine"})),
    "team.dispatch": (ended(codex={"status": "completed", "teamName": None}),),
    "team.worker-status": (ended(codex={"status": None}),),
    "team.worker-reason": (ended(codex={"status": "timeout"}),),
    "team.agent-name": (ended(codex={"status": "completed", "agentName": "codex"}),),
    "team.reverify": (ended(codex={"status": "completed", "reverify": [{"round": 1, "agentName": "codex-again"}]}),),
    "team.shape": (ended(codex={"status": "completed", "sessionId": 7}),),
    "team.roster": (ended(gemini={"status": "completed"}),),
    "team.report-author": (ended(**{"report-writer": {"status": "error", "reason": "session resumed"}}),),
    "text.placeholder": (edited(ANALYSIS, "Without it the same happens.", "<the observation against it>"),),
    "text.empty-section": (edited(ANALYSIS, "## 6. ", "## More\n\n## 6. "),),
    "text.long-cell": (found(finding="very " * 150),),
    "text.undefined-id": (
        told(ANALYSIS, verdict={"token": "accepted", "direction": "proceed", "reasons": "See E-007."}),
    ),
    "text.authority": (told(ANALYSIS, nextSteps=["Get the sign-off.", "By hand: session-banner"]),),
}
