"""Checks of what is stored: logs that are readable and complete, and records whose commits can be read."""

from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.git.damage import find_unreadable
from okstra_git.git.diffs import ABSENT, SUBMODULE, diff_trees
from okstra_git.git.history import find_commit
from okstra_git.git.objects import find_folder, has_object, tree_of
from okstra_git.git.refs import find_ref, is_torn
from okstra_git.git.repo import Git
from okstra_git.health.findings import HealthFinding
from okstra_git.names import TaskKey
from okstra_git.records.runs import Run
from okstra_git.records.states import State, Task
from okstra_git.store import layout
from okstra_git.store.log import Problem
from okstra_git.store.private_files import load_fold, missing_lines
from okstra_git.store.registry import branch_clashes
from okstra_git.store.restore import can_restore_tip, reproduce_file
from okstra_git.store.snapshot import DAMAGE, Snapshot
from okstra_git.store.validation import BROKEN

REPAIR = "git okstra fsck --repair"
ELSEWHERE = "fetch the object from a clone that has it, or take it from a backup"


def check_logs(git: Git, snapshot: Snapshot, writer: str | None) -> Iterator[HealthFinding]:
    """Everything wrong with logs: the problems met while reading, and events that only the journal still has."""
    own = layout.log_ref(writer) if writer else ""
    for problem in snapshot.problems:
        yield _judge(git, problem, own, writer or "")
    if own and not is_torn(git, own):
        yield from _lost_events(git, own)


def check_cache(git: Git, snapshot: Snapshot) -> Iterator[HealthFinding]:
    """Whether the kept fold says what folding everything again says."""
    path = layout.cache_file(git.private_dir)
    cached = load_fold(path)
    if cached is None:
        if path.exists():
            message = "the kept fold cannot be read; it is made anew by itself"
            yield HealthFinding("cache.unreadable", "info", path.name, message, repairable=True)
    elif dict(cached.tips) == dict(snapshot.tips) and cached.state != snapshot.state:
        message = "the kept fold differs from the logs, so commands see a wrong state"
        yield HealthFinding("cache.mismatch", "error", path.name, message, REPAIR, repairable=True)


def check_archives(git: Git, snapshot: Snapshot) -> Iterator[HealthFinding]:
    """Archives of ended runs against the trees that their events name."""
    for task in snapshot.state.tasks.values():
        for run in task.runs.values():
            if run.archive:
                yield from _compare_archive(git, snapshot, run)


def check_agreement(state: State) -> Iterator[HealthFinding]:
    """What clones recorded against each other before they saw each other; a person decides."""
    for sentence in branch_clashes(state):
        yield HealthFinding(
            "branch.contested",
            "warning",
            sentence.split()[1],
            sentence,
            "git okstra stage release N --task-key KEY, for one of them",
        )
    for task in state.tasks.values():
        key = str(task.key)
        for sentence in task.conflicts:
            yield HealthFinding(
                "state.conflict", "warning" if task.is_open else "info", key, sentence, f"git okstra log {key}"
            )
    by_fold: dict[str, TaskKey] = {}
    for task_key in state.tasks:
        other = by_fold.setdefault(task_key.slashed.lower(), task_key)
        if other != task_key:
            pair = f"the tasks {other.slashed} and {task_key.slashed}"
            message = f"{pair} differ only in case, so on some file systems they share files"
            remedy = f"git okstra task close {task_key}"
            yield HealthFinding("task.case-clash", "warning", task_key.slashed, message, remedy)


def check_objects(git: Git, state: State) -> Iterator[HealthFinding]:
    """Of open tasks: what stages and groups stand on, and what they hold, where it is missing or damaged here.

    Commits that were never fetched, and what a shallow or partial clone leaves out, are not findings of this check.
    """
    is_partial = bool(git.configuration.subsections("remote", "promisor", "partialclonefilter"))
    for task in state.tasks.values():
        for span in _spans(task) if task.is_open else ():
            yield from _commits(git, span)
            if not is_partial:
                yield from _content(git, span)


