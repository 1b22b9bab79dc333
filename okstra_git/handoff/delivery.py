"""What the base of a group has of its stages already, and what is left of each to put on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from okstra_git.commands import command
from okstra_git.git.history import contains, merge_base
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded
from okstra_git.handoff.composing import NotSeparable, Part, is_separable
from okstra_git.names import shown
from okstra_git.records.states import Task


@dataclass(frozen=True)
class InBase:
    """By stage: the branch that has `whole` of it, the commit `upto` which the base has it, and a commit of its own
    that it stands on and the base `lacks`."""

    whole: Mapping[int, str] = field(default_factory=dict)
    upto: Mapping[int, str] = field(default_factory=dict)
    lacks: Mapping[int, str] = field(default_factory=dict)


def rest_of(git: Git, part: Part, held: InBase) -> Part:
    """What is left of a stage: its change above the commit up to which the base has it, whatever it merged of its
    base included in what it stands on."""
    upto = held.upto[part.stage]
    took = part.base is not None and not contains(git, upto, part.base)
    return replace(part, base=upto, took=part.base if took else None)


def with_updates(git: Git, part: Part, onto: str) -> Part:
    """The whole stage; what it merged of the branch that it is put on, beside its base, is no part of it."""
    took = merge_base(git, onto, part.head)
    if took is None or part.base is None or contains(git, part.base, took) or contains(git, took, part.base):
        return part
    known = replace(part, took=took)
    return known if is_separable(git, known) else part


def refuse_lacking(git: Git, base: str, task: Task, part: Part, held: InBase, base_ref: str) -> None:
    """A stage that went on from where it had landed is not whole without what landed."""
    lacking = held.lacks.get(part.stage)
    if lacking is None:
        return
    raise NotSeparable(
        f"stage {part.stage} is recorded as what came on top of an earlier part of it, {lacking[:10]}, which its own "
        f"base has and {shown(base_ref)} lacks",
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
