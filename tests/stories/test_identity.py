"""Who made a commit when decides before what it changes: a stage is where its commits are, not where its files are."""

import pytest

from tests.kit.scenario import Files
from tests.kit.story import STANDS, Story, auto, confirm

BOB = "--author=Bob Example <bob@example.org>"
LINES = "".join(f"line {n}\n" for n in range(1, 31))


def edited(*numbers: int, text: str = LINES) -> str:
    """The list with these lines in capitals."""
    for number in numbers:
        text = text.replace(f"line {number}\n", f"LINE {number}\n")
    return text


def remade(story: Story, label: str, files: Files, *also: str) -> None:
    """A commit with author, time and message of the labelled one, whatever it changes; `also` goes to git commit."""
    for path, content in files.items():
        story.write(path, content or "")
    story.git("add", "-A")
    story.git("commit", "-q", "-C", story[label], *also)


# --- try something, do the work, take the try back

Three = list[tuple[str, Files]]
TRIES: dict[str, Three] = {
    "another file": [("try", {"t": "t\n"}), ("work", {"w": "w\n"}), ("back", {"t": None})],
    "the same file": [
        ("try", {"list": edited(3)}),
        ("work", {"list": edited(3, 20)}),
        ("back", {"list": edited(20)}),
    ],
    "a rename": [
        ("try", {"list": None, "names": LINES}),
        ("work", {"w": "w\n"}),
        ("back", {"names": None, "list": LINES}),
    ],
    "a binary": [
        ("try", {"logo": b"\0\1\2"}),
        ("work", {"w": "w\n"}),
        ("back", {"logo": b"\0\7\7"}),
    ],
}


def tried(story: Story, kind: str) -> None:
    story.advance(("L", {"list": LINES, "logo": b"\0\7\7"}))
    story.stage("login", *TRIES[kind])


@pytest.mark.parametrize("kind", TRIES)
def test_a_try_that_was_taken_back_belongs_to_the_stage_after_a_rebase(story: Story, kind: str) -> None:
    tried(story, kind)
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "back′")})


@pytest.mark.parametrize("kind", TRIES)
def test_a_try_that_was_taken_back_belongs_to_the_stage_after_new_words(story: Story, kind: str) -> None:
    tried(story, kind)
    story.rebase_i("main", [("reword", "try"), ("pick", "work"), ("pick", "back")], message="a trial")
    story.ends({1: auto("same-tree", "back′")})


@pytest.mark.parametrize("kind", TRIES)
def test_a_try_that_was_taken_back_in_part_only_asks(story: Story, kind: str) -> None:
    tried(story, kind)
    story.amend({"t": "some of it\n"})
    story.ends({1: confirm("", offered="login")})


def test_a_mode_that_was_tried_and_taken_back_belongs_to_the_stage(story: Story) -> None:
    story.branch("login")
    for label, mode, files in (("try", 0o755, {}), ("work", 0o755, {"w": "w\n"}), ("back", 0o644, {})):
        (story.path / "README").chmod(mode)
        story.commit(label, files)
    story.record("login")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "back′")})


def test_the_same_file_tried_and_taken_back_over_an_edit_of_that_file_is_followed(story: Story) -> None:
    tried(story, "the same file")
    story.advance(("M", {"list": edited(10)}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "back′")})


def test_a_try_and_its_end_moved_below_the_work_are_still_of_the_stage(story: Story) -> None:
    tried(story, "another file")
    story.advance("M")
    story.rebase_i("main", [("pick", "try"), ("pick", "back"), ("pick", "work")])
    story.ends({1: auto("same-delta", "work′")})


def test_a_try_whose_end_below_the_work_was_changed_asks(story: Story) -> None:
    story.stage("login", ("try", {"t": "1\n2\n"}), ("back", {"t": None}), ("work", {"w": "w\n"}))
    story.git("checkout", "-q", "-B", "login", "main")
    story.git("cherry-pick", story["try"])
    remade(story, "back", {"t": "2\n"})
    story.git("cherry-pick", story["work"])
    story.ends({1: confirm("")}, heard=False)


# --- what cancels out at the end

TAIL: Three = [("work", {"w": "w\n"}), ("debug", {"d": "d\n"}), ("quiet", {"d": None})]


def test_a_tail_that_cancels_out_stays_with_the_stage(story: Story) -> None:
    story.stage("login", *TAIL)
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "quiet′")})


def test_a_tail_that_cancels_out_stays_with_the_stage_below_new_work(story: Story) -> None:
    story.stage("login", *TAIL)
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.commit("N")
    story.ends({1: auto("same-delta", "quiet′")})


