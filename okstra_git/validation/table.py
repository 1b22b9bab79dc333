"""All rules, in the order in which the reference lists them."""

from okstra_git.validation import report_frame
from okstra_git.validation.rule import RunRule

RULES: tuple[RunRule, ...] = (*report_frame.RULES,)
