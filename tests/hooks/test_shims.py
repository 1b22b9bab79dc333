"""The shims under real git: what is heard, what is held, what stays quiet."""

import os
import time
from pathlib import Path

import pytest

from tests.hooks.conftest import Listener
from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import ROOT, require_tool


def test_an_amended_record_is_spooled_and_git_okstra_called(installed: Listener) -> None:
    installed.watch("B")
    installed.world.amend({"b": "new\n"})
    assert installed.calls() == ["post-rewrite amend"]
    (event,) = installed.spooled()
    assert (event.kind, event.torn) == ("amend", False)
    assert event.pairs == ((installed.world["B"], installed.world.tip()),)
    assert Path(event.git_dir).resolve() == installed.git.git_dir.resolve()


def test_a_rewrite_of_nothing_recorded_leaves_no_file_and_calls_nobody(installed: Listener) -> None:
    installed.watch("A")
    before = sorted(installed.private.rglob("*"))
    installed.world.amend({"b": "new\n"})
    assert (installed.calls(), sorted(installed.private.rglob("*"))) == ([], before)
    assert installed.world.last.err == ""


def test_without_a_watch_list_nothing_happens(installed: Listener) -> None:
    installed.world.amend({"b": "new\n"})
    assert (installed.calls(), installed.spooled()) == ([], [])


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_is_one_event_with_every_commit(installed: Listener, backend: str) -> None:
    world = installed.world
    world.checkout("main")
    world.commit("M")
    installed.watch("A")
    world.git("rebase", "-q", backend, "main", "feature")
    assert installed.calls() == ["post-rewrite rebase"]
    (event,) = installed.spooled()
    assert (event.kind, installed.labels_of(event)) == ("rebase", ["A", "B"])


def test_a_rebase_with_update_refs_names_the_commits_of_all_branches(installed: Listener) -> None:
    world = installed.world
    world.git("branch", "lower", world["A"])
    world.checkout("main")
    world.commit("M")
    installed.watch("A", "B")
    world.git("rebase", "-q", "--update-refs", "main", "feature")
    assert [installed.labels_of(event) for event in installed.spooled()] == [["A", "B"]]


def test_only_the_old_column_of_a_rebase_counts(installed: Listener) -> None:
    world = installed.world
    world.checkout("main")
    world.commit("M")
    installed.watch("M", branches={"feature": world["B"]})
    world.git("rebase", "-q", "main", "feature")
    assert [call for call in installed.calls() if call.startswith("post-rewrite")] == []


@pytest.mark.parametrize("backend", [[], ["--no-ff"]])
def test_an_amend_by_exec_travels_with_the_rebases_own_call(installed: Listener, backend: list[str]) -> None:
    world = installed.world
    installed.watch("A")
    step = "git commit -q --amend --allow-empty -m again"
    world.rebase_i("main", [("pick", "A"), ("exec", step), ("pick", "B")], *backend)
    assert installed.calls() == ["post-rewrite rebase"]
    (event,) = installed.spooled()
    assert event.kind == "rebase"
    assert [new for _, new in event.amends] == [world.tip("HEAD~")]
    assert installed.labels_of(event) == (["A", "B"] if backend else ["B"])


def test_an_amend_in_an_edit_stop_waits_for_the_end_of_the_rebase(installed: Listener) -> None:
    world = installed.world
    installed.watch("A")
    world.rebase_i("main", [("edit", "A"), ("pick", "B")])
    edited = world.amend({"a": "edited\n"})
    assert (installed.calls(), installed.spooled()) == ([], [])
    world.git("rebase", "--continue")
    assert installed.calls() == ["post-rewrite rebase"]
    (event,) = installed.spooled()
    assert event.amends == ((world["A"], edited),)
    assert (world["A"], edited) in event.pairs


