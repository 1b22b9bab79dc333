"""A small story language over real git: worlds, labelled commits, rewrites.

A story reads like this::

    world.commit("A", {"a.py": "one\\n"})         # a commit with the subject A, remembered as world["A"]
    world.branch("feature")
    world.commit("B", {"b.py": "two\\n"})
    world.rebase_i("main", [("pick", "B"), ("drop", "A")])
    world.okstra("reconcile", "--task-key", KEY, "--json", exit=2).json

Labels are subjects: `world["A"]` is the commit as it was first made, `world.now("A")` is the commit that bears the
subject on the current branch today. Dates tick one minute per git command, so object names are the same in every run.
"""

import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO, TextIOWrapper
from itertools import count
from pathlib import Path
from typing import Any

import pygit2

from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import print_of_surroundings, program_dir, scratch_dir

EPOCH = 1_700_000_000
_TAKES_A_COMMIT = ("pick", "reword", "edit", "squash", "fixup", "drop")

Content = str | bytes
Files = Mapping[str, Content | None]


@cache
def _template() -> Path:
    """An initialised repository without sample hooks, copied for every world: cheaper than `git init`."""
    repository = scratch_dir() / "template"
    made = run_program(
        ["git", "init", "-q", "-b", "main", "--template=", str(repository)], cwd=Path("/"), environ=os.environ
    )
    made.expect(0)
    for name in ("hooks", "info"):
        (repository / ".git" / name).mkdir(exist_ok=True)
    return repository


@cache
def _begun(_: object) -> "World":
    """A repository with its first commit, to be copied; one for all surroundings that are alike."""
    model = World.empty(scratch_dir() / "begun")
    model.commit("base", {"README": "base\n"})
    return model


def blank_config() -> bytes:
    """What is configured in a repository where nothing was."""
    return (_template() / ".git/config").read_bytes()


def begun() -> "World":
    """What `World.begin` copies; not to be changed."""
    return _begun(print_of_surroundings())


def settle_index(path: Path) -> None:
    """Let the index of a copy know the files that lie there now, as after `git update-index --refresh`."""
    index = pygit2.Repository(str(path)).index
    for entry in list(index):
        index.add(entry.path)
    index.write()


def _look_up(path: Path, revision: str) -> str | None:
    """The object that the revision names in this worktree; None where git itself has to say."""
    if revision.startswith(("-", "^")) or ".." in revision:
        return None
    try:
        return str(pygit2.Repository(str(path)).revparse_single(revision).id)
    except (KeyError, ValueError, pygit2.GitError):
        return None


def _stream(content: Content = b"") -> TextIOWrapper:
    """A standard stream as strict as a real one: bytes underneath, and text that is not UTF-8 raises."""
    data = content if isinstance(content, bytes) else content.encode()
    return TextIOWrapper(BytesIO(data), encoding="utf-8", newline="", write_through=True)


