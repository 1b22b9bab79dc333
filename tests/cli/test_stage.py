"""Starting, finishing, listing and releasing stages: who may have which branch and directory."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import KEY, STAGE_KEYS, TASK, open_shop, record_stage, refs, refused, stage_of, stage_place
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


def start(world: World, number: int | str, *words: str, exit: int = 0) -> Any:
    return world.okstra("stage", "start", str(number), *TASK, *words, exit=exit)


def test_a_stage_gets_a_branch_and_a_locked_worktree(shop: World, home: Path) -> None:
    told = start(shop, 1, "--title", "세션 저장소").json
    stage = told["stage"]
    assert set(stage) >= STAGE_KEYS - {"finding", "checkout"}
    assert (told["task"], stage["title"], stage["state"]) == (KEY, "세션 저장소", "started")
    assert (stage["branch"], stage["worktree"]) == ("feature/web/login-stage-1", str(stage_place(home, 1)))
    assert (stage["base"], stage["commit"]) == (shop["base"], None)
    listed = shop.ask("worktree", "list", "--porcelain")
    assert f"worktree {stage_place(home, 1)}\n" in listed
    assert f"locked okstra task={KEY} stage=1" in listed


def test_the_first_start_fixes_the_anchor_and_no_later_one_moves_it(shop: World) -> None:
    start(shop, 1)
    shop.commit("later")
    start(shop, 2)
    assert shop.okstra("status").json["tasks"][0]["anchor"] == {"commit": shop["base"], "ref": "main", "status": "ok"}
    assert stage_of(shop, 2)["base"] == shop["later"]


def test_a_reserved_stage_is_not_started_twice(shop: World) -> None:
    start(shop, 1)
    answer = start(shop, 1, exit=1)
    assert "shop:web:login stage 1 is already reserved on branch" in refused(answer, "place.reserved")
    assert f"git okstra stage release 1 --task-key {KEY}" in answer.json["error"]["hint"]


def test_twenty_starts_at_once_have_one_winner(shop: World) -> None:
    line = [str(program_dir() / "okstra"), "stage", "start", "1", *TASK]
    running = [subprocess.Popen(line, cwd=shop.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(20)]
    said = [process.communicate(timeout=120) for process in running]
    statuses = sorted(process.returncode for process in running)
    assert statuses == [0] + [1] * 19, said
    assert sum(b'"code": "place.reserved"' in out for out, _ in said) == 19
    kinds = [event["fact"]["type"] for event in shop.okstra("log").json["events"]]
    assert sorted(kinds) == ["anchor.set", "place.reserved", "stage.started", "task.opened"]
    assert len(shop.ask("worktree", "list").splitlines()) == 2


def test_a_released_stage_is_started_again_in_its_clean_worktree(shop: World, home: Path) -> None:
    start(shop, 1)
    there = World(stage_place(home, 1), clock=shop.clock)
    there.commit("kept")
    shop.okstra("stage", "release", "1", *TASK)
    assert stage_of(shop, 1)["worktree"] is None
    assert start(shop, 1).json["stage"]["worktree"] == str(there.path)
    assert there.tip() == shop.tip("feature/web/login-stage-1")


def test_a_dirty_directory_is_not_used_again(shop: World, home: Path) -> None:
    start(shop, 1)
    (stage_place(home, 1) / "untracked").write_text("mine\n")
    shop.okstra("stage", "release", "1", *TASK)
    refused(start(shop, 1, exit=1), "worktree.dirty")
    assert (stage_place(home, 1) / "untracked").read_text() == "mine\n"


def test_a_directory_on_another_branch_is_not_used_again(shop: World, home: Path) -> None:
    start(shop, 1)
    shop.okstra("stage", "release", "1", *TASK)
    World(stage_place(home, 1), clock=shop.clock).git("checkout", "-q", "-b", "elsewhere")
    assert "is the worktree of elsewhere" in refused(start(shop, 1, exit=1), "worktree.taken")


@pytest.mark.parametrize("kind", ["file", "full directory"])
def test_what_stands_in_the_way_is_left_alone(shop: World, home: Path, kind: str) -> None:
    place = stage_place(home, 1)
    mine = place if kind == "file" else place / "mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    refused(start(shop, 1, exit=1), "worktree.taken")
    assert mine.read_text() == "mine\n"
    assert shop.okstra("stage", "list", *TASK).json["stages"] == []


def test_an_empty_directory_is_filled(shop: World, home: Path) -> None:
    stage_place(home, 1).mkdir(parents=True)
    start(shop, 1)
    assert (stage_place(home, 1) / "README").exists()


def test_a_worktree_deleted_by_hand_is_made_again(shop: World, home: Path) -> None:
    start(shop, 1)
    there = World(stage_place(home, 1), clock=shop.clock)
    there.commit("kept")
    subprocess.run(["rm", "-rf", str(there.path)], check=True)
    shop.okstra("stage", "release", "1", *TASK)
    start(shop, 1)
    assert there.ask("log", "-1", "--format=%s") == "kept"


def test_a_worktree_root_behind_a_symbolic_link_is_found_again(shop: World, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    shop.git("config", "okstra.worktreeRoot", str(tmp_path / "link"))
    start(shop, 1)
    shop.okstra("stage", "release", "1", *TASK)
    start(shop, 1)
    assert shop.okstra("worktree", "list").json["worktrees"][0]["exists"] is True


def test_a_start_that_fails_leaves_no_stage_behind(shop: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shop.git("config", "okstra.worktreeRoot", str(tmp_path / "file"))
    refused(start(shop, 1, exit=1), "worktree.failed")
    assert shop.okstra("stage", "list", *TASK).json["stages"] == []
    assert shop.okstra("status").json["tasks"][0]["anchor"] is None
    shop.git("config", "--unset", "okstra.worktreeRoot")
    start(shop, 1)


def test_a_branch_checked_out_elsewhere_gives_the_reservation_back(shop: World) -> None:
    branch = start(shop, 1).json["stage"]["branch"]
    shop.okstra("stage", "release", "1", *TASK)
    shop.okstra("worktree", "prune", *TASK)
    shop.worktree("other", branch)
    refused(start(shop, 1, exit=1), "worktree.failed")
    assert shop.okstra("worktree", "list").json["worktrees"] == []


def test_a_branch_that_was_not_the_stages_own_is_not_taken(shop: World) -> None:
    shop.git("branch", "taken")
    refused(start(shop, 1, "--branch", "taken", exit=1), "branch.exists")
    assert shop.okstra("worktree", "list").json["worktrees"] == []


@pytest.mark.parametrize("root", ["relative/dir", "", "~", "two\nlines"])
def test_an_unfit_worktree_root_is_refused(shop: World, root: str) -> None:
    shop.git("config", "okstra.worktreeRoot", root)
    refused(start(shop, 1, exit=1), "config.bad-value")


def test_a_worktree_root_that_is_not_utf8_is_refused(shop: World) -> None:
    config = shop.path / ".git/config"
    config.write_bytes(config.read_bytes() + b"[okstra]\n\tworktreeRoot = /tmp/\xff\n")
    refused(start(shop, 1, exit=1), "config.bad-value")


def test_a_home_that_is_not_utf8_is_refused(shop: World, tmp_path: Path) -> None:
    home = str(tmp_path) + os.fsdecode(b"/\xff")
    answer = shop.okstra("stage", "start", "1", *TASK, env={"HOME": home}, exit=1)
    refused(answer, "record.refused")


def test_a_worktree_inside_the_repository_is_noted(shop: World) -> None:
    shop.git("config", "okstra.worktreeRoot", str(shop.path / "trees"))
    assert "is inside this worktree: have git ignore it" in start(shop, 1).err
    (shop.path / ".gitignore").write_text("/trees/\n")
    assert start(shop, 2).err == ""


def test_a_branch_of_another_task_is_refused(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.okstra("task", "open", "shop:web:other")
    answer = shop.okstra(
        "stage", "start", "1", "--task-key", "shop:web:other", "--base", "main", "--branch", "feature/login",
        "--no-worktree", exit=1,
    )  # fmt: skip
    assert refused(answer, "branch.owned") == "branch feature/login belongs to shop:web:login stage 1"
    assert answer.json["error"]["owner"] == KEY


def test_stages_of_one_task_may_share_an_adopted_branch(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    start(shop, 2, "--base", "feature/login", "--branch", "feature/login", "--no-worktree")
    shop.commit("more")
    shop.okstra("stage", "done", "2", *TASK)
    assert stage_of(shop, 2)["base"] == shop["S1"]


def test_a_branch_with_other_work_is_not_taken_silently(shop: World) -> None:
    shop.branch("feature/web/login-stage-1")
    shop.commit("other work")
    shop.checkout("main")
    refused(start(shop, 1, exit=1), "branch.exists")


@pytest.mark.parametrize("text", ["0", "-0", "1.0", "1e3", "٣", "1 ", "999999999999999999999", "x", "", "\0", "\udcff"])
def test_a_bad_stage_number_is_refused(shop: World, text: str) -> None:
    for command in ("start", "done", "show", "release"):
        refused(shop.okstra("stage", command, *TASK, "--", text, exit=1), "name.bad")


@pytest.mark.parametrize("ref", ["-x", "--all", "nope", "", "a..b", "\0", "\udcff", "x" * 5000, "@{99", ":/"])
def test_a_bad_ref_is_refused(shop: World, ref: str) -> None:
    record_stage(shop, 1, "feature/login")
    if ref:
        refused(start(shop, 2, f"--base={ref}", exit=1), "ref.unresolvable")
        refused(shop.okstra("stage", "done", "1", *TASK, f"--commit={ref}", exit=1), "ref.unresolvable")
    refused(shop.okstra("reconcile", *TASK, "--apply", "--stage", "1", f"--use-ref={ref}", exit=1), "ref.unresolvable")
    refused(shop.okstra("reconcile", *TASK, f"--reset-anchor={ref}", exit=1), "ref.unresolvable")


@pytest.mark.parametrize(
    "name", ["-x", "a b", "a..b", "a.lock", ".a", "a//b", "/a", "a/", "@", "HEAD", "a\nb", "\udcff", "x" * 300]
)
def test_a_bad_branch_name_is_refused(shop: World, name: str) -> None:
    refused(start(shop, 1, f"--branch={name}", exit=1), "name.bad")
    refused(start(shop, 1, f"--branch={name}", "--no-worktree", exit=1), "name.bad")


def test_dependencies_are_kept_and_lead_to_earlier_stages(shop: World) -> None:
    start(shop, 3, "--depends-on", "1,2")
    assert stage_of(shop, 3)["depends_on"] == [1, 2]
    for bad in ("4", "5", "1,4"):
        refused(start(shop, 4, "--depends-on", bad, exit=1), "stage.bad-dependency")
    for bad in ("x", "1;2", "-1", "0"):
        refused(start(shop, 4, f"--depends-on={bad}", exit=1), "name.bad")


def test_a_stage_begins_where_we_stand(shop: World) -> None:
    shop.commit("next")
    shop.git("checkout", "-q", "--detach", "HEAD~1")
    assert start(shop, 1).json["stage"]["base"] == shop["base"]


def test_an_unborn_branch_gives_no_base(tmp_path: Path) -> None:
    world = open_shop(World.empty(tmp_path / "new"))
    refused(start(world, 1, exit=1), "base.missing")
    refused(start(world, 1, "--base", "main", exit=1), "ref.unresolvable")
    assert world.okstra("status").json["tasks"][0]["stages"] == []


def test_done_inside_the_stage_worktree_needs_no_flags(shop: World, home: Path) -> None:
    start(shop, 1)
    there = World(stage_place(home, 1), clock=shop.clock)
    there.commit("work")
    (told,) = there.okstra("stage", "done").json["stages"]
    assert (told["number"], told["commit"], told["base"]) == (1, there.tip(), shop["base"])
    assert there.okstra("reconcile").json["items"] == []
    assert refs(shop, "refs/okstra/stage") == {"refs/okstra/stage/shop/web/login/1": there.tip()}
    assert '"stage": 1' in shop.ask("notes", "--ref=okstra", "show", there.tip())


def test_done_twice_records_once(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    before = len(shop.okstra("log").json["events"])
    assert shop.okstra("stage", "done", "1", *TASK).json["changed"] is False
    assert len(shop.okstra("log").json["events"]) == before


def test_done_names_what_it_does_not_know(shop: World) -> None:
    refused(shop.okstra("stage", "done", *TASK, exit=129), "usage", status=129)
    refused(shop.okstra("stage", "done", "7", *TASK, exit=1), "stage.unknown")
    refused(shop.okstra("stage", "done", "7", *TASK, "--branch", "nope", exit=1), "branch.missing")
    refused(shop.okstra("stage", "show", "7", *TASK, exit=1), "stage.unknown")


def test_a_stage_never_started_is_recorded_with_its_branch(shop: World) -> None:
    shop.branch("feature/x")
    shop.commit("X")
    shop.okstra("stage", "done", "4", *TASK, "--branch", "feature/x")
    assert (stage_of(shop, 4)["commit"], stage_of(shop, 4)["base"]) == (shop["X"], shop["base"])


def test_the_original_flags_are_accepted(shop: World) -> None:
    old = ("--plan-run-root", "r", "--work-category", "w", "--workspace-root", "x", "--project-root", "y")
    start(shop, 1, *old, "--render-only")
    shop.okstra("stage", "list", "--project-id", "shop", "--task-group", "web", "--task-id", "login", *old)
    shop.okstra("reconcile", *TASK, *old)
    shop.okstra("worktree", "list", *old)


def test_carry_travels_with_the_stage(shop: World) -> None:
    record_stage(shop, 1, "feature/login")

    def recorded() -> str:
        return str(shop.okstra("stage", "show", "1", *TASK).json["stage"]["carry"])

    (shop.path / "carry.json").write_text('{ "summary": "다음 단계에 필요한 것",\n "openPoints": [] }')
    shop.okstra("stage", "done", "1", *TASK, "--carry", "carry.json")
    assert recorded() == '{"openPoints":[],"summary":"다음 단계에 필요한 것"}'
    shop.okstra("stage", "done", "1", *TASK, "--leave-uncommitted")
    assert recorded() == '{"openPoints":[],"summary":"다음 단계에 필요한 것"}'
    shop.okstra("stage", "done", "1", *TASK, "--carry", "-", "--leave-uncommitted", stdin='{"summary": "from stdin"}')
    assert recorded() == '{"summary":"from stdin"}'


@pytest.mark.parametrize("content", [b"a\xff", b"a" * (257 << 10)])
def test_a_carry_that_cannot_be_kept_is_refused(shop: World, content: bytes) -> None:
    record_stage(shop, 1, "feature/login")
    shop.write("carry", content)
    for given in ("carry", "-"):
        refused(shop.okstra("stage", "done", "1", *TASK, "--carry", given, stdin=content, exit=1), "file.refused")
        refused(
            shop.okstra_process("stage", "done", "1", *TASK, "--carry", given, stdin=content, exit=1), "file.refused"
        )


@pytest.mark.parametrize("path", ["/nowhere", ".", "x" * 5000, "\udcff"])
def test_a_file_that_cannot_be_read_is_refused(shop: World, path: str) -> None:
    record_stage(shop, 1, "feature/login")
    for flag in ("--carry", "--from-file"):
        number = ["1"] if flag == "--carry" else []
        refused(shop.okstra("stage", "done", *number, *TASK, flag, path, exit=1), "file.refused")


def test_thousands_of_stages_are_recorded_in_one_call(shop: World) -> None:
    stream = "".join(
        f"commit refs/heads/long\ncommitter A <a@b> {1_700_000_000 + n} +0000\ndata 2\nc\n"
        f"{'from refs/heads/main^0' if n == 1 else ''}\nM 644 inline f{n}\ndata 2\n{n % 10}\n\n"
        for n in range(1, 2001)
    )
    shop.git("fast-import", "--quiet", stdin=stream)
    commits = shop.ask("rev-list", "--reverse", "main..long").splitlines()
    lines = "# stages\n\n" + "".join(f"{n} {commit}\n" for n, commit in enumerate(commits, 1))
    told = shop.okstra("stage", "done", *TASK, "--branch", "long", "--from-file", "-", stdin=lines).json
    assert len(told["stages"]) == 2000
    assert [stage["commit"] for stage in told["stages"]] == commits
    assert told["stages"][1999]["base"] == commits[1998]
    assert len(refs(shop, "refs/okstra/stage")) == 2000
    assert shop.ask("rev-list", "--count", next(iter(refs(shop, "refs/okstra/log")))) == "2"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "file.refused"),
        ("# nothing\n\n", "file.refused"),
        ("1\n", "file.refused"),
        ("1 a b c\n", "file.refused"),
        ("1 feature/login\n1 feature/login\n", "file.refused"),
        ("x feature/login\n", "name.bad"),
        ("0 feature/login\n", "name.bad"),
        ("1 -x\n", "ref.unresolvable"),
        ("1 feature/login nope\n", "ref.unresolvable"),
        ("1 feature/login\n9 feature/login\n", "stage.unknown"),
        ("\x00\n", "file.refused"),
        ("1 \x00\n", "ref.unresolvable"),
    ],
)
def test_a_bad_list_records_nothing(shop: World, lines: str, code: str) -> None:
    record_stage(shop, 1, "feature/login")
    before = shop.okstra("log").json["events"]
    refused(shop.okstra("stage", "done", *TASK, "--from-file", "-", stdin=lines, exit=1), code)
    assert shop.okstra("log").json["events"] == before


def test_a_list_excludes_what_belongs_to_one_stage(shop: World) -> None:
    for words in (("1",), ("--commit", "x"), ("--base", "x"), ("--carry", "x")):
        refused(shop.okstra("stage", "done", *words, *TASK, "--from-file", "-", exit=129), "usage", status=129)


def test_release_frees_the_branch_and_keeps_everything(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    told = shop.okstra("stage", "release", "1", *TASK).json
    assert told["released"] == {"branch": "feature/login", "worktree": None}
    assert shop.okstra("stage", "release", "1", *TASK).json["released"] is None
    assert stage_of(shop, 1)["commit"] == shop["S1"]
    shop.okstra("task", "open", "shop:web:other")
    line = ("--task-key", "shop:web:other", "--base", "main", "--branch", "feature/login", "--no-worktree")
    shop.okstra("stage", "start", "1", *line)


def test_show_tells_where_a_stage_was_before(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.amend(None, "-m", "reworded")
    shop.okstra("reconcile", *TASK, "--apply")
    told = shop.okstra("stage", "show", "1", *TASK).json["stage"]
    assert told["former"] == [{"commit": shop["S1"], "left_by": "same-tree"}]
    assert told["range"]["subject"] == "reworded"


def test_where_there_is_no_commit_at_all_a_base_names_none_and_the_hint_says_so(world: World) -> None:
    empty = World.empty(world.path.parent / "empty")
    open_shop(empty)
    error = empty.okstra("stage", "start", "1", *TASK, "--base", "main", exit=1).json["error"]
    assert (error["code"], error["hint"]) == ("ref.unresolvable", "there is no commit here yet; commit something first")
