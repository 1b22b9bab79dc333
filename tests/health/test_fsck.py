"""Damages a recorded repository in every way a person or a tool can, and looks at what fsck says and mends."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from okstra_git.names import parse_task_key
from okstra_git.store.clone import require_writer
from tests.kit.scenario import World
from tests.kit.stores import NAME, open_store, own_log, record, recorded_world, start_and_finish

STAGE = "refs/okstra/stage/shop/web/login/1"
ANCHOR = "refs/okstra/anchor/shop/web/login"
NOTES = "refs/notes/okstra"


@pytest.fixture
def shop(world: World) -> World:
    return recorded_world(world)


def codes(world: World, *options: str, exit: int | None = None) -> list[str]:
    """Codes of everything fsck finds that is more than information."""
    said = world.okstra("fsck", "--json", *options, exit=exit).json
    return [finding["code"] for finding in said["findings"] if finding["severity"] != "info"]


def mended(world: World) -> list[str]:
    said = world.okstra("fsck", "--repair", "--json").json
    return [finding["code"] for finding in said["repaired"]]


def events(world: World) -> list[str]:
    return [event["id"] for event in world.okstra("log", "--json").json["events"]]


def log_of(world: World) -> str:
    return own_log(open_store(world).git)


def loose(world: World, ref: str) -> Path:
    return world.path / ".git" / ref


def test_a_sound_repository_is_clean_and_says_so(shop: World) -> None:
    assert codes(shop, exit=0) == []
    assert shop.okstra("fsck", "--text").out.splitlines()[-1] == "nothing is wrong"


def test_a_clone_without_okstra_is_clean(world: World) -> None:
    assert codes(world, exit=0) == []


@pytest.mark.parametrize("ref", [STAGE, ANCHOR])
def test_a_derived_ref_that_was_deleted_comes_back(shop: World, ref: str) -> None:
    before = shop.tip(ref)
    shop.git("update-ref", "-d", ref)
    assert codes(shop, exit=1) == ["ref.missing"]
    assert mended(shop) == ["ref.missing"]
    assert shop.tip(ref) == before


def test_a_derived_ref_that_points_elsewhere_is_put_back(shop: World) -> None:
    before = shop.tip(STAGE)
    shop.git("update-ref", STAGE, "main")
    assert codes(shop, exit=1) == ["ref.differs"]
    assert mended(shop) == ["ref.differs"]
    assert shop.tip(STAGE) == before


def test_a_ref_of_a_stage_that_was_never_recorded_goes(shop: World) -> None:
    shop.git("update-ref", "refs/okstra/stage/shop/web/login/9", "main")
    assert codes(shop, exit=1) == ["ref.extra"]
    assert mended(shop) == ["ref.extra"]
    assert codes(shop, exit=0) == []


def test_a_ref_of_a_task_that_no_log_knows_is_left_alone(shop: World) -> None:
    shop.git("update-ref", "refs/okstra/stage/other/g/t/1", "main")
    assert codes(shop, "--repair", exit=1) == ["ref.unknown-task"]
    assert shop.tip("refs/okstra/stage/other/g/t/1") == shop.tip("main")


@pytest.mark.parametrize("content", [b"", b"not an object name\n", b"\0" * 41])
@pytest.mark.parametrize("ref", [STAGE, ANCHOR, NOTES])
def test_a_torn_derived_ref_is_set_aside_and_derived_anew(shop: World, ref: str, content: bytes) -> None:
    before = shop.tip(ref)
    loose(shop, ref).write_bytes(content)
    assert "ref.torn" in codes(shop, exit=1)
    assert "ref.torn" in mended(shop)
    assert shop.tip(ref) == before
    aside = [path for path in (shop.path / ".git/okstra/torn").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in aside] == [content]


@pytest.mark.parametrize("packed_first", [False, True])
def test_a_torn_log_gets_its_last_tip_back(shop: World, *, packed_first: bool) -> None:
    if packed_first:
        shop.git("pack-refs", "--all")
        start_and_finish(shop, 2, "second")
    ref, before = log_of(shop), events(shop)
    tip = shop.tip(ref)
    loose(shop, ref).write_bytes(b"torn\n")
    refused = shop.okstra("task", "close", NAME, exit=1)
    assert "fsck" in refused.json["error"]["hint"]
    assert "ref.torn" in codes(shop, exit=1)
    assert "ref.torn" in mended(shop)
    assert shop.tip(ref) == tip
    assert events(shop) == before


def test_a_torn_log_without_a_journal_is_not_touched(shop: World) -> None:
    ref = log_of(shop)
    loose(shop, ref).write_bytes(b"torn\n")
    for journal in (shop.path / ".git/okstra/journal").iterdir():
        journal.unlink()
    assert "ref.torn" in codes(shop, "--repair", exit=1)
    assert loose(shop, ref).read_bytes() == b"torn\n"


def test_a_deleted_log_comes_back_from_the_journal_with_the_same_bytes(shop: World) -> None:
    ref, before = log_of(shop), events(shop)
    bytes_before = shop.ask("show", f"{ref}:tasks/shop/web/login/events.jsonl")
    shop.git("update-ref", "-d", ref)
    shop.okstra("task", "close", NAME, exit=1)
    assert "log.lost-events" in codes(shop, exit=1)
    assert "log.lost-events" in mended(shop)
    assert events(shop) == before
    assert shop.ask("show", f"{ref}:tasks/shop/web/login/events.jsonl") == bytes_before
    assert codes(shop, exit=0) == []
    shop.okstra("task", "close", NAME)


def test_a_log_set_back_to_an_earlier_commit_gets_the_rest_again(shop: World) -> None:
    ref, before = log_of(shop), events(shop)
    shop.git("update-ref", ref, f"{ref}~2")
    assert "log.lost-events" in codes(shop, exit=1)
    mended(shop)
    assert events(shop) == before


def test_lines_of_a_newer_release_survive_a_restoration(shop: World) -> None:
    store = open_store(shop)
    ref, journal = own_log(store.git), shop.path / f".git/okstra/journal/{require_writer(store.git)}.jsonl"
    strange = b'{"v":1,"id":"01ZZZZZZZZZZZZZZZZZZZZZZZZ","clock":99,"seq":99,"writer":"w","odd":[1,  2],' \
              b'"fact":{"type":"stage.teleported","task":"shop/web/login"}}'  # fmt: skip
    journal.write_bytes(strange + b"\n" + journal.read_bytes())
    shop.git("update-ref", "-d", ref)
    mended(shop)
    assert strange.decode() in shop.ask("show", f"{ref}:tasks/shop/web/login/events.jsonl").splitlines()


def test_filter_repo_over_everything_loses_no_event(shop: World) -> None:
    before = events(shop)
    shop.git("filter-repo", "--force", "--message-callback", "return message.replace(b'S1', b'T1')")
    assert codes(shop, "--repair") == ["commit.missing"]
    assert events(shop) == before
    shop.okstra("task", "open", "shop:web:other")


def test_filter_repo_that_empties_the_log_is_noticed_and_undone(shop: World) -> None:
    before = events(shop)
    shop.git("filter-repo", "--force", "--path", "README")
    assert "log.lost-events" in codes(shop, exit=1) or "log.unreadable" in codes(shop, exit=1)
    shop.okstra("fsck", "--repair", exit=None)
    assert events(shop) == before


def test_an_event_file_that_was_damaged_is_written_again_from_the_journal(shop: World) -> None:
    ref, before = log_of(shop), events(shop)
    blob = shop.ask("rev-parse", f"{ref}:tasks/shop/web/login/events.jsonl")
    path = shop.path / f".git/objects/{blob[:2]}/{blob[2:]}"
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    assert "log.damaged-file" in codes(shop, exit=1)
    assert "log.damaged-file" in mended(shop)
    assert events(shop) == before
    shop.ask("fsck", "--strict")


def test_broken_lines_are_told_and_kept(shop: World) -> None:
    store = open_store(shop)
    ref = own_log(store.git)
    path = "tasks/shop/web/login/events.jsonl"
    text = shop.ask("show", f"{ref}:{path}") + "\n{broken\n"
    _replace_file(shop, ref, path, text)
    assert codes(shop, "--repair", exit=1) == ["log.broken-line"]
    shop.okstra("task", "close", NAME)
    assert "{broken" in shop.ask("show", f"{ref}:{path}").splitlines()


def test_a_newer_format_makes_the_clone_read_only_and_says_who_must_upgrade(shop: World) -> None:
    ref = log_of(shop)
    _replace_file(shop, ref, "format", '{"okstra-log": 2, "clock": 50, "seq": 50}\n')
    refused = shop.okstra("task", "close", NAME, "--json", exit=1).json
    assert refused["error"]["code"] == "format.newer"
    assert "upgrade" in refused["error"]["hint"]
    assert shop.okstra("status", "--json").json["tasks"][0]["key"] == NAME
    assert codes(shop, exit=1) == ["format.newer"]


def test_strangers_lines_in_a_note_stay_byte_for_byte(shop: World) -> None:
    tip = shop.tip("feature")
    strange = b'not json \xff\n{"okstra": 2, "task": "shop:web:login"}\n{"tool":"other"}\n\n  spaced  \n'
    blob = shop.git("notes", "--ref=okstra", "list", tip)
    ours = shop.ask("cat-file", "blob", blob).encode()
    (shop.path / "note").write_bytes(strange + ours.replace(b"done", b"invented") + b"\n")
    shop.git("notes", "--ref=okstra", "add", "-f", "-C", shop.git("hash-object", "-w", "note"), tip)
    assert codes(shop, exit=1) == ["note.differs"]
    assert mended(shop) == ["note.differs"]
    after = (shop.path / "note").read_bytes()[: len(strange)]
    raw = shop.ask("notes", "--ref=okstra", "show", tip).encode(errors="surrogateescape")
    kept = [line for line in after.split(b"\n") if line]
    assert raw.split(b"\n") == [*kept, *ours.split(b"\n")]


def test_lines_that_git_copied_to_other_commits_are_taken_off_again(shop: World) -> None:
    shop.git("notes", "--ref=okstra", "copy", "feature", "main")
    assert codes(shop, exit=1) == ["note.differs"]
    assert mended(shop) == ["note.differs"]
    assert shop.ask("notes", "--ref=okstra", "show", "main", ok=False) == ""


def test_a_false_cache_is_found_and_thrown_away(shop: World) -> None:
    from okstra_git.store.private_files import load_fold, save_fold

    path = shop.path / ".git/okstra/cache/fold"
    shop.okstra("status")
    cached = load_fold(path)
    assert cached is not None
    task = cached.state.tasks[parse_task_key("shop/web/login")].model_copy(update={"title": "invented"})
    state = cached.state.model_copy(update={"tasks": {task.key: task}})
    save_fold(path, replace(cached, state=state))
    assert codes(shop, exit=1) == ["cache.mismatch"]
    assert mended(shop) == ["cache.mismatch"]


def test_a_recorded_commit_that_is_gone_is_an_error_and_in_a_shallow_clone_it_is_not(shop: World) -> None:
    shop.checkout("main")
    shop.git("branch", "-D", "feature")
    shop.git("update-ref", "-d", STAGE)
    shop.git("update-ref", "-d", NOTES)
    shop.git("reflog", "expire", "--expire=now", "--all")
    shop.git("gc", "-q", "--prune=now")
    assert "commit.missing" in codes(shop, exit=1)
    (shop.path / ".git/shallow").write_text(shop.tip("main") + "\n")
    assert "commit.missing" not in codes(shop)


def test_torn_spool_files_and_drafts_of_the_dead_are_cleared(shop: World) -> None:
    private = shop.path / ".git/okstra"
    (private / "spool").mkdir(exist_ok=True)
    (private / "spool/1-1.post-rewrite").write_bytes(b"okstra-spool 1 ame")
    (private / "cache/fold.999999.tmp").write_bytes(b"half")
    assert codes(shop, exit=1) == ["spool.torn"]
    assert sorted(mended(shop)) == ["file.draft", "spool.torn"]
    assert [path.name[:18] for path in (private / "torn/spool").iterdir()] == ["1-1.post-rewrite.2"]


def test_old_and_covered_keeps_are_dropped_only_by_repair(shop: World) -> None:
    first = shop.tip("feature")
    shop.amend(None, "-m", "S1 again")
    shop.okstra("reconcile", "--task-key", NAME, "--apply")
    keep = f"refs/okstra/keep/{first}"
    assert shop.tip(keep) == first
    assert mended(shop) == []
    store = open_store(shop)
    from datetime import timedelta

    from okstra_git.health.fsck import examine, repair
    from okstra_git.store.store import Store

    later = store.now() + timedelta(days=181)
    assert [finding.code for finding in examine(store.git, now=later)] == ["keep.expired"]
    done = repair(Store(store.git, lambda: later))
    assert [finding.code for finding in done.repaired] == ["keep.expired"]
    assert done.is_clean
    assert shop.ask("rev-parse", "-q", "--verify", keep, ok=False) == ""


def test_two_tasks_that_claim_one_branch_are_put_before_a_person(shop: World) -> None:
    from okstra_git.records.events import PlaceReserved, TaskOpened

    store = open_store(shop)
    record(store, TaskOpened(task="shop/web/other"),
           PlaceReserved(task="shop/web/other", scope="stage-1", branch="feature"))  # fmt: skip
    assert codes(shop, "--repair", exit=1) == ["branch.contested"]


def test_keys_that_differ_in_case_only_are_told(shop: World) -> None:
    from okstra_git.records.events import TaskOpened

    record(open_store(shop), TaskOpened(task="shop/web/Login"))
    assert codes(shop, exit=1) == ["task.case-clash"]


def test_findings_are_sorted_and_bear_the_next_step(shop: World) -> None:
    shop.git("update-ref", "-d", STAGE)
    (shop.path / ".git" / ANCHOR).write_bytes(b"")
    found = shop.okstra("fsck", "--json", exit=1).json["findings"]
    assert [one["severity"] for one in found] == ["error", "warning"]
    assert all(one["hint"] and one["repairable"] for one in found)
    assert json.dumps(found)
    lines = shop.okstra("fsck", "--text", exit=1).out.splitlines()
    assert lines[0].startswith("error")


def _replace_file(world: World, ref: str, path: str, text: str) -> None:
    """A commit on top of a log with another content of one file, as a tool that is not ours would make it."""
    env = {"GIT_INDEX_FILE": str(world.path / ".git/scratch-index")}
    world.git("read-tree", ref, env=env)
    blob = world.git("hash-object", "-w", "--stdin", stdin=text)
    world.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=env)
    tree = world.git("write-tree", env=env)
    world.git("update-ref", ref, world.git("commit-tree", tree, "-p", ref, "-m", "by hand"))
