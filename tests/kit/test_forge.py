"""The forge for tests: pull requests as gh speaks of them, merges as git itself would do them, servers that fail."""

from pathlib import Path

import pytest

from tests.kit.forge import Forge
from tests.kit.scenario import World

CREATE = ("pr", "create", "--head", "login", "--base", "main", "--title", "Log in", "--body", "Two commits.")


@pytest.fixture
def forge(world: World, tmp_path: Path) -> Forge:
    """A branch `login` with two commits, not pushed yet; main has moved meanwhile on the server."""
    forge = Forge.begin(world, tmp_path)
    world.branch("login")
    world.commit("A", {"a": "1\n"})
    world.commit("B", {"a": "2\n", "b": "1\n"})
    return forge


@pytest.fixture
def pushed(forge: Forge) -> Forge:
    forge.world.git("push", "-q", "origin", "login")
    return forge


@pytest.fixture
def moved(pushed: Forge) -> Forge:
    """The same with another commit on the server's main."""
    world = pushed.world
    world.checkout("main")
    world.commit("M")
    world.git("push", "-q", "origin", "main")
    world.checkout("login")
    return pushed


def _subjects(forge: Forge, span: str) -> str:
    return " ".join(forge.git("log", "--reverse", "--first-parent", "--format=%s,", span).split("\n"))


# --- gh pr create


def test_a_new_pull_request_is_its_url_on_standard_output(pushed: Forge) -> None:
    answer = pushed.gh(*CREATE, "--draft")
    assert (answer.out, answer.err) == ("https://github.example/acme/shop/pull/1\n", "")
    found = pushed.pull_requests()[0]
    assert (found["head"], found["base"], found["title"], found["draft"]) == ("login", "main", "Log in", True)
    assert pushed.git("rev-parse", "refs/pull/1/head") == pushed.world.tip("login")


def test_a_second_one_is_refused_with_the_url_of_the_first(pushed: Forge) -> None:
    pushed.gh(*CREATE)
    answer = pushed.gh(*CREATE, exit=1)
    assert answer.err == f'a pull request for branch "login" into branch "main" already exists:\n{pushed.url(1)}\n'


def test_without_title_and_body_it_needs_a_terminal(pushed: Forge) -> None:
    answer = pushed.gh("pr", "create", "--head", "login", "--title", "Log in", exit=1)
    assert answer.err.startswith("must provide `--title` and `--body` (or `--fill`")
    assert "Usage:  gh pr create [flags]" in answer.err


def test_without_head_the_branch_must_be_pushed(forge: Forge) -> None:
    short = ("pr", "create", "--title", "Log in", "--body", "")
    assert forge.gh(*short, exit=1).err.startswith("aborted: you must first push the current branch to a remote")
    forge.world.git("push", "-q", "origin", "login")
    forge.world.write("stray", "")
    assert forge.gh(*short).err == "Warning: 1 uncommitted change\n"


def test_missing_branches_are_refused_in_the_server_s_words(forge: Forge) -> None:
    said = forge.gh(*CREATE, exit=1).err
    assert said == (
        "pull request create failed: GraphQL: Head sha can't be blank, Base sha can't be blank, "
        "No commits between main and login, Head ref must be a branch (createPullRequest)\n"
    )
    forge.world.git("push", "-q", "origin", "login", "main:same")
    assert "Base ref must be a branch" in forge.gh(*CREATE, "--base=gone", exit=1).err
    said = forge.gh(*CREATE, "-H", "same", exit=1).err
    assert said == "pull request create failed: GraphQL: No commits between main and same (createPullRequest)\n"


