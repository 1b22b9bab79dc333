"""A prompt as text, for whoever runs `wizard step` on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from collections.abc import Mapping


def prompt_page(prompt: Mapping[str, Any]) -> Page:
    """The label and the options of a prompt, each with the value to answer."""
    page = Page()
    for line in str(prompt["label"]).split("\n"):
        page.line(Cell(line, "strong"))
    for question in prompt.get("questions", [prompt]):
        if question is not prompt:
            page.line(Cell(f"{question['step']}: ", "strong"), question["label"])
        for option in question.get("options", []):
            page.line(f"  {option['value']}  ", Cell(option["label"], "faint"))
    return page
