"""Records moves that are proven or that a person decided, and proves recorded ones again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import diff_trees
from okstra_git.git.history import contains, find_commit
from okstra_git.git.objects import has_object
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH
from okstra_git.names import CommitId, TaskKey, quote
from okstra_git.reconcile.findings import AnchorFinding, Finding, Report
from okstra_git.reconcile.locate import locate
from okstra_git.reconcile.proofs import Ends, Prover
from okstra_git.reconcile.windows import open_window
from okstra_git.records.events import AnchorMoved, AnyFact, Event, StageDone, StageMoved
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, State, Task
from okstra_git.store.registry import require_stage, require_task
from okstra_git.store.snapshot import Snapshot, read_events
from okstra_git.store.stage_ranges import Stack, choose_base, fingerprint_ranges
from okstra_git.store.store import Appended, Store

MAX_RANGE = 10_000


def settle(store: Store, reports: Sequence[Report]) -> Appended:
    """Record every proven move of the reports; a stage that moved meanwhile is left for the next look."""
    facts = planned_moves(store.git, reports)
    if not facts:
        return store.catch_up()
    return store.append(lambda snapshot: [fact for fact in facts if still_true(snapshot, fact)])


def planned_moves(git: Git, reports: Sequence[Report]) -> list[AnyFact]:
    """The facts that settling these reports would record."""
    wanted = [
        (report.task, finding)
        for report in reports
        for finding in report.findings
        if finding.kind in ("auto", "restored") and finding.new is not None
    ]
    prints = fingerprint_ranges(git, [(f.new.base, f.new.head) for _, f in wanted if f.new])
    moves = [_stage_moved(task, finding, new) for (task, finding), new in zip(wanted, prints, strict=True)]
    return [*moves, *(fact for report in reports for fact in _anchor_moved(git, report))]


def after_moves(report: Report, events: Iterable[Event]) -> Report | None:
    """The report as it is once these events are on record; None where they are not all that it proves."""
    moves = {_subject(fact): fact.range for event in events if (fact := _move(event)) and fact.task == report.task}
    findings = [_settled(finding, moves.get(finding.stage)) for finding in report.findings]
    anchor = report.anchor
    if anchor is not None and (new := moves.get(None)) is not None:
        anchor = AnchorFinding(new, "ok")
    after = replace(report, findings=tuple(findings), anchor=anchor)
    return None if after.is_settleable else after


def still_true(snapshot: Snapshot, fact: AnyFact) -> bool:
    """Whether the record a move starts from is still the current one."""
    return _recorded_head(snapshot.state, fact) == getattr(fact, "old", None)


@dataclass(frozen=True)
class ChosenCommit:
    """What a person named: `ref` as it was typed. `targets` are branches that work is merged into, by their tips.

    `offered` are commits that no such branch speaks against, what reconcile offers and the tip of the stage's own, with
    the bases that the stage would have there, where reconcile knows them. `elsewhere` are recorded commits of other
    tasks, with their stages. `within`: a target that has the commit in its history. `branch`: the branch of this clone
    that was named, if one was.
    """

    commit: CommitId
    ref: str
    targets: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, str | None] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    branch: str = ""


def record_choice(store: Store, key: TaskKey, number: int, choice: ChosenCommit, *, force: bool = False) -> Appended:
    """The stage is at the chosen commit now because a person says so; refuses a stage that has no commit on record.

    Refuses what is nearly always a slip, unless `force` says that it is meant: a commit of another stage, the tip of a
    branch that work is merged into, a range that changes nothing. When `ref` is a branch other than the recorded one
    and that is gone, the stage follows the branch as well.
    """
    commit, ref = choice.commit, choice.ref

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        stage = _require_recorded(task, number)
        assert stage.range is not None
        renamed = _renamed(store.git, stage, choice)
        if stage.range.head == commit and renamed is None:
            return []
        base = _base_of(store.git, task, stage, choice)
        new = fingerprint_ranges(store.git, [(base, commit)])[0]
        doubt = None if force or stage.range.head == commit else find_doubt(store.git, task, stage, choice, new)
        if doubt is not None:
            raise doubt
        return [
            StageMoved(
                task=task.key, stage=number, old=stage.range.head, range=new, proof="user", ref=ref, branch=renamed
            )
        ]

    return store.append(decide)


def find_doubt(git: Git, task: Task, stage: Stage, choice: ChosenCommit, new: RangeFingerprint) -> OkstraError | None:
    """Why the chosen commit is probably not the stage; `new` is the range that it would be."""
    key, commit = str(task.key), choice.commit
    look = f"git okstra reconcile --task-key {key} --check --show"
    hint = f"{look} tells what it may be; if this is meant, repeat the line with --force"
    other = next(
        (
            candidate
            for candidate in task.stages.values()
            if candidate.number != stage.number and _holds(git, candidate, commit)
        ),
        None,
    )
    if other is not None:
        message = (
            f"{quote(choice.ref)}, {commit[:10]}, is a commit of stage {other.number}, not of stage {stage.number}"
        )
        return refuse("answer.other-stage", message, hint=hint, stage=stage.number, other=other.number, commit=commit)
    if commit in choice.elsewhere:
        message = (
            f"{quote(choice.ref)}, {commit[:10]}, is {choice.elsewhere[commit]}, not stage {stage.number} of {key}"
        )
        return refuse("answer.other-stage", message, hint=hint, stage=stage.number, commit=commit)
    target = choice.targets.get(commit) or choice.within
    if target and commit not in choice.offered and not commit.startswith(choice.ref.lower()):
        where = f"is where {target} stands" if commit in choice.targets else f"is a commit of {target}"
        message = f"{quote(choice.ref)}, {commit[:10]}, {where}, which stages are merged into"
        return refuse("answer.target", message, hint=hint, stage=stage.number, target=target, commit=commit)
    if new.base is None and git.is_shallow:
        message = f"where stage {stage.number} begins at {quote(choice.ref)} is cut off in this shallow clone"
        return refuse("answer.cut-off", message, hint="git fetch --unshallow", stage=stage.number, commit=commit)
    if new.is_empty:
        message = f"at {quote(choice.ref)}, {commit[:10]}, stage {stage.number} would change no file"
        return refuse("answer.empty", message, hint=hint, stage=stage.number, commit=commit)
    return None


def record_anchor(store: Store, key: TaskKey, commit: CommitId, ref: str) -> Appended:
    """The task's implementation base is `commit` from now on; refuses a task that has none yet."""

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        facts = find_commit(store.git, commit)
        parent = facts.parents[0] if facts and facts.parents else None
        new = fingerprint_ranges(store.git, [(parent, commit)])[0]
        if task.anchor is None:
            named = str(task.key)
            raise refuse(
                "anchor.none",
                f"{named} has no anchor to reset: its first stage sets it",
                hint=f"git okstra stage start 1 --task-key {word(named)} --base {word(ref)}",
                task=named,
            )
        if task.anchor.range.head == commit:
            return []
        return [AnchorMoved(task=task.key, old=task.anchor.range.head, range=new, proof="user", ref=ref)]

    return store.append(decide)


