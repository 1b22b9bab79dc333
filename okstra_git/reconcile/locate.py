"""Finds, inside one window, every range that is provably the recorded change, by its content alone.

For where nobody's name helps: a squash by somebody else, commits with new authors and times. A window of a thousand
commits has half a million ranges, so they are not compared one by one: sums find by lookup those that may be meant
(`span_index`), and `Prover` says of each whether it is. What a sum finds is never believed without that.

The cheapest question comes first, and the next one is asked only where it found nothing: the very delta; else the
recorded lines, path by path; else what is left of a change of which part was upstream; else single commits; last every
commit one by one. All ranges that are proven are returned, not the first: two places that hold the change are a
question, and to take either would be a guess.

Example: recorded is `a` from v1 to v3, and the window has commits v1 to v2, v2 to v3. Their deltas sum up to "v1
goes, v3 comes", which is the recorded sum: a range of two commits, proven by its delta. If upstream made v1 to w1
before, no such sum is there, but the lines that come and go in `a` are the same: found by lines, proven by replay.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from okstra_git.digest import multiset_sum
from okstra_git.git.diffs import ABSENT
from okstra_git.git.history import CommitFacts, find_commit, merge_base, walk
from okstra_git.git.merging import find_merged_tree
from okstra_git.git.objects import EMPTY_TREE, find_entry
from okstra_git.git.repo import Git
from okstra_git.reconcile.commit_matching import list_commits
from okstra_git.reconcile.findings import ProvenRange
from okstra_git.reconcile.proofs import Ends, Proven, Prover
from okstra_git.reconcile.segments import CommitStep, without_paths
from okstra_git.reconcile.windows import CandidateRange, Window

MAX_SINGLES = 64
MAX_MAPPED = 300
SECOND_OPINIONS = 4
MAX_MOVES = 4
"""Neighbours on either side of a range that may move lines without any sum seeing it."""


@dataclass(frozen=True)
class Hit:
    """A proven range of a window."""

    span: CandidateRange
    ends: Ends
    proven: Proven


def locate(window: Window, prover: Prover) -> list[Hit]:
    """All proven ranges by content alone, tight and without doubles: none = not here, more than one = ambiguous."""
    if prover.recorded.is_empty or window.is_empty:
        return []
    hits = _by_delta(window, prover) or _by_only_visit(window, prover)
    if not (len(hits) == 1 and _is_only_visit(window, hits[0])):
        hits += _by_lines(window, prover)
    hits = _distinct(hits) or _distinct([*_by_rest(window, prover), *_by_paths(window, prover)])
    hits = hits or _by_mapping(window, prover)
    return _without_merges(hits)


def proven_range(prover: Prover, hit: Hit, *, landed: bool) -> ProvenRange:
    """The new range of a hit, with the evidence that is stored."""
    evidence = prover.evidence(hit.ends, hit.proven)
    return ProvenRange(hit.span.first.parent, hit.span.last.facts.oid, hit.proven.rung, evidence, landed)


def ends_of(window: Window, span: CandidateRange) -> Ends:
    """The trees and the net delta of a range."""
    single = span.first is span.last
    net = span.last.delta if single else window.net_delta(span)
    return Ends(span.first.parent_tree, span.last.facts.tree, net, steps=1 if single else 2)


def prove_spans(
    window: Window, prover: Prover, spans: Iterable[CandidateRange], *, second_opinions: bool
) -> Iterator[Hit]:
    """The spans that are the recorded change. Where more of them look alike than git is asked about, it is not asked
    at all: a copy that nobody looked at is still a copy."""
    chosen = list(spans)
    ask = second_opinions and len(chosen) <= SECOND_OPINIONS
    for span in chosen:
        ends = ends_of(window, span)
        proven = prover.prove(ends, second_opinion=ask)
        if proven is not None and (not proven.partly_absorbed or _rest_was_there(window, prover, span, ends)):
            yield Hit(span, ends, proven)


def _by_delta(window: Window, prover: Prover) -> list[Hit]:
    wanted = int(prover.recorded.delta_sum, 16)
    known = None if window.by_delta(wanted) else prover.recorded_delta()
    spans = window.spans_with_delta(wanted, known)
    return list(prove_spans(window, prover, spans, second_opinions=False))


def _by_only_visit(window: Window, prover: Prover) -> list[Hit]:
    """The one step that touches a recorded path at all: where else should the change be?"""
    for change in prover.recorded_delta() or ():
        visitors = window.visitors(change.path)
        if len(visitors) == 1:
            return list(prove_spans(window, prover, [CandidateRange(visitors[0], visitors[0])], second_opinions=False))
    return []


def _by_lines(window: Window, prover: Prover) -> list[Hit]:
    """Ranges with the recorded lines, path by path; else, for files renamed below, with those lines anywhere."""
    lines = prover.recorded_lines()
    if not lines:
        return []
    wide = [wider for span in window.spans_on_paths(lines) for wider in _widened(window, span)]
    hits = list(prove_spans(window, prover, dict.fromkeys(wide), second_opinions=True))
    if hits or not _may_be_renamed(window, prover):
        return hits
    spans = window.spans_with_bare_lines(multiset_sum(without_paths(lines).items()))
    return list(prove_spans(window, prover, spans, second_opinions=True))


def _may_be_renamed(window: Window, prover: Prover) -> bool:
    """Whether a recorded file, or the folder it was added to, may have another name somewhere in the window."""
    recorded = prover.recorded_delta() or ()
    paths = {change.path if change.old != ABSENT else change.path.rpartition(b"/")[0] for change in recorded}
    tip = find_commit(window.git, window.tip)
    if tip is None or any(path and find_entry(window.git, tip.tree, path) is None for path in paths):
        return True
    touching = (step for change in recorded for step in window.visitors(change.path))
    return any(
        change.path in paths and ABSENT in (change.old, change.new) for step in touching for change in step.delta
    )


def _widened(window: Window, span: CandidateRange) -> Iterator[CandidateRange]:
    """The span, and it with the neighbours that move lines within a file, which no sum can see."""
    yield span
    below, above = span.first, span.last
    for _ in range(MAX_MOVES):
        parent = window.find(below.parent)
        if parent is None or not parent.delta or window.has_lines(parent):
            break
        below = parent
        yield CandidateRange(below, span.last)
    for _ in range(MAX_MOVES):
        child = next((c for c in window.only_own(window.segment.children.get(above.facts.oid, ())) if c.delta), None)
        if child is None or window.has_lines(child):
            break
        above = child
        yield CandidateRange(span.first, above)
        if below is not span.first:
            yield CandidateRange(below, above)


def _rest_was_there(window: Window, prover: Prover, span: CandidateRange, ends: Ends) -> bool:
    """Whether the part that the range does not make stood outside the window already, under all of its commits.

    A part that another commit of the window makes may be the stage itself, split and changed.
    """
    root = _tree_of(window, window.root_under(span.first))
    return root is not None and prover.was_absorbed_in(root, ends)


def _tree_of(window: Window, root: str) -> str | None:
    if not root:
        return EMPTY_TREE
    facts = find_commit(window.git, root)
    return facts.tree if facts else None


def _is_only_visit(window: Window, hit: Hit) -> bool:
    """Whether some path of the change is touched nowhere else in the window: then nothing else can equal it."""
    if hit.span.first is not hit.span.last:
        return False
    return any(len(window.visitors(change.path)) == 1 for change in hit.ends.delta)


def _by_rest(window: Window, prover: Prover) -> list[Hit]:
    """Ranges that make what is left of the change on top of the window's roots: part of it had arrived before."""
    hits: list[Hit] = []
    for root in window.roots if prover.recorded_lines() is not None else ():
        tree = _tree_of(window, root)
        left = prover.would_change(tree) if tree and prover.is_absorbed_anywhere(tree) else None
        if left:
            lines = {path + b"\0" + line: n for path, lines_left in left.items() for line, n in lines_left.items()}
            spans = window.spans_on_paths(lines)
            above = [span for span in spans if window.root_under(span.first) == root]
            hits += prove_spans(window, prover, above, second_opinions=False)
    return hits