def _lost_events(git: Git, own: str) -> Iterator[HealthFinding]:
    try:
        lost = len(missing_lines(git, own, find_ref(git, own)))
    except OkstraError:
        return  # a log that cannot be read at all is a finding already
    if lost:
        message = f"{lost} events of this clone are gone from its log: somebody rewrote or removed the ref"
        yield HealthFinding("log.lost-events", "error", own, message, REPAIR, repairable=True)


def _judge(git: Git, problem: Problem, own: str, writer: str) -> HealthFinding:
    code, subject, message = problem.code, problem.subject, problem.message
    if code not in DAMAGE or (code == "log.not-folded" and subject != own):
        is_own = code == BROKEN and subject == own
        hint = f"{command('git log -p', own)} shows them; record again what they said" if is_own else problem.hint
        return HealthFinding(code, "warning", subject, message, hint)
    if code == "log.unreadable" and subject != own:
        return HealthFinding(code, "error", subject, message, problem.hint)
    if code == "log.damaged-file":
        ref, _, path = subject.partition(":")
        mendable = ref == own and reproduce_file(git, writer, str(find_ref(git, ref)), path) is not None
    elif subject == own:
        mendable = can_restore_tip(git, writer)
    else:
        mendable = code == "ref.torn" and subject.startswith(layout.REMOTE_LOGS)
    return HealthFinding(code, "error", subject, message, REPAIR if mendable else ELSEWHERE, repairable=mendable)


def _compare_archive(git: Git, snapshot: Snapshot, run: Run) -> Iterator[HealthFinding]:
    folder = layout.archive_folder(run.id)
    try:
        trees = [tree for tip in snapshot.tips.values() if (tree := find_folder(git, tree_of(git, tip), folder))]
    except OkstraError:
        return  # a log that cannot be read is a finding already
    if not trees:
        message = f"the archived files of run {run.id} are in no log here; what was recorded of the run is whole"
        yield HealthFinding("archive.missing", "info", run.id, message, "fetch the log of the clone that ended the run")
    elif run.archive not in trees:
        message = f"the archived files of run {run.id} are not those that were recorded when it ended"
        yield HealthFinding(
            "archive.differs", "warning", run.id, message, command("git diff-tree -r", run.archive, trees[0])
        )


class _Span(NamedTuple):
    """A recorded change: whose it is, where it begins, and its commit where one is recorded."""

    whose: str
    base: str
    head: str


def _spans(task: Task) -> Iterator[_Span]:
    key = str(task.key)
    for number, stage in task.stages.items():
        base = (stage.range.base if stage.range else None) or stage.base
        if not stage.landed:
            yield _Span(f"{key} stage {number}", base or "", stage.range.head if stage.range else "")
    for group in task.groups.values():
        if group.status == "assembled":
            yield _Span(f"{key} group {group.id}", group.range.base or "", group.range.head)


def _commits(git: Git, span: _Span) -> Iterator[HealthFinding]:
    if span.head and not has_object(git, span.head):
        return  # not fetched, or lost: which of the two is reported elsewhere
    for relation, oid in (("stands on", span.base), ("is recorded at", span.head)):
        if oid and find_commit(git, oid) is None and not (git.is_shallow and not has_object(git, oid)):
            condition = "damaged" if has_object(git, oid) else "missing"
            message = f"the commit {oid}, which {span.whose} {relation}, is {condition}"
            yield HealthFinding("object.missing", "error", span.whose, message, ELSEWHERE)


def _content(git: Git, span: _Span) -> Iterator[HealthFinding]:
    base, head = (find_commit(git, oid) if oid else None for oid in (span.base, span.head))
    if base is None or head is None:
        return
    try:
        (changes,) = diff_trees(git, [(base.tree, head.tree)])
    except OkstraError as refusal:
        message = f"what {span.whose} changes cannot be read: {refusal.message}"
        yield HealthFinding("object.missing", "error", span.whose, message, ELSEWHERE)
        return
    files = [change.new for change in changes if change.new_mode not in (SUBMODULE,) and change.new != ABSENT]
    for oid in find_unreadable(git, files):
        message = f"the object {oid}, a file of {span.whose}, is missing or damaged"
        yield HealthFinding("object.missing", "error", span.whose, message, ELSEWHERE)
