"""Paths that a log, a file or a link names: nothing outside of the repository is read or written."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from okstra_git.names import parse_task_key
from okstra_git.runs.holder import own_holder
from okstra_git.store.stage_dependencies import MAX_BYTES, examine_carry
from tests.kit.foreign_logs import fetched_log
from tests.kit.prepared import KEY, a_brief, code_of, folder, prepare, set_up
from tests.kit.scenario import World

SECRET = "a private line, 4711"
RUN = "01M8NJ4KAAAAAAAAAAAAAAAAAA"
NONCE = "0123456789abcdef"
DISCOVERY = "requirements-discovery"


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: (1,)})


@pytest.fixture
def away(world: World) -> Iterator[Path]:
    """A folder beside the repository, which is as it was when the test is over."""
    place = world.path.parent / "away"
    place.mkdir()
    (place / "private.md").write_text(a_brief().replace("# Brief", f"# {SECRET}", 1) + f"\n{SECRET}\n")
    (place / "private.json").write_text(json.dumps({"qaCommands": {"x": SECRET}}))
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    yield place
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def told_of(world: World) -> str:
    """Everything below .okstra/ and in the log, as one text."""
    files = (path for path in (world.path / ".okstra").rglob("*") if path.is_file() and not path.is_symlink())
    log = world.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log")
    return "\n".join([*(path.read_text("utf-8", "replace") for path in files), world.git("grep", "-I", "", log)])


def put(path: Path, make: Callable[[Path], Any]) -> None:
    """Something else in the place of a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)


def holding(content: bytes | None) -> Callable[[Path], object]:
    """Makes a file of these bytes; nothing when there was none."""
    return lambda path: None if content is None else path.write_bytes(content)


def link(target: str | Path) -> Callable[[Path], Any]:
    return lambda path: path.symlink_to(target)


# --- what a fetched log says


def foreign_run(world: World, *, ends: bool = False, **said: Any) -> str:
    """A run of a fetched log whose process is dead on this very machine, as its record says."""
    holder = own_holder().model_dump() | {"pid": 4_194_303, "born": 1.0}
    claimed = {"type": "run.claimed", "run": RUN, "task_type": DISCOVERY, "seq": 1, "holder": holder}
    prepared = {"type": "run.prepared", "run": RUN, "holder": holder, "nonce": NONCE, "folder": ".okstra/x",
                "instruction_set": ".okstra/x/i"}  # fmt: skip
    end = [{"type": "run.finished", "run": RUN, "outcome": "finished"}] if ends else []
    return fetched_log(world, claimed, prepared | said, *end)


