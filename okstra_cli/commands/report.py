"""`git okstra report`: checks and renders the data of a report; its questions, and their answers."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import refuse
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import parts

app = command_group("Check and render a report; show its questions and answer them.")

NamedReport = Annotated[
    str | None, typer.Option("--report", metavar="FILE", help="The report. Default: the newest one of the task.")
]
Data = Annotated[str, typer.Argument(metavar="DATA", help="The data of the report, final-report-….data.json.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would change.")]


@app.command("new")
def new(
    context: typer.Context,
    run: Annotated[str, typer.Option("--run", metavar="RUN", help="The run's id, or its beginning.")],
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where the data go. Default: where the run expects them.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over data that are there already.")] = False,
) -> Answer:
    """Write the data that a run's report begins with: every key of its task type, filled in with what is known.

    Gaps such as <finding> are to be filled in; report check names those that are left.

    \b
    Example:
      git okstra report new --run 01J9ZK
    """
    from okstra_cli.views import new_report as view
    from okstra_git.porcelain.new_report import write_new_report

    result = write_new_report(Session.of(context).workspace, run, output, force=force)
    return Answer(view.new_json(result), lambda: view.new_page(result))


@app.command("check")
def check(context: typer.Context, data: Data) -> Answer:
    """Report everything that is wrong with the data of a report, each with its JSON path; changes nothing.

    What the data look like is in git okstra schema report TASK-TYPE.

    \b
    Example:
      git okstra report check final-report-error-analysis-001.data.json
    """
    from okstra_cli.views import report_render as view
    from okstra_git.porcelain.report_render import check_report

    result = check_report(Session.of(context).workspace, data)
    return Answer(view.check_json(result), lambda: view.check_page(result), error=result.refusal)


@app.command("render")
def render(
    context: typer.Context,
    data: Data,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where the report goes. Default: beside its data, NAME.md.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over what is there, though an answer or an approval is lost.")
    ] = False,
) -> Answer:
    """Write the report that says what its data say; data with problems are refused, and all of them named.

    Answers and approval in a report that is there already are kept. Where that cannot be, nothing is written.

    \b
    Example:
      git okstra report render final-report-error-analysis-001.data.json
    """
    from okstra_cli.views import report_render as view
    from okstra_git.porcelain.report_render import write_report

    result = write_report(Session.of(context).workspace, data, output, force=force)
    if result.check.refusal:
        return Answer(view.check_json(result.check), lambda: view.check_page(result.check), error=result.check.refusal)
    return Answer(view.written_json(result), lambda: f"{result.line}\n")


@app.command("clarifications")
@names_a_task
def clarifications(
    context: typer.Context,
    identity: Identity,
    report: Annotated[
        str | None, typer.Argument(metavar="[REPORT]", help="A report. Default: the newest one of the task.")
    ] = None,
    only_open: Annotated[
        bool, typer.Option("--open", help="Leave out what a run has resolved or found obsolete.")
    ] = False,
) -> Answer:
    """List the questions of a report: what is asked, what it holds up, and what was answered.

    Reports of older releases are read too, whatever number the section has and whatever order the columns are in.

    \b
    Examples:
      git okstra report clarifications --open
      git okstra report clarifications final-report-error-analysis-001.md --json
    """
    from okstra_cli.views import clarifications as view
    from okstra_git.porcelain.clarifications import list_questions

    result = list_questions(Session.of(context).workspace, identity, report)
    return Answer(
        view.questions_json(result, only_open=only_open), lambda: view.questions_page(result, only_open=only_open)
    )


@app.command("answer")
@names_a_task
def answer(
    context: typer.Context,
    identity: Identity,
    id: Annotated[str, typer.Argument(metavar="ID", help="The question, such as C-003.")],
    value: Annotated[str | None, typer.Option(metavar="TEXT", help="The answer; several lines become one.")] = None,
    value_file: Annotated[str | None, typer.Option(metavar="FILE", help="The same from a file.")] = None,
    file: Annotated[str | None, typer.Option(metavar="PATH", help="The file or folder that was asked for.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the answer back.")] = False,
    report: NamedReport = None,
    dry_run: DryRun = False,
) -> Answer:
    """Write the answer to one question into its report; nothing else of the file changes.

    Material is a path that exists or a URL; an answer that begins with "no" says that there is none. A data-point is
    one line. A decision may be any text, with a note where it is none of the choices that are named.

    \b
    Examples:
      git okstra report answer C-003 --value "yes, keep the old tokens"
      git okstra report answer C-004 --file logs/login.txt
    """
    from okstra_cli.views import clarifications as view
    from okstra_git.porcelain.clarifications import LineAnswer, answer_question

    given = LineAnswer(value, value_file, file, clear)
    edit = answer_question(Session.of(context).workspace, identity, id, given, report, dry_run=dry_run)
    return Answer(view.answered_json(edit, id), lambda: view.answered_page(edit))


@app.command("answers")
@names_a_task
def answers(
    context: typer.Context,
    identity: Identity,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="A filled-in form, or what a page exported."),
    ] = None,
    export: Annotated[bool, typer.Option("--export", help="Print a form with the questions, to be filled in.")] = False,
    report: NamedReport = None,
    language: Annotated[str | None, typer.Option(metavar="en|ko", help="Default: okstra.language.")] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Write the answers of a file into their report: all of them or, where anything is wrong, none.

    A row of the form without an answer changes nothing. The JSON of a page may take answers back, too.

    \b
    Examples:
      git okstra report answers --export --task-key shop:web:login
      git okstra report answers answers.json
    """
    from okstra_cli.views import clarifications as view
    from okstra_git.porcelain.clarifications import answer_form, import_answers

    workspace = Session.of(context).workspace
    if export == (file is not None):
        hint = "git okstra report answers FILE, or: git okstra report answers --export"
        raise refuse("usage", "give a file of answers, or --export" + (", not both" if export else ""), hint=hint)
    if file is None:
        text = answer_form(workspace, identity, report, language)
        facts: parts.Template = {"template": text}
        return Answer(facts, lambda: text, is_page=True)
    result = import_answers(workspace, identity, file, report, dry_run=dry_run)
    return Answer(view.imported_json(result), lambda: view.imported_page(result), error=result.refusal)


