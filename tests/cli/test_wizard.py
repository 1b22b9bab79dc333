"""`wizard init`, `step` and `render-args` in real repositories: calls, looks, refusals, and the line that comes out."""

import errno
import json
import os
import shlex
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from okstra_cli.wizard.answers import State
from okstra_cli.wizard.fast_lookup import look_lightly
from okstra_cli.wizard.turn import try_step
from okstra_git.porcelain.wizard_facts import DETAILED
from tests.kit.answers import Answer, run_program
from tests.kit.prepared import KEY, a_brief, a_plan, prepare, runs, set_up
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

FILE = ".okstra/wizard/w.json"


class Agent:
    """Calls the wizard as a skill would, and counts."""

    def __init__(self, world: World, *more: str) -> None:
        self.world = world
        self.calls = 0
        self.sizes: list[int] = []
        self.next: dict[str, Any] = {}
        self.last = self.take("wizard", "init", "--state-file", FILE, *more)

    def take(self, *line: str, exit: int = 0) -> Answer:
        answer = self.world.okstra(*line, exit=exit)
        self.calls += 1
        self.sizes.append(len(answer.out.encode()))
        self.last = answer
        self.next = answer.json.get("next", {})
        return answer

    def say(self, *said: object, exit: int = 0) -> "Agent":
        for each in said:
            text = each if isinstance(each, str) else json.dumps(each)
            self.take("wizard", "step", "--state-file", FILE, "--answer", text, exit=exit)
        return self

    @property
    def step(self) -> str:
        return str(self.next["step"])

    def values(self, step: str | None = None) -> list[str]:
        questions = self.next.get("questions", [self.next])
        question = next(each for each in questions if step in (None, each["step"]))
        return [option["value"] for option in question["options"]]

    def args(self) -> dict[str, str]:
        answer = self.world.okstra("wizard", "render-args", "--state-file", FILE)
        found: dict[str, str] = answer.json["args"]
        return found


@pytest.fixture
def shop(world: World) -> World:
    """A task with a plan of three stages and a run that planned them."""
    set_up(world, {1: (), 2: (), 3: (1,)})
    run = prepare(world, task_type="implementation-planning").json["run"]
    world.okstra("run", "finish", run, "--next-phase", "implementation")
    return world


# --- how many calls


def test_an_existing_task_is_done_in_six_calls(shop: World) -> None:
    agent = Agent(shop)
    agent.say(KEY, "implementation-planning", "keep", "yes", "start")
    assert (agent.step, agent.calls) == ("done", 6)
    assert max(agent.sizes) < 2048


