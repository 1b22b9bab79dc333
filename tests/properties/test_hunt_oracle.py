"""The hunt's oracle, asked about histories drawn by hand: each class of wrong answer, and answers that are right."""

import pytest

from tests.properties.hunting.oracle import Judgement
from tests.properties.hunting.sketch import Sketch
from tests.properties.hunting.values import Commit


def is_false(judgement: Judgement, kind: str) -> None:
    assert judgement.verdict == "false"
    assert judgement.kind.startswith(kind)


def is_right(judgement: Judgement) -> None:
    assert (judgement.verdict, judgement.kind) == ("right", "")


@pytest.fixture
def it() -> Sketch:
    return Sketch()


def work(it: Sketch) -> Commit:
    """A stage of one commit on branch s."""
    return it.stage("s", ("work", {5: "five"}))[0]


def moved_on(it: Sketch) -> Commit:
    return it.on(it.trunk, "up", {"u": "u\n"})


# --- the upstream is no home


def test_the_recorded_commit_itself_is_no_move(it: Sketch) -> None:
    old = work(it)
    it.put(s=it.made(moved_on(it), old, lines={8: "eight"}), up_s=old)
    is_false(it.auto(old), "A1")
    is_right(it.confirm())


def test_nor_where_the_branch_has_nothing_of_it(it: Sketch) -> None:
    old = work(it)
    it.put(s=moved_on(it), up_s=old)
    is_false(it.auto(old), "A2")


def test_nor_where_it_has_a_part(it: Sketch) -> None:
    one, two = it.stage("s", ("one", {2: "two"}), ("two", {8: "eight"}))
    it.put(s=it.made(moved_on(it), one), up_s=two)
    is_false(it.auto(two), "A3")


def test_a_colleagues_clean_rebase_is_not_the_branch_here(it: Sketch) -> None:
    old = work(it)
    theirs = it.made(moved_on(it), old)
    it.put(s=it.made(it.trunk, old, lines={8: "eight"}), up_s=theirs)
    is_false(it.auto(theirs), "A4")


# --- ranges that are too short


def rebased(it: Sketch, *old: Commit) -> list[Commit]:
    """The commits as they are, on a trunk that moved on."""
    made = [moved_on(it)]
    for commit in old:
        made.append(it.made(made[-1], commit))
    it.put(s=made[-1], trunk=made[0])
    return made[1:]


def test_a_try_its_work_and_its_revert_are_more_than_the_work(it: Sketch) -> None:
    old = it.stage("s", ("try", {"b": "try\n"}), ("work", {5: "five"}), ("untry", {"b": ""}))
    _, middle, last = rebased(it, *old)
    is_false(it.auto(middle), "C")
    is_right(it.auto(last))
    assert it.confirm().verdict == "missed"


def test_the_end_of_a_net_zero_tail_may_not_be_changed(it: Sketch) -> None:
    one, two, three = it.stage("s", ("work", {5: "five"}), ("try", {"b": "try\n"}), ("untry", {"b": ""}))
    first = it.made(moved_on(it), one)
    last = it.made(it.made(first, two), three, lines={"c": "left\n"})
    it.put(s=last)
    is_false(it.auto(first), "D:")
    is_right(it.confirm())


def test_nor_the_end_of_toggles(it: Sketch) -> None:
    one, two, three = it.stage("s", ("on", {5: "on"}), ("auto", {5: "auto"}), ("again", {5: "on"}))
    first = it.made(moved_on(it), one)
    it.put(s=it.made(it.made(first, two), three, lines={5: "maybe"}))
    is_false(it.auto(first), "D")


def test_below_a_net_zero_tail_is_low_and_not_false(it: Sketch) -> None:
    old = it.stage("s", ("work", {5: "five"}), ("try", {"b": "try\n"}), ("untry", {"b": ""}))
    first, _, last = rebased(it, *old)
    assert it.auto(first).verdict == "low"
    is_right(it.auto(last))


def test_a_tail_that_is_changed_and_still_cancels_out(it: Sketch) -> None:
    one, two, three = it.stage("s", ("work", {5: "five"}), ("try", {"b": "try\n"}), ("untry", {"b": ""}))
    first = it.made(moved_on(it), one)
    more = it.made(first, two, lines={"c": "c\n"})
    last = it.made(more, three, lines={"c": ""})
    it.put(s=last)
    is_false(it.auto(first), "D:")
    is_right(it.auto(last))


