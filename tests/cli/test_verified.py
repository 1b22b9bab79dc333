"""Asking whether a tree was verified: by records of anybody, never for another tree, command, input or byte."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.records.checks import digest_of
from okstra_git.store.checks import TreeChecks, read_checks
from tests.cli.test_prove import print_of
from tests.cli.test_verify import records, verified, verify, world
from tests.kit.scenario import World

__all__ = ["world"]

PUSH = "refs/okstra/checked/*:refs/okstra/checked/*"


def read(world: World) -> TreeChecks:
    return read_checks(open_repository(world.path), world.ask("rev-parse", "HEAD^{tree}"), now=datetime.now(UTC))


def put(world: World, data: bytes, *, name: str | None = None) -> str:
    """A record of these bytes, as a stranger would push it, under its true digest or another name."""
    blob = world.git("hash-object", "-w", "--stdin", stdin=data)
    ref = f"refs/okstra/checked/{world.ask('rev-parse', 'HEAD^{tree}')}/{name or digest_of(data)}"
    world.git("update-ref", ref, blob)
    return ref


def recorded(world: World, **changes: Any) -> bytes:
    """The one record there is, with these fields changed and its ref gone."""
    [ref] = records(world)
    facts = json.loads(world.ask("cat-file", "blob", ref))
    world.git("update-ref", "-d", ref)
    return json.dumps(facts | changes, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def test_a_flipped_byte_anywhere_in_a_record_is_a_no(world: World) -> None:
    verify(world, "--", "true")
    [ref] = records(world)
    data = world.ask("cat-file", "blob", ref).encode() + b"\n"
    assert [check.ref for check in read(world).checks] == [ref]
    git, loose = open_repository(world.path), world.path / ".git" / ref
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        loose.write_text(f"{git.handle.create_blob(flipped)}\n")
        answer = read(world)
        assert (answer.checks, [bad.ref for bad in answer.bad]) == ([], [ref]), place
    reason = verified(world, exit=1)
    assert reason["unreliable"] == [ref]


def test_a_flipped_byte_in_the_stored_object_is_a_no(world: World) -> None:
    verify(world, "--", "true")
    [ref] = records(world)
    blob = world.ask("rev-parse", ref)
    stored = world.path / ".git" / "objects" / blob[:2] / blob[2:]
    data = stored.read_bytes()
    stored.chmod(0o644)
    for place in range(len(data)):
        stored.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        answer = read(world)
        # a few bits of the compressed form mean nothing: then the very record comes out, and else a no
        assert answer.bad or [check.ref for check in answer.checks] == [ref]
        assert not answer.checks or answer.checks[0].record.tree == answer.tree
    stored.write_bytes(data)
    assert read(world).checks


def test_a_flipped_letter_in_the_name_is_a_no(world: World) -> None:
    verify(world, "--", "true")
    [ref] = records(world)
    blob = world.ask("rev-parse", ref)
    for place in (-1, -20, -64):
        other = ref[:place] + ("0" if ref[place] != "0" else "1") + (ref[place + 1 :] if place != -1 else "")
        world.git("update-ref", "-d", ref)
        world.git("update-ref", other, blob)
        assert not verified(world, exit=1)["verified"]
        world.git("update-ref", "-d", other)
        world.git("update-ref", ref, blob)
    verified(world)


def test_a_record_of_another_tree_put_under_this_one_is_a_no(world: World) -> None:
    verify(world, "--", "true")
    data = recorded(world)
    world.commit("more")
    put(world, data)
    assert "another tree" in verified(world, exit=1)["reason"]


def test_a_record_that_cannot_be_relied_on_beside_a_good_one_is_a_no_with_a_way_out(world: World) -> None:
    verify(world, "--", "true")
    ref = put(world, b"{}\n")
    answer = verified(world, exit=1)
    assert answer["unreliable"] == [ref]
    page = world.okstra("verified", "--text", exit=1).out
    remedy = next(line for line in page.splitlines() if "git update-ref -d" in line).partition(": ")[2]
    world.git(*remedy.split()[1:])
    verified(world)


@pytest.mark.parametrize(
    "changes", [{"v": 2}, {"type": "check2"}, {"exit_code": "0"}, {"exit_code": False}, {"more": 1}, {"at": "soon"},
                {"writer": "me"}, {"claimed": 0}, {"tree": "0" * 40}, {"inputs": None}]
)  # fmt: skip
def test_a_record_of_another_form_is_a_no(world: World, changes: dict[str, Any]) -> None:
    verify(world, "--", "true")
    put(world, recorded(world, **changes))
    verified(world, exit=1)


def test_a_record_from_the_future_is_a_no(world: World) -> None:
    verify(world, "--", "true")
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    put(world, recorded(world, at=later))
    assert "in the future" in verified(world, exit=1)["reason"]


@pytest.mark.parametrize("what", ["HEAD^{tree}", "HEAD", "missing", "torn"])
def test_a_ref_to_anything_but_a_record_is_a_no(world: World, what: str) -> None:
    verify(world, "--", "true")
    ref = records(world)[0].rpartition("/")[0] + "/" + "a" * 64
    value = world.ask("rev-parse", what) if what.startswith("HEAD") else {"missing": "1" * 40}.get(what, what)
    (world.path / ".git" / ref).write_text(f"{value}\n")
    assert verified(world, exit=1)["unreliable"] == [ref]


def test_a_failure_counts_as_newest_whichever_clock_is_wrong(world: World) -> None:
    verify(world, "--", "true")
    slow = recorded(world, exit_code=1, clock=2, at="2020-01-01T00:00:00.000Z")
    verify(world, "--", "true")
    put(world, slow)
    assert verified(world, exit=1)["exitCode"] == 1
    verify(world, "--", "true")
    verified(world)


def test_declared_inputs_are_compared_with_what_they_are_now(world: World) -> None:
    world.commit("ignore", {".gitignore": "lock\n"})
    world.write("lock", "1\n")
    inputs = ("--input", "lock", "--input", "base.txt", "--input-env", "PYTHON_VERSION")
    old, new = {"PYTHON_VERSION": "3.11"}, {"PYTHON_VERSION": "3.12"}
    answer = verify(world, *inputs, "--", "true", env=old)
    assert [(each["kind"], each["name"]) for each in answer["inputs"]] == [
        ("file", "base.txt"), ("file", "lock"), ("env", "PYTHON_VERSION"),
    ]  # fmt: skip
    verified(world, env=old)
    for env in (new, {"PYTHON_VERSION": ""}, {}):
        assert "'PYTHON_VERSION' is not what it was" in verified(world, env=env, exit=1)["reason"]
    world.write("lock", "2\n")
    assert "'lock' is not what it was" in verified(world, env=old, exit=1)["reason"]
    (world.path / "lock").unlink()
    verified(world, env=old, exit=1)
    world.write("lock", "1\n")
    verified(world, env=old)


def test_a_strangers_record_cannot_make_us_read_elsewhere(world: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("known\n")
    verify(world, "--", "true")
    (world.path / "link").symlink_to(secret)
    for name in (str(secret), "../secret", "link", "/dev/zero", ".git/config"):
        inputs = [{"kind": "file", "name": name, "digest": digest_of(b"known\n")}]
        ref = put(world, recorded(world, inputs=inputs))
        assert "is not what it was" in verified(world, exit=1)["reason"], name
        assert records(world) == [ref]


def test_what_a_stranger_wrote_moves_no_terminal(world: World) -> None:
    verify(world, "--", "true")
    put(world, recorded(world, by="\x1b[2JEve", command="\x1b]0;owned\x07 \u202e"))
    page = world.okstra("verified", "--text", terminal=True).out
    assert "Eve" in page
    assert not {"\x1b[2J", "\x1b]0;", "\u202e"} & {page[at : at + n] for at in range(len(page)) for n in (1, 4)}


def test_claims_count_only_where_they_are_asked_for_and_say_so(world: World) -> None:
    answer = verify(world, "unit", "--claimed", "--exit-code", "0", "--", "make", "test")
    assert (answer["claimed"], answer["recorded"], answer["output"]) == (True, True, None)
    asked = verified(world, "--name", "unit", exit=1)
    assert (asked["verified"], "claim" in asked["reason"]) == (False, True)
    counted = verified(world, "--name", "unit", "--claimed", "--", "make", "test")
    assert (counted["claimed"], counted["command"]) == (True, "make test")
    assert "claimed and not seen" in world.okstra("verified", "--name", "unit", "--claimed", "--text").out
    verify(world, "unit", "--", "false", exit=1)
    assert verified(world, "--name", "unit", "--claimed", exit=1)["exitCode"] == 1


def test_asking_changes_nothing_in_git(world: World) -> None:
    verify(world, "--", "true")
    other = world.clone("other")
    other.git("fetch", "-q", "origin", PUSH)
    for asked in (world, other):
        before = print_of(asked.path / ".git")
        verified(asked)
        verified(asked, "--name", "none", exit=1)
        verified(asked, "nowhere", exit=1)
        assert print_of(asked.path / ".git") == before


def test_a_ref_that_is_not_there_is_a_refusal(world: World) -> None:
    answer = verified(world, "nowhere", exit=1)
    assert (answer["ok"], answer["error"]["code"]) == (False, "ref.unresolvable")


def test_records_of_other_clones_count_and_say_whose_they_are_unless_ignored(world: World) -> None:
    theirs = verify(world, "--", "true")
    other = world.clone("other")
    verified(other, exit=1)
    other.git("fetch", "-q", "origin", PUSH)
    answer = verified(other)
    assert (answer["own"], answer["writer"], answer["by"]) == (False, theirs["writer"], theirs["by"])
    other.git("config", "okstra.ignoreWriter", theirs["writer"])
    verified(other, exit=1)


def test_a_rebase_and_a_squash_that_keep_the_tree_stay_verified_across_clones(world: World, tmp_path: Path) -> None:
    bare = world.clone("bare.git", "--bare").path
    one, two = (World(tmp_path / name, labels=world.labels, clock=world.clock) for name in ("one", "two"))
    for clone in (one, two):
        world.git("clone", "-q", str(bare), str(clone.path))
    one.branch("topic")
    one.commit("A")
    one.commit("B")
    verify(one, "unit", "--", "test", "-f", "B.txt")
    one.git("push", "-q", "origin", "topic", PUSH)
    two.git("fetch", "-q", "origin", "topic:topic", PUSH)
    two.git("merge", "-q", "--squash", "topic")
    two.git("commit", "-q", "-m", "squashed")
    verified(two, "main", "--name", "unit", "--", "test", "-f", "B.txt")
    two.checkout("topic")
    two.amend({}, "-m", "reworded")
    verified(two, "--name", "unit")
    two.commit("C")
    verified(two, "--name", "unit", exit=1)
