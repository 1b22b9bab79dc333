"""Changes that look alike and are not, and the same changes on other bases: material for provers to refuse."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.kit.imports import FILE, LINK, PROGRAM, Made, Snapshot

Edit = Callable[[Snapshot], Snapshot]

_BLOCK = b"def run(value):\n    if value:\n        start(value)\n    return value\n\n\n"
_PROSE = b"".join(b"%d: words of the text\n" % n for n in range(40))


@dataclass(frozen=True)
class Change:
    """One commit on a base: which base, which edit, and both by their place in `commits`."""

    base: str
    edit: str
    base_at: int
    head_at: int


def original() -> Snapshot:
    """The tree on which everything is tried."""
    return {
        b"blocks.py": (FILE, _BLOCK * 5),
        b"prose.txt": (FILE, _PROSE),
        b"dos.txt": (FILE, _PROSE.replace(b"\n", b"\r\n")),
        b"tail.txt": (FILE, b"one\ntwo\nthree"),
        b"spaces.txt": (FILE, b"a b\n" * 3 + b"tail\n"),
        b"image.bin": (FILE, b"\0\1\2" + bytes(range(256)) * 4),
        b"tool.sh": (FILE, b"#!/bin/sh\n"),
        b"pointer": (LINK, b"prose.txt"),
        b"pointer.txt": (FILE, b"prose.txt"),
        b"one.cfg": (FILE, b"[section]\nend\n"),
        b"two.cfg": (FILE, b"[section]\nend\n"),
        b"dir/inner.txt": (FILE, _PROSE),
    }


def bases() -> dict[str, Snapshot]:
    """The original and what upstream may have made of it meanwhile."""
    tree = original()
    far = _replaced(b"prose.txt", b"39: words", b"39: other words")
    return {
        "original": tree,
        "far edit": _also(far, _replaced(b"dir/inner.txt", b"0: words", b"0: other"))(tree),
        "block on top": _whole(b"blocks.py", _BLOCK + _BLOCK * 5)(tree),
        "block below": _whole(b"blocks.py", _BLOCK * 6)(tree),
        "renamed": _moved(b"prose.txt", b"text/prose.txt")(tree),
        "other file": _whole(b"new.txt", b"new\n")(tree),
        "program": _mode(b"tool.sh", PROGRAM)(tree),
        "has the line": _replaced(b"one.cfg", b"end", b"key = 1\nend")(tree),
        "link became file": _as_mode(b"pointer", FILE)(tree),
    }


def edits() -> dict[str, Edit]:
    """Edits in families of look-alikes."""
    found: dict[str, Edit] = {"nothing": lambda tree: dict(tree)}
    for nth in range(5):
        found[f"hunk in block {nth}"] = _in_block(nth, b"        log(value)\n")
        found[f"hunk deeper in block {nth}"] = _in_block(nth, b"            log(value)\n")
        found[f"block {nth} gone"] = _without_block(nth)
        found[f"block {nth} twice"] = _twice_block(nth)
    spaced = {"ab": b"ab", "a b": b"a b", "a  b": b"a  b", "a b ": b"a b ", "tab": b"a\tb", "cr": b"a b\r"}
    for name, line in spaced.items():
        found[f"add {name}"] = _replaced(b"prose.txt", b"6: words", line + b"\n6: words")
        found[f"squeeze {name}"] = _replaced(b"spaces.txt", b"a b\ntail", line + b"\ntail")
    for path in (b"one.cfg", b"two.cfg"):
        found[f"key in {path.decode()}"] = _replaced(path, b"end", b"key = 1\nend")
    found["key in both"] = _also(found["key in one.cfg"], found["key in two.cfg"])
    found["key moved"] = _also(found["key in two.cfg"], _whole(b"one.cfg", b"[section]\n"))
    found |= _shapes()
    found |= _moves()
    return found


def _shapes() -> dict[str, Edit]:
    found: dict[str, Edit] = {
        "newline at end": _replaced(b"tail.txt", b"three", b"three\n"),
        "more at end": _replaced(b"tail.txt", b"three", b"three\nfour"),
        "dos to unix": _whole(b"dos.txt", _PROSE),
        "dos edit": _replaced(b"dos.txt", b"7: words of the text\r\n", b"7: edited\r\n"),
        "dos edit unix": _replaced(b"dos.txt", b"7: words of the text\r\n", b"7: edited\n"),
        "program": _mode(b"tool.sh", PROGRAM),
        "program and text": _also(_mode(b"tool.sh", PROGRAM), _replaced(b"tool.sh", b"sh\n", b"sh\nset -e\n")),
        "tool text": _replaced(b"tool.sh", b"sh\n", b"sh\nset -e\n"),
        "link retargeted": _whole(b"pointer", b"dos.txt"),
        "file like a link": _whole(b"pointer.txt", b"dos.txt"),
        "link to file": _as_mode(b"pointer", FILE),
        "file to link": _as_mode(b"pointer.txt", LINK),
        "prose gone": _without(b"prose.txt"),
    }
    for nth, byte in enumerate((b"\3", b"\4")):
        found[f"binary {nth}"] = _replaced(b"image.bin", b"\0\1\2\0", b"\0\1\2" + byte)
        found[f"new binary {nth}"] = _whole(b"new.bin", b"\0" + byte)
    return found


def _moves() -> dict[str, Edit]:
    return {
        "line moved up": _also(_replaced(b"prose.txt", b"30: words of the text\n", b""),
                               _replaced(b"prose.txt", b"3: words", b"30: words of the text\n3: words")),
        "line moved down": _also(_replaced(b"prose.txt", b"30: words of the text\n", b""),
                                 _replaced(b"prose.txt", b"35: words", b"30: words of the text\n35: words")),
        "prose renamed": _moved(b"prose.txt", b"prose.md"),
        "prose renamed elsewhere": _moved(b"prose.txt", b"dir/prose.md"),
        "prose edited": _replaced(b"prose.txt", b"12: words of the text", b"12: edited"),
        "inner edited": _replaced(b"dir/inner.txt", b"12: words of the text", b"12: edited"),
        "both edited": _also(_replaced(b"prose.txt", b"12: words of the text", b"12: edited"),
                             _replaced(b"dir/inner.txt", b"12: words of the text", b"12: edited")),
        "edited twice": _also(_replaced(b"prose.txt", b"12: words of the text", b"12: edited"),
                              _replaced(b"prose.txt", b"25: words of the text", b"25: edited")),
        "edited back": _replaced(b"prose.txt", b"39: words", b"39: other words"),
    }  # fmt: skip


FEW = ("original", "link became file")


def corpus(*, among: Sequence[str] = ()) -> tuple[list[Made], list[Change]]:
    """Commits to make, and every edit that applies to every base (or those named)."""
    commits: list[Made] = []
    changes: list[Change] = []
    for base, tree in bases().items():
        if among and base not in among:
            continue
        base_at = len(commits)
        commits.append(Made(tree, message=base))
        for name, edit in edits().items():
            after = dict(_apply(edit, tree))
            if after != dict(tree) or name == "nothing":
                changes.append(Change(base, name, base_at, len(commits)))
                commits.append(Made(after, (base_at,), name))
                if name != "nothing" and base == "original":
                    changes += _undone(base, name, len(commits) - 1)
                    commits.append(Made(tree, (len(commits) - 1,), f"undo {name}"))
    return commits, changes


def _undone(base: str, name: str, at: int) -> Iterator[Change]:
    yield Change(base, f"undo {name}", at, at + 1)


def _apply(edit: Edit, tree: Snapshot) -> Snapshot:
    try:
        return edit(tree)
    except KeyError:
        return tree


def _whole(path: bytes, content: bytes) -> Edit:
    return lambda tree: {**tree, path: (tree.get(path, (FILE, b""))[0], content)}


def _replaced(path: bytes, old: bytes, new: bytes) -> Edit:
    return lambda tree: {**tree, path: (tree[path][0], tree[path][1].replace(old, new, 1))}


def _mode(path: bytes, mode: str) -> Edit:
    return lambda tree: {**tree, path: (mode, tree[path][1])}


_as_mode = _mode


def _moved(path: bytes, to: bytes) -> Edit:
    return lambda tree: {**{p: entry for p, entry in tree.items() if p != path}, to: tree[path]}


def _without(path: bytes) -> Edit:
    return lambda tree: {p: entry for p, entry in tree.items() if p != path or not tree[path]}


def _also(first: Edit, second: Edit) -> Edit:
    return lambda tree: second(first(tree))


def _blocks(tree: Snapshot) -> list[bytes]:
    return [_BLOCK] * (len(tree[b"blocks.py"][1]) // len(_BLOCK))


def _in_block(nth: int, line: bytes) -> Edit:
    def edit(tree: Snapshot) -> Snapshot:
        blocks = _blocks(tree)
        blocks[nth] = _BLOCK.replace(b"    return", line + b"    return")
        return _whole(b"blocks.py", b"".join(blocks))(tree)

    return edit


def _without_block(nth: int) -> Edit:
    return lambda tree: _whole(b"blocks.py", b"".join(b for n, b in enumerate(_blocks(tree)) if n != nth))(tree)


def _twice_block(nth: int) -> Edit:
    return lambda tree: _whole(b"blocks.py", b"".join(b * (1 + (n == nth)) for n, b in enumerate(_blocks(tree))))(tree)
