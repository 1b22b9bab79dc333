"""Writes docs/reference/commands.md: every command as `--help` has it."""

from collections.abc import Iterator
from textwrap import fill

from tests.docs.command_help import Block, blocks_of, own_parameters, takes_a_task, twin_of, usage
from tests.docs.command_tree import Command, Parameter, command_tree

WIDTH = 100
HEAD = """\
# Commands

Written by `make docs` from the same text that `--help` shows.

On every command: `-C DIR` runs as if started in DIR, `--json` and `--text` choose the form of the
answer, `-q` leaves out notes, `--no-color` leaves out colours, `-h` explains the command.

**Which task.** A command marked *takes a task* knows `--task-key P:G:T`, of which the first parts
may be left out where one open task fits, or `--project-id`, `--task-group` and `--task-id`
together. Where none is named, the task is meant whose branch or worktree this is, else the only
open one.
"""


def commands_page() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n{_section(command)}" for command in command_tree())


def _section(command: Command) -> str:
    level = "##" if " " not in command.name else "###"
    parts = [f"{level} {command.name}", *([] if command.is_group else [f"`{usage(command)}`"])]
    parts += [_block(block) for block in blocks_of(command)]
    if twin_of(command):
        parts.append(f"Takes what `{twin_of(command)}` takes.")
    elif takes_a_task(command):
        parts.append("Takes a task.")
    rows = [_row(each) for each in own_parameters(command)]
    return "\n\n".join([*parts, *(["\n".join(rows)] if rows else [])]) + "\n"


def _block(block: Block) -> str:
    if block.is_verbatim:
        return "\n".join(("```console", *_without_margin(block.lines), "```"))
    return wrapped(escaped(block.text))


def _without_margin(lines: tuple[str, ...]) -> Iterator[str]:
    yield from (line.removeprefix("  ") for line in lines if line not in ("Example:", "Examples:"))


def _row(parameter: Parameter) -> str:
    value = f" {parameter.metavar}" if parameter.metavar else ""
    names = ", ".join(f"`{name}{value}`" for name in parameter.names)
    return wrapped(f"- {names}: {escaped(parameter.help)}", "  ")


def wrapped(text: str, margin: str = "") -> str:
    """A paragraph or an item of a list, no line longer than WIDTH."""
    return fill(text, WIDTH, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False)


def escaped(text: str) -> str:
    """Text in which nothing is taken for HTML."""
    return text.replace("<", "&lt;") if "`" not in text else text
