"""Alters a todo list the way people do: one thing mostly, now and then several at once."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.properties.hunting.rewriting import Step
from tests.properties.hunting.values import Stage

Todo = list[Step]

ALTERATIONS = {0: 5, 1: 7, 2: 4, 3: 2, 4: 1}

SINGLE = {
    "reword": 5, "retime": 3, "reauthor": 2, "other file": 5, "same file": 5, "any change": 5, "quiet change": 4,
    "other block": 3, "third value": 3, "less": 2, "split": 4, "extra then back": 2,
}  # fmt: skip
BESIDE = {
    "foreign": 4, "foreign pair": 3, "foreign empty": 1, "copy": 4, "taken back": 2, "back and again": 2, "update": 2,
}  # fmt: skip


def make_todo(random: Random, stages: list[Stage]) -> tuple[Todo, list[str]]:
    """The list for a line of stages, and what was altered in it."""
    todo = [Step("pick", (commit,), stage.number) for stage in stages for commit in stage.commits]
    notes: list[str] = []
    for _ in range(random.choices(list(ALTERATIONS), weights=list(ALTERATIONS.values()))[0]):
        name = random.choices(list(CHANGES), weights=[weight for weight, _ in CHANGES.values()])[0]
        if todo:
            CHANGES[name][1](random, todo)
            notes.append(name)
    return todo, notes


def _draw(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), weights=list(weights.values()))[0]


def _single(random: Random, todo: Todo) -> None:
    places = [place for place, step in enumerate(todo) if step.verb == "pick" and len(step.commits) == 1]
    if places:
        place = random.choice(places)
        todo[place] = replace(todo[place], verb=_draw(random, SINGLE))


def _every(random: Random, todo: Todo) -> None:
    """All of them reworded, retimed or by another author: filter-branch, a sign-off, --reset-author."""
    verb = random.choice(["reword", "retime", "reauthor"])
    todo[:] = [replace(step, verb=verb) if step.verb == "pick" else step for step in todo]


def _beside(random: Random, todo: Todo) -> None:
    place = random.randrange(len(todo))
    near = todo[place]
    made = replace(near, verb=_draw(random, BESIDE))
    if made.verb in ("taken back", "back and again"):
        todo.insert(place + random.randint(1, len(todo) - place), made)
    else:
        todo.insert(place + random.randint(0, 1), made)


def _copy_and_change(random: Random, todo: Todo) -> None:
    """Somebody made the very change; the commit itself does something else now."""
    place = random.randrange(len(todo))
    todo.insert(place, replace(todo[place], verb="copy"))
    todo[place + 1] = replace(todo[place + 1], verb="any change")


def _drop(random: Random, todo: Todo) -> None:
    del todo[random.randrange(len(todo))]


def _drop_stage(random: Random, todo: Todo) -> None:
    stage = random.choice(todo).stage
    todo[:] = [step for step in todo if step.stage != stage]


def _squash(random: Random, todo: Todo) -> None:
    """Two neighbours as one, of one stage or across two."""
    if len(todo) > 1:
        place = random.randrange(len(todo) - 1)
        todo[place : place + 2] = [_together(todo[place], todo[place + 1])]


def _squash_over(random: Random, todo: Todo) -> None:
    """A commit melted into one that is not its neighbour."""
    if len(todo) > 2:
        place = random.randrange(len(todo) - 2)
        other = todo.pop(random.randrange(place + 2, len(todo)))
        todo[place] = _together(todo[place], other)


def _together(one: Step, other: Step) -> Step:
    verb = "pick" if {one.verb, other.verb} <= {"pick"} else "any change"
    return replace(one, verb=verb, commits=(*one.commits, *other.commits), stage=other.stage)


def _squash_stage(random: Random, todo: Todo) -> None:
    stage = random.choice(todo).stage
    mine = [step for step in todo if step.stage == stage]
    place = todo.index(mine[0])
    whole = Step("pick", tuple(commit for step in mine for commit in step.commits), stage)
    todo[:] = [*todo[:place], whole, *(step for step in todo[place:] if step.stage != stage)]


def _swap(random: Random, todo: Todo) -> None:
    one, other = random.randrange(len(todo)), random.randrange(len(todo))
    todo[one], todo[other] = todo[other], todo[one]


def _swap_stages(random: Random, todo: Todo) -> None:
    numbers = list(dict.fromkeys(step.stage for step in todo))
    random.shuffle(numbers)
    todo[:] = [step for number in numbers for step in todo if step.stage == number]


def _double(random: Random, todo: Todo) -> None:
    place = random.randrange(len(todo))
    todo.insert(random.randint(place + 1, len(todo)), todo[place])


def _aside(random: Random, todo: Todo) -> None:
    first = random.randrange(len(todo))
    last = random.randrange(first, len(todo))
    todo[first : last + 1] = [replace(step, side=True) for step in todo[first : last + 1]]


def _end(random: Random, todo: Todo) -> None:
    """The last commit altered: what `git commit --amend` does."""
    verbs = ["other file", "same file", "any change", "third value", "reword"]
    todo[-1] = replace(todo[-1], verb=random.choice(verbs))


Alteration = Callable[[Random, Todo], None]

CHANGES: dict[str, tuple[int, Alteration]] = {
    "single": (14, _single),
    "end": (5, _end),
    "every": (2, _every),
    "beside": (7, _beside),
    "copy and change": (2, _copy_and_change),
    "drop": (4, _drop),
    "drop stage": (4, _drop_stage),
    "squash": (4, _squash),
    "squash over": (1, _squash_over),
    "squash stage": (2, _squash_stage),
    "swap": (3, _swap),
    "swap stages": (2, _swap_stages),
    "double": (1, _double),
    "aside": (3, _aside),
}
