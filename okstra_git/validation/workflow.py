"""Rules of the whole project: what is recorded and what lies on the disk agree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from okstra_git.contract import GROUP_HANDOFF
from okstra_git.names import quote
from okstra_git.phases import phase_of_routing
from okstra_git.validation.rule import Breach, RuleFinding, Severity
from okstra_git.validation.run_documents import JsonFile

HANDOFF = "release-handoff"


class AlteredFile(NamedTuple):
    """A file of a bundle that is not as it was prepared: `how` is `changed`, `missing` or why it cannot be read."""

    path: str
    how: str


@dataclass(frozen=True)
class RecordedRun:
    """A run of this clone as the log has it, beside what it left. `data` is None where there are none.

    `recommends` are the phases that its report routes to, None where nothing says so; `identity` is what its manifest
    has to say of it, by key.
    """

    id: str
    task: str
    task_type: str
    stage: int | None
    is_finished: bool
    report: str
    has_report: bool
    data_path: str
    data: JsonFile | None
    verdict: str
    recommends: tuple[str, ...] | None
    identity: Mapping[str, object]
    manifest: JsonFile | None
    manifest_path: str
    changed: tuple[AlteredFile, ...] = ()


class SkillDrift(NamedTuple):
    """Skills, agents and rules that are not those of this okstra: in words, and the line that mends it."""

    folder: str
    message: str
    remedy: str


class LogProblem(NamedTuple):
    """Part of a log that does not count: which, why, and what to do."""

    place: str
    message: str
    remedy: str


@dataclass(frozen=True)
class ProjectFacts:
    """The state of a project; `runs` are in the order in which they were prepared, those of a task side by side."""

    runs: tuple[RecordedRun, ...] = ()
    problems: tuple[LogProblem, ...] = ()
    drifts: tuple[SkillDrift, ...] = ()


@dataclass(frozen=True)
class WorkflowRule:
    """One thing that a project must hold to: as a rule of runs, over the whole project."""

    id: str
    says: str
    remedy: str
    check: Callable[[ProjectFacts], Iterable[Breach]]
    severity: Severity = "failure"
    task_types: tuple[str, ...] = ()


def logs_count(facts: ProjectFacts) -> Iterator[Breach]:
    """Every log can be read, and every event in it counts."""
    for problem in facts.problems:
        yield Breach(problem.place, 0, problem.message, problem.remedy)


def finished_runs_have_reports(facts: ProjectFacts) -> Iterator[Breach]:
    """A finished run has recorded its report, and the file is there."""
    for run in facts.runs:
        if run.is_finished and not run.report:
            yield Breach(f"run {run.id}", 0, f"the {run.task_type} run of {run.task} is finished without a report")
        elif run.is_finished and not run.has_report:
            yield Breach(run.report, 0, f"the report of run {run.id} is not here")


def reports_have_data(facts: ProjectFacts) -> Iterator[Breach]:
    """The data of a recorded report are beside it, and are those of its run."""
    for run in facts.runs:
        if not (run.is_finished and run.has_report):
            continue
        if run.data is None:
            yield Breach(run.data_path, 0, f"the report of run {run.id} has no data beside it")
        elif run.data.values is None:
            yield Breach(run.data_path, 0, f"the data of run {run.id} cannot be read: {run.data.refusal}")
        elif run.data.values.get("runId") != run.id:
            named = quote(str(run.data.values.get("runId")))
            yield Breach(run.data_path, 0, f"the data are of run {named}, and the report is of run {run.id}")


def conclusions_are_those_of_the_data(facts: ProjectFacts) -> Iterator[Breach]:
    """The verdict on record is the one that the report's data have."""
    for run in facts.runs:
        values = run.data.values if run.data is not None else None
        verdict = values.get("verdict") if values is not None else None
        token = verdict.get("token") if isinstance(verdict, dict) else None
        if run.verdict and isinstance(token, str) and token != run.verdict:
            message = f"the data say {quote(token)}, and run {run.id} is recorded as {quote(run.verdict)}"
            yield Breach(run.data_path, 0, message)


