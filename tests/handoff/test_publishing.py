"""Groups published to a forge of our own: a real bare remote, and a `gh` that speaks like the real one."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from okstra_git.names import parse_task_key
from okstra_git.records.events import GroupAssembled
from tests.kit.answers import Answer
from tests.kit.forge import Forge
from tests.kit.handing import begin, handoff, ready, stage, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME, open_store, record

BRANCH = "feature/web/login-group-1-2"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two verified stages, assembled, main checked out."""
    world = begin(tmp_path / "shop")
    for number in (1, 2):
        ready(world, number)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1,2", "--base", "main")
    return world


@pytest.fixture
def forge(world: World, tmp_path: Path) -> Forge:
    return Forge.begin(world, tmp_path)


def publish(world: World, forge: Forge, *flags: str, exit: int = 0, **env: str) -> Answer:
    words = ["handoff", "publish", "--task-key", NAME, *flags, "--json"]
    return world.okstra(*words, exit=exit, env={**forge.env, **env})


def code(answer: Answer) -> str:
    found: str = answer.json["error"]["code"]
    return found


def problems(answer: Answer) -> list[str]:
    return [one["code"] for one in answer.json["error"]["problems"]]


def states(world: World) -> list[str]:
    return [row["state"] for row in world.okstra("stage", "list", "--task-key", NAME, "--json").json["stages"]]


def nothing_left(world: World, forge: Forge) -> bool:
    """Nothing is on the remote and nothing is recorded of a pull request."""
    return (
        forge.tip(BRANCH) is None
        and forge.pull_requests() == []
        and "pr.recorded" not in world.okstra("log", "--json").out
    )


def test_a_group_is_pushed_opened_and_recorded(world: World, forge: Forge) -> None:
    done = publish(world, forge, "--yes").json
    assert forge.tip(BRANCH) == done["commit"] == done["pushed"]["now"]
    pr = forge.pull_requests()[0]
    assert (done["url"], done["existed"], done["recorded"]) == (forge.url(1), False, True)
    assert (pr["head"], pr["base"], pr["title"], pr["body"]) == (BRANCH, "main", done["title"], done["body"])
    assert states(world) == ["in-pr", "in-pr"]
    assert "- Verdict: `accepted`" in done["body"]
    assert "`make test`: exit code 0" in done["body"]
    assert str(world.path.parent) not in done["body"], "no path of this machine leaves it"


def test_twice_is_once(world: World, forge: Forge) -> None:
    first = publish(world, forge, "--yes").json
    again = publish(world, forge, "--stages", "2,1", "--yes").json
    assert (again["url"], again["existed"], again["pushed"]["up_to_date"]) == (first["url"], True, True)
    assert len(forge.pull_requests()) == 1
    assert world.okstra("log", "--json").out.count("pr.recorded") == 1


def test_a_dry_run_tells_everything_and_does_nothing(world: World, forge: Forge) -> None:
    told = publish(world, forge, "--dry-run").json
    assert nothing_left(world, forge)
    push, create, record = told["next"]
    assert push == f"git push origin {told['commit']}:refs/heads/{BRANCH}"
    assert create.startswith(f"gh pr create --head {BRANCH} --base main --title ")
    assert record == f"git okstra handoff record-pr --task-key {NAME} --stages 1,2 --branch {BRANCH} --url URL"
    text = world.okstra("handoff", "publish", "--task-key", NAME, "--dry-run", "--text", env=forge.env).out
    assert told["title"] in text
    assert "nothing was pushed" in text


def test_without_a_yes_nothing_leaves(world: World, forge: Forge) -> None:
    answer = publish(world, forge, exit=2)
    assert code(answer) == "handoff.needs-yes"
    assert nothing_left(world, forge)


def test_without_gh_the_branch_is_pushed_and_the_rest_is_told(world: World, forge: Forge, tmp_path: Path) -> None:
    bin = tmp_path / "only-git"
    bin.mkdir()
    (bin / "git").symlink_to("/usr/bin/git")
    done = publish(world, forge, "--yes", PATH=str(bin)).json
    assert (done["forge"], done["url"], done["recorded"]) == (None, None, False)
    assert forge.tip(BRANCH) == done["commit"]
    assert [step.split()[0:3] for step in done["next"][1:]] == [["gh", "pr", "create"], ["git", "okstra", "handoff"]]
    assert (world.path / done["body_file"]).read_text() == done["body"]
    handoff(world, "record-pr", "--stages", "1,2", "--branch", BRANCH, "--url", "https://f.example/pull/1")
    assert states(world) == ["in-pr", "in-pr"]


