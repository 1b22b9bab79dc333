"""Asks git's own merge about three trees, in a throw-away repository where nothing of the user's has a say."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.changes import show_path
from okstra_git.git.merging import commit_side, throw_away
from okstra_git.git.repo import Git

_KIND = re.compile(r"CONFLICT \(([^)]*)\)")
_WORDS = {"contents": "content", "rename involved in collision": "rename/collision", "file location": "directory-rename",
          "directory rename split": "directory-rename", "distinct types": "distinct-types"}  # fmt: skip


class MergeFailed(OkstraError):
    """git itself could not compare the sides: an object is missing, or it is too old to merge trees."""

    code = "merge.failed"


def merge_with_git(
    git: Git, *, base: str, ours: str, theirs: str, write: bool
) -> tuple[str | None, list[tuple[str, str]]]:
    """(merged tree, nothing), or (None, every path in conflict with git's word for the kind), by `git merge-tree`.

    With `write` the objects of a clean merge are in our repository afterwards. git 2.38 or newer can do this; refuses
    with an older one, and where an object is missing.
    """
    with tempfile.TemporaryDirectory(prefix="okstra-merge-") as scratch:
        environment = throw_away(Path(scratch), git)
        try:
            root = commit_side(scratch, base, None, environment)
            sides = [commit_side(scratch, tree, root, environment) for tree in (ours, theirs)]
            if write:
                objects = str(git.common_dir / "objects")
                others = f"{Path(scratch) / 'objects'}:{environment['GIT_ALTERNATE_OBJECT_DIRECTORIES']}"
                environment |= {"GIT_OBJECT_DIRECTORY": objects, "GIT_ALTERNATE_OBJECT_DIRECTORIES": others}
            asked = ["merge-tree", "--write-tree", "-z", *sides]
            done = run_git(asked, cwd=Path(scratch), environment=environment, accept=(0, 1))
        except GitFailed as failed:
            hint = "git okstra needs git 2.38 or newer for this merge; if it is, run 'git fsck'"
            raise MergeFailed(f"two sides could not be merged: {failed.message}", hint=hint) from failed
    if done.returncode == 0:
        return done.stdout.split(b"\0")[0].decode().strip() if write else "", []
    return None, sorted(set(_clashes(done.stdout)))


def _clashes(answer: bytes) -> Iterator[tuple[str, str]]:
    """Paths with their kinds from the -z output of git-merge-tree(1): tree, conflicted files, then messages."""
    _, *fields = answer.split(b"\0")
    end = fields.index(b"")
    paths = {show_path(field.partition(b"\t")[2]) for field in fields[:end]}
    kinds = dict(_kinds(fields[end + 1 :]))
    for path in sorted({*paths, *kinds}):
        if path in kinds or not any(path in told for told in kinds):
            yield path, kinds.get(path, "content")


def _kinds(fields: list[bytes]) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(fields) and fields[at].isdigit():
        count = int(fields[at])
        paths, message = fields[at + 1 : at + 1 + count], fields[at + 2 + count].decode(errors="replace")
        found = _KIND.match(message)
        if found:
            yield from ((show_path(path), _WORDS.get(found[1], found[1])) for path in paths[:1])
        at += 3 + count
