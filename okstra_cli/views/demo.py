"""The demo's story as JSON and as text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.demo.playground import Beat, Move, Ran, Say, Title
from okstra_cli.page import Cell, Page, Tone
from okstra_git.commands import word

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes

WIDTH = 80


def demo_json(beats: Sequence[Beat], *, kept: Path | None, seconds: float) -> shapes.Demo:
    """The steps in order, each with the act it belongs to."""
    steps: list[shapes.DemoStep] = []
    act = ""
    for beat in beats:
        if isinstance(beat, Title):
            act = beat.text
        elif isinstance(beat, Ran):
            steps.append(
                {
                    "act": act,
                    "command": beat.command.replace(" \\\n   ", ""),
                    "exit": beat.exit_status,
                    "stdout": list(beat.said),
                    "stderr": list(beat.heard),
                    "moves": [_move_json(move) for move in beat.moves],
                }
            )
    return {"steps": steps, "kept": str(kept) if kept else None, "seconds": round(seconds, 2)}


def _move_json(move: Move) -> shapes.DemoMove:
    return {"stage": move.stage, "old": move.old, "new": move.new, "proof": move.proof, "landed": move.landed}


def is_title(beat: Beat) -> bool:
    return isinstance(beat, Title)


def opening_page(repository: Path, *, kept: bool) -> Page:
    page = Page()
    page.line(Cell("git-okstra: stages that survive rewritten history", "strong"))
    where = f"in {repository}" if kept else "in a temporary directory; --keep DIR leaves it for you"
    _prose(page, f"What follows happens now, with real git, {where}.")
    return page


def beat_page(beat: Beat, *, number: int) -> Page:
    """One beat; `number` is that of the act."""
    page = Page()
    if isinstance(beat, Title):
        page.line()
        page.line(Cell(f"{number}. {beat.text}", "strong"))
    elif isinstance(beat, Say):
        _prose(page, beat.text)
    else:
        _command(page, beat)
    return page


def _prose(page: Page, text: str) -> None:
    for line in textwrap.wrap(text, WIDTH - 4):
        page.line(Cell(f"   {line}"))


def _command(page: Page, ran: Ran) -> None:
    first, *rest = ran.command.split("\n")
    page.line("   ", Cell(f"$ {first}", "strong"))
    for line in rest:
        page.line("   ", Cell(f"  {line}", "strong"))
    for line in ran.heard:
        _output(page, line, "good" if " followed " in line else "bad")
    for line in ran.said:
        if not line.startswith(("next", "  or: ", "hook ")):  # what comes next is the story's own business
            _output(page, line, "faint")


def _output(page: Page, line: str, tone: Tone) -> None:
    """A line of output; a long one goes on below, a little further in."""
    hanging = " " * (len(line) - len(line.lstrip()) + 2)
    for part in textwrap.wrap(line, WIDTH - 5, subsequent_indent=hanging, break_on_hyphens=False) or [""]:
        page.line("     ", Cell(part, tone))


def closing_page(*, kept: Path | None, seconds: float) -> Page:
    page = Page()
    page.line()
    page.line(Cell(f"That took {seconds:.1f} s. Try next:", "strong"))
    for command, meaning in _suggestions(kept):
        page.line("   ", Cell(command, "strong"))
        page.line("     ", Cell(meaning, "faint"))
    return page


def _suggestions(kept: Path | None) -> list[tuple[str, str]]:
    if kept is None:
        return [
            ("git okstra init", "in a repository of yours; then go on as in act 1"),
            ("git okstra demo --keep tea-shop", "the same story, and the repository stays for you to rewrite"),
            ("git okstra --help", "every command"),
        ]
    return [
        (f"cd {word(kept)}", "the repository is yours now; delete the directory when you are done"),
        ("git okstra status", "what is recorded, and where history has it"),
        ("git log --notes=okstra --oneline -4", "the same facts as notes, by git alone"),
        ("git for-each-ref refs/okstra", "everything that is stored"),
        ("git rebase main", "rewrite what you like, and look at the status again"),
    ]
