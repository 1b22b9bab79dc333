"""The recipes of other package managers are sound by their own programs; those that are missing skip their test."""

import json
import os
from pathlib import Path
from shutil import copy2, copytree

import pytest

from okstra_git.agent_setup.inventory import read_desired_files
from okstra_git.agent_setup.model import Kind
from okstra_git.version import VERSION
from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import ROOT, require_tool
from tests.kit.vendors.homes import Vendors
from tests.packaging.build import copy_tracked
from tests.packaging.facts import read_facts

PROGRAM = '#!/bin/sh\necho "ran $0 $*"\n'


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH in which nothing is but what the test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def make_program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(PROGRAM)
    (folder / name).chmod(0o755)
    return folder / name


def gh_okstra(home: Path, path: Path, *words: str) -> Answer:
    command = [str(require_tool("dash")), str(ROOT / "packaging/gh-okstra"), *words]
    return run_program(command, cwd=home, environ={"HOME": str(home), "PATH": str(path)})


def test_the_gh_extension_runs_the_program_of_the_path(tmp_path: Path, bare_path: Path) -> None:
    program = make_program(bare_path, "git-okstra")
    make_program(tmp_path / ".local/bin", "git-okstra")
    said = gh_okstra(tmp_path, bare_path, "landed", "a b").expect(0).out
    assert said == f"ran {program} landed a b\n"


def test_the_gh_extension_finds_what_is_not_on_the_path(tmp_path: Path, bare_path: Path) -> None:
    program = make_program(tmp_path / ".local/bin", "git-okstra")
    assert gh_okstra(tmp_path, bare_path, "status").expect(0).out == f"ran {program} status\n"


@pytest.mark.parametrize(
    ("installer", "line"),
    [
        ("uv", "uv tool install git-okstra"),
        ("pipx", "pipx install git-okstra"),
        (None, "python3 -m pip install --user git-okstra"),
    ],
)
def test_the_gh_extension_says_the_line_that_installs(
    tmp_path: Path, bare_path: Path, installer: str | None, line: str
) -> None:
    if installer:
        make_program(bare_path, installer)
    answer = gh_okstra(tmp_path, bare_path, "status").expect(127)
    assert answer.err == f"gh okstra: git-okstra is not installed; install it with: {line}\n"


def test_gh_takes_the_extension(tmp_path: Path) -> None:
    gh = require_tool("gh")
    folder = tmp_path / "gh-okstra"
    folder.mkdir()
    copy2(ROOT / "packaging/gh-okstra", folder)
    offline = {"GH_TOKEN": "none", "GH_NO_UPDATE_NOTIFIER": "1"}
    environ = {
        **os.environ,
        **offline,
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    program = make_program(tmp_path / "bin", "git-okstra")
    run_program([str(gh), "extension", "install", "."], cwd=folder, environ=environ).expect(0)
    said = run_program([str(gh), "okstra", "status"], cwd=tmp_path, environ=environ).expect(0).out
    assert said == f"ran {program} status\n"


@pytest.mark.parametrize("manifest", [".", ".claude-plugin/plugin.json", ".claude-plugin/marketplace.json"])
def test_claude_finds_nothing_wrong_with_the_plugin(manifest: str, tmp_path: Path) -> None:
    command = [str(require_tool("claude")), "plugin", "validate", "--strict", str(ROOT / manifest)]
    run_program(command, cwd=tmp_path, environ={**os.environ, "HOME": str(tmp_path)}).expect(0)


def test_claude_finds_nothing_wrong_with_the_plugin_that_setup_makes(tmp_path: Path) -> None:
    for name, data in read_desired_files(ROOT / "templates", Kind.PLUGIN, VERSION).files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    command = [str(require_tool("claude")), "plugin", "validate", "--strict", str(tmp_path)]
    run_program(command, cwd=tmp_path, environ={**os.environ, "HOME": str(tmp_path)}).expect(0)


def test_claude_loads_every_skill_and_agent_of_the_plugin(tmp_path: Path, vendors: Vendors) -> None:
    answer = vendors.run_claude(tmp_path, "--plugin-dir", str(ROOT)).expect(0)
    begun = next(event for event in map(json.loads, answer.out.splitlines()) if event.get("subtype") == "init")
    shipped = read_desired_files(ROOT / "templates", Kind.PLUGIN, VERSION).files
    skills = {Path(path).parent.name for path in shipped if path.endswith("/SKILL.md")}
    agents = {Path(path).stem for path in shipped if path.startswith("agents/")}
    assert {f"okstra:{name}" for name in skills} <= set(begun["skills"])
    assert {f"okstra:{name}" for name in agents} <= set(begun["agents"])


def test_the_plugin_names_what_setup_installs() -> None:
    manifest = json.loads((ROOT / ".claude-plugin/plugin.json").read_text())
    shipped = read_desired_files(ROOT / "templates", Kind.PLUGIN, VERSION).files
    agents = {path.removeprefix("./templates/") for path in manifest["agents"]}
    assert agents == {path for path in shipped if path.startswith("agents/")}
    assert (ROOT / manifest["skills"][0]).is_dir()


def test_the_formula_is_ruby_and_has_every_pinned_package() -> None:
    path = ROOT / "packaging/homebrew/git-okstra.rb"
    text, pins = path.read_text(), read_facts().pins
    assert {"pygit2", "pydantic-core", "pytest"} & pins.keys() == {"pygit2", "pydantic-core"}
    elsewhere = {
        name for name in pins if f'resource "{name}" do\n    url "RELEASE/{name}-{pins[name]}.tar.gz"' not in text
    }
    assert elsewhere == {"cffi", "pycparser"}
    run_program([str(require_tool("ruby")), "-c", str(path)], cwd=ROOT, environ=os.environ).expect(0)


def test_the_changelog_of_debian_is_of_this_version() -> None:
    command = [
        str(require_tool("dpkg-parsechangelog")),
        "-l",
        str(ROOT / "packaging/debian/changelog"),
        "-S",
        "Version",
    ]
    assert run_program(command, cwd=ROOT, environ=os.environ).expect(0).out == f"{VERSION}-1\n"


def test_the_source_package_of_debian_is_built_and_found_sound(tmp_path: Path) -> None:
    lintian, build = require_tool("lintian"), require_tool("dpkg-source")
    tree = tmp_path / f"git-okstra-{VERSION}"
    copy_tracked(ROOT, tree)
    environ = {**os.environ, "HOME": str(tmp_path)}
    pack = ["tar", "-czf", f"git-okstra_{VERSION}.orig.tar.gz", tree.name]
    run_program(pack, cwd=tmp_path, environ=environ).expect(0)
    copytree(ROOT / "packaging/debian", tree / "debian")
    run_program([str(build), "-b", tree.name], cwd=tmp_path, environ=environ).expect(0)
    (source,) = tmp_path.glob("*.dsc")
    said = run_program([str(lintian), "--fail-on", "error,warning", str(source)], cwd=tmp_path, environ=environ)
    assert said.expect(0).out == ""
