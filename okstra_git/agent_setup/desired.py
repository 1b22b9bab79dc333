"""What this okstra ships for agents: skills and agent definitions, and the two files that make them a plugin."""

import json
from collections.abc import Iterator
from pathlib import Path

from okstra_git.agent_setup.model import DesiredFiles, Kind
from okstra_git.errors import refuse

NAME = "okstra"
"""The plugin's name; its skills are called /okstra:<skill> then."""

RULES = {
    "Bash(okstra *)": "every command of the skills",
    "Bash(git okstra *)": "the same commands as hints and refusals spell them",
    "Bash(git-okstra *)": "the same program, where it is called by its file's name",
    "Edit(.okstra/**)": "prompts, results and reports of runs, briefs and answers: all that agents write by hand",
}
"""Permission rules for Claude Code, each with what it is for."""

_ABOUT = "Skills and agents of git-okstra: runs, briefs, handoffs and rewritten history, driven from the agent"


def read_desired_files(templates: Path, kind: Kind, version: str) -> DesiredFiles:
    """What stands in a folder of this kind; `templates` holds `skills/<name>/SKILL.md` and `agents/<name>.md`.

    Refuses templates without a skill.
    """
    files = dict(_skills(templates / "skills"))
    if not files:
        raise refuse("install.incomplete", f"there are no skills in {templates}", hint="install git-okstra again")
    if kind is Kind.AGENTS:
        return DesiredFiles(version, files)
    files |= _agents(templates / "agents")
    if kind is Kind.CLAUDE:
        return DesiredFiles(version, files, tuple(RULES))
    return DesiredFiles(version, files | _plugin(version))


def _skills(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of every folder that has a SKILL.md, byte for byte."""
    for skill in sorted(folder.glob("*/SKILL.md")):
        for file in sorted(path for path in skill.parent.rglob("*") if path.is_file()):
            relative = file.relative_to(folder)
            if not any(part.startswith((".", "__")) for part in relative.parts):
                yield f"skills/{relative.as_posix()}", file.read_bytes()


def _agents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Agent definitions open with their front matter; another page in the folder is not one."""
    for file in sorted(folder.glob("*.md")):
        data = file.read_bytes()
        if data.startswith(b"---"):
            yield f"agents/{file.name}", data


def _plugin(version: str) -> dict[str, bytes]:
    """The plugin, and a marketplace of this one plugin, so that the folder can be added as it is."""
    maker = {"name": "git-okstra contributors"}
    plugin = {"name": NAME, "version": version, "description": _ABOUT, "author": maker, "license": "MIT"}
    market = {"name": NAME, "owner": maker, "plugins": [{"name": NAME, "source": "./", "description": _ABOUT}]}
    return {
        f".claude-plugin/{name}.json": (json.dumps(value, indent=2) + "\n").encode()
        for name, value in (("plugin", plugin), ("marketplace", market))
    }
