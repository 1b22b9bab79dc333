"""Remotes and the branches that branches follow there: which is meant, what it has, why it cannot be reached."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import Finished, GitTimedOut, run_git, sealed_environment
from okstra_git.git.refs import find_quietly, find_symbolic, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, FETCHED, find_branch_ref, recorded_name
from okstra_git.names import CommitId, is_commit_id, quote
from okstra_git.wording import plain_lines, without_credentials

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
    target = find_symbolic(git, "refs/remotes/origin/HEAD")
    return recorded_name(git, target) if target is not None else None


ASK_SECONDS = 30.0
NO_QUESTIONS = {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


class RemoteUnreachable(OkstraError):
    """The remote did not answer, did not let us in, is not a repository, or the connection broke.

    The fact `why` is `network`, `authentication`, `repository` or `time-out`.
    """

    code = "remote.unreachable"


class Remote(NamedTuple):
    """A configured remote; `url` is where pushes go, for showing: without credentials."""

    name: str
    url: str


def find_remote(git: Git, name: str | None = None, *, base: str | None = None, branch: str | None = None) -> Remote:
    """The remote of this name; without one, where pushes of `branch` belong.

    In git's own order: `branch.<branch>.pushRemote`, `remote.pushDefault`, the remote that the branch `base` follows,
    `origin`, the only one. Refuses an unknown name, a setting that does not name a remote, and a repository that has
    none or several and prefers none.
    """
    known = sorted(remote_names(git))
    if name is not None:
        return _named(git, name, known)
    own = git.configuration.value(f"branch.{branch}.pushRemote") if branch is not None else None
    default = own if own is not None else git.configuration.value("remote.pushDefault")
    if default is not None:
        return _named(git, default, known)
    followed = followed_by(git, base, known) if base else None
    chosen = followed or next((remote for remote in known if remote == "origin" or len(known) == 1), None)
    if chosen is None:
        reason = f"none of the remotes {', '.join(known)} is preferred" if known else "this repository has no remote"
        hint = "name one with --remote" if known else "git remote add origin <url>"
        raise refuse("remote.missing", f"it is not known where to push: {reason}", hint=hint, remotes=known)
    return _named(git, chosen, known)


def _named(git: Git, name: str, known: list[str]) -> Remote:
    if name not in known:
        hint = f"known are {', '.join(known)}" if known else "git remote add origin <url>"
        raise refuse("remote.unknown", f"there is no remote {quote(name)}", hint=hint, remote=name[:200])
    return Remote(name, without_credentials(url_of(git, name, push=True)))


def followed_by(git: Git, base: str, known: Sequence[str]) -> str | None:
    """The remote of the branch's upstream; `base` may be a remote-tracking branch itself, such as origin/main."""
    meant = find_branch_ref(git, base) or FETCHED + base
    upstream = upstream_of(git, meant.removeprefix(BRANCH)) if meant.startswith(BRANCH) else None
    path = (upstream or meant).removeprefix(FETCHED)
    fitting = [name for name in known if path.startswith(f"{name}/")]
    return max(fitting, key=len, default=None)


def remote_branch(
    git: Git, remote: Remote, branch: str, *, push: bool = True, timeout: float = ASK_SECONDS
) -> CommitId | None:
    """The commit the branch is at on the remote, asked now; None when it has no such branch.

    Asks the place that pushes go to, which need not be the one that is fetched from; with `push=False` that one.
    Refuses an unreachable remote.
    """
    place = url_of(git, remote.name, push=push)
    asked = remote.name if place == url_of(git, remote.name, push=False) else place
    name = f"refs/heads/{branch}"
    answer = ask_remote(git, ["ls-remote", "--heads"], remote, values=[asked, name], timeout=timeout)
    if answer.returncode != 0:
        raise unreachable(remote, answer.stderr)
    for line in answer.stdout.decode(errors="replace").splitlines():
        commit, _, ref = line.partition("\t")
        if ref == name and is_commit_id(commit):
            return CommitId(commit)
    return None


def ask_remote(
    git: Git,
    options: list[str],
    remote: Remote,
    *,
    values: Sequence[str],
    timeout: float,
    settings: Mapping[str, str] | None = None,
    sealed: bool = True,
) -> Finished:
    """Run git on the network, with no way to ask anybody anything; the status is for the caller to judge.

    Refuses, as unreachable, a remote that does not answer in time.
    """
    try:
        return run_git(
            options,
            values=values,
            settings=settings,
            cwd=git.top,
            environment=_unattended(git),
            accept=range(-64, 256),
            timeout=timeout,
            sealed=sealed,
            detached=True,
        )
    except GitTimedOut as error:
        raise RemoteUnreachable(
            f"{remote.name} did not answer within {timeout:g} s",
            hint="look at the network, then repeat",
            remote=remote.name,
            url=remote.url,
            why="time-out",
        ) from error


def _unattended(git: Git) -> dict[str, str]:
    """ssh is run so that it asks nothing, unless the user configured how it is run."""
    known = sealed_environment()
    own = "GIT_SSH_COMMAND" in known or "GIT_SSH" in known or git.configuration.value("core.sshCommand")
    return {} if own else NO_QUESTIONS


def url_of(git: Git, name: str, *, push: bool) -> str:
    """The first address, with insteadOf applied; git takes a remote's name for its address where none is written."""
    asked = ["remote", "get-url", *(["--push"] if push else [])]
    address = run_git(asked, values=[name], cwd=git.top, accept=(0, 2, 128)).stdout.decode(errors="surrogateescape")
    return address.removesuffix("\n") or name


_KEPT_OUT = ("permission denied (", "authentication failed", "could not read username", "could not read password",
             "terminal prompts disabled", "host key verification failed", "returned error: 401", "returned error: 403",
             "invalid username or", "access denied")  # fmt: skip
_NO_REPOSITORY = ("does not appear to be a git repository", "not found", "no such file or directory", "does not exist",
                  "not a git repository")  # fmt: skip
_SAYS_NOTHING = ("fatal: could not read from remote repository", "please make sure you have",
                 "and the repository exists", "error: failed to push", "hint:", "warning:", "remote:")  # fmt: skip


def unreachable(remote: Remote, complaint: bytes) -> RemoteUnreachable:
    """What git's complaint about a connection means: one sentence, the kind of failure, and the next step."""
    lines = plain_lines(complaint)
    why = _kind("\n".join(lines).lower())
    hint = {
        "authentication": f"make 'git push {word(remote.name)}' work without a question (credential helper, ssh-add)",
        "repository": f"git remote get-url --push {word(remote.name)}",
        "network": "look at the network, then repeat",
    }[why]
    telling = [line for line in lines if not line.lower().startswith(_SAYS_NOTHING)] or lines or ["git gave no reason"]
    gist = next((line for line in telling if line.startswith(("fatal: ", "error: ", "ssh: "))), telling[0])
    return RemoteUnreachable(
        f"{remote.name} cannot be reached: {gist.removeprefix('fatal: ').removeprefix('error: ').rstrip('.')}",
        hint=hint,
        remote=remote.name,
        url=remote.url,
        why=why,
        said=lines,
    )


def _kind(complaint: str) -> str:
    if any(sign in complaint for sign in _KEPT_OUT):
        return "authentication"
    return "repository" if any(sign in complaint for sign in _NO_REPOSITORY) else "network"
