"""Finds what a clean filter takes out of a file before git compares it, such as the outputs of a notebook."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from okstra_git.git.binary import run_git
from okstra_git.git.exactly import exact_environment
from okstra_git.git.hidden_edits import Hidden, IndexEntry, is_checked_out
from okstra_git.git.nodes import FILE, PROGRAM, identify_node

FAITHFUL = frozenset({"lfs"})
"""Filters whose stored form names the exact bytes, which they keep in the common git directory."""

_DRIVER = re.compile(rb"filter\.(.+)\.(?:clean|process)\Z", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+\Z")


def list_filtered(top: Path, entries: Sequence[IndexEntry], *, besides: Collection[bytes]) -> list[Hidden]:
    """Files that git status calls unchanged and that a checkout would write otherwise.

    Only files with a configured filter are read, and not those of `besides`. Line ends alone do not count.
    """
    drivers = _drivers(top)
    if not drivers:
        return []
    patterns = [f":(attr:filter={name})" for name in drivers]
    said = run_git(["ls-files", "-z"], values=patterns, cwd=top, environment=exact_environment(top)).stdout
    meant = set(said.split(b"\0")) - {b"", *besides}
    return list(_differing(top, [each for each in entries if each.path in meant and each.mode in (FILE, PROGRAM)]))


def _drivers(top: Path) -> list[str]:
    asked = ["config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$"]
    said = run_git(asked, cwd=top, environment=exact_environment(top), accept=(0, 1)).stdout
    names = {os.fsdecode(found[1]) for line in said.split(b"\0") if (found := _DRIVER.match(line))}
    return sorted(name for name in names - FAITHFUL if _PLAIN.match(name))


def _differing(top: Path, entries: Sequence[IndexEntry]) -> Iterator[Hidden]:
    for each in entries:
        node = identify_node(os.path.join(os.fsencode(top), each.path))
        if node is None or node[1] == each.oid or is_checked_out(top, each, each.mode):
            continue
        yield Hidden(each.path, each.mode, each.oid, node[0])
