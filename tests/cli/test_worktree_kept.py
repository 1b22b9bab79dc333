"""What keeps a worktree from being pruned beside its files: people in it, other rows, moved directories."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from okstra_git.faults import arm
from okstra_git.git.repo import open_repository
from okstra_git.git.worktrees import list_worktrees
from okstra_git.host.machine import processes_in
from okstra_git.records.events import PlaceReleased, PlaceReserved
from tests.cli.shop import KEY, TASK, open_shop, stage_place
from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.stores import open_store, record
from tests.kit.surroundings import program_dir

SLASHED = KEY.replace(":", "/")
GONE = "released, clean, and its commits are on a branch"


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def place(shop: World, home: Path) -> World:
    """The worktree of stage 1, with one commit, released."""
    shop.okstra("stage", "start", "1", *TASK)
    there = World(stage_place(home, 1), labels=shop.labels, clock=shop.clock)
    there.commit("work")
    shop.okstra("worktree", "release", *TASK, "--stage", "1")
    return there


def prune(shop: World, *words: str) -> list[tuple[bool, str]]:
    return [(row["removed"], row["reason"]) for row in shop.okstra("worktree", "prune", *words).json["worktrees"]]


def both(shop: World) -> list[tuple[bool, str]]:
    """What the dry run and the deed say, which is the same."""
    foretold = prune(shop, "--dry-run")
    assert prune(shop) == foretold
    return foretold


@pytest.fixture
def somebody(place: World) -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands in a folder of the worktree."""
    (place.path / "empty").mkdir()
    process = subprocess.Popen(["sleep", "60"], cwd=place.path / "empty")
    yield process
    process.kill()
    process.wait()


def test_a_process_that_stands_in_it(shop: World, place: World, somebody: subprocess.Popen[bytes]) -> None:
    assert both(shop) == [(False, f"sleep (pid {somebody.pid}) stands in it")]
    assert place.path.is_dir()
    somebody.kill()
    somebody.wait()
    assert both(shop)[0][0]


def test_only_processes_below_a_directory_are_in_it(tmp_path: Path, somebody: subprocess.Popen[bytes]) -> None:
    assert f"sleep (pid {somebody.pid})" in processes_in(Path(f"/proc/{somebody.pid}/cwd").resolve().parent)
    assert processes_in(tmp_path) == []


def test_a_row_of_another_clone_names_no_directory_of_ours(shop: World) -> None:
    mine = shop.worktree("mine", "mine")
    fact = {"task": SLASHED, "scope": "stage-7", "branch": "mine"}
    store = open_store(shop)
    record(store, PlaceReserved(**fact, worktree=str(mine.path), adopted=True), PlaceReleased(**fact))
    assert both(shop) == [(False, "okstra did not make it")]
    assert mine.path.is_dir()


def test_the_main_worktree(shop: World) -> None:
    fact = {"task": SLASHED, "scope": "stage-7", "branch": "main"}
    record(open_store(shop), PlaceReserved(**fact, worktree=str(shop.path)), PlaceReleased(**fact))
    assert both(shop) == [(False, "it is the main worktree")]


def test_a_directory_that_another_row_holds(shop: World, place: World) -> None:
    branch = "feature/web/login-stage-1"
    record(open_store(shop), PlaceReserved(task=SLASHED, scope="stage-7", branch=branch, worktree=str(place.path)))
    assert both(shop) == [(False, "shop:web:login stage-7 holds it"), (False, "its stage still holds it")]
    assert place.path.is_dir()


def test_two_rows_of_one_directory_remove_it_once(shop: World, place: World) -> None:
    fact = {"task": SLASHED, "scope": "stage-7", "branch": "feature/web/login-stage-1"}
    record(open_store(shop), PlaceReserved(**fact, worktree=str(place.path)), PlaceReleased(**fact))
    assert both(shop) == [(True, GONE)]
    assert not place.path.exists()


def test_a_directory_that_was_moved_by_hand(shop: World, place: World) -> None:
    elsewhere = place.path.with_name("elsewhere")
    shutil.move(place.path, elsewhere)
    assert both(shop) == [(False, f"its directory seems to have been moved: {elsewhere}")]
    assert World(elsewhere).ask("status", "--porcelain") == ""


def test_a_directory_that_is_gone_and_left_staged_work_or_commits(shop: World, place: World) -> None:
    place.write("staged", "only in the index\n")
    place.git("add", "staged")
    shutil.rmtree(place.path)
    assert both(shop) == [(False, "it has staged changes that are not committed")]


def test_commits_of_a_directory_that_is_gone(shop: World, place: World) -> None:
    place.git("checkout", "-q", "--detach")
    loose = place.commit("loose")
    shutil.rmtree(place.path)
    assert both(shop) == [(False, f"it leads to a commit that no branch has: {loose[:10]}")]
    shop.git("branch", "rescued", loose)
    assert both(shop)[0][0]


