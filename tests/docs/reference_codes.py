"""Writes docs/reference/codes.md: the code of every refusal, its exit status, and what its class says."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc
from pkgutil import walk_packages

import okstra_cli
import okstra_git
from okstra_git.errors import OkstraError
from tests.docs.reference_commands import escaped, wrapped

HEAD = """\
# Codes

Written by `make docs` from the classes of refusals. A refusal is one sentence, a stable code, facts
and mostly the next step; with `--json` it is the object `error` of the answer. The exit status is 1
where nothing else is said. 2 means that a person has to decide, 129 that the line itself was wrong.

Why a stage may not leave, and what stands against publishing, are not refusals but answers:
[codes of the handoff](handoff-codes.md).
"""


@dataclass(frozen=True)
class Code:
    """One code, with the meanings of the classes that have it."""

    name: str
    exit_status: int
    meanings: tuple[str, ...]


def codes_page() -> str:
    """The whole page."""
    by_topic: dict[str, list[Code]] = defaultdict(list)
    for code in list_codes():
        by_topic[code.name.partition(".")[0]].append(code)
    return HEAD + "".join(f"\n## {topic}\n\n{_rows(codes)}" for topic, codes in sorted(by_topic.items()))


def list_codes() -> list[Code]:
    """Every code, by name."""
    classes: dict[str, list[type[OkstraError]]] = defaultdict(list)
    for refusal in sorted(_refusals(), key=lambda each: (each.__module__, each.__name__)):
        classes[refusal.code].append(refusal)
    return [
        Code(name, max(each.exit_status for each in found), tuple(dict.fromkeys(map(_meaning, found))))
        for name, found in sorted(classes.items())
    ]


def _refusals() -> Iterator[type[OkstraError]]:
    """Every class of refusals that has a code of its own."""
    for package in (okstra_git, okstra_cli):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            yield from filter(_has_a_code, _classes_of(module.name))


def _classes_of(module: str) -> list[type]:
    values = vars(import_module(module)).values()
    return [each for each in values if isinstance(each, type) and each.__module__ == module]


def _has_a_code(kind: type) -> bool:
    return issubclass(kind, OkstraError) and kind is not OkstraError and "code" in vars(kind)


def _meaning(refusal: type[OkstraError]) -> str:
    """The first paragraph of its docstring."""
    return " ".join((getdoc(refusal) or "").partition("\n\n")[0].split())


def _rows(codes: list[Code]) -> str:
    return "".join(f"{_row(code)}\n" for code in codes)


def _row(code: Code) -> str:
    status = f" (exit status {code.exit_status})" if code.exit_status != 1 else ""
    return wrapped(f"- `{code.name}`{status}: {' Or: '.join(map(escaped, code.meanings))}", "  ")
