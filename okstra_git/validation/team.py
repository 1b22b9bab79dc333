"""Rules of the team's recorded state once a run is over: how it was made, how each worker ended, who wrote."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from okstra_git.contract import (
    SKIPPED_REASON,
    TEAM_ERROR,
    TEAM_OK,
    TEAM_SKIPPED,
    WORKER_DONE,
    WORKER_FAILURES,
    WORKER_NOT_RUN,
)
from okstra_git.names import quote
from okstra_git.records.team_state import misfits
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

REPORT_WRITER = "report-writer"
ENDS = (WORKER_DONE, *WORKER_FAILURES)

_GUESSES = ("session resume", "session-resume", "no longer alive", "team is gone", "team is dead")
"""Parts of reasons that nobody has seen happen: a worker can always be dispatched anew, without a team if need be."""


class TeamProblem(NamedTuple):
    """A rule that the state breaks, where in it, and how."""

    rule: str
    place: str
    message: str
    remedy: str


def check_team(
    state: Mapping[str, Any], *, run: str, nonce: str, team: str, roster: Sequence[str], has_report: bool
) -> list[TeamProblem]:
    """Everything that the team state of an ended run leaves open; `roster` are the workers it was prepared with."""
    if state.get("runId") not in (None, run) or (nonce and state.get("nonce") not in (None, nonce)):
        return [
            TeamProblem("team.stale", "nonce", "the team state is of another attempt of the run", "write this one's")
        ]
    workers = state.get("workers")
    rows = {str(id): row for id, row in workers.items() if isinstance(row, dict)} if isinstance(workers, dict) else {}
    return [
        *_shaped(state),
        *_made(state, rows, team),
        *_dispatched(state, rows),
        *(problem for id in roster for problem in _ended(id, rows.get(id, {}))),
        *_outsiders(rows, roster),
        *_named(rows),
        *(problem for id, row in rows.items() for problem in _asked_again(id, row)),
        *(_author(rows.get(REPORT_WRITER, {})) if has_report and REPORT_WRITER in roster else ()),
    ]


def _created(state: Mapping[str, Any]) -> Mapping[str, Any]:
    created = state.get("teamCreate")
    return created if isinstance(created, dict) else {}


def _made(state: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], team: str) -> Iterator[TeamProblem]:
    """How making the team came out is recorded: made, failed with its message, or left out for other runs."""
    created, place = _created(state), "teamCreate"
    status = created.get("status")
    if team and state.get("teamName") != team:
        named = f"says {quote(str(state.get('teamName')))}"
        yield TeamProblem("team.name", "teamName", f"teamName {named}, and the run's team is {quote(team)}", "write it")
    if status is None and any(_has_run(row) for row in rows.values()):
        message = "workers were dispatched, and nothing says whether a team was made for them"
        yield TeamProblem(
            "team.create", place, message, f'record {{"attempted": true, "status": "{TEAM_OK}"}} or the error'
        )
    elif status not in (None, TEAM_OK, TEAM_ERROR, TEAM_SKIPPED):
        words = f"{TEAM_OK}, {TEAM_ERROR} and {TEAM_SKIPPED}"
        yield TeamProblem("team.create", f"{place}.status", f"the status is none of {words}", "write one of them")
    elif status == TEAM_ERROR and not _is_said(created.get("error")):
        yield TeamProblem("team.create", f"{place}.error", "the error is not said", "copy the message of the refusal")
    elif status == TEAM_SKIPPED and created.get("reason") != SKIPPED_REASON:
        message = f"a team may be left out for the reason {SKIPPED_REASON} alone"
        yield TeamProblem("team.create", f"{place}.reason", message, "only the prepare records it")
    elif status in (TEAM_OK, TEAM_ERROR) and created.get("attempted") is not True:
        yield TeamProblem(
            "team.create", f"{place}.attempted", f"the status is {status} without an attempt", "write true"
        )


def _dispatched(state: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> Iterator[TeamProblem]:
    """Who was dispatched outside of the team, although there was one; a report writer may be, once the team is gone."""
    if _created(state).get("status") != TEAM_OK:
        return
    for id, row in rows.items():
        if id != REPORT_WRITER and "teamName" in row and row["teamName"] != state.get("teamName"):
            message = f"{id} was dispatched without the team that was made"
            remedy = f"legal only where teamCreate.status is {TEAM_ERROR} or {TEAM_SKIPPED}"
            yield TeamProblem("team.dispatch", f"workers.{id}.teamName", message, remedy)


def _ended(id: str, row: Mapping[str, Any]) -> Iterator[TeamProblem]:
    """A worker has ended in one of the known ways, and a failure has its reason."""
    status, place = row.get("status"), f"workers.{id}.status"
    if status not in ENDS:
        there = "has no status" if status is None else f"has the status {quote(str(status))}"
        yield TeamProblem(
            "team.worker-status", place, f"{id} {there}, which is not an end", f"one of {', '.join(ENDS)}"
        )
    elif status in WORKER_FAILURES and not _is_said(row.get("reason")):
        yield TeamProblem("team.worker-reason", f"workers.{id}.reason", f"{id} is {status} without a reason", "say why")


def _named(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[TeamProblem]:
    """Workers are dispatched by the names under which their sessions and panes are found."""
    for id, row in rows.items():
        name = row.get("agentName")
        if name is not None and name != f"{id}-worker":
            message = f"{id} was dispatched as {quote(str(name))}"
            yield TeamProblem("team.agent-name", f"workers.{quote(id)}.agentName", message, f"its name is {id}-worker")


def _asked_again(id: str, row: Mapping[str, Any]) -> Iterator[TeamProblem]:
    """A worker that was asked again has the name of its round, and the model of the first time."""
    again = row.get("reverify")
    for at, each in enumerate(again if isinstance(again, list) else ()):
        values, place = each if isinstance(each, dict) else {}, f"workers.{quote(id)}.reverify[{at}]"
        wanted = f"{id}-reverify-r{values.get('round')}"
        if values.get("agentName") != wanted:
            message = f"{id} was asked again as {quote(str(values.get('agentName')))}"
            yield TeamProblem("team.reverify", f"{place}.agentName", message, f"its name is {wanted}")
        model, first = values.get("model"), row.get("modelExecutionValue") or row.get("model")
        if model is not None and first is not None and model != first:
            message = f"{id} was asked again with the model {quote(str(model))}, and at first with {quote(str(first))}"
            yield TeamProblem("team.reverify", f"{place}.model", message, "the same model asks again")


def _shaped(state: Mapping[str, Any]) -> Iterator[TeamProblem]:
    """Known keys have the kinds of values that they are for; unknown ones are nobody's business."""
    for place in misfits(state):
        yield TeamProblem("team.shape", place, "the value is of another kind", "git okstra schema team-state")


