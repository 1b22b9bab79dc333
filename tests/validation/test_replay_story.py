"""`validate run --replay` on a real repository: what a report claims is run again, and only what the user allows."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.shop import refused
from tests.kit.answers import Answer
from tests.kit.scenario import World
from tests.kit.surroundings import heed_interrupts
from tests.validation.claims import PLAN_COMMANDS, data_of, run_with, write_data

CHECK = "sh check.sh"


def allow(world: World, *lines: str) -> None:
    for line in lines:
        world.git("config", "--add", "okstra.replayCommands", line)


def replay(world: World, run: str, *words: str, exit: int = 1) -> Answer:
    return world.okstra("validate", "run", run, "--replay", *words, "--json", exit=exit)


def ends(answer: Answer) -> dict[str, tuple[int | None, bool]]:
    """How each command ended and whether that is as claimed; those of the plan aside."""
    rows = answer.json["replay"]["commands"]
    return {row["command"]: (row["exit_code"], row["held"]) for row in rows if row["source"] == "report"}


def test_a_claim_that_tests_pass_which_is_false_is_caught(world: World) -> None:
    run = run_with(world, "echo 2 of 7 failed; exit 1\n", (CHECK, 0))
    allow(world, CHECK)
    answer = replay(world, run)
    assert ends(answer) == {CHECK: (1, False)}
    assert answer.json["replay"]["commands"][0]["output"] == "2 of 7 failed\n"
    shown = world.okstra("run", "show", run, "--json").json["run"]["replay"]
    assert (shown["commit"], shown["held"]) == (answer.json["replay"]["commit"], False)
    assert (shown["commands"][0]["recorded"], shown["commands"][0]["exit_code"]) == (0, 1)
    assert "0 of" in world.okstra("run", "show", run, "--text").out
    events = world.okstra("log", "--json").json["events"]
    event = next(event for event in events if event["fact"]["type"] == "run.replayed")
    assert event["fact"]["commands"][0]["exit_code"] == 1
    assert "2 of 7" not in str(event)


def test_a_true_claim_holds_and_is_evidence_of_the_tree(world: World) -> None:
    run = run_with(world, "exit 0\n", (CHECK, 0))
    allow(world, CHECK, *PLAN_COMMANDS)
    assert ends(replay(world, run)) == {CHECK: (0, True)}
    stage = world.path.parent / "worktrees/shop/web/login/stage-1"
    there = World(stage, labels=world.labels, clock=world.clock)
    assert there.okstra("verified", "--name", "replay", "--json", "--", "sh", "check.sh").json["verified"] is True


def test_a_failure_that_is_claimed_as_one_holds(world: World) -> None:
    run = run_with(world, "exit 3\n", (CHECK, 3))
    allow(world, CHECK)
    assert ends(replay(world, run)) == {CHECK: (3, True)}


def test_what_nobody_allows_is_not_run_and_the_line_that_allows_it_is_printed(world: World, tmp_path: Path) -> None:
    run = run_with(world, f"touch {tmp_path / 'ran'}\n", (CHECK, 0))
    answer = replay(world, run)
    assert ends(answer) == {CHECK: (None, False)}
    assert answer.json["replay"]["commands"][0]["remedy"] == f"git config --add okstra.replayCommands '{CHECK}'"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("line", ["sh check.sh; touch X", "sh check.sh && touch X", "sh $(touch X)", "sh\ntouch X"])
def test_nothing_behind_an_allowed_beginning_is_run(world: World, tmp_path: Path, line: str) -> None:
    mark = tmp_path / "mark"
    run = run_with(world, "exit 0\n", (line.replace("X", str(mark)), 0))
    allow(world, "sh *")
    answer = replay(world, run)
    assert list(ends(answer).values()) == [(None, False)]
    assert "needs a shell" in answer.json["replay"]["commands"][0]["reason"]
    assert not mark.exists()


def test_a_file_of_the_repository_cannot_allow_anything(world: World) -> None:
    run = run_with(world, "exit 0\n", (CHECK, 0))
    world.write("team.gitconfig", f"[okstra]\n\treplayCommands = {CHECK}\n")
    world.git("config", "include.path", "../team.gitconfig")
    assert ends(replay(world, run)) == {CHECK: (None, False)}
    world.git("config", "--global", "okstra.replayCommands", CHECK)
    assert ends(replay(world, run)) == {CHECK: (0, True)}


def test_a_command_that_takes_too_long_ends_with_all_that_it_started(world: World, tmp_path: Path) -> None:
    late = tmp_path / "late"
    run = run_with(world, f"(sleep 3; touch {late}) & sleep 60\n", (CHECK, 0))
    allow(world, CHECK)
    answer = replay(world, run, "--timeout", "1")
    assert ends(answer) == {CHECK: (124, False)}
    assert not late.exists()
    assert not list(Path(tmp_path).parent.glob("okstra-verify-*"))


def test_an_interruption_ends_the_command_with_all_that_it_started_and_leaves_nothing(
    world: World, tmp_path: Path, bin_dir: Path
) -> None:
    late = tmp_path / "late"
    run = run_with(world, f"(sleep 2; touch {late}) & sleep 60\n", (CHECK, 0))
    allow(world, CHECK)
    line = [str(bin_dir / "git-okstra"), "-C", str(world.path), "validate", "run", run, "--replay"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts) as process:
        assert process.stderr is not None
        assert process.stderr.readline().endswith(b"running sh check.sh\n")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130
    time.sleep(2)
    assert not late.exists()
    assert "okstra-verify-" not in world.ask("worktree", "list")
    assert all(event["fact"]["type"] != "run.replayed" for event in world.okstra("log", "--json").json["events"])


def test_commands_run_one_after_the_other_in_one_clean_checkout(world: World) -> None:
    run = run_with(
        world, "test ! -e made || exit 7\ntouch made\n", (CHECK, 0), ("test -e made", 0), (f"{CHECK} again", 7)
    )
    world.write("made", "not in the checkout\n")
    allow(world, "sh *", "test *")
    assert all(held for _, held in ends(replay(world, run)).values())


def test_a_command_that_cannot_be_started_is_not_run(world: World) -> None:
    run = run_with(world, "exit 0\n", ("no-such-program --x", 0))
    allow(world, "no-such-program *")
    assert ends(replay(world, run)) == {"no-such-program --x": (None, False)}


def test_secrets_in_output_and_command_are_not_told(world: World) -> None:
    token = "ghp_" + "a1B2" * 9
    line = f"sh check.sh --token={token}"
    run = run_with(world, f"echo token {token}; exit 1\n", (line, 0))
    allow(world, "sh *")
    answer = replay(world, run)
    assert token not in answer.json["replay"]["commands"][0]["output"]
    assert token not in world.okstra("log", "--json").out


def test_a_run_without_a_commit_has_nothing_to_run_on(world: World) -> None:
    from tests.kit.prepared import prepare, set_up

    set_up(world, {1: ()})
    run = prepare(world, "--stage", "1").json["run"]
    write_data(world, data_of(world, run, (CHECK, 0)))
    refused(replay(world, run), "replay.no-commit")