def test_push_only_opens_nothing(world: World, forge: Forge) -> None:
    done = publish(world, forge, "--push-only", "--yes").json
    assert (done["url"], done["recorded"], forge.pull_requests()) == (None, False, [])
    assert forge.tip(BRANCH) == done["commit"]


def test_the_status_of_what_was_only_pushed_says_that_a_pull_request_is_missing(world: World, forge: Forge) -> None:
    line = "git okstra handoff publish --task-key shop:web:login --stages 1,2"
    assert line not in world.okstra("handoff", "status", "--text").out
    publish(world, forge, "--push-only", "--yes")
    page = world.okstra("handoff", "status", "--text").out
    assert f"branch {BRANCH} is pushed, no pull request is on record" in page
    assert f"next: {line}" in page
    publish(world, forge, "--yes")
    assert "is pushed" not in world.okstra("handoff", "status", "--text").out


def test_a_body_of_ones_own_a_title_and_a_draft(world: World, forge: Forge) -> None:
    world.write("../body.md", "By hand.\n")
    publish(world, forge, "--body-file", "../body.md", "--title", "Log in", "--draft", "--yes")
    pr = forge.pull_requests()[0]
    assert (pr["title"], pr["body"].strip()) == ("Log in", "By hand.")


def test_a_template_is_named_configured_or_the_repositorys_own(world: World, forge: Forge) -> None:
    world.write(".github/pull_request_template.md", "Own\n\n{{ okstra.stages }}\n")
    assert publish(world, forge, "--dry-run").json["template"] == ".github/pull_request_template.md"
    world.write("docs/pr.md", "Configured {{ okstra.evidence }}\n")
    world.okstra("config", "set", "okstra.prTemplate", "docs/pr.md")
    assert publish(world, forge, "--dry-run").json["body"].startswith("Configured ")
    world.write("named.md", "Named\n")
    assert publish(world, forge, "--pr-template", "named.md", "--dry-run").json["body"].startswith("Named\n")
    assert code(publish(world, forge, "--pr-template", "none.md", "--dry-run", exit=1)) == "template.missing"


# --- what stands against it


