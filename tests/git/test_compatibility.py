"""Versions are understood however git spells them, and each missed fact says what a person loses."""

import pytest

from okstra_git.git.compatibility import GIT_THRESHOLDS, missed, parse_version, read_versions
from okstra_git.git.repo import open_repository
from tests.kit.scenario import World


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("git version 2.39.5", (2, 39, 5)),
        ("git version 2.39.5 (Apple Git-154)", (2, 39, 5)),
        ("git version 2.45.1.windows.1", (2, 45, 1)),
        ("git version 2.55-dev", (2, 55)),
        ("git version unknown", None),
    ],
)
def test_versions_are_read(said: str, version: tuple[int, ...] | None) -> None:
    assert parse_version(said) == version


def test_an_old_git_misses_facts_and_a_new_one_none() -> None:
    assert len(missed(GIT_THRESHOLDS, (2, 29, 9))) == len(GIT_THRESHOLDS)
    assert [fact.since for fact in missed(GIT_THRESHOLDS, (2, 36, 1))] == [(2, 39)]
    assert missed(GIT_THRESHOLDS, (3, 0)) == []


def test_what_runs_here_is_known(world: World) -> None:
    versions = read_versions(open_repository(world.path))
    assert versions.git
    assert versions.pygit2 >= (1, 19)
    assert versions.libgit2 >= (1, 8)
