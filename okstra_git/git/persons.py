"""Who acts: the identity that git itself would write, or a neutral one where git has none."""

from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.git.binary import run_git, sealed_environment
from okstra_git.git.config import Configuration

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
    def told(self) -> str:
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


def _ask(top: Path, role: Literal["AUTHOR", "COMMITTER"]) -> Person | None:
    """What `git var` says; a date that the environment names is of no matter, and would be refused if unreadable."""
    answer = run_git(["var", f"GIT_{role}_IDENT"], cwd=top, environment={f"GIT_{role}_DATE": ""}, accept=(0, 1, 128))
    name, opening, rest = answer.stdout.partition(b" <")
    return Person(name, rest.rpartition(b"> ")[0]) if answer.returncode == 0 and opening else None
