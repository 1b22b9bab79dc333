"""What others do to the branches: merges of every kind in a target, force-pushes, shallow clones."""

import pytest

from tests.kit.story import STANDS, Story, auto, confirm

LINES = "".join(f"line {n}\n" for n in range(1, 31))


def _squash(story: Story, *branches: str, title: str) -> None:
    """What a server does on `squash and merge`: one commit on main, the branch's whole change, a new title."""
    story.checkout("main")
    for branch in branches:
        story.git("merge", "-q", "--squash", branch)
    story.git("commit", "-q", "-m", title)


def _delete(story: Story, *branches: str) -> None:
    story.checkout("main")
    story.git("branch", "-q", "-D", *branches)


# --- merges in this clone's main


def test_a_squash_merge_moves_nothing_while_the_branch_lives(story: Story) -> None:
    story.stage("login", "A1", "A2")
    _squash(story, "login", title="Log in (#1)")
    story.ends({1: STANDS})


@pytest.mark.parametrize("commits", [["A"], ["A1", "A2", "A3"]], ids=["one commit", "three commits"])
def test_a_squash_merge_with_another_title_has_landed_when_the_branch_is_gone(story: Story, commits: list[str]) -> None:
    story.stage("login", *commits)
    story.advance("M")
    _squash(story, "login", title="Log in (#1)")
    _delete(story, "login")
    story.ends({1: auto("same-delta", "main", landed=True)}, heard=False)


def test_a_squash_merge_on_an_unmoved_main_has_the_same_tree(story: Story) -> None:
    story.stage("login", "A1", "A2")
    _squash(story, "login", title="Log in (#1)")
    _delete(story, "login")
    story.ends({1: auto("same-tree", "main", landed=True)}, heard=False)


def test_a_squash_merge_over_an_edit_in_the_same_file_has_landed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    once = LINES.replace("line 5\n", "ours\n")
    story.stage("login", ("A1", {"list": once}), ("A2", {"list": once.replace("line 6\n", "ours too\n")}))
    story.advance(("M", {"list": LINES.replace("line 20\n", "theirs\n")}))
    _squash(story, "login", title="Log in (#1)")
    _delete(story, "login")
    story.ends({1: auto("squash", "main", landed=True)}, heard=False)


