"""Reads the values that stand beside a name, in whatever way files and people write them."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from okstra_git.redaction.matching import Lazy

Form = Literal["assigned", "flag", "element", "beside", "spaced", "sentence"]
"""How the value is joined to its name: surely (`assigned`, `flag`, `element`), or so that it has to look like a secret."""

LONGEST = 8000


class Value(NamedTuple):
    """Where a value stands, without its quotes."""

    start: int
    end: int
    form: Form


_TYPE = r"(?:\s{0,4}:\s{0,4}(?:&?(?:'static )?(?:Optional|Option|Final|Annotated|Secret)?[<\[(]{0,2}(?:&?str|string|String|bytes|text|char|SecretStr|any|Any)[>\])]{0,2}\??)(?:\s?\|\s?\w{1,10}){0,3}|\s{1,4}[Aa]s\s{1,4}[Ss]tring)?"
_CLOSE = r"(?:\\{0,15}[\"'`\])*}]){0,4}"
_ASSIGNED = Lazy(
    rf"{_CLOSE}{_TYPE}[ \t]{{0,40}}(?:=>|:=|===?|=|%3[dD]|::?|：|->|→|\?=|\+=|\|\|=|:\s?=)[ \t]{{0,40}}[*]{{0,2}}[ \t]{{0,4}}"
)
_NEXT_LINE = Lazy(r"[ \t]*\\?\r?\n[ \t]{0,40}(?=[\"'`])|\(\s{0,40}(?=[\"'`])|\[\s{0,40}(?=[\"'])")
_BLOCK = Lazy(r"[|>][+-]?\d?[ \t]*(?:#[^\n]*)?\r?\n((?:[ \t]{1,40}[^\n]{0,4000}\n?|[ \t]{0,40}\r?\n){1,200})")
_ITEMS = Lazy(r"[ \t]*\r?\n((?:[ \t]{0,40}- [^\n]{1,2000}\n?){1,50})")
_SHORT_BLOCK = Lazy(r"[|>][+-]?\d?[ \t]*\r?\n([ \t]{1,40}[^\n]{1,4000})")
_CALL = Lazy(r"[&*]?[\w.:\[\]]{1,60}\(\s{0,4}(?=[\"'`])")
_HEREDOC = Lazy(r"(?:\$\(cat[ \t]{1,4})?<<[-~]?[ \t]?[\"']?(\w{1,40})[\"']?[^\n]{0,40}\n")
_FLAG = Lazy(r"[ \t]{1,8}(?![-|&;<>])|[ \t]{0,2}=[ \t]{0,2}")
_QUOTED_NEXT = Lazy(rf"{_CLOSE}[ \t]{{1,8}}(?=[\"'`])")
_ARGUMENT = Lazy(r"\\?[\"'`]\s{0,4},\s{0,20}(?=[\"'`])|\w{0,40}\(\s{0,8}(?=[\"'`])")
_CELL = Lazy(r"[`*\"']{0,3}[ \t]{0,40}\|[ \t]{0,40}(?!-{2})")
_SAID = Lazy(
    r"[`*\"']{0,3}(?:[은는이가을를のはがとを]|[ \t]{1,4}(?:is(?: set to| now)?|was|ist|lautet|war|est|es|è|é|är|er|on|to|は|为|是|equals|changed to|set to):?|是|为|為)[ \t]{0,4}:?[ \t]{0,2}"
)
_FURTHER = Lazy(r"(?:[ \t]\([^()\n]{1,40}\)|(?:[ \t][\w'’/.@-]{1,20}){1,5})[ \t]?[:=：][ \t]{1,3}")
_SPACED = Lazy(r"[\"'`]?[ \t]{1,20}")
_ELEMENT = Lazy(r"[^<>\n]{0,200}(?<!/)>\s{0,80}(?:<!\[CDATA\[)?(?=[^<\s])")
_SIBLING = Lazy(
    r"[\"'\\]{0,3}\s{0,4}</(?:key|name|param-name|string)>\s{0,200}<(?:string|value|param-value|data)>\s{0,20}(?=[^<\s])"
)
_NEIGHBOUR = Lazy(
    r"[^<>\n]{0,40}</[\w-]{1,20}>\s{0,80}(?:</\w{1,10}>\s{0,20})?<[\w-]{1,20}[^<>\n]{0,80}>\s{0,20}(?:<\w{1,10}>)?(?=[^<\s])"
)
_PAIR = Lazy(
    r"[\"'\\]{0,3}[\s,;{(]{1,60}(?:(?!value|default)\w{1,20}[ \t]{0,8}[=:][ \t]{0,8}[^\n,]{0,80}[\s,]{1,40}){0,3}"
    r"\\?[\"']?(?:default_?value|string_?value|value|default|val|content|secret_?string)\\?[\"']?[ \t]{0,8}[=:][ \t]{0,8}",
    re.IGNORECASE,
)  # fmt: skip
_PREFIX = Lazy(
    r"(?:[bfruBFRUL]{1,2}|@|\$|N)(?=[\"'])|(?:b64:|base64:|\{[A-Z0-9]{2,8}\}|plain:)(?=[\w\[])|(?:!![a-z]{1,12}|&[\w-]{1,40})[ \t]{1,8}"
)
_AGAIN = Lazy(r"[ \t]*(?:\+|\.\.?|&|\|\||\\)?[ \t]*\\?\r?\n?[ \t]{0,40}(?:\+|\.|&)?[ \t]*(?=[\"'])")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "„": "“", "«": "»", "「": "」", "『": "』", "‹": "›"}
_OPENING = Lazy(r"\\{1,15}[\"']")
_RUN = Lazy(rf"[^\s\"'`<]{{1,{LONGEST}}}+")
_NEXT_PAIR = Lazy(
    r"[,;&|](?=[\"']?[A-Za-z_$][\w.$-]{0,60}[\"']?[ \t]{0,2}[=:])|%26|\\+[nrt\"']|[,;](?=[ \t]|\Z)|&amp;|\)[;,.:]|#(?=/)"
)
COMMON = frozenset(["to", "is", "are", "was", "and", "or", "the", "a", "an", "for", "with", "without", "in", "into", "from", "on", "onto", "if", "when", "where", "as", "of", "by", "via", "not", "no", "must", "can", "may", "will", "should", "instead", "than", "flag", "flags", "option", "options", "argument", "arguments", "parameter", "switch", "value", "values", "on", "off", "but", "so", "it", "its", "that", "this", "which", "requires", "required", "needs", "takes", "expects", "accepts", "has", "have", "does", "do", "be", "been", "only", "also", "too", "file", "files", "stdin", "prompt"])  # fmt: skip
"""Words that follow the name of an option in a sentence."""


def read_values(text: str, start: int, end: int, *, is_sure: bool) -> Iterator[Value]:
    """The values beside the name from `start` up to `end`; of several ways to read it the first that fits.

    Blocks of lines are read only below a name that is sure to be a secret's.
    """
    if match := _ASSIGNED.match(text, end):
        if _closes(text, start, match):
            return
        form: Form = "beside" if match[0].strip(" *\t") in ("->", "→") else "assigned"
        yield from _assigned(text, match, form, is_sure=is_sure)
        yield from _paired(text, start, end)
        return
    if _is_flag(text, start) and (match := _FLAG.match(text, end)):
        yield from _one(text, match.end(), "flag")
    elif match := _element(text, start, end):
        yield from _inside(text, match.end(), "element")
    elif match := _NEIGHBOUR.match(text, end):
        yield from _inside(text, match.end(), "beside")
    elif match := _QUOTED_NEXT.match(text, end) or _ARGUMENT.match(text, end):
        yield from _one(text, match.end(), "beside")
        yield from _paired(text, start, end)
    elif pairs := list(_paired(text, start, end)):
        yield from pairs
    elif (match := _CELL.match(text, end)) and "|" in text[text.rfind("\n", 0, start) + 1 : start]:
        yield from _to(text, match.end(), "|\n", "beside")
    elif (is_sure and (match := _FURTHER.match(text, end))) or (match := _SAID.match(text, end)):
        yield from _one(text, match.end(), "sentence")
    elif match := _SPACED.match(text, end):
        yield from _one(text, match.end(), "spaced")


def _closes(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the quote that follows is the end of a text in which the name stands: `'Password: '`."""
    quote = text[match.end() : match.end() + 1]
    return quote != "" and quote in "\"'`" and text[start - 1 : start] == quote and quote not in match[0]


