"""Which commits were made from which, told by author, author time and, where scripts blur these, the subject."""

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.reconcile.commit_matching import MAX_COMMITS, Identities, list_commits
from okstra_git.store.stage_ranges import fingerprint_ranges
from tests.kit.ranges import known, recorded, window_on
from tests.kit.scenario import World

SECOND = "@1700000000 +0000"
BOB = ("-c", "user.name=Bob", "-c", "user.email=bob@example.org")


def made(world: World, identities: Identities, stage: int) -> list[list[str]]:
    """For each commit of a stage what the branch has of it, by commit."""
    window = window_on(world)
    return [[step.facts.oid for step in identities.made_from(facts, window)] for facts in identities.commits(stage)]


@pytest.fixture
def forked(world: World) -> World:
    """A1, A2 and B on `work`; main has gone on; a copy of `work` to be rewritten, `again`, is checked out."""
    world.branch("work")
    for label in ("A1", "A2", "B"):
        world.commit(label)
    world.checkout("main")
    world.commit("M")
    world.branch("again", "main")
    return world


# --- the commits of a record


def test_the_commits_of_a_record_are_its_line_oldest_first(forked: World) -> None:
    line = list_commits(open_repository(forked.path), recorded(forked, "base", "work"))
    assert [facts.subject for facts in line] == ["A1", "A2", "B"]


def test_the_commits_of_a_record_with_a_merge_are_all_that_it_brought(forked: World) -> None:
    forked.branch("side", "A1")
    forked.commit("S")
    forked.checkout("again")
    forked.git("reset", "-q", "--hard", "work")
    forked.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    line = list_commits(open_repository(forked.path), recorded(forked, "base", "again"))
    assert {facts.subject for facts in line} == {"A1", "A2", "B", "S", "merged"}
    assert line[-1].subject == "merged"


def test_a_record_without_a_base_has_everything_down_to_the_root(forked: World) -> None:
    git = open_repository(forked.path)
    one = fingerprint_ranges(git, [(None, forked["A1"])])[0]
    assert [facts.subject for facts in list_commits(git, one)] == ["base", "A1"]


def test_of_a_record_that_is_not_here_its_head_is_known(forked: World) -> None:
    here = recorded(forked, "base", "A2")
    absent = here.model_copy(update={"head": "1" * 40})
    line = list_commits(open_repository(forked.path), absent)
    assert [(facts.oid, facts.subject) for facts in line] == [("1" * 40, "A2")]


