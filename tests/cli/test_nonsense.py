"""Whatever is typed: one sentence, a stable code, the right exit status, and never a bug of ours."""

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.shop import KEY, open_shop, record_stage
from tests.kit.scenario import World

CODES = {
    "usage", "name.bad", "task.unknown", "task.case-clash", "stage.unknown", "ref.unresolvable", "text.refused",
    "file.refused", "branch.missing", "config.bad-value", "config.unknown-key", "name.scope-conflict", "host.refused",
    "place.reserved", "stage.bad-dependency", "directory.missing", "branch.owned", "worktree.taken", "branch.exists",
    "place.still-active", "repo.none", "project.conflict",
}  # fmt: skip

pieces = st.sampled_from(
    [
        *"aZ09:/#@~^{}[]*?\\'\"`$;|&<>()! \t\n\r\0\x1b\x7f\u202e한é", "..", "--", "-", "-x", "--json", "/../",
        "shop", "web", "login", ":web:", "HEAD", "main", "@{-1}", "refs/heads/", ".lock", "0", "1", "2",
        "99999999999", "\udcff", "\ud800", "x" * 300,
    ]
)  # fmt: skip
nonsense = st.one_of(
    st.lists(pieces, max_size=8).map("".join),
    st.text(alphabet=string.printable, max_size=20),
    st.text(st.characters(), max_size=12),
)

LINES = (
    ("task", "open", "{}"),
    ("task", "open", KEY, "--title={}"),
    ("task", "open", KEY, "--category={}"),
    ("task", "show", "{}"),
    ("task", "show", "--task-key={}"),
    ("task", "show", "--project-id={}", "--task-group={}", "--task-id={}"),
    ("status", "{}"),
    ("log", "{}"),
    ("log", "-n", "{}"),
    ("stage", "start", "{}", "--task-key", KEY, "--no-worktree", "--branch", "main"),
    ("stage", "start", "5", "--task-key", KEY, "--base={}", "--no-worktree", "--branch", "no-such"),
    ("stage", "start", "5", "--task-key", KEY, "--branch={}", "--no-worktree"),
    ("stage", "start", "1", "--task-key", KEY, "--depends-on={}", "--no-worktree", "--branch", "feature/login"),
    ("stage", "show", "{}", "--task-key", KEY),
    ("stage", "release", "{}", "--task-key", KEY),
    ("stage", "done", "{}", "--task-key", KEY),
    ("stage", "done", "1", "--task-key", KEY, "--commit={}~1{}"),
    ("reconcile", "--task-key={}"),
    ("reconcile", "--task-key", KEY, "--apply", "--stage={}", "--use-ref={}"),
    ("reconcile", "--task-key", KEY, "--reset-anchor=!{}"),
    ("worktree", "release", "--task-key", KEY, "--group={}"),
    ("config", "get", "{}"),
    ("config", "set", "okstra.target", "{}"),
    ("config", "set", "{}", "{}"),
    ("init", "--no-hooks", "--project-id={}"),
    ("{}",),
    ("stage", "{}"),
    ("-C", "{}", "status"),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = open_shop(World.begin(tmp_path_factory.mktemp("nonsense") / "world"))
    record_stage(world, 1, "feature/login")
    return world


@pytest.mark.parametrize("line", LINES, ids=" ".join)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nonsense_is_refused_in_one_sentence(shop: World, line: tuple[str, ...], data: st.DataObject) -> None:
    words = [word.replace("{}", data.draw(nonsense)) for word in line]
    answer = shop.okstra(*words, "--json", exit=None) if "--" not in words else shop.okstra(*words, exit=None)
    assert answer.exit in (0, 1, 2, 129)
    if answer.exit in (1, 129):
        error = answer.json["error"]
        assert error["code"] in CODES, error
        assert error["message"].isprintable(), error
        assert len(error["message"]) < 500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(nonsense.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=40)), max_size=5
    )
)
def test_a_list_of_stages_made_of_nonsense(shop: World, lines: list[bytes]) -> None:
    answer = shop.okstra("stage", "done", "--task-key", KEY, "--from-file", "-", stdin=b"\n".join(lines), exit=None)
    assert answer.exit in (0, 1)
    if answer.exit:
        assert answer.json["error"]["code"] in CODES


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=st.binary(min_size=1, max_size=80), spooled=st.binary(max_size=80), watched=st.binary(max_size=40))
def test_files_of_strangers_made_of_nonsense(shop: World, note: bytes, spooled: bytes, watched: bytes) -> None:
    private = Path(shop.path / ".git/okstra")
    (private / "spool").mkdir(exist_ok=True)
    (private / "spool/7.post-rewrite").write_bytes(spooled)
    (private / "watch").write_bytes(watched)
    (private / "cache/fold").write_bytes(watched + note)
    shop.git(
        "notes",
        "--ref=okstra",
        "add",
        "-f",
        "-C",
        shop.git("hash-object", "-w", "--stdin", stdin=note),
        "feature/login",
    )
    assert shop.okstra("status", "--json").json["ok"]
    shop.okstra("stage", "done", "1", "--task-key", KEY, "--carry", "-", stdin=f'{{"note": "{note.hex()}"}}')
