"""Settings as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes
    from okstra_git.git.settings import Effective, Settings


def setting_json(effective: Effective[Any]) -> shapes.Setting:
    """One setting: key, value, scope (`default` when nobody set it), default, kind and meaning."""
    facts: shapes.Setting = {
        "key": effective.setting.name,
        "value": _value_json(effective.value),
        "scope": effective.scope,
        "default": _value_json(effective.setting.default),
        "kind": effective.setting.kind,
        "meaning": effective.setting.meaning,
    }
    return facts if effective.problem is None else {**facts, "problem": effective.problem}


def _value_json(value: str | int | bool | tuple[str, ...] | None) -> shapes.Value:
    return list(value) if isinstance(value, tuple) else value


def settings_json(settings: Settings) -> shapes.SettingList:
    return {"settings": list(map(setting_json, settings.survey())), "unknown": settings.unknown()}


def value_page(effective: Effective[Any]) -> Page:
    """The value alone, a list one to a line, as `git config --get` prints it; nothing when there is none."""
    page = Page()
    for value in effective.value if isinstance(effective.value, tuple) else [effective.value]:
        if value is not None:
            page.line(_shown(value))
    return page


def changed_page(effective: Effective[Any], *, changed: bool) -> Page:
    page = Page()
    origin = "" if effective.scope == "local" else f"  ({effective.scope})"
    verb = "" if changed else "unchanged: "
    page.line(verb, Cell(effective.setting.name, "strong"), " = ", _shown(effective.value), Cell(origin, "faint"))
    return page


def settings_page(settings: Settings) -> Page:
    page = Page()
    for name in settings.unknown():
        page.line(Cell(f"{name} is set but means nothing to this version", "warn"))
    page.table(("setting", "value", "from", "meaning"), [_row(effective) for effective in settings.survey()])
    return page


def _row(effective: Effective[Any]) -> list[Cell]:
    return [
        Cell(effective.setting.name.removeprefix("okstra."), "strong"),
        Cell(effective.problem, "bad") if effective.problem else Cell(_shown(effective.value)),
        Cell(effective.scope, "faint" if effective.scope == "default" else "plain"),
        Cell(effective.setting.meaning, "faint"),
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value) or "-"
    return "-" if value is None else str(value)
