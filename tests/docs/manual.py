"""Writes docs/man/git-okstra.1: a hand-written frame, with the commands as `--help` has them and the settings."""

from collections.abc import Iterator

from okstra_cli.command_table import COMMANDS
from okstra_git.git.settings import SETTINGS
from tests.docs.command_help import Block, blocks_of, own_parameters, takes_a_task, twin_of, usage
from tests.docs.command_tree import Command, Parameter, command_tree
from tests.kit.surroundings import ROOT

FRAME = "docs/man/frame.1"


def man_page() -> str:
    """The whole page."""
    frame = (ROOT / FRAME).read_text(encoding="utf-8")
    return frame.replace("@COMMANDS@\n", _lines(_commands())).replace("@SETTINGS@\n", _lines(_settings()))


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _commands() -> Iterator[str]:
    for panel in dict.fromkeys(row.panel for row in COMMANDS.values()):
        yield f".SS {panel}"
        for command in command_tree():
            if COMMANDS[command.name.split()[0]].panel == panel and not command.is_group:
                yield from _command(command)


def _command(command: Command) -> Iterator[str]:
    yield ".TP"
    yield f"\\fB{roff(usage(command).removeprefix('git okstra '))}\\fR"
    for number, block in enumerate(blocks_of(command)):
        if number:
            yield ".IP"
        yield from _block(block)
    if twin_of(command):
        yield from (".IP", f"Takes what \\fB{roff(twin_of(command))}\\fR takes.")
    elif takes_a_task(command):
        yield from (".IP", "Takes a task.")
    parameters = own_parameters(command)
    if parameters:
        yield ".RS"
        for parameter in parameters:
            yield from _parameter(parameter)
        yield ".RE"


def _block(block: Block) -> Iterator[str]:
    if not block.is_verbatim:
        yield roff(block.text)
        return
    yield ".nf"
    yield from map(roff, block.lines)
    yield ".fi"


def _parameter(parameter: Parameter) -> Iterator[str]:
    value = f" \\fI{roff(parameter.metavar)}\\fR" if parameter.metavar else ""
    names = parameter.names if not parameter.is_argument else ()
    yield ".TP"
    yield ", ".join(f"\\fB{roff(name)}\\fR{value}" for name in names) or f"\\fI{roff(parameter.names[0])}\\fR"
    yield roff(parameter.help)


def _settings() -> Iterator[str]:
    for setting in SETTINGS:
        yield from (".TP", f"\\fB{roff(setting.name)}\\fR", roff(setting.meaning))


def roff(text: str) -> str:
    """The text as roff reads it back: no escape, no hyphenation point, and no request at the beginning of a line."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
