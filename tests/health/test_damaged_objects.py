"""An object below a stage that is missing or damaged: told by doctor and fsck, and never a bug in any command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.handing import begin, ready, stage
from tests.kit.scenario import World
from tests.kit.stores import NAME

LINES = (
    "status", f"reconcile --task-key {NAME} --check", f"handoff eligible --task-key {NAME}", "worktree list",
    f"handoff assemble --task-key {NAME} --stages 1 --base main --dry-run", f"run resume --explain --task-key {NAME}",
    f"inspect history --task-key {NAME}", "worktree prune --dry-run",
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two stages done, one of them verified; a class of tests shares it, since each puts back what it damages."""
    world = begin(tmp_path_factory.mktemp("damage") / "shop")
    ready(world, 1, {"d/one": "1\n"})
    stage(world, 2)
    world.git("checkout", "-q", "main")
    world.commit("later", {"later": "x\n"})
    return world


@contextmanager
def damaged(world: World, name: str, how: bytes | None) -> Iterator[str]:
    """The object of this name with other bytes, or none; its id."""
    oid = world.ask("rev-parse", "--verify", name)
    place = world.path / ".git/objects" / oid[:2] / oid[2:]
    whole = place.read_bytes()
    place.unlink()
    if how is not None:
        place.write_bytes(how)
    try:
        yield oid
    finally:
        place.unlink(missing_ok=True)
        place.write_bytes(whole)


def findings(world: World, command: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = world.okstra(command, "--json", exit=None).json["findings"]
    return [each for each in found if each["severity"] == "error"]


@pytest.mark.parametrize("how", [None, b"", b"\0" * 40], ids=["missing", "empty", "rubbish"])
@pytest.mark.parametrize("name", ["s1", "s1^", "s1^{tree}", "s1:d", "s1:d/one"])
def test_doctor_and_fsck_name_what_cannot_be_read(shop: World, name: str, how: bytes | None) -> None:
    with damaged(shop, name, how) as oid:
        for command in ("doctor", "fsck"):
            told = [each for each in findings(shop, command) if oid[:12] in each["message"]]
            assert told, findings(shop, command)
            assert all(each["hint"] for each in told)
        for line in LINES:
            answer = shop.okstra(*line.split(), exit=None)
            assert answer.exit in (0, 1, 2), answer
            assert "a bug in okstra" not in answer.out + answer.err, answer


def test_a_whole_repository_is_whole(shop: World) -> None:
    assert findings(shop, "doctor") == findings(shop, "fsck") == []


@pytest.mark.parametrize("name", ["refs/notes/okstra^{tree}", "main^{tree}", "main"])
def test_what_no_stage_stands_on_stops_nothing_with_a_bug(shop: World, name: str) -> None:
    with damaged(shop, name, b""):
        for line in (*LINES, "doctor", "fsck", f"log {NAME}"):
            answer = shop.okstra(*line.split(), exit=None)
            assert "a bug in okstra" not in answer.out + answer.err, answer


def test_a_stage_that_another_clone_recorded_and_nobody_fetched_is_no_error(shop: World, tmp_path: Path) -> None:
    shop.git("clone", "-q", "--bare", "--single-branch", "--branch", "main", f"file://{shop.path}", str(tmp_path / "o"))
    shop.git("push", "-q", str(tmp_path / "o"), "refs/okstra/log/*:refs/okstra/log/*")
    World(tmp_path).git("clone", "-q", str(tmp_path / "o"), str(tmp_path / "c"))
    clone = World(tmp_path / "c")
    clone.okstra("init", "--no-hooks")
    assert findings(clone, "doctor") == findings(clone, "fsck") == []
