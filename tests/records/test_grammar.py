"""The grammar of every field: what breaks it is no event, what honest releases have written is."""

import copy
import json
import types
import typing
from datetime import UTC, datetime
from typing import Any

import pytest

from okstra_git.records import events as e
from okstra_git.records import handoff, runs, stage, states, usage, work_events
from okstra_git.records.codec import KNOWN_TYPES, archive_of_line, decode_events, encode_readable, identify_line
from okstra_git.records.grammar import Record
from tests.kit.refusals import refuses
from tests.kit.values import TASK, a_range, an_event, oid, ulid

HOLDER = runs.Holder(host="h", boot="b", pid=1, born=1.0, name="claude")
MEMBER = handoff.Member(stage=1, commit=oid("A"), tree=oid("tA"), delta="d0")
TOGETHER = handoff.Assembly(
    stages=(1,), base_ref="main", base=oid("M"), commit=oid("A"), tree=oid("tA"), members=(MEMBER,)
)
EVIDENCE = stage.MoveEvidence(
    old_base_tree=oid("1"), old_head_tree=oid("2"), new_base_tree=oid("3"), new_head_tree=oid("4"), judged_by="git"
)
CHECKS = (stage.Check(command="make test", exit_code=0),)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
USAGE = usage.SessionRecord(
    program="codex", session="s", source="result", parser="codex-1", confidence="exact",
    counters=(usage.Counters(model="gpt-5", day="2026-11-30", fresh=3, output=2, requests=1),), remarks=("r",),
)  # fmt: skip
RUN, URL = ulid("R"), "https://example.org/o/r/pull/1"
RECORDED: tuple[e.AnyFact, ...] = (
    e.TaskOpened(task=TASK, title="Log in", tickets=("SHOP-1",)),
    e.TaskClosed(task=TASK, reason="done"),
    e.TaskSpawned(task=TASK, parent=TASK, report="r.md", run=RUN, row="E-003", task_type="error-analysis"),
    e.AnchorSet(task=TASK, range=a_range("M"), ref="main"),
    e.AnchorMoved(task=TASK, old=oid("M"), range=a_range("N"), proof="replay", evidence=EVIDENCE),
    e.PlaceReserved(task=TASK, scope="stage-1", branch="f/1", worktree="/w/1", base_ref="main", phase="implementation"),
    e.PlaceReleased(task=TASK, scope="group-1-2", branch=""),
    e.StageStarted(task=TASK, stage=1, branch="f/1", base=oid("M"), base_ref="main~1", title="t", depends_on=(2,)),
    e.StageDone(task=TASK, stage=1, branch="f/1", range=a_range("A"), carry='{"stage":1}'),
    e.StageMoved(task=TASK, stage=1, old=oid("A"), range=a_range("B"), proof="squash", evidence=EVIDENCE, branch="g"),
    e.StageVerified(task=TASK, stage=1, commit=oid("A"), tree=oid("tA"), report="r", report_blob=oid("r"), again=""),
    e.GroupVerified(task=TASK, assembled=TOGETHER, run=RUN, data="d", data_blob=oid("d"), checks=CHECKS),
    e.StageLanded(task=TASK, stage=1, recorded=oid("A"), target="main", landed=oid("L"), how="squash", group="1-2"),
    e.StageUnlanded(task=TASK, stage=1, recorded=oid("A"), landed=oid("L"), target="main"),
    e.GroupAssembled(
        task=TASK, group="1", stages=(1,), branch="g", base_ref="main", range=a_range("G"), members=(MEMBER,)
    ),
    e.GroupSuperseded(task=TASK, group="1", replaced_by="1-2"),
    e.PrRecorded(task=TASK, url=URL, group="1", stages=(1,), branch="g", commit=oid("G"), members=(MEMBER,)),
    e.PrClosed(task=TASK, url=URL, replaced_by=URL),
    e.PlanApproved(task=TASK, path="p.md", blob=oid("p"), stages=(runs.PlannedStage(number=1, files=("a",)),)),
    e.RunClaimed(
        task=TASK, run=RUN, task_type="implementation", seq=1, stage=1, holder=HOLDER, inputs="0f",
        numbers={"state": 1}, assembled=TOGETHER,
    ),
    e.RunPrepared(
        task=TASK, run=RUN, stage=1, holder=HOLDER, nonce="n1", folder=".okstra/f", instruction_set=".okstra/f/i",
        brief=runs.Source(path="b.md", blob=oid("b")), plan=oid("p"), waivers=(runs.Waiver(stage_key="k", reason="r"),),
    ),
    e.RunResumed(task=TASK, run=RUN, holder=HOLDER, nonce="n2"),
    e.RunConcluded(task=TASK, run=RUN, verdict="accepted", direction="proceed", routing=("implementation",)),
    e.RunFinished(task=TASK, run=RUN, report="r.md", next_phase="release-handoff(stage-group)", archive=oid("t")),
    e.RunAbandoned(task=TASK, run=RUN, reason="gone"),
    e.RunValidated(task=TASK, run=RUN, result="passed", warnings=2),
    e.RunReplayed(
        task=TASK, run=RUN, stage=1, commit=oid("A"), tree=oid("tA"),
        commands=(runs.ReplayedCommand(command="make test", recorded=0, exit_code=1, reason="r"),),
    ),
    work_events.RunLed(task=TASK, run=RUN, lead=usage.LeadSession(program="claude", session="s")),
    work_events.WorkerEnded(
        task=TASK, run=RUN,
        worker=usage.WorkerEnd(name="w", program="codex", status="error", reason="killed", started=NOW, ended=NOW),
    ),
    work_events.UsageRecorded(task=TASK, run=RUN, usage=USAGE),
)  # fmt: skip
LINES = [json.loads(encode_readable(an_event(fact, clock=clock))) for clock, fact in enumerate(RECORDED, 1)]