def test_work_on_main_after_the_squash_changes_nothing(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    _squash(story, "login", title="Log in (#1)")
    story.commit("N", {"A1.txt": "better\n"})
    _delete(story, "login")
    story.ends({1: auto("same-delta", "main~1", landed=True)}, heard=False)


def test_a_squash_with_an_extra_fix_inside_asks_first(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.checkout("main")
    story.git("merge", "-q", "--squash", "login")
    story.write("A1.txt", "fixed while merging\n")
    story.git("commit", "-q", "-a", "-m", "Log in (#1)")
    _delete(story, "login")
    story.ends({1: confirm("")})


def test_a_squash_with_an_extra_file_inside_asks_first(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.checkout("main")
    story.git("merge", "-q", "--squash", "login")
    story.write("forgotten.txt", "x\n")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Log in (#1)")
    _delete(story, "login")
    story.ends({1: confirm("")})


def test_two_stages_in_one_squash_ask_together(story: Story) -> None:
    story.stack(one=["A"], two=["B1", "B2"])
    story.advance("M")
    _squash(story, "two", title="Log in (#1)")
    _delete(story, "one", "two")
    together = confirm("one commit now", together=(1, 2), offered="main")
    story.ends({1: together, 2: together}, heard=False)


def test_two_of_three_stages_in_one_squash_ask_together_and_the_third_is_followed(story: Story) -> None:
    story.stack(one=["A"], two=["B"], three=["C"])
    story.advance("M")
    _squash(story, "two", title="Log in (#1)")
    story.git("rebase", "-q", "--onto", "main", "two", "three")
    _delete(story, "one", "two")
    together = confirm("one commit now", together=(1, 2), offered="main")
    story.ends({1: together, 2: together, 3: auto("same-delta", "C′")}, heard=True)


def test_a_lower_stage_squash_merged_and_the_upper_one_rebased_are_both_followed(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B"])
    story.advance("M")
    _squash(story, "one", title="Log in (#1)")
    story.git("rebase", "-q", "--onto", "main", "one", "two")
    _delete(story, "one")
    story.ends({1: auto("same-delta", "main", landed=True), 2: auto("same-delta", "B′")}, heard=None)


def test_each_stage_squash_merged_in_turn_has_landed(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B1", "B2"])
    _squash(story, "one", title="First (#1)")
    story.git("rebase", "-q", "--onto", "main", "one", "two")
    _squash(story, "two", title="Second (#2)")
    _delete(story, "one", "two")
    story.ends(
        {1: auto("same-tree", "main~1", landed=True), 2: auto("same-tree|same-delta", "main", landed=True)}, heard=None
    )


def test_a_rebase_merge_has_landed_stage_by_stage(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B"])
    story.advance("M")
    story.checkout("main")
    story.git("cherry-pick", f"{story['base']}..two")
    _delete(story, "one", "two")
    story.ends(
        {1: auto("same-delta", "A2′@main", landed=True), 2: auto("same-delta", "B′@main", landed=True)}, heard=False
    )


def test_a_plain_merge_moves_nothing(story: Story) -> None:
    story.stack(one=["A"], two=["B"])
    story.advance("M")
    story.checkout("main")
    story.git("merge", "-q", "--no-ff", "-m", "Log in (#1)", "two")
    _delete(story, "one", "two")
    story.ends({1: STANDS, 2: STANDS})


def test_a_fast_forward_moves_nothing(story: Story) -> None:
    story.stack(one=["A"], two=["B"])
    story.checkout("main")
    story.git("merge", "-q", "--ff-only", "two")
    _delete(story, "one", "two")
    story.ends({1: STANDS, 2: STANDS})


# --- a server and a colleague


def _serve(story: Story) -> Story:
    """A bare origin that has everything, and a colleague who works through it."""
    origin = story.inside(story.path.parent / "origin")
    story.git("clone", "-q", "--bare", str(story.path), str(origin.path))
    origin.git("symbolic-ref", "HEAD", "refs/heads/main")
    story.git("remote", "add", "origin", str(origin.path))
    story.git("fetch", "-q", "origin")
    colleague = story.inside(story.path.parent / "colleague")
    story.git("clone", "-q", str(origin.path), str(colleague.path))
    return colleague


def test_a_squash_on_the_server_is_found_in_the_fetched_target(story: Story) -> None:
    story.stage("login", "A1", "A2")
    server = _serve(story)
    server.git("merge", "-q", "--squash", "origin/login")
    server.git("commit", "-q", "-m", "Log in (#1)")
    server.git("push", "-q", "origin", "main", ":login")
    story.git("fetch", "-q", "--prune", "origin")
    _delete(story, "login")
    story.git("remote", "set-head", "origin", "main")
    story.git("branch", "-q", "-u", "origin/main", "main")
    story.ends({1: auto("same-tree", "origin/main", landed=True)}, heard=False)


def test_a_squash_on_the_server_is_found_after_a_pull(story: Story) -> None:
    story.stage("login", "A1", "A2")
    server = _serve(story)
    server.commit("M")
    server.git("merge", "-q", "--squash", "origin/login")
    server.git("commit", "-q", "-m", "Log in (#1)")
    server.git("push", "-q", "origin", "main", ":login")
    _delete(story, "login")
    story.git("branch", "-q", "-u", "origin/main", "main")
    story.git("pull", "-q", "--prune", "--ff-only")
    story.ends({1: auto("same-delta", "main", landed=True)}, heard=None)


def test_a_force_push_that_was_only_fetched_moves_nothing(story: Story) -> None:
    story.stage("login", "A")
    colleague = _serve(story)
    colleague.checkout("login")
    colleague.amend({"A.txt": "other\n"})
    colleague.git("push", "-q", "-f", "origin", "login")
    story.git("fetch", "-q", "origin")
    story.ends({1: STANDS})


def test_a_colleagues_rebase_is_followed_once_we_take_it(story: Story) -> None:
    story.stage("login", "A1", "A2")
    colleague = _serve(story)
    colleague.commit("M")
    colleague.checkout("login")
    colleague.git("rebase", "-q", "main")
    colleague.git("push", "-q", "-f", "origin", "login", "main")
    story.git("fetch", "-q", "origin")
    story.git("reset", "-q", "--hard", "origin/login")
    story.ends({1: auto("same-delta", "A2′")}, heard=False)


def test_a_colleagues_rebase_is_followed_where_we_have_no_branch_of_our_own(story: Story) -> None:
    story.stage("login", "A1", "A2")
    colleague = _serve(story)
    colleague.commit("M")
    colleague.checkout("login")
    colleague.git("rebase", "-q", "main")
    colleague.git("push", "-q", "-f", "origin", "login", "main")
    _delete(story, "login")
    story.git("fetch", "-q", "origin")
    story.ends({1: auto("same-delta", "A2′@origin/login")}, heard=False)


def test_a_colleagues_change_asks_first_once_we_take_it(story: Story) -> None:
    story.stage("login", "A")
    colleague = _serve(story)
    colleague.checkout("login")
    colleague.amend({"A.txt": "other\n"})
    colleague.git("push", "-q", "-f", "origin", "login")
    story.git("fetch", "-q", "origin")
    story.git("reset", "-q", "--hard", "origin/login")
    story.ends({1: confirm("content changed", offered="login")})


def test_a_pull_with_rebase_is_followed(story: Story) -> None:
    story.stage("login", "A")
    colleague = _serve(story)
    colleague.commit("M")
    colleague.git("push", "-q", "origin", "main")
    story.git("pull", "-q", "--rebase", "origin", "main")
    story.ends({1: auto("same-delta", "A′")})


def test_a_pull_that_fast_forwards_moves_nothing(story: Story) -> None:
    story.stage("login", "A")
    colleague = _serve(story)
    colleague.checkout("login")
    colleague.commit("later")
    colleague.git("push", "-q", "origin", "login")
    story.git("pull", "-q", "--ff-only", "origin", "login")
    story.ends({1: STANDS})


def test_a_branch_deleted_on_the_server_moves_nothing_here(story: Story) -> None:
    story.stage("login", "A")
    colleague = _serve(story)
    colleague.git("push", "-q", "origin", ":login")
    story.git("fetch", "-q", "--prune", "origin")
    story.ends({1: STANDS})


def test_a_shallow_clone_says_so_instead_of_guessing(story: Story) -> None:
    story.stage("login", "A1", "A2")
    colleague = _serve(story)
    colleague.commit("M")
    colleague.checkout("login")
    colleague.git("rebase", "-q", "main")
    colleague.git("push", "-q", "-f", "origin", "login", "main")
    story.git("push", "-q", "origin", "refs/okstra/log/*:refs/okstra/log/*")
    shallow = story.inside(story.path.parent / "shallow")
    url = (story.path.parent / "origin").as_uri()
    story.git("clone", "-q", "--depth=1", "--no-single-branch", url, str(shallow.path))
    shallow.okstra("init", *([] if story.hooks else ["--no-hooks"]))
    item = shallow.reconcile("--check", exit=2)["items"][0]
    assert (item["class"], item["replacement"]) == ("confirm", None)
    assert "cannot prove" in item["reason"]
    assert "shallow" in item["reason"]
