"""`git okstra brief`: writes the brief that a phase begins on, adds to it, and records what its reporter answers."""

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

app = command_group("Write a brief, add to it, record what its reporter answers, and check it.")

Language = Annotated[str | None, typer.Option(metavar="en|ko", help="Default: okstra.language.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="The brief, a Markdown file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would change.")]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Its words, Markdown.")]
TextFile = Annotated[str | None, typer.Option(metavar="FILE", help="The same from a file.")]


@app.command("new")
def new(
    context: typer.Context,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The task group, a folder below .okstra/briefs.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The task id, the name of the file.")],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="One line that says what it is about.")] = None,
    title_file: Annotated[str | None, typer.Option(metavar="FILE", help="The same from a file.")] = None,
    ticket: Annotated[list[str] | None, typer.Option(metavar="ID", help="A ticket; may be repeated.")] = None,
    source_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="The reporter's own words, kept byte for byte.")
    ] = None,
    report: Annotated[
        str | None, typer.Option(metavar="FILE", help="The final-verification report, for release-handoff.")
    ] = None,
    language: Language = None,
) -> Answer:
    """Write a brief to .okstra/briefs/GROUP/NAME.md; a file that is there is never touched.

    \b
    Examples:
      git okstra brief new web login
      git okstra brief new web login --title "Log in with a passkey" --ticket SHOP-12 --source-file mail.txt
    """
    from okstra_cli.views import brief as view
    from okstra_git.porcelain.brief_edits import given_words
    from okstra_git.porcelain.briefs import write_brief

    session = Session.of(context)
    has_title = title is not None or title_file is not None
    words = given_words(session.workspace, "--title", title, title_file) if has_title else ""
    result = write_brief(
        session.workspace,
        group,
        name,
        language,
        title=words,
        tickets=ticket or (),
        source_file=source_file,
        report=report,
    )
    return Answer(view.written_json(result), lambda: view.written_page(result))


@app.command("check")
def check(
    context: typer.Context,
    file: File,
    task_type: Annotated[
        str, typer.Option("--task-type", metavar="TYPE", help="The phase that would begin on it.")
    ] = "requirements-discovery",
) -> Answer:
    """Report what is wrong with a brief, whether the phase may begin on it, and which questions it hands on.

    Exit status 2 when the reporter has to be asked first, 1 when only the brief needs mending.
    """
    from okstra_cli.views import brief as view
    from okstra_git.porcelain.briefs import check_brief_file

    result = check_brief_file(Session.of(context).workspace, file, task_type)
    status = 0 if result.gate.may_proceed else 2
    return Answer(view.check_json(result), lambda: view.check_page(result), status, error=result.refusal)


@app.command("add")
def add(
    context: typer.Context,
    file: File,
    label: Annotated[
        str,
        typer.Option(metavar="LABEL", help="evidence-link, format-conversion, terminology-mapping, intent-inference."),
    ],
    text: Text = None,
    text_file: TextFile = None,
    ask: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The intent-check: question that an intent-inference needs.")
    ] = None,
    ask_file: TextFile = None,
    dry_run: DryRun = False,
) -> Answer:
    """Put one entry under Augmentation; a guess and the question about it are written together.

    \b
    Examples:
      git okstra brief add b.md --label evidence-link --text "log of Monday"
      git okstra brief add b.md --label intent-inference --text-file guess.txt --ask "Only the web shop?"
    """
    from okstra_cli.views import brief as view
    from okstra_git.porcelain.brief_edits import add_entry, given_words

    session = Session.of(context)
    words = given_words(session.workspace, "--text", text, text_file)
    asks = ask is not None or ask_file is not None
    question = given_words(session.workspace, "--ask", ask, ask_file) if asks else None
    edit = add_entry(session.workspace, file, label, words, question, dry_run=dry_run)
    return Answer(view.edited_json(edit), lambda: view.edited_page(edit))


@app.command("ask")
def ask(
    context: typer.Context,
    file: File,
    prefix: Annotated[
        str, typer.Option(metavar="PREFIX", help="intent-check:, conversion-block:, terminology: or general:")
    ],
    text: Text = None,
    text_file: TextFile = None,
    dry_run: DryRun = False,
) -> Answer:
    """Put one row under Open Questions; one for the reporter takes a complete brief back to partial."""
    from okstra_cli.views import brief as view
    from okstra_git.porcelain.brief_edits import ask_question, given_words

    session = Session.of(context)
    words = given_words(session.workspace, "--text", text, text_file)
    edit = ask_question(session.workspace, file, prefix, words, dry_run=dry_run)
    return Answer(view.edited_json(edit), lambda: view.edited_page(edit))


