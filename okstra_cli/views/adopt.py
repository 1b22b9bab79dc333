"""What was adopted, left alone and given up, as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.init import hook_advice, listed_hooks
from okstra_git.names import is_commit_id
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import adopting as shapes
    from okstra_git.porcelain.adopt import Adopted, Adoption, GivenUp
    from okstra_git.porcelain.adoptable import LeftAlone
    from okstra_git.records.states import Stage

SHORT = 10
SHOWN = 20
"""Branches left alone that are listed one by one; the rest are counted, and all are in the JSON."""

QUIET = frozenset({"adopt.nothing-own"})
"""Reasons that are counted only: there is nothing to do about them."""


def adoption_json(adoption: Adoption) -> shapes.Adoption:
    """What is protected now, what is not and why, and what was set up for it."""
    answer: shapes.Adoption = {
        "project": adoption.project,
        "prepared": adoption.prepared is not None,
        "adopted": [_adopted_json(each) for each in adoption.adopted],
        "left": [_left_json(each) for each in adoption.left],
    }
    if adoption.prepared is not None:
        answer["hooks"] = [
            {"hook": hook.name, "state": str(hook.state), "say": hook_advice(hook)}
            for hook in listed_hooks(adoption.prepared)
        ]
    return answer


def _adopted_json(each: Adopted) -> shapes.AdoptedBranch:
    stage, recorded = each.stage, each.stage.range
    return {
        "task": str(each.task),
        "stage": stage.number,
        "branch": stage.branch,
        "worktree": str(each.worktree) if each.worktree else None,
        "state": each.state,
        "base": (recorded.base if recorded is not None else None) or stage.base,
        "base_ref": stage.base_ref,
        "commit": recorded.head if recorded is not None else None,
        "commits": recorded.commits if recorded is not None else 0,
        "files": recorded.path_count if recorded is not None else 0,
    }


def _left_json(each: LeftAlone) -> shapes.LeftAlone:
    return {
        "branch": each.branch,
        "worktree": str(each.worktree) if each.worktree else None,
        "code": each.code,
        "message": each.message,
        "hint": each.hint or None,
    }


def adoption_page(adoption: Adoption) -> Page:
    """What was set up, a line for each branch, and what a person may want to do about the rest."""
    page = Page()
    if adoption.prepared is not None:
        _prepared_lines(page, adoption)
    for each in adoption.adopted:
        page.line(Cell(each.stage.branch, "strong"), ": ", *_standing(each), Cell(f"  ({each.task})", "faint"))
    loud = [each for each in adoption.left if each.code not in QUIET]
    for left in loud[:SHOWN]:
        page.line("left alone: ", Cell(left.message, "warn"))
        page.line(Cell(f"  next: {left.hint}", "faint"))
    more = len(loud) - SHOWN
    if more > 0:
        page.line(f"and {more} more, all of them with --json")
    quiet = len(adoption.left) - len(loud)
    if quiet:
        has = "has" if quiet == 1 else "have"
        page.line(f"{counted(quiet, 'branch', 'branches')} {has} no commits of {'its' if quiet == 1 else 'their'} own")
    if not adoption.adopted and not adoption.left:
        page.line("there is nothing to adopt: no branch here has commits of its own")
    if adoption.adopted:
        page.line(Cell("give up again: git okstra adopt --undo", "faint"))
    return page


def _prepared_lines(page: Page, adoption: Adoption) -> None:
    hooks = listed_hooks(adoption.prepared) if adoption.prepared is not None else ()
    working = [hook.name for hook in hooks if str(hook.state) == "installed"]
    page.line(f"set up okstra in this clone: project {adoption.project}, ", f"hooks {', '.join(working) or 'none'}")
    for hook in hooks:
        if hook.name not in working and (advice := hook_advice(hook)):
            page.line("hook ", f"{hook.name}: ", Cell(str(hook.state), "warn"), f" - {advice}")


def _standing(each: Adopted) -> list[str | Cell]:
    stage, recorded = each.stage, each.stage.range
    if recorded is None:
        return [
            Cell("reserved", "warn"),
            f", nothing to follow yet on {_ground(stage)}; after its first commit: git okstra adopt",
        ]
    followed = {"new": "followed from now on", "again": "recorded anew", "unchanged": "followed already"}[each.state]
    size = f"{counted(recorded.commits, 'commit')} on {_ground(stage)}"
    place = f", in {each.worktree}" if each.worktree else ""
    return [Cell(followed, "good"), f" at {recorded.head[:SHORT]}, {size}{place}"]


def _ground(stage: Stage) -> str:
    named = stage.base_ref
    return named if named and not is_commit_id(named) else stage.base[:SHORT]


def given_up_json(released: Sequence[GivenUp]) -> shapes.GivenUp:
    """The branches that are followed no more."""
    return {"given_up": [{"task": str(each.task), "branch": each.branch} for each in released]}


def given_up_page(released: Sequence[GivenUp]) -> Page:
    """A line for each, and how the hooks go."""
    page = Page()
    for each in released:
        page.line(Cell(each.branch, "strong"), f" is followed no more; task {each.task} is closed")
    if not released:
        page.line("no adopted branch is followed here")
    page.line(Cell("the hooks stay, for what else is followed; to remove them: git okstra hooks uninstall", "faint"))
    return page
