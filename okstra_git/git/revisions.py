"""What a name means: a branch first, and never one of two refs that are called alike by chance.

git looks a short name up as a tag before it is looked up as a branch (gitrevisions(7)). Here a full name means that ref
and nothing else; a short one that a person types may fit only one commit; a short one on record means the branch.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pygit2

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import OFFLINE, run_git
from okstra_git.git.formats import FILES
from okstra_git.git.objects import MissingObject, has_object
from okstra_git.git.refs import TornRef, find_quietly, find_ref, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.names import ID_LENGTH, CommitId, is_commit_id, is_text, quote

BRANCH, FETCHED, TAG = "refs/heads/", "refs/remotes/", "refs/tags/"
RECORDS = ("refs/okstra/log/", "refs/okstra/remote/", "refs/okstra/checked/", "refs/notes/")
"""Where okstra and git keep records, which nobody works on."""

MAX_LENGTH = 1000
_SUFFIX = re.compile(r"[~^:]|@\{")
"""Where an expression goes on after the name of a ref: no ref's name holds any of these."""
_PAST = "@{"
_ABBREVIATED = re.compile(rf"[0-9a-fA-F]{{4,{ID_LENGTH - 1}}}\Z")
_DESCRIBED = re.compile(rf".+-g[0-9a-f]{{4,{ID_LENGTH}}}\Z")
_SPECIAL = re.compile(r"[A-Z][A-Z_]*\Z")
"""HEAD, ORIG_HEAD and the like, which lie beside `refs/`."""


class AmbiguousRef(OkstraError):
    """A short name fits several refs that are different commits; `refs` lists their full names."""

    code = "ref.ambiguous"


class NotWork(OkstraError):
    """The name is that of a ref that holds records, not work."""

    code = "ref.not-work"


class Named(NamedTuple):
    """What a typed name means: the commit, its ref's full name ("" where it has none), and how it is recorded.

    Recorded is the short name of a branch, the full one of any other ref, and else the full object name.
    """

    commit: CommitId
    ref: str
    name: str


class _Meaning(NamedTuple):
    """One thing that a short name fits: a ref's full name, HEAD, or an object name; `commit` None: not readable."""

    full: str
    commit: CommitId | None


def find_named(git: Git, text: str) -> Named | None:
    """What a person means by a branch, a tag, a commit or an expression such as `main~2`; None where that is nothing.

    Refuses (`AmbiguousRef`) a short name that fits several refs that are not the same commit, and (`NotWork`) refs that
    hold records; a torn ref is refused as such.
    """
    if not is_thinkable(text):
        return None
    short, rest = _split(text)
    meanings = list(_meanings(git, short, _candidates(short))) if short else []
    if len({meaning.commit or meaning.full for meaning in meanings}) > 1:
        raise _ambiguous(text, meanings)
    if not meanings:
        return _expression(git, text) if not short or _DESCRIBED.match(short) else None
    meant = meanings[0]
    if meant.full.startswith(RECORDS):
        message = f"{quote(text)} is a ref that holds records, and no work"
        raise NotWork(message, hint="git branch --all", ref=meant.full)
    if rest:
        return _expression(git, meant.full + rest)
    return _named(git, meant.full, meant.commit) if meant.commit is not None else None


def _named(git: Git, full: str, commit: CommitId) -> Named:
    if full.startswith("refs/"):
        return Named(commit, full, recorded_name(git, full))
    return Named(commit, "", full if full == "HEAD" else commit)


def is_thinkable(text: str) -> bool:
    """Whether git can be asked about the text at all, and does not take it for an option."""
    return bool(text) and not text.startswith("-") and "\0" not in text and len(text) <= MAX_LENGTH and is_text(text)


def require_named(git: Git, text: str, *, what: str) -> Named:
    """Like `find_named`, with a refusal for what names nothing; `what` begins its sentence."""
    named = find_named(git, text)
    if named is None:
        _refuse_damaged(git, text, what)
        message = f"{what} {quote(text)} names no commit in this repository"
        near = _list_near(git, text)
        raise refuse("ref.unresolvable", message, hint=_where_to_look(git, near), ref=quote(text), near=near)
    return named


