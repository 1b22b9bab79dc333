"""Clones that are behind record nothing and ask nothing: what one recorded is not taken back by another."""

import os
from pathlib import Path

import pytest

from tests.kit.colleagues import LATER, Colleagues
from tests.kit.scenario import World
from tests.kit.stores import NAME

ORDERS = [["ada", "bob", "cleo"], ["cleo", "bob", "ada"]]
QUIET: dict[str, list[str]] = {"ada": [], "bob": [], "cleo": []}


@pytest.fixture(params=["hooks on", "hooks off"])
def team(request: pytest.FixtureRequest, tmp_path: Path, bin_dir: Path) -> Colleagues:
    """Ada did stage 1 on `s1` and pushed it; Bob and Cleo have the branch too."""
    assert str(bin_dir) in os.environ["PATH"]
    return Colleagues.meet(tmp_path, ("ada", "bob", "cleo"), hooks=request.param == "hooks on")


def reword(clone: World) -> str:
    """The stage's commit in other words, pushed and followed."""
    clone.checkout("s1")
    clone.git("commit", "-q", "--amend", "-m", "A, in other words")
    clone.git("push", "-q", "-f", "origin", "s1")
    clone.okstra("reconcile", "--task-key", NAME, "--apply")
    return clone.tip()


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@pytest.mark.parametrize("fetched", [False, True], ids=["not fetched", "fetched"])
def test_who_is_behind_records_nothing(team: Colleagues, order: list[str], fetched: bool) -> None:
    new = reword(team["ada"])
    for name in ("bob", "cleo"):
        if fetched:
            team[name].git("fetch", "-q", "origin")
    team.exchange()
    assert team.round(*order) == []
    assert team.round(*reversed(order)) == []
    assert team.stage() == (new, "done")
    assert team.questions() == QUIET


def test_who_is_behind_a_record_of_new_content_records_nothing(team: Colleagues) -> None:
    ada = team["ada"]
    ada.checkout("s1")
    ada.amend({"A.txt": "other\n"})
    ada.okstra("stage", "done", "1", "--task-key", NAME)
    team.exchange()
    assert team.round() == []
    assert (team.stage(), team.questions()) == ((ada.tip(), "done"), QUIET)


def test_who_is_behind_a_longer_stage_records_nothing(team: Colleagues) -> None:
    ada = team["ada"]
    ada.checkout("s1")
    ada.commit("A2")
    ada.okstra("stage", "done", "1", "--task-key", NAME)
    ada.git("push", "-q", "origin", "s1")
    team["bob"].git("fetch", "-q", "origin")
    assert team.round() == []
    assert (team.stage(), team.questions()) == ((ada["A2"], "done"), QUIET)


def test_stage_done_tells_whoever_is_behind(team: Colleagues) -> None:
    new = reword(team["ada"])
    team.exchange()
    said = team["bob"].okstra("stage", "done", "1", "--task-key", NAME, "--json")
    assert (said.json["changed"], said.json["stages"][0]["commit"]) == (False, new)
    assert "branch s1 is behind what another clone recorded of stage 1, so nothing was recorded" in said.err


def test_who_names_the_commit_means_it(team: Colleagues) -> None:
    reword(team["ada"])
    team.exchange()
    bob = team["bob"]
    bob.okstra("stage", "done", "1", "--task-key", NAME, "--commit", "s1")
    assert bob.okstra("stage", "show", "1", "--task-key", NAME, "--json").json["stage"]["commit"] == bob["A"]


def test_work_on_top_of_what_is_behind_may_be_recorded(team: Colleagues) -> None:
    reword(team["ada"])
    team.exchange()
    bob = team["bob"]
    bob.checkout("s1")
    bob.commit("B")
    assert bob.okstra("reconcile", "--task-key", NAME, "--apply").json["applied"] == []
    said = bob.okstra("stage", "done", "1", "--task-key", NAME, "--json").json
    assert (said["changed"], said["stages"][0]["commit"]) == (True, bob["B"])


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_the_clone_that_started_the_stage_may_go_back(team: Colleagues, order: list[str]) -> None:
    ada = team["ada"]
    reword(ada)
    team.exchange()
    assert team.round() == []
    ada.git("reset", "-q", "--hard", ada["A"])
    ada.git("push", "-q", "-f", "origin", "s1")
    ada.okstra("reconcile", "--task-key", NAME, "--apply")
    team.exchange()
    assert team.stage() == (ada["A"], "done")
    assert team.round(*order) == []
    assert team.stage() == (ada["A"], "done")


