"""Three-way merges of trees and commits by git itself, in memory: without worktree, index, refs and settings."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

import pygit2
from pygit2.enums import ObjectType

from okstra_git.errors import OkstraError
from okstra_git.git.binary import Finished, GitFailed, NoSpace, run_git
from okstra_git.git.diffs import show_path
from okstra_git.git.history import merge_bases
from okstra_git.git.objects import EMPTY_TREE, MissingObject, tree_of
from okstra_git.git.refs import is_about_permission, translate_write_error
from okstra_git.git.repo import Git, lay_out_scratch
from okstra_git.git.tree_objects import find_malformed

FAILED, WRONG_USAGE, ABORTED = 128, 129, -6
"""Exit statuses: an object is missing; a git older than 2.39; an assertion in git's own merge failed (2.39 does so
where a binary file moves to a path that a folder of the other side had)."""
_FETCH = "run 'git fsck'; in a partial or shallow clone, fetch what is missing first"
_WHO = b"okstra <okstra> 1000000000 +0000"


class MergeFailed(OkstraError):
    """Two sides could not even be compared: an object is missing, or they share no history."""

    code = "merge.failed"


class Sides(NamedTuple):
    """Three trees to merge."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, order=True)
class Clash:
    """One path that two sides contradict each other about.

    `kind` is git's word: content, add/add, modify/delete, rename/delete, rename/rename, rename/add, file/directory,
    directory-rename, submodule, mode (also: another type of file), binary. The path "." stands for all of them, where
    git does not say which.
    """

    path: str
    kind: str


@dataclass(frozen=True)
class Merged:
    """The tree of a merge, or None and every path in conflict, sorted."""

    tree: str | None
    clashes: tuple[Clash, ...] = ()

    @property
    def paths(self) -> list[str]:
        """The paths in conflict, each once."""
        return sorted({clash.path for clash in self.clashes})


_Messages = Sequence[tuple[tuple[bytes, ...], str]]
"""The paths that each of git's messages is about, and its stable short type in lower case."""


@dataclass(frozen=True)
class _Answer:
    """How one merge ended: the tree, and the kind of conflict by path; the tree counts only without any.

    There is at least one conflict when git calls the merge not clean, also where it leaves no path in conflict.
    """

    tree: str
    conflicts: dict[bytes, str] = field(default_factory=dict)


