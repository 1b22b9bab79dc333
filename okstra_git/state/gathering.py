"""What every log holds now, against what it held when the state was last folded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.history import contains
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.state import layout
from okstra_git.state.cache import CachedFold
from okstra_git.state.event_files import NotALog, event_files, require_head
from okstra_git.state.heeding import NO_NAMES, find_ignored, is_ignored
from okstra_git.state.log import Head, Problem, find_tips
from okstra_git.state.oddities import Wording
from okstra_git.state.sifting import Sieve
from okstra_git.state.writer import look_for_writer


class Logs(NamedTuple):
    """What there is to be read: tips by ref, refs that are damaged, and the ref of this clone's own log."""

    tips: Mapping[str, CommitId]
    torn: tuple[Problem, ...]
    own: str


@dataclass
class Gathering:
    tips: dict[str, CommitId] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    blobs: dict[str, dict[str, str]] = field(default_factory=dict)
    unread: dict[str, tuple[str, str]] = field(default_factory=dict)
    rewound: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def find_logs(git: Git) -> Logs:
    writer, _ = look_for_writer(git)
    own = layout.log_ref(writer) if writer else ""
    tips, torn = find_tips(git)
    names = find_ignored(git) if any(ref != own for ref in (*tips, *(one.subject for one in torn))) else NO_NAMES
    if names:
        tips = {ref: tip for ref, tip in tips.items() if ref == own or not is_ignored(ref, names)}
        torn = [one for one in torn if one.subject == own or not is_ignored(one.subject, names)]
    return Logs(tips, tuple(torn), own)


def gather(git: Git, logs: Logs, cached: CachedFold | None) -> Gathering:
    """Which event files each log has now."""
    result = Gathering()
    words = Wording(logs.tips, Sieve(logs.own))
    for ref, tip in logs.tips.items():
        if cached is not None and ref in cached.unread and cached.unread[ref][0] == tip:
            result.unread[ref] = cached.unread[ref]
            continue
        try:
            head = require_head(git, tip)
            files = files_of(git, ref, tip, cached, is_own=ref == logs.own)
        except NotALog as verdict:
            result.unread[ref] = (tip, verdict.message)
            continue
        except OkstraError as refusal:
            result.problems.append(words.unreadable(ref, refusal.message))
            continue
        result.tips[ref], result.heads[ref], result.blobs[ref] = tip, head, files
    if cached is not None:
        result.rewound = find_rewound(git, cached, result.tips, logs.own)
    return result


def files_of(git: Git, ref: str, tip: str, cached: CachedFold | None, *, is_own: bool) -> dict[str, str]:
    """Task -> blob id of its events in this log."""
    before = (cached.tips[ref], cached.blobs[ref]) if cached and ref in cached.tips and ref in cached.blobs else None
    if before is not None and before[0] == tip:
        return dict(before[1])
    return event_files(git, tip, before=before, is_own=is_own)


def find_rewound(git: Git, cached: CachedFold, tips: Mapping[str, str], own: str) -> dict[str, str]:
    """Logs of others that do not contain what was read from them last (ref -> the tip they had)."""
    found: dict[str, str] = {}
    for ref, tip in tips.items():
        was = cached.rewound.get(ref) or cached.tips.get(ref)
        if ref != own and was and was != tip and not contains(git, tip, was):
            found[ref] = was
    return found


def list_changed(before: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Tasks of which some log holds other events than before."""
    changed: set[str] = set()
    for ref in {*before, *now}:
        changed |= {task for task, _ in before.get(ref, {}).items() ^ now.get(ref, {}).items()}
    return changed
