"""`git --git-dir`, `--work-tree` and what hooks export: obeyed where it is plain, else refused."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from okstra_git.git.repo import open_repository
from tests.cli.shop import KEY, TASK, open_shop, record_stage, refs, refused, stage_of, stage_place
from tests.kit.answers import run_program
from tests.kit.refusals import refuses
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def other(tmp_path: Path) -> World:
    other = World.begin(tmp_path / "other")
    other.okstra("init", "--project-id", "other", "--no-hooks")
    return other


def project(at: World, env: Mapping[str, str]) -> str | None:
    found: str | None = at.okstra_process("status", env=env).json["project"]
    return found


def test_what_says_both_places_is_obeyed_from_anywhere(shop: World, other: World, tmp_path: Path) -> None:
    env = {"GIT_DIR": str(shop.path / ".git"), "GIT_WORK_TREE": str(shop.path)}
    before = refs(other, "refs/okstra")
    assert project(other, env) == "shop"
    other.okstra_process("task", "open", "shop:web:second", "--category", "bugfix", env=env)
    assert refs(other, "refs/okstra") == before
    assert len(shop.okstra("status").json["tasks"]) == 2
    assert project(other, {"GIT_DIR": "../world/.git", "GIT_WORK_TREE": "../world"}) == "shop"
    nowhere = World(tmp_path)
    assert project(nowhere, env) == "shop"
    (shop.path / "sub").mkdir()
    assert project(World(shop.path / "sub"), {"GIT_DIR": "../.git", "GIT_WORK_TREE": ".."}) == "shop"


def test_a_git_directory_alone_is_obeyed_where_it_is_that_of_the_directory(shop: World) -> None:
    (shop.path / "sub").mkdir()
    for at, git_dir in ((shop.path, ".git"), (shop.path / "sub", "../.git"), (shop.path, str(shop.path / ".git"))):
        assert project(World(at), {"GIT_DIR": git_dir}) == "shop"
    linked = shop.worktree("linked", "feature/x", "main")
    for git_dir in (linked.ask("rev-parse", "--absolute-git-dir"), str(linked.path / ".git"), str(shop.path / ".git")):
        assert project(linked, {"GIT_DIR": git_dir}) == "shop"


@pytest.mark.parametrize(
    "env",
    [
        {"GIT_DIR": "../world/.git"},
        {"GIT_WORK_TREE": "../world"},
        {"GIT_DIR": "nowhere"},
        {"GIT_DIR": ".git/HEAD"},
        {"GIT_WORK_TREE": "nowhere"},
        {"GIT_COMMON_DIR": "../world/.git"},
        {"GIT_OBJECT_DIRECTORY": "../world/.git/objects"},
        {"GIT_DIR": "../world/.git", "GIT_WORK_TREE": "../world", "GIT_COMMON_DIR": ".git"},
    ],
    ids=str,
)
def test_what_is_not_plain_is_refused_and_nothing_is_written(shop: World, other: World, env: Mapping[str, str]) -> None:
    before = refs(other, "refs"), refs(shop, "refs")
    line = ("task", "open", "other:web:x", "--category", "feature")
    refused(other.okstra_process(*line, env=env, exit=1), "repo.redirected")
    assert (refs(other, "refs"), refs(shop, "refs")) == before


@pytest.mark.usefixtures("bin_dir", "shop")
def test_the_way_out_works(other: World) -> None:
    for env in ({"GIT_DIR": "../world/.git"}, {"GIT_WORK_TREE": "../world"}):
        hint = other.okstra_process("status", env=env, exit=1).json["error"]["hint"]
        said = run_program(["sh", "-c", hint], cwd=other.path, environ=other.environ(env))
        assert said.expect(0).json["ok"]


def test_a_bare_repository_and_one_that_says_where_its_work_tree_is(shop: World, other: World, tmp_path: Path) -> None:
    shop.git("clone", "-q", "--bare", str(shop.path), str(tmp_path / "bare.git"))
    env = {"GIT_DIR": str(tmp_path / "bare.git")}
    other.okstra_process("init", "--project-id", "shop", env=env)
    assert project(other, env) == "shop" == project(World(tmp_path / "bare.git"), {"GIT_DIR": "."})
    other.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.path), "inner")
    inner = World(other.path / "inner")
    open_shop(inner)
    assert project(other, {"GIT_DIR": ".git/modules/inner"}) == "shop"


@pytest.mark.usefixtures("bin_dir")
def test_a_hook_of_a_bare_repository_that_leads_into_another_one_is_refused(shop: World, tmp_path: Path) -> None:
    bare = World(tmp_path / "bare.git", labels=shop.labels, clock=shop.clock)
    shop.git("clone", "-q", "--bare", str(shop.path), str(bare.path))
    bare.okstra("init", "--project-id", "shop")
    before = refs(bare, "refs"), refs(shop, "refs")
    for git_dir in (".", str(bare.path)):
        line = ("-C", str(shop.path), "task", "open", "shop:web:y", "--category", "feature")
        answer = bare.okstra_process(*line, env={"GIT_DIR": git_dir}, exit=1)
        refused(answer, "repo.redirected")
        hint = answer.json["error"]["hint"]
        said = run_program(["sh", "-c", hint], cwd=bare.path, environ=bare.environ({"GIT_DIR": "."}))
        assert [task["key"] for task in said.expect(0).json["tasks"]] == [KEY]
    assert (refs(bare, "refs"), refs(shop, "refs")) == before
    assert project(bare, {"GIT_DIR": "."}) == "shop"


def test_a_work_tree_in_which_nothing_leads_to_its_repository(other: World, tmp_path: Path, home: Path) -> None:
    """As people keep the files of their home in git."""
    place = tmp_path / "place"
    place.mkdir()
    other.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "dots.git"))
    env = {"GIT_DIR": str(tmp_path / "dots.git"), "GIT_WORK_TREE": str(place)}
    other.git("commit", "-q", "--allow-empty", "-m", "dots", env=env)
    for line in (("init", "--project-id", "shop"), ("task", "open", KEY), ("stage", "start", "1", *TASK)):
        other.okstra_process(*line, env=env)
    stage = World(stage_place(home, 1), labels=other.labels, clock=other.clock)
    stage.commit("S1")
    assert stage.okstra_process("stage", "done").json["stages"][0]["commit"] == stage.tip()
    assert len(other.okstra_process("worktree", "list", env=env).json["worktrees"]) == 1
    assert other.okstra_process("config", "set", "keepDays", "3", env=env).json["value"] == 3
    assert other.ask("config", "okstra.keepDays", ok=False) == ""


@pytest.mark.usefixtures("bin_dir")
def test_hooks_of_every_worktree_go_on_working(shop: World, tmp_path: Path) -> None:
    shop.okstra("hooks", "install")
    record_stage(shop, 1, "feature/login")
    linked = shop.worktree("linked", "feature/logout", "main")
    record_stage(linked, 2, "feature/cart")
    for number, line in ((1, ["-C", str(shop.path)]), (2, ["-C", str(linked.path)])):
        elsewhere = World(tmp_path, labels=shop.labels, clock=shop.clock)
        elsewhere.git(*line, "commit", "-q", "--amend", "-m", "reworded")
        assert stage_of(shop, number)["commit"] == elsewhere.ask(*line, "rev-parse", "HEAD")
    away = {"GIT_DIR": str(shop.path / ".git"), "GIT_WORK_TREE": str(shop.path)}
    World(tmp_path, labels=shop.labels, clock=shop.clock).git("commit", "-q", "--amend", "-m", "again", env=away)
    assert stage_of(shop, 1)["commit"] == shop.tip()


@pytest.mark.usefixtures("bin_dir")
def test_an_alias_of_the_shell_finds_the_repository(shop: World) -> None:
    shop.git("config", "alias.st", "!git okstra status")
    (shop.path / "sub").mkdir()
    linked = shop.worktree("linked", "feature/x", "main")
    for at in (shop.path, shop.path / "sub", linked.path):
        World(at, labels=shop.labels, clock=shop.clock).git("st")


def test_a_ceiling_ends_the_search(shop: World) -> None:
    (shop.path / "sub").mkdir()
    below = World(shop.path / "sub", clock=shop.clock)
    refused(below.okstra_process("status", env={"GIT_CEILING_DIRECTORIES": str(shop.path)}, exit=1), "repo.none")


def test_a_bare_repository_that_git_wants_named_is_refused_unless_it_is(shop: World, tmp_path: Path) -> None:
    shop.git("clone", "-q", "--bare", str(shop.path), str(tmp_path / "bare.git"))
    shop.git("config", "--global", "safe.bareRepository", "explicit")
    with refuses("repo.unsafe"):
        open_repository(tmp_path / "bare.git")
    assert World(tmp_path / "bare.git").okstra_process("status", env={"GIT_DIR": "."}).json["ok"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
@pytest.mark.parametrize(
    "trust",
    [
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"},
        {"GIT_CONFIG_PARAMETERS": "'safe.directory'='*'"},
        {"GIT_CONFIG_GLOBAL": "trusting"},
        {"SUDO_UID": "65534"},
        {"GIT_DIR": ".git", "GIT_WORK_TREE": "."},
    ],
    ids=str,
)
def test_a_repository_of_somebody_else_is_opened_where_git_opens_it(
    shop: World, tmp_path: Path, trust: Mapping[str, str]
) -> None:
    """A work tree that the environment names outright is not asked for its owner, by git neither."""
    (tmp_path / "trusting").write_text("[safe]\n\tdirectory = *\n")
    env = {key: str(tmp_path / value) if key == "GIT_CONFIG_GLOBAL" else value for key, value in trust.items()}
    for place in (shop.path, *shop.path.rglob("*")):
        os.chown(place, 65534, 65534)
    refused(shop.okstra_process("status", exit=1), "repo.unsafe")
    assert shop.ask("log", "-1", "--format=%s", env=env) == "base"
    assert shop.okstra_process("status", env=env).json["project"] == "shop"
    assert shop.ask("log", "-1", ok=False) == ""
    refused(shop.okstra_process("status", env={"GIT_CONFIG_GLOBAL": os.devnull}, exit=1), "repo.unsafe")
