"""A project's own form of pull requests, found and filled in, and text by others made fit to stand in one."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from unicodedata import category, combining, east_asian_width

from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import read_named
from okstra_git.fs.refusals import Linked, Missing, NotAFile, Outside, PathRefused, TooLarge, Unreadable
from okstra_git.names import quote_path
from okstra_git.paths import real_path

MAX_BYTES = 64 << 10

_NAME = "pull_request_template"
_SUFFIXES = (".md", ".txt")
_FOLDERS = (".github", "", "docs")
"""Where GitHub looks, in its order (docs.github.com, "Creating a pull request template for your repository")."""

_GITLAB = (".gitlab", "merge_request_templates")
_GAP = re.compile(r"(?:^(?P<lead>[ \t>]+))?\{\{[ \t]*okstra\.(?P<name>[a-z_]+)[ \t]*\}\}", re.MULTILINE)
"""A gap, with what stands before it if that is only indentation or the mark of a quote."""

_COMMENT_OR_GAP = re.compile(rf"<!--.*?-->|{_GAP.pattern}", re.MULTILINE | re.DOTALL)

_JOINERS = "\u200c\u200d"
_BREAK = "&#8203;"
"""A space of no width: whatever a forge looks for, it is not in one piece any more."""

_ACTIVE = re.compile(
    r"(?P<broken>@(?=\S)|[#!](?=\d)|\bGH(?=-\d)|:(?=//)|\bwww(?=\.))"
    r"|(?P<and>&)"
    r"|(?P<marked>[\\`*\[\]<>|~$#]|_(?![^\W_]))",
    re.IGNORECASE,
)
_OPENING = re.compile(r"([0-9]{1,9})[.)]|[-+=/]")
"""What begins a list, a rule or, on GitLab, a command."""

_LIVE_TICKET = re.compile(
    r"#?[A-Za-z0-9][A-Za-z0-9_.-]{0,99}|[\w.-]{1,99}/[\w.-]{1,99}[#!][0-9]{1,12}"
    r"|https?://[\w./?&=#%~:+,-]{1,300}",
    re.ASCII,
)
_LONG_ENOUGH = 12
"""How many columns a cut may lose for the sake of a whole word."""


@dataclass(frozen=True)
class Template:
    """A Markdown file with gaps such as `{{ okstra.body }}`; `path` is relative to the project's root if it is inside.

    `origin` says who chose it: the command line, the configuration, or the repository by having one.
    """

    path: str
    text: str
    origin: Literal["named", "configured", "repository"]


def find_template(root: Path, named: str | None, configured: str | None) -> Template | None:
    """The template that was named, else the configured one, else the repository's own, else None.

    A relative path has to stay below `root`; one name alone may also be that of a template in the folder where the
    repository keeps several. A template that was asked for and cannot be used is refused.
    """
    if named:
        return _read(root, _place_of(root, named), "named")
    if configured:
        return _read(root, _place_of(root, configured), "configured")
    own = next(_own(root), None)
    return _read(root, own, "repository") if own else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """The template with its gaps filled; without any, `values["body"]` follows below a rule.

    Nothing else is evaluated: other braces, gaps of unknown names and comments stay as they are. Further lines of a
    value begin like the line of its gap, so that quotes and lists go on.
    """
    pieces, position = [], 0
    for gap in _gaps(text, values):
        lead = gap["lead"] or ""
        first, *others = values[gap["name"]].split("\n")
        pieces += [text[position : gap.start()], lead, first, *(f"\n{f'{lead}{line}'.rstrip()}" for line in others)]
        position = gap.end()
    result = "".join([*pieces, text[position:]]).rstrip()
    if not pieces:
        result = f"{result}\n\n---\n\n{values['body']}" if result else values["body"]
    return result.rstrip() + "\n"


def gaps_in(text: str, names: Mapping[str, str]) -> int:
    """How many gaps of these names the template has."""
    return sum(1 for _ in _gaps(text, names))


def one_line(text: str) -> str:
    """The text on one line, without control characters, half characters and marks that turn the direction of text."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace() or c in _JOINERS).split())