def test_an_implementation_is_done_in_six_calls(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation")
    assert [each["step"] for each in agent.next["questions"]] == [
        "stage_pick", "base_ref_pick", "executor", "use_defaults",
    ]  # fmt: skip
    agent.say({}, "continue", "start")
    assert (agent.step, agent.calls) == ("done", 6)
    assert agent.args() == {
        "task-key": KEY, "task-type": "implementation", "brief-path": str(shop.path / ".okstra/briefs/web/login.md"),
        "stage": "auto", "executor": "claude",
    }  # fmt: skip


def test_a_new_task_is_done_in_nine_calls_with_its_id_typed(shop: World) -> None:
    shop.write(".okstra/briefs/web/pay.md", a_brief())
    agent = Agent(shop).say("new", "web", "direct-input", "refund", "requirements-discovery")
    agent.say(str(shop.path / ".okstra/briefs/web/pay.md"), "yes", "start")
    assert (agent.step, agent.calls) == ("done", 9)


def test_a_task_for_a_waiting_brief_is_done_in_eight_calls(shop: World) -> None:
    path = shop.write(".okstra/briefs/web/pay.md", a_brief())
    agent = Agent(shop).say("new", "web")
    assert agent.values() == ["pay", "login", "direct-input"]
    agent.say("pay", "requirements-discovery")
    assert agent.values()[0] == str(path)
    agent.say(str(path), "yes", "start")
    assert (agent.step, agent.calls) == ("done", 8)
    assert agent.args()["open-task"] == "true"


def test_the_first_task_of_a_project_is_done_in_eight_calls(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.write("brief.md", a_brief())
    agent = Agent(world).say("new", "web", "login", "requirements-discovery", "brief.md", "yes", "start")
    assert (agent.step, agent.calls) == ("done", 8)
    assert agent.args() == {
        "task-key": KEY, "open-task": "true", "task-type": "requirements-discovery",
        "brief-path": str(world.path / "brief.md"),
    }  # fmt: skip


# --- what comes out


def test_the_line_prepares_exactly_what_was_chosen(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": "2", "executor": "codex"}, "continue", "start")
    line = shop.okstra("wizard", "render-args", "--state-file", FILE, "--command").out
    assert line.startswith("okstra render-bundle --task-key shop:web:login ")
    assert line.count("\n") == 1
    assert not set("$`;|><&\\") & set(line)
    found = shop.okstra(*shlex.split(line)[1:], "--json").json
    assert (found["stage"], found["task_type"]) == (2, "implementation")
    assert agent.args()["executor"] == "codex"


def test_a_new_task_is_opened_by_its_prepare_with_the_words_of_its_brief(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.write("brief.md", a_brief())
    Agent(world).say("new", "web", "login", "error-analysis", "brief.md", "yes", "start")
    line = world.okstra("wizard", "render-args", "--state-file", FILE, "--command").out
    world.okstra(*shlex.split(line)[1:])
    task = world.okstra("task", "show", KEY, "--json").json["task"]
    assert (task["title"], task["tickets"]) == ("Log in with a passkey", ["SHOP-12"])
    assert [run["task_type"] for run in runs(world)] == ["error-analysis"]


def test_a_brief_that_may_not_be_begun_on_opens_no_task(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.write("brief.md", a_brief("pending"))
    line = ("render-bundle", "--task-key", KEY, "--open-task", "--task-type", "error-analysis")
    world.okstra(*line, "--brief-path", "brief.md", exit=2)
    assert world.okstra("task", "list", "--json").json["tasks"] == []


def test_everything_that_can_be_chosen_reaches_the_prepare(shop: World) -> None:
    shop.write("answers.md", "# Report\n")
    for name in ("shop:web:pay", "shop:a:b"):
        shop.okstra("task", "open", name)
    agent = Agent(shop).say(KEY, "implementation", {"use_defaults": "no", "base_ref_pick": "direct-input"}, "main~0")
    assert agent.step == "workers_override"
    agent.say("gemini,claude")
    assert [each["step"] for each in agent.next["questions"]] == ["lead_model", "executor_model"]
    agent.say({"lead_model": "haiku", "executor_model": "direct-input"}, "claude-x[1m]")
    assert [each["step"] for each in agent.next["questions"]] == [
        "directive_pick", "related_tasks_pick", "clarification_pick",
    ]  # fmt: skip
    agent.say(dict.fromkeys(("directive_pick", "related_tasks_pick", "clarification_pick"), "direct-input"))
    agent.say("Mind the tests", "shop:web:pay, shop:a:b", "answers.md", "continue", "start")
    found = agent.args()
    assert list(found) == [
        "task-key", "task-type", "brief-path", "stage", "base-ref", "executor", "workers-override", "lead-model",
        "executor-model", "directive", "related-tasks", "clarification-response",
    ]  # fmt: skip
    assert found["workers-override"] == "claude,gemini"
    line = shop.okstra("wizard", "render-args", "--state-file", FILE, "--command").out
    context = shop.okstra(*shlex.split(line)[1:], "--json").json
    assert context["stage"] == 1
    written = json.loads(next(Path(context["task_root"]).rglob("run-context-*.json")).read_text())
    assert written["options"]["directive"] == "Mind the tests"
    assert written["options"]["related_tasks"] == ["shop:web:pay", "shop:a:b"]


def test_a_task_that_was_opened_meanwhile_is_a_related_one(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation", {"use_defaults": "no"}, "default")
    shop.okstra("task", "open", "shop:web:new")
    while agent.step != "options" and "related_tasks_pick" not in str(agent.next):
        agent.say({})
    agent.say({"related_tasks_pick": "direct-input"}, "shop:web:new")
    assert agent.step != "related_tasks"


@pytest.mark.parametrize(
    "text", ["It costs $5, `so` mind it's done", "one line\nanother", "x" * 600, 'say "no" \\ yes!'], ids=range(4)
)
def test_a_directive_that_no_line_could_carry_goes_through_a_file(shop: World, text: str) -> None:
    path = shop.write("directive.txt", text + "\n")
    agent = Agent(shop).say(KEY, "implementation-planning", "keep", "no", "default", {})
    agent.say({"directive_pick": "direct-input"})
    agent.take("wizard", "step", "--state-file", FILE, "--answer-file", str(path))
    agent.say("start")
    line = shop.okstra("wizard", "render-args", "--state-file", FILE, "--command").out
    assert not set('$`"\\!') & set(line)
    assert line.count("\n") == 1
    found = shop.okstra(*shlex.split(line)[1:], "--json").json
    written = json.loads(next(Path(found["instruction_set"]).parents[1].rglob("run-context-*-002.json")).read_text())
    assert written["options"]["directive"] == text


def test_a_template_can_be_kept_for_the_project(shop: World) -> None:
    finish_stage(shop, 1)
    shop.write("pr.md", "{{ okstra.body }}\n")
    shop.write(".okstra/briefs/web/out.md", a_brief() + "\n## Source Verification Report\n\nreport.md\n")
    agent = Agent(shop).say(KEY, "direct-input", "release-handoff", "change", "direct-input")
    agent.say(".okstra/briefs/web/out.md", "no", "default", {}, {"pr_template_pick": "direct-input"})
    agent.say("pr.md", "project", "start")
    line = shop.okstra("wizard", "render-args", "--state-file", FILE, "--command").out
    shop.okstra(*shlex.split(line)[1:])
    assert shop.okstra("config", "get", "prTemplate", "--json").json["value"] == "pr.md"


def test_the_namesake_of_a_task_without_runs_is_its_brief(world: World) -> None:
    set_up(world, {1: ()})
    agent = Agent(world).say(KEY, "direct-input", "error-analysis")
    assert agent.values() == ["keep", "change"]
    agent = Agent(world).say(KEY, "implementation", {}, "continue")
    assert "brief-path: .okstra/briefs/web/login.md" in agent.next["label"]


# --- looks into the repository


def test_a_brief_that_waits_for_its_reporter_is_offered_and_refused_until_it_was_asked(shop: World) -> None:
    path = shop.write(".okstra/briefs/web/pay.md", a_brief("pending", questions=["intent-check: really?"]))
    agent = Agent(shop).say("new", "web", "pay", "requirements-discovery")
    before = (shop.path / FILE).read_bytes()
    agent.say(str(path), exit=1)
    assert "reporter-confirmations: pending" in agent.last.json["errors"]["brief_pick"]
    assert agent.last.json["next"]["step"] == "brief_pick"
    assert (shop.path / FILE).read_bytes() == before
    path.write_text(a_brief("complete"))
    agent.say(str(path))
    assert agent.step == "use_defaults"


@pytest.mark.parametrize("content", [a_brief("pending"), None])
def test_an_implementation_is_asked_for_a_brief_where_its_own_cannot_be_begun_on(
    shop: World, content: str | None
) -> None:
    last = shop.path / ".okstra/briefs/web/login.md"
    last.unlink()
    if content:
        last.write_text(content)
    prepare(shop, exit=2 if content else 1)
    agent = Agent(shop).say(KEY, "implementation")
    if content:
        agent.say(str(last), exit=1)
        assert "reporter-confirmations: pending" in agent.last.json["errors"]["brief_pick"]
        agent.say("direct-input")
    shop.write("other.md", a_brief())
    agent.say("other.md", {}, "continue", "start")
    args = agent.args()
    assert args["brief-path"] == str(shop.path / "other.md")
    prepare(shop, "--brief-path", args["brief-path"])


@pytest.mark.parametrize(
    ("said", "why"),
    [("none.md", os.strerror(errno.ENOENT)), (".okstra", os.strerror(errno.EISDIR)), ("odd.md", "brief check")],
)
def test_a_typed_brief_has_to_be_one(shop: World, said: str, why: str) -> None:
    shop.write("odd.md", "no front matter\n")
    agent = Agent(shop).say("new", "web", "direct-input", "x", "error-analysis", "direct-input")
    agent.say(said, exit=1)
    assert why in agent.last.json["errors"]["brief"]


PLAIN = "---\nreporter-confirmations: complete\n---\n\n## Source Material\n\nx\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (PLAIN.replace("---\nr", "---\ntitle: [oops\nr", 1), "brief check"),
        (PLAIN.replace("---\nr", "---\n\ttitle: x\nr", 1), "brief check"),
        (PLAIN.replace("---\nr", '---\nnote: "\nr', 1).replace("complete\n", 'complete\n"\n', 1), "brief check"),
        (PLAIN.encode() + b"\n" * 70_000 + b"\xff", "it is not text"),
        (PLAIN + "\0", "it is not text"),
        (PLAIN + "x" * (5 << 20), "too long"),
    ],
    ids=["brackets", "tab", "quotes", "bytes", "nul", "long"],
)
def test_a_brief_is_taken_only_if_its_prepare_takes_it(shop: World, content: str | bytes, why: str) -> None:
    (shop.path / "odd.md").write_bytes(content if isinstance(content, bytes) else content.encode())
    agent = Agent(shop).say("new", "web", "direct-input", "x", "error-analysis", "direct-input")
    agent.say("odd.md", exit=1)
    assert why in agent.last.json["errors"]["brief"]
    assert prepare(shop, "--brief-path", "odd.md", task_type="error-analysis", exit=None).exit in (1, 2)


@pytest.mark.parametrize("named", ["pipe", "/dev/zero", "/dev/null"])
def test_a_document_that_is_no_file_is_neither_waited_for_nor_read(shop: World, named: str) -> None:
    os.mkfifo(shop.path / "pipe")
    agent = Agent(shop).say("new", "web", "direct-input", "x", "error-analysis", "direct-input")
    agent.say(named, exit=1)
    assert "it is not a file" in agent.last.json["errors"]["brief"]
    agent = Agent(shop).say(KEY, "implementation-planning", "keep", "no", "default", {})
    agent.say({"clarification_pick": "direct-input"}).say(named, exit=1)
    assert "it is not a file" in agent.last.json["errors"]["clarification"]
    shop.okstra("task", "open", "shop:web:other")
    agent = Agent(shop, "--task-key", "shop:web:other").say("direct-input", "implementation").say(named, exit=1)
    assert "it is not a file" in agent.last.json["errors"]["approved_plan"]


def test_answers_of_a_run_have_to_be_text(shop: World) -> None:
    (shop.path / "picture.png").write_bytes(b"\x89PNG")
    agent = Agent(shop).say(KEY, "implementation-planning", "keep", "no", "default", {})
    agent.say({"clarification_pick": "direct-input"})
    agent.say("picture.png", exit=1)
    assert "it is not text" in agent.last.json["errors"]["clarification"]
    prepare(shop, "--clarification-response", "picture.png", task_type="error-analysis", exit=1)
    shop.write("long.md", "x" * 70_000)
    agent.say("long.md")
    assert agent.step == "confirm"


def test_an_answer_file_without_an_end_is_refused(shop: World) -> None:
    agent = Agent(shop)
    agent.take("wizard", "step", "--state-file", FILE, "--answer-file", "/dev/zero", exit=1)
    assert agent.last.json["error"]["code"] == "wizard.answer-file"


def test_a_branch_may_be_called_as_the_default_is(shop: World) -> None:
    shop.git("branch", "default")
    agent = Agent(shop).say(KEY, "implementation", {"base_ref_pick": "direct-input"}).say("default")
    assert "from default" in agent.next["label"]
    assert agent.say("continue", "start").args()["base-ref"] == "default"


def test_a_branch_without_a_commit_says_which_option_names_a_base(shop: World) -> None:
    shop.git("switch", "-q", "--orphan", "empty")
    agent = Agent(shop).say(KEY, "implementation", {}, "continue", "start")
    assert "base-ref" not in agent.args()
    assert "for a run --base-ref REF" in prepare(shop, exit=1).json["error"]["hint"]
    agent = Agent(shop).say(KEY, "implementation", {"base_ref_pick": "main"}, "continue", "start")
    prepare(shop, "--base-ref", agent.args()["base-ref"])


def test_a_typed_base_is_a_commit_or_is_refused(shop: World) -> None:
    shop.git("branch", "release/2")
    shop.git("tag", "v1")
    agent = Agent(shop).say(KEY, "implementation", {"base_ref_pick": "direct-input"})
    for bad in ("nowhere", "--help", "main..v1"):
        agent.say(bad, exit=1)
        assert agent.step == "base_ref"
    for good in ("v1", "release/2", shop["base"]):
        agent.say(good)
        agent.take("wizard", "step", "--state-file", FILE, "--back")
    agent.say("v1")
    assert "from v1" in agent.next["label"]


def test_branches_are_found_without_the_library_wherever_git_keeps_them(shop: World) -> None:
    for name in ("packed", "release/2.0"):
        shop.git("branch", name)
    shop.git("update-ref", "refs/remotes/origin/far", "HEAD")
    shop.git("pack-refs", "--all")
    shop.git("branch", "loose-1.x")
    shop.git("update-ref", "refs/remotes/origin/near", "HEAD")
    shop.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/far")
    shop.write(".git/refs/heads/half.lock", shop["base"] + "\n")
    shop.git("tag", "v1")
    state = State({"common_dir": str(shop.path / ".git")})
    for name in ("main", "packed", "release/2.0", "loose-1.x", "origin/far", "origin/near"):
        assert look_lightly(state, "ref", name) == {"ref": name}
    odd = ("half.lock", "../heads/main", "refs/heads/main", "-x", "x y")
    for name in ("gone", "pack", "2.0", "origin/HEAD", "v1", *odd):
        assert look_lightly(state, "ref", name) is None, name


@pytest.mark.parametrize("newer", [3, DETAILED + 1])
def test_a_task_beyond_the_recent_ones_is_reached_by_its_group_and_id(shop: World, newer: int) -> None:
    """Its details are in the state file, or else are looked up."""
    for number in range(newer):
        shop.okstra("task", "open", f"shop:web:t{number}")
    agent = Agent(shop)
    assert agent.values() == [*(f"shop:web:t{newer - back}" for back in (1, 2, 3)), "new"]
    agent.say("new", "web", "direct-input", "login")
    assert agent.step == "task_type"
    assert agent.values()[0] == "implementation"
    assert agent.say("implementation").values("stage_pick")[:2] == ["auto", "2"]


def test_a_stage_with_a_worktree_asks_for_no_base(shop: World) -> None:
    prepare(shop, "--stage", "1")
    found = shop.okstra("run", "list", "--json").json["runs"][0]
    shop.okstra("run", "abandon", found["id"], "--force")
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": "1"})
    assert agent.step == "branch_confirm"
    assert agent.values() == ["continue", "abort"]
    assert "existing" in agent.next["label"] or "the worktree" in agent.next["label"]


def test_the_edit_of_a_base_asks_for_it_again(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": "2", "executor": "gemini"})
    assert agent.values() == ["continue", "edit", "abort"]
    agent.say("edit")
    assert [each["step"] for each in agent.next["questions"]] == ["base_ref_pick"]
    agent.say({}, "continue", "start")
    assert (agent.args()["stage"], agent.args()["executor"]) == ("2", "gemini")


def test_the_edit_of_a_base_forgets_nothing_else(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": "direct-input", "base_ref_pick": "direct-input"})
    assert agent.step == "stage"
    agent.say("2", "main", "edit", {"base_ref_pick": "direct-input"}, "main~0", "continue", "start")
    assert (agent.args()["stage"], agent.args()["base-ref"]) == ("2", "main~0")


def test_without_a_done_stage_there_is_nothing_to_verify_or_hand_over(shop: World) -> None:
    for phase in ("final-verification", "release-handoff"):
        agent = Agent(shop).say(KEY, "direct-input").say(phase, exit=1)
        told = f"No stage of {KEY} is done, so there is nothing to verify or hand over yet."
        assert agent.last.json["errors"] == {"task_type_name": told}


def finish_stage(shop: World, number: int) -> None:
    shop.git("branch", f"s{number}", "main")
    more = ("--branch", f"s{number}", "--no-worktree", "--base", "main")
    shop.okstra("stage", "start", str(number), "--task-key", KEY, *more)
    shop.checkout(f"s{number}")
    shop.commit(f"S{number}")
    shop.okstra("stage", "done", str(number), "--task-key", KEY)
    shop.checkout("main")


def test_the_whole_task_is_recommended_only_when_all_of_it_is_done(shop: World) -> None:
    finish_stage(shop, 1)
    agent = Agent(shop).say(KEY, "direct-input", "final-verification", "keep")
    asked = next(each for each in agent.next["questions"] if each["step"] == "stage_pick")["options"]
    assert [(each["value"], "recommended" in each["label"].lower()) for each in asked[:2]] == [
        ("1", True), ("whole-task", False),
    ]  # fmt: skip
    assert "not done: stage 2, 3" in asked[1]["label"]
    agent.say({"stage_pick": "whole-task"}, "start")
    assert agent.args()["leave-unfinished"] == "true"
    line = shop.okstra("wizard", "render-args", "--state-file", FILE, "--command").out
    assert " --leave-unfinished" in line
    shop.okstra(*shlex.split(line)[1:])
    finish_stage(shop, 2)
    finish_stage(shop, 3)
    agent = Agent(shop).say(KEY, "direct-input", "final-verification", "keep")
    assert agent.values("stage_pick")[0] == "whole-task"
    agent.say({}, "start")
    assert "leave-unfinished" not in agent.args()


def test_a_done_stage_can_be_verified_by_itself_and_is_not_implemented_again(shop: World) -> None:
    shop.git("branch", "s1")
    start = ("stage", "start", "1", "--task-key", KEY, "--branch", "s1", "--no-worktree", "--base", "main")
    shop.okstra(*start)
    shop.checkout("s1")
    shop.commit("one")
    shop.okstra("stage", "done", "1", "--task-key", KEY)
    agent = Agent(shop).say(KEY, "direct-input", "final-verification", "keep")
    assert agent.values("stage_pick") == ["1", "whole-task", "direct-input"]
    agent.say({"stage_pick": "1"}, "start")
    assert (agent.args()["stage"], agent.args()["verification-scope"]) == ("1", "single-stage")
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": "direct-input"}).say("1", exit=1)
    assert agent.last.json["errors"] == {"stage": "Stage 1 is done already."}
    agent.say("9", exit=1)
    assert agent.last.json["errors"] == {"stage": "'9' is no stage of the approved plan; it has 1, 2, 3."}


def test_a_stage_that_waits_is_refused_until_it_can_begin_and_begins_on_what_it_waited_for(shop: World) -> None:
    prepare(shop, "--stage", "3", exit=1)
    agent = Agent(shop).say(KEY, "implementation").say({"stage_pick": "3"}, exit=1)
    assert agent.last.json["errors"] == {"stage_pick": "Stage 3 cannot begin yet; it waits for stage 1."}
    shop.git("branch", "s1")
    shop.okstra("stage", "start", "1", "--task-key", KEY, "--branch", "s1", "--no-worktree", "--base", "main")
    shop.checkout("s1")
    one = shop.commit("one")
    shop.write(".okstra/carry.json", '{"stage": 1}')
    shop.okstra("stage", "done", "1", "--task-key", KEY, "--carry", ".okstra/carry.json")
    agent.say({"stage_pick": "3"})
    agent = Agent(shop).say(KEY, "implementation")
    default = next(each for each in agent.next["questions"] if each["step"] == "base_ref_pick")["options"][0]
    assert default["label"] == "As planned: main, or what the stage depends on (recommended)"
    agent.say({"stage_pick": "3"})
    assert "from what it depends on: stage 1" in agent.next["label"]
    prepare(shop, "--stage", "3")
    assert shop.git("merge-base", "feature/web/login-stage-3", "s1").strip() == one


def test_without_an_approved_plan_it_says_how_to_get_one_and_goes_on_once_it_is_there(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", KEY)
    world.write("plan.md", a_plan({1: ()}))
    agent = Agent(world).say(KEY, "direct-input", "implementation")
    assert agent.step == "approved_plan"
    assert "git okstra plan approve" in agent.next["label"]
    agent.say("plan.md", exit=1)
    assert "no plan of shop:web:login was approved" in agent.last.json["errors"]["approved_plan"]
    world.okstra("plan", "approve", "plan.md", "--task-key", KEY)
    agent.say("plan.md")
    assert agent.next["questions"][0]["step"] == "stage_pick"
    agent.say({}, "continue", "start")
    assert agent.args()["approved-plan"] == str(world.path / "plan.md")


# --- answers


def test_an_option_is_known_by_value_label_or_place(shop: World) -> None:
    for said in ("implementation", "implementation (recommended)", "1"):
        agent = Agent(shop).say(KEY, said)
        assert agent.step == "stage_options"


def test_the_usual_model_may_be_called_by_its_name(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation-planning", "keep", "no", "default")
    agent.say({"lead_model": "opus", "claude_model": "default", "report_writer_model": ""}, {}, "start")
    assert {name for name in agent.args() if name.endswith("-model")} == set()


@pytest.mark.parametrize(
    ("said", "at_fault"),
    [
        ("yes", {"stage_options"}),
        ("[]", {"stage_options"}),
        ('{"executor": "nobody", "stage_pick": "77"}', {"executor", "stage_pick"}),
        ('{"wrong": "x"}', {"wrong"}),
        ('{"executor": {"a": 1}}', {"executor"}),
        ('{"executor": null}', {"executor"}),
    ],
)
def test_a_bad_tab_spoils_the_screen_and_marks_nothing(shop: World, said: str, at_fault: set[str]) -> None:
    agent = Agent(shop).say(KEY, "implementation")
    before, asked = (shop.path / FILE).read_bytes(), agent.next
    agent.say(said, exit=1)
    assert set(agent.last.json["errors"]) == at_fault
    assert agent.last.json["error"]["code"] == "wizard.bad-answer"
    assert agent.next == asked
    assert (shop.path / FILE).read_bytes() == before


@pytest.mark.parametrize("said", ['{"executor": "codex"', '{"a",}', "{", '"', '{"executor": "codex"} x', "["])
def test_half_an_object_is_no_answer(shop: World, said: str) -> None:
    Agent(shop).say(KEY, "implementation")
    line = [str(program_dir() / "okstra"), "wizard", "step", "--state-file", FILE, "--answer", said]
    refused = run_program(line, cwd=shop.path, environ=shop.environ()).expect(1)
    assert refused.json["errors"]["stage_options"].startswith("Answer with one JSON object")
    assert refused.err == ""


def test_a_number_is_a_stage_and_never_a_place_on_a_shared_screen(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": 2})
    assert "stage 2" in agent.next["label"]
    agent = Agent(shop).say(KEY, "implementation", {"stage_pick": "1"}, "continue", "start")
    assert agent.args()["stage"] == "1"
    Agent(shop).say(KEY, "implementation").say({"executor": 2}, exit=1)


def test_an_open_task_that_is_not_offered_may_be_named(shop: World) -> None:
    for name in ("a", "b", "c"):
        shop.okstra("task", "open", f"shop:web:{name}")
        shop.okstra("task", "open", f"shop:web:{name}", "--title", name)
    agent = Agent(shop)
    if KEY in agent.values():
        shop.okstra("task", "open", "shop:web:d")
        agent = Agent(shop)
    assert KEY not in agent.values() or len(agent.values()) == 4
    assert agent.say(KEY).step == "task_type"


@pytest.mark.parametrize(
    "said",
    [{"칸" * 3000: "x"}, {f"k{at}": "x" for at in range(60)}, dict.fromkeys(("stage_pick", "executor"), "칸" * 3000)],
    ids=["a long key", "many keys", "long values"],
)
def test_a_refusal_stays_small_whatever_was_said(shop: World, said: dict[str, str]) -> None:
    agent = Agent(shop, "--lang", "ko").say(KEY, "implementation").say(said, exit=1)
    assert agent.sizes[-1] < 2048
    assert agent.last.json["errors"]


def test_a_folder_of_briefs_that_can_be_no_group_is_not_offered(shop: World) -> None:
    for folder in ("my group", ".hidden", "-dash", "한글", "api"):
        shop.write(f".okstra/briefs/{folder}/x.md", a_brief())
    assert Agent(shop).say("new").values() == ["web", "api", "direct-input"]


def test_any_open_task_may_be_named_on_the_line(shop: World) -> None:
    shop.write(".okstra/briefs/odd/Not a name.md", "x")
    shop.okstra("task", "open", "other:web:far")
    for name in ("a", "b", "c"):
        shop.okstra("task", "open", f"shop:web:{name}")
    assert "other:web:far" in Agent(shop, "--task-key", "other:web:far").next["label"]
    assert "shop:odd:thing" in Agent(shop, "--task-key", "shop:odd:thing").next["label"]
    unknown = shop.okstra("wizard", "init", "--state-file", FILE, "--task-key", "other:web:no", exit=1)
    assert unknown.json["error"]["hint"] == "before the same line again: git okstra task open other:web:no"


def test_below_a_folder_of_the_project_the_same_file_is_meant(shop: World) -> None:
    Agent(shop).say(KEY)
    (shop.path / "sub").mkdir()
    found = shop.okstra("-C", "sub", "wizard", "step", "--state-file", FILE, "--answer", "implementation")
    assert found.json["next"]["step"] == "stage_options"
    shop.okstra("-C", "sub", "wizard", "init", "--state-file", ".okstra/wizard/other.json")
    assert not (shop.path / "sub/.okstra").exists()


def test_what_cannot_be_taken_is_not_offered(shop: World) -> None:
    shop.write(".okstra/briefs/web/한글 brief's.md", a_brief())
    shop.write(".okstra/briefs/web/broken.md", b"\xff\xfe")
    agent = Agent(shop).say("new", "web")
    assert agent.values() == ["login", "direct-input"]
    agent.say("direct-input", "x", "error-analysis")
    assert [Path(value).name for value in agent.values()] == ["한글 brief's.md", "login.md", "direct-input"]


def test_a_run_that_came_to_nothing_is_recommended_again(shop: World) -> None:
    line = ("run", "prepare", "--task-key", KEY, "--task-type", "error-analysis", "--json")
    shop.okstra("run", "abandon", shop.okstra(*line).json["run"], "--force")
    agent = Agent(shop).say(KEY)
    assert agent.values()[:2] == ["error-analysis", "implementation"]
    told = shop.okstra("inspect", "history", "--task-key", KEY, "--json").json
    assert agent.values()[0] in json.dumps(told)


def test_a_step_without_an_answer_asks_again_and_back_undoes(shop: World) -> None:
    agent = Agent(shop).say(KEY)
    asked = agent.next
    agent.take("wizard", "step", "--state-file", FILE)
    assert agent.next == asked
    agent.take("wizard", "step", "--state-file", FILE, "--back")
    assert agent.step == "task_pick"
    agent.take("wizard", "step", "--state-file", FILE, "--back", exit=1)
    assert agent.last.json["errors"] == {"back": "There is nothing to go back to."}


def test_an_aborted_wizard_stays_aborted(shop: World) -> None:
    agent = Agent(shop).say(KEY, "implementation", {}, "abort")
    assert (agent.step, agent.next["kind"]) == ("aborted", "aborted")
    agent.say("continue")
    assert agent.step == "aborted"
    agent.take("wizard", "step", "--state-file", FILE, "--back", exit=1)
    refused = shop.okstra("wizard", "render-args", "--state-file", FILE, exit=1)
    assert refused.json["error"]["code"] == "wizard.aborted"


def test_a_wizard_that_is_not_done_gives_no_arguments(shop: World) -> None:
    Agent(shop).say(KEY)
    refused = shop.okstra("wizard", "render-args", "--state-file", FILE, "--command", exit=1)
    assert (refused.out, "not done yet" in refused.err) == ("", True)


@pytest.mark.parametrize(
    ("line", "first"),
    [(("--task-key", KEY), "task_type"), (("--task-key", "shop:web:fresh"), "task_type")],
)
def test_a_task_named_on_the_line_is_not_asked_for(shop: World, line: tuple[str, ...], first: str) -> None:
    assert Agent(shop, *line).step == first


# --- the file


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "wizard.state-damaged"),
        (b"{", "wizard.state-damaged"),
        (b"\xff\xfe", "wizard.state-damaged"),
        (b"[" * 100_000, "wizard.state-damaged"),
        (b'{"a": 1}', "wizard.state-foreign"),
        (b"[]", "wizard.state-foreign"),
        (b'{"kind": "okstra-wizard", "schema": 3}', "wizard.state-version"),
        (b'{"kind": "okstra-wizard", "schema": 1, "seal": "0", "facts": {}, "turns": []}', "wizard.state-version"),
        (b'{"kind": "okstra-wizard", "schema": 2}', "wizard.state-damaged"),
        (b'{"kind": "okstra-wizard", "schema": 2, "checksum": 1, "state": {}}', "wizard.state-damaged"),
    ],
)
def test_a_file_that_is_no_state_is_refused_and_left(shop: World, content: bytes, code: str) -> None:
    path = shop.write(FILE, content)
    for line in (("init",), ("step", "--answer", "new"), ("step", "--abort"), ("render-args",)):
        refused = shop.okstra("wizard", *line, "--state-file", FILE, exit=1)
        assert refused.json["error"]["code"] == code
        assert refused.json["error"]["hint"]
        assert path.read_bytes() == content


def test_a_state_changed_by_hand_is_refused(shop: World) -> None:
    Agent(shop).say(KEY)
    path = shop.path / FILE
    path.write_text(path.read_text().replace('"shop:web:login"', '"shop:web:other"'))
    assert shop.okstra("wizard", "step", "--state-file", FILE, exit=1).json["error"]["code"] == "wizard.state-damaged"


def test_a_state_of_another_clone_is_refused_and_left(shop: World, tmp_path: Path) -> None:
    Agent(shop).say(KEY)
    copied = World(tmp_path / "copied")
    shutil.copytree(shop.path, copied.path)
    kept = (copied.path / FILE).read_bytes()
    for line in (("step", "--answer", "implementation"), ("render-args",)):
        refused = copied.okstra("wizard", *line, "--state-file", FILE, exit=1).json["error"]
        assert refused["code"] == "wizard.state-foreign"
        assert str(shop.path) in refused["message"]
    assert (copied.path / FILE).read_bytes() == kept
    copied.okstra("init", "--project-id", "shop", "--no-hooks")
    assert Agent(copied).step == "task_pick"


def test_a_state_is_good_in_all_the_repository_and_outside_of_any(shop: World, tmp_path: Path) -> None:
    Agent(shop).say(KEY)
    (shop.path / "deep/er").mkdir(parents=True)
    shop.git("worktree", "add", "-q", str(tmp_path / "linked"))
    path = str(shop.path / FILE)
    for place in (shop.path / "deep/er", tmp_path / "linked", tmp_path):
        asked = World(place).okstra("wizard", "step", "--state-file", path).json["next"]
        assert asked["step"] == "task_type"


def test_the_short_way_is_taken_wherever_it_is_plain_which_repository_is_meant(shop: World, tmp_path: Path) -> None:
    Agent(shop).say(KEY)
    deep, linked, clone = shop.path / "deep/er", tmp_path / "linked", tmp_path / "clone"
    deep.mkdir(parents=True)
    shop.git("worktree", "add", "-q", str(linked))
    shop.git("clone", "-q", str(shop.path), str(clone))
    shop.git("init", "-q", "deep/nested")
    for place in (shop.path, deep, linked, shop.path / ".okstra"):
        for name in (FILE, str(shop.path / FILE)):
            said = StringIO()
            found = try_step(["--state-file", name], cwd=str(place), stdout=said)
            assert (found, json.loads(said.getvalue() or "{}").get("ok")) == (0, True), (place, name)
    for place in (clone, tmp_path, shop.path / "deep/nested"):
        assert try_step(["--state-file", str(shop.path / FILE)], cwd=str(place), stdout=StringIO()) is None


def test_a_missing_state_says_how_to_begin(shop: World) -> None:
    refused = shop.okstra("wizard", "step", "--state-file", "gone.json", "--answer", "x", exit=1).json["error"]
    assert refused["code"] == "wizard.state-missing"
    assert refused["hint"].startswith("git okstra wizard init --state-file ")


def test_a_hint_can_be_run_whatever_the_file_is_called(shop: World) -> None:
    name = ".okstra/wizard/it's a file.json"
    missing = shop.okstra("wizard", "step", "--state-file", name, exit=1).json["error"]["hint"]
    assert shlex.split(missing)[-1] == str(shop.path / name)
    shop.okstra("wizard", "init", "--state-file", name)
    unfinished = shop.okstra("wizard", "render-args", "--state-file", name, exit=1).json["error"]["hint"]
    shop.okstra("wizard", "step", "--state-file", name, "--abort")
    aborted = shop.okstra("wizard", "render-args", "--state-file", name, exit=1).json["error"]["hint"]
    for hint in (unfinished, aborted):
        shop.okstra(*shlex.split(hint)[2:])


def test_a_place_that_takes_no_file_is_refused(shop: World) -> None:
    shop.write("file", "x")
    for place in (".git", "file/w.json"):
        refused = shop.okstra("wizard", "init", "--state-file", place, exit=1).json["error"]
        assert refused["code"].startswith("wizard.state")
        assert refused["hint"]


def test_beginning_again_takes_a_wizards_own_file(shop: World) -> None:
    Agent(shop).say(KEY, "implementation", {}, "abort")
    assert Agent(shop).step == "task_pick"
    assert oct((shop.path / FILE).stat().st_mode)[-3:] == "600"
    assert os.listdir((shop.path / FILE).parent) == ["w.json"]


def test_without_init_the_wizard_does_not_begin(world: World) -> None:
    refused = world.okstra("wizard", "init", "--state-file", FILE, exit=1).json["error"]
    assert "git okstra init" in refused["hint"]
    assert not (world.path / FILE).exists()


def test_every_line_names_its_state_file(shop: World) -> None:
    for line in (("init",), ("step",), ("render-args",)):
        assert shop.okstra("wizard", *line, exit=129).json["error"]["code"] == "usage"
    shop.okstra("wizard", "step", "--state-file", FILE, "--back", "--abort", exit=129)


def test_a_wizard_is_forgotten_with_its_directive_and_nothing_else_is(shop: World) -> None:
    path = shop.write("directive.txt", "It costs $5\n")
    agent = Agent(shop).say(KEY, "implementation", {"use_defaults": "no"}, "default", {})
    agent.say({"directive_pick": "direct-input"})
    agent.take("wizard", "step", "--state-file", FILE, "--answer-file", str(path))
    agent.say("continue", "start").args()
    assert len(os.listdir((shop.path / FILE).parent)) == 2
    assert len(shop.okstra("wizard", "forget", "--state-file", FILE).json["removed"]) == 2
    assert os.listdir((shop.path / FILE).parent) == []
    assert shop.okstra("wizard", "forget", "--state-file", FILE).json["removed"] == []
    shop.okstra("wizard", "forget", "--state-file", "directive.txt", exit=1)
    assert path.read_text() == "It costs $5\n"


# --- languages


@pytest.mark.parametrize(
    ("line", "environment", "setting", "language"),
    [
        ((), {}, None, "en"),
        ((), {"LANG": "ko_KR.UTF-8"}, None, "ko"),
        ((), {"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, None, "en"),
        ((), {"LANG": "ko_KR.UTF-8"}, "en", "en"),
        ((), {}, "ko", "ko"),
        (("--lang", "en"), {}, "ko", "en"),
        (("--lang", "ko"), {}, None, "ko"),
    ],
)
def test_the_language_is_the_lines_or_the_settings_or_the_locales(
    shop: World, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...], environment: dict[str, str],
    setting: str | None, language: str,
) -> None:  # fmt: skip
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if setting:
        shop.okstra("config", "set", "language", setting)
    agent = Agent(shop, *line).say(KEY, "implementation", {})
    assert agent.next["options"][-1]["label"] == {"en": "Abort", "ko": "중단"}[language]
    assert agent.next["options"][1]["label"] == {"en": "Choose base-ref again", "ko": "base-ref 다시 고르기"}[language]


def test_another_language_is_refused(shop: World) -> None:
    refused = shop.okstra("wizard", "init", "--state-file", FILE, "--lang", "de", exit=129)
    assert "--lang ko" in refused.json["error"]["hint"]


def test_a_base_that_fits_two_commits_is_asked_for_in_full(shop: World) -> None:
    shop.git("tag", "twice", shop["base"])
    shop.commit("newer")
    shop.git("branch", "twice")
    for name in ("cafe", "HEAD"):
        shop.git("update-ref", f"refs/heads/{name}", "HEAD")
    state = State({"common_dir": str(shop.path / ".git")})
    assert [look_lightly(state, "ref", name) for name in ("twice", "cafe", "HEAD")] == [None] * 3
    shop.git("pack-refs", "--all")
    assert look_lightly(state, "ref", "twice") is None
    agent = Agent(shop).say(KEY, "implementation", {"base_ref_pick": "direct-input"})
    agent.say("twice", exit=1)
    assert agent.step == "base_ref"
    assert "refs/heads/twice, refs/tags/twice" in agent.last.json["errors"]["base_ref"]
    agent.say("refs/heads/twice")
    assert agent.step != "base_ref"