def test_below_empty_commits_is_low(it: Sketch) -> None:
    first, last = rebased(it, *it.stage("s", ("work", {5: "five"}), ("run checks", {})))
    assert it.auto(first) == ("auto", "low", "empty commits above", first.parent)
    is_right(it.auto(last))


def test_a_copy_below_the_changed_version(it: Sketch) -> None:
    old = work(it)
    copy = it.on(moved_on(it), "copy", {5: "five"})
    it.put(s=it.made(copy, old, lines={8: "eight"}))
    is_false(it.auto(copy), "E")


def test_a_copy_alone_is_as_good(it: Sketch) -> None:
    work(it)
    copy = it.on(moved_on(it), "copy", {5: "five"})
    it.put(s=copy)
    is_right(it.auto(copy))


def test_a_changed_commit_below_the_range(it: Sketch) -> None:
    one, two, three = it.stage("s", ("try", {"b": "try\n"}), ("untry", {"b": ""}), ("work", {5: "five"}))
    last = it.made(it.made(it.made(moved_on(it), one), two, lines={"b": "left\n"}), three)
    it.put(s=last)
    is_false(it.auto(last), "part outside: below, altered")


def test_what_bears_no_mark_of_its_origin_is_not_held_against_okstra(it: Sketch) -> None:
    one, two = it.stage("s", ("work", {5: "five"}), ("empty", {}))
    first = it.made(moved_on(it), one)
    stranger = it.on(first, "x", {}).author
    it.put(s=it.made(first, two, lines={"c": "c\n"}, author=stranger, subject="another"))
    assert it.auto(first).verdict == "blind"


# --- landings


def test_landed_while_the_branch_goes_on(it: Sketch) -> None:
    old = work(it)
    squash = it.on(moved_on(it), "squash", {5: "five"})
    it.put(trunk=squash, s=it.made(it.trunk, old, lines={8: "eight"}, subject="after review"))
    is_false(it.auto(squash, landed=True), "F")
    is_right(it.confirm())


def test_landed_while_a_lower_commit_goes_on(it: Sketch) -> None:
    one, _ = it.stage("s", ("one", {2: "two"}), ("two", {8: "eight"}))
    squash = it.on(moved_on(it), "squash", {2: "two", 8: "eight"})
    it.put(trunk=squash, s=it.made(it.trunk, one, lines={5: "five"}))
    is_false(it.auto(squash, landed=True), "part outside: landed")


def test_landed_and_the_branch_gone(it: Sketch) -> None:
    squash = it.made(moved_on(it), work(it), how="squash-merged")
    it.put(trunk=squash)
    is_right(it.auto(squash, landed=True))
    assert it.auto(squash).verdict == "low"
    assert it.confirm() == ("confirm", "missed", "in main", None)


def test_landed_and_the_branch_put_back_by_a_commit(it: Sketch) -> None:
    one, two = it.stage("s", ("one", {2: "two"}), ("two", {8: "eight"}))
    squash = it.made(moved_on(it), one, two)
    it.put(trunk=squash, s=one)
    is_right(it.auto(squash, landed=True))


def test_landed_and_the_branch_left_with_what_cancels_out(it: Sketch) -> None:
    one, two, three = it.stage("s", ("work", {5: "five"}), ("try", {"b": "try\n"}), ("untry", {"b": ""}))
    squash = it.made(moved_on(it), one, how="squash-merged")
    tried = it.made(squash, two)
    it.put(trunk=squash, s=tried)
    is_false(it.auto(squash, landed=True), "part outside: landed, kept")
    it.put(s=it.made(tried, three))
    assert it.auto(squash, landed=True)[:3] == ("auto", "low", "landed: commits that cancel out are left")


def test_landed_where_no_target_has_it(it: Sketch) -> None:
    (last,) = rebased(it, work(it))
    is_false(it.auto(last, landed=True), "landed")


