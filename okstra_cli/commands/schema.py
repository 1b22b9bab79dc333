"""`git okstra schema`: the JSON Schema of what a command answers."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes

app = single_command()


@app.command("schema")
def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND…]", help="The command, as its words: run show. Default: list all."),
    ] = None,
) -> Answer:
    """Print the JSON Schema of what a command answers with --json, its refusals included.

    The dialect is draft 2020-12. Keys may be added to answers with time; those that are there keep name and
    meaning. Without a command, the commands that have a schema are listed, which are all. The schema itself is
    printed also off a terminal, unless --json is given: then it is the key json_schema of an answer.

    \b
    Examples:
      git okstra schema
      git okstra schema run show
      git okstra schema status >status.schema.json
    """
    import json

    from okstra_cli.answers.json_schema import require_command, schema_of
    from okstra_cli.answers.table import ANSWERS

    if not command:
        listed: shapes.SchemaList = {"commands": list(ANSWERS)}
        return Answer(listed, lambda: "".join(f"{name}\n" for name in ANSWERS))
    name = require_command(command)
    made = schema_of(name)
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    facts: shapes.CommandSchema = {"command": name, "json_schema": made}
    return Answer(facts, lambda: text, is_page=True)
