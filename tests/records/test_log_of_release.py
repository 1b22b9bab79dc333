"""A log that release 0.1.0 wrote: later releases read it as that one did, and write the same bytes.

`release_0_1_0/` has a folder for each of two writers, laid out like the tree of its log ref: the first wrote the story
of tests/stories/answers, the second every type of event with every field. `state.json` is what that release folded of
it, task by task. Nothing of it is ever written anew: it stands for the logs that people have.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from okstra_git.names import key_of_slashed
from okstra_git.records.codec import decode_events, encode_event
from okstra_git.records.events import Event
from okstra_git.store.fold import fold_task
from tests.kit.scenario import World
from tests.kit.stores import open_store

RELEASE = Path(__file__).parent / "release_0_1_0"
FILES = sorted(RELEASE.rglob("events.jsonl"))
STATE: dict[str, Any] = json.loads((RELEASE / "state.json").read_text(encoding="utf-8"))
TYPES = 23
"""Types of events that there were."""


def task_of(path: Path) -> str:
    return "/".join(path.parts[-4:-1])


def events_of(path: Path) -> list[Event]:
    return decode_events(path.read_bytes()).events


def filled_fields(value: object) -> Iterator[tuple[str, str]]:
    """(model, field) of every field in here that says something else than its default."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            inner = getattr(value, name)
            if inner != field.get_default(call_default_factory=True):
                yield type(value).__name__, name
            yield from filled_fields(inner)
    elif isinstance(value, tuple):
        for each in value:
            yield from filled_fields(each)


def models_in(value: object) -> Iterator[type[BaseModel]]:
    """Every model whose values are in here."""
    if isinstance(value, BaseModel):
        yield type(value)
        for name in type(value).model_fields:
            yield from models_in(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from models_in(each)


ADDED = frozenset(
    {"released_by", "ended_by", "origin", "conclusion", "validation", "replay", "leads", "workers", "usage"}
)
"""Facts that the state has since: who gave a claim up, who ended a run, what its report says and how that was checked,
and where a task is from."""


def as_then(now: Any) -> Any:
    """What is folded now without the facts that this release did not know."""
    if isinstance(now, dict):
        return {key: as_then(value) for key, value in now.items() if key not in ADDED}
    return [as_then(value) for value in now] if isinstance(now, list) else now


@pytest.mark.parametrize("path", FILES, ids=task_of)
def test_its_events_are_written_to_the_very_bytes(path: Path) -> None:
    data = path.read_bytes()
    decoded = decode_events(data)
    assert (decoded.unknown, decoded.broken) == (0, [])
    assert b"".join(map(encode_event, decoded.events)) == data


def test_every_type_is_there_with_every_field() -> None:
    events = [event for path in FILES for event in events_of(path)]
    assert len({event.fact.type for event in events}) == TYPES
    filled = {field for event in events for field in filled_fields(event)}
    models = {model for event in events for model in models_in(event)}
    one_value = {"type", "v"}
    wanted = {(model.__name__, name) for model in models for name in model.model_fields.keys() - one_value}
    assert wanted - filled == set()


@pytest.mark.parametrize("path", FILES, ids=task_of)
def test_its_events_fold_to_what_that_release_made_of_them(path: Path) -> None:
    task = task_of(path)
    folded = fold_task(key_of_slashed(task), events_of(path)).model_dump(mode="json")
    assert as_then(folded) == STATE[task]


def test_a_clone_that_has_its_refs_reads_the_same_state(world: World) -> None:
    for writer in (folder for folder in RELEASE.iterdir() if folder.is_dir()):
        world.git("fast-import", "--quiet", stdin=_import_of(writer))
    tasks = open_store(world).read().state.tasks
    folded = {key.slashed: task.model_dump(mode="json") for key, task in tasks.items()}
    assert as_then(folded) == STATE


def _import_of(folder: Path) -> bytes:
    """A log's commit for `git fast-import`."""
    begin = f"commit refs/okstra/log/{folder.name}\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata 0\n"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return begin.encode() + b"".join(_file(path.relative_to(folder), path.read_bytes()) for path in files)


def _file(path: Path, data: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.as_posix().encode(), len(data), data)
