"""Finds agent programs by their names: each is a module of `okstra_git/agents/programs/` with a `PROGRAM`."""

import pkgutil
from functools import cache
from importlib import import_module

from okstra_git.agents import programs
from okstra_git.agents.program import Program
from okstra_git.errors import refuse


@cache
def program_names() -> tuple[str, ...]:
    """The names of all programs that okstra can start, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(programs.__path__)))


def find_program(name: str) -> Program:
    """The program with this name; refuses a name that okstra does not know."""
    known = program_names()
    if name not in known:
        raise refuse(
            "worker.unknown-program", f"{name!r} is not a program that okstra can start", hint=f"try {known[0]}",
            programs=list(known),
        )  # fmt: skip
    program: Program = import_module(f"{programs.__name__}.{name}").PROGRAM
    return program