def visible_line(text: str, limit: int) -> str:
    """At most `limit` characters on one line, in which control characters are shown, not obeyed."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return clipped(plain, limit)


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def prose(text: str, limit: int = 500) -> str:
    """The text as Markdown that renders as just this text: no markup, HTML, links, formulas or commands.

    Mentions, references to issues and addresses are broken by a space of no width, so that nobody is notified, no issue
    is closed, and nothing is linked.
    """
    plain = clipped(one_line(text), limit)
    safe = _ACTIVE.sub(_disarmed, plain)
    opening = _OPENING.match(safe)
    return f"{opening[1] or ''}\\{safe[opening.end(1) if opening[1] else 0 :]}" if opening else safe


def ticket(text: str) -> str:
    """A ticket as forges link it, `#12`, `SHOP-12` or an address; anything else is prose."""
    plain = one_line(text)
    return plain if _LIVE_TICKET.fullmatch(plain) else prose(plain, 100)


def columns(text: str) -> int:
    """How wide a terminal shows the text: wide characters count twice, marks on others not at all."""
    return sum(_width(character) for character in text)


def cut_to_columns(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis, after a whole word where one ends near."""
    if columns(text) <= limit:
        return text
    width = end = 0
    while end < len(text) and width + _width(text[end]) <= limit - 1:
        width += _width(text[end])
        end += 1
    head, word = text[:end], text[:end].rpartition(" ")[0]
    if not text[end : end + 1].isspace() and word and columns(head) - columns(word) <= _LONG_ENOUGH:
        head = word
    return f"{head.rstrip(f' {_JOINERS}')}…"


def _gaps(text: str, names: Mapping[str, str]) -> Iterator[re.Match[str]]:
    """The gaps of these names outside of comments; an unclosed comment does not count as one."""
    behind = text.rfind("-->") + 3 if "-->" in text else 0
    for gap in (*_COMMENT_OR_GAP.finditer(text, 0, behind), *_GAP.finditer(text, behind)):
        if gap["name"] in names:
            yield gap


def _place_of(root: Path, named: str) -> Path:
    """Where a name leads; one of a template among several is looked up there when it is not a file."""
    path = root / named
    if os.path.exists(path) or "/" in named:
        return path
    wanted = [named.casefold(), *(f"{named}{suffix}".casefold() for suffix in _SUFFIXES)]
    folders = [*((folder, _NAME) for folder in _FOLDERS), _GITLAB]
    entries = (_entry(_entry(_entry(root, outer), inner), name) for outer, inner in folders for name in wanted)
    return next((entry for entry in entries if entry), path)


def _own(root: Path) -> Iterator[Path]:
    """The files that forges take for the repository's template, the first of which counts."""
    for folder in _FOLDERS:
        for suffix in _SUFFIXES:
            entry = _entry(_entry(root, folder), f"{_NAME}{suffix}")
            if entry and not entry.is_dir():
                yield entry
    entry = _entry(_entry(_entry(root, _GITLAB[0]), _GITLAB[1]), "default.md")
    if entry:
        yield entry


def _entry(folder: Path | None, name: str) -> Path | None:
    """What has this name there, in whatever case; no name is the folder itself."""
    if folder is None or not name:
        return folder
    return next((entry for entry in _entries(folder) if entry.name.casefold() == name), None)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read(root: Path, path: Path, origin: Literal["named", "configured", "repository"]) -> Template:
    name = _told(root, path)
    is_below = not PurePosixPath(name).is_absolute()
    try:
        if is_below and not real_path(path).is_relative_to(real_path(root)):
            raise _missing(name, "is outside of the project", origin)
        data = read_named(str(path), root, (root,), limit=MAX_BYTES)
    except Missing as error:
        raise _missing(name, "is not there", origin) from error
    except NotAFile as error:
        raise _missing(name, f"is {error.facts['kind']} and not a file", origin) from error
    except TooLarge as error:
        raise _missing(name, f"is larger than {MAX_BYTES >> 10} KiB", origin) from error
    except Unreadable as error:
        cause = error.__cause__
        why = cause.strerror if isinstance(cause, OSError) else None
        raise _missing(name, f"cannot be read: {why or error.message}", origin) from error
    except (Linked, Outside) as error:
        raise _missing(name, "is outside of the project", origin) from error
    except (PathRefused, OSError, ValueError, RuntimeError) as error:
        raise _missing(name, f"cannot be read: {getattr(error, 'strerror', None) or error}", origin) from error
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _missing(name, f"is not UTF-8 at byte {error.start}", origin) from error
    if "\0" in text:
        raise _missing(name, "is not text", origin)
    return Template(name, text.replace("\r\n", "\n").replace("\r", "\n"), origin)


def _told(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _missing(name: str, why: str, origin: str) -> OkstraError:
    hint = {
        "named": "name a Markdown file, as a path from the project's root or an absolute one",
        "configured": "correct the setting, or name another template",
        "repository": "mend the file, or name another template",
    }[origin]
    return refuse(
        "template.missing", f"the pull request template {quote_path(name)} {why}", hint=hint, path=name, origin=origin
    )


def _disarmed(match: re.Match[str]) -> str:
    if match["and"]:
        return "&amp;"
    return f"\\{match[0]}" if match["marked"] else f"{match[0]}{_BREAK}"


def _width(character: str) -> int:
    if combining(character) or category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
