"""Stands in for the `gh` program: its arguments, messages and exit codes, over the pull requests of a test's forge.

What it says was read off gh 2.60 and off reports of what GitHub answers; `gh` itself is never run in tests. It knows
`pr create`, `pr view`, `pr close`, `pr merge`, `auth status` and `--version`.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tests.kit.forge_server import CannotMerge, State, changing, contains, merge_request, notice, open_request, tip

VERSION = "gh version 2.60.0 (2024-10-24)\nhttps://github.com/cli/cli/releases/tag/v2.60.0"
LOGGED_OUT = """\
To get started with GitHub CLI, please run:  gh auth login
Alternatively, populate the GH_TOKEN environment variable with a GitHub API authentication token."""
LOGGED_OUT_IN_CI = "gh: To use GitHub CLI in automation, set the GH_TOKEN environment variable."
NO_NETWORK = "error connecting to api.github.com\ncheck your internet connection or https://githubstatus.com"
NOT_INTERACTIVE = (
    "must provide `--title` and `--body` (or `--fill` or `fill-first` or `--fillverbose`) "
    "when not running interactively"
)
NOT_PUSHED = "aborted: you must first push the current branch to a remote, or use the --head flag"

FLAGS: dict[str, dict[str, tuple[str, bool]]] = {
    "create": {
        "title": ("t", True), "body": ("b", True), "body-file": ("F", True), "base": ("B", True), "head": ("H", True),
        "draft": ("d", False), "repo": ("R", True), "fill": ("f", False), "label": ("l", True),
        "reviewer": ("r", True), "assignee": ("a", True), "no-maintainer-edit": ("", False),
    },
    "view": {"json": ("", True), "repo": ("R", True), "comments": ("c", False), "web": ("w", False)},
    "close": {"comment": ("c", True), "delete-branch": ("d", False), "repo": ("R", True)},
    "merge": {
        "squash": ("s", False), "rebase": ("r", False), "merge": ("m", False), "delete-branch": ("d", False),
        "repo": ("R", True), "match-head-commit": ("", True), "admin": ("", False), "auto": ("", False),
    },
}  # fmt: skip
"""Command of `gh pr` -> flag -> its shorthand, and whether it takes a value."""

USAGE = {
    "create": "gh pr create [flags]",
    "view": "gh pr view [<number> | <url> | <branch>] [flags]",
    "close": "gh pr close {<number> | <url> | <branch>} [flags]",
    "merge": "gh pr merge [<number> | <url> | <branch>] [flags]",
}
FIELDS: dict[str, Callable[[State], object]] = {
    "url": lambda pr: pr["url"],
    "number": lambda pr: pr["number"],
    "state": lambda pr: pr["state"],
    "title": lambda pr: pr["title"],
    "body": lambda pr: pr["body"],
    "isDraft": lambda pr: pr["draft"],
    "baseRefName": lambda pr: pr["base"],
    "headRefName": lambda pr: pr["head"],
    "headRefOid": lambda pr: pr["tip"],
    "mergeCommit": lambda pr: {"oid": pr["merge_commit"]} if pr["merge_commit"] else None,
}


class Exit(Exception):
    """The program ends: what it says on standard error, with which status."""

    def __init__(self, said: str, status: int = 1) -> None:
        super().__init__(said)
        self.said, self.status = said, status


def main(state_file: Path, arguments: list[str]) -> int:
    """One run of the program."""
    try:
        _run(state_file, arguments)
    except Exit as ended:
        sys.stderr.write(ended.said)
        return ended.status
    return 0


def _run(state_file: Path, arguments: list[str]) -> None:
    with changing(state_file) as state:
        state["calls"].append({"arguments": arguments, "cwd": os.getcwd(), "env": _telling()})
        state = dict(state)
    if arguments in (["--version"], ["version"]):
        sys.stdout.write(f"{VERSION}\n")
        return
    if arguments[:2] == ["auth", "status"]:
        _auth_status(state)
        return
    if arguments[:1] != ["pr"] or arguments[1:2] == [] or arguments[1] not in FLAGS:
        raise Exit(
            f'unknown command "{" ".join(arguments[:2])}" for "gh"\n\nUsage:  gh <command> <subcommand> [flags]\n'
        )
    name = arguments[1]
    flags, words = _parse(name, arguments[2:])
    if not state["logged_in"]:
        raise Exit((LOGGED_OUT_IN_CI if os.environ.get("CI") else LOGGED_OUT) + "\n", 4)
    if name == "create":
        _check_create(flags, words)
    if len(words) > 1:
        raise Exit(f"accepts at most 1 arg(s), received {len(words)}\n")
    time.sleep(state["slow"])
    if not state["network"]:
        raise Exit(NO_NETWORK + "\n")
    if flags.get("repo", state["repo"]).removeprefix(f"{state['host']}/") != state["repo"]:
        raise Exit(f"GraphQL: Could not resolve to a Repository with the name '{flags['repo']}'. (repository)\n")
    with changing(state_file) as state:
        notice(state)
        said = {"create": _create, "view": _view, "close": _close, "merge": _merge}[name](state, flags, words)
    if name == "create":
        _crash(state["crash"])
    if said:
        sys.stdout.write(f"{said}\n")


def _crash(how: str | None) -> None:
    """The pull request is made, and the program does not live to say so."""
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "hang":
        time.sleep(600)
    elif how == "exit":
        raise Exit('Post "https://api.github.com/graphql": EOF\n')
    elif how == "silent":
        raise Exit("")


def _telling() -> dict[str, str]:
    """The variables by which callers steer gh, for tests to look at."""
    return {k: v for k, v in os.environ.items() if k.startswith(("GH_", "GIT_", "CLICOLOR", "NO_COLOR", "DEBUG"))}


def _parse(name: str, arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Flags and words as cobra reads them."""
    flags: dict[str, str] = {}
    words: list[str] = []
    rest = list(arguments)
    long = FLAGS[name]
    short = {letter: flag for flag, (letter, _) in long.items() if letter}
    while rest:
        word = rest.pop(0)
        if word == "--":
            return flags, words + rest
        if word.startswith("--"):
            flag, joined, value = word[2:].partition("=")
            if flag not in long:
                _misused(name, f"unknown flag: --{flag}")
        elif word.startswith("-") and word != "-":
            if word[1] not in short:
                _misused(name, f"unknown shorthand flag: '{word[1]}' in {word}")
            flag, value = short[word[1]], word[2:].removeprefix("=")
            joined = value
        else:
            words.append(word)
            continue
        if not long[flag][1]:
            flags[flag] = value or "true"
        elif joined:
            flags[flag] = value
        elif rest:
            flags[flag] = rest.pop(0)
        else:
            _misused(name, f"flag needs an argument: {word}")
    return flags, words