@pytest.mark.parametrize("end", ["--abort", "--quit"])
def test_an_abandoned_rebase_forgets_its_amends(installed: Listener, end: str) -> None:
    world = installed.world
    installed.watch("A")
    world.rebase_i("main", [("edit", "A"), ("pick", "B")])
    world.amend({"a": "edited\n"})
    world.git("rebase", end)
    assert (installed.calls(), installed.spooled()) == ([], [])
    assert list(installed.git.git_dir.rglob("okstra-amends")) == []


def test_an_amend_while_a_mailbox_is_applied_is_heard_at_once(installed: Listener) -> None:
    world = installed.world
    patch = world.git("format-patch", "-1", "--stdout", world["B"])
    installed.watch("B")
    world.git("am", "-q", stdin=patch + "\n", ok=False)
    assert (installed.git.git_dir / "rebase-apply").is_dir()
    world.amend()
    assert installed.calls() == ["post-rewrite amend"]


def test_a_linked_worktree_is_heard_with_its_own_git_directory(installed: Listener) -> None:
    linked = installed.world.worktree("linked tree", "other", "B")
    installed.watch("B")
    linked.amend({"b": "new\n"})
    assert installed.calls() == ["post-rewrite amend"]
    (event,) = installed.spooled()
    assert Path(event.git_dir).parent.name == "worktrees"
    assert f"-C {linked.path.resolve()} hook" in installed.calls_file.read_text()


def test_a_rebase_in_one_worktree_does_not_hold_an_amend_in_another(installed: Listener) -> None:
    linked = installed.world.worktree("linked", "other", "B")
    installed.watch("B")
    installed.world.rebase_i("main", [("edit", "A"), ("pick", "B")])
    linked.amend({"b": "new\n"})
    assert installed.calls() == ["post-rewrite amend"]


def test_an_amend_from_a_subdirectory_is_heard(installed: Listener) -> None:
    installed.watch("B")
    folder = installed.world.path / "deep"
    folder.mkdir()
    run_program(["git", "commit", "-q", "--amend", "-m", "x"], cwd=folder, environ=os.environ).expect(0)
    assert installed.calls() == ["post-rewrite amend"]


def test_a_separate_git_directory_named_by_the_environment_is_heard(installed: Listener, tmp_path: Path) -> None:
    installed.watch("B")
    away = {**os.environ, "GIT_DIR": str(installed.world.path / ".git"), "GIT_WORK_TREE": str(installed.world.path)}
    run_program(["git", "commit", "-q", "--amend", "-m", "x"], cwd=tmp_path, environ=away).expect(0)
    assert installed.calls() == ["post-rewrite amend"]


def test_a_submodule_is_a_repository_of_its_own(installed: Listener, tmp_path: Path) -> None:
    outer = type(installed.world).begin(tmp_path / "outer")
    url = str(installed.world.path)
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", url, "inner")
    inner = Listener(
        type(outer)(outer.path / "inner", labels=installed.world.labels), installed.program, tmp_path / "calls"
    )
    inner.install()
    inner.watch("B")
    inner.world.amend({"b": "new\n"})
    assert installed.calls() == ["post-rewrite amend"]


def test_what_git_okstra_says_goes_to_stderr(installed: Listener) -> None:
    installed.behave('echo "okstra: stage 2 followed"; echo "okstra: one more" >&2; exit 2')
    installed.watch("B")
    installed.world.amend()
    said = installed.world.last
    assert (said.exit, said.out, said.err) == (0, "", "okstra: stage 2 followed\nokstra: one more\n")
    assert not (installed.private / "hook.log").exists()


@pytest.mark.parametrize("end", ["echo Traceback '(most recent call last):' >&2; exit 1", "kill -9 $$", "exit 70"])
def test_a_crash_is_logged_and_git_hears_nothing_of_it(installed: Listener, end: str) -> None:
    installed.behave(end)
    installed.watch("B")
    installed.world.amend()
    assert (installed.world.last.exit, installed.world.last.err) == (0, "")
    assert "hook post-rewrite amend: status" in (installed.private / "hook.log").read_text()
    assert len(installed.spooled()) == 1
    assert list(installed.private.glob("hook.*.said")) == []


