"""The options of a prepare: those of the original render-bundle, and who leads the run."""

from typing import Annotated

import typer

Text = str | None
TaskType = Annotated[
    Text,
    typer.Option("--task-type", metavar="TYPE", help="The phase: error-analysis, implementation, …"),
]
Brief = Annotated[
    Text,
    typer.Option("--brief-path", "--brief", metavar="FILE", help="The brief. Default: the task's last one."),
]
BaseRef = Annotated[
    Text,
    typer.Option("--base-ref", metavar="REF", help="Where a stage begins. Default: on what it depends on."),
]
ApprovedPlan = Annotated[
    Text,
    typer.Option("--approved-plan", metavar="FILE", help="The approved plan. Default: the one on record."),
]
Stage = Annotated[
    Text,
    typer.Option("--stage", metavar="auto|N", help="The stage to implement or verify. Default: auto."),
]
Stages = Annotated[
    Text,
    typer.Option("--stages", metavar="1,2", help="The stages to verify or hand over together. Default: all."),
]
LeaveUnfinished = Annotated[
    bool,
    typer.Option("--leave-unfinished", help="Take the stages that are done, and name the others."),
]
Executor = Annotated[
    Text,
    typer.Option("--executor", metavar="CLI", help="Who changes code: claude, codex or gemini."),
]
Workers = Annotated[
    Text,
    typer.Option("--workers", "--workers-override", metavar="A,B", help="The roster, report-writer included."),
]
LeadModel = Annotated[Text, typer.Option("--lead-model", metavar="M", help="The lead's model.")]
ExecutorModel = Annotated[Text, typer.Option("--executor-model", metavar="M", help="The executor's.")]
ClaudeModel = Annotated[Text, typer.Option("--claude-model", metavar="M", help="The Claude worker's.")]
CodexModel = Annotated[Text, typer.Option("--codex-model", metavar="M", help="The Codex worker's.")]
GeminiModel = Annotated[Text, typer.Option("--gemini-model", metavar="M", help="The Gemini worker's.")]
ReportWriterModel = Annotated[Text, typer.Option("--report-writer-model", metavar="M", help="The report writer's.")]
Directive = Annotated[str, typer.Option(help="An instruction of your own for this run.")]
DirectiveFile = Annotated[
    Text,
    typer.Option("--directive-file", metavar="FILE", help="The same from a file, which no shell interprets."),
]
RelatedTasks = Annotated[str, typer.Option(metavar="P:G:T,…", help="Tasks that this one builds on.")]
ClarificationResponse = Annotated[
    Text,
    typer.Option("--clarification-response", metavar="FILE", help="An answered report, carried in."),
]
ResumeClarification = Annotated[
    bool,
    typer.Option("--resume-clarification", help="Answer the last report in $EDITOR, then run again with it."),
]
NoEditor = Annotated[
    bool, typer.Option("--no-editor", help="Go on with the answers that are there, without opening an editor.")
]
PrTemplatePath = Annotated[
    Text,
    typer.Option("--pr-template-path", metavar="FILE", help="The template for the text of a pull request."),
]
PrTemplateScope = Annotated[
    Text,
    typer.Option("--pr-template-scope", metavar="run|project", help="project: keep the template as okstra.prTemplate."),
]
OpenTask = Annotated[
    bool,
    typer.Option("--open-task", help="Open the task if there is none, with the brief's title and ticket."),
]
QaWaiver = Annotated[
    list[str] | None,
    typer.Option("--qa-waiver", metavar="STAGEKEY:WHY", help="A conformance entry to waive; repeatable."),
]
NoPlanVerification = Annotated[
    bool,
    typer.Option("--no-plan-verification", help="Skip the verification of a plan's body in this run."),
]
VerificationScope = Annotated[
    Text,
    typer.Option("--verification-scope", metavar="SCOPE", help="whole-task or single-stage."),
]
Holder = Annotated[
    Text,
    typer.Option("--holder", metavar="PID", help="The process that leads the run. Default: the caller."),
]
Prompt = Annotated[
    bool,
    typer.Option("--prompt", help="Print the lead prompt on a terminal too; elsewhere it is always printed."),
]
LeadSession = Annotated[
    Text,
    typer.Option("--lead-session", metavar="ID", help="The lead's session. Default: as the agent reports it."),
]
