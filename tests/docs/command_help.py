"""Takes the help of a command apart: paragraphs, blocks of lines that stay as they are, and parameters."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.docs.command_tree import Command, Parameter, command_tree

VERBATIM = "\b"
"""typer's own mark for a block whose lines are kept."""

NAMES_A_TASK = ("--task-key", "--project-id", "--task-group", "--task-id")


@dataclass(frozen=True)
class Block:
    """One paragraph, or lines that stay as they are."""

    lines: tuple[str, ...]
    is_verbatim: bool

    @property
    def text(self) -> str:
        """The paragraph on one line."""
        return " ".join(self.lines)


def blocks_of(command: Command) -> Iterator[Block]:
    """The help of a command block by block."""
    for part in command.help.strip().split("\n\n"):
        lines = [line.rstrip() for line in part.split("\n")]
        is_verbatim = lines[0] == VERBATIM
        yield Block(tuple(lines[1:] if is_verbatim else [line.strip() for line in lines]), is_verbatim)


def takes_a_task(command: Command) -> bool:
    """Whether the command has the four flags that say which task is meant."""
    return set(NAMES_A_TASK) <= {name for parameter in command.parameters for name in parameter.names}


def own_parameters(command: Command) -> list[Parameter]:
    """Arguments and options without the four flags that name a task, and without those of its twin."""
    if twin_of(command):
        return []
    is_common = takes_a_task(command)
    return [each for each in command.parameters if not (is_common and each.names[0] in NAMES_A_TASK)]


def twin_of(command: Command) -> str:
    """The command before it that has the same many parameters; "" without one."""
    before = command_tree()[: command_tree().index(command)]
    same = (each.name for each in before if each.parameters == command.parameters and len(each.parameters) > 12)
    return next(same, "")


def usage(command: Command) -> str:
    """The line to type: arguments, and that there are options."""
    arguments = [_argument(each) for each in command.parameters if each.is_argument]
    options = ["[options]"] if any(not each.is_argument for each in command.parameters) else []
    return " ".join(["git okstra", command.name, *options, *arguments])


def _argument(parameter: Parameter) -> str:
    name = parameter.names[0] + ("…" if parameter.is_repeatable else "")
    return name if parameter.is_required else f"[{name}]"