def test_everything_that_stands_against_it_is_told_at_once(world: World, forge: Forge) -> None:
    collector = Path(handoff(world, "status")["tasks"][0]["groups"][0]["worktree"])
    (collector / "new.txt").write_text("lies here")
    world.checkout("s1")
    world.amend({"f1.txt": "other\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    answer = publish(world, forge, "--yes", exit=1)
    assert code(answer) == "handoff.not-publishable"
    assert problems(answer) == ["verification-stale", "stage-changed", "worktree-dirty"]
    assert nothing_left(world, forge)


@pytest.mark.parametrize("branch", ["master", "staging", "dev"])
def test_a_branch_that_others_build_on_is_never_pushed_to(tmp_path: Path, branch: str) -> None:
    """An older okstra assembled there; today's refuses."""
    world = begin(tmp_path / "shop")
    ready(world, 1)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main", "--branch", "mine", "--no-worktree")
    world.git("branch", "-q", "-m", "mine", branch)
    store = open_store(world)
    group = store.read().state.tasks[parse_task_key("shop/web/login")].groups["1"]
    said = group.model_dump(include={"stages", "base_ref", "range", "members"})
    record(store, GroupAssembled(task="shop/web/login", group="1", branch=branch, **said))
    forge = Forge.begin(world, tmp_path)
    assert problems(publish(world, forge, "--yes", exit=1)) == ["base-branch"]


def test_an_unverified_database_part_is_never_pushed(world: World, forge: Forge) -> None:
    verify(world, 1, flags=["--commit", "s1"], databaseVerified=False)
    answer = publish(world, forge, "--yes", exit=1)
    assert problems(answer) == ["database-unverified"]
    assert nothing_left(world, forge)


def test_a_base_that_moved_into_the_way(world: World, forge: Forge) -> None:
    world.commit("M", {"f1.txt": "theirs\n"})
    answer = publish(world, forge, "--yes", exit=1)
    assert problems(answer) == ["base-conflict"]


def test_work_on_the_collector_itself_was_never_verified(world: World, forge: Forge) -> None:
    collector = World(Path(handoff(world, "status")["tasks"][0]["groups"][0]["worktree"]))
    collector.commit("extra")
    extra = collector.git("rev-parse", "HEAD").strip()
    assert problems(publish(world, forge, "--yes", exit=1)) == ["branch-moved"]
    page = world.okstra("handoff", "status", "--task-key", NAME, "--text").out
    assemble = ("handoff", "assemble", "--task-key", NAME, "--stages", "1,2", "--base", "main", "--json")
    told = world.okstra(*assemble, exit=1).json["error"]["hint"].splitlines()[1:]
    refused = publish(world, forge, "--yes", exit=1).json["error"]["hint"].splitlines()
    assert told == refused == [line.strip()[len("next: ") :] for line in page.splitlines() if "next: " in line]
    for line in told:
        world.git(*shlex.split(line)[1:])
    assert world.git("rev-parse", f"{BRANCH}-kept").strip() == extra
    assert publish(world, forge, "--yes").json["pushed"]


def test_nothing_assembled_and_several_assembled(tmp_path: Path) -> None:
    world = begin(tmp_path / "shop")
    for number in (1, 2):
        ready(world, number)
    world.checkout("main")
    forge = Forge.begin(world, tmp_path)
    assert code(publish(world, forge, "--yes", exit=1)) == "handoff.not-assembled"
    for group in ("1", "2"):
        handoff(world, "assemble", "--stages", group, "--base", "main", "--no-worktree")
    assert "1, 2" in publish(world, forge, "--yes", exit=1).json["error"]["message"]
    assert publish(world, forge, "--group", "2", "--yes").json["group"] == "2"


# --- what goes wrong on the way


def repeat(world: World, forge: Forge) -> dict[str, Any]:
    """The same command once more, when whatever was in the way is gone."""
    done: dict[str, Any] = publish(world, forge, "--yes").json
    assert forge.tip(BRANCH) == done["commit"]
    assert [pr["head"] for pr in forge.pull_requests()] == [BRANCH]
    assert states(world) == ["in-pr", "in-pr"]
    return done


def test_a_server_that_declines(world: World, forge: Forge) -> None:
    forge.decline("no pushes on Saturdays")
    answer = publish(world, forge, "--yes", exit=1)
    assert code(answer) == "push.declined"
    assert "no pushes on Saturdays" in answer.out
    assert nothing_left(world, forge)
    forge.decline(None)
    repeat(world, forge)


def test_a_remote_that_is_gone_and_comes_back(world: World, forge: Forge) -> None:
    forge.vanish()
    assert code(publish(world, forge, "--yes", exit=1)) == "remote.unreachable"
    forge.return_()
    assert nothing_left(world, forge)
    repeat(world, forge)


def test_a_connection_cut_before_and_after_the_branch_arrived(world: World, forge: Forge) -> None:
    forge.cut("before")
    assert code(publish(world, forge, "--yes", exit=1)) == "remote.unreachable"
    assert nothing_left(world, forge)
    forge.cut("after")
    repeat(world, forge)


def test_somebody_elses_commits_on_the_remote_branch_stay(world: World, forge: Forge) -> None:
    world.branch("theirs", "main")
    theirs = world.commit("T")
    world.git("push", "-q", "origin", f"HEAD:refs/heads/{BRANCH}")
    world.checkout("main")
    assert code(publish(world, forge, "--yes", exit=1)) == "push.rejected"
    assert code(publish(world, forge, "--replace", "--yes", exit=1)) == "push.rejected"
    assert forge.tip(BRANCH) == theirs


def test_a_closed_pull_request_is_replaced_on_its_own_branch(world: World, forge: Forge) -> None:
    first = publish(world, forge, "--yes").json
    forge.close(first["url"])
    handoff(world, "record-closed", "--url", first["url"])
    world.commit("M")
    handoff(world, "assemble", "--stages", "1,2", "--base", "main")
    assert code(publish(world, forge, "--yes", exit=1)) == "push.rejected"
    again = publish(world, forge, "--replace", "--yes").json
    assert again["url"] == forge.url(2)
    assert forge.tip(BRANCH) == again["commit"] != first["commit"]


def test_closed_and_assembled_again_with_one_stage_less(world: World, forge: Forge) -> None:
    first = publish(world, forge, "--yes").json
    forge.close(first["url"])
    handoff(world, "record-closed", "--url", first["url"], "--reason", "2 can wait")
    handoff(world, "assemble", "--stages", "1", "--base", "main")
    done = publish(world, forge, "--stages", "1", "--yes").json
    assert (done["url"], done["branch"]) == (forge.url(2), "feature/web/login-group-1")
    assert states(world) == ["in-pr", "verified"]


def test_a_pull_request_that_exists_already_is_a_success(world: World, forge: Forge) -> None:
    publish(world, forge, "--push-only", "--yes")
    forge.gh("pr", "create", "--head", BRANCH, "--base", "main", "--title", "by hand", "--body", "x")
    done = publish(world, forge, "--yes").json
    assert (done["url"], done["existed"], done["recorded"]) == (forge.url(1), True, True)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [({"logged_in": False}, "forge.unauthenticated"), ({"network": False}, "forge.unreachable")],
)
def test_a_forge_that_does_not_let_us(world: World, forge: Forge, switch: dict[str, Any], expected: str) -> None:
    forge.switch(**switch)
    assert code(publish(world, forge, "--yes", exit=1)) == expected
    assert states(world) == ["verified", "verified"]
    forge.switch(**dict.fromkeys(switch, True))
    repeat(world, forge)


def test_an_unverified_stage_cannot_be_published(world: World, forge: Forge) -> None:
    stage(world, 3)
    world.checkout("main")
    assert code(publish(world, forge, "--stages", "3", "--yes", exit=1)) == "handoff.not-assembled"


def test_a_protected_branch_on_the_remote(world: World, forge: Forge) -> None:
    forge.protect(BRANCH)
    assert code(publish(world, forge, "--yes", exit=1)) == "push.declined"
    assert nothing_left(world, forge)


def test_a_remote_that_is_not_configured(tmp_path: Path) -> None:
    world = begin(tmp_path / "shop")
    ready(world, 1)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main")
    answer = world.okstra("handoff", "publish", "--task-key", NAME, "--yes", exit=1)
    assert code(answer) == "remote.missing"


def test_a_base_that_nobody_published_is_told_before_anything_is_pushed(world: World, forge: Forge) -> None:
    ready(world, 3)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "3", "--base", BRANCH, "--no-worktree")
    answer = publish(world, forge, "--stages", "3", "--yes", exit=1)
    assert code(answer) == "handoff.base-unpublished"
    assert forge.tip("feature/web/login-group-3") is None
    publish(world, forge, "--stages", "1,2", "--yes")
    done = publish(world, forge, "--yes").json
    assert (done["group"], done["base"]) == ("3", BRANCH), "what is published already does not wait any more"


