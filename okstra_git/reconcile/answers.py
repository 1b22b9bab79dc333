"""A person's decision, recorded as the person's: a stage's new commit, or a task's new anchor."""

from okstra_git.git.history import find_commit
from okstra_git.git.refs import find_ref
from okstra_git.names import CommitId, TaskKey
from okstra_git.records.events import AnchorMoved, AnchorSet, AnyFact, StageMoved
from okstra_git.state.bases import Stack, choose_base
from okstra_git.state.prints import take_prints
from okstra_git.state.reading import Snapshot
from okstra_git.state.registry import StageUnknown, require_stage, require_task
from okstra_git.state.store import Appended, Store


def record_choice(store: Store, key: TaskKey, number: int, commit: CommitId, ref: str) -> Appended:
    """The stage is at `commit` now because a person says so; refuses a stage that has no commit on record.

    When `ref` is a branch other than the recorded one and that is gone, the stage follows the branch as well.
    """

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        stage = require_stage(task, number)
        if stage.range is None:
            raise StageUnknown(
                f"stage {number} of {key} has no commit on record yet",
                stage=number,
                hint=f"git okstra stage done {number} --task-key {key}",
            )
        is_branch = find_ref(store.git, f"refs/heads/{ref}") is not None
        renamed = ref if is_branch and find_ref(store.git, f"refs/heads/{stage.branch}") is None else None
        if stage.range.head == commit and renamed is None:
            return []
        base = choose_base(store.git, task, Stack.of(task), stage, commit)
        new = take_prints(store.git, [(base, commit)])[0]
        return [
            StageMoved(
                task=task.key, stage=number, old=stage.range.head, range=new, proof="user", ref=ref, branch=renamed
            )
        ]

    return store.append(decide)


def record_anchor(store: Store, key: TaskKey, commit: CommitId, ref: str) -> Appended:
    """The task's implementation base is `commit` from now on."""

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        facts = find_commit(store.git, commit)
        parent = facts.parents[0] if facts and facts.parents else None
        new = take_prints(store.git, [(parent, commit)])[0]
        if task.anchor is None:
            return [AnchorSet(task=task.key, range=new, ref=ref)]
        if task.anchor.range.head == commit:
            return []
        return [AnchorMoved(task=task.key, old=task.anchor.range.head, range=new, proof="user", ref=ref)]

    return store.append(decide)
