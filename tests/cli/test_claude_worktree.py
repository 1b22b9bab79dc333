"""Claude Code's worktrees, made by okstra: on the right base, for any repository, and removed only where it is safe."""

import json
from pathlib import Path

import pytest

from okstra_git.git.worktrees import is_own_lock
from okstra_git.porcelain.agent_worktree import LOCKED
from tests.cli.shop import open_shop, record_stage
from tests.kit.answers import Answer
from tests.kit.scenario import World
from tests.kit.vendors.homes import Vendors

pytestmark = pytest.mark.usefixtures("bin_dir")


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    return world


def create(world: World, name: object = "calm", exit: int = 0) -> Answer:
    event = json.dumps({"hook_event_name": "WorktreeCreate", "name": name})
    return world.okstra("hook", "claude-worktree-create", stdin=event, exit=exit)


def remove(world: World, path: object) -> str:
    event = json.dumps({"hook_event_name": "WorktreeRemove", "worktree_path": str(path)})
    answer = world.okstra("hook", "claude-worktree-remove", stdin=event)
    assert answer.out == ""
    return answer.err


def tip(world: World, name: str) -> str:
    return world.git("rev-parse", name).strip()


def test_in_an_unknown_repository_it_begins_at_the_target(world: World) -> None:
    main = world.commit("A")
    world.git("switch", "-q", "-c", "mine")
    world.commit("B")
    answer = create(world)
    assert (answer.out, answer.err) == (f"{world.path}/.claude/worktrees/calm\n", "")
    assert tip(world, "worktree-calm") == main
    assert f"locked {LOCKED}" in world.git("worktree", "list", "--porcelain")
    assert not is_own_lock(LOCKED)
    assert not (world.path / ".git/okstra").exists()


def test_on_a_stage_it_begins_at_the_stage_and_is_used_again(shop: World) -> None:
    path = Path(create(shop).out.strip())
    assert tip(shop, "worktree-calm") == tip(shop, "feature/login") != tip(shop, "main")
    (path / "draft.txt").write_text("one\n")
    assert create(shop).out.strip() == str(path)
    assert (path / "draft.txt").exists()


def test_on_an_adopted_branch_it_begins_there(world: World) -> None:
    world.commit("A")
    world.git("switch", "-q", "-c", "mine")
    mine = world.commit("B")
    world.okstra("adopt", "mine")
    create(world)
    assert tip(world, "worktree-calm") == mine


def test_a_target_with_an_upstream_is_taken_as_it_was_fetched(world: World) -> None:
    world.commit("A")
    fetched = world.commit("B")
    world.git("update-ref", "refs/remotes/origin/main", fetched)
    world.git("config", "remote.origin.url", "nowhere")
    world.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    world.git("branch", "-q", "--set-upstream-to=origin/main", "main")
    world.git("reset", "-q", "--hard", "HEAD~1")
    create(world)
    assert tip(world, "worktree-calm") == fetched


def test_a_fetched_target_comes_before_the_one_here(world: World) -> None:
    world.commit("A")
    fetched = world.commit("B")
    world.git("update-ref", "refs/remotes/origin/main", fetched)
    world.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    world.git("config", "remote.origin.url", "nowhere")
    world.git("reset", "-q", "--hard", "HEAD~1")
    create(world)
    assert tip(world, "worktree-calm") == fetched


def test_a_worktree_is_made_even_where_the_records_are_damaged(shop: World) -> None:
    for ref in shop.git("for-each-ref", "--format=%(refname)", "refs/okstra").split():
        shop.git("update-ref", ref, tip(shop, "main"))
    path = Path(create(shop).out.strip())
    assert (path / ".git").is_file()


def test_a_branch_that_is_checked_out_elsewhere_leaves_a_worktree_of_head(world: World, tmp_path: Path) -> None:
    world.commit("A")
    world.git("worktree", "add", "-q", "-b", "worktree-calm", str(tmp_path / "elsewhere"))
    answer = create(world)
    assert "at HEAD and on no branch" in answer.err
    assert (Path(answer.out.strip()) / ".git").is_file()