def test_of_a_record_that_is_too_long_its_head_is_known(forked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_COMMITS > 1000
    monkeypatch.setattr("okstra_git.reconcile.commit_matching.MAX_COMMITS", 2)
    forked.git("reset", "-q", "--hard", "work")
    forked.git("merge", "-q", "--no-ff", "-m", "merged", "main")
    line = list_commits(open_repository(forked.path), recorded(forked, "base", "again"))
    assert [facts.subject for facts in line] == ["merged"]


# --- made from


def test_author_and_time_outlive_new_words_and_new_content(forked: World) -> None:
    identities = known(forked, ("base", "A2"), ("A2", "B"))
    forked.git("cherry-pick", forked["A1"])
    forked.amend({"A1.txt": "other\n"}, "-m", "something else")
    changed = forked.tip()
    forked.git("cherry-pick", forked["B"])
    assert made(forked, identities, 1) == [[changed], []]
    assert made(forked, identities, 2) == [[forked.tip()]]


def test_each_part_of_a_split_was_made_from_the_whole(forked: World) -> None:
    identities = known(forked, ("base", "A1"))
    parts = []
    for name in ("one", "two"):
        forked.write(name, name)
        forked.git("add", "-A")
        forked.git("commit", "-q", "-C", forked["A1"])
        parts.append(forked.tip())
    assert made(forked, identities, 1) == [parts]


def test_another_author_or_another_time_is_made_from_nothing(forked: World) -> None:
    identities = known(forked, ("base", "A1"), ("A1", "A2"))
    forked.git("cherry-pick", forked["A1"])
    forked.git(*BOB, "commit", "-q", "--amend", "--reset-author", "--no-edit", "--date", "@1 +0000")
    forked.git("cherry-pick", forked["A2"])
    forked.amend(None, "--no-edit", "--date", "@1800000000 +0000")
    assert made(forked, identities, 1) == [[]]
    assert made(forked, identities, 2) == [[]]
    assert [identities.owners(step) for step in window_on(forked).steps] == [set(), set()]


def test_two_people_who_commit_in_one_second_are_two(forked: World) -> None:
    forked.branch("pair", "main")
    forked.commit("P", date=SECOND)
    forked.git(*BOB, "commit", "-q", "--allow-empty", "-m", "P", env={"GIT_AUTHOR_DATE": SECOND})
    identities = known(forked, ("main", "pair~1"), ("pair~1", "pair"))
    forked.checkout("again")
    forked.commit("N")
    forked.git("cherry-pick", "--allow-empty", "main..pair")
    assert made(forked, identities, 1) == [[forked.tip("again~1")]]
    assert made(forked, identities, 2) == [[forked.tip("again")]]


# --- one second


def scripted(world: World, *subjects: str) -> None:
    """Commits of one second; each writes a file of its own."""
    for subject in subjects:
        count = len(world.ask("ls-files").split())
        world.commit(subject, {f"f{count}": "x\n"}, date=SECOND)


def test_in_one_second_the_subject_tells_commits_apart(forked: World) -> None:
    forked.branch("script", "main")
    scripted(forked, "one", "two")
    identities = known(forked, ("main", "script~1"), ("script~1", "script"))
    forked.checkout("again")
    forked.commit("N")
    forked.git("cherry-pick", "main..script")
    assert made(forked, identities, 1) == [[forked.tip("again~1")]]
    assert made(forked, identities, 2) == [[forked.tip("again")]]
    forked.amend(None, "-m", "three")
    assert made(forked, identities, 2) == [[]], "reworded, it may have been made from either of them"
    assert [identities.owners(step) for step in window_on(forked).steps] == [set(), {1}, set()]


def test_in_one_second_with_one_subject_nothing_was_made_from_anything_for_sure(forked: World) -> None:
    forked.branch("script", "main")
    scripted(forked, "wip", "wip")
    identities = known(forked, ("main", "script~1"), ("script~1", "script"))
    forked.checkout("again")
    forked.commit("N")
    forked.git("cherry-pick", "main..script")
    window = window_on(forked)
    assert made(forked, identities, 1) == made(forked, identities, 2) == [[]]
    for facts in (*identities.commits(1), *identities.commits(2)):
        assert identities.is_blurred(facts)
        assert [step.facts.subject for step in identities.look_like(facts, window)] == ["wip", "wip"]
    assert [identities.owners(step) for step in window.steps] == [set(), {1, 2}, {1, 2}]


def test_a_base_of_the_same_second_blurs_the_commit_above_it_and_owns_nothing(forked: World) -> None:
    forked.branch("script", "main")
    scripted(forked, "wip", "wip")
    identities = known(forked, ("script~1", "script"))
    assert identities.is_blurred(identities.commits(1)[0])
    assert [identities.owners(step) for step in window_on(forked).steps] == [{1}, {1}]


def test_commits_of_stages_that_are_not_looked_for_have_owners_too(forked: World) -> None:
    ranges = {1: recorded(forked, "base", "A2"), 2: recorded(forked, "A2", "B")}
    identities = Identities(open_repository(forked.path), ranges, [2])
    forked.git("cherry-pick", forked["A1"], forked["A2"], forked["B"])
    assert [identities.owners(step) for step in window_on(forked).steps] == [{1}, {1}, {2}]


def test_a_commit_that_two_stages_have_belongs_to_both(forked: World) -> None:
    identities = known(forked, ("base", "A2"), ("base", "B"))
    forked.git("cherry-pick", forked["A1"], forked["B"])
    assert [identities.owners(step) for step in window_on(forked).steps] == [{1, 2}, {2}]
