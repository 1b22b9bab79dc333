"""The verdicts of one round over the body of a plan, counted: the class of every part, the gate, the questions left."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from okstra_git.convergence.plan_items import DisputablePart, fingerprint_parts
from okstra_git.errors import refuse
from okstra_git.records.convergence import PlanBodyState, WorkerVerdict
from okstra_git.records.report.deliverables import Dissent, PlanItem
from okstra_git.records.report.parts import ClarificationRow

PlanVerdicts = Mapping[str, Mapping[str, WorkerVerdict]]
"""Worker -> id of a part -> what the worker says of it."""

GateName = Literal["passed", "passed-with-dissent", "blocked-by-disagreement", "aborted-non-result"]
ItemClass = Literal["agree", "minority-disagree", "majority-disagree"]
MOST_ROWS = 999
"""Questions that ids of three digits can number."""


def classify_part(disagree: int, answers: int) -> ItemClass:
    """The class of a part by the number of answers against it, of all answers; a tie is no majority.

    >>> classify_part(0, 2), classify_part(1, 2), classify_part(2, 3), classify_part(1, 1)
    ('agree', 'minority-disagree', 'majority-disagree', 'majority-disagree')
    """
    if not disagree:
        return "agree"
    return "majority-disagree" if 2 * disagree > answers else "minority-disagree"


def gate_of(classes: Collection[str], answers: int) -> GateName:
    """The gate by the classes of all parts; without an answer of anybody, nothing was verified.

    >>> gate_of(["agree"], 2), gate_of(["agree", "minority-disagree"], 2), gate_of([], 0)
    ('passed', 'passed-with-dissent', 'aborted-non-result')
    """
    if not answers:
        return "aborted-non-result"
    if "majority-disagree" in classes:
        return "blocked-by-disagreement"
    return "passed-with-dissent" if "minority-disagree" in classes else "passed"


def verify_plan(
    run: str,
    plan: str,
    parts: Sequence[DisputablePart],
    verdicts: PlanVerdicts,
    *,
    links: Mapping[str, str],
    used: Iterable[str],
) -> PlanBodyState:
    """The state of the verification; without verdicts it has neither parts nor dissent.

    `links` names the question of parts that have one. Other parts that a majority is against get a number above those
    that are `used`.
    """
    classes = {part.id: _class_of(part, verdicts) for part in parts} if verdicts else {}
    against = [id for id, name in classes.items() if name == "majority-disagree"]
    asked = dict(zip(against, _ids(against, links, used), strict=True))
    items = [
        PlanItem(
            id=part.id,
            part=part.title,
            verdicts={worker: _plain(given[part.id]) for worker, given in verdicts.items()},
            classification=classes[part.id],
            clarification=asked.get(part.id),
        )
        for part in (parts if verdicts else ())
    ]
    return PlanBodyState(
        schema_=1,
        rounds=1,
        gate=gate_of(classes.values(), len(verdicts)),
        items=tuple(items),
        dissent=tuple(_dissent(parts, verdicts)),
        run=run,
        plan=plan,
        fingerprint=fingerprint_parts(parts),
        analysers=tuple(verdicts),
    )


def question_rows(state: PlanBodyState) -> list[ClarificationRow]:
    """The rows that section 1 has to have: one for each part that a majority is against."""
    reasons: dict[str, list[str]] = {}
    for each in state.dissent:
        reasons.setdefault(each.item, []).append(f"{each.worker}: {each.reason}")
    return [
        ClarificationRow(
            id=item.clarification,
            ticket_id="",
            kind="decision",
            statement=f"Most of the analysers disagree with {item.id} of the plan ({item.part}). "
            f"{'; '.join(reasons.get(item.id, ()))}. Until this is settled the plan cannot be approved.",
            expected_form="One of: keep it as planned; change it, and how; take it out",
            blocks="approval",
            status="open",
            user_input="",
        )
        for item in state.items
        if item.clarification is not None
    ]


def _class_of(part: DisputablePart, verdicts: PlanVerdicts) -> ItemClass:
    words = [given[part.id].verdict for given in verdicts.values()]
    return classify_part(words.count("disagree"), len(words))


def _plain(verdict: WorkerVerdict) -> Literal["agree", "disagree"]:
    return "disagree" if verdict.verdict == "disagree" else "agree"


def _dissent(parts: Iterable[DisputablePart], verdicts: PlanVerdicts) -> Iterator[Dissent]:
    for part in parts:
        for worker, given in verdicts.items():
            if given[part.id].verdict == "disagree":
                yield Dissent(item=part.id, worker=worker, reason=" ".join(given[part.id].reason.split()))


def _ids(against: Sequence[str], links: Mapping[str, str], used: Iterable[str]) -> Iterator[str]:
    """An id for each part: the one it has, else one above every id in use."""
    last = max((int(id[2:]) for id in (*links.values(), *used)), default=0)
    for part in against:
        if part not in links:
            last += 1
        if last > MOST_ROWS:
            message = f"more than {MOST_ROWS} questions would be needed for the parts that a majority is against"
            raise refuse("convergence.too-many", message, hint="write the plan anew")
        yield links.get(part) or f"C-{last:03}"
