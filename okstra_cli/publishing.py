"""Publishing a group: everything is checked and told first, then pushed, opened and recorded, each step repeatable."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.handing import settle_first
from okstra_cli.output import Answer, tell
from okstra_cli.pull_requests import ending_of
from okstra_cli.views import published as view
from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.git.forks import find_target
from okstra_git.git.pushing import find_skipped, push_branch
from okstra_git.git.remotes import default_branches, find_remote, remote_branch
from okstra_git.git.revisions import BRANCH
from okstra_git.handoff.leaving import list_leaving
from okstra_git.handoff.publishable import branch_of_base, choose_group, list_obstacles, refuse_obstacles
from okstra_git.handoff.recording import Opened, record_pr
from okstra_git.handoff.together import list_relied, told_other_tree
from okstra_git.host.forge import create_pull_request, find_gh
from okstra_git.names import CommitId
from okstra_git.porcelain.base_contents import in_base
from okstra_git.porcelain.pull_request_text import PrText, write_text

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.git.forks import Target
    from okstra_git.git.pushing import Pushed
    from okstra_git.git.remotes import Remote
    from okstra_git.handoff.leaving import Leaving
    from okstra_git.host.forge import PullRequestAnswer
    from okstra_git.names import StageNumber, TaskKey
    from okstra_git.records.handoff import Group, PullRequest
    from okstra_git.records.states import Task


class NeedsYes(OkstraError):
    """Nobody said yes to what others will see."""

    code = "handoff.needs-yes"
    exit_status = 2


class BaseUnpublished(OkstraError):
    """The remote does not have the branch that the pull request should go to."""

    code = "handoff.base-unpublished"


@dataclass(frozen=True)
class Publishing:
    """What was asked for on the line."""

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
    yes: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that publishing would do, before any of it is done; `gh` is None where there is no such program."""

    asked: Publishing
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
        return self.gh is not None and not self.asked.push_only

    @property
    def head(self) -> str:
        """The branch as the forge's program takes it: `OWNER:branch` of a fork."""
        return self.target.head(self.group.branch)


@dataclass(frozen=True)
class Done:
    """What was done: None for what was not."""

    pushed: Pushed | None = None
    url: str | None = None
    existed: bool = False
    recorded: bool = False
    ended: tuple[str, ...] = ()
    next: tuple[str, ...] = field(default=())


def publish_here(session: Session, asked: Publishing) -> Answer:
    """Check, show, ask, push, open, record."""
    plan = _plan(session, asked)
    for sentence in plan.notes:
        session.note(sentence)
    body = write_text(session.workspace, asked.key, plan.group, plan.text)
    if asked.dry_run:
        return _answer(plan, Done(next=steps(plan)))
    if not asked.yes:
        _ask(session, plan)
    _refuse_unpublished_base(session, plan)
    pushed = push_branch(
        session.git,
        plan.remote,
        plan.group.branch,
        commit=CommitId(plan.group.range.head),
        expect=_former(session, plan),
        run_hooks=asked.run_hooks,
    )
    known = _recorded(plan)
    if not plan.opens and known is not None:
        return _answer(plan, Done(pushed, known.url, existed=True, recorded=True))
    if not plan.opens:
        return _answer(plan, Done(pushed, next=() if asked.push_only else steps(plan)))
    session.note(f"{plan.group.branch} is on {plan.remote.name}; asking for the pull request")
    return _answer(plan, _open(session, plan, body, pushed))


def _refuse_unpublished_base(session: Session, plan: Plan) -> None:
    """A pull request onto a branch that the remote does not have would be refused after the push."""
    name = plan.target.base
    is_own = name == plan.remote.name
    where = plan.remote if is_own else find_remote(session.git, name)
    if plan.asked.push_only or remote_branch(session.git, where, plan.base, push=is_own) is not None:
        return
    raise BaseUnpublished(
        f"the base {plan.base} is not on {name}; nothing was pushed",
        hint=f"publish {plan.base} first, or assemble on a branch that {name} has",
        base=plan.base,
    )


def _plan(session: Session, asked: Publishing) -> Plan:
    task, stale = settle_first(session, asked.key)
    group = choose_group(task, asked.stages, asked.group)
    protected = [name.rpartition("/")[2] for name in default_branches(session.git)]
    held = in_base(session.workspace, task, group.base_ref, group.stages)
    refuse_obstacles(group, list_obstacles(session.git, task, group, stale=stale, protected=protected, held=held))
    base = branch_of_base(session.git, group) or group.base_ref
    remote = find_remote(session.git, asked.remote, base=group.base_ref, branch=group.branch)
    target = find_target(session.git, remote, group.base_ref, base, asked.repo)
    text = PrText.of(session.workspace, task, group, base=base, title=asked.title, body_file=asked.body_file,
                     template=asked.template)  # fmt: skip
    gh = None if asked.push_only else find_gh(session.environ.get("PATH", ""))
    leaving = tuple(list_leaving(session.git, task, group))
    notes = tuple(_notes(session, task, group, asked))
    return Plan(asked, task, group, remote, target, base, text, gh, leaving, notes)


