"""Commits are read as git reads them: what libgit2 reads alike, and what it does not read at all."""

import os
from collections.abc import Callable

import pygit2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.git.history import contains, find_commit, independent, merge_base, unreachable, walk
from okstra_git.git.objects import copy_commit, read_commit
from okstra_git.git.raw_objects import FARTHEST, instant_of, parse_commit, parse_ident
from okstra_git.git.repo import open_repository
from tests.cli.shop import KEY, TASK, open_shop, record_stage, stage_of
from tests.kit.scenario import World
from tests.kit.surroundings import scratch_dir

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
WHO = b"Ada <ada@example.org> 1700000000 +0100"
_PIECES = st.sampled_from([b"Ada", b" ", b"<", b">", b"a@x", b".", b'"', b"\xf6", b"12", b"-3", b"+0130", b"9" * 20])


@given(line=st.one_of(st.lists(_PIECES, max_size=9).map(b"".join), st.binary(max_size=30)))
def test_a_line_that_libgit2_reads_is_read_alike(line: bytes) -> None:
    """Records of older versions hold what libgit2 made of such lines."""
    if b"\n" in line or b"\0" in line:
        return
    repository = _scratch()
    try:
        oid = repository.write(pygit2.enums.ObjectType.COMMIT, _bytes(author=line))
        author = repository[oid].author
    except (pygit2.GitError, ValueError):
        return
    found = parse_ident(line)
    if abs(author.time) < FARTHEST - 1:
        assert found == (author.raw_name, author.raw_email, author.time, author.offset)


_REPOSITORIES: list[pygit2.Repository] = []


def _scratch() -> pygit2.Repository:
    if not _REPOSITORIES:
        _REPOSITORIES.append(pygit2.init_repository(str(scratch_dir()), bare=True))
    return _REPOSITORIES[0]


def _bytes(
    *, tree: str = TREE, parents: tuple[str, ...] = (), author: bytes = WHO, committer: bytes = WHO, rest: bytes = b""
) -> bytes:
    above = b"".join(f"parent {parent}\n".encode() for parent in parents)
    lines = (b"author " + author + b"\n" if author else b"") + (b"committer " + committer + b"\n" if committer else b"")
    return f"tree {tree}\n".encode() + above + lines + (rest or b"\nsubject\n")


@given(data=st.binary(max_size=80))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    for each in (data, _bytes(rest=data), _bytes(author=data), _bytes(committer=data)):
        found = parse_commit(each)
        if found is not None:
            instant_of(found.committed_at)
            parse_ident(found.author)


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"", False),
        (b"tree xyz\n\nmessage", False),
        (_bytes(tree="0" * 39), False),
        (_bytes(parents=("abc",)), False),
        (_bytes(), True),
        (_bytes(author=b"", committer=b""), True),
        (f"tree {TREE}\n".encode(), True),
    ],
)
def test_what_git_reads_begins_with_a_tree_and_whole_parents(data: bytes, read: bool) -> None:
    assert (parse_commit(data) is not None) is read


def test_a_moment_that_no_calendar_has_is_the_nearest_one() -> None:
    assert instant_of(1 << 62).year == 9999
    assert instant_of(-(1 << 62)).year == 1


ODD: dict[str, Callable[[str, str], bytes]] = {
    "no address": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), author=b"root 1334833756 -0700", committer=b"root 1334833756 -0700"
    ),
    "a line break in the author": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), author=b"Ada\nLovelace <a@x> 1 +0000"
    ),
    "an author that never ends": lambda tree, parent: _bytes(tree=tree, parents=(parent,), author=b"Ada <a@x 1 +0000"),
    "a negative time": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), author=b"A <a@x> -99 +0000", committer=b"A <a@x> -99 +0000"
    ),
    "a huge time": lambda tree, parent: _bytes(
        tree=tree,
        parents=(parent,),
        author=b"A <a@x> " + b"9" * 25 + b" +0000",
        committer=b"A <a@x> " + b"9" * 25 + b" +0000",
    ),
    "a time far in the future": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), author=b"A <a@x> 9999999999999 +0000", committer=b"A <a@x> 9999999999999 +0000"
    ),
    "an absurd zone": lambda tree, parent: _bytes(tree=tree, parents=(parent,), author=b"A <a@x> 5 +051800"),
    "no time": lambda tree, parent: _bytes(tree=tree, parents=(parent,), author=b"A <a@x>", committer=b"A <a@x>"),
    "words for a time": lambda tree, parent: _bytes(tree=tree, parents=(parent,), author=b"A <a@x> now +0000"),
    "no committer": lambda tree, parent: _bytes(tree=tree, parents=(parent,), committer=b""),
    "no author": lambda tree, parent: _bytes(tree=tree, parents=(parent,), author=b""),
    "neither": lambda tree, parent: _bytes(tree=tree, parents=(parent,), author=b"", committer=b""),
    "headers twice": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), rest=b"author B <b@x> 7 +0000\ncommitter B <b@x> 7 +0000\n\nx\n"
    ),
    "another encoding": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), author=b"J\xf6rg <j@x> 7 +0000", rest=b"encoding ISO-8859-1\n\nf\xfcr\n"
    ),
    "an encoding that nobody knows": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), rest=b"encoding \xff\xfe\n\n\xff\n"
    ),
    "a signature and more": lambda tree, parent: _bytes(
        tree=tree, parents=(parent,), rest=b"gpgsig -----BEGIN\n line\n -----END\nmergetag object x\nodd\n\nx\n"
    ),
    "no message": lambda tree, parent: _bytes(tree=tree, parents=(parent,), rest=b"\n"),
    "nothing behind the headers": lambda tree, parent: _bytes(tree=tree, parents=(parent,)).partition(b"\n\n")[0],
    "a zero byte in the message": lambda tree, parent: _bytes(tree=tree, parents=(parent,), rest=b"\na\0b\n"),
    "capital letters in names": lambda tree, parent: _bytes(tree=tree.upper(), parents=(parent.upper(),)),
    "a hundred parents": lambda tree, parent: _bytes(tree=tree, parents=(parent,) * 100),
}


