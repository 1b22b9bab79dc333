"""All rules, in the order in which the reference lists them."""

from okstra_git.validation import (
    agreement,
    clarification_rules,
    conformance_gate,
    data_rules,
    follow_up_rules,
    implementation_rules,
    improvement_rules,
    plan_rules,
    readability_rules,
    report_frame,
    report_sections,
    team,
    ticket_rules,
    trace_rules,
    verification_rules,
    worker_rules,
)
from okstra_git.validation.rule import AnyRule, RunRule
from okstra_git.validation.view_rules import VIEW_RULES
from okstra_git.validation.workflow import WORKFLOW_RULES

RULES: tuple[RunRule, ...] = (
    *report_frame.RULES,
    *report_sections.RULES,
    *data_rules.OF_DATA,
    *data_rules.RULES,
    *clarification_rules.RULES,
    *follow_up_rules.RULES,
    *plan_rules.RULES,
    *implementation_rules.RULES,
    *verification_rules.RULES,
    *conformance_gate.RULES,
    *team.RULES,
    *improvement_rules.RULES,
    *ticket_rules.RULES,
    *trace_rules.RULES,
    *worker_rules.RULES,
    *agreement.RULES,
    *readability_rules.RULES,
)

ALL_RULES: tuple[AnyRule, ...] = (*RULES, *VIEW_RULES.values(), *WORKFLOW_RULES)
"""Those of pages and of the whole project, too."""
