"""Skills and agent definitions as values: their front matter, sections, code spans and command blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import yaml
from markdown_it import MarkdownIt

from okstra_git.paths import templates_directory

FOLDERS = ("skills", "agents")
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language and its lines."""

    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class AgentText:
    """One file that an agent reads; `path` is relative to the templates."""

    path: str
    text: str

    @property
    def is_skill(self) -> bool:
        return self.path.startswith("skills/")

    @property
    def name(self) -> str:
        """What the place calls it: the folder of a skill, the file of an agent."""
        place = PurePosixPath(self.path)
        return place.parent.name if self.is_skill else place.stem

    @cached_property
    def front(self) -> dict[str, Any]:
        """The front matter; empty when there is none that can be read."""
        found = _FRONT.match(self.text)
        try:
            values = yaml.safe_load(found[1]) if found else None
        except yaml.YAMLError:
            return {}
        return values if isinstance(values, dict) else {}

    @property
    def body(self) -> str:
        return _FRONT.sub("", self.text, count=1)

    @cached_property
    def _parsed(self) -> list[Any]:
        return MarkdownIt("commonmark").enable("table").parse(self.body)

    @cached_property
    def fences(self) -> list[Fence]:
        found = [token for token in self._parsed if token.type in ("fence", "code_block")]
        return [Fence(token.info.strip(), tuple(token.content.splitlines())) for token in found]

    @cached_property
    def spans(self) -> list[str]:
        """Inline code, in order."""
        inside = [child for token in self._parsed for child in token.children or ()]
        return [child.content for child in inside if child.type == "code_inline"]

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """(level, words) of each heading."""
        pairs = zip(self._parsed, self._parsed[1:], strict=False)
        return [(int(token.tag[1]), inside.content) for token, inside in pairs if token.type == "heading_open"]

    @property
    def has_steps(self) -> bool:
        """Whether it goes on in numbered steps."""
        return any(token.type == "ordered_list_open" for token in self._parsed)


def shipped_texts() -> list[AgentText]:
    """Every skill and agent definition that okstra ships."""
    root = templates_directory()
    files = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file()]
    return [AgentText(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in files]


def product_words() -> str:
    """Everything that programs and bundles say: the code and the templates, without skills and agents themselves."""
    root = templates_directory()
    code = [path for folder in ("okstra_git", "okstra_cli") for path in (root.parent / folder).rglob("*.py")]
    said = [path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] not in FOLDERS]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*code, *said])


def error_codes(words: str) -> set[str]:
    """Every dotted code that a refusal or a problem carries."""
    return set(re.findall(r'"([a-z][a-z-]*\.[a-z][a-z-]*)"', words))


def contract_tokens(table: Any) -> Iterator[str]:
    """Each text among the contract tokens."""
    for name, value in vars(table).items():
        if name.isupper():
            yield from [value] if isinstance(value, str) else value