def _by_paths(window: Window, prover: Prover) -> list[Hit]:
    """Single commits on the recorded paths, for a change that has no sum to be found by: lines moved within a file or
    between files, a file renamed, or one too large to count."""
    lines = prover.recorded_lines()
    if prover.recorded_delta() is None or (lines and without_paths(lines)):
        return []
    paths = frozenset(change.path for change in prover.recorded_delta() or ())
    steps = _likely(window, prover, paths)
    if lines is not None:
        steps = [step for step in steps if not window.has_bare_lines(step)]
    if len(steps) > MAX_SINGLES:
        return []
    spans = [CandidateRange(step, step) for step in steps]
    authored = [span for span in spans if _same_author(span.first, prover)]
    hits = list(prove_spans(window, prover, spans, second_opinions=False))
    return hits or list(prove_spans(window, prover, authored or spans, second_opinions=True))


def _likely(window: Window, prover: Prover, paths: frozenset[bytes]) -> list[CommitStep]:
    """Steps that touch recorded paths, those by the recorded author at the recorded time first."""
    sharing = {step.position: step for path in paths for step in window.visitors(path)}
    return sorted(sharing.values(), key=lambda step: (not _same_author(step, prover), -step.position))


def _same_author(step: CommitStep, prover: Prover) -> bool:
    author = prover.recorded.author
    return (step.facts.email, step.facts.time) == (author.email, author.time)


