"""Answers `run prepare` and `render-bundle`: text for skills unless JSON was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.preparing.order import Order
from okstra_cli.preparing.work import prepare_run
from okstra_cli.views.prepare import prepared_json, prepared_text
from okstra_git.git.config import read_setting
from okstra_git.git.settings import require_setting

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.runs.request import RunRequest


def answer_prepare(
    session: Session, request: RunRequest, *, holder: str | None = None, lead_session: str | None = None
) -> Answer:
    """Prepare the run, or find that it is prepared, and say what the lead starts from."""
    session.flags.text = not session.flags.json  # skills read the labels off a terminal too
    verifies = read_setting(session.git, require_setting("okstra.planVerification")).value is not False
    request = replace(request, plan_verification=request.plan_verification and verifies)
    done = prepare_run(Order(session, request, session.began, holder, lead_session))
    run, context, prompt = done.run, done.context, done.prompt
    return Answer(
        prepared_json(run, context, prompt, again=done.again),
        lambda: prepared_text(context, prompt),
    )
