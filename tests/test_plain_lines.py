"""Which lines need no shell, and which of them a user's line allows."""

import pytest

from okstra_git.plain_lines import is_allowed, split_plain


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("make test", ["make", "test"]),
        ("sh -c 'a && b; $(c)'", ["sh", "-c", "a && b; $(c)"]),
        ('pytest -k "a b"', ["pytest", "-k", "a b"]),
        ("env CI=1 make", ["env", "CI=1", "make"]),
        ("  make  ", ["make"]),
    ],
)
def test_plain_lines_are_taken_apart_as_sh_does(line: str, words: list[str]) -> None:
    assert split_plain(line) == words


@pytest.mark.parametrize(
    "line",
    [
        "make; rm -rf x", "make && rm x", "make || true", "make & ", "make | tee x", "make > x", "make < x",
        "make $(rm x)", "make `rm x`", 'make "$(rm x)"', 'make "`rm x`"', "make $HOME", "make\nrm x", "make 'a\nb'",
        "make \\; rm", 'make "a\\" ; rm"', "CI=1 make", "ls *.py", "ls ?", "ls [a]", "ls {a,b}", "~/x", "make #x",
        "make 'a", '"', "", "   ", "''=x", "make\r", "make \0",
    ],
)  # fmt: skip
def test_whatever_a_shell_would_act_upon_is_no_plain_line(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        split_plain(line)


@pytest.mark.parametrize(
    ("allowed", "line", "is_it"),
    [
        ("make test", "make  test", True),
        ("make test", "make 'test'", True),
        ("make test", "make test -j2", False),
        ("make test", "make testing", False),
        ("make *", "make test -j2", True),
        ("make *", "make", True),
        ("make *", "maker x", False),
        ("make test *", "make testing", False),
        ("make test *", "make test 'a; b'", True),
    ],
)
def test_a_line_is_allowed_word_by_word(allowed: str, line: str, is_it: bool) -> None:
    assert is_allowed(split_plain(line), allowed) is is_it