def _inside(text: str, at: int, form: Form) -> Iterator[Value]:
    """What stands between two tags."""
    for value in _to(text, at, "<\n", form):
        if re.match(r"\s{0,80}(?:\]\]>)?\s{0,80}<[/!]", text[value.end : value.end + 200]):
            yield value


def _is_flag(text: str, start: int) -> bool:
    """Whether it is the option of a program; behind a slash only where no path leads there."""
    before = text[max(0, start - 2) : start]
    return text[start : start + 1] == "-" or before.endswith("-") or (before.endswith("/") and not before[:-1].strip())


def _element(text: str, start: int, end: int) -> re.Match[str] | None:
    if sibling := _SIBLING.match(text, end):
        return sibling
    opening = text.rfind("<", max(0, start - 120), start)
    return _ELEMENT.match(text, end) if opening >= 0 and ">" not in text[opening:start] else None


def _paired(text: str, start: int, end: int) -> Iterator[Value]:
    """The value of a pair that names the name: `"name": "X", "value": …`."""
    match = _PAIR.match(text, end)
    if match and re.search(r"[\"':=] ?[\"']?\Z", text[max(0, start - 12) : start]):
        yield from _one(text, match.end(), "element")


def _assigned(text: str, match: re.Match[str], form: Form, *, is_sure: bool) -> Iterator[Value]:
    at = match.end()
    is_equation = "=" in match[0]
    if block := (_BLOCK if is_sure else _SHORT_BLOCK).match(text, at):
        yield Value(*_stripped(text, *block.span(1)), "assigned")
    elif heredoc := _HEREDOC.match(text, at):
        closing = text.find("\n" + heredoc[1], heredoc.end() - 1, heredoc.end() + LONGEST)
        yield Value(*_stripped(text, heredoc.end(), closing if closing >= 0 else heredoc.end()), "assigned")
    elif call := _CALL.match(text, at):
        yield from _one(text, call.end(), "beside")
    elif items := _ITEMS.match(text, at):
        for item in re.finditer(r"- +", items[1]):
            yield from _one(text, items.start(1) + item.end(), "assigned")
    elif (is_equation or text.startswith(("(", "["), at)) and (further := _NEXT_LINE.match(text, at)):
        yield from _one(text, further.end(), "assigned")
        if text[at] == "[":
            yield from _list(text, further.end())
    else:
        is_loose = not is_equation and match[0].endswith((" ", "：", "*"))
        for value in _one(text, at, form, is_loose=is_loose):
            is_code = (
                is_equation and match[0].startswith(" ") and match[0].endswith(" ") and text[value.start - 1] == " "
            )
            is_word = is_code and text[value.start : value.end].isalpha() and text[value.start : value.end].islower()
            yield value._replace(form="sentence") if is_word else value


