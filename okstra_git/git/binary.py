"""Runs the git program in a sealed environment, with options and values apart.

No hooks, editor, pager, prompts or file system monitor of the user's act, nothing is signed, and no value is ever taken
for an option.
"""

import errno
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from okstra_git.commands import command, word
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import LONGEST_POINTER, read_gits
from okstra_git.host.subprocesses import run_detached, run_to_end
from okstra_git.names import ID_LENGTH, OBJECT_ID, quote

SEALED_CONFIG = (
    "core.hooksPath=/dev/null", "core.quotePath=false", "color.ui=false", "core.pager=cat",
    "commit.gpgSign=false", "tag.gpgSign=false", "gc.auto=0", "maintenance.auto=false", "advice.detachedHead=false",
    "diff.noprefix=false", "diff.mnemonicPrefix=false", "diff.external=", "diff.renames=true",
    "diff.ignoreSubmodules=none", "log.showSignature=false", "log.follow=false", "core.fsmonitor=false",
    "core.alternateRefsCommand=true", "submodule.recurse=false",
)  # fmt: skip
_SEAL = tuple(word for setting in SEALED_CONFIG for word in ("-c", setting))
KEPT_VARIABLES = ("GIT_SSL_CAINFO", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_CONFIG_GLOBAL",
                  "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL",
                  "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
                  "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")  # fmt: skip
KEPT_PREFIXES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""By these the user says who they are, what they have configured, and how the network is reached."""

NO_SETTINGS_GIVEN = {"GIT_CONFIG_COUNT": "0", "GIT_CONFIG_PARAMETERS": ""}
"""Shuts out what the environment and `git -c` configure, where git has to answer alike for everybody."""

Finished = subprocess.CompletedProcess[bytes]
"""A git command that ran to its end: status and what it printed."""

OFFLINE = {"GIT_ALLOW_PROTOCOL": "none"}
"""Keeps git before 2.45, which knows no GIT_NO_LAZY_FETCH, from fetching what a partial clone lacks."""


class GitFailed(OkstraError):
    """The git program answered with an error."""

    code = "git.failed"


class NoSpace(GitFailed):
    """There was no room on the disk for what git had to write."""

    code = "disk.full"


class ObjectUnreadable(GitFailed):
    """The git program met an object that is missing or damaged; the fact `object` is its id."""

    code = "object.missing"


class ValueUnfit(GitFailed):
    """A value cannot be given to git: it would be taken for an option, or the system does not pass it on."""

    code = "git.value"


class GitTimedOut(GitFailed):
    """The git program did not end within its limit, and was ended."""

    code = "git.timed-out"


def is_kept(name: str) -> bool:
    """Whether a variable of this process is passed on to git and to programs that call git."""
    return not name.startswith("GIT_") or name in KEPT_VARIABLES or name.startswith(KEPT_PREFIXES)


_PLACES: dict[Path, dict[str, str]] = {}
"""Directories in which nothing leads to their repository -> the variables that do."""


def remember_place(top: Path, git_dir: Path, work_tree: Path | None) -> None:
    """In `top`, pass on to git where the repository is, as the user named it: it would not find it by itself."""
    named = {"GIT_WORK_TREE": str(work_tree)} if work_tree else {}
    _PLACES[top] = {"GIT_DIR": str(git_dir), **named}


def sealed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without the variables by which git hooks and users redirect git (`GIT_DIR` …)."""
    kept = {k: v for k, v in os.environ.items() if is_kept(k)}
    sealed = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
              "GIT_NO_REPLACE_OBJECTS": "1"}  # fmt: skip
    return {**kept, **sealed, "LC_ALL": "C.UTF-8", **(extra or {})}


NO_MARK = frozenset({"range-diff"})
"""Subcommands that do not know `--end-of-options`; that no value begins with a hyphen has to do there."""