def _list_near(git: Git, text: str) -> list[str]:
    """Refs that may have been meant by a name that means nothing: a remote's branch, another case; at most three."""
    low = text.casefold()
    refs = list_ref_names(git, BRANCH, FETCHED, TAG)
    ends = ((ref, ref.split("/", 2)[2].casefold()) for ref in refs)
    return [ref for ref, short in ends if text and low in (short, short.partition("/")[2])][:3]


def _where_to_look(git: Git, near: Sequence[str]) -> str:
    """What may have been meant, else the line that lists what could be named, where there is anything."""
    if near:
        return f"there is {' and '.join(map(word, near))}; or git branch --all"
    is_bare = not list_ref_names(git, BRANCH, FETCHED, TAG)
    return "there is no commit here yet; commit something first" if is_bare else "git branch --all; git tag"


def _refuse_damaged(git: Git, text: str, what: str) -> None:
    """Where a ref of that name is there and its commit is not, that is what to say."""
    refs = _candidates(_split(text)[0]) if is_thinkable(text) else ()
    tip = next((tip for ref in refs if (tip := find_quietly(git, ref))), None)
    if tip is not None and not _is_readable(git, tip):
        message = f"{what} {quote(text)} names the commit {tip}, which is missing or damaged"
        raise MissingObject(message, hint="git fsck", object=tip, ref=quote(text))


def _is_readable(git: Git, oid: str) -> bool:
    try:
        return bool(git.handle.read(oid))
    except (KeyError, ValueError, pygit2.GitError):
        return False


def find_recorded(git: Git, name: str) -> CommitId | None:
    """The commit that a name on record means: a full name that very ref, a short one the branch, here before fetched.

    Never a tag, which is recorded in full; HEAD and commits are themselves. Never refuses: a ref that is torn or gone,
    and a name that means nothing, are None.
    """
    if not is_thinkable(name):
        return None
    short, rest = _split(name)
    refs = ("HEAD",) if short in ("HEAD", "@") else branch_refs(short) or (short,)
    meaning = next(_meanings(git, short, refs, quietly=True), None)
    if meaning is None or not rest:
        return meaning.commit if meaning is not None else None
    named = _expression(git, meaning.full + rest)
    return named.commit if named is not None else None


def branch_refs(name: str) -> tuple[str, ...]:
    """The refs that a branch's name may mean, in their order: a full one itself; a short one here, then as fetched."""
    if name.startswith("refs/"):
        return (name,) if name.startswith((BRANCH, FETCHED)) else ()
    return (BRANCH + name, FETCHED + name) if name and not _means_no_branch(name) else ()


def find_branch_ref(git: Git, name: str) -> str | None:
    """The full name of the branch that a name on record means, here or as fetched; None where it is not a branch."""
    return next((ref for ref in branch_refs(name) if find_quietly(git, ref) is not None), None)


def recorded_name(git: Git, ref: str) -> str:
    """How a ref (full name) is recorded, and read again by `find_recorded`: a branch by its short name."""
    kind = next((kind for kind in (BRANCH, FETCHED) if ref.startswith(kind)), "")
    short = ref.removeprefix(kind)
    is_other = kind == FETCHED and find_quietly(git, BRANCH + short) is not None
    return ref if not kind or is_other or _means_no_branch(short) else short


def printed_name(git: Git, ref: str) -> str:
    """What to print for a ref (full name): its short name where nothing else fits that, for git or us; else itself."""
    kind = next((kind for kind in (BRANCH, FETCHED, TAG) if ref.startswith(kind)), "")
    short = ref.removeprefix(kind)
    if not kind or _means_no_branch(short):
        return ref
    if any((folder / short).is_file() for folder in (git.git_dir, git.common_dir)):
        return ref  # git looks there first, as for worktrees/<name>/HEAD
    fits = _meanings(git, short, _candidates(short), quietly=True)
    return ref if any(meaning.full != ref for meaning in fits) else short


def printed_recorded(git: Git, name: str) -> str:
    """What to print for a branch's name on record, so that git and we read it as the same branch."""
    ref = find_branch_ref(git, name)
    return printed_name(git, ref) if ref is not None else name


def _means_no_branch(short: str) -> bool:
    """Whether the short name of a branch is read as something else wherever it stands."""
    return short in ("HEAD", "@") or short.startswith(("refs/", "-")) or is_commit_id(short.lower())


