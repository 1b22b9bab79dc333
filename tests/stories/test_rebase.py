"""Rebasing recorded stages over work of others, with every backend and option that moves commits."""

import pytest

from tests.kit.story import STANDS, Story, auto, confirm

LINES = "".join(f"line {n}\n" for n in range(1, 31))


def _with(text: str, *, at: int, add: str) -> str:
    """The text with another line after line `at`."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:at], add + "\n", *lines[at:]])


@pytest.mark.parametrize("options", [(), ("--apply",), ("--force-rebase",), ("-r",)], ids=lambda given: " ".join(given))
def test_over_disjoint_files_is_followed(story: Story, options: tuple[str, ...]) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.git("rebase", "-q", *options, "main")
    story.ends({1: auto("same-delta", "A′")})


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_of_several_commits_is_followed_as_a_range(story: Story, backend: str) -> None:
    story.stage("login", "A1", "A2", "A3")
    story.advance("M")
    story.git("rebase", "-q", backend, "main")
    story.ends({1: auto("same-delta", "A3′")})


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_of_several_stages_on_one_branch_is_followed(story: Story, backend: str) -> None:
    story.line("login", "A", ["B1", "B2"], "C")
    story.advance("M")
    story.git("rebase", "-q", backend, "main")
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B2′"), 3: auto("same-delta", "C′")})


def test_over_an_edit_far_away_in_the_same_file_is_followed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": _with(LINES, at=20, add="ours")}))
    story.advance(("M", {"list": _with(LINES, at=3, add="theirs")}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′")})


def test_over_an_edit_two_lines_away_is_followed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": _with(LINES, at=10, add="ours")}))
    story.advance(("M", {"list": _with(LINES, at=12, add="theirs")}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′")})


def test_several_commits_over_edits_between_them_are_followed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    once = _with(LINES, at=5, add="ours")
    story.stage("login", ("A1", {"list": once}), ("A2", {"list": _with(once, at=25, add="ours too")}))
    story.advance(("M", {"list": _with(LINES, at=15, add="theirs")}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A2′")})


def test_a_conflict_resolved_by_hand_asks_first(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": _with(LINES, at=10, add="ours")}))
    story.advance(("M", {"list": _with(LINES, at=10, add="theirs")}))
    story.git("rebase", "-q", "main", ok=False)
    story.write("list", _with(_with(LINES, at=10, add="theirs"), at=11, add="ours"))
    story.git("add", "list")
    story.git("rebase", "--continue")
    story.ends({1: confirm("", offered="login")})


def test_a_conflict_resolved_otherwise_asks_first(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": LINES.replace("line 10\n", "ours\n")}))
    story.advance(("M", {"list": LINES.replace("line 10\n", "theirs\n")}))
    story.git("rebase", "-q", "main", ok=False)
    story.write("list", LINES.replace("line 10\n", "both\n"))
    story.git("add", "list")
    story.git("rebase", "--continue")
    story.ends({1: confirm("content changed", offered="login")})


def test_a_conflict_in_the_lower_stage_leaves_the_upper_one_its_own_proof(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", ("A", {"list": LINES.replace("line 10\n", "ours\n")}), "B")
    story.advance(("M", {"list": LINES.replace("line 10\n", "theirs\n")}))
    story.git("rebase", "-q", "main", ok=False)
    story.write("list", LINES.replace("line 10\n", "both\n"))
    story.git("add", "list")
    story.git("rebase", "--continue")
    story.ends({1: confirm("content changed", offered="login~1"), 2: auto("same-delta", "B′")})


def test_over_an_upstream_file_rename_is_followed(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": _with(LINES, at=10, add="ours")}))
    story.advance(("M", {"list": None, "names": LINES}))
    story.git("rebase", "-q", "main")
    assert "ours" in (story.path / "names").read_text()
    story.ends({1: auto("replay", "A′")})


def _add_into_a_directory_that_main_renames(story: Story) -> None:
    tree = {f"old/{name}.py": f"{name}\n{LINES}" for name in ("a", "b", "c")}
    story.advance(("L", tree))
    story.stage("login", ("A", {"old/d.py": "new here\n"}))
    moved = {path.replace("old/", "new/"): text for path, text in tree.items()}
    story.advance(("M", {**dict.fromkeys(tree), **moved}))


def test_over_an_upstream_directory_rename_is_followed_by_gits_own_merge(story: Story) -> None:
    _add_into_a_directory_that_main_renames(story)
    story.git("-c", "merge.directoryRenames=true", "rebase", "-q", "main")
    assert (story.path / "new/d.py").exists()
    story.ends({1: auto("replay", "A′")})


def test_over_an_upstream_directory_rename_that_git_asked_about_is_followed_all_the_same(story: Story) -> None:
    _add_into_a_directory_that_main_renames(story)
    story.git("rebase", "-q", "main", ok=False)
    story.git("add", "-A")
    story.git("rebase", "--continue")
    assert (story.path / "new/d.py").exists()
    story.ends({1: auto("replay", "A′")})


def test_a_file_kept_in_the_old_directory_is_followed_too(story: Story) -> None:
    _add_into_a_directory_that_main_renames(story)
    story.git("-c", "merge.directoryRenames=false", "rebase", "-q", "main")
    assert (story.path / "old/d.py").exists()
    story.ends({1: auto("same-delta", "A′")})


def test_onto_another_branch_is_followed(story: Story) -> None:
    story.stack(one=["A"], two=["B1", "B2"])
    story.advance("M")
    story.git("rebase", "-q", "--onto", "main", "one", "two")
    story.ends({1: STANDS, 2: auto("same-delta", "B2′")})


def test_of_the_top_stage_only_forks_the_stack(story: Story) -> None:
    story.stack(one=["A"], two=["B"], three=["C"])
    story.advance("M")
    story.git("rebase", "-q", "main", "three")
    story.ends({1: STANDS, 2: STANDS, 3: auto("same-delta", "C′")})


def test_with_merges_recreated_is_followed(story: Story) -> None:
    story.branch("login")
    story.commit("A1")
    story.branch("side")
    story.commit("S")
    story.checkout("login")
    story.commit("A2")
    story.git("merge", "-q", "--no-ff", "-m", "J", "side")
    story.commit("A3")
    story.labels["J"] = story.tip("HEAD~1")
    story.record("login")
    story.advance("M")
    story.git("rebase", "-q", "--rebase-merges", "main", "login")
    story.ends({1: auto("same-delta|replay", "A3′")})


def test_with_a_merge_of_main_flattened_is_followed(story: Story) -> None:
    story.branch("login")
    story.commit("A1")
    story.advance("M")
    story.git("merge", "-q", "--no-ff", "-m", "J", "main")
    story.commit("A2")
    story.record("login")
    story.advance("N")
    story.git("rebase", "-q", "main", "login")
    story.ends({1: auto("same-delta|replay", "A2′")})


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_two_rebases_in_a_row_are_followed(story: Story, backend: str) -> None:
    story.stage("login", "A")
    for other in ("M", "N"):
        story.advance(other)
        story.git("rebase", "-q", backend, "main")
    story.ends({1: auto("same-delta", "A′")})


def test_update_refs_moves_three_stacked_stages_together(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B"], three=["C1", "C2"])
    story.advance("M")
    story.git("rebase", "-q", "--update-refs", "main")
    story.ends({1: auto("same-delta", "A2′"), 2: auto("same-delta", "B′"), 3: auto("same-delta", "C2′")})


def test_rebase_update_refs_by_configuration_moves_the_stack_too(story: Story) -> None:
    story.git("config", "rebase.updateRefs", "true")
    story.stack(one=["A"], two=["B"])
    story.advance(("M", {"other": "x\n"}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("same-delta", "A′"), 2: auto("same-delta", "B′")})


def test_an_aborted_rebase_moves_nothing(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", "A", ("B", {"list": LINES.replace("line 10\n", "ours\n")}))
    story.advance(("M", {"list": LINES.replace("line 10\n", "theirs\n")}))
    story.git("rebase", "-q", "main", ok=False)
    story.amend(None, "-m", "A, better said")
    story.git("rebase", "--abort")
    story.ends({1: STANDS, 2: STANDS})


def test_a_rebase_that_was_quit_moves_nothing(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", "A", ("B", {"list": LINES.replace("line 10\n", "ours\n")}))
    story.advance(("M", {"list": LINES.replace("line 10\n", "theirs\n")}))
    story.git("rebase", "-q", "main", ok=False)
    story.git("rebase", "--quit")
    story.git("reset", "-q", "--hard")
    story.ends({1: STANDS, 2: STANDS})


def test_a_rebase_under_way_moves_nothing_yet(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.line("login", "A", ("B", {"list": LINES.replace("line 10\n", "ours\n")}))
    story.advance(("M", {"list": LINES.replace("line 10\n", "theirs\n")}))
    story.git("rebase", "-q", "main", ok=False)
    story.ends({1: STANDS, 2: STANDS})


def test_a_fork_point_pull_that_drops_everything_asks_first(story: Story) -> None:
    """Upstream had our commit and took it back: `pull --rebase` drops it without a word, and no hook fires."""
    origin = story.inside(story.path.parent / "origin")
    story.git("clone", "-q", "--bare", str(story.path), str(origin.path))
    story.git("remote", "add", "origin", str(origin.path))
    story.stage("login", "A")
    story.git("push", "-q", "-u", "origin", "login")
    origin.git("update-ref", "refs/heads/login", story["base"])
    story.git("pull", "-q", "--rebase")
    assert story.tip("login") == story["base"]
    story.ends({1: confirm("")})


def test_a_change_that_is_upstream_already_is_dropped_and_found_there(story: Story) -> None:
    story.line("login", "A", "B")
    story.checkout("main")
    story.commit("M")
    story.git("cherry-pick", story["A"])
    story.git("rebase", "-q", "main", "login")
    story.ends({1: auto("same-delta", "A′@main", landed=True), 2: auto("same-delta", "B′")})


def test_a_change_that_is_partly_upstream_is_followed_and_says_so(story: Story) -> None:
    story.stage("login", ("A", {"a": "a\n", "b": "b\n"}))
    story.advance(("M", {"a": "a\n"}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′", partly=True)})


def test_a_change_whose_lines_are_partly_upstream_is_followed_and_says_so(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("login", ("A", {"list": _with(_with(LINES, at=25, add="two"), at=5, add="one")}))
    story.advance(("M", {"list": _with(LINES, at=5, add="one")}))
    story.git("rebase", "-q", "main")
    story.ends({1: auto("replay", "A′", partly=True)})


def test_autostash_changes_no_verdict(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.write("README", "not committed yet\n")
    story.git("rebase", "-q", "--autostash", "main")
    story.ends({1: auto("same-delta", "A′")})


def test_a_signoff_rebase_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.git("rebase", "-q", "--signoff", "main")
    story.ends({1: auto("same-tree", "A2′")})


def test_a_rebase_of_the_root_is_followed(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.git("rebase", "-q", "--root", "--reset-author-date")
    story.ends({1: auto("same-tree|same-delta", "A2′")}, anchor="ok")


def test_a_rebase_of_a_detached_head_moves_nothing(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.git("checkout", "-q", "--detach", "login")
    story.git("rebase", "-q", "main")
    story.ends({1: STANDS})
