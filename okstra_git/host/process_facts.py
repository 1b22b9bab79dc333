"""Processes as values: who stands behind a command, and whether one still lives; nothing is looked up here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from okstra_git.contract import AGENT_PROGRAMS


@dataclass(frozen=True)
class ProcessFacts:
    """A process as seen once; `born` is its start time, which distinguishes reused pids.

    Seconds since the machine's boot on Linux, where they never change; elsewhere seconds since 1970. `argv` is empty
    where we may not look.
    """

    pid: int
    born: float
    name: str
    argv: tuple[str, ...] = ()


OKSTRA = frozenset({"okstra", "git-okstra", "git-reconcile", "okstra_cli"})
PASSING = frozenset(
    {
        "git", "env", "timeout", "gtimeout", "nice", "ionice", "nohup", "setsid", "stdbuf", "time", "xargs", "parallel",
        "make", "gmake", "just", "sudo", "doas", "su", "runuser", "uv", "uvx", "npx", "npm", "pnpm", "yarn", "bunx",
        "pipx", "poetry", "hatch", "strace", "script", "unbuffer", "taskset", "chrt", "flock", "direnv", "mise",
    }
)  # fmt: skip
"""Programs that start another one and only wait for it, or become it."""
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash"})
INTERPRETERS = re.compile(r"(python|pypy)[\d.]*\Z|node(js)?\Z|bun\Z|deno\Z")
INITS = re.compile(r"(systemd|(openrc-)?init|launchd|tini(-static)?|dumb-init|docker-init|catatonit|runit.*|s6-.*)\Z")
_ENDING = re.compile(r"\.(exe|js|mjs|cjs|py|cmd)\Z")
_WITH_VALUE = {"-X", "-W", "-r", "--require", "--import", "--loader", "--experimental-loader"}
"""Options of interpreters whose value is the next word."""


def find_lead(chain: Sequence[ProcessFacts]) -> ProcessFacts:
    """The process that leads what this chain (a process, its parent, and so on) was started for.

    The nearest agent program; else the nearest that is neither okstra nor merely passing a command on; else the
    outermost, which may be the process itself. The init of a machine or container leads nothing, unless it is an agent.
    """
    above = [*chain[1:], None]
    staying = (
        facts
        for facts, parent in zip(chain, above, strict=True)
        if not passes_on(facts) and not is_init(facts) and not is_subshell(facts, parent)
    )
    outermost = next((facts for facts in reversed(chain) if not is_init(facts)), chain[0])
    return find_agent(chain) or next(staying, outermost)


def find_agent(chain: Iterable[ProcessFacts]) -> ProcessFacts | None:
    """The nearest agent program of the chain, or None."""
    return next((facts for facts in chain if is_agent(facts)), None)


def is_agent(facts: ProcessFacts) -> bool:
    """Whether the process is a program that can lead a run, started by name or through an interpreter."""
    return program_of(facts) in AGENT_PROGRAMS or facts.name in AGENT_PROGRAMS


def is_init(facts: ProcessFacts) -> bool:
    """Whether the process is pid 1 and nothing but a reaper of others."""
    return facts.pid == 1 and INITS.match(_base(facts.argv[0] if facts.argv else facts.name)) is not None


def is_subshell(facts: ProcessFacts, parent: ProcessFacts | None) -> bool:
    """Whether a shell is a fork of its parent, as `( … )` and background jobs are: it has the same command line."""
    return parent is not None and bool(facts.argv) and facts.argv == parent.argv and program_of(facts) in SHELLS


def passes_on(facts: ProcessFacts) -> bool:
    """Whether the process is okstra itself or only carries a command: `git`, `sh -c`, `env`, `timeout` …

    A shell that runs a script, or that a person types into, does more than that.
    """
    program = program_of(facts)
    if program in OKSTRA or program in PASSING or program.startswith("git-"):
        return True
    return program in SHELLS and _runs_a_line(facts.argv[1:])


def program_of(facts: ProcessFacts) -> str:
    """The program's plain name; for an interpreter that of the script or module it runs."""
    name = _base(facts.argv[0] if facts.argv else facts.name)
    if not INTERPRETERS.match(name):
        return name
    words = iter(facts.argv[1:])
    for word in words:
        if word == "-m":
            return next(words, name).partition(".")[0]
        if word in ("-c", "-e", "--eval", "-"):
            return name
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return _base(word)
    return name


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


def _base(word: str) -> str:
    """`claude` of `/usr/bin/claude`, `-claude` (a login shell's way) or `claude.exe`."""
    return _ENDING.sub("", PurePosixPath(word).name.removeprefix("-"))


def _runs_a_line(words: Sequence[str]) -> bool:
    """Whether a shell's options say `-c`, alone or combined as in `-lc`; options end at the first other word."""
    rest = iter(words)
    for word in rest:
        if word == "--command" or word.startswith("--command="):
            return True
        if word in ("--rcfile", "--init-file"):
            next(rest, None)
        elif word[:1] not in ("-", "+") or word in ("-", "--"):
            return False
        elif not word.startswith("--"):
            if word.startswith("-") and "c" in word:
                return True
            if word[-1] in "oO":
                next(rest, None)
    return False


def _same_boot(then: str, now: str) -> bool:
    if then.isdecimal() and now.isdecimal():
        return abs(int(then) - int(now)) <= SAME_BOOT
    return then == now
