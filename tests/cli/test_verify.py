"""Running a command on a tree: where it runs, what is recorded of it, and when nothing is."""

import json
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.kit.scenario import World
from tests.kit.surroundings import heed_interrupts, program_dir


@pytest.fixture
def world(world: World) -> World:
    """A repository with a file to test for."""
    world.commit("file", {"base.txt": "base\n"})
    return world


def verify(world: World, *words: str, exit: int = 0, **how: Any) -> Any:
    return world.okstra("verify", "--json", *words, exit=exit, **how).json


def verified(world: World, *words: str, exit: int = 0, **how: Any) -> Any:
    return world.okstra("verified", "--json", *words, exit=exit, **how).json


def records(world: World) -> list[str]:
    return world.ask("for-each-ref", "--format=%(refname)", "refs/okstra/checked/").splitlines()


def test_a_command_that_passes_verifies_the_tree(world: World) -> None:
    answer = verify(world, "--", "test", "-f", "base.txt")
    assert (answer["verified"], answer["recorded"], answer["place"]) == (True, True, "in-place")
    assert (answer["name"], answer["command"], answer["exitCode"]) == ("default", "test -f base.txt", 0)
    asked = verified(world)
    shared = ("verified", "tree", "name", "command", "exitCode", "at", "claimed", "by", "writer")
    assert {key: asked[key] for key in shared} == {key: answer[key] for key in shared}
    assert asked["tree"] == world.ask("rev-parse", "HEAD^{tree}")
    assert asked["own"] is True


def test_a_failure_is_recorded_and_the_newest_record_decides(world: World) -> None:
    assert verified(world, exit=1)["command"] is None
    failing = ("--", "sh", "-c", "exit $CODE")
    assert verify(world, *failing, exit=1, env={"CODE": "7"})["exitCode"] == 7
    assert verified(world, exit=1)["exitCode"] == 7
    verify(world, *failing, env={"CODE": "0"})
    assert verified(world, *failing)["exitCode"] == 0
    verify(world, *failing, exit=1, env={"CODE": "9"})
    assert verified(world, *failing, exit=1)["exitCode"] == 9


def test_another_command_name_or_tree_is_a_no(world: World) -> None:
    verify(world, "unit", "--", "true", "a b")
    verified(world, "--name", "unit", "--", "true", "a b")
    assert "another command" in verified(world, "--name", "unit", "--", "true", "a", "b", exit=1)["reason"]
    verified(world, exit=1)
    world.commit("more")
    verified(world, "--name", "unit", exit=1)
    verified(world, "HEAD~1", "--name", "unit")
    world.git("revert", "--no-edit", "HEAD")
    verified(world, "--name", "unit", "--", "true", "a b")  # another commit with that tree


def test_output_goes_to_standard_error_and_its_digest_on_record(world: World) -> None:
    answer = world.okstra("verify", "--json", "--", "sh", "-c", "echo out; echo err >&2")
    assert ("out" in answer.err, "err" in answer.err, answer.out.count("\n")) == (True, True, 1)
    assert answer.json["output"]["bytes"] == 8


def test_no_shell_reads_the_arguments(world: World) -> None:
    words = ["printf", "%s|", "$HOME", "a;b", "--json", "*"]
    assert "$HOME|a;b|--json|*|" in world.okstra("verify", "--json", "--", *words).err


