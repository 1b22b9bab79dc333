"""Branches of projects' histories, landed in every way: nothing that has not landed is called so, hardly one missed."""

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pygit2
import pytest

from okstra_git.git.repo import open_repository
from okstra_git.reconcile.branch_search import BranchSearch
from tests.kit.scenario import World
from tests.kit.transplanted import WAYS, Case, Transplant, first_parents

MISSED = 0.01
PROJECTS = "OKSTRA_PROJECTS"
"""Names a list of repositories, as PATH does, whose histories the long run takes branches from."""


def judged(repo: pygit2.Repository, place: Path, line: Sequence[str], seed: int) -> list[tuple[Case, str]]:
    """Every branch that could be made, and what is said of it."""
    git, found = open_repository(place), list[tuple[Case, str]]()
    for case in Transplant(repo, line, seed).run():
        tip, target = (str(repo.references[ref].target) for ref in (case.branch, case.target))
        found.append((case, BranchSearch(git, target, [tip], limit=200_000).landings()[tip].state))
    return found


def check(found: Sequence[tuple[Case, str]]) -> None:
    wrong = [(case, state) for case, state in found if state == "landed" and "landed" not in WAYS[case.way]]
    landed = [state for case, state in found if "landed" in WAYS[case.way]]
    others = [(case, state) for case, state in found if state not in WAYS[case.way] and state != "landed"]
    missed = [state for state in landed if state != "landed"]
    assert wrong == []
    assert len(missed) <= MISSED * len(landed), others


def test_branches_of_a_small_history_are_judged_as_what_was_done_with_them(world: World) -> None:
    line = invented(world, random.Random(3))
    found = judged(pygit2.Repository(str(world.path)), world.path, line, seed=3)
    assert {case.way for case, _ in found} >= {"merge", "squash", "rebase", "not", "squash-revert", "inside"}
    assert [(case, state) for case, state in found if state not in WAYS[case.way]] == []


def invented(world: World, rng: random.Random) -> list[str]:
    """A history of 150 commits that edit, add, move and remove files, made by fast-import."""
    files = {f"src/{n}.py": [f"line {n}.{k}" for k in range(30)] for n in range(14)}
    stream = [f"reset refs/heads/main\n{_commit(1, files)}"]
    for number in range(2, 152):
        changed: dict[str, list[str] | None] = {}
        for path in rng.sample(sorted(files), rng.choice((1, 1, 2, 3))):
            lines = files[path] = list(files[path])
            place = rng.randrange(len(lines))
            lines[place : place + rng.choice((0, 1, 2))] = [f"made {number}.{k}" for k in range(rng.choice((1, 1, 3)))]
            changed[path] = lines
        if number % 10 == 0:
            files[f"src/{number}.py"] = changed[f"src/{number}.py"] = [f"new {number}.{k}" for k in range(20)]
        if number % 25 == 0:
            gone = rng.choice(sorted(files.keys() - changed.keys()))
            changed[gone] = None
            del files[gone]
        stream.append(_commit(number, changed))
    world.git("fast-import", "--quiet", "--force", stdin="".join(stream))
    return first_parents(pygit2.Repository(str(world.path)), world.tip("main"), 200)


def _commit(number: int, changed: "dict[str, list[str]] | dict[str, list[str] | None]") -> str:
    words = [f"commit refs/heads/main\nmark :{number}\ncommitter A <a@example.org> {1_600_000_000 + number} +0000\n"]
    words.append("data 4\nstep\n")
    for path, lines in changed.items():
        text = "".join(f"{line}\n" for line in lines or ())
        words.append(f"D {path}\n" if lines is None else f"M 644 inline {path}\ndata {len(text)}\n{text}\n")
    return "".join(words)


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2])
def test_branches_of_real_projects_are_judged_as_what_was_done_with_them(tmp_path: Path, seed: int) -> None:
    projects = [Path(each) for each in os.environ.get(PROJECTS, "").split(os.pathsep) if each]
    if not projects:
        pytest.skip(f"{PROJECTS} names no repositories")
    for number, project in enumerate(projects):
        source = pygit2.Repository(str(project))
        repo = pygit2.init_repository(str(tmp_path / str(number)), bare=True)
        repo.odb.add_disk_alternate(str(Path(source.path) / "objects"))
        (Path(repo.path) / "objects/info").mkdir(exist_ok=True)
        (Path(repo.path) / "objects/info/alternates").write_text(f"{Path(source.path) / 'objects'}\n")
        line = first_parents(repo, str(source.revparse_single("HEAD").id), 600)
        check(judged(repo, Path(repo.path), line, seed))
