"""Records pull requests and how they ended, each time in one append."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import Git
from okstra_git.handoff.groups import group_id, superseding_facts
from okstra_git.handoff.verification import require_done
from okstra_git.names import TaskKey, quote
from okstra_git.records.events import AnyFact, PrClosed, PrRecorded, RunFinished
from okstra_git.records.handoff import Member, PullRequest
from okstra_git.records.runs import Run
from okstra_git.records.states import Stage, Task
from okstra_git.store.registry import refuse_closed, release, require_task
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended, Store

_PLAIN_URL = re.compile(r"[A-Za-z0-9._~:/?#=%+,@&-]+")
"""An address that stands in commands to be typed; `&` is quoted there."""


@dataclass(frozen=True)
class Opened:
    """A pull request to record; `supersedes` is the address of one that it replaces."""

    url: str
    stages: tuple[int, ...]
    branch: str
    base_ref: str = ""
    supersedes: str = ""


@dataclass(frozen=True)
class Ending:
    """Files (path in the log's tree -> blob) and, by run id, the archive trees of runs that end with this record."""

    files: Mapping[str, str] = field(default_factory=dict)
    archives: Mapping[str, str] = field(default_factory=dict)


_ENDS_NOTHING = Ending()


def parse_url(text: str) -> str:
    """The address of a pull request: http or https, without credentials; anything else is refused."""
    bad = refuse(
        "pr.bad-url", f"{quote(text)} is not the address of a pull request", hint="https://HOST/OWNER/REPOSITORY/pull/N"
    )
    if len(text) > 1000 or not _PLAIN_URL.fullmatch(text):
        raise bad
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise bad from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or not parts.path.strip("/"):
        raise bad
    return text.rstrip("/")


def active_runs(task: Task, stages: Sequence[int]) -> list[Run]:
    """Runs that still hold one of the stages: their work has left, so the claim ends."""
    return [run for run in task.runs.values() if run.is_active and run.stage in stages]


def record_pr(store: Store, key: TaskKey, opened: Opened, ending: Ending = _ENDS_NOTHING) -> Appended:
    """Record that a pull request holds these stages, end what still claims them, all in one append.

    The same address with the same stages records what they are now, if they were something else before. Refuses
    stages without a commit, stages in another open pull request (unless `supersedes` names it), and an address that
    is on record with other stages.
    """

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        refuse_closed(task)
        stages = [require_done(task, number) for number in opened.stages]
        before = task.prs.get(opened.url)
        if before is not None and before.status == "open":
            _refuse_other(task, before, opened)
            now = _pr(store.git, task, stages, opened)
            return [] if (now.commit, now.members) == (before.commit, before.members) else [now]
        replaced = _replaced(task, opened)
        _refuse_elsewhere(task, stages, opened)
        others = superseding_facts(task, group_id(opened.stages), opened.stages)
        return [*replaced, *others, _pr(store.git, task, stages, opened), *_ends(task, opened, ending)]

    return store.append(decide, attach=ending.files or None)


def _refuse_other(task: Task, before: PullRequest, opened: Opened) -> None:
    if set(before.stages) != set(opened.stages) or before.branch != opened.branch:
        raise refuse(
            "pr.differs",
            f"{opened.url} is on record with stages {_listed(before.stages)} on branch {before.branch}",
            hint=f"git okstra handoff status --task-key {task.key}",
            stages=list(before.stages),
            branch=before.branch,
        )


def _refuse_elsewhere(task: Task, stages: Sequence[Stage], opened: Opened) -> None:
    elsewhere = [stage for stage in stages if stage.pr not in (None, opened.url, opened.supersedes or None)]
    if elsewhere:
        quoted = word(elsewhere[0].pr or "")
        raise refuse(
            "handoff.already-in-pr",
            f"stage {elsewhere[0].number} is in {elsewhere[0].pr}",
            hint=f"when that one was closed: git okstra handoff record-closed --task-key {task.key} "
            f"--url {quoted}; when this one replaces it: --supersedes {quoted}",
            stage=elsewhere[0].number,
            url=elsewhere[0].pr,
        )


def _replaced(task: Task, opened: Opened) -> list[AnyFact]:
    if not opened.supersedes:
        return []
    before = _require_pr(task, opened.supersedes)
    if before.status != "open":
        return []
    fact = PrClosed(task=task.key, url=before.url, status="superseded", replaced_by=opened.url)
    same = before.group == group_id(opened.stages)
    return [fact, *([] if same else release(task, f"group-{before.group}"))]


def _pr(git: Git, task: Task, stages: Sequence[Stage], opened: Opened) -> PrRecorded:
    """The group's members as they were assembled when the branch still stands there, else the stages as they are."""
    id = group_id(opened.stages)
    group = task.groups.get(id)
    tip = find_ref(git, f"refs/heads/{opened.branch}")
    is_of_group = group is not None and group.branch == opened.branch
    now = [
        Member(stage=stage.number, commit=stage.range.head, tree=stage.range.head_tree, delta=stage.range.delta)
        for stage in stages
        if stage.range is not None
    ]
    return PrRecorded(
        task=task.key,
        url=opened.url,
        group=id,
        stages=tuple(sorted(opened.stages)),
        branch=opened.branch,
        base_ref=opened.base_ref or (group.base_ref if group is not None and is_of_group else ""),
        commit=group.range.head if group is not None and is_of_group else tip,
        members=group.members if group is not None and is_of_group else tuple(now),
    )


def _ends(task: Task, opened: Opened, ending: Ending) -> list[AnyFact]:
    return [
        RunFinished(task=task.key, run=run.id, archive=ending.archives.get(run.id, ""), reason=f"left in {opened.url}")
        for run in active_runs(task, opened.stages)
        if run.status != "preparing"
    ]


def record_closed(
    store: Store, key: TaskKey, url: str, *, reason: str = "", replaced_by: str = "", open_still: bool = False
) -> Appended:
    """Record that a pull request was closed unmerged, or replaced; its stages may leave again.

    `open_still`: its stages landed, but elsewhere than where it goes to, so that it is open yet. Its group's
    row is released, branch and worktree stay. Doing it again changes nothing. Refuses an unknown address.
    """

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        before = _require_pr(task, url)
        if before.status == "landed" and not open_still:
            raise refuse("pr.landed", f"{url} has landed; it was not closed", hint="git okstra handoff status", url=url)
        if before.status not in ("open", "landed"):
            return []
        fact = PrClosed(
            task=task.key,
            url=url,
            status="superseded" if replaced_by else "closed",
            reason=reason,
            replaced_by=replaced_by,
        )
        return [fact, *release(task, f"group-{before.group}")]

    return store.append(decide)


def _require_pr(task: Task, url: str) -> PullRequest:
    pull_request = task.prs.get(url)
    if pull_request is None:
        urls = [pr.url for pr in task.prs.values()]
        raise refuse(
            "pr.unknown",
            f"{quote(url)} is not on record for {task.key}",
            hint=f"on record: {', '.join(urls[:5])}" if urls else "git okstra handoff record-pr records one",
            url=url,
        )
    return pull_request


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