def test_a_neighbours_commit(it: Sketch) -> None:
    one = it.stage("s", ("on", {5: "on"}))[0]
    off = it.stage("s", ("off", {5: "line 5"}), base=one)[0]
    it.stage("s", ("on again", {5: "on"}), base=off)
    first = it.made(moved_on(it), one)
    it.put(s=first)
    is_false(it.auto(first, number=3), "G")
    is_right(it.auto(first, number=1))


def test_a_neighbours_commit_that_looks_like_the_stages_own(it: Sketch) -> None:
    one = it.stage("s", ("on", {5: "on"}))[0]
    off = it.stage("s", ("off", {5: "line 5"}), base=one)[0]
    three = it.stage("s", ("on again", {5: "on"}), base=off)[0]
    first = it.made(moved_on(it), one, author=three.author, subject="another")
    it.put(s=first)
    assert it.auto(first, number=3) == ("auto", "blind", "G: another stage's commit", first.parent)
    it.put(s=one)
    is_false(it.auto(one, number=3), "G")


# --- content


def test_the_same_hunk_in_another_block(it: Sketch) -> None:
    old = it.stage("s", ("work", {11: "other"}))[0]
    new = it.made(moved_on(it), old, lines={11: "same", 13: "other"})
    it.put(s=new)
    is_false(it.auto(new), "H")
    is_right(it.confirm())


def test_more_than_the_recorded_change(it: Sketch) -> None:
    new = it.made(moved_on(it), work(it), lines={"c": "c\n"})
    it.put(s=new)
    is_false(it.auto(new), "H")


def test_a_rename_below_that_was_changed(it: Sketch) -> None:
    text = it.trunk.tree["p"].data.decode()
    one, two = it.stage("s", ("rename", {"p": "", "q": text}), ("work", {5: "five"}))
    one.renames = {"p": "q"}
    last = it.made(it.made(moved_on(it), one, lines={"z": "z\n"}), two)
    it.put(s=last)
    is_false(it.auto(last), "H")


def test_a_commit_that_nobody_knows(it: Sketch) -> None:
    old = work(it)
    it.put(s=moved_on(it))
    is_false(it.auto(it.made(it.trunk, old, subject="kept nowhere")), "unknown")


def test_a_commit_of_another_branch(it: Sketch) -> None:
    old = work(it)
    other = it.made(moved_on(it), old)
    it.put(s=it.on(it.trunk, "else", {"e": "e\n"}), other=other)
    is_false(it.auto(other), "elsewhere")


# --- silence


def test_nothing_is_said_of_a_lost_commit(it: Sketch) -> None:
    work(it)
    it.put(s=moved_on(it))
    is_false(it.nothing(), "silent")


def test_nothing_need_be_said_of_a_commit_that_is_there(it: Sketch) -> None:
    old = work(it)
    it.put(s=it.on(old, "more", {8: "eight"}))
    is_right(it.nothing())
    is_false(it.confirm(), "not stale")


# --- right answers


def test_a_rebase_over_the_same_file(it: Sketch) -> None:
    old = work(it)
    up = it.on(it.trunk, "up", {1: "one"})
    new = it.made(up, old)
    it.put(s=new, trunk=up)
    is_right(it.auto(new))
    assert it.confirm() == ("confirm", "missed", "clean", None)


def test_a_rebase_over_a_rename(it: Sketch) -> None:
    old = it.stage("s", ("work", {"p": "p 0\nnew\n" + "".join(f"p {n}\n" for n in range(1, 9))}))[0]
    up = it.on(it.trunk, "up", {"p": "", "q": it.trunk.tree["p"].data.decode()})
    new = it.made(up, old)
    new.tree = {**up.tree, "q": old.tree["p"]}
    it.scene.renames["p"] = "q"
    it.put(s=new, trunk=up)
    is_right(it.auto(new))


def test_a_squash_and_a_split(it: Sketch) -> None:
    one, two = it.stage("s", ("one", {2: "two"}), ("two", {8: "eight"}))
    squash = it.made(moved_on(it), one, two)
    it.put(s=squash)
    is_right(it.auto(squash))
    first = it.made(moved_on(it), two)
    it.put(s=it.made(first, one))
    is_right(it.auto(it.scene.refs["refs/heads/s"]))


