"""Who owns which foreign package, and what only floor 5 may touch."""

import ast
import sys
from collections.abc import Iterator

from tests.house.sources import PRODUCT, Source, imports_of

OWNERS: dict[str, tuple[str, ...]] = {
    "pygit2": ("okstra_git/git/",),
    "psutil": ("okstra_git/host/",),
    "xxhash": ("okstra_git/digest.py",),
    "jinja2": ("okstra_git/rendering.py",),
    "pydantic": ("okstra_git/records/", "okstra_cli/answers/"),
    "pydantic_core": ("okstra_git/records/",),
    # beside the shapes of answers, the three of which a room makes a part itself
    "typing_extensions": (
        "okstra_cli/answers/",
        "okstra_git/reconcile/findings.py",
        "okstra_git/runs/history.py",
        "okstra_git/stages/open_work.py",
    ),
    "yaml": ("okstra_git/documents/",),
    "markdown_it": ("okstra_git/documents/",),
    "mdit_py_plugins": ("okstra_git/documents/",),
    "typer": ("okstra_cli/",),
    "rich": ("okstra_cli/",),
    "questionary": ("okstra_cli/wizard/ask_screen.py",),
    "prompt_toolkit": ("okstra_cli/wizard/ask_screen.py",),
    # not third party, but with one owner all the same: git runs in one module, other programs in host/
    "subprocess": ("okstra_git/git/binary.py", "okstra_git/host/"),
}

AMBIENT = {
    "os.environ", "os.environb", "os.getenv", "os.putenv", "os.getcwd", "os.getcwdb", "os.chdir", "os.path.expanduser",
    "sys.argv", "sys.stdin", "sys.stdout", "sys.stderr", "sys.exit",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "pathlib.Path.cwd", "pathlib.Path.home", "print", "input",
}  # fmt: skip
"""Environment, terminal, working directory and clock: parameters below floor 5."""

STARTERS = {"os.system", "os.popen", "os.fork", "os.posix_spawn", "os.posix_spawnp"}
"""Ways around `subprocess`; os.exec* and os.spawn* are meant as well."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("okstra_git/git/binary.py", "os.environ"): "reads the environment in order to scrub it for git",
}
"""(module, name) -> why this one place may touch what belongs to floor 5. One that is not used any more is a breach."""


def foreign_imports(source: Source) -> Iterator[str]:
    """Foreign packages outside their owner, and packages that nobody owns."""
    for imported in imports_of(source):
        top = imported.module.partition(".")[0]
        owners = OWNERS.get(top)
        if owners is None:
            if top not in sys.stdlib_module_names and top not in PRODUCT:
                tables = "tests/house/owners.py, docs/reference/dependencies.md"
                yield f"{source.path}:{imported.line}: {top} has no owner ({tables})"
        elif not source.path.startswith(owners):
            yield f"{source.path}:{imported.line}: {top} belongs to {' and '.join(owners)}"


def ambient_uses(source: Source) -> Iterator[tuple[str, int]]:
    """(name, line) of everything below floor 5 that reads the world instead of a parameter."""
    if source.path.startswith("okstra_cli/"):
        return
    known = _imported_names(source.tree)
    for node in source.nodes:
        name = _full_name(node, known)
        if name in AMBIENT or name in STARTERS or name.startswith(("os.exec", "os.spawn")):
            yield name, getattr(node, "lineno", 0)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "expanduser":
            yield "os.path.expanduser", node.lineno


def unexcused_uses(source: Source, exceptions: dict[tuple[str, str], str] = EXCEPTIONS) -> Iterator[str]:
    """Ambient uses that no line of the exceptions explains."""
    for name, line in sorted(set(ambient_uses(source))):
        if (source.path, name) not in exceptions:
            yield f"{source.path}:{line}: {name} belongs to floor 5; take it as a parameter"


def idle_exceptions(sources: list[Source], exceptions: dict[tuple[str, str], str] = EXCEPTIONS) -> Iterator[str]:
    """Exceptions that excuse nothing any more."""
    used = {(source.path, name) for source in sources for name, _ in ambient_uses(source)}
    for path, name in sorted(exceptions.keys() - used):
        yield f"{path} does not use {name} any more: drop its exception"


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name -> what it stands for, from the module's imports."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _full_name(node: ast.AST, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id if node.id in ("print", "input") else "")
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, known)
        return f"{owner}.{node.attr}" if owner else ""
    return ""
