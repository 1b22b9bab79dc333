"""A branch that was adopted leaves as it is: its group is the branch itself, and nothing is assembled."""

from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.git.refs import find_ref
from okstra_git.git.revisions import BRANCH
from okstra_git.handoff.groups import superseding_facts
from okstra_git.names import quote
from okstra_git.records.events import AnyFact, GroupAssembled
from okstra_git.records.handoff import Group, Member
from okstra_git.records.states import Task
from okstra_git.store.registry import require_open
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Store

STAGE = 1
GROUP = str(STAGE)


def is_own_branch(task: Task, group: Group) -> bool:
    """Whether the group is the branch of an adopted task itself, which a person works on."""
    return task.is_adopted and group.id == GROUP and group.branch == task.stages[STAGE].branch


def with_own_branch(store: Store, task: Task, *, record: bool) -> Task:
    """The task with its branch as the group that leaves, recorded unless it is on record so.

    Refuses a branch of which nothing is recorded, or that has commits which are not.
    """
    group = _own_group(task)
    _refuse_unrecorded(store, task, group)
    before = task.groups.get(GROUP)
    if before is not None and before.status == "assembled" and before.range == group.range:
        return task
    if not record:
        return task.model_copy(update={"groups": {**task.groups, GROUP: group}})

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        now = require_open(snapshot.state, task.key)
        fields = group.model_dump(include={"stages", "branch", "base_ref"})
        fact = GroupAssembled(task=task.key, group=GROUP, range=group.range, members=group.members, **fields)
        return [*superseding_facts(now, GROUP, [STAGE]), fact]

    return store.append(decide).task_after(task.key)


def _own_group(task: Task) -> Group:
    stage = task.stages[STAGE]
    if stage.range is None:
        message = f"branch {quote(stage.branch)} has no commit of its own on record"
        raise refuse(
            "handoff.not-eligible", message, hint=command("git okstra stage done", STAGE, ("--task-key", str(task.key)))
        )
    recorded = stage.range
    member = Member(stage=STAGE, commit=recorded.head, tree=recorded.head_tree, delta=recorded.delta, how="as-is")
    return Group(
        id=GROUP, stages=(STAGE,), branch=stage.branch, base_ref=stage.base_ref, range=recorded, members=(member,)
    )


def _refuse_unrecorded(store: Store, task: Task, group: Group) -> None:
    tip = find_ref(store.git, BRANCH + group.branch)
    if tip is None:
        message = f"branch {quote(group.branch)} is not there any more"
        raise refuse("branch.missing", message, hint="git branch --all", branch=group.branch)
    if tip != group.range.head:
        raise refuse(
            "handoff.unrecorded",
            f"branch {quote(group.branch)} is at {tip[:10]}, and recorded is {group.range.head[:10]}",
            hint=_done_line(task),
            branch=group.branch,
            commit=tip,
        )


def _done_line(task: Task) -> str:
    return command("git okstra stage done", STAGE, ("--task-key", str(task.key)))
