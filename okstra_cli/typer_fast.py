"""Spares a command line pydantic: words that are wanted as text are taken as they were typed.

typer 0.29 coerces every parameter but a given flag through a pydantic adapter, 60 ms for the first, the absent `--help`
included. Should a later typer call its methods otherwise, only this time is lost. All the same `pyproject.toml` has an
upper bound for typer: tests/cli/test_typer.py says whether the next one still fits.
"""

from typing import Any

TEXTS = (str, list[str])


def spare_coercion(command: Any, context: Any) -> None:
    """Let the command's text parameters and its help flag through without an adapter."""
    for parameter in command.params:
        kind = getattr(parameter, "type_descriptor", None)
        if kind is not None and kind.annotation in TEXTS and kind.parameter_info.parser is None:
            parameter.get_runtime_param = _AsTyped
    help_option = command.get_help_option(context)
    if help_option is not None:
        help_option.default = False


def name_values(command: Any) -> None:
    """Let help call the value of an option TEXT, or N, where it has no name of its own, and an argument by its name."""
    for parameter in command.params:
        kind = getattr(parameter, "type_descriptor", None)
        if kind is None:
            continue
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = _nothing
        elif parameter.metavar is None and not getattr(parameter, "is_flag", False):
            parameter.metavar = "TEXT" if kind.annotation in TEXTS else "N"


def _nothing(ctx: Any) -> None:  # noqa: ARG001 - typer's signature
    return None


class _AsTyped:
    """Stands where typer keeps its pydantic adapter."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 - typer's signature
        several = param.multiple or param.nargs == -1
        return () if value is None and several else value
