"""Tests assert what okstra says, not how git, the C library or a parser words a complaint."""

import pytest

from tests.house.foreign_words import SAID_BY_THE_TEST, foreign_words, idle
from tests.house.sources import Source, sources_under

SOURCES = sources_under("tests")


def test_no_test_expects_words_of_another_project() -> None:
    found = [line for source in SOURCES if source.path not in SAID_BY_THE_TEST for line in foreign_words(source)]
    assert not found, "assert the code, the facts and our own part of the sentence:\n" + "\n".join(found)


def test_every_excuse_is_needed() -> None:
    assert idle(SOURCES) == []


@pytest.mark.parametrize(
    "line",
    [
        "assert error.message == 'cannot be read: No such file or directory'",
        "with raises(GitFailed, match='failed: fatal: '): pass",
        "assert f'{path}: permission denied' in said",
        "CASES = [('{', 'Expecting value: line 1')]",
    ],
)
def test_such_words_are_found_wherever_they_stand(line: str) -> None:
    assert len(list(foreign_words(Source("tests/x.py", line)))) == 1


def test_our_own_words_and_what_the_system_is_asked_for_are_left_alone() -> None:
    text = "assert said == f'x cannot be read: {os.strerror(errno.ENOENT)}'"
    assert list(foreign_words(Source("tests/x.py", text))) == []
