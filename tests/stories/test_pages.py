"""The blocks of README.md and of the pages of the guide, typed in their order into fresh repositories.

A block without a language that holds nothing but commands is typed; what a command answers is shown in blocks of
other languages, or behind a `$`. Files that a line needs are made by lines before it.
"""

import os
import re
from pathlib import Path

import pytest

from tests.kit.answers import Answer, run_program
from tests.kit.forked import forked_program_dir
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FIRST_STEPS = ROOT / "docs/guide/first-steps.md"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BEGINS = ("git ", "okstra ", "echo ", "printf ", "cd ", "rm ", "mkdir ")
ON_A_TERMINAL = "wizard run"


def typed(text: str, begin: str = "", end: str = r"\Z") -> list[str]:
    """The lines of the blocks that hold nothing but commands, between two headings."""
    part = re.search(re.escape(begin) + r"(.*?)" + end, text, re.DOTALL | re.MULTILINE)
    assert part, begin
    blocks = [body.splitlines() for kind, body in _FENCE.findall(part[1]) if not kind]
    whole = [block for block in blocks if all(line.startswith(_BEGINS) for line in block if line.strip())]
    return [line for block in whole for line in block if line.strip()]


class Desk:
    """A person at a shell, in one directory for the whole page."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.path = f"{program_dir()}{os.pathsep}{os.environ['PATH']}"

    def type(self, line: str) -> Answer:
        environ = self.world.environ({"PATH": self.path, "OLDPWD": str(self.world.path)})
        return run_program(["sh", "-c", line], cwd=self.world.path, environ=environ)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_every_line_of_readme_works_in_its_order(desk: Desk) -> None:
    lines = typed(README.read_text())
    assert len(lines) > 5
    for line in lines:
        desk.type(line).expect(0)
    assert desk.type("git okstra reconcile").json["task"].endswith(":adopted:feature-login")


def test_the_transcript_of_readme_is_what_the_commands_say(tmp_path: Path) -> None:
    origin = World.empty(tmp_path / "origin")
    origin.commit("start")
    world = World(origin.clone("click").path, clock=origin.clock)
    world.git("checkout", "-q", "-b", "shorter-help")
    for name in ("one", "two"):
        world.commit(name, {name: f"{name}\n"})
    world.git("branch", "approved")
    desk = Desk(world)
    block = re.findall(r"^```console$(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)[0]
    entries = [entry.splitlines() for entry in block.split("$ ")[1:]]
    for line, *shown in entries:
        if "--into release" in line:
            squash_into_release(world)
        answer = desk.type(
            re.sub("git okstra (?!verify)", "git okstra --text ", line).replace("verify --", "verify --text --")
        )
        said = without_ids(answer.expect(0).out + answer.err)
        assert [text for text in shown if without_ids(text.strip()) not in said] == [], line
    assert len(entries) > 5


def squash_into_release(world: World) -> None:
    """What a colleague does meanwhile."""
    world.git("checkout", "-q", "-b", "release", "main")
    world.commit("other work", {"other": "o\n"})
    world.git("merge", "-q", "--squash", "shorter-help")
    world.git("commit", "-q", "-m", "Shorter help (#1)")
    world.checkout("shorter-help")


def without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{10}", "ID", text)


def take_the_first_steps(desk: Desk) -> None:
    """Type them, and look that they show what they promise."""
    lines = typed(FIRST_STEPS.read_text())
    assert len(lines) > 30
    promising = typed(FIRST_STEPS.read_text(), "## A stage\n", r"^## The way in")
    for line in lines:
        answer = desk.type(line)
        if ON_A_TERMINAL in line:
            assert "wizard.no-terminal" in answer.out, line
            continue
        assert answer.exit == 0, f"{line}\n{answer.out}{answer.err}"
        if line in promising and "rebase" in line:
            assert "followed" in answer.err
        if line in promising and "reconcile" in line:
            assert answer.json["items"] == []
        if line in promising and "git log --notes" in line:
            assert "okstra" in answer.out


PAGES = ("guide/forecast", "reference/hooks", "guide/inspect", "guide/plans-and-briefs", "guide/reconcile",
         "guide/setup", "guide/skills", "guide/wizard")  # fmt: skip
"""Typed in this order where the last of the first steps leaves the repository."""

ELSEWHERE = {
    "guide/first-steps": "typed above",
    "guide/a-task-from-start-to-end": "test_a_task_from_start_to_end.py types it, and compares the answers",
    "reference/state": "tests/house/test_documents.py types its lines one by one, with the names in place of <writer>",
    **dict.fromkeys(("guide/landed", "guide/adopt"), "typed below, where there are branches"),
    "guide/install": "installs; tests/packaging tries pip, pipx and uv",
    "guide/handoff": "its lines belong to one group at several moments; the two stories above type them",
    "guide/ci": "tests/cli/test_ci_page.py runs its lines in two clones of a bare repository",
    "guide/prove-and-review": "tests/cli/test_review.py types its lines where they have what to compare",
    "guide/board": "tests/pages and tests/cli/test_board.py run its lines",
    "guide/panes": "its lines belong to one run; tests/panes runs them in a real tmux",
    "guide/watch": "goes on until a key; tests/cli/test_watch.py looks at it in a terminal",
    "guide/usage": "its lines belong to one run; tests/usage runs them",
    "guide/workers": "its lines start programs; tests/workers runs them",
    "guide/convergence": "its lines belong to one run at several moments; tests/convergence runs them",
    "guide/validate": "its lines belong to one run; tests/cli/test_validate.py runs them",
    "guide/reports": "its lines belong to one report at several moments; tests/stories/answers types them",
    "guide/conformance": "its line prepares a run; tests/validation/test_conformance_story.py does",
    "guide/replay": "its lines belong to a run that claims something; tests/validation/test_replay_story.py types them",
    "guide/runs": "its lines belong to runs in several states; the two stories above type them",
    "guide/stages": "shows two ways to begin one stage",
    "guide/worktrees": "its lines belong to worktrees in several states; tests/health/test_astray.py types them",
    **dict.fromkeys(("reference/commands", "reference/codes", "reference/settings", "reference/json",
                     "reference/rules"), "generated"),
    **dict.fromkeys(("guide/how-it-works", "reference/handoff-codes", "reference/bundle", "reference/dependencies",
                     "reference/security", "README", "architecture", "glossary"), "has no line to type"),
}  # fmt: skip

NOT_YET = {
    "okstra wizard render-args --state-file .okstra/wizard/login.json --command": "wizard.not-done",
}
"""Lines that stand for the end of something: the code by which they are refused before it."""


def test_every_page_is_typed_or_excused() -> None:
    paths = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    wanted = sorted(str(path.with_suffix("")) for path in paths if path.parts[0] != "design")
    assert sorted([*PAGES, *ELSEWHERE]) == wanted


def test_the_first_steps_and_then_the_lines_of_the_pages_work_in_their_order(desk: Desk) -> None:
    take_the_first_steps(desk)
    desk.path = f"{forked_program_dir()}{os.pathsep}{os.environ['PATH']}"
    run = desk.type("git okstra run list --json").json["runs"][0]["id"]
    for page in PAGES:
        lines = typed((ROOT / f"docs/{page}.md").read_text())
        assert lines, page
        for line in lines:
            answer = desk.type(line.replace(" RUN ", f" {run} "))
            code = "wizard.no-terminal" if ON_A_TERMINAL in line else NOT_YET.get(line)
            if code is not None:
                assert answer.exit == 1
                assert code in answer.out + answer.err or "not done yet" in answer.err, answer
            else:
                assert answer.exit == 0, f"{page}: {line}\n{answer.out}{answer.err}"


def test_the_lines_about_branches_work_where_there_are_branches(desk: Desk) -> None:
    world, beside = desk.world, desk.world.path.parent
    world.commit("first")
    world.git("tag", "v1.2")
    for name in ("release", "0a1b2c3d"):
        world.git("branch", name)
    for branch, folder in (("topic", "shop-topic"), ("search", "shop.search")):
        world.git("worktree", "add", "-q", "-b", branch, str(beside / folder))
        world.git("-C", str(beside / folder), "commit", "-q", "--allow-empty", "-m", branch)
    world.git("checkout", "-q", "-b", "feature/login")
    world.commit("login")
    desk.path = f"{forked_program_dir()}{os.pathsep}{os.environ['PATH']}"
    for page in ("landed", "adopt"):
        for line in typed((ROOT / f"docs/guide/{page}.md").read_text()):
            answer = desk.type(line)
            assert "error" not in answer.json or answer.json["error"]["code"] == "confirmation.needed", answer.out
