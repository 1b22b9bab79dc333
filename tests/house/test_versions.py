"""The versions that tests and CI use are written down: all of them, plainly, and none that pyproject.toml forbids."""

import re
import tomllib

from tests.kit.surroundings import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"].values()
WANTED = [*PROJECT["dependencies"], *(line for lines in EXTRAS for line in lines)]
LINES = (ROOT / "constraints.txt").read_text().splitlines()
PINS = dict(line.split("==") for line in LINES)


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def bounds_of(line: str) -> tuple[str, tuple[str, str]]:
    """The package of a requirement, with its lower bound and its upper one, which is empty mostly."""
    name, _, bounds = line.partition(">=")
    lowest, _, highest = bounds.partition(",<")
    return name.lower().replace("_", "-"), (lowest, highest)


BOUNDS = dict(map(bounds_of, WANTED))


def test_a_pin_is_a_name_and_a_version_in_order_and_nothing_else() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9a-z.+]*", line)] == []
    assert sorted(LINES) == LINES
    assert len(PINS) == len(LINES)


def test_every_dependency_has_a_lower_bound_and_a_pin_that_keeps_it() -> None:
    assert sorted(BOUNDS.keys() - PINS.keys()) == []
    assert [name for name, (lowest, _) in BOUNDS.items() if numbers(PINS[name]) < numbers(lowest)] == []


def test_only_a_library_that_is_patched_has_an_upper_bound_and_the_pin_keeps_it() -> None:
    upper = {name: highest for name, (_, highest) in BOUNDS.items() if highest}
    assert upper.keys() == {"typer"}
    assert [name for name, highest in upper.items() if numbers(PINS[name]) >= numbers(highest)] == []
