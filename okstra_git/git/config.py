"""What git's configuration says, read by git itself so that every source and include counts, and who acts by it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.errors import refuse
from okstra_git.git.binary import GitFailed, run_git, sealed_environment

TRUE = ("true", "yes", "on", "1")
FALSE = ("false", "no", "off", "0", "")


class Entry(NamedTuple):
    """One line of configuration.

    `key` is as git prints it, section and name in lower case; `scope` is system, global, local, worktree or command.
    A key without a value counts as `true`. Bytes that are not UTF-8 are surrogates.
    """

    key: str
    value: str
    scope: str


class Configuration:
    """All lines in git's order: where one value counts, the last one wins."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_key: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_key.setdefault(entry.key, []).append(entry)

    def list_values(self, key: str) -> list[str]:
        """Every value of the key, the one that wins last."""
        return [entry.value for entry in self._by_key.get(plain_key(key), ())]

    def find(self, key: str, *, scopes: tuple[str, ...] = ()) -> Entry | None:
        """The line in force, of these scopes if any are named; None when there is none."""
        fitting = (entry for entry in reversed(self._by_key.get(plain_key(key), ())))
        return next((entry for entry in fitting if not scopes or entry.scope in scopes), None)

    def has_any(self, keys: Iterable[str]) -> bool:
        """Whether there is a line for one of these keys."""
        return any(self.find(key) for key in keys)

    def value(self, key: str) -> str | None:
        """The value in force, None when nothing is configured."""
        entry = self.find(key)
        return entry.value if entry else None

    def shared_switch(self, key: str, *, usual: str) -> bool | None:
        """Whether it is on in every worktree; None where that may differ, or only git can read the value."""
        if any(entry.key.startswith(("includeif.", "extensions.worktreeconfig")) for entry in self.entries):
            return None
        value = self.value(key)
        word = (usual if value is None else value).lower()
        return word in TRUE if word in TRUE + FALSE else None

    def subsections(self, section: str, *names: str) -> list[str]:
        """The X of every `section.X.name` with one of these names, in the order of their first appearance."""
        keys = (entry.key.partition(".") for entry in self.entries)
        parts = (rest.rpartition(".") for head, _, rest in keys if head == section)
        return list(dict.fromkeys(middle for middle, _, name in parts if middle and name in names))


def plain_key(key: str) -> str:
    """A key as git prints it: section and name in lower case, what is between them unchanged."""
    section, _, rest = key.partition(".")
    middle, dot, name = rest.rpartition(".")
    return f"{section.lower()}.{middle}{dot}{name.lower()}"


def read_configuration(top: Path) -> Configuration:
    """The configuration in force in this directory; refuses (`config.broken`) what git cannot read."""
    try:
        answer = run_git(["config", "--list", "-z", "--show-scope"], cwd=top, sealed=False).stdout
    except GitFailed as failed:
        raise refuse(
            "config.broken",
            f"git's configuration cannot be read: {failed.message.partition(': ')[2]}",
            hint="git config --list",
        ) from failed
    return Configuration(_parse(answer.decode(errors="surrogateescape").split("\0")))


_PERSONAL = ("author.name", "author.email", "committer.name", "committer.email")
_VARIABLES = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")


class Person(NamedTuple):
    """A name and an e-mail address, as the bytes that git writes."""

    name: bytes
    email: bytes

    @property
    def raw(self) -> bytes:
        """`Name <address>`, as a commit has it."""
        return b"%s <%s>" % self

    @property
    def text(self) -> str:
        """The same as text; what is not UTF-8 is shown as replacement characters."""
        return self.raw.decode("utf-8", "replace")


NOBODY = Person(b"git-okstra", b"git-okstra@localhost")


def ask_author(top: Path) -> Person | None:
    """The author of a commit made now, None when git would refuse to make one."""
    return _ask(top, "AUTHOR")


def ask_committer(top: Path) -> Person | None:
    """The committer of a commit made now, None when git would refuse to make one."""
    return _ask(top, "COMMITTER")


def may_differ(configuration: Configuration) -> bool:
    """Whether author and committer can be two persons here: only where something names one of them alone."""
    known = sealed_environment()
    return any(name in known for name in _VARIABLES) or configuration.has_any(_PERSONAL)


def _parse(words: list[str]) -> Iterator[Entry]:
    for scope, line in zip(words[::2], words[1::2], strict=False):
        key, newline, value = line.partition("\n")
        yield Entry(key, value if newline else "true", scope)


def _ask(top: Path, role: Literal["AUTHOR", "COMMITTER"]) -> Person | None:
    """What `git var` says; a date that the environment names is of no matter, and would be refused if unreadable."""
    answer = run_git(["var", f"GIT_{role}_IDENT"], cwd=top, environment={f"GIT_{role}_DATE": ""}, accept=(0, 1, 128))
    name, opening, rest = answer.stdout.partition(b" <")
    return Person(name, rest.rpartition(b"> ")[0]) if answer.returncode == 0 and opening else None
