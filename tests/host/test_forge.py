"""Pull requests through a program that speaks as gh does: opened once, found again, and refused in plain words."""

import errno
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from okstra_git.errors import OkstraError
from okstra_git.host.forge import (
    ForgeRefused,
    ForgeTimedOut,
    ForgeUnauthenticated,
    PullRequestAnswer,
    PullRequestState,
    create_pull_request,
    find_gh,
    view_pull_request,
)
from tests.kit.forge import Forge
from tests.kit.refusals import refuses
from tests.kit.scenario import World
from tests.kit.surroundings import require_tool


@pytest.fixture
def forge(world: World, tmp_path: Path) -> Forge:
    """A server that has main and a branch `login` with one commit more."""
    forge = Forge.begin(world, tmp_path)
    world.branch("login")
    world.commit("A")
    world.git("push", "-q", "origin", "login")
    (tmp_path / "body.md").write_text("Why and how.\n")
    return forge


def create(forge: Forge, **options: Any) -> PullRequestAnswer:
    return create_with(forge.program, forge.world, forge.bare.parents[1] / "body.md", **options)


def create_with(
    gh: Path, world: World, body: Path, environ: Mapping[str, str] | None = None, **options: Any
) -> PullRequestAnswer:
    wanted: dict[str, Any] = {"head": "login", "base": "main", "title": "Log in", "body_file": body} | options
    return create_pull_request(gh, cwd=world.path, environ=environ or dict(os.environ), **wanted)


def view(forge: Forge, wanted: str, **options: Any) -> PullRequestState | None:
    return view_pull_request(forge.program, wanted, cwd=forge.world.path, environ=dict(os.environ), **options)


@pytest.fixture
def says(tmp_path: Path, world: World) -> Any:
    """Open a pull request with a gh that is this shell script."""

    def ask(script: str, **options: Any) -> PullRequestAnswer:
        gh = tmp_path / "gh"
        gh.write_text(f"#!/bin/sh\n{script}\n")
        gh.chmod(0o755)
        return create_with(gh, world, tmp_path / "body.md", **options)

    return ask


# --- opened


def test_gh_is_found_on_the_path_that_is_given(forge: Forge, tmp_path: Path) -> None:
    assert find_gh(forge.env["PATH"]) == forge.program
    assert find_gh(str(tmp_path)) is None


def test_a_pull_request_is_opened_with_everything_it_was_given(forge: Forge) -> None:
    title = "-x 'quoted' $(touch no) \u00e9"
    assert create(forge, title=title, draft=True, repo="acme/shop") == PullRequestAnswer(forge.url(1), existed=False)
    found = forge.pull_requests()[0]
    assert (found["title"], found["body"], found["draft"]) == (title, "Why and how.\n", True)
    assert not (forge.world.path / "no").exists()


def test_gh_runs_without_prompts_colours_or_a_hook_s_variables(forge: Forge) -> None:
    loud = {
        "GIT_DIR": "/nowhere",
        "GIT_INDEX_FILE": "/x",
        "GH_FORCE_TTY": "1",
        "CLICOLOR_FORCE": "1",
        "GH_DEBUG": "api",
    }
    create(forge, environ={**os.environ, **loud, "GH_HOST": "github.example", "GIT_SSH_COMMAND": "ssh -v"})
    call = forge.calls()[-1]
    assert call["cwd"] == str(forge.world.path)
    assert not loud.keys() & call["env"].keys()
    kept = {name: call["env"][name] for name in ("GH_HOST", "GIT_SSH_COMMAND", "GH_PROMPT_DISABLED", "NO_COLOR")}
    assert kept == {
        "GH_HOST": "github.example", "GIT_SSH_COMMAND": "ssh -v", "GH_PROMPT_DISABLED": "1", "NO_COLOR": "1",
    }  # fmt: skip


def test_opening_it_again_finds_it(forge: Forge) -> None:
    create(forge)
    assert create(forge, title="Another title") == PullRequestAnswer(forge.url(1), existed=True)
    assert len(forge.pull_requests()) == 1


def test_a_closed_one_does_not_count_as_open(forge: Forge) -> None:
    create(forge)
    forge.close(forge.url(1))
    assert create(forge) == PullRequestAnswer(forge.url(2), existed=False)


