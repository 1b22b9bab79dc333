"""Which logs of others count in this clone, and the line that takes one out that does harm."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from okstra_git.commands import command, is_showable
from okstra_git.errors import OkstraError
from okstra_git.git.config_file import unset_setting, write_setting
from okstra_git.git.repo import Git
from okstra_git.git.settings import Settings, read_settings
from okstra_git.store import layout
from okstra_git.store.cache import load_fold, save_fold

NO_NAMES: frozenset[str] = frozenset()


def writer_of(ref: str) -> str:
    """The writer of the log under this ref, which is its last part."""
    return ref.rpartition("/")[2]


def list_ignored(git: Git) -> tuple[str, ...]:
    """The writers, and the full names of refs, that this clone is set to ignore; refuses an unreadable setting."""
    return read_settings(git).ignore_writer


def find_ignored(git: Git) -> frozenset[str]:
    """The same for whoever reads the state: where git's configuration cannot be read, nothing is ignored."""
    try:
        return frozenset(list_ignored(git))
    except OkstraError:
        return NO_NAMES


def is_ignored(ref: str, names: Collection[str]) -> bool:
    """Whether the log under this ref is left out."""
    return writer_of(ref) in names or ref in names


def ignore_log(git: Git, name: str) -> bool:
    """Leave this writer's logs out from now on, or the log of this ref alone; False when that is so already."""
    known = list_ignored(git)
    return name not in known and write_setting(git, Settings.ignore_writer, [*known, name])


def heed_log(git: Git, name: str) -> bool:
    """Count this writer's logs again, or that of this ref; False when they were not ignored."""
    known = list_ignored(git)
    left = [ignored for ignored in known if ignored != name]
    if len(left) == len(known):
        return False
    setting = Settings.ignore_writer
    return write_setting(git, setting, left) if left else unset_setting(git, setting)


def ignore_line(ref: str, writers: Mapping[str, int], own: str) -> str:
    """The command that takes this log out: by its writer, or by its ref where other logs have the same name.

    `writers` says how many logs each one has.
    """
    writer = writer_of(ref)
    is_plain = writers.get(writer, 1) == 1 and writer != writer_of(own) and not writer.startswith("-")
    return command("git okstra log ignore", spelled(writer if is_plain else ref))


def spelled(name: str) -> str:
    """The name of a ref in letters that everybody sees and can type; git allows no backslash in one."""
    return "".join(c if is_showable(c) else c.encode("unicode_escape").decode("ascii") for c in name)


def unspelled(name: str, known: Iterable[str]) -> str:
    """Which of the known names was meant, where it was given as `spelled`; else the name as it is."""
    return name if "\\" not in name else next((candidate for candidate in known if spelled(candidate) == name), name)


def is_own(ref: str, own: str) -> bool:
    """Whether the log is this clone's: the one of its writer; any written here where the writer is not known."""
    return ref == own if own else ref.startswith(layout.LOGS)


def accept_rewound(git: Git, name: str) -> bool:
    """Forget what this writer's logs, or the log under this ref, held before; False when nothing was missing."""
    path = layout.cache_file(git.private_dir)
    cached = load_fold(path)
    left = {ref: tip for ref, tip in cached.rewound.items() if not is_ignored(ref, [name])} if cached else {}
    if cached is None or left == dict(cached.rewound):
        return False
    save_fold(path, replace(cached, rewound=left))
    return True
