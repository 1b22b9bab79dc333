"""Answers `run prepare` and `render-bundle`: text for skills unless JSON was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from okstra_cli.output import Answer
from okstra_cli.views.prepare import prepared_json, prepared_page, prepared_text
from okstra_git.errors import UsageError
from okstra_git.porcelain.prepare.at_hand import KEPT, check_template_scope, keep_template, open_for, read_directive
from okstra_git.porcelain.prepare.order import Order
from okstra_git.porcelain.prepare.prepare import prepare_run
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.runs.request import parse_request

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.runs.request import RunRequest


SAME_NAMES = (
    "stage",
    "stages",
    "leave_unfinished",
    "workers",
    "executor",
    "related_tasks",
    "directive",
    "brief",
    "base_ref",
    "approved_plan",
)
MODELS = ("lead", "executor", "claude", "codex", "gemini", "report_writer")


def answer_line(session: Session, identity: Identity, said: Mapping[str, Any]) -> Answer:
    """Answer the options of the line, by the names of the command's parameters."""
    who = {"holder": said["holder"], "lead_session": said["lead_session"], "whole": said["prompt"]}
    check_template_scope(said["pr_template_scope"], said["pr_template_path"])
    if said["resume_clarification"]:
        from okstra_cli.preparing.clarifying import clarified_request

        clarified = clarified_request(session, identity, said["task_type"], holder=said["holder"])
        return answer_prepare(session, clarified, **who)
    if said["task_type"] is None:
        raise UsageError("no task type was named", hint="add --task-type TYPE, or --resume-clarification")
    key = require_key(session.workspace, identity)
    request = parse_request(
        key,
        said["task_type"],
        models={name.replace("_", "-"): said[f"{name}_model"] for name in MODELS},
        waivers=said["qa_waiver"] or (),
        scope=said["verification_scope"],
        clarification=said["clarification_response"],
        pr_template=said["pr_template_path"],
        plan_verification=not said["no_plan_verification"],
        **{name: said[name] for name in SAME_NAMES} | {"directive": read_directive(session.workspace, said)},
    )
    if said["open_task"]:
        open_for(session.workspace, request, category=identity.work_category)
    answer = answer_prepare(session, request, **who)
    if said["pr_template_scope"] == KEPT:
        keep_template(session.workspace, said["pr_template_path"])
    return answer


def answer_prepare(
    session: Session, request: RunRequest, *, holder: str | None, lead_session: str | None, whole: bool
) -> Answer:
    """Prepare the run, or find that it is prepared, and say what the lead starts from.

    A person on a terminal is shown where that is, unless the `whole` prompt is wanted.
    """
    verifies = session.workspace.settings.plan_verification
    request = replace(request, plan_verification=request.plan_verification and verifies)
    done = prepare_run(Order(session.workspace, request, session.began, holder, lead_session))
    run, context, prompt = done.run, done.context, done.prompt
    is_short = session.around.stdout_is_terminal and not whole
    return Answer(
        prepared_json(run, context, prompt, again=done.again),
        lambda: prepared_page(run, context, prompt, again=done.again) if is_short else prepared_text(context, prompt),
    )
