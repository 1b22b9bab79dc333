"""The options of a prepare: those of the original render-bundle, and who leads the run."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from okstra_git.bundle.request import PrepareOptions

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

FLAGS: dict[str, tuple[Any, Any]] = {
    "task_type": (TaskType, None), "brief": (Brief, None), "base_ref": (BaseRef, None),
    "approved_plan": (ApprovedPlan, None), "stage": (Stage, None), "stages": (Stages, None),
    "leave_unfinished": (LeaveUnfinished, False), "executor": (Executor, None), "workers": (Workers, None),
    "lead_model": (LeadModel, None), "executor_model": (ExecutorModel, None), "claude_model": (ClaudeModel, None),
    "codex_model": (CodexModel, None), "gemini_model": (GeminiModel, None),
    "report_writer_model": (ReportWriterModel, None), "directive": (Directive, ""),
    "directive_file": (DirectiveFile, None), "related_tasks": (RelatedTasks, ""),
    "clarification_response": (ClarificationResponse, None), "resume_clarification": (ResumeClarification, False),
    "pr_template_path": (PrTemplatePath, None), "pr_template_scope": (PrTemplateScope, None),
    "open_task": (OpenTask, False), "qa_waiver": (QaWaiver, None),
    "no_plan_verification": (NoPlanVerification, False), "verification_scope": (VerificationScope, None),
}  # fmt: skip
"""What a run is prepared from, with its default: the flags of every command that prepares one."""


def takes_prepare_flags(body: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these flags; its body takes them as one mapping, `given`."""
    own = inspect.signature(body, eval_str=True).parameters.values()

    @wraps(body)
    def command(**given: Any) -> Any:
        asked = {name: given.pop(name) for name in FLAGS}
        return body(**given, given=asked)

    flags = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in FLAGS.items()
    ]
    own_flags = (each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own if each.name != "given")
    parameters = [*flags, *own_flags]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def options_of(given: Mapping[str, Any], **more: Any) -> "PrepareOptions":
    """The options of a prepare from these flags."""
    from okstra_git.bundle.request import PrepareOptions

    flags = dict(given)
    flags["pr_template"] = flags.pop("pr_template_path")
    flags["qa_waivers"] = tuple(flags.pop("qa_waiver") or ())
    flags["plan_verification"] = not flags.pop("no_plan_verification")
    return PrepareOptions(**flags, **more)


def words_of(given: Mapping[str, Any]) -> list[str]:
    """These flags as they stand on a line."""
    return [word for name, value in given.items() for word in _words(FLAGS[name][0].__metadata__[0], name, value)]


def _words(option: Any, name: str, value: Any) -> list[str]:
    spelled = next(iter(option.param_decls), f"--{name.replace('_', '-')}")
    if value is True:
        return [spelled]
    return [f"{spelled}={each}" for each in (value if isinstance(value, list) else [value] if value else [])]