def _misused(name: str, said: str) -> NoReturn:
    listed = "\n".join(f"      --{flag}" for flag in FLAGS[name])
    raise Exit(f"{said}\n\nUsage:  {USAGE[name]}\n\nFlags:\n{listed}\n\n")


def _auth_status(state: State) -> None:
    if not state["logged_in"]:
        raise Exit("You are not logged into any GitHub hosts. To log in, run: gh auth login\n")
    account = f"  ✓ Logged in to {state['host']} account ada (keyring)\n  - Active account: true"
    sys.stdout.write(f"{state['host']}\n{account}\n")


# --- gh pr create


def _check_create(flags: dict[str, str], words: list[str]) -> None:
    if words:
        what = f'argument "{words[0]}"' if len(words) == 1 else f"arguments {json.dumps(words)}"
        _misused("create", f"unknown {what}; please quote all values that have spaces")
    if "body-file" in flags:
        try:
            flags["body"] = sys.stdin.read() if flags["body-file"] == "-" else Path(flags["body-file"]).read_text()
        except FileNotFoundError as error:
            raise Exit(f"open {flags['body-file']}: no such file or directory\n") from error
    if "fill" not in flags and not ("title" in flags and "body" in flags):
        _misused("create", NOT_INTERACTIVE)


def _create(state: State, flags: dict[str, str], words: list[str]) -> str:  # noqa: ARG001 - one shape for all commands
    changes = [line for line in _ask("status", "--porcelain").splitlines() if line]
    if changes:
        plural = "" if len(changes) == 1 else "s"
        sys.stderr.write(f"Warning: {len(changes)} uncommitted change{plural}\n")
    head = flags.get("head") or _current_branch()
    base = flags.get("base") or "main"
    same = [pr for pr in state["pull_requests"] if (pr["head"], pr["base"], pr["state"]) == (head, base, "OPEN")]
    if same:
        said = f'a pull request for branch "{head}" into branch "{base}" already exists:\n{same[0]["url"]}\n'
        raise Exit(said)
    _check_branches(state, head, base)
    if not flags.get("title"):
        raise Exit("pull request title must not be blank\n")
    if state["crash"] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    title, body = flags["title"], flags.get("body", "")
    found = open_request(state, head=head, base=base, title=title, body=body, draft="draft" in flags)
    return str(found["url"])


def _check_branches(state: State, head: str, base: str) -> None:
    """GitHub names everything that is missing at once."""
    at_head, at_base = tip(state, head.rpartition(":")[2]), tip(state, base)
    none = f"No commits between {base} and {head}"
    wrong = []
    if not at_head or not at_base:
        wrong = ["Head sha can't be blank", "Base sha can't be blank", none]
        wrong += ["Head ref must be a branch"] * (not at_head) + ["Base ref must be a branch"] * (not at_base)
    elif contains(state, at_base, at_head):
        wrong = [none]
    if wrong:
        raise Exit(f"pull request create failed: GraphQL: {', '.join(wrong)} (createPullRequest)\n")


