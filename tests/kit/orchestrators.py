"""Repositories as other programs that run agents in parallel leave them, rebuilt from what their documents describe.

Claude Code puts `.claude/worktrees/NAME` on a branch `worktree-NAME`; the Codex app a detached checkout under its home,
below an id; Worktrunk a sibling `REPO.BRANCH`; agent-deck `.worktrees/BRANCH` inside the repository (its "subdirectory"
location); claude-squad a folder of its home, named by session and instant, on a branch that begins with the user.
"""

from collections.abc import Callable
from pathlib import Path

from tests.kit.scenario import World


def claude_code(world: World, home: Path) -> list[World]:  # noqa: ARG001 - as the others
    """Two sessions, one of which has committed twice; the other one only has changed files."""
    (world.path / ".git/info/exclude").write_text(".claude/\n")
    made = [
        world.worktree(world.path / f".claude/worktrees/{name}", f"worktree-{name}", "main")
        for name in ("bright-running-fox", "bugfix-123")
    ]
    made[0].commit("fox one")
    made[0].commit("fox two")
    made[1].write("open.txt", "not committed\n")
    return made


def codex_app(world: World, home: Path) -> list[World]:
    """A checkout on no branch with a commit of its own, and one on which a branch was made by hand."""
    detached, named = home / ".codex/worktrees/1a2b/shop", home / ".codex/worktrees/3c4d/shop"
    for place in (detached, named):
        place.parent.mkdir(parents=True)
        world.git("worktree", "add", "-q", "--detach", str(place), "main")
    worlds = [World(place, labels=world.labels, clock=world.clock) for place in (detached, named)]
    worlds[0].commit("codex one")
    worlds[1].git("switch", "-q", "-c", "codex/fix-header")
    worlds[1].commit("codex two")
    return worlds


def worktrunk(world: World, home: Path) -> list[World]:  # noqa: ARG001 - as the others
    """Siblings of the repository; the second branch stands on the first one."""
    place = world.path.parent
    first = world.worktree(place / f"{world.path.name}.feature-auth", "feature/auth", "main")
    first.commit("auth")
    second = world.worktree(place / f"{world.path.name}.feature-auth-ui", "feature/auth-ui", "feature/auth")
    second.commit("auth ui")
    return [first, second]


def agent_deck(world: World, home: Path) -> list[World]:  # noqa: ARG001 - as the others
    """A folder inside of the repository, with a staged file and one that is not tracked."""
    (world.path / ".git/info/exclude").write_text(".worktrees/\n")
    made = world.worktree(world.path / ".worktrees/feature-b", "feature/b", "main")
    made.commit("deck")
    made.write("staged.txt", "staged\n")
    made.git("add", "staged.txt")
    made.write("loose.txt", "loose\n")
    return [made]


def claude_squad(world: World, home: Path) -> list[World]:
    """Two sessions of a user, one of them paused: its folder is gone, its branch is there."""
    root = home / ".claude-squad/worktrees/kim"
    root.mkdir(parents=True)
    made = [
        world.worktree(root / f"{name}_18c8bea5f96e85d{number}", f"kim/{name}", "main")
        for number, name in enumerate(("search", "paused"))
    ]
    made[0].commit("squad search")
    made[1].commit("squad paused")
    world.git("worktree", "remove", str(made[1].path))
    return made[:1]


ORCHESTRATORS: dict[str, Callable[[World, Path], list[World]]] = {
    "claude-code": claude_code,
    "codex-app": codex_app,
    "worktrunk": worktrunk,
    "agent-deck": agent_deck,
    "claude-squad": claude_squad,
}
"""By name: makes the layout, and returns the worktrees that stand there."""
