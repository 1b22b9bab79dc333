"""Writes the plugin of Claude Code, and the marketplace of this one plugin, that this repository is."""

import json
from typing import Any

from okstra_git.agent_setup.inventory import NAME, PLUGIN_SUMMARY
from tests.kit.surroundings import ROOT
from tests.packaging.facts import read_facts


def marketplace_manifest() -> str:
    """`.claude-plugin/marketplace.json`."""
    plugin = {"name": NAME, "source": "./", "description": PLUGIN_SUMMARY}
    about = {"description": PLUGIN_SUMMARY}
    return _render({"name": NAME, "owner": _maker(), "metadata": about, "plugins": [plugin]})


def plugin_manifest() -> str:
    """`.claude-plugin/plugin.json`; skills are a folder, agents have to be named one by one."""
    facts = read_facts()
    agents = sorted(path for path in (ROOT / "templates/agents").glob("*.md") if path.read_bytes().startswith(b"---"))
    return _render(
        {
            "name": NAME,
            "version": facts.version,
            "description": PLUGIN_SUMMARY,
            "author": _maker(),
            "license": facts.license,
            "skills": ["./templates/skills/"],
            "agents": [f"./templates/agents/{path.name}" for path in agents],
        }
    )


def _maker() -> dict[str, str]:
    return {"name": read_facts().maintainer.partition(" <")[0]}


def _render(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"
