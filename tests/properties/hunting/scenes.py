"""Makes a task's history anew: the trunk moves on, each line of branches is rewritten, and refs are put about."""

from random import Random

from tests.properties.hunting.merging import merge
from tests.properties.hunting.recording import START, Pen
from tests.properties.hunting.rewriting import Rewriter, Step
from tests.properties.hunting.todo import make_todo
from tests.properties.hunting.upstream import move_trunk
from tests.properties.hunting.values import Commit, Scene, Stage, Task, ancestors, line_of

REMOTE = "refs/remotes/origin/"
BASES = {"tip": 7, "same": 4, "older": 1, "root": 0.3}
WHERE = {
    "here": 60, "left behind": 3, "behind": 2, "deleted": 5, "at trunk": 3, "remote only": 3, "tracks trunk": 3,
    "remote old": 7, "remote same": 4, "remote rebased": 4, "remote changed": 2, "remote ahead": 2,
}  # fmt: skip


def make_scene(seed: int, number: int, place: int, task: Task) -> Scene:
    """The task as it is in this round; the same every time."""
    random = Random(f"scene {seed} {number} {place}")
    pen = Pen(random, anonymous=task.anonymous, serial=1000 * (place + 1), clock=START + 5_000_000 + place * 100_000)
    scene = Scene(task)
    trunk = move_trunk(pen, scene) if random.random() > 0.15 else list(task.trunk)
    scene.refs[f"refs/heads/{task.trunk_name}"] = trunk[-1]
    _fetched_trunk(random, scene, trunk)
    for stages in lines_of(task):
        ends = _rewrite(pen, scene, trunk, stages)
        for branch in dict.fromkeys(stage.branch for stage in stages):
            _place(pen, scene, branch, ends[branch], stages, trunk)
        if random.random() < 0.05:
            _copy_elsewhere(pen, scene, trunk, stages)
        if random.random() < 0.04:
            _merge_into_trunk(pen, scene, random.choice(list(ends.values())))
    return scene


def _copy_elsewhere(pen: Pen, scene: Scene, trunk: list[Commit], stages: list[Stage]) -> None:
    """A branch that is nobody's, with the recorded commits as they are or picked onto the trunk."""
    old = stages[-1].head
    rewriter = Rewriter(pen, trunk[-1], scene.renames, trunk[-1])
    rewriter.run([Step("pick", (commit,), stage.number) for stage in stages for commit in stage.commits])
    scene.refs[f"refs/heads/{scene.task.name}/aside-{stages[0].number}"] = pen.random.choice([old, rewriter.tip])
    scene.notes.append("a copy on a branch of its own")


def _merge_into_trunk(pen: Pen, scene: Scene, end: Commit) -> None:
    """The trunk takes a rewritten branch with a merge commit."""
    name = f"refs/heads/{scene.task.trunk_name}"
    trunk, below = scene.refs[name], ancestors(scene.refs[name])
    fork = next((commit for commit in line_of(end) if commit in below), None)
    if fork is None or fork is end:
        return
    merged = merge(fork.tree, trunk.tree, end.tree, ours_renamed=scene.renames)
    if not merged.conflicts:
        scene.merged.insert(0, pen.commit(merged.tree, (trunk, end), "merge branch", how="merge"))
        scene.refs[name] = scene.merged[0]
        scene.notes.append("trunk: takes a branch as it is now")


def lines_of(task: Task) -> list[list[Stage]]:
    """Stages that stand on each other, together."""
    lines: list[list[Stage]] = []
    for stage in task.stages:
        below = next((line for line in lines if line[-1].head is stage.base), None)
        if below is None:
            lines.append([stage])
        else:
            below.append(stage)
    return lines


def _fetched_trunk(random: Random, scene: Scene, trunk: list[Commit]) -> None:
    """Sometimes the trunk is on a remote as well; sometimes only what was fetched is new."""
    name, draw = scene.task.trunk_name, random.random()
    if draw < 0.3:
        scene.refs[f"{REMOTE}{name}"] = trunk[-1]
        scene.tracks[name] = f"{REMOTE}{name}"
    if draw < 0.08:
        scene.refs[f"refs/heads/{name}"] = scene.task.trunk[-1]
        scene.notes.append("trunk: only fetched")


def _rewrite(pen: Pen, scene: Scene, trunk: list[Commit], stages: list[Stage]) -> dict[str, Commit]:
    """The new tip of every branch of a line of stages."""
    todo, notes = make_todo(pen.random, stages)
    kind = pen.random.choices(list(BASES), weights=list(BASES.values()))[0]
    onto = _base(pen, kind, trunk, stages)
    scene.notes.append(f"{stages[0].branch} on {kind}: {', '.join(notes) or 'as it was'}")
    rewriter = Rewriter(pen, onto, scene.renames, trunk[-1])
    rewriter.run(todo)
    ends: dict[str, Commit] = {}
    at = onto
    for stage in stages:
        at = rewriter.ends.get(stage.number, at)
        ends[stage.branch] = at
    if len(ends) == 1:
        ends[stages[0].branch] = rewriter.tip
    return ends


def _base(pen: Pen, kind: str, trunk: list[Commit], stages: list[Stage]) -> Commit:
    if kind == "root":
        return pen.commit(trunk[-1].tree, (), "all anew")
    if kind == "older":
        return pen.random.choice(trunk)
    return stages[0].base if kind == "same" else trunk[-1]


def _place(pen: Pen, scene: Scene, branch: str, end: Commit, stages: list[Stage], trunk: list[Commit]) -> None:
    """Where a branch is: here, on the remote, both in some state, or nowhere."""
    where = pen.random.choices(list(WHERE), weights=list(WHERE.values()))[0]
    old = scene.task.branches[branch]
    here: Commit | None = end
    there: Commit | None = None
    if where == "left behind":
        here = old
    elif where in ("behind", "remote ahead"):
        here, there = end.parent or end, end if where == "remote ahead" else None
    elif where in ("deleted", "remote only"):
        here, there = None, end if where == "remote only" else None
    elif where == "at trunk":
        here = trunk[-1]
    elif where.startswith("remote"):
        there = {"remote old": old, "remote same": end}.get(where) or _by_colleague(pen, scene, stages, trunk, where)
    if where != "here":
        scene.notes.append(f"{branch}: {where}")
    _refer(pen.random, scene, branch, here, there, where)


def _refer(random: Random, scene: Scene, branch: str, here: Commit | None, there: Commit | None, where: str) -> None:
    if here is not None:
        scene.refs[f"refs/heads/{branch}"] = here
    if there is not None:
        scene.refs[f"{REMOTE}{branch}"] = there
        if here is not None and random.random() < 0.85:
            scene.tracks[branch] = f"{REMOTE}{branch}"
    if where == "tracks trunk" and here is not None:
        fetched = f"{REMOTE}{scene.task.trunk_name}"
        scene.tracks[branch] = fetched if fetched in scene.refs else f"refs/heads/{scene.task.trunk_name}"


def _by_colleague(pen: Pen, scene: Scene, stages: list[Stage], trunk: list[Commit], where: str) -> Commit:
    """The recorded line rebased onto the trunk by somebody else, its last commit perhaps altered."""
    todo = [Step("pick", (commit,), stage.number) for stage in stages for commit in stage.commits]
    if where == "remote changed":
        todo[-1] = Step("any change", todo[-1].commits, todo[-1].stage)
    rewriter = Rewriter(pen, trunk[-1], scene.renames, trunk[-1])
    rewriter.run(todo)
    return rewriter.tip
