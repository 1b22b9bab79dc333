"""Every ref and private path name in one table."""

from pathlib import Path

from okstra_git.names import TaskKey, is_slashed_key

ROOT = "refs/okstra/"
LOGS = "refs/okstra/log/"
REMOTE_LOGS = "refs/okstra/remote/"
STAGES = "refs/okstra/stage/"
ANCHORS = "refs/okstra/anchor/"
GROUPS = "refs/okstra/group/"
VERIFICATIONS = "refs/okstra/verification/"
KEEPS = "refs/okstra/keep/"
SNAPSHOTS = "refs/okstra/snapshot/"
APPROVED = "refs/okstra/approved/"
CHECKED = "refs/okstra/checked/"
"""Records of commands that were run on a tree, by the tree; this clone's and fetched ones alike."""

NOTES = "refs/notes/okstra"
PER_TASK = (STAGES, GROUPS, VERIFICATIONS)
"""Kinds of derived refs of which a task may have several, below its slashed key."""

FORMAT_ENTRY = "format"
TASKS_FOLDER = "tasks/"
EVENTS_FILE = "events.jsonl"
REPOSITORY_EVENTS = "repository/events.jsonl"
"""Events that belong to no task; an older release carries the file along unread."""

ARCHIVES_FOLDER = "archive/"
ARCHIVE_INDEX = "INDEX.json"


def log_ref(writer: str) -> str:
    """One clone's log."""
    return f"{LOGS}{writer}"


def stage_ref(task: TaskKey, number: int) -> str:
    """The current commit of a stage."""
    return f"{STAGES}{task.slashed}/{number}"


def group_ref(task: TaskKey, group: str) -> str:
    """The commit that a group was assembled to."""
    return f"{GROUPS}{task.slashed}/{group}"


def verification_ref(task: TaskKey, run: str) -> str:
    """What was assembled for a run that verifies stages together."""
    return f"{VERIFICATIONS}{task.slashed}/{run}"


def anchor_ref(task: TaskKey) -> str:
    """The current anchor of a task."""
    return f"{ANCHORS}{task.slashed}"


def keep_ref(commit: str) -> str:
    """Keeps a commit from before a rewrite alive, in this clone only."""
    return f"{KEEPS}{commit}"


def approved_ref(commit: str) -> str:
    """Keeps a commit that was approved alive, in the clone that recorded it, so that it can be compared later."""
    return f"{APPROVED}{commit}"


def checks_folder(tree: str) -> str:
    """Below this are the records of a tree, each under its own digest."""
    return f"{CHECKED}{tree}/"


def snapshot_ref(snapshot: str) -> str:
    """What lay uncommitted in a worktree, in this clone only; `snapshot` is a ULID."""
    return f"{SNAPSHOTS}{snapshot}"


def archive_folder(run: str) -> str:
    """Where the redacted artifacts of an ended run are in a log's tree."""
    return f"{ARCHIVES_FOLDER}{run}/"


def events_path(task: str) -> str:
    """Where the events of a task, by its slashed key, are in a log's tree; those of no task for an empty one."""
    return f"{TASKS_FOLDER}{task}/{EVENTS_FILE}" if task else REPOSITORY_EVENTS


def task_of_path(path: str) -> str | None:
    """The task (slashed key) whose events stand at this path of a log's tree, or None for any other file.

    Empty for the events that belong to no task.
    """
    if path == REPOSITORY_EVENTS:
        return ""
    if not (path.startswith(TASKS_FOLDER) and path.endswith("/" + EVENTS_FILE)):
        return None
    middle = path[len(TASKS_FOLDER) : -len(EVENTS_FILE) - 1]
    return middle if is_slashed_key(middle) else None


def writer_file(private: Path) -> Path:
    """This clone's writer id."""
    return private / "writer"


def journal_file(private: Path, writer: str) -> Path:
    """A private second copy of this clone's own events, in case somebody rewrites or drops the log ref."""
    return private / "journal" / f"{writer}.jsonl"


def cache_file(private: Path) -> Path:
    """The last fold."""
    return private / "cache" / "fold"


def landings_file(private: Path) -> Path:
    """For which targets and records somebody last looked what has landed."""
    return private / "cache" / "landings"


def forecast_file(private: Path) -> Path:
    """What merges of live stages came to, by the trees that were merged."""
    return private / "cache" / "forecast"


def derived_file(private: Path) -> Path:
    """The log tips for which refs and notes were last derived."""
    return private / "derived"


def watch_file(private: Path) -> Path:
    """What the hooks look for: recorded commits and the tips of their branches."""
    return private / "watch"


def lock_file(private: Path) -> Path:
    """The advisory lock of this clone's writers."""
    return private / "lock"


def assembly_lock(private: Path) -> Path:
    """The advisory lock of those who assemble a group."""
    return private / "assembling"


def torn_folder(private: Path) -> Path:
    """Damaged refs and files that a repair replaced."""
    return private / "torn"
