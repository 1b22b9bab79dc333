"""Says of each stage what is known and the one safe thing to do next: a pure function over gathered facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.commands import word
from okstra_git.host.process_facts import Liveness
from okstra_git.names import named_stages
from okstra_git.records.runs import Plan, PlannedStage, Run
from okstra_git.records.states import Task
from okstra_git.runs.leases import GUARDED, Lease, lease_on
from okstra_git.runs.selection import all_stages, named, stages_flag
from okstra_git.store.stage_dependencies import FINISHED, finished_stages
from okstra_git.wording import counted


@dataclass(frozen=True)
class StageFacts:
    """What git says of one stage's branch and worktree; None = cannot be determined, or there is none.

    `ahead` counts commits since its base, `beyond` those since the recorded commit, `unmerged` those in no target
    branch, `unpushed` those its upstream lacks. `finding` is reconcile's word for the recorded commit. `astray` says
    what `worktree` has checked out when that is not the stage's branch.
    """

    branch: str = ""
    has_branch: bool = False
    base: str = ""
    worktree: str = ""
    dirty: int | None = None
    during: str = ""
    ahead: int | None = None
    beyond: int | None = None
    unmerged: int | None = None
    unpushed: int | None = None
    upstream: str = ""
    ref: str = ""
    finding: str = "ok"
    astray: str = ""


@dataclass(frozen=True)
class PlanFacts:
    """Whether the approved plan still is what was approved; None = its file cannot be read here."""

    matches: bool | None = True
    found: str = ""


_AS_APPROVED = PlanFacts()


class Advice(NamedTuple):
    """One stage explained: its state, who leases it, sentences, and the one safe command with its reason."""

    stage: int
    state: str
    lease: Lease | None
    facts: tuple[str, ...]
    command: str
    why: str


NOTHING = StageFacts()
ELSEWHERE = "its documents are in the clone that prepared it; go on there"
ASTRAY = "its branch has to be checked out there again first"


def explain(
    task: Task, plan: Plan | None, facts: Mapping[int, StageFacts], leases: Iterable[Lease], *, writer: str,
    ours: frozenset[str] = frozenset(), plan_facts: PlanFacts = _AS_APPROVED, elsewhere: frozenset[str] = frozenset(),
) -> list[Advice]:  # fmt: skip
    """Every stage of the plan and every one on record, ascending. `ours` are runs that the caller itself leads,
    `elsewhere` those of other clones whose documents are not here."""
    planned = {stage.number: stage for stage in plan.stages} if plan else {}
    current = tuple(leases)
    numbers = sorted({*planned, *task.stages})
    return [
        _Stage(task, plan, planned.get(number, PlannedStage(number=number)), facts.get(number, NOTHING),
               lease_on(current, number), writer, ours, plan_facts, elsewhere).advice()
        for number in numbers
    ]  # fmt: skip


class _Stage(NamedTuple):
    task: Task
    plan: Plan | None
    planned: PlannedStage
    git: StageFacts
    lease: Lease | None
    writer: str
    ours: frozenset[str]
    plan_facts: PlanFacts
    elsewhere: frozenset[str]

    @property
    def number(self) -> int:
        return self.planned.number

    @property
    def key(self) -> str:
        return str(self.task.key)

    @property
    def state(self) -> str:
        stage = self.task.stages.get(self.number)
        return stage.status if stage is not None else "pending"

    @property
    def last_run(self) -> Run | None:
        """The newest implementation run of the stage, ended or not."""
        runs = [r for r in self.task.runs.values() if r.stage == self.number and r.task_type == GUARDED]
        return max(runs, key=lambda run: run.id, default=None)

    def advice(self) -> Advice:
        command, why = self.done_next() if self.state in FINISHED else self.open_next()
        return Advice(self.number, self.state, self.lease, tuple(self.sentences()), command, why)

    # --- what is known

    def sentences(self) -> Iterable[str]:
        if self.lease is not None:
            yield self.leased()
        elif self.last_run is not None and not self.last_run.is_active:
            yield f"its last run {self.last_run.id} ended as {self.last_run.status}"
        git = self.git
        if git.branch:
            yield self.branch_holds()
        if git.astray:
            yield f"{git.worktree} {git.astray}"
        if git.during:
            yield f"git is in the middle of a {git.during} in {git.worktree}"
        if git.unmerged:
            yield f"{counted(git.unmerged, 'commit')} of it in no target branch"
        if git.upstream and git.unpushed:
            yield f"{counted(git.unpushed, 'commit')} not pushed to {git.upstream}"
        if git.beyond:
            yield f"{counted(git.beyond, 'commit')} since the recorded one"
        if git.finding in ("auto", "confirm"):
            moved = "moved, which is proven" if git.finding == "auto" else "may have moved; a person has to say"
            yield f"the recorded commit {moved}"
        if self.plan is not None and self.plan_facts.matches is not True and self.state not in FINISHED:
            yield self.plan_said()

    def leased(self) -> str:
        lease = self.lease
        assert lease is not None
        alive = "is at work" if lease.is_live else "is dead"
        mine = ", and that is you" if lease.run in self.ours else ""
        return f"leased by run {lease.run} ({named(lease.holder)}), which {alive}{_because(lease.life.why)}{mine}"

    def branch_holds(self) -> str:
        git = self.git
        if not git.has_branch:
            return f"its branch {git.branch} is gone"
        ahead = "an unknown number of commits" if git.ahead is None else counted(git.ahead, "commit")
        if git.dirty is None:
            return f"{git.branch} has {ahead} of its own, and no worktree here"
        dirty = f"{counted(git.dirty, 'file')} not committed" if git.dirty else "nothing uncommitted"
        return f"{git.branch} has {ahead} of its own and {dirty}"

    def plan_said(self) -> str:
        assert self.plan is not None
        if self.plan_facts.matches is None:
            return f"the plan {self.plan.path} cannot be read here"
        return f"the plan {self.plan.path} was changed after it was approved ({self.plan.blob[:10]})"

    # --- the one safe thing

    def done_next(self) -> tuple[str, str]:
        if self.lease is not None and self.lease.is_live:
            return self.live_next()
        if self.git.finding == "confirm":
            return self.on_task("git okstra reconcile", "--check"), "only a person can say which commit it is now"
        if self.git.finding == "auto":
            return self.on_task("git okstra reconcile", "--apply"), "records where the commit moved"
        if self.git.during or self.git.dirty:
            return self.look(), "something was left there after the stage was recorded"
        if self.git.beyond:
            return f"git okstra stage done {self.number} --task-key {self.key}", "records the newer commits as well"
        if self.lease is not None:
            return self.unreported_next(self.task.runs[self.lease.run])
        if self.state == "landed":
            if self.git.worktree:
                return self.on_task("git okstra worktree prune", "--dry-run"), "it has landed, so its worktree may go"
            return f"git okstra status {self.key}", "nothing is left to do here"
        stage = self.task.stages[self.number]
        if self.state == "done" or (self.state == "in-pr" and not stage.is_verified):
            waits, never = "it is done and waits to be verified", "nobody verified what is in its pull request"
            since = "it has changed since it was verified"
            why = since if stage.verified else waits if self.state == "done" else never
            return self.on_task("git okstra run prepare", f"--task-type final-verification --stage {self.number}"), why
        return f"git okstra stage show {self.number} --task-key {self.key}", "it is verified and waits to be merged"

    def unreported_next(self, run: Run) -> tuple[str, str]:
        """About a dead run whose stage is done: only a run that was prepared can be resumed."""
        if run.status == "preparing":
            return f"git okstra run abandon {word(run.id)}", "its stage is done, and it was never prepared to the end"
        if run.id in self.elsewhere:
            return f"git okstra run show {word(run.id)}", ELSEWHERE
        return f"git okstra run resume {word(run.id)}", "its stage is done, its report may be missing"

    def open_next(self) -> tuple[str, str]:
        if not self.task.is_open:
            return f"git okstra task open {self.key}", "the task is closed"
        if self.lease is not None and self.lease.is_live:
            return self.live_next()
        elsewhere = self.held_elsewhere()
        if elsewhere:
            return f"git okstra stage show {self.number} --task-key {self.key}", elsewhere
        missing = [n for n in self.planned.depends_on if n not in finished_stages(self.task)]
        if missing and self.lease is None:
            return f"git okstra status {self.key}", f"it waits for {named_stages(missing)}"
        if self.plan is not None and self.plan_facts.matches is None:
            return show_plan(self.task), "the plan has to be put back as it was approved first"
        if self.plan is not None and self.plan_facts.matches is not True:
            return f"git okstra plan check {word(self.plan.path)}", "an agent may only work from the plan as approved"
        if self.git.during:
            return self.look(), f"the {self.git.during} has to be finished or given up first"
        return self.dead_next() if self.lease is not None else self.free_next()

    def live_next(self) -> tuple[str, str]:
        assert self.lease is not None
        run = self.task.runs[self.lease.run]
        if self.lease.run in self.ours and self.git.astray:
            return self.look(), ASTRAY
        if self.lease.run in self.ours and self.lost_worktree(run):
            anew = "then a prepare makes it again on its branch: " + self.prepare()
            return f"git okstra run abandon {word(run.id)}", f"it is your own run, and its worktree is gone; {anew}"
        if self.lease.run in self.ours:
            return f"git okstra run resume {word(self.lease.run)}", "it is your own run; this shows its prompt again"
        return f"git okstra run show {word(self.lease.run)}", "somebody is at work there; leave it alone"

    def held_elsewhere(self) -> str:
        place = self.task.places.get(f"stage-{self.number}")
        if place is None or place.status != "active" or place.writer == self.writer:
            return ""
        return "another clone has reserved it; go on there"

    def dead_next(self) -> tuple[str, str]:
        assert self.lease is not None
        run = self.task.runs[self.lease.run]
        if run.status == "preparing":
            return self.prepare(), "the former prepare died; this one takes its place"
        if run.id in self.elsewhere:
            return self.prepare(), "its run was another clone's, and is dead; this one takes its place"
        if self.git.astray and self.git.has_branch:
            return self.look(), ASTRAY
        if self.git.branch and not self.git.has_branch:
            return f"git okstra run abandon {word(run.id)}", "its branch is gone, so there is nothing to resume"
        if self.lost_worktree(run):
            return self.prepare(), "its worktree is gone, and is made again on its branch"
        resume = f"git okstra run resume {word(run.id)}"
        return resume, "goes on where the dead one stopped; what lies there is kept first"

    def lost_worktree(self, run: Run) -> bool:
        """Whether an unfinished stage's directory is gone while its branch stands."""
        is_open = self.state not in FINISHED
        return is_open and bool(run.worktree) and self.git.has_branch and not self.git.worktree

    def free_next(self) -> tuple[str, str]:
        last = self.last_run
        if self.git.astray:
            return self.look(), ASTRAY
        if self.git.dirty and last is None:
            return self.look(), "somebody left work there that is not committed"
        if self.git.ahead and last is not None and last.status == "finished":
            return (f"git okstra stage done {self.number} --task-key {self.key}",
                    "its run finished, but its commit was never recorded")  # fmt: skip
        if self.git.ahead and last is None:
            base = self.git.base or "HEAD"
            return (
                f"git log --oneline {word(f'{base}..{self.git.ref or self.git.branch}')}",
                "it was begun without a run; look first",
            )
        remark = "; what lies there is kept first" if self.git.dirty else ""
        return self.prepare(), f"it can begin{remark}" if not self.git.ahead else f"goes on from its branch{remark}"

    def prepare(self) -> str:
        return self.on_task("git okstra run prepare", f"--task-type {GUARDED} --stage {self.number}")

    def look(self) -> str:
        return f"git -C {word(self.git.worktree or '.')} status"

    def on_task(self, begin: str, rest: str) -> str:
        return f"{begin} --task-key {self.key} {rest}"


