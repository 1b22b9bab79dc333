"""`git okstra config`: the settings that okstra keeps in git config."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.views import config as view

app = command_group("Read and change the okstra settings in git config.")

Name = Annotated[str, typer.Argument(metavar="KEY", help="A setting, as okstra.keepDays or keepDays.")]


@app.command("get")
def get(context: typer.Context, key: Name) -> Answer:
    """Print one setting as it stands."""
    from okstra_git.git.config import read_setting
    from okstra_git.git.settings import require_setting

    found = read_setting(Session.of(context).git, require_setting(key))
    return Answer(view.setting_json(found), lambda: view.value_page(found))


@app.command("set")
def set_(
    context: typer.Context,
    key: Name,
    values: Annotated[list[str], typer.Argument(metavar="VALUE…", help="The value; several for a list.")],
) -> Answer:
    """Store a setting for this repository.

    \b
    Examples:
      git okstra config set keepDays 90
      git okstra config set target main release/2
    """
    from okstra_git.git.config import read_setting, write_setting
    from okstra_git.git.settings import require_setting

    session = Session.of(context)
    git, setting = session.git, require_setting(key)
    changed = write_setting(git, setting, values)
    found = read_setting(git, setting)
    if changed and setting.name == "okstra.verificationCarry":
        session.note("it counts for what moves from now on; a verification that has lapsed does not stand again")
    return Answer({**view.setting_json(found), "changed": changed}, lambda: view.changed_page(found, changed=changed))


@app.command("unset")
def unset(context: typer.Context, key: Name) -> Answer:
    """Remove a setting from this repository."""
    from okstra_git.git.config import read_setting, unset_setting
    from okstra_git.git.settings import require_setting

    git, setting = Session.of(context).git, require_setting(key)
    changed = unset_setting(git, setting)
    found = read_setting(git, setting)
    return Answer({**view.setting_json(found), "changed": changed}, lambda: view.changed_page(found, changed=changed))


@app.command("list")
def list_(context: typer.Context) -> Answer:
    """List all settings: value, origin, meaning."""
    from okstra_git.git.config import survey_settings

    survey = survey_settings(Session.of(context).git)
    return Answer(view.survey_json(survey), lambda: view.survey_page(survey))
