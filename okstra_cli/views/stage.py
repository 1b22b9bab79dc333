"""Stages as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.replay import replay_json, replay_of_stage, replay_words
from okstra_git.records.states import recorded_and_planned
from okstra_git.runs.leases import lease_on

if TYPE_CHECKING:
    from okstra_cli.answers import parts
    from okstra_cli.answers import tasks as shapes
    from okstra_git.git.checkouts import Checkout
    from okstra_git.porcelain.stages import DoneStages
    from okstra_git.records.stage import RangeFingerprint
    from okstra_git.records.states import Reservation, Stage, Task
    from okstra_git.runs.leases import Lease

LISTED = 20
"""Stages that a page lists of those that were recorded."""

TONES: dict[str, Tone] = {"done": "good", "verified": "good", "landed": "good", "in-pr": "good", "started": "warn"}


def lease_json(lease: Lease | None) -> parts.Lease | None:
    """Which run was given the stage, and whether its holder lives; null when there is none."""
    if lease is None:
        return None
    holder = lease.holder
    return {
        "alive": lease.is_live,
        "host": holder.host if holder else None,
        "pid": holder.pid if holder else None,
        "run": lease.run,
        "name": holder.name if holder else None,
        "why": lease.life.why or None,
    }


def checkout_json(checkout: Checkout | None) -> parts.Checkout | None:
    """A worktree as it is on disk; `uncommitted` is null where it was not looked at, or cannot be read."""
    if checkout is None:
        return None
    return {
        "path": str(checkout.path),
        "branch": checkout.branch,
        "head": checkout.head,
        "operation": checkout.operation or None,
        "uncommitted": len(checkout.files) if checkout.files is not None else None,
    }


def stage_json(task: Task, stage: Stage, leases: Iterable[Lease] = ()) -> shapes.Stage:
    """One stage as recorded, with its lease; absent parts are null."""
    place = task.places.get(f"stage-{stage.number}")
    verified = stage.verified
    pr = task.prs.get(stage.pr) if stage.pr is not None else None
    return {
        "number": stage.number,
        "title": stage.title,
        "depends_on": list(stage.depends_on),
        "state": stage.status,
        "branch": stage.branch or None,
        "worktree": place.worktree if place is not None and place.status == "active" else None,
        "released": is_released(task, stage),
        "commit": stage.range.head if stage.range else None,
        "base": (stage.range.base if stage.range else stage.base) or None,
        "verified": {
            "commit": verified.commit,
            "tree": verified.tree,
            "carries": stage.is_verified,
            "again": verified.again or None,
        }
        if verified
        else None,
        "pr": {"url": pr.url, "state": pr.status, "group": pr.group, "branch": pr.branch} if pr is not None else None,
        "lease": lease_json(lease_on(leases, stage.number)),
    }


def stage_detail_json(task: Task, stage: Stage, leases: Iterable[Lease] = ()) -> shapes.StageDetail:
    """One stage with its fingerprints and its earlier commits."""
    former: list[shapes.FormerCommit] = [{"commit": trail.range.head, "left_by": trail.proof} for trail in stage.trail]
    return {
        **stage_json(task, stage, leases),
        "range": range_json(stage.range) if stage.range else None,
        "former": former,
        "carry": stage.carry,
        "replay": replay_json(replay_of_stage(task, stage)),
    }


def range_json(change: RangeFingerprint) -> shapes.Range:
    """The fingerprints of a change, field by field: a new field of the record is private until it is here."""
    author = change.author
    return {
        "head": change.head,
        "head_tree": change.head_tree,
        "base": change.base,
        "base_tree": change.base_tree,
        "parents": list(change.parents),
        "commits": change.commits,
        "author": {"name": author.name, "email": author.email, "time": author.time, "offset": author.offset},
        "subject": change.subject,
        "delta": change.delta,
        "delta_sum": change.delta_sum,
        "lines_sum": change.lines_sum,
        "path_count": change.path_count,
        "paths": list(change.paths),
        "paths_print": change.paths_print,
        "patch_id": change.patch_id,
        "patch_algorithm": change.patch_algorithm,
    }


def is_released(task: Task, stage: Stage) -> bool:
    """Whether the stage has given up its branch and worktree, and nothing holds them for it."""
    place = task.places.get(f"stage-{stage.number}")
    return place is not None and place.status == "released"


def state_cell(stage: Stage, *, is_released: bool = False) -> Cell:
    """The state, with a word about a verification that does not stand any more, and about a claim that was given up."""
    released = ", released" if is_released and not stage.landed else ""
    if stage.verified is not None and stage.status in ("done", "in-pr") and not stage.is_verified:
        return Cell(f"{stage.status}{released}, verify again", "warn")
    return Cell(f"{stage.status}{released}", "warn" if released else TONES.get(stage.status, "plain"))


def stage_cells(task: Task, stage: Stage) -> list[Cell]:
    """A row: number, state, commit, branch, title."""
    commit = stage.range.head[:10] if stage.range else "-"
    return [
        Cell(str(stage.number)),
        state_cell(stage, is_released=is_released(task, stage)),
        Cell(commit),
        Cell(stage.branch or "-"),
        Cell(stage.title),
    ]


def started_page(task: Task, stage: Stage) -> Page:
    page = Page()
    place = task.places[f"stage-{stage.number}"]
    key = str(task.key)
    page.line(
        f"stage {stage.number} of {key} is started on branch ",
        Cell(stage.branch, "strong"),
        f", from {stage.base[:10]} ({stage.base_ref})",
    )
    if place.worktree:
        page.line("worktree: ", Cell(place.worktree, "strong"))
    page.line(Cell(f"next: work there, commit, then git okstra stage done {stage.number} --task-key {key}", "faint"))
    return page


def done_json(done: DoneStages) -> shapes.DoneStages:
    """The stages as they are on record now; `left_out` is work that was not committed and stays out of them."""
    return {
        "task": str(done.key),
        "changed": done.changed,
        "stages": [stage_json(done.task, stage) for stage in done.stages],
        "left_out": [work.facts for work in done.left_out],
    }


def done_page(done: DoneStages) -> Page:
    page = Page()
    verb = "recorded" if done.changed else "unchanged"
    for stage in done.stages[:LISTED]:
        if (range_ := stage.range) is not None:
            size = f"{_count(range_.commits, 'commit')}, {_count(range_.path_count, 'file')}"
            page.line(
                f"{verb} stage {stage.number} of {done.key} at ",
                Cell(range_.head[:10], "strong"),
                f" ({size}): {range_.subject}",
            )
    if len(done.stages) > LISTED:
        page.line(f"... and {len(done.stages) - LISTED} more")
    return page


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def lease_cell(leases: Iterable[Lease], stage: int) -> Cell:
    """Who holds a stage, in two words: `claude 123`, or `dead`."""
    lease = lease_on(leases, stage)
    if lease is None:
        return Cell("-")
    if not lease.is_live:
        return Cell("dead", "warn")
    return Cell(f"{lease.holder.name or 'pid'} {lease.holder.pid}" if lease.holder else "?", "good")


def list_page(task: Task, leases: Sequence[Lease]) -> Page:
    page = Page()
    stages = recorded_and_planned(task)
    if not stages:
        page.line(f"{task.key} has no stages yet")
    rows = [stage_cells(task, stage) for stage in stages]
    headers = ["stage", "state", "commit", "branch", "title"]
    if leases:
        headers.insert(2, "run")
        for row, stage in zip(rows, stages, strict=True):
            row.insert(2, lease_cell(leases, stage.number))
    page.table(headers, rows)
    return page


def show_page(task: Task, stage: Stage, leases: Iterable[Lease] = ()) -> Page:
    page = Page()
    page.line(
        f"stage {stage.number} of {task.key}: ",
        Cell(state_cell(stage, is_released=is_released(task, stage)).text, "strong"),
        f"  {stage.title}",
    )
    rows = [
        ("branch", stage.branch),
        ("base", f"{stage.base[:10]} {stage.base_ref}"),
        ("depends on", ", ".join(map(str, stage.depends_on))),
        ("run", _leased(lease_on(leases, stage.number))),
    ]
    if stage.range is not None:
        found = stage.range
        rows += [
            ("commit", f"{found.head}  {found.subject}"),
            ("range", f"{(found.base or 'root')[:10]}..{found.head[:10]}"),
            ("files", ", ".join(found.paths) + (" ..." if found.path_count > len(found.paths) else "")),
        ]
    rows += [*_handed(stage), ("replay", replay_words(replay_of_stage(task, stage)))]
    rows += [("was", f"{trail.range.head[:10]}, left by {trail.proof}") for trail in stage.trail]
    for name, value in rows:
        if value.strip():
            page.line(Cell(f"  {name:<11}", "faint"), value)
    return page


def _handed(stage: Stage) -> Iterable[tuple[str, str]]:
    """What is on record of its verification, pull request and landing."""
    verified, landing = stage.verified, stage.landing
    if verified is not None:
        stands = "stands" if stage.is_verified else "does not stand any more"
        again = f"; its report was recorded for tree {verified.again[:10]} before" if verified.again else ""
        checks = _count(len(verified.checks), "check")
        told = f"{verified.commit[:10]}, tree {verified.tree[:10]}, {checks}; {stands}{again}"
        yield "verified", told
    if stage.pr is not None:
        yield "in", stage.pr
    if landing is not None:
        yield "landed", f"in {landing.target} at {landing.commit[:10]} ({landing.how})"


def _leased(lease: Lease | None) -> str:
    if lease is None or lease.holder is None:
        return ""
    alive = "at work" if lease.is_live else f"dead: {lease.life.why}"
    return f"{lease.run}  {lease.holder.name}, pid {lease.holder.pid} on {lease.holder.host}, {alive}"


def released_page(key: str, scope: str, before: Reservation | None) -> Page:
    page = Page()
    what = f"{key} {scope.replace('-', ' ')}" if scope else key
    if before is None:
        page.line(f"{what} holds nothing to release")
    else:
        page.line(
            f"released {what}: branch {before.branch} is free again; ",
            f"the worktree {before.worktree} stays" if before.worktree else "the branch itself stays",
        )
    return page
