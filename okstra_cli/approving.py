"""What the plan and brief commands do: read, check, approve, and write from templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.views import plan as view
from okstra_git.commands import word
from okstra_git.documents.editing import add_box, find_box
from okstra_git.documents.markdown import too_long
from okstra_git.errors import OkstraError, UsageError
from okstra_git.fs.refusals import PathRefused, TooLarge
from okstra_git.names import shown
from okstra_git.paths import ProjectPaths
from okstra_git.plans.clarifications import Clarification, open_rows
from okstra_git.plans.rules import InvalidPlan, check_plan, require_plan
from okstra_git.porcelain.prepare.order import project_root
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.real_paths import real_path
from okstra_git.shipped import templates_directory
from okstra_git.store.registry import require_task
from okstra_git.tasks.approving import (
    PlanFile,
    PlanMissing,
    PlanUnapproved,
    approve_plan,
    approved_text,
    plan_of,
    read_plan,
    replace_plan,
)
from okstra_git.tasks.checks import require_open
from okstra_git.tokens import APPROVED_MARKER

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.names import TaskKey

LANGUAGES = ("en", "ko")


class OpenQuestions(OkstraError):
    """Questions that hold up the approval are not answered."""

    code = "plan.open-questions"
    exit_status = 2


def plan_file(session: Session, file: str) -> PlanFile:
    """The plan in a file named on the line."""
    try:
        data = read_document_named(session.workspace, file)
    except TooLarge as refusal:
        raise too_long(file) from refusal
    except PathRefused as refusal:
        hint = "name an existing file"
        raise PlanMissing(f"the plan cannot be read: {refusal.message}", hint=hint, path=file) from refusal
    return plan_of(data, real_path(session.cwd / file), ProjectPaths(project_root(session.workspace)))


def check_here(session: Session, file: str) -> Answer:
    """Every rule that the plan breaks; that it cannot be approved yet for want of a marker is only noted."""
    found = plan_file(session, file)
    problems = check_plan(found.plan, for_approval=True, needs_marker=False)
    if find_box(found.plan.document, APPROVED_MARKER) is None:
        session.note(f"{found.path} has no line '- [ ] {APPROVED_MARKER}'; an approval needs it, or --add-marker")
    refusal = InvalidPlan(f"{found.path} breaks {view.count_of(problems)}", hint="git okstra plan template")
    return Answer(view.check_json(found, problems), lambda: view.check_page(found, problems),
                  error=refusal if problems else None)  # fmt: skip


def approve_here(
    session: Session, key: TaskKey, file: str, *, add_marker: bool, despite_open: bool, dry_run: bool
) -> Answer:
    """Approve the plan for the task, or say what an approval would change."""
    project, path = ProjectPaths(project_root(session.workspace)), real_path(session.cwd / file)
    require_open(session.store.read(), key)
    found = plan_file(session, file)
    lacks_marker = find_box(found.plan.document, APPROVED_MARKER) is None
    require_plan(found.plan, path=found.path, for_approval=True, needs_marker=not add_marker)
    waiting = open_rows(found.plan.document, blocks="approval")
    if waiting and not despite_open:
        raise _open_questions(found, waiting)
    if dry_run:
        changes = approved_text(found) != found.text or lacks_marker
        return Answer(view.dry_json(key, found, changes=changes), lambda: view.dry_page(key, found))
    if lacks_marker:
        replace_plan(path, add_box(found.text, APPROVED_MARKER))
    approved, appended = approve_plan(session.store, key, path, project)
    session.warn(appended.warning)
    task, changed = appended.snapshot.state.tasks[key], bool(appended.events)
    return Answer(
        view.approved_json(task, approved, changed=changed), lambda: view.approved_page(task, approved, changed=changed)
    )


def show_here(session: Session, key: TaskKey) -> Answer:
    """The approved plan of the task, beside the file as it is now."""
    task = require_task(session.store.read().state, key)
    if task.plan is None:
        file = word(task.proposed_plan or "FILE")
        raise PlanUnapproved(f"no plan of {key} was approved", hint=f"git okstra plan approve {file} --task-key {key}")
    project = ProjectPaths(project_root(session.workspace))
    try:
        now: PlanFile | None = read_plan(project.root / task.plan.path, project)
    except OkstraError:
        now = None
    blob = now.blob if now else None
    return Answer(view.show_json(task, blob), lambda: view.show_page(task, blob))


def input_template(session: Session, kind: str, language: str | None) -> str:
    """An empty plan or brief in the language that was named, or that is configured."""
    chosen = known_language(session, language)
    return (templates_directory() / "inputs" / f"{kind}.{chosen}.md").read_text(encoding="utf-8")


def known_language(session: Session, language: str | None) -> str:
    """The language that was named, or that is configured; refuses one that okstra has no words in."""
    chosen = language or session.workspace.settings.language
    if chosen not in LANGUAGES:
        raise UsageError(f"{shown(chosen)} is not a language okstra knows", hint="--language en, or --language ko")
    return chosen


def _open_questions(found: PlanFile, waiting: tuple[Clarification, ...]) -> OpenQuestions:
    listed = ", ".join(row.id for row in waiting)
    return OpenQuestions(
        f"{found.path} waits for answers that hold up its approval: {listed}",
        hint="answer them in the table and set their Status to answered, or repeat with --despite-open",
        path=found.path,
        rows=[{"id": row.id, "line": row.line, "statement": row.statement} for row in waiting],
    )
