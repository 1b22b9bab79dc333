"""Which remote is meant, what it has, and in which words it is said that it cannot be reached."""

import os
from pathlib import Path

import pytest

from okstra_git.git.remotes import (
    Remote,
    RemoteUnreachable,
    find_remote,
    remote_branch,
    unreachable,
)
from okstra_git.git.repo import Git, open_repository
from tests.kit.refusals import refuses
from tests.kit.scenario import World


@pytest.fixture
def git(world: World) -> Git:
    return open_repository(world.path)


def remotes(world: World, *names: str) -> None:
    for name in names:
        world.git("remote", "add", name, f"https://example.org/{name}.git")


# --- which one


def test_a_named_remote_is_taken_and_an_unknown_one_refused(git: Git, world: World) -> None:
    remotes(world, "origin", "fork")
    assert find_remote(git, "fork") == Remote("fork", "https://example.org/fork.git")
    with refuses("remote.unknown", match=r"there is no remote 'x\\n\.\.'") as refused:
        find_remote(git, "x\n..")
    assert refused.value.hint == "known are fork, origin"
    with refuses("remote.unknown"):
        find_remote(git, "https://example.org/origin.git")


def test_without_a_name_push_default_comes_before_the_base_s_upstream_and_origin(world: World) -> None:
    remotes(world, "one", "two", "team/two", "origin")
    world.git("config", "remote.team.url", "https://example.org/team.git")
    assert find_remote(open_repository(world.path)).name == "origin"
    world.git("config", "remote.pushDefault", "one")
    assert (
        find_remote(open_repository(world.path)).name
        == "one"
        == find_remote(open_repository(world.path), base="main").name
    )
    world.git("config", "--unset", "remote.pushDefault")
    world.git("update-ref", "refs/remotes/team/two/main", "HEAD")
    world.git("branch", "-q", "-u", "team/two/main", "main")
    assert (
        find_remote(open_repository(world.path), base="main").name
        == "team/two"
        == find_remote(open_repository(world.path), base="team/two/main").name
    )
    assert find_remote(open_repository(world.path), "origin", base="main").name == "origin"


def test_a_push_default_that_names_nothing_is_refused(git: Git, world: World) -> None:
    remotes(world, "origin")
    world.git("config", "remote.pushDefault", "gone")
    with refuses("remote.unknown", match="there is no remote 'gone'"):
        find_remote(git)


def test_the_only_remote_is_taken_and_of_several_none_is_guessed(world: World) -> None:
    with refuses("remote.missing", match="this repository has no remote") as refused:
        find_remote(open_repository(world.path))
    assert refused.value.hint == "git remote add origin <url>"
    remotes(world, "upstream")
    assert find_remote(open_repository(world.path)).name == "upstream"
    remotes(world, "fork")
    with refuses("remote.missing", match="none of the remotes fork, upstream is preferred"):
        find_remote(open_repository(world.path))


def test_the_address_shown_is_the_one_for_pushing_and_holds_no_password(git: Git, world: World) -> None:
    remotes(world, "origin")
    world.git("config", "remote.origin.pushurl", "short:shop.git")
    world.git("config", "url.https://ada:secret@push.example.org/.insteadOf", "short:")
    assert find_remote(git).url == "https://push.example.org/shop.git"


# --- what it has


def test_only_the_branch_of_exactly_that_name_counts(git: Git, world: World, tmp_path: Path) -> None:
    server = World.begin(tmp_path / "server")
    server.git("branch", "deep/refs/heads/login")
    server.git("tag", "login")
    world.git("remote", "add", "origin", str(server.path))
    remote = find_remote(git)
    assert remote_branch(git, remote, "login") is None
    assert remote_branch(git, remote, "main") == server.tip()


def test_the_place_that_pushes_go_to_is_asked(git: Git, world: World, tmp_path: Path) -> None:
    for name in ("read", "write"):
        World.begin(tmp_path / name).commit(name)
    world.git("remote", "add", "origin", str(tmp_path / "read"))
    world.git("config", "remote.origin.pushurl", str(tmp_path / "write"))
    assert remote_branch(git, find_remote(git), "main") == World(tmp_path / "write").tip()


# --- why not


@pytest.mark.parametrize(
    ("address", "why", "said"),
    [
        ("/nowhere", "repository", "/nowhere"),
        ("https://ada:secret@127.0.0.1:1/shop.git", "network", "https://127.0.0.1:1/shop.git"),
        ("ssh://git@127.0.0.1:1/shop.git", "network", "127.0.0.1"),
        ("nonsense::shop", "network", "nonsense"),
    ],
)
def test_real_connections_that_fail(git: Git, world: World, address: str, why: str, said: str) -> None:
    world.git("remote", "add", "origin", address)
    with pytest.raises(RemoteUnreachable) as refused:
        remote_branch(git, find_remote(git), "main")
    assert refused.value.message.startswith("origin cannot be reached: ")
    assert said in refused.value.message
    assert refused.value.facts["why"] == why
    assert "secret" not in f"{refused.value.as_json()}"


@pytest.mark.parametrize(
    ("complaint", "why", "gist"),
    [
        (
            "git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\n"
            "Please make sure you have the correct access rights\nand the repository exists.\n",
            "authentication",
            "git@example.org: Permission denied (publickey)",
        ),
        (
            "fatal: could not read Username for 'https://example.org': terminal prompts disabled\n",
            "authentication",
            "could not read Username for 'https://example.org': terminal prompts disabled",
        ),
        (
            "remote: Repository not found.\nfatal: repository 'https://a:b@example.org/x/' not found\n",
            "repository",
            "repository 'https://example.org/x/' not found",
        ),
        (
            "Host key verification failed.\nfatal: Could not read from remote repository.\n",
            "authentication",
            "Host key",
        ),
        ("", "network", "git gave no reason"),
    ],
)
def test_complaints_of_git_and_ssh(complaint: str, why: str, gist: str) -> None:
    refusal = unreachable(Remote("origin", "x"), complaint.encode())
    assert refusal.message.startswith(f"origin cannot be reached: {gist}")
    assert refusal.facts["why"] == why


def test_ssh_is_told_to_ask_nothing_unless_the_user_says_how_it_is_run(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    for name in ("ssh", "own-ssh"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "{name} $* $(tty)" >>{calls}\nexit 255\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    world.git("remote", "add", "origin", "ssh://git@example.org/shop.git")

    def asked() -> str:
        calls.write_text("")
        git = open_repository(world.path)
        with pytest.raises(RemoteUnreachable):
            remote_branch(git, find_remote(git), "main")
        return calls.read_text()

    assert "ssh -o BatchMode=yes -o SendEnv=GIT_PROTOCOL git@" in asked()
    assert "not a tty" in asked()
    world.git("config", "core.sshCommand", "own-ssh")
    assert "own-ssh git@example.org" in asked()
    world.git("config", "--unset", "core.sshCommand")
    monkeypatch.setenv("GIT_SSH_COMMAND", "own-ssh -v")
    assert "own-ssh -v git@example.org" in asked()


def test_a_remote_that_never_answers_is_given_up(git: Git, world: World, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 300\n")
    slow.chmod(0o755)
    world.git("config", "core.sshCommand", str(slow))
    world.git("remote", "add", "origin", "ssh://git@example.org/shop.git")
    with pytest.raises(RemoteUnreachable, match=r"origin did not answer within 0\.5 s"):
        remote_branch(git, find_remote(git), "main", timeout=0.5)
