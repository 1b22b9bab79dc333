"""Copies by other hands, commits split, melted, moved and signed anew: which of them are still the stage."""

from tests.kit.scenario import Files
from tests.kit.story import STANDS, Story, auto, confirm

BOB = "--author=Bob Example <bob@example.org>"
LINES = "".join(f"line {n}\n" for n in range(1, 31))
BOTH: Files = {"a": "a\n", "b": "b\n"}


def edited(*numbers: int, text: str = LINES) -> str:
    """The list with these lines in capitals."""
    for number in numbers:
        text = text.replace(f"line {number}\n", f"LINE {number}\n")
    return text


def anew(story: Story) -> None:
    """The branch is begun again on a newer main, with nothing of the stage."""
    story.advance("M")
    story.git("reset", "-q", "--hard", "main")


def remade(story: Story, label: str, files: Files) -> None:
    """A commit with author, time and message of the labelled one, whatever it changes."""
    for path, content in files.items():
        story.write(path, content or "")
    story.git("add", "-A")
    story.git("commit", "-q", "-C", story[label])


# --- copies


def test_a_copy_below_the_changed_stage_asks(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": edited(5)}))
    anew(story)
    story.commit("theirs", {"list": edited(5)}, also=[BOB])
    remade(story, "A", {"list": edited(5, 8)})
    story.ends({1: confirm("may belong to the stage", offered="login")}, heard=False)


def test_a_copy_above_the_changed_stage_asks(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n"}))
    anew(story)
    remade(story, "A", {"b": "instead\n"})
    story.commit("theirs", {"a": "a\n"}, also=[BOB])
    story.ends({1: confirm("")}, heard=False)


def test_a_copy_beside_the_stage_made_anew_at_another_time_asks(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n"}))
    anew(story)
    story.commit("theirs", {"a": "a\n"}, also=[BOB])
    story.commit("A, but other", {"a": "a\nmore\n"})
    story.ends({1: confirm("may belong to the stage")}, heard=False)


def test_a_copy_by_the_author_below_the_changed_stage_asks(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n"}))
    anew(story)
    story.commit("once more", {"a": "a\n"})
    remade(story, "A", {"a": "a\nmore\n"})
    story.ends({1: confirm("may belong to the stage", offered="login")}, heard=False)


def test_a_copy_of_one_of_two_commits_below_the_changed_other_asks(story: Story) -> None:
    story.stage("login", ("A1", {"a": "a\n"}), ("A2", {"b": "b\n"}))
    anew(story)
    story.commit("theirs", BOTH, also=[BOB])
    remade(story, "A2", {"b": "b\nmore\n"})
    story.ends({1: confirm("")}, heard=False)


def test_a_copy_that_stands_alone_on_the_branch_is_the_stage(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n"}))
    anew(story)
    story.commit("theirs", {"a": "a\n"}, also=[BOB])
    story.ends({1: auto("same-delta", "login")}, heard=False)


def test_a_copy_below_work_of_other_hands_is_the_stage(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n"}))
    anew(story)
    story.commit("theirs", {"a": "a\n"}, also=[BOB])
    story.commit("N", also=[BOB])
    story.ends({1: auto("same-delta", "login~1")}, heard=False)


# --- names and times


def test_a_stage_signed_by_another_author_is_followed(story: Story) -> None:
    story.stage("login", "A")
    story.git("-c", "user.name=Bob", "-c", "user.email=bob@example.org", "commit", "-q", "--amend", "--reset-author",
              "--no-edit")  # fmt: skip
    story.ends({1: auto("same-tree", "login")})


def test_a_stage_signed_by_another_author_and_changed_asks(story: Story) -> None:
    story.stage("login", "A")
    story.amend({"A.txt": "other\n"}, "--reset-author", "--no-edit")
    story.ends({1: confirm("content changed", offered="login")})


def test_a_stage_with_a_new_time_is_followed_below_new_work(story: Story) -> None:
    story.stage("login", "A")
    story.amend(None, "--no-edit", "--date", "@1800000000 +0000")
    story.commit("N")
    story.ends({1: auto("same-tree", "A′")})


def test_a_stage_of_two_commits_with_new_times_is_followed_over_a_newer_main(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.git("rebase", "-q", "--reset-author-date", "main")
    story.commit("N")
    story.ends({1: auto("same-delta", "A2′")})


def test_a_lower_commit_with_a_new_time_and_other_content_asks(story: Story) -> None:
    story.stage("login", "A1", "A2")
    anew(story)
    story.commit("A1, but other", {"A1.txt": "other\n"})
    story.git("cherry-pick", story["A2"])
    story.ends({1: confirm("")}, heard=False)


# --- moved, split, melted


def test_commits_of_a_stage_in_another_order_are_followed(story: Story) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.advance("M")
    story.rebase_i("main", [("pick", "A3"), ("pick", "A1"), ("pick", "A2")])
    story.ends({1: auto("same-delta", "A2′")})


def test_commits_of_a_stage_in_another_order_are_followed_below_new_work(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.rebase_i("main", [("pick", "A2"), ("pick", "A1")])
    story.commit("N")
    story.ends({1: auto("same-delta", "A1′")})


def test_a_split_that_keeps_the_author_for_its_first_part_is_followed(story: Story) -> None:
    story.stage("login", ("A", BOTH))
    anew(story)
    remade(story, "A", {"a": "a\n"})
    story.commit("the other half", {"b": "b\n"})
    story.ends({1: auto("same-delta", "login")}, heard=False)


def test_a_split_that_keeps_the_author_for_its_last_part_is_followed(story: Story) -> None:
    story.stage("login", ("A", BOTH))
    anew(story)
    story.commit("one half", {"a": "a\n"})
    remade(story, "A", {"b": "b\n"})
    story.ends({1: auto("same-delta", "login")}, heard=False)


def test_a_split_that_keeps_the_author_for_both_parts_is_followed(story: Story) -> None:
    story.stage("login", ("A", BOTH))
    anew(story)
    remade(story, "A", {"a": "a\n"})
    remade(story, "A", {"b": "b\n"})
    story.ends({1: auto("same-delta", "login")}, heard=False)


def test_a_split_by_another_author_is_followed(story: Story) -> None:
    story.stage("login", ("A", BOTH))
    anew(story)
    story.commit("one half", {"a": "a\n"}, also=[BOB])
    story.commit("the other half", {"b": "b\n"}, also=[BOB])
    story.ends({1: auto("same-delta", "login")}, heard=False)


def test_a_split_that_lost_a_part_asks(story: Story) -> None:
    story.stage("login", ("A", BOTH))
    anew(story)
    remade(story, "A", {"a": "a\n"})
    story.commit("the other half", {"b": "not quite b\n"})
    story.ends({1: confirm("")}, heard=False)


def test_two_commits_melted_into_the_first_are_followed_below_new_work(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.rebase_i("main", [("pick", "A1"), ("fixup", "A2")])
    story.commit("N")
    story.ends({1: auto("squash|same-delta", "A1′")})


def test_two_commits_melted_into_the_first_and_changed_ask_below_new_work(story: Story) -> None:
    story.stage("login", "A1", "A2")
    anew(story)
    remade(story, "A1", {"A1.txt": "A1\n", "A2.txt": "other\n"})
    story.commit("N")
    story.ends({1: confirm("content changed")}, heard=False)


# --- renames and moved code


def test_a_rename_in_the_last_commit_over_an_edit_of_the_file_is_followed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": edited(5)}), ("R", {"list": None, "names": edited(5)}))
    story.advance(("M", {"list": edited(20)}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "R′")})


def test_a_rename_in_the_lower_commit_that_took_more_in_asks(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("R", {"list": None, "names": LINES}), ("A", {"a": "a\n"}))
    anew(story)
    story.git("mv", "list", "names")
    remade(story, "R", {"more": "more\n"})
    story.git("cherry-pick", story["A"])
    story.ends({1: confirm("")}, heard=False)


def test_a_rename_to_another_name_in_the_lower_commit_asks(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("R", {"list": None, "names": LINES}), ("A", {"a": "a\n"}))
    anew(story)
    story.git("mv", "list", "titles")
    remade(story, "R", {})
    story.git("cherry-pick", story["A"])
    story.ends({1: confirm("")}, heard=False)


CODE = "".join(f"code {n}\n" for n in range(1, 6))


def test_code_moved_in_the_last_commit_over_an_edit_of_the_file_is_followed(story: Story) -> None:
    story.advance(("L", {"one": LINES + CODE, "two": "two\n"}))
    story.stage("login", ("A", {"one": edited(3) + CODE}), ("moved", {"one": edited(3), "two": "two\n" + CODE}))
    story.advance(("M", {"one": edited(15) + CODE}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "moved′")})


def test_code_moved_in_the_lower_commit_that_took_more_in_asks(story: Story) -> None:
    story.advance(("L", {"one": LINES + CODE, "two": "two\n"}))
    story.stage("login", ("moved", {"one": LINES, "two": "two\n" + CODE}), ("A", {"a": "a\n"}))
    anew(story)
    remade(story, "moved", {"one": LINES, "two": "two\n" + CODE, "more": "more\n"})
    story.git("cherry-pick", story["A"])
    story.ends({1: confirm("")}, heard=False)


def test_code_moved_to_another_file_in_the_lower_commit_asks(story: Story) -> None:
    story.advance(("L", {"one": LINES + CODE, "two": "two\n", "three": "three\n"}))
    story.stage("login", ("moved", {"one": LINES, "two": "two\n" + CODE}), ("A", {"a": "a\n"}))
    anew(story)
    remade(story, "moved", {"one": LINES, "three": "three\n" + CODE})
    story.git("cherry-pick", story["A"])
    story.ends({1: confirm("")}, heard=False)


# --- new work, and several stages


def test_new_work_above_a_rebased_stage_does_not_ask(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.commit("N1")
    story.commit("N2", {"A2.txt": "A2\nand more\n"})
    story.ends({1: auto("same-delta", "A2′")})


def test_one_changed_stage_of_a_branch_asks_for_itself_alone(story: Story) -> None:
    story.line("login", "A", ["B1", "B2"], "C")
    anew(story)
    story.git("cherry-pick", story["A"], story["B1"])
    remade(story, "B2", {"B2.txt": "other\n"})
    story.git("cherry-pick", story["C"])
    story.ends({1: auto("same-delta", "A′"), 2: confirm(""), 3: auto("same-delta", "C′")}, heard=False)


def test_a_fix_in_the_lowest_stage_of_a_stack_asks_for_that_one_alone(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.git("reset", "-q", "--hard", "main")
    remade(story, "A", {"A.txt": "other\n"})
    story.git("cherry-pick", story["B"], story["C"])
    story.ends({1: confirm("content changed"), 2: auto("same-delta", "B′"), 3: auto("same-delta", "C′")},
               heard=False)  # fmt: skip


def test_a_fix_melted_into_a_middle_stage_leaves_the_lowest_as_it_is(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.commit("fix", {"B.txt": "B, mended\n"})
    story.rebase_i("main", [("pick", "A"), ("pick", "B"), ("fixup", "fix"), ("pick", "C")])
    story.ends({1: STANDS, 2: confirm("content changed"), 3: auto("same-delta", "C′")})
