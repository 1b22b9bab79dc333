"""Setting a clone up: once, twice, twenty times at once, and as the second clone of a project."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.shop import KEY, TASK, open_shop, record_stage, refs, refused, stage_of, status
from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

LOGS = "refs/okstra/log/*:refs/okstra/log/*"


def test_init_says_what_it_did(world: World) -> None:
    told = world.okstra("init", "--project-id", "shop", "--no-hooks").json
    assert (told["project"], told["new"], told["joined"], told["hooks"]) == ("shop", True, None, [])
    assert told["notes_shown"]
    assert told["excluded"]
    assert len(told["writer"]) == 26


def test_init_again_changes_nothing(world: World) -> None:
    first = world.okstra("init", "--project-id", "shop", "--no-hooks").json
    config = (world.path / ".git/config").read_bytes()
    again = world.okstra("init", "--no-hooks").json
    assert (again["writer"], again["new"], again["notes_shown"], again["excluded"]) == (
        first["writer"],
        False,
        False,
        False,
    )
    assert (world.path / ".git/config").read_bytes() == config


def test_the_project_defaults_to_the_directory(tmp_path: Path) -> None:
    assert World.begin(tmp_path / "web-shop").okstra("init", "--no-hooks").json["project"] == "web-shop"


def test_a_directory_that_is_no_project_id_needs_one_said(tmp_path: Path) -> None:
    world = World.begin(tmp_path / "한글 가게")
    refused(world.okstra("init", "--no-hooks", exit=1), "project.unknown")
    assert not (world.path / ".git/okstra/writer").exists()
    assert world.okstra("init", "--no-hooks", "--project-id", "shop").json["project"] == "shop"


@pytest.mark.parametrize("bad", ["../x", "", "a b", "-x", "x" * 65, "x.lock", "x\0y", "x\ny"])
def test_a_bad_project_id_writes_nothing(world: World, bad: str) -> None:
    refused(world.okstra("init", f"--project-id={bad}", "--no-hooks", exit=1), "name.bad")
    assert not (world.path / ".git/okstra/writer").exists()


def test_another_project_is_refused_with_the_way_to_change_it(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    answer = world.okstra("init", "--project-id", "bank", exit=1)
    refused(answer, "project.conflict")
    assert "git okstra config set okstra.project bank" in answer.json["error"]["hint"]


def test_nothing_works_outside_a_repository(tmp_path: Path) -> None:
    refused(World(tmp_path).okstra("init", exit=1), "repo.none")
    refused(World(tmp_path).okstra("status", exit=1), "repo.none")


def test_writing_before_init_is_refused_and_reading_is_not(world: World) -> None:
    refused(world.okstra("task", "open", KEY, exit=1), "store.not-initialised")
    assert [problem["code"] for problem in status(world)["problems"]] == ["store.not-initialised"]
    assert world.okstra("task", "list").json["tasks"] == []


def test_no_user_identity_is_needed(world: World, home: Path) -> None:
    (home / ".gitconfig").write_text("")
    world.okstra_process("init", "--project-id", "shop", "--no-hooks")
    world.okstra_process("task", "open", KEY)
    assert world.okstra_process("log").json["events"][0]["by"] == "git-okstra <git-okstra@localhost>"


def test_eight_inits_at_once_agree_on_one_writer(world: World) -> None:
    line = [str(program_dir() / "okstra"), "init", "--project-id", "shop", "--no-hooks"]
    running = [subprocess.Popen(line, cwd=world.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)]
    said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 8, said
    assert len({out.split(b'"writer": ')[1][:28] for out, _ in said}) == 1
    assert world.ask("config", "--get-all", "okstra.project") == "shop"
    assert world.ask("config", "--get-all", "notes.displayRef") == "refs/notes/okstra*"


def test_git_log_is_silent_before_the_first_stage_is_done(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.git("log", "-1")
    assert world.last.err == ""


def two_clones(tmp_path: Path) -> tuple[World, World]:
    """A colleague who recorded a stage and pushed it with plain git, and a fresh clone of the same server."""
    server = World.empty(tmp_path / "server.git")
    server.git("config", "core.bare", "true")
    server.git("config", "receive.denyCurrentBranch", "ignore")
    first = World.begin(tmp_path / "first")
    first.git("remote", "add", "origin", server.path.as_uri())
    open_shop(first)
    record_stage(first, 1, "feature/login")
    first.git("push", "-q", "origin", "main", "feature/login", LOGS)
    second = World(tmp_path / "second", labels=first.labels, clock=first.clock)
    first.git("clone", "-q", server.path.as_uri(), str(second.path))
    return first, second


def test_a_second_clone_joins(tmp_path: Path) -> None:
    first, second = two_clones(tmp_path)
    told = second.okstra("init", "--no-hooks").json
    assert (told["joined"], told["project"], told["new"]) == ("origin", "shop", True)
    assert told["writer"] != status(first)["writer"]
    assert stage_of(second, 1)["commit"] == first["S1"]
    assert stage_of(second, 1)["finding"] == "ok"
    assert len(refs(second, "refs/okstra/remote/origin")) == 1
    refused(second.okstra("init", "--project-id", "bank", exit=1), "project.conflict")


def test_the_second_clone_follows_a_force_push_through_the_remote_branch(tmp_path: Path) -> None:
    first, second = two_clones(tmp_path)
    second.okstra("init", "--no-hooks")
    first.amend(None, "-m", "reworded")
    first.git("push", "-q", "--force", "origin", "feature/login")
    second.git("fetch", "-q")
    (item,) = second.okstra("reconcile", *TASK, "--check").json["items"]
    assert (item["class"], item["proof"], item["replacement"]) == ("auto", "same-tree", first.tip())
    second.okstra("reconcile", *TASK, "--apply")
    assert stage_of(second, 1)["commit"] == first.tip()
    assert stage_of(first, 1)["finding"] == "auto"  # the first clone has not heard of it yet


def test_both_clones_work_on_and_meet_again(tmp_path: Path) -> None:
    first, second = two_clones(tmp_path)
    second.okstra("init", "--no-hooks")
    record_stage(second, 2, "feature/logout")
    second.git("push", "-q", "origin", "feature/logout", LOGS)
    first.git(
        "fetch", "-q", "origin", "refs/okstra/log/*:refs/okstra/remote/origin/*", "+refs/heads/*:refs/remotes/origin/*"
    )
    assert stage_of(first, 2)["commit"] == second["S2"]
    assert stage_of(first, 2)["finding"] == "ok"


def test_a_silent_remote_is_a_note_and_no_failure(world: World) -> None:
    world.git("remote", "add", "origin", "/nowhere/at/all")
    answer = world.okstra("init", "--project-id", "shop", "--no-hooks")
    assert answer.err.startswith("okstra: remote origin could not be asked for a state to join: git ls-remote failed: ")
    assert answer.err.count("\n") == 1
    assert world.okstra("init", "--no-hooks", "--offline").err == ""


def test_a_copied_clone_gets_a_writer_of_its_own(world: World, tmp_path: Path) -> None:
    open_shop(world)
    world.git("init", "-q", str(tmp_path / "unused"))
    subprocess.run(["cp", "-R", str(world.path), str(tmp_path / "copy")], check=True)
    copy = World(tmp_path / "copy", clock=world.clock)
    refused(copy.okstra("task", "close", KEY, exit=1), "store.not-initialised")
    assert copy.okstra("init", "--no-hooks").json["writer"] != status(world)["writer"]
    copy.okstra("task", "close", KEY)
    assert status(world)["tasks"][0]["status"] == "open"


def test_the_text_names_the_next_command(world: World) -> None:
    page = world.okstra("init", "--project-id", "shop", "--no-hooks", "--text").out
    assert "project shop is ready in this clone" in page
    assert page.endswith("next: git okstra task open shop:<group>:<task>\n")


def test_a_log_that_was_rewound_on_the_remote_is_named_and_left(tmp_path: Path) -> None:
    _, second = two_clones(tmp_path)
    second.okstra("init", "--no-hooks")
    server = World(tmp_path / "server.git")
    (name,) = refs(server, "refs/okstra/log")
    fetched = f"refs/okstra/remote/origin/{name.rpartition('/')[2]}"
    before = second.ask("rev-parse", fetched)
    server.git("update-ref", name, "main")
    answer = second.okstra("init", "--no-hooks", exit=0)
    assert f"{name} was rewound or rewritten on origin, so {fetched} was left as it is" in answer.err
    assert second.ask("rev-parse", fetched) == before
    line = answer.err.strip().rpartition(": ")[2]
    run_program(["sh", "-c", line], cwd=second.path, environ=second.environ()).expect(0)
    assert [one["code"] for one in status(second)["problems"]] == ["log.unreadable"]