def test_a_tail_that_no_longer_cancels_out_asks(story: Story) -> None:
    story.stage("login", *TAIL)
    story.git("checkout", "-q", "-B", "login", "main")
    story.git("cherry-pick", story["work"], story["debug"])
    remade(story, "quiet", {"d": "less\n"})
    story.ends({1: confirm("may belong to the stage", offered="login")}, heard=False)


def test_a_tail_that_was_dropped_leaves_the_whole_stage(story: Story) -> None:
    story.stage("login", *TAIL)
    story.advance("M")
    story.rebase_i("main", [("pick", "work"), ("drop", "debug"), ("drop", "quiet")])
    story.ends({1: auto("same-delta", "work′")}, heard=False)  # git tells hooks nothing of a dropped commit


def test_a_dropped_tail_and_new_work_that_may_be_it_asks(story: Story) -> None:
    story.stage("login", *TAIL)
    story.git("reset", "-q", "--hard", "main")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.git("cherry-pick", story["work"])
    story.commit("N", {"d": "d, but other\n"})
    story.ends({1: confirm("beside it may belong to the stage")}, heard=False)


# --- on, off, on

TOGGLES: Three = [("on", {"flag": "on\n"}), ("auto", {"flag": "auto\n"}), ("on again", {"flag": "on\n"})]


def test_a_toggle_is_followed_to_its_end(story: Story) -> None:
    story.stage("login", *TOGGLES)
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "on again′")})


def test_a_toggle_that_ends_elsewhere_asks(story: Story) -> None:
    story.stage("login", *TOGGLES)
    story.amend({"flag": "off\n"})
    story.ends({1: confirm("may belong to the stage", offered="login")})


def test_a_toggle_without_its_end_asks(story: Story) -> None:
    story.stage("login", *TOGGLES)
    story.advance("M")
    story.rebase_i("main", [("pick", "on"), ("pick", "auto"), ("drop", "on again")])
    story.ends({1: confirm("")})


def test_a_dropped_stage_never_lands_on_the_same_change_in_its_neighbour(story: Story) -> None:
    on, off, again = TOGGLES
    story.line("login", [on, ("x", {"x": "x\n"})], off, again)
    story.advance("M")
    story.rebase_i("main", [("pick", "on"), ("pick", "x"), ("drop", "auto"), ("drop", "on again")])
    story.ends({1: auto("same-delta", "x′"), 2: confirm(""), 3: confirm("")})


# --- an empty head

BUILT: Three = [("work", {"w": "w\n"}), ("run the build", {})]


def test_an_empty_head_is_followed(story: Story) -> None:
    story.stage("login", *BUILT)
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "run the build′")})


def test_an_empty_head_that_got_a_file_asks(story: Story) -> None:
    story.stage("login", *BUILT)
    story.amend({"late": "late\n"})
    story.ends({1: confirm("may belong to the stage", offered="login")})


def test_an_empty_head_that_was_dropped_does_not_hold_the_stage_back(story: Story) -> None:
    story.stage("login", *BUILT)
    story.advance("M")
    story.rebase_i("main", [("pick", "work"), ("drop", "run the build")])
    story.ends({1: auto("same-delta", "work′")}, heard=False)


# --- the same second and the same subject everywhere

SECOND = "@1700000000 +0000"


def scripted(story: Story, *changes: Files) -> None:
    for files in changes:
        story.commit("wip", files, date=SECOND)


def test_commits_of_one_second_are_told_apart_by_what_they_change(story: Story) -> None:
    story.branch("login")
    for name in ("a", "b", "c"):
        scripted(story, {name: f"{name}\n"})
        story.record("login")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({n: auto("same-delta", f"login~{3 - n}") for n in (1, 2, 3)})


def test_one_changed_commit_of_one_second_asks_for_itself_alone(story: Story) -> None:
    story.branch("login")
    for name in ("a", "b", "c"):
        scripted(story, {name: f"{name}\n"})
        story.record("login")
    story.git("reset", "-q", "--hard", "main")
    scripted(story, {"a": "a\n"}, {"b": "changed\n"}, {"c": "c\n"})
    story.ends({1: STANDS, 2: confirm(""), 3: auto("same-delta", "login")}, heard=False)


def test_a_try_of_one_second_that_was_not_taken_back_asks(story: Story) -> None:
    story.branch("login")
    scripted(story, {"t": "t\n"}, {"w": "w\n"}, {"t": None})
    story.record("login")
    story.advance("M")
    story.git("reset", "-q", "--hard", "main")
    scripted(story, {"t": "t\n"}, {"w": "w\n"}, {"t": "rest\n"})
    story.ends({1: confirm("")}, heard=False)


def test_a_try_of_one_second_is_followed_to_its_end(story: Story) -> None:
    story.branch("login")
    scripted(story, {"t": "t\n"}, {"w": "w\n"}, {"t": None})
    story.record("login")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "login")})
