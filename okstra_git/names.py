"""Names that people and agents type, parsed into types or refused."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, NewType

from okstra_git.errors import OkstraError, refuse

ID_LENGTH = 40
"""Hexadecimal digits of an object name: of SHA-1, the only hash of the repositories that okstra opens."""

NO_OBJECT = "0" * ID_LENGTH
"""What git writes where there is no object."""

CommitId = NewType("CommitId", str)
"""A full lower-case hexadecimal SHA-1 object name, 40 characters."""

WriterId = NewType("WriterId", str)
EventId = NewType("EventId", str)
"""ULIDs: 48 bits of milliseconds since 1970 and 80 random bits, 26 characters of Crockford's base 32."""

StageNumber = NewType("StageNumber", int)

MAX_STAGE = 999_999
_BEYOND_ALPHANUMERIC = "._-"
MAX_SLUG = 64
OBJECT_ID = f"[0-9a-f]{{{ID_LENGTH}}}"
"""A pattern that fits a full object name in lower case."""

_COMMIT = re.compile(rf"{OBJECT_ID}\Z")
_GROUP = re.compile(r"[1-9][0-9]*(-[1-9][0-9]*)*\Z")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")


class BadName(OkstraError):
    """A key, slug, stage number or group id that does not follow the grammar."""

    code = "name.bad"


def is_slug(text: str) -> bool:
    """Whether this is 1-64 of `[A-Za-z0-9._-]`, alphanumeric first, and fit to be part of a ref name."""
    return (
        0 < len(text) <= MAX_SLUG
        and text.isascii()
        and text[0].isalnum()
        and all(c.isalnum() or c in _BEYOND_ALPHANUMERIC for c in text)
        and ".." not in text
        and not text.endswith((".", ".lock"))
    )


def parse_slug(text: str, *, what: str) -> str:
    """One segment of a task key: 1-64 of `[A-Za-z0-9._-]`, alphanumeric first, fit to be part of a ref name."""
    if not is_slug(text):
        raise BadName(
            f"{what} {quote(text)} is not a valid name",
            hint="use 1-64 letters, digits, '.', '_' or '-', starting with a letter or digit, "
            "without '..' and not ending in '.' or '.lock'",
            value=text[:200],
        )
    return text


