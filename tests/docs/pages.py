"""Lists every generated file and what writes it."""

from collections.abc import Callable

from tests.docs.completion_table import completion_table
from tests.docs.manual import man_page
from tests.docs.reference_codes import codes_page
from tests.docs.reference_commands import commands_page
from tests.docs.reference_json import json_page
from tests.docs.reference_settings import settings_page

PAGES: dict[str, Callable[[], str]] = {
    "okstra_cli/completion/commands.txt": completion_table,
    "docs/man/git-okstra.1": man_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/codes.md": codes_page,
    "docs/reference/settings.md": settings_page,
    "docs/reference/json.md": json_page,
}
"""Path from the top of the repository -> its whole text."""
