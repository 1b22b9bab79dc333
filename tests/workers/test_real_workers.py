"""`worker exec` with the real claude, codex and gemini, each asking the service of the kit."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.kit.scenario import World
from tests.kit.surroundings import ROOT, require_tool
from tests.kit.vendors.homes import Vendors
from tests.kit.vendors.steps import Call, Hang, Say
from tests.workers.desk import Bench
from tests.workers.test_left_behind import marked_by

PROMPT = "Say the word that this file ends with.\n\nplatypus\n"
MODEL: dict[str, tuple[str, ...]] = {"claude": (), "codex": (), "gemini": ("--model", "gemini-2.5-pro")}


def reading(program: str, path: Path) -> Call:
    """How each program reads a file."""
    if program == "claude":
        return Call("Read", {"file_path": str(path)})
    if program == "codex":
        return Call("exec_command", {"cmd": f"cat '{path}'"})
    return Call("read_file", {"file_path": str(path)})


def is_open_to_others(folder: Path) -> bool:
    """Whether group or others may write into the folder or one above it."""
    return any(each.stat().st_mode & 0o022 for each in (folder, *folder.parents))


def lingering(program: str) -> Call:
    """A call of the program's shell that does not come back."""
    name, key = {"claude": ("Bash", "command"), "codex": ("exec_command", "cmd")}.get(
        program, ("run_shell_command", "command")
    )
    return Call(name, {key: "sleep 300"})


@pytest.fixture
def bench(vendors: Vendors) -> Iterator[Bench]:  # noqa: ARG001 - the environment has to be there
    """On a disk: the sandbox of Codex hides everything below /dev, where the memory of the tests is."""
    with TemporaryDirectory(dir="/var/tmp", prefix="okstra-kit-") as folder:
        world = World.begin(Path(folder) / "world")
        world.okstra("init", "--project-id", "shop", "--no-hooks", "--offline")
        made = Bench(world, Path(folder))
        yield made
        made.close()


@pytest.mark.parametrize("is_in_stage", [False, True], ids=["main", "stage"])
@pytest.mark.parametrize("program", MODEL)
def test_a_worker_reads_its_prompt_and_answers(
    program: str, bench: Bench, vendors: Vendors, *, is_in_stage: bool
) -> None:
    """Git ignores the folder of the prompt, and the worktree of a stage is elsewhere."""
    require_tool(program)
    if program == "gemini" and not is_in_stage and is_open_to_others(ROOT):
        pytest.skip("Gemini takes no defaults from a folder below one that others may write, as this checkout is")
    if is_in_stage:
        bench.world.git("worktree", "add", "-q", "../stage")
        bench.folder = bench.world.path.parent / "stage"
    prompt = bench.world.write(".okstra/tasks/shop/web/login/runs/x/prompts/w.md", PROMPT)

    def answer(text: str) -> Say:
        return Say("It ends with a duckbill." if "platypus" in text else "I could not read it.")

    vendors.service.script(reading(program, prompt), answer)
    seen = bench.run("exec", "--cli", program, "--prompt", prompt, "--no-pane", *MODEL[program])
    assert Path(seen["answer"]).read_text() == "It ends with a duckbill."
    truth = vendors.service.truth()
    used = [sum(model[key] for model in seen["usage"].values()) for key in ("fresh", "cached", "output")]
    assert used == [truth.fresh, truth.cached, truth.output]
    status = bench.status(prompt)
    assert status is not None
    assert (status.confidence, marked_by(status.mark)) == ("exact", [])
    assert status.turns >= 2


@pytest.mark.parametrize("program", ["claude", "codex"])
def test_a_worker_that_is_stopped_in_a_tool_leaves_nothing(program: str, bench: Bench, vendors: Vendors) -> None:
    require_tool(program)
    prompt = bench.world.write("prompts/w.md", PROMPT)
    vendors.service.script(lingering(program), Say("Never said."))
    words: tuple[str | Path, ...] = (
        "exec",
        "--cli",
        program,
        "--prompt",
        prompt,
        "--no-pane",
        "--write",
        *MODEL[program],
    )
    process = bench.start(*words)
    status = bench.until(prompt, "tool")
    os.kill(status.supervisor.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads(out)["status"] == "error"
    assert json.loads(out)["tokens"] <= sum(vendors.service.truth()[:4])
    assert marked_by(status.mark) == []


@pytest.mark.parametrize("program", MODEL)
def test_a_service_that_says_nothing_is_given_up_in_time(program: str, bench: Bench, vendors: Vendors) -> None:
    require_tool(program)
    prompt = bench.world.write("prompts/w.md", PROMPT)
    vendors.service.script(Hang(60))
    words: tuple[str | Path, ...] = (
        "exec",
        "--cli",
        program,
        "--prompt",
        prompt,
        "--no-pane",
        "--timeout",
        "4",
        *MODEL[program],
    )
    seen = bench.run(*words, exit=1)
    assert (seen["status"], seen["reason"], seen["tokens"]) == ("timeout", "timed-out", 0)
    status = bench.status(prompt)
    assert status is not None
    assert marked_by(status.mark) == []