def make_slug(text: str, *, otherwise: str, room: int = MAX_SLUG) -> str:
    """Any text as one segment of a task key, at most `room` long; `otherwise` where nothing of it can stay."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in _BEYOND_ALPHANUMERIC) else "-" for c in text)
    kept = re.sub(r"\.{2,}", ".", re.sub(r"-{2,}", "-", kept)).lstrip(_BEYOND_ALPHANUMERIC)[:room]
    kept = kept.rstrip(_BEYOND_ALPHANUMERIC).removesuffix(".lock").rstrip(_BEYOND_ALPHANUMERIC)
    return kept if is_slug(kept) else otherwise


class TaskKey(NamedTuple):
    """The identity of a task: project, group and task id."""

    project: str
    group: str
    task: str

    def __str__(self) -> str:
        return f"{self.project}:{self.group}:{self.task}"

    @property
    def slashed(self) -> str:
        """The form used in refs and paths, `project/group/task`."""
        return f"{self.project}/{self.group}/{self.task}"

    def scoped(self, *, stage: int | None = None, group: str | None = None) -> str:
        """The registry key: the slashed key with `#stage-<N>` or `#group-<id>`; refuses both at once."""
        if stage is not None and group is not None:
            raise refuse(
                "name.scope-conflict",
                "a stage and a group were both named",
                hint="name the stage or the group, not both",
                stage=stage,
            )
        if stage is not None:
            return f"{self.slashed}#stage-{stage}"
        if group is not None:
            return f"{self.slashed}#group-{group}"
        return self.slashed


def parse_task_key(text: str) -> TaskKey:
    """`project:group:task`, or the stored form with slashes; anything else is refused."""
    parts = split_task_key(text)
    if len(parts) != 3:
        raise _not_a_key(text)
    return make_task_key(*parts)


@lru_cache(maxsize=4096)
def key_of_slashed(text: str) -> TaskKey:
    """The key that a checked `project/group/task` is the stored form of; many records share one."""
    project, group, task = text.split("/")
    return TaskKey(project, group, task)


def slashed_form(key: TaskKey | str) -> str:
    """The stored form of a key; text, which may be that form, stays as it is."""
    return key.slashed if isinstance(key, TaskKey) else key


def split_task_key(text: str) -> list[str]:
    """The parts of a key of which the first ones may be left out: `task`, `group:task` or all three, each checked."""
    parts = text.split(":" if ":" in text else "/")
    if len(parts) > 3:
        raise _not_a_key(text)
    what = ("project id", "task group", "task id")[-len(parts) :]
    return [parse_slug(part, what=name) for part, name in zip(parts, what, strict=True)]


def find_task_key(text: str) -> TaskKey | None:
    """The key that `project:group:task` is the printed form of; None for any other text."""
    parts = text.split(":")
    return TaskKey(*parts) if len(parts) == 3 and all(map(is_slug, parts)) else None


def is_slashed_key(text: str) -> bool:
    """Whether the text is a task key as it stands in paths and refs."""
    parts = text.split("/")
    return len(parts) == 3 and all(map(is_slug, parts))


def _not_a_key(text: str) -> BadName:
    return BadName(f"{quote(text)} is not a task key", hint="write it as <project>:<group>:<task>", value=text[:200])


def make_task_key(project: str, group: str, task: str) -> TaskKey:
    """A key from its three parts, each checked."""
    return TaskKey(
        parse_slug(project, what="project id"),
        parse_slug(group, what="task group"),
        parse_slug(task, what="task id"),
    )


def parse_branch(text: str) -> str:
    """The short name of a branch, given so or as `refs/heads/NAME`, by the rules of git-check-ref-format(1).

    Refused are names that git does not allow, those of other refs, and those that git reads as something else than a
    branch wherever they stand.
    """
    text = text.removeprefix("refs/heads/")
    parts = text.split("/")
    bad = not all(parts) or any(part.startswith(".") or part.endswith(".lock") for part in parts)
    odd = set(text) & set(" ~^:?*[\\") or any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text)
    if bad or odd or ".." in text or "@{" in text or text.startswith("-") or text.endswith("."):
        raise BadName(f"{quote(text)} is not a branch name", hint="git help check-ref-format", value=quote(text))
    if not is_text(text) or len(text.encode()) > 200:
        hint = "use at most 200 bytes of UTF-8"
        raise BadName(f"{quote(text)} cannot be a stage's branch", hint=hint, value=quote(text))
    if text in ("@", "HEAD") or text.startswith("refs/") or is_commit_id(text.lower()):
        told = f"{quote(text)} cannot be a stage's branch: git reads something else in it"
        raise BadName(told, hint="name another branch: git branch", value=quote(text))
    return text


def parse_stage(text: str) -> StageNumber:
    """A stage number, 1 to 999999, in plain ASCII digits."""
    if not (text.isascii() and text.isdigit()) or len(text) > 6 or int(text) < 1:
        raise BadName(f"{quote(text)} is not a stage number", hint="stages are numbered 1, 2, 3 …", value=text[:200])
    return StageNumber(int(text))


def parse_group(text: str) -> str:
    """A stage group id: member numbers ascending, joined by `-`, such as `2-3`."""
    numbers = [int(part) for part in text.split("-")] if _GROUP.match(text) else []
    if not numbers or numbers != sorted(set(numbers)) or numbers[-1] > MAX_STAGE:
        raise BadName(f"{quote(text)} is not a group id", hint="list the stages ascending, as in 2-3", value=text[:200])
    return text


LONGEST_LABEL = 200


def is_label(text: str) -> bool:
    """Whether this can name a reviewer or a check to people: one line of text, not empty and not too long."""
    return bool(text.strip()) and len(text) <= LONGEST_LABEL and is_text(text) and text.isprintable()


def is_text(text: str) -> bool:
    """Whether the text can be stored: no half characters from bytes that were not UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_commit_id(text: str) -> bool:
    """Whether the text is a full object name."""
    return _COMMIT.match(text) is not None


def is_ulid(text: str) -> bool:
    """Whether the text is a well-formed ULID."""
    return _ULID.match(text) is not None


def mint_ulid(milliseconds: int) -> str:
    """A new ULID for this instant (https://github.com/ulid/spec); unique across clones without coordination."""
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def and_listed(numbers: Sequence[int]) -> str:
    """Numbers in a sentence, ascending: `1`, `1 and 2`, `1, 2 and 3`."""
    words = [str(number) for number in sorted(set(numbers))]
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def named_stages(numbers: Sequence[int]) -> str:
    """`stage 2`, `stages 1 and 2`."""
    return f"stage{'s' if len(set(numbers)) > 1 else ''} {and_listed(numbers)}"


def number_ranges(numbers: Sequence[int], *, dash: str) -> Iterator[str]:
    """The numbers in order, each once, as people list them: three and more in a row become a range."""
    left = sorted(set(numbers))
    at = 0
    while at < len(left):
        end = at
        while end + 1 < len(left) and left[end + 1] == left[end] + 1:
            end += 1
        if end - at >= 2:
            yield f"{left[at]}{dash}{left[end]}"
        else:
            yield from map(str, left[at : end + 1])
        at = end + 1


def quote(text: str) -> str:
    """Untrusted text made fit for one line of a message: quoted, control characters escaped, at most 80 long."""
    clipped = text if len(text) <= 80 else text[:77] + "..."
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in clipped) + "'"


def quote_path(text: str) -> str:
    """Like `quote`, for a path: 300 long, and of a longer one the beginning and the end, which tells it from others."""
    clipped = text if len(text) <= LONGEST_PATH else f"{text[:60]}...{text[-(LONGEST_PATH - 63) :]}"
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in clipped) + "'"


LONGEST_PATH = 300
