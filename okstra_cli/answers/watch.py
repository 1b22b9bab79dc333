"""What `watch` answers when it looks once."""

from typing_extensions import TypedDict

from okstra_cli.answers.workers import Worker


class WaitingMatter(TypedDict):
    """Something that waits for a person; `urgency` is decide or see, `command` the line to run."""

    urgency: str
    code: str
    message: str
    command: str | None
    task: str | None
    stage: int | None


class LiveRun(TypedDict):
    """A run that has not ended; `life` of the process behind it: alive, dead or unknown."""

    run: str
    task: str
    task_type: str
    stage: int | None
    life: str
    workers: list[Worker]


class LiveStage(TypedDict):
    """A stage and its state."""

    number: int
    title: str
    state: str


class LiveTask(TypedDict):
    """An open task; `tokens` used so far, workers included; `over` says which budget is used up."""

    key: str
    stages: list[LiveStage]
    tokens: int
    over: str | None


class Watched(TypedDict):
    """Everything at one moment, what needs a person first."""

    project: str | None
    needs: list[WaitingMatter]
    runs: list[LiveRun]
    tasks: list[LiveTask]
