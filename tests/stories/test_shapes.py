"""Changes of every shape: modes, links, submodules, renames, binaries, roots, odd names, repeated changes."""

import os
from collections.abc import Callable

import pytest

from tests.kit.story import STANDS, Story, auto, confirm

LINES = "".join(f"line {n}\n" for n in range(1, 31))
BLOCK = "def step_{0}():\n    begin()\n    work()\n    end()\n\n\n"
BLOCKS = "".join(BLOCK.format(n) for n in range(6))

Change = Callable[[Story], None]


def _mode(story: Story) -> None:
    (story.path / "README").chmod(0o755)
    story.commit("A", {})


def _link(story: Story) -> None:
    (story.path / "link").symlink_to("README")
    story.commit("A", {})


def _retarget(story: Story) -> None:
    link = story.path / "kept-link"
    link.unlink()
    link.symlink_to("elsewhere")
    story.commit("A", {})


def _file_to_link(story: Story) -> None:
    (story.path / "list").unlink()
    (story.path / "list").symlink_to("README")
    story.commit("A", {})


def _submodule(story: Story) -> None:
    (story.path / "vendor" / "lib").mkdir(parents=True)
    story.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/lib")
    story.git("commit", "-q", "-m", "A")
    story.labels["A"] = story.tip()


def _rename(story: Story) -> None:
    story.git("mv", "list", "names")
    story.commit("A", {})


def _binary(story: Story) -> None:
    story.commit("A", {"logo.png": b"\x89PNG\0\1\2", "old.png": b"\x89PNG\0\7\7"})


def _delete(story: Story) -> None:
    story.commit("A", {"list": None})


def _no_final_newline(story: Story) -> None:
    story.commit("A", {"list": LINES.removesuffix("\n")})


def _empty_file(story: Story) -> None:
    story.commit("A", {"empty": "", "also-empty": ""})


def _file_to_directory(story: Story) -> None:
    story.commit("A", {"list": None})
    (story.path / "list").mkdir()
    story.write("list/one", LINES)
    story.amend()
    story.labels["A"] = story.tip()


SHAPES = [
    _mode,
    _link,
    _retarget,
    _file_to_link,
    _submodule,
    _rename,
    _binary,
    _delete,
    _no_final_newline,
    _empty_file,
    _file_to_directory,
]


@pytest.mark.parametrize("change", SHAPES, ids=lambda change: change.__name__[1:].replace("_", " "))
def test_a_change_of_any_shape_is_followed_over_other_work(story: Story, change: Change) -> None:
    (story.path / "kept-link").symlink_to("README")
    story.commit("L", {"list": LINES, "old.png": b"\x89PNG\0\0\0"})
    story.branch("login")
    change(story)
    story.record("login")
    story.git("checkout", "-q", "-f", "main")
    story.commit("M", {"README": "base\n", "other": "x\n"})
    story.checkout("login")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′")})


def test_a_mode_over_an_edit_of_the_same_file_is_followed(story: Story) -> None:
    story.branch("login")
    _mode(story)
    story.record("login")
    story.advance(("M", {"README": "edited\n"}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′")})


def test_a_rename_over_an_edit_of_the_same_file_is_followed_by_gits_own_merge(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.branch("login")
    _rename(story)
    story.record("login")
    story.advance(("M", {"list": LINES.replace("line 9\n", "theirs\n")}))
    story.git("rebase", "-q", "main")
    assert "theirs" in (story.path / "names").read_text()
    story.ends({1: auto("replay", "A′")})


def test_a_link_that_points_elsewhere_asks_first(story: Story) -> None:
    story.branch("login")
    _link(story)
    story.record("login")
    (story.path / "link").unlink()
    (story.path / "link").symlink_to("elsewhere")
    story.amend()
    story.ends({1: confirm("content changed", offered="login")})


def test_a_link_that_became_a_file_asks_first(story: Story) -> None:
    story.branch("login")
    _link(story)
    story.record("login")
    (story.path / "link").unlink()
    story.amend({"link": "README"})
    story.ends({1: confirm("content changed", offered="login")})


def test_another_bump_of_a_submodule_asks_first(story: Story) -> None:
    story.branch("login")
    _submodule(story)
    story.record("login")
    story.git("update-index", "--add", "--cacheinfo", f"160000,{'2' * 40},vendor/lib")
    story.git("commit", "-q", "--amend", "--no-edit")
    story.ends({1: confirm("content changed", offered="login")})


def test_another_target_of_a_rename_asks_first(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.branch("login")
    _rename(story)
    story.record("login")
    story.git("mv", "names", "titles")
    story.amend()
    story.ends({1: confirm("", offered="login")})


# --- roots and nothing at all


def test_a_stage_that_is_a_root_commit_is_followed(story: Story) -> None:
    story.git("checkout", "-q", "--orphan", "fresh")
    story.git("rm", "-r", "-q", "-f", ".")
    story.commit("A", {"a": "a\n"})
    story.record("fresh")
    story.amend(None, "-m", "A, better said")
    story.ends({1: auto("same-tree", "fresh")})


def test_a_root_commit_put_on_main_is_followed(story: Story) -> None:
    story.git("checkout", "-q", "--orphan", "fresh")
    story.git("rm", "-r", "-q", "-f", ".")
    story.commit("A", {"a": "a\n"})
    story.record("fresh")
    story.git("rebase", "-q", "--onto", "main", "--root")
    story.ends({1: auto("same-delta", "A′")})


def test_an_empty_stage_asks_because_nothing_can_prove_it(story: Story) -> None:
    story.branch("login")
    story.commit("A", {})
    story.record("login")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: confirm("changes no file")})


def test_an_empty_stage_between_two_others_asks_for_itself_alone(story: Story) -> None:
    story.line("login", "A", ("B", {}), "C")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′"), 2: confirm("changes no file"), 3: auto("same-delta", "C′")})


def test_a_stage_whose_commits_undo_each_other_asks_because_nothing_can_prove_it(story: Story) -> None:
    story.stage("login", ("A1", {"a": "a\n"}), ("A2", {"a": None}))
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: confirm("changes no file")})


