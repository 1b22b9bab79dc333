"""What is put in the place of a method of typer fits the typer that is installed (`okstra_cli/typer_fast.py`)."""

from typing import Annotated, Any

import pytest
import typer

from okstra_cli.typer_fast import spare_coercion

app = typer.Typer(add_completion=False)


@app.command()
def greet(
    names: list[str], word: Annotated[str, typer.Option()] = "hello", times: Annotated[int, typer.Option()] = 1
) -> None:
    """Greet people."""
    typer.echo(f"{word} {names} {times}")


def has_adapter(parameter: Any) -> bool:
    """Whether typer made the adapter of this parameter, for which it loads pydantic."""
    return parameter._runtime_param is not None


@pytest.mark.parametrize(
    ("name", "typed", "value", "costs"),
    [("names", ("Ada", "7"), ("Ada", "7"), False), ("word", "7", "7", False), ("times", "7", 7, True)],
)
def test_texts_are_taken_as_they_were_typed_without_an_adapter(
    name: str, typed: object, value: object, costs: bool
) -> None:
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    spare_coercion(command, context)
    (parameter,) = (each for each in command.params if each.name == name)
    assert not has_adapter(parameter)
    assert parameter.process_value(context, typed) == value
    assert has_adapter(parameter) == costs