def _outsiders(rows: Mapping[str, Mapping[str, Any]], roster: Sequence[str]) -> Iterator[TeamProblem]:
    for id in (id for id, row in rows.items() if id not in roster and _has_run(row)):
        message = f"{quote(id)} took part and does not belong to the run"
        yield TeamProblem("team.roster", f"workers.{quote(id)}", message, f"the run's workers are {', '.join(roster)}")


def _author(row: Mapping[str, Any]) -> Iterator[TeamProblem]:
    """A lead writes a report only after the report writer was dispatched and failed for a reason that was seen."""
    status, reason, place = row.get("status"), row.get("reason"), f"workers.{REPORT_WRITER}.reason"
    if status == WORKER_DONE:
        return
    remedy = "dispatch the report writer, without a team if there is none any more"
    if status not in WORKER_FAILURES or not _is_said(reason):
        message = "there is a report, and no dispatch of the report writer that failed is recorded"
        yield TeamProblem("team.report-author", place, message, remedy)
    elif any(guess in str(reason).lower() for guess in _GUESSES):
        message = f"{quote(str(reason))} is a guess and no reason for the lead to write the report"
        yield TeamProblem("team.report-author", place, message, remedy)


def _has_run(row: Mapping[str, Any]) -> bool:
    return row.get("status") not in (None, WORKER_NOT_RUN)


def _is_said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _problems(documents: RunDocuments) -> list[TeamProblem]:
    state = documents.team_state
    if state is None or state.values is None:
        return []
    has_report = documents.report is not None
    return check_team(
        state.values, run=documents.run, nonce=documents.nonce, team=documents.team, roster=documents.workers,
        has_report=has_report,
    )  # fmt: skip


def is_recorded(documents: RunDocuments) -> Iterator[Breach]:
    """The state is there; whoever reads the run later knows nothing else of who took part."""
    state = documents.team_state
    if state is None and documents.folder:
        yield Breach("", 0, "the state of the team is not there")
    elif state is not None and state.refusal:
        yield Breach(state.path, 0, state.refusal)


def _only(rule: str) -> Callable[[RunDocuments], Iterator[Breach]]:
    """The problems of this rule as breaches."""

    def check(documents: RunDocuments) -> Iterator[Breach]:
        path = documents.team_state.path if documents.team_state is not None else ""
        for problem in _problems(documents):
            if problem.rule == rule:
                yield Breach(path, 0, f"{problem.place}: {problem.message}", problem.remedy)

    return check


_ASKED = {
    "team.stale": "The team state is that of the attempt that ends.",
    "team.name": "The team's name is recorded as the run was given it.",
    "team.create": "How making the team came out is recorded: ok, error with its message, or skipped for other runs.",
    "team.dispatch": "A worker is dispatched without the team only where making it failed or was left out.",
    "team.worker-status": "Every worker of the run has ended: completed, error, timeout or not-run.",
    "team.worker-reason": "A worker that failed has a reason on record.",
    "team.roster": "Only workers of the run take part.",
    "team.agent-name": "A worker is dispatched by the name WORKER-worker.",
    "team.reverify": "A worker that is asked again has the name WORKER-reverify-rROUND, and its first model.",
    "team.shape": "Known keys of the team state have the kinds of values that they are for.",
    "team.report-author": "A lead writes the report only after a dispatch of the report writer failed.",
}
RULES = (
    RunRule("team.state", "The state of the team can be read.", "restore the file that the prepare wrote", is_recorded),
    *(RunRule(id, says, "record it in the team state", _only(id)) for id, says in _ASKED.items()),
)
