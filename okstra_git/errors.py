"""What a refusal is: one sentence, a stable code, facts, a next step and an exit status."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing would cost every step of the wizard some milliseconds
if TYPE_CHECKING:
    from typing import Any, ClassVar

SCHEMA = 1
"""Version of the JSON contract, in every answer and every refusal."""


class OkstraError(Exception):
    """A refusal that a person or an agent can act on.

    `code` is stable across releases and dotted (`stage.unknown`); `hint` is the next command or step; `facts` are
    JSON-ready values that belong to the case. Subclasses live beside the code that raises them and set `code`.
    Exit status 1 = refused or failed, 2 = a person has to decide, 129 = wrong usage.
    """

    code: ClassVar[str] = "refused"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts

    def as_json(self) -> dict[str, Any]:
        """The `error` object of the JSON contract: code, message, hint, then the facts."""
        return {"code": self.code, "message": self.message, "hint": self.hint, **self.facts}


class UsageError(OkstraError):
    """The command line itself was wrong; git's own exit status for that is 129."""

    code = "usage"
    exit_status = 129
