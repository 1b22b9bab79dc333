"""The skill for the first minute stays small: few verbs, few tokens."""

from okstra_cli.command_table import COMMANDS, FIRST
from tests.house.skill_lines import lines_of
from tests.house.skill_texts import shipped_texts

MOST_TOKENS = 1_500
MARGIN = 0.85
"""Four characters a token is what English has; code and names have fewer."""

(BASICS,) = [text for text in shipped_texts() if text.name == "okstra-basics"]


def test_it_teaches_the_verbs_of_the_first_screen_and_no_other() -> None:
    verbs = {line.split()[1] for line in lines_of(BASICS)}
    assert verbs == {name for name, row in COMMANDS.items() if row.panel == FIRST}
    assert len(verbs) <= 6


def test_it_fits_in_fifteen_hundred_tokens() -> None:
    assert len(BASICS.text) / 4 <= MOST_TOKENS * MARGIN
