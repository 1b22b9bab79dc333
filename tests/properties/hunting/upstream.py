"""What happens on the trunk meanwhile: other people's work, and all the ways in which a stage arrives there."""

from collections.abc import Callable

from tests.properties.hunting.edits import Desk, edit, insert
from tests.properties.hunting.merging import merge
from tests.properties.hunting.recording import Pen
from tests.properties.hunting.values import Commit, Entry, Scene, Stage, Tree

COUNTS = {0: 4, 1: 6, 2: 4, 3: 2}


def move_trunk(pen: Pen, scene: Scene) -> list[Commit]:
    """The trunk's line with what came onto it, oldest first; what it renamed is noted in the scene."""
    trunk = list(scene.task.trunk)
    if pen.random.random() < 0.02:
        scene.notes.append("trunk: new root")
        trunk = [pen.commit(trunk[-1].tree, (), "begin anew")]
    for _ in range(pen.random.choices(list(COUNTS), weights=list(COUNTS.values()))[0]):
        kind = pen.random.choices(list(EVENTS), weights=[weight for weight, _ in EVENTS.values()])[0]
        made = EVENTS[kind][1](pen, scene, trunk[-1])
        if made:
            scene.notes.append(f"trunk: {kind}")
            trunk += made
    return trunk


def _tree(made: list[Commit], below: Commit) -> Tree:
    return made[-1].tree if made else below.tree


def _foreign(pen: Pen, below: Commit, desk: Desk, subject: str = "trunk work") -> list[Commit]:
    return [pen.commit(desk.files, (below,), subject, author=pen.author("bob@example.org"), renames=desk.renames)]


def _unrelated(pen: Pen, _: Scene, below: Commit) -> list[Commit]:
    return _foreign(pen, below, edit(pen.random, below.tree, pen.next(), kind="new file"))


def _paths(scene: Scene) -> frozenset[str]:
    return frozenset(path for stage in scene.task.stages for path in stage.paths())