def test_a_refusal_of_the_forge_says_that_the_branch_is_out(world: World, forge: Forge) -> None:
    forge.switch(logged_in=False)
    error = publish(world, forge, "--yes", exit=1).json["error"]
    assert error["pushed"] is True
    assert "is pushed" in error["message"]


def test_another_clone_sees_the_group_by_its_fetched_branch(world: World, forge: Forge, tmp_path: Path) -> None:
    publish(world, forge, "--yes")
    other = World(tmp_path / "other", labels=world.labels, clock=world.clock)
    world.git("push", "-q", "origin", "refs/okstra/log/*:refs/okstra/log/*")
    world.git("clone", "-q", str(forge.bare), str(other.path))
    other.git("fetch", "-q", "origin", "refs/okstra/log/*:refs/okstra/remote/origin/*")
    group = handoff(other, "status")["tasks"][0]["groups"][0]
    assert (group["state"], group["changed"]) == ("in-pr", [])


def test_another_clone_asks_nothing_of_a_stage_as_long_as_a_group_has_it(
    world: World, forge: Forge, tmp_path: Path
) -> None:
    publish(world, forge, "--push-only", "--yes")
    other = World(tmp_path / "other", labels=world.labels, clock=world.clock)
    world.git("push", "-q", "origin", "refs/okstra/log/*:refs/okstra/log/*")
    world.git("clone", "-q", str(forge.bare), str(other.path))
    other.okstra("init", "--no-hooks")
    check = ("reconcile", "--check", "--task-key", NAME, "--json")
    assert other.okstra(*check).json["items"] == []
    assert [row["eligible"] for row in handoff(other, "eligible")["stages"]] == [True, True]
    other.git("update-ref", "-d", f"refs/remotes/origin/{BRANCH}")
    items = other.okstra(*check, exit=2).json["items"]
    assert [one["class"] for one in items] == ["confirm", "confirm"]
    world.git("branch", "-qD", "s1")
    (item,) = world.okstra(*check, exit=2).json["items"]
    assert item["stage"] == 1, "where the stage was recorded, a branch that is gone was deleted"


