"""Title and body of a pull request, from what okstra knows of its stages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from okstra_git.handoff.evidence import most_telling
from okstra_git.handoff.group_status import Leaving
from okstra_git.handoff.templates import (
    Template,
    columns,
    cut_to_columns,
    fill,
    gaps_in,
    one_line,
    prose,
    ticket,
    visible_line,
)
from okstra_git.names import number_ranges
from okstra_git.records.stage import Check, Verification
from okstra_git.rendering import read_labels, render

MAX_BODY = 65_536
"""What GitHub takes, in characters; counted in UTF-16 here, which is never less."""

MAX_TITLE = 72
"""Columns of a title, as of a commit's subject, which it becomes when the pull request is squashed."""

FOLDED = 8
"""Longer lists are folded."""

Usage = tuple[str, str, int, int, float | None]
"""Who (a phase or a worker), model, tokens in, tokens out, and dollars where they are known."""

_LEAST_TITLE = 24
_WIDEST_NUMBERS = 24
_SECTIONS = ("title", "stages", "scope", "evidence", "tickets", "plan", "cost")


@dataclass(frozen=True)
class StageSection:
    """One stage of the pull request, `commit` and `tree` as they are recorded; `leaving` is what the branch has of it.

    `carried`: the tree is not the verified one, and the verification was carried across the rewrite. `upto`: the base
    has the stage up to this commit, and files and commits are those of the rest.
    """

    number: int
    title: str
    commit: str
    tree: str
    depends_on: tuple[int, ...]
    files: tuple[str, ...]
    commits: int
    verification: Verification | None
    carried: bool
    leaving: Leaving
    summary: str = ""
    upto: str = ""


@dataclass(frozen=True)
class JointSection:
    """A verification of stages together; `delivered` is the tree that the branch has, which may be another."""

    stages: tuple[int, ...]
    base_ref: str
    base: str
    verification: Verification
    delivered: str


@dataclass(frozen=True)
class PullRequestFacts:
    """All that a pull request's text is made of; stages are described in the order given.

    `others` are the stages of the plan that are not part of it: number, title, state. `commit` is the branch's tip.
    `joint` are the verifications of stages together by which some of them leave.
    """

    key: str
    title: str
    tickets: tuple[str, ...]
    category: str
    group: str
    base: str
    branch: str
    commit: str
    stages: tuple[StageSection, ...]
    others: tuple[tuple[int, str, str], ...]
    plan_path: str
    plan_blob: str
    usage: tuple[Usage, ...] = ()
    language: str = "en"
    joint: tuple[JointSection, ...] = ()
    scope: Literal["stage-group", "whole-task"] = "stage-group"


class _Room(NamedTuple):
    """How much is written: files, commands and characters of summary for each stage; rows of long lists."""

    files: int
    checks: int
    words: int
    rows: int


_ROOMS = (_Room(200, 200, 2_000, 200), _Room(40, 20, 600, 100), _Room(8, 5, 200, 50), _Room(0, 0, 0, 20))
"""From everything to the least; the first that fits is taken."""


def render_title(facts: PullRequestFacts) -> str:
    """`feature: Login form (stages 2, 3)` on one line, at most 72 columns unless the frame alone leaves too few."""
    category, title = one_line(facts.category), one_line(facts.title) or facts.key
    if title.casefold().startswith((f"{category}:".casefold(), f"{category}(".casefold())):
        category = ""
    numbers = "" if facts.scope == "whole-task" else _ranges([part.number for part in facts.stages])
    values = {
        "category": cut_to_columns(category, _LEAST_TITLE),
        "numbers": cut_to_columns(numbers, _WIDEST_NUMBERS),
        "many": len(facts.stages) > 1,
        "t": read_labels(facts.language),
    }
    frame = render("handoff/title.md.j2", {**values, "title": ""}).strip("\n")
    short = cut_to_columns(title, max(_LEAST_TITLE, MAX_TITLE - columns(frame)))
    return render("handoff/title.md.j2", {**values, "title": short}).strip("\n")


