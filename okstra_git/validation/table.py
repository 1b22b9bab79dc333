"""All rules, in the order in which the reference lists them."""

from okstra_git.validation import conformance_gate, report_frame, team
from okstra_git.validation.rule import RunRule

RULES: tuple[RunRule, ...] = (*report_frame.RULES, *conformance_gate.RULES, *team.RULES)
