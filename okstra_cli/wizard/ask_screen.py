"""Asks on a terminal that can move its cursor, with questionary; the only module that imports it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

import questionary
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.filters import Always
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.layout import FormattedTextControl, HSplit, Layout, VerticalAlign, Window
from prompt_toolkit.output import ColorDepth, create_output
from prompt_toolkit.styles import DEFAULT_ATTRS, Attrs, Style, StyleTransformation
from questionary.prompts.path import GreatUXPathCompleter

from okstra_cli.page import clean, columns_of

if TYPE_CHECKING:
    from prompt_toolkit.application import Application
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent
    from prompt_toolkit.output import Output

    from okstra_cli.wizard.ask_question import Question
    from okstra_cli.wizard.texts import Texts

MARK, POINTER = "?", ">"
BEFORE_A_LABEL = 8
"""Columns that questionary puts before the label of an option, at most."""

BETWEEN_KEYS = "   "
"""What stands between two keys in the texts."""

MENU = 4
"""Lines kept free for completions."""

STYLE = Style(
    [
        ("qmark", "fg:ansicyan bold"),
        ("question", "bold"),
        ("answer", "noinherit"),
        ("pointer", "fg:ansicyan bold"),
        ("highlighted", "fg:ansicyan"),
        ("selected", "noreverse"),  # the default, wherever the pointer is
        ("keys", "fg:ansibrightblack"),
        ("validation-toolbar", "noinherit fg:ansired"),
    ]
)  # fmt: skip
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


class Plain(StyleTransformation):
    """No colour, nothing bold; what is reversed stays, since a menu has no other way to show its place."""

    def transform_attrs(self, attrs: Attrs) -> Attrs:
        return DEFAULT_ATTRS._replace(reverse=attrs.reverse)


class Screen:
    """Questions one at a time below what was answered; each is wiped off when it has its answer."""

    def __init__(self, texts: Texts, *, colour: bool, source: Input, drawn: Output) -> None:
        self.texts = texts
        self.colour = colour
        self.drawn = drawn
        self._common: dict[str, Any] = {
            "input": source,
            "output": drawn,
            "erase_when_done": True,
            "color_depth": ColorDepth.DEPTH_4_BIT if colour else ColorDepth.DEPTH_1_BIT,
            "style_transformation": None if colour else Plain(),
        }

    @staticmethod
    def of(stdin: TextIO, stderr: TextIO, texts: Texts, *, colour: bool) -> Screen:
        """The terminal behind these streams: keys from one, everything drawn on the other."""
        return Screen(texts, colour=colour, source=create_input(stdin), drawn=create_output(stderr))

    @property
    def columns(self) -> int:
        return self.drawn.get_size().columns

    def tell(self, line: str, *, is_wrong: bool = False) -> None:
        before, after = ("\x1b[33m", "\x1b[0m") if is_wrong and self.colour else ("", "")
        mark = "!" if is_wrong else " "
        text = wrapped(line, self.columns - 3, indent="  ")
        self.drawn.write_raw(f"{before}{mark} {text}{after}\n".replace("\n", "\r\n"))
        self.drawn.flush()

    def ask(self, question: Question) -> str | None:
        if question.is_text:
            keys = "keys_path" if question.folders else "keys_text"
            answer = self._run(self._text(question), keys, is_list=False)
        elif question.multi:
            answer = self._run(self._several(question), "keys_several", is_list=True)
        else:
            answer = self._run(self._pick(question), "keys_pick", is_list=True)
        return ",".join(answer) if isinstance(answer, list) else answer

    def _pick(self, question: Question) -> questionary.Question:
        return questionary.select(
            self._label(question), self._choices(question), default=question.chosen[0], qmark=MARK, pointer=POINTER,
            style=STYLE, use_shortcuts=True, use_jk_keys=False, instruction=" ", **self._common,
        )  # fmt: skip

    def _several(self, question: Question) -> questionary.Question:
        return questionary.checkbox(
            self._label(question), self._choices(question), qmark=MARK, pointer=POINTER, style=STYLE, instruction="",
            validate=lambda values: self._objection(question, values) or True, **self._common,
        )  # fmt: skip

    def _objection(self, question: Question, values: list[str]) -> str:
        return self._said(question.objection(",".join(values)) if values else self.texts.say("ask.none_marked"))

    def _said(self, sentence: str) -> str:
        return wrapped(sentence, self.columns - 3, indent="  ")

    def _choices(self, question: Question) -> list[questionary.Choice]:
        room = self.columns - BEFORE_A_LABEL
        return [
            questionary.Choice(
                fitted(option.label, room), option.value, checked=question.multi and option.value in question.chosen
            )
            for option in question.options
        ]

    def _text(self, question: Question) -> questionary.Question:
        text = "".join(question.chosen)
        more = {"validate": lambda typed: self._said(question.objection(typed)) or True, **self._common}
        completer = _completer(question)
        more |= {"completer": completer, "reserve_space_for_menu": MENU if completer else 0}
        return questionary.text(self._label(question), text, qmark=MARK, style=STYLE, **more)

    def _label(self, question: Question) -> str:
        """The label, laid out for this screen: broken lines, else a row a line, else shown above its options."""
        size = self.drawn.get_size()
        room, head, *rest = size.columns - 5, *question.label.split("\n")
        keys = self._keys_lines("keys_several" if question.multi else "keys_pick")
        if not question.options:
            return f"{wrapped(question.label, room, indent='  ')}\n "  # what is typed has a line of its own
        rows = size.rows - len(question.options) - len(keys) - 1
        whole = wrapped(question.label, room, indent="  ")
        if whole.count("\n") < rows:
            return whole
        lines = [fitted(line, room) for line in rest]
        if len(lines) >= rows:
            self.tell("\n".join(lines))
            lines = []
        return "\n  ".join([wrapped(head, room, indent="  "), *lines])

    def _keys_lines(self, keys: str) -> list[str]:
        """What the keys do, on as many lines as the screen's width takes."""
        first, *others = self.texts.say(f"ask.{keys}").split(BETWEEN_KEYS)
        lines = [first]
        for clause in others:
            joined = f"{lines[-1]}{BETWEEN_KEYS}{clause}"
            lines[-1:] = [joined] if columns_of(joined) <= self.columns - 3 else [lines[-1], clause]
        return lines

    def _run(self, question: questionary.Question, keys: str, *, is_list: bool) -> str | list[str] | None:
        app = question.application
        app.key_bindings = merge_key_bindings([app.key_bindings or KeyBindings(), _keys(is_list=is_list)])
        app.ttimeoutlen = 0.05
        app.timeoutlen = 0.3
        under = Window(
            FormattedTextControl(lambda: [("class:keys", "  " + "\n  ".join(self._keys_lines(keys)))]),
            dont_extend_height=True, style="class:keys",
        )  # fmt: skip
        for window in app.layout.find_all_windows():
            window.dont_extend_height = Always()  # the line of keys belongs below the options, not below the screen
            window.wrap_lines = Always()
            window.height = None if window.height == 1 else window.height  # what is wrong may take two lines
        window = app.layout.current_window
        app.layout = Layout(HSplit([app.layout.container, under], align=VerticalAlign.TOP), focused_element=window)
        ended: list[int] = []
        answer: str | list[str] | None = app.run(pre_run=lambda: _end_on_signals(app, ended))
        if ended:  # the terminal is as it was by now
            signal.signal(ended[0], signal.SIG_DFL)
            os.kill(os.getpid(), ended[0])
        return answer