def test_a_program_that_hangs_is_cut_off(installed: Listener, tmp_path: Path) -> None:
    require_tool("timeout")
    quick = tmp_path / "bin"
    quick.mkdir()
    (quick / "timeout").write_text(f'#!/bin/sh\nshift\nexec {require_tool("timeout")} 0.3 "$@"\n')
    (quick / "timeout").chmod(0o755)
    installed.behave("sleep 30")
    installed.watch("B")
    begun = time.monotonic()
    installed.world.git("commit", "-q", "--amend", "-m", "x", env={"PATH": f"{quick}:{os.environ['PATH']}"})
    assert time.monotonic() - begun < 10
    assert "status 124" in (installed.private / "hook.log").read_text()


def test_the_program_on_path_serves_when_the_recorded_one_is_gone(installed: Listener) -> None:
    moved = installed.program.parent.with_name("elsewhere")
    installed.program.parent.rename(moved)
    installed.watch("B")
    installed.world.git("commit", "-q", "--amend", "-m", "x", env={"PATH": f"{moved}:{os.environ['PATH']}"})
    assert installed.calls() == ["post-rewrite amend"]


def test_without_any_program_the_event_waits(installed: Listener) -> None:
    installed.program.unlink()
    installed.watch("B")
    installed.world.amend()
    assert (installed.world.last.exit, installed.world.last.err) == (0, "")
    assert len(installed.spooled()) == 1


def test_a_moved_repository_is_still_heard(installed: Listener) -> None:
    installed.watch("B")
    installed.world.path = installed.world.path.rename(installed.world.path.with_name("moved a=b"))
    installed.world.amend()
    assert installed.calls() == ["post-rewrite amend"]


def test_events_sort_in_the_order_they_arrived(installed: Listener) -> None:
    expected = []
    for nth in range(12):
        expected.append(installed.world.tip())
        installed.watch(expected[-1])
        installed.world.git("commit", "-q", "--amend", "-m", f"version {nth}")
    assert [event.pairs[0][0] for event in installed.spooled()] == expected


# --- branch switches and merges


