"""Approves a plan: its marker ticked, its front matter set, its blob recorded; and asks whether that still holds."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from okstra_git.commands import command, word
from okstra_git.contract import APPROVED_FIELD, APPROVED_MARKER
from okstra_git.documents.editing import find_box, set_front_value, tick_box
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import read_named, replace_named
from okstra_git.fs.refusals import PathRefused, Unwritable
from okstra_git.fs.root import Root
from okstra_git.git.history import resolve_head
from okstra_git.git.objects import name_of_blob
from okstra_git.names import TaskKey
from okstra_git.paths import ProjectPaths
from okstra_git.plans.rules import require_plan
from okstra_git.plans.stage_map import PlanDocument, parse_plan
from okstra_git.records.events import PlanApproved
from okstra_git.records.runs import PlannedStage
from okstra_git.records.states import Task
from okstra_git.store.registry import require_open
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended, Store


class PlanMissing(OkstraError):
    """The plan's file cannot be read."""

    code = "plan.missing"


@dataclass(frozen=True)
class PlanFile:
    """A plan as it stands in a file: path from the project's root, text, blob id, and what was read in it."""

    path: str
    text: str
    blob: str
    plan: PlanDocument


def read_plan(file: Path, project: ProjectPaths) -> PlanFile:
    """The plan in a file that a record names, whatever is wrong with it.

    Refuses a file that cannot be read as text, and one that is outside of the repository or behind a link out of it.
    """
    shown = project.relative(file)
    try:
        data = Root(project.root, links=True).read_bytes(file)
    except PathRefused as refusal:
        hint = "name an existing file"
        raise PlanMissing(f"the plan cannot be read: {refusal.message}", hint=hint, path=shown) from refusal
    return plan_of(data, file, project)


def read_named_plan(file: Path, project: ProjectPaths) -> PlanFile:
    """The plan in a file that a person named, which may be anywhere; refuses as `read_plan` does."""
    try:
        data = read_named(str(file), project.root, (project.root,))
    except PathRefused as refusal:
        hint = "name an existing file"
        raise PlanMissing(
            f"the plan cannot be read: {refusal.message}", hint=hint, path=project.relative(file)
        ) from refusal
    return plan_of(data, file, project)


def plan_of(data: bytes, file: Path, project: ProjectPaths) -> PlanFile:
    """The plan that these bytes of the file are, whatever is wrong with it; refuses what is not text."""
    shown = project.relative(file)
    text = decode(data, name=shown)
    return PlanFile(shown, text, name_of_blob(data), parse_plan(parse_document(text)))


def approve_plan(store: Store, key: TaskKey, file: Path, project: ProjectPaths) -> tuple[PlanFile, Appended]:
    """Tick the marker, set `approved: true`, and record the file's blob with the commit that is checked out.

    Refuses a plan that breaks a rule or has no marker. The file is written first, so an approval that was interrupted
    is completed by approving again; approving what is approved records nothing.
    """
    plan = read_named_plan(file, project)
    require_plan(plan.plan, path=plan.path, for_approval=True)
    require_open(store.read().state, key)
    ticked = approved_text(plan)
    if ticked != plan.text:
        replace_plan(file, ticked)
        plan = read_named_plan(file, project)
    fact = PlanApproved(
        task=key,
        path=plan.path,
        blob=plan.blob,
        stages=planned_stages(plan.plan),
        commit=resolve_head(store.git),
    )

    def decide(snapshot: Snapshot) -> list[PlanApproved]:
        old = require_open(snapshot.state, key).plan
        is_same = old is not None and (old.path, old.blob, old.commit) == (fact.path, fact.blob, fact.commit)
        return [] if is_same else [fact]

    return plan, store.append(decide)


def approved_text(plan: PlanFile) -> str:
    """The plan's text as approved: the two edits and nothing else."""
    box = find_box(plan.plan.document, APPROVED_MARKER)
    text = tick_box(plan.text, box) if box is not None and not box.checked else plan.text
    is_set = plan.plan.document.front.values.get(APPROVED_FIELD) is True
    return text if is_set else set_front_value(text, APPROVED_FIELD, "true")


def replace_plan(file: Path, text: str) -> None:
    """Write the plan anew in one step, with the mode it has."""
    try:
        replace_named(file, text.encode("utf-8"))
    except Unwritable as refusal:
        message = f"{file} cannot be written: {refusal.why}"
        raise PlanMissing(message, hint=refusal.hint, path=str(file)) from refusal


def planned_stages(plan: PlanDocument) -> tuple[PlannedStage, ...]:
    """The stages as they are recorded."""
    return tuple(
        PlannedStage(number=stage.number, title=stage.title, depends_on=stage.depends_on, files=stage.files)
        for stage in plan.stages
    )


def require_approved(task: Task, project: ProjectPaths, named: Path | None) -> PlanFile:
    """The approved plan as it stands; refuses when there is none, when it was changed, or when another was named."""
    key, plan = str(task.key), task.plan
    if plan is None:
        path = project.relative(named) if named else task.proposed_plan or "FILE"
        raise refuse(
            "plan.unapproved",
            f"no plan of {key} was approved",
            hint=f"git okstra plan approve {word(path)} --task-key {key}",
            task=key,
        )
    if named is not None and project.relative(named) != plan.path:
        approve = command("git okstra plan approve", project.relative(named), ("--task-key", key))
        raise refuse(
            "plan.other",
            f"{project.relative(named)} is not the approved plan of {key}: that is {plan.path}",
            hint=f"leave --approved-plan out, or: {approve}",
            approved=plan.path,
        )
    file = _read_approved(project, plan.path, key, is_named=named is not None)
    if file.blob != plan.blob:
        raise refuse(
            "plan.changed",
            f"the plan {plan.path} was changed after its approval: approved {plan.blob}, found {file.blob}",
            hint=f"git okstra plan approve {word(plan.path)} --task-key {key}",
            approved=plan.blob,
            found=file.blob,
            path=plan.path,
        )
    require_plan(file.plan, path=file.path)
    return file


class Drift(NamedTuple):
    """A file that is not as it was when the plan was approved: `changed`, `appeared` or `gone`."""

    path: str
    kind: str


def drifted_files(
    files: Iterable[str], before: Callable[[str], str | None], now: Callable[[str], str | None], *, own: Collection[str]
) -> list[Drift]:
    """The files that drifted, in the plan's order. `before` and `now` give a file's blob id, None where it is not.

    What a finished stage of the same plan touched (`own`) does not count, nor does a file absent both times: it is to
    be made. Folders count by their tree.
    """
    drifted = []
    for path in dict.fromkeys(file.rstrip("/") for file in files):
        was, is_now = before(path), now(path)
        if was == is_now or any(touched == path or touched.startswith(f"{path}/") for touched in own):
            continue
        drifted.append(Drift(path, "appeared" if was is None else ("gone" if is_now is None else "changed")))
    return drifted


def _read_approved(project: ProjectPaths, path: str, key: str, *, is_named: bool) -> PlanFile:
    try:
        return (read_named_plan if is_named else read_plan)(project.root / path, project)
    except PlanMissing as missing:
        hint = (
            "put the file back as it was approved (one approved in another clone has to be brought here)\n"
            f"or approve another one: git okstra plan approve FILE --task-key {key}"
            if not Path(path).is_absolute()
            else f"name it where it is: --approved-plan {word(path)}"
        )
        raise PlanMissing(missing.message, hint=hint, path=path) from missing
