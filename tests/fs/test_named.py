"""Documents that a person names: anywhere, also by a link of their own, but not by one that a commit brought."""

import os
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.fs.outside import read_named


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository's root beside a private file, with a link to it."""
    (tmp_path / "root/docs").mkdir(parents=True)
    (tmp_path / "private.md").write_bytes(b"mine\n")
    (tmp_path / "root/a.md").write_bytes(b"a\n")
    (tmp_path / "root/docs/link.md").symlink_to("../../private.md")
    (tmp_path / "root/docs/folder").symlink_to("../..")
    (tmp_path / "mine.md").symlink_to("private.md")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "root"


@pytest.mark.parametrize("name", ["../private.md", "{0}/private.md", "../mine.md", "docs/../../private.md"])
def test_it_may_lie_anywhere(root: Path, name: str) -> None:
    assert read_named(name.format(root.parent), root, [root]) == b"mine\n"


@pytest.mark.parametrize("name", ["docs/link.md", "docs/folder/private.md", "{1}/docs/link.md"])
def test_a_link_of_the_repository_leads_nowhere_else(root: Path, name: str) -> None:
    given = name.format(root.parent, root)
    asked: list[str] = []

    def is_known(_: Path, path: str) -> bool:
        asked.append(path)
        return True

    for is_tracked in (None, is_known):
        with pytest.raises(OkstraError) as caught:
            read_named(given, root, [root], is_tracked=is_tracked)
        assert caught.value.code == "path.link"
    assert asked[0] in ("docs/link.md", "docs/folder")
    assert read_named(given, root, [root], is_tracked=lambda *_: False) == b"mine\n"


def test_plain_files_only_and_within_a_limit(root: Path) -> None:
    cases = {
        **dict.fromkeys(("../pipe", "..", "docs", "/dev/zero"), "not-a-file"),
        **dict.fromkeys(("none", "../none"), "missing"),
        **dict.fromkeys(("a\0", ""), "malformed"),
        **dict.fromkeys(("../private.md", "a.md"), "too-large"),
        "../private.md/x": "unreadable",
    }
    for name, wanted in cases.items():
        with pytest.raises(OkstraError) as caught:
            read_named(name, root, [root], limit=1)
        assert caught.value.code == f"path.{wanted}", name


def test_who_names_a_pipe_is_told_to_write_a_file(root: Path) -> None:
    with pytest.raises(OkstraError, match="is a pipe, not a file: write what it gives into a file, and name that"):
        read_named("../pipe", root, [root])
