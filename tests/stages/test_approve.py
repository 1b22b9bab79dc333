"""Approving a plan: the two edits, the record, and everything that makes an approval no longer hold."""

import errno
import os
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.objects import name_of_blob
from okstra_git.names import parse_task_key
from okstra_git.paths import ProjectPaths
from okstra_git.plans.rules import check_plan
from okstra_git.records.events import TaskClosed
from okstra_git.records.states import Task
from okstra_git.stages.approve import (
    PlanFile,
    PlanMissing,
    approve_plan,
    approved_text,
    read_plan,
    replace_plan,
    require_approved,
)
from okstra_git.store.store import Appended, Store
from tests.kit.prepared import a_plan
from tests.kit.refusals import refuses
from tests.kit.scenario import World
from tests.kit.stores import KEY, NAME, open_store, open_task, record

TEXT = a_plan({1: (), 2: (1,)})
APPROVED = TEXT.replace("approved: false", "approved: true").replace("- [ ] Approved", "- [x] Approved")


class Office:
    """A task with a plan to approve."""

    def __init__(self, world: World) -> None:
        self.world, self.project = world, ProjectPaths(world.path)
        self.file = world.write("docs/plan.md", TEXT)
        open_task(self.store)

    @property
    def store(self) -> Store:
        return open_store(self.world)

    @property
    def task(self) -> Task:
        return self.store.read().state.tasks[parse_task_key(KEY.slashed)]

    def approve(self, file: Path | None = None) -> tuple[PlanFile, Appended]:
        return approve_plan(self.store, KEY, file or self.file, self.project)

    def approved(self, named: Path | None = None) -> PlanFile:
        return require_approved(self.task, self.project, named)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_an_approval_ticks_sets_and_records(office: Office) -> None:
    found, appended = office.approve()
    assert office.file.read_text() == APPROVED
    assert (found.text, found.path, found.blob) == (APPROVED, "docs/plan.md", name_of_blob(APPROVED.encode()))
    (event,) = appended.events
    assert event.fact.model_dump() == {
        "type": "plan.approved",
        "task": KEY.slashed,
        "path": "docs/plan.md",
        "blob": found.blob,
        "commit": office.world["base"],
        "stages": (
            {"number": 1, "title": "part 1", "depends_on": (), "files": ("src/s1.py",)},
            {"number": 2, "title": "part 2", "depends_on": (1,), "files": ("src/s2.py",)},
        ),
    }
    assert office.task.plan is not None
    assert office.approved() == office.approved(office.file) == found


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_every_other_byte_and_the_mode_stay(office: Office, end: str, bom: str) -> None:
    note = "a\x0cb\u2028c  \n\n\n* 단계\t\n"
    before, after = ((bom + (text + note).replace("\n", end)).encode() for text in (TEXT, APPROVED))
    office.file.write_bytes(before)
    office.file.chmod(0o640)
    office.approve()
    assert office.file.read_bytes() == after
    assert office.file.stat().st_mode & 0o7777 == 0o640
    assert [path.name for path in office.file.parent.iterdir()] == ["plan.md"]


def test_a_plan_without_front_matter_gets_one(office: Office) -> None:
    office.file.write_text("# P\n" + TEXT[TEXT.index("\n- [ ]") :])
    office.approve()
    assert office.file.read_text().startswith("---\napproved: true\n---\n# P\n\n- [x] Approved\n")


@pytest.mark.parametrize("value", ["yes", "on", "'true'", "1", "", "[true]"])
def test_only_the_value_true_counts_as_set(office: Office, value: str) -> None:
    office.file.write_text(TEXT.replace("approved: false", f"approved: {value}"))
    assert office.approve()[0].plan.document.front.values["approved"] is True


def test_an_approval_that_was_interrupted_is_completed_by_another(office: Office) -> None:
    replace_plan(office.file, approved_text(read_plan(office.file, office.project)))
    assert office.task.plan is None
    written = office.file.stat().st_mtime_ns
    found, appended = office.approve()
    assert (len(appended.events), found.text) == (1, APPROVED)
    assert office.file.stat().st_mtime_ns == written
    assert office.approved() == found


def test_the_same_content_is_recorded_once(office: Office) -> None:
    first, _ = office.approve()
    written = office.file.stat().st_mtime_ns
    again, appended = office.approve()
    assert (again, appended.events) == (first, ())
    assert office.file.stat().st_mtime_ns == written


def test_the_same_content_at_another_commit_is_recorded_because_drift_was_looked_at(office: Office) -> None:
    office.approve()
    later = office.world.commit("later")
    _, appended = office.approve()
    assert len(appended.events) == 1
    assert office.task.plan is not None
    assert office.task.plan.commit == later


def test_a_plan_is_approved_before_the_first_commit(tmp_path: Path) -> None:
    office = Office(World.empty(tmp_path / "empty"))
    office.approve()
    assert office.task.plan is not None
    assert office.task.plan.commit is None


def test_a_change_after_the_approval_is_refused_with_both_contents(office: Office) -> None:
    found, _ = office.approve()
    office.file.write_text(APPROVED + "more\n")
    now = name_of_blob((APPROVED + "more\n").encode())
    with refuses("plan.changed") as refused:
        office.approved()
    error = refused.value
    assert error.message == (
        f"the plan docs/plan.md was changed after its approval: approved {found.blob}, found {now}"
    )  # fmt: skip
    assert error.hint == f"git okstra plan approve docs/plan.md --task-key {NAME}"
    assert (error.code, error.facts) == ("plan.changed", {"approved": found.blob, "found": now, "path": "docs/plan.md"})
    office.approve()
    assert office.approved().blob == now