LONG = "x" * 70_000
NEVER: tuple[Any, ...] = (
    "a\0b", "--output=x\0", LONG, 10**400, -(2**70), 1e999, {"a": {}}, ["a"] * 10_001, [[]],
)  # fmt: skip
"""What no field of any record may be."""

ODD = {
    "oid": ("--output=/tmp/x", "HEAD", "", "a" * 39, "A" * 40, "a" * 40 + "\n"),
    "branch": ("-x", "--output=x", "a b", "a..b", "a\n", "a:b", "/a", "a/", "a//b", ".a", "a/.b", "a~1", "a\x7f", "a."),
    "revision": ("--output=x", "-", "a\nb", "a\x1bb"),
    "okstra": ("/etc", "../x", ".okstra/../x", ".okstra", ".git/hooks", ".okstra/a/../../x", ".okstra//x", "x/.okstra"),
    "time": ("2026-11-30T05:00:00", "9999-12-31T23:59:59-23:59", "1969-12-31T23:59:59Z", "now", -1, 1e300),
    "ulid": ("", "x", "8" + "0" * 25, "0" * 27, "../" + "0" * 23, "0" * 25 + "u"),
    "scope": ("stage-", "stage-" + "9" * 5_000, "stage-0", "stage-01", "group-", "group-a", "../x", "stage-1\n"),
    "task": ("shop", "shop/web", "shop/web/login/x", "../../x", "shop/web/..", "shop/web/-x", "shop//login", "a:b:c"),
    "url": ("u", "javascript:alert(1)", "https://x y", "https://x\n", "file:///etc/passwd", "https://", "https://\u2028"),
    "hex": ("zz", "", "0x1f", "-1", "f" * 65, "1_0"),
    "stage": (0, -1, 1_000_000, "x", 1.5, None),
}  # fmt: skip
PLACES: dict[str, tuple[str, ...]] = {
    "oid": (
        "fact.range.head", "fact.range.head_tree", "fact.range.base_tree", "fact.range.parents.0", "fact.old",
        "fact.commit", "fact.tree", "fact.landed", "fact.recorded", "fact.evidence.old_base_tree", "fact.blob",
        "fact.assembled.base", "fact.members.0.commit", "fact.brief.blob",
    ),
    "branch": ("fact.branch",),
    "revision": ("fact.base_ref", "fact.ref", "fact.target", "fact.assembled.base_ref"),
    "okstra": ("fact.folder", "fact.instruction_set"),
    "time": ("at",),
    "ulid": ("id", "writer", "fact.run"),
    "scope": ("fact.scope",),
    "task": ("fact.task",),
    "url": ("fact.url",),
    "hex": ("fact.range.delta", "fact.range.delta_sum", "fact.range.paths_print", "fact.members.0.delta"),
    "stage": ("fact.stage", "fact.stages.0", "fact.depends_on.0", "fact.members.0.stage"),
}  # fmt: skip
MAY_BE_EMPTY = {"fact.commit", "fact.run", "fact.stage"}
"""Fields that one kind of fact may leave empty or out, while another may not."""


