"""`git okstra config`: the settings that okstra keeps in git config."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.views import config as view

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes

app = command_group("Read and change the okstra settings in git config.")

Name = Annotated[str, typer.Argument(metavar="KEY", help="A setting, as okstra.keepDays or keepDays.")]


@app.command("get")
def get(context: typer.Context, key: Name) -> Answer:
    """Print one setting as it stands."""
    from okstra_git.git.settings import require_setting

    effective = Session.of(context).workspace.settings.effective(require_setting(key))
    return Answer(view.setting_json(effective), lambda: view.value_page(effective))


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
    from okstra_git.git.settings import require_setting, write_setting

    session = Session.of(context)
    setting = require_setting(key)
    changed = write_setting(session.git, setting, values)
    effective = session.workspace.settings.effective(setting)
    if changed and setting.name == "okstra.verificationCarry":
        session.note("it counts for what moves from now on; a verification that has lapsed does not stand again")
    answer: shapes.ChangedSetting = {**view.setting_json(effective), "changed": changed}
    return Answer(answer, lambda: view.changed_page(effective, changed=changed))


@app.command("unset")
def unset(context: typer.Context, key: Name) -> Answer:
    """Remove a setting from this repository."""
    from okstra_git.git.settings import require_setting, unset_setting

    workspace, setting = Session.of(context).workspace, require_setting(key)
    changed = unset_setting(workspace.git, setting)
    effective = workspace.settings.effective(setting)
    answer: shapes.ChangedSetting = {**view.setting_json(effective), "changed": changed}
    return Answer(answer, lambda: view.changed_page(effective, changed=changed))


@app.command("list")
def list_(context: typer.Context) -> Answer:
    """List all settings: value, origin, meaning."""
    settings = Session.of(context).workspace.settings
    return Answer(view.settings_json(settings), lambda: view.settings_page(settings))
