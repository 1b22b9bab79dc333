"""Holders of runs as this machine has them: who we are, who leads us, and whether a recorded one lives."""

from okstra_git.errors import refuse
from okstra_git.host.machine import ancestors, find_process, is_alive, this_machine
from okstra_git.host.process_facts import SAME_START, Machine, ProcessFacts, find_lead
from okstra_git.names import quote
from okstra_git.records.runs import Holder
from okstra_git.runs.leases import Look


def look_here() -> Look:
    """Asks this machine whether a holder lives."""
    machine = this_machine()
    return lambda holder: is_alive(
        host=holder.host, boot=holder.boot, pid=holder.pid, born=holder.born, machine=machine
    )


def own_holder() -> Holder:
    """This very process, which stands behind a run while its bundle is made."""
    return as_holder(ancestors()[0], this_machine())


def lead_holder() -> Holder:
    """The process that asked for this command and stays: it leads the run from now on."""
    return as_holder(find_lead(ancestors()), this_machine())


def holder_of_pid(pid: int) -> Holder:
    """The process that a person named as holder; refuses when it does not live."""
    process = find_process(pid)
    if process is None:
        raise refuse("run.no-such-process", f"no process {pid} runs on this machine", hint="ps -o pid,args", pid=pid)
    return as_holder(process, this_machine())


def requested_holder(pid: str | None) -> Holder:
    """The process that leads the run from now on: the one named, or the one that asked for this and stays."""
    if pid is None:
        return lead_holder()
    if not (pid.isascii() and pid.isdecimal()) or len(pid) > 9:
        raise refuse("usage", f"{quote(pid)} is not a pid", hint="--holder PID")
    return holder_of_pid(int(pid))


def stands_above(holder: Holder) -> bool:
    """Whether the holder is this process or one of its ancestors, so that we act for it."""
    machine = this_machine()
    return (holder.host, holder.boot) == machine and any(
        holder.pid == facts.pid and abs(holder.born - facts.born) <= SAME_START for facts in ancestors()
    )


def as_holder(facts: ProcessFacts, machine: Machine) -> Holder:
    """A process of this machine as it is recorded."""
    return Holder(host=machine.host, boot=machine.boot, pid=facts.pid, born=facts.born, name=facts.name)
