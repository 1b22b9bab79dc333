"""What a forge does with its own bare repository: keeps pull requests, notices what became of them, merges them.

Everything is in one JSON file beside the repository, changed under a lock, so that the `gh` program, the server's
hooks and the tests see the same pull requests.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

State = dict[str, Any]
SERVER = {"GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "noreply@github.com"}
"""Who commits what a forge merges on its own."""

KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")


class CannotMerge(Exception):
    """The changes contradict each other, or leave nothing."""


def new_state(bare: Path, *, host: str, repo: str) -> State:
    """A forge with no pull requests, where everybody is logged in and the network works."""
    return {"bare": str(bare), "host": host, "repo": repo, "pull_requests": [], "calls": [], "logged_in": True,
            "network": True, "slow": 0.0, "crash": None}  # fmt: skip


def read_state(path: Path) -> State:
    """The state as it stands."""
    found: State = json.loads(path.read_text())
    return found


@contextmanager
def changing(path: Path) -> Iterator[State]:
    """The state, to be changed; written back at the end, with nobody else changing it meanwhile."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read_state(path)
        yield state
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(state, indent=1))
        beside.replace(path)


def git(place: str | Path, *arguments: str, env: Mapping[str, str] | None = None, ok: bool = True) -> str:
    """Plain git on the server, away from hooks and the caller's variables; its output without the last newline."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in KEPT}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", *arguments]
    done = subprocess.run(command, cwd=place, env={**kept, **(env or {})}, capture_output=True, text=True, check=False)
    if ok and done.returncode != 0:
        raise CannotMerge(f"{' '.join(arguments)}: {done.stderr or done.stdout}")
    return done.stdout.removesuffix("\n")


def tip(state: State, branch: str) -> str | None:
    """The commit a branch of the server is at."""
    return git(state["bare"], "rev-parse", "-q", "--verify", f"refs/heads/{branch}^{{commit}}", ok=False) or None


def contains(state: State, base: str, head: str) -> bool:
    """Whether `head` is in the history of `base`."""
    return not git(state["bare"], "rev-list", "-1", head, f"^{base}")


def notice(state: State) -> None:
    """Bring the open pull requests up to date with the branches, as a forge does after every push.

    One whose commits the base has is merged, one whose branch is gone is closed, and others follow their branch.
    """
    for found in state["pull_requests"]:
        base, head = tip(state, found["base"]), tip(state, found["head"])
        if found["state"] != "OPEN":
            continue
        if base is not None and contains(state, base, head or found["tip"]):
            found.update(state="MERGED", merge_commit=base)
        elif head is None:
            found["state"] = "CLOSED"
        elif head != found["tip"]:
            found["tip"] = head
            _keep(state, found)


def open_request(state: State, *, head: str, base: str, title: str, body: str, draft: bool) -> State:
    """A new open pull request with the next number; its commits stay reachable under refs/pull."""
    number = len(state["pull_requests"]) + 1
    url = f"https://{state['host']}/{state['repo']}/pull/{number}"
    found = {"number": number, "url": url, "state": "OPEN", "head": head, "base": base, "title": title, "body": body,
             "draft": draft, "tip": tip(state, head), "merge_commit": None}  # fmt: skip
    state["pull_requests"].append(found)
    _keep(state, found)
    return found


def _keep(state: State, found: State) -> None:
    git(state["bare"], "update-ref", f"refs/pull/{found['number']}/head", found["tip"])


def merge_request(state: State, found: State, how: str) -> None:
    """Merge an open pull request by `squash`, `rebase` or `merge`; raises CannotMerge and changes nothing."""
    owner = state["repo"].partition("/")[0]
    titles = {
        "squash": f"{found['title']} (#{found['number']})",
        "merge": f"Merge pull request #{found['number']} from {owner}/{found['head']}\n\n{found['title']}",
        "rebase": "",
    }
    found["merge_commit"] = land(state["bare"], found["tip"], found["base"], how, titles[how])
    found["state"] = "MERGED"


def land(bare: str | Path, head: str, base: str, how: str, message: str) -> str:
    """Bring a commit into a base branch as forges do it; the base's new commit.

    squash: one commit with this message and a list of what was squashed. rebase: every commit but merges made anew,
    always, with the server as committer. merge: a merge commit, even where a fast-forward would do.
    """
    before = git(bare, "rev-parse", f"refs/heads/{base}")
    with tempfile.TemporaryDirectory(prefix="okstra-forge-") as scratch:
        place = Path(scratch) / "merging"
        git(bare, "worktree", "add", "-q", "--detach", str(place), before)
        try:
            if how == "squash":
                _squash(place, before, head, message)
            elif how == "merge":
                git(place, "merge", "-q", "--no-ff", "-m", message, head, env=SERVER)
            else:
                git(place, "checkout", "-q", "--detach", head)
                git(place, "rebase", "-q", "--no-ff", before, env=SERVER)
            after = git(place, "rev-parse", "HEAD")
        finally:
            git(bare, "worktree", "remove", "--force", str(place))
    git(bare, "update-ref", f"refs/heads/{base}", after, before)
    return after


def _squash(place: Path, before: str, head: str, message: str) -> None:
    """The author is that of the first commit; several commits are listed below the title."""
    git(place, "merge", "-q", "--squash", head)
    own = git(place, "log", "--reverse", "--no-merges", "--format=%an%x00%ae%x00%s", f"{before}..{head}").splitlines()
    name, email, _ = own[0].split("\0")
    listed = "\n\n".join(f"* {line.split(chr(0))[2]}" for line in own) if len(own) > 1 else ""
    author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
    git(place, "commit", "-q", "--allow-empty", "-m", f"{message}\n\n{listed}".rstrip(), env={**SERVER, **author})


def act_on_push(state_file: Path) -> None:
    """The server's post-receive hook: a push with `-o squash-into=main` (or rebase-into=, merge-into=) lands it."""
    options = [os.environ[f"GIT_PUSH_OPTION_{n}"] for n in range(int(os.environ.get("GIT_PUSH_OPTION_COUNT", "0")))]
    pushed = [line.split() for line in sys.stdin]
    state = read_state(state_file)
    for how, _, base in (option.partition("-into=") for option in options):
        for _, new, ref in pushed:
            if how in ("squash", "rebase", "merge") and base and ref.startswith("refs/heads/"):
                subject = git(state["bare"], "log", "-1", "--format=%s", new)
                try:
                    after = land(state["bare"], new, base, how, subject)
                    sys.stdout.write(f"{base} is at {after[:10]} now ({how})\n")
                except CannotMerge:
                    sys.stdout.write(f"{ref} cannot be brought into {base}: conflicts\n")