def _same_file(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    kind = pen.random.choice(["insert", "insert", "replace", "append", "delete"])
    return _foreign(pen, below, edit(pen.random, below.tree, pen.next(), kind=kind, only=_paths(scene)))


def _block_above(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    """Lines at the top of a file, of the kind of which it has many: line numbers are worth nothing after that."""
    desk = Desk(pen.random, dict(below.tree), pen.next(), _paths(scene))
    path = desk.text()
    lines = desk.lines(path)
    desk.write(path, [b"%s\n" % line.rstrip(b"\r\n") for line in lines[: pen.random.randint(2, 6)]] + lines)
    return _foreign(pen, below, desk)


def _clash(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    """A line that a stage changed, changed otherwise."""
    stage = pen.random.choice(scene.task.stages)
    for path in sorted(stage.paths() & below.tree.keys()):
        here, before = below.tree[path].data.splitlines(keepends=True), stage.base.tree.get(path)
        after = set(stage.head.tree[path].data.splitlines(keepends=True)) if path in stage.head.tree else set()
        gone = [n for n, line in enumerate(here) if line not in after] if before else []
        if gone and b"\0" not in below.tree[path].data and below.tree[path].mode.startswith("100"):
            here[gone[0]] = b"clash %d\n" % pen.next()
            desk = Desk(pen.random, {**below.tree, path: Entry(below.tree[path].mode, b"".join(here))}, 0)
            return _foreign(pen, below, desk)
    return _same_file(pen, scene, below)


def _rename(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    desk = edit(pen.random, below.tree, pen.next(), kind="rename", only=_paths(scene))
    for old, new in desk.renames.items():
        before = next((first for first, last in scene.renames.items() if last == old), old)
        scene.renames[before] = new
    return _foreign(pen, below, desk)


def bring(pen: Pen, scene: Scene, below: Commit, source: Commit, how: str = "picked") -> Commit | None:
    """One recorded commit cherry-picked onto the trunk; None where that conflicts or changes nothing."""
    merged = merge(source.before, below.tree, source.tree, ours_renamed=scene.renames, theirs_renamed=source.renames)
    if merged.conflicts or merged.tree == below.tree:
        return None
    return pen.commit(
        merged.tree, (below,), source.subject, author=source.author, how=how, sources=(source,), renames=source.renames
    )


def _pick(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    stage = pen.random.choice(scene.task.stages)
    picked = bring(pen, scene, below, pen.random.choice(stage.commits))
    return [picked] if picked else []


def _rebase(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    """A stage rebased and merged by a forge."""
    made: list[Commit] = []
    for source in pen.random.choice(scene.task.stages).commits:
        picked = bring(pen, scene, made[-1] if made else below, source, "rebase-merged")
        if picked is None and not source.is_empty:
            return []
        made += [picked] if picked else []
    return made


def _squashed(pen: Pen, scene: Scene, below: Commit, stages: list[Stage]) -> list[Commit]:
    tree: Tree = below.tree
    for stage in stages:
        merged = merge(
            stage.base.tree, tree, stage.head.tree, ours_renamed=scene.renames, theirs_renamed=stage.renames()
        )
        if merged.conflicts:
            return []
        tree = merged.tree
    sources = tuple(commit for stage in stages for commit in stage.commits)
    author = pen.author(sources[-1].author.email)
    commit = pen.commit(tree, (below,), "feature (#1)", author=author, how="squash-merged", sources=sources)
    commit.renames = {old: new for stage in stages for old, new in stage.renames().items()}
    return [commit] if tree != below.tree else []


def _squash(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    return _squashed(pen, scene, below, [pen.random.choice(scene.task.stages)])


def _squash_several(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    return _squashed(pen, scene, below, list(scene.task.stages))


def _pick_and_more(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    """A pick or a squash with something else in the same commit."""
    made = pen.random.choice([_pick, _squash])(pen, scene, below)
    if made:
        desk = edit(pen.random, made[-1].tree, pen.next())
        made[-1].tree, made[-1].altered, made[-1].how = desk.files, True, "picked and altered"
    return made


def _half(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    """Part of a stage's files, by another hand."""
    stage = pen.random.choice(scene.task.stages)
    whole = merge(stage.base.tree, below.tree, stage.head.tree, ours_renamed=scene.renames)
    changed = sorted(path for path in stage.paths() if whole.tree.get(path) != below.tree.get(path))
    if whole.conflicts or not changed:
        return []
    chosen = set(changed[: max(1, len(changed) // 2)])
    files = {path: entry for path, entry in below.tree.items() if path not in chosen}
    files |= {path: whole.tree[path] for path in chosen if path in whole.tree}
    return _foreign(pen, below, Desk(pen.random, files, 0), "half of it") if files != below.tree else []


def _copy(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    """The change of a stage's commit, made once more by somebody else."""
    picked = _pick(pen, scene, below)
    for commit in picked:
        commit.author, commit.how, commit.sources = pen.author("bob@example.org"), "copy by another hand", ()
    return picked


def _pick_and_revert(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    made = pen.random.choice([_pick, _squash])(pen, scene, below)
    if made:
        back = {new: old for old, new in made[-1].renames.items()}
        made += [pen.commit(below.tree, (made[-1],), f"revert {made[-1].subject}", how="revert", renames=back)]
    return made


def _own_line(pen: Pen, scene: Scene, below: Commit) -> list[Commit]:
    desk = edit(pen.random, below.tree, pen.next())
    insert(desk)
    for old, new in desk.renames.items():
        scene.renames.setdefault(old, new)
    return _foreign(pen, below, desk)


Event = Callable[[Pen, Scene, Commit], list[Commit]]

EVENTS: dict[str, tuple[int, Event]] = {
    "unrelated": (9, _unrelated),
    "same file": (9, _same_file),
    "block above": (5, _block_above),
    "clash": (3, _clash),
    "rename": (3, _rename),
    "anything": (4, _own_line),
    "pick": (3, _pick),
    "rebase-merge": (4, _rebase),
    "squash": (6, _squash),
    "squash several": (2, _squash_several),
    "pick and more": (2, _pick_and_more),
    "half": (2, _half),
    "copy": (2, _copy),
    "pick and revert": (2, _pick_and_revert),
}
