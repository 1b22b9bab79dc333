"""What a person is offered when nothing proves a move: ranked candidates and the reason in one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from okstra_git.git.changes import NO_MODE, SUBMODULE, Change
from okstra_git.git.history import contains, find_commit
from okstra_git.git.merging import line_difference
from okstra_git.git.objects import has_object
from okstra_git.git.refs import list_ref_names
from okstra_git.git.repo import Git
from okstra_git.reconcile.locate import Hit, ends_of
from okstra_git.reconcile.model import Candidate, Finding
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.unions import find_union
from okstra_git.reconcile.verdict import listed
from okstra_git.reconcile.windows import Span, Step, Window
from okstra_git.records.stage import RangePrint
from okstra_git.records.states import Task
from okstra_git.state import layout

MAX_CANDIDATES = 5
SUCCESSOR = 6
"""The score of a commit with the author, the time and the subject of the recorded one."""
Searched = Sequence[tuple[Home, Window]]


def confirm(
    blank: Finding, places: Places, task: Task, searched: Searched, prover: Prover, *, rivals: Sequence[Hit]
) -> Finding:
    """The question for one stage: why it could not be settled, and where it may be."""
    if rivals:
        offered = [_proven_rival(hit) for hit in rivals[:MAX_CANDIDATES]]
        reason = f"the same change is in {len(rivals)} places: nothing tells which one is meant"
        if len(rivals) == 1:
            reason = f"cannot prove: {_cut(places)}, and what was not read may hold the change as well"
        return replace(blank, kind="confirm", reason=reason, candidates=tuple(offered))
    union = find_union(task, blank.recorded, searched)
    if union is not None:
        stages = listed(union.stages)
        why = f"one commit that holds stages {stages} together"
        named = next((home.name for home, _ in searched if home.tip == union.commit), union.commit)
        offer = Candidate(named, union.commit, why, recommended=True)
        reason = f"stages {stages} are one commit now"
        return replace(blank, kind="confirm", reason=reason, candidates=(offer,), together=union.stages)
    likeness = _most_alike(searched, prover.recorded)
    candidates = _offers(blank, places, task, searched, likeness)
    return replace(
        blank,
        kind="confirm",
        reason=_reason(blank, places, searched, prover, likeness),
        candidates=tuple(candidates[:MAX_CANDIDATES]),
    )


def find_successor(searched: Searched, recorded: RangePrint) -> Step | None:
    """The commit on the stage's own branch that was made from the recorded one: same author, time and subject."""
    steps = (step for home, window in searched if home.kind != "target" for step in window.steps)
    return next((step for step in steps if _score(step, recorded) >= SUCCESSOR), None)


def confirm_split(blank: Finding, searched: Searched, hit: Hit) -> Finding:
    """A target holds the recorded change, while the stage's own branch holds a changed version of it."""
    successor = find_successor(searched, blank.recorded)
    assert successor is not None
    target = searched[-1][0].name
    oid = successor.facts.oid
    own = Candidate(oid, oid, "the changed version on the stage branch", recommended=True)
    reason = f"{target} holds the recorded change, and the stage branch a changed version of it"
    return replace(blank, kind="confirm", reason=reason, candidates=(own, _proven_rival(hit)))


def confirm_gone(blank: Finding, target: Home, hit: Hit) -> Finding:
    """The recorded change was in a target, and nothing of it is there any more."""
    reason = f"{target.name} had the recorded change, and it was taken out there again"
    return replace(blank, kind="confirm", reason=reason, candidates=(_proven_rival(hit),))


def _proven_rival(hit: Hit) -> Candidate:
    facts = hit.span.last.facts
    return Candidate(facts.oid, facts.oid, f"holds the same change ({hit.proven.rung}): {facts.subject}")


def _most_alike(searched: Searched, recorded: RangePrint) -> tuple[Window, Step] | None:
    """The commit that was probably made from the recorded one: its author and time, then its subject, then paths."""
    for _, window in searched:
        scored = [(_score(step, recorded), -step.position, step) for step in window.steps]
        best = min(
            ((-score, place, step) for score, place, step in scored if score >= 2),
            default=None,
            key=lambda entry: entry[:2],
        )
        if best is not None:
            return window, best[2]
    return None


def _score(step: Step, recorded: RangePrint) -> int:
    same_time = (step.facts.email, step.facts.time) == (recorded.author.email, recorded.author.time)
    return 4 * same_time + 2 * (step.facts.subject == recorded.subject and bool(recorded.subject))


def _offers(
    blank: Finding, places: Places, task: Task, searched: Searched, likeness: tuple[Window, Step] | None
) -> list[Candidate]:
    """Every candidate once, best first; the first one is the recommended one."""
    found: list[Candidate] = []
    own = next((home for home, _ in searched if home.kind != "target"), None)
    shares = [s for s in task.stages.values() if s.branch == blank.branch and s.number != blank.stage and s.range]
    like = likeness[1].facts if likeness else None
    tip = [Candidate(own.name, own.tip, "tip of the stage branch")] if own else []
    alike = (
        [Candidate(like.oid, like.oid, f"made from the recorded commit, by its author and time: {like.subject}")]
        if like and not (own and own.tip == like.oid)
        else []
    )
    on_own = likeness is not None and own is not None and likeness[0].tip == own.tip
    found += [*alike, *tip] if (shares or not own) and (on_own or not own) else [*tip, *alike]
    found += _other_branches(blank, places)
    found += _kept(blank, places) if own is None else []
    unique = list({candidate.commit: candidate for candidate in reversed(found)}.values())[::-1]
    ordered = sorted(unique, key=lambda one: [c.commit for c in found].index(one.commit))
    return [
        replace(one, recommended=place == 0 and not one.ref.startswith(layout.ROOT))
        for place, one in enumerate(ordered)
    ]