def _notes(session: Session, task: Task, group: Group, asked: Publishing) -> list[str]:
    """What a push without the user's hooks leaves undone, and a tree that nobody verified as a whole."""
    apart = [told_other_tree(each, group.range.head_tree) for each in list_relied(task, group.stages)]
    notes = [each for each in apart if each is not None]
    skipped = find_skipped(session.git, group.range.head)
    if skipped.hook is not None and not asked.run_hooks:
        why = "; it sends the files of Git LFS" if skipped.uses_lfs else ""
        notes.append(f"the pre-push hook does not run{why}; --run-hooks lets it")
    return notes


def _former(session: Session, plan: Plan) -> CommitId | None:
    """With --replace: what the remote has, if that is a commit that this group was assembled to before."""
    if not plan.asked.replace:
        return None
    there = remote_branch(session.git, plan.remote, plan.group.branch)
    prs = [pr.commit for pr in plan.task.prs.values() if pr.group == plan.group.id]
    return there if there is not None and there in (*plan.group.former, *prs) else None


def _ask(session: Session, plan: Plan) -> None:
    """A yes on the terminal; anything else, and no terminal, is a no."""
    if not session.may_ask:
        raise NeedsYes(
            f"pushing {plan.group.branch} to {plan.remote.name} is for a person to decide; nothing was pushed",
            hint="repeat with --dry-run to see everything, with --yes to do it",
            steps=list(steps(plan)),
        )
    tell(session, view.plan_page(plan, steps(plan)))
    what = "Push and open the pull request" if plan.opens else "Push the branch"
    session.around.stderr.write(f"{what}? [y/N] ")
    session.around.stderr.flush()
    if session.around.stdin.readline().strip().lower() not in ("y", "yes"):
        raise NeedsYes("not confirmed; nothing was pushed", hint="repeat when it should be pushed")


def _open(session: Session, plan: Plan, body: Path, pushed: Pushed) -> Done:
    asked, group = plan.asked, plan.group
    found = _ask_forge(session, plan, body)
    opened = Opened(found.url, group.stages, group.branch, group.base_ref)
    done = record_pr(session.store, asked.key, opened, ending_of(session, plan.task, opened, archive=True))
    session.warn(done.warning)
    after = done.snapshot.state.tasks[asked.key]
    ended = [run.id for run in plan.task.runs.values() if run.is_active and not after.runs[run.id].is_active]
    return Done(pushed, found.url, found.existed, recorded=True, ended=tuple(ended))


def _ask_forge(session: Session, plan: Plan, body: Path) -> PullRequestAnswer:
    """The pull request; a refusal says that the branch is out already, whatever else went wrong."""
    asked, group = plan.asked, plan.group
    try:
        return create_pull_request(
            plan.gh or Path("gh"),
            cwd=session.git.top,
            head=plan.head,
            base=plan.base,
            title=plan.text.title,
            body_file=body,
            draft=asked.draft,
            repo=plan.target.repo,
            environ=session.environ,
        )
    except OkstraError as refusal:
        refusal.message = f"{refusal.message} ({group.branch} is pushed; the same command goes on from there)"
        refusal.facts["pushed"] = True
        raise


def _recorded(plan: Plan) -> PullRequest | None:
    """The group's open pull request, as far as it is on record."""
    return next((pr for pr in plan.task.prs.values() if pr.group == plan.group.id and pr.status == "open"), None)


def steps(plan: Plan) -> tuple[str, ...]:
    """The literal commands that do the same by hand."""
    group, asked = plan.group, plan.asked
    push = command("git push", plan.remote.name, f"{group.range.head}:{BRANCH}{group.branch}")
    if asked.push_only or _recorded(plan) is not None:
        return (push,)
    begin = "gh pr create --draft" if asked.draft else "gh pr create"
    text = (("--title", plan.text.title), ("--body-file", plan.text.body_path))
    also = [("--repo", plan.target.repo)] if plan.target.repo else []
    create = command(begin, ("--head", plan.head), ("--base", plan.base), *text, *also)
    return (push, create, view.record_line(asked.key, group, "URL"))


def _answer(plan: Plan, done: Done) -> Answer:
    return Answer(view.published_json(plan, done), lambda: view.published_page(plan, done))
