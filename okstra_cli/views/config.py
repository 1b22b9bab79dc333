"""Settings as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from okstra_git.git.config import Effective, Survey
    from okstra_git.git.settings import Value


def setting_json(found: Effective) -> dict[str, Any]:
    """One setting: key, value, scope (`default` when nobody set it), default, kind and meaning."""
    shape = {
        "key": found.setting.name,
        "value": found.value,
        "scope": found.scope,
        "default": found.setting.default,
        "kind": found.setting.kind,
        "meaning": found.setting.meaning,
    }
    return shape if found.problem is None else {**shape, "problem": found.problem}


def survey_json(survey: Survey) -> dict[str, Any]:
    return {"settings": list(map(setting_json, survey.settings)), "unknown": survey.unknown}


def value_page(found: Effective) -> Page:
    """The value alone, a list one to a line, as `git config --get` prints it; nothing when there is none."""
    page = Page()
    for value in found.value if isinstance(found.value, list) else [found.value]:
        if value is not None:
            page.line(_shown(value))
    return page


def changed_page(found: Effective, *, changed: bool) -> Page:
    page = Page()
    origin = "" if found.scope == "local" else f"  ({found.scope})"
    verb = "" if changed else "unchanged: "
    page.line(verb, Cell(found.setting.name, "strong"), " = ", _shown(found.value), Cell(origin, "faint"))
    return page


def survey_page(survey: Survey) -> Page:
    page = Page()
    for name in survey.unknown:
        page.line(Cell(f"{name} is set but means nothing to this version", "warn"))
    page.table(("setting", "value", "from", "meaning"), [_row(found) for found in survey.settings])
    return page


def _row(found: Effective) -> list[Cell]:
    return [
        Cell(found.setting.name.removeprefix("okstra."), "strong"),
        Cell(found.problem, "bad") if found.problem else Cell(_shown(found.value)),
        Cell(found.scope, "faint" if found.scope == "default" else "plain"),
        Cell(found.setting.meaning, "faint"),
    ]


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return "-" if value is None else str(value)
