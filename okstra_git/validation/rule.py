"""A rule over the documents of a run, what it finds, and all rules asked at once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from okstra_git.commands import word
from okstra_git.validation.run_documents import RunDocuments

Severity = Literal["failure", "warning"]


class Breach(NamedTuple):
    """Where a rule is broken, and how: a line (0 = the file as a whole), what is there, and what to do about it.

    `hint` is empty where the rule's own remedy says it all.
    """

    path: str
    line: int
    message: str
    hint: str = ""


@dataclass(frozen=True)
class RunRule:
    """One thing that the documents of a run must hold to.

    `says` is the rule as one sentence, `remedy` what mends it, with `{run}`, `{data}` and `{report}` for their names;
    `task_types` empty means all of them. `check` gives every breach, and looks at what is there: a missing document is
    another rule's business.
    """

    id: str
    says: str
    remedy: str
    check: Callable[[RunDocuments], Iterable[Breach]]
    severity: Severity = "failure"
    task_types: tuple[str, ...] = ()

    def applies_to(self, documents: RunDocuments) -> bool:
        """Whether runs of this task type are asked."""
        return not self.task_types or documents.task_type in self.task_types


class AnyRule(Protocol):
    """What every rule says of itself, whatever it looks at."""

    @property
    def id(self) -> str:
        """Stable: whoever reads the JSON may count on it."""

    @property
    def severity(self) -> Severity:
        """Whether a breach has to be mended."""

    @property
    def says(self) -> str:
        """The rule as one sentence."""

    @property
    def remedy(self) -> str:
        """What mends a breach."""

    @property
    def task_types(self) -> tuple[str, ...]:
        """The task types that are asked; empty for all."""


class RuleFinding(NamedTuple):
    """A rule that is broken, where, and what mends it."""

    rule: AnyRule
    breach: Breach
    hint: str


def apply_rules(rules: Iterable[RunRule], documents: RunDocuments) -> list[RuleFinding]:
    """Everything that is wrong, by file and line; each breach once."""
    findings = dict.fromkeys(_findings(rules, documents))
    return sorted(findings, key=lambda finding: (finding.breach.path, finding.breach.line, finding.rule.id))


def _findings(rules: Iterable[RunRule], documents: RunDocuments) -> Iterator[RuleFinding]:
    for rule in rules:
        if rule.applies_to(documents):
            yield from (
                RuleFinding(rule, each, each.hint or _remedy(rule, documents)) for each in rule.check(documents)
            )


def _remedy(rule: RunRule, documents: RunDocuments) -> str:
    """The remedy with the run's own names in it, quoted for a shell."""
    names = {"{run}": documents.run, "{data}": documents.data_path, "{report}": documents.report_path}
    text = rule.remedy
    for place, name in names.items():
        text = text.replace(place, word(name)) if name else text
    return text
