"""What a person sees of a prepared run: what was reserved, where the prompt is, how to start an agent with it."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.kit.answers import run_program
from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World

LINE = ("--task-key", KEY, "--task-type", "implementation", "--stage", "1")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """In a directory whose name a shell has to be told with care."""
    return World.begin(tmp_path / "it's a $HOME;shop")


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: ()})


@pytest.fixture(params=[("run", "prepare"), ("render-bundle",)], ids=" ".join)
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return tuple(request.param)


def test_the_page_is_short_and_says_everything(shop: World, on_terminal: Ask, command: tuple[str, ...]) -> None:
    said = on_terminal(*command, *LINE, columns=400).out
    found = shop.okstra("run", "prepare", *LINE, "--json").json
    assert len(said.splitlines()) < 20
    assert f"run {found['run']} of {KEY} is prepared: implementation, stage 1" in said
    assert found["branch"] in said
    assert found["worktree"] in said
    assert Path(found["prompt_path"]).read_text() == found["prompt"]
    assert str(Path(found["prompt_path"]).relative_to(shop.path)) in said
    assert found["start_command"] in said.splitlines()
    assert f"okstra task root: {found['task_root']}" in said, "a program on a terminal of its own reads the labels"
    assert f"okstra instruction-set: {found['instruction_set']}" in said
    again = on_terminal(*command, *LINE, columns=400).out
    assert f"run {found['run']} of {KEY} was prepared already" in again


def test_the_line_starts_an_agent_with_the_prompt_to_the_byte(shop: World, tmp_path: Path) -> None:
    found = prepare(shop, "--stage", "1", "--lead-model", "opus").json
    program = tmp_path / "programs/claude"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$PWD" "$#" "$@"\n')
    program.chmod(0o755)
    environ = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    said = run_program(["sh", "-c", found["start_command"]], cwd=tmp_path, environ=environ).expect(0)
    assert said.out == f"{shop.path}\n3\n--model\nopus\n{found['prompt'].rstrip()}\n"


def test_who_asks_for_the_prompt_gets_it(shop: World, on_terminal: Ask, command: tuple[str, ...]) -> None:
    elsewhere = shop.okstra(*command, *LINE, "--text").out
    assert on_terminal(*command, *LINE, "--prompt").out == elsewhere
    assert shop.okstra(*command, *LINE, "--prompt").out == elsewhere
    assert elsewhere.startswith("okstra task root: ")


def test_stages_of_other_runs_are_named(shop: World, on_terminal: Ask, command: tuple[str, ...]) -> None:
    prepare(shop, "--stage", "2")
    assert "live runs at work on stage 2" in on_terminal(*command, *LINE, columns=400).out


def test_what_may_be_copied_is_not_broken_on_a_narrow_screen(shop: World, on_terminal: Ask) -> None:
    found = prepare(shop, "--stage", "1").json
    assert found["start_command"] in on_terminal("run", "prepare", *LINE, columns=40).out.splitlines()
