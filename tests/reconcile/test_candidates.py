"""What a question offers: where the stage may be, the likeliest first, and never what is somebody else's."""

from typing import Any

import pytest

from okstra_git.names import parse_task_key
from okstra_git.reconcile.findings import Candidate, Finding
from tests.kit.desk import Desk
from tests.kit.scenario import World
from tests.kit.stores import NAME


@pytest.fixture
def desk(world: World) -> Desk:
    """A task; main is checked out."""
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    return Desk(world, parse_task_key(NAME))


def stage(desk: Desk, number: int, branch: str, *labels: str, base: str = "main") -> None:
    """A stage of these commits on a branch of its own; the branch stays checked out."""
    desk.world.branch(branch, base)
    for label in labels:
        desk.world.commit(label)
    desk.record(number, branch, base=base)


def advance(world: World, *labels: str) -> None:
    world.checkout("main")
    for label in labels:
        world.commit(label)


def question(desk: Desk, number: int = 1) -> Finding:
    """What is asked about a stage; every question is checked for what holds of all of them."""
    found = desk.findings()[number]
    assert found.kind == "confirm", found
    offers = found.candidates
    assert len({offer.commit for offer in offers}) == len(offers) <= 5
    assert [offer.recommended for offer in offers[1:]] == [False] * len(offers[1:])
    assert all(desk.world.tip(offer.ref) == offer.commit for offer in offers)
    return found


def best(finding: Finding) -> Candidate:
    """The offer that is recommended: the first one."""
    first = finding.candidates[0]
    assert first.recommended, finding.candidates
    return first


# --- under another name


def test_a_renamed_branch_is_offered(desk: Desk) -> None:
    stage(desk, 1, "login", "A")
    desk.world.git("branch", "-m", "login", "sign-in")
    offer = best(question(desk))
    assert (offer.ref, offer.commit) == ("sign-in", desk.world["A"])