def test_what_was_pushed_without_a_pull_request_can_be_replaced(world: World, forge: Forge) -> None:
    first = publish(world, forge, "--push-only", "--yes").json
    world.commit("M")
    world.git("push", "-q", "origin", "main")
    handoff(world, "assemble", "--stages", "1,2", "--base", "main")
    assert code(publish(world, forge, "--push-only", "--yes", exit=1)) == "push.rejected"
    again = publish(world, forge, "--push-only", "--replace", "--yes").json
    assert forge.tip(BRANCH) == again["commit"] != first["commit"]


def test_a_text_that_somebody_edited_is_kept_beside_the_next_one(world: World, forge: Forge) -> None:
    first = publish(world, forge, "--dry-run").json
    file = world.path / first["body_file"]
    file.write_text("what I wrote\n")
    again = publish(world, forge, "--dry-run")
    kept = file.with_name("group-1-2.edited.md")
    assert (kept.read_text(), file.read_text()) == ("what I wrote\n", first["body"])
    assert f"--body-file {kept}" in again.err
    said = publish(world, forge, "--body-file", str(kept), "--dry-run")
    assert (file.read_text(), said.err) == ("what I wrote\n", "")
    publish(world, forge, "--dry-run")
    assert file.with_name("group-1-2.edited-2.md").read_text() == "what I wrote\n"


def test_a_text_that_okstra_wrote_gives_way_to_the_next_one_in_silence(world: World, forge: Forge) -> None:
    file = world.path / publish(world, forge, "--dry-run").json["body_file"]
    before = file.read_text()
    world.checkout("main")
    world.commit("M")
    handoff(world, "assemble", "--stages", "1,2", "--base", "main")
    assert publish(world, forge, "--dry-run").err == ""
    assert file.read_text() != before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_link_in_the_place_of_the_text_is_replaced_and_not_followed(world: World, forge: Forge) -> None:
    file = world.path / publish(world, forge, "--dry-run").json["body_file"]
    outside = world.path.with_name("outside.md")
    outside.write_text("mine\n")
    file.unlink()
    file.symlink_to(outside)
    publish(world, forge, "--dry-run")
    assert outside.read_text() == "mine\n"


def test_a_stage_that_changed_in_a_pull_request_is_to_be_verified_first(world: World, forge: Forge) -> None:
    publish(world, forge, "--yes")
    world.checkout("s2")
    world.commit("more")
    world.okstra("stage", "done", "2", "--task-key", NAME)
    world.checkout("main")
    reason = handoff(world, "eligible")["stages"][1]["details"][0]
    assert reason["code"] == "already-in-pr"
    lines = reason["hint"].splitlines()
    assert "record-verified" in lines[1]
    assert "assemble --update" in lines[2]
    answer = publish(world, forge, "--yes", exit=1)
    assert problems(answer) == ["verification-stale", "stage-changed"]
    verify(world, 2)
    assert problems(publish(world, forge, "--yes", exit=1)) == ["stage-changed"]
    handoff(world, *shlex.split(answer.json["error"]["hint"].splitlines()[-1])[3:])
    told = publish(world, forge, "--dry-run").json
    assert [line.split()[:2] for line in told["next"]] == [["git", "push"]], "the pull request is open already"
