"""Reads what okstra ships for agents and what stands in a folder, once: everything after is decided on values."""

import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path, PurePosixPath

from okstra_git.agent_setup.apply import leftover_of
from okstra_git.agent_setup.manifest import Manifest, parse_manifest
from okstra_git.agent_setup.model import DesiredFiles, Kind, SetupFolder
from okstra_git.digest import fingerprint
from okstra_git.errors import refuse
from okstra_git.fs.outside import require_gits

NAME = "okstra"
"""The plugin's name; its skills are called /okstra:<skill> then."""
RULES = {
    "Bash(okstra *)": "every command of the skills",
    "Bash(git okstra *)": "the same commands as hints and refusals spell them",
    "Bash(git-okstra *)": "the same program, where it is called by its file's name",
    "Edit(.okstra/**)": "prompts, results and reports of runs, briefs and answers: all that agents write by hand",
}
"""Permission rules for Claude Code, each with what it is for."""
HOOKS = {
    "hooks.SessionStart: git-okstra hook claude-session-start": "tell a new session where it is and what is open",
    "hooks.Stop: git-okstra hook claude-stop": "as a turn ends, record what is proven and keep uncommitted work",
}
"""Hooks for Claude Code, each with what it is for; installed where somebody asked for them."""
WORKTREE_HOOKS = {
    "hooks.WorktreeCreate: git-okstra hook claude-worktree-create": "make a session's worktree on the right base",
    "hooks.WorktreeRemove: git-okstra hook claude-worktree-remove": "remove it again where nothing in it is lost",
}
"""Hooks that take the place of Claude Code's own way with worktrees, so they are asked for by themselves."""
PLUGIN_SUMMARY = "Skills and agents of git-okstra: runs, briefs, handoffs and rewritten history, driven from the agent"
"""What the plugin is, for those who choose one."""


def read_desired_files(templates: Path, kind: Kind, version: str) -> DesiredFiles:
    """What stands in a folder of this kind; `templates` holds `skills/<name>/SKILL.md` and `agents/<name>.md`.

    Refuses templates without a skill.
    """
    files = dict(_skills(templates / "skills"))
    if not files:
        raise refuse("install.incomplete", f"there are no skills in {templates}", hint="install git-okstra again")
    if kind is Kind.AGENTS:
        return DesiredFiles(version, files)
    files |= _agents(templates / "agents")
    if kind is Kind.CLAUDE:
        return DesiredFiles(version, files, (*RULES, *skill_rules(files)))
    return DesiredFiles(version, files | _plugin(version))


def skill_rules(files: Iterable[str]) -> tuple[str, ...]:
    """A permission rule for each skill among these files: `allowed-tools` makes Claude Code ask before it starts one.

    The names stand in full, because Claude Code knows no star in a rule for skills.
    """
    paths = (PurePosixPath(path) for path in files)
    return tuple(f"Skill({path.parent.name})" for path in paths if path.match("skills/*/SKILL.md"))


class EntryKind(StrEnum):
    """What stands at a path; a `link` is a link to a file, and `odd` all that is neither file nor link to one."""

    NOTHING = "nothing"
    FILE = "file"
    LINK = "link"
    ODD = "odd"
    BLOCKED = "blocked"


_MOVABLE = (EntryKind.FILE, EntryKind.LINK)


@dataclass(frozen=True)
class ActualFile:
    """What stands at a path, the fingerprint of its content where it has one, and what is odd about it."""

    kind: EntryKind
    digest: str = ""
    note: str = ""


@dataclass(frozen=True)
class SettingsFile:
    """A settings file: its text, or None when there is none or it cannot be read; then `problem` says why not."""

    name: str
    text: str | None = None
    problem: str = ""
    digest: str = ""
    is_link: bool = False


@dataclass(frozen=True)
class ActualFolder:
    """One folder as it stands.

    `folders` are those there; `entries`, the names in each one that we made; `asides`, where a file that is in the way
    can be put; `leftovers`, temporary files of killed runs; `obstacle`, what keeps the folder itself from being.
    """

    root: SetupFolder
    manifest: Manifest | None
    manifest_digest: str
    files: Mapping[str, ActualFile]
    folders: frozenset[str]
    entries: Mapping[str, frozenset[str]]
    asides: Mapping[str, Path]
    settings: Mapping[str, SettingsFile]
    leftovers: tuple[Path, ...]
    obstacle: str = ""

    @property
    def own(self) -> Manifest:
        """The manifest, or an empty one."""
        return self.manifest or Manifest("")

    @property
    def leftover_paths(self) -> frozenset[str]:
        """The leftovers as paths in the root."""
        return frozenset(path.relative_to(self.root.folder).as_posix() for path in self.leftovers)