def test_another_file_than_the_approved_one_is_refused(office: Office) -> None:
    office.approve()
    other = office.world.write("other.md", TEXT)
    with refuses("plan.other") as refused:
        office.approved(other)
    assert refused.value.message == f"other.md is not the approved plan of {NAME}: that is docs/plan.md"
    assert (refused.value.code, refused.value.facts) == ("plan.other", {"approved": "docs/plan.md"})
    office.approve(other)
    assert office.approved().path == "other.md"


@pytest.mark.parametrize(("named", "said"), [(None, "FILE"), ("docs/plan.md", "docs/plan.md")])
def test_a_task_without_a_plan_is_refused(office: Office, named: str | None, said: str) -> None:
    with refuses("plan.unapproved") as refused:
        office.approved(office.world.path / named if named else None)
    assert refused.value.code == "plan.unapproved"
    assert refused.value.hint == f"git okstra plan approve {said} --task-key {NAME}"


def test_a_plan_that_is_gone_is_refused(office: Office) -> None:
    office.approve()
    office.file.unlink()
    for ask in (office.approve, office.approved):
        with pytest.raises(PlanMissing) as refused:
            ask()
        assert "docs/plan.md' is not there" in refused.value.message
        assert (refused.value.code, refused.value.facts) == ("plan.missing", {"path": "docs/plan.md"})


def test_a_folder_and_what_is_no_text_are_no_plan(office: Office) -> None:
    with pytest.raises(PlanMissing):
        office.approve(office.file.parent)
    office.file.write_bytes(b"one\ntwo \xff\n")
    with refuses("document.unreadable") as refused:
        office.approve()
    assert refused.value.facts == {"path": "docs/plan.md", "line": 2}


def test_a_plan_outside_of_the_repository_is_known_by_its_whole_path(office: Office, tmp_path: Path) -> None:
    outside = tmp_path / "plan.md"
    outside.write_text(TEXT)
    found, _ = office.approve(outside)
    assert found.path == str(outside)
    assert office.approved(outside) == found
    with pytest.raises(PlanMissing) as refused:
        office.approved()
    assert refused.value.hint == f"name it where it is: --approved-plan {outside}"


def test_a_plan_with_problems_is_refused_with_all_of_them_and_stays(office: Office) -> None:
    broken = (
        TEXT.replace("- [ ] Approved\n", "").replace("`src/s1.py`", "`/etc/passwd`").replace("| 2 | part 2 | 1 |", "")
    )
    office.file.write_text(broken)
    with refuses("plan.invalid") as refused:
        office.approve()
    problems = check_plan(read_plan(office.file, office.project).plan, for_approval=True)
    assert [problem.code for problem in problems] == ["plan.no-marker", "plan.bad-path", "plan.no-row"]
    assert refused.value.facts["problems"] == [problem.as_json() for problem in problems]
    assert office.file.read_text() == broken
    assert office.task.plan is None


def test_an_approved_plan_that_breaks_a_newer_rule_is_refused(office: Office) -> None:
    found, appended = office.approve()
    text = APPROVED.replace("`src/s1.py`", "`/etc/passwd`")
    office.file.write_text(text)
    (event,) = appended.events
    record(office.store, event.fact.model_copy(update={"blob": name_of_blob(text.encode())}))
    with refuses("plan.invalid") as refused:
        office.approved()
    assert refused.value.facts["path"] == found.path


def test_nothing_is_written_for_a_closed_or_unknown_task(office: Office) -> None:
    with pytest.raises(OkstraError) as unknown:
        approve_plan(office.store, parse_task_key("shop:web:other"), office.file, office.project)
    record(office.store, TaskClosed(task=KEY.slashed))
    with pytest.raises(OkstraError) as closed:
        office.approve()
    assert (unknown.value.code, closed.value.code) == ("task.unknown", "task.closed")
    assert office.file.read_text() == TEXT


def test_a_folder_that_cannot_be_written_leaves_the_plan(office: Office) -> None:
    office.file.parent.chmod(0o500)
    try:
        if not _is_refused(office.file.parent):
            pytest.skip("this user may write everywhere")
        with pytest.raises(PlanMissing) as refused:
            office.approve()
    finally:
        office.file.parent.chmod(0o700)
    assert f"cannot be written: {os.strerror(errno.EACCES).lower()}" in refused.value.message
    assert office.file.read_text() == TEXT


def _is_refused(folder: Path) -> bool:
    try:
        (folder / "probe").touch()
    except OSError:
        return True
    (folder / "probe").unlink()
    return False


@pytest.mark.parametrize(
    ("before", "after"),
    [("- [ ] Approved", "odd\u2028line\n\n- [ ] Other\n- [ ] Approved <!-- here -->"), ("---\n", "-----\n")],
)
def test_the_marker_is_ticked_wherever_it_stands(office: Office, before: str, after: str) -> None:
    office.file.write_text(office.file.read_text().replace(before, after))
    office.approve()
    text = office.file.read_text()
    assert "- [x] Approved" in text
    assert text.count("[x]") == 1


def test_front_matter_that_cannot_be_edited_stops_the_approval_before_it_writes(office: Office) -> None:
    text = office.file.read_text().replace("approved: false", "approved: &x false\nother: *x")
    office.file.write_text(text)
    with pytest.raises(OkstraError) as refused:
        office.approve()
    assert (refused.value.code, office.file.read_text()) == ("document.not-editable", text)
