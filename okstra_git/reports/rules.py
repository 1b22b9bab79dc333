"""What has to agree inside the data of a report: the table of its rules."""

from typing import TYPE_CHECKING

from okstra_git.documents.json_problems import DataProblem
from okstra_git.reports import rules_of_deliverables, rules_of_plans, rules_of_sections

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData

RULES = (*rules_of_sections.RULES, *rules_of_plans.RULES, *rules_of_deliverables.RULES)
"""Every rule, in the order of the report."""


def check_placeholders(values: object) -> list[DataProblem]:
    """Every gap of the skeleton that is left in the JSON, whatever else is wrong with it."""
    (rule,) = (rule for rule in RULES if rule.check is rules_of_sections.find_placeholders)
    breaches = rule.check(values)
    return [DataProblem(breach.path, rule.id, breach.message, breach.hint or rule.remedy) for breach in breaches]


def check_rules(data: "AnyReportData") -> list[DataProblem]:
    """Every place where the data contradict themselves, or what they belong to; each once."""
    problems = [
        DataProblem(breach.path, rule.id, breach.message, breach.hint or rule.remedy)
        for rule in RULES
        if not rule.task_types or data.task_type in rule.task_types
        for breach in rule.check(data)
    ]
    return list(dict.fromkeys(problems))
