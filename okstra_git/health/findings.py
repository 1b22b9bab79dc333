"""What an examination found, as values that can be printed, compared and repaired."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class HealthFinding:
    """One thing that is not as it should be: stable code, what it concerns, a sentence and the next step.

    error = something recorded is lost or unreadable; warning = something is wrong or will be; info = worth knowing,
    nothing to do. `repairable` says that the same command repairs it when asked to.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    hint: str = ""
    repairable: bool = False

    def as_json(self) -> dict[str, Any]:
        """The shape of an entry of `findings` and `repaired`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "subject": self.subject,
            "message": self.message,
            "hint": self.hint,
            "repairable": self.repairable,
        }


def by_severity(findings: Iterable[HealthFinding]) -> list[HealthFinding]:
    """Errors first, then by subject; each thing once."""
    return sorted(
        dict.fromkeys(findings), key=lambda finding: (ORDER.index(finding.severity), finding.code, finding.subject)
    )


def needs_somebody(findings: Iterable[HealthFinding]) -> bool:
    """Whether anything worse than information is among them."""
    return any(finding.severity != "info" for finding in findings)


@dataclass(frozen=True)
class CheckResult:
    """What is wrong now, and what was wrong and has been repaired."""

    findings: tuple[HealthFinding, ...]
    repaired: tuple[HealthFinding, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left that needs a repair or a person."""
        return not needs_somebody(self.findings)
