"""The same commands in every shape of repository: linked, bare, submodule, packed, detached, odd homes and pipes."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.shop import KEY, TASK, open_shop, record_stage, refs, refused, stage_of, stage_place, status
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    return world


def test_linked_worktrees_share_one_state(shop: World) -> None:
    linked = shop.worktree("linked", "feature/other", "main")
    assert status(linked) == status(shop)
    record_stage(linked, 2, "feature/logout")
    assert stage_of(shop, 2)["commit"] == linked["S2"]
    linked.amend(None, "-m", "reworded")
    assert stage_of(shop, 2)["finding"] == "auto"
    shop.okstra("reconcile", *TASK, "--apply")
    assert stage_of(linked, 2)["commit"] == linked.tip()


def test_packed_refs_change_nothing(shop: World) -> None:
    before = status(shop)
    shop.git("pack-refs", "--all", "--prune")
    shop.git("gc", "-q", "--prune=now")
    assert status(shop) == before
    record_stage(shop, 2, "feature/logout")
    shop.git("pack-refs", "--all")
    shop.amend(None, "-m", "reworded")
    assert shop.okstra("reconcile", *TASK, "--apply").json["applied"][0]["replacement"] == shop.tip()
    assert refs(shop, "refs/okstra/stage")["refs/okstra/stage/shop/web/login/2"] == shop.tip()


def test_a_detached_head_names_no_task_and_breaks_nothing(shop: World) -> None:
    shop.git("checkout", "-q", "--detach")
    assert stage_of(shop, 1)["finding"] == "ok"
    shop.okstra("task", "open", "shop:web:other")
    refused(shop.okstra("stage", "list", exit=129), "usage", status=129)
    shop.okstra("stage", "done", "1", *TASK)


def test_a_bare_repository_has_everything_but_a_place_to_stand(shop: World, tmp_path: Path) -> None:
    bare = World(tmp_path / "bare.git", labels=shop.labels, clock=shop.clock)
    shop.git("clone", "-q", "--bare", str(shop.path), str(bare.path))
    told = bare.okstra("init", "--project-id", "shop").json
    assert told["project"] == "shop"
    bare.okstra("task", "open", KEY)
    started = bare.okstra("stage", "start", "2", *TASK, "--base", "main").json["stage"]
    there = World(Path(started["worktree"]), labels=shop.labels, clock=shop.clock)
    there.commit("B2")
    assert there.okstra("stage", "done").json["stages"][0]["commit"] == there.tip()
    assert stage_of(bare, 2)["finding"] == "ok"
    there.amend(None, "-m", "reworded")
    assert bare.okstra("reconcile", "--all", "--apply").json["tasks"][0]["items"] == []
    bare.okstra("hooks", "status", exit=None)
    bare.okstra("worktree", "prune")


def test_a_submodule_is_a_repository_of_its_own(shop: World, tmp_path: Path) -> None:
    outer = World.begin(tmp_path / "outer")
    shop.checkout("main")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.path), "inner")
    inner = World(outer.path / "inner", labels=shop.labels, clock=shop.clock)
    open_shop(inner)
    record_stage(inner, 2, "feature/inner")
    assert stage_of(inner, 2)["commit"] == inner.tip()
    assert stage_of(inner, 1)["commit"] == shop["S1"]  # joined: its remote holds the log
    inner.okstra("stage", "start", "3", *TASK)
    assert refs(outer, "refs/okstra") == {}
    assert (outer.path / ".git/modules/inner/okstra/writer").exists()


def test_documents_of_a_submodule_lie_in_it_and_its_stages_find_them(shop: World, tmp_path: Path, home: Path) -> None:
    outer = World.begin(tmp_path / "outer")
    shop.checkout("main")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.path), "inner")
    inner = open_shop(World(outer.path / "inner", labels=shop.labels, clock=shop.clock))
    inner.okstra("brief", "new", "web", "login")
    assert (inner.path / ".okstra/briefs/web/login.md").exists()
    assert not (outer.path / ".git/modules/inner/.okstra").exists()
    inner.okstra("stage", "start", "3", *TASK)
    inner.okstra("wizard", "init", "--state-file", ".okstra/wizard/w.json")
    stage = World(stage_place(home, 3), labels=shop.labels, clock=shop.clock)
    assert stage.okstra("wizard", "step", "--state-file", ".okstra/wizard/w.json").json["next"]["step"] == "task_pick"


def test_a_git_directory_that_stands_elsewhere(shop: World, tmp_path: Path) -> None:
    path = tmp_path / "apart"
    shop.git("init", "-q", "-b", "main", "--separate-git-dir", str(tmp_path / "store"), str(path))
    apart = World(path, labels=shop.labels, clock=shop.clock)
    apart.commit("one", {"a.txt": "a\n"})
    open_shop(apart)
    apart.okstra("brief", "new", "web", "login")
    assert (path / ".okstra/briefs/web/login.md").exists()
    (path / "sub").mkdir()
    below = World(path / "sub", labels=shop.labels, clock=shop.clock)
    assert status(below) == status(apart)
    assert not (tmp_path / ".okstra").exists()


def test_a_submodule_worktree_that_holds_a_submodule_is_pruned_or_kept_with_a_reason(shop: World, home: Path) -> None:
    shop.okstra("stage", "start", "2", *TASK, "--base", "main")
    there = World(stage_place(home, 2), labels=shop.labels, clock=shop.clock)
    there.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.path), "inner")
    there.commit("with submodule", {})
    shop.okstra("stage", "release", "2", *TASK)
    foretold = shop.okstra("worktree", "prune", "--dry-run").json["worktrees"]
    assert shop.okstra("worktree", "prune").json["worktrees"] == foretold
    assert foretold[0]["removed"] is not there.path.exists()


def test_a_submodule_with_work_of_its_own_keeps_the_worktree_around_it(shop: World, home: Path) -> None:
    shop.okstra("stage", "start", "2", *TASK, "--base", "main")
    there = World(stage_place(home, 2), labels=shop.labels, clock=shop.clock)
    there.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.path), "inner")
    there.commit("with submodule", {})
    (there.path / "inner/new").write_text("only here\n")
    shop.okstra("stage", "release", "2", *TASK)
    (row,) = shop.okstra("worktree", "prune").json["worktrees"]
    assert row["removed"] is False
    assert "inner" in row["reason"]
    assert (there.path / "inner/new").exists()


def test_a_read_only_home_hurts_only_who_needs_it(shop: World, tmp_path: Path) -> None:
    file = tmp_path / "not-a-directory"
    file.write_text("")
    env = {"HOME": str(file)}
    assert shop.okstra("status", env=env).json["ok"]
    refused(shop.okstra("stage", "start", "2", *TASK, env=env, exit=1), "worktree.failed")
    assert shop.okstra("stage", "list", *TASK).json["stages"][-1]["number"] == 1


def test_a_path_too_long_for_the_file_system_is_refused(shop: World) -> None:
    shop.git("config", "okstra.worktreeRoot", "/tmp/" + "x" * 300)
    assert shop.okstra("stage", "start", "2", *TASK, exit=1).json["error"]["code"] != "internal"
    shop.git("config", "okstra.worktreeRoot", "/tmp/" + "/".join(["x" * 200] * 30))
    assert shop.okstra("stage", "start", "2", *TASK, exit=1).json["error"]["code"] != "internal"
    assert len(shop.okstra("stage", "list", *TASK).json["stages"]) == 1


def test_a_repository_whose_path_is_not_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        world = open_shop(World.begin(path))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    record_stage(world, 1, "feature/login")
    assert stage_of(world, 1)["finding"] == "ok"
    linked = world.okstra("stage", "start", "2", *TASK).json["stage"]["worktree"]
    assert (Path(linked) / "README").exists()
    world.git("config", "okstra.worktreeRoot", str(tmp_path))
    world.okstra("stage", "start", "3", *TASK)
    assert len(world.okstra("worktree", "list").json["worktrees"]) == 3


@pytest.mark.parametrize("words", [("status",), ("log",), ("status", "--text"), ("--help",), ("nonsense",)])
def test_a_reader_that_went_away_is_no_traceback(shop: World, words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [str(program_dir() / "okstra"), *words], cwd=shop.path, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert done.returncode in (0, 129)
    assert b"Traceback" not in done.stderr


def test_closed_streams_lose_no_record(shop: World) -> None:
    program = program_dir() / "okstra"
    line = f'"{program}" task close {KEY} <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", line], cwd=shop.path, check=False).returncode == 0
    assert shop.okstra("task", "show", KEY).json["task"]["status"] == "closed"
    shop.git("fsck", "--strict", "--no-dangling")


def test_flags_stand_anywhere_and_twice(shop: World) -> None:
    plain = shop.okstra("status", KEY).out
    for line in (
        ("--json", "status", KEY, "--json"),
        ("status", "--json", KEY),
        ("-C", ".", "status", "-C", ".", KEY),
        ("status", "-q", "--", KEY),
        ("--no-color", "status", "--json", "--", KEY),
    ):
        assert shop.okstra(*line).out == plain
    refused(shop.okstra("status", "--", "--json", exit=1), "name.bad")
    refused(shop.okstra("-C", "/nowhere", "status", exit=1), "directory.missing")
    refused(shop.okstra("-C", "x" * 5000, "status", exit=1), "host.refused")
    refused(shop.okstra("status", "-C", exit=129), "usage", status=129)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (("status",), 0),
        (("task", "list"), 0),
        (("reconcile", "--all"), 0),
        (("worktree", "prune", "--dry-run"), 0),
        (("task", "show", "shop:web:nope"), 1),
        (("task", "show", "nonsense"), 1),
        (("stage", "show", "9", *TASK), 1),
        (("config", "get", "nope"), 1),
        (("",), 129),
        (("task",), 129),
        (("task", "nope"), 129),
        (("task", "show", "a", "b"), 129),
        (("stage", "start", *TASK), 129),
        (("stage", "list", "--task-key"), 129),
        (("stage", "list", "--task-id", "x"), 129),
        (("status", "--json", "--text"), 129),
        (("init", "--project-id"), 129),
        (("log", "-n", "x"), 129),
    ],
)
def test_exit_statuses(shop: World, line: tuple[str, ...], status: int) -> None:
    answer = shop.okstra(*line, exit=status)
    assert answer.json["ok"] is (status == 0)
    if status:
        assert "\n" not in answer.json["error"]["message"]
        assert answer.json["error"]["hint"]
    text = shop.okstra(*line, "--text", exit=status) if "--json" not in line else answer
    assert ("hint: " in text.err) is (status != 0 and "--json" not in line)
    assert text.out == "" or status == 0 or "--json" in line