def _because(why: str) -> str:
    return f": {why}" if why else ""


class RunAdvice(NamedTuple):
    """A run that holds no stage, explained: what is known and the one safe command with its reason."""

    run: str
    fact: str
    command: str
    why: str


def explain_run(task: Task, run: Run, life: Liveness, *, is_ours: bool, is_elsewhere: bool = False) -> RunAdvice:
    """What to do about one run by itself."""
    subject = f"run {run.id} ({run.task_type})"
    if not run.is_active:
        return RunAdvice(
            run.id, f"{subject} ended as {run.status}", after_run(task, run)[0], "a run that ended stays so"
        )
    standing = "is at work" if life.is_live else "is dead"
    sentence = f"{subject} is led by {named(run.holder)}, which {standing}{_because(life.why)}"
    if life.is_live:
        why = "it is your own run" if is_ours else "somebody is at work there; leave it alone"
        return RunAdvice(run.id, sentence, f"git okstra run {'resume' if is_ours else 'show'} {word(run.id)}", why)
    if run.status == "preparing":
        return RunAdvice(run.id, sentence, new_run_command(task, run), "its prepare died; this one takes its place")
    if is_elsewhere:
        return RunAdvice(run.id, sentence, f"git okstra run show {word(run.id)}", ELSEWHERE)
    return RunAdvice(run.id, sentence, f"git okstra run resume {word(run.id)}", "goes on where the dead one stopped")