@pytest.mark.parametrize("end", ["abandon", "finish"])
@pytest.mark.parametrize("place", ["{away}", "../away", ".git", "src", ".okstra", ".okstra/notes"])
def test_the_end_of_a_fetched_run_archives_nothing(shop: World, away: Path, end: str, place: str) -> None:
    for folder_here in ("src", ".okstra/manifests", ".okstra/notes/reports"):
        shop.write(f"{folder_here}/secret-001.md", SECRET)
    named = place.format(away=away)
    foreign_run(shop, instruction_set=named, folder=named)
    line = ("run", end, RUN, *(("--force",) if end == "abandon" else ("--nonce", NONCE)))
    said = shop.okstra(*line, exit=None)
    is_read = place == ".okstra/notes"  # a path that leads elsewhere is refused when its line is read
    assert "was prepared in another clone; nothing of it is archived here" in said.err or not is_read
    assert SECRET not in shop.git("grep", "-I", "", shop.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log"))


def test_a_fetched_run_that_is_dead_is_not_to_be_ended_for_its_documents(shop: World) -> None:
    foreign_run(shop)
    told = shop.okstra("inspect", "resume", "--task-key", KEY).json
    assert told["next"]["command"] == f"git okstra run show {RUN}"
    assert "its documents are in the clone that prepared it" in told["next"]["why"]
    assert not [each for each in told.get("choices", ()) if each["what"] == "abandon"]
    assert f"git okstra run resume {RUN}" not in shop.okstra("run", "resume", "--explain", "--task-key", KEY).out
    assert code_of(shop.okstra("run", "resume", RUN, "--json", exit=1)) == "run.elsewhere"


@pytest.mark.parametrize("path", ["{away}/private.md", "../away/private.md", ".git/config", ".okstra/secret.md"])
def test_the_brief_of_a_fetched_run_is_not_ours(shop: World, away: Path, path: str) -> None:
    shop.write(".okstra/secret.md", f"{SECRET}\n")
    foreign_run(shop, ends=True, brief={"path": path.format(away=away), "blob": "0" * 40})
    prepare(shop, task_type=DISCOVERY)
    (shop.path / ".okstra/secret.md").unlink()
    assert SECRET not in told_of(shop)


def test_a_brief_that_was_named_outside_has_to_be_named_again(shop: World, away: Path) -> None:
    named = ("--brief-path", str(away / "private.md"))
    assert prepare(shop, *named, task_type=DISCOVERY).json["ok"]
    refused = prepare(shop, task_type="error-analysis", exit=1).json["error"]
    assert refused["code"] == "brief.missing"
    assert refused["hint"] == f"name it with --brief-path {away / 'private.md'}"
    assert prepare(shop, *named, task_type="error-analysis").json["ok"]


# --- what a stored context says

MISLED = {
    "absolute": "{away}/private.md", "relative": "../away/private.md", "dots": ".okstra/../../away/private.md",
    "git": ".git/hooks/post-commit", "inside": "src/a.py", "empty": "", "nul": "a\0b", "okstra": ".okstra/project.json",
    "other run": ".okstra/tasks/shop/web/login/runs/implementation/stage-2/x.json",
}  # fmt: skip
FIELDS = ("team_state", "prompt", "run_manifest", "task_manifest", "run_context", "resume_script")


@pytest.mark.parametrize("field", FIELDS)
def test_a_context_that_names_other_places_is_not_followed(shop: World, away: Path, field: str) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    path = folder(shop) / "runs/implementation/stage-1/manifests/run-context-implementation-001.json"
    true = json.loads(path.read_text())
    for what, value in MISLED.items():
        path.write_text(json.dumps(true | {"paths": true["paths"] | {field: value.format(away=away)}}))
        answer = shop.okstra("run", "resume", run, "--force", "--json", exit=None)
        assert "is gone; for a run with one" in answer.err, what
        assert not (shop.path / "src/a.py").exists()
        assert not (shop.path / ".git/hooks/post-commit").exists()
        assert not (shop.path / ".okstra/project.json").exists()
    carry = {"stage": 1, "path": "../away/private.md", "text": "x", "caution": ""}
    path.write_text(json.dumps(true | {"plan": true["plan"] | {"carry": [carry]}}))
    shop.okstra("run", "resume", run, "--force", "--json", exit=None)
    path.write_text(json.dumps(true))
    assert shop.okstra("run", "resume", run, "--force", "--json").json["prompt"]


def test_a_context_of_another_run_or_task_is_not_this_runs(shop: World) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    path = folder(shop) / "runs/implementation/stage-1/manifests/run-context-implementation-001.json"
    true = json.loads(path.read_text())
    for part, change in (("run", {"id": RUN}), ("task", {"key": "shop:web:other"}), ("task", {"key": "../../x"})):
        path.write_text(json.dumps(true | {part: true[part] | change}))
        assert "is gone" in shop.okstra("run", "resume", run, "--force", "--json", exit=None).err
        assert any("cannot be used" in note for note in shop.okstra("inspect", "run", run).json["notes"])


# --- links, pipes, folders and endless files below .okstra/

ODD: dict[str, Callable[[Path], Any]] = {
    "pipe": os.mkfifo, "folder": Path.mkdir, "endless": link("/dev/zero"), "waiting": link("/proc/self/fd/0"),
    "out": link(f"{'../' * 20}etc/hostname"), "away": link("/etc/hostname"),
    "loop": lambda path: path.symlink_to(path.name),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.usefixtures("away")
def test_documents_that_are_not_files_are_refused_at_once(shop: World, odd: str) -> None:
    places = {"project.json": DISCOVERY, "glossary.md": DISCOVERY, "briefs/web/login.md": DISCOVERY,
              "tasks/shop/web/login/qa/conformance-manifest.json": DISCOVERY}  # fmt: skip
    for place, task_type in places.items():
        path = shop.path / ".okstra" / place
        before = path.read_bytes() if path.is_file() else None
        put(path, ODD[odd])
        answer = prepare(shop, task_type=task_type, exit=None)
        assert (answer.exit, answer.json["error"]["code"]) in REFUSED, (place, answer.out)
        assert answer.json["error"]["hint"]
        for line in (("inspect", "context"), ("inspect", "resume")):
            shop.okstra(*line, "--task-key", KEY)
        put(path, holding(before))
    assert prepare(shop, task_type=DISCOVERY).json["ok"]
    assert SECRET not in told_of(shop)


REFUSED = {(1, f"path.{what}") for what in ("link", "not-a-file", "unreadable")} | {(1, "brief.missing")}


@pytest.mark.parametrize("place", [
    "", "tasks", "tasks/shop", "tasks/shop/web/login", "tasks/shop/web/login/runs", "discovery", "discovery/tasks.json",
    f"tasks/shop/web/login/runs/{DISCOVERY}", f"tasks/shop/web/login/runs/{DISCOVERY}/prompts",
    f"tasks/shop/web/login/runs/{DISCOVERY}/manifests",
])  # fmt: skip
def test_nothing_is_written_through_a_link(shop: World, away: Path, place: str) -> None:
    brief = shop.write("brief.md", a_brief())
    for target in (away, shop.path / "elsewhere", shop.path / "nowhere"):
        (shop.path / "elsewhere").mkdir(exist_ok=True)
        put(shop.path / ".okstra" / place, link(target))
        refused = prepare(shop, "--brief-path", str(brief), task_type=DISCOVERY, exit=1).json["error"]
        assert refused["code"] == "path.link"
        assert ".okstra" in refused["message"]
        assert list((shop.path / "elsewhere").iterdir()) == []
        assert not (shop.path / "nowhere").exists()
    assert shop.okstra("run", "list", "--all", "--json").json["runs"] == []


@pytest.mark.parametrize("place", ["state", "prompts", "instruction-set/001", "manifests", "sessions"])
def test_a_run_is_not_led_on_or_ended_through_a_link(shop: World, away: Path, place: str) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    path = folder(shop) / "runs/implementation/stage-1" / place
    path.rename(away.parent / "moved")
    path.symlink_to(away.parent / "moved")
    before = {each: each.read_bytes() for each in (away.parent / "moved").rglob("*") if each.is_file()}
    shop.okstra("run", "resume", run, "--force", "--json", exit=None)
    shop.okstra("inspect", "run", run)
    answer = shop.okstra("run", "abandon", run, "--json", exit=None)
    if answer.exit:
        assert code_of(answer) == "path.link"
        shop.okstra("run", "abandon", run, "--no-archive")
    assert [row["status"] for row in shop.okstra("run", "list", "--all", "--json").json["runs"]] == ["abandoned"]
    assert {each: each.read_bytes() for each in (away.parent / "moved").rglob("*") if each.is_file()} == before


def test_an_okstra_folder_that_is_a_link_is_refused_by_every_command_that_writes_there(shop: World, away: Path) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    (shop.path / ".okstra").rename(away.parent / "moved")
    (shop.path / ".okstra").symlink_to(away.parent / "moved")
    events = shop.ask("rev-list", "--count", "--glob=refs/okstra/log")
    for line in (("resume", run, "--force"), ("finish", run), ("abandon", run)):
        assert code_of(shop.okstra("run", *line, "--json", exit=1)) == "path.link"
    assert code_of(prepare(shop, "--stage", "1", exit=1)) == "path.link"
    assert shop.ask("rev-list", "--count", "--glob=refs/okstra/log") == events


@pytest.mark.parametrize("odd", ["pipe", "endless", "folder", "out"])
@pytest.mark.usefixtures("away")
def test_the_documents_of_a_run_are_read_without_waiting(shop: World, odd: str) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    base = folder(shop) / "runs/implementation/stage-1"
    files = [path for path in base.rglob("*") if path.is_file()]
    for path in files:
        kept = path.read_bytes()
        put(path, ODD[odd])
        for line in (("run", "resume", run, "--force"), ("inspect", "run", run), ("run", "show", run)):
            answer = shop.okstra(*line, "--json", exit=None)
            assert answer.exit == 0 or answer.json["error"]["code"].startswith(("path.", "bundle.")), answer.out
        put(path, holding(kept))
    for path in files:
        put(path, ODD[odd])
    shop.okstra("run", "abandon", run)
    assert SECRET not in told_of(shop)


# --- links that a person may use


def test_links_between_documents_of_the_repository_are_followed(shop: World) -> None:
    shop.write("docs/glossary.md", "# Glossary\n\n- **Passkey**: a word for tests\n")
    put(shop.path / ".okstra/glossary.md", link("../docs/glossary.md"))
    shop.write("docs/brief.md", a_brief())
    put(shop.path / ".okstra/briefs/web/login.md", link("../../../docs/brief.md"))
    assert prepare(shop, task_type=DISCOVERY).json["ok"]
    assert "a word for tests" in told_of(shop)


def test_a_named_brief_may_be_a_link_of_ones_own_but_not_one_of_a_commit(shop: World, away: Path) -> None:
    path = shop.path / "brief.md"
    path.symlink_to(away / "private.md")
    named = ("--brief-path", "brief.md")
    assert prepare(shop, *named, task_type=DISCOVERY).json["ok"]
    shop.git("add", "brief.md")
    shop.git("commit", "-q", "-m", "brings a link")
    assert code_of(prepare(shop, *named, task_type="error-analysis", exit=1)) == "path.link"
    assert code_of(prepare(shop, "--directive-file", "brief.md", task_type="error-analysis", exit=1)) == "path.link"


# --- sizes


def test_a_carry_that_others_recorded_has_the_limit_of_ones_own() -> None:
    key = parse_task_key(KEY)
    found = examine_carry("c" * 20_000_000, key=key, stage=1)
    assert len(found.text) < MAX_BYTES + 100
    assert found.text.endswith("characters left out here]")
    assert found.problem == "is larger than 256 KiB"
    nested = json.dumps({"a": [1] * 120_000})
    assert len(examine_carry(nested, key=key, stage=1).text) <= 2 * MAX_BYTES


# --- archives of others


ODD_INDEXES = ("", "{", "[]", "[" * 50_000, '{"files": 3, "left_out": [{"path": 1}, 2]}', '{"files": [{"path": "a"}]}')


def test_an_archive_that_another_clone_wrote_may_say_anything(shop: World) -> None:
    ref = foreign_run(shop, ends=True)
    log = shop.ask("ls-tree", ref)
    for index in ODD_INDEXES:
        blobs = {"INDEX.json": kept_blob(shop, index), "odd.md": kept_blob(shop, b"\xff\x00\n")}
        files = tree_of(shop, *(f"100644 blob {blob}\t{name}" for name, blob in blobs.items()))
        archive = tree_of(shop, f"040000 tree {files}\t{RUN}")
        top = tree_of(shop, log, f"040000 tree {archive}\tarchive")
        shop.git("update-ref", ref, shop.ask("commit-tree", top, "-m", "okstra"))
        shop.okstra("run", "show", RUN, "--archive", "--text")
        assert shop.okstra("run", "show", RUN, "--archive", "--json").json["ok"]
        assert shop.okstra("run", "show", RUN, "--file", "odd.md", "--json").json["text"] == "\ufffd\0\n"


def kept_blob(world: World, content: str | bytes) -> str:
    return world.git("hash-object", "-w", "--stdin", stdin=content).strip()


def tree_of(world: World, *rows: str) -> str:
    return world.git("mktree", stdin="\n".join(rows) + "\n").strip()
