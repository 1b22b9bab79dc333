"""The reporter's words in their fence: read back byte for byte, whatever they contain, and ending nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.briefs.brief import Brief, fenced, parse_brief
from okstra_git.documents.markdown import parse_document

BEFORE = "---\nreporter-confirmations: pending\n---\n\n# Brief\n\n## Source Material\n\n"
BEHIND = "\n## Augmentation\n\n- evidence-link: log\n\n## Open Questions\n\n- general: why?\n"

PIECES = st.sampled_from(
    ["# Open Questions", "## Augmentation", "---", "```", "````", "~~~", "```verbatim", "<!--", "-->", "<pre>",
     "- RC-1: x", "reporter-confirmations: complete", "\n", "\r\n", "\r", "\n\n", "\t", "    ", "`", "\ufeff",
     "\u2028", "\x0c", "\x85", "| a |", "|---|", "===", "> ", "[x]: y", "&#10;", "intent-check: z", "\\"]
)  # fmt: skip
WORDS = st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)).map(
    "".join
)


def read(text: str) -> Brief:
    return parse_brief(parse_document(text))


@given(WORDS)
def test_any_words_come_back_and_end_nothing(words: str) -> None:
    brief = read(BEFORE + fenced(words) + BEHIND)
    assert brief.source == words
    assert [(each.label, each.text) for each in brief.additions] == [("evidence-link", "log")]
    assert [each.text for each in brief.questions] == ["why?"]
    assert (brief.gate, brief.title, brief.confirmations) == ("pending", "Brief", ())


@given(WORDS)
def test_the_words_stand_in_the_file_as_they_came(words: str) -> None:
    assert f"verbatim\n{words}\n`" in fenced(words)


def test_a_brief_saved_with_other_line_ends_loses_no_line() -> None:
    text = BEFORE + fenced("one\ntwo") + BEHIND
    assert read(text.replace("\n", "\r\n")).source == "one\r\ntwo"
    assert read(text.replace("\n", "\r")).source == "one\rtwo"


def test_a_fence_that_was_cut_off_keeps_its_words() -> None:
    assert read(BEFORE + "```verbatim\none\ntwo").source == "one\ntwo"


@pytest.mark.parametrize("more", ["More by hand.\n", "- more\n", "### Mail\n\nmore\n", "```\nmore\n```\n"])
def test_words_beside_the_fence_are_the_reporters_too(more: str) -> None:
    assert read(BEFORE + fenced("one") + "\n" + more).source == f"```verbatim\none\n```\n\n{more}".rstrip("\n")


@pytest.mark.parametrize("source", ["", "<!-- their words -->\n", "<!-- a\nb -->\n\n<!-- c -->\n"])
def test_a_remark_alone_is_no_source(source: str) -> None:
    assert read(BEFORE + source + BEHIND).source == ""
    assert read(BEFORE + source + "words <!-- and more -->\n" + BEHIND).source != ""
