"""Every line that a refusal advises is taken, by sh, in the very state in which it was printed.

A line that settles something is followed by the refused line once more: the same refusal must not come back. A line
that only shows something has to be accepted.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.kit import handing
from tests.kit.agent import fill, lines_in, refusal, shell
from tests.kit.prepared import KEY, a_plan, set_up
from tests.kit.scenario import World

K = ("--task-key", KEY)
PREPARE = ("run", "prepare", *K, "--task-type")
ASSEMBLE = ("handoff", "assemble", *K, "--base", "main", "--stages")
REPORT, DATA = "../reports/stage-1.md", "../reports/stage-1.json"


def unborn(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", KEY)
    world.git("update-ref", "-d", "HEAD")


def opened(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("config", "set", "worktreeRoot", str(world.path.parent / "trees"))
    world.okstra("task", "open", KEY)


def closed(world: World) -> None:
    opened(world)
    world.okstra("task", "close")


def begun(world: World) -> World:
    opened(world)
    told = world.okstra("stage", "start", "1", *K, "--base", "main").json
    return World(Path(told["stage"]["worktree"]), labels=world.labels, clock=world.clock)


def begun_and_gone(world: World) -> None:
    shutil.rmtree(begun(world).path)


def dirty(world: World) -> None:
    begun(world).write("left.txt", "left\n")


def detached(world: World) -> None:
    there = begun(world)
    there.git("checkout", "-q", "--detach")
    there.commit("beside")


def on_another(world: World) -> None:
    there = begun(world)
    there.git("switch", "-q", "-c", "other")
    there.commit("beside")


def branch_there(world: World) -> None:
    opened(world)
    world.git("branch", "feature/web/login-stage-1")


def branch_fetched(world: World) -> None:
    opened(world)
    world.git("update-ref", "refs/remotes/origin/theirs", "HEAD")
    world.git("remote", "add", "origin", "nowhere")


def planned(world: World) -> None:
    set_up(world, {1: (), 2: (1,)})


def drifted(world: World) -> None:
    planned(world)
    world.write(".okstra/plan.md", a_plan({1: (), 2: (1,), 3: ()}))


def without_carry(world: World) -> None:
    planned(world)
    told = world.okstra("stage", "start", "1", *K).json
    World(Path(told["stage"]["worktree"]), labels=world.labels, clock=world.clock).commit("S1")
    world.okstra("stage", "done", "1", *K)
    world.write("carry.json", json.dumps({"stage": 1, "summary": "part 1"}))


def with_file(world: World) -> None:
    opened(world)
    world.write("plan.md", a_plan({1: ()}))


def led(world: World) -> None:
    """A run of stage 1 that a living process leads which is not ours."""
    planned(world)
    world.okstra(*PREPARE, "implementation", "--stage", "1", "--holder", "1", exit=None)


def recorded(world: World) -> None:
    opened(world)
    handing.stage(world, 1)
    handing.verify(world, 1, exit=0)
    world.okstra("stage", "done", "1", *K)
    world.git("switch", "-q", "main")


def unverified(world: World) -> None:
    """Verified, then changed: what was verified is not what is recorded."""
    recorded(world)
    world.git("switch", "-q", "s1")
    world.amend({"f1.txt": "changed\n"})
    world.okstra("stage", "done", "1", *K)
    world.git("switch", "-q", "main")
    report = world.path.parent / "reports/stage-1.md"  # verified once more, as the advice says: another report
    report.write_text(report.read_text() + "\nOnce more.\n")
    data = world.path.parent / "reports/stage-1.json"
    data.write_text(json.dumps({**json.loads(data.read_text()), "databaseVerified": False}))


def assembled(world: World) -> None:
    recorded(world)
    world.okstra(*ASSEMBLE, "1")


def in_pull_request(world: World) -> None:
    assembled(world)
    branch = "feature/web/login-group-1"
    world.okstra("handoff", "record-pr", *K, "--stages", "1", "--branch", branch, "--url", "https://forge.example/1")


def rewritten(world: World) -> None:
    recorded(world)
    world.git("switch", "-q", "s1")
    world.amend({"f1.txt": "other\n"})
    world.git("switch", "-q", "main")


def torn(world: World) -> None:
    opened(world)
    world.okstra("task", "open", "shop:web:news")
    (log,) = world.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log").splitlines()
    world.git("update-ref", log, world.ask("rev-list", "--max-parents=0", log))


def bad_setting(world: World) -> None:
    opened(world)
    world.git("config", "okstra.keepDays", "for ever")


@dataclass(frozen=True)
class Case:
    """A state, the line that is refused in it, its code, and what stands for placeholders.

    `shows`: what its lines do does not make the refused line right, as where that itself is the mistake.
    """

    state: Callable[[World], object]
    line: tuple[str, ...]
    code: str
    blanks: Mapping[str, str] = field(default_factory=dict)
    shows: bool = False


NEXT = [
    Case(lambda _: None, ("task", "open", KEY), "store.not-initialised"),
    Case(lambda _: None, ("reconcile",), "store.not-initialised"),
    Case(lambda _: None, ("stage", "start", "1"), "store.not-initialised"),
    Case(opened, ("stage", "start", "1", "--task-key", "shop:web:nope"), "task.unknown"),
    Case(closed, ("stage", "start", "1", *K), "task.closed"),
    Case(unborn, ("stage", "start", "1", *K), "base.missing"),
    Case(opened, ("stage", "done", "1", *K), "stage.unknown"),
    Case(opened, ("stage", "start", "1", *K, "--base", "nope"), "ref.unresolvable", shows=True),
    Case(begun, ("stage", "start", "1", *K), "place.reserved"),
    Case(begun_and_gone, ("stage", "start", "1", *K), "place.reserved"),
    Case(begun, ("stage", "start", "2", *K, "--branch", "feature/web/login-stage-1"), "branch.owned"),
    Case(branch_there, ("stage", "start", "1", *K), "branch.exists"),
    Case(branch_fetched, ("stage", "start", "1", *K, "--branch", "theirs", "--no-worktree"), "branch.missing"),
    Case(dirty, ("stage", "done", "1", *K), "worktree.dirty", shows=True),
    Case(detached, ("stage", "done", "1", *K), "worktree.elsewhere", shows=True),
    Case(on_another, ("stage", "done", "1", *K), "worktree.elsewhere", shows=True),
    Case(opened, (*PREPARE, "error-analysis"), "brief.missing"),
    Case(with_file, (*PREPARE, "implementation"), "plan.unapproved", {"FILE": "plan.md"}),
    Case(drifted, (*PREPARE, "implementation", "--stage", "1"), "plan.changed"),
    Case(planned, (*PREPARE, "implementation", "--stage", "2"), "stage.waits", shows=True),
    Case(planned, ("stage", "start", "2", *K), "stage.waits", shows=True),
    Case(planned, ("stage", "start", "7", *K), "stage.unknown-in-plan", shows=True),
    Case(without_carry, (*PREPARE, "implementation", "--stage", "2"), "carry.missing", {"FILE": "carry.json"}),
    Case(opened, ("run", "show", "01J9"), "run.unknown", shows=True),
    Case(opened, ("run", "restore", "01J9"), "snapshot.unknown", shows=True),
    Case(opened, (*PREPARE, "implementation", "--resume-clarification"), "report.missing", shows=True),
    Case(unverified, (*ASSEMBLE, "1"), "handoff.not-eligible", {"R": REPORT, "D": DATA}, shows=True),
    Case(recorded, ("handoff", "publish", *K, "--stages", "1", "--dry-run"), "handoff.not-assembled",
         {"BRANCH": "main"}),
    Case(recorded, ("handoff", "publish", *K, "--dry-run"), "handoff.not-assembled", shows=True),
    Case(assembled, ("handoff", "publish", *K, "--stages", "1", "--dry-run"), "remote.missing", {"<url>": "nowhere"}),
    Case(assembled, ("stage", "start", "3", *K, "--branch", "feature/web/login-group-1", "--no-worktree"),
         "branch.owned"),
    Case(in_pull_request, (*ASSEMBLE, "1"), "handoff.not-eligible"),
    Case(in_pull_request, ("handoff", "record-closed", "--url", "https://forge.example/9"), "pr.unknown", shows=True),
    Case(rewritten, (*ASSEMBLE, "1"), "handoff.not-eligible", shows=True),
    Case(torn, ("task", "open", "shop:web:cart"), "log.damaged"),
    Case(bad_setting, ("config", "get", "keepDays"), "config.bad-value", {"<number>": "30"}),
    Case(opened, ("config", "get", "nope"), "config.unknown-key", shows=True),
    Case(opened, ("wizard", "step", "--state-file", "w.json"), "wizard.state-missing"),
    Case(opened, ("wizard", "run"), "wizard.no-terminal", shows=True),
]  # fmt: skip


@pytest.mark.parametrize("case", NEXT, ids=lambda case: f"{case.state.__name__}: {case.code}")
def test_the_advice_is_accepted_and_does_not_lead_back(world: World, case: Case) -> None:
    case.state(world)
    refused = refusal(world.okstra(*case.line, "--json", exit=None))
    assert refused["code"] == case.code
    lines = lines_in(refused["hint"])
    assert lines, refused
    for line in lines:
        answer = shell(world, fill(line, case.blanks))
        assert answer.exit in (0, 2), (line, answer)
        if not case.shows and _is_settled(world, case):
            return
    assert case.shows, f"{case.code} comes back after {lines}"


def _is_settled(world: World, case: Case) -> bool:
    again = world.okstra(*case.line, "--json", exit=None)
    told = again.json.get("error", {}) if again.out.startswith("{") else {}
    return told.get("code") != case.code


def test_every_command_of_a_hint_goes_to_the_end_of_its_line() -> None:
    """Somebody copies from where the command begins: words behind it would be taken for arguments."""
    from tests.house.sources import product_sources

    bad = [
        f"{source.path}: {part}"
        for source in product_sources()
        for line in source.text.splitlines()
        if "hint" in line and "git okstra" in line and "usage" not in line
        for part in [line.split("git okstra", 1)[1].split("\\n")[0]]
        if any(word in part for word in (", then ", "; then ", ", fill ", "; to ", "; or ", ", which "))
    ]
    assert bad == []
