"""Events about those who work for a run: who led it, how workers ended, what their sessions used."""

from typing import Literal

from okstra_git.records import grammar as g
from okstra_git.records.fact import Fact
from okstra_git.records.usage import LeadSession, SessionRecord, WorkerEnd


class RunLed(Fact):
    """A program was started to lead the run, in this session."""

    type: Literal["run.led"] = "run.led"
    run: g.Ulid
    lead: LeadSession


class WorkerEnded(Fact):
    """A worker of the run, supervised by us, came to its end."""

    type: Literal["worker.ended"] = "worker.ended"
    run: g.Ulid
    worker: WorkerEnd


class UsageRecorded(Fact):
    """What one session used for the run; of the same session the better record counts (`merge_sessions`)."""

    type: Literal["usage.recorded"] = "usage.recorded"
    run: g.Ulid
    usage: SessionRecord
