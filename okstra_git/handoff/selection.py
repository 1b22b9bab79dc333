"""The stages of a group as parts to put onto a base: what is left of each, or why they cannot leave together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from okstra_git.commands import command, word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.history import contains, find_commit, merge_base, merge_bases
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded, printed_recorded
from okstra_git.git.tree_objects import find_malformed
from okstra_git.handoff.eligibility import Eligibility, dependencies, in_order, missing_members, together_sentence
from okstra_git.handoff.groups import group_id
from okstra_git.handoff.merge_plan import Part, is_separable
from okstra_git.names import CommitId, named_stages, quote
from okstra_git.records.states import Stage, Task

MAX_ID = 180
"""Characters of a group's id: it is part of a branch, a ref and a directory."""


@dataclass(frozen=True)
class InBase:
    """By stage: the branch that has `whole` of it, the commit `upto` which the base has it, and a commit of its own
    that it stands on and the base `lacks`."""

    whole: Mapping[int, str] = field(default_factory=dict)
    upto: Mapping[int, str] = field(default_factory=dict)
    lacks: Mapping[int, str] = field(default_factory=dict)


def choose_parts(
    git: Git,
    task: Task,
    stages: Sequence[int],
    base: CommitId,
    base_ref: str,
    judged: Mapping[int, Eligibility],
    held: InBase,
) -> list[Part]:
    """What is to be put on of the stages, in dependency order; `held` is what the base has of them already.

    Refuses, all together, those that may not leave, and a base that lacks something: what a stage builds on has to be
    in the group or in the base.
    """
    if len(group_id(stages)) > MAX_ID:
        raise refuse(
            "handoff.group-too-large",
            f"{len(stages)} stages are too many for one group",
            hint="hand over smaller groups",
        )
    bad = [number for number in stages if number not in judged or not judged[number].is_eligible]
    if bad:
        raise _not_eligible(task, bad, judged)
    delivered = {number for number in judged if number in held.whole or is_in(git, base, task, number)}
    for number in stages:
        if missing := missing_members(judged[number].together, {*stages, *delivered}):
            raise _not_together(task, judged[number], missing, delivered)
    return fit_parts(git, task, stages, base, base_ref, judged, held)


def fit_parts(
    git: Git,
    task: Task,
    stages: Sequence[int],
    base: CommitId,
    base_ref: str,
    judged: Mapping[int, Eligibility],
    held: InBase,
) -> list[Part]:
    """The same of stages that need not be ready to leave: only what they build on has to be there."""
    for number in stages:
        for other in dependencies(task, number):
            if other not in stages and other not in held.whole and not is_in(git, base, task, other):
                raise _not_in_base(git, task, stages, base_ref, number, judged.get(other), other)
    parts = [part_of(git, task, number, held, base) for number in in_order(task, stages)]
    apart = [part for part in parts if find_commit(git, part.head) and merge_base(git, base, part.head) is None]
    unrelated = [part for part in apart if not merge_bases(git, base, part.head)]
    if unrelated:
        raise refuse(
            "handoff.unrelated",
            f"stage {unrelated[0].stage} and {quote(base_ref)} have no common history",
            hint="name the branch that the stage was begun on with --base",
            stages=[part.stage for part in unrelated],
        )
    for part in parts:
        refuse_lacking(git, base, task, part, held, base_ref)
        _refuse_malformed(git, base, part)
    return parts


def _refuse_malformed(git: Git, base: CommitId, part: Part) -> None:
    """A tree that git would check out as something else than it holds, so that it never equals its commit."""
    wrong = find_malformed(git, tree_of(git, part.head), besides=tree_of(git, base))
    if wrong is not None:
        raise refuse(
            "handoff.malformed-tree",
            f"the tree of stage {part.stage} is one that git never writes: {wrong}",
            hint="write its commits anew without that entry; git fsck names the tree",
            stage=part.stage,
            commit=part.head,
        )


def is_in(git: Git, tip: str, task: Task, number: int) -> bool:
    """Whether a commit holds the stage as it is: its own commit, the one by which it landed, or that of its group."""
    stage = task.stages.get(number)
    if stage is None or stage.range is None:
        return False
    heads = [stage.range.head, *([stage.landing.commit] if stage.landing else [])]
    for group in task.groups.values():
        members = [member for member in group.members if member.stage == number]
        heads += [group.range.head for member in members if member.delta == stage.range.delta]
    return any(contains(git, tip, head) for head in heads)


def part_of(git: Git, task: Task, number: int, held: InBase, onto: str) -> Part:
    """What is to be put on of one recorded stage: all of it, or what the base, `onto`, does not have yet."""
    stage = task.stages[number]
    assert stage.range is not None
    needs = dependencies(task, number)
    merged = tuple(_taken_in(git, task, stage, needs))
    part = Part(number, stage.title, stage.range.base, CommitId(stage.range.head), needs, merged)
    return rest_of(git, part, held) if number in held.upto else with_updates(git, part, onto)


