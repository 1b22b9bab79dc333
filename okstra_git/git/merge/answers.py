"""What `git merge-tree --stdin` prints, read into clean trees and conflicts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_TYPES = (
    ("submodule", "submodule"),
    ("file/directory", "file/directory"),
    ("rename/rename", "rename/rename"),
    ("rename/delete", "rename/delete"),
    ("rename involved in collision", "rename/add"),
    ("dir", "directory-rename"),
    ("file location", "directory-rename"),
    ("modify/delete", "modify/delete"),
    ("binary", "binary"),
    ("distinct modes", "mode"),
    ("distinct types", "mode"),
)
"""Words of git's stable short types (git-merge-tree(1), INFORMATIONAL MESSAGES) and ours, the most telling first."""


class Message(NamedTuple):
    """One of git's messages: the paths it is about, and its stable short type in lower case."""

    paths: tuple[bytes, ...]
    type: str


@dataclass(frozen=True)
class MergeAnswer:
    """How one merge ended: the tree, and the kind of conflict by path; the tree counts only without any.

    There is at least one conflict when git calls the merge not clean, also where it leaves no path in conflict.
    """

    tree: str
    conflicts: dict[bytes, str] = field(default_factory=dict)


def parse_answers(output: bytes, pairs: Sequence[tuple[str, str]]) -> Iterator[MergeAnswer]:
    """The answers to as many of the `pairs` of commits as git came to, in their order.

    The form is that of git-merge-tree(1), INPUT FORMAT and OUTPUT: for each merge "1" or "0" (clean or not), the tree,
    one token for each conflicted stage, an empty one, the messages (number of paths, paths, type, words), an empty one.
    An answer that breaks off in the middle, where git was stopped, is left out.
    """
    tokens = iter(output.split(b"\0"))
    for pair in pairs:
        try:
            yield _parse_answer(tokens, pair)
        except StopIteration:
            return


def _parse_answer(tokens: Iterator[bytes], pair: tuple[str, str]) -> MergeAnswer:
    is_clean, tree = next(tokens) == b"1", next(tokens).decode()
    if is_clean:
        next(tokens)
        return MergeAnswer(tree)
    aside = re.compile("~(?:{}|{})(?:_[0-9]+)?$".format(*pair).encode())  # git renames what stands in something's way
    stages: dict[bytes, set[bytes]] = {}
    while entry := next(tokens):
        facts, _, path = entry.partition(b"\t")
        stages.setdefault(aside.sub(b"", path), set()).add(facts[-1:])
    messages = list(_parse_messages(tokens, aside))
    return MergeAnswer(tree, _conflicts(stages, messages))


def _parse_messages(tokens: Iterator[bytes], aside: re.Pattern[bytes]) -> Iterator[Message]:
    while (token := next(tokens)).isdigit():  # advice about submodules may follow as plain text
        paths = tuple(aside.sub(b"", next(tokens)) for _ in range(int(token)))
        kind = next(tokens).decode(errors="replace")
        next(tokens)
        if kind.startswith("CONFLICT"):
            yield Message(paths, kind.lower())


def _conflicts(stages: dict[bytes, set[bytes]], messages: Sequence[Message]) -> dict[bytes, str]:
    types: dict[bytes, list[str]] = {}
    for message in messages:
        for path in message.paths:
            types.setdefault(path, []).append(message.type)
    staged = {path: _kind(numbers, types.get(path, [])) for path, numbers in stages.items()}
    return staged | _unstaged(messages, staged)


def _unstaged(messages: Sequence[Message], staged: dict[bytes, str]) -> dict[bytes, str]:
    """Conflicts that show in a message alone: a folder renamed to several places, or something in its new place.

    git leaves every file there where it was, without stages, and ends as after any other conflict. What else it says
    about a path without stages may have come to nothing, so that counts only when nothing else is left.
    """
    kinds = {
        path: _kind(set(), [message.type])
        for message in messages
        if staged.keys().isdisjoint(message.paths)
        for path in message.paths
    }
    folders = {path: kind for path, kind in kinds.items() if kind == "directory-rename"}
    return folders if folders or staged else kinds or {b".": "content"}


def _kind(stages: set[bytes], types: Sequence[str]) -> str:
    known = next((ours for theirs, ours in _TYPES if any(theirs in type_name for type_name in types)), None)
    return known or ("content" if b"1" in stages else "add/add")