def _completer(question: Question) -> Completer | None:
    if question.folders:
        folders = [folder for folder in question.folders if os.path.isdir(folder)]
        return GreatUXPathCompleter(get_paths=lambda: folders, expanduser=True)
    words = list(question.words)
    return WordCompleter(words, match_middle=True, pattern=re.compile(r"[^,\s]+")) if words else None


def _keys(*, is_list: bool) -> KeyBindings:
    """Back, and at a list the ways out that questionary leaves to text fields."""
    keys = KeyBindings()

    def back(event: KeyPressEvent) -> None:
        event.app.exit(result=None)

    def stop(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    def end(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError)

    keys.add("escape", eager=is_list)(back)  # in a text, Esc also begins the keys of Alt
    keys.add("<sigint>", eager=True)(stop)
    if is_list:
        keys.add("left", eager=True)(back)
        keys.add("c-d", eager=True)(end)
    return keys


def _end_on_signals(app: Application[Any], ended: list[int]) -> None:
    """Leave the question, and with it the terminal's raw mode, before a signal ends the program."""

    def leave(number: int) -> None:
        ended.append(number)
        if not app.is_done:
            app.exit()

    for number in ENDINGS:
        asyncio.get_running_loop().add_signal_handler(number, leave, number)


LEAST = 20
"""Columns that text is laid out for at least; a narrower terminal cuts it off."""


def fitted(text: str, columns: int) -> str:
    """The text on one line, harmless to a terminal; one that is too long loses its middle."""
    text = clean(text)
    columns = max(columns, LEAST)
    if columns_of(text) <= columns:
        return text
    head = _beginning(text, columns // 2)
    tail = _beginning(text[::-1], columns - 1 - columns_of(head))[::-1]
    return f"{head.rstrip('…')}…{tail.lstrip('…')}"  # its middle may be lost already


def wrapped(text: str, columns: int, *, indent: str = "") -> str:
    """The text with its lines broken between words, harmless to a terminal; all but the first are indented."""
    columns = max(columns, LEAST)
    return f"\n{indent}".join(piece for line in text.split("\n") for piece in _pieces(clean(line), columns))


def _pieces(line: str, columns: int) -> Iterator[str]:
    """The line in pieces that fit; a word that is too long for any of them is broken."""
    piece = ""
    for word in line.split(" "):
        joined = f"{piece} {word}" if piece else word
        if columns_of(joined) <= columns:
            piece = joined
            continue
        if piece:
            yield piece
        while columns_of(word) > columns:
            part = _beginning(word, columns)
            yield part
            word = word[len(part) :]
        piece = word
    yield piece


def _beginning(text: str, columns: int) -> str:
    """As many letters as fit."""
    taken = 0
    for index, letter in enumerate(text):
        taken += columns_of(letter)
        if taken > columns:
            return text[:index]
    return text