def test_uncommitted_files_lead_to_a_clean_checkout(world: World) -> None:
    world.write("new", "new\n")
    world.write("base.txt", "changed\n")
    before = world.ask("status", "--porcelain")
    script = 'test ! -e new && test "$(cat base.txt)" = base && git rev-parse HEAD && pwd && touch left'
    answer = world.okstra("verify", "--json", "--", "sh", "-c", script)
    assert (answer.json["place"], answer.json["verified"]) == ("clean", True)
    assert world.ask("status", "--porcelain") == before
    assert len(world.ask("worktree", "list").splitlines()) == 1
    place = next(line for line in answer.err.splitlines() if line.startswith("/"))
    assert not Path(place).exists()
    refusal = world.okstra("verify", "--in-place", "--json", "--", "true", exit=1).json
    assert refusal["error"]["code"] == "verify.not-exact"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_hidden_edit_leads_to_a_clean_checkout(world: World, flag: str) -> None:
    world.git("update-index", flag, "base.txt")
    world.write("base.txt", "hidden\n")
    assert verify(world, "--", "grep", "base", "base.txt")["place"] == "clean"


def test_a_sparse_checkout_is_verified_whole(world: World) -> None:
    world.commit("folders", {"a/file": "a\n", "b/file": "b\n"})
    world.git("sparse-checkout", "set", "a")
    assert not (world.path / "b").exists()
    assert verify(world, "--", "test", "-f", "b/file")["place"] == "clean"


def test_ignored_files_are_there_in_place_and_not_in_a_clean_checkout(world: World) -> None:
    world.commit("ignore", {".gitignore": "cache\n"})
    world.write("cache", "kept\n")
    assert verify(world, "--", "test", "-f", "cache")["place"] == "in-place"
    assert verify(world, "--clean", "--", "test", "-f", "cache", exit=1)["place"] == "clean"
    assert (world.path / "cache").exists()


@pytest.mark.parametrize(
    "script", ["echo more >> base.txt", "touch left", "git commit -q --allow-empty -m x; git rm -q base.txt"]
)
def test_a_command_that_changes_the_worktree_has_not_verified_it(world: World, script: str) -> None:
    answer = verify(world, "--", "sh", "-c", script, exit=1)
    assert (answer["verified"], answer["recorded"], answer["exitCode"]) == (False, False, 0)
    assert "left the worktree in another state" in answer["reason"]
    assert records(world) == []


def test_a_commit_made_meanwhile_counts_by_its_tree(world: World) -> None:
    assert verify(world, "--", "git", "commit", "-q", "--allow-empty", "-m", "x")["verified"] is True


def test_another_commit_is_verified_in_a_clean_checkout(world: World) -> None:
    world.commit("more")
    answer = verify(world, "--ref", "HEAD~1", "--", "test", "!", "-e", "more.txt")
    assert (answer["place"], answer["tree"]) == ("clean", world.ask("rev-parse", "HEAD~1^{tree}"))


def test_a_bare_repository_can_be_verified(world: World) -> None:
    bare = world.clone("bare.git", "--bare")
    assert verify(bare, "--", "test", "-f", "base.txt")["place"] == "clean"
    verified(bare)


def test_git_in_the_command_is_not_redirected(world: World) -> None:
    other = world.clone("other")
    redirected = {
        "GIT_DIR": str(world.path / ".git"),
        "GIT_INDEX_FILE": str(other.path / "none"),
        "GIT_WORK_TREE": str(world.path),
    }
    seen = world.okstra("verify", "--json", "--", "env", env=redirected).err
    assert "GIT_DIR" not in seen
    assert "GIT_INDEX_FILE" not in seen


