"""What git wrote down of where refs were."""

from datetime import UTC, datetime

from okstra_git.git.branch_moves import has_left, list_held
from okstra_git.git.reflogs import list_moves
from okstra_git.git.repo import open_repository
from tests.kit.scenario import World

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MAIN = "refs/heads/main"


def test_moves_come_newest_first_and_with_their_moments(world: World) -> None:
    world.commit("A")
    world.commit("B")
    git = open_repository(world.path)
    moves = list_moves(git, MAIN)
    assert [move.new for move in moves] == [world["B"], world["A"], world["base"]]
    assert [move.old for move in moves] == [world["A"], world["base"], "0" * 40]
    assert moves[0].at > moves[1].at > moves[2].at


def test_a_ref_without_a_reflog_has_no_moves(world: World) -> None:
    world.git("config", "core.logAllRefUpdates", "false")
    world.git("branch", "-q", "quiet")
    git = open_repository(world.path)
    assert [list_moves(git, ref) for ref in ("refs/heads/quiet", "refs/heads/nowhere", "no ref")] == [[], [], []]
    assert list_held(git, "refs/heads/quiet", [world["base"]]) == set()


def test_what_a_ref_held_once_is_known_after_a_reset(world: World) -> None:
    world.commit("A")
    world.commit("B")
    world.git("reset", "-q", "--hard", world["base"])
    world.branch("elsewhere")
    world.commit("C")
    git = open_repository(world.path)
    commits = [world["base"], world["A"], world["B"], world["C"], "1" * 40]
    assert list_held(git, MAIN, commits) == {world["base"], world["A"], world["B"]}
    for lost in ("A", "B"):
        assert has_left(git, MAIN, world[lost], since=BEGINNING)
    assert not has_left(git, MAIN, world["base"], since=BEGINNING)
    assert not has_left(git, MAIN, world["C"], since=BEGINNING)


def test_a_move_before_the_moment_that_counts_says_nothing(world: World) -> None:
    world.commit("A")
    world.git("reset", "-q", "--hard", world["base"])
    git = open_repository(world.path)
    at = list_moves(git, MAIN)[0].at
    assert has_left(git, MAIN, world["A"], since=at)
    world.commit("later")
    assert not has_left(open_repository(world.path), MAIN, world["A"], since=datetime(2100, 1, 1, tzinfo=UTC))
