"""Interactive rebases: what is only rearranged is followed, what is changed, lost or melted together asks first."""

import pytest

from tests.kit.story import STANDS, Story, auto, confirm

LINES = "".join(f"line {n}\n" for n in range(1, 31))


def _edited(at: int, text: str, before: str = LINES) -> str:
    return before.replace(f"line {at}\n", f"{text}\n")


# --- inside one stage


def test_a_squash_inside_a_stage_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.rebase_i("main", [("pick", "A1"), ("squash", "A2"), ("fixup", "A3")], message="A")
    story.ends({1: auto("same-tree", "login")})


def test_a_squash_on_a_moved_base_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.rebase_i("main", [("pick", "A1"), ("squash", "A2")])
    story.ends({1: auto("same-delta", "A1′")})


def test_a_squash_over_an_edit_in_the_same_file_is_followed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    once = _edited(10, "ours")
    story.stage("login", ("A1", {"list": once}), ("A2", {"list": _edited(11, "ours too", once)}))
    story.advance(("M", {"list": _edited(20, "theirs")}))
    story.rebase_i("main", [("pick", "A1"), ("fixup", "A2")])
    story.ends({1: auto("squash", "A1′")})


def test_another_order_inside_a_stage_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.rebase_i("main", [("pick", "A3"), ("pick", "A1"), ("pick", "A2")])
    story.ends({1: auto("same-tree", "A2′")})


def test_a_split_commit_is_followed_to_its_last_part(story: Story) -> None:
    story.line("login", ("A", {"a": "a\n", "b": "b\n"}), "B")
    story.rebase_i("main", [("edit", "A"), ("pick", "B")])
    story.git("reset", "-q", "HEAD~1")
    for part in ("a", "b"):
        story.git("add", part)
        story.git("commit", "-q", "-m", f"A, the part about {part}")
    story.git("rebase", "--continue")
    story.ends({1: auto("same-tree", "login~1"), 2: auto("same-tree", "B′")})


def test_a_dropped_commit_of_a_stage_asks_first(story: Story) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.rebase_i("main", [("pick", "A1"), ("pick", "A3")])
    story.ends({1: confirm("content changed: 1 file differs", offered="login")})


