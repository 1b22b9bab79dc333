"""Reads and checks the documents of a prepare; whatever they lack is refused before anything is claimed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.documents.markdown import decode
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import Missing, NotAFile, Unreadable
from okstra_git.fs.root import Root
from okstra_git.git.astray import find_astray
from okstra_git.git.objects import find_entry, name_of_blob
from okstra_git.git.revisions import require_named
from okstra_git.paths import plan_key
from okstra_git.plans.clarifications import holds_up
from okstra_git.plans.drift import Drift, drifted_files
from okstra_git.porcelain.prepare.brief_input import ReadBrief, find_brief
from okstra_git.porcelain.prepare.refresh import schedule
from okstra_git.porcelain.prepare.remarks import note_of_answers, note_unknown_tasks
from okstra_git.porcelain.prepare.whole_task import carried_of, rows_of
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.real_paths import real_path
from okstra_git.runs.assembling import Papers
from okstra_git.runs.bundle import BundleSources, KnownRun, SourceText
from okstra_git.runs.carrying import require_carry
from okstra_git.runs.context import PlanPart, StagePart, WorktreePart
from okstra_git.runs.last_report import open_questions
from okstra_git.runs.left_files import Disk
from okstra_git.runs.project import declared_keys, read_qa_commands, require_waivable
from okstra_git.runs.reported import find_last_report
from okstra_git.stages.approve import PlanFile, require_approved
from okstra_git.store.ownership import OwnWorktrees
from okstra_git.store.registry import require_stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from okstra_git.porcelain.prepare.order import Order
    from okstra_git.porcelain.prepare.whole_task import Whole
    from okstra_git.records.runs import Plan, Source
    from okstra_git.records.states import Task
    from okstra_git.stages.base import StageBase


class PaperMissing(OkstraError):
    """A file that was named cannot be read."""

    code = "file.missing"


class PlanDrifted(OkstraError):
    """Files that the plan names are not as they were when it was approved."""

    code = "plan.drifted"
    exit_status = 2


class StageUnfinished(OkstraError):
    """A stage without a commit was to be verified."""

    code = "stage.not-done"


@dataclass(frozen=True)
class Attached:
    """A file that was named on the line: its path as shown, and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Documents:
    """Everything that was read, checked; `plan_record` is the approved plan as recorded, `glossary` path and text."""

    order: Order
    brief: ReadBrief | None
    plan: PlanFile | None
    plan_record: Plan | None
    clarification: Attached | None
    pr_template: Attached | None
    qa_commands: dict[str, str]
    conformance: str | None
    glossary: tuple[str, str] | None = None

    @property
    def blobs(self) -> tuple[str | None, ...]:
        """What names documents and contents: paths and blob ids in a fixed order."""
        brief = self.brief.source if self.brief else None
        named = [(brief.path, brief.blob) if brief else None, (self.plan.path, self.plan.blob) if self.plan else None]
        named += [(each.path, name_of_blob(each.data)) if each else None for each in self.attached]
        return tuple(" ".join(pair) if pair else None for pair in named)

    @property
    def attached(self) -> tuple[Attached | None, ...]:
        return self.clarification, self.pr_template

    @property
    def brief_source(self) -> Source | None:
        return self.brief.source if self.brief else None

    @property
    def plan_blob(self) -> str | None:
        return self.plan.blob if self.plan else None

    def check_stage(self, task: Task, number: int, beginning: StageBase) -> None:
        """Refuse a stage whose dependencies left no carry, or whose files changed since the plan was approved."""
        self._plan_part(task, number)
        self._refuse_drift(task, number, beginning)

    def _refuse_drift(self, task: Task, number: int, beginning: StageBase) -> None:
        """What finished stages of this plan touched is no drift."""
        record = self.plan_record
        planned = next((each for each in record.stages if each.number == number), None) if record else None
        if record is None or planned is None or record.commit is None:
            return
        own = {path for stage in task.stages.values() if stage.range for path in stage.range.paths}
        drifted = drifted_files(planned.files, self._blob_at(record.commit), self._blob_at(beginning.commit), own=own)
        if drifted:
            raise self._drifted(number, record, drifted)

    def _blob_at(self, commit: str) -> Callable[[str], str | None]:
        git = self.order.workspace.git

        def blob(path: str) -> str | None:
            found = find_entry(git, commit, path.rstrip("/").encode())
            return found[1] if found else None

        return blob

    def _drifted(self, number: int, record: Plan, drifted: list[Drift]) -> PlanDrifted:
        listed = ", ".join(f"{each.path} ({each.kind})" for each in drifted[:5])
        more = f" and {len(drifted) - 5} more" if len(drifted) > 5 else ""
        return PlanDrifted(
            f"files of stage {number} changed since the plan was approved: {listed}{more}",
            hint=f"plan anew with --task-type implementation-planning; or, when the plan still holds: "
            f"git okstra plan approve {word(record.path)} --task-key {self.order.key}",
            stage=number,
            files=[each._asdict() for each in drifted],
            approved_at=record.commit,
        )

    def worktree_to_verify(self, task: Task) -> WorktreePart | None:
        """Where a single-stage verification looks: the stage's own worktree, when it stands there on its branch."""
        number = self.order.request.stage
        if number is None:
            return None
        stage, place = require_stage(task, number), task.places.get(f"stage-{number}")
        path = OwnWorktrees(self.order.workspace.git).path(place)
        if place is None or path is None:
            return None
        astray = find_astray(self.order.workspace.git, path, place.branch)
        if astray is not None:
            self.order.workspace.note(
                f"the worktree {place.worktree} of stage {number} {astray.what}; the run gets none"
            )
            return None
        base = stage.range.base if stage.range and stage.range.base else stage.base
        commit, tree = (stage.range.head, stage.range.head_tree) if stage.range else ("", "")
        return WorktreePart(
            path=str(path), branch=stage.branch, base=base, base_ref=stage.base_ref, commit=commit, tree=tree
        )

    def for_stage(self, task: Task, stage: int | None, whole: Whole) -> Papers:
        """What goes into the context of a run on this stage, or on the task."""
        project = self.order.project
        return Papers(
            brief=self.brief.part if self.brief else None,
            plan=self._looked_back(self._plan_part(task, stage), task, whole),
            qa_commands=self.qa_commands,
            clarification=self.clarification.path if self.clarification else "",
            pr_template=project.relative(project.root / self.pr_template.path) if self.pr_template else "",
            stages=rows_of(self.order, task, whole),
            group=whole.group,
        )

    def _looked_back(self, plan: PlanPart | None, task: Task, whole: Whole) -> PlanPart | None:
        """The plan with what the stages left that a verification looks at."""
        looks = plan is not None and self.order.request.phase.name == "final-verification"
        return replace(plan, carry=carried_of(self.order, task, whole)) if plan is not None and looks else plan

    def _plan_part(self, task: Task, stage: int | None) -> PlanPart | None:
        if self.plan is None:
            return None
        key, project = plan_key(self.plan.blob), self.order.project
        found = self.plan.plan.find_stage(stage) if stage is not None else None
        if found is None:
            return PlanPart(self.plan.path, self.plan.blob, key)
        carry = require_carry(
            task,
            found.depends_on if self.order.request.phase.has_worktree else (),
            files=Root(project.root),
            file_of=lambda number: project.task(self.order.key).carry(key, number),
            writer=self.order.writer,
        )
        part = StagePart(
            number=found.number,
            title=found.title,
            depends_on=found.depends_on,
            files=found.files,
            steps=found.text("steps"),
            validation=found.text("validation"),
            exit_contract=found.text("exit_contract"),
            rollback=found.text("rollback"),
            listing=found.text("files"),
        )
        return PlanPart(self.plan.path, self.plan.blob, key, part, carry)

    def sources(self, task: Task) -> BundleSources:
        """The texts that stand in the bundle beside the context."""
        others = [SourceText("Glossary", *self.glossary)] if self.glossary is not None else []
        template = self.pr_template
        if template is not None:
            others.append(SourceText("Pull request template", template.path, decode(template.data, name=template.path)))
        return BundleSources(
            brief=self.brief.text if self.brief else None,
            plan=self.plan.text if self.plan else None,
            others=tuple(others),
            clarification=self.clarification.data if self.clarification else None,
            conformance=self.conformance,
            runs=tuple(KnownRun(run.id, run.status) for run in task.runs.values()),
            stages=schedule(task),
        )


