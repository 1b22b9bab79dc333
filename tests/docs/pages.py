"""Lists every generated file and what writes it."""

from collections.abc import Callable

from tests.docs.completion_table import completion_table
from tests.docs.manual import man_page
from tests.docs.reference_codes import codes_page
from tests.docs.reference_commands import commands_page
from tests.docs.reference_json import json_page
from tests.docs.reference_rules import rules_page
from tests.docs.reference_settings import settings_page
from tests.docs.report_schema import report_schema
from tests.packaging.claude_plugin import marketplace_manifest, plugin_manifest
from tests.packaging.debian import debian_files
from tests.packaging.gh_extension import extension_script
from tests.packaging.homebrew import formula

PAGES: dict[str, Callable[[], str]] = {
    "okstra_cli/completion/commands.txt": completion_table,
    "docs/man/git-okstra.1": man_page,
    "templates/reports/data.schema.json": report_schema,
    "docs/reference/commands.md": commands_page,
    "docs/reference/codes.md": codes_page,
    "docs/reference/rules.md": rules_page,
    "docs/reference/settings.md": settings_page,
    "docs/reference/json.md": json_page,
    ".claude-plugin/marketplace.json": marketplace_manifest,
    ".claude-plugin/plugin.json": plugin_manifest,
    "packaging/gh-okstra": extension_script,
    "packaging/homebrew/git-okstra.rb": formula,
    **{f"packaging/debian/{name}": make for name, make in debian_files().items()},
}
"""Path from the top of the repository -> its whole text; one that begins with `#!` is a program."""
