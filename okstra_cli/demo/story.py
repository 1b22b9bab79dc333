"""The story itself: three stages, four ways in which people rewrite history, and what becomes of the records."""

from __future__ import annotations

from collections.abc import Iterator

from okstra_cli.demo import shop
from okstra_cli.demo.handoff import hand_out, hand_over
from okstra_cli.demo.playground import COLLEAGUE, Beat, Playground, Ran, Say, Title
from okstra_cli.demo.report import ask_and_answer

KEY = "shop:web:login"
TASK = ("--task-key", KEY)
STAGES = ("login-1-passwords", "login-2-sessions", "login-3-form")
TITLES = ("Hash passwords", "Remember users", "Log in")
LESSONS = {
    "same-tree": "same-tree: the new commit holds exactly the recorded files on the recorded base, so the change is "
    "the same by comparing two ids.",
    "same-delta": "same-delta: the same files go from the same content to the same content as recorded; only the "
    "base under them is new.",
    "replay": "replay: the new base differs in a file that the stage changes. The recorded change, merged "
    "onto that base, gives exactly the new commit's files: so it is that change.",
    "squash": "squash: the recorded change of the whole stage, merged onto the parent of one single commit, gives "
    "exactly the files of that commit.",
}
"""What each proof means, explained when it first occurs."""


def tell(play: Playground) -> Iterator[Beat]:
    """All beats in order; what is yielded has happened."""
    explained: set[str] = set()
    for act in (_record, _reword, _rebase, _squash, _change, _look_back, ask_and_answer, hand_out, hand_over):
        for beat in act(play):
            yield beat
            for proof in beat.proofs if isinstance(beat, Ran) else []:
                if proof in LESSONS and proof not in explained:
                    explained.add(proof)
                    yield Say(LESSONS[proof])


def _record(play: Playground) -> Iterator[Beat]:
    yield Title("Three stages are built and recorded")
    yield Say("A task is worked on in stages, each on a branch on top of the one before. When a stage is done, its "
              "commit is recorded in refs of this repository: nowhere else, no server, no file.")  # fmt: skip
    play.begin()
    play.commit("Sell tea", shop.BEGUN)
    yield play.okstra("init", "--project-id", "shop")
    yield play.okstra("task", "open", KEY, "--title", "Log in with a password")
    for number, (branch, base) in enumerate(zip(STAGES, ("main", *STAGES), strict=False), start=1):
        yield play.git("switch", "-q", "-c", branch)
        yield from _work(play, number)
        place = ("--base", base, "--branch", branch, "--no-worktree", "--title", TITLES[number - 1])
        yield play.okstra("stage", "start", str(number), *TASK, *place)
        yield play.okstra("stage", "done", str(number), *TASK)


def _work(play: Playground, number: int) -> Iterator[Beat]:
    if number == 1:
        yield play.commit("Keep passwords as scrypt hashes", shop.HASHED)
        yield play.commit("Test the hashing", shop.HASHING_TESTED)
    elif number == 2:
        yield play.commit("Remember who is logged in", shop.REMEMBERED)
        yield play.commit("Test the sessions", shop.REMEMBERING_TESTED)
        yield play.commit("", shop.MENDED, "--fixup", "HEAD~1")
    else:
        yield play.commit("Show form", shop.SHOWN)


def _reword(play: Playground) -> Iterator[Beat]:
    yield Title("A message is reworded")
    yield Say("The amended commit has another id, and every file that noted the old id is wrong now. Git tells "
              "okstra's hook, and the lines beginning with 'okstra:' are what it says.")  # fmt: skip
    yield play.git("commit", "-q", "--amend", "-m", "Show a form to log in")


def _rebase(play: Playground) -> Iterator[Beat]:
    yield Title("Six commits are rebased over a main that moved")
    yield Say("A colleague changed src/shop/app.py on main, a file that stage 3 changes too. The rebase also melts "
              "the fixup commit of stage 2 into the commit it belongs to.")  # fmt: skip
    play.git("switch", "-q", "main")
    play.commit("Welcome people to the harbour", shop.WELCOMED, by=COLLEAGUE)
    play.git("switch", "-q", STAGES[-1])
    no_editor = {"GIT_SEQUENCE_EDITOR": "true"}
    words = ("rebase", "-q", "-i", "--autosquash")
    yield play.git(*words, "--update-refs", "main", also=no_editor)


def _squash(play: Playground) -> Iterator[Beat]:
    yield Title("Stage 1 is squash-merged, its branch deleted")
    yield Say("This is what the button of a git server does. The two commits of stage 1 are one now, on top of "
              "another change to README.md, and no hook runs for it: the next okstra command finds out.")  # fmt: skip
    play.git("switch", "-q", "main")
    play.commit("Listen on port 8080", shop.MOVED_PORT, by=COLLEAGUE)
    yield play.git("merge", "-q", "--squash", STAGES[0])
    yield play.git("commit", "-q", "-m", "Keep passwords as scrypt hashes (#12)")
    yield play.git("branch", "-q", "-D", STAGES[0])
    yield play.okstra("reconcile", *TASK, "--apply")


def _change(play: Playground) -> Iterator[Beat]:
    yield Title("Content changes, and a person decides")
    yield Say("Review wants safer cookies. This time the amended commit is not the recorded change any more, so "
              "there is nothing to prove: okstra leaves the record alone and asks.")  # fmt: skip
    play.git("switch", "-q", STAGES[-1])
    yield play.commit("", shop.REVIEWED, "--amend", "--no-edit")
    yield Say("The question, with candidates and what differs; exit status 2 means that a person has to decide:")
    yield play.okstra("reconcile", *TASK, "--check", "--show", accept=(2,))
    yield Say("The change is meant, so the tip of the branch is what stage 3 is from now on:")
    yield play.okstra("reconcile", *TASK, "--apply", "--stage", "3", "--use-ref", STAGES[-1])


def _look_back(play: Playground) -> Iterator[Beat]:
    yield Title("What stands in the end")
    yield play.okstra("status")
    yield Say("Every move was recorded with its proof, and anyone can prove it again:")
    yield play.okstra("reconcile", *TASK, "--verify")
