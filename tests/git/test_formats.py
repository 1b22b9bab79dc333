"""Which repositories are opened, and what is said of the others."""

from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.repo import open_repository
from tests.kit.ref_formats import begin_in, list_gits, use_git
from tests.kit.scenario import World

NEWEST = max(list_gits().items(), key=lambda item: tuple(map(int, item[0].split("."))))[1]
"""The folder of the newest git here."""


def _extend(world: World, **extensions: str) -> None:
    config = world.path / ".git/config"
    lines = "".join(f"\t{name} = {value}\n" for name, value in extensions.items())
    config.write_text(f"{config.read_text()}[core]\n\trepositoryformatversion = 1\n[extensions]\n{lines}")


def _refused(path: Path) -> OkstraError:
    with pytest.raises(OkstraError) as refused:
        open_repository(path)
    assert refused.value.code == "repo.unsupported"
    return refused.value


def test_an_extension_that_nobody_knows_is_named_alone(tmp_path: Path) -> None:
    world = World.begin(tmp_path / "shop")
    _extend(world, objectFormat="sha1", somethingNew="yes")
    refusal = _refused(world.path)
    assert "extensions.somethingnew = yes" in refusal.message
    assert "objectformat" not in refusal.message
    assert refusal.hint


@pytest.mark.parametrize("known", ["noop", "preciousObjects", "worktreeConfig", "relativeWorktrees", "partialClone"])
def test_extensions_that_change_nothing_for_us_are_opened(tmp_path: Path, known: str) -> None:
    world = World.begin(tmp_path / "shop")
    _extend(world, **{known: "true"})
    assert open_repository(world.path).ref_format == "files"


def test_sha256_is_refused_in_one_sentence(tmp_path: Path) -> None:
    world = begin_in(tmp_path / "shop", "files", "--object-format=sha256")
    refusal = _refused(world.path)
    assert "sha256" in refusal.message
    assert "sha1" in refusal.hint


def test_a_ref_format_that_git_does_not_know_is_refused(tmp_path: Path) -> None:
    world = World.begin(tmp_path / "shop")
    _extend(world, refStorage="stones")
    assert "stones" in _refused(world.path).message


def test_relative_links_between_worktrees_are_followed(tmp_path: Path, bin_dir: Path) -> None:  # noqa: ARG001
    use_git(NEWEST)
    world = begin_in(tmp_path / "shop", "files")
    world.git("config", "worktree.useRelativePaths", "true")
    world.okstra("init", "--project-id", "shop")
    world.okstra("config", "set", "worktreeRoot", str(tmp_path / "trees"))
    world.okstra("task", "open", "shop:web:login")
    world.okstra("stage", "start", "1", "--task-key", "shop:web:login", "--title", "one")
    stage = World(tmp_path / "trees/shop/web/login/stage-1", labels=world.labels, clock=world.clock)
    stage.commit("A")
    stage.okstra("stage", "done", "1")
    stage.amend({}, "-m", "A reworded")
    assert stage.okstra("status").json["problems"] == []
    world.git("merge", "-q", stage.tip())
    world.okstra("reconcile", "--task-key", "shop:web:login", "--apply")
    world.okstra("stage", "release", "1", "--task-key", "shop:web:login", exit=None)
    pruned = world.okstra("worktree", "prune").json["worktrees"]
    assert [row["removed"] for row in pruned] == [True], pruned
    assert not stage.path.exists()


def test_a_bare_repository_that_has_to_be_named_is_worked_in_when_it_is(tmp_path: Path) -> None:
    bare = World.begin(tmp_path / "shop").clone("bare", "--bare")
    bare.git("config", "--global", "safe.bareRepository", "explicit")
    refusal = bare.okstra("landed", "main", exit=1).json["error"]
    assert refusal["code"] == "repo.unsafe"
    assert f"--git-dir={bare.path}" in refusal["hint"]
    named = {"GIT_DIR": str(bare.path)}
    assert bare.okstra("landed", "main", env=named).json["refs"][0]["state"] == "landed"
    assert bare.okstra("init", "--project-id", "shop", env=named).json["ok"]
    bare.git("worktree", "add", "-q", str(tmp_path / "work"), "main", env=named)
    work = World(tmp_path / "work", labels=bare.labels, clock=bare.clock)
    work.okstra("task", "open", "shop:web:login")
    assert bare.okstra("status", env=named).json["tasks"][0]["key"] == "shop:web:login"
    assert work.okstra("doctor", exit=None).json["ok"]
