"""Groups put together in real repositories: what stands afterwards, and what does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin, files_of, groups, handoff, ready, reasons, stage, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME

BRANCH = "feature/web/login-group-"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return begin(tmp_path / "shop")


def assemble(world: World, stages: str, *flags: str, base: str = "main", exit: int = 0) -> dict[str, object]:
    world.checkout("main")
    return dict(handoff(world, "assemble", "--stages", stages, "--base", base, *flags, exit=exit))


def diamond(world: World) -> None:
    """1, then 2 and 3 beside each other, then 4 on a merge of both."""
    ready(world, 1)
    ready(world, 2, base="s1", after=[1])
    ready(world, 3, base="s1", after=[1])
    world.branch("join", "s2")
    world.git("merge", "-q", "--no-ff", "-m", "join", "s3")
    ready(world, 4, base="join", after=[2, 3])


def refs(world: World) -> str:
    return world.ask("for-each-ref", "--format=%(refname) %(objectname)")


def test_a_diamond_is_one_group_and_becomes_one_branch(world: World) -> None:
    diamond(world)
    assert groups(world) == [[1, 2, 3, 4]]
    done = assemble(world, "1,2,3,4")
    assert (done["group"], done["branch"], done["merged"]) == ("1-2-3-4", f"{BRANCH}1-2-3-4", [1, 2, 3, 4])
    assert world.tip(f"{BRANCH}1-2-3-4") == done["commit"]
    assert files_of(world, str(done["commit"])) == {"README": "base", **{f"f{n}.txt": str(n) for n in range(1, 5)}}
    collector = World(Path(str(done["worktree"])))
    assert collector.ask("symbolic-ref", "--short", "HEAD") == done["branch"]
    assert collector.ask("status", "--porcelain") == ""
    assert done["base"] == world.tip("main")


def test_one_stage_on_an_unmoved_base_keeps_its_own_commits(world: World) -> None:
    head = ready(world, 1)
    assert assemble(world, "1")["commit"] == head


def test_the_order_of_numbers_does_not_matter_and_twice_is_once(world: World) -> None:
    for number in (1, 2, 3):
        ready(world, number)
    first = assemble(world, "3,1,2")
    again = assemble(world, "2,3,1,1")
    assert (again["commit"], again["tree"], again["merged"]) == (first["commit"], first["tree"], [1, 2, 3])
    assert (first["changed"], again["changed"]) == (True, False)


def test_the_same_inputs_give_the_same_commit_in_another_place(world: World) -> None:
    for number in (1, 2):
        ready(world, number)
    one = assemble(world, "1,2", "--dry-run")
    two = assemble(world, "1,2", "--branch", "elsewhere", "--no-worktree")
    assert one["commit"] == two["commit"]
    assert one["changed"] is False


def test_a_dry_run_makes_nothing(world: World) -> None:
    ready(world, 1)
    before = refs(world)
    assemble(world, "1", "--dry-run")
    assert refs(world) == before
    assert world.ask("worktree", "list").count("\n") == 0


def test_independent_stages_that_contradict_each_other(world: World) -> None:
    ready(world, 1, {"a.py": "one\n"})
    ready(world, 2, {"a.py": "two\n"})
    ready(world, 3, {"b.py": "three\n"})
    before = refs(world)
    answer = assemble(world, "1,2,3", exit=2)
    assert answer["ok"] is False
    assert dict(answer["error"])["code"] == "handoff.conflict"  # type: ignore[call-overload]
    assert answer["conflicts"] == [{"stages": [1, 2], "path": "a.py", "kind": "add/add"}]
    assert refs(world) == before
    assert world.ask("worktree", "list").count("\n") == 0
    assert assemble(world, "1,3")["merged"] == [1, 3]


def test_every_contradiction_is_told_and_what_builds_on_one_is_not_tried(world: World) -> None:
    ready(world, 1, {"a.py": "one\n"})
    ready(world, 2, {"a.py": "two\n"})
    ready(world, 3, {"c.py": "3\n"}, base="s2", after=[2])
    ready(world, 4, {"a.py": "four\n"})
    answer = assemble(world, "1,2,3,4", exit=2)
    assert [one["stages"] for one in answer["conflicts"]] == [[1, 2], [1, 4], [2, 4]]  # type: ignore[attr-defined]
    assert dict(answer["error"])["untried"] == [3]  # type: ignore[call-overload]


def test_a_contradiction_with_the_base_names_the_stage_alone(world: World) -> None:
    ready(world, 1, {"README": "mine\n"})
    world.checkout("main")
    world.commit("M", {"README": "theirs\n"})
    answer = assemble(world, "1", exit=2)
    assert answer["conflicts"] == [{"stages": [1], "path": "README", "kind": "content"}]


def test_a_base_that_moved_is_followed_by_assembling_again(world: World) -> None:
    ready(world, 1)
    first = assemble(world, "1")
    world.commit("M", {"m.txt": "m\n"})
    again = assemble(world, "1")
    assert files_of(world, str(again["commit"])) == {"README": "base", "f1.txt": "1", "m.txt": "m"}
    assert again["worktree"] == first["worktree"]
    collector = World(Path(str(again["worktree"])))
    assert collector.ask("status", "--porcelain") == ""
    assert (collector.path / "m.txt").read_text() == "m\n"
    assert world.tip(str(again["branch"])) == again["commit"]


def test_a_stage_whose_dependency_was_squash_merged_brings_its_own_change_alone(world: World) -> None:
    ready(world, 1, {"a.py": "one\n"})
    ready(world, 2, {"a.py": "one\ntwo\n"}, base="s1", after=[1])
    world.checkout("main")
    world.git("merge", "-q", "--squash", "s1")
    world.commit("squashed", {})
    world.commit("M", {"a.py": "zero\none\n"})
    done = assemble(world, "2")
    assert files_of(world, str(done["commit"]))["a.py"] == "zero\none\ntwo"
    assert world.ask("log", "--format=%s", f"main..{done['commit']}") == "S2"
    assert done["joined"] == [{"stage": 2, "how": "replayed"}]


def test_a_stage_begun_on_an_unmerged_branch_does_not_carry_that_branch_along(world: World) -> None:
    world.branch("theirs")
    world.commit("T", {"t.txt": "t\n"})
    ready(world, 1, base="theirs")
    done = assemble(world, "1")
    assert files_of(world, str(done["commit"])) == {"README": "base", "f1.txt": "1"}


def test_a_dependency_amended_under_its_dependant_comes_as_it_is_now(world: World) -> None:
    ready(world, 1, {"a.py": "one\n"})
    ready(world, 2, {"b.py": "two\n"}, base="s1", after=[1])
    world.checkout("s1")
    world.amend({"a.py": "one, better\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    verify(world, 1)
    done = assemble(world, "1,2")
    assert files_of(world, str(done["commit"])) == {"README": "base", "a.py": "one, better", "b.py": "two"}
    assert world.ask("log", "--format=%s", f"main..{done['commit']}").splitlines() == ["S2", "S1"]


def test_replayed_commits_keep_author_date_and_message(world: World) -> None:
    world.branch("theirs")
    world.commit("T", {"t.txt": "t\n"})
    stage(world, 1, base="theirs")
    world.git("commit", "-q", "--amend", "--author", "Zoë <z@example.org>", "-m", "Größe\n\nbody")
    world.okstra("stage", "done", "1", "--task-key", NAME)
    verify(world, 1)
    done = assemble(world, "1")
    shown = "%an <%ae> %at%n%B"
    assert world.ask("show", "-s", f"--format={shown}", str(done["commit"])) == world.ask(
        "show", "-s", f"--format={shown}", "s1"
    )


@pytest.mark.parametrize("how", ["ids", "unverified", "pending"])
def test_stages_that_may_not_leave_are_refused_together(world: World, how: str) -> None:
    ready(world, 1)
    stage(world, 2)
    numbers = {"ids": "1,9", "unverified": "1,2", "pending": "2,9"}[how]
    error = dict(assemble(world, numbers, exit=1)["error"])  # type: ignore[call-overload]
    assert error["code"] == "handoff.not-eligible"
    expected = {
        "ids": [{"stage": 9, "reasons": ["unknown"]}],
        "unverified": [{"stage": 2, "reasons": ["not-verified"]}],
        "pending": [{"stage": 2, "reasons": ["not-verified"]}, {"stage": 9, "reasons": ["unknown"]}],
    }
    assert error["stages"] == expected[how]


def test_a_dependency_left_out_of_group_and_base_is_refused(world: World) -> None:
    ready(world, 1)
    ready(world, 2, base="s1", after=[1])
    error = dict(assemble(world, "2", exit=1)["error"])  # type: ignore[call-overload]
    assert (error["code"], error["hint"]) == ("handoff.dependency-missing", "take it along: --stages 1,2")


def test_stacking_on_the_branch_of_an_open_pull_request(world: World) -> None:
    ready(world, 1)
    ready(world, 2, base="s1", after=[1])
    first = assemble(world, "1")
    handoff(world, "record-pr", "--stages", "1", "--branch", str(first["branch"]), "--url", "https://f.example/pull/1")
    error = dict(assemble(world, "2", exit=1)["error"])  # type: ignore[call-overload]
    assert f"--base {first['branch']}" in str(error["hint"])
    done = assemble(world, "2", base=str(first["branch"]))
    assert world.ask("log", "--format=%s", f"{first['branch']}..{done['commit']}") == "S2"


def test_a_missing_base_an_unrelated_one_and_a_bad_list(world: World) -> None:
    ready(world, 1)
    assert dict(assemble(world, "1", base="nowhere", exit=1)["error"])["code"] == "ref.unresolvable"  # type: ignore[call-overload]
    world.git("checkout", "-q", "--orphan", "island")
    world.git("rm", "-q", "-rf", ".")
    world.commit("I", {"i.txt": "i\n"})
    assert dict(assemble(world, "1", base="island", exit=1)["error"])["code"] == "handoff.unrelated"  # type: ignore[call-overload]
    for bad in ("", "1,", "a", "0", "1 2", "1;2"):
        assemble(world, bad, exit=1 if bad in ("a", "0", "1 2", "1;2") else 129)


def test_a_branch_of_that_name_that_is_somebody_elses(world: World) -> None:
    ready(world, 1)
    world.git("branch", f"{BRANCH}1", "main")
    error = dict(assemble(world, "1", exit=1)["error"])  # type: ignore[call-overload]
    assert error["code"] == "branch.exists"
    assert assemble(world, "1", "--branch", "mine")["branch"] == "mine"


@pytest.mark.parametrize("name", ["master", "develop", "trunk", "staging", "main"])
def test_a_branch_that_others_build_on_takes_no_group(world: World, name: str) -> None:
    """It would count as a target from then on, and everything on it as landed."""
    ready(world, 1)
    before = world.ask("for-each-ref")
    error = dict(assemble(world, "1", "--branch", name, exit=1)["error"])  # type: ignore[call-overload]
    assert (error["code"], error["branch"]) == ("handoff.base-branch", name)
    assert world.ask("for-each-ref") == before


def test_a_group_branch_checked_out_elsewhere_and_one_that_somebody_worked_on(world: World) -> None:
    ready(world, 1)
    done = assemble(world, "1", "--no-worktree")
    world.checkout(str(done["branch"]))
    error = dict(handoff(world, "assemble", "--stages", "1", "--base", "main", exit=1)["error"])
    assert error["code"] == "branch.checked-out"
    world.commit("extra")
    error = dict(assemble(world, "1", exit=1)["error"])  # type: ignore[call-overload]
    assert error["code"] == "handoff.collector-changed"
    assert assemble(world, "1", "--branch", "fresh")["branch"] == "fresh"


def test_what_lies_uncommitted_in_the_collector_is_never_touched(world: World) -> None:
    ready(world, 1)
    collector = Path(str(assemble(world, "1")["worktree"]))
    (collector / "f1.txt").write_text("edited\n")
    world.commit("M", {"m.txt": "m\n"})
    error = dict(assemble(world, "1", exit=1)["error"])  # type: ignore[call-overload]
    assert error["code"] == "worktree.dirty"
    assert (collector / "f1.txt").read_text() == "edited\n"
    assert not (collector / "m.txt").exists()


def test_a_directory_that_holds_something_else(world: World) -> None:
    ready(world, 1)
    where = Path(str(assemble(world, "1", "--dry-run")["worktree"]))
    where.mkdir(parents=True)
    (where / "mine.txt").write_text("mine")
    before = refs(world)
    error = dict(assemble(world, "1", exit=1)["error"])  # type: ignore[call-overload]
    assert error["code"] == "worktree.taken"
    assert (refs(world), (where / "mine.txt").read_text()) == (before, "mine")


def test_a_larger_group_takes_the_place_of_an_unpublished_one(world: World) -> None:
    for number in (1, 2):
        ready(world, number)
    small = assemble(world, "1")
    large = assemble(world, "1,2")
    assert large["superseded"] == ["1"]
    rows = world.okstra("worktree", "list", "--json").json["worktrees"]
    assert [row["scope"] for row in rows if row["scope"].startswith("group")] == ["group-1-2"]
    assert world.tip(str(small["branch"])) == small["commit"]


def test_users_hooks_signing_and_editor_stay_out_of_it(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    world.checkout("main")
    world.commit("M")
    trap = world.path.parent / "trap"
    for name in (
        "pre-commit",
        "commit-msg",
        "post-checkout",
        "reference-transaction",
        "post-commit",
        "pre-merge-commit",
    ):
        hook = world.path / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\necho {name} >>{trap}\nexit 1\n")
        hook.chmod(0o755)
    world.git("config", "commit.gpgSign", "true")
    world.git("config", "gpg.program", "false")
    world.git("config", "core.editor", "false")
    trap.unlink(missing_ok=True)
    handoff(world, "assemble", "--stages", "1,2", "--base", "main")
    assert not trap.exists()


def test_a_rewritten_stage_is_followed_first_and_a_changed_one_refused(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    world.checkout("main")
    world.commit("M")
    world.git("rebase", "-q", "main", "s1")
    world.checkout("s2")
    world.amend({"f2.txt": "other\n"})
    found = reasons(world)
    assert found[2] == ["stale-history"]
    assert found[1] == ["verification-stale"]


def test_events_of_an_assembly_are_one_batch_with_the_branch(world: World) -> None:
    ready(world, 1)
    done = assemble(world, "1")
    log = world.ask("for-each-ref", "--format=%(objectname)", "refs/okstra/log/")
    changed = world.ask("show", "--format=", log, "--", "tasks/shop/web/login/events.jsonl")
    kinds = [json.loads(line[1:])["fact"]["type"] for line in changed.splitlines() if line.startswith("+{")]
    assert kinds == ["place.reserved", "group.assembled"]
    assert world.tip(f"refs/okstra/group/shop/web/login/{done['group']}") == done["commit"]
    assert world.okstra("fsck", "--json").json["findings"] == []


def test_an_open_pull_request_is_updated_on_top_of_what_was_published(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    first = assemble(world, "1,2")
    url = "https://f.example/pull/1"
    handoff(world, "record-pr", "--stages", "1,2", "--branch", str(first["branch"]), "--url", url)
    world.checkout("s1")
    world.amend({"f1.txt": "better\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    verify(world, 1)
    refused = dict(assemble(world, "1,2", exit=1)["error"])  # type: ignore[call-overload]
    assert "--update" in str(refused["hint"])
    again = assemble(world, "1,2", "--update")
    assert world.ask("merge-base", str(first["commit"]), str(again["commit"])) == first["commit"]
    assert files_of(world, str(again["commit"])) == {"README": "base", "f1.txt": "better", "f2.txt": "2"}
    assert assemble(world, "1,2", "--update")["changed"] is False
    recorded = handoff(world, "record-pr", "--stages", "1,2", "--branch", str(first["branch"]), "--url", url)
    assert (recorded["changed"], recorded["pr"]["commit"]) == (True, again["commit"])


def test_a_base_behind_its_upstream_is_noted(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    world.git("branch", "far", "main")
    world.git("branch", "--set-upstream-to=far", "main")
    world.git("update-ref", "refs/heads/far", world.ask("commit-tree", "-p", "main", "-m", "M", "main^{tree}"))
    said = world.okstra("handoff", "assemble", "--task-key", NAME, "--stages", "1", "--base", "main")
    assert "main is behind" in said.err


def submodule(world: World, number: int, commit: str) -> None:
    """A stage that records `commit` for the submodule `lib`."""
    world.branch(f"s{number}", "main")
    world.git("update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
    world.git("commit", "-q", "-m", f"S{number}")
    world.git("checkout", "-q", "main")
    start = ["stage", "start", str(number), "--task-key", NAME, "--base", "main", "--branch", f"s{number}"]
    world.okstra(*start, "--no-worktree")
    world.okstra("stage", "done", str(number), "--task-key", NAME)
    verify(world, number, flags=["--commit", f"s{number}"])


def test_two_stages_that_move_a_submodule_to_different_commits(world: World) -> None:
    world.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    world.git("commit", "-q", "-m", "lib")
    submodule(world, 1, "2" * 40)
    submodule(world, 2, "3" * 40)
    answer = assemble(world, "1,2", exit=2)
    assert answer["conflicts"] == [{"stages": [1, 2], "path": "lib", "kind": "submodule"}]
    done = assemble(world, "1", "--no-worktree")
    assert world.ask("ls-tree", str(done["commit"]), "lib").split()[:3] == ["160000", "commit", "2" * 40]


@pytest.mark.parametrize(
    ("one", "other", "kind", "path"),
    [
        ({"a.py": None}, {"a.py": "1\n2\n3\n4\nchanged\n"}, "modify/delete", "a.py"),
        ({"bin": b"\x00one"}, {"bin": b"\x00two"}, "binary", "bin"),
        ({"a.py": None, "b.py": "1\n2\n3\n4\n5\n"}, {"a.py": None, "c.py": "1\n2\n3\n4\n5\n"}, "rename/rename", "a.py"),
        ({"x": "file\n"}, {"x/y": "folder\n"}, "file/directory", "x"),
    ],
)
def test_kinds_of_contradiction(
    world: World, one: dict[str, str | bytes | None], other: dict[str, str | bytes | None], kind: str, path: str
) -> None:
    world.commit("start", {"a.py": "1\n2\n3\n4\n5\n"})
    ready(world, 1, one)
    ready(world, 2, other)
    found = assemble(world, "1,2", exit=2)["conflicts"]
    assert kind in {row["kind"] for row in found}  # type: ignore[attr-defined]
    assert path in {row["path"].partition("~")[0] for row in found}  # type: ignore[attr-defined]


def test_a_file_renamed_by_one_and_changed_by_the_other_is_no_contradiction(world: World) -> None:
    body = "".join(f"line {n}\n" for n in range(20))
    world.commit("start", {"old.py": body})
    ready(world, 1, {"old.py": None, "new.py": body})
    ready(world, 2, {"old.py": body + "more\n"})
    done = assemble(world, "1,2")
    assert files_of(world, str(done["commit"])) == {"README": "base", "new.py": (body + "more")}


def test_a_stage_whose_branch_was_deleted_needs_a_person(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    world.git("branch", "-D", "s1")
    error = dict(assemble(world, "1", exit=1)["error"])  # type: ignore[call-overload]
    assert error["stages"] == [{"stage": 1, "reasons": ["stale-history"]}]
    assert "git okstra reconcile" in str(error["hint"])


def test_the_worktree_of_a_landed_group_is_pruned_and_that_of_another_one_kept(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    landed, waiting = assemble(world, "1"), assemble(world, "2")
    world.git("merge", "-q", "--squash", "s1")
    world.commit("squashed", {})
    world.git("branch", "-q", "-D", "s1")
    world.okstra("reconcile", "--task-key", NAME, "--apply")
    rows = world.okstra("worktree", "prune", "--json").json["worktrees"]
    assert {row["worktree"]: (row["removed"], row["reason"]) for row in rows} == {
        landed["worktree"]: (True, "landed, clean, and its commits are on a branch"),
        waiting["worktree"]: (False, "its group has not landed"),
    }


def test_stages_that_would_conflict_are_not_suggested_together(world: World) -> None:
    ready(world, 1)
    ready(world, 2, {"a.py": "two\n"}, base="s1", after=[1])
    ready(world, 3, {"a.py": "three\n"}, base="s1", after=[1])
    found = handoff(world, "eligible")
    assert found["suggested_groups"] == [[1, 2]]
    assert found["left_out"] == [{"stage": 3, "conflicts_with": [2], "needs": []}]
    assert found["conflicts"] == [{"stages": [2, 3], "paths": ["a.py"]}]
    text = world.okstra("handoff", "eligible", "--task-key", NAME, "--text").out
    assert "stage 3 is left out: it would conflict with stage 2" in text
    assert handoff(world, "eligible", "--no-forecast")["suggested_groups"] == [[1, 2, 3]]


def test_stacking_on_a_group_whose_stage_was_replayed(world: World) -> None:
    world.branch("theirs")
    world.commit("T", {"t.txt": "t\n"})
    ready(world, 1, base="theirs")
    ready(world, 2, base="s1", after=[1])
    first = assemble(world, "1")
    assert first["joined"] == [{"stage": 1, "how": "replayed"}]
    handoff(world, "record-pr", "--stages", "1", "--branch", str(first["branch"]), "--url", "https://f.example/pull/1")
    done = assemble(world, "2", base=str(first["branch"]))
    assert files_of(world, str(done["commit"])) == {"README": "base", "f1.txt": "1", "f2.txt": "2"}


def test_a_stage_that_merged_its_dependencies_brings_its_own_change_alone(world: World) -> None:
    ready(world, 1)
    ready(world, 2, base="s1", after=[1])
    ready(world, 3, base="s1", after=[1])
    world.branch("s4", "s2")
    world.git("merge", "-q", "--no-ff", "-m", "take in 3", "s3")
    world.commit("S4", {"f4.txt": "4\n"})
    start = ["stage", "start", "4", "--task-key", NAME, "--base", "s2", "--branch", "s4", "--no-worktree"]
    world.okstra(*start, "--depends-on", "2,3")
    world.okstra("stage", "done", "4", "--task-key", NAME)
    verify(world, 4)
    world.checkout("s3")
    world.commit("fix", {"f3.txt": "3, mended\n"})
    world.okstra("stage", "done", "3", "--task-key", NAME)
    verify(world, 3)
    done = assemble(world, "1,2,3,4")
    assert files_of(world, str(done["commit"]))["f3.txt"] == "3, mended"
    assert files_of(world, str(done["commit"]))["f4.txt"] == "4"
    world.okstra("fsck", exit=0)


def test_a_change_that_was_merged_and_reverted_is_put_on_once_more(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")
    world.git("revert", "--no-edit", "-m", "1", "HEAD")
    done = assemble(world, "1")
    assert files_of(world, str(done["commit"])) == {"README": "base", "f1.txt": "1"}


def test_more_work_on_a_landed_stage_leaves_as_what_came_on_top(world: World) -> None:
    ready(world, 1)
    first = assemble(world, "1")
    url = "https://f.example/pull/1"
    handoff(world, "record-pr", "--stages", "1", "--branch", str(first["branch"]), "--url", url)
    world.git("merge", "-q", "--squash", str(first["branch"]))
    world.commit("squashed", {})
    assert handoff(world, "status")["tasks"][0]["prs"][0]["status"] == "landed"
    assert handoff(world, "record-closed", "--url", url, exit=1)["error"]["code"] == "pr.landed"
    world.checkout("s1")
    world.commit("more", {"f1.txt": "1\nmore\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    verify(world, 1)
    assert handoff(world, "status")["tasks"][0]["prs"][0]["status"] == "landed"
    done = assemble(world, "1")
    assert (
        world.ask("diff", "--stat", "main", str(done["commit"]))
        .splitlines()[-1]
        .strip()
        .startswith("1 file changed, 1 insertion")
    )


def test_what_was_pruned_after_landing_leaves_no_claim(world: World) -> None:
    ready(world, 1)
    done = assemble(world, "1")
    world.git("merge", "-q", "--no-ff", "-m", "merged", str(done["branch"]))
    handoff(world, "status")
    world.okstra("worktree", "prune")
    rows = world.okstra("worktree", "list", "--json").json["worktrees"]
    assert [row["scope"] for row in rows if row["scope"].startswith("group")] == []


def test_commits_that_nobody_recorded_are_told_to_stay_behind(world: World) -> None:
    ready(world, 1)
    assert "stays behind" not in world.okstra("handoff", "eligible", "--task-key", NAME).err
    world.commit("later")
    for command in (["eligible"], ["assemble", "--stages", "1", "--base", "main", "--dry-run"]):
        assert "branch s1 goes on" in world.okstra("handoff", *command, "--task-key", NAME).err


def status_of(world: World) -> dict[str, dict[str, Any]]:
    """Every group by its id, as `handoff status` has it."""
    (task,) = handoff(world, "status")["tasks"]
    return {row["group"]: row for row in task["groups"]}


def test_a_group_says_that_a_stage_of_it_needs_a_decision(world: World) -> None:
    ready(world, 1)
    assemble(world, "1")
    world.checkout("s1")
    world.write("f1.txt", "other\n")
    world.git("commit", "-qa", "--amend", "-m", "other")
    (change,) = status_of(world)["1"]["changed"]
    assert change["code"] == "stale-history"
    page = world.okstra("handoff", "status", "--task-key", NAME, "--text").out
    assert f"next: git okstra reconcile --task-key {NAME} --check" in page


def test_a_group_that_gave_way_and_was_never_published_does_not_land(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    assemble(world, "1")
    assemble(world, "1,2")
    world.git("merge", "-q", "--ff-only", f"{BRANCH}1-2")
    assert {id: row["state"] for id, row in status_of(world).items()} == {"1": "superseded", "1-2": "landed"}


def test_a_row_says_which_stages_it_is_of_and_since_when(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    assemble(world, "1,2")
    rows = {row["scope"]: row for row in world.okstra("worktree", "list", "--json").json["worktrees"]}
    assert (rows["group-1-2"]["stages"], rows["group-1-2"]["phase"]) == ([1, 2], "release-handoff")
    assert (rows["stage-1"]["stages"], rows["stage-1"]["phase"]) == (None, "implementation")
    assert all(row["at"].endswith("Z") for row in rows.values())


def test_a_branch_of_a_group_is_freed_by_the_hint_about_it(world: World) -> None:
    ready(world, 1)
    branch = f"{BRANCH}1"
    assemble(world, "1")
    line = ("stage", "start", "9", "--task-key", NAME, "--branch", branch, "--no-worktree", "--json")
    error = world.okstra(*line, exit=1).json["error"]
    assert error["code"] == "branch.owned"
    world.okstra(*error["hint"].partition("release it: git okstra ")[2].split())
    world.okstra(*line)
    assert status_of(world)["1"]["state"] == "assembled"


def test_a_group_with_a_stage_that_was_changed_and_not_verified_again_is_not_assembled_next(world: World) -> None:
    ready(world, 1)
    assemble(world, "1")
    world.checkout("s1")
    world.commit("more")
    world.okstra("stage", "done", "1", "--task-key", NAME)
    page = world.okstra("handoff", "status", "--task-key", NAME, "--text").out
    assert f"next: git okstra handoff eligible --task-key {NAME}" in page
    assert "handoff assemble" not in page


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([(b"x", 0), (b"x", 1)], "two entries called 'x'"),
        ([(b"d/x", 0)], "an entry called 'd/x'"),
        ([(b"x", 0), (b".okstra", 1)], "not in order"),
    ],
    ids=["twice", "slash", "order"],
)
def test_a_tree_that_git_never_writes_is_refused_before_anything_is_made(
    world: World, entries: list[tuple[bytes, int]], named: str
) -> None:
    blobs = [world.git("hash-object", "-w", "--stdin", stdin=text) for text in ("one", "two")]
    raw = b"".join(b"100644 %s\0%s" % (name, bytes.fromhex(blobs[at])) for name, at in entries)
    tree = world.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
    world.git("branch", "s1", world.git("commit-tree", "-p", "main", "-m", "odd", tree))
    task = ("--task-key", NAME)
    world.okstra("stage", "start", "1", *task, "--base", "main", "--branch", "s1", "--no-worktree")
    world.okstra("stage", "done", "1", *task)
    verify(world, 1)
    world.commit("M")
    before = refs(world)
    refused = assemble(world, "1", exit=1)
    assert refused["error"]["code"] == "handoff.malformed-tree"  # type: ignore[index]
    assert named in refused["error"]["message"]  # type: ignore[index]
    assert (refs(world), len(world.ask("worktree", "list").splitlines())) == (before, 1)
