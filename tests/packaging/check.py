"""Looks into a built wheel and sdist for what has to be there, and what must not be."""

import tarfile
import tomllib
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

from tests.packaging.build import Distribution

_SHIPPED = {
    "okstra_git": "okstra_git",
    "okstra_cli": "okstra_cli",
    "hooks": "okstra_git/_shipped/hooks",
    "templates": "okstra_git/_shipped/templates",
}
"""A folder of the tree, and where the wheel has it."""
_MAN = "git-okstra-{version}.data/data/share/man/man1/git-okstra.1", "docs/man/git-okstra.1"


def find_faults(distribution: Distribution, tree: Path) -> list[str]:
    """What is wrong with the two, a line each; `tree` has the files that they were made from, and no others."""
    return [*_wheel_faults(distribution.wheel, tree), *_sdist_faults(distribution.sdist, tree)]


def _wheel_faults(wheel: Path, tree: Path) -> Iterator[str]:
    project = tomllib.loads((tree / "pyproject.toml").read_text())["project"]
    info = f"git_okstra-{project['version']}.dist-info"
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        expected = dict(_expected_files(tree, project["version"]))
        yield from (f"the wheel lacks {name}" for name in sorted(expected.keys() - names))
        foreign = {name for name in names - expected.keys() if not name.startswith(f"{info}/")}
        yield from (f"the wheel has {name}, which is not in the tree" for name in sorted(foreign))
        yield from (
            f"{name} in the wheel is not {source.relative_to(tree)}"
            for name, source in expected.items()
            if name in names and archive.read(name) != source.read_bytes()
        )
        yield from _metadata_faults(archive.read(f"{info}/METADATA").decode(), project)
        programs = archive.read(f"{info}/entry_points.txt").decode()
        yield from (f"no program {name}" for name in project["scripts"] if f"{name} = " not in programs)
        if f"{info}/licenses/LICENSE" not in names:
            yield "the wheel lacks the license"


def _expected_files(tree: Path, version: str) -> Iterator[tuple[str, Path]]:
    for folder, place in _SHIPPED.items():
        for file in sorted(path for path in (tree / folder).rglob("*") if path.is_file()):
            yield f"{place}/{file.relative_to(tree / folder).as_posix()}", file
    shipped, source = _MAN
    yield shipped.format(version=version).replace("git-okstra-", "git_okstra-", 1), tree / source


def _metadata_faults(text: str, project: dict[str, object]) -> Iterator[str]:
    metadata = Parser().parsestr(text)
    wanted = {
        "Name": project["name"],
        "Version": project["version"],
        "Summary": project["description"],
        "License-Expression": project["license"],
        "Description-Content-Type": "text/markdown",
    }
    for field, value in wanted.items():
        if metadata[field] != value:
            yield f"{field} is {metadata[field]!r}, not {value!r}"
    python = set(str(metadata["Requires-Python"]).split(","))
    if python != {project["requires-python"]}:
        yield f"Requires-Python is {metadata['Requires-Python']}"
    plain = [line for line in metadata.get_all("Requires-Dist") or [] if "extra ==" not in line]
    dependencies = project["dependencies"]
    assert isinstance(dependencies, list)
    if len(plain) != len(dependencies):
        yield f"{len(plain)} dependencies in place of {len(dependencies)}"


def _sdist_faults(sdist: Path, tree: Path) -> Iterator[str]:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    yield from (f"the sdist lacks {name}" for name in sorted(tracked - names))
    yield from (f"the sdist has {name}, which is not in the tree" for name in sorted(names - tracked - {"PKG-INFO"}))
