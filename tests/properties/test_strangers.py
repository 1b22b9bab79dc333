"""Whatever strangers write into logs, documents and caches: nothing crashes, hangs, leaves the root or runs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom
from threading import Event
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from okstra_git.records import events
from okstra_git.records.codec import KNOWN_TYPES, decode_events
from tests.kit.answers import Answer
from tests.kit.budgets import IS_RANDOM, STRANGER_PARTS, STRANGER_SECONDS
from tests.kit.surroundings import sealed_environ
from tests.properties.strangers import judging
from tests.properties.strangers.changes import TALES, Change
from tests.properties.strangers.commands import Line
from tests.properties.strangers.judging import runs_in_a_shell
from tests.properties.strangers.play import Hung, Played, Stage, limited
from tests.properties.strangers.scene import MARKER, build
from tests.properties.strangers.story import lines_of, spots, tell
from tests.properties.strangers.watching import Started, options_among

CASES, SECONDS = 400, 11
"""What `make test` plays: so many at most, and none begun after so many seconds of processor time."""

DEEP_CASES = 2500


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """One for all tests of this module, so it is built before any of them has its own home."""
    base = tmp_path_factory.mktemp("strangers")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sealed_environ(tmp_path_factory.mktemp("home")).items():
            patch.setenv(name, value)
        return Stage(build(base))


def hunt(seed: int, cases: int, *more: str) -> None:
    """Play these cases in a process of their own, which has a limit of memory and may be ended."""
    words = [sys.executable, "-m", "tests.properties.strangers", str(seed), "--cases", str(cases), *more]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout[-12_000:]}\n{done.stderr[-3000:]}"


def test_strangers_can_do_nothing() -> None:
    hunt(SystemRandom().randrange(10**6) if IS_RANDOM else 13, CASES, "--seconds", str(SECONDS))


@pytest.mark.deep
@pytest.mark.parametrize("part", range(STRANGER_PARTS))
def test_strangers_can_do_nothing_for_long(part: int) -> None:
    seed = SystemRandom().randrange(10**6) if IS_RANDOM else 1000 + part
    hunt(seed, DEEP_CASES, "--seconds", str(STRANGER_SECONDS))


# --- the stranger's log is whole


def test_the_story_has_every_type_and_every_field(stage: Stage) -> None:
    """So that whoever adds a field to a record has it mutated here, or is told."""
    said = tell(stage.scene, TALES[0])
    assert {event["fact"]["type"] for event in said} == KNOWN_TYPES
    for model in get_args(events.Event.model_fields["fact"].annotation):
        kind = model.model_fields["type"].default
        told = {_plain(way) for event in said if event["fact"]["type"] == kind for way in spots(event["fact"])}
        missing = {way for way in _fields(model) if way not in told}
        assert not missing, f"{kind}: the story says nothing of {sorted(missing)}"


def _plain(way: tuple[str | int, ...]) -> tuple[str, ...]:
    return tuple(step for step in way if isinstance(step, str))


def _fields(model: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (*before, name)
        for inner in _models(field.annotation):
            yield from _fields(inner, (*before, name))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, tuple):
        for each in get_args(annotation):
            yield from _models(each)


def test_the_story_is_sound(stage: Stage) -> None:
    decoded = decode_events(b"\n".join(lines_of(tell(stage.scene, TALES[0]))))
    assert (decoded.unknown, decoded.broken) == (0, [])


def test_there_are_many_hostile_values(stage: Stage) -> None:
    values = stage.scene.places.values
    assert len({value.name for value in values}) == len(values) >= 140


# --- the judges see what is wrong


SHELL = (
    ("git okstra x --base main; touch CANARY #", True),
    ("git okstra x --base 'main; touch CANARY #'", False),
    ("git okstra x --base $(touch CANARY)", True),
    ('git okstra x --base "$(touch CANARY)"', True),
    ('git okstra x --base "`touch CANARY`"', True),
    ("git okstra x --base '$(touch CANARY)'", False),
    ('git okstra x --base "; touch CANARY"', False),
    ("git okstra x --base a\\;\\ touch\\ CANARY", False),
    ("git okstra x --base ''\"'\"'; touch CANARY; '\"'\"''", False),
    ("git okstra x --base ''; touch CANARY; ''", True),
    ("git okstra x --base x|touch${IFS}CANARY", True),
    ("git okstra x --title 'please touch CANARY'", False),
)  # fmt: skip


@pytest.mark.parametrize(("line", "runs"), SHELL)
def test_a_line_that_would_run_something_is_seen(line: str, runs: bool) -> None:
    assert runs_in_a_shell(line, "touch") is runs


def test_a_value_among_the_options_of_git_is_seen() -> None:
    assert options_among(["rev-list", "--count", "--output=x"], ["--output=x"]) == ["--output=x"]
    assert options_among(["rev-list", "--count", "--end-of-options", "--output=x"], ["--output=x"]) == []
    assert options_among(["diff", "--quiet", "a", "--", "--output=x"], ["--output=x"]) == []
    assert options_among(["log", "-"], ["-"]) == [], "what okstra itself says is not theirs"


def test_programs_but_git_are_seen() -> None:
    started = Started()
    started.begin()
    started.hear("subprocess.Popen", ("git", ["git", "status"], None, None))
    started.hear("subprocess.Popen", ("sh", ["sh", "-c", "x"], None, None))
    started.hear("open", ("/etc/passwd", "r", 0))
    kinds = [(finding.kind, finding.sign) for finding in judging.judge_started(started, [])]
    assert kinds == [("program", "subprocess.Popen"), ("opened", "/etc/passwd")]


def answer(out: str, err: str = "", exit: int = 0) -> Answer:
    return Answer(("okstra",), exit, out, err)


@pytest.mark.parametrize(
    ("said", "words", "kind"),
    [
        (answer('{"error": {"code": "internal", "message": "a bug in okstra"}}', exit=1), ("log",), "internal"),
        (answer("red \x1b[31m"), ("log", "--text"), "terminal"),
        (answer("\u202edetaerc"), ("log",), "terminal"),
        (answer("{'a'"), ("log", "--json"), "json"),
        (answer(f"the diary says {MARKER}"), ("log",), "leak"),
        (answer("next: git okstra x --base main; touch /o/CANARY"), ("log",), "paste"),
        (answer('{"hint": "git okstra x --base $(touch /o/CANARY)"}'), ("log", "--json"), "paste"),
        (answer("", exit=7), ("log",), "status"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_seen(stage: Stage, said: Answer, words: tuple[str, ...], kind: str) -> None:
    assert [each.kind for each in judging.judge_answer(stage.scene, words, said, terminal=True)] == [kind]


def test_what_happens_outside_is_seen_and_undone(stage: Stage) -> None:
    played = Played("x", Change("nothing"), [])
    stage._clean(played)
    assert played.findings == []
    outside = stage.scene.outside
    (outside / "notes/one.md").read_text()
    (outside / "diary.txt").write_text("mine")
    (outside / "CANARY").touch()
    (stage.scene.repository / "stolen").write_text(MARKER)
    (stage.scene.base / "mine/notes.txt").unlink()
    stage._clean(played)
    signs = {each.sign for each in played.findings}
    wanted = {"changed diary.txt", "changed CANARY", "leak file", "changed mine/notes.txt"}
    if sys.platform == "linux":
        wanted.add("read notes/one.md")
    assert wanted <= signs | {"leak file" for each in played.findings if each.kind == "leak"}
    again = Played("y", Change("nothing"), [])
    stage._clean(again)
    assert again.findings == []


def test_what_is_not_derived_or_told_is_seen(stage: Stage) -> None:
    stage._forget_derived()
    found = judging.judge_derived(stage.scene, answer("{}"), closed=False)
    assert {each.sign for each in found} == {"stage ref", "keep", "watch list"}
    assert [each.kind for each in judging.judge_told("refs/x", answer("nothing is wrong"))] == ["untold"]
    stage._clean(Played("x", Change("nothing"), []))
    assert judging.judge_derived(stage.scene, answer("{}"), closed=False) == []


def test_what_hangs_is_ended() -> None:
    with pytest.raises(Hung), limited(0.05):
        Event().wait()


def test_a_case_is_the_same_again(stage: Stage) -> None:
    told = [stage.play(5, 7).change.said for _ in range(2)]
    assert told[0] == told[1]
    assert re.match(r"[\w.]", told[0])


def test_a_command_that_is_honest_is_answered(stage: Stage) -> None:
    assert stage.answer(Line(("status", "--json"), terminal=False)).json["ok"]
