"""Runs the steps of a composite action as a runner does: expressions filled in, a shell for each, outputs by file."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import ROOT

EXPRESSION = re.compile(r"\$\{\{\s*([a-z0-9_.-]+)\s*\}\}")


def load_action() -> Any:
    """The action of this repository."""
    return yaml.safe_load((ROOT / "action.yml").read_text())


def run_action(
    folder: Path, inputs: Mapping[str, str], github: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[list[Answer], dict[str, str]]:
    """The answers of its steps, up to the first that fails, and what they put out; `folder` is the runner's own."""
    action = load_action()
    known = {f"github.{name}": value for name, value in github.items()}
    known |= {f"inputs.{name}": _fill(str(each.get("default", "")), known) for name, each in action["inputs"].items()}
    known |= {f"inputs.{name}": value for name, value in inputs.items()}
    outputs, paths = folder / "output", folder / "path"
    outputs.touch()
    paths.touch()
    answers: list[Answer] = []
    for step in action["runs"]["steps"]:
        given = {name: _fill(str(value), known) for name, value in step["env"].items()}
        files = {"GITHUB_OUTPUT": str(outputs), "GITHUB_PATH": str(paths), "RUNNER_TEMP": str(folder)}
        path = os.pathsep.join([*reversed(paths.read_text().split()), environ["PATH"]])
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        answers.append(run_program(shell, cwd=folder, environ={**environ, **files, **given, "PATH": path}))
        if answers[-1].exit:
            break
    return answers, dict(line.split("=", 1) for line in outputs.read_text().splitlines())


def _fill(text: str, known: Mapping[str, str]) -> str:
    return EXPRESSION.sub(lambda match: known.get(match[1], ""), text)
