"""Bundles on the disk: whole or not there, wherever the writer dies; shared documents never lose a task or a run."""

import json
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from okstra_git import faults
from okstra_git.bundle.context import RunContext, TeamPart
from okstra_git.bundle.render import Bundle, make_bundle
from okstra_git.bundle.stored_context import read_context
from okstra_git.bundle.task_documents import KnownRun, RunEnd, conclude_run
from okstra_git.bundle.write import POINTS, renew_gates, verify_bundle, write_bundle
from okstra_git.fs.root import Root
from tests.bundle.samples import RUN, a_run, an_implementation, paths_of, sources_of
from tests.kit.refusals import refuses

FORKED = multiprocessing.get_context("fork")


def bundle_of(context: RunContext) -> Bundle:
    return make_bundle(context, sources_of(context))


def written(root: Path, context: RunContext) -> Bundle:
    bundle = bundle_of(context)
    assert write_bundle(bundle, root) == ()
    return bundle


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def catalogue(root: Path) -> Path:
    return root / ".okstra/discovery/tasks.json"


def another_run(context: RunContext, run: str, seq: int) -> RunContext:
    """A later run of the same phase."""
    paths = paths_of(context.run.task_type, context.run.stage, seq=seq)
    later = replace(context.run, id=run, nonce=f"nonce{seq}", seq=f"{seq:03}", prepared_at=f"2026-11-21T06:00:0{seq}Z")
    return replace(context, run=later, paths=paths)


def another_task(context: RunContext, name: str) -> RunContext:
    """The same run of another task."""
    key = f"shop:web:{name}"
    moved = {field: value.replace("/login", f"/{name}") for field, value in vars(context.paths).items()}
    task = replace(context.task, key=key, id=name, root=context.task.root.replace("/login", f"/{name}"))
    return replace(context, task=task, paths=type(context.paths)(**moved))


def hidden(root: Path) -> list[str]:
    """Leftovers of writers; the lock is none."""
    return [path.name for path in root.rglob(".*") if path.name not in (".okstra", ".lock")]