def test_the_address_is_the_last_one_gh_prints(says: Any) -> None:
    printed = ["see https://docs.example/", "https://one.example/pull/1", "https://h/pull/2", "https://h/ is green"]
    answer = says("; ".join(f"echo {line}" for line in printed))
    assert answer == PullRequestAnswer("https://h/pull/2", existed=False)


def test_what_fails_after_the_creation_does_not_undo_it(says: Any) -> None:
    answer = says("echo https://h/pull/2; echo 'pull request update failed: no such label' >&2; exit 1")
    assert answer == PullRequestAnswer("https://h/pull/2", existed=False)


# --- failures that say nothing


@pytest.mark.parametrize("crash", ["kill", "exit", "silent"])
def test_a_gh_that_did_it_and_broke_off_is_a_success(forge: Forge, crash: str) -> None:
    forge.switch(crash=crash)
    assert create(forge) == PullRequestAnswer(forge.url(1), existed=True)
    assert len(forge.pull_requests()) == 1


def test_a_gh_that_did_it_and_hangs_is_a_success_after_the_limit(forge: Forge) -> None:
    forge.switch(crash="hang")
    started = time.monotonic()
    assert create(forge, timeout=2) == PullRequestAnswer(forge.url(1), existed=True)
    assert time.monotonic() - started < 15


def test_a_gh_that_was_killed_before_it_did_anything_says_so(forge: Forge) -> None:
    forge.switch(crash="before")
    with refuses("forge.no-url", match="gh opened no pull request for login: it was killed by signal 9") as refused:
        create(forge)
    assert refused.value.hint.startswith("repeat: a pull request that is open by then is found")
    forge.switch(crash=None)
    assert create(forge).existed is False


def test_the_look_afterwards_takes_no_other_pull_request_for_ours(forge: Forge) -> None:
    forge.world.git("push", "-q", "origin", "main:next", "login:1")
    create(forge)
    forge.switch(crash="before")
    for other in ({"base": "next"}, {"head": "1"}):  # another base; a branch that reads like our pull request's number
        with refuses("forge.no-url"):
            create(forge, **other)


def test_a_gh_that_is_slow_is_ended(forge: Forge) -> None:
    forge.switch(slow=60)
    with pytest.raises(ForgeTimedOut, match="gh did not answer within 1 s"):
        view(forge, "login", timeout=1)


def test_an_end_without_an_address_is_no_success(says: Any) -> None:
    with refuses("forge.no-url", match="it exited 0 without saying"):
        says("echo thank you; echo 'a new release of gh is available' >&2")


def test_one_that_the_forge_noticed_first_is_looked_for(says: Any) -> None:
    found = '{"url":"https://h/pull/4","state":"OPEN","headRefName":"login","baseRefName":"main","mergeCommit":null}'
    race = "pull request create failed: GraphQL: A pull request already exists for acme:login. (createPullRequest)"
    answer = says(f"[ $2 = view ] && echo '{found}' && exit 0; echo '{race}' >&2; exit 1")
    assert answer == PullRequestAnswer("https://h/pull/4", existed=True)


# --- refused


def test_whoever_is_not_logged_in_is_told_how(forge: Forge) -> None:
    forge.switch(logged_in=False)
    for environ in ({**os.environ, "CI": ""}, {**os.environ, "CI": "1"}):
        with pytest.raises(ForgeUnauthenticated, match="it is not logged in") as refused:
            create(forge, environ=environ)
        assert refused.value.hint == "gh auth login"
    with pytest.raises(ForgeUnauthenticated):
        view(forge, "login")


def test_a_login_that_is_not_good_any_more(says: Any) -> None:
    with pytest.raises(ForgeUnauthenticated):
        says("echo 'HTTP 401: Bad credentials (https://api.github.com/graphql)' >&2; exit 1")


def test_a_network_that_is_down(forge: Forge) -> None:
    forge.switch(network=False)
    with refuses("forge.unreachable", match=r"login: error connecting to api\.github\.com$"):
        create(forge)
    with refuses("forge.unreachable"):
        view(forge, "login")


@pytest.mark.parametrize(
    "said",
    [
        'Post "https://api.github.com/graphql": dial tcp 1.2.3.4:443: i/o timeout',
        'Post "https://api.github.com/graphql": net/http: TLS handshake timeout',
        'Post "https://api.github.com/graphql": dial unix /run/gh.sock: connect: no such file or directory',
        "HTTP 502: Bad Gateway (https://api.github.com/graphql)",
    ],
)
def test_other_words_for_it(says: Any, said: str) -> None:
    with refuses("forge.unreachable"):
        says(f"echo '{said}' >&2; exit 1")