def phases_follow_recommendations(facts: ProjectFacts) -> Iterator[Breach]:
    """The next run of a task is of a phase that the report before it routes to, or repeats its own."""
    for before, after in pairwise(run for run in facts.runs if run.recommends is not None or not run.is_finished):
        if before.task != after.task or before.recommends is None or after.task_type == before.task_type:
            continue
        allowed = {phase_of_routing(name) for name in before.recommends}
        if after.task_type not in allowed:
            routes = ", ".join(before.recommends) or "nothing"
            message = f"run {after.id} is {after.task_type}, and the report before it routes to {routes}"
            yield Breach(before.report or before.data_path, 0, message)


def single_stages_were_handed_over_in_groups(facts: ProjectFacts) -> Iterator[Breach]:
    """A verification of one stage does not recommend a handoff of the whole task."""
    for run in facts.runs:
        is_single = run.task_type == "final-verification" and run.stage is not None
        if is_single and run.recommends and HANDOFF in run.recommends and GROUP_HANDOFF not in run.recommends:
            yield Breach(run.report or run.data_path, 0, f"a single stage routes to {GROUP_HANDOFF} only")


def manifests_agree_with_the_log(facts: ProjectFacts) -> Iterator[Breach]:
    """The manifest of a run says of it what the log says."""
    for run in facts.runs:
        values = run.manifest.values if run.manifest is not None else None
        if run.manifest is not None and values is None:
            yield Breach(run.manifest.path, 0, f"the manifest of run {run.id} cannot be read: {run.manifest.refusal}")
        for key, value in run.identity.items() if values is not None else ():
            assert values is not None
            if values.get(key) != value:
                message = f"{key} is {quote(str(values.get(key)))}, and the log has {quote(str(value))}"
                yield Breach(run.manifest_path, 0, message)


def bundles_are_as_prepared(facts: ProjectFacts) -> Iterator[Breach]:
    """Nobody has changed what a run was given to read."""
    for run in facts.runs:
        for file in run.changed:
            yield Breach(file.path, 0, f"{file.how} since run {run.id} was prepared")


def skills_are_those_of_this_version(facts: ProjectFacts) -> Iterator[Breach]:
    """Skills and agents that are installed are those that this okstra ships."""
    for drift in facts.drifts:
        yield Breach(drift.folder, 0, drift.message, drift.remedy)


WORKFLOW_RULES = (
    WorkflowRule("workflow.log", "Every log can be read, and every event in it counts.", "git okstra log --ignored",
                 logs_count),
    WorkflowRule("workflow.report", "A finished run has its report.", "write it, or restore the file",
                 finished_runs_have_reports),
    WorkflowRule("workflow.data", "A report has its data beside it, of the same run.", "restore the file",
                 reports_have_data),
    WorkflowRule("workflow.verdict", "The verdict on record is that of the report's data.",
                 "mend the data, or let a new run of the phase decide", conclusions_are_those_of_the_data),
    WorkflowRule("workflow.phase", "The next run of a task is of a phase that the report before it routes to.",
                 "say in the next report why, or take up what was recommended", phases_follow_recommendations,
                 "warning"),
    WorkflowRule("workflow.routing", f"A single stage routes to {GROUP_HANDOFF}, never to plain release-handoff.",
                 "verify the whole task, or hand the stage over in a group", single_stages_were_handed_over_in_groups),
    WorkflowRule("workflow.manifest", "The manifest of a run says of it what the log says.",
                 "prepare the run again, or abandon it", manifests_agree_with_the_log),
    WorkflowRule("workflow.bundle", "What a run was given to read is as it was prepared.",
                 "restore the file, or prepare the run again", bundles_are_as_prepared),
    WorkflowRule("workflow.skills", "Skills and agents are those of this version.", "git okstra setup",
                 skills_are_those_of_this_version, "warning"),
)  # fmt: skip


def apply_workflow_rules(facts: ProjectFacts) -> list[RuleFinding]:
    """Everything that is wrong with the project, by file; each breach once."""
    findings = [
        RuleFinding(rule, each, each.hint or rule.remedy) for rule in WORKFLOW_RULES for each in rule.check(facts)
    ]
    return sorted(dict.fromkeys(findings), key=lambda finding: (finding.breach.path, finding.rule.id))
