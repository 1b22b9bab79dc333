"""Starts git-okstra on the shortest way from a command line to the code that answers it.

Nothing but os, sys and gc is imported here: a hook and `--version` must not pay for what they do not use.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import TextIO


def main() -> None:
    """The console scripts `git-okstra` and `okstra`: this process's streams, environment and directory."""
    open_standard_streams()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # spares reading every package's metadata at start
    argv = sys.argv[1:]
    gc.disable()  # a short cut is over before there is garbage
    status = _short_cut(argv, environ=os.environ, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr)
    if status is None:
        gc.enable()
        gc.set_threshold(400_000, 20, 20)  # imports make garbage collection run often, and nothing is garbage yet
        status = run(
            argv,
            cwd=_current_directory(),
            environ=os.environ,
            stdin=sys.stdin,
            stdout=sys.stdout,
            stderr=sys.stderr,
            stdout_is_terminal=sys.stdout.isatty(),
            stderr_is_terminal=sys.stderr.isatty(),
            program="okstra" if os.path.basename(sys.argv[0]) == "okstra" else "git okstra",
        )
    _leave(status)


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    stdin: TextIO,
    stdout: TextIO,
    stderr: TextIO,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool = False,
    now: Callable[[], datetime] | None = None,
    program: str = "git okstra",
) -> int:
    """Answer one command line in this process and return its exit status; nothing global is read or changed."""
    status = _short_cut(argv, environ=environ, stdin=stdin, stdout=stdout, stderr=stderr, cwd=str(cwd))
    if status is not None:
        return status
    from okstra_cli.dispatch import respond
    from okstra_cli.session import Surroundings, utc_now

    return respond(
        argv,
        Surroundings(
            cwd=cwd,
            environ=environ,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            stdout_is_terminal=stdout_is_terminal,
            stderr_is_terminal=stderr_is_terminal,
            now=now or utc_now,
            program=program,
        ),
    )


def open_standard_streams() -> None:
    """Make 0, 1 and 2 open and able to print any name.

    A closed descriptor is filled with /dev/null, as git does: otherwise the next file opened, a ref lock perhaps,
    becomes number 1 and receives the answer. Names that are not UTF-8 are printed as `\\udcff`, in JSON an escape.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", closefd=False, encoding="utf-8"))  # noqa: SIM115
        if number:
            getattr(sys, name).reconfigure(encoding="utf-8", errors="backslashreplace")


def _short_cut(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    stdin: TextIO,
    stdout: TextIO,
    stderr: TextIO,
    cwd: str = "",
) -> int | None:
    """The exit status if the line is one of those that are answered without the command tree."""
    if list(argv) == ["--version"]:
        from okstra_git.version import VERSION

        stdout.write(f"git-okstra {VERSION}\n")
        return 0
    words = list(argv)
    while len(words) > 2 and words[0] == "-C":
        cwd = os.path.join(cwd or os.getcwd(), words[1])
        words = words[2:]
    if words[:2] == ["wizard", "step"] and "GIT_DIR" not in environ and "GIT_WORK_TREE" not in environ:
        from okstra_cli.wizard.turn import try_step

        return try_step(words[2:], cwd=cwd or os.getcwd(), stdout=stdout)
    if words[:2] == ["report", "render"]:
        from okstra_cli.report_at_once import try_render

        return try_render(words[2:], cwd=cwd or os.getcwd(), stdout=stdout)
    if words[:2] == ["panes", "where"]:
        from okstra_cli.panes_at_once import try_where

        status = try_where(words[2:], environ=environ, stdout=stdout)
        if status is not None:
            return status
    if words[:2] == ["completion", "--list"]:
        from okstra_cli.completion.answer import completion_page

        stdout.write(completion_page(words[2:], cwd=cwd or os.getcwd(), environ=environ))
        return 0
    if words[:1] != ["hook"]:
        return None
    from okstra_cli.commands.hook import run_hook
    from okstra_cli.fault_injection import drilled

    with drilled(environ):
        return run_hook(words[1:], cwd=cwd or os.getcwd(), environ=environ, stdin=stdin, stdout=stdout, stderr=stderr)


def _current_directory() -> Path:
    """Where the process is; a directory that is gone is refused later, unless `-C` leads elsewhere."""
    from pathlib import Path

    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(os.environ.get("PWD", "."))


def _leave(status: int) -> None:
    try:
        sys.stdout.flush()
    except OSError:  # the reader has gone; an exception in the interpreter's own last flush would be printed
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        sys.stderr.flush()
    finally:
        os._exit(status)  # nothing is left to do, and taking thousands of objects apart one by one takes its time


if __name__ == "__main__":
    main()
