"""One stage looked for in one window: its range, what was made from it, what is left out, what was not found."""

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.reconcile.commit_matching import Units
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.search import Search, SearchResult
from tests.kit.ranges import known, window_on
from tests.kit.scenario import Files, World

BOB = "--author=Bob Example <bob@example.org>"
Ends = tuple[str, str]


@pytest.fixture
def begun(world: World) -> World:
    """Main has gone on; `again`, checked out, is where a stage is made anew."""
    world.git("branch", "-q", "old")
    world.commit("M")
    world.branch("again")
    return world


def stage(world: World, *commits: tuple[str, Files], base: str = "old") -> Ends:
    """These commits on a base of their own; its base and head. `again` is checked out afterwards."""
    start = world.tip(base)
    world.git("checkout", "-q", "--detach", start)
    for label, files in commits:
        world.commit(label, files)
    head = world.tip()
    world.checkout("again")
    return start, head


def remade(world: World, label: str, files: Files) -> None:
    """A commit with author, time and message of the labelled one, whatever it changes."""
    for path, content in files.items():
        if content is None:
            (world.path / path).unlink()
        else:
            world.write(path, content)
    world.git("add", "-A")
    world.git("commit", "-q", "--allow-empty", "-C", world[label])


def search(world: World, *stages: Ends, number: int = 1, near: frozenset[int] | None = None) -> Search:
    identities = known(world, *stages)
    git = open_repository(world.path)
    units = Units(git, identities, sorted(identities.stages))
    nearby = frozenset(identities.stages) if near is None else near
    return Search(window_on(world), Prover(git, identities.stages[number]), identities, units, number, lambda: nearby)


def spans(found: SearchResult) -> list[tuple[str, str]]:
    """The proven ranges by the subjects of their ends."""
    return [(hit.span.first.facts.subject, hit.span.last.facts.subject) for hit in found.hits]


def outside(found: SearchResult) -> list[str]:
    return [step.facts.subject for step in found.outside]


def made(found: SearchResult) -> list[str]:
    return [step.facts.subject for step in found.made]


def lost(found: SearchResult) -> list[str]:
    return [unit.facts.subject for unit in found.lost]


A, B = ("A", {"a": "a\n"}), ("B", {"b": "b\n"})
TRY: tuple[tuple[str, Files], ...] = (("try", {"t": "t\n"}), ("work", {"w": "w\n"}), ("back", {"t": None}))


# --- by who made what


def test_the_range_goes_from_the_lowest_to_the_highest_that_was_made_from_the_stage(begun: World) -> None:
    ends = stage(begun, *TRY)
    begun.git("cherry-pick", begun["try"], begun["work"], begun["back"])
    found = search(begun, ends).run()
    assert spans(found) == [("try", "back")]
    assert (made(found), outside(found), lost(found)) == (["try", "work", "back"], [], [])


def test_work_above_and_below_is_not_in_the_range(begun: World) -> None:
    ends = stage(begun, A, B)
    begun.commit("below")
    begun.git("cherry-pick", begun["A"], begun["B"])
    begun.commit("above")
    assert spans(search(begun, ends).run()) == [("A", "B")]


def test_a_changed_commit_beside_the_recorded_change_is_outside(begun: World) -> None:
    ends = stage(begun, *TRY)
    begun.git("cherry-pick", begun["try"], begun["work"])
    remade(begun, "back", {"t": "rest\n"})
    found = search(begun, ends)
    seen = found.run()
    assert spans(seen) == [("work", "work")]
    assert outside(seen) == ["try", "back"]
    assert search(begun, ends).whole_hits() == []


def test_a_changed_commit_that_is_all_there_is_proves_nothing(begun: World) -> None:
    ends = stage(begun, A)
    remade(begun, "A", {"a": "other\n"})
    found = search(begun, ends).run()
    assert (spans(found), made(found)) == ([], ["A"])


def test_empty_commits_at_the_ends_belong_to_the_range(begun: World) -> None:
    ends = stage(begun, ("before", {}), A, ("after", {}))
    begun.commit("below")
    for label in ("before", "A", "after"):
        begun.git("cherry-pick", "--allow-empty", begun[label])
    begun.commit("above")
    found = search(begun, ends).run()
    assert spans(found) == [("before", "after")]
    assert made(found) == ["A"], "a commit without content is no version of anything"


def test_an_empty_commit_far_from_the_others_does_not_hold_the_range_back(begun: World) -> None:
    ends = stage(begun, A, ("after", {}))
    begun.git("cherry-pick", begun["A"])
    begun.commit("between")
    begun.git("cherry-pick", "--allow-empty", begun["after"])
    found = search(begun, ends).run()
    assert spans(found) == [("A", "A")]
    assert outside(found) == []


def test_a_try_taken_back_is_whole_though_an_empty_commit_is_far_from_it(begun: World) -> None:
    ends = stage(begun, *TRY, ("after", {}))
    begun.git("cherry-pick", begun["try"], begun["work"], begun["back"])
    begun.commit("between")
    begun.git("cherry-pick", "--allow-empty", begun["after"])
    found = search(begun, ends).run()
    assert spans(found) == [("try", "back")]
    assert outside(found) == []


