"""Asks on a terminal that cannot move its cursor (TERM=dumb): numbered options, and a line for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from okstra_cli.page import clean_lines

if TYPE_CHECKING:
    from okstra_cli.wizard.ask_question import Question
    from okstra_cli.wizard.texts import Texts

BACK = "<"


class Lines:
    """What is written stays. An answer is a number, a value or a text; Enter alone takes what stands in brackets."""

    def __init__(self, texts: Texts, *, source: TextIO, drawn: TextIO) -> None:
        self.texts = texts
        self.source = source
        self.drawn = drawn

    def tell(self, line: str, *, is_wrong: bool = False) -> None:
        self._write(f"{'!' if is_wrong else ' '} {line}\n")

    def ask(self, question: Question) -> str | None:
        values = [option.value for option in question.options]
        self._write(f"\n? {question.label}\n")
        for number, option in enumerate(question.options, 1):
            self._write(f"  {number}) {option.label}\n")
        usual = [str(values.index(value) + 1) if values else value for value in question.chosen]
        keys = self.texts.say("ask.keys_lines")
        self._write(f"  {keys}\n[{','.join(usual)}] > ")
        line = self.source.readline()
        if not line:
            raise EOFError
        typed = line.strip()
        if typed == BACK:
            return None
        if not typed:
            return ",".join(question.chosen)
        return ",".join(_value(part.strip(), values) for part in typed.split(",")) if question.multi else (
            _value(typed, values)
        )  # fmt: skip

    def _write(self, text: str) -> None:
        self.drawn.write(clean_lines(text))
        self.drawn.flush()


def _value(typed: str, values: list[str]) -> str:
    """The value at a number, counted from 1 as it is shown, even where a stage has that number; else what was typed."""
    is_number = typed.isascii() and typed.isdecimal() and 0 < int(typed) <= len(values)
    return values[int(typed) - 1] if is_number else typed
