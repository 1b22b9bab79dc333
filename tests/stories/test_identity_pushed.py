"""What a server still has says nothing about the branch here: the upstream is a place to look, and no home."""

import pytest

from tests.kit.story import STANDS, Story, auto, confirm


@pytest.fixture
def pushed(story: Story) -> Story:
    """A stage A on `login`, pushed with main to a server that both follow."""
    server = story.path.parent / "server.git"
    story.git("init", "-q", "--bare", "-b", "main", str(server))
    story.git("remote", "add", "origin", str(server))
    story.stage("login", ("A", {"a": "a\n"}))
    story.git("push", "-q", "-u", "origin", "main", "login")
    return story


def colleague(story: Story) -> Story:
    """Another clone of the server, on `login`."""
    story.git("clone", "-q", "-b", "login", "../server.git", "../other")
    return story.inside(story.path.parent / "other")


def rebased_by_a_colleague(story: Story) -> None:
    """The branch on the server now stands on a newer main, and this clone has fetched it."""
    other = colleague(story)
    other.git("checkout", "-q", "main")
    other.commit("M")
    other.git("rebase", "-q", "main", "login")
    other.git("push", "-q", "-f", "origin", "main", "login")
    story.git("fetch", "-q")


def test_a_pushed_stage_that_was_amended_asks(pushed: Story) -> None:
    pushed.amend({"a": "other\n"})
    pushed.ends({1: confirm("content changed", offered="login")})


def test_a_pushed_stage_that_was_amended_twice_asks(pushed: Story) -> None:
    pushed.amend({"a": "other\n"})
    pushed.git("push", "-q", "-f", "origin", "login")
    pushed.amend({"a": "and another\n"})
    pushed.ends({1: confirm("content changed", offered="login")})


def test_an_answered_question_is_asked_again_when_what_was_pushed_is_amended_again(pushed: Story) -> None:
    second = pushed.amend({"a": "other\n"})
    pushed.reconcile("--apply", "--stage", "1", "--use-ref", "login", exit=0)
    pushed.git("push", "-q", "-f", "origin", "login")
    pushed.amend({"a": "and another\n"})
    item = pushed.reconcile("--check", exit=2)["items"][0]
    assert (item["class"], item["recorded"], item["replacement"]) == ("confirm", second, None)


def test_a_pushed_stage_with_better_words_is_followed(pushed: Story) -> None:
    pushed.amend(None, "-m", "A, better said")
    pushed.ends({1: auto("same-tree", "login")})


def test_a_pushed_stage_that_was_rebased_is_followed_past_the_old_one_on_the_server(pushed: Story) -> None:
    pushed.advance("M")
    pushed.git("rebase", "-q", "main")
    pushed.ends({1: auto("same-delta", "A′")})


def test_a_pushed_stage_that_was_dropped_asks(pushed: Story) -> None:
    pushed.git("reset", "-q", "--hard", "main")
    pushed.commit("B")
    pushed.ends({1: confirm("")}, heard=False)


def test_a_pushed_stage_of_two_commits_that_lost_its_last_one_asks(pushed: Story) -> None:
    pushed.stage("both", "B1", "B2")
    pushed.git("push", "-q", "-u", "origin", "both")
    pushed.advance("M")
    pushed.rebase_i("main", [("pick", "B1"), ("drop", "B2")])
    pushed.ends({1: STANDS, 2: confirm("")})


def test_a_colleague_rebased_the_branch_and_it_stands_here_as_recorded(pushed: Story) -> None:
    rebased_by_a_colleague(pushed)
    pushed.ends({1: STANDS})


def test_a_colleague_rebased_the_branch_and_here_it_was_amended(pushed: Story) -> None:
    rebased_by_a_colleague(pushed)
    pushed.amend({"a": "other\n"})
    pushed.ends({1: confirm("content changed", offered="login")})


def test_a_colleague_rebased_the_branch_and_here_it_was_dropped(pushed: Story) -> None:
    rebased_by_a_colleague(pushed)
    pushed.git("reset", "-q", "--hard", "main")
    pushed.commit("B")
    pushed.ends({1: confirm("")}, heard=False)


