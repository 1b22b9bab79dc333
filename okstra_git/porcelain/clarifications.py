"""Lists the questions of a report, and writes a person's answers into it: one on the line, or those of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.bundle.build_context import describe_task
from okstra_git.bundle.render import make_input
from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.names import quote_path
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.porcelain.brief_edits import given_words, read_bytes
from okstra_git.porcelain.briefs import known_language
from okstra_git.porcelain.project_files import project_root
from okstra_git.porcelain.report_files import ReportPlace, edit_report, find_report, save_report
from okstra_git.records.states import Task
from okstra_git.reports.answering import (
    PERSON,
    QuestionIndex,
    answered_rows,
    answered_text,
    is_choice,
    line_changes,
    list_choices,
    require_transition,
    require_words,
    written_cells,
)
from okstra_git.reports.clarifications import check_clarifications, list_clarifications
from okstra_git.reports.user_response import Meant, list_problems, read_response
from okstra_git.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.documents.problems import Flaw
    from okstra_git.porcelain.report_files import ReportFile
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.report.problems import DataProblem
    from okstra_git.reports.clarifications import Clarification


@dataclass(frozen=True)
class QuestionList:
    """The questions of a report, and what is wrong with its table."""

    place: ReportPlace
    rows: tuple[Clarification, ...]
    flaws: list[Flaw]

    @property
    def next(self) -> str | None:
        """What to do next: answer the first question that waits, else carry the answers on."""
        return _next(self.place, self.rows)


@dataclass(frozen=True)
class AnswerEdit:
    """What became of a report: `changed` are the ids of rows that the edit changes, written or not."""

    place: ReportPlace
    rows: tuple[Clarification, ...]
    changed: tuple[str, ...]
    diff: list[str]
    dry_run: bool

    @property
    def waiting(self) -> list[str]:
        """The ids of the questions that nobody has answered."""
        return [row.id for row in self.rows if row.is_unanswered]

    @property
    def next(self) -> str | None:
        """As of `QuestionList`."""
        return _next(self.place, self.rows)

    def row(self, id: str) -> Clarification:
        """The row as it is now."""
        return next(row for row in self.rows if row.id.casefold() == id.casefold())


@dataclass(frozen=True)
class Import:
    """What became of a file of answers: nothing is written while there are `problems`."""

    file: str
    edit: AnswerEdit
    problems: list[DataProblem]

    @property
    def refusal(self) -> OkstraError | None:
        """What a file is refused with that has problems."""
        if not self.problems:
            return None
        message = f"{self.file} cannot be taken: {counted(len(self.problems), 'problem')}, and no answer was written"
        return refuse("answers.refused", message, hint="mend what is named, then repeat", path=self.file)


def _next(place: ReportPlace, rows: tuple[Clarification, ...]) -> str | None:
    waiting = next((row.id for row in rows if row.is_unanswered), None)
    return place.answer_command(waiting) if waiting is not None else place.next_run


def list_questions(workspace: Workspace, identity: Identity, given: str | None) -> QuestionList:
    """The clarification items of the report that is meant, in the order they stand there."""
    report = find_report(workspace, identity, given)
    document = report.document
    return QuestionList(ReportPlace.of(report), list_clarifications(document), check_clarifications(document))


class LineAnswer(NamedTuple):
    """What a line says in answer to a question: words, a file of them, a file as material, or taking one back."""

    value: str | None = None
    value_file: str | None = None
    material: str | None = None
    clear: bool = False

    def require_one(self) -> None:
        """Refuses none of them, and two."""
        said = [self.value is not None, self.value_file is not None, self.material is not None, self.clear]
        if sum(said) != 1:
            what = "one of them" if sum(said) else "an answer"
            hint = "--value TEXT, --value-file FILE, --file PATH for material, or --clear"
            raise refuse("usage", f"give {what}", hint=hint)


def answer_question(
    workspace: Workspace, identity: Identity, id: str, answer: LineAnswer, given: str | None, *, dry_run: bool
) -> AnswerEdit:
    """Write the answer to one question into its report; refuses what its row does not take. All else stays."""
    answer.require_one()
    with edit_report(workspace, identity, given) as report:
        row = QuestionIndex.of(report.document, report.name).require(id)
        require_transition(row, "open" if answer.clear else "answered", by=PERSON)
        words = "" if answer.clear else _words(workspace, row, answer)
        return _write(report, {row.id: words}, dry_run=dry_run)


def _words(workspace: Workspace, row: Clarification, answer: LineAnswer) -> str:
    """The answer as it goes into the report, with a note for what a person may want to know."""
    if answer.material is not None:
        return require_words(row, _material(workspace, answer.material))
    words = require_words(row, given_words(workspace, "--value", answer.value, answer.value_file))
    kind, choices = row.kind.casefold(), list_choices(row.expected)
    if kind == "material" and not _names_material(workspace, words):
        message = f"{row.id} asks for material, and {word(words[:60])} is neither a file that is here nor a URL"
        hint = "name it with --file PATH, give a URL, or begin with 'no' where there is none"
        raise refuse("answer.no-material", message, hint=hint, id=row.id)
    if kind == "decision" and choices and not is_choice(words, choices):
        workspace.note(f"{row.id} expects one of: {', '.join(choices)}; another answer is taken as it stands")
    return words


_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE)
MOST_WORDS = 50
"""Words of an answer that are looked at as paths."""

_NOTHING = re.compile(r"(?:no|none|not|nothing|n/a)\b|없|아니", re.IGNORECASE)


def _names_material(workspace: Workspace, words: str) -> bool:
    """Whether an answer is or has a URL, or a path that exists; or says that there is nothing."""
    if _URL.search(words) or _NOTHING.match(words):
        return True
    parts = [words, *words.split()[:MOST_WORDS]]
    return any(_find_material(workspace, part.strip("`'\",;()")) is not None for part in parts)


def _find_material(workspace: Workspace, name: str) -> Path | None:
    """The file or folder of this name, from here or from the project's root; None for anything else."""
    for folder in dict.fromkeys((workspace.cwd, project_root(workspace))) if name and "\0" not in name else ():
        path = real_path(folder / name)
        seen = Root(path.parent).see(path.name) if path.name else None
        if seen is not None and (seen.is_file or seen.is_folder):
            return path
    return None


