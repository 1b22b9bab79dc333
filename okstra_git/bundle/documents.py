"""The documents that a run is prepared from, as they were read: what its context says of them, and their texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from okstra_git.bundle.context import BriefPart, GroupPart, PlanPart, StageRow
from okstra_git.bundle.task_views import KnownRun, ScheduledStage


@dataclass(frozen=True)
class SourceText:
    """A document that the run's readers may need in full; `title` says what it is, `path` where it stands."""

    title: str
    path: str
    text: str


@dataclass(frozen=True)
class PromptDocuments:
    """Everything that a bundle is made of besides the request; None and empty for what there is not.

    `brief` and `plan` are what the context says of the documents whose texts are `brief_text` and `plan_text`,
    `clarification` and `pr_template` the paths of files that were named. `clarification_data` is copied byte for byte.
    `others` is whatever else is worth having at hand, `conformance` the task's manifest. `stages` and `group` are the
    stages that a run about the task looks at; `runs` and `schedule` say how the task stands.
    """

    brief: BriefPart | None = None
    brief_text: str | None = None
    plan: PlanPart | None = None
    plan_text: str | None = None
    qa_commands: Mapping[str, str] | None = None
    clarification: str = ""
    clarification_data: bytes | None = None
    pr_template: str = ""
    others: tuple[SourceText, ...] = ()
    conformance: str | None = None
    stages: tuple[StageRow, ...] = ()
    group: GroupPart | None = None
    runs: tuple[KnownRun, ...] = ()
    schedule: tuple[ScheduledStage, ...] = ()
