"""Nothing that is read is run: no loader of Python objects, no text or data turned into code."""

import ast
from collections.abc import Iterator

from tests.house.sources import Source, imports_of

LOADERS = (
    "pickle",
    "marshal",
    "shelve",
    "dbm",
    "dill",
    "cloudpickle",
    "joblib",
    "jsonpickle",
    "runpy",
    "code",
    "imp",
    "zipimport",
)
"""Modules whose reading side makes code or objects of any class out of bytes."""

RUNNERS = ("eval", "exec", "compile", "execfile", "__import__")
"""Built-in functions that turn text into code."""

LOOSE = (
    "bytecode_cache",
    "unsafe_load",
    "full_load",
    "load_all",
    "FullLoader",
    "UnsafeLoader",
    "exec_module",
    "spec_from_file_location",
)
"""Names of libraries in use by which data would become code: compiled templates, tagged YAML, modules from a path."""

NAMED_MODULES = {
    "okstra_cli/lazy.py": "loads the command groups of its own table",
    "okstra_git/agents/catalog.py": "loads a program's adapter, whose name it has from the list of its own modules",
}
"""Modules that may import by a computed name, and why."""


def code_from_data(source: Source) -> Iterator[str]:
    """Every place where something that is read could be run."""
    for imported in imports_of(source):
        top = imported.module.partition(".")[0]
        if top in LOADERS or imported.module == "jinja2.bccache":
            yield f"{source.path}:{imported.line}: {imported.module} runs what it reads; keep data, as JSON"
    for node in source.nodes:
        name, line = _called_or_named(node), getattr(node, "lineno", 0)
        if name == "import_module" and source.path not in NAMED_MODULES:
            yield f"{source.path}:{line}: only {' and '.join(NAMED_MODULES)} may import by a computed name"
        elif name in RUNNERS or name in LOOSE:
            yield f"{source.path}:{line}: {name} can run what was read"


def _called_or_named(node: ast.AST) -> str:
    """The name that counts at this place; `re.compile` and other methods of that name are none."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr not in RUNNERS or _is_builtins(node.value) else ""
    if isinstance(node, ast.keyword):
        return node.arg or ""
    return node.id if isinstance(node, ast.Name) and node.id in (*RUNNERS, *LOOSE) else ""


def _is_builtins(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("builtins", "__builtins__")
