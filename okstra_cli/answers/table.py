"""Lists for every command the shapes of what it answers."""

from typing import Any, NamedTuple

from okstra_cli.answers import (
    adopting,
    checks,
    context,
    documents,
    follow_ups,
    handoff,
    history,
    inspecting,
    landed,
    proofs,
    runs,
    tasks,
    upkeep,
    validate,
    wizard,
    worktrees,
)
from okstra_cli.answers.parts import Template


class Shapes(NamedTuple):
    """What a command answers when it did what was asked, one of `done`; what may stand beside a refusal's `error`."""

    done: tuple[Any, ...]
    beside_error: tuple[Any, ...] = ()


def _shapes(*done: Any, beside_error: tuple[Any, ...] = ()) -> Shapes:
    return Shapes(done, beside_error)


ANSWERS: dict[str, Shapes] = {
    "landed": _shapes(landed.LandedRefs, landed.PrunedRefs),
    "prove": _shapes(proofs.ProvenSame),
    "adopt": _shapes(adopting.Adoption, adopting.GivenUp),
    "review record": _shapes(proofs.RecordedApproval),
    "review status": _shapes(proofs.ReviewStatus),
    "verify": _shapes(checks.VerifiedRun),
    "verified": _shapes(checks.VerifiedTree),
    "init": _shapes(upkeep.Initialised),
    "status": _shapes(tasks.Status),
    "demo": _shapes(upkeep.Demo),
    "wizard init": _shapes(wizard.FirstPrompt),
    "wizard step": _shapes(wizard.NextPrompt, beside_error=(wizard.RefusedAnswer,)),
    "wizard render-args": _shapes(wizard.BundleArguments),
    "wizard forget": _shapes(wizard.Removed),
    "wizard run": _shapes(wizard.BundleArguments),
    "task open": _shapes(tasks.ChangedTask),
    "task list": _shapes(tasks.TaskList),
    "task show": _shapes(tasks.OneTask),
    "task close": _shapes(tasks.ChangedTask),
    "plan check": _shapes(documents.CheckedPlan, beside_error=(documents.CheckedPlan,)),
    "plan approve": _shapes(documents.ApprovedPlan, documents.ApprovalAhead),
    "plan show": _shapes(documents.ShownPlan),
    "plan template": _shapes(Template),
    "brief new": _shapes(documents.NewBrief),
    "brief check": _shapes(documents.CheckedBrief, beside_error=(documents.CheckedBrief,)),
    "brief add": _shapes(documents.EditedBrief),
    "brief ask": _shapes(documents.EditedBrief),
    "brief confirm": _shapes(documents.BriefQuestions, documents.AnsweredBrief, documents.EditedBrief),
    "brief term": _shapes(documents.EditedTerm),
    "brief template": _shapes(Template),
    "stage start": _shapes(tasks.StartedStage),
    "stage done": _shapes(tasks.DoneStages),
    "stage list": _shapes(tasks.StageList),
    "stage show": _shapes(tasks.OneStage),
    "stage release": _shapes(tasks.ReleasedStage),
    "run prepare": _shapes(runs.PreparedRun),
    "run list": _shapes(runs.RunList),
    "run show": _shapes(runs.OneRun, runs.ArchivedText, runs.Archive),
    "run resume": _shapes(runs.ResumedRun, runs.Explanation),
    "run finish": _shapes(runs.EndedRun, beside_error=(validate.ValidationAnswer,)),
    "run abandon": _shapes(runs.EndedRun),
    "run snapshots": _shapes(runs.Snapshots),
    "run restore": _shapes(runs.Restored),
    "render-bundle": _shapes(runs.PreparedRun),
    "validate run": _shapes(validate.ValidationAnswer, beside_error=(validate.ValidationAnswer,)),
    "followups spawn": _shapes(follow_ups.SpawnedFollowUps, beside_error=(follow_ups.SpawnedFollowUps,)),
    "followups list": _shapes(follow_ups.FollowUps),
    "inspect history": _shapes(inspecting.OpenTasks, inspecting.TaskHistory),
    "inspect resume": _shapes(inspecting.WayToResume),
    "inspect run": _shapes(inspecting.SeenRun),
    "inspect context": _shapes(context.TaskContext),
    "handoff record-verified": _shapes(handoff.VerifiedStage, handoff.VerifiedTask),
    "handoff eligible": _shapes(handoff.EligibleStages),
    "handoff assemble": _shapes(handoff.AssembledGroup, beside_error=(handoff.Conflicts,)),
    "handoff publish": _shapes(handoff.Published),
    "handoff record-pr": _shapes(handoff.RecordedPullRequest),
    "handoff record-closed": _shapes(handoff.ClosedPullRequest),
    "handoff status": _shapes(handoff.HandoffStatus),
    "worktree list": _shapes(worktrees.WorktreeList),
    "worktree release": _shapes(worktrees.ReleasedWorktrees),
    "worktree repair": _shapes(worktrees.RepairedWorktrees),
    "worktree prune": _shapes(worktrees.PrunedWorktrees),
    "reconcile": _shapes(history.Reconciled, history.ReconciledTasks, history.CheckedMoves),
    "log": _shapes(history.EventLog, history.IgnoredLogs, history.LogChoice),
    "setup": _shapes(upkeep.SetupDone, upkeep.SetupChecked, beside_error=(upkeep.SetupChecked,)),
    "hooks install": _shapes(upkeep.Hooks),
    "hooks status": _shapes(upkeep.Hooks),
    "hooks uninstall": _shapes(upkeep.Hooks),
    "completion": _shapes(upkeep.CompletionScript),
    "schema": _shapes(upkeep.SchemaList, upkeep.CommandSchema),
    "config get": _shapes(upkeep.Setting),
    "config set": _shapes(upkeep.ChangedSetting),
    "config unset": _shapes(upkeep.ChangedSetting),
    "config list": _shapes(upkeep.SettingList),
    "doctor": _shapes(upkeep.Checked),
    "fsck": _shapes(upkeep.Checked),
}
"""In the order of the front page."""
