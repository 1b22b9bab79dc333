"""What a run left to be read, as one value: its report, its data, its workers' results, its state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from okstra_git.documents.markdown import Document, parse_document
from okstra_git.records.report.data import AnyReportData
from okstra_git.records.report.problems import DataProblem


@dataclass(frozen=True)
class TextFile:
    """A text and where it stands, from the project's root; `refusal` says why it could not be read."""

    path: str
    text: str = ""
    refusal: str = ""

    @cached_property
    def document(self) -> Document:
        """The text as Markdown."""
        return parse_document(self.text)


@dataclass(frozen=True)
class JsonFile:
    """A JSON object and where it stands; `values` is None where it is not one, and `refusal` says why."""

    path: str
    values: Mapping[str, Any] | None = None
    refusal: str = ""


@dataclass(frozen=True)
class RunDocuments:
    """Everything that rules look at; what is not there is None or empty.

    `data` is the report's data, `data_problems` what is wrong with them (then `data` is None). `results` are the result
    files of workers by worker id, `audits` their audit sidecars, `errors` their error sidecars. `carried` is the report
    whose answers were carried in, `plan` the approved plan. `workers` are the ids of the roster, `stages` those that
    the run looks at together, `waivers` the user's reasons by stage key. `changed` are the paths that the recorded
    commits of its stages change, None where there are none yet. `project` is project.json.
    """

    run: str
    task: str
    task_type: str
    stage: int | None = None
    scope: str = ""
    nonce: str = ""
    language: str = "en"
    tickets: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    is_plan_verified: bool = True
    team: str = ""
    folder: str = ""
    stages: tuple[int, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[str] | None = None
    report: TextFile | None = None
    report_path: str = ""
    data_path: str = ""
    data: AnyReportData | None = None
    data_problems: tuple[DataProblem, ...] = ()
    results: Mapping[str, TextFile] = field(default_factory=dict)
    audits: Mapping[str, TextFile] = field(default_factory=dict)
    errors: Mapping[str, TextFile] = field(default_factory=dict)
    carried: TextFile | None = None
    plan: TextFile | None = None
    convergence: JsonFile | None = None
    plan_body: JsonFile | None = None
    team_state: JsonFile | None = None
    conformance: JsonFile | None = None
    conformance_results: JsonFile | None = None
    project: JsonFile | None = None