def read_documents(order: Order, task: Task) -> Documents:
    """Read brief, plan, attachments and project files; refuse everything that would make the run begin wrongly."""
    request, workspace = order.request, order.workspace
    if request.base_ref is not None:
        require_named(workspace.git, request.base_ref, what="the base")
    if request.stage is not None and not request.phase.has_worktree:
        _require_done(task, request.stage)
    plan = _find_plan(order, task)
    documents, conformance = Root(order.project.root, links=True), order.project.task(order.key).conformance
    require_waivable(request.waivers, declared_keys(documents, conformance) if request.waivers else None)
    _note_open_questions(order, task)
    note_unknown_tasks(order)
    return Documents(
        order=order,
        brief=find_brief(order, task),
        plan=plan,
        plan_record=task.plan if plan else None,
        clarification=_answers(order),
        pr_template=_attached(order, request.pr_template, what="the pull request template"),
        qa_commands=read_qa_commands(documents, order.project.project_file),
        conformance=documents.find_text(conformance, errors="replace"),
        glossary=_glossary(order, documents),
    )


def _glossary(order: Order, documents: Root) -> tuple[str, str] | None:
    text = documents.find_text(order.project.glossary, errors="replace")
    return (order.project.relative(order.project.glossary), text) if text is not None else None


def _require_done(task: Task, number: int) -> None:
    """Only what has ended on a commit can be verified by itself."""
    if require_stage(task, number).range is None:
        key = str(task.key)
        raise StageUnfinished(
            f"stage {number} of {key} is not done, so there is nothing to verify yet",
            hint=f"git okstra stage done {number} --task-key {key}",
            stage=number,
        )


