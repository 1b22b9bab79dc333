"""Judges one answer: the value it stands for, why it cannot be, or what has to be looked up first."""

from __future__ import annotations

from okstra_cli.wizard import chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from okstra_cli.wizard.chosen import State

MAX_DIRECTIVE = 20_000
MAX_LINE = 1_000
MAX_SLUG = 64
_MODEL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/[]-")


class Refused(Exception):
    """The answer cannot be; `text` names a sentence of the language file."""

    def __init__(self, text: str, **fields: Any) -> None:
        super().__init__(text)
        self.text = text
        self.fields = fields


class Missing(Exception):
    """The answer cannot be judged before the repository was looked at: `kind` of thing, and its `name`."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name}")
        self.kind = kind
        self.name = name


def _is_slug(text: str) -> bool:
    """Letters, digits and dashes are surely a slug; the whole grammar is loaded for other names, as every step pays."""
    if len(text) <= MAX_SLUG and text.isascii() and text[:1].isalnum() and text.replace("-", "").isalnum():
        return True
    from okstra_git.slugs import is_slug

    return is_slug(text)


def known_task(state: State, key: str) -> str:
    """A task's key; a closed task is refused, one that is spelled like another but for its case too."""
    if key in state.facts["closed"]:
        raise Refused("task_closed", key=key)
    if key not in state.facts["open"]:
        twin = next((known for known in _all_keys(state) if known.casefold() == key.casefold()), None)
        if twin is not None:
            raise Refused("task_case", key=key, twin=twin)
    elif key not in state.facts["tasks"] and state.seen("task", key) is None:
        raise Missing("task", key)
    return key


def is_open_task(state: State, text: str) -> bool:
    """Whether this is the key of an open task, offered or not."""
    return text in state.facts["open"]


def is_at_choice(state: State, text: str) -> bool:
    """Whether this is the number of a stage that may be named, offered or not."""
    return text in map(str, chosen.stages_at_choice(state))


def task_key(state: State, text: str) -> str:
    """`project:group:task`, or `group:task` of this project; there may be no such task yet."""
    parts = text.split(":")
    if len(parts) == 2:
        parts = [state.facts["project"], *parts]
    if len(parts) != 3 or not all(_is_slug(part) for part in parts):
        raise Refused("task_key", value=text, project=state.facts["project"])
    return known_task(state, ":".join(parts))


def slug(_: State, text: str) -> str:
    """A task group."""
    if not _is_slug(text):
        raise Refused("slug", value=text)
    return text


def task_id(state: State, text: str) -> str:
    """A task id, of a task that may be opened or worked on."""
    slug(state, text)
    known_task(state, f"{state.facts['project']}:{chosen.group_of(state)}:{text}")
    return text


def task_type(state: State, text: str) -> str:
    """One of the task types."""
    if text not in state.facts["phases"]:
        raise Refused("task_type", value=text, known=", ".join(state.facts["phases"]))
    if not chosen.leaves_work(state, text):
        raise Refused("no_stage_left", key=chosen.key_of(state) or "")
    return text


def brief(state: State, text: str) -> str:
    """A brief that a phase may begin on."""
    found = _look(state, "brief", _one_line(text))
    if found["gate"] not in chosen.OPEN_GATES:
        raise Refused("brief_waiting", path=found["shown"], gate=found["gate"])
    return str(found["path"])


def offered_brief(state: State, path: str) -> str:
    """A brief from the list; one that waited for its reporter is looked at again."""
    is_open = any(each == path and gate in chosen.OPEN_GATES for each, gate in chosen_briefs(state))
    return path if is_open else brief(state, path)


def chosen_briefs(state: State) -> list[tuple[str, str]]:
    """All briefs that were found, with their gates."""
    return [(path, gate) for group in state.facts["briefs"].values() for path, gate in group]


def approved_plan(state: State, text: str) -> str:
    """The approved plan of the task, as it stands on record."""
    found = _look(state, "plan", f"{chosen.key_of(state)} {_one_line(text)}")
    return str(found["path"])


def stage(state: State, text: str) -> str:
    """A stage of the approved plan: not done for an implementation, done for a verification."""
    known = [str(number) for number, _, _ in chosen.task_of(state)["stages"]]
    if text not in known:
        raise Refused("stage_unknown", value=text, known=_numbers(known))
    if int(text) not in chosen.stages_at_choice(state):
        raise Refused("stage_done" if chosen.takes_stage(state) else "stage_not_done", value=text)
    return text


def base_ref(state: State, text: str) -> str:
    """A ref that names a commit."""
    return str(_look(state, "ref", _one_line(text))["ref"])


def file(state: State, text: str) -> str:
    """A file that can be read."""
    return str(_look(state, "file", _one_line(text))["path"])


def directive(_: State, text: str) -> str:
    """Anything that can be printed, on as many lines as it takes."""
    if len(text) > MAX_DIRECTIVE or not all(c.isprintable() or c in "\n\t" for c in text):
        raise Refused("directive", most=MAX_DIRECTIVE)
    return text


def related_tasks(state: State, text: str) -> str:
    """Keys of tasks, separated by commas; `none` for somebody who came here where there is no other task."""
    if text == chosen.NONE:
        return text
    keys = [part.strip() for part in text.split(",") if part.strip()]
    for key in keys:
        if len(key.split(":")) != 3 or not all(_is_slug(part) for part in key.split(":")):
            raise Refused("related", value=key)
        if key == chosen.key_of(state) or key not in _all_keys(state):
            raise Refused("related_unknown", key=key)
    if not keys:
        raise Refused("empty")
    return ",".join(dict.fromkeys(keys))


def model(_: State, text: str) -> str:
    """A model's name as a command line can carry it."""
    if not 1 <= len(text) <= 100 or not _MODEL.issuperset(text) or not text[0].isalnum():
        raise Refused("model", value=text)
    return text


def roster(state: State, text: str) -> str:
    """Workers separated by commas, at least one of which analyses."""
    asked = {part.strip() for part in text.split(",") if part.strip()}
    unknown = sorted(asked.difference(state.facts["workers"]))
    if unknown:
        raise Refused("worker", value=unknown[0], known=", ".join(state.facts["workers"]))
    if not asked.intersection(state.facts["executors"]):
        raise Refused("no_analyser", known=", ".join(state.facts["executors"]))
    return ",".join(name for name in state.facts["workers"] if name in asked)


def _look(state: State, kind: str, name: str) -> Mapping[str, Any]:
    """What looking found; asks for the look when nobody did it, refuses with what it found wrong."""
    found = state.seen(kind, name)
    if found is None:
        raise Missing(kind, name)
    if "refused" in found:
        raise Refused(found["refused"], **found["fields"])
    return found


def _one_line(text: str) -> str:
    if len(text) > MAX_LINE or not text.isprintable():
        raise Refused("one_line", most=MAX_LINE)
    return text


def _all_keys(state: State) -> list[str]:
    return [*state.facts["open"], *state.facts["closed"]]


def _numbers(known: list[str]) -> str:
    return ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