class TreeMerger:
    """Merges trees in a throw-away repository over our objects; a context manager, which removes it at the end.

    The result is what `git merge` makes by its defaults (renames followed; with `directory_renames="conflict"`, a file
    added to a folder that the other side renamed is a conflict, with "true" it is taken along). Neither configuration
    nor attributes nor merge drivers nor a promisor remote have a say. With `write` git puts what it makes into our
    repository, of a merge with conflicts as well, for `git gc` to remove; without it nothing is written there, a
    read-only one will do, and what was merged can be read by the same `TreeMerger` alone.
    """

    def __init__(self, git: Git, *, write: bool, directory_renames: Literal["conflict", "true"] = "conflict") -> None:
        self.git, self.write = git, write
        self._settings = {"merge.directoryRenames": directory_renames}
        self._open = ExitStack()
        self._made: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    def merge(self, *, base: str, ours: str, theirs: str) -> Merged:
        """Merge three trees; refuses (`MergeFailed`, `MissingObject`) when an object is missing."""
        return _taken(self.merge_all([Sides(base, ours, theirs)])[0])

    def merge_all(self, many: Sequence[Sides]) -> list[Merged | OkstraError]:
        """Merge each three trees by themselves, all in one run of git; what cannot be merged is its refusal."""
        results = [self._without_git(sides) for sides in many]
        answers = iter(self._ask([sides for sides, known in zip(many, results, strict=True) if known is None]))
        return [next(answers) if known is None else known for known in results]

    def merge_commits(self, ours: str, theirs: str) -> Merged:
        """Merge two commits of our repository by all of their merge bases; refuses (`MergeFailed`)."""
        return _taken(self._ask_once((ours, theirs)))

    def _without_git(self, sides: Sides) -> Merged | MissingObject | None:
        """Where one side did not move, or both came to the same, nothing is left to merge.

        git before 2.44 takes a tree that is missing for an empty one and merges on, so that is looked at first.
        """
        missing = next((tree for tree in sides if tree not in self._made and not _is_tree(self.git, tree)), None)
        if missing is not None:
            return MissingObject(f"the tree {missing} cannot be read", hint=_FETCH, object=missing)
        if sides.ours in (sides.base, sides.theirs):
            return Merged(sides.theirs)
        return Merged(sides.ours) if sides.theirs == sides.base else None

    def _ask(self, many: Sequence[Sides]) -> list[Merged | OkstraError]:
        """One run of git for all; the merge at which it stops is asked again alone, and the rest in another run."""
        pairs = [self._commit(sides) for sides in many]
        results: list[Merged | OkstraError] = []
        while len(results) < len(many):
            rest = pairs[len(results) :]
            run = self._run(rest, accept=(0, FAILED, WRONG_USAGE, ABORTED))
            results += map(self._merged, _parse_answers(run.stdout, rest))
            if len(results) < len(many):
                results.append(self._ask_once(pairs[len(results)], many[len(results)]))
        return results

    def _ask_once(self, pair: tuple[str, str], sides: Sequence[str] = ()) -> Merged | OkstraError:
        try:
            run = self._run([pair], accept=(0, WRONG_USAGE, ABORTED))
        except GitFailed as failed:
            return _refusal(self.git, pair, sides, failed)
        if run.returncode == WRONG_USAGE:
            return MergeFailed("the git program here cannot merge in memory", hint="install git 2.39 or newer")
        if run.returncode == ABORTED:
            return _find_malformed(self.git, sides) or Merged(None, (Clash(".", "content"),))
        return next(map(self._merged, _parse_answers(run.stdout, [pair])))

    def _merged(self, answer: _Answer) -> Merged:
        self._made.add(answer.tree)
        clashes = sorted(Clash(show_path(path), kind) for path, kind in answer.conflicts.items())
        return Merged(None if clashes else answer.tree, tuple(clashes))

    def _run(self, pairs: Sequence[tuple[str, str]], *, accept: Sequence[int]) -> Finished:
        return run_git(
            ["merge-tree", "--write-tree", "--stdin", "-z"],
            stdin="".join(f"{ours} {theirs}\n" for ours, theirs in pairs).encode(),
            cwd=self._place,
            settings=self._settings,
            environment=self._environment,
            accept=accept,
        )

    @cached_property
    def _place(self) -> Path:
        return Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="okstra-merge-")))

    @cached_property
    def _environment(self) -> Mapping[str, str]:
        return lay_out_scratch(self._place, self.git, write=self.write)

    @cached_property
    def _objects(self) -> pygit2.Odb:
        """Where the commits to merge are put; git does without the object of an empty tree, libgit2 does not."""
        assert self._environment
        objects = pygit2.Odb(str(self._place / "objects"))
        objects.write(ObjectType.TREE, b"")
        return objects

    def _commit(self, sides: Sides) -> tuple[str, str]:
        """Two commits whose only parent has the base: git 2.39 merges commits only, and takes no base on its input."""
        root = self._write_commit(sides.base, b"")
        parent = b"parent %s\n" % root.encode()
        return self._write_commit(sides.ours, parent), self._write_commit(sides.theirs, parent)

    def _write_commit(self, tree: str, parents: bytes) -> str:
        lines = b"tree %s\n%sauthor %s\ncommitter %s\n\nside\n" % (tree.encode(), parents, _WHO, _WHO)
        return str(self._objects.write(ObjectType.COMMIT, lines))


def merge_trees(git: Git, *, base: str, ours: str, theirs: str, write: bool = True) -> Merged:
    """One merge as `TreeMerger` makes it; with `write` its tree is in the repository afterwards."""
    with TreeMerger(git, write=write) as merger:
        return merger.merge(base=base, ours=ours, theirs=theirs)


def find_merged_tree(git: Git, *, base: str, ours: str, theirs: str) -> str | None:
    """The tree of a clean merge, or None; nothing is written.

    For proofs: a file that was added to a folder which moved is taken along without asking, and a merge that cannot
    be made, for whatever reason, proves nothing.
    """
    try:
        with TreeMerger(git, write=False, directory_renames="true") as merger:
            return merger.merge(base=base, ours=ours, theirs=theirs).tree
    except (MergeFailed, MissingObject):
        return None


def merge_commits(git: Git, ours: str, theirs: str, *, write: bool = True) -> Merged:
    """What `git merge` makes of two commits; refuses (`MergeFailed`) where they share no history or objects miss."""
    try:
        bases = merge_bases(git, ours, theirs)
        missing = [tree for commit in (ours, theirs, *bases) if not _is_tree(git, tree := tree_of(git, commit))]
    except MissingObject as refusal:
        missing = [str(refusal.facts.get("object"))]
    if missing:
        message = f"{ours[:10]} and {theirs[:10]} cannot be merged: an object is missing"
        raise MergeFailed(message, hint="git fsck", objects=missing)
    if not bases:
        raise MergeFailed(
            f"{ours[:10]} and {theirs[:10]} share no history, so there is nothing to merge them by",
            hint="if that is a shallow clone, run 'git fetch --unshallow'; else merge them by hand with "
            "'git merge --allow-unrelated-histories'",
            commits=[ours, theirs],
        )
    if bases in ([ours], [theirs]):
        return Merged(tree_of(git, theirs if bases == [ours] else ours))
    with TreeMerger(git, write=write) as merger:
        return merger.merge_commits(ours, theirs)


def _is_tree(git: Git, oid: str) -> bool:
    """Whether this id is that of a tree, by its header alone; that of the empty one always is."""
    try:
        return oid == EMPTY_TREE or bool(git.handle.odb.read_header(pygit2.Oid(hex=oid))[0] == ObjectType.TREE)
    except (KeyError, pygit2.GitError, ValueError):
        return False


