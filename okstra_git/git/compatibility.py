"""What of git okstra relies on: versions of git and libgit2, and a configuration that carries no refs away."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import NamedTuple

import pygit2

from okstra_git.git.binary import run_git
from okstra_git.git.repo import Git

NOTES = "refs/notes/okstra"
STATE = "refs/okstra/"


class ConfigRisk(NamedTuple):
    """A setting that does damage: its key and value, what it does, and what to set instead."""

    key: str
    value: str
    does: str
    instead: str


def read_entries(git: Git) -> list[tuple[str, str]]:
    """Every (key, value) of git's configuration as git itself sees it here, includes and all."""
    return [(entry.key, entry.value) for entry in git.configuration.entries]


def find_risks(entries: list[tuple[str, str]]) -> Iterator[ConfigRisk]:
    """What in these settings would lose, publish or falsify okstra's refs and notes."""
    switches = {key.lower(): value.lower() in ("true", "yes", "on", "1") for key, value in entries}
    for key, value in entries:
        section, _, rest = key.partition(".")
        remote, _, word = rest.rpartition(".")
        if section == "remote" and word.lower() == "fetch":
            prunes = switches.get(f"remote.{remote.lower()}.prune", switches.get("fetch.prune", False))
            yield from _fetch(key, value, prunes=prunes)
        elif section == "remote" and word.lower() == "push":
            yield from _push(key, value)
        elif section == "remote" and word.lower() == "mirror" and switches[key.lower()]:
            yield ConfigRisk(
                key,
                value,
                "every push publishes the commits okstra keeps from before a rewrite, and deletes "
                "other clones' logs on the remote",
                "push branches and refs/okstra/log/* by name",
            )
        elif key.lower() == "notes.rewriteref" and _matches(value, NOTES):
            does = "git copies okstra's notes to rewritten commits, where they say what nobody recorded"
            yield ConfigRisk(key, value, does, "name the notes you want, without okstra: it moves its own")


Version = tuple[int, ...]


class Threshold(NamedTuple):
    """From this version on something works; `without` says what a person loses before it."""

    since: Version
    fact: str
    without: str
    required: bool = False


GIT_THRESHOLDS = (
    Threshold((2, 36), "git worktree list --porcelain takes -z, and says what is locked and prunable",
              "worktrees of stages cannot be listed", True),
    Threshold((2, 39), "git merge-tree --stdin makes any number of merges in memory",
              "stages cannot be put together, and no conflicts between them are seen", True),
)  # fmt: skip
PYGIT2_THRESHOLDS = (
    Threshold((1, 19), "Repository.transaction() locks refs before they are written", "nothing can be recorded", True),
)
LIBGIT2_THRESHOLDS = (
    Threshold((1, 8), "extensions.worktreeConfig is understood", "repositories with sparse checkouts are refused"),
)


class Versions(NamedTuple):
    """What runs here; git is None when its answer was not understood."""

    git: Version | None
    pygit2: Version
    libgit2: Version


def read_versions(git: Git) -> Versions:
    """The versions of the git program, pygit2 and libgit2."""
    answer = run_git(["version"], cwd=git.top).stdout.decode(errors="replace")
    library, inside = version("pygit2"), pygit2.LIBGIT2_VERSION
    return Versions(parse_version(answer), parse_version(library) or (), parse_version(inside) or ())


def parse_version(text: str) -> Version | None:
    """The first dotted number in the text: `git version 2.39.5 (Apple Git-154)` is (2, 39, 5)."""
    match = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, match[0].split("."))) if match else None


def missed(thresholds: tuple[Threshold, ...], version: Version) -> list[Threshold]:
    """Facts that do not hold yet at this version."""
    return [threshold for threshold in thresholds if version < threshold.since]


def show_version(version: Version) -> str:
    """`2.39.5`."""
    return ".".join(map(str, version))


def _fetch(key: str, refspec: str, *, prunes: bool) -> Iterator[ConfigRisk]:
    """A forced fetch into okstra's own refs overwrites them; with pruning it deletes what the remote has not."""
    forced, (_, target) = refspec.startswith("+"), _sides(refspec)
    own = _own_refs_under(target)
    if own and (forced or prunes):
        verb = "overwrites or, because pruning is on, deletes" if prunes else "overwrites"
        yield ConfigRisk(
            key,
            refspec,
            f"every fetch {verb} this clone's own {own}",
            "fetch refs/okstra/log/* into refs/okstra/remote/<remote>/*",
        )


def _push(key: str, refspec: str) -> Iterator[ConfigRisk]:
    source, target = _sides(refspec)
    if _overlaps(source, f"{STATE}keep/"):
        yield ConfigRisk(
            key,
            refspec,
            "every push publishes the commits okstra keeps from before a rewrite, which people rewrite to get rid of",
            "push refs/okstra/log/* alone",
        )
    elif _overlaps(source, f"{STATE}snapshot/"):
        yield ConfigRisk(
            key, refspec, "every push publishes snapshots of what nobody has committed", "push refs/okstra/log/* alone"
        )
    elif refspec.startswith("+") and (_own_refs_under(target) or _matches(target, NOTES)):
        yield ConfigRisk(key, refspec, "a forced push overwrites what other clones recorded", "push without the +")


def _sides(refspec: str) -> tuple[str, str]:
    source, colon, target = refspec.lstrip("+^").partition(":")
    return source, target if colon else source


def _own_refs_under(pattern: str) -> str:
    """Which of this clone's own refs the pattern reaches, in words; empty for none."""
    folders = [f"{STATE}{kind}/" for kind in ("log", "stage", "anchor", "keep", "snapshot")]
    reached = [f"{folder}*" for folder in folders if _overlaps(pattern, folder)]
    return ", ".join(reached + ([NOTES] if _matches(pattern, NOTES) else []))


def _overlaps(pattern: str, folder: str) -> bool:
    """Whether a refspec side such as `refs/okstra/*` can name something below the folder."""
    head, star, _ = pattern.partition("*")
    return folder.startswith(head) or head.startswith(folder) if star else pattern.startswith(folder)


def _matches(pattern: str, name: str) -> bool:
    head, star, tail = pattern.partition("*")
    return name.startswith(head) and name.endswith(tail) if star else pattern == name
