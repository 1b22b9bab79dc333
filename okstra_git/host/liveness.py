"""Whether a process that was written down still lives, as a value with its reason; nothing is looked up here."""

from typing import Literal, NamedTuple

LivenessState = Literal["alive", "dead", "unknown"]

ENDED = "its process ended"
RESTARTED = "the machine was restarted"
REUSED = "its pid belongs to another process now"
ELSEWHERE = "it runs on another machine"
OTHER_SPACE = "it runs in another container of this machine"

SAME_START = 0.05
"""Seconds by which two readings of one process's start may differ; Linux counts hundredths since boot, exactly."""

SAME_BOOT = 300
"""Seconds by which two readings of one boot's time may differ where a boot has no id: clocks are set meanwhile."""


class Machine(NamedTuple):
    """The machine as a holder's record names it: host name, and an id of this boot.

    In a container `boot` ends in `@` and the number of its pid namespace, because pids mean nothing outside.
    """

    host: str
    boot: str


class Liveness(NamedTuple):
    """What is known of a process: `why` says it for people where it is not simply alive."""

    state: LivenessState
    why: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the process is known to be alive."""
        return self.state == "alive"


def judge_machine(host: str, boot: str, machine: Machine) -> Liveness | None:
    """What host and boot alone say of a process; None when it has to be looked for by its pid."""
    if host != machine.host:
        return Liveness("unknown", ELSEWHERE)
    then, _, space = boot.partition("@")
    now, _, here = machine.boot.partition("@")
    if not _same_boot(then, now):
        return Liveness("dead", RESTARTED)
    return None if space == here else Liveness("unknown", OTHER_SPACE)


def _same_boot(then: str, now: str) -> bool:
    if then.isdecimal() and now.isdecimal():
        return abs(int(then) - int(now)) <= SAME_BOOT
    return then == now
