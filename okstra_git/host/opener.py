"""Opens a file in the program that the person's desktop has for it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which

WINDOWED = ("DISPLAY", "WAYLAND_DISPLAY")
PATIENCE = 2.0
"""Seconds in which an opener that cannot open says so; one that is the browser itself goes on."""


def find_opener(environ: Mapping[str, str], platform: str) -> Path | None:
    """The program that opens files; None where there is none, or no screen to show something on."""
    if platform == "darwin":
        names: tuple[str, ...] = ("open",)
    elif environ.get("WSL_DISTRO_NAME"):
        names = ("wslview",)
    else:
        names = ("xdg-open",) if any(environ.get(name) for name in WINDOWED) else ()
    programs = (which(name, path=environ.get("PATH", "")) for name in names)
    return next((Path(program) for program in programs if program), None)


def open_file(opener: Path, path: Path, *, environ: Mapping[str, str]) -> bool:
    """Have the file shown, which is named by its absolute path; whether its program took it."""
    try:
        process = subprocess.Popen(
            [str(opener), str(path.absolute())],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return process.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
