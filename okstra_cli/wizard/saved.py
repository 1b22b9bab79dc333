"""Keeps a wizard's state in a file: JSON of one version, sealed by a checksum, replaced in one step.

JSON is read and written without the json package, whose regular expressions cost a step half its time: CPython's own
scanner and encoder do the work, and where there are none, or they have changed their ways, the json package does.
"""

from __future__ import annotations

import os

from okstra_cli.wizard.chosen import State
from okstra_cli.wizard.plain import link_below, read_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1
MARK = "okstra-wizard"
MOST_BYTES = 4 << 20
_PRIME = 2**61 - 1


class StateRefused(Exception):
    """The file cannot be used, and is left as it is; `code` and `hint` as in every refusal."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Saved:
    """A state as kept: `language` is that of its prompts."""

    __slots__ = ("language", "state")

    def __init__(self, state: State, language: str) -> None:
        self.state = state
        self.language = language


def read_state(path: str) -> Saved:
    """The state in the file; refuses one that is missing, foreign, damaged, or of another version."""
    try:
        text = _text_of(path)
        found = read_json(text)
    except ValueError:
        raise _refused("damaged", path, "is not a wizard's state, or is damaged") from None
    if not isinstance(found, dict) or found.get("kind") != MARK:
        raise _refused("foreign", path, "is not a wizard's state")
    if found.get("schema") != SCHEMA:
        raise _refused("version", path, "was written by another version of okstra")
    if found.get("seal") != _seal(_sealed_part(text)):
        raise _refused("damaged", path, "is damaged: its checksum does not fit")
    return Saved(State(found["facts"], found["turns"]), str(found["language"]))


def write_state(path: str, saved: Saved) -> None:
    """Put the state into the file, whole or not at all, readable for its owner alone."""
    body: dict[str, Any] = {
        "language": saved.language, "facts": saved.state.facts, "turns": [dict(turn) for turn in saved.state.turns],
    }  # fmt: skip
    sealed = write_json(body)[1:].encode("utf-8", "backslashreplace")
    data = f'{{"kind": "{MARK}", "schema": {SCHEMA}, "seal": "{_seal(sealed)}", '.encode() + sealed + b"\n"
    refuse_links(path)
    place = f"{path}.{os.getpid()}.tmp"
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError("the disk took a part of it only")
        finally:
            os.close(descriptor)
        os.replace(place, path)
    except OSError as error:
        _forget(place)
        raise unwritable(path, error) from None


def refuse_links(path: str) -> None:
    """Refuse a file that a link below `.okstra/` stands before."""
    link = link_below(path)
    if link:
        what = "is a link" if link == path else f"lies behind the link {link}"
        raise _refused("place", path, f"{what}, and links below .okstra/ are not followed", _PLACE_HINT)


def unwritable(path: str, error: OSError) -> StateRefused:
    """The refusal of a place that takes no file."""
    return _refused("place", path, f"cannot be written: {error.strerror or error}", _PLACE_HINT)


_PLACE_HINT = "name a file in a directory that you may write to with --state-file"


def _text_of(path: str) -> str:
    refuse_links(path)
    try:
        data = read_plain(path, MOST_BYTES + 1)
    except FileNotFoundError:
        raise _refused("missing", path, "is not there", _begin_with(path)) from None
    except OSError as error:
        raise _refused("place", path, f"cannot be read: {error.strerror or error}", _PLACE_HINT) from None
    if len(data) > MOST_BYTES:
        raise _refused("foreign", path, "is not a wizard's state")
    return data.decode("utf-8")


def _sealed_part(text: str) -> bytes:
    """What the checksum was made of: everything behind it, to the byte, so that nothing has to be written out again."""
    at = text.find('"language"')
    return text[at:].removesuffix("\n").encode("utf-8", "backslashreplace") if at > 0 else b""


def _seal(sealed: bytes) -> str:
    """A checksum against hands and half writes: the bytes as one number, modulo a prime. No secret is in it."""
    return f"{int.from_bytes(sealed) % _PRIME:015x}"


def _refused(what: str, path: str, why: str, hint: str = "") -> StateRefused:
    usual = "nothing was changed; begin anew with git okstra wizard init and another --state-file"
    return StateRefused(f"wizard.state-{what}", f"the state file {path} {why}", hint or usual)


def _begin_with(path: str) -> str:
    from okstra_git.commands import word  # a step that has its file does without

    return f"git okstra wizard init --state-file {word(path)}"


def _forget(place: str) -> None:
    try:
        os.unlink(place)
    except OSError:
        return


class _Reading:
    """What CPython's scanner asks of its context (json.decoder.JSONDecoder has the same attributes)."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    def __init__(self) -> None:
        self.memo: dict[str, str] = {}


def read_json(text: str) -> Any:
    """The value of a JSON text; ValueError when it is none, or when anything follows it."""
    try:
        from _json import make_scanner

        context: Any = _Reading()
        scan = make_scanner(context)
    except (ImportError, AttributeError, TypeError):
        import json

        return json.loads(text)
    try:
        value, end = scan(text, len(text) - len(text.lstrip(" \t\r\n")))
    except (StopIteration, RecursionError, SystemError) as error:
        # SystemError: up to Python 3.11 the scanner fails to raise JSONDecodeError while json.decoder is not loaded
        raise ValueError("no JSON value") from error
    if text[end:].strip(" \t\r\n"):
        raise ValueError("something follows the JSON value")
    return value


def write_json(value: Any) -> str:
    """One line of JSON with Unicode as it is; half characters have to be escaped by whoever encodes the line.

    Takes what JSON has: texts, numbers, booleans, None, lists, and dicts keyed by texts.
    """
    try:
        from _json import encode_basestring, make_encoder

        encode = make_encoder(None, _no_place, encode_basestring, None, ": ", ", ", False, False, False)
        return "".join(encode(value, 0))
    except (ImportError, AttributeError):
        import json

        return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _no_place(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in this JSON")