def _split(text: str) -> tuple[str, str]:
    """The name of a ref or commit, and how the expression goes on behind it."""
    match = _SUFFIX.search(text)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")


def _meanings(git: Git, short: str, refs: Iterable[str], *, quietly: bool = False) -> Iterator[_Meaning]:
    """Everything that the name fits and that may be a commit: of these refs, and as an object name."""
    if is_commit_id(short.lower()):
        commit = _commit_of(git, short.lower())
        yield from [_Meaning(commit, commit)] if commit is not None else []
        return
    for full in refs:
        try:
            tip = find_ref(git, full)
        except TornRef:
            if not quietly:
                raise
            yield _Meaning(full, None)
            continue
        commit = _commit_of(git, tip) if tip is not None else None
        if commit is not None or (tip is not None and not has_object(git, tip)):
            yield _Meaning(full, commit)
    commit = _commit_of(git, short) if _ABBREVIATED.match(short) else None
    if commit is not None:
        yield _Meaning(commit, commit)


def _candidates(short: str) -> Iterator[str]:
    """Full names that git's rules make of a short one, branches first."""
    if short.startswith("refs/"):
        yield short
        return
    if short == "@" or _SPECIAL.match(short):
        yield short.replace("@", "HEAD")
    yield from (BRANCH + short, FETCHED + short, TAG + short, f"refs/{short}", f"{FETCHED}{short}/HEAD")


def _commit_of(git: Git, oid: str) -> CommitId | None:
    """The commit under an object name, full or abbreviated; None where there is none, or more than one object."""
    try:
        return CommitId(str(git.handle[oid].peel(pygit2.Commit).id))
    except KeyError:
        return None
    except (ValueError, pygit2.GitError):
        return _as_git_reads(git, oid)


def _as_git_reads(git: Git, text: str) -> CommitId | None:
    """What an object name or an expression comes to where a commit is in the way that libgit2 cannot read."""
    for peeled in ("", "^{commit}"):  # by itself first: added to half an expression, the ending would be a part of it
        asked = ["rev-parse", "--verify", "-q"]
        answer = run_git(asked, revisions=[text + peeled], cwd=git.top, environment=OFFLINE, accept=(0, 1, 128))
        text = answer.stdout.decode("ascii", "replace").strip()
        if not is_commit_id(text):
            return None
    return CommitId(text)


def _expression(git: Git, text: str) -> Named | None:
    """What an expression with nothing ambiguous in it comes to; a branch where it names one, as `@{-1}` does."""
    if git.ref_format != FILES:
        return _expression_by_git(git, text)
    try:
        target, reference = git.handle.revparse_ext(text)
        commit = CommitId(str(target.peel(pygit2.Commit).id))
    except (KeyError, ValueError, pygit2.GitError) as error:
        if isinstance(error, KeyError) and _PAST not in text:
            return None
        read = _as_git_reads(git, text)  # which knows what a ref was before its first entry in the reflog, too
        return _named(git, read, read) if read else None
    return _named(git, reference.name if reference is not None else commit, commit)


def _expression_by_git(git: Git, text: str) -> Named | None:
    read = _as_git_reads(git, text)
    if read is None:
        return None
    asked = ["rev-parse", "--verify", "-q", "--symbolic-full-name"]
    answer = run_git(asked, revisions=[text], cwd=git.top, environment=OFFLINE, accept=(0, 1, 128))
    full = answer.stdout.decode(errors="surrogateescape").strip()
    return _named(git, full if full.startswith("refs/") else read, read)


def _ambiguous(text: str, meanings: list[_Meaning]) -> AmbiguousRef:
    listed = " and ".join(
        f"{meaning.full} ({meaning.commit[:10] if meaning.commit else 'not readable'})" for meaning in meanings
    )
    ways = [
        meaning.full if meaning.full.startswith("refs/") else meaning.commit or meaning.full for meaning in meanings
    ]
    return AmbiguousRef(
        f"{quote(text)} is ambiguous, it fits {listed}",
        hint=f"say which one is meant: {' or '.join(map(word, ways))}",
        ref=quote(text),
        refs=ways,
        commits=[meaning.commit for meaning in meanings],
    )
