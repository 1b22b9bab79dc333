"""What `status` shows, as JSON for skills and as text for people."""

import os
from pathlib import Path
from typing import Any

import pytest

from okstra_git.git.objects import MissingObject
from okstra_git.reconcile.judge import Judge
from okstra_git.records.states import Task
from tests.cli.conftest import Ask
from tests.cli.shop import (
    KEY,
    STAGE_KEYS,
    STATUS_KEYS,
    TASK,
    TASK_KEYS,
    codes,
    open_shop,
    record_stage,
    refused,
    stage_of,
    status,
)
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


def test_every_documented_key_is_there_and_null_where_absent(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.okstra("stage", "start", "2", *TASK, "--depends-on", "1")
    told = status(shop)
    assert set(told) == STATUS_KEYS
    (task,) = told["tasks"]
    assert set(task) >= TASK_KEYS
    assert set(task["anchor"]) >= {"commit", "status"}
    one, two = task["stages"]
    assert set(one) == set(two) == STAGE_KEYS
    assert (one["verified"], one["pr"], one["lease"], one["worktree"]) == (None, None, None, None)
    assert (two["commit"], two["finding"], two["depends_on"], two["state"]) == (None, None, [1], "started")
    assert (task["phase"], task["status"]) == ("implementation", "in-progress")


def test_a_task_without_stages_has_nulls(shop: World) -> None:
    (task,) = status(shop)["tasks"]
    assert (task["phase"], task["anchor"], task["stages"], task["status"]) == (None, None, [], "open")


def test_problems_come_with_code_task_stage_and_next_command(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.amend({"S1.txt": "changed\n"})
    (problem,) = status(shop)["problems"]
    assert (problem["code"], problem["task"], problem["stage"]) == ("stage.stale", KEY, 1)
    assert problem["hint"] == f"git okstra reconcile --task-key {KEY} --check"
    shop.git("reset", "-q", "--hard", shop["S1"])
    assert status(shop)["problems"] == []
    shop.amend(None, "-m", "reworded")
    assert codes(status(shop)["problems"]) == ["stage.moved"]
    assert set(status(shop, "--problems")) == STATUS_KEYS - {"tasks"}


def test_one_task_can_be_asked_for(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:other")
    assert [task["key"] for task in status(shop, KEY)["tasks"]] == [KEY]
    refused(shop.okstra("status", "shop:web:nope", exit=1), "task.unknown")
    refused(shop.okstra("status", "nonsense", exit=1), "task.unknown")


def test_what_needs_a_person_is_the_first_line(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.amend({"S1.txt": "changed\n"})
    lines = shop.okstra("status", "--text").out.splitlines()
    assert lines[0] == f"decide: {KEY} stage 1: content changed: 1 file differs from the recorded change"
    assert lines[1].strip() == f"next: git okstra reconcile --task-key {KEY} --check"
    assert shop.okstra("status", "--problems", "--text").out.splitlines() == lines[:2]


def test_text_for_a_task_at_rest(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    assert shop.okstra("status", "--text").out == (
        f"{KEY}  done, from {shop['base'][:10]}\n"
        "  stage  state  commit      history  branch         title\n"
        f"  1      done   {shop['S1'][:10]}  ok       feature/login\n"
    )
    assert shop.okstra("status", "--problems", "--text").out == "nothing needs attention\n"


def test_long_names_and_korean_titles_fit_a_terminal_of_80_columns(shop: World, on_terminal: Ask) -> None:
    long = ":".join(("p" * 64, "g" * 64, "t" * 64))
    shop.okstra("task", "open", long, "--title", "로그인 페이지를 비밀번호 없이 쓰도록 고치는 아주 긴 제목 " * 5)
    shop.okstra("stage", "start", "1", "--task-key", long, "--title", "세션 저장소를 옮긴다 " * 10)
    for words in (
        ("status",),
        ("task", "list"),
        ("task", "show", long),
        ("stage", "list", "--task-key", long),
        ("stage", "show", "1", "--task-key", long),
        ("worktree", "list"),
        ("log",),
        ("reconcile", "--all"),
    ):
        answer = on_terminal(*words)
        assert answer.exit == 0
        assert max(map(columns, answer.out.splitlines())) <= 80, (words, answer.out)
        flat = "".join(answer.out.split())
        assert "t" * 20 in flat or "t" * 10 in flat


def columns(line: str) -> int:
    from okstra_cli.page import columns_of

    return columns_of(line.rstrip())


def test_terminal_control_characters_from_branches_and_titles_are_escaped(shop: World) -> None:
    shop.git("commit", "-q", "--allow-empty", "-m", "evil \x1b[31m subject\x07")
    shop.okstra("stage", "start", "1", *TASK, "--branch", "main", "--no-worktree", "--base", "HEAD~1")
    for words in (("stage", "done", "1", *TASK), ("log",), ("stage", "show", "1", *TASK)):
        assert "\x1b" not in shop.okstra(*words, "--text").out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("watch", b"\xff\0"),
        ("derived", b"\xff\0"),
        ("cache/fold", b"\xff\0"),
        ("cache/fold", b'{"version": 1, "print": "x"}\n{}'),
        ("cache/fold", b"[" * 50_000),
        ("cache/landings", b"\xff\0"),
        ("cache/landings", b'{"version": 1, "tasks": {"shop/web/login": {"seen": "x"}}}'),
        ("cache/landings", b'{"version": 1, "tasks": []}'),
        ("cache/landings", b"[" * 50_000),
        ("spool/1.post-rewrite", b"junk"),
        ("spool/2.post-rewrite", b"\xff\0\n\n\n"),
        ("spool/\udcff.post-rewrite", b"okstra-spool 1 amend\nin x\nend\n"),
        ("spool/3.post-rewrite", b"okstra-spool 1 amend\nin x\n" + b"0" * 40 + b" " + b"1" * 40 + b"\nend\n"),
        ("journal/x.jsonl", b"\xff"),
    ],
)
@pytest.mark.parametrize("as_directory", [False, True])
def test_broken_private_files_change_no_answer(shop: World, name: str, content: bytes, as_directory: bool) -> None:
    record_stage(shop, 1, "feature/login")
    before = status(shop)
    path = shop.path / ".git/okstra" / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.mkdir() if as_directory else path.write_bytes(content)
    assert status(shop) == before
    assert shop.okstra("reconcile", "--all").json["tasks"][0]["items"] == []
    shop.okstra("stage", "done", "1", *TASK, "--carry", "-", stdin='{"summary": "more"}')
    assert stage_of(shop, 1)["commit"] == shop["S1"]


@pytest.mark.parametrize("content", [b"", b"x", b"\xff\xfe", b"01J 1-2", b"a b c d"])
def test_a_damaged_writer_file_is_named_and_left(shop: World, content: bytes) -> None:
    path = shop.path / ".git/okstra/writer"
    path.write_bytes(content)
    for words in (("init", "--no-hooks"), ("task", "close", KEY)):
        refused(shop.okstra(*words, exit=1), "store.writer-damaged")
    seen = status(shop)
    assert [problem["code"] for problem in seen["problems"]] == ["store.writer-damaged"]
    assert [task["key"] for task in seen["tasks"]] == [KEY]
    assert "store.writer-damaged" in [one["code"] for one in shop.okstra("fsck", "--json", exit=1).json["findings"]]
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("okstra.target", "-x y"),
        ("okstra.target", "a..b"),
        ("okstra.project", "../x"),
        ("okstra.reconcileWindow", "0"),
        ("okstra.reconcileWindow", "9" * 30),
        ("okstra.reconcileWindow", "many"),
        ("okstra.verificationCarry", "maybe"),
    ],
)
def test_nonsense_in_git_config_is_named(shop: World, name: str, value: str) -> None:
    shop.git("config", name, value)
    answer = shop.okstra("status", exit=1)
    assert name in refused(answer, "config.bad-value")
    assert answer.json["error"]["hint"].startswith(f"git okstra config set {name} ")


def test_a_target_that_does_not_exist_is_no_failure(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.git("config", "okstra.target", "no/such/branch")
    assert stage_of(shop, 1)["finding"] == "ok"


def test_a_config_file_that_cannot_be_parsed_is_one_sentence(shop: World) -> None:
    with (shop.path / ".git/config").open("a") as config:
        config.write("[okstra\n")
    refused(shop.okstra("status", exit=1), "config.broken")


@pytest.mark.parametrize(
    "note",
    ["[" * 100_000, '{"okstra": 1, "task": ["x"]}', '{"okstra": 1}', "{", "\ufeff{}", "null\n\n[]\n1", "\x00\x01"],
)
def test_notes_of_strangers_are_kept(shop: World, note: str) -> None:
    record_stage(shop, 1, "feature/login")
    shop.git("notes", "--ref=okstra", "add", "-f", "-F", "-", shop["S1"], stdin=note)
    shop.okstra("stage", "done", "1", *TASK, "--carry", "-", stdin='{"summary": "more"}')
    kept = shop.ask("notes", "--ref=okstra", "show", shop["S1"])
    assert all(line in kept.splitlines() for line in note.splitlines() if line)
    assert '"status": "done"' in kept
    assert status(shop)["problems"] == []


def test_a_clone_that_cannot_record_is_still_read(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    new = shop.amend(None, "-m", "reworded")
    spool = shop.path / ".git/okstra/spool"
    spool.mkdir()
    (spool / "1.post-rewrite").write_text(f"okstra-spool 1 amend\nin {shop.path}/.git\n{shop['S1']} {new}\nend\n")
    writer = shop.path / ".git/okstra/writer"
    line = writer.read_text()
    writer.write_text(line.replace(line.split()[1], "1-1"))  # a copied clone, not set up
    answer = shop.okstra("status")
    assert answer.json["tasks"][0]["stages"][0]["finding"] == "auto"
    assert "okstra: what a git hook reported could not be settled yet: okstra is not set up in this clone" in answer.err
    writer.write_text(line)
    assert stage_of(shop, 1)["commit"] == new
    assert list(spool.iterdir()) == []


def test_a_reading_command_writes_nothing_and_needs_no_home(shop: World, tmp_path: Path) -> None:
    record_stage(shop, 1, "feature/login")
    for home in ("", str(tmp_path / "missing"), "/dev/null"):
        assert shop.okstra_process("status", env={"HOME": home}).json["tasks"][0]["key"] == KEY
    environ = {name: value for name, value in os.environ.items() if name != "HOME"}
    os.environ.clear()
    os.environ.update(environ)
    assert shop.okstra_process("status").json["tasks"][0]["key"] == KEY


@pytest.mark.parametrize("line", [("status",), ("stage", "done", "1", *TASK), ("reconcile", *TASK, "--check")])
@pytest.mark.parametrize("place", ["heads/feature/login", "okstra/log"])
def test_a_ref_that_the_system_does_not_let_us_read_is_one_sentence(
    shop: World, place: str, line: tuple[str, ...]
) -> None:
    """A link in a ring fails to open for everybody, root too, as a forbidden file does for others."""
    record_stage(shop, 1, "feature/login")
    path = shop.path / ".git/refs" / place
    ref = path if path.is_file() else next(path.iterdir())
    ref.unlink()
    ref.symlink_to(ref.name)
    told = shop.okstra(*line, exit=1).json["error"]
    assert (told["code"], told["ref"]) == ("ref.unreadable", str(ref.relative_to(shop.path / ".git")))
    (found,) = [one for one in shop.okstra("doctor", "--json", exit=1).json["findings"] if one["severity"] == "error"]
    assert found["code"] == "ref.unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_of_logs_that_may_not_be_read_is_not_an_empty_one(shop: World) -> None:
    logs = shop.path / ".git/refs/okstra/log"
    logs.chmod(0)
    try:
        refused(shop.okstra("status", exit=1), "ref.unreadable")
    finally:
        logs.chmod(0o755)


def test_a_task_that_cannot_be_judged_does_not_hide_the_others(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.okstra("task", "open", "shop:web:other")
    whole = Judge._cases

    def fail(judge: Judge, task: Task, *rest: Any) -> Any:
        if task.key.slashed == "shop/web/login":
            raise MissingObject("the tree is gone", hint="git fsck")
        return whole(judge, task, *rest)

    monkeypatch.setattr(Judge, "_cases", fail)
    seen = status(shop)
    assert [task["key"] for task in seen["tasks"]] == [KEY, "shop:web:other"]
    (problem,) = seen["problems"]
    assert (problem["code"], problem["task"], problem["hint"]) == ("object.missing", KEY, "git fsck")
    assert "the tree is gone" in shop.okstra("status", "--text").out
