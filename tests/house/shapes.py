"""How a module looks: its first sentence, its name, its size, its unfinished places."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tests.house.sources import Source

MODULE_LINES = 350
FUNCTION_LINES = 60
_VAGUE = re.compile(r"(^|_)(utils?|helpers?|commons?|managers?|misc)(_|$)")
_UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z])")


def missing_sentence(source: Source) -> Iterator[str]:
    """A module opens with one sentence on one line; a package may go on with its map."""
    docstring = ast.get_docstring(source.tree)
    if not docstring:
        yield f"{source.path}: opens without a sentence that says what it is for"
        return
    first = docstring.splitlines()[0]
    if not first.endswith((".", ":")):
        yield f"{source.path}: its first line is not a whole sentence"
    elif not source.is_package and _SENTENCE_END.search(first):
        yield f"{source.path}: its first line is more than one sentence"


def stuffed_package(source: Source) -> Iterator[str]:
    """A package's own file holds a docstring and re-exports, nothing else."""
    if not source.is_package:
        return
    for node in source.tree.body[1:]:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if not (isinstance(node, ast.Import | ast.ImportFrom) or names in (["__all__"], ["__version__"])):
            yield f"{source.path}:{node.lineno}: code in a package's __init__.py"


def oversized(source: Source) -> Iterator[str]:
    """Modules and functions longer than anybody reads in one go; docstrings and blank lines count."""
    length = source.text.count("\n")
    if length > MODULE_LINES:
        yield f"{source.path}: {length} lines, at most {MODULE_LINES}"
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{source.path}:{node.lineno}: {node.name}() has {lines} lines, at most {FUNCTION_LINES}"


def vague_name(path: str) -> Iterator[str]:
    """Modules and folders whose name would fit any content."""
    for part in PurePosixPath(path).with_suffix("").parts:
        if _VAGUE.search(part):
            yield f"{path}: {part!r} says nothing about what is inside"


def unfinished(path: str, text: str) -> Iterator[str]:
    """Marks of work that was put off."""
    for number, line in enumerate(text.splitlines(), 1):
        if _UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished: {line.strip()[:80]}"


def unmirrored(
    rooms: Iterable[str], floor_modules: Iterable[str], folders: dict[str, bool], files: Iterable[str]
) -> Iterator[str]:
    """Where tests/ does not mirror okstra_git.

    `rooms` hold code; `folders` are those of tests/ and whether each is a package; `files` are the test files directly
    in tests/, which belong to the modules of floor 0.
    """
    rooms = set(rooms)
    for folder, is_package in sorted(folders.items()):
        if folder not in rooms | OTHER_TESTS:
            yield f"tests/{folder}/ mirrors no room of okstra_git"
        if not is_package:
            yield f"tests/{folder}/ lacks __init__.py, so its module names clash with other folders'"
    for room in sorted(rooms - folders.keys() - THROUGH_THE_COMMAND_LINE):
        yield f"okstra_git/{room}/ has no tests/{room}/"
    known = set(floor_modules)
    for name in sorted(files):
        if name.removeprefix("test_").removesuffix(".py") not in known:
            yield f"tests/{name} names no module of okstra_git; put it into the folder of its room"


THROUGH_THE_COMMAND_LINE = {"porcelain"}
"""Rooms whose tests are those of the commands, in tests/cli."""

OTHER_TESTS = {"kit", "house", "docs", "cli", "stories", "properties", "faults", "packaging"}