def _list(text: str, at: int) -> Iterator[Value]:
    """The further texts of a list that begins here."""
    until = text.find("]", at, at + LONGEST)
    for item in re.finditer(r"([\"'])([^\"'\n]{1,400})\1", text[at : until if until >= 0 else at]):
        yield Value(at + item.start(2), at + item.end(2), "assigned")


def _one(text: str, at: int, form: Form, *, is_loose: bool = False) -> Iterator[Value]:
    """What begins here: in quotes of any kind (and what is joined to it), else up to a blank."""
    prefix = _PREFIX.match(text, at)
    at = prefix.end() if prefix else at
    quote = text[at : at + 1]
    if quote == "\\" and (opening := _OPENING.match(text, at)):
        yield from _escaped(text, opening.end(), opening[0][-1], form)
    elif text.startswith(('"""', "'''", "```"), at):
        closing = text.find(quote * 3, at + 3, at + 3 + LONGEST)
        yield Value(*_stripped(text, at + 3, closing if closing >= 0 else at + 3), form)
    elif quote in _QUOTES:
        end = _closing(text, at + 1, _QUOTES[quote])
        yield Value(at + 1, end, form)
        again = _AGAIN.match(text, end + 1) if form == "assigned" and text[end : end + 1] == quote else None
        if again and again[0].strip(" \t"):
            yield from _one(text, again.end(), form)
    elif quote not in "&;,)" and (run := _RUN.match(text, at)):
        end = at + len(_trimmed(run[0]))
        is_prose = is_loose and re.match(r"[,;]?[ \t]{1,4}[^\W\d_]{2,}", text[end : end + 12]) is not None
        is_prose = is_prose or (form == "flag" and text[at:end] in COMMON)
        yield Value(at, end, "sentence" if is_prose else form)


def _escaped(text: str, at: int, quote: str, form: Form) -> Iterator[Value]:
    """A value in quotes that are written `\\"` because they stand in quotes themselves."""
    closing = re.compile(rf"\\{{1,15}}{quote}|\n|\\n").search(text, at, at + LONGEST)
    yield Value(at, closing.start() if closing else at, form)


def _closing(text: str, at: int, quote: str) -> int:
    """Where the text in quotes ends: at the same quote that no backslash stands before, or with its line."""
    quote_at = at
    while True:
        quote_at = text.find(quote, quote_at, at + LONGEST)
        line = text.find("\n", at, quote_at if quote_at >= 0 else at + LONGEST)
        if line >= 0 or quote_at < 0:
            return line if line >= 0 else min(len(text), at + LONGEST)
        if (
            text[quote_at - 1] != "\\"
            or text[quote_at - 2] == "\\"
            or text[quote_at + 1 : quote_at + 2] in ("", "\n", ",", " ", ")", ";")
        ):
            return quote_at
        quote_at += 1


def _trimmed(run: str) -> str:
    """The run without what follows it: the next pair, a written-out line break, closing punctuation."""
    following = _NEXT_PAIR.search(run, 1)
    run = run[: following.start()] if following else run
    kept = run.rstrip(",;.:")
    for opening, closing in ("()", "[]", "{}"):
        while kept.endswith(closing) and kept.count(closing) > kept.count(opening):
            kept = kept[:-1].rstrip(",;.:")
    return kept


def _to(text: str, at: int, ends: str, form: Form) -> Iterator[Value]:
    """What stands up to one of these characters; the quotes around all of it aside."""
    match = re.compile(f"[{re.escape(ends)}]").search(text, at, at + LONGEST)
    start, end = _stripped(text, at, match.start() if match else at)
    if text[start : start + 1] in _QUOTES and text[end - 1 : end] == _QUOTES[text[start]] and end - start > 2:
        start, end = start + 1, end - 1
    yield Value(start, start + len(text[start:end].removesuffix("]]")), form)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - (len(inner) - len(inner.rstrip()))