def test_a_dropped_last_commit_of_a_stage_asks_first(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    story.rebase_i("main", [("pick", "A1"), ("pick", "B")])
    story.ends({1: confirm(), 2: auto("same-delta", "B′")})


# --- words and execs


def test_a_reworded_lower_stage_is_followed_with_those_above(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.rebase_i("main", [("reword", "A"), ("pick", "B"), ("pick", "C")], message="A, better said")
    story.ends({1: auto("same-tree", "login~2"), 2: auto("same-tree", "B′"), 3: auto("same-tree", "C′")})


def test_an_exec_that_amends_the_message_is_followed(story: Story) -> None:
    story.line("login", "A", "B")
    amend = ("exec", "git commit -q --amend -m 'A, better said'")
    story.rebase_i("main", [("pick", "A"), amend, ("pick", "B")])
    story.ends({1: auto("same-tree", "login~1"), 2: auto("same-tree", "B′")})


def test_an_exec_that_amends_the_content_asks_first(story: Story) -> None:
    story.line("login", "A", "B")
    amend = ("exec", "echo more >>A.txt && git commit -q -a --amend --no-edit")
    story.rebase_i("main", [("pick", "A"), amend, ("pick", "B")])
    story.ends({1: confirm("content changed", offered="A′"), 2: auto("same-delta", "B′")})


def test_an_exec_that_amends_every_commit_is_followed(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    story.advance("M")
    story.git("rebase", "-q", "-x", "git commit -q --amend --no-edit --signoff", "main")
    story.ends({1: auto("same-delta", "A2′"), 2: auto("same-delta", "B′")})


def test_an_amend_at_a_stop_is_followed_when_the_rebase_ends(story: Story) -> None:
    story.line("login", "A", "B")
    story.rebase_i("main", [("edit", "A"), ("pick", "B")])
    story.amend(None, "-m", "A, better said")
    story.git("rebase", "--continue")
    story.ends({1: auto("same-tree", "login~1"), 2: auto("same-tree", "B′")})


def test_an_amend_at_a_stop_before_an_abort_moves_nothing(story: Story) -> None:
    story.line("login", "A", "B")
    story.rebase_i("main", [("edit", "A"), ("pick", "B")])
    story.amend({"A.txt": "other\n"})
    story.git("rebase", "--abort")
    story.ends({1: STANDS, 2: STANDS})


def test_a_break_and_a_commit_between_moves_nothing_it_should_not(story: Story) -> None:
    story.line("login", "A", "B")
    story.rebase_i("main", [("pick", "A"), ("break",), ("pick", "B")])
    story.commit("between")
    story.git("rebase", "--continue")
    story.ends({1: STANDS, 2: auto("same-delta", "B′")})


# --- across stages


def test_an_autosquashed_fix_of_stage_one_asks_for_it_alone(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.commit("fixup! A", {"A.txt": "fixed\n"})
    story.git("rebase", "-q", "-i", "--autosquash", "main")
    story.ends({1: confirm("content changed", offered="A′"), 2: auto("same-delta", "B′"), 3: auto("same-delta", "C′")})


def test_an_autosquashed_fix_below_a_stack_asks_for_it_alone(story: Story) -> None:
    story.stack(one=["A"], two=["B1", "B2"], three=["C"])
    story.commit("fixup! A", {"A.txt": "fixed\n"})
    story.git("rebase", "-q", "-i", "--autosquash", "--update-refs", "main")
    story.ends(
        {1: confirm("content changed", offered="one"), 2: auto("same-delta", "B2′"), 3: auto("same-delta", "C′")}
    )


def test_a_fix_of_the_same_lines_asks_for_the_stages_it_touches(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    first = _edited(3, "ours")
    story.line("login", ("A", {"list": first}), ("B", {"list": _edited(20, "ours as well", first)}))
    story.commit("fixup! A", {"list": _edited(20, "ours as well", _edited(3, "ours, fixed"))})
    story.git("rebase", "-q", "-i", "--autosquash", "main")
    story.ends({1: confirm("content changed", offered="A′"), 2: auto("replay", "B′")})


def test_two_swapped_stages_ask_together(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.rebase_i("main", [("pick", "B"), ("pick", "A"), ("pick", "C")])
    both = (1, 2)
    story.ends(
        {
            1: confirm("another order", together=both, offered="A′"),
            2: confirm("another order", together=both, offered="B′"),
            3: auto("same-tree", "C′"),
        }
    )


def test_the_last_stage_moved_to_the_front_asks(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.rebase_i("main", [("pick", "C"), ("pick", "A"), ("pick", "B")])
    story.ends(
        {
            1: auto("same-delta", "A′"),
            2: confirm("another order", together=(2, 3), offered="B′"),
            3: confirm("another order", together=(2, 3), offered="C′"),
        }
    )


def test_a_commit_moved_between_two_of_another_stage_asks_for_that_one(story: Story) -> None:
    story.line("login", ["A1", "A2"], "B")
    story.rebase_i("main", [("pick", "A1"), ("pick", "B"), ("pick", "A2")])
    story.ends({1: confirm(), 2: auto("same-delta", "B′")})


def test_a_dropped_stage_asks_and_lands_on_no_neighbour(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.rebase_i("main", [("pick", "A"), ("pick", "C")])
    story.ends({1: STANDS, 2: confirm("gone from its branch"), 3: auto("same-delta", "C′")})


def test_a_dropped_stage_of_a_stack_asks_and_lands_on_no_neighbour(story: Story) -> None:
    story.stack(one=["A"], two=["B1", "B2"], three=["C"])
    story.advance("M")
    steps = [("pick", "A"), ("update-ref", "refs/heads/one"), ("update-ref", "refs/heads/two"), ("pick", "C")]
    story.rebase_i("main", steps, "--update-refs")
    assert story.tip("two") == story.tip("one")
    story.ends({1: auto("same-delta", "A′"), 2: confirm("gone from its branch"), 3: auto("same-delta", "C′")})


def test_a_boundary_moved_by_update_ref_follows_the_commits(story: Story) -> None:
    story.stack(one=["A"], two=["B1", "B2"])
    story.advance("M")
    steps = [("pick", "A"), ("pick", "B1"), ("update-ref", "refs/heads/one"), ("pick", "B2")]
    story.rebase_i("main", steps, "--update-refs")
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B2′")})


@pytest.mark.parametrize("how", ["squash", "fixup"])
def test_two_stages_melted_into_one_commit_ask_together(story: Story, how: str) -> None:
    story.line("login", "A", "B", "C")
    story.rebase_i("main", [("pick", "A"), (how, "B"), ("pick", "C")])
    both = (1, 2)
    story.ends(
        {
            1: confirm("one commit now", together=both, offered="login~1"),
            2: confirm("one commit now", together=both, offered="login~1"),
            3: auto("same-tree", "C′"),
        }
    )


def test_two_stages_of_several_commits_melted_together_ask_together(story: Story) -> None:
    story.line("login", ["A1", "A2"], ["B1", "B2"])
    story.advance("M")
    story.rebase_i("main", [("pick", "A1"), ("fixup", "A2"), ("fixup", "B1"), ("fixup", "B2")])
    both = (1, 2)
    story.ends(
        {
            1: confirm("one commit now", together=both, offered="login"),
            2: confirm("one commit now", together=both, offered="login"),
        }
    )


def test_two_stages_of_the_same_file_melted_together_ask(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    first = _edited(3, "ours")
    story.line("login", ("A", {"list": first}), ("B", {"list": first.replace("ours\n", "ours, once more\n")}))
    story.rebase_i("main", [("pick", "A"), ("fixup", "B")])
    story.ends({1: confirm("", together=(1, 2), offered="login"), 2: confirm("", together=(1, 2), offered="login")})


def test_a_fix_melted_into_the_neighbouring_stage_asks_for_both_it_touches(story: Story) -> None:
    story.line("login", "A", ["B1", "B2"], "C")
    story.rebase_i("main", [("pick", "A"), ("fixup", "B1"), ("pick", "B2"), ("pick", "C")])
    story.ends({1: confirm("content changed"), 2: confirm(), 3: auto("same-tree", "C′")})


# --- lines that lie


def test_a_stage_that_became_empty_asks_although_git_says_it_is_the_one_before(story: Story) -> None:
    story.line("login", "A", "B", "C")
    story.advance(("M", {"B.txt": "B\n", "more.txt": "more\n"}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′"), 2: confirm(), 3: auto("same-delta", "C′")})


def test_a_skipped_stage_asks_although_git_says_it_is_the_one_before(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", "A", ("B", {"list": _edited(10, "ours")}), "C")
    story.advance(("M", {"list": _edited(10, "theirs")}))
    story.git("rebase", "-q", "main", ok=False)
    story.git("rebase", "--skip")
    story.ends({1: auto("same-delta", "A′"), 2: confirm("gone from its branch"), 3: auto("same-delta", "C′")})


def test_a_skipped_first_stage_lands_on_no_commit_of_others(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", ("A", {"list": _edited(10, "ours")}), "B")
    story.advance(("M", {"list": _edited(10, "theirs")}))
    story.git("rebase", "-q", "main", ok=False)
    story.git("rebase", "--skip")
    story.ends({1: confirm(), 2: auto("same-delta", "B′")})


def test_a_conflict_resolved_to_nothing_asks_first(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", "A", ("B", {"list": _edited(10, "ours")}))
    story.advance(("M", {"list": _edited(10, "theirs")}))
    story.git("rebase", "-q", "main", ok=False)
    story.git("checkout", "-q", "--ours", "list")
    story.git("add", "list")
    story.git("rebase", "--continue")
    story.ends({1: auto("same-delta", "A′"), 2: confirm("gone from its branch")})


def test_notes_that_git_copies_along_are_put_right(story: Story) -> None:
    """The user lets git copy all notes: on a squash it concatenates ours, on a lying line it carries them astray."""
    story.git("config", "notes.rewriteRef", "refs/notes/*")
    story.line("login", ["A1", "A2"], "B", "C")
    story.rebase_i("main", [("pick", "A1"), ("squash", "A2"), ("pick", "C")])
    story.ends({1: auto("same-tree", "A1′"), 2: confirm("gone from its branch"), 3: auto("same-delta", "C′")})


def test_notes_of_strangers_stay_beside_ours(story: Story) -> None:
    story.git("config", "notes.rewriteRef", "refs/notes/okstra")
    story.stage("login", "A1", "A2")
    story.git("notes", "--ref=okstra", "append", "-m", "reviewed by Grace")
    story.rebase_i("main", [("pick", "A1"), ("fixup", "A2")])
    story.ends({1: auto("same-tree", "A1′")})
    assert "reviewed by Grace" in story.ask("notes", "--ref=okstra", "show", "login")