@app.command("confirm")
def confirm(
    context: typer.Context,
    file: File,
    question: Annotated[str | None, typer.Option(metavar="N", help="The question that was answered.")] = None,
    answer: Annotated[str | None, typer.Option(metavar="TEXT", help="What the reporter said, word for word.")] = None,
    answer_file: TextFile = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The day. Default: today, in UTC.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Nothing is left to ask.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="The reporter is not asked; hand the questions on.")] = False,
    pending: Annotated[bool, typer.Option("--pending", help="The reporter has to be asked first.")] = False,
    dry_run: DryRun = False,
) -> Answer:
    """List what the reporter still has to say, or record an answer under Reporter Confirmations.

    An answer marks its question, and makes the gate complete when it was the last one for the reporter, else partial.

    \b
    Examples:
      git okstra brief confirm b.md
      git okstra brief confirm b.md --question 2 --answer "Yes, for everybody."
      git okstra brief confirm b.md --skip --dry-run
    """
    from okstra_cli.views import brief as view
    from okstra_git.contract import GATE_COMPLETE, GATE_PENDING, GATE_SKIPPED
    from okstra_git.porcelain.brief_edits import confirm_command, given_words, read_brief, record_answer, set_gate

    gates = [
        gate for gate, wanted in ((GATE_COMPLETE, complete), (GATE_SKIPPED, skip), (GATE_PENDING, pending)) if wanted
    ]
    if len(gates) + (question is not None) > 1:
        raise refuse(
            "usage", "--question, --complete, --skip and --pending exclude each other", hint="give one of them"
        )
    if question is None and (answer, answer_file, date) != (None, None, None):
        raise refuse("usage", "an answer needs its question", hint=f"--question N; {confirm_command(file)} lists them")
    workspace = Session.of(context).workspace
    if gates:
        edit = set_gate(workspace, file, gates[0], dry_run=dry_run)
        return Answer(view.gate_json(edit), lambda: view.changed_page(edit))
    if question is None:
        brief = read_brief(workspace, file)
        return Answer(view.list_json(brief), lambda: view.list_page(brief))
    words = given_words(workspace, "--answer", answer, answer_file)
    edit = record_answer(workspace, file, question, words, date, dry_run=dry_run)
    return Answer(view.answered_json(edit), lambda: view.changed_page(edit))


@app.command("term")
def term(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="TERM", help="A word of the project, or a few.")],
    meaning: Annotated[str | None, typer.Option(metavar="TEXT", help="What it means, on one line.")] = None,
    meaning_file: TextFile = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the glossary says.")] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Put a term into .okstra/glossary.md, in the form of the other entries.

    A term that means something else already is a question, exit status 2, unless --replace is given.

    \b
    Example:
      git okstra brief term Passkey --meaning "a key of the device that stands for a password"
    """
    from okstra_cli.views import brief as view
    from okstra_git.porcelain.brief_edits import given_words, put_term

    session = Session.of(context)
    words = given_words(session.workspace, "--meaning", meaning, meaning_file)
    edit = put_term(session.workspace, name, words, replace=replace, dry_run=dry_run)
    return Answer(view.term_json(edit), lambda: view.term_page(edit))


@app.command("template")
@names_a_task
def template(
    context: typer.Context,
    identity: Identity,
    language: Language = None,
    form: Annotated[
        str,
        typer.Option(
            "--form",
            metavar="FORM",
            help="brief; release-handoff: one that names the report; user-response: answers to the last report.",
        ),
    ] = "brief",
) -> Answer:
    """Print an empty brief, or another form that people fill in for a task.

    \b
    Examples:
      git okstra brief template
      git okstra brief template --form user-response --task-key shop:web:login
    """
    from okstra_git.porcelain.briefs import form_text

    text = form_text(Session.of(context).workspace, identity, form, language)
    facts: parts.Template = {"template": text}
    return Answer(facts, lambda: text, is_page=True)
