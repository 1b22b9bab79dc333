"""What a caller asks of a prepare, parsed into one value or refused."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches

from okstra_git.contract import (
    DEFAULT_MODELS,
    DEFAULT_WORKERS,
    EXECUTORS,
    SINGLE_STAGE,
    VERIFICATION_SCOPES,
    WHOLE_TASK,
    WORKERS,
)
from okstra_git.digest import fingerprint_of
from okstra_git.errors import refuse
from okstra_git.names import TaskKey, is_text, parse_stage, parse_task_key, quote
from okstra_git.phases import ABOUT_TASK, Phase, require_phase

MAX_DIRECTIVE = 20_000
MAX_WAIVER = 2_000
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/\[\]-]{0,99}\Z")
MODEL_FLAGS = {"lead": "--lead-model", "executor": "--executor-model", "claude": "--claude-model",
               "codex": "--codex-model", "gemini": "--gemini-model",
               "report-writer": "--report-writer-model"}  # fmt: skip

_FOUND_OTHERWISE = frozenset({"stage", "brief", "approved_plan", "clarification", "pr_template"})


@dataclass(frozen=True)
class WaiverAsked:
    """A conformance entry that the user lets pass, and why."""

    stage_key: str
    reason: str


@dataclass(frozen=True)
class PrepareOptions:
    """What a caller says to a prepare, one field an option, as it was written; None or empty where it was left out.

    `holder` and `lead_session` say who leads the run; `open_task` and `pr_template_scope` ask for something to be done
    beside it. `parse_request` makes of the rest what the run is prepared from.
    """

    task_type: str | None = None
    brief: str | None = None
    base_ref: str | None = None
    approved_plan: str | None = None
    stage: str | None = None
    stages: str | None = None
    leave_unfinished: bool = False
    executor: str | None = None
    workers: str | None = None
    lead_model: str | None = None
    executor_model: str | None = None
    claude_model: str | None = None
    codex_model: str | None = None
    gemini_model: str | None = None
    report_writer_model: str | None = None
    directive: str = ""
    directive_file: str | None = None
    related_tasks: str = ""
    clarification_response: str | None = None
    resume_clarification: bool = False
    pr_template: str | None = None
    pr_template_scope: str | None = None
    open_task: bool = False
    qa_waivers: tuple[str, ...] = ()
    plan_verification: bool = True
    verification_scope: str | None = None
    holder: str | None = None
    lead_session: str | None = None

    @property
    def models(self) -> dict[str, str | None]:
        """The model that was named for each worker."""
        return {
            "lead": self.lead_model,
            "executor": self.executor_model,
            "claude": self.claude_model,
            "codex": self.codex_model,
            "gemini": self.gemini_model,
            "report-writer": self.report_writer_model,
        }


@dataclass(frozen=True)
class RunRequest:
    """A prepare, as asked for; `stage` None = `auto` where a stage is needed. Paths are as the caller wrote them.

    `stages` are those that a run about the task takes (none named: all), `leave_unfinished` says that it may take those
    that are done.
    """

    key: TaskKey
    phase: Phase
    stage: int | None = None
    brief: str | None = None
    base_ref: str | None = None
    approved_plan: str | None = None
    executor: str = "claude"
    workers: tuple[str, ...] = DEFAULT_WORKERS
    models: tuple[tuple[str, str], ...] = ()
    directive: str = ""
    related_tasks: tuple[str, ...] = ()
    clarification: str | None = None
    pr_template: str | None = None
    waivers: tuple[WaiverAsked, ...] = ()
    plan_verification: bool = True
    scope: str = ""
    stages: tuple[int, ...] = ()
    leave_unfinished: bool = False

    @property
    def is_about_task(self) -> bool:
        """Whether the run is about stages of the task together: all of them, or those that were named."""
        return self.stage is None and self.phase.name in ABOUT_TASK

    def model_of(self, worker: str) -> str:
        """The model asked for this worker, or its default."""
        return dict(self.models).get(worker) or DEFAULT_MODELS.get(worker, "default")

    def fingerprint(self, *contents: str | None) -> str:
        """Names this request together with what it was prepared from (blob ids): equal inputs, equal names.

        How a document was found and which stage `auto` came to make no difference.
        """
        asked = {name: value for name, value in asdict(self).items() if name not in _FOUND_OTHERWISE}
        return fingerprint_of([{**asked, "phase": self.phase.name}, list(contents)])


def parse_waiver(text: str) -> WaiverAsked:
    """`<stageKey>:<reason>`, split at the first colon; both sides must say something."""
    key, colon, reason = text.partition(":")
    key, reason = key.strip(), reason.strip()
    is_long = len(text) > MAX_WAIVER
    if not (colon and key and reason) or not reason.isprintable() or not is_text(text) or is_long:
        raise refuse(
            "waiver.malformed",
            f"{quote(text)} is not a waiver",
            hint=f'write --qa-waiver "<stageKey>:<reason>" in at most {MAX_WAIVER} characters, '
            "or leave the flag out when nothing is waived",
            value=text[:200],
        )
    return WaiverAsked(key, reason)


def parse_roster(text: str) -> tuple[str, ...]:
    """Worker ids separated by commas, each known and named once; the report writer may be left out."""
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in names:
        if name not in WORKERS:
            near = get_close_matches(name, WORKERS)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(WORKERS)}"
            raise refuse(
                "worker.unknown", f"{quote(name)} is not a worker", hint=hint, value=name[:200], known=list(WORKERS)
            )
    if not any(name in EXECUTORS for name in names):
        raise refuse(
            "worker.unknown", "a roster needs at least one analysing worker", hint=f"one of {', '.join(EXECUTORS)}"
        )
    return tuple(dict.fromkeys(names))


def parse_executor(text: str) -> str:
    """One of the three executors."""
    if text not in EXECUTORS:
        hint = f"one of {', '.join(EXECUTORS)}"
        raise refuse("worker.unknown", f"{quote(text)} is not an executor", hint=hint, value=text[:200])
    return text


def parse_models(given: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    """(worker, model) for every model that was named; empty and `default` mean the phase's own."""
    named = [(worker, text.strip()) for worker, text in given.items() if text and text.strip() not in ("", "default")]
    for worker, text in named:
        if not _MODEL.match(text):
            raise refuse(
                "model.bad",
                f"{quote(text)} is not a model name",
                hint=f"{MODEL_FLAGS[worker]} takes letters, digits and -._/:[]",
                value=text[:200],
            )
    return tuple(named)


