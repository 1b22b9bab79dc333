"""Fixed words: tokens and headings that prompts write and validators read back, and workers, models and branches."""

from typing import NamedTuple

TASK_ROOT_LABEL = "okstra task root:"
INSTRUCTION_SET_LABEL = "okstra instruction-set:"
CONCURRENT_LABEL = "okstra concurrent-run stages:"
"""What skills look for on the standard output of a prepare, one label to a line, before the lead prompt."""

STALE_HISTORY = "Recorded stage SHAs no longer match the git history"
"""The sentence by which a skill knows that reconcile has to ask first."""

CONCURRENT_GATE = "Concurrent-run: no-team background"
TEAM_GATE = "Team Creation Gate"
STAGE_BATCH = "Stage batch for this implementation run"
TEAM_REJECTIONS = (
    "team must be created first or call without team_name",
    "team을 먼저 생성하거나 team_name 없이 호출해야 합니다",
)

GATE_COMPLETE, GATE_PARTIAL, GATE_PENDING, GATE_SKIPPED = "complete", "partial", "pending", "skipped"
REPORTER_GATES = (GATE_COMPLETE, GATE_PARTIAL, GATE_PENDING, GATE_SKIPPED)
REPORTER_FIELD = "reporter-confirmations"
QUESTION_PREFIXES = ("intent-check:", "conversion-block:", "terminology:", "general:")
REPORTER_PREFIXES = ("intent-check:", "conversion-block:")
"""Rows that only the reporter can settle."""

AUGMENTATION_LABELS = ("evidence-link", "format-conversion", "terminology-mapping", "intent-inference")
TRUSTED_LABELS = ("evidence-link", "format-conversion")
ASK_REPORTER = "보고자 직접 확인 권장"
ASK_REPORTER_FIRST = "보고자에게 직접 확인 후 응답"

APPROVED_FIELD = "approved"
APPROVED_MARKER = "Approved"
"""The text of the task-list item `- [ ] Approved` on a plan."""

VERDICTS = ("accepted", "conditional-accept", "rejected")
BLOCKED = "blocked"
DIRECTIONS = ("proceed", "revise", "hold", "stop")
WHOLE_TASK, SINGLE_STAGE = "whole-task", "single-stage"
VERIFICATION_SCOPES = (WHOLE_TASK, SINGLE_STAGE)
GROUP_HANDOFF = "release-handoff(stage-group)"
PLAN_GATES = ("passed", "passed-with-dissent", "blocked-by-disagreement", "aborted-non-result")

CLARIFICATION_COLUMNS = (
    "ID", "Ticket ID", "Kind", "Statement", "Expected form", "Blocks", "Status", "User input",
)  # fmt: skip
CLARIFICATION_KINDS = ("material", "decision", "data-point")
CLARIFICATION_BLOCKS = ("approval", "next-phase", "none")
CLARIFICATION_STATUSES = ("open", "answered", "resolved", "obsolete")
OLDER_CLARIFICATION_COLUMNS = {
    **dict.fromkeys(("#", "no", "no.", "번호"), "ID"),
    **dict.fromkeys(("ticket", "티켓", "티켓 id"), "Ticket ID"),
    **dict.fromkeys(("type", "종류", "유형"), "Kind"),
    **dict.fromkeys(
        ("question", "item", "material", "request", "질문", "항목", "자료", "요청 자료", "내용"),
        "Statement",
    ),
    **dict.fromkeys(("expected", "expected answer", "format", "형식", "답변 형식", "기대 형식"), "Expected form"),
    **dict.fromkeys(("blocking", "차단", "차단 대상"), "Blocks"),
    "상태": "Status",
    **dict.fromkeys(("answer", "user answer", "response", "답변", "사용자 답변", "사용자 입력", "응답"), "User input"),
}
"""Names that reports of older releases gave these columns, in lower case."""
OLDER_CLARIFICATION_HEADINGS = {
    "추가 자료 요청": "material", "Additional Material Requests": "material",
    "사용자 확인 질문": "decision", "Questions for the User": "decision",
}  # fmt: skip
"""Titles of the two tables that reports had before there was one, and the kind of their rows."""

FOLLOW_UP_COLUMNS = ("Origin", "New Task ID", "Suggested task-type", "Scope", "Reason / Why deferred", "Auto-spawn?")
IMPROVEMENT_COLUMNS = (
    "ID", "Lens", "Candidate", "Evidence", "Benefit", "Effort", "Risk", "Source workers", "Suggested task-type",
    "Priority",
)  # fmt: skip
LENSES = ("correctness", "reliability", "performance", "security", "maintainability", "usability", "cost")
REPORT_WRITTEN = "data.json written to <abs path>; markdown rendered to <abs path>. Sections populated: <count>."
"""What the report writer answers."""

