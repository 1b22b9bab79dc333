"""Python files of the repository as values: where, what text, what syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from tests.kit.surroundings import ROOT

PRODUCT = ("okstra_git", "okstra_cli")


@dataclass(frozen=True)
class Source:
    """One module; `path` is relative to the repository and uses slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree: each rule looks at all of them."""
        return list(ast.walk(self.tree))

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    @property
    def dotted(self) -> str:
        """The module's import name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        return self.dotted if self.is_package else self.dotted.rpartition(".")[0]


@dataclass(frozen=True)
class Import:
    """One imported module; `inside` is the function around it, if any."""

    module: str
    line: int
    inside: str | None


@cache
def product_sources() -> list[Source]:
    """Every module of okstra_git and okstra_cli; the same values for every rule, so that each is parsed once."""
    return [source for folder in PRODUCT for source in sources_under(folder)]


@cache
def sources_under(folder: str) -> list[Source]:
    """Every Python file under a folder of the repository."""
    found = sorted((ROOT / folder).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found]


@cache
def imports_of(source: Source) -> list[Import]:
    """All imports, at module level and inside functions; relative ones made absolute.

    `from a import b` counts as `a.b` when `a` is okstra_git or okstra_cli (there `b` decides the floor), else as `a`.
    """
    return list(_imports(source, source.tree, None))


def _imports(source: Source, node: ast.AST, inside: str | None) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, inside) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(name, child.lineno, inside) for name in _targets(source, child))
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imports(source, child, inside or child.name)
        else:
            yield from _imports(source, child, inside)


def base_of(source: Source, node: ast.ImportFrom) -> str:
    """The module or package that `from … import` names, made absolute."""
    module = node.module or ""
    if not node.level:
        return module
    parents = source.package.split(".")
    return ".".join([*parents[: len(parents) - node.level + 1], *([module] if module else [])])


def _targets(source: Source, node: ast.ImportFrom) -> list[str]:
    module = base_of(source, node)
    return [f"{module}.{alias.name}" for alias in node.names] if module in PRODUCT else [module]
