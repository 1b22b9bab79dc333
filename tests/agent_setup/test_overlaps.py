"""Rules that can mean the same call, and rules that cannot."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.agent_setup.permission_rules import overlap


@pytest.mark.parametrize(
    ("theirs", "ours", "meet"),
    [
        ("Bash", "Bash(okstra *)", True),
        ("Bash(*)", "Bash(okstra *)", True),
        ("Bash(okstra:*)", "Bash(okstra *)", True),
        ("Bash(okstra)", "Bash(okstra *)", True),
        ("Bash(* --force)", "Bash(okstra *)", True),
        ("Bash(git *)", "Bash(git okstra *)", True),
        ("Bash(git push *)", "Bash(git okstra *)", False),
        ("Bash(git *)", "Bash(git-okstra *)", False),
        ("Bash(git*)", "Bash(git-okstra *)", True),
        ("Bash(rm *)", "Bash(okstra *)", False),
        ("Edit", "Edit(.okstra/**)", True),
        ("Edit(**)", "Edit(.okstra/**)", True),
        ("Edit(./.okstra/*)", "Edit(.okstra/**)", True),
        ("Edit(src/**)", "Edit(.okstra/**)", False),
        ("Read", "Edit(.okstra/**)", False),
        ("", "Edit(.okstra/**)", False),
        ("Bash(", "Bash(okstra *)", False),
    ],
)
def test_rules(theirs: str, ours: str, meet: bool) -> None:
    assert overlap(theirs, ours) is meet
    assert overlap(ours, theirs) is meet


PATTERNS = st.text("ab*", max_size=5)


@given(one=PATTERNS, other=PATTERNS, text=st.text("ab", max_size=5))
def test_two_rules_that_match_one_text_overlap(one: str, other: str, text: str) -> None:
    both = all(re.fullmatch(pattern.replace("*", ".*"), text) for pattern in (one, other))
    assert overlap(f"X({one})", f"X({other})") or not both


@given(one=PATTERNS)
def test_a_rule_without_a_star_overlaps_what_matches_it(one: str) -> None:
    assert overlap("X(ab)", f"X({one})") == bool(re.fullmatch(one.replace("*", ".*"), "ab"))