VIEW_WRITTEN = "html: {html_path}"
VIEW_SKIPPED = "html: skipped (no §1 clarification rows — html view carries no interactive forms for this report)"
"""What skills read when the page of a report is made, and when it has none."""

SOURCE_ITEMS = "Source items (worker:item)"
STAGE_MAP_COLUMNS = ("Stage", "Title", "Depends on")
STAGE_BLOCKS = ("Files", "Steps", "Stage Validation", "Stage Exit Contract", "Rollback")
"""The sub-headings that every stage's section of a plan has, in this order."""

NO_FOLLOW_UPS = "- 후속 작업 없음."
TDD_EXEMPTION = "TDD exemption:"
OUT_OF_PLAN = "Out-of-plan edit"
UNVERIFIED = "정적 분석상 …, 미검증(실행 안 함)"

HEADING_VALIDATION_EVIDENCE = "Validation evidence"
HEADING_CARRIED_IN = "Clarification Response Carried In From Previous Run"
HEADING_CLARIFICATIONS = "Clarification Items"
HEADING_EVIDENCE = "Evidence"
HEADING_PRIMARY_EVIDENCE = "Primary Evidence"
HEADING_NEXT_STEPS = "Recommended Next Steps"
HEADING_FOLLOW_UPS = "Follow-up Tasks (후속 작업)"
HEADING_PLAN = "Implementation Plan Deliverables"
HEADING_STAGE_MAP = "Stage Map"
HEADING_PLAN_VERIFICATION = "Plan Body Verification"
HEADING_IMPROVEMENTS = "Improvement Candidates"
HEADING_CONSENSUS, HEADING_DIFFERENCES = "Consensus", "Differences"
HEADING_VERDICT_CARD, HEADING_FINAL_VERDICT = "Verdict Card", "Final Verdict"
HEADING_APPROVAL = "User Approval Request (사용자 승인 게이트)"
HEADING_REPORTER = "Reporter Confirmation Required"
HEADING_SOURCE_VERIFICATION = "Source Verification Report"
FORBIDDEN_HEADINGS = ("1.1 추가 자료 요청", "1.2 사용자 확인 질문", "5.5.9 Open Questions", "0. Reading Confirmation")

PROGRESS_CONVERGENCE = "PROGRESS: phase-5.5-convergence round="
PROGRESS_SYNTHESIS = "PROGRESS: phase-6-synthesis dispatching report-writer-worker"
PROGRESS_TEARDOWN = "PROGRESS: phase-7-teardown disbanding team"

LEAD = "lead"
"""The role of a program that leads a run; everybody else is a worker."""
WORKER_MARK = "OKSTRA_WORKER"
"""Variable by whose value everything that one agent which okstra runs headless started is known."""
WORKER_DONE, WORKER_ERROR, WORKER_TIMEOUT, WORKER_NOT_RUN = "completed", "error", "timeout", "not-run"
WORKER_FAILURES = (WORKER_ERROR, WORKER_TIMEOUT, WORKER_NOT_RUN)
"""Terminal statuses of a worker; after one of the failures the lead may write the report."""

TEAM_OK, TEAM_ERROR, TEAM_SKIPPED = "ok", "error", "skipped"
SKIPPED_REASON = "concurrent-run"


class Worker(NamedTuple):
    """A worker that a lead may dispatch; `cli` runs it, `role` names it in files and panes."""

    id: str
    role: str
    cli: str
    agent: str
    is_analyser: bool = True


WORKERS: dict[str, Worker] = {
    worker.id: worker
    for worker in (
        Worker("claude", "Claude worker", "claude", "claude-worker"),
        Worker("codex", "Codex worker", "codex", "codex-worker"),
        Worker("gemini", "Gemini worker", "gemini", "gemini-worker"),
        Worker("report-writer", "Report writer worker", "claude", "report-writer-worker", is_analyser=False),
    )
}
EXECUTORS = tuple(worker.id for worker in WORKERS.values() if worker.is_analyser)
DEFAULT_WORKERS = ("claude", "codex", "report-writer")
MODEL_FAMILIES = ("opus", "sonnet", "haiku")
DEFAULT_MODELS = {"lead": "opus", "claude": "sonnet", "codex": "default", "gemini": "default",
                  "report-writer": "sonnet"}  # fmt: skip
"""`default` = what the vendor's CLI takes when nobody says which."""

BASE_BRANCHES = ("main", "master", "prod", "preprod", "staging", "dev")
AGENT_PROGRAMS = ("claude", "codex", "gemini", "agy")
"""Programs that lead a run: the nearest of them above a prepare is the run's holder."""


def allows_approval(gate: str | None) -> bool:
    """Whether the marker stands in a plan with this gate; None = its body was not to be verified.

    >>> allows_approval("passed-with-dissent"), allows_approval("aborted-non-result"), allows_approval(None)
    (True, False, True)
    """
    return gate is None or gate in PLAN_GATES[:2]