def test_work_of_which_a_part_was_there_before(it: Sketch) -> None:
    old = it.stage("s", ("work", {2: "two", "b": "b\n"}))[0]
    up = it.on(it.trunk, "half", {"b": "b\n"})
    new = it.made(up, old)
    it.put(s=new, trunk=up)
    is_right(it.auto(new))
    assert it.confirm() == ("confirm", "missed", "partial: some of it was there before", None)


def test_other_peoples_try_in_the_middle(it: Sketch) -> None:
    one, two = it.stage("s", ("one", {2: "two"}), ("two", {8: "eight"}))
    first = it.made(moved_on(it), one)
    untried = it.on(it.on(first, "try", {"x": "x\n"}), "untry", {"x": ""})
    last = it.made(untried, two)
    it.put(s=last)
    is_right(it.auto(last))
    is_right(it.confirm())


# --- questions that are no nuisance


def test_two_stages_in_one_commit(it: Sketch) -> None:
    one = it.stage("s", ("one", {2: "two"}))[0]
    two = it.stage("s", ("two", {8: "eight"}), base=one)[0]
    it.put(s=it.made(moved_on(it), one, two))
    is_right(it.confirm(1))
    is_right(it.confirm(2))


def test_stages_in_another_order(it: Sketch) -> None:
    one = it.stage("s", ("one", {2: "two"}))[0]
    two = it.stage("s", ("two", {8: "eight"}), base=one)[0]
    it.put(s=it.made(it.made(moved_on(it), two), one))
    is_right(it.confirm(1))
    is_right(it.confirm(2))


def test_a_copy_elsewhere_on_the_branch(it: Sketch) -> None:
    old = work(it)
    copy = it.on(moved_on(it), "copy", {5: "five"})
    back = it.on(copy, "revert", {5: "line 5"})
    it.put(s=it.made(back, old))
    is_right(it.confirm())


def test_a_net_zero_pair_that_was_dropped(it: Sketch) -> None:
    one, _, _ = it.stage("s", ("work", {5: "five"}), ("try", {"b": "try\n"}), ("untry", {"b": ""}))
    new = it.made(moved_on(it), one)
    it.put(s=new)
    is_right(it.auto(new))
    is_right(it.confirm())


def test_a_commit_with_more_in_it_and_one_that_takes_it_back(it: Sketch) -> None:
    old = work(it)
    more = it.made(moved_on(it), old, lines={"x": "x\n"})
    last = it.made(more, old, lines={"x": ""}, how="split")
    last.altered = False
    it.put(s=last)
    is_right(it.auto(last))
    is_right(it.confirm())


def test_a_part_on_a_side_branch(it: Sketch) -> None:
    one, two = it.stage("s", ("one", {2: "two"}), ("two", {8: "eight"}))
    side = it.made(it.trunk, one)
    first = it.made(moved_on(it), one)
    last = it.made(first, two)
    join = it.on(last, "merge", {})
    join.parents = (last, side)
    it.put(s=join)
    is_right(it.confirm())


def test_a_branch_with_other_work_after_the_landing(it: Sketch) -> None:
    squash = it.made(moved_on(it), work(it))
    it.put(trunk=squash, s=it.on(squash, "next", {8: "eight"}))
    is_right(it.auto(squash, landed=True))
    is_right(it.confirm())


def test_a_landing_that_was_taken_back(it: Sketch) -> None:
    squash = it.made(moved_on(it), work(it))
    it.put(trunk=it.on(squash, "revert", {5: "line 5"}))
    is_right(it.confirm())


def test_a_landing_beside_a_changed_version_that_was_merged(it: Sketch) -> None:
    old = work(it)
    squash = it.made(moved_on(it), old)
    it.put(trunk=it.made(squash, old, lines={8: "eight"}))
    is_right(it.confirm())


def test_another_commit_with_the_mark_of_the_stage(it: Sketch) -> None:
    one, _ = it.stage("s", ("one", {2: "two"}), ("nothing", {}))
    first = it.made(moved_on(it), one)
    it.put(s=first)
    assert it.confirm().verdict == "missed"
    last = it.on(first, "more", {8: "eight"})
    last.author = one.author
    it.put(s=last)
    is_right(it.confirm())


def test_an_empty_stage(it: Sketch) -> None:
    rebased(it, it.stage("s", ("nothing", {}))[0])
    is_right(it.confirm())
