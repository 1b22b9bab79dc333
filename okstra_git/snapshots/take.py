"""Keeps uncommitted work of a worktree as commits under refs of its own, and lists what was kept."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.git.dirty import merging_with, under_way, write_trees
from okstra_git.git.history import independent, resolve_head
from okstra_git.git.objects import EMPTY_TREE, MissingObject, durable_writes, read_commit, write_blob, write_commit
from okstra_git.git.raw_objects import instant_of
from okstra_git.git.refs import RefUpdate, find_quietly, list_ref_names, swap_refs
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.unsaved_work import UnsavedWork, in_words, read_unsaved_work
from okstra_git.git.worktree_content import FILE_LIMIT, IGNORED_LIMIT, TOTAL_LIMIT, Gathered, Limits, gather_all
from okstra_git.git.worktree_files import Standing
from okstra_git.git.worktrees import Worktree, current_branch, find_worktree
from okstra_git.names import CommitId, is_ulid, mint_ulid, quote
from okstra_git.paths import OKSTRA, real_path
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.redaction.late import without_secrets
from okstra_git.store import layout
from okstra_git.store.clone import OwnWorktrees
from okstra_git.wording import narrow, widen

TRAILER = "Okstra-"
SOLE = 200
"""Commits on no branch, the newest ones, that a snapshot holds on to."""


@dataclass(frozen=True)
class SnapshotSubject:
    """What a snapshot is taken for: the slashed task key, stage and run it belongs to, and why."""

    task: str
    stage: int | None
    run: str
    reason: str


@dataclass(frozen=True)
class WorktreeSnapshot:
    """A kept worktree: its commit has the files as they lay there, its first parent is the commit they lay upon.

    `index` is a commit with what was staged, where that was not the same as the first parent. `left_out` says what
    could not be kept, and why; `during` is what git was in the middle of. Of the `files`, `ignored` are ignored ones.
    """

    id: str
    commit: str
    at: datetime
    about: SnapshotSubject
    worktree: str
    branch: str = ""
    head: str | None = None
    index: str | None = None
    during: str = ""
    files: int = 0
    ignored: int = 0
    size: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        return layout.snapshot_ref(self.id)


def take_snapshot(git: Git, worktree: Path, about: SnapshotSubject, *, now: datetime) -> WorktreeSnapshot | None:
    """Keep everything in the worktree that is not committed, ignored files too; None when there is nothing but caches.

    Files are kept byte for byte; no hook or filter runs, and neither worktree nor index, stash or HEAD is touched.
    A second snapshot of the same content gives the first one again. Empty directories are nothing to git. Refuses where
    its contents cannot be determined.
    """
    repository = open_repository(worktree, beside=git)
    unsaved = read_unsaved_work(git, Worktree(repository.top, None, None))
    if unsaved.standing is None:
        raise refuse(
            "snapshot.unreadable",
            f"the worktree {worktree} cannot be kept: {in_words(unsaved.found)}",
            path=str(worktree),
        )
    standing = _without_own(unsaved.standing) if real_path(repository.git_dir) == git.common_dir else unsaved.standing
    changes = standing.changes
    if standing.is_plain:
        return None
    with durable_writes():
        limits = (Limits(FILE_LIMIT, TOTAL_LIMIT, "the snapshot"), Limits(FILE_LIMIT, IGNORED_LIMIT, "ignored files"))
        gathered = gather_all(standing, lambda _, data: write_blob(git, data), limits)
        staged = [(change.path, change.staged) for change in changes if change.staged != change.head]
        id = mint_ulid(int(now.timestamp() * 1000))
        index_file = git.private_dir / f"snapshot-{id}.index"
        index_tree, tree = write_trees(repository, index_file, staged, gathered.lines)
        made = _commit(git, repository, about, gathered, id, (index_tree, tree), now, unsaved)
        same = next((old for old in list_snapshots(git) if _is_same(git, old, made)), None)
        if same is not None:
            return same
        swap_refs(git, [RefUpdate(made.ref, None, CommitId(made.commit))], message="okstra: snapshot")
    return made


def _without_own(standing: Standing) -> Standing:
    """Without `.okstra/` of the main worktree, which holds what okstra itself wrote and archives elsewhere."""
    own = os.fsencode(OKSTRA) + b"/"
    return replace(standing, ignored=tuple(path for path in standing.ignored if not path.startswith(own)))


def _commit(
    git: Git,
    repository: Git,
    about: SnapshotSubject,
    gathered: Gathered,
    id: str,
    trees: tuple[str, str],
    now: datetime,
    unsaved: UnsavedWork,
) -> WorktreeSnapshot:
    head, when = resolve_head(repository), now.astimezone(UTC)
    index_tree, tree = trees
    plain = read_commit(git, head).tree if head else EMPTY_TREE
    parents = [head] if head else []
    index = None
    if index_tree != plain:
        index = write_commit(
            git, tree=index_tree, parents=parents, message=widen("okstra: what was staged\n"), when=when
        )
    draft = WorktreeSnapshot(
        id=id, commit="", at=when, about=about, worktree=str(repository.top).rstrip("/"),
        branch=current_branch(repository) or "", head=head, index=index, during=under_way(repository),
        files=len(gathered.lines), ignored=gathered.ignored, size=gathered.size, left_out=tuple(gathered.left_out),
    )  # fmt: skip
    sole = independent(git, [*parents, *unsaved.sole[:SOLE]]) if unsaved.sole else []
    behind = list(dict.fromkeys([*parents, *([index] if index else []), *merging_with(repository), *sole]))
    commit = write_commit(git, tree=tree, parents=behind, message=_message(draft), when=when)
    return replace(draft, commit=commit)


def _is_same(git: Git, old: WorktreeSnapshot, new: WorktreeSnapshot) -> bool:
    def content(snapshot: WorktreeSnapshot) -> tuple[object, ...]:
        trees = [read_commit(git, commit).tree for commit in (snapshot.commit, snapshot.index) if commit]
        return snapshot.worktree, snapshot.head, snapshot.during, snapshot.about.run, snapshot.left_out, trees

    try:
        return content(old) == content(new)
    except MissingObject:
        return False


def list_snapshots(git: Git, *, task: str | None = None) -> list[WorktreeSnapshot]:
    """Every readable snapshot of this clone, the oldest first; of one task (slashed key) where that is given."""
    names = list_ref_names(git, layout.SNAPSHOTS)
    snapshots = [snapshot for name in names if (snapshot := _read(git, name)) is not None]
    return [snapshot for snapshot in snapshots if task in (None, snapshot.about.task)]


def require_snapshot(git: Git, text: str) -> WorktreeSnapshot:
    """The snapshot of this id, or of the one id that begins so."""
    matches = [snapshot for snapshot in list_snapshots(git) if len(text) >= 4 and snapshot.id.startswith(text.upper())]
    if len(matches) != 1:
        many = f"{len(matches)} snapshots begin with" if matches else "there is no snapshot"
        raise refuse(
            "snapshot.unknown",
            f"{many} {quote(text)}",
            hint="git okstra run snapshots",
            snapshots=[snapshot.id for snapshot in matches],
        )
    return matches[0]


def _message(snapshot: WorktreeSnapshot) -> str:
    about = snapshot.about
    reason = without_secrets(about.reason)
    facts: list[tuple[str, object]] = [
        ("Task", about.task), ("Stage", about.stage), ("Run", about.run), ("Reason", reason),
        ("Worktree", snapshot.worktree), ("Branch", snapshot.branch), ("Head", snapshot.head),
        ("Index", snapshot.index), ("During", snapshot.during), ("Files", snapshot.files),
        ("Ignored", snapshot.ignored or None),
        ("Bytes", snapshot.size),
        *(("Left-Out", without_secrets(left_out)) for left_out in snapshot.left_out),
    ]  # fmt: skip
    lines = [f"{TRAILER}{name}: {_one_line(str(value))}" for name, value in facts if value not in (None, "")]
    return widen(f"okstra: snapshot of {about.task}, {_one_line(reason)}\n\n" + "\n".join(lines) + "\n")


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _read(git: Git, name: str) -> WorktreeSnapshot | None:
    commit = find_quietly(git, name)
    id = name.removeprefix(layout.SNAPSHOTS)
    if commit is None or not is_ulid(id):
        return None
    try:
        written = read_commit(git, commit)
    except MissingObject:
        return None
    facts: dict[str, list[str]] = {}
    for key, value in _trailers(narrow(written.message.decode(errors="surrogateescape"))):
        facts.setdefault(key, []).append(value)
    return _from_trailers(id, commit, instant_of(written.committed_at), facts)


def _trailers(message: str) -> Iterator[tuple[str, str]]:
    for line in message.splitlines():
        key, colon, value = line.removeprefix(TRAILER).partition(": ")
        if colon and line.startswith(TRAILER):
            yield key, value


def _from_trailers(id: str, commit: str, at: datetime, facts: Mapping[str, list[str]]) -> WorktreeSnapshot:
    def one(name: str) -> str:
        return facts.get(name, [""])[0]

    def number(name: str) -> int:
        return int(one(name)) if one(name).isdecimal() else 0

    about = SnapshotSubject(one("Task"), number("Stage") or None, one("Run"), one("Reason"))
    return WorktreeSnapshot(
        id=id, commit=commit, at=at, about=about, worktree=one("Worktree"), branch=one("Branch"),
        head=one("Head") or None, index=one("Index") or None, during=one("During"), files=number("Files"),
        ignored=number("Ignored"), size=number("Bytes"), left_out=tuple(facts.get("Left-Out", ())),
    )  # fmt: skip


def snapshot_of_run(git: Git, task: Task, run: Run, *, reason: str, now: datetime) -> WorktreeSnapshot | None:
    """A snapshot of uncommitted work in the run's worktree; None when it is clean or another clone's."""
    return snapshot_of(
        git,
        OwnWorktrees(git).path_of_run(task, run),
        SnapshotSubject(task.key.slashed, run.stage, run.id, reason),
        now=now,
    )


def snapshot_of(git: Git, worktree: Path | None, about: SnapshotSubject, *, now: datetime) -> WorktreeSnapshot | None:
    """A snapshot of a worktree of this repository; None when it is clean, or no such worktree is here."""
    if worktree is None or not worktree.is_dir() or find_worktree(git, worktree) is None:
        return None
    return take_snapshot(git, worktree, about, now=now)


def worktree_of(task: Task, run: Run) -> Path | None:
    """Where the run changes code: its own record, or the place of its stage; None for runs that change none."""
    if run.worktree:
        return Path(run.worktree)
    place = task.places.get(f"stage-{run.stage}") if run.stage is not None else None
    return Path(place.worktree) if place is not None and place.worktree else None
