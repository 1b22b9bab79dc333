"""Reads the documents of a prepare, remarks on them, and puts together what of them goes into the bundle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okstra_git.bundle.context import PlanPart, StagePart
from okstra_git.bundle.inputs import PromptDocuments, SourceText, find_last_report
from okstra_git.bundle.project import declared_keys, read_qa_commands, require_waivable
from okstra_git.bundle.report_questions import open_questions
from okstra_git.bundle.run_files import Disk
from okstra_git.bundle.stages import require_carry
from okstra_git.bundle.task_documents import KnownRun
from okstra_git.commands import command
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Missing, NotAFile, Unreadable
from okstra_git.fs.root import Root
from okstra_git.git.objects import name_of_blob
from okstra_git.names import parse_task_key
from okstra_git.paths import plan_key, real_path
from okstra_git.porcelain.prepare.brief_input import ReadBrief, find_brief
from okstra_git.porcelain.prepare.refresh import schedule
from okstra_git.porcelain.prepare.whole_task import Whole, left_carry, stage_rows
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.reports.clarifications import check_clarifications, holds_up, list_clarifications
from okstra_git.stages.approve import PlanFile, require_approved
from okstra_git.store.registry import find_task

if TYPE_CHECKING:
    from okstra_git.bundle.context import Carried
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Plan
    from okstra_git.records.states import State, Task


def note_of_answers(workspace: Workspace, name: str, data: bytes) -> None:
    """Say what in an answered report cannot be used: no table of clarification items, rows that break its rules, and
    questions that are left blank."""
    document = parse_document(decode(data, name=name))
    problems = check_clarifications(document)
    for problem in problems:
        workspace.note(f"{name}:{problem.line}: {problem.message}")
    rows = list_clarifications(document)
    if not problems and not rows:
        workspace.note(f"{name} has no clarification items, so it answers nothing")
    blank = [row.id for row in rows if row.is_unanswered]
    if blank:
        workspace.note(f"{name}: {', '.join(blank)} left open and blank; section 0 of the next report has to name them")


def note_unknown_tasks(context: PrepareContext, state: State) -> None:
    """Say which related tasks are not known in this clone; they may be in another one."""
    unknown = [key for key in context.request.related_tasks if find_task(state, parse_task_key(key)) is None]
    if unknown:
        they = "it is" if len(unknown) == 1 else "they are"
        context.workspace.note(f"not known here: {', '.join(unknown)}; {they} named as related all the same")


def note_open_questions(context: PrepareContext, task: Task) -> None:
    """Say which questions of the last report hold up the next phase, unless its answers are being carried in."""
    disk = Disk(context.project.root)
    last = find_last_report(disk, task) if context.request.clarification is None else None
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    waiting = [row.id for row in asked.rows if holds_up(row, "next-phase")] if asked is not None else []
    if asked is not None and waiting:
        answer = command("git okstra report answer", waiting[0], ("--value", "TEXT"), ("--task-key", context.key))
        context.workspace.note(
            f"{asked.report} has open questions that hold up the next phase: {', '.join(waiting)}; "
            f"answer them: {answer}; then carry them in with --resume-clarification"
        )


@dataclass(frozen=True)
class Attached:
    """A file that was named on the line: its path as shown, and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Documents:
    """Everything that was read; `plan_record` is the approved plan as recorded, `glossary` path and text."""

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
        attached = (self.clarification, self.pr_template)
        named += [(document.path, name_of_blob(document.data)) if document else None for document in attached]
        return tuple(" ".join(pair) if pair else None for pair in named)


@dataclass(frozen=True)
class Inputs:
    """What a run is prepared from: documents, the stages that it looks at together, and what names it all."""

    documents: Documents
    whole: Whole
    fingerprint: str


def read_documents(context: PrepareContext, state: State, task: Task) -> Documents:
    """Read brief, plan, attachments and project files; refuses what is missing, broken or not to be begun on."""
    request, project = context.request, context.project
    plan = _find_plan(context, task)
    files, conformance = Root(project.root, links=True), project.task(context.key).conformance
    require_waivable(request.waivers, declared_keys(files, conformance) if request.waivers else None)
    note_open_questions(context, task)
    note_unknown_tasks(context, state)
    glossary = files.find_text(project.glossary, errors="replace")
    return Documents(
        brief=find_brief(context, task),
        plan=plan,
        plan_record=task.plan if plan else None,
        clarification=_read_answers(context),
        pr_template=_read_attached(context, request.pr_template, what="the pull request template"),
        qa_commands=read_qa_commands(files, project.project_file),
        conformance=files.find_text(conformance, errors="replace"),
        glossary=(project.relative(project.glossary), glossary) if glossary is not None else None,
    )