def run_git(
    options: Sequence[str],
    *,
    cwd: Path,
    revisions: Sequence[str] = (),
    values: Sequence[str] = (),
    paths: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
    timeout: float | None = None,
    sealed: bool = True,
    detached: bool = False,
) -> Finished:
    """Run git in `cwd`; raises `GitFailed` on an exit status that is not in `accept`.

    `options` are the subcommand and its options, words of our own code; what comes from elsewhere stands in one of them
    only behind its `=`, or is given as `revisions`, which git finds behind `--end-of-options`, as `values` (places,
    remotes, branches, keys) behind `--`, or as `paths` there, which are names and never patterns. A revision that
    begins with a hyphen, and anything that the system does not pass on, is refused (`ValueUnfit`).

    With `sealed=False` the user's hooks and configuration act as in a command the user typed (the demo, probes);
    `settings` win over everything. With `detached=True` neither git nor what it starts has a terminal, and all of it
    ends at the time-out (the network).
    """
    arguments = [*options, *_behind(options[0], revisions, [*values, *paths])]
    own, surroundings = _settings_in({**_PLACES.get(cwd, {}), **(environment or {})}, settings or {})
    literal = ("--literal-pathspecs",) if paths else ()
    line = ["git", *(_SEAL if sealed else ()), *own, *literal, *arguments]
    try:
        run = run_detached if detached else run_to_end
        finished = run(line, cwd=cwd, environ=sealed_environment(surroundings), stdin=stdin or b"", timeout=timeout)
    except (OSError, ValueError) as error:
        raise _cannot_run(error, cwd, arguments) from error
    except subprocess.TimeoutExpired as error:
        raise GitTimedOut(f"git {options[0]} did not answer within {timeout:g} s", command=arguments) from error
    if finished.returncode not in accept:
        complaint = finished.stderr.decode(errors="replace").strip()
        refuse_damage(complaint, arguments)
        raise _refusal(complaint, cwd, arguments, finished.returncode)
    return finished


def _behind(subcommand: str, revisions: Sequence[str], values: Sequence[str]) -> list[str]:
    """What follows the options: nothing in it can be taken for one."""
    for revision in revisions:
        if not revision or revision.startswith("-"):
            raise ValueUnfit(
                f"git {subcommand} was not asked about {quote(revision)}, which is not a name of a commit",
                hint="git okstra fsck",
                value=revision[:200],
            )
    mark = ["--end-of-options"] if revisions and subcommand not in NO_MARK else []
    return [*mark, *revisions, *(["--", *values] if values else [])]


def _cannot_run(error: OSError | ValueError, cwd: Path, arguments: Sequence[str]) -> OkstraError:
    """Why git was not even started."""
    if isinstance(error, ValueError):  # a zero byte, or a character that no file name can hold
        odd = next((word for word in [*arguments, str(cwd)] if not _can_pass(word)), "")
        message = f"git {arguments[0]} was not run: {quote(odd)} cannot be given to a program"
        return ValueUnfit(message, hint="git okstra fsck", value=quote(odd)[:200])
    if error.errno == errno.E2BIG:
        message = f"git {arguments[0]} was not run: what it is asked about is longer than this system allows"
        return ValueUnfit(message, hint="git okstra fsck", length=sum(map(len, arguments)))
    if not cwd.is_dir():
        return GitFailed(f"there is no directory {cwd} to run git in", hint="git okstra doctor")
    if isinstance(error, FileNotFoundError):
        return refuse("git.missing", "the git program was not found on PATH", hint="install git 2.39 or newer")
    message = f"git cannot be run: {os.strerror(error.errno) if error.errno else error}"
    return GitFailed(message, hint="git --version", command=list(arguments)[:20])


def _can_pass(word: str) -> bool:
    try:
        return b"\0" not in os.fsencode(word)
    except UnicodeEncodeError:
        return False


def _refusal(complaint: str, cwd: Path, arguments: Sequence[str], status: int) -> GitFailed:
    """What git says, with the next step where its words suggest one."""
    facts = {"status": status, "command": list(arguments)[:20]}
    low = complaint.lower()
    if "no space left" in low or "disk quota" in low:
        message = f"there is no space left on the disk for git {arguments[0]}"
        return NoSpace(message, hint="free some space and repeat", **facts)
    message = f"git {arguments[0]} failed: {_gist(complaint)}"
    return GitFailed(message, hint=_way_out(low, cwd), **facts)