@dataclass(frozen=True)
class Checked:
    """One recorded move looked at again: `proven`, `refuted`, `unprovable` (objects gone) or `decided` by a person."""

    task: TaskKey
    stage: int | None
    old: str
    new: str
    proof: str
    verdict: Literal["proven", "refuted", "unprovable", "decided"]
    event: str


def verify_moves(git: Git, snapshot: Snapshot, key: TaskKey) -> list[Checked]:
    """Every move of the task's stages and anchor, oldest first."""
    prints: dict[str, RangeFingerprint] = {}
    checked: list[Checked] = []
    for event in read_events(git, snapshot, key):
        fact = event.fact
        if isinstance(fact, StageMoved | AnchorMoved):
            stage = fact.stage if isinstance(fact, StageMoved) else None
            verdict = _verdict(git, prints.get(fact.old), fact)
            checked.append(Checked(key, stage, fact.old, fact.range.head, fact.proof, verdict, event.id))
        recorded = getattr(fact, "range", None) if not isinstance(fact, StageDone) else fact.range
        if isinstance(recorded, RangeFingerprint):
            prints[recorded.head] = recorded
    return checked


def _stage_moved(task: TaskKey, finding: Finding, new: RangeFingerprint) -> StageMoved:
    assert finding.new is not None
    return StageMoved(
        task=task,
        stage=finding.stage,
        old=finding.recorded.head,
        range=new,
        proof=finding.new.proof,
        evidence=finding.new.evidence,
        found_by=finding.found_by,
        landed=finding.new.landed,
        verified_carries=finding.verified_carries,
    )


