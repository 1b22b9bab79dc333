"""Work of a stage that is in no commit of its branch: found before the stage is recorded as done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from typing_extensions import TypedDict

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.git.checkouts import Checkout, see_exactly, see_head
from okstra_git.git.history import is_on_line
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import default_branches
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import is_text, quote
from okstra_git.paths import real_path
from okstra_git.records.states import Stage, State, Task
from okstra_git.stages.complete import DoneRequest
from okstra_git.store.clone import OwnWorktrees
from okstra_git.store.registry import active_places
from okstra_git.wording import counted

FILES_NAMED = 3
"""Files that a sentence names; a refusal's facts hold up to `FILES_LISTED`."""

FILES_LISTED = 50
MAX_STEPS = 5_000
"""First parents that are looked at between HEAD and the tip of a stage's branch."""


class UnfitToRecord(NamedTuple):
    """One thing that stands against recording the branch's tip: the refusal's code, a sentence and the way out."""

    code: str
    message: str
    hint: str


class OpenWorkFacts(TypedDict):
    """Work in a stage's worktree that was not committed and stays out of the stage."""

    stage: int
    worktree: str
    files: list[str] | None
    file_count: int | None
    branch: str
    checked_out: str | None
    head: str | None
    operation: str | None


@dataclass(frozen=True)
class OpenWork:
    """A worktree that has something of a stage which its branch has not; `branch` is that branch.

    `has_commit`, `has_branch`: the line names the commit, or another branch than the stage has on record.
    """

    stage: int
    branch: str
    seen: Checkout
    has_commit: bool = False
    has_branch: bool = False

    @property
    def facts(self) -> OpenWorkFacts:
        """What there is, JSON-ready."""
        files = self.seen.files
        return {
            "stage": self.stage,
            "worktree": str(self.seen.path),
            "files": list(files[:FILES_LISTED]) if files is not None else None,
            "file_count": len(files) if files is not None else None,
            "branch": self.branch,
            "checked_out": self.seen.branch,
            "head": self.seen.head,
            "operation": self.seen.operation or None,
        }

    def problems(self, line: str, *, leave: bool) -> Iterator[UnfitToRecord]:
        """What is wrong, the worst first; `line` is the command that was given, to be repeated.

        `leave`: files that are not committed are left out on purpose.
        """
        if not self.has_commit:
            yield from self._head(line)
        if self.seen.problem and not leave:
            message = f"{self._where} cannot be read: {self.seen.problem}"
            yield UnfitToRecord(
                "worktree.dirty", message, f"git -C {word(str(self.seen.path))} status\nor: {line} {_LEAVE}"
            )
        elif self.seen.files and not leave:
            way = f"commit what belongs to the stage\nor, when none of it does: {line} {_LEAVE}"
            yield UnfitToRecord("worktree.dirty", f"{self._where} has {_listed(self.seen.files)}", way)

    @property
    def _where(self) -> str:
        return f"the worktree {self.seen.path} of stage {self.stage}"

    def _head(self, line: str) -> Iterator[UnfitToRecord]:
        checkout, head = self.seen, (self.seen.head or "")[:10]
        branch, recorded = self.branch, f"{line} --commit {word('refs/heads/' + self.branch)}"
        if checkout.operation:
            message = f"a {checkout.operation} is under way in {self._where}"
            way = f"end it, then repeat\nor, to record the branch as it is: {recorded}"
            yield UnfitToRecord("worktree.under-way", message, way)
        elif self.has_branch:
            return  # whatever is checked out: it was said which branch counts
        elif checkout.branch is None:
            message = f"HEAD is detached in {self._where}, at {head}, and not on branch {branch}"
            way = f"to record what is checked out there: {line} --commit {word(checkout.head)}"
            yield UnfitToRecord("worktree.elsewhere", message, f"{way}\nto record the branch as it is: {recorded}")
        elif checkout.branch != branch and not (checkout.head or "").strip("0"):
            message = f"{self._where} is on branch {checkout.branch}, which has no commit yet, and not on {branch}"
            yield UnfitToRecord("worktree.elsewhere", message, f"to record {branch} as it is: {recorded}")
        elif checkout.branch != branch:
            message = f"{self._where} is on branch {checkout.branch}, and not on {branch}"
            way = f"to record that branch: {line} --branch {word(checkout.branch)}"
            yield UnfitToRecord("worktree.elsewhere", message, f"{way}\nto record {branch} as it is: {recorded}")


_LEAVE = "--leave-uncommitted"