def parse_request(key: TaskKey, options: PrepareOptions) -> RunRequest:
    """The request, with every word checked; refuses options that the task type has no use for.

    `directive` is taken as it is: the caller has read a file that was named in its place.
    """
    if options.task_type is None:
        raise refuse("usage", "no task type was named", hint="add --task-type TYPE, or --resume-clarification")
    phase = require_phase(options.task_type)
    number = None if options.stage in (None, "", "auto") else parse_stage(options.stage or "")
    related = [part.strip() for part in options.related_tasks.split(",") if part.strip()]
    request = RunRequest(
        key=key,
        phase=phase,
        stage=number,
        brief=options.brief or None,
        base_ref=options.base_ref or None,
        approved_plan=options.approved_plan or None,
        executor=parse_executor(options.executor) if options.executor else "claude",
        workers=parse_roster(options.workers) if options.workers else DEFAULT_WORKERS,
        models=parse_models(options.models),
        directive=_directive(options.directive),
        related_tasks=tuple(str(parse_task_key(part)) for part in related),
        clarification=options.clarification_response or None,
        pr_template=options.pr_template or None,
        waivers=tuple(parse_waiver(text) for text in options.qa_waivers),
        plan_verification=options.plan_verification,
        scope=_scope(phase, options.verification_scope, number),
        stages=_stages(options.stages) if options.stages else (),
        leave_unfinished=options.leave_unfinished,
    )
    _refuse_idle_options(request)
    return request


def _stages(text: str) -> tuple[int, ...]:
    """The numbers in `1,2`, ascending and each once."""
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise refuse("usage", f"{quote(text)} lists no stages", hint="--stages 1,2")
    return tuple(sorted({parse_stage(word) for word in words}))


def _directive(text: str) -> str:
    if len(text) > MAX_DIRECTIVE or "\0" in text or not is_text(text):
        raise refuse(
            "usage", f"a directive has at most {MAX_DIRECTIVE} characters of text", hint="put it into the brief"
        )
    return text


def _scope(phase: Phase, scope: str | None, stage: int | None) -> str:
    """The scope of a final verification: what was said, else the stage's when one was named, else the whole task."""
    if phase.name != "final-verification":
        if scope:
            raise refuse(
                "usage.phase", f"{phase.name} has no verification scope", hint="leave --verification-scope out"
            )
        return ""
    chosen = scope or (SINGLE_STAGE if stage else WHOLE_TASK)
    if chosen not in VERIFICATION_SCOPES:
        raise refuse("usage", f"{quote(chosen)} is not a verification scope", hint=" or ".join(VERIFICATION_SCOPES))
    if (chosen == SINGLE_STAGE) != (stage is not None):
        raise refuse(
            "usage",
            f"a {chosen} verification {'needs a stage' if stage is None else 'has no stage'}",
            hint="name it with --stage N" if stage is None else "leave --stage out, or say single-stage",
        )
    return chosen


def _refuse_idle_options(request: RunRequest) -> None:
    """A stage or a template that would be ignored is refused; a base is good for every phase, as the thing to read."""
    phase = request.phase
    takes_stage = phase.has_worktree or phase.name == "final-verification"
    idle = {
        "--stage": request.stage is not None and not takes_stage,
        "--stages": bool(request.stages) and not request.is_about_task,
        "--leave-unfinished": request.leave_unfinished and not request.is_about_task,
        "--pr-template-path": request.pr_template is not None and phase.name != "release-handoff",
    }
    for flag, is_idle in idle.items():
        if is_idle:
            subject = f"{phase.name} of one stage" if request.stage and flag != "--stage" else phase.name
            raise refuse("usage.phase", f"{subject} has no use for {flag}", hint=f"leave {flag} out")
