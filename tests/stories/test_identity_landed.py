"""Landed or not: main has the recorded change, and the branch has nothing, the same, or something else of its own."""

from pathlib import Path

from tests.kit.scenario import Files
from tests.kit.story import STANDS, Story, auto, confirm


def remade(story: Story, label: str, files: Files) -> None:
    """A commit with author, time and message of the labelled one, whatever it changes."""
    for path, content in files.items():
        story.write(path, content or "")
    story.git("add", "-A")
    story.git("commit", "-q", "-C", story[label])


def squashed(story: Story, *labels: str) -> None:
    """Main has these commits as one of its own, over other work; the branch is as it was."""
    story.advance("M", ("in main", {f"{label}.txt": f"{label}\n" for label in labels}))


# --- nothing of its own


def test_a_squashed_stage_has_landed_when_its_branch_is_gone(story: Story) -> None:
    story.stage("login", "A1", "A2")
    squashed(story, "A1", "A2")
    story.checkout("main")
    story.git("branch", "-q", "-D", "login")
    story.ends({1: auto("same-delta", "main", landed=True)}, heard=None)


def test_a_squashed_stage_has_landed_when_its_branch_is_main(story: Story) -> None:
    story.stage("login", "A1", "A2")
    squashed(story, "A1", "A2")
    story.git("reset", "-q", "--hard", "main")
    story.ends({1: auto("same-delta", "main", landed=True)}, heard=False)


def test_a_squashed_stage_has_landed_when_its_branch_is_behind_main(story: Story) -> None:
    story.stage("login", "A")
    squashed(story, "A")
    story.git("reset", "-q", "--hard", "main")
    story.advance("M2")
    story.ends({1: auto("same-delta", "main~1", landed=True)}, heard=None)


def merged(story: Story, branch: str = "login") -> None:
    """Main, checked out now, has a merge of the branch."""
    story.checkout("main")
    story.git("merge", "-q", "--no-ff", "--no-edit", branch)


def rebased_and_merged(story: Story) -> bool:
    """The everyday way into main; whether reconcile sees it land, for a hook has followed the rebase before."""
    story.advance("M")
    story.git("rebase", "-q", "main")
    merged(story)
    return not story.hooks


def test_a_rebased_branch_that_was_merged_has_landed_without_a_question(story: Story) -> None:
    story.stage("login", "A1", "A2")
    landed = rebased_and_merged(story)
    story.ends({1: auto("same-delta", "A2′", landed=landed)}, heard=None)


def test_a_rebased_branch_that_was_merged_and_deleted_has_landed_without_a_question(story: Story) -> None:
    story.stage("login", "A1", "A2")
    landed = rebased_and_merged(story)
    story.git("branch", "-q", "-d", "login")
    story.ends({1: auto("same-delta", "A2′@main", landed=landed)}, heard=None)


def test_several_rebased_stages_that_were_merged_have_landed_without_a_question(story: Story) -> None:
    story.line("login", "A", ["B1", "B2"], "C")
    landed = rebased_and_merged(story)
    story.advance("M2")
    heads = {1: "A′", 2: "B2′", 3: "C′"}
    story.ends({n: auto("same-delta", head, landed=landed) for n, head in heads.items()}, heard=None)


