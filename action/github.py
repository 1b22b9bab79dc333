"""What the action asks GitHub: the facts of a pull request, and to post a commit status. Standard library alone.

    github.py facts     prints the head, the base branch, and the approved commits, newest first, a line each
    github.py status    reads verdicts of `git okstra prove --json`, a line each, and posts what they amount to

Approved is what a reviewer's last review says: one that was dismissed, or that asks for changes since, is none.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

COMMIT = re.compile(r"[0-9a-f]{40}\Z")
BRANCH = re.compile(r"(?!-)[^\x00-\x20\x7f~^:?*\[\\]{1,250}\Z")
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+\Z")
LONGEST = 140
"""Characters of a status's description."""

PAGE = 100
MOST_PAGES = 50

DECIDING = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
STATES = {"same": "success", "different": "failure", "unsure": "error", "none": "pending"}


def main(words: list[str]) -> int:
    """Do what the one word says; 1 with a sentence where that fails."""
    try:
        {"facts": _facts, "status": _status}[words[0]]()
    except (HTTPError, URLError, ValueError, KeyError, TypeError) as error:
        sys.stdout.flush()
        sys.stderr.write(f"::error::{_one_line(str(error) or type(error).__name__)}\n")
        return 1
    return 0


def _facts() -> None:
    number = _require(r"[0-9]{1,9}\Z", os.environ["OKSTRA_PULL_REQUEST"], "the number of a pull request")
    if os.environ["OKSTRA_COMMIT"]:
        _require(COMMIT, os.environ["OKSTRA_COMMIT"], "a full commit id")
    pull = _ask(f"/pulls/{number}")
    head = _require(COMMIT, pull["head"]["sha"], "a commit")
    base = _require(BRANCH, pull["base"]["ref"], "a branch")
    approved = dict.fromkeys(reversed(_approved_commits(number)))
    sys.stdout.write("".join(f"{line}\n" for line in (head, base, *approved)))


def _approved_commits(number: str) -> list[str]:
    """The commits of the approvals that stand, oldest first, a reviewer's last word alone."""
    last: dict[str, Any] = {}
    for review in _reviews(number):
        if review["state"] in DECIDING and review.get("user"):
            last.pop(review["user"]["login"], None)
            last[review["user"]["login"]] = review
    standing = [review for review in last.values() if review["state"] == "APPROVED"]
    return [_require(COMMIT, review["commit_id"], "a commit") for review in standing if review.get("commit_id")]


def _reviews(number: str) -> Iterator[Any]:
    for page in range(1, MOST_PAGES + 1):
        reviews = _ask(f"/pulls/{number}/reviews?per_page={PAGE}&page={page}")
        yield from reviews
        if len(reviews) < PAGE:
            return
    raise ValueError("the pull request has more reviews than are read")


def _status() -> None:
    compared = _require(COMMIT, os.environ["OKSTRA_COMPARED"], "a commit")
    result, description = _verdict([json.loads(line) for line in sys.stdin if line.strip()])
    body = {
        "state": STATES[result],
        "context": os.environ["OKSTRA_CONTEXT"],
        "description": _one_line(description)[:LONGEST],
    }
    _ask(f"/statuses/{compared}", body)
    sys.stdout.write(f"{result}: {_one_line(description)}\n")
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        output.write(f"result={result}\n")


def _verdict(answers: list[Any]) -> tuple[str, str]:
    """The result in a word, and in a sentence; answers are those of the newest approval first."""
    for answer in answers:
        if answer.get("same") is True:
            return "same", f"nothing changed since {answer['old']['head'][:10]} was approved ({answer['proof']})"
    unsure = next((answer for answer in answers if answer.get("same") is None), None)
    if unsure is not None:
        return "unsure", f"cannot say: {unsure.get('reason') or unsure['error']['message']}"
    if not answers:
        return "none", "nobody has approved this pull request"
    newest = answers[0]
    paths = [difference["path"] for difference in newest["differs"]]
    files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
    return "different", f"{files} changed since {newest['old']['head'][:10]} was approved: {', '.join(paths)}"


def _ask(path: str, body: Any = None) -> Any:
    """What GitHub answers to a GET, or with a body to a POST."""
    repository = _require(REPOSITORY, os.environ["GITHUB_REPOSITORY"], "a repository")
    request = Request(f"{os.environ['GITHUB_API_URL']}/repos/{repository}{path}")
    request.add_header("Accept", "application/vnd.github+json")
    request.add_header("Authorization", f"Bearer {os.environ['OKSTRA_TOKEN']}")
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(request, data, timeout=60) as answer:
        return json.load(answer)


def _require(form: str | re.Pattern[str], text: Any, what: str) -> str:
    if not isinstance(text, str) or not re.match(form, text):
        raise ValueError(f"{text!r:.80} is not {what}")
    return text


def _one_line(text: str) -> str:
    """Fit for the job's log, where a line that begins with two colons is a command."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.replace("::", ": ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