def test_everything_is_where_the_context_says_and_nothing_else(tmp_path: Path) -> None:
    bundle = written(tmp_path, an_implementation())
    for each in bundle.files:
        path = tmp_path / each.path
        assert path.read_bytes() == each.data
        assert os.access(path, os.X_OK) is each.executable
    assert all((tmp_path / folder).is_dir() for folder in bundle.folders)
    task = tmp_path / bundle.context.task.root
    shared = {task / "task-manifest.json", task / "task-index.md", task / "schedule.md", catalogue(tmp_path)}
    files = {path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"}
    assert files == {tmp_path / each.path for each in bundle.files} | shared
    assert hidden(tmp_path) == []


def test_a_written_bundle_is_whole_and_tells_what_was_spoilt(tmp_path: Path) -> None:
    bundle = written(tmp_path, a_run())
    paths = bundle.context.paths
    manifest = tmp_path / paths.run_manifest
    assert verify_bundle(tmp_path, manifest) == []
    (tmp_path / paths.profile).write_text("mine")
    (tmp_path / paths.packet).unlink()
    (tmp_path / paths.team_state).write_text("a lead has been at work here")
    (tmp_path / paths.resume_script).unlink()
    assert verify_bundle(tmp_path, manifest) == [paths.packet, paths.profile, paths.resume_script]


def test_a_manifest_that_says_nothing_verifies_nothing(tmp_path: Path) -> None:
    path = tmp_path / "manifests/run.json"
    path.parent.mkdir()
    assert verify_bundle(tmp_path, path) == ["manifests/run.json"]
    for text in ('{"files": {', "[]", '{"files": []}', '{"files": {}}'):
        path.write_text(text)
        assert verify_bundle(tmp_path, path) == ["manifests/run.json"]


def test_writing_again_replaces_everything(tmp_path: Path) -> None:
    context = a_run()
    first = written(tmp_path, context)
    stray = tmp_path / context.paths.instruction_set / "stray.md"
    stray.write_text("from a dead attempt")
    write_bundle(first, tmp_path)
    assert not stray.exists()
    assert hidden(tmp_path) == []
    assert [row["id"] for row in document(tmp_path / context.paths.task_manifest)["runs"]] == [RUN]


def die_at(bundle: Bundle, root: Path, point: str, nth: int) -> None:
    """Write, and end like a killed process when `point` is reached for the nth time; exit status 7 says it was."""
    count = 0

    def react(name: str) -> None:
        nonlocal count
        count += name == point
        if name == point and count == nth:
            os._exit(7)

    faults.arm(react)
    write_bundle(bundle, root)
    os._exit(0)


def killed(bundle: Bundle, root: Path, point: str, nth: int = 1) -> bool:
    child = FORKED.Process(target=die_at, args=(bundle, root, point, nth))
    child.start()
    child.join(120)
    return child.exitcode == 7


def assert_whole_or_absent(root: Path, bundle: Bundle) -> None:
    """A folder under its real name is whole, and whatever points to a run points to a whole one."""
    paths = bundle.context.paths
    if (root / paths.instruction_set).exists():
        manifest = root / paths.run_manifest
        assert verify_bundle(root, manifest) == []
    if (root / paths.task_manifest).exists():
        latest = document(root / paths.task_manifest)["latestRun"]
        assert verify_bundle(root, root / latest["manifest"]) == []
    if catalogue(root).exists():
        assert all((root / row["manifest"]).is_file() for row in document(catalogue(root))["tasks"])


@pytest.mark.parametrize("point", [point for point in POINTS if point != "bundle.aside"])
@pytest.mark.parametrize("nth", [1, 2, 4])
def test_a_writer_killed_anywhere_leaves_a_whole_bundle_or_none(point: str, nth: int, tmp_path: Path) -> None:
    bundle = bundle_of(an_implementation())
    if not killed(bundle, tmp_path, point, nth):
        assert nth > 1, f"{point} is never reached"
    assert_whole_or_absent(tmp_path, bundle)
    write_bundle(bundle, tmp_path)
    assert_whole_or_absent(tmp_path, bundle)
    assert hidden(tmp_path) == []
    assert len(document(catalogue(tmp_path))["tasks"]) == 1


@pytest.mark.parametrize("point", POINTS)
def test_a_writer_killed_while_replacing_is_noticed(point: str, tmp_path: Path) -> None:
    written(tmp_path, an_implementation())
    second = bundle_of(replace(an_implementation(), team=TeamPart("okstra-shop-web-login-s2", occupied=(5,))))
    assert killed(second, tmp_path, point)
    manifest = tmp_path / second.context.paths.run_manifest
    is_whole = verify_bundle(tmp_path, manifest) == []
    assert is_whole is (point == "bundle.swept" or point in POINTS[POINTS.index("bundle.renamed") :])
    if is_whole:
        stored = read_context(Root(tmp_path), second.context.paths.run_context)
        assert make_bundle(stored, sources_of(stored)).prompt == (tmp_path / stored.paths.prompt).read_text()
    write_bundle(second, tmp_path)
    assert_whole_or_absent(tmp_path, second)
    assert hidden(tmp_path) == []


def test_another_runs_unfinished_folder_is_left_alone(tmp_path: Path) -> None:
    context = a_run()
    neighbour = (tmp_path / context.paths.instruction_set).with_name(".002.partial-other")
    neighbour.mkdir(parents=True)
    written(tmp_path, context)
    assert neighbour.is_dir()


def test_a_second_run_joins_the_first_in_the_tasks_documents(tmp_path: Path) -> None:
    context = a_run()
    written(tmp_path, context)
    later = another_run(context, "01JD0000000000000000SECOND", 2)
    bundle = make_bundle(later, replace(sources_of(later), runs=(KnownRun(RUN, "finished"),)))
    write_bundle(bundle, tmp_path)
    manifest = document(tmp_path / context.paths.task_manifest)
    assert [(row["id"], row["status"]) for row in manifest["runs"]] == [
        (RUN, "finished"),
        ("01JD0000000000000000SECOND", "prepared"),
    ]
    assert manifest["latestRun"]["id"] == "01JD0000000000000000SECOND"
    assert manifest["latestResumeCommandPath"] == later.paths.resume_script
    index = (tmp_path / context.task.root / "task-index.md").read_text()
    assert index.index("finished") < index.index("prepared |")


def test_an_earlier_run_that_writes_last_does_not_become_the_latest(tmp_path: Path) -> None:
    context = a_run()
    later = another_run(context, "01JD0000000000000000SECOND", 2)
    written(tmp_path, later)
    written(tmp_path, context)
    manifest = document(tmp_path / context.paths.task_manifest)
    assert manifest["latestResumeCommandPath"] == later.paths.resume_script
    assert len(manifest["runs"]) == 2


def test_keys_that_others_put_into_shared_documents_stay(tmp_path: Path) -> None:
    context = a_run()
    manifest = tmp_path / context.paths.task_manifest
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"mine": 1, "runs": ["odd"]}')
    catalogue(tmp_path).parent.mkdir(parents=True)
    catalogue(tmp_path).write_text('{"mine": 2, "tasks": [{"taskKey": "shop:web:other"}, "odd"]}')
    written(tmp_path, context)
    assert document(manifest)["mine"] == 1
    found = document(catalogue(tmp_path))
    assert found["mine"] == 2
    assert found["tasks"][1:] == [{"taskKey": "shop:web:other"}, "odd"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"runs": 1, "tasks": 2}', "\ufeff\x00"])
