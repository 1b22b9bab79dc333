"""Who acts is what git says: for every source of an identity, the log names whom `git commit` would name."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from okstra_git.git.config import NOBODY
from okstra_git.git.refs import RefUpdate, swap_refs
from okstra_git.git.repo import open_repository
from okstra_git.names import CommitId
from tests.cli.shop import KEY, open_shop, record_stage
from tests.kit.scenario import World

Prepare = Callable[[World, Path], dict[str, str]]


def _variables(**given: str) -> Prepare:
    return lambda _world, _tmp: given


def _configured(*lines: tuple[str, ...]) -> Prepare:
    def prepare(world: World, _: Path) -> dict[str, str]:
        for words in lines:
            world.git("config", *words)
        return {}

    return prepare


def _another_global(_: World, tmp: Path) -> dict[str, str]:
    (tmp / "other").write_text("[user]\n\tname = Cid\n\temail = cid@example.org\n")
    return {"GIT_CONFIG_GLOBAL": str(tmp / "other")}


def _by_remote(world: World, tmp: Path) -> dict[str, str]:
    (tmp / "work").write_text("[user]\n\tname = Eva\n\temail = eva@example.org\n")
    world.git("remote", "add", "origin", "https://work.example.org/shop.git")
    world.git(
        "config", "--global", "includeIf.hasconfig:remote.*.url:https://work.example.org/**.path", str(tmp / "work")
    )
    return {}


def _by_place(world: World, tmp: Path) -> dict[str, str]:
    (tmp / "here").write_text("[user]\n\temail = here@example.org\n")
    world.git("config", "--global", f"includeIf.gitdir:{world.path}/.path", str(tmp / "here"))
    return {}


def _by_branch(world: World, tmp: Path) -> dict[str, str]:
    (tmp / "main").write_text("[user]\n\tname = Main\n")
    world.git("config", "--global", "includeIf.onbranch:main.path", str(tmp / "main"))
    return {}


LATIN1 = os.fsdecode(b"J\xf6rg")
SOURCES: dict[str, Prepare] = {
    "both persons in the environment": _variables(
        GIT_AUTHOR_NAME="Bea", GIT_AUTHOR_EMAIL="bea@x.org", GIT_COMMITTER_NAME="Ben", GIT_COMMITTER_EMAIL="ben@x.org"
    ),
    "the author alone": _variables(GIT_AUTHOR_NAME="Bea"),
    "the committer alone": _variables(GIT_COMMITTER_EMAIL="ben@x.org"),
    "EMAIL": _variables(EMAIL="mail@example.org"),
    "another global file": _another_global,
    "git -c": _variables(GIT_CONFIG_PARAMETERS="'user.name'='Dora'"),
    "counted settings": _variables(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="user.name", GIT_CONFIG_VALUE_0="Dot"),
    "git -c over counted settings": _variables(
        GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="user.name", GIT_CONFIG_VALUE_0="Dot",
        GIT_CONFIG_PARAMETERS="'user.name'='Dora'",
    ),
    "the author's own settings": _configured(("author.name", "Aud"), ("committer.email", "com@x.org")),
    "the repository's settings": _configured(("user.name", "Rob"), ("user.email", "rob@x.org")),
    "a setting of the worktree": _configured(
        ("extensions.worktreeConfig", "true"), ("--worktree", "user.name", "Wally")
    ),
    "an include for a remote": _by_remote,
    "an include for a place": _by_place,
    "an include for a branch": _by_branch,
    "a name that is not UTF-8": _variables(GIT_AUTHOR_NAME=LATIN1, GIT_COMMITTER_NAME=LATIN1),
    "signs that git strips": _configured(("user.name", " <Bob> , ")),
    "an absurd date": _variables(GIT_AUTHOR_DATE="rubbish", GIT_COMMITTER_DATE="rubbish", GIT_AUTHOR_NAME="Bea"),
}  # fmt: skip


@pytest.mark.parametrize("prepare", SOURCES.values(), ids=SOURCES)
def test_the_log_names_whom_git_would_name(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Prepare
) -> None:
    open_shop(world)
    for name, value in prepare(world, tmp_path).items():
        monkeypatch.setenv(name, value)
    wanted = [world.ask("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT", env=_NOW) for role in ROLES]
    world.okstra_process("task", "open", "shop:web:two", "--category", "feature", env=dict(os.environ))
    by = world.okstra("log", "shop:web:two", "-n", "1").json["events"][0]["by"]
    assert by == _person(wanted[0]).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    writer = world.okstra("status").json["writer"]
    assert world.ask("log", "-1", "--format=%an <%ae>%n%cn <%ce>", f"refs/okstra/log/{writer}") == "\n".join(
        map(_person, wanted)
    )


ROLES = ("AUTHOR", "COMMITTER")
_NOW = {"GIT_AUTHOR_DATE": "", "GIT_COMMITTER_DATE": ""}


def _person(ident: str) -> str:
    return ident.rpartition(" ")[0].rpartition(" ")[0]


@pytest.mark.usefixtures("bin_dir")
def test_whoever_amends_the_commit_of_another_is_named_and_not_its_author(world: World) -> None:
    """`git commit` tells its hooks the author of the commit in hand, in the environment."""
    open_shop(world)
    record_stage(world, 1, "feature/login")
    world.git("commit", "-q", "--amend", "-m", "reworded", "--author", "Zoe <zoe@example.org>")
    world.okstra("log", KEY)
    event = world.okstra("log", KEY, "-n", "1").json["events"][0]
    assert event["by"] == "Ada Tester <ada@example.org>"


def test_where_git_has_no_identity_nobody_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    world.git("config", "user.useConfigOnly", "true")
    open_shop(world)
    assert world.okstra("log", KEY).json["events"][0]["by"] == NOBODY.text


def test_a_branch_moved_by_okstra_names_its_mover_in_the_reflog(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Ben")
    git = open_repository(world.path)
    swap_refs(git, [RefUpdate("refs/heads/new", None, CommitId(world["base"]))], message="okstra: new")
    assert world.ask("log", "-g", "-1", "--format=%gn <%ge>", "new") == "Ben <ada@example.org>"
