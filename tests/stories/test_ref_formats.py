"""One story in every kind of repository: the ref format, the worktree and the version of git change no answer."""

import re
from pathlib import Path

import pytest

from tests.kit.handing import verify
from tests.kit.ref_formats import begin_in, knows_reftable, list_gits, use_git
from tests.kit.scenario import World
from tests.kit.stores import NAME

TASK = ("--task-key", NAME)
ULID = re.compile(r"\b0[0-9A-HJKMNP-TV-Z]{25}\b")
TIME = re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+Z")
OID = re.compile(r"\b[0-9a-f]{40}\b|\b[0-9a-f]{10}\b")


class Telling:
    """What okstra answers, as text in which everything that differs by chance has been given a name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines: list[str] = []
        self.names: dict[str, str] = {}

    def __call__(self, *words: str, within: World | None = None) -> None:
        """Run a command line, and keep its answer."""
        answer = (within or self.world).okstra(*words, exit=None)
        self.note(f"{' '.join(words)}: {answer.exit} {answer.out}{answer.err}")

    def note(self, text: str) -> None:
        """Keep a text."""
        plain = text.replace(str(self.world.path.parent), "DIR")
        timeless = TIME.sub("TIME", ULID.sub("ULID", plain))
        self.lines.append(OID.sub(self._name, timeless))

    def _name(self, match: re.Match[str]) -> str:
        commits = {commit[: len(match[0])]: label for label, commit in self.world.labels.items()}
        return commits.get(match[0]) or self.names.setdefault(match[0][:10], f"object-{len(self.names)}")


def _begin(folder: Path, ref_format: str, place: str) -> World:
    """Where the story is told: in the main worktree, in a linked one, or in one of a bare repository."""
    if place == "bare":
        source = begin_in(folder / "source", "files")
        bare = begin_in(folder / "shop", ref_format, "--bare")
        bare.git("fetch", "-q", str(source.path), "main:main")
        world = World(folder / "work", labels=source.labels, clock=source.clock)
        bare.git("worktree", "add", "-q", str(world.path), "main")
        return world
    main = begin_in(folder / "shop", ref_format)
    if place == "main":
        return main
    main.git("checkout", "-q", "--detach")
    return main.worktree("work", "main")


def _tell(folder: Path, ref_format: str, place: str) -> list[str]:
    folder.mkdir()
    world = _begin(folder, ref_format, place)
    tell = Telling(world)
    _record(world, tell)
    _rewrite(world, tell)
    _leave(world, tell)
    _look(world, tell)
    tell.note(world.ask("for-each-ref", "--format=%(refname) %(symref)", "refs/heads", "refs/okstra", "refs/notes"))
    return tell.lines


def _record(world: World, tell: Telling) -> None:
    """Two stages in worktrees of their own; the first one is done."""
    tell("status")
    tell("init", "--project-id", "shop")
    tell("config", "set", "worktreeRoot", str(world.path.parent / "trees"))
    tell("task", "open", NAME)
    for number in (1, 2):
        tell("stage", "start", str(number), *TASK, "--title", f"part {number}", "--base", "main")
        stage = _stage(world, number)
        stage.commit(f"S{number}", {f"f{number}.txt": f"{number}\n"})
    tell("stage", "done", "1", within=_stage(world, 1))


def _stage(world: World, number: int) -> World:
    path = world.path.parent / f"trees/shop/web/login/stage-{number}"
    return World(path, labels=world.labels, clock=world.clock)


def _rewrite(world: World, tell: Telling) -> None:
    """Amended, rebased in the midst of something else, renamed, changed: followed by hooks, or asked about."""
    stage = _stage(world, 1)
    world.labels["S1′"] = stage.amend({}, "-m", "S1 reworded")
    tell.note(stage.last.err)
    tell("status")
    world.commit("M")
    stage.git("rebase", "-q", "main")
    world.labels["S1″"] = stage.tip()
    tell.note(stage.last.err)
    tell("reconcile", *TASK, "--check")
    tell("stage", "done", "2", within=_stage(world, 2))
    _stage(world, 2).git("branch", "-m", "second")
    tell("status")
    _stage(world, 2).git("branch", "-m", "second", "feature/web/login-stage-2")
    world.labels["S1‴"] = stage.amend({"f1.txt": "other\n"})
    tell.note(stage.last.err)
    tell("reconcile", *TASK, "--apply")
    tell("stage", "done", "1", within=stage)
    stage.git("cherry-pick", "-q", "--no-commit", "main~1", ok=False)
    stage.git("reset", "-q", "--hard")
    stage.git("revert", "--no-commit", "HEAD", ok=False)
    tell("stage", "show", "1", *TASK)
    stage.git("revert", "--abort")


def _leave(world: World, tell: Telling) -> None:
    """Put together, landed by a squash, and taken out again."""
    for number in (1, 2):
        verify(world, number)
    tell("handoff", "eligible", *TASK)
    tell("handoff", "assemble", *TASK, "--stages", "1,2", "--base", "main")
    world.git("merge", "-q", "--squash", "feature/web/login-stage-1")
    world.commit("squashed", {})
    tell("landed", "--all", "--into", "main")
    tell("reconcile", *TASK, "--apply")
    tell("landed", "feature/web/login-stage-1")
    tell("prove", "S1‴~1..S1‴".replace("S1‴", world["S1‴"]), "main")
    world.git("revert", "--no-edit", "HEAD")
    tell("landed", "feature/web/login-stage-1")


def _look(world: World, tell: Telling) -> None:
    """What only looks, and what cleans up."""
    world.branch("aside")
    world.checkout("main")
    lost = World(world.path.parent / "lost", labels=world.labels, clock=world.clock)
    world.git("worktree", "add", "-q", "--detach", str(lost.path))
    lost.commit("only here")
    _stage(world, 2).write("f2.txt", "not committed\n")
    for words in ("status", "fsck", "doctor", "worktree list", "worktree prune --dry-run", "handoff status"):
        tell(*words.split())
    tell("task", "show", NAME)
    tell("landed", "HEAD~1", "@{-1}", "main~2")


@pytest.mark.parametrize("place", ["main", "linked", "bare"])
@pytest.mark.parametrize("version", list_gits())
def test_a_story_has_the_same_answers_in_every_ref_format(
    version: str,
    place: str,
    tmp_path: Path,
    bin_dir: Path,  # noqa: ARG001 - hooks call okstra
) -> None:
    folder = list_gits()[version]
    if not knows_reftable(folder):
        pytest.skip(f"git {version} does not know reftable: make git-new GIT_SOURCE=folder builds one that does")
    use_git(folder)
    files, tables = (_tell(tmp_path / name, name, place) for name in ("files", "reftable"))
    assert tables == files
