"""The part of a merge of trees that needs no thought, and the doubts at which it ends."""

import pygit2
from pygit2.enums import ObjectType

from okstra_git.git.line_merge import merge_plainly
from okstra_git.git.merging import MAX_MERGED_BYTES, SNIFFED, merged_bytes
from okstra_git.git.raw_trees import (
    FILE,
    MODULE,
    PROGRAM,
    TREE,
    Draft,
    Entries,
    Entry,
    Pending,
    UnusualTree,
    draft_tree,
    name_of,
    read_entries,
    read_object,
    write_pending,
)
from okstra_git.git.repo import Git

DEEPEST = 200
"""Folders inside each other; what lies deeper is left to git."""
_REGULAR = (FILE, PROGRAM)

MaybeEntry = Entry | None


class Doubt(Exception):
    """At this path the sides contradict each other, or a rename might matter."""


class PlainMerge:
    """One merge: `drafts` are the objects it made, parts before wholes, and nothing is written.

    A renamed file matters only when the other side changed, renamed or deleted the old one, and all of these end in a
    doubt: the old path is gone on one side and changed on the other, or gone on both. A renamed folder matters only
    when the other side added something in the old one, which ends in a doubt as well. So where there is none, git's
    merge (merge-ort.c) comes to the same tree without regard to renames. `is_alone`: there is no git to ask, so
    doubts are collected as clashes, and files are merged as libgit2 merges them.
    """

    def __init__(self, git: Git, pending: Pending, *, is_alone: bool) -> None:
        self.git, self.pending, self.is_alone = git, pending, is_alone
        self.drafts: list[Draft] = []
        self.clashes: list[tuple[bytes, str]] = []

    def merge(self, base: bytes, ours: bytes, theirs: bytes) -> bytes:
        """The id of the merged tree; without meaning when there are clashes."""
        merged = self._entry(b"", (TREE, base), (TREE, ours), (TREE, theirs))
        return merged[1] if merged is not None else self._draft(draft_tree({}))

    def _doubt(self, path: bytes, kind: str) -> None:
        if not self.is_alone:
            raise Doubt(path)
        self.clashes.append((path, kind))

    def _draft(self, draft: Draft) -> bytes:
        self.drafts.append(draft)
        return name_of(draft)

    def _entry(self, path: bytes, base: MaybeEntry, ours: MaybeEntry, theirs: MaybeEntry) -> MaybeEntry:
        if ours == theirs:
            if not self.is_alone and self._loses(base, ours):
                raise Doubt(path)
            return ours
        if ours == base:
            return theirs
        if theirs == base:
            return ours
        if TREE in (_mode(ours), _mode(theirs)):
            return self._folder(path, base, ours, theirs)
        return self._file(path, base, ours, theirs)

    def _loses(self, base: MaybeEntry, after: MaybeEntry) -> bool:
        """Whether a file of the base is gone: a rename on one side may then meet a deletion on the other."""
        if base is None or base == after:
            return False
        if _mode(base) != TREE or _mode(after) != TREE:
            return after is None or TREE in (_mode(base), _mode(after))
        old, new = self._entries(base), self._entries(after)
        return any(self._loses(entry, new.get(name)) for name, entry in old.items())

    def _folder(self, path: bytes, base: MaybeEntry, ours: MaybeEntry, theirs: MaybeEntry) -> MaybeEntry:
        if path.count(b"/") > DEEPEST:
            raise UnusualTree(path)
        if {_mode(ours), _mode(theirs)} != {TREE}:
            if ours is not None and theirs is not None:
                self._doubt(path, "file/directory")
                return ours
            if _mode(base) != TREE:
                self._doubt(path, "modify/delete")
                return ours
            before = len(self.clashes)
            merged = self._children(path, base, ours, theirs)
            if len(self.clashes) == before:
                self._doubt(path, "directory-rename")
            return merged
        if base is not None and _mode(base) != TREE and not self.is_alone:
            raise Doubt(path)
        return self._children(path, base, ours, theirs)

    def _children(self, path: bytes, base: MaybeEntry, ours: MaybeEntry, theirs: MaybeEntry) -> MaybeEntry:
        old, one, other = self._entries(base), self._entries(ours), self._entries(theirs)
        merged = dict(one)
        lost = {name for name, _ in old.items() - one.items()}
        for name in {name for name, _ in one.items() ^ other.items()} | lost:
            below = b"%s/%s" % (path, name) if path else name
            entry = self._entry(below, old.get(name), one.get(name), other.get(name))
            if entry is None:
                merged.pop(name, None)
            else:
                merged[name] = entry
        if not merged:
            return None
        if merged == one and ours is not None:
            return ours
        made = self._draft(draft_tree(merged))
        self.pending.listings[made] = merged
        return TREE, made

    def _entries(self, entry: MaybeEntry) -> Entries:
        return read_entries(self.git, entry[1], self.pending) if entry is not None and entry[0] == TREE else {}

    def _file(self, path: bytes, base: MaybeEntry, ours: MaybeEntry, theirs: MaybeEntry) -> MaybeEntry:
        if base is None or ours is None or theirs is None or _mode(base) == TREE:
            self._doubt(path, "modify/delete" if ours is None or theirs is None else "add/add")
            return ours or theirs
        if MODULE in (ours[0], theirs[0]):
            self._doubt(path, "submodule")
            return ours
        if any(mode not in _REGULAR for mode in (base[0], ours[0], theirs[0])):
            self._doubt(path, "content" if ours[0] == theirs[0] else "mode")
            return ours
        mode = theirs[0] if ours[0] == base[0] else ours[0]
        return mode, self._content(path, base[1], ours[1], theirs[1])

    def _content(self, path: bytes, base: bytes, ours: bytes, theirs: bytes) -> bytes:
        if theirs in (base, ours):
            return ours
        if ours == base:
            return theirs
        if self.is_alone:
            write_pending(self.git, self.pending)
            merged = merged_bytes(self.git, base.hex(), ours.hex(), theirs.hex())
        else:
            texts = [text for oid in (base, ours, theirs) if (text := self._text(oid)) is not None]
            merged = merge_plainly(*texts) if len(texts) == 3 else None
        if merged is None:
            self._doubt(path, "content")
            return ours
        return self._draft((ObjectType.BLOB, merged))

    def _text(self, oid: bytes) -> bytes | None:
        """A file that may be merged line by line; None for binary, huge and missing ones."""
        try:
            kind, data = read_object(self.git, oid, self.pending)
        except (KeyError, ValueError, pygit2.GitError):
            return None
        is_text = kind == ObjectType.BLOB and len(data) <= MAX_MERGED_BYTES and b"\0" not in data[:SNIFFED]
        return data if is_text else None


def _mode(entry: MaybeEntry) -> bytes:
    return entry[0] if entry is not None else b""
