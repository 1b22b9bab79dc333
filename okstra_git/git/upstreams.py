"""Which branch a branch follows, and which branches of a repository are its main ones."""

import pygit2

from okstra_git.git.refs import find_quietly, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, FETCHED, find_branch_ref, recorded_name
from okstra_git.names import CommitId

USUAL_NAMES = ("main", "master", "trunk", "develop")


def upstream_of(git: Git, branch: str) -> str | None:
    """The full ref name of the upstream of a branch (short name) of this clone, or None; it need not be there."""
    remote = git.configuration.value(f"branch.{branch}.remote")
    merged = git.configuration.value(f"branch.{branch}.merge")
    if remote is None or merged is None:
        return None
    return merged if remote == "." else _fetched_as(git, remote, merged)


def _fetched_as(git: Git, remote: str, ref: str) -> str | None:
    """Where the ref of a remote is kept here, by the remote's fetch lines."""
    for line in git.configuration.list_values(f"remote.{remote}.fetch"):
        source, _, target = line.removeprefix("+").partition(":")
        head, star, tail = source.partition("*")
        if not star and source == ref and target:
            return target
        if star and target and ref.startswith(head) and ref.endswith(tail) and len(ref) >= len(head) + len(tail):
            return target.replace("*", ref[len(head) : len(ref) - len(tail)], 1)
    return None


def remote_names(git: Git) -> list[str]:
    """The remotes that have an address."""
    return git.configuration.subsections("remote", "url", "pushurl")


def tracked_branch(git: Git, name: str) -> str | None:
    """`feature/x` for the remote-tracking branch `origin/feature/x`; None where no remote of this clone is named so."""
    remotes = sorted(remote_names(git), key=len, reverse=True)
    return next((name.removeprefix(f"{remote}/") for remote in remotes if name.startswith(f"{remote}/")), None)


def tracking_names(git: Git, branch: str) -> list[str]:
    """What a branch would be called as fetched from each remote of this clone: `origin/main` for `main`."""
    return [f"{remote}/{branch}" for remote in remote_names(git)]


def branch_tips(git: Git, name: str) -> list[CommitId]:
    """The tips of a branch wherever this clone has it: its own, its upstream's, and what was fetched of that name.

    The branch as it was named comes first. A name like `origin/main` means what was fetched, and then the branch here.
    Empty when no branch has that name.
    """
    meant = find_branch_ref(git, name)
    if meant is None:
        return []
    if meant.startswith(FETCHED):
        short = meant.removeprefix(FETCHED).partition("/")[2]
        refs = [meant, BRANCH + short]
    else:
        short = meant.removeprefix(BRANCH)
        refs = [meant, upstream_of(git, short) or ""]
    refs += [ref for ref in list_ref_names(git, FETCHED) if ref.split("/", 3)[-1] == short]
    return list(dict.fromkeys(tip for ref in refs if ref and (tip := find_quietly(git, ref))))


def default_branches(git: Git) -> list[str]:
    """Names of the branches that others merge into: the remotes' HEAD, then those of the usual names that exist.

    A torn one is left out.
    """
    names = [name for name in (_remote_head(git), *USUAL_NAMES) if name]
    return [name for name in dict.fromkeys(names) if find_quietly(git, f"refs/heads/{name}") or "/" in name]


def _remote_head(git: Git) -> str | None:
    try:
        target = git.handle.lookup_reference("refs/remotes/origin/HEAD").target
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return recorded_name(git, target) if isinstance(target, str) else None