def _taken_in(git: Git, task: Task, stage: Stage, needs: Sequence[int]) -> Iterator[str]:
    """What the stage merged of those it builds on: of each the newest commit that it contains and its base does not."""
    own_range = stage.range
    for other in needs:
        other_stage = task.stages.get(other)
        if own_range is None or own_range.base is None or other_stage is None or other_stage.range is None:
            continue
        commits = [other_stage.range.head, *(trail.range.head for trail in reversed(other_stage.trail))]
        commits += [m.commit for group in task.groups.values() for m in group.members if m.stage == other]
        forks = [merge_base(git, own_range.head, commit) for commit in commits]
        news = [fork for fork in forks if fork is not None and not contains(git, own_range.base, fork)]
        own = [fork for fork in news if fork != own_range.head]
        if own:
            yield own[0]


def _not_eligible(task: Task, bad: Sequence[int], judged: Mapping[int, Eligibility]) -> OkstraError:
    eligibilities = [judged[number] for number in bad if number in judged]
    codes = {eligibility.number: eligibility.codes for eligibility in eligibilities}
    reasons = [reason.message for eligibility in eligibilities for reason in eligibility.reasons]
    reasons += [f"there is no stage {number}" for number in bad if number not in judged]
    hints = [reason.hint for eligibility in eligibilities for reason in eligibility.reasons if reason.hint]
    listing = f"git okstra handoff eligible --task-key {task.key}"
    more = f", and {len(reasons) - 3} more reasons" if len(reasons) > 3 else ""
    return refuse(
        "handoff.not-eligible",
        f"{'; '.join(reasons[:3])}{more}",
        hint="\n".join([*dict.fromkeys(hints[:3]), listing]),
        stages=[{"stage": number, "reasons": codes.get(number, ["unknown"])} for number in bad],
    )


def _not_together(
    task: Task, eligibility: Eligibility, missing: Sequence[int], delivered: Collection[int]
) -> OkstraError:
    number, key = eligibility.number, str(task.key)
    company = min(eligibility.together, key=lambda stages: len({*stages} - {*delivered}))
    left = ",".join(map(str, (member for member in company if member not in delivered)))
    return refuse(
        "handoff.verified-together",
        f"{together_sentence(number, company)}, and {named_stages(missing)} would not leave with it",
        hint=f"take them along: --stages {word(left)}\nor verify it by itself: "
        f"git okstra run prepare --task-key {key} --task-type final-verification --stage {number}",
        stage=number,
        stages=list(company),
    )


def _not_in_base(
    git: Git, task: Task, stages: Sequence[int], base_ref: str, number: int, eligibility: Eligibility | None, other: int
) -> OkstraError:
    stage = eligibility.stage if eligibility is not None else None
    along = f"take it along: --stages {group_id([*stages, other]).replace('-', ',')}"
    pr = task.prs.get(stage.pr) if stage is not None and stage.pr else None
    if stage is not None and stage.landing is not None:
        where, hint = (
            f"landed in {stage.landing.target}",
            along
            if eligibility is not None and eligibility.is_eligible
            else f"bring {base_ref} up to date, or --base {word(printed_recorded(git, stage.landing.target))}",
        )
    elif stage is not None and stage.landed:
        where, hint = "landed elsewhere", f"bring {base_ref} up to date"
    elif pr is not None:
        stack = f"--base {word(printed_recorded(git, pr.branch))}"
        where, hint = f"is in {pr.url}", f"stack on it with {stack}, or wait until it has landed"
    else:
        where, hint = "is not delivered", along
    return refuse(
        "handoff.dependency-missing",
        f"stage {number} builds on stage {other}, which {where}, and {quote(base_ref)} does not contain it",
        hint=hint,
        stage=number,
        dependency=other,
    )


def rest_of(git: Git, part: Part, held: InBase) -> Part:
    """What is left of a stage: its change above the commit up to which the base has it, whatever it merged of its
    base included in what it stands on."""
    upto = held.upto[part.stage]
    took = part.base is not None and not contains(git, upto, part.base)
    return replace(part, base=upto, took=part.base if took else None)


def with_updates(git: Git, part: Part, onto: str) -> Part:
    """The whole stage; what it merged of the branch that it is put on, beside its base, is not part of it."""
    took = merge_base(git, onto, part.head)
    if took is None or part.base is None or contains(git, part.base, took) or contains(git, took, part.base):
        return part
    updated = replace(part, took=took)
    return updated if is_separable(git, updated) else part


def refuse_lacking(git: Git, base: str, task: Task, part: Part, held: InBase, base_ref: str) -> None:
    """A stage that went on from where it had landed is not whole without what landed."""
    lacking = held.lacks.get(part.stage)
    if lacking is None:
        return
    raise refuse(
        "handoff.not-separable",
        f"stage {part.stage} is recorded as what came on top of an earlier part of it, {lacking[:10]}, which its own "
        f"base has and {quote(base_ref)} lacks",
        hint="\n".join(_ways_out(git, base, task, part, lacking)),
        stage=part.stage,
        commit=lacking,
    )


def _ways_out(git: Git, base: str, task: Task, part: Part, lacking: str) -> Iterator[str]:
    """The branch that the stage was begun on, where that has what is lacking; and the whole stage, recorded anew."""
    key, own = str(task.key), task.stages[part.stage].base_ref
    tip = find_recorded(git, own) if own else None
    if tip is not None and tip != base and contains(git, tip, lacking):
        yield command(f"git okstra handoff assemble --task-key {key}", ("--stages", part.stage), ("--base", own))
    begin = merge_base(git, base, part.head) or base
    yield "to record the whole of it: " + command(
        "git okstra stage done", part.stage, ("--task-key", key), ("--commit", part.head), ("--base", begin)
    )