def carry_for(context: PrepareContext, documents: Documents, task: Task, stage: int | None) -> tuple[Carried, ...]:
    """What the stages that a stage builds on left for it; refuses a carry that is missing."""
    plan, project = documents.plan, context.project
    planned = plan.plan.find_stage(stage) if plan is not None and stage is not None else None
    if plan is None or planned is None or not context.request.phase.has_worktree:
        return ()
    key = plan_key(plan.blob)
    return require_carry(
        task,
        planned.depends_on,
        files=Root(project.root),
        file_of=lambda number: project.task(context.key).carry(key, number),
        writer=context.writer,
    )


def prompt_documents(context: PrepareContext, inputs: Inputs, task: Task, stage: int | None) -> PromptDocuments:
    """What the bundle of a run on this stage, or on the task, is made of."""
    documents, whole, project = inputs.documents, inputs.whole, context.project
    plan, template = _plan_part(context, documents, task, stage), documents.pr_template
    if plan is not None and context.request.phase.name == "final-verification":
        plan = replace(plan, carry=left_carry(context, task, whole))
    others = [SourceText("Glossary", *documents.glossary)] if documents.glossary is not None else []
    if template is not None:
        others.append(SourceText("Pull request template", template.path, decode(template.data, name=template.path)))
    answers = documents.clarification
    return PromptDocuments(
        brief=documents.brief.part if documents.brief else None,
        brief_text=documents.brief.text if documents.brief else None,
        plan=plan,
        plan_text=documents.plan.text if documents.plan else None,
        qa_commands=documents.qa_commands,
        clarification=answers.path if answers else "",
        clarification_data=answers.data if answers else None,
        pr_template=project.relative(project.root / template.path) if template else "",
        others=tuple(others),
        conformance=documents.conformance,
        stages=stage_rows(context, task, whole),
        group=whole.group,
        runs=tuple(KnownRun(run.id, run.status) for run in task.runs.values()),
        schedule=schedule(task),
    )


def _find_plan(context: PrepareContext, task: Task) -> PlanFile | None:
    """The approved plan: a must for an implementation, welcome where a phase looks back on one."""
    request = context.request
    named = context.workspace.cwd / request.approved_plan if request.approved_plan else None
    looks_back = request.phase.name in ("final-verification", "release-handoff") and task.plan is not None
    if not (request.phase.needs_plan or named is not None or looks_back):
        return None
    return require_approved(task, context.project, real_path(named) if named else None)


def _read_answers(context: PrepareContext) -> Attached | None:
    """The answered report, with a note for everything in it that cannot be used."""
    answers = _read_attached(context, context.request.clarification, what="the clarification response")
    if answers is not None:
        note_of_answers(context.workspace, answers.path, answers.data)
    return answers


def _read_attached(context: PrepareContext, name: str | None, *, what: str) -> Attached | None:
    if name is None:
        return None
    try:
        data = read_document_named(context.workspace, name)
    except (Missing, NotAFile, Unreadable) as error:
        raise refuse("file.missing", f"{what} cannot be read: {error.message}", hint="name an existing file") from error
    decode(data, name=name)
    return Attached(context.project.relative(real_path(context.workspace.cwd / name)), data)


def _plan_part(context: PrepareContext, documents: Documents, task: Task, stage: int | None) -> PlanPart | None:
    """The plan as a run on this stage gets it, with what the stages before left."""
    plan = documents.plan
    if plan is None:
        return None
    planned = plan.plan.find_stage(stage) if stage is not None else None
    if planned is None:
        return PlanPart(plan.path, plan.blob, plan_key(plan.blob))
    part = StagePart(
        number=planned.number,
        title=planned.title,
        depends_on=planned.depends_on,
        files=planned.files,
        steps=planned.text("steps"),
        validation=planned.text("validation"),
        exit_contract=planned.text("exit_contract"),
        rollback=planned.text("rollback"),
        listing=planned.text("files"),
    )
    return PlanPart(plan.path, plan.blob, plan_key(plan.blob), part, carry_for(context, documents, task, stage))
