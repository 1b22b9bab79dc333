"""What stands against publishing a group: every precondition at once, before anything leaves the machine."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from okstra_git.commands import command, word
from okstra_git.contract import BASE_BRANCHES
from okstra_git.errors import refuse
from okstra_git.git.history import contains, find_commit, merge_base
from okstra_git.git.merging import merge_trees
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, FETCHED, find_branch_ref, find_recorded, printed_recorded
from okstra_git.git.unsaved_work import in_words, read_unsaved_work, ways_out
from okstra_git.git.worktrees import find_worktree
from okstra_git.handoff.eligibility import (
    IN_PR,
    LANDED,
    TOGETHER,
    Reason,
    judge_stages,
    missing_members,
    together_sentence,
    unverified,
)
from okstra_git.handoff.group_status import changes_since
from okstra_git.handoff.groups import group_id, restore_lines
from okstra_git.handoff.own_branch import is_own_branch
from okstra_git.handoff.selection import InBase, is_in
from okstra_git.names import named_stages, quote
from okstra_git.records.handoff import Group
from okstra_git.records.states import Stage, Task
from okstra_git.store.clone import OwnWorktrees


def choose_group(task: Task, stages: Sequence[int] | None, group: str | None) -> Group:
    """The group that was named by its stages or its id, else the only one that waits to be published."""
    key = str(task.key)
    waiting = [candidate for candidate in task.groups.values() if candidate.status == "assembled"]
    if stages is None and group is None:
        open_ = [candidate for candidate in waiting if not all(_has_left(task, number) for number in candidate.stages)]
        news = [candidate for candidate in open_ if not _is_published(task, candidate)]
        if len(news) == 1 or (not news and len(open_) == 1):
            return (news or open_)[0]
        open_ = news or open_
        names = ", ".join(candidate.id for candidate in open_) or "none"
        raise refuse(
            "handoff.not-assembled",
            f"{len(open_)} groups of {key} wait to be published: {names}",
            hint=f"name one with --stages; or git okstra handoff eligible --task-key {key}",
        )
    id = group if group is not None else group_id(stages or ())
    chosen = task.groups.get(id)
    if chosen is None or chosen.status != "assembled":
        problem = f"gave way to {chosen.replaced_by}" if chosen is not None else "was never assembled"
        listed = id.replace("-", ",")
        hint = f"git okstra handoff assemble --task-key {key} --stages {listed} --base BRANCH"
        raise refuse("handoff.not-assembled", f"group {id} of {key} {problem}", hint=hint, group=id)
    return chosen


def _is_published(task: Task, group: Group) -> bool:
    """Whether an open pull request of the group holds just what was assembled."""
    return any(
        pr.group == group.id and pr.status == "open" and pr.commit == group.range.head for pr in task.prs.values()
    )


def _has_left(task: Task, number: int) -> bool:
    stage = task.stages.get(number)
    return stage is not None and stage.landed


def list_obstacles(
    git: Git, task: Task, group: Group, *, stale: Mapping[int, str], protected: Sequence[str], held: InBase
) -> list[Reason]:
    """Everything that stands against pushing this group now; empty when nothing does.

    `protected` are branches, beside the usual ones, that take no direct pushes; `held` is what the group's base has
    of its stages by now.
    """
    return [
        *_stages(git, task, group, stale, held),
        *_branch(git, task, group, protected),
        *_worktree(git, task, group),
        *_range(git, task, group),
    ]


def _stages(git: Git, task: Task, group: Group, stale: Mapping[int, str], held: InBase) -> Iterator[Reason]:
    """Every member may leave, or is in this group's own pull request, and the stages verified with it leave too."""
    judged = judge_stages(task, stale=stale, arrived=held.whole, printed=partial(printed_recorded, git))
    own_urls = {pr.url for pr in task.prs.values() if pr.group == group.id and pr.status == "open"}
    for number in group.stages:
        eligibility = judged.get(number)
        if eligibility is None:
            yield Reason("unknown", f"stage {number} is not on record")
            continue
        own = eligibility.stage is not None and eligibility.stage.pr in own_urls
        yield from (other for other in eligibility.reasons if not (other.code == IN_PR and own))
        if own and eligibility.stage is not None and _was_changed(group, eligibility.stage):
            yield from unverified(task, eligibility.stage)
        missing = missing_members(eligibility.together, {*group.stages, *held.whole})
        lacking = [other for other in missing if not (group.range.base and is_in(git, group.range.base, task, other))]
        if lacking and eligibility.is_eligible:
            company = eligibility.together[0]
            message = f"{together_sentence(number, company)}, and the group is without {named_stages(lacking)}"
            yield Reason(TOGETHER, message, f"assemble them together: --stages {word(','.join(map(str, company)))}")
    if all(_has_left(task, number) and number in held.whole for number in group.stages):
        yield Reason(LANDED, "all of its stages have landed; there is nothing left to publish")


