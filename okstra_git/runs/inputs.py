"""Documents that people fill in for a run, as empty forms."""

from collections.abc import Iterable, Mapping

from okstra_git.rendering import read_labels, render
from okstra_git.runs.context import TaskPart

INPUTS = {
    "release-handoff": "inputs/release-handoff-input.md.j2",
    "user-response": "inputs/user-response.md.j2",
}
"""What can be asked for: the brief of a release handoff, and answers to a report's clarification rows."""


def make_input(kind: str, task: TaskPart, *, language: str, rows: Iterable[Mapping[str, str]] = ()) -> str:
    """The form for this task; `rows` are clarification rows by column, for answers."""
    values = {"task": task, "t": read_labels(language), "rows": list(rows)}
    return render(INPUTS[kind], values)