def test_two_stages_melted_together_around_an_empty_one_ask_together(story: Story) -> None:
    story.line("login", "A", ("B", {}), "C")
    story.rebase_i("main", [("pick", "A"), ("squash", "C")])
    together = confirm("one commit now", together=(1, 3), offered="login")
    story.ends({1: together, 2: confirm("changes no file"), 3: together})


# --- the same change more than once


def test_the_same_content_in_two_stages_different_files_is_told_apart(story: Story) -> None:
    story.line("login", ("A", {"a.txt": "same\n"}), ("B", {"b.txt": "same\n"}))
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B′")})


def test_the_same_lines_in_two_blocks_of_one_file_are_told_apart(story: Story) -> None:
    story.advance(("L", {"steps": BLOCKS}))
    once = _checked(BLOCKS, 1)
    story.line("login", ("A", {"steps": once}), ("B", {"steps": _checked(once, 4)}))
    story.advance(("M", {"steps": "# steps\n" + BLOCKS}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′"), 2: auto("replay", "B′")})


def _checked(blocks: str, number: int) -> str:
    old = BLOCK.format(number)
    return blocks.replace(old, old.replace("    work()\n", "    work()\n    check()\n"))


def test_a_change_applied_reverted_and_applied_again_is_told_apart_by_who_made_what_when(story: Story) -> None:
    story.line("login", ("A", {"a": "a\n"}), ("R", {"a": None}), ("again", {"a": "a\n"}))
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "R′"), 3: auto("same-delta", "again′")})


def test_the_same_change_on_two_branches_is_told_apart(story: Story) -> None:
    story.stage("one", ("A", {"a": "a\n"}))
    story.stage("two", ("B", {"a": "a\n"}))
    story.advance("M")
    story.git("rebase", "-q", "main", "one")
    story.git("rebase", "-q", "main", "two")
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B′")})


def test_the_same_change_as_a_neighbour_never_stands_for_a_dropped_stage(story: Story) -> None:
    story.stage("one", ("A", {"a": "a\n"}))
    story.stage("two", ("B", {"a": "a\n"}))
    story.git("branch", "-f", "one", "main")
    story.ends({1: confirm(""), 2: STANDS})


# --- names of files and branches

NAMES = {
    "spaces": "a file with spaces .txt",
    "newline": "two\nlines",
    "tab and quotes": "a\t\"quoted\"'name'\\",
    "dash": "-rf",
    "unicode": "naïve–ﬁle—日本語.txt",
    "not utf-8": os.fsdecode(b"caf\xe9.txt"),
    "glob": "*[a]?.txt",
    "colon": ":(top)x",
    "deep": "/".join(["d"] * 60) + "/f",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_of_any_name_is_followed(story: Story, name: str) -> None:
    story.advance(("L", {name: LINES}))
    story.stage("login", ("A", {name: LINES.replace("line 5\n", "ours\n")}))
    story.advance(("M", {name: LINES.replace("line 20\n", "theirs\n")}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′")})


@pytest.mark.parametrize("branch", ["feature/web/login", "日本語", "naïve", "a.b", "x@y", "HEADS/up"])
def test_a_branch_of_any_name_is_followed(story: Story, branch: str) -> None:
    story.stage(branch, "A")
    story.advance("M")
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′")})