def _was_changed(group: Group, stage: Stage) -> bool:
    """Whether the stage on record is another change than the group has of it."""
    was = next((member.delta for member in group.members if member.stage == stage.number), None)
    return stage.range is not None and stage.range.delta != was


def _branch(git: Git, task: Task, group: Group, protected: Sequence[str]) -> Iterator[Reason]:
    again = _assemble_again(git, task, group)
    for change in changes_since(git, task, group):
        if change.code not in ("base-moved", "verification-stale"):
            moved = change.code == "branch-moved"
            is_own = is_own_branch(task, group)  # which is a person's, and never put back
            lines = restore_lines(git, group.branch, group.range.head, group.former) if moved and not is_own else ()
            yield Reason(change.code, change.message, "\n".join(lines) or again)
    if group.branch in {*BASE_BRANCHES, *protected} or find_branch_ref(git, group.base_ref) == BRANCH + group.branch:
        yield Reason("base-branch", f"{group.branch} is a branch that others build on; nothing is pushed to it",
                     f"{again} --branch NAME")  # fmt: skip


def _worktree(git: Git, task: Task, group: Group) -> Iterator[Reason]:
    path = OwnWorktrees(git).active_path(task.places.get(f"group-{group.id}"))
    worktree = find_worktree(git, path) if path is not None and path.is_dir() else None
    changes = read_unsaved_work(git, worktree).uncommitted if worktree is not None else ()
    if changes:
        assert path is not None
        hint = "\n".join(["what is missing belongs in a stage", *ways_out(path, changes)])
        message = f"the group's worktree {path} is not what would be published: {in_words(changes)}"
        yield Reason("worktree-dirty", message, hint)


def _range(git: Git, task: Task, group: Group) -> Iterator[Reason]:
    """There is something to deliver, onto a branch, and it still fits there."""
    base, head = find_recorded(git, group.base_ref), find_commit(git, group.range.head)
    if base is None or head is None:
        return
    if branch_of_base(git, group) is None:
        message = f"the base {quote(group.base_ref)} is not a branch, and a pull request needs one"
        yield Reason("base-not-a-branch", message, "assemble again with --base BRANCH")
    if contains(git, base, group.range.head) or group.range.is_empty:
        yield Reason("nothing-to-deliver", f"there is nothing between {group.base_ref} and {group.branch}")
        return
    common = merge_base(git, base, group.range.head)
    under = find_commit(git, common) if common else None
    onto = find_commit(git, base)
    if onto is None or base == group.range.base:
        return
    merged = merge_trees(git, base=under.tree if under else EMPTY_TREE, ours=onto.tree, theirs=head.tree, write=False)
    if merged.clashes:
        paths = ", ".join(clash.path for clash in merged.clashes[:3])
        message = f"{group.base_ref} moved and contradicts the group in {paths}"
        yield Reason("base-conflict", message, _assemble_again(git, task, group))


def _assemble_again(git: Git, task: Task, group: Group) -> str:
    if is_own_branch(task, group):
        return f"{command('git rebase', printed_recorded(git, group.base_ref), group.branch)}\nthen publish again"
    key, stages = str(task.key), ",".join(map(str, group.stages))
    is_out = any(pr.group == group.id and pr.status == "open" for pr in task.prs.values())
    begin = f"git okstra handoff assemble --task-key {key} --stages {stages}"
    again = command(begin, ("--base", printed_recorded(git, group.base_ref)))
    return f"{again} --update" if is_out else again


def branch_of_base(git: Git, group: Group) -> str | None:
    """The branch, as the forge knows it, that the base names: a local one, or a remote's without the remote's name."""
    ref = find_branch_ref(git, group.base_ref) or ""
    if ref.startswith(BRANCH):
        return ref.removeprefix(BRANCH)
    return ref.removeprefix(FETCHED).partition("/")[2] or None


def refuse_obstacles(group: Group, obstacles: Sequence[Reason]) -> None:
    """One refusal that names all of them."""
    if not obstacles:
        return
    hints = [reason.hint for reason in obstacles if reason.hint]
    raise refuse(
        "handoff.not-publishable",
        f"group {group.id} cannot be published: {'; '.join(dict.fromkeys(obstacle.message for obstacle in obstacles))}",
        hint="\n".join(dict.fromkeys(hints)),
        problems=[
            {"code": obstacle.code, "message": obstacle.message, "hint": obstacle.hint or None, **obstacle.facts}
            for obstacle in obstacles
        ],
    )