def test_a_broken_shared_document_is_set_aside_and_named(text: str, tmp_path: Path) -> None:
    context = a_run()
    places = [tmp_path / context.paths.task_manifest, catalogue(tmp_path)]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    aside = write_bundle(bundle_of(context), tmp_path)
    assert list(aside) == [f"{place.as_posix()}.broken-{context.run.nonce}" for place in places]
    assert [Path(each).read_text() for each in aside] == [text, text]
    assert len(document(catalogue(tmp_path))["tasks"]) == 1


def write_task(root: Path, name: str) -> None:
    write_bundle(bundle_of(another_task(a_run(), name)), root)


def at_once(work: list[Callable[[], None]]) -> None:
    children = [FORKED.Process(target=each) for each in work]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * len(work)


def test_ten_prepares_at_once_lose_no_task_and_no_run(tmp_path: Path) -> None:
    tasks: list[Callable[[], None]] = [lambda name=f"t{n}": write_task(tmp_path, name) for n in range(5)]  # type: ignore[misc]
    runs = [another_run(a_run(), f"01JD00000000000000000RUN0{n}", n) for n in range(1, 6)]
    more: list[Callable[[], None]] = [lambda run=run: written(tmp_path, run) and None for run in runs]  # type: ignore[misc]
    at_once([*tasks, *more])
    keys = {row["taskKey"] for row in document(catalogue(tmp_path))["tasks"]}
    assert keys == {*(f"shop:web:t{n}" for n in range(5)), "shop:web:login"}
    listed = document(tmp_path / a_run().paths.task_manifest)["runs"]
    assert {row["id"] for row in listed} == {run.run.id for run in runs}


def test_a_place_that_cannot_be_written_is_refused_and_announces_nothing(tmp_path: Path) -> None:
    context = a_run()
    (tmp_path / ".okstra").write_text("a file where a folder should be")
    with refuses("bundle.unwritable") as caught:
        write_bundle(bundle_of(context), tmp_path)
    assert caught.value.code == "bundle.unwritable"
    assert "is not a folder" in caught.value.message


