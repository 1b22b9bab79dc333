"""libgit2's handle is asked for refs only where refs are files, and its options are set once for the process."""

import ast
from collections.abc import Iterator

import pytest

from okstra_git.git.refs_by_git import OF_REFS
from tests.house.sources import Source, product_sources

SOURCES = product_sources()
MAY = {
    "okstra_git/git/refs.py": "the one seam: it looks at the ref format first",
    "okstra_git/git/reflogs.py": "reads reflogs, and looks at the ref format first",
    "okstra_git/git/revisions.py": "reads expressions such as main~2, and looks at the ref format first",
}


def uses(source: Source) -> Iterator[str]:
    """Members of a handle that have to do with refs."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in OF_REFS and _is_handle(node.value):
            yield f"{source.path}:{node.lineno}: .{node.attr} of a handle: ask okstra_git.git.refs instead"


def _is_handle(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in ("handle", "repository")


def test_refs_are_asked_of_one_room() -> None:
    assert [use for source in SOURCES if source.path not in MAY for use in uses(source)] == []


def test_whoever_may_does_and_looks_at_the_format() -> None:
    those = {source.path: source for source in SOURCES if source.path in MAY}
    assert those.keys() == MAY.keys()
    assert all(list(uses(source)) and "FILES" in source.text for source in those.values())


@pytest.mark.parametrize("text", ["git.handle.head", "here.handle.lookup_reference(name)", "handle.branches.local"])
def test_a_use_is_found(text: str) -> None:
    assert len(list(uses(Source("okstra_git/stages/x.py", text)))) == 1


KEPT = {"set_extensions", "search_path", "user_agent", "user_agent_product", "homedir", "template_path"}
"""Options of which libgit2 keeps a copy that it frees when they are set anew."""

UNDER_A_LOCK = "_search_nowhere_else"


def late_options(source: Source) -> Iterator[str]:
    """Such options set by a function: a thread that opens a repository meanwhile may read freed memory."""
    for function in source.nodes:
        if isinstance(function, ast.FunctionDef) and function.name != UNDER_A_LOCK:
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr in KEPT
                    and ast.unparse(node.value) == "pygit2.settings"
                ):
                    yield f"{source.path}:{node.lineno}: set options of libgit2 where a module is loaded"


def test_options_of_libgit2_are_set_where_a_module_is_loaded() -> None:
    assert [breach for source in SOURCES for breach in late_options(source)] == []


def test_options_that_a_function_sets_are_found() -> None:
    late = "def open_it(path):\n    pygit2.settings.set_extensions([])\n"
    assert len(list(late_options(Source("okstra_git/git/x.py", late)))) == 1
    assert not list(late_options(Source("okstra_git/git/x.py", "pygit2.settings.set_extensions([])\n")))