def find_open_work(
    git: Git,
    state: State,
    task: Task,
    requests: Sequence[DoneRequest],
    *,
    here: Path | None,
    besides: Path | None = None,
) -> list[OpenWork]:
    """Uncommitted work in the stages' own worktrees, where git has their branches checked out, and in `here`.

    Looks at every worktree once. `besides` is an untracked file that does not count: what it says is recorded. A branch
    that is not there any more is for `complete_stages` to refuse.
    """
    everything = list_worktrees(git)
    worktrees = {tree.path: tree for tree in everything if not tree.is_bare and tree.path.is_dir()}
    trees = [see_head(tree) for tree in worktrees.values()]
    here = real_path(here) if here is not None else None
    places, read = OwnWorktrees(git), dict[Path, Checkout]()
    open_work: list[OpenWork] = []
    for request in requests:
        stage = task.stages.get(request.number) or Stage(number=request.number)
        branch = request.branch or stage.branch
        tip = find_quietly(git, f"refs/heads/{branch}") if is_text(branch) else None
        for tree in _concerned(places, git, state, task, stage, branch, tip, trees, here) if tip is not None else ():
            checkout = read.get(tree.path) or see_exactly(git, worktrees[tree.path], others=everything, besides=besides)
            read[tree.path] = checkout
            is_only_near = tree.works_on != branch and tree.head == tip and not _is_own(places, task, stage, tree)
            named = request.commit is not None, branch != stage.branch and bool(stage.branch)
            work = OpenWork(request.number, branch, checkout, *named)
            if not (is_only_near and not checkout.files) and next(work.problems("", leave=False), None) is not None:
                open_work.append(work)
    return open_work


def _concerned(
    places: OwnWorktrees,
    git: Git,
    state: State,
    task: Task,
    stage: Stage,
    branch: str,
    tip: str,
    trees: Sequence[Checkout],
    here: Path | None,
) -> Iterator[Checkout]:
    """The worktrees in which this stage is worked on.

    In the main one people go on to other branches, so there only what it has of this branch counts.
    """
    for tree in trees:
        is_own = _is_own(places, task, stage, tree)
        is_meant = tree.works_on == branch or (is_own and tree.is_linked)
        is_near = is_own or real_path(tree.path) == here
        if is_meant or (is_near and _is_beyond(git, state, task, stage, tip, tree)):
            yield tree


def _is_own(places: OwnWorktrees, task: Task, stage: Stage, tree: Checkout) -> bool:
    """Whether the registry has this worktree for the stage."""
    path = places.active_path(task.places.get(f"stage-{stage.number}"))
    return path is not None and real_path(path) == real_path(tree.path)


def _is_beyond(git: Git, state: State, task: Task, stage: Stage, tip: str, tree: Checkout) -> bool:
    """Whether this worktree, on no branch or on an unknown one, stands on the stage's branch or beyond it."""
    if tree.head is None or tip == stage.base or not is_on_line(git, tree.head, tip, limit=MAX_STEPS):
        return False
    return tree.works_on is None or not _is_known(git, state, task, stage, tree.works_on)


def _is_known(git: Git, state: State, task: Task, stage: Stage, branch: str) -> bool:
    """Whether the branch is that of a stage or a group, or one that others build on."""
    anchor = task.anchor.ref if task.anchor is not None else ""
    known_branches = {*default_branches(git), stage.base_ref, anchor, *(other.branch for other in task.stages.values())}
    return branch in known_branches or any(place.branch == branch for _, place in active_places(state))


def refuse_open_work(open_work: Iterable[OpenWork], line: str, *, leave: bool) -> None:
    """One refusal that names all of it, with the code of the worst."""
    works = list(open_work)
    problems = [problem for work in works for problem in work.problems(line, leave=leave)]
    if not problems:
        return
    order = ("worktree.under-way", "worktree.elsewhere", "worktree.dirty")
    first = min(problems, key=lambda problem: order.index(problem.code))
    facts = works[0].facts
    raise refuse(
        first.code,
        "; ".join(dict.fromkeys(problem.message for problem in problems)),
        hint="\n".join(dict.fromkeys(problem.hint for problem in problems)),
        **facts,
        problems=[{"code": problem.code, "message": problem.message, "hint": problem.hint} for problem in problems],
    )


def _listed(files: Sequence[str]) -> str:
    count = counted(len(files), "file that is not committed", "files that are not committed")
    more = f" and {len(files) - FILES_NAMED} more" if len(files) > FILES_NAMED else ""
    return f"{count}: {', '.join(quote(name) for name in files[:FILES_NAMED])}{more}"
