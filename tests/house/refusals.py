"""Codes of refusals that the table does not know or nobody uses, and classes of exceptions that nobody catches."""

import ast
from collections.abc import Collection, Iterator, Sequence

from okstra_git.error_codes import CODES
from tests.house.sources import Source

TABLE = "okstra_git/error_codes.py"
ROOT_CLASS = "OkstraError"

FROM_A_VALUE = {
    "okstra_git/errors.py": (),
    "okstra_git/runs/selection.py": ("Obstacle",),
    "okstra_git/stages/open_work.py": ("UnfitToRecord",),
    "okstra_cli/wizard/state_file.py": ("_refused",),
    "okstra_cli/failures.py": (),
}
"""Modules in which a refusal takes its code from a value -> the calls there whose first argument is that code."""

CATCHING = {"isinstance", "issubclass", "suppress"}


def unknown_codes(source: Source, known: Collection[str] = CODES) -> Iterator[str]:
    """Codes that are not in the table, or are put together while the program runs."""
    makers = ("refuse", *FROM_A_VALUE.get(source.path, ()))
    for node in source.nodes:
        if isinstance(node, ast.ClassDef):
            yield from (f"{source.path}:{line}: {code}" for code, line in _own_codes(node) if code not in known)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
            code = node.args[0] if node.args else None
            if isinstance(code, ast.Constant) and code.value not in known:
                yield f"{source.path}:{node.lineno}: {code.value!s} is not in {TABLE}"
            elif not isinstance(code, ast.Constant) and source.path not in FROM_A_VALUE:
                yield f"{source.path}:{node.lineno}: the code is not written out"


def idle_codes(sources: Sequence[Source], known: Collection[str] = CODES) -> Iterator[str]:
    """Rows of the table whose code stands nowhere else."""
    written = {
        node.value
        for source in sources
        if source.path != TABLE
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    yield from (f"{code} is used nowhere" for code in sorted(set(known) - written))


def uncaught_classes(sources: Sequence[Source]) -> Iterator[str]:
    """Classes of exceptions that nobody catches, neither themselves nor by a class above: `refuse` does for them."""
    bases = {
        node.name: ({name for base in node.bases for name in _names(base)}, f"{source.path}:{node.lineno}")
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.ClassDef)
    }
    caught = {name for source in sources for node in source.nodes for name in _caught_by(node)}
    for name, (above, place) in sorted(bases.items()):
        if name != ROOT_CLASS and _is_exception(name, bases) and not _is_caught(name, above, bases, caught):
            yield f"{place}: nobody catches {name}"


def _is_exception(name: str, bases: dict[str, tuple[set[str], str]]) -> bool:
    if name not in bases:
        return name.endswith(("Error", "Exception"))
    return any(_is_exception(base, bases) for base in bases[name][0] - {name})


def _is_caught(name: str, above: set[str], bases: dict[str, tuple[set[str], str]], caught: set[str]) -> bool:
    if name in caught:
        return True
    ours = [base for base in above & bases.keys() if base not in (ROOT_CLASS, name)]
    return any(_is_caught(base, bases[base][0], bases, caught) for base in ours)


def _caught_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield from _names(node.type)
    elif isinstance(node, ast.Call) and CATCHING & set(_names(node.func)):
        yield from (name for argument in node.args for name in _names(argument))


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _own_codes(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    for line in node.body:
        if (
            isinstance(line, ast.Assign)
            and isinstance(line.value, ast.Constant)
            and ast.unparse(line.targets[0]) == "code"
        ):
            yield str(line.value.value), line.lineno