def _written(stream: TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


class World:
    """One worktree of a real repository, its labels and its clock (both shared by the repository's other worktrees)."""

    def __init__(self, path: Path, *, labels: dict[str, str] | None = None, clock: Iterator[int] | None = None) -> None:
        self.path = path
        self.labels = {} if labels is None else labels
        self.clock = clock or count(EPOCH, 60)
        self.last = Answer((), 0, "", "")
        self.trail: tuple[tuple[Any, ...], object] | None = None

    def notes(self) -> tuple[dict[Any, Any], ...]:
        """What the world knows of its repository; what `take_step` in templates.py keeps and restores."""
        return (self.labels,)

    @classmethod
    def begin(cls, path: Path) -> "World":
        """A new repository with one commit labelled `base` on main."""
        model = begun()
        shutil.copytree(model.path, path, symlinks=True)
        settle_index(path)
        clock = count(EPOCH, 60)
        while repr(clock) != repr(model.clock):
            next(clock)
        return cls(path, labels=dict(model.labels), clock=clock)

    @classmethod
    def empty(cls, path: Path) -> "World":
        """A new repository on an unborn main."""
        shutil.copytree(_template(), path, symlinks=True)
        return cls(path)

    # --- programs

    def environ(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The sealed environment at this instant of the world's clock."""
        instant = f"@{next(self.clock)} +0000"
        return {**os.environ, "GIT_AUTHOR_DATE": instant, "GIT_COMMITTER_DATE": instant, **(extra or {})}

    def git(self, *arguments: str, ok: bool = True, env: Mapping[str, str] | None = None, stdin: Content = b"") -> str:
        """Plain git as a person types it, hooks and all; the output without its last newline.

        Any exit status but 0 is an assertion, unless `ok=False`; `world.last` keeps the whole answer.
        """
        self.last = run_program(["git", *arguments], cwd=self.path, environ=self.environ(env), stdin=stdin)
        if ok:
            self.last.expect(0)
        return self.last.out.removesuffix("\n")

    def ask(self, *arguments: str, ok: bool = True, env: Mapping[str, str] | None = None) -> str:
        """Git as a neutral observer: the clock stands still, `world.last` stays, no lock is taken.

        What a revision names is looked up without a process where libgit2 knows it: nothing is asked more often.
        """
        if env is None and len(arguments) == 2 and arguments[0] == "rev-parse":
            known = _look_up(self.path, arguments[1])
            if known:
                return known
        environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", **(env or {})}
        answer = run_program(["git", *arguments], cwd=self.path, environ=environ)
        return (answer.expect(0) if ok else answer).out.removesuffix("\n")

    def okstra(
        self,
        *arguments: str,
        exit: int | None = 0,
        stdin: Content = b"",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
        now: Callable[[], datetime] | None = None,
    ) -> Answer:
        """The command line in this process; `exit=None` accepts any status, `now` is its clock in place of ours."""
        from okstra_cli import entry  # here, so that stories of git alone need no command line

        given, out, err = _stream(stdin), _stream(), _stream()
        status = entry.run(
            arguments,
            cwd=self.path,
            environ=self.environ(env),
            stdin=given,
            stdout=out,
            stderr=err,
            stdout_is_terminal=terminal,
            now=now,
        )
        answer = Answer(("okstra", *arguments), status, _written(out), _written(err))
        return answer if exit is None else answer.expect(exit)

    def okstra_process(
        self, *arguments: str, exit: int | None = 0, stdin: Content = b"", env: Mapping[str, str] | None = None
    ) -> Answer:
        """The command line as a real process, as the installed `okstra` would run it."""
        program = str(program_dir() / "okstra")
        answer = run_program([program, *arguments], cwd=self.path, environ=self.environ(env), stdin=stdin)
        return answer if exit is None else answer.expect(exit)

    # --- files and commits

    def write(self, path: str, content: Content) -> Path:
        """Write a file of the worktree, with its folders."""
        self.trail = None
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    def commit(
        self,
        label: str,
        files: Files | None = None,
        *,
        body: str = "",
        date: str | None = None,
        also: Sequence[str] = (),
    ) -> str:
        """Write the files (None deletes one), commit the whole worktree under the subject `label`, return the commit.

        Without `files` the commit adds `<label>.txt`; with `{}` it takes the worktree as it is, even unchanged.
        `also` is passed on to git commit.
        """
        for path, content in (files if files is not None else {f"{label}.txt": f"{label}\n"}).items():
            if content is None:
                (self.path / path).unlink()
            else:
                self.write(path, content)
        env = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else None
        self.git("add", "-A", env=env)
        message = f"{label}\n\n{body}" if body else label
        self.git("commit", "-q", "--allow-empty", "-m", message, *also, env=env)
        self.labels[label] = self.tip()
        return self.labels[label]

    def amend(self, files: Files | None = None, *options: str) -> str:
        """Amend the current commit, by default keeping its message; the new commit. Labels stay as they were."""
        for path, content in (files or {}).items():
            if content is None:
                (self.path / path).unlink()
            else:
                self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--amend", "--allow-empty", *(options or ("--no-edit",)))
        return self.tip()

    # --- names

    def __getitem__(self, label: str) -> str:
        """The commit as it was first made under this label."""
        return self.labels[label]

    def tip(self, revision: str = "HEAD") -> str:
        """The commit a branch or any other revision names now."""
        return self.ask("rev-parse", f"{revision}^{{commit}}")

    def now(self, label: str, on: str = "HEAD") -> str:
        """The newest commit with this subject in the history of `on`: A after a rewrite is A′."""
        for line in self.ask("log", "--format=%H %s", on).splitlines():
            commit, _, subject = line.partition(" ")
            if subject == label:
                return commit
        raise AssertionError(f"no commit {label!r} in the history of {on}")

    # --- branches

    def branch(self, name: str, start: str = "HEAD") -> None:
        """Create a branch at a label or revision, then check it out."""
        self.git("checkout", "-q", "-b", name, self.labels.get(start, start))

    def checkout(self, name: str) -> None:
        """Check out a branch, or a label detached."""
        self.git("checkout", "-q", self.labels.get(name, name))

    def worktree(self, path: Path | str, branch: str, start: str = "HEAD") -> "World":
        """A linked worktree on this branch, created at `start` when there is none; a world with the same labels."""
        target = Path(path) if Path(path).is_absolute() else self.path.parent / path
        known = self.ask("for-each-ref", f"refs/heads/{branch}")
        how = [str(target), branch] if known else ["-b", branch, str(target), self.labels.get(start, start)]
        self.git("worktree", "add", "-q", *how)
        return World(target, labels=self.labels, clock=self.clock)

    def clone(self, name: str, *options: str) -> "World":
        """A colleague's clone beside this repository, with the same labels and clock."""
        target = self.path.parent / name
        self.git("clone", "-q", *options, self.path.absolute().as_uri(), str(target))
        return World(target, labels=self.labels, clock=self.clock)

    # --- rewrites

    def todo(self, steps: Sequence[Sequence[str]]) -> str:
        """A sequence editor that replaces the todo list by these steps.

        A step is words; where the command takes a commit its label will do: `("pick", "A")`, `("fixup", "-C", "F")`,
        `("exec", "make")`, `("update-ref", "refs/heads/x")`, `("break",)`.
        """
        lines = [" ".join(self._step(step)) for step in steps]
        return self.editor("\n".join([*lines, ""]))

    def editor(self, text: str) -> str:
        """An editor command that replaces whatever it is given by `text`."""
        source = scratch_dir() / "text"
        source.write_text(text)
        return f"cp {shlex.quote(str(source))}"

    def rebase_i(
        self, upstream: str, steps: Sequence[Sequence[str]], *options: str, message: str | None = None, ok: bool = True
    ) -> str:
        """An interactive rebase of the current branch with exactly this todo list.

        `message` answers every message editor (reword, squash); without it git's proposal is taken.
        """
        env = {"GIT_SEQUENCE_EDITOR": self.todo(steps)}
        if message is not None:
            env["GIT_EDITOR"] = self.editor(message + "\n")
        return self.git("rebase", "-q", "-i", *options, self.labels.get(upstream, upstream), env=env, ok=ok)

    def _step(self, step: Sequence[str]) -> list[str]:
        command, *words = step
        if command in _TAKES_A_COMMIT:
            words = [self.labels.get(word, word) for word in words]
        return [command, *words]
