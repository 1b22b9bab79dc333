"""Files that a plan names, as they were at its approval and as they are now."""

import pytest

from okstra_git.plans.drift import drifted_files


@pytest.mark.parametrize(
    ("before", "now", "own", "kind"),
    [
        ("1", "1", (), None),
        (None, None, (), None),
        ("1", "2", (), "changed"),
        (None, "1", (), "appeared"),
        ("1", None, (), "gone"),
        ("1", "2", ("a.py",), None),
        (None, "1", ("a.py",), None),
        ("1", "2", ("a.pyc", "b/a.py"), "changed"),
    ],
)
def test_a_file_drifts(before: str | None, now: str | None, own: tuple[str, ...], kind: str | None) -> None:
    found = drifted_files(["a.py", "a.py"], lambda _: before, lambda _: now, own=own)
    assert [drift.kind for drift in found] == ([kind] if kind else [])


def test_a_folder_drifts_by_its_tree_and_not_by_our_own_files() -> None:
    assert drifted_files(["src"], lambda _: "1", lambda _: "2", own=["src/a.py"]) == []
    assert drifted_files(["src/"], lambda _: "1", lambda _: "2", own=["src/a.py"]) == []
    assert len(drifted_files(["src"], lambda _: "1", lambda _: "2", own=["srcs/a.py"])) == 1
