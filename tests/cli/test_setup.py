"""`setup` as a person, an agent and CI call it; the templates are two short skills and an agent of the test's own."""

import json
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest

from okstra_cli.dispatch import respond
from okstra_cli.session import Surroundings
from okstra_git import paths
from okstra_git.agent_setup.inventory import HOOKS, WORKTREE_HOOKS
from okstra_git.agent_setup.model import Kind, SetupFolder
from okstra_git.porcelain import setup
from okstra_git.version import VERSION
from tests.agent_setup.closet import RUN, SHIPPED, SHIPPED_RULES, picture, write_templates
from tests.cli.conftest import only_object
from tests.kit.scenario import World

SKILL, WORKER = "skills/okstra-run/SKILL.md", "agents/claude-worker.md"
ROOT_KEYS = {"root", "folder", "steps", "kept", "rules_added", "rules_removed", "rules_by_hand", "problem"}
CHECK_KEYS = {"root", "folder", "installed", "version", "files", "rules", "problem", "contradictions"}

pytestmark = pytest.mark.usefixtures("bin_dir", "templates")


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the installation ships, in this test."""
    folder = write_templates(tmp_path / "shipped")
    monkeypatch.setattr(paths, "templates_directory", lambda: folder)
    return folder


def tree(world: World) -> dict[str, str]:
    return {name: text for name, text in picture(world.path).items() if not name.startswith(".git/")}


def test_a_project_gets_skills_agents_and_rules(world: World) -> None:
    told = only_object(world.okstra("setup"))
    assert [told[key] for key in ("scope", "action", "dry_run", "changed")] == ["project", "install", False, True]
    assert all(set(root) >= ROOT_KEYS for root in told["roots"])
    claude, agents = world.path / ".claude", world.path / ".agents"
    assert all((claude / path).read_text() == text for path, text in SHIPPED.items())
    assert (agents / SKILL).read_text() == RUN
    assert not (agents / "agents").exists()
    assert json.loads((claude / "settings.json").read_text()) == {"permissions": {"allow": list(SHIPPED_RULES)}}


def test_again_there_is_nothing_to_do(world: World) -> None:
    world.okstra("setup")
    before = tree(world)
    folders = f"{world.path}/.claude and {world.path}/.agents"
    assert world.okstra("setup", "--text").out == f"nothing to do in {folders}\n"
    assert world.okstra("setup").json["changed"] is False
    assert tree(world) == before


def test_a_dry_run_tells_every_step_and_takes_none(world: World) -> None:
    before = tree(world)
    said = world.okstra("setup", "--dry-run", "--for", "agents", "--text").out
    assert tree(world) == before
    assert said == (
        f"in {world.path}/.agents would\n"
        "  make-folder  .\n"
        "  make-folder  skills\n"
        "  make-folder  skills/okstra-lead\n"
        "  make-folder  skills/okstra-run\n"
        "  make-folder  skills/okstra-run/notes\n"
        "  write  skills/okstra-lead/SKILL.md\n"
        "  write  skills/okstra-run/SKILL.md\n"
        "  write  skills/okstra-run/notes/more.md\n"
        "  record  okstra-setup.json\n"
    )
    told = world.okstra("setup", "--dry-run").json
    world.okstra("setup")
    steps = {step["path"] for root in told["roots"] for step in root["steps"]}
    assert steps == {str(world.path / name.rstrip("/")) for name in tree(world).keys() - before.keys()}


def test_uninstalling_gives_back_the_same_tree(world: World) -> None:
    world.write(".claude/settings.json", '{"model": "x"}')
    before = tree(world)
    world.okstra("setup")
    assert world.okstra("setup", "--uninstall", "--text").out == (
        f"{world.path}/.claude: removed 4 files, removed 5 empty folders, removed 6 rules\n"
        f"{world.path}/.agents: removed 3 files, removed 5 empty folders\n"
    )
    assert tree(world) == before
    assert "setup put nothing there" in world.okstra("setup", "--uninstall", "--text").out


def test_what_would_be_uninstalled_is_told_first(world: World) -> None:
    world.okstra("setup")
    before = tree(world)
    said = world.okstra("setup", "--uninstall", "--dry-run", "--for", "claude", "--text").out.splitlines()
    assert tree(world) == before
    assert f"  remove  {SKILL}" in said
    assert said[-6:] == [f"  remove rule  {rule}" for rule in SHIPPED_RULES]
    assert "  remove  settings.json" in said


def test_an_edited_skill_is_kept_told_and_forced_aside(world: World) -> None:
    world.okstra("setup")
    mine = world.write(f".claude/{SKILL}", "mine\n")
    told = world.okstra("setup", exit=2).json
    assert [(kept["path"], kept["state"]) for kept in told["roots"][0]["kept"]] == [(str(mine), "changed")]
    assert world.okstra("setup", "--text", exit=2).out == (
        f"nothing else to do in {world.path}/.claude and {world.path}/.agents\n"
        f"kept  {mine}  edited since setup wrote it\n"
        "next: git okstra setup --force replaces them and keeps yours beside\n"
    )
    assert world.okstra("setup", "--force", "--text").out == (
        f"{world.path}/.claude: set aside 1 file, wrote 1 file\n"
        f"  yours is now  {mine}.orig-1\n"
        "next: start the agent anew, so that it finds them\n"
    )
    assert (mine.read_text(), Path(f"{mine}.orig-1").read_text()) == (RUN, "mine\n")


def test_a_folder_in_the_place_of_a_skill_is_to_be_moved_by_hand(world: World) -> None:
    mine = world.write(f".claude/{SKILL}/mine", "mine\n").parent
    move = f"move {mine} away, then git okstra setup --for claude"
    for line in (("setup",), ("setup", "--force")):
        said = world.okstra(*line, "--for", "claude", "--text", exit=2).out
        assert f"kept  {mine}  is not a file\nnext: {move}\n" in said
        assert "replaces them" not in said
    assert world.okstra("setup", "--for", "claude", "--check", exit=1).json["error"]["hint"] == move


def test_rules_that_stay_are_told_again_by_a_second_uninstall(world: World) -> None:
    settings = world.write(".claude/settings.json", '{"permissions": {"allow": ["Bash(okstra *)"]}}')
    assert "added 5 rules to" in world.okstra("setup", "--for", "claude", "--text").out
    settings.write_text(settings.read_text().replace('"Bash(git-okstra *)", ', ""))
    assert "added 1 rule to" in world.okstra("setup", "--for", "claude", "--text").out
    settings.write_text(f"// mine\n{settings.read_text()}")
    world.okstra("setup", "--for", "claude", "--uninstall", exit=2)
    said = world.okstra("setup", "--for", "claude", "--uninstall", "--text", exit=2).out
    assert said.startswith(f"nothing else to do in {world.path}/.claude\n")


def test_check_before_anything_is_installed(world: World) -> None:
    told = world.okstra("setup", "--check", exit=1).json
    assert told["error"]["code"] == "setup.drift"
    assert told["error"]["hint"] == "git okstra setup"
    assert all(set(root) >= CHECK_KEYS and not root["installed"] for root in told["roots"])


def test_check_says_what_differs_and_what_to_do(world: World, templates: Path) -> None:
    world.okstra("setup")
    assert world.okstra("setup", "--check").json["ok"] is True
    world.write(f".claude/{SKILL}", "mine\n")
    world.write(".claude/settings.json", '{"permissions": {"allow": ["Bash(okstra *)"], "deny": ["Bash(git *)"]}}')
    (world.path / ".agents" / SKILL).unlink()
    (templates / WORKER).write_text("---\nnewer\n")
    (templates / "skills/okstra-lead/SKILL.md").unlink()
    said = world.okstra("setup", "--check", "--text", exit=1)
    claude = world.path / ".claude"
    assert said.out == (
        f"{claude}  from okstra {VERSION}, 1 of 4 files as shipped\n"
        f"  outdated  {WORKER}\n"
        "  extra  skills/okstra-lead/SKILL.md\n"
        f"  changed  {SKILL}\n"
        "  missing rule  Bash(git okstra *)\n"
        "  missing rule  Bash(git-okstra *)\n"
        "  missing rule  Edit(.okstra/**)\n"
        "  missing rule  Skill(okstra-run)\n"
        f"  note  {claude}/settings.json: deny Bash(git *) wins over Bash(git okstra *) where both match\n"
        f"{world.path}/.agents  from okstra {VERSION}, 1 of 3 files as shipped\n"
        "  extra  skills/okstra-lead/SKILL.md\n"
        f"  missing  {SKILL}\n"
    )
    assert said.err == (
        f"okstra: 5 files and 4 rules differ from what okstra {VERSION} ships\n"
        "hint: git okstra setup\n"
        "hint: git okstra setup --force replaces what was edited, and keeps it beside\n"
    )


def test_a_settings_file_with_comments_is_left_alone_and_the_rules_are_printed(world: World) -> None:
    settings = world.write(".claude/settings.json", "{\n  // mine\n}\n")
    said = world.okstra("setup", "--for", "claude", "--text", exit=2).out.splitlines()
    assert settings.read_text() == "{\n  // mine\n}\n"
    assert said[1].startswith(f"{settings} stays as it is: it is not plain JSON: ")
    assert said[2:9] == ["  add under permissions.allow by hand:", *(f"    {rule}" for rule in SHIPPED_RULES)]
    hint = world.okstra("setup", "--check", exit=1).json["error"]["hint"]
    assert f"add the missing rules to {settings} by hand" in hint


def test_rules_that_win_over_ours_are_told(world: World) -> None:
    world.write(".claude/settings.json", '{"permissions": {"ask": ["Bash(okstra handoff *)"]}}')
    assert "ask Bash(okstra handoff *) wins over Bash(okstra *)" in world.okstra("setup", "--text").out


def test_local_rules_go_where_they_are_not_shared(world: World) -> None:
    world.okstra("setup", "--local")
    assert not (world.path / ".claude/settings.json").exists()
    assert json.loads((world.path / ".claude/settings.local.json").read_text())["permissions"]["allow"] == list(
        SHIPPED_RULES
    )
    assert world.okstra("setup").json["changed"] is False
    world.okstra("setup", "--uninstall")
    assert not (world.path / ".claude").exists()


def test_a_user_is_equipped_outside_of_any_repository(tmp_path: Path, home: Path) -> None:
    before = picture(home)
    nowhere = World(tmp_path)
    nowhere.okstra("setup", "--user")
    assert (home / ".claude" / SKILL).read_text() == (home / ".agents" / SKILL).read_text() == RUN
    assert (home / ".claude/settings.json").exists()
    nowhere.okstra("setup", "--user", "--check")
    nowhere.okstra("setup", "--user", "--uninstall")
    assert picture(home) == before


def test_claude_may_keep_its_folder_elsewhere(tmp_path: Path, home: Path) -> None:
    World(tmp_path).okstra("setup", "--user", "--for", "claude", env={"CLAUDE_CONFIG_DIR": str(tmp_path / "config")})
    assert (tmp_path / "config" / SKILL).exists()
    assert not (home / ".claude").exists()


def test_a_plugin_is_a_folder_of_its_own(tmp_path: Path) -> None:
    nowhere = World(tmp_path)
    said = nowhere.okstra("setup", "--plugin", "plug", "--text").out
    assert f"/plugin marketplace add {tmp_path}/plug, then /plugin install okstra@okstra" in said
    plugin = json.loads((tmp_path / "plug/.claude-plugin/plugin.json").read_text())
    assert plugin["version"] == VERSION
    assert (tmp_path / "plug" / SKILL).exists()
    assert (tmp_path / "plug" / WORKER).exists()
    assert not list((tmp_path / "plug").glob("settings*"))
    nowhere.okstra("setup", "--plugin", "plug", "--check")
    hint = nowhere.okstra("setup", "--plugin", "my plug", "--check", exit=1).json["error"]["hint"]
    assert hint == "git okstra setup --plugin 'my plug'"
    nowhere.okstra("setup", "--plugin", "plug", "--uninstall")
    assert not (tmp_path / "plug").exists()


def test_a_linked_worktree_is_equipped_itself(world: World) -> None:
    linked = world.worktree("linked", "feature")
    (linked.path / "deep").mkdir()
    linked.okstra("-C", "deep", "setup")
    assert (linked.path / ".claude" / SKILL).exists()
    assert not (world.path / ".claude").exists()


def test_outside_of_a_repository_a_project_is_refused(tmp_path: Path) -> None:
    error = World(tmp_path).okstra("setup", exit=1).json["error"]
    assert (error["code"], "--user" in error["hint"]) == ("repo.none", True)


def test_a_bare_repository_is_refused(world: World) -> None:
    bare = world.clone("bare.git", "--bare")
    assert bare.okstra("setup", exit=1).json["error"]["code"] == "setup.no-work-tree"


def test_nothing_is_written_anywhere_when_one_folder_is_blocked(world: World) -> None:
    world.write(".agents", "mine\n")
    before = tree(world)
    assert world.okstra("setup", exit=1).json["error"]["code"] == "setup.blocked"
    assert tree(world) == before


@pytest.mark.parametrize(
    "line",
    [
        "--user --project", "--user --plugin x", "--for emacs", "--local --user", "--local --for agents",
        "--check --force", "--plugin x --for claude", "--check --dry-run", "--check --uninstall",
        "--uninstall --force", "--local --plugin x",
    ],
)  # fmt: skip
def test_flags_that_contradict_each_other(world: World, line: str) -> None:
    before = tree(world)
    error = world.okstra("setup", *line.split(), exit=129).json["error"]
    assert error["code"] == "usage"
    assert error["hint"]
    assert tree(world) == before


def test_okstra_that_is_not_on_path_is_told(world: World) -> None:
    answer = world.okstra("setup", env={"PATH": "/nowhere"})
    assert answer.json["program"] is None
    assert answer.err == f"okstra: {setup.NOT_ON_PATH}\n"
    assert world.okstra("setup").err == ""


def test_two_setups_at_once_are_one(tmp_path: Path, templates: Path) -> None:
    places = [tmp_path / name for name in ("one", "two")]
    for place in places:
        place.mkdir()
    _at_once(1, places[0], templates)
    _at_once(6, places[1], templates)
    assert picture(places[0]) == picture(places[1])


def _at_once(number: int, place: Path, templates: Path) -> None:
    root = SetupFolder(Kind.CLAUDE, place / ".claude", ("settings.json",))
    order = setup.SetupRequest(setup.SetupScope("user", (root,)), templates)
    start, failed = Barrier(number), list[BaseException]()

    def one() -> None:
        try:
            start.wait(60)
            setup.run_setup(order)
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=one, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert failed == []


def test_doctor_tells_of_drift_where_something_is_installed(world: World, templates: Path) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    assert not [found for found in _findings(world) if found["code"].startswith("setup")]
    world.okstra("setup")
    assert not [found for found in _findings(world) if found["code"].startswith("setup")]
    (world.path / ".claude" / SKILL).write_text("mine\n")
    assert [found["severity"] for found in _findings(world) if found["code"] == "setup.drift"] == ["info"]
    (templates / WORKER).write_text("---\nnewer\n")
    (found,) = [found for found in _findings(world) if found["code"] == "setup.drift"]
    assert (found["severity"], found["hint"]) == ("warning", "git okstra setup --check")
    assert found["message"] == f"skills for the project: 2 files differ from what okstra {VERSION} ships"
    (world.path / ".claude/okstra-setup.json").write_text("{")
    assert [found["code"] for found in _findings(world) if found["code"].startswith("setup")] == [
        "setup.manifest-unreadable"
    ]


def _findings(world: World) -> list[dict[str, str]]:
    return list(world.okstra("doctor", "--json", exit=None).json["findings"])


@pytest.mark.parametrize(("link", "target"), [(".claude", "docs"), (".claude/settings.json", "../package.json")])
def test_a_link_that_a_commit_brought_is_not_written_through(world: World, link: str, target: str) -> None:
    (world.path / "docs").mkdir()
    (world.path / "docs/text").write_text("words")
    (world.path / "package.json").write_text("{}")
    (world.path / link).parent.mkdir(exist_ok=True)
    (world.path / link).symlink_to(target)
    world.git("add", "docs", "package.json", link)
    before = picture(world.path / "docs")
    world.okstra("setup", "--uninstall")  # nobody committed the link yet: it is the person's own
    world.git("commit", "-m", "Bring a link")
    error = world.okstra("setup", exit=1).json["error"]
    assert (error["code"], error["link"]) == ("path.link", link)
    assert (picture(world.path / "docs"), (world.path / "package.json").read_text()) == (before, "{}")


def test_a_persons_own_link_within_the_project_is_followed(world: World) -> None:
    (world.path / "docs").mkdir()
    (world.path / ".claude").symlink_to("docs")
    world.okstra("setup")
    assert (world.path / "docs" / SKILL).exists()


def test_hooks_come_when_asked_for_stay_and_go_again(world: World) -> None:
    settings = world.path / ".claude/settings.json"
    world.okstra("setup")
    plain = settings.read_text()
    would = world.okstra("setup", "--hooks", "--for", "claude", "--dry-run")
    assert only_object(would)["roots"][0]["rules_added"] == list(HOOKS)
    assert "added 2 hooks to settings.json" in world.okstra("setup", "--hooks", "--for", "claude", "--text").out
    assert only_object(world.okstra("setup"))["changed"] is False
    rules = only_object(world.okstra("setup", "--check"))["roots"][0]["rules"]
    assert [rule["rule"] for rule in rules if rule["ours"]] == [*SHIPPED_RULES, *HOOKS]
    assert only_object(world.okstra("setup", "--no-hooks"))["roots"][0]["rules_removed"] == list(HOOKS)
    assert settings.read_text() == plain


def test_hooks_for_worktrees_are_asked_for_by_themselves(world: World) -> None:
    settings = world.path / ".claude/settings.json"
    world.okstra("setup", "--hooks")
    plain = settings.read_bytes()
    assert only_object(world.okstra("setup", "--worktree-hooks"))["roots"][0]["rules_added"] == list(WORKTREE_HOOKS)
    assert json.loads(settings.read_text())["hooks"]["WorktreeCreate"][0]["hooks"][0]["timeout"] == 600
    rules = only_object(world.okstra("setup", "--check"))["roots"][0]["rules"]
    assert [rule["rule"] for rule in rules if rule["ours"]] == [*SHIPPED_RULES, *HOOKS, *WORKTREE_HOOKS]
    assert only_object(world.okstra("setup"))["changed"] is False
    removed = only_object(world.okstra("setup", "--no-worktree-hooks"))["roots"][0]["rules_removed"]
    assert removed == list(WORKTREE_HOOKS)
    assert settings.read_bytes() == plain


@pytest.mark.parametrize("scope", [["--user"], ["--plugin", "okstra-plugin"]])
def test_hooks_for_worktrees_go_into_a_project_only(world: World, home: Path, scope: list[str]) -> None:
    error = only_object(world.okstra("setup", "--worktree-hooks", *scope, exit=129))["error"]
    assert error["message"].startswith("hooks for worktrees go into one project only")
    assert not (home / ".claude").exists()


class Terminal(StringIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        return True


def set_up_on_terminal(world: World, answer: str) -> str:
    """What a person at a terminal is asked, who answers so."""
    asked = Terminal()
    stdin = Terminal(f"{answer}\n")
    around = Surroundings(world.path, world.environ(), stdin, Terminal(), asked, True, stderr_is_terminal=True)
    respond(["setup", "--for", "claude"], around)
    return asked.getvalue()


def test_a_person_is_asked_about_the_hooks_until_they_are_there(world: World) -> None:
    settings = world.path / ".claude/settings.json"
    assert "add hooks" in set_up_on_terminal(world, "n")
    assert "hooks" not in json.loads(settings.read_text())
    assert "add hooks" in set_up_on_terminal(world, "y")
    assert set(json.loads(settings.read_text())["hooks"]) == {"SessionStart", "Stop"}
    assert "add hooks" not in set_up_on_terminal(world, "n")
    assert "make Claude Code's worktrees here" in set_up_on_terminal(world, "y")
    assert "WorktreeCreate" in json.loads(settings.read_text())["hooks"]
    assert set_up_on_terminal(world, "y") == ""


def test_hooks_go_with_no_action_that_only_looks_or_removes(world: World) -> None:
    assert only_object(world.okstra("setup", "--check", "--hooks", exit=129))["error"]["code"] == "usage"
    assert only_object(world.okstra("setup", "--uninstall", "--no-hooks", exit=129))["error"]["code"] == "usage"