def test_the_clone_that_moved_a_record_may_go_back_and_the_others_stay(team: Colleagues) -> None:
    bob = team["bob"]
    new = reword(bob)
    team.exchange()
    assert team.round() == []
    assert (team.stage(), team.questions()) == ((new, "done"), QUIET)
    bob.git("reset", "-q", "--hard", bob["A"])
    bob.git("push", "-q", "-f", "origin", "s1")
    bob.okstra("reconcile", "--task-key", NAME, "--apply")
    team.exchange()
    assert team.stage() == (bob["A"], "done")
    assert team.round() == []


def test_a_started_stage_whose_branch_was_pulled_and_taken_back_is_restored(team: Colleagues) -> None:
    ada = team["ada"]
    reword(team["bob"])
    team.exchange()
    ada.git("fetch", "-q", "origin")
    ada.git("reset", "-q", "--hard", "origin/s1")
    assert team.round() == []
    ada.git("reset", "-q", "--hard", ada["A"])
    ada.okstra("reconcile", "--task-key", NAME, "--apply")
    team.exchange()
    assert team.stage() == (ada["A"], "done")
    assert team.round() == []


# --- landings


def land(team: Colleagues, clone: World) -> str:
    """The stage squash-merged and pushed by somebody; the commit on main."""
    clone.checkout("main")
    clone.git("pull", "-q", "--ff-only")
    clone.git("merge", "-q", "--squash", "s1")
    clone.commit("squashed", {})
    clone.git("push", "-q", "origin", "main")
    clone.okstra("worktree", "prune")
    team.exchange()
    return clone.tip()


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_a_clone_that_has_not_fetched_the_target_takes_no_landing_back(team: Colleagues, order: list[str]) -> None:
    land(team, team["ada"])
    assert team.round(*order) == []
    assert (team.stage(), team.questions()) == ((team["ada"]["A"], "landed"), QUIET)


def test_a_trial_merge_is_taken_back_where_it_was_made(team: Colleagues) -> None:
    ada = team["ada"]
    ada.checkout("main")
    ada.git("merge", "-q", "--squash", "s1")
    ada.commit("trial", {})
    ada.okstra("worktree", "prune")
    team.exchange()
    assert team.stage()[1] == "landed"
    ada.git("reset", "-q", "--hard", "HEAD~1")
    assert team.round("cleo", "bob", "ada") == ["stage.unlanded"]
    assert team.stage()[1] == "done"
    assert team.round() == []


def test_whoever_saw_the_target_lose_it_may_take_it_back(team: Colleagues) -> None:
    """The clone that recorded the landing need not look again: Bob's reflog of origin/main has seen both."""
    ada, bob = team["ada"], team["bob"]
    land(team, ada)
    bob.git("fetch", "-q", "origin", env=LATER)
    ada.git("push", "-q", "-f", "origin", f"{ada['base']}:main")
    bob.git("fetch", "-q", "origin", env=LATER)
    ada.git("fetch", "-q", "origin")
    assert team.round("cleo", "bob") == ["stage.unlanded"]
    ada.git("reset", "-q", "--hard", "origin/main")
    assert team.stage()[1] == "done"
    assert team.round() == []


def test_what_one_clone_takes_back_and_another_still_has_settles(team: Colleagues) -> None:
    """Bob's main still has what Ada's has not: it has landed there, and nobody says otherwise for ever."""
    ada, bob = team["ada"], team["bob"]
    land(team, ada)
    bob.checkout("main")
    bob.git("pull", "-q", "--ff-only")
    ada.git("reset", "-q", "--hard", ada["base"])
    ada.git("update-ref", "refs/remotes/origin/main", ada["base"])
    for _ in range(3):
        team.round()
    assert team.round() == []
    assert team.stage()[1] == "landed"


def test_a_record_that_another_clone_moved_into_the_target_stays_there(team: Colleagues) -> None:
    """Cleo has no branch of it any more, so her reconcile follows it; Ada has not fetched main yet."""
    ada, cleo = team["ada"], team["cleo"]
    cleo.checkout("main")
    cleo.git("merge", "-q", "--squash", "s1")
    cleo.commit("squashed", {})
    cleo.git("push", "-q", "origin", "main", ":s1")
    cleo.git("branch", "-q", "-D", "s1")
    cleo.okstra("reconcile", "--task-key", NAME, "--apply")
    team.exchange()
    assert team.stage() == (cleo.tip(), "landed")
    assert team.round() == []
    assert (team.stage(), team.questions()) == ((cleo.tip(), "landed"), QUIET)
    ada.git("fetch", "-q", "origin", "main")
    assert team.round() == []
