"""What may stand where a file or a folder is expected."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

Treatment = Callable[[Path, Path], None]
TREATMENTS: dict[str, Treatment] = {}
"""Name -> puts something else in the place of a path; the second one is its like in the folder outside."""

HUGE = 20 << 30


def _treatment(do: Treatment) -> Treatment:
    TREATMENTS[do.__name__.strip("_").replace("_", "-")] = do
    return do


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _put(path: Path, content: bytes) -> None:
    _clear(path)
    path.write_bytes(content)


@_treatment
def gone(path: Path, _: Path) -> None:
    _clear(path)


@_treatment
def empty(path: Path, _: Path) -> None:
    _put(path, b"")


@_treatment
def binary(path: Path, _: Path) -> None:
    _put(path, bytes(range(256)) * 40)


@_treatment
def cut(path: Path, _: Path) -> None:
    content = path.read_bytes() if path.is_file() else b"{"
    _put(path, content[: len(content) // 2])


@_treatment
def big(path: Path, _: Path) -> None:
    _put(path, b"lorem ipsum dolor\n" * 60_000)


@_treatment
def huge_and_hollow(path: Path, _: Path) -> None:
    _put(path, b"")
    os.truncate(path, HUGE)


@_treatment
def nested(path: Path, _: Path) -> None:
    _put(path, b"[" * 200_000)


@_treatment
def a_list(path: Path, _: Path) -> None:
    _put(path, b"[1, null, {}]\n")


@_treatment
def link_outside(path: Path, outside: Path) -> None:
    _clear(path)
    path.symlink_to(outside)


@_treatment
def link_outside_by_steps(path: Path, outside: Path) -> None:
    _clear(path)
    path.symlink_to(os.path.relpath(outside, path.parent))


@_treatment
def link_to_nothing_outside(path: Path, outside: Path) -> None:
    _clear(path)
    path.symlink_to(outside.parent / "made-by-okstra")


@_treatment
def link_inside(path: Path, _: Path) -> None:
    moved = path.with_name(f"{path.name}.moved")
    if path.exists():
        path.rename(moved)
    path.symlink_to(moved.name)


@_treatment
def link_to_itself(path: Path, _: Path) -> None:
    _clear(path)
    path.symlink_to(path.name)


@_treatment
def link_to_zeros(path: Path, _: Path) -> None:
    _clear(path)
    path.symlink_to("/dev/zero")


@_treatment
def folder(path: Path, _: Path) -> None:
    _clear(path)
    (path / "inner").mkdir(parents=True)
    (path / "inner" / "file").write_bytes(b"x\n")


@_treatment
def pipe(path: Path, _: Path) -> None:
    _clear(path)
    os.mkfifo(path)


@_treatment
def bound_socket(path: Path, _: Path) -> None:
    _clear(path)
    here = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


@_treatment
def forbidden(path: Path, _: Path) -> None:
    if path.exists():
        path.chmod(0)
