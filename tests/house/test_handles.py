"""libgit2's handle is asked for refs only where refs are known to be files."""

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