def _refusal(git: Git, pair: tuple[str, str], trees: Sequence[str], failed: GitFailed) -> OkstraError:
    """Why git could not merge, as far as its words and a look at the trees show."""
    if isinstance(failed, NoSpace):
        return failed
    if is_about_permission(failed.message):
        return translate_write_error(failed, git)
    what, *sides = ("trees", *trees[1:]) if trees else ("commits", *pair)
    reason = failed.message.partition(": ")[2] or failed.message
    message = f"the {what} {sides[0][:10]} and {sides[1][:10]} cannot be merged: {reason}"
    return MergeFailed(message, hint=_FETCH, **{what: [*(trees or pair)]})


def _find_malformed(git: Git, trees: Sequence[str]) -> MergeFailed | None:
    for tree in trees:
        wrong = find_malformed(git, tree, besides=EMPTY_TREE)
        if wrong:
            return MergeFailed(f"the tree {tree} is one that git never writes: {wrong}", hint="git fsck")
    return None


def _taken(result: Merged | OkstraError) -> Merged:
    if isinstance(result, OkstraError):
        raise result
    return result


_TYPES = (
    ("submodule", "submodule"), ("file/directory", "file/directory"), ("rename/rename", "rename/rename"),
    ("rename/delete", "rename/delete"), ("rename involved in collision", "rename/add"), ("dir", "directory-rename"),
    ("file location", "directory-rename"), ("modify/delete", "modify/delete"), ("binary", "binary"),
    ("distinct modes", "mode"), ("distinct types", "mode"),
)  # fmt: skip
"""Words of git's stable short types (git-merge-tree(1), INFORMATIONAL MESSAGES) and ours, the most telling first."""


def _parse_answers(output: bytes, pairs: Sequence[tuple[str, str]]) -> Iterator[_Answer]:
    """The answers to as many of the `pairs` of commits as git came to, in their order.

    The form is that of git-merge-tree(1), INPUT FORMAT and OUTPUT: for each merge "1" or "0" (clean or not), the tree,
    one token for each conflicted stage, an empty one, the messages (number of paths, paths, type, words), an empty one.
    An answer that breaks off in the middle, where git was stopped, is left out.
    """
    tokens = iter(output.split(b"\0"))
    for pair in pairs:
        try:
            yield _parse_answer(tokens, pair)
        except StopIteration:
            return


def _parse_answer(tokens: Iterator[bytes], pair: tuple[str, str]) -> _Answer:
    is_clean, tree = next(tokens) == b"1", next(tokens).decode()
    if is_clean:
        next(tokens)
        return _Answer(tree)
    aside = re.compile("~(?:{}|{})(?:_[0-9]+)?$".format(*pair).encode())  # git renames what stands in something's way
    stages: dict[bytes, set[bytes]] = {}
    while entry := next(tokens):
        facts, _, path = entry.partition(b"\t")
        stages.setdefault(aside.sub(b"", path), set()).add(facts[-1:])
    messages = list(_parse_messages(tokens, aside))
    return _Answer(tree, _conflicts(stages, messages))


def _parse_messages(tokens: Iterator[bytes], aside: re.Pattern[bytes]) -> Iterator[tuple[tuple[bytes, ...], str]]:
    while (token := next(tokens)).isdigit():  # advice about submodules may follow as plain text
        paths = tuple(aside.sub(b"", next(tokens)) for _ in range(int(token)))
        kind = next(tokens).decode(errors="replace")
        next(tokens)
        if kind.startswith("CONFLICT"):
            yield paths, kind.lower()


def _conflicts(stages: dict[bytes, set[bytes]], messages: _Messages) -> dict[bytes, str]:
    types: dict[bytes, list[str]] = {}
    for paths, kind in messages:
        for path in paths:
            types.setdefault(path, []).append(kind)
    staged = {path: _kind(numbers, types.get(path, [])) for path, numbers in stages.items()}
    return staged | _unstaged(messages, staged)


def _unstaged(messages: _Messages, staged: dict[bytes, str]) -> dict[bytes, str]:
    """Conflicts that show in a message alone: a folder renamed to several places, or something in its new place.

    git leaves every file there where it was, without stages, and ends as after any other conflict. What else it says
    about a path without stages may have come to nothing, so that counts only when nothing else is left.
    """
    kinds = {
        path: _kind(set(), [kind]) for paths, kind in messages if staged.keys().isdisjoint(paths) for path in paths
    }
    folders = {path: kind for path, kind in kinds.items() if kind == "directory-rename"}
    return folders if folders or staged else kinds or {b".": "content"}


def _kind(stages: set[bytes], types: Sequence[str]) -> str:
    known = next((ours for theirs, ours in _TYPES if any(theirs in type_name for type_name in types)), None)
    return known or ("content" if b"1" in stages else "add/add")
