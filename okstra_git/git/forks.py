"""Whose repository a push goes to and whose a pull request is for, read from the addresses of remotes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import Remote, followed_by, remote_names, url_of
from okstra_git.git.repo import Git
from okstra_git.git.revisions import FETCHED
from okstra_git.names import BadName, quote

GITHUB = "github.com"
_ALIASES = {"ssh.github.com": GITHUB, "www.github.com": GITHUB}
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,253}")
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+):(?P<path>[^/].*|/[^/].*)")
_FIRST = ("upstream", "github", "origin")
"""The order in which gh prefers remotes."""


class Place(NamedTuple):
    """A repository on a forge."""

    host: str
    owner: str
    name: str

    @property
    def text(self) -> str:
        """As gh takes it: without the host where that is github.com, or only an alias of somebody's ssh."""
        short = f"{self.owner}/{self.name}"
        return short if self.host == GITHUB or "." not in self.host else f"{self.host}/{short}"

    def is_same(self, other: "Place") -> bool:
        """Whether the two are one repository; an alias of ssh may stand for any host."""
        mine, theirs = ((place.owner.lower(), place.name.lower()) for place in (self, other))
        hosts = {self.host.lower(), other.host.lower()}
        return mine == theirs and (len(hosts) == 1 or any("." not in host for host in hosts))


@dataclass(frozen=True)
class Target:
    """Where a pull request goes: `base` is the remote that has its base, `repo` how it is named to the forge's program.

    `owner` is that of the fork the branch is pushed to; None where it is pushed to the repository itself, or where the
    addresses do not say.
    """

    base: str
    repo: str | None = None
    owner: str | None = None

    def head(self, branch: str) -> str:
        """The branch as the forge's program takes it."""
        return f"{self.owner}:{branch}" if self.owner else branch


def parse_repo(text: str) -> Place:
    """`OWNER/NAME`, `HOST/OWNER/NAME` or an address; anything else is refused."""
    place = parse_address(text)
    if place is None:
        words = text.split("/")
        host, (owner, name) = (words[0], words[1:]) if len(words) == 3 else (GITHUB, [*words, "", ""][:2])
        place = _place(host, f"{owner}/{name}") if len(words) in (2, 3) else None
    if place is None:
        raise BadName(
            f"{quote(text)} is not the name of a repository",
            hint="--repo OWNER/NAME, or HOST/OWNER/NAME",
            value=text[:200],
        )
    return place


def parse_address(url: str) -> Place | None:
    """The repository that an address of a remote names, with whatever it is reached by; None for anything else."""
    if "://" in url:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return None
        known = parts.scheme in ("https", "http", "ssh", "git", "git+ssh", "ssh+git", "git+https")
        return _place(host, parts.path) if known else None
    match = _SCP.fullmatch(url)
    return _place(match["host"], match["path"]) if match else None


def _place(host: str, path: str) -> Place | None:
    owner, _, name = path.strip("/").partition("/")
    name = name.removesuffix(".git")
    fits = _HOST.fullmatch(host) and _OWNER.fullmatch(owner) and _NAME.fullmatch(name) and name.strip(".")
    return Place(_ALIASES.get(host.lower(), host.lower()), owner, name) if fits else None


def find_target(git: Git, push: Remote, base: str, branch: str, repo: str | None) -> Target:
    """Where a pull request onto `branch` goes; `base` is how that was named here, `repo` what the user said.

    The user's word comes first; then the repository that gh is set to take (`gh repo set-default`), the remote that
    the base follows, one that has the base branch, and the one that is pushed to.
    """
    names = sorted(remote_names(git), key=lambda name: (_rank(name), name))
    pushed = _pushed_place(git, push.name)
    if repo is not None:
        meant = parse_repo(repo)
        owning = (name for name in names if (remote_place := _fetched_place(git, name)) and remote_place.is_same(meant))
        return Target(next(owning, push.name), repo, _owner_of(pushed, meant))
    remote, place = _base_of(git, names, push, base, branch)
    if place is None:
        return Target(remote)
    owner = _owner_of(pushed, place)
    others = [
        remote_place
        for name in names
        if (remote_place := _fetched_place(git, name)) and not remote_place.is_same(place)
    ]
    return Target(remote, place.text if owner or others else None, owner)


def _owner_of(pushed: Place | None, place: Place) -> str | None:
    """Whose fork it is; None where it is the repository itself, or where that is not known."""
    return pushed.owner if pushed is not None and not pushed.is_same(place) else None


def _base_of(git: Git, names: Sequence[str], push: Remote, base: str, branch: str) -> tuple[str, Place | None]:
    """The remote of the base, and its repository."""
    for name in names:
        choice = git.configuration.value(f"remote.{name}.gh-resolved")
        own = _fetched_place(git, name)
        if choice == "base" and own is not None:
            return name, own
        if choice and choice != "base" and (place := _resolved_place(choice, own)) is not None:
            same = (remote for remote in names if (other := _fetched_place(git, remote)) and other.is_same(place))
            return next(same, name), place
    having = [name for name in names if find_quietly(git, f"{FETCHED}{name}/{branch}") is not None]
    followed = followed_by(git, base, names)
    chosen = followed or next(iter(having), push.name)
    return chosen, _fetched_place(git, chosen)


def _resolved_place(text: str, near: Place | None) -> Place | None:
    try:
        place = parse_repo(text)
    except BadName:
        return None
    return place._replace(host=near.host) if near is not None and text.count("/") == 1 else place


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _fetched_place(git: Git, name: str) -> Place | None:
    return _read(git.configuration.value(f"remote.{name}.url") or "", url_of(git, name, push=False))


def _pushed_place(git: Git, name: str) -> Place | None:
    raw = git.configuration.value(f"remote.{name}.pushurl") or git.configuration.value(f"remote.{name}.url") or ""
    return _read(raw, url_of(git, name, push=True))


def _read(written: str, applied: str) -> Place | None:
    """The address as written, where that is a whole one; else as git's url.*.insteadOf makes it.

    Mirrors and local copies are put in place of the written one; short hands (`gh:owner/name`) are not addresses yet.
    """
    whole, made = parse_address(written), parse_address(applied)
    return whole if whole is not None and "." in whole.host else made or whole


def places_of(git: Git) -> list[Place]:
    """The repositories of all remotes, fetched from and pushed to, as far as their addresses show."""
    places = (read(git, name) for name in remote_names(git) for read in (_fetched_place, _pushed_place))
    return list(dict.fromkeys(place for place in places if place is not None))