def test_whoever_is_not_logged_in_gets_exit_code_4(pushed: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    pushed.switch(logged_in=False)
    assert "gh auth login" in pushed.gh(*CREATE, exit=4).err
    assert "GH_TOKEN" in pushed.gh(*CREATE, exit=4, env={"CI": "1"}).err
    assert "gh auth login" in pushed.gh("auth", "status", exit=1).err


def test_other_troubles(pushed: Forge) -> None:
    assert pushed.gh("pr", "create", "--nonsense", exit=1).err.startswith("unknown flag: --nonsense\n\nUsage:")
    assert "unknown shorthand flag: 'x' in -x" in pushed.gh("pr", "create", "-x", exit=1).err
    assert "Could not resolve to a Repository" in pushed.gh(*CREATE, "--repo", "acme/other", exit=1).err
    pushed.switch(network=False)
    assert pushed.gh(*CREATE, exit=1).err.startswith("error connecting to api.github.com\n")
    pushed.switch(network=True, crash="kill")
    assert pushed.gh(*CREATE, exit=-9).out == ""
    assert [found["state"] for found in pushed.pull_requests()] == ["OPEN"]
    assert pushed.gh("--version").out.startswith("gh version 2.")


# --- gh pr view and close


def test_a_pull_request_is_seen_by_url_number_and_branch(pushed: Forge) -> None:
    pushed.gh(*CREATE)
    for name in (pushed.url(1), "1", "#1", "login"):
        found = pushed.gh("pr", "view", name, "--json", "url,state,mergeCommit").json
        assert found == {"url": pushed.url(1), "state": "OPEN", "mergeCommit": None}
    pushed.close(pushed.url(1))
    assert pushed.gh("pr", "view", "login", "--json", "state").json == {"state": "CLOSED"}


def test_what_is_not_there_is_said(pushed: Forge) -> None:
    said = pushed.gh("pr", "view", "nowhere", "--json", "url", exit=1).err
    assert said == 'no pull requests found for branch "nowhere"\n'
    assert "Could not resolve to a PullRequest" in pushed.gh("pr", "view", pushed.url(7), exit=1).err
    assert pushed.gh("pr", "view", "1", "--json", "nothing", exit=1).err.startswith('Unknown JSON field: "nothing"')


def test_a_deleted_branch_closes_and_a_pushed_merge_merges(moved: Forge) -> None:
    moved.gh(*CREATE)
    moved.delete("login")
    assert moved.pull_requests()[0]["state"] == "CLOSED"
    moved.world.git("push", "-q", "origin", "login:again")
    moved.gh("pr", "create", "-H", "again", "-B", "main", "-t", "Again", "-b", "")
    landed = moved.land("again", "merge")
    assert [(found["state"], found["merge_commit"]) for found in moved.pull_requests()][1] == ("MERGED", landed)


# --- merging, compared with what git does


def test_a_squash_is_one_commit_with_the_title_and_number(moved: Forge) -> None:
    moved.gh(*CREATE)
    landed = moved.merge(moved.url(1), how="squash")
    assert moved.tip("main") == landed
    assert moved.git("log", "-1", "--format=%B", landed).rstrip() == "Log in (#1)\n\n* A\n\n* B"
    assert moved.git("log", "-1", "--format=%an, %cn, %p", landed).startswith("Ada Tester, GitHub, ")
    assert _subjects(moved, f"{landed}^..{landed}") == "Log in (#1),"
    world = moved.world
    world.git("checkout", "-q", "--detach", "main")
    world.git("merge", "-q", "--squash", "login")
    world.git("commit", "-q", "-m", "mine")
    assert moved.git("rev-parse", f"{landed}^{{tree}}") == world.ask("rev-parse", "HEAD^{tree}")
    assert moved.git("rev-parse", f"{landed}^") == world.tip("main")


def test_a_rebase_makes_every_commit_anew_even_where_main_stood_still(pushed: Forge) -> None:
    pushed.gh(*CREATE)
    landed = pushed.merge(pushed.url(1), how="rebase")
    assert landed != pushed.world.tip("login")
    assert pushed.git("log", "--reverse", "--format=%s %an %cn", "HEAD~2..HEAD").splitlines() == [
        "A Ada Tester GitHub",
        "B Ada Tester GitHub",
    ]
    assert pushed.git("diff", landed, pushed.world.tip("login")) == ""


def test_a_rebase_leaves_out_merge_commits(moved: Forge) -> None:
    world = moved.world
    world.git("merge", "-q", "-m", "Merge main", "main")
    world.commit("C")
    world.git("push", "-q", "origin", "login")
    moved.gh(*CREATE)
    moved.merge(moved.url(1), how="rebase")
    assert _subjects(moved, "main") == "base, M, A, B, C,"
    assert moved.git("diff", "main", "login") == ""


def test_a_merge_is_a_merge_commit_even_where_a_fast_forward_would_do(pushed: Forge) -> None:
    pushed.gh(*CREATE)
    landed = pushed.merge(pushed.url(1), how="merge")
    parents = pushed.git("log", "-1", "--format=%P", landed).split()
    assert parents == [pushed.world["base"], pushed.world.tip("login")]
    assert pushed.git("log", "-1", "--format=%s", landed) == "Merge pull request #1 from acme/login"
    seen = pushed.gh("pr", "view", "1", "--json", "state,mergeCommit").json
    assert seen == {"state": "MERGED", "mergeCommit": {"oid": landed}}


@pytest.mark.parametrize("how", ["--squash", "--rebase", "--merge"])
def test_a_conflict_merges_nothing(pushed: Forge, how: str) -> None:
    world = pushed.world
    pushed.gh(*CREATE)
    world.checkout("main")
    world.commit("M", {"a": "other\n"})
    world.git("push", "-q", "origin", "main")
    said = pushed.gh("pr", "merge", "1", how, exit=1).err
    assert "is not mergeable: the merge commit cannot be cleanly created." in said
    assert pushed.tip("main") == world["M"]
    assert pushed.pull_requests()[0]["state"] == "OPEN"
    assert len(pushed.git("worktree", "list").splitlines()) == 1


# --- the server


def test_a_push_option_lands_the_branch(moved: Forge) -> None:
    moved.world.git("push", "-q", "-o", "squash-into=main", "origin", "login:other")
    assert _subjects(moved, "main") == "base, M, B,"
    assert "main is at" in moved.world.last.err


def test_a_protected_branch_takes_no_push_but_a_merge(pushed: Forge) -> None:
    pushed.protect("main")
    pushed.world.git("push", "origin", "login:main", ok=False)
    assert "remote: error: GH006: Protected branch update failed for refs/heads/main." in pushed.world.last.err
    pushed.gh(*CREATE)
    assert pushed.merge(pushed.url(1)) == pushed.tip("main")


@pytest.mark.parametrize(("when", "arrived"), [("before", False), ("after", True)])
def test_a_server_that_dies_leaves_the_branch_moved_or_not(forge: Forge, when: str, arrived: bool) -> None:
    forge.cut(when)  # type: ignore[arg-type]
    forge.world.git("push", "origin", "login", ok=False)
    assert forge.world.last.exit != 0
    assert (forge.tip("login") is not None) == arrived
    forge.world.git("push", "-q", "origin", "login")


def test_a_server_may_decline_and_vanish_and_come_back(forge: Forge) -> None:
    forge.decline("not on a Friday")
    forge.world.git("push", "origin", "login", ok=False)
    assert "remote: not on a Friday" in forge.world.last.err
    forge.decline(None)
    forge.vanish()
    forge.world.git("push", "origin", "login", ok=False)
    assert "not on a Friday" not in forge.world.last.err
    forge.return_()
    forge.world.git("push", "-q", "origin", "login")
