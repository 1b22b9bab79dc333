"""Rules of a report's page: it asks what the report asks."""

from collections.abc import Iterable
from typing import NamedTuple

from okstra_git.validation.rule import Breach, RuleFinding, Severity


class ViewRule(NamedTuple):
    """A way in which a page and its report may differ."""

    id: str
    says: str
    remedy: str
    severity: Severity = "failure"
    task_types: tuple[str, ...] = ()


_AGAIN = "make the page anew: git okstra report view"

VIEW_RULES = {
    "unreadable": ViewRule("view.unreadable", "A page says what it was made from.", _AGAIN),
    "missing": ViewRule("view.missing", "A page asks every question of its report.", _AGAIN),
    "extra": ViewRule("view.extra", "A page asks nothing that its report does not ask.", _AGAIN),
    "changed": ViewRule("view.changed", "A page asks its questions in the words of the report.", _AGAIN),
    "answered": ViewRule("view.answered", "A page shows the answers that the report has.", _AGAIN, "warning"),
}
"""By what differs."""

_SAYS = {
    "unreadable": "the page does not say what it was made from",
    "missing": "the page does not ask {id}",
    "extra": "the page asks {id}, and the report does not",
    "changed": "the page asks {id} in other words than the report",
    "answered": "{id} was answered since the page was made",
}


def view_findings(differences: Iterable[tuple[str, str, int]], *, report: str, page: str) -> list[RuleFinding]:
    """What differs (which way, which question, on which line of the report) as findings."""
    findings = []
    for what, name, line in differences:
        rule, path = VIEW_RULES[what], page if what in ("unreadable", "extra") else report
        breach = Breach(path, line if path == report else 0, _SAYS[what].format(id=name))
        findings.append(RuleFinding(rule, breach, rule.remedy))
    return findings
