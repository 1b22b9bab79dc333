"""What the templates may not do: say a rule twice, retype a contract token, say in English only what people read."""

import re
from collections.abc import Iterator
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
        for line in text.splitlines():
            begin = _COMMAND.search(line)
            where = 0 if name.startswith("scripts/") else begin.start() if begin else len(line)
            for value in re.findall(r"\{\{(.*?)\}\}", line[where:]) if not line.startswith("#") else ():
                if not re.search(r"\|\s*(sh|code|cell)\b", value) and not _PLAIN.fullmatch(value.strip()):
                    yield f"{name}: {{{{{value}}}}}"


_COMMAND = re.compile(r"(?:\b(?:okstra [a-z-]+|gh pr|claude) |\bgit -C )")
_PLAIN = re.compile(r"(?:task\.key|run\.(?:id|stage|seq|task_type)|commands\.[a-z_]+|tokens\..*|worktree\.base)")
"""Keys, numbers, ids and words of ours; and lines that were quoted where they were made."""


def unknown_labels(texts: dict[str, str], labels: dict[str, str]) -> tuple[set[str], set[str]]:
    """(labels that templates ask for and nobody has, labels that no template asks for)."""
    asked = {name for text in texts.values() for name in re.findall(r"\bt\.([a-z_]+)", text)}
    return asked - labels.keys(), labels.keys() - asked
