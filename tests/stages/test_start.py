"""Starting a stage in two steps: the reservation first, the start once its worktree stands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.faults import fault_point
from okstra_git.git.repo import open_repository
from okstra_git.names import parse_task_key
from okstra_git.records.states import Task
from okstra_git.stages import start
from okstra_git.stages.complete import DoneRequest, complete_stages, release_reservation
from okstra_git.stages.start import StartRequest, start_stage
from okstra_git.stages.task import open_task
from okstra_git.store.clone import ensure_writer
from okstra_git.store.store import Store
from tests.kit.refusals import refuses
from tests.kit.scenario import World

KEY = parse_task_key("shop:web:login")


class Killed(BaseException):
    """Stands for a process that dies at this very point."""


@pytest.fixture
def store(world: World) -> Store:
    git = open_repository(world.path)
    ensure_writer(git, milliseconds=1)
    made = Store(git, lambda: datetime.fromtimestamp(next(world.clock), UTC))
    open_task(made, KEY, category="fix", title="T", tickets=["A"])
    return made


def task_of(store: Store) -> Task:
    return store.read().state.tasks[parse_task_key(KEY.slashed)]


def test_killed_after_the_worktree_was_made_the_stage_is_reserved_and_can_go_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    request = StartRequest(KEY, 1, "main", worktree=place)

    def die(point: str) -> None:
        if point == "stage.worktree-made":
            raise Killed
        fault_point(point)

    monkeypatch.setattr(start, "fault_point", die)
    with pytest.raises(Killed):
        start_stage(store, request)
    stage = task_of(store).stages[1]
    assert (stage.status, stage.branch, stage.range) == ("reserved", "fix/web/login-stage-1", None)
    assert task_of(store).anchor is None
    monkeypatch.undo()
    with pytest.raises(OkstraError, match="already reserved"):
        start_stage(store, request)
    release_reservation(store, KEY, "stage-1")
    assert task_of(store).stages == {}
    start_stage(store, request)
    assert task_of(store).stages[1].status == "started"
    assert (place / "README").exists()


def test_a_reserved_stage_may_be_finished(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "fault_point", lambda _: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        start_stage(store, StartRequest(KEY, 1, "main", worktree=tmp_path / "place"))
    World(tmp_path / "place").commit("work")
    complete_stages(store, KEY, [DoneRequest(1)])
    stage = task_of(store).stages[1]
    assert (stage.status, stage.range and stage.range.subject, stage.range and stage.range.commits) == (
        "done",
        "work",
        1,
    )


def test_a_worktree_that_fails_leaves_only_history(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with refuses("worktree.failed"):
        start_stage(store, StartRequest(KEY, 1, "main", worktree=tmp_path / "file" / "below"))
    task = task_of(store)
    assert task.stages == {}
    assert task.anchor is None
    assert task.places["stage-1"].status == "released"


def test_starting_again_keeps_the_recorded_commit(store: Store, world: World) -> None:
    world.branch("x")
    world.commit("X")
    adopt = StartRequest(KEY, 1, "main", branch="x", adopt=True)
    start_stage(store, adopt)
    complete_stages(store, KEY, [DoneRequest(1)])
    release_reservation(store, KEY, "stage-1")
    start_stage(store, adopt)
    stage = task_of(store).stages[1]
    assert (stage.status, stage.range and stage.range.head) == ("started", world["X"])
