"""The values of installing, inspecting and removing hooks."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HOOKS = ("post-rewrite", "post-merge", "post-checkout")
"""The hooks okstra listens to; `post-rewrite` matters most, the others are for pulls and branch switches."""
WITH_INPUT = "post-rewrite"
"""The one that reads standard input: which commits were rewritten."""


class LocationKind(StrEnum):
    """Whose directory git takes hooks from."""

    DEFAULT = "default"  # inside the git directory
    IGNORED = "ignored"  # in the work tree, ignored by git: okstra may write there
    TRACKED = "tracked"  # in the work tree and shared with others: okstra must not write there
    HUSKY = "husky"  # husky's generated directory; its scripts stand one level above
    OUTSIDE = "outside"  # global, or through a link: okstra must not write there


@dataclass(frozen=True)
class HooksLocation:
    """Where git looks for hooks from this worktree.

    `configured` is core.hooksPath as written and `scope` where it is set (local, global, worktree …), or both are None.
    `problem` is a sentence about a setting under which other worktrees do not call okstra.
    """

    directory: Path
    kind: LocationKind
    configured: str | None = None
    scope: str | None = None
    problem: str | None = None

    @property
    def is_ours_to_write(self) -> bool:
        return self.kind in (LocationKind.DEFAULT, LocationKind.IGNORED)

    @property
    def scripts(self) -> Path:
        """Where a person edits the hooks of this location."""
        return self.directory.parent if self.kind is LocationKind.HUSKY else self.directory


class HookState(StrEnum):
    """The state of one hook."""

    INSTALLED = "installed"
    STALE = "stale"  # an older block of okstra's: install again
    MISSING = "missing"  # there is no hook file
    FOREIGN = "foreign"  # a hook of the user's, without okstra's block
    NEEDS_LINE = "needs-line"  # a person has to add the line
    NOT_FIRST = "not-first"  # a person has added the line behind others, which may read the input
    IDLE = "idle"  # a person has added the line, and what it calls is not installed
    NOT_EXECUTABLE = "not-executable"  # git ignores the file
    BLOCKED = "blocked"  # something is in the way; the note says what


class HookChange(StrEnum):
    """What installing or uninstalling did to one hook."""

    NOTHING = "nothing"
    CREATED = "created"
    CHAINED = "chained"
    MOVED_ASIDE = "moved-aside"
    UPDATED = "updated"
    TAKEN_OUT = "taken-out"
    RESTORED = "restored"
    REMOVED = "removed"


@dataclass(frozen=True)
class Hook:
    """One hook with its present state; `line` is what a person adds to `path` where okstra does not write."""

    name: str
    state: HookState
    path: Path
    done: HookChange = HookChange.NOTHING
    line: str | None = None
    manager: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Hooks:
    """All hooks of a repository as seen from one worktree.

    `program` is the recorded git-okstra, `program_runs` whether it is still executable; `shims` says whether the copies
    in the git directory are complete and current. `applicable` is False in a bare repository without worktrees,
    where no hook of okstra's ever fires. `crashes` is the log of crashed hook runs, if there is one.
    """

    location: HooksLocation
    hooks: tuple[Hook, ...]
    program: Path | None
    program_runs: bool
    shims: HookState
    applicable: bool
    crashes: Path | None = None

    @property
    def all_installed(self) -> bool:
        ours = all(hook.state is HookState.INSTALLED for hook in self.hooks)
        return ours and self.shims is HookState.INSTALLED and self.program_runs

    @property
    def lines(self) -> tuple[Hook, ...]:
        """The hooks for which a person has to add a line, or to move it."""
        return tuple(hook for hook in self.hooks if hook.line and hook.state is not HookState.INSTALLED)


@dataclass(frozen=True)
class ProbeResult:
    """What a real amend proved.

    `here` is about hooks as this worktree finds them, `linked` about a linked worktree; None when it was not tried.
    `complete` is False when the hook ran but its input had been consumed before. `why` explains a failure.
    """

    here: bool | None
    linked: bool | None
    complete: bool = True
    why: str | None = None

    @property
    def is_heard(self) -> bool:
        """Whether a rewrite in this worktree reaches okstra, with its commits."""
        return self.here is True and self.complete
