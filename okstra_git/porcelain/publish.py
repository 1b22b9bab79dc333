"""Publishes a group: everything is checked and shown first, then pushed, opened and recorded, each step repeatable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import command
from okstra_git.contract import WORKER_MARK
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.forks import find_target
from okstra_git.git.pushing import find_skipped, push_branch
from okstra_git.git.remotes import default_branches, find_remote, remote_branch
from okstra_git.git.revisions import BRANCH
from okstra_git.handoff.eligibility import list_relied, other_tree_sentence
from okstra_git.handoff.group_status import list_leaving
from okstra_git.handoff.own_branch import with_own_branch
from okstra_git.handoff.publishable import branch_of_base, choose_group, list_obstacles, refuse_obstacles
from okstra_git.handoff.pull_requests import Opened, record_pr
from okstra_git.host.forge import create_pull_request, find_gh
from okstra_git.names import CommitId
from okstra_git.porcelain.base_contents import in_base
from okstra_git.porcelain.handoff import settle_first
from okstra_git.porcelain.pull_request_text import PrText, write_text
from okstra_git.porcelain.pull_requests import ending_of

if TYPE_CHECKING:
    from okstra_git.git.forks import Target
    from okstra_git.git.pushing import Pushed
    from okstra_git.git.remotes import Remote
    from okstra_git.handoff.group_status import Leaving
    from okstra_git.host.forge import PullRequestAnswer
    from okstra_git.names import StageNumber, TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.handoff import Group, PullRequest
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class PublishRequest:
    """What is to be published and how; the group is named by its `stages` or its id, or is the only one that waits."""

    key: TaskKey
    stages: tuple[StageNumber, ...] | None = None
    group: str | None = None
    remote: str | None = None
    title: str | None = None
    body_file: str | None = None
    template: str | None = None
    draft: bool = False
    push_only: bool = False
    replace: bool = False
    run_hooks: bool = False
    repo: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class PublishPlan:
    """Everything that publishing would do, before any of it is done; `gh` is None where there is no such program."""

    request: PublishRequest
    task: Task
    group: Group
    remote: Remote
    target: Target
    base: str
    text: PrText
    gh: Path | None
    leaving: tuple[Leaving, ...]
    notes: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether a pull request is to be opened from here."""
        return self.gh is not None and not self.request.push_only

    @property
    def head(self) -> str:
        """The branch as the forge's program takes it: `OWNER:branch` of a fork."""
        return self.target.head(self.group.branch)

    @property
    def open_pr(self) -> PullRequest | None:
        """The group's open pull request, as far as it is on record."""
        return next((pr for pr in self.task.prs.values() if pr.group == self.group.id and pr.status == "open"), None)

    def record_line(self, url: str) -> str:
        """The command that records the group's pull request."""
        stages = ",".join(map(str, self.group.stages))
        key = self.request.key
        begin = f"git okstra handoff record-pr --task-key {key} --stages {stages}"
        return command(begin, ("--branch", self.group.branch), ("--url", url))

    def steps(self) -> tuple[str, ...]:
        """The literal commands that do the same by hand."""
        group, request = self.group, self.request
        push = command("git push", self.remote.name, f"{group.range.head}:{BRANCH}{group.branch}")
        if request.push_only or self.open_pr is not None:
            return (push,)
        begin = "gh pr create --draft" if request.draft else "gh pr create"
        text = (("--title", self.text.title), ("--body-file", self.text.body_path))
        repo = [("--repo", self.target.repo)] if self.target.repo else []
        create = command(begin, ("--head", self.head), ("--base", self.base), *text, *repo)
        return (push, create, self.record_line("URL"))


@dataclass(frozen=True)
class Published:
    """What was done of a plan: None for what was not; `next` are commands that are left to a person."""

    plan: PublishPlan
    pushed: Pushed | None = None
    url: str | None = None
    existed: bool = False
    recorded: bool = False
    ended_runs: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


def _refuse_unattended(workspace: Workspace, plan: PublishPlan) -> None:
    """Nothing leaves this machine below an agent that nobody watches, whatever it was allowed to do."""
    if workspace.environ.get(WORKER_MARK):
        line = command("git okstra handoff publish", ("--task-key", str(plan.task.key)))
        raise refuse("handoff.unattended", "an agent that okstra runs headless cannot publish", hint=line)


def publish(workspace: Workspace, request: PublishRequest, confirm: Callable[[PublishPlan], None]) -> Published:
    """Check, show, ask, push, open, record.

    `confirm` is shown the plan before anything leaves the machine, and raises `handoff.needs-yes` to stop there.
    """
    plan = _make_plan(workspace, request)
    for sentence in plan.notes:
        workspace.note(sentence)
    body = write_text(workspace, request.key, plan.group, plan.text)
    if request.dry_run:
        return Published(plan, next=plan.steps())
    _refuse_unattended(workspace, plan)
    confirm(plan)
    _refuse_unpublished_base(workspace, plan)
    pushed = push_branch(
        workspace.git,
        plan.remote,
        plan.group.branch,
        commit=CommitId(plan.group.range.head),
        expect=_expected_tip(workspace, plan),
        run_hooks=request.run_hooks,
    )
    open_pr = plan.open_pr
    if not plan.opens and open_pr is not None:
        return Published(plan, pushed, open_pr.url, existed=True, recorded=True)
    if not plan.opens:
        return Published(plan, pushed, next=() if request.push_only else plan.steps())
    workspace.note(f"{plan.group.branch} is on {plan.remote.name}; asking for the pull request")
    return _open_pr(workspace, plan, body, pushed)


