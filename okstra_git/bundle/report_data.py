"""What the context of a run says of its report: the values that its data begin with."""

from typing import Any

from okstra_git.bundle.context import RunContext


def known_of_context(context: RunContext, *, asked_before: str = "", last_id: int = 0) -> dict[str, Any]:
    """The values by their keys in the data of the report; questions of the brief are there only if there are any.

    `asked_before` is the text of questions that are carried in, which are not asked again; `last_id` the highest number
    among their ids.
    """
    known: dict[str, Any] = {
        "taskKey": context.task.key,
        "runId": context.run.id,
        "nonce": context.run.nonce,
        "seq": context.run.seq,
        "stage": context.run.stage,
        "language": context.run.language,
        "title": "",
        "ticketCoverage": _coverage(context),
    }
    if context.run.task_type == "final-verification":
        known["verificationScope"] = context.run.scope
    asked = _promoted(context, asked_before, last_id)
    return known | ({"clarifications": asked} if asked else {})


def _coverage(context: RunContext) -> dict[str, Any]:
    if context.run.task_type in ("final-verification", "release-handoff"):
        return {"omit": True}
    if len(context.task.tickets) > 1:
        return {"tickets": {ticket: ["<id of a row>"] for ticket in context.task.tickets}}
    return {"singleTicket": context.task.ticket_id}


def _promoted(context: RunContext, asked_before: str, last_id: int) -> list[dict[str, str]]:
    """Questions of the brief that the run has to carry on, as rows of section 1."""
    questions = [each for each in (context.brief.promoted if context.brief else ()) if each.text not in asked_before]
    return [
        {
            "id": f"C-{number:03}",
            "ticketId": context.task.ticket_id,
            "kind": question.kind,
            "statement": f"`{question.prefix}` {question.text} Evidence checked: <path:line>",
            "expectedForm": f"<shape> Recommended: {question.recommended} — <why>; Alternatives: <others>",
            "blocks": question.blocks,
            "status": "open",
            "userInput": "",
        }
        for number, question in enumerate(questions, last_id + 1)
    ]
