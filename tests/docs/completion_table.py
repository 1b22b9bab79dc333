"""Writes okstra_cli/completion/commands.txt: commands, options and the kinds of their values."""

import re
from collections.abc import Iterator

from okstra_git.contract import AUGMENTATION_LABELS, EXECUTORS, QUESTION_PREFIXES, VERIFICATION_SCOPES
from okstra_git.git.settings import SETTINGS
from okstra_git.phases import PHASES
from tests.docs.command_tree import Command, Parameter, command_tree

KINDS = {
    "P:G:T": "<task>", "TASK": "<task>", "KEY": "<task>", "RUN": "<run>", "REF": "<ref>", "BRANCH": "<branch>",
    "OLD": "<ref>", "NEW": "<ref>",
    "FILE": "<file>", "DIR": "<directory>", "1,2": "<stages>", "2,3": "<stages>", "auto|N": "auto|<stage>",
    "TYPE": "|".join(PHASES), "CLI": "|".join(EXECUTORS), "LABEL": "|".join(AUGMENTATION_LABELS),
    "PREFIX": "|".join(QUESTION_PREFIXES), "SCOPE": "|".join(VERIFICATION_SCOPES),
    "FORM": "brief|release-handoff|user-response",
}  # fmt: skip
"""What the name of a value means, wherever it stands."""

KINDS_BY_PLACE = {
    ("log", "TASK"): "<task>|ignore|heed",
    ("config", "KEY"): "|".join(setting.name for setting in SETTINGS),
    ("stage", "N"): "<stage>", ("run resume", "RUN"): "<open-run>", ("run finish", "RUN"): "<open-run>",
    ("run abandon", "RUN"): "<open-run>", ("run restore", "ID"): "<snapshot>",
    ("completion", "SHELL"): "bash|zsh|fish", ("schema", "COMMAND"): "<command>",
}  # fmt: skip
"""(beginning of the command, name of the argument) -> kind, where that is another one."""

KINDS_BY_OPTION = {"--stage": "<stage>", "--branch": "<branch>", "--group": "<group>", "--remote": "<remote>",
                   "--url": "<pull-request>", "--supersedes": "<pull-request>"}  # fmt: skip
_CHOICES = re.compile(r"[a-z][\w-]*(\|[\w-]+)+")


def completion_table() -> str:
    """The whole file."""
    return "".join(f"{line}\n" for command in command_tree() for line in _lines(command))


def _lines(command: Command) -> Iterator[str]:
    yield f"{command.name}{' …' if command.is_group else ''}\t{command.short_help.rstrip('.')}"
    for parameter in command.parameters:
        more = "…" if parameter.is_repeatable else ""
        if parameter.is_argument:
            yield f"  {_kind_of_argument(command.name, parameter)}{more}\t{parameter.help}"
        else:
            value = f"={_kind_of_option(parameter)}{more}" if parameter.metavar else ""
            yield f"  {' '.join(parameter.names)}{value}\t{parameter.help}"


def _kind_of_argument(command: str, parameter: Parameter) -> str:
    name = parameter.names[0]
    own = (kind for (begin, named), kind in KINDS_BY_PLACE.items() if command.startswith(begin) and named == name)
    return next(own, KINDS.get(name, "<text>"))


def _kind_of_option(parameter: Parameter) -> str:
    if _CHOICES.fullmatch(parameter.metavar):
        return parameter.metavar
    return KINDS.get(parameter.metavar) or KINDS_BY_OPTION.get(parameter.names[0]) or "<text>"
