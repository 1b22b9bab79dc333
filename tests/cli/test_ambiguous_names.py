"""Names that fit two commits: refused with both in full where somebody types one, and never misread on record."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin, ready, stage, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME

TASK = ("--task-key", NAME)
BOTH = ["refs/heads/twice", "refs/tags/twice"]


@pytest.fixture
def shop(tmp_path: Path) -> World:
    """Stage 1 is verified; the branch `twice` has new work, and a tag is called so, too."""
    world = begin(tmp_path / "shop")
    ready(world, 1)
    world.branch("twice", "main")
    world.commit("W")
    world.git("tag", "twice", world["base"])
    world.checkout("main")
    return world


def lines() -> dict[str, list[str]]:
    """Options that take a branch, a tag or a commit."""
    return {
        "start --base": ["stage", "start", "2", *TASK, "--base", "twice"],
        "adopt --base": ["stage", "start", "2", *TASK, "--base", "twice", "--branch", "main", "--no-worktree"],
        "done --commit": ["stage", "done", "1", *TASK, "--commit", "twice"],
        "done --base": ["stage", "done", "1", *TASK, "--base", "twice"],
        "done, an expression": ["stage", "done", "1", *TASK, "--commit", "twice~0"],
        "--use-ref": ["reconcile", *TASK, "--apply", "--stage", "1", "--use-ref", "twice"],
        "--reset-anchor": ["reconcile", *TASK, "--reset-anchor", "twice"],
        "eligible": ["handoff", "eligible", *TASK, "--base", "twice"],
        "assemble": ["handoff", "assemble", *TASK, "--stages", "1", "--base", "twice"],
        "prepare": ["run", "prepare", *TASK, "--task-type", "error-analysis", "--base-ref", "twice"],
    }  # fmt: skip


KINDS = ("start --base", "adopt --base", "done --commit", "done --base", "done, an expression", "--use-ref",
         "--reset-anchor", "eligible", "assemble", "prepare")  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_fits_two_is_refused_with_both_and_records_nothing(shop: World, kind: str) -> None:
    before = shop.ask("for-each-ref")
    error = shop.okstra(*lines()[kind], "--json", exit=1).json["error"]
    assert (error["code"], error["refs"]) == ("ref.ambiguous", BOTH)
    assert all(ref in error["message"] and ref in error["hint"] for ref in BOTH)
    assert shop.ask("for-each-ref") == before


def test_nor_is_a_verification_recorded_of_it(shop: World) -> None:
    error = verify(shop, 1, exit=1, flags=["--commit", "twice"]).json["error"]
    assert (error["code"], error["refs"]) == ("ref.ambiguous", BOTH)


@pytest.mark.parametrize("full", BOTH)
def test_either_of_them_is_taken_by_its_full_name(shop: World, full: str) -> None:
    told = shop.okstra("stage", "start", "2", *TASK, "--base", full, "--json").json["stage"]
    assert told["base"] == shop.tip(full)
    assert shop.tip(told["branch"]) == shop.tip(full)


def test_a_stage_without_base_begins_on_the_branch_that_is_checked_out(shop: World) -> None:
    shop.git("tag", "main", shop["W"])
    shop.git("switch", "-q", "main")
    told = shop.okstra("stage", "start", "2", *TASK, "--json").json["stage"]
    assert told["base"] == shop.ask("rev-parse", "refs/heads/main") != shop.ask("rev-parse", "refs/tags/main")


def test_a_branch_is_what_is_meant_where_a_branch_is_named(shop: World) -> None:
    shop.git("tag", "s1", shop["base"])
    assert not shop.okstra("stage", "done", "1", *TASK, "--branch", "s1", "--json").json["changed"]
    told = shop.okstra("stage", "start", "2", *TASK, "--branch", "refs/heads/twice", "--no-worktree", "--base",
                       "refs/heads/main", "--json").json["stage"]  # fmt: skip
    assert told["branch"] == "twice"
    shop.okstra("stage", "done", "2", *TASK)
    assert shop.okstra("stage", "show", "2", *TASK, "--json").json["stage"]["commit"] == shop["W"]


@pytest.mark.parametrize("name", ["refs/tags/twice", "refs/heads/refs/heads/x", "HEAD", "@", "a" * 40])
def test_what_git_reads_otherwise_is_no_stages_branch(shop: World, name: str) -> None:
    line = ["stage", "start", "2", *TASK, "--branch", name, "--no-worktree"]
    assert shop.okstra(*line, "--json", exit=1).json["error"]["code"] == "name.bad"


def test_a_recorded_base_stays_the_branch_when_a_tag_of_its_name_comes_later(shop: World) -> None:
    shop.okstra("handoff", "assemble", *TASK, "--stages", "1", "--base", "main", "--no-worktree")
    shop.git("tag", "main", shop["W"])
    (task,) = shop.okstra("handoff", "status", *TASK, "--json").json["tasks"]
    assert (task["groups"][0]["base_ref"], task["groups"][0]["changed"]) == ("main", [])
    shop.checkout("refs/heads/main")
    shop.git("switch", "-q", "main")
    shop.commit("later")
    page = shop.okstra("handoff", "status", *TASK, "--text").out
    assert "--base refs/heads/main" in page, "a printed line is not misread"
    (line,) = [row.partition("next: ")[2] for row in page.splitlines() if "next: " in row]
    shop.okstra(*line.split()[2:], "--no-worktree")


def test_a_tag_is_recorded_in_full_and_never_becomes_a_branch_that_comes_later(shop: World) -> None:
    shop.git("tag", "v1", shop["base"])
    shop.okstra("stage", "start", "2", *TASK, "--base", "v1")
    shop.git("branch", "v1", "refs/heads/twice")
    shown = shop.okstra("worktree", "list", "--json").json["worktrees"]
    assert [row["base_ref"] for row in shown if row["branch"].endswith("stage-2")] == ["refs/tags/v1"]


def test_what_reconcile_offers_is_what_it_takes(shop: World) -> None:
    shop.checkout("s1")
    shop.git("tag", "s1", shop["base"])
    shop.amend({"f1.txt": "more\n"})
    page = shop.okstra("reconcile", *TASK, "--check", "--text", exit=2).out
    (line,) = [row.partition("next: ")[2] for row in page.splitlines() if "next: " in row]
    assert line.endswith("--use-ref refs/heads/s1")
    shop.okstra(*line.split()[2:])
    assert shop.okstra("stage", "show", "1", *TASK, "--json").json["stage"]["commit"] == shop.tip("refs/heads/s1")


@pytest.mark.parametrize("prefix", ["refs/", ""])
def test_a_log_is_no_commit_of_a_stage(shop: World, prefix: str) -> None:
    log = shop.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log").removeprefix("refs/")
    error = shop.okstra("stage", "done", "1", *TASK, "--commit", prefix + log, "--json", exit=1).json["error"]
    assert error["code"] == "ref.not-work"
    error = shop.okstra("reconcile", *TASK, "--apply", "--stage", "1", "--use-ref", prefix + log, "--json", exit=1).json
    assert error["error"]["code"] == "answer.not-work"


def test_a_remote_and_a_branch_of_one_name(shop: World) -> None:
    shop.git("update-ref", "refs/remotes/origin/main", shop["W"])
    shop.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    for name in ("origin", "origin/main"):
        shop.git("branch", name, shop["base"])
        error = shop.okstra("stage", "start", "2", *TASK, "--base", name, "--json", exit=1).json["error"]
        assert error["code"] == "ref.ambiguous"
        shop.git("branch", "-D", name)
    told = shop.okstra("stage", "start", "2", *TASK, "--base", "refs/remotes/origin/main", "--json").json["stage"]
    assert told["base"] == shop["W"]


HOSTILE = ["x;>INJECTED", "x$(>INJECTED)", "x`>INJECTED`", "x&>INJECTED&", "x|>INJECTED", "it's;>INJECTED"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_that_is_printed_runs_what_a_branch_is_called(tmp_path: Path, name: str) -> None:
    world = begin(tmp_path / "shop")
    world.git("branch", "-m", "main", name)
    stage(world, 1, base=name)
    ready(world, 2, base=name)
    world.git("update-ref", f"refs/heads/b{name}", world["S1"])
    world.git("switch", "-q", "s1")
    world.amend({"f1.txt": "more\n"})
    printed: list[str] = []

    def tell(*words: str) -> Any:
        answer = world.okstra(*words, "--text", exit=None)
        printed.extend((answer.out + answer.err).splitlines())

    tell("reconcile", *TASK, "--check")
    tell("handoff", "eligible", *TASK, "--base", name)
    tell("handoff", "eligible", *TASK)
    tell("handoff", "assemble", *TASK, "--stages", "2", "--base", name, "--branch", f"g{name}", "--no-worktree")
    world.git("switch", "-q", name)
    world.commit("later")
    tell("handoff", "status", *TASK)
    tell("handoff", "publish", *TASK, "--stages", "2", "--dry-run")
    tell("stage", "start", "3", *TASK, "--branch", name)
    tell("stage", "start", "3", *TASK, "--branch", f"c{name}", "--no-worktree")
    world.git("branch", "-m", f"c{name}", f"d{name}")
    tell("stage", "done", "3", *TASK)
    tell("doctor")
    tell("status")
    lines = [line for row in printed for line in commands_in(row)]
    assert any("INJECTED" in line for line in lines), "the name stands in some of them"
    for line in lines:
        script = f"git() {{ :; }}; gh() {{ :; }}; okstra() {{ :; }}\n{line}\n"
        subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        assert not (tmp_path / "INJECTED").exists(), line


def commands_in(row: str) -> list[str]:
    """What a person would paste of a line that was printed."""
    starts = [place for begin in ("git ", "gh ", "okstra ") if (place := row.find(begin)) >= 0]
    return [row[min(starts) :]] if starts and ("next" in row or "hint" in row or row.startswith("  ")) else []


def test_a_stage_begun_on_a_tag_is_offered_for_a_branch_that_is_still_to_be_named(tmp_path: Path) -> None:
    world = begin(tmp_path / "shop")
    world.git("tag", "v1")
    ready(world, 1, base="v1")
    page = world.okstra("handoff", "eligible", *TASK, "--text").out
    assert "--stages 1 --base BRANCH" in page
