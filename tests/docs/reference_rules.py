"""Writes docs/reference/rules.md: every rule of finished runs, what it asks, and what to do where it is broken."""

from itertools import groupby

from okstra_git.phases import PHASES
from okstra_git.validation.rule import AnyRule
from okstra_git.validation.table import ALL_RULES
from tests.docs.reference_commands import escaped, wrapped

HEAD = """\
# Rules of finished runs

Written by `make docs` from the table in `okstra_git/validation/table.py`. `git okstra validate run`
asks every rule that applies to the run and shows all that is wrong together; `git okstra validate
rules` lists them. A *failure* ends it with exit status 1, a *warning* does so with `--strict` only.
"""


def rules_page() -> str:
    """The whole page: a chapter for what stands before the dot of an id."""
    topics = groupby(sorted(ALL_RULES, key=lambda rule: rule.id), key=lambda rule: rule.id.partition(".")[0])
    return HEAD + "".join(f"\n## {topic}\n\n{''.join(map(_row, rules))}" for topic, rules in topics)


def _row(rule: AnyRule) -> str:
    only = f" Only in {_types(rule)}." if rule.task_types else ""
    text = f"- `{rule.id}` ({rule.severity}): {escaped(rule.says)}{only} Remedy: {escaped(rule.remedy)}"
    return wrapped(text, "  ") + "\n"


def _types(rule: AnyRule) -> str:
    return ", ".join(name for name in PHASES if name in rule.task_types)
