"""What the context of a run says of its report: the values that its data begin with."""

from typing import Any

from okstra_git.bundle.context import RunContext


def known_of_context(context: RunContext) -> dict[str, Any]:
    """The values by their keys in the data of the report; questions of the brief are there only if there are any."""
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
    asked = _promoted(context)
    return known | ({"clarifications": asked} if asked else {})


def _coverage(context: RunContext) -> dict[str, Any]:
    if context.run.task_type in ("final-verification", "release-handoff"):
        return {"omit": True}
    if len(context.task.tickets) > 1:
        return {"tickets": {ticket: ["<id of a row>"] for ticket in context.task.tickets}}
    return {"singleTicket": context.task.ticket_id}


def _promoted(context: RunContext) -> list[dict[str, str]]:
    """Questions of the brief that the run has to carry on, as rows of section 1."""
    questions = context.brief.promoted if context.brief else ()
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
        for number, question in enumerate(questions, 1)
    ]
