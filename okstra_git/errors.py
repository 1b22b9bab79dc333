"""What a refusal is: one sentence, a stable code, facts, a next step and an exit status."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing would cost every step of the wizard some milliseconds
if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1
"""Version of the JSON contract, in every answer and every refusal."""


class OkstraError(Exception):
    """A refusal that a person or an agent can act on.

    `code` is stable across releases and dotted (`stage.unknown`); `hint` is the next command or step;
    `facts` are JSON-ready values that belong to the case. What a code means, and the exit status that
    goes with it, stands in `error_codes`. A subclass is for what somebody catches: all other
    refusals are made by `refuse`.
    """

    code: str = "refused"

    def __init__(self, message: str, *, hint: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts

    @property
    def exit_status(self) -> int:
        """1 = refused or failed, 2 = a person has to decide, 129 = wrong usage."""
        from okstra_git.error_codes import CODES  # who refuses nothing pays for no table

        return CODES[self.code][0] if self.code in CODES else 1  # a refusal never fails for want of a row

    def as_json(self) -> dict[str, Any]:
        """The `error` object of the JSON contract: code, message, hint, then the facts."""
        return {"code": self.code, "message": self.message, "hint": self.hint, **self.facts}


def refuse(code: str, message: str, /, *, hint: str = "", **facts: Any) -> OkstraError:
    """The refusal with this code, to be raised: `raise refuse("run.ended", "…", hint="…", run=run)`."""
    error = OkstraError(message, hint=hint, **facts)
    error.code = code
    return error
