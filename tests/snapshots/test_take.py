"""Dirty worktrees kept as commits: everything in them, nothing of them touched, and put back without loss."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from okstra_git.git.repo import Git, open_repository
from okstra_git.snapshots import take as room
from okstra_git.snapshots.restore import carry_out, plan_restore
from okstra_git.snapshots.take import (
    SnapshotSubject,
    WorktreeSnapshot,
    list_snapshots,
    require_snapshot,
    take_snapshot,
)
from tests.kit.refusals import refuses
from tests.kit.scenario import World

ABOUT = SnapshotSubject("shop/web/login", 2, "01JRUN00000000000000000000", "before the run was abandoned")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def git(world: World) -> Git:
    (world.path / ".git/okstra").mkdir()
    world.commit("A", {"kept": "k\n", "changed": "1\n", "both": "1\n", "gone": "g\n", "moved": "m\n" * 20, "s": "x\n",
                       "old/deep/file": "o\n", "to-link": "t\n", ".gitignore": "ignored\n"})  # fmt: skip
    return open_repository(world.path)


def disturb(world: World) -> None:
    """One of everything that git status knows, and some that it does not."""
    path = world.path
    world.write("changed", b"2\r\n\0binary\xff")
    world.write("both", "staged\n")
    world.git("add", "both")
    world.write("both", "worktree\n")
    (path / "gone").unlink()
    world.git("mv", "moved", "new-name")
    (path / "s").chmod(0o755)
    world.write("ignored", "not for others\n")
    world.write("fresh dir/naïve \n file", "untracked\n")
    world.write("tool", "#!/bin/sh\n").chmod(0o755)
    (path / "to-link").unlink()
    (path / "to-link").symlink_to("../outside")
    (path / "dangling").symlink_to("nowhere")
    (path / "empty").mkdir()
    world.git("rm", "-q", "-r", "old")
    world.write("old", "a file where a folder was\n")


def take(world: World, git: Git, later: int = 0) -> WorktreeSnapshot:
    found = take_snapshot(git, world.path, ABOUT, now=NOW + timedelta(seconds=later))
    assert found is not None
    return found


def everything(world: World) -> dict[str, object]:
    """What a snapshot must leave as it is, dates of files and all."""
    nodes = [path for path in world.path.rglob("*") if ".git" not in path.parts]
    files = {str(path): (*os.lstat(path)[:7], os.lstat(path).st_mtime_ns) for path in nodes}  # all but when it was read
    index = world.path / ".git/index"
    return {
        "files": files,
        "index": (index.read_bytes(), index.stat().st_mtime_ns),
        "head": world.ask("rev-parse", "HEAD"),
        "stash": world.ask("stash", "list"),
        "status": world.ask("status", "--porcelain=v2", "-uall"),
        "refs": world.ask("for-each-ref", "refs/heads", "refs/stash"),
        "leftovers": sorted(path.name for path in (world.path / ".git/okstra").iterdir()),
    }


def test_a_clean_worktree_needs_no_snapshot_for_its_caches(world: World, git: Git) -> None:
    world.write(".git/info/exclude", "__pycache__\n.okstra\n")
    world.write("app/__pycache__/app.cpython-312.pyc", b"\0")
    world.write(".okstra/project/notes.md", "okstra's own, which no run works in\n")
    assert take_snapshot(git, world.path, ABOUT, now=NOW) is None
    assert world.ask("for-each-ref", "refs/okstra") == ""


def test_ignored_files_alone_are_kept_and_put_back(world: World, git: Git) -> None:
    world.write("ignored", "PASSWORD=only here\n")
    snapshot = take(world, git)
    assert (snapshot.files, snapshot.ignored) == (1, 1)
    assert list_snapshots(git) == [snapshot]
    (world.path / "ignored").unlink()
    assert restore(git, snapshot, world.path) == {"ignored": "write"}
    assert (world.path / "ignored").read_text() == "PASSWORD=only here\n"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_edits_under_a_flag_are_kept(world: World, git: Git, flag: str) -> None:
    world.git("update-index", flag, "kept", "gone")
    world.write("kept", "local settings\n")
    (world.path / "gone").unlink()
    snapshot = take(world, git)
    assert world.ask("cat-file", "blob", f"{snapshot.ref}:kept") == "local settings"
    assert world.ask("ls-tree", "--name-only", snapshot.ref, "gone") == ""


def test_commits_that_no_branch_has_are_held_on_to(world: World, git: Git, tmp_path: Path) -> None:
    stage = world.worktree(tmp_path / "stage", "feature")
    stage.git("checkout", "-q", "--detach")
    loose = stage.commit("loose")
    stage.checkout("feature")
    stage.write("fresh", "x\n")
    assert loose in world.ask("rev-parse", f"{take(stage, git).ref}^@").split()


def test_a_name_that_git_itself_takes_for_dangerous_is_kept(world: World, git: Git) -> None:
    world.write("git~1/file", "x\n")
    assert world.ask("ls-tree", "-r", "--name-only", take(world, git).ref, "git~1") == "git~1/file"


def test_everything_uncommitted_is_kept_and_nothing_is_touched(world: World, git: Git) -> None:
    disturb(world)
    world.ask("status")
    before = everything(world)
    snapshot = take(world, git)
    assert everything(world) == before
    assert world.ask("for-each-ref", "--format=%(refname) %(objectname)", "refs/okstra") == (
        f"refs/okstra/snapshot/{snapshot.id} {snapshot.commit}"
    )
    said = world.ask("diff-tree", "-r", "--no-renames", "--name-status", "-z", "HEAD", snapshot.ref).split("\0")
    assert dict(zip(said[1::2], said[::2], strict=False)) == {
        "changed": "M", "both": "M", "gone": "D", "moved": "D", "new-name": "A", "s": "M", "to-link": "T",
        "fresh dir/naïve \n file": "A", "tool": "A", "dangling": "A", "old/deep/file": "D", "old": "A", "ignored": "A",
    }  # fmt: skip
    assert snapshot.left_out == ()
    assert (snapshot.files, snapshot.ignored) == (13, 1)


def test_bytes_modes_and_links_are_kept_as_they_lay(world: World, git: Git) -> None:
    disturb(world)
    snapshot = take(world, git)
    modes = {line.split("\t")[1]: line[:6] for line in world.ask("ls-tree", "-r", snapshot.ref).splitlines()}
    assert (modes["tool"], modes["s"], modes["to-link"], modes["both"]) == ("100755", "100755", "120000", "100644")
    assert world.ask("cat-file", "-s", f"{snapshot.ref}:changed") == "11"
    assert world.ask("cat-file", "blob", f"{snapshot.ref}:to-link") == "../outside"
    assert world.ask("cat-file", "blob", f"{snapshot.ref}:both") == "worktree"


def test_what_was_staged_is_the_second_parent(world: World, git: Git) -> None:
    disturb(world)
    snapshot = take(world, git)
    assert snapshot.index == world.ask("rev-parse", f"{snapshot.ref}^2")
    assert world.ask("cat-file", "blob", f"{snapshot.index}:both") == "staged"
    assert world.ask("rev-parse", f"{snapshot.ref}^1") == world.ask("rev-parse", "HEAD") == snapshot.head
    staged = world.ask("diff", "--cached", "--no-renames", "--name-status")
    assert world.ask("diff", "--no-renames", "--name-status", "HEAD", str(snapshot.index)) == staged


def test_a_merge_that_stopped_is_kept_with_what_it_brings_in(world: World, git: Git) -> None:
    world.branch("other")
    world.commit("B", {"both": "theirs\n", "b": "b\n"})
    world.checkout("main")
    world.commit("C", {"both": "ours\n"})
    world.git("merge", "other", ok=False)
    before = everything(world)
    snapshot = take(world, git)
    assert everything(world) == before
    assert snapshot.during == "merge"
    assert world.ask("rev-parse", f"{snapshot.ref}^3") == world["B"]
    assert "<<<<<<<" in world.ask("cat-file", "blob", f"{snapshot.ref}:both")
    assert world.ask("cat-file", "blob", f"{snapshot.index}:both") == "ours"


def test_filters_and_line_endings_change_nothing(world: World, git: Git) -> None:
    world.commit("attributes", {".gitattributes": "*.f filter=shout\n* text=auto\n"})
    world.git("config", "filter.shout.clean", "tr a-z A-Z")
    world.write("new.f", "quiet\r\n")
    snapshot = take(world, git)
    assert world.ask("cat-file", "-s", f"{snapshot.ref}:new.f") == "7"


def test_a_right_that_git_was_told_to_ignore_is_kept_where_rights_mean_something(world: World, git: Git) -> None:
    world.git("config", "core.fileMode", "false")
    world.write("changed", "2\n").chmod(0o755)
    assert world.ask("ls-tree", take(world, git).ref, "changed").startswith("100755 ")


def test_where_every_file_may_be_executed_rights_mean_nothing(world: World, git: Git) -> None:
    world.git("config", "core.fileMode", "false")
    for name in world.ask("ls-files").splitlines():
        (world.path / name).chmod(0o755)
    assert take_snapshot(git, world.path, ABOUT, now=NOW) is None


def test_a_folder_may_stand_where_a_file_was(world: World, git: Git) -> None:
    (world.path / "kept").unlink()
    world.write("kept/inside", "x\n")
    assert world.ask("ls-tree", "-r", "--name-only", take(world, git).ref, "kept") == "kept/inside"


def test_hooks_do_not_run(world: World, git: Git) -> None:
    for name in ("post-index-change", "reference-transaction", "pre-commit", "post-commit", "fsmonitor"):
        world.write(f".git/hooks/{name}", f"#!/bin/sh\ntouch '{world.path}/.git/{name}-ran'\n").chmod(0o755)
    world.git("config", "core.fsmonitor", ".git/hooks/fsmonitor")
    world.write("fresh", "x\n")
    for ran in (world.path / ".git").glob("*-ran"):
        ran.unlink()
    take(world, git)
    assert list((world.path / ".git").glob("*-ran")) == []


def test_files_beyond_the_bound_are_left_out_and_named(world: World, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FILE_LIMIT", 3 << 20)
    monkeypatch.setattr(room, "TOTAL_LIMIT", 4 << 20)
    world.write("big", b"x" * (3 << 20 | 1))
    world.write("c1", b"x" * (3 << 20))
    world.write("c2", b"y" * (2 << 20))
    world.write("d", "small\n")
    snapshot = take(world, git)
    assert snapshot.left_out == ("big: it is larger than 3 MiB", "c2: the snapshot would exceed 4 MiB")
    assert world.ask("ls-tree", "--name-only", snapshot.ref, "c1", "d") == "c1\nd"


def test_a_submodule_is_kept_by_its_commit(world: World, git: Git, tmp_path: Path) -> None:
    inner = World.begin(tmp_path / "inner")
    world.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "module")
    world.commit("with a module", {})
    module = World(world.path / "module")
    tip = module.commit("inside", {"i": "i\n"})
    module.write("i", "dirty\n")
    snapshot = take(world, git)
    assert world.ask("rev-parse", f"{snapshot.ref}:module") == tip
    assert snapshot.left_out == ("module: changes inside the submodule that are not committed there",)


def test_a_repository_inside_is_left_out(world: World, git: Git) -> None:
    World.begin(world.path / "nested")
    assert take(world, git).left_out == ("nested/: it is a repository of its own",)


def test_a_file_that_became_a_pipe_is_left_out(world: World, git: Git) -> None:
    (world.path / "gone").unlink()
    os.mkfifo(world.path / "gone")
    assert take(world, git).left_out == ("gone: it is neither a file nor a link",)


def test_an_unborn_branch_can_be_kept(tmp_path: Path) -> None:
    world = World.empty(tmp_path / "unborn")
    (world.path / ".git/okstra").mkdir()
    world.write("first", "1\n")
    snapshot = take(world, open_repository(world.path))
    assert snapshot.head is None
    assert world.ask("ls-tree", "--name-only", snapshot.ref) == "first"


def test_the_same_content_is_kept_once(world: World, git: Git) -> None:
    disturb(world)
    first = take(world, git)
    assert take(world, git, later=60).id == first.id
    world.write("d", "more\n")
    assert take(world, git, later=120).id != first.id
    assert len(list_snapshots(git)) == 2


def test_a_linked_worktree_has_its_own_state(world: World, git: Git, tmp_path: Path) -> None:
    stage = world.worktree(tmp_path / "stage", "feature")
    stage.write("changed", "in the stage\n")
    world.write("changed", "in main\n")
    snapshot = take(stage, git)
    assert (snapshot.branch, snapshot.worktree) == ("feature", str(stage.path))
    assert world.ask("cat-file", "blob", f"{snapshot.ref}:changed") == "in the stage"


def test_snapshots_are_listed_with_what_they_are_of(world: World, git: Git) -> None:
    world.write("fresh", "123\n")
    (snapshot,) = [take(world, git)]
    assert list_snapshots(git) == [snapshot]
    assert list_snapshots(git, task="shop/web/login") == [snapshot]
    assert list_snapshots(git, task="shop/web/other") == []
    assert (snapshot.about, snapshot.at, snapshot.files, snapshot.size) == (ABOUT, NOW, 1, 4)


def test_a_snapshot_is_named_by_the_beginning_of_its_id(world: World, git: Git) -> None:
    world.write("fresh", "1\n")
    snapshot = take(world, git)
    assert require_snapshot(git, snapshot.id[:12].lower()) == snapshot
    for text in (snapshot.id[:3], "zzzz", ""):
        with refuses("snapshot.unknown"):
            require_snapshot(git, text)


# --- putting back


def restore(git: Git, snapshot: WorktreeSnapshot, into: Path, *, is_fresh: bool = False) -> dict[str, str]:
    steps = plan_restore(git, snapshot, into, is_fresh=is_fresh)
    carry_out(git, steps, into)
    return {step.path.decode(): step.does for step in steps}


def test_a_clean_worktree_gets_everything_back(world: World, git: Git) -> None:
    disturb(world)
    snapshot = take(world, git)
    lay = {str(path): path.read_bytes() for path in world.path.glob("*") if path.is_file()}
    world.git("reset", "-q", "--hard")
    world.git("clean", "-qfd")
    with refuses("restore.refused", match="old: it is neither a file nor a link"):
        restore(git, snapshot, world.path)
    (world.path / "old/deep/file").unlink()
    (world.path / "old/deep").rmdir()
    (world.path / "old").rmdir()
    done = restore(git, snapshot, world.path)
    assert done["changed"] == "replace"
    assert done["gone"] == "delete"
    assert done["tool"] == "write"
    assert {str(path): path.read_bytes() for path in world.path.glob("*") if path.is_file()} == lay
    assert os.readlink(world.path / "to-link") == "../outside"
    assert os.access(world.path / "tool", os.X_OK)
    assert set(restore(git, snapshot, world.path).values()) == {"same"}


def test_a_file_with_other_content_stops_everything(world: World, git: Git) -> None:
    disturb(world)
    snapshot = take(world, git)
    world.git("reset", "-q", "--hard")
    world.git("clean", "-qfd")
    world.write("changed", "somebody's work\n")
    world.write("tool", "somebody's tool\n")
    before = everything(world)
    with refuses("restore.refused") as refused:
        restore(git, snapshot, world.path)
    assert everything(world) == before
    assert [row["path"] for row in refused.value.facts["paths"]] == ["changed", "old", "tool"]
    assert refused.value.hint.startswith(f"git okstra run restore {snapshot.id} --into ")


def test_nothing_is_written_through_a_link(world: World, git: Git, tmp_path: Path) -> None:
    world.write("folder/file", "x\n")
    snapshot = take(world, git)
    (world.path / "folder/file").unlink()
    (world.path / "folder").rmdir()
    (tmp_path / "outside").mkdir()
    (world.path / "folder").symlink_to(tmp_path / "outside")
    with refuses("restore.refused"):
        restore(git, snapshot, world.path)
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_new_directory_gets_the_changed_files_alone(world: World, git: Git, tmp_path: Path) -> None:
    disturb(world)
    snapshot = take(world, git)
    done = restore(git, snapshot, tmp_path / "fresh", is_fresh=True)
    assert done["gone"] == "keep"
    assert not (tmp_path / "fresh/kept").exists()
    assert (tmp_path / "fresh/both").read_text() == "worktree\n"
    assert os.readlink(tmp_path / "fresh/dangling") == "nowhere"