def _by_mapping(window: Window, prover: Prover) -> list[Hit]:
    """Every commit of the stage mapped one by one, in order and with nothing between: a merge was flattened.

    The recorded range as a whole contains what its merges brought in; its own commits do not.
    """
    recorded = prover.recorded
    if recorded.commits < 2 or recorded.base is None or find_commit(prover.git, recorded.head) is None:
        return []
    if all(len(commit.parents) < 2 for commit in list_commits(prover.git, recorded)):
        return []
    commits, complete = walk(prover.git, [recorded.head], [recorded.base, *window.hidden], limit=MAX_MAPPED)
    own = [commit for commit in commits if len(commit.parents) == 1]
    merges = [commit for commit in commits if len(commit.parents) != 1]
    if not complete or not merges or not own or not all(adds_nothing(prover.git, merge) for merge in merges):
        return []
    mapped = [_map_commit(window, prover, commit.oid) for commit in own]
    chain = [hit for hit in mapped if hit is not None]
    if len(chain) != len(own) or any(
        later.span.first.parent != earlier.span.last.facts.oid for earlier, later in itertools.pairwise(chain)
    ):
        return []
    span = CandidateRange(chain[0].span.first, chain[-1].span.last)
    return [Hit(span, ends_of(window, span), Proven("replay"))]


def adds_nothing(git: Git, merge: CommitFacts) -> bool:
    """Whether git merges these two parents to exactly this tree, so that flattening the merge loses nothing."""
    sides = [find_commit(git, parent) for parent in merge.parents]
    base = merge_base(git, *merge.parents) if len(sides) == 2 else None
    under = find_commit(git, base) if base else None
    trees = [side.tree for side in sides if side]
    if under is None or len(trees) != 2:
        return False
    return find_merged_tree(git, base=under.tree, ours=trees[0], theirs=trees[1]) == merge.tree


def _map_commit(window: Window, prover: Prover, oid: str) -> Hit | None:
    part = prover.for_commit(oid)
    hits = _distinct([*_by_delta(window, part), *_by_lines(window, part)]) if part else []
    return hits[0] if len(hits) == 1 and not hits[0].proven.partly_absorbed else None


def _distinct(hits: Iterator[Hit] | list[Hit]) -> list[Hit]:
    """One hit per last commit, the first rung that found it."""
    by_last: dict[str, Hit] = {}
    for hit in hits:
        by_last.setdefault(hit.span.last.facts.oid, hit)
    return list(by_last.values())


def _without_merges(hits: list[Hit]) -> list[Hit]:
    """A merge commit brings the very commits that are hits themselves; it does not count beside them."""
    plain = [hit for hit in hits if len(hit.span.last.facts.parents) < 2]
    return plain or hits
