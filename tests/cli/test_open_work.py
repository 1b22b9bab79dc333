"""`stage done` beside work that no commit of the stage's branch has: refused with the facts, or left out on purpose."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import KEY, TASK, open_shop, refused, stage_of, stage_place
from tests.kit.answers import Answer
from tests.kit.scenario import World

LEAVE = "--leave-uncommitted"


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def stage(shop: World, home: Path) -> World:
    """The worktree of stage 1 with one commit in it."""
    shop.okstra("stage", "start", "1", *TASK, "--base", "main")
    there = World(stage_place(home, 1), labels=shop.labels, clock=shop.clock)
    there.commit("one", {"one": "1\n"})
    return there


def done(world: World, *words: str, exit: int = 0) -> Answer:
    return world.okstra("stage", "done", "1", *TASK, *words, exit=exit)


def told(answer: Answer, code: str) -> Any:
    refused(answer, code)
    return answer.json["error"]


def repeat(world: World, hint: str) -> None:
    """Types the last line that the hint has."""
    line = hint[hint.rindex("git okstra ") :]
    world.okstra(*shlex.split(line)[2:])


def untracked(there: World) -> None:
    there.write("two", "2\n")


def changed(there: World) -> None:
    there.write("one", "other\n")


def staged(there: World) -> None:
    there.write("two", "2\n")
    there.git("add", "two")


def deleted(there: World) -> None:
    (there.path / "one").unlink()


def unstaged_addition(there: World) -> None:
    there.write("two", "2\n")
    there.git("add", "-N", "two")


def in_a_new_folder(there: World) -> None:
    there.write("deep/er/two", "2\n")


def made_executable(there: World) -> None:
    (there.path / "one").chmod(0o755)


def hidden_by_a_setting(there: World) -> None:
    there.git("config", "status.showUntrackedFiles", "no")
    there.write("two", "2\n")


WORK = (
    untracked, changed, staged, deleted, unstaged_addition, in_a_new_folder, made_executable, hidden_by_a_setting,
)  # fmt: skip


@pytest.mark.parametrize("lay", WORK, ids=lambda one: one.__name__)
def test_work_that_is_not_committed_is_named_and_nothing_is_recorded(shop: World, stage: World, lay: Any) -> None:
    lay(stage)
    for world in (stage, shop):
        error = told(done(world, exit=1), "worktree.dirty")
        assert "1 file that is not committed" in error["message"]
        assert (error["file_count"], error["worktree"]) == (1, str(stage.path))
        assert error["files"][0] in error["message"]
    assert stage_of(shop, 1)["commit"] is None
    stage.git("add", "-A")
    stage.git("commit", "-qm", "two")
    done(shop)
    assert stage_of(shop, 1)["commit"] == stage.tip()


def test_files_are_left_out_on_purpose_with_a_warning(shop: World, stage: World) -> None:
    for number in range(5):
        stage.write(f"n{number}", "x")
    error = told(done(shop, exit=1), "worktree.dirty")
    assert "'n0', 'n1', 'n2' and 2 more" in error["message"]
    assert LEAVE in error["hint"]
    answer = done(shop, LEAVE)
    assert "5 files that are not committed" in answer.err
    assert answer.json["left_out"][0]["files"] == [f"n{number}" for number in range(5)]
    assert stage_of(shop, 1)["commit"] == stage.tip()


def test_the_line_of_the_hint_keeps_what_was_given(shop: World, stage: World) -> None:
    stage.write("two", "2\n")
    (shop.path / "it's carry.json").write_text('{"next": 1}')
    error = told(done(shop, "--carry", "it's carry.json", exit=1), "worktree.dirty")
    repeat(shop, error["hint"])
    assert '"next"' in shop.okstra("stage", "show", "1", *TASK).json["stage"]["carry"]


def test_ignored_files_and_the_carry_itself_do_not_count(stage: World) -> None:
    stage.commit("ignore", {".gitignore": "*.log\n"})
    stage.write("build.log", "x")
    stage.write("carry.json", "{}")
    assert done(stage, "--carry", "carry.json").json["left_out"] == []


def test_a_carry_that_is_tracked_and_changed_counts(stage: World) -> None:
    stage.commit("carry", {"carry.json": "{}"})
    stage.write("carry.json", '{"next": 1}')
    told(done(stage, "--carry", "carry.json", exit=1), "worktree.dirty")


def test_a_commit_that_is_named_says_what_is_recorded(shop: World, stage: World) -> None:
    stage.write("two", "2\n")
    answer = done(shop, "--commit", stage.tip())
    assert "1 file that is not committed" in answer.err
    assert stage_of(shop, 1)["commit"] == stage.tip()


def test_a_list_of_stages_warns_of_what_lies_beside_them(shop: World, stage: World) -> None:
    stage.write("two", "2\n")
    answer = shop.okstra("stage", "done", *TASK, "--from-file", "-", stdin=f"1 {stage.tip()}\n")
    assert "1 file that is not committed" in answer.err


@pytest.mark.parametrize("how", [("--detach",), ("-c", "my-own")])
def test_newer_commits_off_the_branch_are_not_passed_over(shop: World, stage: World, how: tuple[str, ...]) -> None:
    stage.git("switch", "-q", *how)
    stage.commit("two", {"two": "2\n"})
    for world in (stage, shop):
        error = told(done(world, exit=1), "worktree.elsewhere")
        assert "feature/web/login-stage-1" in error["message"]
    first = error["hint"].partition("\n")[0]
    repeat(shop, first)
    assert stage_of(shop, 1)["commit"] == stage.tip()


def test_the_branch_as_it_is_can_be_recorded_while_another_is_checked_out(shop: World, stage: World) -> None:
    tip = stage.tip()
    stage.git("switch", "-qc", "x;id")
    stage.commit("two", {"two": "2\n"})
    repeat(shop, told(done(shop, exit=1), "worktree.elsewhere")["hint"])
    assert stage_of(shop, 1)["commit"] == tip


def test_another_branch_that_is_named_counts_whatever_is_checked_out(shop: World, stage: World) -> None:
    stage.git("branch", "mine")
    done(shop, "--branch", "mine")
    stage.git("switch", "-q", "--detach")
    stage.commit("two", {"two": "2\n"})
    told(done(shop, "--branch", "mine", exit=1), "worktree.elsewhere")


def test_leaving_files_out_does_not_leave_commits_out(stage: World) -> None:
    stage.git("switch", "-q", "--detach")
    stage.write("two", "2\n")
    error = told(done(stage, LEAVE, exit=1), "worktree.elsewhere")
    assert [one["code"] for one in error["problems"]] == ["worktree.elsewhere"]
    both = told(done(stage, exit=1), "worktree.elsewhere")
    assert [one["code"] for one in both["problems"]] == ["worktree.elsewhere", "worktree.dirty"]


def test_an_operation_under_way_is_told(shop: World, stage: World) -> None:
    shop.commit("other", {"one": "other\n"})
    stage.git("rebase", "-q", "main", ok=False)
    error = told(done(shop, exit=1), "worktree.under-way")
    assert "a rebase is under way" in error["message"]
    stage.git("rebase", "--abort")
    stage.git("merge", "-q", "main", ok=False)
    assert told(done(shop, exit=1), "worktree.under-way")["operation"] == "merge"
    stage.git("merge", "--abort")
    stage.git("bisect", "start", "HEAD", "main")
    assert told(done(shop, exit=1), "worktree.under-way")["operation"] == "bisect"
    stage.git("bisect", "reset")
    done(shop)


# --- a stage without a worktree of its own


@pytest.fixture
def adopted(shop: World) -> World:
    """The main worktree on branch `f`, which stage 1 has adopted, with one commit."""
    shop.branch("f")
    shop.commit("one", {"one": "1\n"})
    shop.okstra("stage", "start", "1", *TASK, "--base", "main", "--branch", "f", "--no-worktree")
    return shop


def test_where_the_branch_is_checked_out_is_looked_at(adopted: World) -> None:
    adopted.write("two", "2\n")
    told(done(adopted, exit=1), "worktree.dirty")


def test_other_work_on_another_branch_is_nobodys_business(adopted: World) -> None:
    adopted.git("switch", "-q", "main")
    adopted.write("two", "2\n")
    assert done(adopted).json["left_out"] == []


@pytest.mark.parametrize("how", [("--detach",), ("-c", "my-own")])
def test_commits_made_beyond_the_branch_where_we_stand_are_told(adopted: World, how: tuple[str, ...]) -> None:
    adopted.git("switch", "-q", *how)
    done(adopted)
    adopted.commit("two", {"two": "2\n"})
    told(done(adopted, exit=1), "worktree.elsewhere")


@pytest.mark.parametrize("where", ["stage", "trunk", "merge"])
def test_a_branch_that_others_have_built_on_it_is_not_its_work(adopted: World, where: str) -> None:
    if where == "stage":
        adopted.branch("g")
        adopted.commit("two", {"two": "2\n"})
        adopted.okstra("stage", "start", "2", *TASK, "--base", "f", "--branch", "g", "--no-worktree")
    elif where == "trunk":
        adopted.git("switch", "-q", "main")
        adopted.git("merge", "-q", "f")
        adopted.commit("two", {"two": "2\n"})
    else:
        adopted.git("switch", "-qc", "trial", "main")
        adopted.commit("two", {"two": "2\n"})
        adopted.git("merge", "-q", "--no-edit", "f")
    done(adopted)
    assert stage_of(adopted, 1)["commit"] == adopted.tip("f")


def test_a_worktree_that_cannot_be_read_is_doubted(shop: World, stage: World) -> None:
    index = Path(stage.ask("rev-parse", "--git-path", "index"))
    (stage.path / index).write_bytes(b"broken")
    error = told(done(shop, exit=1), "worktree.dirty")
    assert "cannot be read" in error["message"]
    done(shop, LEAVE)
    assert KEY


def test_a_branch_without_a_commit_is_not_offered(shop: World, stage: World) -> None:
    stage.git("switch", "-q", "--orphan", "fresh")
    error = told(done(shop, exit=1), "worktree.elsewhere")
    assert "fresh, which has no commit yet" in error["message"]
    assert "--branch" not in error["hint"]
    named = done(shop, "--branch", "fresh", exit=1).json["error"]
    assert "there is no branch 'fresh' with a commit" in named["message"]
    assert "--branch fresh" not in named["hint"], "that leads back here"
    repeat(shop, error["hint"])
