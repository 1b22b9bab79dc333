"""Formats of a repository: how it keeps its refs, which extensions it may have, and what is said of the others."""

import os
from pathlib import Path

import pygit2

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import run_git
from okstra_git.git.discovery import common_dir_of, discover

FILES = "files"
"""The ref format that libgit2 reads; refs in any other one are read and written by git (`refs_by_git`)."""

OPENED = ("refstorage", "relativeworktrees", "partialclone")
"""Extensions that libgit2 need not know to read what is here: refs go through git, okstra reads the links itself, and
what a partial clone lacks counts as missing."""

_HANDLED = ("noop", "noop-v1", "objectformat", "preciousobjects", "worktreeconfig", *OPENED)


def read_ref_format(config: pygit2.Config, start: Path) -> str:
    """The ref format that the repository's own configuration names; refuses (`repo.unsupported`) other object names."""
    objects = _value(config, "extensions.objectformat") or "sha1"
    if objects.lower() != "sha1":
        raise _foreign_objects(start, objects)
    return (_value(config, "extensions.refstorage") or FILES).lower()


def refuse_format(start: Path, complaint: str) -> OkstraError:
    """Why libgit2 does not open the repository: the extension that nobody here handles, by its name."""
    entries = _list_extensions(start)
    objects = entries.get("objectformat", "sha1")
    if objects.lower() != "sha1":
        return _foreign_objects(start, objects)
    unknown = [name for name in entries if name not in _HANDLED]
    if not unknown:
        return _unsupported(start, complaint, "git okstra doctor")
    named = " and ".join(f"extensions.{name} = {entries[name]}" for name in unknown)
    return _unsupported(start, f"it does not know what {named} means", "pip install --upgrade git-okstra")


def refuse_ref_format(start: Path, ref_format: str) -> OkstraError:
    """The git program does not read refs of this format: it is too old for it, or was built without it."""
    version = run_git(["version"], cwd=Path("/")).stdout.decode(errors="replace").strip()
    what = f"its refs are in the format {ref_format}, which {version} does not read"
    return _unsupported(start, what, "put git 2.45 or newer first on PATH")


def _foreign_objects(start: Path, objects: str) -> OkstraError:
    return _unsupported(start, f"objectformat {objects}", "okstra needs a repository with the sha1 object format")


def _unsupported(start: Path, what: str, hint: str) -> OkstraError:
    message = f"okstra cannot work in this repository yet: {what}"
    return refuse("repo.unsupported", message, hint=hint, path=str(start))


def _value(config: pygit2.Config, key: str) -> str | None:
    return config[key] if key in config else None  # noqa: SIM401  # pygit2's has no get


def _list_extensions(start: Path) -> dict[str, str]:
    """The extensions in the configuration of the repository around `start`, even where git does not open it."""
    git_dir = discover(start, {})
    if git_dir is None:
        return {}
    asked = ["config", f"--file={common_dir_of(git_dir) / 'config'}", "-z", "--get-regexp", r"^extensions\."]
    answer = run_git(asked, cwd=Path("/"), accept=(0, 1, 128)).stdout
    lines = (os.fsdecode(line).partition("\n") for line in answer.split(b"\0") if line)
    return {key.removeprefix("extensions."): value for key, _, value in lines}
