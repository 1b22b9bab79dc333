"""Reads and writes below a root, against everything that may stand there instead of a file."""

import os
import socket
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.fs.root import Root

SECRET = b"private\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A root with a file, a folder, and links of every kind; beside it what nobody may read or change."""
    root, away = tmp_path / "root", tmp_path / "away"
    for folder in (root / "docs/deep", root / ".git", away):
        folder.mkdir(parents=True)
    (away / "secret").write_bytes(SECRET)
    (root / "docs/plain.md").write_bytes(b"plain\n")
    (root / ".git/config").write_bytes(SECRET)
    links = {
        "out": "../away/secret",
        "out-abs": str(away / "secret"),
        "out-folder": "../away",
        "dangling": "../away/new",
        "in": "docs/plain.md",
        "in-abs": str(root / "docs/plain.md"),
        "in-folder": "docs",
        "twice": "in",
        "self": ".",
        "up-and-in": "docs/../docs/plain.md",
        "out-and-in": "../root/docs/plain.md",
        "twice-out": "out",
        "loop": "loop",
        "to-git": ".git/config",
        "proc": "/proc/self/environ",
        "zero": "/dev/zero",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(root)  # the path of a socket is short
        try:
            made.bind("socket")
        finally:
            os.chdir(here)
    return root


def code(call: object, *words: object) -> str:
    """The code of the refusal that a call ends with."""
    with pytest.raises(OkstraError) as caught:
        call(*words)  # type: ignore[operator]
    assert caught.value.message
    assert caught.value.hint
    return caught.value.code


LINKED = (
    *("out", "out-abs", "out-folder/secret", "dangling", "in", "in-abs", "in-folder/plain.md"),
    *("loop", "to-git", "zero", "proc", "self/docs/plain.md"),
)

OWN = {
    **dict.fromkeys(("docs/plain.md", "./docs//plain.md", "docs/deep/../plain.md"), b"plain\n"),
    **dict.fromkeys(("docs/none", "none/none"), None),
    **dict.fromkeys(("../away/secret", "docs/../../away/secret", "/etc/passwd", ".."), "path.outside"),
    **dict.fromkeys((".git/config", ".GIT/config", "docs/.git"), "path.outside"),
    **dict.fromkeys(("", "a\0b", "\ud800"), "path.malformed"),
    **dict.fromkeys(("docs", ".", "pipe", "socket"), "path.not-a-file"),
    "docs/plain.md/more": "path.not-a-folder",
    "x" * 300: "path.unreadable",
    **dict.fromkeys(LINKED, "path.link"),
}


@pytest.mark.parametrize("name", OWN)
def test_reading_without_links(place: Path, name: str) -> None:
    root, wanted = Root(place), OWN[name]
    if isinstance(wanted, str):
        assert code(root.find_bytes, name) == code(root.read_bytes, name) == wanted
        assert not wanted.startswith("path.link") or code(root.read_head, name, 9) == wanted
    else:
        assert root.find_bytes(name) == wanted
        assert wanted or code(root.read_bytes, name) == "path.missing"


STAYING = ("docs/plain.md", "in", "in-abs", "in-folder/plain.md", "up-and-in", "twice", "self/self/in")
LEAVING = ("out", "out-abs", "out-folder/secret", "dangling", "out-and-in", "twice-out", "proc", "zero")

DOCUMENTS = {
    **dict.fromkeys(STAYING, b"plain\n"),
    **dict.fromkeys(LEAVING, "path.link"),
    **dict.fromkeys(("pipe", "in-folder", "self"), "path.not-a-file"),
    "to-git": "path.outside",
    "loop": "path.unreadable",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_reading_with_links_that_stay(place: Path, name: str) -> None:
    root, wanted = Root(place, links=True), DOCUMENTS[name]
    assert (root.find_bytes(name) if isinstance(wanted, bytes) else code(root.find_bytes, name)) == wanted


def test_a_root_is_understood_by_absolute_paths_and_through_a_link_to_itself(place: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(place)
    root = Root(tmp_path / "alias")
    assert root.read_bytes(tmp_path / "alias/docs/plain.md") == b"plain\n"
    assert code(root.read_bytes, str(tmp_path / "alias") + "-other/x") == "path.outside"
    assert Root(tmp_path / "alias", links=True).read_bytes("in-abs") == b"plain\n"


def test_the_refusal_names_the_path_and_the_link(place: Path) -> None:
    with pytest.raises(OkstraError) as caught:
        Root(place).read_bytes("out-folder/secret")
    assert caught.value.facts == {"path": "out-folder/secret", "link": "out-folder", "leaves": False}
    with pytest.raises(OkstraError) as caught:
        Root(place, links=True).read_bytes("twice-out")
    assert (caught.value.facts["link"], caught.value.facts["leaves"]) == ("twice-out", True)


def test_limits(place: Path) -> None:
    root = Root(place)
    assert root.read_bytes("docs/plain.md", 6) == b"plain\n"
    assert code(root.read_bytes, "docs/plain.md", 5) == "path.too-large"
    assert root.read_head("docs/plain.md", 3) == b"pla"
    (place / "latin").write_bytes(b"a\n\xe9")
    assert code(root.read_text, "latin") == "path.not-text"
    assert root.read_text("latin", errors="replace") == "a\n\ufffd"
    (place / "many").mkdir()
    for number in range(5):
        (place / f"many/{number}").touch()
    assert root.list("many", 3).has_more
    assert root.list("many", 5) == (("0", "1", "2", "3", "4"), False)
    assert len(list(root.walk("many", 3))) == 3


def test_looking(place: Path) -> None:
    root = Root(place)
    kinds = {name: seen.kind for name in root.list().names if (seen := root.see(name))}
    assert (kinds["docs"], kinds["pipe"], kinds["out"], kinds["dangling"]) == ("folder", "other", "link", "link")
    assert ".git" not in kinds
    assert [root.is_file(name) for name in ("docs/plain.md", "in", "out", "docs", "../away/secret", "a\0")] == [
        True
    ] + [False] * 5
    assert [Root(place, links=True).is_file(name) for name in ("in", "out")] == [True, False]
    assert code(root.list, "docs/plain.md") == "path.not-a-folder"
    assert code(root.list, "in-folder") == "path.link"
    assert root.list("none").names == ()
    assert [name for name, _ in root.walk()] == ["docs/plain.md"]
    inside = ["docs/plain.md", "in", "in-abs", "twice", "up-and-in"]
    assert [name for name, _ in Root(place, links=True).walk()] == inside
    assert [name for name, _ in Root(place, links=True).walk("in-folder")] == ["in-folder/plain.md"]
    assert code(lambda: list(root.walk("in-folder"))) == "path.link"
    assert code(lambda: list(Root(place, links=True).walk("out-folder"))) == "path.link"
    assert dict(root.scan())["in"] == dict(Root(place, links=True).scan())["out"] == "link"
    assert dict(Root(place, links=True).scan())["in-folder"] == "folder"


def test_a_way_is_plain_or_not(place: Path) -> None:
    root = Root(place)
    for name in ("docs/plain.md", "docs/none/none", "none/none", "docs"):
        root.require_plain_way(name)
    ways = {"in": "link", "in-folder": "link", "in-folder/x": "link", "out-folder/x/y": "link", "dangling/x": "link",
            "docs/plain.md/x": "not-a-folder", "../x": "outside"}  # fmt: skip
    assert {name: code(root.require_plain_way, name) for name in ways} == {name: f"path.{ways[name]}" for name in ways}


LED_AWAY = (
    "out",
    "dangling",
    "out-folder/new",
    "out-folder/deep/new",
    "in",
    "in-folder/new",
    "../away/new",
    ".git/hooks/x",
    "loop",
)


@pytest.mark.parametrize("name", LED_AWAY)
@pytest.mark.parametrize("links", [False, True])
def test_nothing_is_written_through_a_link(place: Path, name: str, links: bool) -> None:
    root, before = Root(place, links=links), sorted(place.parent.rglob("*"))
    taken = code(root.create, name, b"x")
    assert {code(root.write, name, b"x"), code(root.append, name, b"x")} <= {"path.link", "path.outside"}
    assert taken in ("path.link", "path.outside", "path.taken")
    assert (place.parent / "away/secret").read_bytes() == SECRET
    assert sorted(place.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["pipe", "socket", "docs"])
def test_what_is_not_a_file_is_not_written(place: Path, name: str) -> None:
    root = Root(place)
    assert code(root.write, name, b"x") == code(root.append, name, b"x") == "path.not-a-file"
    assert code(root.create, name, b"x") == "path.taken"
    assert code(root.write, "docs/plain.md/x", b"x") == "path.not-a-folder"


def test_writing(place: Path) -> None:
    root = Root(place)
    root.write("new/deep/file", b"one")
    root.write(place / "new/deep/file", b"two", nonce="n", executable=True)
    root.append("new/deep/file", b" three")
    assert (place / "new/deep/file").read_bytes() == b"two three"
    assert os.access(place / "new/deep/file", os.X_OK)
    assert os.listdir(place / "new/deep") == ["file"]
    root.create("new/other", b"1", mode=0o600)
    assert code(root.create, "new/other", b"2") == "path.taken"
    assert (place / "new/other").stat().st_mode & 0o777 == 0o600
    (place / "new/.other.n.tmp").symlink_to(place.parent / "away/secret")
    root.write("new/other", b"3", nonce="n")
    assert (place.parent / "away/secret").read_bytes() == SECRET
    root.rename("new/other", "newer/other")
    assert root.read_bytes("newer/other") == b"3"
    assert code(root.rename, "none", "newer/x") == "path.missing"
    assert code(root.rename, "newer/other", "out-folder/other") == "path.link"


def test_removing(place: Path) -> None:
    root = Root(place)
    assert root.remove("out")
    assert not root.remove("out")
    assert code(root.remove, "out-folder/secret") == code(root.remove_tree, "out-folder") == "path.link"
    assert code(root.remove, "docs") == "path.not-a-file"
    (place / "docs/away").symlink_to(place.parent / "away")
    assert not root.remove_folder("docs")
    root.remove_tree("docs")
    root.remove_tree("docs")
    assert not (place / "docs").exists()
    assert (place.parent / "away/secret").read_bytes() == SECRET


def test_what_the_system_refuses(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "write", full)
    assert code(Root(place).write, "docs/plain.md", b"x") == "path.unwritable"
    assert os.listdir(place / "docs") == ["deep", "plain.md"] or sorted(os.listdir(place / "docs")) == [
        "deep",
        "plain.md",
    ]
    assert (place / "docs/plain.md").read_bytes() == b"plain\n"
    assert code(Root(place / "none").read_bytes, "x") == "path.missing"


def test_a_descriptor_for_a_lock(place: Path) -> None:
    root = Root(place)
    with root.opened("docs/.lock", os.O_RDWR | os.O_CREAT) as descriptor:
        os.pwrite(descriptor, b"1", 0)
    assert root.read_bytes("docs/.lock") == b"1"
    for name, wanted in (("out", "path.link"), ("dangling", "path.link"), ("pipe", "path.not-a-file")):
        with pytest.raises(OkstraError) as caught, root.opened(name, os.O_RDWR | os.O_CREAT):
            pass
        assert caught.value.code == wanted


def test_a_link_is_made_where_nothing_is(place: Path) -> None:
    root = Root(place)
    root.create_link("new/link", "../docs/plain.md")
    assert os.readlink(place / "new/link") == "../docs/plain.md"
    cases = {"docs/plain.md": "taken", "dangling": "taken", "out-folder/x": "link", ".git/x": "outside"}
    assert {name: code(root.create_link, name, "x") for name in cases} == {n: f"path.{cases[n]}" for n in cases}
