"""Lists the branches of a clone with what is known of each, in one run of git."""

from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.git.binary import OFFLINE, run_git
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH
from okstra_git.names import CommitId

FORMAT = "%(refname)%00%(objectname)%00%(objecttype)%00%(committerdate:unix)%00%(symref)%00"


class Branch(NamedTuple):
    """A branch of this clone: its full name, its tip, and when that was committed, in seconds since 1970."""

    ref: str
    tip: CommitId
    touched: int | None


def list_branches(git: Git) -> list[Branch]:
    """The branches of this clone by name, without torn ones, and without those that only stand for another one."""
    answer = run_git(["for-each-ref", f"--format={FORMAT}"], values=[BRANCH], cwd=git.top, environment=OFFLINE)
    return list(_branches(answer.stdout))


def _branches(answer: bytes) -> Iterator[Branch]:
    for line in answer.split(b"\0\n"):
        ref, tip, kind, touched, symref = (*line.decode("utf-8", "surrogateescape").split("\0"), "", "", "", "")[:5]
        if kind == "commit" and not symref:
            yield Branch(ref, CommitId(tip), int(touched) if touched.lstrip("-").isdigit() else None)
