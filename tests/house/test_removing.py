"""Nothing in a worktree is removed or overwritten before the one function has said what is there."""

import pytest

from tests.house.removing import EXCUSED, idle, unexcused
from tests.house.sources import Source, product_sources

SOURCES = product_sources()


def test_one_function_is_asked_before_anything_goes() -> None:
    assert [breach for source in SOURCES for breach in unexcused(source)] == []


def test_every_excuse_is_in_use_and_has_a_reason() -> None:
    assert list(idle(SOURCES)) == []
    assert all(EXCUSED.values())


@pytest.mark.parametrize(
    "text",
    [
        'run_git(["status", "--porcelain"], cwd=path)',
        'run_git(["worktree", "remove", "--force", str(path)], cwd=path)',
        'wanted = ["reset", "--hard"]',
        'run_git(["read-tree", "-m", "-u", old, new], cwd=path)',
        "import shutil\nshutil.rmtree(path)",
        "if not is_clean(path): pass",
    ],
)
def test_a_second_way_is_found(text: str) -> None:
    assert len(list(unexcused(Source("okstra_git/stages/x.py", text)))) == 1


def test_an_idle_excuse_is_found() -> None:
    assert len(list(idle([], {("okstra_git/x.py", "git status"): "none"}))) == 1
    assert (
        list(unexcused(Source("okstra_git/stages/x.py", 'run_git(["status-quo"]); run_git(["worktree", "list"])')))
        == []
    )
