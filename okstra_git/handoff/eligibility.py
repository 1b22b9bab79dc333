"""Which stages may leave now, and every reason why another one may not: a pure answer from what is recorded."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypedDict

from okstra_git.commands import option, word
from okstra_git.names import named_stages
from okstra_git.records.handoff import GroupVerification, PullRequest
from okstra_git.records.states import Stage, Task
from okstra_git.store.fold_handoff import stands_together


class VerifiedGroup(NamedTuple):
    """Stages that one was verified together with, itself included, and whether their database part was verified."""

    stages: tuple[int, ...]
    database: bool | None


def verified_groups_of(task: Task, number: int) -> tuple[VerifiedGroup, ...]:
    """The groups in which the stage was verified and which are what they were then, the smallest first."""
    verifications = [
        verification for verification in task.verifications.values() if number in verification.assembled.stages
    ]
    valid = [verification for verification in verifications if stands_together(task, verification)]
    ordered = sorted(
        valid, key=lambda verification: (len(verification.assembled.stages), verification.assembled.stages)
    )
    return tuple(
        VerifiedGroup(tuple(sorted(verification.assembled.stages)), verification.database) for verification in ordered
    )


def missing_members(companies: Iterable[tuple[int, ...]], present: Collection[int]) -> tuple[int, ...]:
    """Which stages are missing for this one to leave: empty when one of its companies is complete, or it needs none."""
    absent = [tuple(number for number in company if number not in present) for company in companies]
    return min(absent, key=len) if absent and all(absent) else ()


def together_sentence(number: int, company: Collection[int]) -> str:
    """`stage 1 was verified only together with stages 2 and 3`."""
    others = [other for other in company if other != number]
    return f"stage {number} was verified only together with {named_stages(others)}"


def list_relied(task: Task, stages: Collection[int]) -> list[GroupVerification]:
    """The verifications of stages together that these stages leave by: those that cover one not verified by itself."""
    present = set(stages)
    by_others = [n for n in present if n in task.stages and not task.stages[n].is_verified_alone]
    relied: Mapping[str, GroupVerification] = {
        id: verification
        for id, verification in task.verifications.items()
        if stands_together(task, verification) and any(number in verification.assembled.stages for number in by_others)
    }
    return [verification for _, verification in sorted(relied.items()) if present & {*verification.assembled.stages}]


def other_tree_sentence(verification: GroupVerification, tree: str) -> str | None:
    """What to say when the tree that leaves is not the one that was verified; None when it is."""
    verified = verification.assembled
    if verified.tree == tree:
        return None
    verb = "were verified together" if len(verified.stages) > 1 else "was verified"
    return (
        f"{named_stages(verified.stages)} {verb} as tree {verified.tree[:10]} on {verified.base_ref} "
        f"({verified.base[:10]}), and the tree that leaves is {tree[:10]}: that was not verified as a whole"
    )


TOGETHER = "verified-together"
NOT_DONE, NOT_VERIFIED, STALE_VERIFICATION = "not-done", "not-verified", "verification-stale"
DATABASE, STALE_HISTORY, DEPENDENCY = "database-unverified", "stale-history", "dependency-missing"
IN_PR, LANDED, NOT_PLANNED = "already-in-pr", "landed", "not-in-plan"


class ReasonFacts(TypedDict, total=False):
    """What a reason is about: other stages, a pull request, or the tree that was verified and the one there is now."""

    stages: list[int]
    url: str
    verified_tree: str
    tree: str
    dependencies: list[int]


@dataclass(frozen=True)
class Reason:
    """One thing that keeps a stage from leaving: a stable code, a sentence, the next step, and facts for JSON."""

    code: str
    message: str
    hint: str = ""
    facts: ReasonFacts = field(default_factory=ReasonFacts)


@dataclass(frozen=True)
class Eligibility:
    """One stage and what keeps it here; `waits_on` maps dependencies to the open pull request they are in.

    `together` are the groups by whose verification it may leave, with all of their stages; empty when its own stands.
    """

    number: int
    stage: Stage | None
    title: str
    depends_on: tuple[int, ...]
    reasons: tuple[Reason, ...] = ()
    waits_on: Mapping[int, PullRequest] = field(default_factory=dict)
    together: tuple[tuple[int, ...], ...] = ()

    @property
    def is_eligible(self) -> bool:
        """Whether the stage may be part of a group now."""
        return not self.reasons

    @property
    def codes(self) -> list[str]:
        """The codes of its reasons."""
        return [reason.code for reason in self.reasons]


def judge_stages(
    task: Task,
    *,
    stale: Mapping[int, str],
    within: str = "",
    arrived: Mapping[int, str] | None = None,
    printed: Callable[[str], str] = str,
) -> dict[int, Eligibility]:
    """Every stage of plan and ledger, ascending; `stale` says why a stage's history needs a person.

    `arrived` are the stages that the base in question has, and where; a stage that landed elsewhere may leave for it.
    None: no base is in question, and landed is landed.

    A dependency will do when it has been delivered (in an open pull request, or landed) or may leave itself. Being in
    the open pull request of the group `within` keeps no stage here. A stage that was verified only together with others
    may leave when all of these have left or may leave with it. `printed` says how a branch on record is printed.
    """
    planned = {row.number: row for row in task.plan.stages} if task.plan is not None else {}
    order = in_order(task, {*planned, *task.stages})
    own = {number: list(_own_reasons(task, number, stale, within, arrived, printed)) for number in order}
    for number in order if planned else ():
        if number not in planned:
            own[number].append(Reason(NOT_PLANNED, f"the approved plan has no stage {number}", _plan_hint(task)))
    companies = {number: _companies(task, number) for number in order}
    ready = _ready(task, own, companies)
    eligibilities: dict[int, Eligibility] = {}
    for number in order:
        stage, row = task.stages.get(number), planned.get(number)
        title = (stage.title if stage else "") or (row.title if row else "")
        needs = dependencies(task, number)
        missing = [other for other in needs if other not in ready]
        if missing and not is_delivered(stage):
            own[number].append(_waits_for(eligibilities, missing))
        own[number] += _without_company(task, number, own[number], companies[number], ready)
        in_pr = {other: pr for other in needs if (pr := _open_pr(task, other))}
        eligibilities[number] = Eligibility(number, stage, title, needs, tuple(own[number]), in_pr, companies[number])
    return dict(sorted(eligibilities.items()))


def _companies(task: Task, number: int) -> tuple[tuple[int, ...], ...]:
    """The groups by whose verification the stage may leave; none when it has left, or was verified by itself."""
    stage = task.stages.get(number)
    if stage is None or stage.is_verified_alone:
        return ()
    return tuple(group.stages for group in verified_groups_of(task, number) if group.database is not False)


def _ready(
    task: Task, own: Mapping[int, Sequence[Reason]], companies: Mapping[int, tuple[tuple[int, ...], ...]]
) -> set[int]:
    """The stages that have left, or that nothing keeps here: neither by themselves, nor by what has to go with them."""
    gone = {number for number in own if is_delivered(task.stages.get(number))}
    ready = gone | {number for number, reasons in own.items() if not reasons}
    while True:
        blocked = {
            number
            for number in ready - gone
            if not ready.issuperset(dependencies(task, number)) or missing_members(companies[number], ready)
        }
        if not blocked:
            return ready
        ready -= blocked


def _without_company(
    task: Task, number: int, own: Sequence[Reason], companies: tuple[tuple[int, ...], ...], ready: Collection[int]
) -> Iterable[Reason]:
    """The reason of a stage that was verified only together with others of which one may not leave."""
    missing = missing_members(companies, ready) if not is_delivered(task.stages.get(number)) else ()
    others = [other for other in missing if other != number]
    if not others or any(reason.code != DEPENDENCY for reason in own):
        return  # the others may be waiting for this stage itself
    message = f"{together_sentence(number, companies[0])}, and {named_stages(others)} may not leave"
    verify = f"{_verify_again(task, number)}\n{_verify_together(task)}"
    yield Reason(TOGETHER, message, verify, {"stages": list(companies[0])})


def dependencies(task: Task, number: int) -> tuple[int, ...]:
    """What a stage builds on, by the approved plan and by how it was started, ascending."""
    planned = next((row.depends_on for row in task.plan.stages if row.number == number), ()) if task.plan else ()
    stage = task.stages.get(number)
    return tuple(sorted({*planned, *(stage.depends_on if stage else ())} - {number}))


def in_order(task: Task, numbers: Collection[int]) -> list[int]:
    """The stages with dependencies before dependants, ascending otherwise; a circle is broken at its lowest number."""
    ordered: list[int] = []
    waiting = sorted(numbers)
    while waiting:
        free = [n for n in waiting if not {*dependencies(task, n)} & {*waiting}]
        ordered.append(free[0] if free else waiting[0])
        waiting.remove(ordered[-1])
    return ordered


def is_delivered(stage: Stage | None) -> bool:
    """Whether the stage is in an open pull request or has landed."""
    return stage is not None and (stage.landed or stage.pr is not None)


def _own_reasons(
    task: Task,
    number: int,
    stale: Mapping[int, str],
    within: str,
    arrived: Mapping[int, str] | None,
    printed: Callable[[str], str],
) -> Iterable[Reason]:
    """What keeps the stage here by itself; of not done, not verified, verified before it changed only the first."""
    key, stage = _colon(task), task.stages.get(number)
    if stage is None or stage.range is None:
        done, begin = f"git okstra stage done {number} --task-key {key}", f"--task-type implementation --stage {number}"
        hint = done if stage is not None else f"git okstra run prepare --task-key {key} {begin}"
        yield Reason(NOT_DONE, _how_far(number, stage), hint)
        return
    if stage.landed and (arrived is None or number in arrived):
        target = stage.landing.target if stage.landing else ""
        where = target if arrived is None else arrived[number]
        yield Reason(LANDED, f"stage {number} has landed{f' in {where}' if where else ''}")
        return
    pr = task.prs.get(stage.pr) if stage.pr is not None else None
    if stage.pr is not None and (pr is None or pr.group != within):
        hint = f"when it was closed: git okstra handoff record-closed --task-key {key} --url {word(stage.pr)}"
        if pr is not None:
            first = next((f"\n{reason.hint}" for reason in unverified(task, stage) if reason.hint), "")
            hint += f"{first}\nto bring changes into it: git okstra handoff assemble --update --task-key {key} "
            hint += f"--stages {word(pr.group.replace('-', ','))} {option('--base', printed(pr.base_ref) or 'BRANCH')}"
        yield Reason(IN_PR, f"stage {number} is in {stage.pr}", hint, {"url": stage.pr})
        return
    if number in stale:
        check = f"git okstra reconcile --task-key {key} --check"
        yield Reason(STALE_HISTORY, f"the history of stage {number} was rewritten: {stale[number]}", check)
    yield from unverified(task, stage)


def unverified(task: Task, stage: Stage) -> Iterable[Reason]:
    """Why the verifications on record do not let the stage leave, neither its own nor one together with others.

    A branch that was adopted needs none: its pull request says whether there is one.
    """
    if task.is_adopted:
        return
    key, number, verified, recorded = _colon(task), stage.number, stage.verified, stage.range
    companies = verified_groups_of(task, number)
    verify = "verify it once more, then " if verified else ""
    verify += f"git okstra handoff record-verified --task-key {key} --stage {number} --report-path R --data-json D"
    if any(company.database is not False for company in companies) and not stage.is_verified_alone:
        return
    if verified is None or recorded is None:
        yield Reason(NOT_VERIFIED, f"no verification of stage {number} is on record", verify)
    elif verified.tree != recorded.head_tree and not stage.is_verified:
        was, now = verified.tree, recorded.head_tree
        message = f"stage {number} changed after it was verified: tree {was[:10]} then, {now[:10]} now"
        yield Reason(STALE_VERIFICATION, message, verify, {"verified_tree": was, "tree": now})
    elif not stage.is_verified:
        group = task.verifications[verified.group].assembled.stages if verified.group in task.verifications else ()
        message = f"{together_sentence(number, group)}, and one of these is not any more what it was then"
        verify_again = f"{_verify_together(task)}\n{_verify_again(task, number)}"
        yield Reason(STALE_VERIFICATION, message, verify_again, {"stages": list(group)})
    elif verified.database is False:
        yield Reason(DATABASE, f"the database part of stage {number} was not verified", verify)


def _verify_again(task: Task, number: int) -> str:
    return f"git okstra run prepare --task-key {_colon(task)} --task-type final-verification --stage {number}"


def _verify_together(task: Task) -> str:
    return f"git okstra run prepare --task-key {_colon(task)} --task-type final-verification"


def _how_far(number: int, stage: Stage | None) -> str:
    if stage is None:
        return f"stage {number} was never started"
    return f"stage {number} is {stage.status}, not done"


def _waits_for(eligibilities: Mapping[int, Eligibility], missing: list[int]) -> Reason:
    waiting = []
    for number in missing:
        eligibility = eligibilities.get(number)
        waiting.append(f"stage {number} ({', '.join(eligibility.codes) if eligibility else 'unknown'})")
    plural = "which are" if len(missing) > 1 else "which is"
    facts: ReasonFacts = {"dependencies": missing}
    return Reason(DEPENDENCY, f"it builds on {' and '.join(waiting)}, {plural} not ready to leave", "", facts)


def _open_pr(task: Task, number: int) -> PullRequest | None:
    stage = task.stages.get(number)
    return task.prs.get(stage.pr) if stage is not None and stage.pr is not None and not stage.landed else None


def _plan_hint(task: Task) -> str:
    return f"git okstra plan show --task-key {_colon(task)}"


def _colon(task: Task) -> str:
    return str(task.key)
