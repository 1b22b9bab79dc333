"""Commits made in bulk from plain values, through git fast-import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.kit.scenario import World

FILE, PROGRAM, LINK, MODULE = "100644", "100755", "120000", "160000"

Snapshot = Mapping[bytes, tuple[str, bytes]]
"""Path -> (mode, content); the content of a submodule is its commit id."""


@dataclass(frozen=True)
class Made:
    """A commit to be: the whole content of its tree, and its parents by their place in the list."""

    tree: Snapshot
    parents: tuple[int, ...] = ()
    message: str = "made"


def make_commits(world: World, made: Sequence[Made]) -> list[str]:
    """The commits' ids, in order; the last one is also refs/imported."""
    stream = bytearray()
    for mark, commit in enumerate(made, 1):
        stream += b"commit refs/imported\nmark :%d\ncommitter Ada <ada@example.org> %d +0000\n" % (mark, 10**9 + mark)
        stream += b"data %d\n%s\n" % (len(commit.message.encode()), commit.message.encode())
        for place, parent in enumerate(commit.parents):
            stream += b"%s :%d\n" % (b"merge" if place else b"from", parent + 1)
        stream += b"deleteall\n" if commit.parents else b""
        for path, (mode, content) in commit.tree.items():
            quoted = b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
            if mode == MODULE:
                stream += b"M %s %s %s\n" % (mode.encode(), content, quoted)
            else:
                stream += b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted, len(content), content)
        stream += b"\n"
        if mark < len(made) and not made[mark].parents:
            stream += b"reset refs/imported\n\n"
    marks = world.path / ".git" / "import-marks"
    world.git("fast-import", "--quiet", "--force", f"--export-marks={marks}", stdin=bytes(stream))
    ids = dict(line.split(" ") for line in marks.read_text().splitlines())
    return [ids[f":{mark}"] for mark in range(1, len(made) + 1)]
