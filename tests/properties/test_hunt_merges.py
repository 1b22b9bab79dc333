"""The hunt's merge of trees, where it is more than `git merge-file`: renames, modes, files of one side."""

import pytest

from tests.properties.hunting.merging import merge
from tests.properties.hunting.values import FILE, LINK, PROGRAM, Entry, Tree

TEXT = b"".join(b"%d\n" % n for n in range(9))
BEFORE: Tree = {"a": Entry(FILE, TEXT), "b": Entry(FILE, b"b\n")}
EDITED = Entry(FILE, TEXT.replace(b"1\n", b"one\n"))
OTHERWISE = Entry(FILE, TEXT.replace(b"7\n", b"seven\n"))
BOTH = Entry(FILE, TEXT.replace(b"1\n", b"one\n").replace(b"7\n", b"seven\n"))
B = {"b": BEFORE["b"]}


def test_edits_of_both_sides_come_together() -> None:
    assert merge(BEFORE, {**B, "a": EDITED}, {**B, "a": OTHERWISE}) == ({**B, "a": BOTH}, ())


def test_an_edit_follows_a_rename_of_either_side() -> None:
    renamed = {"a": "c"}
    wanted = ({**B, "c": EDITED}, ())
    assert merge(BEFORE, {**B, "c": BEFORE["a"]}, {**B, "a": EDITED}, ours_renamed=renamed) == wanted
    assert merge(BEFORE, {**B, "a": EDITED}, {**B, "c": BEFORE["a"]}, theirs_renamed=renamed) == wanted
    both = merge(BEFORE, {**B, "c": EDITED}, {**B, "c": BEFORE["a"]}, ours_renamed=renamed, theirs_renamed=renamed)
    assert both == wanted


def test_two_new_names_or_none_are_a_conflict() -> None:
    ours, theirs = {**B, "c": BEFORE["a"]}, {**B, "d": BEFORE["a"]}
    assert merge(BEFORE, ours, theirs, ours_renamed={"a": "c"}, theirs_renamed={"a": "d"}).conflicts
    assert merge(BEFORE, B, theirs, theirs_renamed={"a": "d"}).conflicts


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        (Entry(PROGRAM, TEXT), EDITED, Entry(PROGRAM, EDITED.data)),
        (EDITED, EDITED, EDITED),
        (EDITED, BEFORE["a"], EDITED),
        (None, BEFORE["a"], None),
        (BEFORE["a"], None, None),
    ],
)
def test_one_side_or_both_alike(ours: Entry | None, theirs: Entry | None, wanted: Entry | None) -> None:
    sides = [{**B, **({"a": side} if side else {})} for side in (ours, theirs, wanted)]
    assert merge(BEFORE, sides[0], sides[1]) == (sides[2], ())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(None, EDITED), (EDITED, None), (Entry(LINK, b"b"), EDITED), (Entry(FILE, b"\0one"), Entry(FILE, b"\0two"))],
)
def test_sides_that_do_not_go_together(ours: Entry | None, theirs: Entry | None) -> None:
    sides = [{**B, **({"a": side} if side else {})} for side in (ours, theirs)]
    assert merge(BEFORE, *sides).conflicts == ("a",)
