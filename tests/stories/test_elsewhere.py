"""Rewriting that git has no hook for, in this clone: picked, reset, written by plumbing, filtered, streamed."""

import pygit2

from tests.kit.scenario import World
from tests.kit.story import STANDS, Story, auto, confirm
from tests.kit.surroundings import require_tool


def rewritten(world: World, tip: str, base: str, onto: str) -> str:
    """The commits of base..tip made again on `onto` by plumbing alone, as stack tools make them; the new tip."""
    env = {"GIT_INDEX_FILE": str(world.path / ".git" / "index.plumbing")}
    for old in world.ask("rev-list", "--reverse", f"{base}..{tip}").splitlines():
        world.git("read-tree", "-i", "-m", "--aggressive", f"{old}^", onto, old, env=env)
        tree = world.git("write-tree", env=env)
        onto = world.git("commit-tree", tree, "-p", onto, "-m", world.ask("log", "-1", "--format=%s", old))
    return onto


# --- picked


def test_a_copy_moves_nothing_while_the_original_lives(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.checkout("main")
    story.git("cherry-pick", "login")
    story.ends({1: STANDS})


def test_a_copy_on_the_own_branch_wins_over_one_elsewhere(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.branch("release", "main")
    story.git("cherry-pick", "main..login")
    story.git("config", "okstra.target", "release")
    story.branch("again", "main")
    story.commit("N")
    story.git("cherry-pick", f"{story['base']}..{story['A2']}")
    story.git("branch", "-f", "login", "again")
    story.ends({1: auto("same-delta", "A2′")}, heard=False)


def test_a_branch_made_again_by_cherry_picks_is_followed(story: Story) -> None:
    story.line("login", "A", "B")
    story.advance("M")
    story.git("reset", "-q", "--hard", "main")
    story.git("cherry-pick", story["A"], story["B"])
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B′")}, heard=False)


def test_a_copy_on_a_branch_that_is_no_target_asks_when_the_original_is_gone(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.branch("other", "main")
    story.git("cherry-pick", "login")
    story.git("branch", "-D", "login")
    story.ends({1: confirm("branch login is gone")})


def test_a_copy_in_a_configured_target_has_landed_when_the_original_is_gone(story: Story) -> None:
    story.git("config", "okstra.target", "release")
    story.git("branch", "release", "main")
    story.stage("login", "A")
    story.advance("M", on="release")
    story.checkout("release")
    story.git("cherry-pick", "login")
    story.git("branch", "-D", "login")
    story.ends({1: auto("same-delta", "A′@release", landed=True)}, heard=False)


def test_a_copy_in_main_and_a_changed_version_on_the_own_branch_ask_which(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.checkout("main")
    story.git("cherry-pick", "login")
    story.checkout("login")
    story.write("a.txt", "quite different\n")
    story.git("add", "--all")
    story.git("commit", "--amend", "--no-edit")
    story.ends({1: confirm("main holds the recorded change, and the stage branch a changed version of it")})


def test_a_revert_on_top_moves_nothing(story: Story) -> None:
    story.stage("login", "A")
    story.git("revert", "--no-edit", "HEAD")
    story.ends({1: STANDS})


def test_two_copies_in_one_place_ask_which(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.git("reset", "-q", "--hard", "main")
    story.git("cherry-pick", story["A"])
    story.git("revert", "--no-edit", "HEAD")
    story.git("cherry-pick", story["A"])
    story.ends({1: confirm("in 2 places")})


# --- reset, applied, written by plumbing


def test_a_soft_reset_and_one_commit_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.git("reset", "-q", "--soft", "main")
    story.git("commit", "-q", "-m", "all of A")
    story.ends({1: auto("same-tree", "login")}, heard=False)


def test_a_soft_reset_and_another_content_asks_first(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.git("reset", "-q", "--soft", "main")
    story.write("A1.txt", "other\n")
    story.git("commit", "-q", "-a", "-m", "all of A")
    story.ends({1: confirm("", offered="login")})


def test_patches_mailed_and_applied_are_followed(story: Story) -> None:
    story.stage("login", "A1", "A2")
    mails = story.git("format-patch", "--stdout", "main..login")
    story.advance("M")
    story.git("reset", "-q", "--hard", "main")
    story.git("am", "-q", stdin=mails + "\n")
    story.ends({1: auto("same-delta", "A2′")}, heard=False)


def test_commits_written_by_plumbing_are_followed(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B"])
    story.advance("M")
    story.git("checkout", "-q", "--detach")
    one = rewritten(story, story["A2"], story["base"], story.tip("main"))
    two = rewritten(story, story["B"], story["A2"], one)
    story.git("update-ref", "refs/heads/one", one)
    story.git("update-ref", "refs/heads/two", two)
    story.ends({1: auto("same-delta", "A2′"), 2: auto("same-delta", "B′")}, heard=False)


def test_a_client_that_knows_no_hooks_is_followed(story: Story) -> None:
    """As clients on libgit2 amend: a new commit object and a moved ref, no hook, no subprocess."""
    story.line("login", "A", "B")
    repository = pygit2.Repository(str(story.path))
    old = repository[story["B"]]
    assert isinstance(old, pygit2.Commit)
    new = repository.create_commit(
        None, old.author, old.committer, "B, better said\n", old.tree_id, list(old.parent_ids)
    )
    repository.references["refs/heads/login"].set_target(new)
    story.ends({1: STANDS, 2: auto("same-tree", "login")}, heard=False)


def test_a_bare_repository_rewritten_by_update_ref_is_followed(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B"])
    story.advance("M")
    one = rewritten(story, story["A2"], story["base"], story.tip("main"))
    two = rewritten(story, story["B"], story["A2"], one)
    story.git("config", "core.bare", "true")
    bare = story.inside(story.path / ".git")
    bare.git("update-ref", "--stdin", stdin=f"update refs/heads/one {one}\nupdate refs/heads/two {two}\n")
    bare.ends({1: auto("same-delta", "A2′"), 2: auto("same-delta", "B′")}, heard=False)


def test_a_stream_of_the_whole_history_is_followed(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    stream = story.ask("fast-export", "login").replace("ada@example.org", "ada@example.com")
    story.git("fast-import", "--quiet", "--force", stdin=stream + "\n")
    story.ends({1: auto("same-tree", "A2′"), 2: auto("same-tree", "B′")}, heard=False)


# --- filtered


FILTER = {"FILTER_BRANCH_SQUELCH_WARNING": "1"}


def test_a_filter_over_the_branch_is_followed(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    story.git("filter-branch", "--msg-filter", "sed 's/$/, better said/'", "main..login", env=FILTER)
    story.ends({1: auto("same-tree", "login~1"), 2: auto("same-tree", "login")}, heard=False)


def test_a_filter_over_everything_is_followed_although_it_rewrote_our_refs(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    story.git("filter-branch", "--env-filter", "GIT_AUTHOR_EMAIL=new@example.org", "--", "--all", env=FILTER)
    assert story.stage_refs()[2] != story["B"], "the filter moved our stage ref, without a word"
    story.ends({1: auto("same-tree", "A2′"), 2: auto("same-tree", "B′")}, heard=False, anchor="moved")


def test_a_filter_that_takes_a_file_away_asks_first(story: Story) -> None:
    story.line("login", ("A", {"a": "a\n", "secret": "x\n"}), "B")
    remove = "git rm -q --cached --ignore-unmatch secret"
    story.git("filter-branch", "--index-filter", remove, "main..login", env=FILTER)
    story.ends({1: confirm("content changed", offered="A′"), 2: auto("same-delta", "B′")}, heard=False)


def _filter_repo(story: Story, *options: str) -> None:
    require_tool("git-filter-repo")
    story.git("filter-repo", "--force", "--quiet", *options, env={"PYTHONDONTWRITEBYTECODE": "1"})


def test_filter_repo_over_everything_is_followed(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    _filter_repo(story, "--message-callback", 'return message.rstrip() + b", better said\\n"')
    story.ends({1: auto("same-tree", "login~1"), 2: auto("same-tree", "login")}, heard=False, anchor="moved")


def test_filter_repo_over_the_branch_is_followed(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    _filter_repo(story, "--refs", "main..login", "--message-callback", 'return message.rstrip() + b"!\\n"')
    story.ends({1: auto("same-tree", "login~1"), 2: auto("same-tree", "login")}, heard=False)


def test_filter_repo_that_takes_a_file_away_asks_first(story: Story) -> None:
    story.line("login", ("A", {"a": "a\n", "secret": "x\n"}), "B")
    _filter_repo(story, "--refs", "main..login", "--path", "secret", "--invert-paths")
    story.ends({1: confirm(""), 2: auto("same-delta", "B′")}, heard=False)


# --- forced


def test_a_branch_forced_to_unrelated_work_asks_first(story: Story) -> None:
    story.stage("login", "A")
    story.branch("other", "main")
    story.commit("X")
    story.git("branch", "-f", "login", "other")
    story.ends({1: confirm("gone from its branch", offered="login")})


def test_a_branch_forced_back_to_its_base_asks_first(story: Story) -> None:
    story.stage("login", "A")
    story.git("reset", "-q", "--hard", "main")
    story.ends({1: confirm("")})


def test_a_branch_forced_to_an_orphan_asks_first(story: Story) -> None:
    story.stage("login", "A")
    story.git("checkout", "-q", "--orphan", "fresh")
    story.git("rm", "-r", "-q", "-f", ".")
    story.commit("X")
    story.git("branch", "-f", "login", "fresh")
    story.ends({1: confirm("gone from its branch")})


def test_a_change_that_moved_to_another_stages_branch_asks_first(story: Story) -> None:
    story.stage("one", "A")
    story.stage("two", "B")
    story.git("cherry-pick", "one")
    story.git("branch", "-f", "one", "main")
    story.ends({1: confirm(""), 2: STANDS})


def test_a_replacement_object_changes_no_verdict(story: Story) -> None:
    story.stage("login", "A")
    old = story.tip()
    story.amend({"A.txt": "other\n"})
    story.git("replace", story.tip(), old)
    story.ends({1: confirm("content changed", offered="login")})


def test_a_stage_ref_that_somebody_moved_is_a_finding_and_never_the_truth(story: Story) -> None:
    story.stage("login", "A")
    story.git("update-ref", "refs/okstra/stage/shop/web/login/1", story["base"])
    assert story.reconcile("--check", exit=0)["items"] == []
    found = story.okstra("fsck", "--json", exit=None)
    assert found.exit != 0, found.out
    story.okstra("fsck", "--repair", "--json", exit=None)
    story.ends({1: STANDS})