def places(value: Any, path: str = "") -> list[str]:
    """Every place of a JSON value, dotted."""
    found = [path] if path else []
    if isinstance(value, dict):
        found += [each for key, below in value.items() for each in places(below, f"{path}.{key}".strip("."))]
    elif isinstance(value, list):
        found += [each for at, below in enumerate(value) for each in places(below, f"{path}.{at}")]
    return found


def with_value(line: dict[str, Any], path: str, value: Any) -> bytes | None:
    """The line with that value in that place, None where it has no such place."""
    changed = copy.deepcopy(line)
    *above, last = path.split(".")
    at: Any = changed
    try:
        for part in above:
            at = at[int(part)] if isinstance(at, list) else at[part]
        at[int(last) if isinstance(at, list) else last]
    except (KeyError, IndexError, TypeError):
        return None
    at[int(last) if isinstance(at, list) else last] = value
    return json.dumps(changed).encode()


@pytest.mark.parametrize("url", ["HTTPS://forge.example/shop/pull/7", "Http://forge.example/shop/pull/7"])
def test_an_address_counts_in_letters_of_either_case(url: str) -> None:
    facts: list[e.AnyFact] = [
        e.PrRecorded(task=TASK, url=url, group="1", stages=(1,), branch="g"),
        e.PrClosed(task=TASK, url=url, replaced_by=url),
    ]
    lines = b"".join(encode_readable(an_event(fact, clock=clock)) for clock, fact in enumerate(facts, 1))
    assert [event.fact for event in decode_events(lines).events] == facts


def test_every_kind_of_fact_stands_here() -> None:
    assert {line["fact"]["type"] for line in LINES} == KNOWN_TYPES


def test_nothing_absurd_may_stand_in_any_field_of_any_record() -> None:
    absurd = [(str(value)[:20], json.dumps(value).encode()) for value in NEVER]
    kept = []
    for line in LINES:
        for path in places(line):
            form = with_value(line, path, "HERE")
            assert form is not None
            for shown, value in absurd:
                is_room = path == "fact.carry" and shown.startswith("xx")
                if not is_room and decode_events(form.replace(b'"HERE"', value)).events:
                    kept.append(f"{line['fact']['type']} {path}: {shown!r}")
    assert kept == []


@pytest.mark.parametrize("kind", ODD)
def test_a_field_takes_only_what_its_grammar_allows(kind: str) -> None:
    wrong = [
        f"{line['fact']['type']} {path}: {value!r}"
        for line in LINES
        for path in PLACES[kind]
        for value in ODD[kind]
        if (changed := with_value(line, path, value)) is not None
        and not (value in ("", None) and path in MAY_BE_EMPTY)
        and decode_events(changed).broken != [1]
    ]
    tried = {path for path in PLACES[kind] for line in LINES if with_value(line, path, None) is not None}
    assert tried == set(PLACES[kind])
    assert wrong == []


@pytest.mark.parametrize(
    "name", ["main", "feature/a.b", "ü/단계-1", "a@b", "x;touch${IFS}y", "a./b", "x{1}", "'$(id)'"]
)
def test_a_branch_of_any_name_that_git_allows_is_read(name: str) -> None:
    assert decode_events(json.dumps({**LINES[6], "fact": {**LINES[6]["fact"], "branch": name}}).encode()).events