def test_a_renamed_branch_is_offered_after_a_rebase(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A1", "A2")
    advance(world, "M")
    world.git("branch", "-m", "login", "sign-in")
    world.git("rebase", "-q", "main", "sign-in")
    offer = best(question(desk))
    assert (offer.ref, offer.commit) == ("sign-in", world.tip("sign-in"))


def test_a_renamed_branch_is_offered_after_a_rebase_and_more_work(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A1", "A2")
    advance(world, "M")
    world.git("branch", "-m", "login", "sign-in")
    world.git("rebase", "-q", "main", "sign-in")
    world.commit("N")
    assert best(question(desk)).commit == world.now("A2", on="sign-in")


def test_a_branch_of_a_fork_is_offered(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    advance(world, "M")
    world.git("rebase", "-q", "main", "login")
    world.amend({"A.txt": "reviewed\n"})
    world.git("update-ref", "refs/remotes/fork/patch-1", "login")
    world.checkout("main")
    world.git("branch", "-q", "-D", "login")
    offer = best(question(desk))
    assert (offer.ref, offer.commit) == ("fork/patch-1", world.tip("fork/patch-1"))


def test_what_okstra_keeps_is_offered_but_not_recommended(desk: Desk) -> None:
    stage(desk, 1, "login", "A")
    desk.world.checkout("main")
    desk.world.git("branch", "-q", "-D", "login")
    offers = question(desk).candidates
    assert [offer.commit for offer in offers] == [desk.world["A"]]
    assert not offers[0].recommended
    assert offers[0].is_kept


# --- in a target


def test_a_squash_with_a_fix_inside_is_offered_in_main(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A1", "A2")
    advance(world, "M")
    world.commit("all of it", {"A1.txt": "A1\n", "A2.txt": "A2, mended\n"})
    world.git("branch", "-q", "-D", "login")
    advance(world, "later")
    offer = best(question(desk))
    assert offer.commit == world["all of it"]
    assert "in main: all of it" in offer.why


def test_a_commit_of_main_that_shares_a_file_with_many_others_is_not_offered(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A1")
    advance(world, "M")
    world.commit("big", {"A1.txt": "other\n", **{f"f{n}": "f\n" for n in range(5)}})
    world.git("branch", "-q", "-D", "login")
    assert world["big"] not in [offer.commit for offer in question(desk).candidates]


def test_a_changed_version_in_main_is_offered_before_what_only_touches_its_files(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    advance(world, "M")
    world.write("A.txt", "mended\n")
    world.git("add", "-A")
    world.git("commit", "-q", "-C", world["A"])
    made = world.tip()
    world.commit("again", {"A.txt": "and mended again\n"})
    world.git("branch", "-q", "-D", "login")
    assert best(question(desk)).commit == made


# --- whose it is


def test_the_commit_of_a_neighbour_is_never_recommended(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    world.commit("B")
    desk.record(2, "login", base="A")
    advance(world, "M")
    world.checkout("login")
    world.rebase_i("main", [("drop", "A"), ("pick", "B")])
    found = desk.findings()
    assert found[2].kind == "auto"
    neighbour = world.now("B")
    offers = question(desk).candidates
    assert [offer.recommended for offer in offers if offer.commit == neighbour] == [False]
    assert all(offer.commit == neighbour for offer in offers[-1:]), "it comes last"


def test_the_recorded_commit_of_a_neighbour_is_never_recommended(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "one", "A")
    stage(desk, 2, "two", "B")
    world.git("branch", "-q", "-f", "one", "two")
    offers = question(desk).candidates
    assert not [offer for offer in offers if offer.commit == world["B"] and offer.recommended]


# --- the likeliest first


def test_the_tip_of_the_branch_comes_first_where_it_was_made_from_the_stage(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    world.amend({"A.txt": "other\n"})
    assert best(question(desk)).ref == "login"


def test_what_a_person_meant_comes_before_copies_elsewhere(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    advance(world, "M")
    world.branch("aside", "main")
    world.git("cherry-pick", world["A"])
    world.checkout("login")
    world.amend({"A.txt": "other\n"})
    offers = question(desk).candidates
    assert [offer.ref for offer in offers] == ["login", "aside"]


def test_on_a_branch_of_several_stages_the_changed_commit_comes_first(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    world.commit("B")
    desk.record(2, "login", base="A")
    world.git("reset", "-q", "--hard", "main")
    world.write("A.txt", "other\n")
    world.git("add", "-A")
    world.git("commit", "-q", "-C", world["A"])
    changed = world.tip()
    world.git("cherry-pick", world["B"])
    world.commit("N")
    assert best(question(desk)).commit == changed


def test_an_offer_that_is_named_twice_keeps_its_first_place(desk: Desk) -> None:
    world = desk.world
    world.branch("login")
    world.commit("work", {"w": "w\n"})
    world.commit("build", {})
    desk.record(1, "login", base="main")
    world.amend({"late": "late\n"})
    offers = question(desk).candidates
    assert [offer.commit for offer in offers] == [world.tip("login"), world["work"]]


# --- with what differs


def shown(world: World) -> list[dict[str, Any]]:
    return list(world.okstra("reconcile", "--task-key", NAME, "--check", "--show", "--json", exit=2).json["items"])


def test_the_difference_is_that_to_the_recommended_commit(desk: Desk) -> None:
    stage(desk, 1, "login", "A")
    desk.world.amend({"A.txt": "other\n"})
    diff = shown(desk.world)[0]["diff"]
    assert diff is not None
    assert "+A\n" in diff
    assert "+other" in diff


def test_a_record_is_never_compared_with_itself(desk: Desk) -> None:
    stage(desk, 1, "login", "A")
    desk.world.git("branch", "-m", "login", "sign-in")
    assert shown(desk.world)[0]["diff"] is None


def test_where_the_best_offer_is_the_recorded_commit_the_next_one_is_compared(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, "login", "A")
    advance(world, "M")
    world.branch("aside", "main")
    world.git("cherry-pick", world["A"])
    world.amend({"A.txt": "aside\n"})
    world.git("branch", "-m", "login", "sign-in")
    diff = shown(world)[0]["diff"]
    assert diff is not None
    assert "+aside" in diff
