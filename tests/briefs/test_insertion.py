"""What proves an edit: a text that says anything else than was wanted is none."""

import pytest

from okstra_git.briefs.insertion import find_proven, read_text, require_proven
from tests.kit.refusals import refuses

TEXT = """\
---
title: Log in
owner: Ada
reporter-confirmations: partial
---

# Brief

## Source Material

Words.

## Augmentation

- evidence-link: a log

## Open Questions

- intent-check: why? [CONFIRMED 2026-01-31 → RC-1]

## Reporter Confirmations

- RC-1: because

## Source Verification Report

- `report.md`

## Notes
"""

OTHERWISE = {
    "title": ("title: Log in", "title: Log out"),
    "other front matter": ("owner: Ada", "owner: Eve"),
    "gate": ("partial", "complete"),
    "source": ("Words.", "Word."),
    "label": ("evidence-link", "format-conversion"),
    "addition": ("a log", "two logs"),
    "question": ("why?", "how?"),
    "prefix": ("intent-check", "general"),
    "day": ("2026-01-31", "2026-01-30"),
    "mark": (" [CONFIRMED 2026-01-31 → RC-1]", ""),
    "answer": ("because", "so"),
    "id": ("- RC-1:", "- RC-2:"),
    "report": ("`report.md`", "`other.md`"),
    "heading lost": ("## Notes\n", ""),
    "heading won": ("## Notes\n", "## Notes\n\n## More\n"),
    "heading renamed": ("## Notes", "## Note"),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_a_text_that_says_something_else_is_not_taken(what: str) -> None:
    old, new = OTHERWISE[what]
    assert TEXT.count(old) == 1
    wanted, other = read_text(TEXT), TEXT.replace(old, new)
    assert find_proven([other], wanted) is None
    assert find_proven([other, TEXT], wanted) == TEXT
    with refuses("brief.not-editable") as refused:
        require_proven([other], wanted, "no", hint="look", line=7)
    assert (refused.value.message, refused.value.hint, refused.value.facts) == ("no", "look", {"line": 7})


def test_where_things_stand_does_not_matter() -> None:
    moved = TEXT.replace("# Brief\n", "# Brief\n\n\n")
    assert find_proven([moved], read_text(TEXT)) == moved


def test_a_section_may_be_new_when_it_is_meant_to_be() -> None:
    more = TEXT + "\n## More\n"
    assert find_proven([more], read_text(TEXT), section="More") == more
    assert find_proven([TEXT], read_text(TEXT), section="More") is None
    assert find_proven([TEXT], read_text(TEXT), section="notes") == TEXT
