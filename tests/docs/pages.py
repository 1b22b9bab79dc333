"""Lists every generated file and what writes it."""

from collections.abc import Callable

from tests.docs.completion_table import completion_table

PAGES: dict[str, Callable[[], str]] = {
    "okstra_cli/completion/commands.txt": completion_table,
}
"""Path from the top of the repository -> its whole text."""
