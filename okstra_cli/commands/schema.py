"""`git okstra schema`: the JSON Schema of what a command answers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes

app = single_command()

CONFORMANCE = ("conformance", "conformance-results")
"""What a plan declares in the task's `qa` folder, and how its commands ended."""

DOCUMENTS = ("convergence", "findings-file", "verdict-file", "plan-body")
"""Documents of convergence, which have a schema beside the answers."""


@app.command("schema")
def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND…]",
            help="The command, as its words: run show; or report [TASK-TYPE], the data of a report. Default: list all.",
        ),
    ] = None,
) -> Answer:
    """Print the JSON Schema of what a command answers with --json, its refusals included.

    The dialect is draft 2020-12. Keys may be added to answers with time; those that are there keep name and
    meaning. Without a command, the commands that have a schema are listed, which are all. The schema itself is
    printed also off a terminal, unless --json is given: then it is the key json_schema of an answer.

    The data that a report is made of have a schema for each task type: git okstra schema report [TASK-TYPE].
    So have the files of convergence: convergence (its state), findings-file, verdict-file and plan-body;
    and conformance (the manifest of a task), conformance-results, and team-state.

    \b
    Examples:
      git okstra schema
      git okstra schema run show
      git okstra schema report error-analysis
      git okstra schema status >status.schema.json
    """
    import json

    from okstra_cli.answers.table import ANSWERS

    if not command:
        listed: shapes.SchemaList = {"commands": list(ANSWERS)}
        return Answer(listed, lambda: "".join(f"{name}\n" for name in ANSWERS))
    name, made = _schema_of(command)
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    facts: shapes.CommandSchema = {"command": name, "json_schema": made}
    return Answer(facts, lambda: text, is_page=True)


def _schema_of(words: list[str]) -> tuple[str, dict[str, Any]]:
    """What the words name, and its schema: an answer, the data of a report, or a document of convergence."""
    from okstra_git.phases import PHASES

    if len(words) == 1 and words[0] in DOCUMENTS:
        from okstra_git.records.convergence import schema_of_document

        return words[0], schema_of_document(words[0])
    if words == ["team-state"]:
        from okstra_git.records.team_state import schema_of_team_state

        return words[0], schema_of_team_state()
    if len(words) == 1 and words[0] in CONFORMANCE:
        from okstra_git.records.conformance import schema_of_conformance

        return words[0], schema_of_conformance(words[0])
    if words == ["report"] or (words[0] == "report" and len(words) == 2 and words[1] in PHASES):
        from okstra_git.reports.shape import schema_of as schema_of_data

        return " ".join(words), schema_of_data(words[1] if words[1:] else None)
    from okstra_cli.answers.json_schema import require_command, schema_of

    name = require_command(words)
    return name, schema_of(name)
