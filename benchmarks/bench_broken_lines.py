"""Decoding a hundred thousand events among which a thousand lines are broken, beside the same log without them."""

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.measuring import judge, say
from okstra_git.names import mint_ulid
from okstra_git.records.codec import decode_events, encode_event
from okstra_git.records.events import AnyFact, Event, PlaceReserved, StageDone, StageStarted, TaskOpened
from okstra_git.records.stage import Author, RangeFingerprint

GOOD, BROKEN, ROUNDS = 100_000, 1_000, 3
LIMIT = 1.2
AGAIN = 5
"""Rounds more where a figure is above its limit: a busy machine slows one of two runs now and then, a fault all."""

KINDS: dict[str, Callable[[bytes], bytes]] = {
    "half a line": lambda line: line[: len(line) // 2],
    "a field that breaks its grammar": lambda line: _changed(line, "branch", "--output=x"),
    "every field broken": lambda line: json.dumps({"fact": dict.fromkeys(json.loads(line)["fact"], -1)}).encode(),
    "nested beyond reason": lambda _: b'{"fact":' + b"[" * 5_000,
    "a list of wrong numbers": lambda line: _changed(line, "depends_on", [0] * 500),
    "no UTF-8": lambda line: line.replace(b"feature", b"\xff\xfe"),
}


def main() -> int:
    """Print the ratio for each kind of broken line; 1 when a limit is passed or an event is lost."""
    rnd = random.Random(7)
    good = [encode_event(event).rstrip() for event in _events(rnd)]
    places = sorted(rnd.sample(range(GOOD), BROKEN), reverse=True)
    kept = True
    for name, break_line in KINDS.items():
        mixed = list(good)
        for place in places:
            mixed.insert(place, break_line(good[place // 4 * 4 + 2]))
        ratio = _ratio(b"\n".join(good), b"\n".join(mixed), ROUNDS)
        ratio = ratio if ratio <= LIMIT else min(ratio, _ratio(b"\n".join(good), b"\n".join(mixed), AGAIN))
        kept &= judge(f"{BROKEN} times {name}, to none", ratio, LIMIT)
    return 0 if kept else 1


def _ratio(good: bytes, mixed: bytes, rounds: int) -> float:
    """Processor time with the broken lines to that without, of the quickest round of each."""
    times: dict[bytes, float] = {}
    for _ in range(rounds):
        for data, broken in ((good, 0), (mixed, BROKEN)):
            gc.collect()
            began = time.process_time()
            found = decode_events(data)
            took = time.process_time() - began
            if (len(found.events), len(found.broken)) != (GOOD, broken):
                raise RuntimeError(f"{len(found.events)} events and {len(found.broken)} broken lines were found")
            times[data] = min(took, times.get(data, took))
    say(f"{GOOD} events {times[good]:.2f} s, with {BROKEN} broken lines {times[mixed]:.2f} s of processor time")
    return times[mixed] / times[good]


def _changed(line: bytes, field: str, value: object) -> bytes:
    event = json.loads(line)
    return json.dumps({**event, "fact": {**event["fact"], field: value}}).encode()


def _events(rnd: random.Random) -> Iterator[Event]:
    """Four facts for each stage of many tasks, each with an identity of its own."""
    begin, writer = datetime(2026, 1, 1, tzinfo=UTC), mint_ulid(1_600_000_000_000)
    for number in range(GOOD):
        task, stage = f"bench/group{number % 20}/task{number // 400}", number // 4 % 9 + 1
        yield Event(
            id=mint_ulid(1_700_000_000_000 + number), at=begin + timedelta(seconds=number), clock=number + 1,
            seq=number + 1, writer=writer, by="Ada Example <ada@example.org>", fact=_fact(rnd, number % 4, task, stage),
        )  # fmt: skip


def _fact(rnd: random.Random, kind: int, task: str, stage: int) -> AnyFact:
    branch = f"feature/group/task-stage-{stage}"
    if kind == 0:
        return TaskOpened(task=task, title="Log in with a password", tickets=("SHOP-12",))
    if kind == 1:
        return PlaceReserved(
            task=task, scope=f"stage-{stage}", branch=branch, worktree="/home/ada/shop-1", base_ref="main"
        )
    if kind == 2:
        return StageStarted(task=task, stage=stage, branch=branch, base=_hex(rnd), base_ref="main", title="the store")
    return StageDone(task=task, stage=stage, branch=branch, range=_range(rnd))


def _range(rnd: random.Random) -> RangeFingerprint:
    return RangeFingerprint(
        head=_hex(rnd), head_tree=_hex(rnd), base=_hex(rnd), base_tree=_hex(rnd), parents=(_hex(rnd),), commits=2,
        author=Author(name="Ada Example", email="ada@example.org", time=1_700_000_000, offset=60),
        subject="Store the session in a table", delta=_hex(rnd, 16), delta_sum=_hex(rnd, 16), lines_sum=_hex(rnd, 16),
        path_count=2, paths=("src/store.py", "tests/test_store.py"), paths_print=_hex(rnd, 16), patch_id=_hex(rnd),
        patch_algorithm="libgit2",
    )  # fmt: skip


def _hex(rnd: random.Random, length: int = 20) -> str:
    return rnd.randbytes(length).hex()


if __name__ == "__main__":
    sys.exit(main())
