"""Finds the files of one session by its id, below the homes of the programs, and reads what it used.

Never by folder or age: two projects can share a folder, a session moves when it enters a worktree, and the newest file
may be another's. A session id comes from a record or a document, so it is a name here and never a part of a path.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from okstra_git.agents.claude_usage import read_claude_transcripts
from okstra_git.agents.codex_usage import read_codex_rollout
from okstra_git.agents.gemini_usage import read_gemini_chat
from okstra_git.agents.tokens import SessionUsage
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root

MOST_FOLDERS = 20_000
"""Folders of one kind that are searched for a session."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}", re.ASCII)
_BUFFER = 1 << 20
_PACKED = "a compressed transcript, which this Python cannot read"


class Homes(NamedTuple):
    """Where the programs keep their sessions: one folder or several for each."""

    claude: tuple[Path, ...]
    codex: tuple[Path, ...]
    gemini: tuple[Path, ...]


def homes_of(home: Path, environ: Mapping[str, str]) -> Homes:
    """The folders that the programs use for this home and environment."""
    claude = environ.get("CLAUDE_CONFIG_DIR")
    named = (Path(claude),) if claude else (home / ".claude", home / ".config" / "claude")
    return Homes(named, (Path(environ.get("CODEX_HOME") or home / ".codex"),), (home / ".gemini",))


class SessionFile(NamedTuple):
    """A file of a session: the root it was found below, and its name from there."""

    root: Path
    name: str


def find_session(program: str, session: str, homes: Homes) -> tuple[SessionFile, ...]:
    """The files of the session, its own first; none for an id that no program makes, or a program nobody knows."""
    finder = _FINDERS.get(program)
    if finder is None or not _ID.fullmatch(session):
        return ()
    roots: tuple[Path, ...] = getattr(homes, program)
    return tuple(
        SessionFile(root, name) for root in roots if root.is_dir() for name in finder(Root(root, links=True), session)
    )


def read_session(program: str, session: str, homes: Homes) -> SessionUsage | None:
    """What the session used, from its files; None when it has none.

    A file that cannot be read makes the result a lower bound: what was paid is at least what can be seen.
    """
    files = find_session(program, session, homes)
    if not files:
        return None
    plain = [file for file in files if not file.name.endswith(".zst")]
    usage = _READERS[program](plain, session)
    return _with_remark(usage, _PACKED) if len(plain) < len(files) else usage


def _claude_files(root: Root, session: str) -> Iterator[str]:
    for folder, kind in sorted(root.scan("projects", MOST_FOLDERS)):
        if kind != "folder":
            continue
        base = f"projects/{folder}/{session}"
        if root.is_file(f"{base}.jsonl"):
            yield f"{base}.jsonl"
        if root.is_folder(base):
            yield from (name for name, _ in root.walk(base) if name.endswith(".jsonl"))


def _codex_files(root: Root, session: str) -> Iterator[str]:
    seen = set()
    for folder in ("sessions", "archived_sessions"):
        for name, _ in root.walk(folder):
            ends = (f"-{session}.jsonl", f"-{session}.jsonl.zst")
            if name.endswith(ends):
                seen.add(name)
    yield from sorted(name for name in seen if not (name.endswith(".zst") and name.removesuffix(".zst") in seen))


def _gemini_files(root: Root, session: str) -> Iterator[str]:
    """A chat's name has the beginning of its id alone, so its first line is asked too."""
    for folder, kind in sorted(root.scan("tmp", MOST_FOLDERS)):
        if kind != "folder":
            continue
        for name, _ in root.walk(f"tmp/{folder}/chats"):
            is_named = name.endswith((f"-{session[:8]}.jsonl", f"/{session}.jsonl"))
            if is_named and f'"{session}"'.encode() in root.read_head(name, 4_096):
                yield name


def _read_claude(files: list[SessionFile], session: str) -> SessionUsage:
    with ExitStack() as stack:
        broken: list[str] = []
        opened = (stack.enter_context(session_lines(file, broken)) for file in files)
        usage = read_claude_transcripts(opened, session=session)
    return _with_remark(usage, *broken)


def _read_codex(files: list[SessionFile], session: str) -> SessionUsage:
    return _first(files, lambda lines: read_codex_rollout(lines, session=session))


def _read_gemini(files: list[SessionFile], session: str) -> SessionUsage:
    """A session resumed in another minute has a second file; their messages have ids of their own."""
    usages = [_first([file], lambda lines: read_gemini_chat(lines, session=session)) for file in files]
    best = max(usages, key=lambda usage: usage.tokens.total, default=None)
    return best if best is not None else SessionUsage("gemini", session, "gemini-1")


def _first(files: list[SessionFile], read: Callable[[Iterator[bytes]], SessionUsage]) -> SessionUsage:
    broken: list[str] = []
    for file in files:
        with session_lines(file, broken) as lines:
            usage = read(lines)
        return _with_remark(usage, *broken)
    return read(iter(()))


@contextmanager
def session_lines(file: SessionFile, broken: list[str]) -> Iterator[Iterator[bytes]]:
    """The lines of a file, read as they are asked for; one that cannot be opened has none, and `broken` names it."""
    with ExitStack() as stack:
        try:
            descriptor = stack.enter_context(Root(file.root, links=True).opened(file.name))
        except (PathRefused, OSError):
            broken.append("a transcript that cannot be read")
            yield iter(())
            return
        yield iter(stack.enter_context(os.fdopen(os.dup(descriptor), "rb", buffering=_BUFFER)))


def _with_remark(usage: SessionUsage, *remarks: str) -> SessionUsage:
    if not remarks:
        return usage
    confidence = "lower_bound" if usage.confidence == "exact" else usage.confidence
    return replace(usage, confidence=confidence, remarks=(*usage.remarks, *dict.fromkeys(remarks)))


_FINDERS: Mapping[str, Callable[[Root, str], Iterator[str]]] = {
    "claude": _claude_files,
    "codex": _codex_files,
    "gemini": _gemini_files,
}
_READERS: Mapping[str, Callable[[list[SessionFile], str], SessionUsage]] = {
    "claude": _read_claude,
    "codex": _read_codex,
    "gemini": _read_gemini,
}
