"""The quick way to render a report answers as the ordinary one does, and leaves it what is not the common case."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from okstra_cli.report_at_once import try_render
from tests.cli.test_process import modules_after
from tests.kit.golden_reports import golden_data
from tests.kit.scenario import World

DATA, REPORT = "r.data.json", "r.md"


@pytest.fixture
def data(world: World) -> dict[str, Any]:
    values = golden_data("error-analysis")
    world.write(DATA, json.dumps(values))
    return values


def quickly(world: World, *words: str) -> tuple[int | None, str]:
    out = StringIO()
    return try_render(words, cwd=str(world.path), stdout=out), out.getvalue()


@pytest.mark.parametrize("flags", [(), ("--text",), ("--json",), ("--output", "other.md")])
def test_both_ways_write_and_answer_the_same(world: World, data: dict[str, Any], flags: tuple[str, ...]) -> None:
    del data
    status, out = quickly(world, DATA, *flags)
    written = world.path / (flags[1] if "--output" in flags else REPORT)
    text = written.read_bytes()
    written.unlink()
    answer = world.okstra("report", "render", DATA, *flags, "--quiet")
    assert (status, out, text) == (0, answer.out, written.read_bytes())


def test_it_loads_neither_the_command_tree_nor_git_nor_the_models(world: World, data: dict[str, Any]) -> None:
    del data
    modules = modules_after(world, "report", "render", DATA)
    assert (world.path / REPORT).exists()
    tops = {name.partition(".")[0] for name in modules}
    assert (
        tops & {"typer", "pygit2", "pydantic", "pydantic_core", "markdown_it", "yaml", "psutil", "subprocess"} == set()
    )


@pytest.mark.parametrize(
    "words",
    [
        (), (DATA, "other"), (DATA, "--quiet"), (DATA, "--force"), (DATA, "--output"), (DATA, "--help"), ("", ),
        (DATA, "--text", "--json"), ("nowhere.data.json",), ("wrong.data.json",), ("notes.txt",),
        (DATA, "--output", "there.md"), ("linked.data.json",), (DATA, "--output", "no/folder/here.md"),
    ],
)  # fmt: skip
def test_what_is_not_the_common_case_goes_the_ordinary_way(
    world: World, data: dict[str, Any], tmp_path: Path, words: tuple[str, ...]
) -> None:
    world.write("wrong.data.json", json.dumps({**data, "routing": ["shipping"]}))
    world.write("notes.txt", json.dumps(data))
    world.write("there.md", "# Notes\n")
    (tmp_path / "outside.json").write_text(json.dumps(data))
    (world.path / "linked.data.json").symlink_to(tmp_path / "outside.json")
    before = sorted(path.name for path in world.path.iterdir())
    assert quickly(world, *words) == (None, "")
    assert sorted(path.name for path in world.path.iterdir()) == before
    assert (world.path / "there.md").read_text() == "# Notes\n"
