"""Events and fingerprints made up for tests of the fold."""

from datetime import UTC, datetime, timedelta

from okstra_git.names import mint_ulid
from okstra_git.records.events import AnyFact, Event
from okstra_git.records.stage import Author, RangeFingerprint

TASK = "shop/web/login"
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def oid(label: str) -> str:
    """A commit id that can be told from others by its label."""
    return label.encode().hex().ljust(40, "0")[:40]


def ulid(label: str) -> str:
    """A writer or a run that can be told from others by its label, in the order of the labels."""
    return label.encode().hex().upper().rjust(26, "0")


def a_range(head: str, base: str = "base") -> RangeFingerprint:
    """The print of a change that exists nowhere."""
    return RangeFingerprint(
        head=oid(head), head_tree=oid(f"t{head}"), base=oid(base), base_tree=oid(f"t{base}"), parents=(oid(base),),
        commits=1, author=Author(name="A", email="a@example.org", time=0), subject=head, delta="d0", delta_sum="50",
        path_count=1, paths_print="f0",
    )  # fmt: skip


def an_event(fact: AnyFact, *, clock: int, writer: str = "W1", seq: int | None = None) -> Event:
    """An event at its place in the order."""
    at = BEGIN + timedelta(minutes=clock)
    return Event(id=mint_ulid(clock), at=at, clock=clock, seq=clock if seq is None else seq, writer=ulid(writer),
                 fact=fact)  # fmt: skip