LINES = (("status",), ("reconcile", "--all", "--check"), ("log", KEY), ("fsck",), ("handoff", "eligible", *TASK))


def put(world: World, data: bytes) -> str:
    return world.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=data)


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_history_goes_through_an_odd_commit(world: World, make: Callable[[str, str], bytes]) -> None:
    base = world["base"]
    odd = put(world, make(world.ask("rev-parse", "main^{tree}"), base))
    world.git("update-ref", "refs/heads/main", odd)
    world.git("reset", "-q", "--hard")
    top = world.commit("T")
    git = open_repository(world.path)
    facts = find_commit(git, odd)
    assert facts is not None
    assert set(facts.parents) == {base}
    assert walk(git, [top], [base], limit=9)[0] == [facts, find_commit(git, top)]
    assert [each.oid for each in walk(git, [top], [], limit=9)[0]] == [base, odd, top]
    assert contains(git, top, base)
    assert not contains(git, base, top)
    assert merge_base(git, top, base) == base
    assert unreachable(git, [base, odd, top], [odd]) == {top}
    assert independent(git, [base, odd, top]) == [top]


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_a_whole_task_on_odd_commits(world: World, make: Callable[[str, str], bytes]) -> None:
    """An odd commit on the base, and one inside a stage; followed, verified, assembled, told."""
    open_shop(world)
    tree = world.ask("rev-parse", "main^{tree}")
    record_stage(world, 1, "feature/login", {"login.py": "1\n"})
    world.git("branch", "-q", "side", "main")
    world.git("update-ref", "refs/heads/main", put(world, make(tree, world.ask("rev-parse", "main"))))
    world.git("rebase", "-q", "main", "feature/login")
    world.okstra("reconcile", *TASK, "--apply")
    assert stage_of(world, 1)["commit"] == world.tip()
    changed = world.ask("rev-parse", "HEAD^{tree}")
    world.git("checkout", "-q", "-b", "feature/odd", "side")
    inside = put(world, make(changed, world.ask("rev-parse", "side")))
    world.git("update-ref", "refs/heads/feature/odd", inside)
    world.git("reset", "-q", "--hard")
    start = ("stage", "start", "2", *TASK, "--base", "side", "--branch", "feature/odd", "--no-worktree")
    world.okstra(*start)
    world.okstra("stage", "done", "2", *TASK)
    for line in (
        ("status",),
        ("reconcile", "--all", "--check"),
        ("log", KEY),
        ("fsck",),
        ("handoff", "eligible", *TASK),
    ):
        answer = world.okstra(*line, "--json", exit=None)
        assert answer.json.get("error", {}).get("code") != "internal", answer
    assert stage_of(world, 2)["commit"] == inside


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_a_copy_keeps_author_and_message_to_the_byte(world: World, make: Callable[[str, str], bytes]) -> None:
    tree = world.ask("rev-parse", "main^{tree}")
    odd = put(world, make(tree, world["base"]))
    git = open_repository(world.path)
    before = read_commit(git, odd)
    copy = copy_commit(git, odd, tree=tree, parents=[world["base"]], when=instant_of(1_700_000_000))
    after = read_commit(git, copy)
    assert after.author == (before.author or after.committer)
    assert (after.message, after.encoding, after.tree) == (before.message, before.encoding, tree)
    assert after.committer == b"Ada Tester <ada@example.org> 1700000000 +0000"
    assert world.ask("cat-file", "-t", copy) == "commit"


NAME = os.fsdecode(b"caf\xe9")


def test_names_in_another_encoding_go_through_everything(world: World) -> None:
    """A branch, a file, a message, a person and a tag; what is stored is what git has."""
    world.git("config", "user.name", os.fsdecode(b"J\xf6rg"))
    open_shop(world)
    world.git("branch", "-q", f"feature/{NAME}", "main")
    world.git("tag", "-a", NAME, "-m", NAME)
    record_stage(world, 1, "feature/login", {f"{NAME}.txt": "1\n"})
    world.git("commit", "-q", "--amend", "-m", os.fsdecode(b"f\xfcr"))
    world.okstra("reconcile", *TASK, "--apply")
    assert stage_of(world, 1)["commit"] == world.tip()
    for line in (
        ("status",),
        ("log", KEY),
        ("fsck",),
        ("doctor",),
        ("worktree", "list"),
        ("handoff", "eligible", *TASK),
    ):
        for form in ("--json", "--text"):
            answer = world.okstra_process(*line, form, exit=None)
            assert "a bug in okstra" not in answer.out + answer.err, answer
    answer = world.okstra("stage", "start", "2", *TASK, "--branch", f"feature/{NAME}", "--no-worktree", exit=None)
    assert answer.exit == 0 or answer.json["error"]["code"] != "internal"
