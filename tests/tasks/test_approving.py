"""Approving a plan: two edits, one event; and whether what was approved still stands."""

from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.paths import ProjectPaths
from okstra_git.records.states import Task
from okstra_git.state.store import Store
from okstra_git.tasks import approving
from okstra_git.tasks.approving import approve_plan, require_approved
from tests.kit.papers import a_plan
from tests.kit.scenario import World
from tests.kit.stores import KEY, open_store, open_task

PLAN = a_plan({1: (), 2: (1,)})


@pytest.fixture
def store(world: World) -> Store:
    store = open_store(world)
    open_task(store)
    world.write("plan.md", PLAN)
    return store


def approve(store: Store, world: World, path: str = "plan.md") -> int:
    """Approve, and say how many facts that took."""
    return len(approve_plan(store, KEY, world.path / path, ProjectPaths(world.path))[1].events)


def task_of(store: Store) -> Task:
    return store.read().state.tasks[KEY.slashed]


def code_of(task: Task, world: World, named: str | None = None) -> OkstraError:
    with pytest.raises(OkstraError) as refused:
        require_approved(task, ProjectPaths(world.path), world.path / named if named else None)
    return refused.value


def test_an_approval_makes_two_edits_and_one_event(store: Store, world: World) -> None:
    (world.path / "plan.md").chmod(0o640)
    assert approve(store, world) == 1
    text = (world.path / "plan.md").read_text()
    assert text == PLAN.replace("- [ ] Approved", "- [x] Approved").replace("approved: false", "approved: true")
    assert (world.path / "plan.md").stat().st_mode & 0o777 == 0o640
    plan = task_of(store).plan
    assert plan is not None
    assert (plan.path, plan.blob, plan.commit) == ("plan.md", world.ask("hash-object", "plan.md"), world.tip())
    assert [(stage.number, stage.depends_on, stage.files) for stage in plan.stages] == [
        (1, (), ("src/s1.py",)), (2, (1,), ("src/s2.py",)),
    ]  # fmt: skip
    assert require_approved(task_of(store), ProjectPaths(world.path), None).blob == plan.blob


def test_line_ends_stay_as_they_are(store: Store, world: World) -> None:
    world.write("plan.md", PLAN.replace("\n", "\r\n"))
    approve(store, world)
    assert b"\n" not in (world.path / "plan.md").read_bytes().replace(b"\r\n", b"")


def test_approving_again_records_nothing_unless_somebody_looked_at_new_commits(store: Store, world: World) -> None:
    assert [approve(store, world) for _ in range(2)] == [1, 0]
    world.commit("A")
    assert [approve(store, world) for _ in range(2)] == [1, 0]


def test_interrupted_after_the_file_was_written_it_is_completed_by_doing_it_again(
    store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(approving, "resolve_head", die)
    with pytest.raises(KeyboardInterrupt):
        approve(store, world)
    monkeypatch.undo()
    assert task_of(store).plan is None
    assert approve(store, world) == 1
    assert (world.path / "plan.md").read_text().count("approved: true") == 1


def test_a_plan_with_problems_is_refused_with_all_of_them_and_stays_as_it_is(store: Store, world: World) -> None:
    broken = a_plan({1: (2,), 2: (9,)})
    world.write("plan.md", broken)
    with pytest.raises(OkstraError) as refused:
        approve(store, world)
    assert refused.value.code == "plan.invalid"
    assert len(refused.value.facts["problems"]) == 2
    assert (world.path / "plan.md").read_text() == broken


def test_what_is_not_the_approved_plan_is_refused(store: Store, world: World) -> None:
    assert code_of(task_of(store), world).code == "plan.unapproved"
    approve(store, world)
    task = task_of(store)
    assert task.plan is not None
    world.write("other.md", PLAN)
    assert code_of(task, world, "other.md").code == "plan.other"
    (world.path / "plan.md").write_text(PLAN)
    changed = code_of(task, world, "plan.md")
    assert changed.code == "plan.changed"
    assert task.plan.blob in changed.message
    assert world.ask("hash-object", "plan.md") in changed.message
    (world.path / "plan.md").unlink()
    gone = code_of(task, world)
    assert gone.code == "plan.missing"
    assert f"git okstra plan approve FILE --task-key {KEY}" in gone.hint


@pytest.mark.parametrize(
    ("before", "after"),
    [("- [ ] Approved", "odd\u2028line\n\n- [ ] Other\n- [ ] Approved <!-- here -->"), ("---\n", "-----\n")],
)
def test_the_marker_is_ticked_wherever_it_stands(store: Store, world: World, before: str, after: str) -> None:
    world.write("plan.md", PLAN.replace(before, after))
    assert [approve(store, world) for _ in range(2)] == [1, 0]
    text = (world.path / "plan.md").read_text()
    assert "- [x] Approved" in text
    assert text.count("[x]") == 1


def test_front_matter_that_cannot_be_edited_stops_the_approval_before_it_writes(store: Store, world: World) -> None:
    odd = PLAN.replace("title: Log in with a passkey\napproved: false", "{approved: false, title: x}\n# a note")
    world.write("plan.md", odd.replace("approved: false, ", ""))
    with pytest.raises(OkstraError) as refused:
        approve(store, world)
    assert refused.value.code == "document.not-editable"
    assert "- [ ] Approved" in (world.path / "plan.md").read_text()


def test_a_plan_may_lie_outside_of_the_repository(store: Store, world: World, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    far = tmp_path / "far/plan.md"
    far.write_text(PLAN)
    approve_plan(store, KEY, far, ProjectPaths(world.path))
    assert require_approved(task_of(store), ProjectPaths(world.path), far).path == str(far)
