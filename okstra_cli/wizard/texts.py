"""The wizard's words in one language, from templates/i18n/wizard.<language>.json."""

from __future__ import annotations

import json

from okstra_git.paths import LANGUAGES, templates_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from okstra_cli.wizard.step import Choice

LONGEST, LONGEST_LIST = 72, 240
"""Characters of a value inside a label, and of a list; what is longer is shortened in its middle."""

LISTS = ("known", "steps", "message", "hint")


class Texts:
    """Sentences by name, with gaps to be filled."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences

    def say(self, name: str, /, **fields: Any) -> str:
        """The sentence of this name with its gaps filled, each value on one line and not too long."""
        sentence = self._sentences[name]
        gaps = {gap: shortened(str(value), LONGEST_LIST if gap in LISTS else LONGEST) for gap, value in fields.items()}
        return sentence.format_map(gaps) if gaps else sentence

    def words(self, choice: Choice) -> str:
        """An option's label without its mark."""
        return self.say(f"option.{choice.text}", **choice.fields).rstrip(" :–-")

    def label(self, choice: Choice) -> str:
        """An option's label with its mark, `(default)` or `(recommended)`."""
        words = self.words(choice)
        return f"{words} {self._sentences[f'mark.{choice.mark}']}" if choice.mark else words


def shortened(text: str, most: int = LONGEST) -> str:
    """One line of at most so many characters: a longer one loses its middle."""
    plain = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return plain if len(plain) <= most else f"{plain[: most // 2 - 1]}…{plain[-most // 2 :]}"


def load_texts(language: str) -> Texts:
    """The words of a language; English where there is none of that name."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    with open(templates_directory() / "i18n" / f"wizard.{name}.json", encoding="utf-8") as file:
        return Texts(json.load(file))
