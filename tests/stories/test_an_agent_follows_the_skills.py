"""A scripted agent that knows only the skills takes a task from nothing to a prepared bundle, in a plain shell."""

import json
from pathlib import Path

import pytest

from tests.kit.agent import ScriptedAgent, Skill, labelled, read
from tests.kit.prepared import a_plan
from tests.kit.scenario import World

WORDS = 'Hello,\n\n# please\n\nlet people log in without a password, it\'s "urgent" & costs $5.\n'
NEW_TASK = {"task_pick": "new", "task_group_pick": "web", "task_id_pick": "login"}


@pytest.fixture
def repository(world: World) -> World:
    """An ordinary repository in which nobody ever ran okstra."""
    return world


def draft(agent: ScriptedAgent, what: str, words: str) -> str:
    """A file with words, where the skill puts them."""
    return str(agent.world.write(f".okstra/drafts/login.{what}.txt", words))


def begin_brief(agent: ScriptedAgent, skill: Skill) -> str:
    """Steps 1 to 3 of okstra-brief; the file."""
    new = agent.run(
        skill.line("Step 3", "brief new"), group="web", name="login", source_file=draft(agent, "source", WORDS),
        title_file=draft(agent, "title", "Passkeys"), ticket="SHOP-12",
    ).json  # fmt: skip
    return str(new["path"])


def write_brief(agent: ScriptedAgent) -> str:
    """The way of okstra-brief, the reporter being at hand."""
    skill = Skill("okstra-brief")
    brief = begin_brief(agent, skill)
    text = draft(agent, "item", "they mean the web shop, not the app")
    question_file = draft(agent, "question", 'only the web shop\'s "own" form, for $5?')
    infer = skill.line("Step 4", "intent-inference")
    agent.run(infer, brief_file=brief, text_file=text, question_file=question_file)
    meaning = draft(agent, "meaning", 'a key of the device, it\'s no "password"')
    agent.run(skill.line("Step 4.5", "brief term"), term="Passkey", meaning_file=meaning)
    check, confirm = skill.line("Step 6", "brief check"), skill.lines("Step 6.5")
    agent.run(check, 2, brief_file=brief, task_type="requirements-discovery")
    waiting = agent.run(confirm[0], brief_file=brief).json["questions"]
    for question in waiting:
        answer = draft(agent, "answer", "Yes, 'only' that one.")
        agent.run(confirm[1], brief_file=brief, number=str(question["question"]), answer_file=answer)
    agent.run(check, brief_file=brief, task_type="requirements-discovery")
    assert WORDS in read(brief)
    return brief


def start_run(agent: ScriptedAgent, name: str) -> str:
    """The way of okstra-run from Step 2 on; the lead prompt."""
    skill = Skill("okstra-run")
    assert agent.wizard(skill, name)["kind"] == "done"
    line = agent.run(skill.line("Step 4", "render-args"), name=name).out
    prepared = agent.run(line.removesuffix("\n"))
    assert labelled(prepared, "okstra task root").endswith("/.okstra/tasks/shop/web/login")
    prompt = read(labelled(prepared, "okstra instruction-set") + "/claude-execution-prompt.md")
    assert prepared.out.endswith(prompt)
    agent.run(skill.line("Step 3", "wizard forget"), name=name)
    return prompt


def test_from_nothing_to_a_prepared_bundle(repository: World) -> None:
    agent = ScriptedAgent(repository, NEW_TASK)
    entry = Skill("okstra-run")
    status = agent.run(entry.line("Step 1", "status")).json
    assert [problem["code"] for problem in status["problems"]] == ["store.not-initialised"]
    agent.run(entry.line("Step 1", "init --project-id"), project="shop")
    brief = write_brief(agent)
    prompt = start_run(agent, "login")
    assert "requirements-discovery of shop:web:login" in prompt
    assert agent.asked == ["task_pick", "task_group_pick", "task_id_pick", "task_type", "brief_pick", "use_defaults",
                           "confirm", "done"]  # fmt: skip
    runs = repository.okstra("run", "list", "--json").json["runs"]
    assert [(run["task"], run["task_type"], run["status"]) for run in runs] == [
        ("shop:web:login", "requirements-discovery", "prepared"),
    ]  # fmt: skip
    assert repository.okstra("task", "show", "shop:web:login", "--json").json["task"]["tickets"] == ["SHOP-12"]
    assert brief.endswith(".okstra/briefs/web/login.md")


def test_a_brief_without_questions_is_complete_once_the_reporter_has_nothing_to_add(repository: World) -> None:
    repository.okstra("init", "--project-id", "shop")
    agent, skill = ScriptedAgent(repository, {}), Skill("okstra-brief")
    brief = begin_brief(agent, skill)
    check, wait = skill.line("Step 6", "brief check"), skill.line("Step 6.5", "brief confirm")
    agent.run(check, 2, brief_file=brief, task_type="requirements-discovery")
    assert agent.run(wait, brief_file=brief).json["questions"] == []
    agent.run(skill.line("Step 6.5", "--complete"), brief_file=brief)
    agent.run(check, brief_file=brief, task_type="requirements-discovery")


def test_a_folder_whose_name_is_no_project_id_is_asked_about(tmp_path: Path) -> None:
    agent, entry = ScriptedAgent(World.begin(tmp_path / "상점"), {}), Skill("okstra-run")
    assert "project.unknown" in agent.run(entry.line("Step 1", "okstra init --json"), 1).out
    agent.run(entry.line("Step 1", "init --project-id"), project="shop")
    begin = entry.line("Step 2", "--task-key", "--lang ko")
    assert agent.run(begin, name="login", task_key="shop:web:login").json["ok"] is True


def test_then_its_stages_are_prepared_with_models_of_ones_own(repository: World) -> None:
    repository.okstra("init", "--project-id", "shop")
    repository.okstra("task", "open", "shop:web:login")
    repository.write("plan.md", a_plan({1: (), 2: ()}))
    repository.okstra("plan", "approve", "plan.md", "--task-key", "shop:web:login")
    agent = ScriptedAgent(repository, {
        "task_pick": "shop:web:login", "task_type": "implementation", "stage_pick": "2", "use_defaults": "no",
        "lead_model": "sonnet", "directive_pick": "direct-input", "directive": "It's $5;\nmind the `tests`",
    })  # fmt: skip
    prompt = start_run(agent, "stage")
    assert "implementation of shop:web:login, stage 2" in prompt
    context = json.loads(read(str(next(repository.path.rglob("run-context-*.json")))))
    assert context["options"]["directive"] == "It's $5;\nmind the `tests`"
    assert [worker["model"] for worker in context["workers"] if worker["id"] == "claude"]
    assert agent.asked == [
        "task_pick", "task_type", "stage_options", "workers_override", "models", "options", "directive",
        "branch_confirm", "confirm", "done",
    ]  # fmt: skip


def test_a_user_who_stops_prepares_nothing(repository: World) -> None:
    repository.okstra("init", "--project-id", "shop")
    repository.okstra("task", "open", "shop:web:login")
    repository.write(".okstra/briefs/web/login.md", "---\nreporter-confirmations: complete\n---\n")
    agent = ScriptedAgent(repository, {"task_pick": "shop:web:login", "confirm": "abort"})
    skill = Skill("okstra-run")
    assert agent.wizard(skill, "login")["kind"] == "aborted"
    refused = agent.run(skill.line("Step 4", "render-args"), 1, name="login")
    assert (refused.out, "stopped" in refused.err) == ("", True)
    agent.run(skill.line("Step 3", "wizard forget"), name="login")
    assert repository.okstra("run", "list", "--all", "--json").json["runs"] == []
