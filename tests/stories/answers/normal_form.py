"""The normal form of an answer: here, and only here, what differs between two recordings is taken out."""

import os
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

from okstra_git.version import VERSION

_TOKENS = re.compile(
    r"\b(?:01[0-9A-HJKMNP-TV-Z]{24}|01[0-9A-HJKMNP-TV-Z]{10}|01[0-9A-HJKMNP-TV-Z]{8}"
    r"|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{10})\b"
)
"""ULIDs and their abbreviations, digests, object names and their abbreviations, fingerprints, nonces."""

_HOLDER = re.compile(r'"(host|boot|name)": "[^"]*"(?=[^{}]*\})(?=[^{}]*"(?:pid|born|boot)"|[^{}]*"why")')
_PATTERNS = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "TIME"),
    (re.compile(r"\blibgit2-[\d.]+"), "libgit2-VERSION"),
    (_HOLDER, r'"\1": "…"'),
    (re.compile(r'"(pid|born|seconds)": [\d.]+'), r'"\1": 0'),
    (re.compile(r", [\d.]+ s in "), ", 0 s in "),
    (re.compile(r'(\\?"(?:bytes|stored)\\?"): \d+'), r"\1: 0"),
    (re.compile(r"(\.(?:md|json|sh)  )(?: *)\d+( bytes|$)", re.MULTILINE), r"\1SIZE\2"),
    (re.compile(rf"(\bokstra |\"version\": \"){re.escape(VERSION)}"), r"\1VERSION"),
)
"""Times, versions, processes, and sizes of files that name a place."""

_BLANKS = re.compile(r"(?<=\S)  +")


class NormalForm:
    """Takes out of answers what differs from day to day and from machine to machine.

    Ids, hashes and object names become their names where they have one, and are counted in each answer otherwise;
    places become REPO, BESIDE, HOME and PROGRAMS. An answer that names a place gets two blanks between its columns,
    because their width depends on where the story was played.
    """

    def __init__(self, names: Mapping[str, str], repository: Path) -> None:
        self._names = names
        self._places = {str(repository): "REPO", str(repository.parent): "BESIDE", os.environ["HOME"]: "HOME",
                        sys.executable: "PYTHON", str(Path(sys.executable).parent): "PROGRAMS"}  # fmt: skip
        name, host = psutil.Process().name(), platform.node()
        self._places |= {f"{name}, pid {os.getpid()} on {host}": "PROCESS", f"{name} {os.getpid()}": "PROCESS"}

    def of(self, text: str) -> str:
        """The text as every recording has it."""
        normal = text
        for place, name in self._places.items():
            normal = normal.replace(place, name)
        if normal != text:
            normal = _BLANKS.sub("  ", normal)
        counted = self._counted(normal)
        normal = _TOKENS.sub(lambda found: f"<{counted[found[0]]}>", normal)
        for pattern, name in _PATTERNS:
            normal = pattern.sub(name, normal)
        return normal

    def _counted(self, text: str) -> dict[str, str]:
        """Token -> its name, or its kind and its number in this answer; an abbreviation is called like the whole."""
        counted: dict[str, str] = {}
        numbers: dict[str, int] = {}
        for token in sorted(_TOKENS.findall(text), key=len, reverse=True):
            if token not in counted:
                known = next((each for each in (*self._names, *counted) if each.startswith(token)), None)
                if known is None:
                    kind = _kind(token)
                    numbers[kind] = numbers.get(kind, 0) + 1
                    counted[token] = f"{kind} {numbers[kind]}"
                else:
                    counted[token] = self._names.get(known) or counted[known]
        return counted


def _kind(token: str) -> str:
    if token[:2] == "01" and token.upper() == token and len(token) in (10, 12, 26):
        return "id"
    return {64: "digest", 32: "hash", 16: "nonce"}.get(len(token), "object")
