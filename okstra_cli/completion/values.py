"""Offers the values of one kind: names from the records, names of refs, or a few fixed words."""

from __future__ import annotations

from okstra_git.commands import is_showable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from okstra_cli.completion.line import CommandLine
    from okstra_cli.completion.table import Candidate, Command

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


def offer_values(kind: str, line: CommandLine, command: Command) -> Iterator[Candidate]:
    """The values of a kind as the table writes it: `<stage>`, `en|ko` or `auto|<stage>`; none of `<text>`.

    No name is offered that begins with a hyphen, that a terminal would not show, or that a shell would not take as
    it stands.
    """
    for part in kind.split("|"):
        if not part.startswith("<"):
            yield part, ""
        else:
            yield from (pair for pair in _named(part.strip("<>"), line, command) if _is_offered(pair[0]))


def _named(kind: str, line: CommandLine, command: Command) -> Iterator[Candidate]:
    if kind in REFS:
        yield from ((name, "") for name in _refs(line, REFS[kind]))
    elif kind == "remote":
        yield from ((name, "") for name in _remotes(line))
    elif kind == "snapshot":
        yield from ((name.rpartition("/")[2], "") for name in _refs(line, ("refs/okstra/snapshot/",)))
    elif kind in ("task", "stage", "stages", "run", "open-run", "group", "pull-request"):
        from okstra_cli.completion.records import Records

        records = Records(line, command)
        offers = {
            "task": records.tasks, "stage": records.stages, "stages": records.stage_lists, "run": records.runs,
            "open-run": records.open_runs, "group": records.groups, "pull-request": records.pull_requests,
        }  # fmt: skip
        yield from offers[kind]()


REFS = {"branch": ("refs/heads/",), "ref": ("refs/heads/", "refs/remotes/", "refs/tags/")}


def _refs(line: CommandLine, folders: tuple[str, ...]) -> list[str]:
    from okstra_git.git.binary import run_git

    options = ["for-each-ref", "--format=%(refname:short)"]
    return _lines(run_git(options, values=folders, **_place(line)).stdout)


def _remotes(line: CommandLine) -> list[str]:
    from okstra_git.git.binary import run_git

    return _lines(run_git(["remote"], **_place(line)).stdout)


def _place(line: CommandLine) -> dict[str, Any]:
    from pathlib import Path

    return {"cwd": Path(line.cwd), "environment": {"GIT_DIR": line.git_dir} if line.git_dir else {}, "timeout": 5}


def _lines(output: bytes) -> list[str]:
    return output.decode(errors="replace").splitlines()


def _is_offered(name: str) -> bool:
    if not name or name.startswith("-") or not is_showable(name):
        return False
    return all(letter in _PLAIN or not letter.isascii() for letter in name)