def _other_branches(blank: Finding, places: Places) -> Iterable[Candidate]:
    """Local branches that still contain the recorded commit: a renamed branch, a copy."""
    if find_commit(places.git, blank.recorded.head) is None:
        return
    for ref in list_ref_names(places.git, "refs/heads/")[:500]:
        tip = places.tip(ref)
        if tip and contains(places.git, tip, blank.recorded.head):
            name = ref.removeprefix("refs/heads/")
            yield Candidate(name, blank.recorded.head, f"branch {name} contains the recorded commit")


def _kept(blank: Finding, places: Places) -> Iterable[Candidate]:
    for ref in list_ref_names(places.git, layout.STAGES):
        if places.tip(ref) == blank.recorded.head:
            yield Candidate(ref, blank.recorded.head, "the recorded commit itself, kept by this ref")
            return


def _reason(
    blank: Finding, places: Places, searched: Searched, prover: Prover, likeness: tuple[Window, Step] | None
) -> str:
    """One sentence: what stands in the way of a proof."""
    recorded = prover.recorded
    if recorded.is_empty:
        return "the recorded stage changes no file, so nothing can prove where it went"
    if find_commit(places.git, recorded.head) is None or prover.recorded_delta() is None:
        missing = "the recorded commit is not in this clone, and a fetch may bring it"
        return f"cannot prove: {_cut(places) if places.git.is_shallow else missing}"
    own_branch_gone = all(home.kind == "target" for home, _ in searched)
    if likeness is not None:
        return describe_difference(likeness[0], likeness[1], prover)
    if own_branch_gone:
        return f"branch {blank.branch} is gone and its change was not found in any target; the commit is kept"
    if not all(window.complete for _, window in searched):
        return f"cannot prove: {_cut(places)}, and the part that was read does not hold the change"
    return "the change is gone from its branch: no commit there resembles the recorded one"


def _cut(places: Places) -> str:
    """What keeps a stretch of history from being read to its end."""
    if places.git.is_shallow:
        return "this clone is shallow"
    return "the history is longer than okstra.reconcileWindow or parts of it are missing"


def describe_difference(window: Window, step: Step, prover: Prover) -> str:
    """How the likeliest commit differs from the recorded change."""
    recorded = prover.recorded_delta() or ()
    ends = ends_of(window, Span(_first_of_stage(window, step, prover), step))
    differing = prover.differing_paths(ends)
    old, new = line_difference(prover.git, recorded), line_difference(prover.git, ends.delta)
    if not all(_is_here(prover.git, change) for change in (*recorded, *ends.delta)):
        return "cannot prove: contents of the changed files are not in this clone"
    if old is not None and old == new:
        return "same hunk in a different place: the lines are the recorded ones, where they stand is not"
    if old is not None and new is not None and _squeezed(old) == _squeezed(new):
        return "whitespace differs: apart from spaces and line ends the change is the recorded one"
    if any(line.startswith(b"binary ") for line in {**(old or {}), **(new or {})}):
        return f"binary differs: {_files(len(differing))} from the recorded change"
    return f"content changed: {_files(len(differing))} from the recorded change"


def _first_of_stage(window: Window, last: Step, prover: Prover) -> Step:
    """Where the stage probably begins: above a commit made from its recorded base, else where its window or its
    recorded length ends."""
    recorded = prover.recorded
    base = find_commit(prover.git, recorded.base) if recorded.base else None
    chain = [last]
    while recorded.commits > 1 and (below := window.by_id.get(chain[-1].parent or "")) is not None:
        if base is not None and (below.facts.email, below.facts.time) == (base.email, base.time):
            return chain[-1]
        chain.append(below)
    above_all = base is None or any(contains(prover.git, tip, base.oid) for tip in window.hidden)
    return chain[-1] if above_all else chain[: recorded.commits][-1]


def _is_here(git: Git, change: Change) -> bool:
    """Whether the contents on both sides can be read; a submodule's commit is never here and need not be."""
    sides = ((change.old_mode, change.old), (change.new_mode, change.new))
    return all(mode in (NO_MODE, SUBMODULE) or has_object(git, oid) for mode, oid in sides)


def _files(count: int) -> str:
    return "1 file differs" if count == 1 else f"{count} files differ"


def _squeezed(difference: dict[bytes, int]) -> dict[bytes, int]:
    squeezed: dict[bytes, int] = {}
    for line, count in difference.items():
        bare = b"".join(line.split())
        squeezed[bare] = squeezed.get(bare, 0) + count
    return {line: count for line, count in squeezed.items() if count}
