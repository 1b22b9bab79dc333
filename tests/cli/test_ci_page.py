"""The lines of the page about CI, run as jobs run them: each in a fresh clone of a bare repository."""

import os
import re
from pathlib import Path

import pytest

from tests.kit.answers import Answer, run_program
from tests.kit.forked import forked_program_dir
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

PAGE = (ROOT / "docs/guide/ci.md").read_text()


def plain_lines() -> str:
    """The lines for any CI."""
    return PAGE.partition("## In any CI")[2].split("```")[1]


def steps() -> list[str]:
    """What the steps of the GitHub job run, one script each."""
    job = PAGE.partition("```yaml")[2].partition("```")[0]
    blocks = re.findall(r"run: (?:\|\n((?: {10}.*\n)+)|(.*))", job)
    return [re.sub("(?m)^ {10}", "", block) or line for block, line in blocks if "pipx" not in line]


class Jobs:
    """Starts jobs in fresh clones of one server; each run of the tests leaves a line in a file outside."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder, self.runs = world, folder, folder / "runs"
        self.server = world.clone("server.git", "--bare").path
        world.git("remote", "add", "origin", str(self.server))

    def run(self, branch: str, *scripts: str) -> list[Answer]:
        place = self.folder / f"job-{len(list(self.folder.glob('job-*')))}"
        self.world.git("clone", "-q", "--depth", "1", "--branch", branch, self.server.as_uri(), str(place))
        path = f"{forked_program_dir()}{os.pathsep}{os.environ['PATH']}"
        environ = self.world.environ({"PATH": path, "RUNS": str(self.runs)})
        shell = ["sh", "-c"]
        texts = [script.replace("make test", "sh test.sh") for script in scripts]
        return [run_program([*shell, text], cwd=place, environ=environ) for text in texts]

    @property
    def count(self) -> int:
        """How often the tests ran so far."""
        return len(self.runs.read_text().splitlines()) if self.runs.exists() else 0


@pytest.fixture
def jobs(world: World, tmp_path: Path) -> Jobs:
    world.commit("tests", {"test.sh": 'echo run >> "$RUNS"; test ! -e broken\n'})
    return Jobs(world, tmp_path)


def push(jobs: Jobs, *refs: str) -> None:
    jobs.world.git("push", "-q", "--force", "origin", *refs)


def test_a_tree_is_tested_once_whatever_becomes_of_the_commit(jobs: Jobs) -> None:
    world = jobs.world
    world.branch("topic")
    world.commit("A")
    world.commit("B")
    push(jobs, "topic")
    assert [answer.exit for answer in jobs.run("topic", plain_lines())] == [0]
    assert jobs.count == 1
    world.amend({}, "-m", "reworded")
    push(jobs, "topic")
    assert [answer.exit for answer in jobs.run("topic", plain_lines())] == [0]
    world.checkout("main")
    world.git("merge", "-q", "--squash", "topic")
    world.git("commit", "-q", "-m", "squashed")
    push(jobs, "main")
    assert [answer.exit for answer in jobs.run("main", plain_lines())] == [0]
    assert jobs.count == 1
    world.commit("C")
    push(jobs, "main")
    jobs.run("main", plain_lines())
    assert jobs.count == 2


def test_a_failure_fails_the_job_and_is_tried_again_by_the_next(jobs: Jobs) -> None:
    jobs.world.commit("broken", {"broken": "x\n"})
    push(jobs, "main")
    for run in (1, 2):
        [answer] = jobs.run("main", plain_lines())
        assert (answer.exit, jobs.count) == (1, run)
    tree = jobs.world.ask("rev-parse", "main^{tree}")
    assert len(jobs.world.ask("ls-remote", str(jobs.server), f"refs/okstra/checked/{tree}/*").splitlines()) == 2


def test_two_jobs_at_once_do_not_get_into_each_others_way(jobs: Jobs) -> None:
    first, *rest = plain_lines().strip().splitlines()
    push(jobs, "main")
    assert jobs.run("main", "\n".join([first, *rest[1:]]))[0].exit == 0  # neither fetches
    assert jobs.run("main", "\n".join([first, *rest[1:]]))[0].exit == 0
    assert jobs.count == 2
    assert jobs.run("main", plain_lines())[0].exit == 0
    assert jobs.count == 2


def test_the_steps_of_the_github_job_work(jobs: Jobs) -> None:
    assert len(steps()) == 2
    push(jobs, "main")
    for _ in range(2):
        assert [answer.exit for answer in jobs.run("main", *steps())] == [0, 0]
    assert jobs.count == 1
    jobs.world.commit("broken", {"broken": "x\n"})
    push(jobs, "main")
    assert [answer.exit for answer in jobs.run("main", *steps())] == [1, 0]


def test_the_line_that_forgets_all_records_does(world: World) -> None:
    world.okstra("verify", "--", "true")
    line = next(line for line in PAGE.splitlines() if "for-each-ref" in line)
    run_program(["sh", "-c", line], cwd=world.path, environ=world.environ()).expect(0)
    assert world.ask("for-each-ref", "refs/okstra/checked") == ""
