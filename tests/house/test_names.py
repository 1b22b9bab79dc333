"""A public class name is defined once in the whole product."""

from tests.house.names import homonyms, idle
from tests.house.sources import Source, product_sources

HERE = Source("okstra_git/a.py", "class Standing: ...\nclass _Inner: ...\nclass Only:\n    class Row: ...\n")
THERE = Source("okstra_cli/b.py", "class Row: ...\n\n\nclass _Inner: ...\nclass Standing: ...\n")


def test_no_name_stands_for_two_classes_but_those_that_are_left_from_before() -> None:
    everything = product_sources()
    assert [*homonyms(everything), *idle(everything)] == []


def test_a_homonym_is_found_with_both_places() -> None:
    assert list(homonyms([HERE, THERE], ())) == [
        "Standing is defined more than once: okstra_git/a.py:1, okstra_cli/b.py:5"
    ]
    assert list(homonyms([HERE, THERE], {"Standing"})) == []


def test_a_name_that_is_no_homonym_any_more_has_to_leave_the_list() -> None:
    known = frozenset({"Standing", "Only", "Gone"})
    assert [breach.split(" ")[0] for breach in idle([HERE, THERE], known)] == ["Gone", "Only"]
