"""The archive of a run, as JSON and as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from okstra_cli.json_objects import with_further
from okstra_cli.page import Cell, Page
from okstra_git.commands import word

if TYPE_CHECKING:
    from okstra_cli.answers import runs as shapes


def index_of(data: bytes) -> shapes.ArchiveIndex:
    """The index of an archive; another clone may have written it, so what is not of its shape is left out."""
    try:
        index = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(index, dict):
        return {}
    known: shapes.ArchiveIndex = {
        "files": [file for row in _objects(index.get("files")) for file in _archived_file(row)],
        "left_out": [file for row in _objects(index.get("left_out")) for file in _left_out_file(row)],
    }
    names: tuple[Literal["run", "task", "archived"], ...] = ("run", "task", "archived")
    for name in names:
        if isinstance(text := index.get(name), str):
            known[name] = text
    return with_further(known, {name: value for name, value in index.items() if name in known or name not in names})


def _objects(rows: object) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _archived_file(row: dict[str, Any]) -> Iterator[shapes.ArchivedFile]:
    match row:
        case {"path": str(path), "bytes": int(size), "cut": bool(cut), "redacted": dict(redacted)}:
            known: shapes.ArchivedFile = {"path": path, "bytes": size, "cut": cut, "redacted": redacted}
            yield with_further(known, row)


def _left_out_file(row: dict[str, Any]) -> Iterator[shapes.LeftOutFile]:
    match row:
        case {"path": str(path), "why": str(why)}:
            known: shapes.LeftOutFile = {"path": path, "why": why}
            yield with_further(known, row)


def archive_page(run: str, index: Mapping[str, Any]) -> Page:
    page = Page()
    rows = [
        (each["path"], str(each["bytes"]), "shortened" if each["cut"] else "", _redacted(each["redacted"]))
        for each in index.get("files", [])
    ]
    page.table(("file", "bytes", "", "redacted"), rows)
    for each in index.get("left_out", []):
        page.line(Cell("left out: ", "warn"), f"{each['path']}: {each['why']}")
    page.line(Cell(f"one of them: git okstra run show {word(run)} --file PATH", "faint"))
    return page


def _redacted(found: Mapping[str, int]) -> str:
    return ", ".join(f"{times} {kind}" for kind, times in found.items())
