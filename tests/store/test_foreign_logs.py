"""A log that somebody else wrote harms nobody but itself, and what is wrong with it is told by its ref."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from okstra_git.bundle.archive import find_archive
from okstra_git.git.objects import ObjectTooLarge, list_blobs, write_blob, write_commit, write_tree
from okstra_git.git.refs import list_ref_names
from okstra_git.names import mint_ulid, parse_task_key
from okstra_git.records.codec import encode_event
from okstra_git.records.events import Event, StageStarted, TaskClosed, TaskOpened
from okstra_git.store import derived, layout
from okstra_git.store.private_files import load_fold
from okstra_git.store.snapshot import Memory, Snapshot, read_events, read_from_scratch, read_snapshot
from okstra_git.store.store import Store
from okstra_git.store.validation import (
    CLOCK_STEP,
    FAR_CLOCK,
    Criteria,
    filter_events,
    find_horizon,
    heed_log,
    ignore_line,
    ignore_log,
    writer_of,
)
from tests.cli.shop import open_shop, record_stage
from tests.kit.foreign_logs import EVE, TASK, a_line, fetched, push_log
from tests.kit.scenario import World
from tests.kit.stores import open_store, own_log, record, recorded_world

BOB = "3BBBBBBBBBBBBBBBBBBBBBBBBB"


@pytest.fixture
def store(world: World) -> Store:
    store = open_store(world)
    record(store, TaskOpened(task=TASK, title="mine"))
    return store


def told(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(problem.code, problem.subject) for problem in snapshot.problems]


def title(store: Store) -> str:
    return store.read().state.tasks[parse_task_key(TASK)].title


def title_of(event: Event) -> str:
    assert isinstance(event.fact, TaskOpened)
    return event.fact.title


def is_stable(store: Store) -> bool:
    """Another process, with the cache and without, finds the same, problems included."""
    other = read_snapshot(store.git, Memory(), now=store.now())
    return store.read() == other == read_from_scratch(store.git, now=store.now())


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("log.forged-writer", [a_line(5, BOB)]),
        ("log.broken-line", [b"{}", a_line(5, fact={"type": "task.opened", "task": "shop/web/other"})]),
        ("log.far-clock", [a_line(FAR_CLOCK + 1)]),
    ],
)
def test_what_a_log_may_not_say_is_skipped_and_told_by_its_ref(store: Store, code: str, lines: list[bytes]) -> None:
    push_log(store.git, fetched(), lines)
    assert told(store.read()) == [(code, fetched())]
    assert title(store) == "mine"
    assert store.read().problems[0].hint == f"git okstra log ignore {EVE}"
    assert store.read().problems[0].message.startswith(f"{len(lines)} ")
    assert [event.fact.task for event in read_events(store.git, store.read(), parse_task_key(TASK))] == [
        parse_task_key(TASK)
    ]
    assert is_stable(store)


def test_a_log_full_of_broken_lines_is_read_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    push_log(store.git, fetched(), [a_line(5), b"broken", a_line(6, BOB)])
    assert [code for code, _ in told(store.read())] == ["log.broken-line", "log.forged-writer"]
    monkeypatch.setattr("okstra_git.store.snapshot.filter_events", None)  # so that decoding anything would fail
    assert len(read_snapshot(store.git, Memory()).problems) == 2


def test_an_id_of_mine_with_other_content_is_told_and_mine_stands_in_any_order_of_refs(store: Store) -> None:
    mine = read_events(store.git, store.read(), parse_task_key(TASK))[0]
    forged = encode_event(mine).replace(b'"title":"mine"', b'"title":"evil"').strip()
    copy = fetched(mine.writer, "aaa")
    push_log(store.git, copy, [forged])
    push_log(store.git, layout.REMOTE_LOGS + "zzz/" + mine.writer, [forged])
    assert title(store) == "mine"
    assert told(store.read()) == [("log.same-id", copy)]  # the second copy says nothing that the first did not
    assert [title_of(event) for event in read_events(store.git, store.read(), parse_task_key(TASK))] == ["mine"]
    assert is_stable(store)


def test_of_two_copies_of_one_event_every_clone_takes_the_same_whatever_the_remotes_are_called() -> None:
    fixed = mint_ulid(1)
    lines = [a_line(5, BOB, id=fixed, fact={"type": "task.opened", "task": TASK, "title": t}) for t in "ab"]
    sieve = Criteria(layout.log_ref(EVE))
    for one, two in (lines, lines[::-1]):
        (event,) = filter_events(
            parse_task_key(TASK), [(fetched(BOB, "a"), one), (fetched(BOB, "b"), two)], sieve
        ).events
        assert title_of(event) == "a"


def test_two_writers_with_one_id_are_two_events_so_that_nobody_takes_anothers_away(store: Store) -> None:
    mine = read_events(store.git, store.read(), parse_task_key(TASK))[0]
    push_log(store.git, fetched(), [a_line(1, id=mine.id)])
    assert {event.writer for event in read_events(store.git, store.read(), parse_task_key(TASK))} == {mine.writer, EVE}
    assert told(store.read()) == [("log.same-id", fetched())]


def test_a_copy_of_my_own_log_counts_once_and_what_it_has_besides_is_told(store: Store, world: World) -> None:
    own, writer = own_log(store.git), own_log(store.git).rpartition("/")[2]
    world.git("update-ref", fetched(writer), own)
    record(store, TaskOpened(task=TASK, title="later"))
    assert (told(store.read()), title(store)) == ([], "later")
    lines = world.ask("show", f"{own}:{layout.events_path(TASK)}").encode().splitlines()
    push_log(store.git, fetched(writer), [*lines, a_line(77, writer)], parent=world.ask("rev-parse", own))
    assert told(store.read()) == [("log.not-ours", fetched(writer))]
    assert store.read().problems[0].hint == f"git okstra log ignore {fetched(writer)}"
    ignore_log(store.git, fetched(writer))
    assert (told(store.read()), title(store)) == ([], "later")


def test_a_log_that_was_left_by_the_clone_this_one_was_copied_from_is_another_ones(store: Store) -> None:
    push_log(store.git, layout.log_ref(BOB), [a_line(5, BOB), a_line(6, EVE)])
    assert told(store.read()) == [("log.forged-writer", layout.log_ref(BOB))]
    assert title(store) == "title 5"


JUNK = '{"okstra-log": 1, "clock": 9, "seq": "nine and more"'


def junk(store: Store, kind: str, ref: str) -> None:
    git = store.git
    if kind == "commit":
        target = str(git.handle.head.target)
    elif kind == "blob":
        target = write_blob(git, b"x")
    elif kind == "major":
        push_log(git, ref, [], head='{"okstra-log": 1001, "clock": 9, "seq": 9}')
        return
    elif kind == "tree":
        target = write_tree(git, None, {"a": write_blob(git, b"x")})
    else:
        push_log(git, ref, [], head=JUNK)
        return
    git.handle.references.create(ref, target)


@pytest.mark.parametrize("kind", ["commit", "blob", "tree", "format", "major"])
def test_junk_is_told_once_and_holds_up_nothing(world: World, kind: str) -> None:
    recorded_world(world)
    store = open_store(world)
    junk(store, kind, fetched("junk"))
    assert told(store.read()) == [("log.unreadable", fetched("junk"))]
    done = record(store, StageStarted(task=TASK, stage=2, branch="main", base="1" * 40), TaskClosed(task=TASK))
    assert done.warning == ""
    assert derived.is_derived(store.git, store.read().marks)
    cached = load_fold(layout.cache_file(store.git.private_dir))
    assert cached is not None
    assert fetched("junk") in cached.unread
    assert is_stable(store)


def test_no_derived_ref_goes_while_a_log_hides_what_may_explain_it(world: World) -> None:
    recorded_world(world)
    store = open_store(world)
    extra = layout.stage_ref(parse_task_key(TASK), 7)
    world.git("update-ref", extra, "main")
    junk(store, "commit", fetched("junk"))
    record(store, TaskOpened(task=TASK, title="more"))
    assert extra in list_ref_names(store.git, layout.STAGES)
    ignore_log(store.git, "junk")
    store.catch_up()
    assert extra not in list_ref_names(store.git, layout.STAGES)


def test_a_broken_line_of_ones_own_takes_no_derived_ref_along_and_fsck_says_where_it_is(world: World) -> None:
    shop = open_shop(world)
    record_stage(shop, 1, "feature/login")
    (own,) = shop.git("for-each-ref", "--format=%(refname)", "refs/okstra/log").split()
    lines = shop.git("show", f"{own}:tasks/{TASK}/events.jsonl").encode().splitlines()
    broken = [line.replace(b'"subject":"', b'"subject":"\\u0000') for line in lines]
    before = shop.git("for-each-ref", "refs/okstra/stage")
    head = shop.git("show", f"{own}:format")
    push_log(open_store(shop).git, own, broken, head=head, parent=shop.git("rev-parse", own).strip())
    told = shop.okstra("fsck", exit=None).json["findings"]
    assert [each["hint"] for each in told if each["code"] == "log.broken-line"] == [
        f"git log -p {own} shows them; record again what they said"
    ]
    shop.okstra("fsck", "--repair", exit=None)
    shop.okstra("task", "open", "shop:web:other")
    assert before == shop.git("for-each-ref", "refs/okstra/stage") != ""


def test_ignoring_is_as_if_the_ref_were_not_there_and_can_be_taken_back(store: Store) -> None:
    before = store.read()
    push_log(store.git, fetched(), [a_line(5), b"broken"])
    assert title(store) == "title 5"
    assert ignore_log(store.git, EVE)
    assert not ignore_log(store.git, EVE)
    assert store.read() == before
    assert is_stable(store)
    assert ignore_log(store.git, BOB)
    assert heed_log(store.git, EVE)
    assert not heed_log(store.git, EVE)
    assert title(store) == "title 5"


def test_a_file_that_the_repository_brings_along_cannot_make_a_clone_deaf(store: Store, world: World) -> None:
    push_log(store.git, fetched(), [a_line(5)])
    (world.path / "team.gitconfig").write_text(f"[okstra]\n\tignoreWriter = {EVE}\n")
    world.git("config", "--local", "include.path", "../team.gitconfig")
    world.git("config", "--global", "okstra.ignoreWriter", EVE)
    store.git.forget_configuration()
    assert title(store) == "title 5"
    world.git("config", "--local", "okstra.ignoreWriter", EVE)
    store.git.forget_configuration()
    assert title(store) == "mine"


@pytest.mark.parametrize(
    ("ref", "others", "line"),
    [
        (fetched(), [], EVE),
        (fetched("junk"), [], "junk"),
        (fetched("a'b$(x)"), [], "'a'\"'\"'b$(x)'"),
        (fetched("-n"), [], fetched("-n")),
        (fetched(BOB, "evil"), [fetched(BOB)], fetched(BOB, "evil")),
    ],
)
def test_the_line_that_ignores_a_log_names_it_alone_and_is_quoted(ref: str, others: list[str], line: str) -> None:
    assert (
        ignore_line(ref, Counter(map(writer_of, [ref, *others])), layout.log_ref("M"))
        == f"git okstra log ignore {line}"
    )


def test_times_in_the_future_are_told_until_they_are_past(store: Store) -> None:
    ahead = datetime.now(UTC) + timedelta(days=400)
    push_log(store.git, fetched(), [a_line(5, at=ahead.isoformat())])
    assert told(store.read()) == [("log.future-time", fetched())]
    assert title(store) == "title 5"
    assert told(read_snapshot(store.git, Memory(), now=ahead)) == []


def test_the_last_clock_of_all_stops_nobody_and_is_not_followed(store: Store) -> None:
    push_log(store.git, fetched(), [a_line(2**52)], head='{"okstra-log": 1, "clock": 9007199254740000, "seq": 1}')
    done = record(store, TaskOpened(task=TASK, title="still here"))
    assert done.events[0].clock == 2
    assert title(store) == "still here"
    assert {code for code, _ in told(store.read())} == {"log.far-clock"}


def test_a_clock_that_the_format_does_not_confess_is_followed_all_the_same(store: Store) -> None:
    push_log(store.git, fetched(), [a_line(500)])
    assert record(store, TaskOpened(task=TASK, title="mine again")).events[0].clock == 501
    assert title(store) == "mine again"


def test_who_is_drawn_to_the_far_clock_is_believed_as_long_as_the_logs_are_close() -> None:
    assert find_horizon({"a": 7, "b": FAR_CLOCK}, "a") == FAR_CLOCK
    dense = {"a": FAR_CLOCK + 5, "b": FAR_CLOCK + CLOCK_STEP, "c": 2 * FAR_CLOCK}
    assert find_horizon(dense, "") == FAR_CLOCK + CLOCK_STEP
    assert find_horizon({"a": 3 * FAR_CLOCK, "b": 2 * FAR_CLOCK}, "a") == 3 * FAR_CLOCK


def test_a_rewound_log_is_told_until_a_person_accepts_it(store: Store, world: World) -> None:
    from okstra_git.store.validation import accept_rewound

    first = push_log(store.git, fetched(), [a_line(5)])
    second = push_log(store.git, fetched(), [a_line(5), a_line(6)], parent=first)
    assert title(store) == "title 6"
    world.git("update-ref", fetched(), first)
    assert told(store.read()) == [("log.rewound", fetched())]
    assert store.read().problems[0].hint == f"git update-ref {fetched()} {second}"
    assert f"(git okstra log heed {fetched()} accepts that)" in store.read().problems[0].message
    assert is_stable(store)
    world.git("update-ref", fetched(), second)
    assert told(store.read()) == []
    push_log(store.git, fetched(), [a_line(5)])
    assert told(store.read()) == [("log.rewound", fetched())]
    assert accept_rewound(store.git, EVE)
    assert told(read_snapshot(store.git, Memory())) == []


def test_a_tree_that_holds_itself_a_million_times_is_not_walked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okstra_git.store.log.MOST_FOLDERS", 300)
    git = store.git
    tree = write_tree(git, None, {f"t{n}/{layout.EVENTS_FILE}": write_blob(git, b"") for n in range(10)})
    folders = [str(tree)]
    for _ in range(3):
        entries = "".join(f"040000 tree {folders[-1]}\tn{n}\n" for n in range(100))
        folders.append(_mktree(git, entries))
    head = write_blob(git, b'{"okstra-log": 1, "clock": 1, "seq": 1}')
    top = _mktree(git, f"100644 blob {head}\tformat\n040000 tree {folders[-1]}\ttasks\n")
    git.handle.references.create(fetched(), write_commit(git, tree=top, parents=[], message="x", when=store.now()))
    assert told(store.read()) == [("log.unreadable", fetched())]
    assert "more than 300 folders" in store.read().problems[0].message


def test_an_archive_of_a_stranger_is_bounded_and_the_recorded_one_counts(store: Store) -> None:
    git, run = store.git, mint_ulid(1)
    true = write_tree(git, None, {"INDEX.json": write_blob(git, b"true")})
    false = write_tree(git, None, {"INDEX.json": write_blob(git, b"false")})
    tips = []
    for tree in (false, true):
        top = write_tree(
            git, None, {layout.archive_folder(run) + name: id for name, id in list_blobs(git, tree).items()}
        )
        tips.append(write_commit(git, tree=top, parents=[], message="x", when=store.now()))
    assert find_archive(git, tips, run) == {"INDEX.json": write_blob(git, b"false")}
    assert find_archive(git, tips, run, recorded=true) == {"INDEX.json": write_blob(git, b"true")}
    with pytest.raises(ObjectTooLarge):
        list_blobs(git, _bomb(git, true), most=1000)


def _bomb(git, tree: str) -> str:  # type: ignore[no-untyped-def]
    for _ in range(4):
        tree = _mktree(git, "".join(f"040000 tree {tree}\tn{n}\n" for n in range(50)))
    return tree


def _mktree(git, entries: str) -> str:  # type: ignore[no-untyped-def]
    from okstra_git.git.binary import run_git

    return run_git(["mktree"], cwd=git.top, stdin=entries.encode()).stdout.decode().strip()


def test_a_log_whose_events_make_the_fold_fail_costs_only_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from okstra_git.store import fold

    push_log(store.git, fetched(), [a_line(5)])
    push_log(store.git, fetched(BOB), [a_line(6, BOB)])
    opened = fold._opened

    def fail(task, event, fact):  # type: ignore[no-untyped-def]
        if event.writer == EVE:
            raise KeyError("surprise")
        return opened(task, event, fact)

    monkeypatch.setitem(fold._REDUCERS, "task.opened", fail)
    assert title(store) == "title 6"
    assert told(store.read()) == [("log.not-folded", fetched())]


def test_whatever_fails_after_an_append_is_a_warning(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr("okstra_git.store.derived._keep_old_commits", fail)
    done = record(store, TaskOpened(task=TASK, title="kept"))
    assert done.warning.startswith("refs or notes could not be brought up to date: ")
    assert "surprise" in done.warning
    assert title(store) == "kept"
    assert layout.watch_file(store.git.private_dir).exists()  # the other steps were done