def test_a_resumed_run_gets_its_gates_anew(tmp_path: Path) -> None:
    context = replace(an_implementation(), team=TeamPart("okstra-shop-web-login-s2", occupied=(1,)))
    written(tmp_path, context)
    free = replace(context, team=TeamPart("okstra-shop-web-login-s2"))
    said = renew_gates(free, tmp_path)
    manifest = tmp_path / context.paths.run_manifest
    assert verify_bundle(tmp_path, manifest) == []
    assert (tmp_path / context.paths.prompt).read_text() == said == bundle_of(free).prompt
    assert read_context(Root(tmp_path), context.paths.run_context) == free
    assert document(tmp_path / context.paths.team_state)["teamCreate"] is None


def test_what_a_lead_recorded_survives_the_renewal(tmp_path: Path) -> None:
    context = an_implementation()
    written(tmp_path, context)
    place = tmp_path / context.paths.team_state
    state = document(place)
    state["teamCreate"] = {"attempted": True, "status": "ok"}
    state["lead"]["sessionId"] = "a session"
    state["workers"]["codex"]["status"] = "completed"
    place.write_text(json.dumps(state))
    renew_gates(replace(context, team=TeamPart(context.team.name, occupied=(3,))), tmp_path)
    assert document(place) == state


@pytest.mark.parametrize("nth", [1, 2, 9])
def test_a_renewal_killed_half_way_is_noticed_and_mended(nth: int, tmp_path: Path) -> None:
    context = an_implementation()
    written(tmp_path, context)
    busy = replace(context, team=TeamPart(context.team.name, occupied=(3,)))

    count = 0

    def die(name: str) -> None:
        nonlocal count
        count += name == "bundle.renewed"
        if count == nth:
            os._exit(7)

    def renew() -> None:
        faults.arm(die)
        renew_gates(busy, tmp_path)

    child = FORKED.Process(target=renew)
    child.start()
    child.join(120)
    assert child.exitcode == 7
    manifest = tmp_path / context.paths.run_manifest
    assert context.paths.run_context in verify_bundle(tmp_path, manifest)
    assert read_context(Root(tmp_path), context.paths.run_context) == context
    renew_gates(busy, tmp_path)
    assert verify_bundle(tmp_path, manifest) == []


def test_a_new_nonce_reaches_every_instruction(tmp_path: Path) -> None:
    context = an_implementation()
    written(tmp_path, context)
    commands = {name: line.replace(context.run.nonce, "fresh-nonce") for name, line in vars(context.commands).items()}
    run = replace(context.run, nonce="fresh-nonce")
    renew_gates(replace(context, run=run, commands=type(context.commands)(**commands)), tmp_path)
    folder = tmp_path / context.paths.instruction_set
    assert [path.name for path in folder.iterdir() if context.run.nonce in path.read_text()] == []
    assert document(tmp_path / context.paths.team_state)["nonce"] == "fresh-nonce"
    manifest = tmp_path / context.paths.run_manifest
    assert document(manifest)["nonce"] == "fresh-nonce"
    assert verify_bundle(tmp_path, manifest) == []


def test_a_run_that_ends_leaves_its_recommendation(tmp_path: Path) -> None:
    context = a_run()
    written(tmp_path, context)
    end = RunEnd("finished", "2026-11-21T07:00:00Z", next_phase="implementation")
    assert conclude_run(context, end, tmp_path) == ()
    manifest = document(tmp_path / context.paths.task_manifest)
    assert (manifest["nextRecommendedPhase"], manifest["workStatus"]) == ("implementation", "in-progress")
    assert manifest["latestRun"]["status"] == "finished"
    (entry,) = document(catalogue(tmp_path))["tasks"]
    assert (entry["nextRecommendedPhase"], entry["updatedAt"]) == ("implementation", end.at)
    assert "| finished |" in (tmp_path / context.task.root / "task-index.md").read_text()


def test_a_task_that_is_done_recommends_nothing(tmp_path: Path) -> None:
    context = a_run("release-handoff")
    conclude_run(context, RunEnd("finished", "2026-11-21T07:00:00Z", is_done=True), tmp_path)
    manifest = document(tmp_path / context.paths.task_manifest)
    assert (manifest["workStatus"], manifest["nextRecommendedPhase"]) == ("done", None)
