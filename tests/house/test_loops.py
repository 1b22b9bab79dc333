"""A link that leads to itself stops nobody: paths are followed by `real_path`, which does not raise for one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from okstra_git.paths import real_path
from tests.house.sources import Source, product_sources
from tests.kit.scenario import World

EXCUSED = {
    "okstra_git/git/refs.py": "a reference of pygit2, not a path",
    "okstra_git/paths.py": "the place of the program itself",
}


def breaches(source: Source) -> Iterator[str]:
    """Calls of `.resolve()`, which before Python 3.13 raises RuntimeError for a link that leads to itself."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "resolve":
            yield f"{source.path}:{node.lineno}: use okstra_git.paths.real_path"


def test_paths_are_followed_by_one_function() -> None:
    found = {source.path: list(breaches(source)) for source in product_sources()}
    assert [each for path, told in found.items() if path not in EXCUSED for each in told] == []
    assert [path for path in EXCUSED if not found[path]] == [], "an excuse for nothing"


def test_a_second_way_is_found() -> None:
    assert len(list(breaches(Source("okstra_git/x.py", "there = Path(name).resolve()")))) == 1
    assert list(breaches(Source("okstra_git/x.py", "there = real_path(Path(name))"))) == []


def test_a_loop_leads_nowhere_and_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    assert real_path(tmp_path / "loop/x").name == "x"
    assert real_path(tmp_path / "link") == tmp_path.resolve() / "file"
    assert real_path(tmp_path / "none/../file") == tmp_path.resolve() / "file"
    assert real_path(Path("a\0b")).name == "a\0b"


COMMANDS = (
    "plan check loop",
    "plan approve loop/x --task-key shop:web:login",
    "brief check loop",
    "brief confirm loop --skip",
    "brief ask loop/x --prefix general",
    "run prepare --task-key shop:web:login --task-type implementation --approved-plan loop",
    "handoff record-verified --task-key shop:web:login --stage 1 --report-path loop --data-json loop",
)


def test_commands_refuse_a_link_that_leads_to_itself(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", "shop:web:login")
    (world.path / "loop").symlink_to("loop")
    for line in COMMANDS:
        error = world.okstra(*line.split(), "--json", exit=None).json["error"]
        assert error["code"] != "internal", line
        assert error["message"], line


@pytest.mark.parametrize("folder", [".okstra", ".okstra/briefs"])
def test_a_folder_of_documents_that_leads_to_itself_is_refused(world: World, folder: str) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    (world.path / folder).parent.mkdir(exist_ok=True)
    (world.path / folder).symlink_to(Path(folder).name)
    for command in ("check", "ask", "confirm"):
        more = {"ask": ["--prefix", "general"], "confirm": ["--skip"]}.get(command, [])
        answer = world.okstra("brief", command, ".okstra/briefs/web/login.md", *more, "--json", exit=None)
        assert answer.json["error"]["code"] != "internal", command
