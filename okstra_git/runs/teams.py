"""What the team of a run is called, so that parallel runs never share one."""

import re
from collections.abc import Iterable

from okstra_git.digest import fingerprint
from okstra_git.names import TaskKey
from okstra_git.records.states import State

_OTHERS = re.compile(r"[^a-z0-9]+")
MARK = 6
"""Characters of a key's fingerprint; enough to tell the few keys apart whose slugs are equal."""


def team_name(key: TaskKey, stage: int | None, *, taken: Iterable[str] = ()) -> str:
    """`okstra-<task key>` in lower case, every run of other characters one hyphen, then `-s<N>` for a stage.

    A name that belongs to another task already (`taken`) gets six characters that stand for the key. So a name never
    changes because of what comes later; readers take it from where it was recorded and never make it again.
    """
    slug = _OTHERS.sub("-", f"okstra-{key}".lower()).strip("-")
    suffix = f"-s{stage}" if stage is not None else ""
    name = slug + suffix
    return f"{slug}-{fingerprint(key.slashed.encode())[:MARK]}{suffix}" if name in set(taken) else name


def teams_of_others(state: State, key: TaskKey) -> frozenset[str]:
    """Team names that runs of other tasks have or had; a team may outlive its run."""
    return frozenset(
        run.team for task in state.tasks.values() if task.key != key for run in task.runs.values() if run.team
    )
