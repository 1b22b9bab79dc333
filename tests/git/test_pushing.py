"""One branch goes to a remote: what arrives, what is refused and why, and what a broken connection leaves."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from okstra_git.git.pushing import Pushed, PushRejected, find_skipped, push_branch
from okstra_git.git.remotes import RemoteUnreachable, find_remote, remote_branch
from okstra_git.git.repo import Git, open_repository
from okstra_git.names import CommitId
from tests.kit.forge import Forge
from tests.kit.refusals import refuses
from tests.kit.scenario import World


@pytest.fixture
def forge(world: World, tmp_path: Path) -> Forge:
    """A server with main, and a branch `login` with one commit that it has not seen."""
    forge = Forge.begin(world, tmp_path)
    world.branch("login")
    world.commit("A")
    return forge


@pytest.fixture
def git(forge: Forge) -> Git:
    return open_repository(forge.world.path)


def push(git: Git, world: World, label: str = "A", branch: str = "login", **options: object) -> Pushed:
    commit = CommitId(world.labels.get(label, label))
    return push_branch(git, find_remote(git), branch, commit=commit, **options)  # type: ignore[arg-type]


def hook(world: World, name: str, text: str) -> None:
    world.write(f".git/hooks/{name}", f"#!/bin/sh\n{text}\n").chmod(0o755)


# --- what arrives


def test_a_new_branch_arrives_without_becoming_an_upstream(git: Git, forge: Forge) -> None:
    world = forge.world
    assert push(git, world) == Pushed(None, CommitId(world["A"]), up_to_date=False)
    assert forge.tip("login") == world["A"] == remote_branch(git, find_remote(git), "login")
    assert world.ask("config", "--get", "branch.login.remote", ok=False) == ""
    assert world.tip("refs/remotes/origin/login") == world["A"]


def test_the_same_again_is_no_work(git: Git, forge: Forge) -> None:
    push(git, forge.world)
    commit = CommitId(forge.world["A"])
    assert push(git, forge.world) == Pushed(commit, commit, up_to_date=True)


def test_a_longer_branch_says_what_was_there(git: Git, forge: Forge) -> None:
    world = forge.world
    push(git, world)
    world.commit("B")
    assert push(git, world, "B") == Pushed(CommitId(world["A"]), CommitId(world["B"]), up_to_date=False)


def test_a_commit_goes_where_it_is_told_to_whatever_is_checked_out(git: Git, forge: Forge) -> None:
    forge.world.checkout("main")
    push(git, forge.world, branch="team/login")
    assert forge.tip("team/login") == forge.world["A"]
    assert forge.tip("login") is None


def test_configuration_cannot_make_a_push_carry_more_or_use_force(git: Git, forge: Forge) -> None:
    world = forge.world
    world.git("tag", "-a", "-m", "v1", "v1")
    for key, value in {
        "push.followTags": "true",
        "push.default": "matching",
        "push.gpgSign": "true",
        "remote.origin.mirror": "true",
        "push.recurseSubmodules": "on-demand",
    }.items():
        world.git("config", key, value)
    world.git("config", "--add", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    world.git("branch", "private")
    push(git, world)
    assert forge.git("for-each-ref", "--format=%(refname)").splitlines() == ["refs/heads/login", "refs/heads/main"]
    world.amend({"A.txt": "other\n"})
    with pytest.raises(PushRejected):
        push(git, world, world.tip())
    assert forge.tip("login") == world["A"]


# --- what others did to the branch


def test_what_would_be_lost_is_named_and_nothing_is_pushed(git: Git, forge: Forge) -> None:
    world = forge.world
    colleague = world.clone("colleague")
    colleague.commit("theirs")
    colleague.git("push", "-q", str(forge.bare), "HEAD:refs/heads/login")
    with pytest.raises(PushRejected) as refused:
        push(git, world)
    there = world["theirs"]
    assert refused.value.message == (
        f"origin has {there[:10]} on login, which {world['A'][:10]} does not contain; nothing was pushed"
    )
    reason = refused.value.facts["reason"]
    assert refused.value.facts == {"remote": "origin", "branch": "login", "reason": reason, "there": there}
    assert reason
    assert refused.value.hint.splitlines() == [
        "git fetch origin", f"and look at what was added there: git log {world['A']}..{there}"
    ]  # fmt: skip
    assert forge.tip("login") == there


def test_a_rewritten_branch_is_never_forced_but_replaces_what_the_caller_names(git: Git, forge: Forge) -> None:
    world = forge.world
    push(git, world)
    amended = CommitId(world.amend({"A.txt": "better\n"}))
    with pytest.raises(PushRejected, match=f"origin has {world['A'][:10]} on login"):
        push(git, world, amended)
    before = CommitId(world["A"])
    assert push(git, world, amended, expect=before) == Pushed(before, amended, up_to_date=False)


def test_the_lease_holds_only_for_the_commit_that_was_named(git: Git, forge: Forge) -> None:
    world = forge.world
    push(git, world)
    amended = world.amend({"A.txt": "better\n"})
    colleague = world.worktree("colleague", "theirs", world["A"])
    theirs = colleague.commit("theirs")
    colleague.git("push", "-q", "origin", "HEAD:refs/heads/login")
    assert world.tip("origin/login") == theirs
    with pytest.raises(PushRejected, match=f"origin has {theirs[:10]} on login, where {world['A'][:10]} was expected"):
        push(git, world, amended, expect=CommitId(world["A"]))
    forge.delete("login")
    with pytest.raises(PushRejected, match="origin has no branch login any more, where"):
        push(git, world, amended, expect=CommitId(world["A"]))
    assert forge.tip("login") is None


# --- what the server does not want


def test_a_hook_of_the_server_is_quoted_plain_and_short(git: Git, forge: Forge) -> None:
    flood = "".join(f"line {n}\n" for n in range(100))
    forge.decline(f"\x1b[31mno\x1b[0m Fridays\x07\nsee https://ada:secret@wiki/\n{flood}")
    with refuses("push.declined") as refused:
        push(git, forge.world)
    assert re.fullmatch(r"origin declined to take login: .+ \(no Fridays\)", refused.value.message)
    assert refused.value.facts["said"][:3] == ["no Fridays", "see https://wiki/", "line 0"]
    assert len(refused.value.facts["said"]) == 20
    assert forge.tip("login") is None


def test_a_protected_branch_and_a_name_in_the_way_are_declined(git: Git, forge: Forge) -> None:
    forge.protect("main")
    with refuses("push.declined") as refused:
        push(git, forge.world, branch="main")
    assert refused.value.facts["said"][0] == "error: GH006: Protected branch update failed for refs/heads/main."
    with refuses("push.declined", match=r"origin declined to take main/login: .") as refused:
        push(git, forge.world, branch="main/login")
    assert "refs/heads/main" in refused.value.facts["said"][0]


# --- the user's hooks


def test_the_user_s_hooks_run_only_when_asked(git: Git, forge: Forge) -> None:
    world = forge.world
    hook(world, "pre-push", "touch fired; cat >given")
    push(git, world)
    assert not (world.path / "fired").exists()
    push(git, world, branch="other", run_hooks=True)
    assert (world.path / "given").read_text().split()[1:3] == [world["A"], "refs/heads/other"]


def test_a_failing_hook_of_the_user_stops_the_push_and_is_quoted(git: Git, forge: Forge) -> None:
    world = forge.world
    hook(world, "pre-push", "echo on stdout; printf '*\\tx:y\\t[new]\\n'; echo fatal: 2 tests failed >&2; exit 1")
    with refuses("push.hook-failed") as refused:
        push(git, world, run_hooks=True)
    assert refused.value.message == "your pre-push hook stopped the push: fatal: 2 tests failed"
    assert "on stdout" in refused.value.facts["said"]
    assert forge.tip("login") is None


def test_a_hook_that_agrees_is_not_blamed_for_a_server_that_dies(git: Git, forge: Forge) -> None:
    hook(forge.world, "pre-push", "exit 0")
    forge.cut("before")
    with pytest.raises(RemoteUnreachable):
        push(git, forge.world, run_hooks=True)


def test_a_hook_that_waits_for_a_terminal_finds_none(git: Git, forge: Forge) -> None:
    hook(forge.world, "pre-push", "exec </dev/tty || exit 1; read -r answer")
    with refuses("push.hook-failed"):
        push(git, forge.world, run_hooks=True, timeout=20)


def test_what_a_push_without_hooks_leaves_undone_is_known(git: Git, forge: Forge) -> None:
    world = forge.world
    assert find_skipped(git, world["A"]) == (None, False)
    world.commit("B", {".gitattributes": "# *.txt filter=lfs\n*.png filter=lfs diff=lfs merge=lfs -text\n"})
    hook(world, "pre-push", "exit 0")
    assert find_skipped(git, world["B"]) == (world.path / ".git/hooks/pre-push", True)
    assert find_skipped(git, world["A"]).uses_lfs is False
    world.git("config", "core.hooksPath", "githooks")
    assert find_skipped(git, world["B"]).hook is None
    world.write("githooks/pre-push", "#!/bin/sh\n").chmod(0o755)
    assert find_skipped(git, world["B"]).hook == world.path / "githooks/pre-push"
    (world.path / "githooks/pre-push").chmod(0o644)
    assert find_skipped(git, world["B"]).hook is None


# --- connections


def test_a_server_that_dies_after_it_took_the_branch_makes_a_success(git: Git, forge: Forge) -> None:
    forge.cut("after")
    assert push(git, forge.world) == Pushed(None, CommitId(forge.world["A"]), up_to_date=False)


def test_a_server_that_dies_before_is_told_and_repeating_works(git: Git, forge: Forge) -> None:
    forge.cut("before")
    with pytest.raises(RemoteUnreachable, match=r"origin cannot be reached: .") as refused:
        push(git, forge.world)
    assert refused.value.facts["why"] == "network"
    assert forge.tip("login") is None
    push(git, forge.world)


def test_a_server_that_is_gone_leaves_it_open_whether_the_branch_arrived(git: Git, forge: Forge) -> None:
    forge.vanish()
    with pytest.raises(RemoteUnreachable, match=r"origin cannot be reached: .") as refused:
        push(git, forge.world)
    assert refused.value.facts["why"] == "repository"
    assert refused.value.hint == (
        "whether login arrived is not known; repeating is safe: git remote get-url --push origin"
    )


def test_a_push_that_takes_too_long_is_ended_with_all_it_started(git: Git, forge: Forge) -> None:
    left = forge.world.path.parent / "pid"
    (forge.bare / "hooks/pre-receive").write_text(f"#!/bin/sh\necho $$ >{left}\nsleep 300\n")
    started = time.monotonic()
    with pytest.raises(RemoteUnreachable, match="origin did not answer within 1 s") as refused:
        push(git, forge.world, timeout=1)
    assert time.monotonic() - started < 10
    assert refused.value.facts["why"] == "time-out"
    deadline = time.monotonic() + 5
    while _lives(int(left.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(int(left.read_text()))


def _lives(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_an_unknown_commit_is_refused_before_the_network_is_asked(git: Git, forge: Forge) -> None:
    forge.vanish()
    with pytest.raises(PushRejected, match="there is no commit 0123456789 in this repository"):
        push(git, forge.world, "0123456789" * 4)


def test_of_several_push_addresses_the_first_counts(git: Git, forge: Forge, tmp_path: Path) -> None:
    for address in (str(forge.bare), str(tmp_path / "nowhere")):
        forge.world.git("config", "--add", "remote.origin.pushurl", address)
    assert push(git, forge.world).now == forge.tip("login")
    forge.vanish()
    with pytest.raises(RemoteUnreachable):
        push(git, forge.world)
