"""How a finding stands: what the analysers say of it now, counted, and the class that the counts give."""

from collections.abc import Collection, Iterable

from okstra_git.records.convergence import CLASSES, DiscussedFinding, FindingClass, Stance

CONTESTED = ("majority", "disputed")
"""Somebody holds it and somebody speaks against it."""


def classify(agree: int, disagree: int, analysers: int) -> FindingClass:
    """The class of a finding by the number of analysers for it, against it, and at all; the others have not said.

    A tie is no majority.

    >>> classify(2, 0, 2), classify(1, 0, 2), classify(1, 1, 2), classify(2, 1, 3), classify(0, 1, 2)
    ('consensus', 'unconfirmed', 'disputed', 'majority', 'rejected')
    """
    if analysers == 1:
        return "single-source"
    if not disagree:
        return "consensus" if agree == analysers else "unconfirmed"
    if not agree:
        return "rejected"
    return "majority" if 2 * agree > analysers else "disputed"


def current_stances(finding: DiscussedFinding) -> dict[str, Stance]:
    """What each worker last said of the finding."""
    return {stance.worker: stance for stance in finding.stances}


def classified(finding: DiscussedFinding, analysers: Collection[str]) -> DiscussedFinding:
    """The finding with the class that its stances give."""
    verdicts = [stance.verdict for worker, stance in current_stances(finding).items() if worker in analysers]
    stands = classify(verdicts.count("agree"), verdicts.count("disagree"), len(analysers))
    return finding.model_copy(update={"classification": stands})


def count_classes(findings: Iterable[DiscussedFinding]) -> dict[str, int]:
    """How many findings each class has; every class is named."""
    classes = [finding.classification for finding in findings]
    return {name: classes.count(name) for name in CLASSES}