def _way_out(complaint: str, cwd: Path) -> str:
    place = find_git_dir(cwd)
    if "not a git repository" in complaint and place is not None:
        return f"look at the file HEAD in {word(place)}: it has to say 'ref: refs/heads/BRANCH'"
    if "index" in complaint and any(
        sign in complaint for sign in ("smaller than", "signature", "corrupt", "bad index")
    ):
        index = (place or cwd) / "index"
        moved = f"mv {word(index)} {word(f'{index}.damaged')}"
        return f"git's index there is damaged; files stay as they are: {moved} && {command('git -C', cwd)} reset"
    if "invalid date format" in complaint:
        return "set GIT_AUTHOR_DATE and GIT_COMMITTER_DATE to dates that git knows, or unset them"
    return ""


_HARM = "|".join(
    (
        rf"(corrupt|missing|bad (object|tree|blob|commit)|not a valid|mismatch|not match).*?\b(?P<id>{OBJECT_ID})\b",
        rf"(unable to|could not|failed to) (read|parse|find|open|unpack|load|traverse).*?\b(?P<wanted>{OBJECT_ID})\b",
        rf"\b(?P<known>{OBJECT_ID})\b.*(corrupt|missing|mismatch|unreadable)",
        rf"objects/(?P<folder>[0-9a-f]{{2}})/(?P<file>[0-9a-f]{{{ID_LENGTH - 2}}})\b",
    )
)


def refuse_damage(complaint: str, arguments: Sequence[str]) -> None:
    """Refuse (`ObjectUnreadable`) where git complains of an object, whatever its exit status; else do nothing."""
    match = next((match for line in complaint.splitlines() if (match := re.search(_HARM, line, re.IGNORECASE))), None)
    if match is not None:
        oid = match["id"] or match["wanted"] or match["known"] or match["folder"] + match["file"]
        raise ObjectUnreadable(
            f"the object {oid} is missing or damaged, as git {arguments[0]} says",
            hint="git fsck",
            object=oid,
            command=list(arguments)[:20],
        )


def _settings_in(environment: Mapping[str, str], also: Mapping[str, str]) -> tuple[list[str], Mapping[str, str]]:
    """The settings that a caller gives as `GIT_CONFIG_COUNT` and so on, and `also`, as options of git, and the rest.

    In the environment they would take the place of the user's own, and `git -c` of the user's would beat them.
    """
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    if not count and not also:
        return [], environment
    pairs = [(environment[f"GIT_CONFIG_KEY_{n}"], environment[f"GIT_CONFIG_VALUE_{n}"]) for n in range(count)]
    rest = {k: v for k, v in environment.items() if not k.startswith(KEPT_PREFIXES)}
    if count:
        del rest["GIT_CONFIG_COUNT"]
    words: list[str] = []
    for key, value in [*pairs, *also.items()]:
        if "=" in key:  # `-c` would end the key there
            variable = f"OKSTRA_SETTING_{len(words)}"
            rest[variable] = value
            words.append(f"--config-env={key}={variable}")
        else:
            words += ["-c", f"{key}={value}"]
    return words, rest


def _gist(complaint: str) -> str:
    """The line of git's complaint that says why: the first fatal one, else the last."""
    lines = complaint.splitlines() or ["no message"]
    return next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1])[:300]


SWITCHES = {
    "core.fsmonitor": "false", "core.untrackedCache": "false", "core.trustctime": "true", "core.checkStat": "default",
    "status.showStash": "false", "status.showUntrackedFiles": "all", "status.branch": "false",
}  # fmt: skip
"""Settings under which git status looks at everything and says it in one form, whatever the user's are."""


def exact_environment(top: Path) -> dict[str, str]:
    """The environment in which git looks at the worktree at `top` and at nothing else, under `SWITCHES`.

    A file system decides for itself whether it tells `a` from `A`; the setting only says what git once thought.
    """
    settings = dict(SWITCHES) if os.path.lexists(top / ".GIT") else {**SWITCHES, "core.ignoreCase": "false"}
    environment = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    private = find_git_dir(top)
    return environment if private is None else environment | {"GIT_DIR": str(private), "GIT_WORK_TREE": str(top)}


def find_git_dir(top: Path) -> Path | None:
    """git's directory of the worktree at `top`, as its `.git` says (gitrepository-layout.txt); None without one."""
    pointer = top / ".git"
    if pointer.is_dir():
        return pointer
    word, _, place = os.fsdecode(read_gits(pointer, LONGEST_POINTER) or b"").partition(": ")
    git_dir = top / place.rstrip("\n")
    return git_dir if word == "gitdir" and git_dir.is_dir() else None
