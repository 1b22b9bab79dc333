"""What a run leaves in the log: its own files alone, without secrets, within bounds, and still there after repairs."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from okstra_git.bundle import archive as room
from okstra_git.bundle.archive import Archive, pack_run, read_archived, require_archive
from okstra_git.fs.refusals import Linked
from okstra_git.names import mint_ulid, parse_task_key
from okstra_git.records.events import RunClaimed, RunFinished, TaskOpened
from okstra_git.records.runs import Run
from okstra_git.runs.holder import own_holder
from okstra_git.store.store import Store
from tests.kit.refusals import refuses
from tests.kit.scenario import World
from tests.kit.stores import KEY, now, open_store, open_task, own_log, record

RUN = mint_ulid(1_700_000_000_000)
FOLDER = ".okstra/tasks/shop/web/login/runs/implementation/stage-1"


@pytest.fixture
def store(world: World) -> Store:
    made = open_store(world)
    open_task(made)
    return made


def a_run(**changes: Any) -> Run:
    usual: dict[str, Any] = {"id": RUN, "task_type": "implementation", "stage": 1, "seq": 2, "folder": FOLDER,
                             "instruction_set": f"{FOLDER}/instruction-set/002"}  # fmt: skip
    return Run(**{**usual, **changes})


def pack(store: Store, world: World, **changes: Any) -> Archive:
    found = pack_run(store.git, a_run(**changes), world.path, task=KEY.slashed, home="/srv/ada", now=now())
    assert found is not None
    return found


def texts(store: Store, packed: Archive) -> dict[str, str]:
    files = {path.removeprefix(f"archive/{RUN}/"): blob for path, blob in packed.files.items()}
    return {path: read_archived(store.git, files, path, run=RUN).decode() for path in files if path != "INDEX.json"}


def left_out(packed: Archive) -> dict[str, str]:
    return {row["path"]: row["why"] for row in packed.index["left_out"]}


def test_only_this_runs_own_files_are_taken(store: Store, world: World) -> None:
    for name in ("manifests/run-manifest-implementation-002.json", "manifests/run-manifest-implementation-001.json",
                 "reports/final-report-implementation-005.md", "reports/final-report-implementation-002.md",
                 "worker-results/codex-worker-implementation-002.md", "worker-results/002/audit.md",
                 "prompts/launch-implementation-0022.md", "prompts/launch-2002.md", "sessions/resume-002.sh",
                 "state/team-state-implementation-002.json", "instruction-set/002/prompt.md",
                 "instruction-set/001/prompt.md", "strange/x-002.md"):  # fmt: skip
        world.write(f"{FOLDER}/{name}", f"{name}\n")
    assert sorted(texts(store, pack(store, world, numbers={"reports": 5}))) == [
        "instruction-set/prompt.md",
        "manifests/run-manifest-implementation-002.json",
        "reports/final-report-implementation-005.md",
        "state/team-state-implementation-002.json",
        "worker-results/002/audit.md",
        "worker-results/codex-worker-implementation-002.md",
    ]


def test_prompts_of_the_runs_workers_are_taken_with_what_was_answered(store: Store, world: World) -> None:
    other = f"Read {FOLDER}/instruction-set/001/worker-preamble.md\n"
    for name, text in {
        "claude-worker-prompt001.md": other,
        "claude-worker-prompt002.md": f"Read {FOLDER}/instruction-set/002/worker-preamble.md\n",
        "codex-worker-prompt007.md": f"run {RUN}\n",
        "codex-worker-prompt007.answer.md": "said\n",
        "gemini-worker-prompt001.md": "names nobody\n",
        "gemini-worker-prompt001.md.answer.md": "said too\n",
        "notes.md": "no prompt\n",
    }.items():
        world.write(f"{FOLDER}/prompts/{name}", text)
    assert sorted(texts(store, pack(store, world))) == [
        "prompts/claude-worker-prompt002.md",
        "prompts/codex-worker-prompt007.answer.md",
        "prompts/codex-worker-prompt007.md",
        "prompts/gemini-worker-prompt001.md",
        "prompts/gemini-worker-prompt001.md.answer.md",
    ]


def test_a_state_that_all_runs_of_a_phase_write_is_of_the_one_that_wrote_it_last(store: Store, world: World) -> None:
    path = world.write(f"{FOLDER}/state/plan-body-verification.json", "{}\n")
    assert list(texts(store, pack(store, world, claimed=now() - timedelta(minutes=5)))) == [
        "state/plan-body-verification.json"
    ]
    old = (now() - timedelta(hours=1)).timestamp()
    os.utime(path, (old, old))
    assert pack_run(store.git, a_run(claimed=now()), world.path, task=KEY.slashed, home="/srv/ada", now=now()) is None


def test_secrets_and_homes_are_taken_out_and_counted(store: Store, world: World) -> None:
    oid = world.tip()
    world.write(f"{FOLDER}/reports/r-002.md", f"password=hunter2 in /srv/ada/x at {oid}, /home/bob\n")
    packed = pack(store, world)
    assert texts(store, packed) == {"reports/r-002.md": f"password=[redacted:password] in ~/x at {oid}, ~\n"}
    (row,) = packed.index["files"]
    assert row["redacted"] == {"home": 2, "password": 1}


def test_large_files_keep_their_beginning_and_end(store: Store, world: World) -> None:
    lines = [f"line {number}\n" for number in range(100_000)]
    world.write(f"{FOLDER}/worker-results/w-002.md", "".join(lines))
    packed = pack(store, world)
    (text,) = texts(store, packed).values()
    assert len(text.encode()) <= room.FILE_LIMIT
    assert text.startswith("line 0\nline 1\n")
    assert text.endswith("line 99998\nline 99999\n")
    assert " bytes left out here]\n" in text
    assert set(text.splitlines(keepends=True)) - set(lines) == {"\n", text[text.index("[") : text.index("]") + 2]}
    assert packed.index["files"][0]["cut"] is True


def test_what_cannot_be_taken_is_listed_with_the_reason(
    store: Store, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "READ_LIMIT", 300 << 10)
    monkeypatch.setattr(room, "RUN_LIMIT", 1000)
    monkeypatch.setattr(room, "COUNT_LIMIT", 2)
    for name, content in {"manifests/a-002": b"x" * 600, "manifests/b-002": b"x" * 600, "manifests/c-002": b"\0",
                          "manifests/d-002": b"\xff", "manifests/e-002": b"x" * (300 << 10 | 1),
                          "manifests/f-002": b"small", "reports/g-002": b"small"}.items():  # fmt: skip
        world.write(f"{FOLDER}/{name}", content)
    (tmp_path / "outside").write_text("secret\n")
    (world.path / FOLDER / "manifests/link-002").symlink_to(tmp_path / "outside")
    packed = pack(store, world)
    assert sorted(texts(store, packed)) == ["manifests/a-002", "manifests/f-002"]
    assert left_out(packed) == {
        "manifests/b-002": "the archive would exceed 0 MiB",
        "manifests/c-002": "it is not text",
        "manifests/d-002": "it is not UTF-8 text",
        "manifests/e-002": "it is larger than 0 MiB",
        "reports/g-002": "the run has more than 2 files",
    }


def test_small_logs_are_taken_and_large_ones_left(store: Store, world: World) -> None:
    world.write(f"{FOLDER}/logs/small-002.log", "fine\n")
    world.write(f"{FOLDER}/logs/large-002.log", "x\n" * (room.FILE_LIMIT // 2 + 1))
    packed = pack(store, world)
    assert list(texts(store, packed)) == ["logs/small-002.log"]
    assert left_out(packed) == {"logs/large-002.log": "a log of more than 256 KiB"}


def test_a_run_without_files_has_no_archive(store: Store, world: World) -> None:
    assert pack_run(store.git, a_run(), world.path, task=KEY.slashed, home="/h", now=now()) is None
    assert pack_run(store.git, a_run(folder=""), world.path, task=KEY.slashed, home="/h", now=now()) is None


@pytest.mark.parametrize("place", [".okstra/tasks", FOLDER, f"{FOLDER}/reports", f"{FOLDER}/instruction-set"])
def test_a_run_behind_a_link_is_not_taken_for_one_without_files(store: Store, world: World, place: str) -> None:
    world.write(f"{FOLDER}/reports/r-002.md", "done\n")
    world.write(f"{FOLDER}/instruction-set/002/packet.md", "read\n")
    (world.path / place).rename(world.path / "moved")
    (world.path / place).symlink_to(world.path / "moved")
    with pytest.raises(Linked) as refused:
        pack_run(store.git, a_run(), world.path, task=KEY.slashed, home="/h", now=now())
    assert place in refused.value.message
    assert "--no-archive" in refused.value.hint


def finish(store: Store, world: World) -> Archive:
    """A run that ended with one report in the log."""
    world.write(f"{FOLDER}/reports/r-002.md", "done\n")
    packed = pack(store, world)
    record(store, RunClaimed(task=KEY.slashed, run=RUN, task_type="implementation", seq=2, holder=own_holder()))
    end = RunFinished(task=KEY.slashed, run=RUN, archive=packed.tree)
    store.append(lambda _: [end], attach=packed.files)
    return packed


def test_the_index_tells_everything(store: Store, world: World) -> None:
    finish(store, world)
    files = require_archive(store.git, store.read().tips.values(), RUN)
    index = json.loads(read_archived(store.git, files, "INDEX.json", run=RUN))
    assert (index["run"], index["task"], index["left_out"]) == (RUN, KEY.slashed, [])
    assert index["files"] == [{"path": "reports/r-002.md", "bytes": 5, "stored": 5, "cut": False, "redacted": {}}]


def test_what_is_not_archived_is_refused(store: Store, world: World) -> None:
    finish(store, world)
    tips = store.read().tips.values()
    with refuses("archive.missing"):
        require_archive(store.git, tips, mint_ulid(1))
    files = require_archive(store.git, tips, RUN)
    for path in ("nope", "../format", "", "reports"):
        with refuses("archive.missing"):
            read_archived(store.git, files, path, run=RUN)


def test_an_archive_stays_when_more_is_recorded_and_hides_no_events(store: Store, world: World) -> None:
    finish(store, world)
    open_task(store, title="later")
    fresh = open_store(world)
    assert require_archive(fresh.git, fresh.read().tips.values(), RUN)
    assert fresh.read().state.tasks[parse_task_key(KEY.slashed)].title == "later"
    assert fresh.read().state.tasks[parse_task_key(KEY.slashed)].runs[RUN].status == "finished"
    world.okstra("fsck")


def test_a_deleted_log_comes_back_with_its_archives(store: Store, world: World) -> None:
    packed = finish(store, world)
    world.git("update-ref", "-d", own_log(store.git))
    world.okstra("fsck", "--repair")
    fresh = open_store(world)
    files = require_archive(fresh.git, fresh.read().tips.values(), RUN)
    assert {f"archive/{RUN}/{path}": blob for path, blob in files.items()} == packed.files
    world.okstra("fsck")


def test_an_archive_that_is_gone_or_changed_is_told(store: Store, world: World) -> None:
    packed = finish(store, world)
    blob = packed.files[f"archive/{RUN}/reports/r-002.md"]
    store.append(lambda _: [TaskOpened(task=KEY.slashed, title="x")], attach={f"archive/{RUN}/reports/r-002.md": blob})
    assert world.okstra("fsck").json["findings"] == []
    other = {f"archive/{RUN}/more.md": blob}
    store.append(lambda _: [TaskOpened(task=KEY.slashed, title="y")], attach=other)
    (found,) = world.okstra("fsck", exit=1).json["findings"]
    assert (found["code"], found["subject"]) == ("archive.differs", RUN)


def test_an_archive_that_no_log_here_has_is_worth_knowing(store: Store, world: World) -> None:
    record(store, RunClaimed(task=KEY.slashed, run=RUN, task_type="implementation", seq=2, holder=own_holder()))
    record(store, RunFinished(task=KEY.slashed, run=RUN, archive="0" * 40))
    (found,) = world.okstra("fsck").json["findings"]
    assert (found["code"], found["severity"]) == ("archive.missing", "info")


def test_a_file_called_like_events_in_an_archive_is_no_log(store: Store, world: World) -> None:
    world.write(f"{FOLDER}/instruction-set/002/tasks/shop/web/other/events.jsonl", '{"v": 1}\n')
    finish(store, world)
    fresh = open_store(world)
    assert list(fresh.read().state.tasks) == [KEY]
    assert fresh.read().problems == ()