def test_the_real_gh_whose_socket_nobody_listens_on(world: World, tmp_path: Path) -> None:
    gh = require_tool("gh")
    (tmp_path / "config.yml").write_text(f"http_unix_socket: {tmp_path}/gh.sock\n")
    world.git("remote", "add", "origin", "https://github.com/acme/shop.git")
    environ = {**os.environ, "GH_CONFIG_DIR": str(tmp_path), "GH_TOKEN": "none"}
    with refuses("forge.unreachable", match="dial unix"):
        view_pull_request(gh, "login", cwd=world.path, environ=environ)


@pytest.mark.parametrize(
    ("options", "reason", "step"),
    [
        ({"head": "timeout"}, "Head sha can't be blank, Base sha can't be blank, No commits between main and timeout, "
         "Head ref must be a branch", "push the branch first"),
        ({"base": "gone"}, "Head sha can't be blank, Base sha can't be blank, No commits between gone and login, "
         "Base ref must be a branch", "the base is not on the forge: push it, or choose another one"),
        ({"head": "main"}, "No commits between main and main",
         "the base has everything already; compare it with the branch"),
        ({"repo": "acme/other"}, "Could not resolve to a Repository with the name 'acme/other'. (repository)",
         "settle what gh says, then repeat"),
        ({"title": ""}, "pull request title must not be blank", "settle what gh says, then repeat"),
        ({"body_file": Path("/nowhere")}, "open /nowhere: no such file or directory",
         "settle what gh says, then repeat"),
    ],
)  # fmt: skip
def test_the_forge_s_own_words_without_their_wrapping(
    forge: Forge, options: dict[str, Any], reason: str, step: str
) -> None:
    forge.world.write("uncommitted", "")
    with pytest.raises(ForgeRefused) as refused:
        create(forge, **options)
    head = options.get("head", "login")
    assert refused.value.message == f"gh opened no pull request for {head}: {reason}"
    assert refused.value.hint == step


def test_a_complaint_is_fit_for_a_terminal(says: Any) -> None:
    with pytest.raises(ForgeRefused, match=r"login: no way$"):
        says("printf '\\033[31mno way\\033[0m\\a\\nsecond\\n' >&2; exit 1")


def test_a_gh_that_cannot_be_run(forge: Forge) -> None:
    forge.program.chmod(0o644)
    with pytest.raises(ForgeRefused, match=f"gh cannot be run: {os.strerror(errno.EACCES)}"):
        create(forge)


# --- looked at


def test_a_pull_request_is_seen_open_merged_and_closed(forge: Forge) -> None:
    assert view(forge, "login") is None
    assert view(forge, forge.url(1)) is None
    create(forge)
    seen = PullRequestState(forge.url(1), "OPEN", "login", "main", None)
    assert view(forge, "login") == view(forge, forge.url(1)) == seen
    landed = forge.merge(forge.url(1))
    assert view(forge, forge.url(1)) == seen._replace(state="MERGED", merge_commit=landed)
    forge.world.git("push", "-q", "origin", "login:again")
    create(forge, head="again")
    forge.close(forge.url(2))
    assert view(forge, "again") == PullRequestState(forge.url(2), "CLOSED", "again", "main", None)


def test_another_repository_is_not_the_same_as_no_pull_request(forge: Forge) -> None:
    with pytest.raises(ForgeRefused, match="Could not resolve to a Repository"):
        view(forge, "https://github.example/acme/other/pull/1")


QUEUED = '{"url":"u","state":"QUEUED","headRefName":"a","baseRefName":"b","mergeCommit":null}'


@pytest.mark.parametrize("answer", ["", "[]", "{}", QUEUED, "null"])
def test_an_answer_of_an_unknown_form_is_refused(world: World, tmp_path: Path, answer: str) -> None:
    gh = tmp_path / "gh"
    gh.write_text(f"#!/bin/sh\necho '{answer}'\n")
    gh.chmod(0o755)
    with pytest.raises(OkstraError, match="does not know"):
        view_pull_request(gh, "login", cwd=world.path, environ=dict(os.environ))
