"""git's own merge of three trees, asked in a throw-away repository that knows nothing but our objects."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType

from okstra_git.fs.root import Root
from okstra_git.git.apart import lay_out_apart
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.raw_trees import Draft, write_drafts
from okstra_git.git.repo import Git

WRONG_USAGE, ABORTED = 129, -6
"""Exit statuses of a git that does not know `merge-tree --write-tree` yet, and of one that an assertion in its own
merge stopped (2.39 does so where a binary file moves to a path that a folder of the other side had)."""

_SIDES = ("okstra-ours", "okstra-theirs")
_ASIDE = re.compile(rb"~okstra-(?:ours|theirs)(?:_\d+)?$")
"""What git appends to the name of a file that something else stands in the way of."""

_WHO = b"okstra <okstra> 1000000000 +0000"
_KINDS = (
    ("submodule", "submodule"),
    ("file/directory", "file/directory"),
    ("rename/rename", "rename/rename"),
    ("rename/delete", "rename/delete"),
    ("rename involved in collision", "rename/add"),
    ("dir", "directory-rename"),
    ("file location", "directory-rename"),
    ("modify/delete", "modify/delete"),
    ("binary", "binary"),
    ("distinct modes", "mode"),
    ("distinct types", "mode"),
)
"""Words of git's stable short types (git-merge-tree(1), INFORMATIONAL MESSAGES) and ours, the most telling first."""


Conflict = tuple[list[bytes], str]
"""The paths of a message and its stable short type."""


@dataclass(frozen=True)
class Opinion:
    """What git says: the tree it made, and the kind of contradiction by path; the tree counts only without any.

    There is at least one when git calls the merge not clean, also where it leaves no path in conflict.
    """

    tree: str
    clashes: dict[bytes, str] = field(default_factory=dict)


def ask_git(
    git: Git, *, base: str, ours: str, theirs: str, write: bool = False, directory_renames: str = "conflict"
) -> Opinion | None:
    """How git merges the trees (renames, directory renames); None when this git cannot merge them.

    A read-only repository will do, and neither configuration nor attributes nor merge drivers nor a promisor remote
    have a say. Only with `write`, and only after a clean merge, its objects are put into ours. Refuses (`GitFailed`)
    when an object is missing.
    """
    with tempfile.TemporaryDirectory(prefix="okstra-merge-") as scratch:
        place = Path(scratch)
        environment = lay_out_apart(place, git)
        sides = _commits(place / "objects", base, ours, theirs)
        for name, side in zip(_SIDES, sides, strict=True):
            Root(place).create(f"refs/heads/{name}", f"{side}\n".encode(), durable=False)
        done = run_git(
            ["merge-tree", "--write-tree", "-z"],
            revisions=_SIDES,
            cwd=place,
            settings={"merge.directoryRenames": directory_renames},
            environment=environment,
            accept=(0, 1, WRONG_USAGE, ABORTED),
        )
        if done.returncode in (WRONG_USAGE, ABORTED):
            return None
        said = _parse(done.stdout, is_clean=done.returncode == 0)
        if write and done.returncode == 0:
            write_drafts(git, list(_new_objects(place / "objects", but=sides)))
        return said


def _commits(objects: Path, base: str, ours: str, theirs: str) -> list[str]:
    """Two commits with one parent in common: git 2.39 merges commits only. They stay in the scratch."""
    odb = pygit2.Odb(str(objects))
    if EMPTY_TREE in (base, ours, theirs):
        odb.write(ObjectType.TREE, b"")

    def commit(tree: str, parents: bytes) -> str:
        lines = b"tree %s\n%sauthor %s\ncommitter %s\n\nside\n" % (tree.encode(), parents, _WHO, _WHO)
        return str(odb.write(ObjectType.COMMIT, lines))

    root = commit(base, b"")
    parent = b"parent %s\n" % root.encode()
    return [commit(ours, parent), commit(theirs, parent)]


def _new_objects(objects: Path, *, but: list[str]) -> Iterator[Draft]:
    """What git wrote, files before trees, so that an interrupted copy never leaves a root without its parts."""
    odb = pygit2.Odb(str(objects))
    names = [file.parent.name + file.name for file in objects.glob("[0-9a-f][0-9a-f]/*") if len(file.name) == 38]
    found = [odb.read(pygit2.Oid(hex=name)) for name in names if name not in but]
    drafts = [(ObjectType(kind), bytes(data)) for kind, data in found]
    yield from (draft for draft in drafts if draft[0] == ObjectType.BLOB)
    yield from (draft for draft in drafts if draft[0] == ObjectType.TREE)


def _parse(said: bytes, *, is_clean: bool) -> Opinion:
    """git-merge-tree(1), OUTPUT with -z: the tree; conflicted stages; number of paths, paths, type, message."""
    tree, _, rest = said.partition(b"\0")
    tokens = rest.split(b"\0")
    stages: dict[bytes, set[bytes]] = {}
    at = 0
    while at < len(tokens) and tokens[at]:
        facts, _, path = tokens[at].partition(b"\t")
        stages.setdefault(_ASIDE.sub(b"", path), set()).add(facts[-1:])
        at += 1
    told = list(_conflicts(tokens[at + 1 :]))
    words: dict[bytes, list[str]] = {}
    for path, word in ((path, word) for paths, word in told for path in paths):
        words.setdefault(path, []).append(word)
    clashes = {path: _kind(found, words.get(path, [])) for path, found in stages.items()}
    return Opinion(tree.decode().strip(), clashes if is_clean else clashes | _unstaged(told, clashes))


def _conflicts(tokens: list[bytes]) -> Iterator[Conflict]:
    at = 0
    while at < len(tokens) and tokens[at].isdigit():  # advice about submodules follows as plain text
        count = int(tokens[at])
        word = tokens[at + 1 + count].decode(errors="replace")
        if word.startswith("CONFLICT"):
            yield [_ASIDE.sub(b"", path) for path in tokens[at + 1 : at + 1 + count]], word
        at += count + 3


def _unstaged(told: list[Conflict], staged: dict[bytes, str]) -> dict[bytes, str]:
    """Contradictions of which only a message tells: a folder renamed to several places, or something in its new one.

    git leaves every file there where it was, without stages, and ends as after any other conflict. What it says
    besides about a path without stages may have come to nothing, so that counts only when nothing else is left.
    """
    said = [(path, _kind(set(), [word])) for paths, word in told if staged.keys().isdisjoint(paths) for path in paths]
    folders = {path: kind for path, kind in said if kind == "directory-rename"}
    return folders if folders or staged else dict(said) or {b".": "content"}


def _kind(stages: set[bytes], words: list[str]) -> str:
    said = " ".join(words).lower()
    known = next((ours for theirs, ours in _KINDS if theirs in said), None)
    return known or ("content" if b"1" in stages else "add/add")


def read_failure(failed: GitFailed) -> str:
    """The reason in git's complaint, without the command's name."""
    return failed.message.partition(": ")[2] or failed.message
