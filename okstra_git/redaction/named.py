"""Secrets that stand beside a name that says so: assignments, fields, flags, elements, headers, tables, sentences."""

import re
from base64 import b64decode
from collections.abc import Iterator
from string import ascii_letters, digits

from okstra_git.redaction.lazy import Lazy
from okstra_git.redaction.reading import read_values
from okstra_git.redaction.span import Span
from okstra_git.redaction.values import (
    is_digits,
    is_likely,
    is_number,
    is_object_name,
    is_place,
    is_placeholder,
    is_random,
    is_words,
)
from okstra_git.redaction.words import FOREIGN, PHRASES, SEEDS, SHORT, Grade, grade_of

_NAME = Lazy(r"[\w.-]{1,120}")
_BACK = 60
_FOREIGN = sorted((word for words in FOREIGN.values() for word in words.split()), key=len, reverse=True)
_ASCII = ascii_letters + digits + "_-."
_AROUND, _REMEMBERED = 130, 2000
"""Letters around a name that were found harmless are not looked at again, so many of them: a long text repeats itself."""

_NUMBERED = Lazy(r"[a-z]+\d{1,2}\Z")
_SUM_OF = Lazy(r"sha\d{1,3}=", re.IGNORECASE)
_BREAKS = Lazy(r"[\s\"'`<]")
CROWD = 40
"""Names in one run without blanks and quotes of which each is looked at; no file has more, and each look costs."""


def named(text: str) -> Iterator[Span]:
    """Every value that its name makes a secret."""
    small = text.lower() if text.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    done = last = crowd = 0
    calm: set[tuple[int, str]] = set()
    for start, end, grade, name in _names(text, small):
        crowd = 0 if _BREAKS.search(text, last, start) else crowd + 1
        last = max(end, last)
        around = (min(start, _AROUND), text[max(0, start - _AROUND) : end + _AROUND])
        if start < done or crowd > CROWD or around in calm:
            continue
        reach = start
        for value in read_values(text, start, end, is_sure=grade in ("password", "secret")):
            reach = max(reach, value.end)
            if value.end > value.start and _counts(text[value.start : value.end], grade, value.form, name):
                yield Span(value.start, value.end, "password" if grade == "password" else "secret")
                done = max(done, value.end)
        if done <= start and reach < end + _AROUND - 20 and len(calm) < _REMEMBERED:
            calm.add(around)


def _names(text: str, small: str) -> Iterator[tuple[int, int, Grade, str]]:
    """Names of secrets as they stand in the text, in order."""
    seen = -1
    for at in _seeds(small):
        if at <= seen:
            continue
        phrase = PHRASES.match(small, at)
        if phrase:
            seen = phrase.end()
            yield at, phrase.end(), "secret" if "key" in phrase[0] else "password", text[at : phrase.end()]
            continue
        start, end = _bounds(text, small, at)
        seen = end - 1
        name = text[start:end]
        grade = grade_of(name[-120:].strip(".-_"))
        is_method = text[end : end + 1] == "(" and "." in name and not grade_of(name.rpartition(".")[2])
        if grade and not is_method:
            yield start, end, grade, name


def _seeds(small: str) -> list[int]:
    places: list[int] = []
    for seed in SEEDS:
        at = small.find(seed)
        while at >= 0:
            places.append(at)
            at = small.find(seed, at + len(seed))
    places.sort()
    return places


def _bounds(text: str, small: str, at: int) -> tuple[int, int]:
    """The whole name around a place in it; of letters beside ASCII only the word itself, since there are no blanks."""
    if not text[at].isascii():
        return at, _end_of_word(small, at, at + 1)
    before = text[max(0, at - _BACK) : at]
    start = at - len(before) + len(before.rstrip(_ASCII))
    while start > 0 and at - start < _BACK and _is_part(text[start - 1]):
        start -= 1
    while start < at and text[start] == ".":
        start += 1
    if text[start - 1 : start] == "%" and at - start >= 2:
        start += 2  # an escape of an address before the name
    if start < at and text[start - 1 : start + 1] in ("\\n", "\\t", "\\r"):
        start += 1  # a written-out line break before the name
    match = _NAME.match(text, at)
    end = at + max(1, len(match[0].rstrip(".-"))) if match else at + 1
    return start, end


def _is_part(letter: str) -> bool:
    return letter.isalnum() or letter in "_-."


def _end_of_word(text: str, at: int, end: int) -> int:
    """Where the longest known word that begins here ends."""
    return next((at + len(word) for word in _FOREIGN if text.startswith(word, at)), end)


def _counts(value: str, grade: Grade, form: str, name: str) -> bool:
    """Whether what stands beside a name of this grade is a secret."""
    value = value.strip()
    if not value or is_placeholder(value) or value.startswith("[redacted"):
        return False
    if value.lower() in name.lower() or _is_text(value):
        return False
    if form == "beside" and _NUMBERED.match(value):
        return False
    if form in ("spaced", "sentence") and name.lower() in SHORT:
        return False
    if form in ("beside", "sentence") or (
        grade == "password" and name.lower() in ("pass", "pw", "kp", "parole", "clave", "pass_")
    ):
        return is_likely(value) if grade in ("password", "secret") else is_random(value)
    if form == "spaced":
        return is_random(value) or (grade == "password" and is_likely(value) and len(value) >= 8)
    if grade == "password":
        return _is_password(value)
    if grade == "secret" or (grade == "bare" and form in ("flag", "element")):
        return _is_secret(value, name)
    summed = _SUM_OF.sub("", value) if name.lower().endswith(("sig", "signature", "256", "hmac")) else value
    return is_random(value) or (grade == "weak" and is_digits(summed)) or _is_packed_login(value, name)


def _is_password(value: str) -> bool:
    if len(value) < 3 or not any(c.isascii() for c in value) or (is_place(value) and len(value) > 3):
        return False
    if is_number(value):
        return value.isdecimal() and len(value) >= 4
    is_named_after = is_words(value) and grade_of(value[-120:]) != ""
    is_code = "_" in value and value.replace("_", "").isalpha() and value.islower()
    return not (is_named_after or is_code or (" " in value and _is_sentence(value)))


def _is_secret(value: str, name: str) -> bool:
    if len(value) < 6 or is_words(value) or is_place(value):
        return False
    if is_number(value):
        return (
            value.isdecimal()
            and len(value) >= 8
            and any(word in name.lower() for word in ("api", "secret", "access", "auth"))
        )
    return not (" " in value and (_is_sentence(value) or is_object_name(value)))


def _is_text(value: str) -> bool:
    """Whether it has several lines of which some are of several words: code or prose."""
    return "\n" in value and any(" " in line.strip() for line in value.splitlines())


def _is_sentence(value: str) -> bool:
    words = value.split()
    return len(words) >= 3 and sum(map(is_words, words)) > len(words) // 2 and len(words) not in (4, 5, 12, 24)


def _is_packed_login(value: str, name: str) -> bool:
    """Whether it is a name and a password in Base64, as `auth` has them."""
    if "auth" not in name.lower() or len(value) < 8:
        return False
    try:
        return b":" in b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
