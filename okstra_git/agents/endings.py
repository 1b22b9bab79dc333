"""How a run of an agent program ended: a closed list of reasons, and the status that team state has for each."""

import re
import signal
from typing import Literal, NamedTuple

from okstra_git.contract import WORKER_DONE, WORKER_ERROR, WORKER_NOT_RUN, WORKER_TIMEOUT

Reason = Literal[
    "answered",
    "bad-request",
    "unauthenticated",
    "rate-limited",
    "service-failed",
    "cut-off",
    "max-turns",
    "out-of-budget",
    "timed-out",
    "interrupted",
    "terminated",
    "killed",
    "vanished",
    "untrusted-folder",
    "misused",
    "not-found",
    "no-result",
    "failed",
]
"""`cut-off`: the service broke off or was silent, and was not reached again.

`vanished`: the supervisor is gone, so nobody saw the end. `misused`: the program refused its command line.
`no-result`: it ended without the sign of success and without saying why.
`failed`: it says that it failed, and nothing more can be made of it.
"""

STATUS_OF: dict[str, str] = {
    "answered": WORKER_DONE,
    "timed-out": WORKER_TIMEOUT,
    "not-found": WORKER_NOT_RUN,
    "misused": WORKER_NOT_RUN,
    "untrusted-folder": WORKER_NOT_RUN,
}
"""Reasons whose status is something else than `error`."""

_OF_SIGNAL: dict[int, Reason] = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "terminated",
    signal.SIGKILL: "killed",
}
_OF_HTTP: dict[int, Reason] = {400: "bad-request", 401: "unauthenticated", 403: "unauthenticated", 429: "rate-limited"}
_STATUS_IN_TEXT = re.compile(r'(?:API Error: |last status: |unexpected status |"code": ?)(?P<status>[45]\d\d)\b')


class ProgramEnd(NamedTuple):
    """How a run ended: the reason, a sentence of the program about it, and when a limit resets (RFC 3339, or empty).

    >>> ProgramEnd("rate-limited", "Too many requests").status
    'error'
    """

    reason: Reason
    message: str = ""
    resets: str = ""

    @property
    def status(self) -> str:
        """The word of team state: `completed`, `error`, `timeout` or `not-run`."""
        return STATUS_OF.get(self.reason, WORKER_ERROR)

    @property
    def is_success(self) -> bool:
        """Whether the program answered."""
        return self.reason == "answered"


def reason_of_signal(number: int) -> Reason:
    """What it means that this signal ended the program."""
    return _OF_SIGNAL.get(number, "failed")


def reason_of_http(status: int | None) -> Reason | None:
    """What an answer of the service with this HTTP status means; None where it is not an error."""
    if status is None or status < 400:
        return None
    return _OF_HTTP.get(status, "service-failed" if status >= 500 else "bad-request")


def reason_of_text(text: str) -> Reason | None:
    """What an HTTP status in a program's sentence means; None where it names none.

    >>> reason_of_text("exceeded retry limit, last status: 429 Too Many Requests")
    'rate-limited'
    """
    found = _STATUS_IN_TEXT.search(text)
    return reason_of_http(int(found["status"])) if found else None


def reason_of_exit(exit_code: int, sent: int | None = None) -> Reason | None:
    """What the exit alone says: negative = ended by that signal, as `Popen.returncode`; `sent` is a signal we sent.

    None where it says nothing.
    """
    if sent is not None:
        return reason_of_signal(sent)
    if exit_code < 0:
        return reason_of_signal(-exit_code)
    return reason_of_signal(exit_code - 128) if exit_code - 128 in _OF_SIGNAL else None
