"""What names mean: branches first, full names exactly, and no short one that fits two different commits."""

from typing import NamedTuple

import pytest

from okstra_git.git.refs import TornRef
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.revisions import (
    RECORDS,
    AmbiguousRef,
    NotWork,
    branch_refs,
    find_branch_ref,
    find_named,
    find_recorded,
    printed_name,
    printed_recorded,
    recorded_name,
    require_named,
)
from okstra_git.store import layout
from tests.kit.refusals import refuses
from tests.kit.scenario import World


class Two(NamedTuple):
    """A repository on main at `new`, one commit above `old`."""

    world: World
    git: Git
    old: str
    new: str

    def ref(self, full: str, commit: str) -> None:
        self.world.git("update-ref", full, commit)


@pytest.fixture
def two(world: World) -> Two:
    old = world.tip()
    new = world.commit("second")
    return Two(world, open_repository(world.path), old, new)


@pytest.mark.parametrize("text", ["", "-x", "--all", "a\0b", "x" * 2000, "no-such", "HEAD:README", "main^{tree}",
                                  "\udcff", "refs/heads/none", "a..b", "@{99", ":/", "dead", "0" * 40])  # fmt: skip
def test_what_names_no_commit_is_none(two: Two, text: str) -> None:
    assert find_named(two.git, text) is None
    assert find_recorded(two.git, text) is None


def test_what_names_nothing_is_refused_where_it_has_to_name_something(two: Two) -> None:
    with refuses("ref.unresolvable") as refusal:
        require_named(two.git, "no-such", what="the base")
    assert refusal.value.message.startswith("the base 'no-such'")