def show_plan(task: Task) -> str:
    """The command that shows which plan was approved, where its file is not here."""
    return f"git okstra plan show --task-key {task.key}"


def new_run_command(task: Task, run: Run) -> str:
    """The command that prepares a new run in the place of this one."""
    stage = f" --stage {run.stage}" if run.stage is not None else stages_flag(task, run.task_type)
    if run.assembled is not None and run.assembled.stages != all_stages(task):
        stage = f" --stages {word(','.join(map(str, run.assembled.stages)))}"
    return f"git okstra run prepare --task-key {task.key} --task-type {word(run.task_type)}{stage}"


def after_run(task: Task, run: Run) -> tuple[str, str]:
    """What replaces a run that cannot be resumed, and why: a new one only where it could be prepared."""
    key, is_done = str(task.key), run.stage in finished_stages(task)
    if not task.is_open:
        return f"git okstra task open {word(key)}", "the task is closed"
    if run.stage is not None and run.task_type == GUARDED and is_done:
        return f"git okstra stage show {word(run.stage)} --task-key {word(key)}", "its stage is done"
    others = [other for other in task.runs.values() if other.is_active and other.id != run.id]
    newer = [other for other in others if (other.task_type, other.stage) == (run.task_type, run.stage)]
    if newer:
        return f"git okstra run show {word(newer[-1].id)}", "another run has taken its place"
    if run.stage is not None and run.task_type != GUARDED and not is_done:
        return f"git okstra stage show {word(run.stage)} --task-key {word(key)}", "its stage is not done any more"
    return new_run_command(task, run), "a new one"