@pytest.mark.parametrize("kind", ["link", "file"])
def test_something_else_in_the_place_of_the_directory(shop: World, place: World, kind: str) -> None:
    shutil.move(place.path, place.path.with_name("elsewhere"))
    if kind == "link":
        place.path.symlink_to(place.path.with_name("elsewhere"))
    else:
        place.path.write_text("mine\n")
    assert [removed for removed, _ in both(shop)] == [False]
    assert place.path.with_name("elsewhere").is_dir()


def test_what_appears_after_the_judgement_is_seen_at_the_last_moment(shop: World, place: World) -> None:
    """The deed judges all worktrees and reads each one again before it goes."""
    shop.write(".git/info/exclude", ".env\n")
    looked: list[str] = []

    def appear(point: str) -> None:
        if point == "worktree.judged" and not looked:
            place.write(".env", "PASSWORD=only here\n")
            looked.append(point)

    disarm = arm(appear)
    try:
        assert prune(shop) == [(False, "it has ignored files that are nowhere else: .env")]
    finally:
        disarm()
    assert looked
    assert (place.path / ".env").read_text() == "PASSWORD=only here\n"
    assert [tree.is_locked for tree in list_worktrees(open_repository(shop.path))] == [False, True]


def test_caches_are_told_with_number_and_size(shop: World, place: World) -> None:
    place.write("__pycache__/app.cpython-312.pyc", b"\0" * 2048)
    place.write("lib/__pycache__/lib.cpython-312.pyc", b"\0" * 1024)
    (row,) = shop.okstra("worktree", "prune", "-n").json["worktrees"]
    assert row["caches"] == {"paths": ["__pycache__", "lib/__pycache__"], "files": 2, "bytes": 3072}
    told = f"{place.path}: {GONE}; 2 cache files"
    assert (
        shop.okstra("worktree", "prune", "-n", "--text").out
        == f"would remove {told} go with it (3 KiB in __pycache__)\n"
    )
    assert shop.okstra("worktree", "prune", "--text").out == f"removed {told} went with it (3 KiB in __pycache__)\n"


def test_every_reason_is_told_with_what_and_how_much(shop: World, place: World) -> None:
    shop.write(".git/info/exclude", "build/\n.env\n")
    for name in range(120):
        place.write(f"build/{name}.o", "x")
    place.write(".env", "SECRET\n")
    place.write("new", "12345")
    (row,) = shop.okstra("worktree", "prune").json["worktrees"]
    told = "it has ignored files that are nowhere else: .env, build/"
    assert row["holdings"] == [
        {"kind": "untracked", "message": "it has files that are not committed: new", "paths": ["new"], "files": 1,
         "bytes": 5},
        {"kind": "ignored", "message": f"{told} (121 files, 127 bytes)", "paths": [".env", "build/"], "files": 121,
         "bytes": 127},
    ]  # fmt: skip
    assert row["reason"] == "; ".join(held["message"] for held in row["holdings"])


def without_privileges(shop: World, *words: str) -> list[tuple[bool, str]]:
    """Prune as a user whom the rights of files bind: root loses what lets it pass them by."""
    is_root = os.geteuid() == 0
    if is_root and shutil.which("setpriv") is None:
        pytest.skip("only setpriv makes root respect the rights of files")
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if is_root else []
    line = [*bound, str(program_dir() / "okstra"), "worktree", "prune", *words, "--json"]
    rows = run_program(line, cwd=shop.path, environ=shop.environ()).expect(0).json["worktrees"]
    return [(row["removed"], row["reason"]) for row in rows]


def test_a_folder_that_cannot_be_looked_into(shop: World, place: World) -> None:
    folder = place.write("sealed/file", "mine\n").parent
    folder.chmod(0)
    try:
        said = without_privileges(shop, "--dry-run"), without_privileges(shop)
    finally:
        folder.chmod(0o755)
    assert said == ([(False, f"part of it cannot be read ({os.strerror(errno.EACCES)}): sealed")],) * 2
    assert (folder / "file").read_text() == "mine\n"


def test_a_folder_from_which_nothing_can_be_removed(shop: World, place: World) -> None:
    """git would forget the worktree and leave half of its files."""
    place.commit("more", {"lib/a.txt": "a\n"})
    folder = place.path / "lib"
    folder.chmod(0o555)
    try:
        said = without_privileges(shop, "--dry-run"), without_privileges(shop)
    finally:
        folder.chmod(0o755)
    assert said == ([(False, "nothing can be removed from a directory that is not writable: lib")],) * 2
    assert place.ask("status", "--porcelain") == ""


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_the_way_out_of_a_hidden_edit_works_as_printed(shop: World, place: World, flag: str) -> None:
    place.git("update-index", flag, "work.txt")
    place.write("work.txt", "local settings\n")
    error = shop.okstra("stage", "start", "1", *TASK, exit=1).json["error"]
    assert (error["code"], error["kinds"]) == ("worktree.dirty", ["hidden"])
    for line in error["hint"].splitlines()[:-1]:
        run_program(["sh", "-c", line.partition(": ")[2]], cwd=shop.path, environ=shop.environ()).expect(0)
    assert place.ask("show", "stash@{0}:work.txt") == "local settings"
    shop.okstra("stage", "start", "1", *TASK)
