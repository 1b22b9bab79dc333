"""The part of the fold about how stages leave: groups, verified together, pull requests, landings."""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

from okstra_git.records import events as e
from okstra_git.records.handoff import Group, GroupVerification, Landing, PullRequest
from okstra_git.records.stage import Verification
from okstra_git.records.states import Stage, Task, add_conflict, change, put_stage, settle_conflicts, with_standing


def _landed(task: Task, event: e.Event, fact: e.StageLanded) -> Task:
    """A stage that was recorded anew meanwhile has not landed: what arrived was something else."""
    before = task.stages.get(fact.stage)
    if before is None or before.range is None or before.range.head != fact.recorded:
        return task
    landing = Landing(
        target=fact.target, commit=fact.landed, how=fact.how, group=fact.group, writer=event.writer, at=event.at
    )
    task = put_stage(task, with_standing(change(before, landed=True, landing=landing)))
    whole = {
        pr.url: change(pr, status="landed", ended=event.at)
        for pr in task.prs.values()
        if pr.status == "open" and all(n in task.stages and task.stages[n].landed for n in pr.stages)
    }
    return change(task, prs={**task.prs, **whole}) if whole else task


def _unlanded(task: Task, _: e.Event, fact: e.StageUnlanded) -> Task:
    """One that was recorded anew or found elsewhere meanwhile stays as it is."""
    before = task.stages.get(fact.stage)
    if before is None or before.range is None or before.range.head != fact.recorded:
        return task
    return without_landings(task, {fact.stage}) if landed_as(before) == fact.landed else task


def landed_as(stage: Stage) -> str | None:
    """The commit by which a target holds a stage that is on record as landed; None for any other stage."""
    if not stage.landed or stage.range is None:
        return None
    return stage.landing.commit if stage.landing is not None else stage.range.head


def without_landings(task: Task, numbers: Set[int]) -> Task:
    """The task with landed stages as what they were before; pull requests that had landed with them are open again."""
    freed = {n: with_standing(change(task.stages[n], landed=False, landing=None)) for n in numbers}
    opened = {
        pr.url: change(pr, status="open", ended=None)
        for pr in task.prs.values()
        if pr.status == "landed" and not numbers.isdisjoint(pr.stages)
    }
    return change(task, stages={**task.stages, **freed}, prs={**task.prs, **opened})


def _assembled(task: Task, event: e.Event, fact: e.GroupAssembled) -> Task:
    before = task.groups.get(fact.group)
    former = (*before.former, before.range.head) if before is not None else ()
    fields = fact.model_dump(exclude={"type", "task", "group"})
    return _put_group(task, Group(id=fact.group, **fields, former=former, by=event.by, at=event.at))


def _group_superseded(task: Task, _: e.Event, fact: e.GroupSuperseded) -> Task:
    before = task.groups.get(fact.group)
    if before is None:
        return task
    return _put_group(task, change(before, status="superseded", replaced_by=fact.replaced_by))


def _put_group(task: Task, group: Group) -> Task:
    return change(task, groups={**task.groups, group.id: group})


def _pr_recorded(task: Task, event: e.Event, fact: e.PrRecorded) -> Task:
    """The first one for a stage holds it; another clone's at the same time is a conflict that a person settles."""
    held = {task.stages[n].pr for n in fact.stages if n in task.stages} - {None, fact.url}
    if held:
        task = add_conflict(task, f"stages {_listed(fact.stages)} are in {', '.join(map(str, held))} and in {fact.url}")
    fields = fact.model_dump(exclude={"type", "task"})
    task = change(task, prs={**task.prs, fact.url: PullRequest(**fields, by=event.by, at=event.at)})
    free = [n for n in fact.stages if n in task.stages and task.stages[n].pr in (None, fact.url)]
    return _in_pr(task, dict.fromkeys(free, fact.url))


def _pr_closed(task: Task, event: e.Event, fact: e.PrClosed) -> Task:
    """Its stages fall back to the open pull request that named them next, or to what they were before."""
    before = task.prs.get(fact.url)
    if before is None:
        return task
    fields = {"status": fact.status, "reason": fact.reason, "replaced_by": fact.replaced_by, "ended": event.at}
    task = settle_conflicts(change(task, prs={**task.prs, fact.url: change(before, **fields)}))
    left = [stage.number for stage in task.stages.values() if stage.pr == fact.url]
    return _in_pr(task, {number: _open_pr(task, number) for number in left})


def _open_pr(task: Task, number: int) -> str | None:
    return next((pr.url for pr in task.prs.values() if pr.status == "open" and number in pr.stages), None)


def _in_pr(task: Task, urls: Mapping[int, str | None]) -> Task:
    for number, url in urls.items():
        task = put_stage(task, with_standing(change(task.stages[number], pr=url)))
    return task


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


HANDING: dict[str, Callable[[Task, e.Event, Any], Task]] = {
    "stage.landed": _landed,
    "stage.unlanded": _unlanded,
    "group.assembled": _assembled,
    "group.superseded": _group_superseded,
    "pr.recorded": _pr_recorded,
    "pr.closed": _pr_closed,
}
"""A reducer for each type of event."""


def stands_together(task: Task, verification: GroupVerification) -> bool:
    """Whether every stage of the verification still has exactly the files that it had then."""
    return all(
        (stage := task.stages.get(member.stage)) is not None
        and stage.range is not None
        and stage.range.head_tree == member.tree
        for member in verification.assembled.members
    )


def with_parted(task: Task) -> Task:
    """The task in whose stages it is noted which were verified in a group that is not any more what it was."""
    for stage in task.stages.values():
        verified = stage.verified
        if verified is None or not verified.group:
            continue
        verification = task.verifications.get(verified.group)
        parted = verification is None or not stands_together(task, verification)
        if parted != verified.parted:
            task = put_stage(task, with_standing(change(stage, verified=change(verified, parted=parted))))
    return task


def _group_verified(task: Task, event: e.Event, fact: e.GroupVerified) -> Task:
    """The stages count as verified in this group, but for those that were verified by themselves as they are now."""
    fields = fact.model_dump(exclude={"type", "task", "assembled"})
    kept: dict[str, Any] = {"event": event.id, "by": event.by, "at": event.at}
    verification = GroupVerification(assembled=fact.assembled, **fields, **kept)
    task = change(task, verifications={**task.verifications, fact.assembled.id: verification})
    of_stage = {name: value for name, value in fields.items() if name != "run"}
    for member in fact.assembled.members:
        stage = task.stages.get(member.stage)
        if stage is not None and stage.range is not None and not stage.is_verified_alone:
            proof = Verification(commit=member.commit, tree=member.tree, group=fact.assembled.id, **of_stage, **kept)
            task = put_stage(task, with_standing(change(stage, verified=proof)))
    return task


TOGETHER: dict[str, Callable[[Task, e.Event, Any], Task]] = {"group.verified": _group_verified}
"""A reducer for each type of event."""
