"""Amending a recorded commit: what leaves the change alone is followed, what touches it asks first."""

import pytest

from tests.kit.story import STANDS, Story, auto, confirm

BLOCKS = "".join(f"def step_{n}():\n    begin()\n    work()\n    end()\n\n\n" for n in range(6))


@pytest.mark.parametrize(
    "options",
    [
        ("-m", "A, better said"),
        ("--no-edit", "--author=Grace Hopper <grace@example.org>"),
        ("--no-edit", "--date=2001-02-03T04:05:06Z"),
        ("--no-edit", "--reset-author"),
        ("--no-edit", "--signoff"),
    ],
    ids=["message", "author", "date", "reset author", "sign-off"],
)
def test_a_change_of_the_commits_words_is_followed(story: Story, options: tuple[str, ...]) -> None:
    story.stage("login", "A")
    story.amend(None, *options)
    story.ends({1: auto("same-tree", "login")})


def test_signing_again_is_followed(story: Story) -> None:
    story.stage("login", "A")
    lines = story.ask("cat-file", "commit", "HEAD").split("\n\n", 1)
    signed = f"{lines[0]}\ngpgsig -----BEGIN SSH SIGNATURE-----\n made up\n -----END SSH SIGNATURE-----\n\n{lines[1]}\n"
    commit = story.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=signed)
    story.git("update-ref", "refs/heads/login", commit)
    story.ends({1: auto("same-tree", commit)}, heard=False)


def test_a_reworded_tip_of_several_commits_is_followed_as_a_range(story: Story) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.amend(None, "-m", "A3, better said")
    story.ends({1: auto("same-tree", "login")})


def test_changed_content_asks_first_and_offers_the_tip(story: Story) -> None:
    story.stage("login", "A")
    story.amend({"A.txt": "other\n"})
    story.ends({1: confirm("content changed: 1 file differs", offered="login")})


def test_an_added_file_asks_first(story: Story) -> None:
    story.stage("login", "A")
    story.amend({"forgotten.txt": "x\n"})
    story.ends({1: confirm("content changed: 1 file differs", offered="login")})


def test_a_dropped_file_asks_first(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n", "b": "b\n"}))
    story.amend({"b": None})
    story.ends({1: confirm("content changed: 1 file differs", offered="login")})


def test_another_mode_asks_first(story: Story) -> None:
    story.stage("login", "A")
    (story.path / "A.txt").chmod(0o755)
    story.amend()
    story.ends({1: confirm("content changed: 1 file differs", offered="login")})


def test_other_line_ends_ask_first(story: Story) -> None:
    story.stage("login", ("A", {"a": "one\ntwo\n"}))
    story.amend({"a": "one\r\ntwo\r\n"})
    story.ends({1: confirm("whitespace differs", offered="login")})


def test_another_python_indentation_asks_first(story: Story) -> None:
    story.advance(("M", {"a.py": "def f(xs):\n    for x in xs:\n        use(x)\n"}))
    story.stage("login", ("A", {"a.py": "def f(xs):\n    for x in xs:\n        use(x)\n        done(x)\n"}))
    story.amend({"a.py": "def f(xs):\n    for x in xs:\n        use(x)\n    done(x)\n"})
    story.ends({1: confirm("whitespace differs", offered="login")})


def test_a_space_inside_a_string_asks_first(story: Story) -> None:
    story.stage("login", ("A", {"a.py": 'say("a b")\n'}))
    story.amend({"a.py": 'say("ab")\n'})
    story.ends({1: confirm("whitespace differs", offered="login")})


def test_another_binary_asks_first(story: Story) -> None:
    story.stage("login", ("A", {"logo.png": b"\x89PNG\0\1\2"}))
    story.amend({"logo.png": b"\x89PNG\0\3\4"})
    story.ends({1: confirm("binary differs", offered="login")})


def test_the_same_hunk_in_another_block_asks_first(story: Story) -> None:
    story.advance(("M", {"steps.py": BLOCKS}))
    first, second = BLOCKS.split("def step_1"), BLOCKS.split("def step_4")
    story.stage("login", ("A", {"steps.py": "def step_1".join([first[0], _with_a_check(first[1])])}))
    story.amend({"steps.py": "def step_4".join([second[0], _with_a_check(second[1])])})
    story.ends({1: confirm("same hunk in a different place", offered="login")})


def _with_a_check(block: str) -> str:
    return block.replace("    work()\n", "    work()\n    check()\n", 1)


def test_git_told_not_to_call_hooks_is_followed_at_the_next_look(story: Story) -> None:
    story.stage("login", "A")
    story.amend(None, "-m", "A, better said", "--no-post-rewrite")
    story.ends({1: auto("same-tree", "login")}, heard=False)


def test_an_amend_of_a_detached_copy_moves_nothing(story: Story) -> None:
    story.stage("login", "A")
    story.git("checkout", "-q", "--detach")
    story.amend(None, "-m", "A, only tried")
    story.ends({1: STANDS})


def test_an_amend_of_the_upper_stage_leaves_the_lower_one(story: Story) -> None:
    story.line("login", "A", "B")
    story.amend({"B.txt": "other\n"})
    story.ends({1: STANDS, 2: confirm("content changed", offered="login")})


def test_commits_on_top_of_the_stage_move_nothing(story: Story) -> None:
    story.stage("login", "A")
    story.commit("later")
    story.amend({"later.txt": "other\n"})
    story.ends({1: STANDS})


def test_an_amend_in_a_linked_worktree_is_followed(story: Story) -> None:
    story.stage("login", "A")
    story.checkout("main")
    story.worktree("elsewhere", "login").amend(None, "-m", "A, better said")
    story.ends({1: auto("same-tree", "login")})


def test_amended_twice_is_followed_twice(story: Story) -> None:
    story.stage("login", "A")
    story.amend(None, "-m", "A, better said")
    story.amend(None, "-m", "A, said best")
    story.ends({1: auto("same-tree", "login")})


def test_amended_there_and_back_is_followed(story: Story) -> None:
    story.stage("login", "A")
    story.amend({"A.txt": "other\n"})
    story.amend({"A.txt": "A\n"})
    story.ends({1: auto("same-tree", "login")}, heard=None)