def _make_plan(workspace: Workspace, request: PublishRequest) -> PublishPlan:
    task, stale = settle_first(workspace, request.key)
    if task.is_adopted and request.group is None:
        task = with_own_branch(workspace.store, task, record=not request.dry_run)
    group = choose_group(task, request.stages, request.group)
    protected = [name.rpartition("/")[2] for name in default_branches(workspace.git)]
    contained = in_base(workspace, task, group.base_ref, group.stages)
    refuse_obstacles(
        group, list_obstacles(workspace.git, task, group, stale=stale, protected=protected, held=contained)
    )
    base = branch_of_base(workspace.git, group) or group.base_ref
    remote = find_remote(workspace.git, request.remote, base=group.base_ref, branch=group.branch)
    target = find_target(workspace.git, remote, group.base_ref, base, request.repo)
    text = PrText.of(workspace, task, group, base=base, title=request.title, body_file=request.body_file,
                     template=request.template)  # fmt: skip
    gh = None if request.push_only else find_gh(workspace.environ.get("PATH", ""))
    leaving = tuple(list_leaving(workspace.git, task, group))
    notes = tuple(_notes(workspace, task, group, request))
    return PublishPlan(request, task, group, remote, target, base, text, gh, leaving, notes)


def _notes(workspace: Workspace, task: Task, group: Group, request: PublishRequest) -> list[str]:
    """What a push without the user's hooks leaves undone, and a tree that was not verified as a whole."""
    remarks = [
        other_tree_sentence(verification, group.range.head_tree) for verification in list_relied(task, group.stages)
    ]
    notes = [remark for remark in remarks if remark is not None]
    skipped = find_skipped(workspace.git, group.range.head)
    if skipped.hook is not None and not request.run_hooks:
        reason = "; it sends the files of Git LFS" if skipped.uses_lfs else ""
        notes.append(f"the pre-push hook does not run{reason}; --run-hooks lets it")
    return notes


def _refuse_unpublished_base(workspace: Workspace, plan: PublishPlan) -> None:
    """A pull request onto a branch that the remote does not have would be refused after the push."""
    name = plan.target.base
    is_own = name == plan.remote.name
    remote = plan.remote if is_own else find_remote(workspace.git, name)
    if plan.request.push_only or remote_branch(workspace.git, remote, plan.base, push=is_own) is not None:
        return
    raise refuse(
        "handoff.base-unpublished",
        f"the base {plan.base} is not on {name}; nothing was pushed",
        hint=f"publish {plan.base} first, or assemble on a branch that {name} has",
        base=plan.base,
    )


def _expected_tip(workspace: Workspace, plan: PublishPlan) -> CommitId | None:
    """With --replace: what the remote has, if that is a commit that this group was assembled to before."""
    if not plan.request.replace:
        return None
    tip = remote_branch(workspace.git, plan.remote, plan.group.branch)
    prs = [pr.commit for pr in plan.task.prs.values() if pr.group == plan.group.id]
    return tip if tip is not None and tip in (*plan.group.former, *prs) else None


def _open_pr(workspace: Workspace, plan: PublishPlan, body: Path, pushed: Pushed) -> Published:
    key, group = plan.request.key, plan.group
    pr = _ask_forge(workspace, plan, body)
    opened = Opened(pr.url, group.stages, group.branch, group.base_ref)
    appended = record_pr(workspace.store, key, opened, ending_of(workspace, plan.task, opened, archive=True))
    workspace.warn(appended.warning)
    after = appended.task_after(key)
    ended = [run.id for run in plan.task.runs.values() if run.is_active and not after.runs[run.id].is_active]
    return Published(plan, pushed, pr.url, pr.existed, recorded=True, ended_runs=tuple(ended))


def _ask_forge(workspace: Workspace, plan: PublishPlan, body: Path) -> PullRequestAnswer:
    """The pull request; a refusal says that the branch is out already, whatever else went wrong."""
    try:
        return create_pull_request(
            plan.gh or Path("gh"),
            cwd=workspace.git.top,
            head=plan.head,
            base=plan.base,
            title=plan.text.title,
            body_file=body,
            draft=plan.request.draft,
            repo=plan.target.repo,
            environ=workspace.environ,
        )
    except OkstraError as refusal:
        refusal.message = f"{refusal.message} ({plan.group.branch} is pushed; the same command goes on from there)"
        refusal.facts["pushed"] = True
        raise
