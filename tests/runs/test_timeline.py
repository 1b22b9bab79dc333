"""The time line: which events are told, with which facts, in which order."""

from datetime import timedelta

from okstra_git.records import events as e
from okstra_git.records.codec import KNOWN_TYPES
from okstra_git.records.runs import Run
from okstra_git.runs.history import _FACTS, newest_first, timeline
from tests.kit.values import BEGIN, TASK, a_range, an_event, holder, oid, run, ulid

FIRST, SECOND, NINTH = ulid("R1"), ulid("R2"), ulid("R9")
RUNS: dict[str, Run] = {FIRST: run(FIRST, 2), SECOND: run(SECOND, None, task_type="error-analysis")}
UNTOLD = {"anchor.set", "place.reserved", "place.released", "group.superseded"}


def told(*facts: e.AnyFact) -> list[tuple[str, int | None, str | None]]:
    events = [an_event(fact, clock=clock) for clock, fact in enumerate(facts, 1)]
    return [(entry.event, entry.stage, entry.run) for entry in timeline(events, RUNS)]


def claimed(run: str) -> e.RunClaimed:
    return e.RunClaimed(task=TASK, run=run, task_type="implementation", seq=1, stage=2, holder=holder())


def prepared(run: str) -> e.RunPrepared:
    return e.RunPrepared(task=TASK, run=run, stage=2, holder=holder(), nonce="n", folder=".okstra/f",
                         instruction_set=".okstra/i")  # fmt: skip


def test_every_kind_of_event_is_told_or_left_out_on_purpose() -> None:
    assert _FACTS.keys() | UNTOLD == KNOWN_TYPES
    assert _FACTS.keys() & UNTOLD == set()


def test_a_claim_is_told_only_where_nothing_came_of_it() -> None:
    seen = told(claimed(FIRST), prepared(FIRST), claimed(SECOND))
    assert seen == [("run.prepared", 2, FIRST), ("run.claimed", None, SECOND)]


def test_a_run_is_told_with_type_number_and_stage_even_when_its_claim_is_missing() -> None:
    (known, unknown) = timeline(
        [an_event(e.RunFinished(task=TASK, run=name), clock=1, seq=n) for n, name in enumerate((SECOND, NINTH))], RUNS
    )
    assert (known.facts["task_type"], known.facts["number"], known.stage) == ("error-analysis", 1, None)
    assert (unknown.facts["task_type"], unknown.facts["number"], unknown.stage) == (None, None, None)


def test_the_first_end_of_a_run_counts_and_later_words_are_late() -> None:
    facts: tuple[e.AnyFact, ...] = (
        prepared(FIRST), e.RunFinished(task=TASK, run=FIRST, outcome="failed", reason="tests"),
        e.RunAbandoned(task=TASK, run=FIRST), e.RunResumed(task=TASK, run=FIRST, holder=holder(), nonce="m"),
    )  # fmt: skip
    entries = timeline([an_event(fact, clock=clock) for clock, fact in enumerate(facts)], RUNS)
    assert [(entry.facts.get("outcome"), entry.is_late) for entry in entries] == [
        (None, False), ("failed", False), ("abandoned", True), (None, True),
    ]  # fmt: skip


def test_moves_and_landings_name_their_commits_and_proofs() -> None:
    facts: tuple[e.AnyFact, ...] = (
        e.StageDone(task=TASK, stage=1, branch="b", range=a_range("a")),
        e.StageMoved(task=TASK, stage=1, old=oid("a"), range=a_range("c"), proof="replay", found_by="post-rewrite"),
        e.AnchorMoved(task=TASK, old=oid("x"), range=a_range("y"), proof="user"),
        e.StageVerified(task=TASK, stage=1, commit=oid("c"), tree=oid("tc"), report="r.md"),
        e.GroupAssembled(task=TASK, group="1", stages=(1,), branch="g", base_ref="m", range=a_range("g"), members=()),
        e.PrRecorded(task=TASK, url="https://x/1", group="1", stages=(1,), branch="g"),
        e.StageLanded(task=TASK, stage=1, recorded=oid("c"), target="main", landed=oid("m"), how="squash"),
        e.PrClosed(task=TASK, url="https://x/1", reason="no"),
        e.TaskClosed(task=TASK, reason="all landed"),
    )
    entries = timeline([an_event(fact, clock=clock) for clock, fact in enumerate(facts)], {})
    seen = [dict(entry.facts) for entry in entries]
    assert seen == [
        {"commit": oid("a"), "subject": "a", "branch": "b"},
        {"from": oid("a"), "commit": oid("c"), "proof": "replay", "found_by": "post-rewrite", "landed": False},
        {"from": oid("x"), "commit": oid("y"), "proof": "user"},
        {"commit": oid("c"), "verdict": "accepted", "report": "r.md"},
        {"group": "1", "stages": [1], "branch": "g"},
        {"group": "1", "stages": [1], "url": "https://x/1"},
        {"commit": oid("m"), "target": "main", "how": "squash", "group": None},
        {"url": "https://x/1", "status": "closed", "reason": "no"},
        {"reason": "all landed"},
    ]


def test_the_newest_comes_first_and_what_is_older_is_left_out() -> None:
    entries = timeline([an_event(e.TaskOpened(task=TASK), clock=clock) for clock in (1, 2, 3)], {})
    newest = newest_first(entries, since=BEGIN + timedelta(minutes=2))
    assert [entry.at - BEGIN for entry in newest] == [timedelta(minutes=3), timedelta(minutes=2)]
    assert len(newest_first(entries, since=None)) == 3