def render_body(facts: PullRequestFacts, template: Template | None) -> str:
    """The body, in the project's own form if it has one; what does not fit into 65,536 characters is cut and said."""
    text = template.text if template else "{{ okstra.body }}"
    note = f"\n{_render('shortened', {'t': read_labels(facts.language)})}\n"
    for room in _ROOMS:
        values = _values(facts, room)
        body = fill(text, values) + (note if room != _ROOMS[0] else "")
        if _length(body) <= MAX_BODY:
            return body
    left = MAX_BODY - _length(note) - _length(fill(text, dict.fromkeys(values, "")))
    share = max(0, left // max(1, gaps_in(text, values)))
    body = fill(text, {name: _beginning(value, share) for name, value in values.items()})
    return _beginning(body, MAX_BODY - _length(note)) + note


def _values(facts: PullRequestFacts, room: _Room) -> dict[str, str]:
    """What each gap of a template stands for."""
    view = _view(facts, room)
    values = {name: _render(name, view) for name in _SECTIONS if name != "title"}
    values["title"] = prose(render_title(facts))
    values["body"] = _render("body", {**view, **values, "title": view["title"]})
    return values


def _render(name: str, values: dict[str, Any]) -> str:
    return render(f"handoff/{name}.md.j2", values).strip("\n")


def _view(facts: PullRequestFacts, room: _Room) -> dict[str, Any]:
    """What the templates see: text of others is harmless here, so that they only place it."""
    numbers = [part.number for part in facts.stages]
    costs = [cost for *_, cost in facts.usage]
    return {
        "t": read_labels(facts.language),
        "folded": FOLDED,
        "key": facts.key,
        "title": prose(facts.title) or prose(facts.key),
        "category": prose(facts.category),
        "mode": facts.scope,
        "group": facts.group,
        "base": visible_line(facts.base, 255),
        "branch": visible_line(facts.branch, 255),
        "commit": facts.commit,
        "numbers": _ranges(numbers),
        "total": len(facts.stages) + len(facts.others),
        "parts": [_part(part, room, _whole(facts)) for part in facts.stages],
        "joint": [_joint(part, room) for part in facts.joint],
        "absent": [(number, prose(title, 120), prose(state)) for number, title, state in facts.others[: room.rows]],
        "more_absent": max(0, len(facts.others) - room.rows),
        "tracked": [ticket(link) for link in facts.tickets[: room.rows]],
        "more_tracked": max(0, len(facts.tickets) - room.rows),
        "plan_path": visible_line(facts.plan_path, 500),
        "plan_blob": facts.plan_blob,
        "usage": [_usage(row) for row in facts.usage[: room.rows]],
        "more_usage": max(0, len(facts.usage) - room.rows),
        "tokens_in": _thousands(sum(row[2] for row in facts.usage)),
        "tokens_out": _thousands(sum(row[3] for row in facts.usage)),
        "has_costs": any(cost is not None for cost in costs),
        "costs": _dollars(sum(cost or 0 for cost in costs)) if None not in costs else "–",
    }


def _joint(part: JointSection, room: _Room) -> dict[str, Any]:
    return {
        "numbers": _ranges(part.stages),
        "many": len(part.stages) > 1,
        "base_ref": visible_line(part.base_ref, 255),
        "base": part.base,
        "delivered": part.delivered,
        "as_verified": part.delivered == part.verification.tree,
        **_evidence(part.verification, room),
    }


def _evidence(verification: Verification | None, room: _Room) -> dict[str, Any]:
    """A verification and what it ran."""
    checks = verification.checks if verification else ()
    return {
        "verification": verification,
        "report": visible_line(verification.report, 500) if verification else "",
        "checks": [
            Check(command=visible_line(check.command, 2_000), exit_code=check.exit_code)
            for check in most_telling(checks, room.checks)
        ],
        "check_count": len(checks),
        "failed": sum(check.exit_code != 0 for check in checks),
    }


def _whole(facts: PullRequestFacts) -> frozenset[int]:
    """The stages that leave in exactly the tree in which they were verified together."""
    exact = [part for part in facts.joint if part.delivered == part.verification.tree]
    return frozenset(number for part in exact for number in part.stages)


def _part(part: StageSection, room: _Room, whole: Collection[int]) -> dict[str, Any]:
    verification = part.verification
    is_joint = verification is not None and bool(verification.group) and not verification.parted
    return {
        "number": part.number,
        "title": prose(part.title, 200),
        "summary": prose(part.summary, room.words) if room.words else "",
        "commit": part.commit,
        "tree": part.tree,
        "commits": part.commits,
        "depends_on": ", ".join(map(str, part.depends_on)),
        "files": [visible_line(path, 300) for path in part.files[: room.files]],
        "file_count": len(part.files),
        "is_joint": is_joint,
        "standing": _standing(part),
        "how": part.leaving.how,
        "is_copied": not part.leaving.is_there,
        "branch_tree": part.leaving.tree,
        "is_same_tree": part.number in whole if is_joint else part.leaving.is_same_tree,
        "differs": [visible_line(path, 300) for path in (part.leaving.differs or ())[: max(room.files, 3)]],
        "differ_count": len(part.leaving.differs or ()),
        "upto": part.upto,
        **_evidence(verification, room),
    }


def _standing(part: StageSection) -> str:
    """How what is handed over relates to what was verified: same, rewritten, carried or other."""
    verification = part.verification
    if verification is None:
        return ""
    if verification.tree == part.tree:
        return "same" if verification.commit == part.commit else "rewritten"
    return "carried" if part.carried or verification.carried else "other"


def _usage(row: Usage) -> dict[str, str]:
    who, model, tokens_in, tokens_out, cost = row
    return {
        "who": prose(who, 80),
        "model": prose(model, 80),
        "tokens_in": _thousands(tokens_in),
        "tokens_out": _thousands(tokens_out),
        "cost": "–" if cost is None else _dollars(cost),
    }


def _thousands(number: int) -> str:
    return f"{number:,}"


def _dollars(amount: float) -> str:
    """Cents, and more of small amounts; the sign is escaped, since two of them would make a formula."""
    return f"\\${amount:,.2f}" if amount >= 0.1 or not amount else f"\\${amount:.4f}"


def _ranges(numbers: Sequence[int]) -> str:
    return ", ".join(number_ranges(numbers, dash="–"))


def _length(text: str) -> int:
    """In UTF-16, by which forges written in Java or JavaScript count."""
    return len(text) + sum(character > "\uffff" for character in text)


def _beginning(text: str, limit: int) -> str:
    """As many whole lines as fit."""
    if _length(text) <= limit:
        return text
    head = text.encode("utf-16-le")[: 2 * max(0, limit)].decode("utf-16-le", "ignore")
    return head.rpartition("\n")[0]
