"""Groups that were assembled and never published give way to whatever takes one of their stages."""

from collections.abc import Collection

from okstra_git.records.events import AnyFact, GroupSuperseded
from okstra_git.records.states import Task
from okstra_git.store.registry import release


def superseding_facts(task: Task, group: str, stages: Collection[int]) -> list[AnyFact]:
    """What ends every other unpublished group that shares a stage with `group`; branches and worktrees stay."""
    facts: list[AnyFact] = []
    published = {pr.group for pr in task.prs.values() if pr.status == "open"}
    for other in task.groups.values():
        if other.id == group or other.status != "assembled" or other.id in published:
            continue
        if {*other.stages} & {*stages}:
            facts.append(GroupSuperseded(task=task.key, group=other.id, replaced_by=group))
            facts += release(task, f"group-{other.id}")
    return facts
