"""What a lead that okstra starts may do without asking, as permission rules of Claude Code.

They go by flag: rules in a project's settings count only where a person has trusted the folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.agent_setup.inventory import RULES, read_desired_files, skill_rules
from okstra_git.agent_setup.model import Kind
from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.bundle.context import RunContext

IN_WORKTREE = ("status", "diff", "log", "show", "add", "commit", "rm", "mv", "restore --staged")
"""Commands of git that an implementation needs in its worktree; none of them rewrites or sends anything."""
NEVER = ("Bash(git push *)", "Bash(git * push *)", "Bash(gh *)", "Bash(*okstra*handoff publish*)")
"""Nothing leaves this machine by a lead that nobody watches; these win over whatever is allowed."""
_RULE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\([^\x00-\x1f\x7f]{1,300}\))?", re.ASCII)


def allowed_rules(context: RunContext, templates: Path, more: Sequence[str] = ()) -> tuple[str, ...]:
    """What okstra's skills need, and for an implementation git and edits in its worktree; then what a person added."""
    skills = skill_rules(read_desired_files(templates, Kind.CLAUDE, VERSION).files)
    return (*RULES, *skills, *_worktree_rules(context), *map(_checked, more))


def _worktree_rules(context: RunContext) -> tuple[str, ...]:
    place = context.worktree.path if context.worktree is not None else ""
    if not place or not re.fullmatch(r"[^()*?\[\]\x00-\x1f]+", place):
        return ()
    begin = f"git -C {word(place)}"
    return (f"Edit(/{place}/**)", *(f"Bash({begin} {each} *)" for each in IN_WORKTREE))


def _checked(rule: str) -> str:
    if not _RULE.fullmatch(rule):
        raise refuse(
            "usage", f"{rule[:80]!r} is not a permission rule", hint="--allow 'Bash(make test *)'", rule=rule[:200]
        )
    return rule
