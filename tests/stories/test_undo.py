"""Going back: a record whose old commit is on its branch again is true again, and nothing is lost to gc."""

from tests.kit.story import KEY, STANDS, Story, auto, confirm


def test_an_amend_undone_by_reset_leaves_nothing_to_settle(story: Story) -> None:
    story.stage("login", "A")
    story.amend(None, "-m", "A, better said")
    story.git("reset", "-q", "--hard", story["A"])
    story.ends({1: STANDS}, heard=None)


def test_a_settled_rebase_undone_by_reset_restores_the_old_record(story: Story) -> None:
    story.stack(one=["A"], two=["B"])
    story.advance("M")
    story.git("rebase", "-q", "--update-refs", "main")
    story.reconcile("--apply", exit=0)
    assert story.stage_refs() == {1: story.tip("one"), 2: story.tip("two")}
    story.git("branch", "-f", "one", story["A"])
    story.git("reset", "-q", "--hard", story["B"])
    story.ends({1: STANDS, 2: STANDS}, heard=None)


def test_a_changed_amend_undone_by_reset_asks_nothing_any_more(story: Story) -> None:
    story.stage("login", "A")
    story.amend({"A.txt": "other\n"})
    story.reconcile("--apply", exit=2)
    story.git("reset", "-q", "--hard", "HEAD@{1}")
    story.ends({1: STANDS}, heard=None)


def test_a_persons_answer_is_not_undone_by_a_reset_they_did_not_speak_of(story: Story) -> None:
    story.stage("login", "A")
    story.amend({"A.txt": "other\n"})
    other = story.tip()
    story.reconcile("--apply", "--stage", "1", "--use-ref", "login", exit=0)
    story.git("reset", "-q", "--hard", story["A"])
    item = story.reconcile("--check", exit=2)["items"][0]
    assert (item["class"], item["recorded"]) == ("confirm", other)


def test_everything_is_still_proven_after_gc(story: Story) -> None:
    story.stack(one=["A1", "A2"], two=["B"])
    story.advance("M")
    story.git("rebase", "-q", "--update-refs", "main")
    story.reconcile("--apply", exit=0)
    story.git("reflog", "expire", "--expire=now", "--all")
    story.git("gc", "-q", "--prune=now")
    story.ends({1: auto("replay|same-delta", "one"), 2: auto("replay|same-delta", "two")}, heard=None)


def test_a_rebase_is_followed_although_gc_ran_before_the_first_look(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance(("M", {"A1.txt2": "x\n"}))
    story.git("rebase", "-q", "main")
    story.git("reflog", "expire", "--expire=now", "--all")
    story.git("gc", "-q", "--prune=now")
    story.ends({1: auto("same-delta", "login")})


def test_packed_refs_change_no_verdict(story: Story) -> None:
    story.stage("login", "A")
    story.git("pack-refs", "--all")
    story.amend(None, "-m", "A, better said")
    story.git("pack-refs", "--all")
    story.ends({1: auto("same-tree", "login")})


def test_a_deleted_branch_found_nowhere_asks_and_names_the_keep_ref(story: Story) -> None:
    story.stage("login", "A")
    story.checkout("main")
    story.git("branch", "-D", "login")
    story.git("reflog", "expire", "--expire=now", "--all")
    story.git("gc", "-q", "--prune=now")
    story.ends({1: confirm("branch login is gone")})
    offered = story.reconcile("--check", exit=2)["items"][0]["candidates"]
    assert [(c["ref"], c["commit"]) for c in offered] == [("refs/okstra/stage/shop/web/login/1", story["A"])]


def test_a_deleted_branch_can_be_given_back_by_the_offered_ref(story: Story) -> None:
    story.stage("login", "A")
    story.checkout("main")
    story.git("branch", "-D", "login")
    offered = story.reconcile("--check", exit=2)["items"][0]["candidates"][0]["ref"]
    story.git("branch", "login", offered)
    story.ends({1: STANDS})


def test_a_deleted_branch_whose_change_is_in_the_target_has_landed(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.checkout("main")
    story.git("cherry-pick", "login")
    story.git("branch", "-D", "login")
    story.ends({1: auto("same-delta|replay", "A′@main", landed=True)}, heard=False)


def test_a_deleted_branch_that_was_merged_stands(story: Story) -> None:
    story.stage("login", "A")
    story.advance("M")
    story.checkout("main")
    story.git("merge", "-q", "--no-ff", "-m", "merge login", "login")
    story.git("branch", "-d", "login")
    story.ends({1: STANDS})


def test_a_renamed_branch_asks_and_offers_the_new_name(story: Story) -> None:
    story.stage("login", "A")
    story.git("branch", "-m", "login", "sign-in")
    story.ends({1: confirm("", offered="A")})
    offered = story.reconcile("--check", exit=2)["items"][0]["candidates"][0]
    assert offered["ref"] == "sign-in"
    settled = story.reconcile("--apply", "--stage", "1", "--use-ref", "sign-in", exit=0)
    assert settled["items"] == []
    assert story.okstra("stage", "show", "1", "--task-key", KEY, "--json").json["stage"]["branch"] == "sign-in"
