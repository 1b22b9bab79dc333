"""Looks that cost next to nothing: whether a file is there, what a brief's gate says, whether a branch exists.

Each answers only when it is sure; everything else is left to `looking`, which has the whole library.
"""

from __future__ import annotations

import os

from okstra_cli.wizard.answers import OPEN_GATES, State
from okstra_cli.wizard.state_file import read_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GATE_FIELD = "reporter-confirmations"
_SHORT, _PACKED = 64 << 10, 1 << 20
_WORDS = " -_.,/()'?!"
_PUNCTUATION = str.maketrans("/-_.", "aaaa")
LONGEST_BRANCH = 200
_HEX = "0123456789abcdefABCDEF"
_UNKNOWN = b"?"


def look_lightly(state: State, kind: str, name: str) -> dict[str, Any] | None:
    """What was found, or None when a closer look is needed."""
    if kind == "file":
        return _file(state, name)
    if kind == "brief":
        return _brief(state, name)
    if kind == "ref":
        return _branch(state, name)
    return None


def path_in(state: State, name: str) -> str:
    """The absolute path that a typed one means: from where the wizard began, or else from the project's root."""
    typed = os.path.expanduser(name)
    from_cwd = os.path.join(state.facts["cwd"], typed)
    from_root = os.path.join(state.facts["root"], typed)
    return os.path.normpath(from_root if os.path.exists(from_root) and not os.path.exists(from_cwd) else from_cwd)


def gate_of(head: str) -> str | None:
    """The word behind `reporter-confirmations:` in a front matter that YAML surely reads so too; else None."""
    lines = head.replace("\r\n", "\n").split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        return None
    front = lines[1 : lines.index("---", 1)]
    values = [line.partition(":")[2].strip() for line in front if line.startswith(f"{GATE_FIELD}:")]
    return values[0] if len(values) == 1 and values[0] in OPEN_GATES and all(map(_is_plain, front)) else None


def _is_plain(line: str) -> bool:
    """Nothing, a comment, or `name: words` that YAML has no other meaning for."""
    name, colon, words = line.partition(":")
    if not line or (line.startswith("#") and line.isprintable()):
        return True
    if not (colon and name.replace("-", "").replace("_", "").isalpha() and words[:1] in ("", " ")):
        return False
    words = words.strip(" ")
    return not words or (words[0].isalpha() and all(letter.isalnum() or letter in _WORDS for letter in words))


def _file(state: State, name: str) -> dict[str, Any] | None:
    path = path_in(state, name)
    return None if _short_text(path) is None else {"path": path}


def _brief(state: State, name: str) -> dict[str, Any] | None:
    path = path_in(state, name)
    gate = gate_of(_short_text(path) or "")
    return {"path": path, "shown": name, "gate": gate} if gate else None


def _short_text(path: str) -> str | None:
    """What a file says; None when it is long, or nothing that can be read as text."""
    try:
        data = read_plain(path, _SHORT + 1)
        return data.decode("utf-8") if len(data) <= _SHORT and b"\0" not in data else None
    except (OSError, UnicodeDecodeError):
        return None


def _branch(state: State, name: str) -> dict[str, Any] | None:
    """A branch, of here or as it was last seen on a remote, whose name fits nothing else in git's eyes."""
    is_plain = name.translate(_PUNCTUATION).isalnum() and len(name) <= LONGEST_BRANCH
    if not is_plain or ".." in name or name.startswith(("/", "-", "refs/")) or name.endswith(".lock"):
        return None
    if name.isupper() or not set(name) - set(_HEX):
        return None  # HEAD and its like, or the beginning of a commit's name
    local, remote = f"refs/heads/{name}", f"refs/remotes/{name}"
    others = (f"refs/tags/{name}", f"refs/{name}", f"{remote}/HEAD")
    packed = _packed(state)
    existing = [ref for ref in (local, remote, *others) if _is_there(state, ref) or f" {ref}\n".encode() in packed]
    is_branch = existing in ([local], [remote]) and (
        _is_loose(state, existing[0]) or f" {existing[0]}\n".encode() in packed
    )
    return {"ref": name} if is_branch and packed != _UNKNOWN else None


def _is_there(state: State, ref: str) -> bool:
    return os.path.isfile(os.path.join(state.facts["common_dir"], ref))


def _is_loose(state: State, ref: str) -> bool:
    try:
        return len(read_plain(os.path.join(state.facts["common_dir"], ref), 64).strip()) == 40
    except OSError:
        return False


def _packed(state: State) -> bytes:
    """The packed refs; `_UNKNOWN` where they are too long to be searched here, or cannot be read."""
    try:
        content = read_plain(os.path.join(state.facts["common_dir"], "packed-refs"), _PACKED + 1)
    except FileNotFoundError:
        return b""
    except OSError:
        return _UNKNOWN
    return content if len(content) <= _PACKED else _UNKNOWN
