"""`git okstra render-bundle`, also `run prepare`: everything a lead agent starts from, for one run of one task."""

import typer

from okstra_cli import prepare_flags as flags
from okstra_cli.identity import names_a_task
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.porcelain.task_lookup import Identity

app = single_command()


@app.command()
@names_a_task
def prepare(
    context: typer.Context,
    identity: Identity,
    task_type: flags.TaskType = None,
    brief: flags.Brief = None,
    base_ref: flags.BaseRef = None,
    approved_plan: flags.ApprovedPlan = None,
    stage: flags.Stage = None,
    stages: flags.Stages = None,
    leave_unfinished: flags.LeaveUnfinished = False,
    executor: flags.Executor = None,
    workers: flags.Workers = None,
    lead_model: flags.LeadModel = None,
    executor_model: flags.ExecutorModel = None,
    claude_model: flags.ClaudeModel = None,
    codex_model: flags.CodexModel = None,
    gemini_model: flags.GeminiModel = None,
    report_writer_model: flags.ReportWriterModel = None,
    directive: flags.Directive = "",
    directive_file: flags.DirectiveFile = None,
    related_tasks: flags.RelatedTasks = "",
    clarification_response: flags.ClarificationResponse = None,
    resume_clarification: flags.ResumeClarification = False,
    pr_template_path: flags.PrTemplatePath = None,
    pr_template_scope: flags.PrTemplateScope = None,
    open_task: flags.OpenTask = False,
    qa_waiver: flags.QaWaiver = None,
    no_plan_verification: flags.NoPlanVerification = False,
    verification_scope: flags.VerificationScope = None,
    holder: flags.Holder = None,
    lead_session: flags.LeadSession = None,
    prompt: flags.Prompt = False,
) -> Answer:
    """Prepare a run: choose the stage, reserve its worktree, write the bundle, print the lead prompt.

    Prints `okstra task root:`, `okstra instruction-set:` and, when other live runs hold stages of the task,
    `okstra concurrent-run stages:`, one to a line; then the prompt. On a terminal it says instead what was reserved,
    where the prompt is, and the one command that starts an agent with it. The same call again gives the same run.

    Types: requirements-discovery, error-analysis, improvement-discovery, implementation-planning, implementation,
    final-verification, release-handoff. Only an implementation takes a stage and its worktree.

    A final-verification without --stage is about the whole task: its stages are put together in a worktree of the run.
    Stages that are not done are refused, unless --stages names others or --leave-unfinished leaves them out.

    A run is led by the agent program above this command, or by the nearest process that stays; when that one
    dies, its stage is free again. --holder names another.

    Exit status 2 when a person has to decide: stale records, a pending brief, drifted files.

    \b
    Examples:
      git okstra run prepare --task-key shop:web:login --task-type error-analysis --brief-path brief.md
      git okstra run prepare --task-key shop:web:login --task-type implementation --stage auto
    """
    given = {name: value for name, value in locals().items() if name not in ("context", "identity")}
    from okstra_cli.preparing.command import answer_line

    return answer_line(Session.of(context), identity, given)
