"""`git okstra render-bundle`, also `run prepare`: everything a lead agent starts from, for one run of one task."""

from typing import Annotated

import typer

from okstra_cli.identity import Identity, names_a_task
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = single_command()

Text = str | None


@app.command()
@names_a_task
def prepare(
    context: typer.Context,
    identity: Identity,
    task_type: Annotated[
        Text, typer.Option("--task-type", metavar="TYPE", help="The phase: error-analysis, implementation, …")
    ] = None,
    brief: Annotated[
        Text, typer.Option("--brief-path", "--brief", metavar="FILE", help="The brief. Default: the task's last one.")
    ] = None,
    base_ref: Annotated[
        Text, typer.Option("--base-ref", metavar="REF", help="Where a stage begins. Default: on what it depends on.")
    ] = None,
    approved_plan: Annotated[
        Text, typer.Option("--approved-plan", metavar="FILE", help="The approved plan. Default: the one on record.")
    ] = None,
    stage: Annotated[
        Text, typer.Option("--stage", metavar="auto|N", help="The stage to implement or verify. Default: auto.")
    ] = None,
    executor: Annotated[
        Text, typer.Option("--executor", metavar="CLI", help="Who changes code: claude, codex or gemini.")
    ] = None,
    workers: Annotated[
        Text, typer.Option("--workers", "--workers-override", metavar="A,B", help="The roster, report-writer included.")
    ] = None,
    lead_model: Annotated[Text, typer.Option("--lead-model", metavar="M", help="The lead's model.")] = None,
    executor_model: Annotated[Text, typer.Option("--executor-model", metavar="M", help="The executor's.")] = None,
    claude_model: Annotated[Text, typer.Option("--claude-model", metavar="M", help="The Claude worker's.")] = None,
    codex_model: Annotated[Text, typer.Option("--codex-model", metavar="M", help="The Codex worker's.")] = None,
    gemini_model: Annotated[Text, typer.Option("--gemini-model", metavar="M", help="The Gemini worker's.")] = None,
    report_writer_model: Annotated[
        Text, typer.Option("--report-writer-model", metavar="M", help="The report writer's.")
    ] = None,
    directive: Annotated[str, typer.Option(help="A word of your own for this run.")] = "",
    related_tasks: Annotated[str, typer.Option(metavar="P:G:T,…", help="Tasks that this one builds on.")] = "",
    clarification_response: Annotated[
        Text, typer.Option("--clarification-response", metavar="FILE", help="An answered report, carried in.")
    ] = None,
    resume_clarification: Annotated[
        bool, typer.Option("--resume-clarification", help="Answer the last report in $EDITOR, then run again with it.")
    ] = False,
    pr_template_path: Annotated[
        Text, typer.Option("--pr-template-path", metavar="FILE", help="What a pull request's text follows.")
    ] = None,
    qa_waiver: Annotated[
        list[str] | None,
        typer.Option("--qa-waiver", metavar="STAGEKEY:WHY", help="A conformance entry you let pass; repeatable."),
    ] = None,
    no_plan_verification: Annotated[
        bool, typer.Option("--no-plan-verification", help="Skip the verification of a plan's body in this run.")
    ] = False,
    verification_scope: Annotated[
        Text, typer.Option("--verification-scope", metavar="SCOPE", help="whole-task or single-stage.")
    ] = None,
    holder: Annotated[
        Text, typer.Option("--holder", metavar="PID", help="The process that leads the run. Default: who called.")
    ] = None,
    lead_session: Annotated[
        Text, typer.Option("--lead-session", metavar="ID", help="The lead's session. Default: as the agent says.")
    ] = None,
) -> Answer:
    """Prepare a run: choose the stage, reserve its worktree, write the bundle, print the lead prompt.

    Prints `okstra task root:`, `okstra instruction-set:` and, when other live runs hold stages of the task,
    `okstra concurrent-run stages:`, one to a line; then the prompt. The same call again gives the same run.

    \b
    Examples:
      git okstra run prepare --task-key shop:web:login --task-type error-analysis --brief-path brief.md
      git okstra run prepare --task-key shop:web:login --task-type implementation --stage auto
    """
    from okstra_cli.preparing.command import answer_prepare
    from okstra_git.errors import UsageError
    from okstra_git.runs.request import parse_request

    session = Session.of(context)
    if resume_clarification:
        from okstra_cli.preparing.clarifying import clarified_request

        again = clarified_request(session, identity, task_type)
        return answer_prepare(session, again, holder=holder, lead_session=lead_session)
    if task_type is None:
        raise UsageError("no task type was named", hint="add --task-type TYPE, or --resume-clarification")
    request = parse_request(
        identity.require(),
        task_type,
        stage=stage,
        workers=workers,
        executor=executor,
        models={
            "lead": lead_model, "executor": executor_model, "claude": claude_model, "codex": codex_model,
            "gemini": gemini_model, "report-writer": report_writer_model,
        },
        related_tasks=related_tasks,
        waivers=qa_waiver or (),
        scope=verification_scope,
        directive=directive,
        brief=brief,
        base_ref=base_ref,
        approved_plan=approved_plan,
        clarification=clarification_response,
        pr_template=pr_template_path,
        plan_verification=not no_plan_verification,
    )  # fmt: skip
    return answer_prepare(session, request, holder=holder, lead_session=lead_session)