def test_a_command_out_of_time_has_failed_and_everything_it_started_has_ended(world: World, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {shlex.quote(str(pid))}; wait"
    answer = verify(world, "--timeout", "1", "--", "sh", "-c", script, exit=1)
    assert (answer["exitCode"], answer["recorded"]) == (124, True)
    assert has_ended(int(pid.read_text()))


def test_a_server_left_behind_ends_with_the_command(world: World, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    verify(world, "--", "sh", "-c", f"sleep 60 & echo $! > {shlex.quote(str(pid))}")
    assert has_ended(int(pid.read_text()))


def has_ended(pid: int) -> bool:
    for _ in range(100):
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.05)
                continue
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("place", ["--clean", "--in-place"])
def test_an_interruption_ends_the_command_and_records_nothing(
    world: World, tmp_path: Path, number: signal.Signals, place: str
) -> None:
    pid = tmp_path / "pid"
    line = [str(program_dir() / "okstra"), "verify", place, "--json", "--", "sh", "-c"]
    script = f"echo $$ > {shlex.quote(str(pid))}.new; mv {shlex.quote(str(pid))}.new {shlex.quote(str(pid))}; sleep 60"
    with subprocess.Popen(
        [*line, script], cwd=world.path, env=world.environ(), stdout=subprocess.PIPE, preexec_fn=heed_interrupts
    ) as process:
        for _ in range(400):
            if pid.exists():
                break
            time.sleep(0.05)
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(out)["error"]["code"]) == (130, "interrupted")
    assert has_ended(int(pid.read_text()))
    assert records(world) == []
    assert len(world.ask("worktree", "list").splitlines()) == 1


def test_a_signal_is_a_failure_with_a_shells_status(world: World) -> None:
    assert verify(world, "--", "sh", "-c", "kill -9 $$", exit=1)["exitCode"] == 137


def test_a_checkout_with_folders_that_may_not_be_written_goes_too(world: World) -> None:
    verify(world, "--clean", "--", "sh", "-c", "mkdir -p ro/deep && touch ro/deep/file && chmod 555 ro/deep ro")
    assert len(world.ask("worktree", "list").splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--", "no-such-program"], "verify.command"),
        (["unit"], "verify.command"),
        (["a\nb", "--", "true"], "verify.name"),
        (["--ref", "nowhere", "--", "true"], "ref.unresolvable"),
        (["--input", "missing", "--", "true"], "verify.input"),
        (["--input", "../outside", "--", "true"], "verify.input"),
        (["--input-env", "API_TOKEN", "--", "true"], "verify.input"),
    ],
)
def test_what_cannot_be_verified_is_refused_and_nothing_recorded(world: World, words: list[str], code: str) -> None:
    assert verify(world, *words, exit=1)["error"]["code"] == code
    assert records(world) == []


@pytest.mark.parametrize(
    "words",
    ["unit make -- test", "--claimed -- x", "--exit-code 0", "--clean --in-place -- x", "--timeout soon -- x"],
)
def test_a_wrong_line_is_refused_as_such(world: World, words: str) -> None:
    assert verify(world, *words.split(), exit=129)["error"]["code"] == "usage"


def test_secrets_on_the_command_line_are_not_recorded(world: World) -> None:
    secret = "gh" + "p_" + "a8Zk3Lq9Xw2Vb7Nc5Md1Fs6Gt4Hy0Jr8Kp3Q"
    answer = verify(world, "--", "sh", "-c", "true", f"--token={secret}")
    assert secret not in answer["command"]
    ref = records(world)[0]
    assert secret not in world.ask("cat-file", "blob", ref)
    verified(world, "--", "sh", "-c", "true", f"--token={secret}")
    verified(world, "--", "sh", "-c", "true", f"--token={secret[:-1]}X", exit=1)


def test_an_input_that_changes_during_the_run_is_not_verified(world: World) -> None:
    world.commit("ignore", {".gitignore": "lock\n"})
    world.write("lock", "1\n")
    answer = verify(world, "--input", "lock", "--", "sh", "-c", "echo 2 > lock", exit=1)
    assert (answer["recorded"], "changed meanwhile" in answer["reason"]) == (False, True)


def test_verify_gives_a_clone_a_writer_id_and_nothing_else(world: World) -> None:
    before = {path for path in (world.path / ".git").rglob("*") if "objects" not in path.parts}
    verify(world, "--", "true")
    new = {path for path in (world.path / ".git").rglob("*") if "objects" not in path.parts} - before
    names = {path.relative_to(world.path / ".git").parts[0] for path in new}
    assert names <= {"okstra", "refs"}
    assert not any("hooks" in path.parts for path in new)