def test_a_changed_branch_that_was_merged_asks(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.amend({"A.txt": "other\n"})
    story.git("rebase", "-q", "main")
    merged(story)
    story.ends({1: confirm("content changed")})


def test_a_stage_with_a_try_taken_back_lands_whole(story: Story) -> None:
    story.stage("login", ("try", {"t": "t\n"}), ("work", {"w": "w\n"}), ("back", {"t": None}))
    landed = rebased_and_merged(story)
    story.ends({1: auto("same-delta", "back′", landed=landed)}, heard=None)


# --- while the branch goes on


def test_main_has_it_and_the_branch_a_changed_version(story: Story) -> None:
    story.stage("login", "A")
    squashed(story, "A")
    story.amend({"A.txt": "other\n"})
    story.ends({1: confirm("a changed version", offered="login")})


def test_main_has_it_and_the_branch_a_changed_version_with_other_words(story: Story) -> None:
    story.stage("login", "A")
    squashed(story, "A")
    story.amend({"A.txt": "other\n"}, "-m", "A, better")
    story.ends({1: confirm("a changed version", offered="login")})


def test_main_has_it_and_the_branch_a_changed_version_by_another_author(story: Story) -> None:
    story.stage("login", "A")
    squashed(story, "A")
    story.amend({"A.txt": "other\n"}, "--reset-author", "-m", "something else")
    story.ends({1: confirm("main holds the recorded change", offered="login")})


def test_main_has_it_and_the_lower_commit_was_changed_and_the_head_dropped(story: Story) -> None:
    story.stage("login", "A1", "A2")
    squashed(story, "A1", "A2")
    story.git("reset", "-q", "--hard", story["base"])
    remade(story, "A1", {"A1.txt": "other\n"})
    story.ends({1: confirm("a changed version", offered="login")}, heard=False)


def test_main_has_it_and_the_lower_commit_was_changed_below_the_head(story: Story) -> None:
    story.stage("login", "A1", "A2")
    squashed(story, "A1", "A2")
    story.git("reset", "-q", "--hard", story["base"])
    remade(story, "A1", {"A1.txt": "other\n"})
    story.git("cherry-pick", story["A2"])
    story.ends({1: confirm("a changed version", offered="login")}, heard=False)


def test_main_has_it_and_the_branch_new_work_in_place_of_it(story: Story) -> None:
    story.stage("login", "A")
    squashed(story, "A")
    story.git("reset", "-q", "--hard", "main")
    story.commit("N")
    story.ends({1: confirm("commits of its own", offered="login")}, heard=False)


def test_main_has_it_and_so_has_the_rebased_branch_above_it(story: Story) -> None:
    story.stage("login", "A", base="main")
    story.checkout("main")
    story.commit("M")
    story.git("cherry-pick", story["A"])
    story.checkout("login")
    story.git("rebase", "-q", "main")
    assert story.tip("login") == story.tip("main")
    story.ends({1: auto("same-delta", "A′@main", landed=True)}, heard=None)


def test_one_of_two_stages_has_landed_and_the_other_is_followed(story: Story) -> None:
    story.line("login", "A", "B")
    squashed(story, "A")
    story.git("reset", "-q", "--hard", "main")
    story.git("cherry-pick", story["B"])
    story.ends({1: auto("same-delta", "main", landed=True), 2: auto("same-delta", "B′")}, heard=False)


def test_a_dropped_stage_does_not_land_as_its_neighbours_commit_in_main(story: Story) -> None:
    story.stage("one", ("A", {"a": "a\n"}))
    story.stage("two", ("B", {"a": "a\n"}))
    story.git("branch", "-q", "-f", "one", "main")
    story.checkout("main")
    story.git("merge", "-q", "--ff-only", "two")
    story.ends({1: confirm(""), 2: STANDS}, heard=None)


# --- asked, since a branch with commits of its own may hold another version


def test_one_of_two_stages_has_landed_and_the_other_was_changed_asks_for_both(story: Story) -> None:
    story.line("login", "A", "B")
    squashed(story, "A")
    story.git("reset", "-q", "--hard", "main")
    remade(story, "B", {"B.txt": "other\n"})
    story.ends({1: confirm("commits of its own"), 2: confirm("content changed", offered="login")}, heard=False)


def test_a_dropped_stage_does_not_land_as_a_merge_of_its_neighbour(story: Story) -> None:
    story.stage("one", ("A", {"a": "a\n"}))
    story.stage("two", ("B", {"a": "a\n"}))
    story.git("branch", "-q", "-f", "one", "main")
    story.advance("M")
    merged(story, "two")
    story.ends({1: confirm(""), 2: STANDS}, heard=None)


def test_a_rebased_branch_that_was_merged_and_goes_on_asks_where_no_hook_was_quicker(tmp_path: Path) -> None:
    story = Story.told(tmp_path / "shop", hooks=False)
    story.stage("login", "A")
    assert rebased_and_merged(story)
    story.checkout("login")
    story.commit("N")
    story.ends({1: confirm("commits of its own")}, heard=None)
