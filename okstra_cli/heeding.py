"""Leaves logs of others out and takes them in again, when a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_git.commands import command
from okstra_git.errors import OkstraError, UsageError
from okstra_git.git.refs import is_ref_name
from okstra_git.names import shown
from okstra_git.state import layout
from okstra_git.state.heeding import heed_log, ignore_log, is_ignored, spelled, unspelled, writer_of
from okstra_git.state.heeding import list_ignored as read_ignored
from okstra_git.state.log import find_tips
from okstra_git.state.rewound import accept_rewound
from okstra_git.state.writer import look_for_writer

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.git.repo import Git


LISTED = 5


class UnknownLog(OkstraError):
    """There is no log of that writer here."""

    code = "log.unknown"


class OwnLog(OkstraError):
    """This clone's own log always counts."""

    code = "log.own"


def choose(session: Session, names: list[str], *, ignore: bool) -> Answer:
    """Take the logs of these writers, or under these refs, out of what counts here, or in again."""
    from okstra_cli.views import log as view

    git = session.git
    refs = _log_refs(git)
    known = (*refs, *map(writer_of, refs), *read_ignored(git))
    names = [unspelled(name, known) for name in names]
    for name in names:
        _refuse_no_log(git, name, refs, ignore=ignore)
    act = ignore_log if ignore else _heed
    changed = [name for name in names if act(git, name)]
    rows = view.ignored_rows(read_ignored(git), refs)
    if changed:
        session.warn(session.store.catch_up().warning if look_for_writer(git)[0] else "")
    facts = {"changed": changed, "ignored": view.ignored_json(rows)}
    return Answer(facts, lambda: view.chosen_page(changed, rows, ignore=ignore))


def list_ignored(session: Session) -> Answer:
    """The writers and refs that do not count here, with the logs that this concerns."""
    from okstra_cli.views import log as view

    rows = view.ignored_rows(read_ignored(session.git), _log_refs(session.git))
    return Answer({"ignored": view.ignored_json(rows)}, lambda: view.ignored_page(rows))


def _heed(git: Git, name: str) -> bool:
    """Count the log again, and as it is now if it was rewound."""
    heard, accepted = heed_log(git, name), accept_rewound(git, name)
    return heard or accepted


def _log_refs(git: Git) -> list[str]:
    """Every ref below which logs stand, damaged ones included."""
    tips, torn = find_tips(git)
    return sorted({*tips, *(problem.subject for problem in torn)})


def _refuse_no_log(git: Git, name: str, refs: list[str], *, ignore: bool) -> None:
    """Refuse what can be no log's name, and one that nothing here bears; what is ignored already may be gone."""
    if not is_ref_name(name if name.startswith("refs/") else f"{layout.REMOTE_LOGS}x/{name}"):
        raise UsageError(f"{shown(name)} is not the name of a log", hint="git okstra log --ignored")
    writer, _ = look_for_writer(git)
    own = layout.log_ref(writer) if writer else ""
    meant = [ref for ref in refs if is_ignored(ref, [name])]
    if ignore and meant == [own]:
        raise OwnLog(f"{own} is the log of this clone, and always counts", hint=command("git okstra fsck"))
    if not meant and name not in read_ignored(git):
        others = list(dict.fromkeys(writer_of(ref) for ref in refs if ref != own))
        known = ", ".join(map(spelled, others[:LISTED])) + (" …" if len(others) > LISTED else "")
        hint = f"logs of others here: {known}" if others else "git okstra status"
        raise UnknownLog(f"there is no log of {shown(name)} here", hint=hint, writer=name)
