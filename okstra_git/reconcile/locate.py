"""Finds, inside one window, every range that is provably the recorded change."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from okstra_git.git.changes import Delta
from okstra_git.git.history import find_commit, walk
from okstra_git.reconcile.model import ProvenRange
from okstra_git.reconcile.proofs import Ends, Proven, Prover
from okstra_git.reconcile.windows import Span, Step, Window

MAX_SINGLES = 64
MAX_STARTS = 6
MAX_GROWN = 400
MAX_MAPPED = 300
SECOND_OPINIONS = 4


@dataclass(frozen=True)
class Hit:
    """A proven range of a window."""

    span: Span
    ends: Ends
    proven: Proven


def locate(window: Window, prover: Prover, *, bases: frozenset[str]) -> list[Hit]:
    """All proven ranges, tight and without doubles: none = not here, more than one = ambiguous.

    `bases` are commits on which the new range is likely to stand (the old base, the new heads of lower stages).
    """
    if prover.recorded.is_empty or not window.steps:
        return []
    hits = _by_delta(window, prover) or _by_only_visit(window, prover)
    if not (len(hits) == 1 and _is_only_visit(window, hits[0])):
        hits += _by_lines(window, prover)
    hits = _distinct(hits) or _distinct(_by_growth(window, prover, bases)) or _by_mapping(window, prover)
    return _without_merges(hits)


def proven_range(prover: Prover, hit: Hit, *, landed: bool) -> ProvenRange:
    """The new range of a hit, with the evidence that is stored."""
    evidence = prover.evidence(hit.ends, hit.proven)
    return ProvenRange(hit.span.first.parent, hit.span.last.facts.oid, hit.proven.rung, evidence, landed)


def ends_of(window: Window, span: Span) -> Ends:
    """The trees and the net delta of a range."""
    single = span.first is span.last
    net = span.last.delta if single else window.net_delta(span)
    return Ends(span.first.parent_tree, span.last.facts.tree, net, steps=1 if single else 2)


def _by_delta(window: Window, prover: Prover) -> list[Hit]:
    recorded = prover.recorded_delta()
    if recorded is not None and not window.may_end_as(recorded):
        return []
    spans = window.spans_with_delta(int(prover.recorded.delta_sum, 16))
    return list(_proven(window, prover, spans, second_opinions=0))


def _by_only_visit(window: Window, prover: Prover) -> list[Hit]:
    """The one step that touches a recorded path at all: where else should the change be?"""
    for change in prover.recorded_delta() or ():
        visitors = window.by_path.get(change.path, [])
        if len(visitors) == 1:
            return list(_proven(window, prover, [Span(visitors[0], visitors[0])], second_opinions=0))
    return []


def _by_lines(window: Window, prover: Prover) -> list[Hit]:
    if prover.recorded.lines_sum is None:
        return []
    spans = window.spans_with_lines(int(prover.recorded.lines_sum, 16))
    return list(_proven(window, prover, spans, second_opinions=SECOND_OPINIONS))


def _proven(window: Window, prover: Prover, spans: list[Span], *, second_opinions: int) -> Iterator[Hit]:
    for number, span in enumerate(spans):
        ends = ends_of(window, span)
        yes = prover.prove(ends, second_opinion=number < second_opinions)
        if yes is not None:
            yield Hit(span, ends, yes)


def _is_only_visit(window: Window, hit: Hit) -> bool:
    """Whether some path of the change is touched nowhere else in the window: then nothing else can equal it."""
    inside = 1 if hit.span.first is hit.span.last else None
    return inside is not None and any(len(window.by_path[change.path]) == 1 for change in hit.ends.delta)


def _by_growth(window: Window, prover: Prover, bases: frozenset[str]) -> Iterator[Hit]:
    """Ranges whose sums differ although the change is there: part of it had arrived by another way."""
    recorded = prover.recorded_delta()
    if recorded is None:
        return
    paths = frozenset(change.path for change in recorded)
    for step in _likely(window, prover, paths)[:MAX_SINGLES]:
        yield from _proven(window, prover, [Span(step, step)], second_opinions=int(_same_author(step, prover)))
    if prover.recorded.commits > 1:
        yield from _grown(window, prover, paths, bases)


def _grown(window: Window, prover: Prover, paths: frozenset[bytes], bases: frozenset[str]) -> Iterator[Hit]:
    starts = [step for step in window.steps if step.parent not in window.by_id or step.parent in bases]
    for first in starts[-MAX_STARTS:]:
        for tried, (span, net) in enumerate(window.onward(first)):
            if tried >= MAX_GROWN:
                break
            yes = (
                prover.prove(Ends(first.parent_tree, span.last.facts.tree, net, 2), second_opinion=False)
                if (_touches_only(net, paths))
                else None
            )
            if yes is not None:
                yield Hit(span, ends_of(window, span), yes)
                break


def _touches_only(net: Delta, paths: frozenset[bytes]) -> bool:
    return bool(net) and all(change.path in paths for change in net)


def _likely(window: Window, prover: Prover, paths: frozenset[bytes]) -> list[Step]:
    """Steps that touch recorded paths, those by the recorded author at the recorded time first."""
    sharing = {step.position: step for path in paths for step in window.by_path.get(path, ())}
    return sorted(sharing.values(), key=lambda step: (not _same_author(step, prover), -step.position))


def _same_author(step: Step, prover: Prover) -> bool:
    author = prover.recorded.author
    return (step.facts.email, step.facts.time) == (author.email, author.time)


def _by_mapping(window: Window, prover: Prover) -> list[Hit]:
    """Every commit of the stage mapped one by one, in order and with nothing between: a merge was flattened.

    The recorded range as a whole contains what its merges brought in; its own commits do not.
    """
    recorded = prover.recorded
    if recorded.commits < 2 or recorded.base is None or find_commit(prover.git, recorded.head) is None:
        return []
    commits, complete = walk(prover.git, [recorded.head], [recorded.base, *window.hidden], limit=MAX_MAPPED)
    own = [commit for commit in commits if len(commit.parents) == 1]
    if not complete or len(own) == len(commits) or not own:
        return []
    mapped = [_map_commit(window, prover, commit.oid) for commit in own]
    chain = [hit for hit in mapped if hit is not None]
    if len(chain) != len(own) or any(
        later.span.first.parent != earlier.span.last.facts.oid for earlier, later in itertools.pairwise(chain)
    ):
        return []
    span = Span(chain[0].span.first, chain[-1].span.last)
    return [Hit(span, ends_of(window, span), Proven("replay"))]


def _map_commit(window: Window, prover: Prover, oid: str) -> Hit | None:
    part = prover.for_commit(oid)
    hits = _distinct([*_by_delta(window, part), *_by_lines(window, part)]) if part else []
    return hits[0] if len(hits) == 1 else None


def _distinct(hits: Iterator[Hit] | list[Hit]) -> list[Hit]:
    """One hit per last commit, the first rung that found it."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(hit.span.last.facts.oid, hit)
    return list(found.values())


def _without_merges(hits: list[Hit]) -> list[Hit]:
    """A merge commit brings the very commits that are hits themselves; it does not count beside them."""
    plain = [hit for hit in hits if len(hit.span.last.facts.parents) < 2]
    return plain or hits
