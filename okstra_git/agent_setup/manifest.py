"""The manifest beside what setup installed: every file with its fingerprint, folders and rules that it made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, cast

from okstra_git.errors import OkstraError, refuse

FORMAT = 1
_WHAT = "What git okstra setup installed here. It updates and removes this and nothing else."
_SETTINGS = ("settings.json", "settings.local.json")


@dataclass(frozen=True)
class OwnRules:
    """What setup added to one settings file: rules, the texts as put in, keys made for them, the file itself."""

    rules: tuple[str, ...] = ()
    chunks: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    created: bool = False


@dataclass(frozen=True)
class Manifest:
    """Everything of okstra's in one folder. `pending_*` is what a run was about to write when it was last seen."""

    okstra: str
    files: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    settings: Mapping[str, OwnRules] = field(default_factory=dict)
    pending_files: Mapping[str, str] = field(default_factory=dict)
    pending_settings: Mapping[str, OwnRules] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.files, *self.pending_files}))

    def fingerprints(self, path: str) -> frozenset[str]:
        """The contents that we may have put there."""
        return frozenset(where[path] for where in (self.files, self.pending_files) if path in where)

    def fingerprint_of(self, path: str) -> str:
        """The content that we put there, or were about to put there first."""
        return self.files.get(path) or self.pending_files[path]

    @property
    def is_empty(self) -> bool:
        return not (self.files or self.folders or self.settings)


def render_manifest(manifest: Manifest) -> bytes:
    """The manifest as a file: sorted, without times or places, so that it can be committed."""
    value: dict[str, Any] = {
        "what": _WHAT,
        "format": FORMAT,
        "okstra": manifest.okstra,
        "files": dict(sorted(manifest.files.items())),
        "folders": sorted(manifest.folders),
        "settings": _rules_json(manifest.settings),
    }
    if manifest.pending_files or manifest.pending_settings:
        value["pending"] = {
            "files": dict(sorted(manifest.pending_files.items())),
            "settings": _rules_json(manifest.pending_settings),
        }
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def parse_manifest(data: bytes, *, place: str) -> Manifest:
    """The manifest in these bytes; refuses what it does not understand, and paths that lead anywhere else."""
    try:
        value = json.loads(data)
        _demand(isinstance(value, dict) and isinstance(value.get("format"), int), "it has no format")
        if value["format"] > FORMAT:
            raise _unreadable(place, f"a newer okstra wrote it (format {value['format']})", "update git-okstra")
        return _manifest(value)
    except (ValueError, RecursionError) as error:
        raise _unreadable(place, str(error), "put it back as it was, or move it away and run setup again") from error


def _manifest(value: dict[str, Any]) -> Manifest:
    pending = value.get("pending", {})
    _demand(isinstance(pending, dict), "its pending is not an object")
    folders = value.get("folders", [])
    _demand(isinstance(folders, list) and all(map(_is_folder, folders)), "its folders are not understood")
    _demand(isinstance(value.get("okstra"), str), "it names no okstra")
    return Manifest(
        okstra=value["okstra"],
        files=_files(value.get("files", {})),
        folders=tuple(folders),
        settings=_settings(value.get("settings", {})),
        pending_files=_files(pending.get("files", {})),
        pending_settings=_settings(pending.get("settings", {})),
    )


def _files(value: Any) -> dict[str, str]:
    good = isinstance(value, dict) and all(_is_file(path) and isinstance(digest, str) for path, digest in value.items())
    _demand(good, "its files are not understood")
    return cast("dict[str, str]", value)


def _settings(value: Any) -> dict[str, OwnRules]:
    _demand(isinstance(value, dict) and value.keys() <= set(_SETTINGS), "its settings are not understood")
    return {name: _own_rules(recorded) for name, recorded in value.items()}


def _own_rules(value: Any) -> OwnRules:
    _demand(isinstance(value, dict), "its settings are not understood")
    texts = [value.get(name, []) for name in ("rules", "chunks", "made")]
    _demand(all(isinstance(entries, list) and all(isinstance(text, str) for text in entries) for entries in texts),
            "its rules are not understood")  # fmt: skip
    rules, chunks, made = map(tuple, texts)
    return OwnRules(rules, chunks, made, value.get("created") is True)


def _rules_json(settings: Mapping[str, OwnRules]) -> dict[str, Any]:
    return {
        name: {"created": own.created, "rules": own.rules, "made": own.made, "chunks": own.chunks}
        for name, own in sorted(settings.items())
    }


def _is_file(path: Any) -> bool:
    """Only the shapes that setup installs: a manifest is committed and shared, so anyone may have written it."""
    if not _is_below(path):
        return False
    parts = PurePosixPath(path).parts
    depth = {"skills": 3, "agents": 2, ".claude-plugin": 2}.get(parts[0])
    return depth is not None and (len(parts) == depth or (parts[0] == "skills" and len(parts) > depth))


def _is_folder(path: Any) -> bool:
    return path == "." or _is_below(path)


def _is_below(path: Any) -> bool:
    """A relative path with slashes that is written in one way only."""
    if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
        return False
    return not path.startswith("/") and not {"", ".", ".."} & set(path.split("/"))


def _demand(holds: bool, why: str) -> None:
    if not holds:
        raise ValueError(why)


def _unreadable(place: str, why: str, hint: str) -> OkstraError:
    return refuse("setup.manifest-unreadable", f"{place} is not readable: {why}", hint=hint, path=place)
