"""Who may ask git for the state of a worktree, and who may remove or overwrite files there."""

import ast
from collections.abc import Iterator, Sequence

from tests.house.sources import Source

ASKS = {("status",)}
"""git's own summary of a worktree: one module asks for it, and everybody asks that one."""

REMOVES = {("worktree", "remove"), ("checkout",), ("switch",), ("restore",), ("reset",), ("clean",), ("stash",),
           ("rm",), ("read-tree", "-m", "-u"), ("worktree", "prune")}  # fmt: skip
"""git commands that remove or overwrite what lies in a worktree."""

CALLS = {"rmtree", "remove_tree", "is_clean", "removedirs"}
"""Functions that remove whole directories, and the name of the question that was too narrow."""

EXCUSED: dict[tuple[str, str], str] = {
    ("okstra_git/git/dirty.py", "git status"): "the one question, with every switch given",
    ("okstra_git/git/worktree_changes.py", "git worktree remove"): "asks what the worktree holds immediately before",
    ("okstra_git/git/worktree_changes.py", "git read-tree -m -u"): "asks what lies there and what would be in the way",
    ("okstra_git/hooks/probe.py", "git worktree remove"): "a throw-away worktree that the probe made itself",
    ("okstra_git/hooks/probe.py", "git checkout"): "fills the throw-away worktree of the probe",
    ("okstra_git/git/throwaway_checkout.py", "git worktree remove"): "a throw-away checkout that it made itself",
    ("okstra_git/hooks/scripts.py", "rmtree()"): "a folder in git's directory that holds our own copies alone",
    ("okstra_git/bundle/run_files.py", "remove_tree()"): "a folder of a run that okstra wrote and replaces whole",
    ("okstra_git/fs/root.py", "rmtree()"): "by descriptor, below a root; who may call it is asked of remove_tree()",
}
"""(module, what) -> why this one place may. One that is not used any more is a breach."""


def uses(source: Source) -> Iterator[tuple[str, int]]:
    """(what, line) of every such command and call of a module."""
    for node in source.nodes:
        if isinstance(node, ast.List):
            words = [each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            for command in ASKS | REMOVES:
                if tuple(words[: len(command)]) == command:
                    yield f"git {' '.join(command)}", node.lineno
        elif isinstance(node, ast.Call) and _name(node.func) in CALLS:
            yield f"{_name(node.func)}()", node.lineno


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def unexcused(source: Source, excused: dict[tuple[str, str], str] = EXCUSED) -> Iterator[str]:
    """Uses that no line of the table explains."""
    for what, line in uses(source):
        if (source.path, what) not in excused:
            yield (
                f"{source.path}:{line}: {what}: ask okstra_git.git.unsaved_work.read_unsaved_work what is there first, "
                "or give a reason in tests/house/removing.py"
            )


def idle(sources: Sequence[Source], excused: dict[tuple[str, str], str] = EXCUSED) -> Iterator[str]:
    """Excuses that excuse nothing any more."""
    used = {(source.path, what) for source in sources for what, _ in uses(source)}
    for path, what in sorted(excused.keys() - used):
        yield f"{path} has no {what} any more: drop its line"
