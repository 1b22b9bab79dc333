"""What the templates may not do: say a rule twice, retype a contract token, say in English only what people read."""

import re
from collections.abc import Iterable, Iterator
from types import ModuleType

SENTENCE = 60
"""From this length on, a sentence that stands twice is a rule that stands twice."""

TOKEN = 12
"""Tokens from this length on are nobody's everyday words."""

_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def sentences(text: str) -> list[str]:
    """The sentences of a template's prose, whitespace and template tags normalised; tables and code are none."""
    prose = [line for line in _VALUE.sub("…", _TAG.sub("\n", text)).splitlines() if not line.lstrip().startswith("|")]
    parts = (part for line in prose for part in re.split(r"(?<=[.;:!?])\s+", re.sub(r"^[\s>#*\d.-]+", "", line)))
    return [" ".join(part.split()) for part in parts if part.strip()]


def repeated(texts: dict[str, str]) -> Iterator[str]:
    """Sentences that stand in two places."""
    seen: dict[str, str] = {}
    for name, text in sorted(texts.items()):
        for sentence in sentences(text):
            if len(sentence) < SENTENCE:
                continue
            if sentence in seen:
                yield f"{seen[sentence]} and {name}: {sentence}"
            seen.setdefault(sentence, name)


def contract_strings(tokens: ModuleType) -> set[str]:
    """Every text among the contract tokens that is long enough to be recognised."""
    found: set[str] = set()
    for name, value in vars(tokens).items():
        if name.isupper():
            found.update([value] if isinstance(value, str) else value)
    return {each for each in found if len(each) >= TOKEN}


def retyped(texts: dict[str, str], strings: set[str]) -> Iterator[str]:
    """Contract tokens that stand in a template as text; they come from `tokens`."""
    for name, text in sorted(texts.items()):
        plain = _VALUE.sub("", _TAG.sub("", text))
        yield from (f"{name}: {each!r}" for each in sorted(strings) if each in plain)


def unquoted(texts: dict[str, str]) -> Iterator[str]:
    """Values in command lines of templates that are not quoted, and all others of a script but in its comments."""
    for name, text in sorted(texts.items()):
        is_fenced = False
        for line in text.splitlines():
            is_fenced ^= line.lstrip().startswith("```")
            if name.startswith("scripts/"):
                found: Iterable[str] = () if line.startswith("#") else _values(line, r"sh|exactly")
            elif is_fenced:
                found = _in_command(line, _PROGRAM.search(line))
            else:
                found = (*_in_command(line, _COMMAND.search(line), r"sh|code|cell"), *_in_spans(line))
            yield from (f"{name}: {value}" for value in dict.fromkeys((*found, *_put_together(line))))


def _in_spans(line: str) -> Iterator[str]:
    """Values in code spans that hold a command."""
    for span in _SPAN.findall(line):
        yield from _in_command(span, _PROGRAM.match(span))


def _in_command(text: str, begin: "re.Match[str] | None", filters: str = "sh") -> Iterator[str]:
    yield from _values(text[begin.start() :], filters) if begin else ()


def _values(text: str, filters: str) -> Iterator[str]:
    """Values that go through none of these filters and are not plain words."""
    for value in re.findall(r"\{\{(.*?)\}\}", text):
        if not re.search(rf"\|\s*({filters})\b", value) and not _PLAIN.fullmatch(value.strip()):
            yield value.strip()


def _put_together(line: str) -> Iterator[str]:
    """Names in an expression that makes a command of strings, which do not go through `sh`."""
    for expression in re.findall(r"\{\{(.*?)\}\}", line):
        if not any(_PROGRAM.match(said) for said in re.findall(r'"([^"]*)"', expression)):
            continue
        rest = re.sub(r'"[^"]*"', "", expression)
        rest, before = re.sub(r"[\w.]+\s*\|\s*sh\b", "", rest), ""
        while rest != before:
            rest, before = re.sub(r"\([^()]*\)\s*\|\s*sh\b|\([^()]*\|\s*sh\s*\)", "", rest), rest
        words = re.findall(r"(?<![\w.])[A-Za-z_][\w.]*", rest)
        yield from (word for word in words if word not in _OURS and not _PLAIN.fullmatch(word))


_COMMAND = re.compile(r"(?:\b(?:okstra [a-z-]+|gh pr|claude) |\bgit -C )")
_PROGRAM = re.compile(r"\s*(?:git|okstra|gh|claude|codex|gemini|sh|cd|rm|mv|cp|cat|ls|test|printf|python3?) ")
_SPAN = re.compile(r"`([^`]+)`")
_OURS = ("code", "format", "exactly", "members")
"""Filters; and the members of a group, numbers with commas or a word of ours."""

_PLAIN = re.compile(r"(?:task\.key|run\.(?:id|stage|seq|task_type)|commands\.[a-z_]+|tokens\..*|worktree\.base)")
"""Keys, numbers, ids and words of ours; and lines that were quoted where they were made."""


def unknown_labels(texts: dict[str, str], labels: dict[str, str]) -> tuple[set[str], set[str]]:
    """(labels that templates ask for and nobody has, labels that no template asks for)."""
    asked = {name for text in texts.values() for name in re.findall(r"\bt\.([a-z_]+)", text)}
    return asked - labels.keys(), labels.keys() - asked