AMBIGUOUS = {
    "tag and branch": ("x", ["refs/heads/x", "refs/tags/x"]),
    "branch and remote's": ("origin/x", ["refs/heads/origin/x", "refs/remotes/origin/x"]),
    "all three": ("a/b", ["refs/heads/a/b", "refs/remotes/a/b", "refs/tags/a/b"]),
    "branch heads/x": ("heads/x", ["refs/heads/heads/x", "refs/heads/x"]),
    "branch tags/x": ("tags/x", ["refs/heads/tags/x", "refs/tags/x"]),
    "branch remotes/o/x": ("remotes/o/x", ["refs/heads/remotes/o/x", "refs/remotes/o/x"]),
    "branch and remote": ("origin", ["refs/heads/origin", "refs/remotes/origin/HEAD"]),
    "branch and stash": ("stash", ["refs/heads/stash", "refs/stash"]),
    "branch like okstra's": ("okstra/stage/a/b/c/1", ["refs/heads/okstra/stage/a/b/c/1", "refs/okstra/stage/a/b/c/1"]),
    "hostile": ("x;id", ["refs/heads/x;id", "refs/tags/x;id"]),
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_a_short_name_that_fits_two_commits_is_refused_with_both_full_names(two: Two, kind: str) -> None:
    short, refs = AMBIGUOUS[kind]
    commits = [two.new, *[two.old] * (len(refs) - 1)]
    for ref, commit in zip(refs, commits, strict=True):
        two.ref(ref, commit)
    for text in (short, f"{short}~0", f"{short}^{{commit}}", f"{short}@{{0}}"):
        with pytest.raises(AmbiguousRef) as refusal:
            find_named(two.git, text)
        assert refusal.value.facts["refs"] == refs
        assert all(ref in refusal.value.message for ref in refs)
    for ref, commit in zip(refs, commits, strict=True):
        assert require_named(two.git, ref, what="it").commit == commit
        printed = printed_name(two.git, ref)
        assert require_named(two.git, printed, what="it").commit == commit
        assert two.world.git("rev-parse", printed) == commit
        assert two.world.last.err == "", "git warns of no ambiguity"


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_the_same_commit_under_two_names_is_no_question(two: Two, kind: str) -> None:
    short, refs = AMBIGUOUS[kind]
    for ref in refs:
        two.ref(ref, two.old)
    found = find_named(two.git, short)
    assert found is not None
    assert (found.commit, found.ref) == (two.old, refs[0])


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_a_name_on_record_is_the_branch(two: Two, kind: str) -> None:
    short, refs = AMBIGUOUS[kind]
    for ref in refs:
        two.ref(ref, two.old)
    two.ref(refs[0], two.new)
    assert find_recorded(two.git, short) == two.new
    assert find_branch_ref(two.git, short) == refs[0]
    assert two.world.ask("rev-parse", printed_recorded(two.git, short)) == two.new


def test_a_branch_called_like_the_beginning_of_a_commit(two: Two) -> None:
    short = two.old[:8]
    two.ref(f"refs/heads/{short}", two.new)
    with pytest.raises(AmbiguousRef) as refusal:
        find_named(two.git, short)
    assert refusal.value.facts["refs"] == [f"refs/heads/{short}", two.old]
    assert printed_name(two.git, f"refs/heads/{short}") == f"refs/heads/{short}"
    assert find_recorded(two.git, short) == two.new


def test_a_whole_object_name_is_that_object_whatever_is_called_so(two: Two) -> None:
    two.ref(f"refs/heads/{two.old}", two.new)
    assert require_named(two.git, two.old, what="it").commit == two.old
    assert require_named(two.git, two.old.upper(), what="it").commit == two.old
    gone = "12" * 20
    two.ref(f"refs/heads/{gone}", two.new)
    assert find_named(two.git, gone) is None
    assert find_recorded(two.git, f"refs/heads/{gone}") == two.new
    assert printed_name(two.git, f"refs/heads/{gone}") == f"refs/heads/{gone}"


@pytest.mark.parametrize("text", ["HEAD", "@", "HEAD~0", "@~0"])
def test_a_branch_called_head(two: Two, text: str) -> None:
    assert require_named(two.git, text, what="it").commit == two.new
    two.ref("refs/heads/HEAD" if text.startswith("H") else "refs/heads/@", two.old)
    with pytest.raises(AmbiguousRef) as refusal:
        find_named(two.git, text)
    assert two.new in refusal.value.facts["refs"], "HEAD itself has no other name than its commit"


def test_a_full_name_is_that_ref_and_nothing_else(two: Two) -> None:
    two.ref("refs/heads/refs/heads/main", two.old)
    assert require_named(two.git, "refs/heads/main", what="it").commit == two.new
    assert find_recorded(two.git, "refs/heads/main") == two.new
    named = require_named(two.git, "refs/heads/refs/heads/main", what="it")
    assert (named.commit, named.name) == (two.old, "refs/heads/refs/heads/main")
    two.ref("refs/heads/refs/heads/other", two.old)
    assert find_named(two.git, "refs/heads/other") is None


def test_how_a_name_is_recorded(two: Two) -> None:
    two.ref("refs/remotes/origin/main", two.old)
    two.ref("refs/tags/v1", two.old)
    two.world.git("branch", "side", two.old)
    names = {text: require_named(two.git, text, what="it").name for text in (
        "main", "refs/heads/main", "heads/main", "origin/main", "refs/remotes/origin/main", "v1", "refs/tags/v1",
        "HEAD", "@", two.old[:9], two.old, "main~1", "side^0",
    )}  # fmt: skip
    assert names == {
        "main": "main", "refs/heads/main": "main", "heads/main": "main", "origin/main": "origin/main",
        "refs/remotes/origin/main": "origin/main", "v1": "refs/tags/v1", "refs/tags/v1": "refs/tags/v1",
        "HEAD": "HEAD", "@": "HEAD", two.old[:9]: two.old, two.old: two.old, "main~1": two.old, "side^0": two.old,
    }  # fmt: skip
    assert {find_recorded(two.git, name) for text, name in names.items() if "main" not in text} == {two.old, two.new}


def test_a_remote_branch_is_recorded_in_full_where_a_branch_here_has_its_name(two: Two) -> None:
    two.ref("refs/remotes/origin/main", two.old)
    two.ref("refs/heads/origin/main", two.new)
    assert recorded_name(two.git, "refs/remotes/origin/main") == "refs/remotes/origin/main"
    assert recorded_name(two.git, "refs/heads/origin/main") == "origin/main"


def test_a_tag_never_stands_in_for_a_branch_that_is_gone(two: Two) -> None:
    two.ref("refs/tags/develop", two.old)
    assert find_recorded(two.git, "develop") is None
    assert find_recorded(two.git, "refs/tags/develop") == two.old


def test_tags_of_what_is_no_commit_fit_nothing(two: Two) -> None:
    two.world.git("tag", "main", f"{two.old}^{{tree}}")
    assert require_named(two.git, "main", what="it").commit == two.new


def test_a_branch_that_cannot_be_read_does_not_give_way_to_a_tag(two: Two) -> None:
    two.ref("refs/tags/x", two.old)
    two.world.write(".git/refs/heads/x", "rubbish\n")
    with pytest.raises(TornRef):
        find_named(two.git, "x")
    assert find_recorded(two.git, "x") is None
    two.world.write(".git/refs/heads/x", "ab" * 20 + "\n")
    with pytest.raises(AmbiguousRef):
        find_named(two.git, "x")
    assert find_recorded(two.git, "x") is None
    assert printed_name(two.git, "refs/tags/x") == "refs/tags/x"


def test_symbolic_refs_mean_what_they_point_to(two: Two) -> None:
    two.world.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    two.world.git("symbolic-ref", "refs/heads/dangling", "refs/heads/none")
    assert require_named(two.git, "alias", what="it") == (two.new, "refs/heads/alias", "alias")
    assert find_named(two.git, "dangling") is None


def test_expressions_that_git_knows(two: Two) -> None:
    two.world.git("switch", "-q", "-c", "side", two.old)
    two.world.git("switch", "-q", "main")
    for text, commit in {"main~1": two.old, "@{-1}": two.old, "main@{1}": two.old, ":/second": two.new,
                         "HEAD^{/base}": two.old, "refs/heads/main^": two.old}.items():  # fmt: skip
        assert require_named(two.git, text, what="it").commit == commit
    assert require_named(two.git, "@{-1}", what="it").name == "side"


@pytest.mark.parametrize("short", ["HEAD", "@", "-x", "refs/heads/main", "worktrees/a/HEAD", "v1"])
def test_a_branch_whose_short_name_git_reads_otherwise_is_printed_in_full(two: Two, short: str) -> None:
    two.world.write(".git/worktrees/a/HEAD", two.old + "\n")
    two.ref("refs/tags/v1", two.new)
    full = f"refs/heads/{short}"
    two.world.write(f".git/{full}", two.new + "\n")
    assert printed_name(two.git, full) == full
    assert printed_name(two.git, "refs/heads/main") == "main"
    assert find_recorded(two.git, recorded_name(two.git, full)) == two.new


def test_names_that_differ_in_case_are_different_names(two: Two) -> None:
    with refuses("ref.unresolvable") as refusal:
        require_named(two.git, "Main", what="the base")
    assert refusal.value.hint.startswith("there is refs/heads/main;")


def test_a_branch_that_only_a_remote_has_is_told_in_full(two: Two) -> None:
    two.ref("refs/remotes/origin/feature/x;id", two.old)
    with refuses("ref.unresolvable") as refusal:
        require_named(two.git, "feature/x;id", what="the base")
    assert refusal.value.facts["near"] == ["refs/remotes/origin/feature/x;id"]
    assert "'refs/remotes/origin/feature/x;id'" in refusal.value.hint


@pytest.mark.parametrize("ref", ["refs/okstra/log/a", "okstra/log/a", "refs/okstra/remote/o/a", "refs/notes/okstra",
                                 "notes/okstra", "refs/okstra/log/a~1"])  # fmt: skip
def test_where_records_are_kept_is_no_work(two: Two, ref: str) -> None:
    for name in ("refs/okstra/log/a", "refs/okstra/remote/o/a", "refs/notes/okstra"):
        two.ref(name, two.new)
    with pytest.raises(NotWork):
        require_named(two.git, ref, what="it")


def test_the_refs_of_records_are_those_of_the_layout() -> None:
    assert {layout.LOGS, layout.REMOTE_LOGS} < set(RECORDS)
    assert layout.NOTES.startswith(RECORDS)


def test_the_refs_that_a_branchs_name_may_mean() -> None:
    assert branch_refs("a/b") == ("refs/heads/a/b", "refs/remotes/a/b")
    assert branch_refs("refs/remotes/o/a") == ("refs/remotes/o/a",)
    assert [branch_refs(name) for name in ("refs/tags/v1", "", "HEAD", "@", "ab" * 20)] == [()] * 5