def _material(workspace: Workspace, name: str) -> str:
    """The path as the report names it: from the project's root where it lies there."""
    path = _find_material(workspace, name)
    if path is None:
        message = f"{quote_path(name)} is neither a file nor a folder here"
        hint = "name what is there; a URL goes with --value"
        raise refuse("answer.no-material", message, hint=hint, path=name)
    shown = ProjectPaths(project_root(workspace)).relative(path)
    if path.is_absolute() and shown == path.as_posix():
        workspace.note(f"{quote_path(shown)[1:-1]} lies outside of the project, where other clones do not have it")
    return shown


def _write(report: ReportFile, answers: dict[str, str], *, dry_run: bool) -> AnswerEdit:
    text = answered_text(report.text, answers)
    if text != report.text and not dry_run:
        save_report(report, text)
    before = {row.id: row for row in list_clarifications(report.document)}
    rows = answered_rows(report.text, text)
    changed = tuple(row.id for row in rows if row != before.get(row.id))
    return AnswerEdit(ReportPlace.of(report), rows, changed, line_changes(report.text, text), dry_run)


def import_answers(workspace: Workspace, identity: Identity, file: str, given: str | None, *, dry_run: bool) -> Import:
    """Write the answers of a file into their report, all of them or, where anything is wrong, none."""
    response = read_response(read_bytes(workspace, file), name=file)
    with edit_report(workspace, identity, given) as report:
        meant = Meant(str(report.key) if report.key is not None else None, report.run, report.name)
        problems = list_problems(response, report.document, meant)
        answers = {} if problems else {answer.id: answer.answer for answer in response.answers}
        edit = _write(report, answers, dry_run=dry_run)
    _note_material(workspace, edit)
    return Import(file, edit, problems)


def _note_material(workspace: Workspace, edit: AnswerEdit) -> None:
    """Say which answers name no material though it was asked for; whoever answers in a browser sees no files."""
    given = [edit.row(id) for id in edit.changed[:MOST_WORDS]]
    wanting = [
        row.id
        for row in given
        if row.answer and row.kind.casefold() == "material" and not _names_material(workspace, row.answer)
    ]
    if wanting:
        workspace.note(f"{', '.join(wanting)} asked for material, and neither a file that is here nor a URL is named")


def answer_form(workspace: Workspace, identity: Identity, given: str | None, language: str | None) -> str:
    """The questions of a report that wait, as a file to fill in and to give to `report answers`."""
    report = find_report(workspace, identity, given)
    if report.key is None:
        hint = "write 'task: P:G:T' into its front matter"
        raise refuse("report.no-task", f"{report.name} does not say which task it is of", hint=hint)
    task = workspace.store.read().state.tasks.get(report.key, Task(key=report.key))
    rows = [written_cells(row) for row in list_clarifications(report.document) if row.is_open]
    part = describe_task(task, report.key, ProjectPaths(project_root(workspace)))
    chosen = known_language(workspace, language)
    return make_input("user-response", part, language=chosen, rows=rows, report=report.name)
