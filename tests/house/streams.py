"""Only few modules write to a terminal's streams: those that make harmless what they write."""

import ast
from collections.abc import Iterator

from tests.house.sources import Source

WRITERS = {
    "okstra_cli/output.py": "writes answers, made harmless where stdout is a terminal",
    "okstra_cli/session.py": "writes lines on stderr, made harmless, and questions of our own words",
    "okstra_cli/wizard/ask_question.py": "writes the wizard's lines, made harmless",
    "okstra_cli/wizard/ask_screen.py": "writes what it has made harmless",
    "okstra_cli/wizard/turn.py": "writes JSON, and never to a terminal",
    "okstra_cli/entry.py": "writes the version",
    "okstra_cli/report_at_once.py": "writes JSON or one line of paths, and never to a terminal",
    "okstra_cli/panes_at_once.py": "writes JSON or the id of a pane",
    "okstra_cli/commands/claude_hook.py": "writes one JSON object in ASCII, for a program",
    "okstra_cli/commands/claude_worktree.py": "writes one path, which a program takes as it is",
}
"""Modules that may write to a stream, and what keeps other people's characters out of it."""

STREAMS = ("stdout", "stderr", "stream", "drawn")


def stream_writes(source: Source) -> Iterator[str]:
    """Writes to a stream by a module that is not listed."""
    for node in source.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        target = node.func.value
        name = target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""
        if node.func.attr in ("write", "writelines", "write_raw") and name in STREAMS and source.path not in WRITERS:
            yield f"{source.path}:{node.lineno}: return an Answer, or use session.note and session.warn"
