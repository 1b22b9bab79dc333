"""Writes the page behind `git okstra --help`, without loading any command."""

from okstra_cli.command_table import COMMANDS

OPENING = """\
Usage: git okstra [-C DIR] [--json|--text] COMMAND …

Keeps the state of agents' work in git itself (tasks, stages, the commits they
ended on) and follows it when history is rewritten.
"""

CLOSING = """\
On every command:
  -C DIR         run as if started in DIR
  --json         answer with one JSON object (the default off a terminal)
  --text         answer with text (the default on a terminal)
  -q, --quiet    no notes on stderr
  --no-color     no colours; NO_COLOR is respected too
  -h, --help     explain the command
  --version      show the version

Examples:
  git okstra init --project-id shop
  git okstra task open shop:web:login --category feature
  git okstra plan approve plan.md --task-key shop:web:login
  git okstra run prepare --task-key shop:web:login --task-type implementation
  git okstra stage done 1 --task-key shop:web:login --carry carry.json
  git okstra reconcile --task-key shop:web:login --check

Exit status:
  0    done, or nothing to do
  1    refused or failed; the message says why and what to do next
  2    a person has to decide
  129  wrong usage
"""


def front_page() -> str:
    """The whole page, 80 columns wide."""
    return "\n".join([OPENING, *map(_panel, dict.fromkeys(row.panel for row in COMMANDS.values())), CLOSING])


def _panel(title: str) -> str:
    rows = [(name, row.help) for name, row in COMMANDS.items() if row.panel == title]
    return f"{title}:\n" + "".join(f"  {name:<14}{meaning}\n" for name, meaning in rows)