def _find_plan(order: Order, task: Task) -> PlanFile | None:
    """The approved plan: a must for an implementation, welcome where a phase looks back on one."""
    named = order.workspace.cwd / order.request.approved_plan if order.request.approved_plan else None
    phase = order.request.phase
    looks_back = phase.name in ("final-verification", "release-handoff") and task.plan is not None
    if not (phase.needs_plan or named is not None or looks_back):
        return None
    return require_approved(task, order.project, real_path(named) if named else None)


def _answers(order: Order) -> Attached | None:
    """The answered report, with a note for whatever in it nobody could take up."""
    found = _attached(order, order.request.clarification, what="the clarification response")
    if found is not None:
        note_of_answers(order.workspace, found.path, found.data)
    return found


def _attached(order: Order, named: str | None, *, what: str) -> Attached | None:
    if named is None:
        return None
    try:
        data = read_document_named(order.workspace, named)
    except (Missing, NotAFile, Unreadable) as error:
        raise PaperMissing(f"{what} cannot be read: {error.message}", hint="name an existing file") from error
    decode(data, name=named)
    return Attached(order.project.relative(real_path(order.workspace.cwd / named)), data)


def _note_open_questions(order: Order, task: Task) -> None:
    """Say which questions of the last report hold up the next phase, unless its answers are being carried in."""
    disk = Disk(order.project.root)
    last = find_last_report(disk, task) if order.request.clarification is None else None
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    waiting = [row.id for row in asked.rows if holds_up(row, "next-phase")] if asked is not None else []
    if asked is not None and waiting:
        order.workspace.note(
            f"{asked.report} has open questions that hold up the next phase: "
            f"{', '.join(waiting)}; answer them there and add --clarification-response"
        )