def test_a_worktree_whose_folder_is_gone_is_made_again(world: World) -> None:
    world.commit("A")
    path = Path(create(world).out.strip())
    path.rename(path.parent.parent / "away")
    (path.parent.parent / "away/.git").unlink()
    answer = create(world)
    assert (answer.out.strip(), answer.err) == (str(path), "")
    assert tip(world, "worktree-calm") == tip(world, "main")
    assert (path / ".git").is_file()


@pytest.mark.parametrize("name", ["../x", "a b", "", "/etc", "a//b", ".", "a/..", ".git", "x" * 65, "a\0b", "-n;id", 7])
def test_a_name_that_is_not_one_makes_nothing(world: World, name: object) -> None:
    world.commit("A")
    answer = create(world, name, exit=1)
    assert (answer.out, answer.err.startswith("okstra: there is no worktree for the session: ")) == ("", True)
    assert not (world.path / ".claude").exists()


def test_a_name_may_have_segments_or_begin_like_an_option(world: World) -> None:
    world.commit("A")
    assert create(world, "a/b").out.endswith("/.claude/worktrees/a+b\n")
    assert create(world, "--force").out.endswith("/.claude/worktrees/--force\n")
    assert tip(world, "refs/heads/worktree---force") == tip(world, "main")


def test_a_link_that_leads_out_of_the_project_is_not_followed(world: World, tmp_path: Path) -> None:
    world.commit("A")
    (tmp_path / "out").mkdir()
    (world.path / ".claude").symlink_to(tmp_path / "out")
    assert create(world, exit=1).out == ""
    assert not list((tmp_path / "out").iterdir())


def test_a_clean_worktree_goes_and_its_branch_stays(world: World) -> None:
    world.commit("A")
    path = Path(create(world).out.strip())
    assert remove(world, path) == ""
    assert not path.exists()
    assert tip(world, "worktree-calm") == tip(world, "main")
    assert create(world).out.strip() == str(path)


def test_a_worktree_with_work_stays_locked_and_is_named(world: World) -> None:
    world.commit("A")
    path = Path(create(world).out.strip())
    (path / "draft.txt").write_text("one\n")
    assert "was not removed: it has files that are not committed: draft.txt" in remove(world, path)
    assert (path / "draft.txt").exists()
    assert f"locked {LOCKED}" in world.git("worktree", "list", "--porcelain")


def test_what_is_not_committed_on_a_stage_is_kept_in_a_snapshot_too(shop: World) -> None:
    path = Path(create(shop).out.strip())
    shop.git("switch", "-q", "main")
    shop.git("-C", str(path), "switch", "-q", "feature/login")
    (path / "draft.txt").write_text("one\n")
    assert "was not removed" in remove(shop, path)
    (snapshot,) = shop.okstra("run", "snapshots", "--json").json["snapshots"]
    assert snapshot["reason"] == "an agent's session ended"


def test_nothing_else_is_removed(world: World, tmp_path: Path) -> None:
    world.commit("A")
    other = tmp_path / "other"
    world.git("worktree", "add", "-q", str(other))
    for path in (other, world.path, tmp_path, "--force", f"{world.path}/.claude/worktrees/../../../other"):
        assert "is not a worktree in .claude/worktrees" in remove(world, path)
    assert other.is_dir()
    assert "is not the event" in world.okstra("hook", "claude-worktree-remove", stdin="{}").err


def test_a_worktree_that_somebody_else_locked_stays(world: World) -> None:
    world.commit("A")
    path = Path(create(world).out.strip())
    world.git("worktree", "unlock", str(path))
    world.git("worktree", "lock", "--reason=mine", str(path))
    assert "somebody locked it: mine" in remove(world, path)
    assert "locked mine" in world.git("worktree", "list", "--porcelain")


def test_claude_works_in_the_worktree_that_okstra_made(shop: World, vendors: Vendors) -> None:
    shop.okstra("setup", "--worktree-hooks", "--for", "claude")
    vendors.trust(shop.path)
    answer = vendors.run_claude(shop.path, "--worktree", "calm", environ=shop.environ()).expect(0)
    begun = json.loads(answer.out.splitlines()[0])
    assert begun["cwd"] == str(shop.path / ".claude/worktrees/calm")
    assert tip(shop, "worktree-calm") == tip(shop, "feature/login")
    assert f"locked {LOCKED}" in shop.git("worktree", "list", "--porcelain")
