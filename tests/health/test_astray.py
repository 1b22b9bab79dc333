"""Worktrees and branches that are not where they are recorded: doctor says so, and its line settles it, by sh."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import KEY, TASK, open_shop, stage_place
from tests.kit.answers import Answer, run_program
from tests.kit.prepared import a_brief, a_plan, approve, prepare, set_up
from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("bin_dir")


class Desk:
    """A clone with a started stage: one commit, one staged and one changed file in its worktree."""

    def __init__(self, world: World, home: Path) -> None:
        self.world, self.home = open_shop(world), home
        world.okstra("stage", "start", "1", *TASK, "--base", "main")
        self.place = stage_place(home, 1)
        self.stage = World(self.place, labels=world.labels, clock=world.clock)
        self.stage.commit("one")
        self.stage.write("staged.txt", "staged\n")
        self.stage.git("add", "staged.txt")
        self.stage.write("one.txt", "changed\n")

    def findings(self, world: World | None = None) -> list[Any]:
        told = (world or self.world).okstra("doctor", "--json", exit=None).json
        return [each for each in told.get("findings", []) if each["severity"] != "info"]

    def sh(self, line: str, world: World | None = None) -> Answer:
        place = world or self.world
        return run_program(["sh", "-c", line], cwd=place.path, environ=place.environ())

    def settle(self, world: World | None = None) -> list[str]:
        """Type what doctor says until it is content; the codes that it had on the way. No line may do nothing."""
        seen: list[str] = []
        while findings := self.findings(world):
            first = findings[0]
            assert len(seen) < 5, seen
            answer = self.sh(first["hint"], world)
            assert answer.exit == 0, (first, answer)
            assert first not in self.findings(world), first
            seen.append(first["code"])
        return seen

    def told_everywhere(self, code: str) -> None:
        """`worktree list` and `status` say it as doctor does, with the same line."""
        (finding,) = [each for each in self.findings() if each["code"] == code]
        rows = self.world.okstra("worktree", "list", "--json").json["worktrees"]
        problems = self.world.okstra("status", "--json").json["problems"]
        assert finding["hint"] in [row["hint"] for row in rows]
        assert (code, finding["hint"]) in [(each["code"], each["hint"]) for each in problems]
        assert finding["hint"] in self.world.okstra("status", "--text").out
        assert finding["hint"] in self.world.okstra("worktree", "list", "--text").out


@pytest.fixture
def desk(world: World, home: Path) -> Desk:
    return Desk(world, home)


def test_a_sound_desk_is_sound(desk: Desk) -> None:
    assert desk.findings() == []
    (row,) = desk.world.okstra("worktree", "list", "--json").json["worktrees"]
    assert (row["problem"], row["found"], row["hint"]) == (None, None, None)
    assert desk.world.okstra("worktree", "repair", "--json").json["worktrees"] == []


def test_a_directory_that_was_deleted_is_made_anew_with_what_was_staged(desk: Desk) -> None:
    shutil.rmtree(desk.place)
    desk.told_everywhere("worktree.missing")
    assert desk.settle() == ["worktree.missing"]
    assert desk.stage.ask("status", "--short") == "A  staged.txt"
    assert "locked" in desk.world.ask("worktree", "list", "--porcelain")


def test_who_starts_a_stage_whose_directory_is_gone_hears_how_it_comes_back(desk: Desk) -> None:
    shutil.rmtree(desk.place)
    start = ("stage", "start", "1", *TASK, "--base", "main", "--json")
    error = desk.world.okstra(*start, exit=1).json["error"]
    assert (error["code"], "is gone" in error["message"]) == ("place.reserved", True)
    first = error["hint"].splitlines()[0]
    assert first.startswith("git okstra worktree repair")
    desk.sh(first).expect(0)
    assert desk.place.is_dir()
    assert "worktree repair" not in desk.world.okstra(*start, exit=1).json["error"]["hint"]


def test_a_worktree_that_git_removed_is_made_anew(desk: Desk) -> None:
    desk.world.git("worktree", "remove", "-f", "-f", str(desk.place))
    desk.told_everywhere("worktree.missing")
    assert desk.settle() == ["worktree.missing"]
    assert desk.stage.tip() == desk.stage["one"]
    desk.stage.okstra("stage", "done", "1")


def test_with_its_branch_gone_as_well_it_begins_where_the_stage_did(desk: Desk) -> None:
    desk.world.git("worktree", "remove", "-f", "-f", str(desk.place))
    desk.world.git("branch", "-D", "feature/web/login-stage-1")
    assert "worktree.missing" in desk.settle()
    assert desk.stage.ask("branch", "--show-current") == "feature/web/login-stage-1"


def test_one_that_git_moved_is_recorded_where_it_is(desk: Desk, tmp_path: Path) -> None:
    there = tmp_path / "else where"
    desk.world.git("worktree", "unlock", str(desk.place))
    desk.world.git("worktree", "move", str(desk.place), str(there))
    desk.told_everywhere("worktree.moved")
    assert desk.settle() == ["worktree.moved"]
    (row,) = desk.world.okstra("worktree", "list", "--json").json["worktrees"]
    assert (row["worktree"], row["status"], row["exists"]) == (str(there), "active", True)
    World(there, clock=desk.world.clock).okstra("stage", "show", "1")


def test_a_run_goes_on_where_its_worktree_was_moved_to(desk: Desk, tmp_path: Path) -> None:
    desk.world.write(".okstra/plan.md", a_plan({1: ()}))
    approve(desk.world, ".okstra/plan.md")
    brief = desk.world.write(".okstra/brief.md", a_brief())
    line = ("run", "prepare", *TASK, "--task-type", "implementation", "--stage", "1", "--brief-path", str(brief))
    desk.stage.git("stash", "-q")
    run = desk.world.okstra(*line, "--json").json["run"]
    there = tmp_path / "there"
    desk.world.git("worktree", "unlock", str(desk.place))
    desk.world.git("worktree", "move", str(desk.place), str(there))
    desk.settle()
    runs = desk.world.okstra("run", "list", "--json").json["runs"]
    assert [(each["id"], each["worktree"], each["status"]) for each in runs] == [(run, str(there), "prepared")]
    for again in (desk.world.okstra("run", "resume", run, "--json"), desk.world.okstra(*line, "--json")):
        assert str(there) in again.json["prompt"]
    assert str(desk.place) not in files_of(desk.world, run)


def test_a_run_goes_on_where_the_whole_project_was_moved_to(world: World, tmp_path: Path) -> None:
    set_up(world, {1: ()})
    first = prepare(world, "--stage", "1").json
    moved = World(world.path.rename(tmp_path / "store"), clock=world.clock)
    moved.git("worktree", "repair")
    for again in (prepare(moved, "--stage", "1"), moved.okstra("run", "resume", first["run"], "--json")):
        assert f"Project root `{moved.path}`" in again.json["prompt"]
        assert str(world.path) + "/" not in again.json["prompt"]
    assert str(world.path) + "/" not in files_of(moved, first["run"])


def files_of(world: World, run: str) -> str:
    """The instructions of a run and the script that resumes it."""
    found = world.okstra("run", "show", run, "--json").json["run"]
    folder = world.path / found["folder"]
    texts = [each.read_text() for each in folder.rglob("*") if each.suffix in (".md", ".sh")]
    assert len(texts) > 5
    return "\n".join(texts)


def test_one_that_was_moved_by_hand_is_found_from_inside(desk: Desk, tmp_path: Path) -> None:
    there = tmp_path / "by hand"
    desk.place.rename(there)
    inside = World(there, clock=desk.world.clock)
    assert desk.settle(inside) == ["worktree.moved"]
    assert desk.findings() == []
    assert (there / "one.txt").read_text() == "changed\n"


def test_seen_from_outside_it_may_be_repaired_by_git_first(desk: Desk, tmp_path: Path) -> None:
    there = tmp_path / "hand"
    desk.place.rename(there)
    (finding,) = desk.findings()
    assert "git worktree repair" in finding["message"]
    desk.sh("git worktree repair", World(there))
    assert desk.settle() == ["worktree.moved"]


def test_a_branch_that_is_checked_out_in_the_main_worktree_now(desk: Desk) -> None:
    desk.world.git("worktree", "remove", "-f", "-f", str(desk.place))
    desk.world.git("switch", "-q", "feature/web/login-stage-1")
    desk.told_everywhere("worktree.in-main")
    assert desk.settle() == ["worktree.in-main"]
    (row,) = desk.world.okstra("worktree", "list", "--json").json["worktrees"]
    assert (row["worktree"], row["branch"], row["status"]) == (None, "feature/web/login-stage-1", "active")


@pytest.mark.parametrize("content", [None, "", "junk\n", "gitdir: \n", "gitdir: /nowhere/at all\n", "\xff"])
def test_a_damaged_git_file_is_written_anew(desk: Desk, content: str | None) -> None:
    file = desk.place / ".git"
    file.unlink() if content is None else file.write_bytes(content.encode("latin-1"))
    desk.told_everywhere("worktree.cut")
    assert desk.settle() == ["worktree.cut"]
    assert desk.stage.ask("status", "--short") == " M one.txt\nA  staged.txt"


@pytest.mark.parametrize("without_file", [False, True])
def test_one_whose_entry_is_gone_gets_a_new_one_and_keeps_every_file(desk: Desk, *, without_file: bool) -> None:
    shutil.rmtree(desk.world.path / ".git/worktrees")
    (desk.place / ".git").unlink() if without_file else None
    desk.told_everywhere("worktree.cut")
    assert desk.settle() == ["worktree.cut"]
    assert desk.stage.ask("status", "--short") == " M one.txt\n?? staged.txt"
    assert sorted(each.name for each in desk.place.parent.iterdir()) == ["stage-1"]


def test_a_main_repository_that_was_moved(desk: Desk, tmp_path: Path) -> None:
    moved = desk.world.path.rename(tmp_path / "moved")
    error = desk.stage.okstra("status", "--json", exit=1).json["error"]
    assert error["code"] == "repo.none"
    assert "git worktree repair" in error["hint"]
    world = World(moved, clock=desk.world.clock)
    assert desk.settle(world) == ["worktree.cut"]
    desk.stage.okstra("status")


def test_a_place_that_another_repository_has_taken(desk: Desk, tmp_path: Path) -> None:
    desk.place.rename(tmp_path / "aside")
    World.empty(desk.place).commit("theirs")
    desk.told_everywhere("worktree.foreign")
    desk.world.okstra("worktree", "repair", exit=1)
    assert desk.settle() == ["worktree.foreign"]
    assert World(desk.place).ask("log", "--format=%s") == "theirs"


def test_the_worktree_of_another_clone_is_not_stolen(desk: Desk, tmp_path: Path) -> None:
    desk.place.rename(tmp_path / "aside")
    other = desk.world.clone("other")
    other.git("worktree", "add", "-q", "-b", "x", str(desk.place))
    assert desk.settle() == ["worktree.foreign"]
    assert str(other.path) in (desk.place / ".git").read_text()


def test_a_drive_that_is_not_attached(desk: Desk, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    (drive / "trees").mkdir(parents=True)
    desk.world.git("worktree", "unlock", str(desk.place))
    desk.world.git("worktree", "move", str(desk.place), str(drive / "trees/one"))
    desk.settle()
    unplugged = drive.rename(tmp_path / "unplugged")
    desk.told_everywhere("worktree.missing")
    unplugged.rename(drive)
    assert desk.findings() == [], "it is attached again"
    drive.rename(unplugged)
    assert desk.settle() == ["worktree.missing"]


def test_a_landed_stage_wants_no_worktree_any_more(desk: Desk) -> None:
    desk.stage.git("reset", "-q", "--hard")
    desk.stage.okstra("stage", "done", "1")
    desk.world.git("merge", "-q", "--no-ff", "feature/web/login-stage-1")
    desk.world.okstra("reconcile", "--apply")
    desk.world.okstra("handoff", "status")
    desk.world.git("worktree", "remove", "-f", "-f", str(desk.place))
    (finding,) = desk.findings()
    assert finding["hint"] == f"git okstra worktree release --task-key {KEY} --stage 1"
    assert desk.settle() == ["worktree.missing"]


@pytest.mark.parametrize("name", ["other", "it's;x", "größer"])
def test_a_branch_that_was_renamed(desk: Desk, name: str) -> None:
    desk.stage.git("branch", "-m", name)
    (finding,) = desk.findings()
    assert finding["code"] in [each["code"] for each in desk.world.okstra("status", "--json").json["problems"]]
    assert desk.settle() == ["branch.renamed"]
    assert desk.stage.ask("branch", "--show-current") == "feature/web/login-stage-1", "nothing was recorded too early"
    desk.stage.git("commit", "-qam", "all")
    desk.stage.okstra("stage", "done", "1")
    desk.stage.git("branch", "-m", name)
    assert desk.settle() == ["branch.renamed"]
    assert desk.world.okstra("stage", "show", "1").json["stage"]["branch"] == name


def test_a_branch_that_was_deleted_comes_back_where_it_was_last_seen(desk: Desk) -> None:
    tip = desk.stage.tip()
    desk.stage.git("checkout", "-q", "--detach")
    desk.world.git("branch", "-D", "feature/web/login-stage-1")
    assert [each["code"] for each in desk.findings()] == ["branch.missing"]
    assert desk.settle() == ["branch.missing", "worktree.elsewhere"]
    assert desk.world.tip("feature/web/login-stage-1") == tip
    assert desk.stage.ask("branch", "--show-current") == "feature/web/login-stage-1"


def test_a_deleted_branch_without_a_worktree_comes_back(desk: Desk) -> None:
    desk.world.branch("mine", "main")
    desk.world.okstra("stage", "start", "2", *TASK, "--base", "main", "--branch", "mine", "--no-worktree")
    tip = desk.world.commit("two")
    desk.world.git("switch", "-q", "main")
    desk.world.git("branch", "-D", "mine")
    assert desk.settle() == ["branch.missing"]
    assert desk.world.tip("mine") == tip


def bare(world: World) -> None:
    world.git("config", "core.bare", "true")


def bare_for_all(world: World) -> None:
    world.git("config", "extensions.worktreeConfig", "true")
    bare(world)


def bare_here(world: World) -> None:
    world.git("config", "extensions.worktreeConfig", "true")
    world.git("config", "--worktree", "core.bare", "true")


def elsewhere(world: World) -> None:
    world.git("config", "core.worktree", str(world.path.parent))


@pytest.mark.parametrize("slip", [bare, bare_for_all, bare_here, elsewhere])
def test_a_setting_that_hides_the_main_worktree(desk: Desk, slip: Callable[[World], None]) -> None:
    slip(desk.world)
    assert desk.settle() == ["config.main-worktree"]
    assert desk.sh("git status --short").out == ""


def test_status_and_a_prepare_name_the_setting_that_hides_the_project(world: World) -> None:
    set_up(world, {1: ()})
    bare(world)
    error = prepare(world, "--stage", "1", exit=1).json["error"]
    (problem,) = world.okstra("status", "--json").json["problems"]
    assert {each["code"] for each in (error, problem)} == {"config.main-worktree"}
    assert error["hint"] == problem["hint"]
    assert run_program(["sh", "-c", error["hint"]], cwd=world.path, environ=world.environ()).exit == 0
    prepare(world, "--stage", "1")


def test_inside_a_worktree_with_a_damaged_git_file_the_line_works(desk: Desk) -> None:
    (desk.place / ".git").write_text("junk\n")
    error = desk.stage.okstra("status", "--json", exit=1).json["error"]
    assert "git worktree repair" in error["hint"]
    desk.sh("git worktree repair").expect(0)
    desk.stage.okstra("status")


def test_a_worktree_that_is_cut_off_is_one_finding(desk: Desk) -> None:
    (desk.place / ".git").write_text("junk\n")
    found = desk.world.okstra("doctor", "--json", exit=None).json["findings"]
    assert [each["code"] for each in found if each["code"].startswith("worktree.")] == ["worktree.cut"]


def test_seen_from_a_linked_worktree(desk: Desk) -> None:
    bare_for_all(desk.world)
    assert desk.settle(desk.stage) == ["config.main-worktree"]
    desk.sh("git status").expect(0)


@pytest.mark.parametrize("command", [("status",), ("doctor",), ("stage", "list")])
def test_a_worktree_setting_that_leads_nowhere_is_named_by_every_command(desk: Desk, command: tuple[str, ...]) -> None:
    desk.world.git("config", "core.worktree", "/nowhere/at/all")
    error = desk.world.okstra(*command, "--json", exit=1).json["error"]
    assert "core.worktree" in error["message"]
    desk.sh(error["hint"]).expect(0)
    desk.world.okstra(*command)


def test_bare_repositories_and_submodules_are_as_they_should_be(desk: Desk, tmp_path: Path) -> None:
    from okstra_git.git.discovery import find_hidden

    bare_one = tmp_path / "project/.git"
    desk.world.git("clone", "-q", "--bare", str(desk.world.path), str(bare_one))
    assert list(find_hidden(bare_one)) == []
    outer = World.begin(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(desk.world.path), "part")
    assert list(find_hidden(outer.path / ".git/modules/part")) == []
    assert list(find_hidden(outer.path / ".git")) == []


def test_only_what_is_asked_for_is_repaired_and_a_dry_run_does_nothing(desk: Desk) -> None:
    desk.world.okstra("stage", "start", "2", *TASK, "--base", "main")
    shutil.rmtree(desk.place)
    shutil.rmtree(stage_place(desk.home, 2))
    told = desk.world.okstra("worktree", "repair", "--dry-run").json
    assert [each["scope"] for each in told["worktrees"]] == ["stage-1", "stage-2"]
    assert len(desk.findings()) == 2
    assert "would be made anew" in desk.world.okstra("worktree", "repair", "-n", "--text").out
    desk.world.okstra("worktree", "repair", "--stage", "2")
    assert [each["subject"] for each in desk.findings()] == [f"{KEY} stage 1"]


def test_a_place_that_cannot_be_made_is_refused_with_the_way_out(desk: Desk) -> None:
    shutil.rmtree(desk.place.parent)
    desk.place.parent.write_text("a file in the way\n")
    error = desk.world.okstra("worktree", "repair", exit=1).json["error"]
    assert error["code"] == "worktree.failed"
    desk.sh(error["hint"]).expect(0)
    assert desk.findings() == []


def test_another_clones_rows_are_none_of_our_business(desk: Desk) -> None:
    shutil.rmtree(desk.place)
    (log,) = desk.world.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log").splitlines()
    other = desk.world.clone("other")
    other.git("fetch", "-q", "origin", f"{log}:{log.replace('okstra/log', 'okstra/remote/origin')}")
    other.okstra("init", "--no-hooks")
    assert desk.findings(other) == []
    (row,) = other.okstra("worktree", "list", "--json").json["worktrees"]
    assert row["problem"] is None


def test_the_environment_of_these_tests_has_okstra_on_its_path() -> None:
    assert shutil.which("git-okstra", path=os.environ["PATH"])