def test_a_colleague_rebased_the_branch_and_it_was_taken_over(pushed: Story) -> None:
    rebased_by_a_colleague(pushed)
    pushed.git("reset", "-q", "--hard", "origin/login")
    pushed.ends({1: auto("same-delta", "A′")}, heard=False)


def test_a_colleague_rebased_a_branch_that_is_gone_here(pushed: Story) -> None:
    rebased_by_a_colleague(pushed)
    pushed.checkout("main")
    pushed.git("branch", "-q", "-D", "login")
    pushed.ends({1: auto("same-delta", "A′@origin/login")}, heard=None)


def test_a_colleague_changed_a_branch_that_is_gone_here(pushed: Story) -> None:
    other = colleague(pushed)
    other.amend({"a": "theirs\n"})
    other.git("push", "-q", "-f", "origin", "login")
    pushed.git("fetch", "-q")
    pushed.checkout("main")
    pushed.git("branch", "-q", "-D", "login")
    pushed.ends({1: confirm("content changed", offered="origin/login")})


# --- branches that follow what they were begun on


def tracking(story: Story) -> None:
    """A branch that git set up to follow main on the server, as `git switch -c pay origin/main` does, with stage 2."""
    story.git("checkout", "-q", "-b", "pay", "--track", "origin/main")
    story.commit("P", {"p": "p\n"})
    story.record("pay", base="main")


def test_a_branch_that_tracks_its_base_and_was_amended_asks(pushed: Story) -> None:
    tracking(pushed)
    pushed.amend({"p": "other\n"})
    pushed.ends({1: STANDS, 2: confirm("content changed", offered="pay")})


def test_a_branch_that_tracks_its_base_and_was_rebased_is_followed(pushed: Story) -> None:
    tracking(pushed)
    pushed.advance("M")
    pushed.git("rebase", "-q", "main")
    pushed.ends({1: STANDS, 2: auto("same-delta", "P′")})


def test_a_branch_that_tracks_its_base_lands_there(pushed: Story) -> None:
    tracking(pushed)
    other = colleague(pushed)
    other.checkout("main")
    other.commit("M")
    other.commit("P in main", {"p": "p\n"})
    other.git("push", "-q", "origin", "main")
    pushed.git("fetch", "-q")
    pushed.git("reset", "-q", "--hard", "origin/main")
    pushed.ends({1: STANDS, 2: auto("same-delta", "origin/main", landed=True)}, heard=False)


def test_a_branch_that_tracks_its_base_landed_and_goes_on_changed(pushed: Story) -> None:
    tracking(pushed)
    other = colleague(pushed)
    other.checkout("main")
    other.commit("M")
    other.commit("P in main", {"p": "p\n"})
    other.git("push", "-q", "origin", "main")
    pushed.git("fetch", "-q")
    pushed.amend({"p": "other\n"}, "-m", "P, but other")
    pushed.ends({1: STANDS, 2: confirm("a changed version", offered="pay")})


# --- landed, while the server has the old branch


def squashed(story: Story) -> None:
    """Main has the stage as one commit of its own, over other work."""
    story.advance("M", ("A in main", {"a": "a\n"}))


def test_what_landed_is_found_behind_an_old_branch_on_the_server(pushed: Story) -> None:
    squashed(pushed)
    pushed.git("rebase", "-q", "main")
    assert pushed.tip("login") == pushed.tip("main")
    pushed.ends({1: auto("same-delta", "main", landed=True)}, heard=None)


def test_what_landed_is_found_when_the_branch_is_put_on_main(pushed: Story) -> None:
    squashed(pushed)
    pushed.git("reset", "-q", "--hard", "main")
    pushed.ends({1: auto("same-delta", "main", landed=True)}, heard=False)


def test_what_landed_is_found_below_later_work_of_main(pushed: Story) -> None:
    squashed(pushed)
    pushed.advance("M2")
    pushed.git("reset", "-q", "--hard", "main")
    pushed.ends({1: auto("same-delta", "main~1", landed=True)}, heard=False)