def test_a_switch_to_a_branch_that_moved_calls_git_okstra(installed: Listener) -> None:
    world = installed.world
    installed.watch(branches={"feature": world["A"]})
    world.checkout("main")
    assert installed.calls() == []
    world.checkout("feature")
    assert installed.calls() == ["moved"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_switch_to_a_branch_as_last_seen_calls_nobody(installed: Listener, packed: bool) -> None:
    world = installed.world
    installed.watch(branches={"feature": world["B"], "feature2": world["A"]})
    if packed:
        world.git("pack-refs", "--all")
    world.checkout("main")
    world.checkout("feature")
    assert installed.calls() == []


def test_a_packed_branch_that_moved_is_noticed(installed: Listener) -> None:
    world = installed.world
    installed.watch(branches={"feature": world["A"]})
    world.checkout("main")
    world.git("pack-refs", "--all")
    world.checkout("feature")
    assert installed.calls() == ["moved"]


def test_checking_out_files_or_a_detached_commit_calls_nobody(installed: Listener) -> None:
    world = installed.world
    installed.watch(branches={"feature": world["A"]})
    world.git("checkout", "-q", "HEAD", "--", "A.txt")
    world.git("checkout", "-q", "--detach")
    assert installed.calls() == []


def test_a_merge_that_moves_a_watched_branch_calls_git_okstra(installed: Listener) -> None:
    world = installed.world
    world.checkout("main")
    installed.watch(branches={"main": world["base"]})
    world.git("merge", "-q", "--ff-only", "feature")
    assert installed.calls() == ["moved"]
    installed.watch(branches={"main": world.tip()})
    world.git("merge", "-q", "feature")
    assert installed.calls() == ["moved"]


def test_a_rebase_does_not_call_for_the_branches_it_passes(installed: Listener) -> None:
    world = installed.world
    world.checkout("main")
    world.commit("M")
    world.checkout("feature")
    installed.watch(branches={"main": world["base"], "feature": world["A"]})
    world.git("rebase", "-q", "main")
    assert installed.calls() == []


@pytest.mark.parametrize("state", ["rebase-merge", "rebase-apply"])
@pytest.mark.parametrize("hook", ["post-checkout", "post-merge"])
def test_while_a_rebase_is_at_work_nobody_looks(installed: Listener, hook: str, state: str) -> None:
    installed.watch(branches={"feature": installed.world["A"]})
    (installed.git.git_dir / state).mkdir()
    command = [str(installed.hooks / hook), "a", "b", "1"]
    run_program(command, cwd=installed.world.path, environ=os.environ).expect(0)
    assert installed.calls() == []
    (installed.git.git_dir / state).rmdir()
    run_program(command, cwd=installed.world.path, environ=os.environ).expect(0)
    assert installed.calls() == ["moved"]


# --- every shell, sourced and run, and many lines

SHELLS = ["dash", "bash", "bash --posix", "busybox sh"]


def _shell(words: str) -> list[str]:
    name, *rest = words.split()
    return [str(require_tool(name)), *rest]


def _source(shell: str, listener: Listener, flags: str, stdin: str, hook: str = "post-rewrite") -> Answer:
    script = f'. "{ROOT}/hooks/{hook}"; echo "status $? args $*"; cat'
    command = [*_shell(shell), *flags.split(), "-c", script, "hook", "rebase", "x y"]
    return run_program(command, cwd=listener.world.path, environ=os.environ, stdin=stdin)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("flags", ["", "-e", "-eu"])
@pytest.mark.parametrize("lines", [0, 1, 2, 3, 5000])
def test_a_sourced_shim_gives_everything_back(installed: Listener, shell: str, flags: str, lines: int) -> None:
    stdin = "".join(f"{n:040x} {n + 1:040x}\n" for n in range(lines))
    for watched in (["A"], [f"{lines - 1:040x}"] if lines else []):
        installed.watch(*watched)
        answer = _source(shell, installed, flags, stdin)
        assert (answer.exit, answer.out, answer.err) == (0, f"status 0 args rebase x y\n{stdin}", "")
    assert installed.calls() == (["post-rewrite rebase"] if lines else [])
    assert [len(event.pairs) for event in installed.spooled()] == ([lines] if lines else [])


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("hook", ["post-checkout", "post-merge"])
def test_the_other_shims_leave_the_input_alone(installed: Listener, shell: str, hook: str) -> None:
    installed.watch(branches={"feature": installed.world["A"]})
    answer = _source(shell, installed, "-eu", "mine\n", hook)
    assert (answer.exit, answer.out, answer.err) == (0, "status 0 args rebase x y\nmine\n", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shim_outside_any_repository_is_silent(installed: Listener, shell: str, tmp_path: Path) -> None:
    installed.world.path = tmp_path
    answer = _source(shell, installed, "-eu", "a b\n")
    assert (answer.exit, answer.out, answer.err) == (0, "status 0 args rebase x y\na b\n", "")


@pytest.mark.parametrize("where", [0, 2500, 4999])
def test_one_of_5000_lines_is_found_among_5000_watched(installed: Listener, where: int) -> None:
    stdin = "".join(f"{n:040x} {n + 1:040x}\n" for n in range(5000))
    installed.watch(*(f"{n + 10_000:040x}" for n in range(4999)), f"{where:040x}")
    _source("dash", installed, "", stdin)
    assert installed.calls() == ["post-rewrite rebase"]


def test_no_shim_is_longer_than_a_screen() -> None:
    shims = [path for path in (ROOT / "hooks").iterdir() if path.suffix != ".md"]
    assert {path.name for path in shims} == {"post-rewrite", "post-merge", "post-checkout", "spool", "call"}
    assert [
        path.name for path in shims if len(path.read_text().splitlines()) > 60 or not os.access(path, os.X_OK)
    ] == []
