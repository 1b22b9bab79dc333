"""Who may finish, abandon and resume a run, with real processes that live and die."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from okstra_git.bundle.archive import pack_run
from okstra_git.host.process_facts import Liveness
from okstra_git.names import parse_task_key
from okstra_git.records.events import RunClaimed, RunPrepared, TaskClosed
from okstra_git.records.runs import Holder, Run
from okstra_git.runs.ending import (
    Ended,
    Finish,
    Resumed,
    abandon_run,
    finish_run,
    resume_run,
)
from okstra_git.runs.history import require_run
from okstra_git.runs.holder import holder_of_pid, lead_holder, look_here, own_holder, stands_above
from okstra_git.runs.leases import life_of
from okstra_git.store.store import Store
from tests.kit.refusals import refuses
from tests.kit.scenario import World
from tests.kit.stores import KEY, now, open_store, open_task, record

RUN, OTHER = "01J0000000000000000000000A", "01J0000000000000000000000B"
TASK = KEY.slashed
FOLDER = f".okstra/tasks/{TASK}/runs/implementation/stage-1"


class Sleeper:
    """A real process that leads a run until it is killed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(["sleep", "120"])
        self.holder = holder_of_pid(self.process.pid)

    def die(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    made = Sleeper()
    yield made
    made.die()


@pytest.fixture
def store(world: World) -> Store:
    made = open_store(world)
    open_task(made)
    return made


def prepare(store: Store, holder: Holder, run: str = RUN, *, stage: int = 1, nonce: str = "n1") -> None:
    claim = RunClaimed(task=TASK, run=run, task_type="implementation", seq=1, stage=stage, holder=own_holder())
    done = RunPrepared(task=TASK, run=run, stage=stage, holder=holder, nonce=nonce, folder=FOLDER,
                       instruction_set=f"{FOLDER}/instruction-set/001")  # fmt: skip
    record(store, claim, done)


def life(run: Run) -> Liveness:
    return life_of(run, look_here(), now=now(), lease_hours=12)


def finish(store: Store, run: str = RUN, *, ours: Callable[[Holder], bool] = stands_above, **asked: object) -> Ended:
    request = Finish(**asked)  # type: ignore[arg-type]
    return finish_run(store, run, request, is_ours=ours, pack=lambda *_: None)


def abandon(store: Store, run: str = RUN, *, force: bool = False) -> Ended:
    return abandon_run(store, run, reason="why", force=force, life_of=life, is_ours=stands_above, pack=lambda *_: None)


def resume(store: Store, run: str = RUN, *, force: bool = False, nonce: str = "n2") -> Resumed:
    return resume_run(
        store, run, holder=lead_holder(), nonce=nonce, session="s", force=force, life_of=life, is_ours=stands_above
    )


def events(store: Store) -> int:
    return store.read().clock


# --- finishing


def test_whoever_has_the_nonce_finishes(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    ended = finish(store, nonce="n1", report="r.md", next_phase="final-verification")
    assert (ended.changed, ended.run.status, ended.run.report, ended.run.next_phase) == (
        True, "finished", "r.md", "final-verification",
    )  # fmt: skip


def test_the_holder_itself_needs_no_nonce(store: Store) -> None:
    prepare(store, lead_holder())
    assert finish(store, outcome="failed", reason="no luck").run.status == "failed"


def test_a_stranger_without_the_nonce_is_refused(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    with refuses("run.not-holder", match=f"sleep, pid {sleeper.process.pid} on "):
        finish(store)
    assert store.read().state.tasks[parse_task_key(TASK)].runs[RUN].is_active


def test_a_holder_that_was_replaced_is_refused_and_learns_by_whom(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    sleeper.die()
    assert resume(store).run.nonce == "n2"
    before = events(store)
    with refuses("run.stale-nonce") as refused:
        finish(store, nonce="n1")
    assert f"pid {lead_holder().pid} on" in refused.value.message
    assert refused.value.facts["since"].endswith("Z")
    assert events(store) == before
    assert finish(store, nonce="n2").changed


def test_finishing_twice_changes_nothing_the_second_time(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    assert finish(store, nonce="n1").changed
    before = events(store)
    assert not finish(store, nonce="n1").changed
    assert not finish(store).changed
    assert events(store) == before
    with refuses("run.ended", match="cannot be recorded as failed"):
        finish(store, nonce="n1", outcome="failed")
    with refuses("run.stale-nonce"):
        finish(store, nonce="other")


def test_a_run_that_is_being_prepared_has_nothing_to_report(store: Store) -> None:
    record(store, RunClaimed(task=TASK, run=RUN, task_type="implementation", seq=1, stage=1, holder=own_holder()))
    with refuses("run.not-prepared"):
        finish(store)


def test_an_abandoned_run_cannot_be_finished(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    sleeper.die()
    abandon(store)
    with refuses("run.ended") as refused:
        finish(store, nonce="n1")
    assert refused.value.hint.endswith(
        "git okstra run prepare --task-key shop:web:login --task-type implementation --stage 1"
    )


# --- abandoning


def test_a_dead_holders_run_is_abandoned_by_anybody(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    sleeper.die()
    ended = abandon(store)
    assert (ended.changed, ended.run.status, ended.run.reason) == (True, "abandoned", "why")
    assert not abandon(store).changed


def test_a_live_strangers_run_is_abandoned_only_by_force(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    with refuses("run.holder-lives") as refused:
        abandon(store)
    assert f"sleep, pid {sleeper.process.pid} on" in refused.value.message
    assert refused.value.hint.endswith(f"git okstra run abandon {RUN} --force")
    assert abandon(store, force=True).changed


def test_ones_own_run_is_abandoned_without_force(store: Store) -> None:
    prepare(store, lead_holder())
    assert abandon(store).changed


def test_a_finished_run_is_not_abandoned(store: Store) -> None:
    prepare(store, lead_holder())
    finish(store)
    with refuses("run.ended", match="nothing to abandon"):
        abandon(store, force=True)


# --- resuming


def test_a_dead_holders_run_gets_a_new_one(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    sleeper.die()
    resumed = resume(store)
    assert (resumed.changed, resumed.run.status, resumed.run.nonce) == (True, "running", "n2")
    assert resumed.run.holder == lead_holder()


def test_ones_own_run_stays_as_it_is(store: Store) -> None:
    prepare(store, lead_holder())
    before = events(store)
    resumed = resume(store)
    assert (resumed.changed, resumed.run.nonce) == (False, "n1")
    assert events(store) == before


def test_a_live_strangers_run_is_taken_only_by_force(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    with refuses("run.holder-lives"):
        resume(store)
    assert resume(store, force=True).run.nonce == "n2"


def test_a_run_that_ended_names_the_command_for_a_new_one(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    finish(store, nonce="n1")
    with refuses("run.ended", match="cannot be resumed") as refused:
        resume(store)
    assert "run prepare --task-key shop:web:login" in refused.value.hint


def test_a_run_that_was_never_prepared_cannot_be_resumed(store: Store, sleeper: Sleeper) -> None:
    claim = RunClaimed(task=TASK, run=RUN, task_type="error-analysis", seq=1, holder=sleeper.holder)
    record(store, claim)
    with refuses("run.not-prepared", match="is still being prepared"):
        resume(store)
    sleeper.die()
    with refuses("run.not-prepared", match="was never prepared to the end") as refused:
        resume(store)
    assert refused.value.hint == "git okstra run prepare --task-key shop:web:login --task-type error-analysis"


def test_a_stage_that_another_run_took_meanwhile_is_not_led_twice(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    sleeper.die()
    prepare(store, lead_holder(), OTHER)
    with refuses("stage.occupied") as refused:
        resume(store)
    assert refused.value.facts["run"] == OTHER


def test_a_closed_tasks_run_is_not_resumed(store: Store, sleeper: Sleeper) -> None:
    prepare(store, sleeper.holder)
    sleeper.die()
    record(store, TaskClosed(task=TASK))
    with refuses("task.closed"):
        resume(store)


# --- names


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "run.unknown"),
        ("01J", "run.unknown"),
        ("zzzz", "run.unknown"),
        ("01J0", "run.ambiguous"),
        (RUN + "A", "run.unknown"),
    ],
)
def test_a_run_needs_a_name_that_only_it_has(store: Store, text: str, code: str) -> None:
    prepare(store, lead_holder())
    prepare(store, lead_holder(), OTHER, stage=2)
    with refuses(code) as refused:
        require_run(store.read().state, text)
    assert refused.value.hint


def test_a_run_is_found_by_its_id_in_any_case_and_by_its_beginning(store: Store) -> None:
    prepare(store, lead_holder())
    assert require_run(store.read().state, RUN.lower())[1].id == RUN
    assert require_run(store.read().state, "01j0")[1].id == RUN


# --- processes


def test_we_act_for_ourselves_and_for_those_above_us(sleeper: Sleeper) -> None:
    assert stands_above(own_holder())
    assert stands_above(lead_holder())
    assert stands_above(holder_of_pid(os.getppid()))
    assert not stands_above(sleeper.holder)
    assert not stands_above(own_holder().model_copy(update={"boot": "another"}))


def test_a_holder_that_does_not_run_is_refused(sleeper: Sleeper) -> None:
    pid = sleeper.process.pid
    sleeper.die()
    with refuses("run.no-such-process"):
        holder_of_pid(pid)


# --- archives in the log


def test_an_end_and_its_archive_are_one_commit(store: Store, world: World) -> None:
    prepare(store, lead_holder())
    world.write(f"{FOLDER}/reports/report-implementation-001.md", "the end\n")
    before = world.ask("for-each-ref", "--format=%(objectname)", "refs/okstra/log")
    ended = finish_run(
        store, RUN, Finish(), is_ours=stands_above,
        pack=lambda task, run: pack_run(store.git, run, world.path, task=task.key.slashed, home="/h", now=now()),
    )  # fmt: skip
    tip = world.ask("for-each-ref", "--format=%(objectname)", "refs/okstra/log")
    assert world.ask("rev-parse", f"{tip}^") == before
    assert world.ask("rev-parse", f"{tip}:archive/{RUN}") == ended.run.archive
    assert world.ask("show", f"{tip}:archive/{RUN}/reports/report-implementation-001.md") == "the end"
    assert Path(world.path / f"{FOLDER}/reports/report-implementation-001.md").exists()