def _anchor_moved(git: Git, report: Report) -> list[AnchorMoved]:
    anchor = report.anchor
    if anchor is None or anchor.new is None:
        return []
    new = fingerprint_ranges(git, [(anchor.new.base, anchor.new.head)])[0]
    proof, evidence = anchor.new.proof, anchor.new.evidence
    return [AnchorMoved(task=report.task, old=anchor.recorded.head, range=new, proof=proof, evidence=evidence)]


def _move(event: Event) -> StageMoved | AnchorMoved | None:
    return event.fact if isinstance(event.fact, StageMoved | AnchorMoved) else None


def _subject(fact: StageMoved | AnchorMoved) -> int | None:
    """The number of the stage that moved; None for the anchor."""
    return fact.stage if isinstance(fact, StageMoved) else None


def _settled(finding: Finding, new: RangeFingerprint | None) -> Finding:
    if new is None or finding.kind not in ("auto", "restored"):
        return finding
    return Finding(finding.stage, "ok", new, finding.branch)


def _recorded_head(state: State, fact: AnyFact) -> str | None:
    task = state.tasks.get(fact.task)
    if task is None:
        return None
    if isinstance(fact, AnchorMoved):
        return task.anchor.range.head if task.anchor else None
    stage = task.stages.get(fact.stage) if isinstance(fact, StageMoved) else None
    return stage.range.head if stage and stage.range else None


def _renamed(git: Git, stage: Stage, choice: ChosenCommit) -> str | None:
    """The branch that the stage follows from now on, where its own is gone; never one that work is merged into."""
    if choice.branch in choice.targets.values() or find_ref(git, BRANCH + stage.branch) is not None:
        return None
    return choice.branch or None


def _base_of(git: Git, task: Task, stage: Stage, choice: ChosenCommit) -> str | None:
    """Where the stage begins: where reconcile found that; in a target at the parent, for all below is others' work."""
    if choice.offered.get(choice.commit):
        return choice.offered[choice.commit]
    facts = find_commit(git, choice.commit) if choice.within else None
    if facts is not None and facts.parents:
        return facts.parents[0]
    return choose_base(git, task, Stack.of(task), stage, choice.commit)


def _require_recorded(task: Task, number: int) -> Stage:
    stage = require_stage(task, number)
    if stage.range is None:
        key = str(task.key)
        raise refuse(
            "stage.unknown",
            f"stage {number} of {key} has no commit on record yet",
            stage=number,
            hint=f"git okstra stage done {number} --task-key {key}",
        )
    return stage


def _holds(git: Git, stage: Stage, commit: str) -> bool:
    """Whether the commit is the stage's recorded one, or one of those that belong to it."""
    recorded = stage.range
    if recorded is None or not contains(git, recorded.head, commit):
        return False
    return commit == recorded.head or not (recorded.base is not None and contains(git, recorded.base, commit))


def _verdict(
    git: Git, old: RangeFingerprint | None, fact: StageMoved | AnchorMoved
) -> Literal["proven", "refuted", "unprovable", "decided"]:
    if fact.proof == "user":
        return "decided"
    if old is None:
        return "refuted"
    new = fact.range
    if fact.proof == "restored" and old.head_tree == new.head_tree:
        return "proven"
    if not all(has_object(git, tree) for tree in (new.base_tree, new.head_tree)):
        return "unprovable"
    try:
        delta = diff_trees(git, [(new.base_tree, new.head_tree)])[0]
    except GitFailed:
        return "unprovable"
    prover = Prover(git, old)
    if prover.prove(Ends(new.base_tree, new.head_tree, delta, new.commits), second_opinion=True) is not None:
        return "proven"
    if prover.recorded_delta() is None:
        return "unprovable"
    return "proven" if _maps(git, prover, new) else "refuted"


def _maps(git: Git, prover: Prover, new: RangeFingerprint) -> bool:
    """Whether the new range holds the recorded commits one by one, where merges between them were flattened."""
    window = open_window(git, new.head, [new.base] if new.base else [], limit=MAX_RANGE)
    return any(hit.span.last.facts.oid == new.head for hit in locate(window, prover))
