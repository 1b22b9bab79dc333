"""The versions that tests and CI use are written down: all of them, plainly, and none that pyproject.toml forbids."""

import re
import tomllib

from tests.kit.surroundings import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
LINES = (ROOT / "constraints.txt").read_text().splitlines()
PINS = dict(line.split("==") for line in LINES)


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def test_a_pin_is_a_name_and_a_version_in_order_and_nothing_else() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9a-z.+]*", line)] == []
    assert sorted(LINES) == LINES
    assert len(PINS) == len(LINES)


def test_every_dependency_has_a_lower_bound_and_a_pin_that_keeps_it() -> None:
    bounds = {name.lower().replace("_", "-"): bound for name, bound in (line.split(">=") for line in WANTED)}
    assert sorted(bounds.keys() - PINS.keys()) == []
    assert [name for name, bound in bounds.items() if numbers(PINS[name]) < numbers(bound)] == []