def _ask(*arguments: str) -> str:
    """What git says of the directory gh was run in."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.removesuffix("\n")


def _current_branch() -> str:
    """The branch gh is run on, which must be pushed already: off a terminal gh pushes nothing."""
    branch = _ask("symbolic-ref", "-q", "--short", "HEAD")
    if not branch:
        raise Exit("could not determine the current branch: not on any branch\n")
    pushed = _ask("for-each-ref", "--format=%(objectname)", f"refs/remotes/*/{branch}").splitlines()
    if _ask("rev-parse", "HEAD") not in pushed:
        raise Exit(NOT_PUSHED)
    return branch


# --- gh pr view, close, merge


def _find(state: State, words: list[str]) -> State:
    """By number, URL or branch; of a branch the open one, else the newest."""
    wanted = words[0] if words else _ask("symbolic-ref", "-q", "--short", "HEAD")
    by_url = re.match(r"https?://[^/]+/([^/]+/[^/]+)/pull/(\d+)", wanted)
    number = by_url[2] if by_url else wanted.removeprefix("#")
    if by_url and by_url[1] != state["repo"]:
        raise Exit(f"GraphQL: Could not resolve to a Repository with the name '{by_url[1]}'. (repository)\n")
    known: list[State] = state["pull_requests"]
    if number.isdecimal():
        found = [pr for pr in known if pr["number"] == int(number)]
        if not found:
            said = f"GraphQL: Could not resolve to a PullRequest with the number of {number}."
            raise Exit(f"{said} (repository.pullRequest)\n")
        return found[0]
    found = [pr for pr in reversed(known) if pr["head"] == wanted]
    if not found:
        raise Exit(f'no pull requests found for branch "{wanted}"\n')
    return sorted(found, key=lambda pr: pr["state"] != "OPEN")[0]


def _view(state: State, flags: dict[str, str], words: list[str]) -> str:
    if "json" not in flags:
        found = _find(state, words)
        return f"title:\t{found['title']}\nstate:\t{found['state']}\nurl:\t{found['url']}\n--\n{found['body']}"
    asked = flags["json"].split(",")
    for field in asked:
        if field not in FIELDS:
            available = "\n  ".join(sorted(FIELDS))
            raise Exit(f'Unknown JSON field: "{field}"\nAvailable fields:\n  {available}\n')
    found = _find(state, words)
    return json.dumps({field: FIELDS[field](found) for field in sorted(asked)}, separators=(",", ":"))


def _close(state: State, flags: dict[str, str], words: list[str]) -> str:  # noqa: ARG001
    if not words:
        raise Exit("cannot close pull request: number, url, or branch required\n")
    found = _find(state, words)
    named = f"{state['repo']}#{found['number']} ({found['title']})"
    if found["state"] == "MERGED":
        raise Exit(f"X Pull request {named} can't be closed because it was already merged\n")
    word = "is already closed" if found["state"] == "CLOSED" else ""
    found["state"] = "CLOSED"
    sys.stderr.write(f"! Pull request {named} {word}\n" if word else f"✓ Closed pull request {named}\n")
    return ""


def _merge(state: State, flags: dict[str, str], words: list[str]) -> str:
    ways = [way for way in ("merge", "rebase", "squash") if way in flags]
    if len(ways) > 1:
        _misused("merge", "only one of --merge, --rebase, or --squash can be enabled")
    found = _find(state, words)
    named = f"{state['repo']}#{found['number']}"
    if found["state"] == "MERGED":
        sys.stderr.write(f"! Pull request {named} was already merged\n")
        return ""
    if not ways:
        _misused("merge", "--merge, --rebase, or --squash required when not running interactively")
    if found["state"] == "CLOSED":
        raise Exit("GraphQL: Pull Request is not mergeable (mergePullRequest)\n")
    if flags.get("match-head-commit", found["tip"]) != found["tip"]:
        raise Exit("GraphQL: Head branch was modified. Review and try the merge again. (mergePullRequest)\n")
    try:
        merge_request(state, found, ways[0])
    except CannotMerge as error:
        if ways[0] == "rebase" and _merges_cleanly(state, found):
            raise Exit("GraphQL: This branch can't be rebased (mergePullRequest)\n") from error
        said = f"X Pull request {named} is not mergeable: the merge commit cannot be cleanly created.\n"
        later = "To have the pull request merged after all the requirements have been met, add the `--auto` flag.\n"
        raise Exit(said + later) from error
    return ""


def _merges_cleanly(state: State, found: State) -> bool:
    command = ["git", "merge-tree", "--write-tree", f"refs/heads/{found['base']}", found["tip"]]
    return subprocess.run(command, cwd=state["bare"], capture_output=True, check=False).returncode == 0
