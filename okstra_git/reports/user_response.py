"""The file of a person's answers, in its two forms: the table that was printed and filled in, and a page's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okstra_git.documents.json_problems import DataProblem
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError
from okstra_git.names import quote
from okstra_git.records.report.answers import parse_user_response
from okstra_git.reports.answering import PERSON, QuestionIndex, is_same, require_transition, require_words
from okstra_git.reports.cells import joined
from okstra_git.reports.clarifications import list_clarifications

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okstra_git.documents.markdown import Document
    from okstra_git.reports.clarifications import Clarification

PLACEHOLDER = "<answer>"


class Given(NamedTuple):
    """One answer of the file and its place there; no words take an answer back."""

    id: str
    answer: str
    place: str


class Response(NamedTuple):
    """A file of answers as read; None for what it does not say. With `problems` nothing else of it counts."""

    task: str | None
    run: str | None
    report: str | None
    answers: tuple[Given, ...]
    problems: tuple[DataProblem, ...] = ()


class Meant(NamedTuple):
    """The report that is answered; None for what is not known of it."""

    task: str | None
    run: str | None
    report: str


def read_response(data: bytes, *, name: str) -> Response:
    """The answers in either form; JSON is what begins with a brace. Refuses what is not text."""
    text = decode(data, name=name)
    if text.removeprefix("\ufeff").lstrip()[:1] == "{":
        return _of_json(data)
    return _of_markdown(parse_document(text))


def _of_json(data: bytes) -> Response:
    try:
        response = parse_user_response(read_plain_object(data))
    except NotPlain as refusal:
        return _broken([DataProblem("", "answers.json", f"the file {refusal}", "export it again")])
    if isinstance(response, list):
        return _broken(response)
    numbered = [(given, f"answers[{number}]") for number, given in enumerate(response.answers)]
    answers = tuple(Given(given.id, given.answer, place) for given, place in numbered)
    mismatches = (_mismatch(given.status, given.answer, place) for given, place in numbered)
    problems = tuple(problem for problem in mismatches if problem is not None)
    return Response(response.task, response.run, response.report, answers, problems)


def _broken(problems: Sequence[DataProblem]) -> Response:
    return Response(None, None, None, (), tuple(problems))


def _mismatch(status: str, answer: str, place: str) -> DataProblem | None:
    if status == "answered" and not joined(answer):
        return DataProblem(f"{place}.answer", "answers.blank", "is blank, though its status is answered", "give words")
    if status == "open" and answer:
        hint = "write answered, or leave the answer empty to take one back"
        return DataProblem(f"{place}.status", "answers.status", "is open, though there is an answer", hint)
    return None


def _of_markdown(document: Document) -> Response:
    """The rows that have an answer; one left blank is not answered here, and changes nothing."""
    values = document.front.values
    task, run, report = (
        value if isinstance(value := values.get(key), str) else None for key in ("task", "run", "report")
    )
    rows = list_clarifications(document)
    answers = tuple(
        Given(row.id, row.answer, f"line {row.line}") for row in rows if row.answer not in ("", PLACEHOLDER)
    )
    if not rows:
        message = "the file is neither the JSON of a page nor a table of clarification items"
        return _broken([DataProblem("", "answers.form", message, "begin with: git okstra report answers --export")])
    return Response(task, run, report, answers)


def list_problems(response: Response, document: Document, meant: Meant) -> list[DataProblem]:
    """Everything that keeps the answers out of this report: what they are for, and each of them."""
    return [*response.problems, *_strangeness(response, meant), *_answer_problems(response, document, meant)]


def _strangeness(response: Response, meant: Meant) -> Iterator[DataProblem]:
    for what, theirs, ours in (
        ("task", response.task, meant.task),
        ("run", response.run, meant.run),
        ("report", response.report, meant.report),
    ):
        if theirs is not None and ours is not None and theirs != ours:
            message = f"the answers are for {quote(theirs)}, and what is answered is {quote(ours)}"
            hint = "name the report that they are for with --report FILE" if what != "task" else "name its task"
            yield DataProblem(what, f"answers.other-{what}", message, hint)


def _answer_problems(response: Response, document: Document, meant: Meant) -> Iterator[DataProblem]:
    questions = QuestionIndex.of(document, meant.report)
    seen: dict[str, str] = {}
    for given in response.answers:
        first = seen.setdefault(given.id.casefold(), given.place)
        if first != given.place:
            message = f"{quote(given.id)} was answered already at {first}"
            yield DataProblem(given.place, "answers.repeated", message, "keep one of the two")
            continue
        try:
            _require_fit(questions.require(given.id), given.answer)
        except OkstraError as refusal:
            yield DataProblem(given.place, refusal.code, refusal.message, refusal.hint)


def _require_fit(row: Clarification, answer: str) -> None:
    if is_same(row, answer):
        return
    require_transition(row, "answered" if answer else "open", by=PERSON)
    if answer:
        require_words(row, answer)