@app.command("migrate")
@names_a_task
def migrate(
    context: typer.Context,
    identity: Identity,
    report: Annotated[
        str | None, typer.Argument(metavar="[REPORT]", help="A report. Default: the newest one of the task.")
    ] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Bring a report of an older layout into today's: order and numbers of its chapters, one table of questions.

    Chapters are moved as they stand. The original is kept beside the report.

    \b
    Example:
      git okstra report migrate final-report-implementation-planning-001.md --dry-run
    """
    from okstra_cli.views import report_migrate as view
    from okstra_git.porcelain.migrate_report import migrate

    result = migrate(Session.of(context).workspace, identity, report, dry_run=dry_run)
    return Answer(view.migrated_json(result, dry_run=dry_run), lambda: view.migrated_page(result, dry_run=dry_run))


@app.command("view")
@names_a_task
def view(
    context: typer.Context,
    identity: Identity,
    report: Annotated[
        str | None, typer.Argument(metavar="[REPORT]", help="A report. Default: the newest one of the task.")
    ] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Default: beside the report.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="en|ko", help="Default: that of the report, else okstra.language.")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> Answer:
    """Write a report as a page for the browser, with a form for each of its questions.

    The page is one file that needs no network. Answers are kept in the browser; the page gives them out as a file
    for git okstra report answers, or as commands. A report that asks nothing has no page.

    \b
    Examples:
      git okstra report view --open
      git okstra report view final-report-error-analysis-001.md --output /tmp/report.html
    """
    from okstra_cli.opening import open_page
    from okstra_cli.views import report_view as shown
    from okstra_git.porcelain.report_view import write_view

    session = Session.of(context)
    page = write_view(session.workspace, identity, report, output=output, language=language)
    opened = open_it and page.path is not None and open_page(session, page.path)
    return Answer(shown.view_json(page, opened=opened), lambda: shown.view_line(page), is_page=True)
