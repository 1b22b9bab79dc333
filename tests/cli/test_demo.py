"""The demo: its story is true, it leaves nothing behind, and it never touches the user's repository."""

import os
import re
from pathlib import Path

import pytest

from okstra_cli.demo.playground import wrap
from okstra_cli.demo.story import LESSONS
from tests.kit.answers import Answer
from tests.kit.forked import okstra_forked
from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("bin_dir")


def moves_of(answer: Answer) -> list[tuple[int, str, bool]]:
    return [(move["stage"], move["proof"], move["landed"]) for step in answer.json["steps"] for move in step["moves"]]


THE_MOVES = [
    (3, "same-tree", False),
    (1, "same-delta", False),
    (2, "same-delta", False),
    (3, "replay", False),
    (1, "squash", True),
    (3, "user", False),
]


def set_traps(folder: Path) -> Path:
    """Hooks and settings of a user that would spoil the story; the file that appears when a hook was run."""
    trap, caught = folder / "hooks", folder / "caught"
    trap.mkdir()
    for name in ("pre-commit", "post-rewrite", "post-checkout"):
        (trap / name).write_text(f"#!/bin/sh\necho caught >>{caught}\nexit 1\n")
        (trap / name).chmod(0o755)
    with Path(os.environ["GIT_CONFIG_GLOBAL"]).open("a") as config:
        config.write(f"[core]\n\thooksPath = {trap}\n\teditor = false\n[commit]\n\tgpgSign = true\n")
        config.write("[rebase]\n\tupdateRefs = false\n\tautoStash = true\n[merge]\n\tff = only\n")
    return caught


def test_the_story_shows_every_proof_whatever_the_user_has_configured(world: World, tmp_path: Path) -> None:
    before = world.ask("for-each-ref"), world.ask("status", "--porcelain"), world.ask("config", "--list", "--local")
    caught, scratch = set_traps(tmp_path), tmp_path / "scratch"
    scratch.mkdir()
    inside = {"GIT_DIR": str(world.path / ".git"), "GIT_WORK_TREE": str(world.path), "TMPDIR": str(scratch)}
    answer = world.okstra_process("demo", "--json", env=inside)
    assert moves_of(answer) == THE_MOVES
    assert [step["exit"] for step in answer.json["steps"] if step["exit"]] == [2]
    prepared = [step["stdout"] for step in answer.json["steps"] if " run prepare " in step["command"]]
    assert [lines[-1] == "okstra concurrent-run stages: 1" for lines in prepared] == [False, True]
    assert [line.split(" at ")[0].strip() for line in answer.json["steps"][-1]["stdout"][-2:]] == [
        "stage 1 landed in main",
        "stage 2 landed in main",
    ]
    assert answer.json["kept"] is None
    assert list(scratch.iterdir()) == []
    assert not caught.exists()
    after = world.ask("for-each-ref"), world.ask("status", "--porcelain"), world.ask("config", "--list", "--local")
    assert before == after


def test_the_text_fits_a_screen_and_a_whole_repository_is_kept(world: World) -> None:
    """One run for all of it: a demo takes as long as forty commands."""
    text = okstra_forked(world, "demo", "--keep", "shop", "--text").out
    flat = re.sub(r"\s+", " ", text)
    assert [proof for proof, lesson in LESSONS.items() if flat.count(lesson) != 1] == []
    assert flat.count("--autosquash --update-refs main") == 1
    assert "C-001 open next-phase decision Do the prices include tax?" in flat
    assert "shop:web:receipts open requirements-discovery" in flat
    assert "needs a decision: content changed: 1 file differs" in flat
    assert "--apply --stage 3 --use-ref login-3-form" in flat
    assert re.findall(r"^\d\. ", text, re.MULTILINE) == [f"{number}. " for number in range(1, 10)]
    kept = World(world.path / "shop")
    long = [line for line in text.splitlines() if len(line) > 80 and str(kept.path) not in line]
    assert [line for line in long if len(line.split()) > 1] == [], "what a terminal cannot break is a path alone"
    assert f"cd {kept.path}" in text.partition("Try next")[2]
    assert kept.git("status", "--porcelain") == ""
    history = kept.okstra("inspect", "history", "--task-key", "shop:web:login", "--json").json["events"][::-1]
    moves = [event for event in history if event["event"] == "stage.moved"]
    assert [(move["stage"], move["proof"], move["landed"]) for move in moves] == THE_MOVES
    kept.git("commit", "-q", "--amend", "-m", "Said better")
    assert "stage 3 of shop:web:login followed" in kept.last.err
    assert kept.okstra("reconcile", "--task-key", "shop:web:login", "--verify").json["refuted"] == 0
    assert kept.ask("config", "user.email") == "ada@example.org"


def test_a_directory_with_anything_in_it_is_refused(world: World) -> None:
    answer = world.okstra("demo", "--keep", ".", "--json", exit=1)
    assert answer.json["error"]["code"] == "demo.not-empty"
    answer = world.okstra("demo", "--keep", "README", "--json", exit=1)
    assert answer.json["error"]["code"] == "demo.no-directory"


def test_long_commands_break_before_an_option() -> None:
    words = ["git", "okstra", "stage", "start", "1", "--task-key", "shop:web:login", "--branch", "b" * 30, "--title"]
    assert wrap(words) == (
        "git okstra stage start 1 --task-key shop:web:login \\\n    --branch " + "b" * 30 + " --title"
    )