def read_folder(root: SetupFolder, desired: DesiredFiles) -> ActualFolder:
    """Read everything that the desired files or the manifest name."""
    data = _read_manifest(root.manifest)
    manifest = parse_manifest(data, place=str(root.manifest)) if data is not None else None
    paths = sorted({*desired.files, *(manifest.paths if manifest else ())})
    files = {path: read_entry(root.folder / path, below=root.folder) for path in paths}
    settings = {name: _read_settings(root.folder / name) for name in {*root.settings, *_named(manifest)}}
    return ActualFolder(
        root=root,
        manifest=manifest,
        manifest_digest=fingerprint(data) if data is not None else "",
        files=files,
        folders=frozenset(folder for folder in {".", *folders_of(paths)} if (root.folder / folder).is_dir()),
        entries={folder: _entries(root.folder / folder) for folder in _own_folders(root, manifest)},
        asides={path: _aside(root.folder / path) for path in paths if files[path].kind in _MOVABLE},
        settings=settings,
        leftovers=_leftovers(root, [*paths, *settings]),
        obstacle=_obstacle(root.folder),
    )


def read_entry(path: Path, *, below: Path) -> ActualFile:
    """What stands at this path, whose folder is `below` or inside it."""
    for folder in [*reversed(path.relative_to(below).parents)]:
        above = below / folder
        if os.path.lexists(above) and not above.is_dir():
            return ActualFile(EntryKind.BLOCKED, note=f"{above} is not a folder")
    try:
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            return ActualFile(EntryKind.FILE, fingerprint(require_gits(path)))
        if stat.S_ISLNK(status.st_mode) and path.is_file():
            return ActualFile(EntryKind.LINK, fingerprint(require_gits(path)), f"is a link to {os.readlink(path)}")
        return ActualFile(EntryKind.ODD, note="is a link to nothing" if path.is_symlink() else "is not a file")
    except (FileNotFoundError, NotADirectoryError):
        return ActualFile(EntryKind.NOTHING)
    except OSError as error:
        return ActualFile(EntryKind.ODD, note=f"cannot be read: {error.strerror}")


def folders_of(paths: Iterable[str]) -> set[str]:
    """Every folder that these files stand in, the root itself as `.`."""
    return {str(parent) for path in paths for parent in PurePosixPath(path).parents}


def _skills(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of every folder that has a SKILL.md, byte for byte."""
    for skill in sorted(folder.glob("*/SKILL.md")):
        for file in sorted(path for path in skill.parent.rglob("*") if path.is_file()):
            relative = file.relative_to(folder)
            if not any(part.startswith((".", "__")) for part in relative.parts):
                yield f"skills/{relative.as_posix()}", file.read_bytes()


def _agents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Agent definitions open with their front matter; another page in the folder is not one."""
    for file in sorted(folder.glob("*.md")):
        data = file.read_bytes()
        if data.startswith(b"---"):
            yield f"agents/{file.name}", data


def _plugin(version: str) -> dict[str, bytes]:
    """The plugin, and a marketplace of this one plugin, so that the folder can be added as it is."""
    maker = {"name": "git-okstra contributors"}
    plugin = {"name": NAME, "version": version, "description": PLUGIN_SUMMARY, "author": maker, "license": "MIT"}
    market = {
        "name": NAME,
        "description": PLUGIN_SUMMARY,
        "owner": maker,
        "metadata": {"description": PLUGIN_SUMMARY},
        "plugins": [{"name": NAME, "source": "./", "description": PLUGIN_SUMMARY}],
    }
    return {
        f".claude-plugin/{name}.json": (json.dumps(value, indent=2) + "\n").encode()
        for name, value in (("plugin", plugin), ("marketplace", market))
    }


def _obstacle(folder: Path) -> str:
    if os.path.lexists(folder) and not folder.is_dir():
        return f"{folder} is not a folder"
    return "" if folder.is_dir() or folder.parent.is_dir() else f"there is no folder {folder.parent}"


def _own_folders(root: SetupFolder, manifest: Manifest | None) -> list[str]:
    return [folder for folder in manifest.folders if (root.folder / folder).is_dir()] if manifest else []


def _aside(path: Path) -> Path:
    """The first free name beside the file; agents read neither skills nor definitions with such an ending."""
    names = (path.with_name(f"{path.name}.orig-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def _entries(folder: Path) -> frozenset[str]:
    """The names in a folder; a link to one must not be removed, so it counts as full."""
    try:
        return frozenset({"."} if folder.is_symlink() else os.listdir(folder))
    except OSError:
        return frozenset({"."})


def _leftovers(root: SetupFolder, names: Iterable[str]) -> tuple[Path, ...]:
    candidates = (leftover_of(path) for path in (root.manifest, *(root.folder / name for name in names)))
    return tuple(path for path in candidates if os.path.lexists(path))


def _named(manifest: Manifest | None) -> set[str]:
    return {*manifest.settings, *manifest.pending_settings} if manifest else set()


def _read_manifest(path: Path) -> bytes | None:
    try:
        return require_gits(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problem = "is a folder" if path.is_dir() else "is not a file that can be read"
        raise refuse("setup.manifest-unreadable", f"{path} {problem}", hint="move it away", path=str(path)) from error


def _read_settings(path: Path) -> SettingsFile:
    try:
        data = require_gits(path)
        return SettingsFile(path.name, data.decode(), digest=fingerprint(data), is_link=path.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        problem = "is a link to nothing" if path.is_symlink() else ""
        return SettingsFile(path.name, problem=problem, is_link=path.is_symlink())
    except UnicodeDecodeError:
        return SettingsFile(path.name, problem="it is not UTF-8")
    except OSError as error:
        return SettingsFile(path.name, problem=f"it cannot be read: {error.strerror or 'it is not a file'}")