def test_commits_in_another_order_are_one_range(begun: World) -> None:
    ends = stage(begun, A, B)
    begun.git("cherry-pick", begun["B"], begun["A"])
    assert spans(search(begun, ends).run()) == [("B", "A")]


# --- by what they change


def test_a_commit_with_a_new_time_is_found_by_its_change(begun: World) -> None:
    ends = stage(begun, A, B)
    begun.git("cherry-pick", begun["A"])
    begun.commit("B anew", {"b": "b\n"}, also=[BOB])
    found = search(begun, ends).run()
    assert spans(found) == [("A", "B anew")]
    assert [(unit.facts.subject, step.facts.subject) for unit, step in found.copied] == [("B", "B anew")]
    assert lost(found) == []


def test_commits_that_were_not_found_at_all_are_lost(begun: World) -> None:
    ends = stage(begun, A, ("debug", {"d": "d\n"}), ("quiet", {"d": None}))
    begun.git("cherry-pick", begun["A"])
    found = search(begun, ends).run()
    assert spans(found) == [("A", "A")]
    assert lost(found) == ["debug", "quiet"]


def test_what_was_done_undone_and_done_again_is_matched_in_its_order(begun: World) -> None:
    ends = stage(begun, ("on", {"f": "on\n"}), ("off", {"f": None}), ("on again", {"f": "on\n"}))
    for label, files in (("x", {"f": "on\n"}), ("y", {"f": None}), ("z", {"f": "on\n"})):
        begun.commit(label, files, also=[BOB])
    found = search(begun, ends).run()
    assert [(unit.facts.subject, step.facts.subject) for unit, step in found.copied] == [
        ("on", "x"),
        ("off", "y"),
        ("on again", "z"),
    ]
    assert spans(found) == [("x", "z")]


def test_where_the_number_of_doublets_differs_none_is_taken(begun: World) -> None:
    ends = stage(begun, ("on", {"f": "on\n"}), ("off", {"f": None}), ("on again", {"f": "on\n"}))
    begun.commit("x", {"f": "on\n"}, also=[BOB])
    found = search(begun, ends).run()
    assert set(lost(found)) == {"on", "off", "on again"}
    assert found.copied == ()


def test_without_any_name_the_content_locates(begun: World) -> None:
    ends = stage(begun, ("A", {"a": "a\n", "b": "b\n"}))
    begun.commit("one", {"a": "a\n"}, also=[BOB])
    begun.commit("two", {"b": "b\n"}, also=[BOB])
    found = search(begun, ends).run()
    assert (spans(found), made(found), lost(found)) == ([("one", "two")], [], ["A"])


def test_the_same_change_twice_without_any_name_is_two_rivals(begun: World) -> None:
    ends = stage(begun, A)
    for name in ("x", "z"):
        begun.commit(name, {"a": "a\n"}, also=[BOB])
        begun.commit(f"not {name}", {"a": None}, also=[BOB])
    found = search(begun, ends).run()
    assert spans(found) == [("x", "x"), ("z", "z")]
    assert outside(found) == [], "which of two is meant is the question, not what stands beside"


def test_the_same_change_by_somebody_else_beside_the_stage_is_a_rival(begun: World) -> None:
    ends = stage(begun, A)
    begun.commit("theirs", {"a": "a\n"}, also=[BOB])
    begun.commit("theirs undone", {"a": None}, also=[BOB])
    begun.git("cherry-pick", begun["A"])
    assert spans(search(begun, ends).run()) == [("A", "A"), ("theirs", "theirs")]


# --- whose it is


def test_a_commit_of_another_stage_is_not_taken_for_its_content(begun: World) -> None:
    ends = stage(begun, A)
    other = stage(begun, ("neighbour", {"a": "a\n"}))
    begun.git("cherry-pick", begun["neighbour"])
    assert spans(search(begun, ends, other).run()) == []
    assert spans(search(begun, ends, other, number=2).run()) == [("neighbour", "neighbour")]


def test_a_commit_of_nobody_with_the_change_of_two_stages_is_neithers(begun: World) -> None:
    ends = stage(begun, A)
    other = stage(begun, ("neighbour", {"a": "a\n"}))
    begun.commit("x", {"a": "a\n"}, also=[BOB])
    assert spans(search(begun, ends, other).run()) == []
    assert spans(search(begun, ends, other, near=frozenset({1})).run()) == [("x", "x")], "the other is far away"


def test_a_toggle_of_a_neighbour_in_between_is_not_the_stage(begun: World) -> None:
    first = stage(begun, ("on", {"f": "on\n"}))
    second = stage(begun, ("off", {"f": None}), base=first[1])
    third = stage(begun, ("on again", {"f": "on\n"}), base=second[1])
    begun.git("cherry-pick", begun["on"])
    assert spans(search(begun, first, second, third, number=3).run()) == []
    assert spans(search(begun, first, second, third, number=1).run()) == [("on", "on")]


# --- nothing to look for


def test_a_stage_that_changes_nothing_is_not_looked_for(begun: World) -> None:
    ends = stage(begun, ("empty", {}))
    begun.git("cherry-pick", "--allow-empty", begun["empty"])
    assert search(begun, ends).run() == SearchResult()


def test_in_an_empty_window_nothing_is_found(begun: World) -> None:
    assert search(begun, stage(begun, A)).run() == SearchResult()
