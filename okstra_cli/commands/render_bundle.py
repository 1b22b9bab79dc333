"""`git okstra render-bundle`, also `run prepare`: everything a lead agent starts from, for one run of one task."""

import typer

from okstra_cli import prepare_flags as flags
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

app = single_command()


@app.command()
@names_a_task
def prepare(
    context: typer.Context, identity: Identity,
    task_type: flags.TaskType = None, brief: flags.Brief = None, base_ref: flags.BaseRef = None,
    approved_plan: flags.ApprovedPlan = None, stage: flags.Stage = None, stages: flags.Stages = None,
    leave_unfinished: flags.LeaveUnfinished = False, executor: flags.Executor = None, workers: flags.Workers = None,
    lead_model: flags.LeadModel = None, executor_model: flags.ExecutorModel = None,
    claude_model: flags.ClaudeModel = None, codex_model: flags.CodexModel = None,
    gemini_model: flags.GeminiModel = None, report_writer_model: flags.ReportWriterModel = None,
    directive: flags.Directive = "", directive_file: flags.DirectiveFile = None,
    related_tasks: flags.RelatedTasks = "", clarification_response: flags.ClarificationResponse = None,
    resume_clarification: flags.ResumeClarification = False, no_editor: flags.NoEditor = False,
    pr_template_path: flags.PrTemplatePath = None,
    pr_template_scope: flags.PrTemplateScope = None, open_task: flags.OpenTask = False,
    qa_waiver: flags.QaWaiver = None, no_plan_verification: flags.NoPlanVerification = False,
    verification_scope: flags.VerificationScope = None, holder: flags.Holder = None,
    lead_session: flags.LeadSession = None, prompt: flags.Prompt = False,
) -> Answer:  # fmt: skip
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
    from okstra_cli.report_editor import find_report_editor
    from okstra_cli.views import prepare as view
    from okstra_git.bundle.request import PrepareOptions
    from okstra_git.porcelain.prepare.options import prepare as prepare_run

    session = Session.of(context)
    options = PrepareOptions(
        task_type=task_type, brief=brief, base_ref=base_ref, approved_plan=approved_plan, stage=stage, stages=stages,
        leave_unfinished=leave_unfinished, executor=executor, workers=workers, lead_model=lead_model,
        executor_model=executor_model, claude_model=claude_model, codex_model=codex_model, gemini_model=gemini_model,
        report_writer_model=report_writer_model, directive=directive, directive_file=directive_file,
        related_tasks=related_tasks, clarification_response=clarification_response,
        resume_clarification=resume_clarification, pr_template=pr_template_path, pr_template_scope=pr_template_scope,
        open_task=open_task, qa_waivers=tuple(qa_waiver or ()), plan_verification=not no_plan_verification,
        verification_scope=verification_scope, holder=holder, lead_session=lead_session,
    )  # fmt: skip
    prepared = prepare_run(session.workspace, identity, options, editor=find_report_editor(session, never=no_editor))
    whole = prompt or not session.around.stdout_is_terminal
    return Answer(view.prepared_json(prepared), lambda: view.prepared_page(prepared, whole=whole))
