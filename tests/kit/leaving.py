"""Groups put on record as assembling records them, over branches that plain git made, and what landed of them."""

from okstra_git.git.repo import Git
from okstra_git.names import parse_task_key
from okstra_git.reconcile.judge import Judge
from okstra_git.reconcile.landings import Landings, look_for_landings
from okstra_git.reconcile.scope import SearchScope
from okstra_git.records.events import GroupAssembled, PrRecorded
from okstra_git.records.handoff import Member
from okstra_git.records.states import Task
from okstra_git.store.stage_ranges import fingerprint_ranges
from okstra_git.store.store import Store
from tests.kit.scenario import World
from tests.kit.stores import KEY, now, open_store, record

URL = "https://forge.example/shop/pull/1"


def hand_over(world: World, *numbers: int, base: str = "main", branch: str = "", url: str = "") -> str:
    """A group of these stages on a branch of its own, on record; with `url` in a pull request. Back on main after.

    Each stage's own commits are put on the base one after the other, which is what assembling comes to.
    """
    store = open_store(world)
    task = store.read().state.tasks[parse_task_key(KEY.slashed)]
    name = "-".join(map(str, numbers))
    branch = branch or f"group-{name}"
    world.git("checkout", "-q", "-B", branch, base)
    begun = world.tip()
    for number in numbers:
        found = task.stages[number].range
        assert found is not None
        world.git("cherry-pick", "--allow-empty", f"{found.base}..{found.head}")
    head = world.tip()
    world.checkout("main")
    fact = GroupAssembled(
        task=task.key, group=name, stages=numbers, branch=branch, base_ref=base, members=members(task, *numbers),
        range=fingerprint_ranges(store.git, [(begun, head)])[0],
    )  # fmt: skip
    record(store, fact)
    if url:
        publish(world, fact, head, url)
    return head


def publish(world: World, group: GroupAssembled, commit: str, url: str = URL) -> None:
    """A pull request for the group on record."""
    record(open_store(world), PrRecorded(
        task=group.task, url=url, group=group.group, stages=group.stages, branch=group.branch, base_ref=group.base_ref,
        commit=commit, members=group.members,
    ))  # fmt: skip


def members(task: Task, *numbers: int) -> tuple[Member, ...]:
    """The stages as they are on record now."""
    ranges = [(number, found) for number in numbers if (found := task.stages[number].range)]
    return tuple(Member(stage=n, commit=one.head, tree=one.head_tree, delta=one.delta) for n, one in ranges)


def look(world: World, *targets: str) -> Landings:
    """What has landed as the library sees it; nothing changes."""
    git: Git = open_store(world).git
    state = Store(git, now).read().state
    places = SearchScope(git, extra_targets=targets)
    places.know_stage_branches(state)
    return look_for_landings(Judge(places), state.tasks[parse_task_key(KEY.slashed)])


def landed(world: World, *targets: str) -> dict[int, str]:
    """Stage -> `main squash` or `main squash 1-2`: target, proof and group."""
    found = look(world, *targets).landed
    return {one.stage: f"{one.target} {one.how} {one.group}".rstrip() for one in found}


def missed(world: World, *targets: str) -> dict[int, str]:
    """Stage -> why it has not landed although something of it is in a target."""
    return {one.what.stage: one.why for one in look(world, *targets).not_landed}
