"""What is read from the folder of templates: every skill and agent that is in it, and no name is known beforehand."""

import json
from pathlib import Path

from okstra_git.agent_setup.inventory import read_desired_files
from okstra_git.agent_setup.model import Kind
from okstra_git.paths import templates_directory
from tests.agent_setup.closet import SHIPPED, SHIPPED_RULES, write_templates
from tests.kit.refusals import refuses


def test_skills_and_agents_by_kind_of_folder(templates: Path) -> None:
    skills = {path for path in SHIPPED if path.startswith("skills/")}
    plugin = {".claude-plugin/plugin.json", ".claude-plugin/marketplace.json"}
    assert read_desired_files(templates, Kind.AGENTS, "1").files.keys() == skills
    assert read_desired_files(templates, Kind.CLAUDE, "1").files.keys() == SHIPPED.keys()
    assert read_desired_files(templates, Kind.PLUGIN, "1").files.keys() == SHIPPED.keys() | plugin


def test_only_claude_has_rules(templates: Path) -> None:
    assert [read_desired_files(templates, kind, "1").rules for kind in Kind] == [SHIPPED_RULES, (), ()]


def test_every_skill_that_is_shipped_has_a_rule_of_its_own() -> None:
    rules = read_desired_files(templates_directory(), Kind.CLAUDE, "1").rules
    skills = {path.parent.name for path in templates_directory().glob("skills/*/SKILL.md")}
    assert {rule for rule in rules if rule.startswith("Skill")} == {f"Skill({name})" for name in skills}


def test_what_is_no_skill_and_no_agent_stays_behind(tmp_path: Path) -> None:
    others = {
        "skills/README.md": "x", "skills/draft/notes.md": "x", "skills/okstra-run/.DS_Store": "x",
        "agents/README.md": "#", "skills/okstra-run/__pycache__/x.pyc": "x", "prompts/x.md": "x",
    }  # fmt: skip
    folder = write_templates(tmp_path / "t", {**SHIPPED, **others})
    assert read_desired_files(folder, Kind.CLAUDE, "1").files.keys() == SHIPPED.keys()


def test_templates_without_a_skill_are_refused(tmp_path: Path) -> None:
    with refuses("install.incomplete", match="no skills"):
        read_desired_files(tmp_path, Kind.CLAUDE, "1")


def test_the_plugin_says_who_it_is_and_where(templates: Path) -> None:
    files = read_desired_files(templates, Kind.PLUGIN, "1.2.3").files
    plugin = json.loads(files[".claude-plugin/plugin.json"])
    assert {name: plugin[name] for name in ("name", "version", "license")} == {
        "name": "okstra", "version": "1.2.3", "license": "MIT",
    }  # fmt: skip
    assert plugin["description"]
    assert plugin["author"]["name"]
    market = json.loads(files[".claude-plugin/marketplace.json"])
    assert market["owner"]["name"]
    assert market["description"] == plugin["description"]
    assert [(one["name"], one["source"]) for one in market["plugins"]] == [("okstra", "./")]


def test_what_okstra_ships_is_read_whole() -> None:
    shipped = templates_directory()
    files = read_desired_files(shipped, Kind.CLAUDE, "1").files
    found = (path for name in ("skills", "agents") for path in shipped.glob(f"{name}/**/*.md"))
    there = {path.relative_to(shipped).as_posix() for path in found}
    assert files.keys() == there
    assert all(data == (shipped / path).read_bytes() for path, data in files.items())
