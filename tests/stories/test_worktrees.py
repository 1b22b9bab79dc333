"""Linked worktrees: rewriting beside the main one, several at once, and hooks that git cannot find from there."""

from concurrent.futures import ThreadPoolExecutor

from tests.kit.scenario import World
from tests.kit.story import STANDS, Story, auto, confirm


def test_a_rebase_in_a_linked_worktree_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.checkout("main")
    story.worktree("elsewhere", "login").git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A2′")})


def test_a_look_from_the_linked_worktree_says_the_same(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.checkout("main")
    elsewhere = story.inside(story.worktree("elsewhere", "login").path)
    elsewhere.git("rebase", "-q", "main")
    elsewhere.ends({1: auto("same-delta", "A′")})


def test_a_stack_over_three_worktrees_is_followed_branch_by_branch(story: Story) -> None:
    story.stack(one=["A"], two=["B"], three=["C"])
    story.advance("M")
    story.checkout("main")
    trees = [story.worktree(f"wt-{branch}", branch) for branch in ("one", "two", "three")]
    trees[0].git("rebase", "-q", "main")
    trees[1].git("rebase", "-q", "--onto", "one", story["A"])
    trees[2].git("rebase", "-q", "--onto", "two", story["B"])
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B′"), 3: auto("same-delta", "C′")})


def test_two_worktrees_that_rebase_at_once_are_both_followed(story: Story) -> None:
    story.stage("one", "A1", "A2")
    story.stage("two", "B1", "B2")
    story.advance("M")
    story.checkout("main")
    trees = [story.worktree(f"wt-{branch}", branch) for branch in ("one", "two")]
    trees[0].rebase_i("main", [("pick", "A1"), ("break",), ("pick", "A2")])
    trees[1].rebase_i("main", [("pick", "B1"), ("break",), ("pick", "B2")])
    with ThreadPoolExecutor() as both:
        list(both.map(_continue, trees))
    story.ends({1: auto("same-delta", "A2′"), 2: auto("same-delta", "B2′")})


def _continue(world: World) -> None:
    world.git("rebase", "--continue")


def test_a_rebase_under_way_in_one_worktree_leaves_the_other_its_own(story: Story) -> None:
    story.stage("one", "A1", "A2")
    story.stage("two", "B")
    story.advance("M")
    story.checkout("main")
    trees = [story.worktree(f"wt-{branch}", branch) for branch in ("one", "two")]
    trees[0].rebase_i("main", [("pick", "A1"), ("break",), ("pick", "A2")])
    trees[1].git("rebase", "-q", "main")
    story.ends({1: STANDS, 2: auto("same-delta", "B′")})


def test_an_amend_inside_a_rebase_of_another_worktree_waits_for_its_end(story: Story) -> None:
    story.line("login", "A", "B")
    story.stage("other", "C")
    story.checkout("main")
    tree, beside = story.worktree("elsewhere", "login"), story.worktree("beside", "other")
    tree.rebase_i("main", [("edit", "A"), ("pick", "B")])
    tree.amend({"A.txt": "tried\n"})
    beside.amend(None, "-m", "C, better said")
    tree.git("rebase", "--abort")
    story.ends({1: STANDS, 2: STANDS, 3: auto("same-tree", "other")})


def test_a_relative_hooks_path_is_deaf_in_a_linked_worktree_and_followed_at_the_next_look(story: Story) -> None:
    story.git("config", "core.hooksPath", ".git/hooks")
    story.stage("login", "A")
    story.checkout("main")
    story.worktree("elsewhere", "login").amend(None, "-m", "A, better said")
    story.ends({1: auto("same-tree", "login")}, heard=False)


def test_a_relative_hooks_path_is_heard_in_the_main_worktree(story: Story) -> None:
    story.git("config", "core.hooksPath", ".git/hooks")
    story.stage("login", "A")
    story.amend(None, "-m", "A, better said")
    story.ends({1: auto("same-tree", "login")})


def test_a_removed_worktree_changes_no_verdict(story: Story) -> None:
    story.stage("login", "A")
    story.checkout("main")
    tree = story.worktree("elsewhere", "login")
    tree.amend({"A.txt": "other\n"})
    story.git("worktree", "remove", "--force", str(tree.path))
    story.ends({1: confirm("content changed", offered="login")})


def test_a_detached_worktree_at_the_old_commit_does_not_make_it_true_again(story: Story) -> None:
    story.stage("login", "A")
    story.git("worktree", "add", "-q", "--detach", str(story.path.parent / "old"), story["A"])
    story.amend({"A.txt": "other\n"})
    story.ends({1: confirm("content changed", offered="login")})


def test_update_refs_skips_a_branch_that_another_worktree_has_out(story: Story) -> None:
    story.stack(one=["A"], two=["B"])
    story.advance("M")
    story.worktree("elsewhere", "one")
    story.git("rebase", "-q", "--update-refs", "main")
    story.ends({1: STANDS, 2: auto("same-delta", "B′")})
