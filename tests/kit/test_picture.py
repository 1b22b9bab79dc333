"""The picture: what a whole-world expectation looks like."""

from tests.kit.picture import picture
from tests.kit.scenario import World

ULID = "01J00000000000000000000000"


def test_a_picture_shows_branches_stages_anchors_and_notes(world: World) -> None:
    world.branch("feature")
    world.commit("A")
    world.commit("B")
    world.git("update-ref", "refs/okstra/stage/shop/web/login/1", world["A"])
    world.git("update-ref", "refs/okstra/anchor/shop/web/login", world["base"])
    note = f'{{"stage":1,"run":"{ULID}","at":"2024-01-02T03:04:05Z"}}'
    world.git("notes", "--ref=okstra", "add", "-m", note, world["B"])
    world.amend({"B.txt": "more\n"})
    world.git("update-ref", f"refs/okstra/keep/{world['B']}", world["B"])
    world.checkout("main")
    world.git("merge", "-q", "--no-ff", "-m", "join", "feature")
    assert picture(world, keeps=True) == (
        "  feature  base A B′\n"
        "* main     base join(+B′)\n"
        "stage shop/web/login/1  A\n"
        "anchor shop/web/login  base\n"
        "keep B  B\n"
        'note B  {"stage":1,"run":"<ulid>","at":"<time>"}\n'
    )


def test_versions_of_one_commit_are_numbered_by_date_even_after_the_first_is_gone(world: World) -> None:
    world.branch("feature")
    world.commit("A")
    world.amend({"A.txt": "2\n"})
    world.git("branch", "second")
    world.amend({"A.txt": "3\n"})
    assert picture(world) == "* feature  base A″\n  main     base\n  second   base A′\n"
    world.git("reflog", "expire", "--expire=now", "--all")
    world.git("gc", "-q", "--prune=now")
    assert picture(world) == "* feature  base A″\n  main     base\n  second   base A′\n"


def test_a_detached_head_is_shown(world: World) -> None:
    world.checkout("base")
    assert picture(world) == "* (detached)  base\n  main        base\n"
