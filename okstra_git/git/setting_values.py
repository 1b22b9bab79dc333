"""Values of settings: a text of git config to what it means, or ValueError with what is expected."""

import re
from collections.abc import Callable

from okstra_git.git.config import FALSE, TRUE
from okstra_git.names import BadName, is_text, parse_slug
from okstra_git.plain_lines import ANY, split_plain

_NUMBER = re.compile(r"[0-9]{1,12}\Z")
_SCALES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse_project(text: str) -> str:
    """The id of a project."""
    try:
        return parse_slug(text, what="project id")
    except BadName as error:
        raise ValueError(error.hint) from None


def parse_branch(text: str) -> str:
    """The name of a branch."""
    forbidden = set(" ~^:?*[\\") & set(text) or ".." in text or "@{" in text or "//" in text
    if not text or not text.isprintable() or forbidden or text.startswith(("-", "/")) or text.endswith(("/", ".lock")):
        raise ValueError("expected the name of a branch")
    return text


def parse_path(text: str) -> str:
    """An absolute path, `~` allowed."""
    if not text.startswith(("/", "~/")) or not is_text(text) or any(c in text for c in "\0\r\n"):
        raise ValueError("expected a path on one line, in UTF-8, that starts with / or ~/")
    return text


def parse_file(text: str) -> str:
    """A path of a file."""
    if not text.strip() or not is_text(text) or not text.isprintable():
        raise ValueError("expected a path on one line, in UTF-8")
    return text


def parse_folder(text: str) -> str:
    """The name of a directory, or a path below the worktree."""
    parts = text.strip("/").split("/")
    if not is_text(text) or not text.isprintable() or any(part in ("", ".", "..", ".git") for part in parts):
        raise ValueError("expected the name of a directory, or a path from the top of the worktree")
    return text


BUDGET = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,4})?)(?P<unit>[kKM]?) (?P<what>tokens?|dollars?)", re.ASCII)
"""A piece of a budget; thousands and millions are of tokens alone."""


def parse_budget(text: str) -> str:
    """Tokens, dollars, or both with a comma between, as `2M tokens, 20 dollars`."""
    pieces = [BUDGET.fullmatch(piece.strip()) for piece in text.split(",")]
    kinds = [piece["what"].rstrip("s") for piece in pieces if piece]
    is_odd = any(piece and piece["unit"] and piece["what"].startswith("dollar") for piece in pieces)
    if None in pieces or len(set(kinds)) < len(kinds) or is_odd:
        raise ValueError("expected tokens, dollars or both, such as 2M tokens, 20 dollars")
    return text


def parse_count(text: str) -> int:
    """A number from 1, k, m or g behind it."""
    scale = _SCALES.get(text[-1:].lower(), 1)
    digits = text if scale == 1 else text[:-1]
    if not _NUMBER.match(digits) or int(digits) < 1:
        raise ValueError("expected a number from 1, k, m or g allowed behind it")
    return int(digits) * scale


def parse_flag(text: str) -> bool:
    """True or false, as git spells them."""
    if text.lower() not in TRUE + FALSE:
        raise ValueError("expected true or false")
    return text.lower() in TRUE


def parse_writer(text: str) -> str:
    """Others name their logs, with letters that nobody sees if they like; only what no ref is called is refused."""
    if not text or not is_text(text) or set("\n\0 ~^:?*[\\") & set(text) or ".." in text:
        raise ValueError("expected a writer, the last part of its log's ref, or the full name of that ref")
    return text


def parse_command_line(text: str) -> str:
    """A command without anything for a shell, ` *` at its end allowed."""
    try:
        split_plain(text.removesuffix(f" {ANY}"))
    except ValueError as error:
        expected = f"expected one command with nothing for a shell in it, ` {ANY}` at its end allowed"
        raise ValueError(f"{expected}; {error}") from None
    return text


def parse_one_of(*words: str) -> Callable[[str], str]:
    """A parser that takes these words alone."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"expected {' or '.join(words)}")
        return text

    return parse