@pytest.mark.parametrize(
    "name", ["main~1", ":/fix it", "refs/tags/v1", "v1^{commit}", "HEAD", oid("a"), "main@{2 days ago}"]
)
def test_a_base_is_read_as_older_releases_recorded_it(name: str) -> None:
    assert decode_events(json.dumps({**LINES[6], "fact": {**LINES[6]["fact"], "base_ref": name}}).encode()).events


def test_a_text_may_speak_of_a_zero_byte_and_not_hold_one() -> None:
    spoken = encode_readable(an_event(e.TaskOpened(task=TASK, title="\\u0000 and \\\\u0000"), clock=1))
    assert decode_events(spoken).events
    held = spoken.replace(b"\\\\u0000 and", b"\\\\\\u0000 and")
    assert decode_events(held).broken == [1]


def test_one_line_is_one_event_and_a_broken_one_costs_its_neighbours_nothing() -> None:
    sound = json.dumps(LINES[0]).encode()
    half = sound.index(b'"tickets": [') + len(b'"tickets": [')
    data = b"\n".join([sound, sound + b"," + sound, sound[:half], sound[half:], b"]", b"[" + sound + b"]", b"", sound])
    found = decode_events(data)
    assert (len(found.events), found.broken) == (2, [2, 3, 4, 5, 6])


def test_what_a_line_says_of_itself_has_the_same_bounds() -> None:
    line = next(line for line in LINES if line["fact"]["type"] == "run.finished")
    assert identify_line(json.dumps(line).encode()) is not None
    for path, value in (
        ("clock", 2**60),
        ("clock", 1.0),
        ("seq", -1),
        ("seq", True),
        ("fact.task", "../../x"),
        ("id", 1),
    ):
        changed = with_value(line, path, value)
        assert changed is not None
        assert identify_line(changed) is None
    assert archive_of_line(json.dumps(line).encode()) == (RUN, oid("t"))
    outside = with_value(line, "fact.archive", "--output=x")
    assert outside is not None
    assert archive_of_line(outside) is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "x" * 70_000}, "title"), ({"tickets": ("t",) * 10_001}, "tickets"), ({"title": "\ud800"}, "title"),
        ({"category": "a b"}, "category"), ({"task": "../x"}, "task"),
    ],
)  # fmt: skip
def test_what_nobody_would_read_again_is_refused_in_a_sentence(fields: dict[str, Any], field: str) -> None:
    with refuses("record.refused") as refused:
        e.TaskOpened(**{"task": TASK, **fields})
    assert refused.value.facts["field"] == field
    assert field in refused.value.message
    assert "\n" not in refused.value.message


def test_what_comes_past_the_constructor_is_refused_before_it_is_written() -> None:
    fact = e.TaskOpened(task=TASK).model_copy(update={"title": "a\0b"})
    with refuses("record.refused", match="zero byte"):
        encode_readable(an_event(fact, clock=1))


def _is_bare(annotation: Any) -> bool:
    """Whether somewhere in a type stands a text, a number or a list that nothing bounds."""
    if annotation in (str, int, float, bytes):
        return True
    if typing.get_origin(annotation) is typing.Annotated:
        inner = typing.get_args(annotation)[0]
        return typing.get_origin(inner) in (tuple, dict) and any(map(_is_bare, typing.get_args(inner)))
    if typing.get_origin(annotation) is typing.Literal:
        return False
    if typing.get_origin(annotation) in (tuple, dict):
        return True
    is_union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return is_union and any(map(_is_bare, typing.get_args(annotation)))


def test_no_field_of_a_stored_record_is_without_a_grammar() -> None:
    kinds = {
        kind
        for module in (e, handoff, runs, stage)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Record) and kind.__module__ == module.__name__
    }
    derived = {handoff.Group, runs.Run, states.Task}  # what the fold makes of records; their lists grow with the log
    bare = [
        f"{kind.__name__}.{name}"
        for kind in kinds - derived
        for name, hint in typing.get_type_hints(kind, include_extras=True).items()
        if name not in ("model_config", "type") and not name.startswith("__") and _is_bare(hint)
    ]
    assert bare == []
