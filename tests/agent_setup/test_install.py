"""Installing, updating, removing: only what setup wrote and nobody touched is ever replaced or deleted."""

from pathlib import Path

import pytest

from okstra_git.agent_setup.apply import apply_steps
from okstra_git.agent_setup.model import MANIFEST
from tests.agent_setup.closet import LEAD, RUN, SHIPPED, WORKER, Closet, picture
from tests.kit.refusals import refuses

SKILL = "skills/okstra-run/SKILL.md"
RULES_FILE = """\
{
  "permissions": {
    "allow": [
      "Bash(okstra *)",
      "Bash(git okstra *)",
      "Bash(git-okstra *)",
      "Edit(.okstra/**)",
      "Skill(okstra-lead)",
      "Skill(okstra-run)"
    ]
  }
}
"""


def test_everything_shipped_is_installed_byte_for_byte(closet: Closet) -> None:
    closet.install()
    assert closet.picture() == {
        "agents/": "",
        "agents/claude-worker.md": WORKER,
        "settings.json": RULES_FILE,
        "skills/": "",
        "skills/okstra-lead/": "",
        "skills/okstra-lead/SKILL.md": LEAD,
        "skills/okstra-run/": "",
        "skills/okstra-run/SKILL.md": RUN,
        "skills/okstra-run/notes/": "",
        "skills/okstra-run/notes/more.md": "more\n",
    }
    assert closet.inspect().is_as_shipped


def test_a_second_install_has_nothing_to_do(closet: Closet) -> None:
    closet.install()
    before = picture(closet.folder)
    assert closet.install().steps == ()
    assert picture(closet.folder) == before


def test_uninstalling_leaves_nothing_where_nothing_was(closet: Closet, place: Path) -> None:
    closet.install()
    closet.uninstall()
    assert picture(place) == {}
    assert closet.uninstall().steps == ()


def test_uninstalling_leaves_what_was_there(closet: Closet, place: Path) -> None:
    mine = {"skills/mine/SKILL.md": "mine\n", "settings.json": '{"model": "x"}', "agents/mine.md": "m\n"}
    for path, text in mine.items():
        (closet.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (closet.folder / path).write_text(text)
    (closet.folder / "empty").mkdir()
    (closet.folder / "skills/okstra-lead").mkdir()
    before = picture(place)
    closet.install()
    assert len(picture(place)) > len(before)
    closet.uninstall()
    assert picture(place) == before


def test_the_plan_tells_every_write_beforehand(closet: Closet, place: Path) -> None:
    plan = closet.plan()
    shown = {step.path.relative_to(place).as_posix() for step in plan.shown_steps}
    assert picture(place) == {}
    closet.install()
    assert shown == {name.removesuffix("/") for name in picture(place)}


def test_an_edited_file_stays_and_is_reported(closet: Closet) -> None:
    closet.install()
    (closet.folder / SKILL).write_text(RUN + "mine\n")
    newer = closet.shipping({**SHIPPED, SKILL: RUN + "newer\n"})
    plan = newer.install()
    assert [(kept.path.name, kept.state) for kept in plan.kept] == [("SKILL.md", "changed")]
    assert (closet.folder / SKILL).read_text() == RUN + "mine\n"
    assert newer.states() == {SKILL: "changed"}
    closet.uninstall()
    assert closet.picture() == {"skills/": "", "skills/okstra-run/": "", SKILL: RUN + "mine\n"}


def test_force_keeps_the_edited_file_beside(closet: Closet) -> None:
    closet.install()
    for number in (1, 2):
        (closet.folder / SKILL).write_text(f"mine {number}\n")
        closet.install(force=True)
        assert (closet.folder / SKILL).read_text() == RUN
        assert (closet.folder / f"{SKILL}.orig-{number}").read_text() == f"mine {number}\n"
    assert closet.inspect().is_as_shipped


def test_a_file_that_was_there_before_is_not_ours(closet: Closet) -> None:
    (closet.folder / "agents").mkdir(parents=True)
    (closet.folder / "agents/claude-worker.md").write_text("mine\n")
    assert [kept.state for kept in closet.install().kept] == ["foreign"]
    assert closet.states() == {"agents/claude-worker.md": "foreign"}
    closet.uninstall()
    assert closet.picture() == {"agents/": "", "agents/claude-worker.md": "mine\n"}


def test_a_file_that_was_there_before_and_is_the_same_is_not_ours_either(closet: Closet) -> None:
    (closet.folder / "agents").mkdir(parents=True)
    (closet.folder / "agents/claude-worker.md").write_text(WORKER)
    assert closet.install().kept == ()
    assert closet.inspect().is_as_shipped
    closet.uninstall()
    assert closet.picture() == {"agents/": "", "agents/claude-worker.md": WORKER}


def test_an_update_replaces_untouched_files_and_removes_those_no_longer_shipped(closet: Closet) -> None:
    closet.install()
    newer = closet.shipping({SKILL: RUN + "newer\n", "skills/okstra-new/SKILL.md": "new\n"})
    assert newer.states() == {
        "agents/claude-worker.md": "extra",
        "skills/okstra-lead/SKILL.md": "extra",
        "skills/okstra-new/SKILL.md": "missing",
        SKILL: "outdated",
        "skills/okstra-run/notes/more.md": "extra",
    }
    newer.install()
    assert closet.picture() == {
        "settings.json": RULES_FILE,
        "skills/": "",
        "skills/okstra-new/": "",
        "skills/okstra-new/SKILL.md": "new\n",
        "skills/okstra-run/": "",
        SKILL: RUN + "newer\n",
    }
    assert newer.inspect().version == "2.0"


def test_an_edited_file_that_is_no_longer_shipped_becomes_the_persons(closet: Closet) -> None:
    closet.install()
    (closet.folder / "agents/claude-worker.md").write_text("mine\n")
    newer = closet.shipping({SKILL: RUN})
    assert [kept.state for kept in newer.install().kept] == ["disowned"]
    assert newer.install().kept == ()
    assert newer.inspect().is_as_shipped
    newer.uninstall()
    assert closet.picture() == {"agents/": "", "agents/claude-worker.md": "mine\n"}


def test_a_file_a_person_deleted_comes_back(closet: Closet) -> None:
    closet.install()
    (closet.folder / SKILL).unlink()
    assert closet.states() == {SKILL: "missing"}
    closet.install()
    assert closet.inspect().is_as_shipped


def test_an_update_keeps_the_mode_of_a_file(closet: Closet) -> None:
    closet.install()
    (closet.folder / SKILL).chmod(0o600)
    closet.shipping({**SHIPPED, SKILL: "newer\n"}).install()
    assert (closet.folder / SKILL).stat().st_mode & 0o777 == 0o600


def test_linked_folders_are_followed(closet: Closet, place: Path) -> None:
    dotfiles = place / "dotfiles"
    (dotfiles / "skills").mkdir(parents=True)
    closet.folder.symlink_to(dotfiles)
    before = picture(place)
    closet.install()
    assert (dotfiles / SKILL).read_text() == RUN
    assert closet.folder.is_symlink()
    closet.uninstall()
    assert picture(place) == before


def test_a_file_that_became_a_link_is_the_persons(closet: Closet, place: Path) -> None:
    closet.install()
    moved = place / "mine.md"
    (closet.folder / SKILL).rename(moved)
    (closet.folder / SKILL).symlink_to(moved)
    assert closet.inspect().is_as_shipped
    newer = closet.shipping({**SHIPPED, SKILL: "newer\n"})
    assert [kept.why for kept in newer.install().kept] == [f"is a link to {moved}"]
    newer.uninstall()
    assert (moved.read_text(), (closet.folder / SKILL).is_symlink()) == (RUN, True)


def test_one_folder_of_skills_for_two_tools(closet: Closet, place: Path, templates: Path) -> None:
    (closet.folder / "skills").mkdir(parents=True)
    (place / ".agents").mkdir()
    (place / ".agents/skills").symlink_to("../.claude/skills")
    before, agents = picture(place), Closet.agents(place, templates)
    for _ in range(2):
        closet.install()
        agents.install()
    assert closet.inspect().is_as_shipped
    assert agents.inspect().is_as_shipped
    closet.uninstall()
    agents.uninstall()
    assert picture(place) == before


@pytest.mark.parametrize("path", [".claude", ".claude/skills", ".claude/skills/okstra-run"])
def test_a_file_where_a_folder_has_to_be_stops_everything(closet: Closet, place: Path, path: str) -> None:
    (place / path).parent.mkdir(parents=True, exist_ok=True)
    (place / path).write_text("mine\n")
    before = picture(place)
    with refuses("setup.blocked", match="is not a folder"):
        closet.install()
    assert picture(place) == before
    assert closet.states()[SKILL] in ("blocked", "missing")


def test_a_link_to_nothing_stops_everything(closet: Closet) -> None:
    closet.folder.symlink_to("nowhere")
    with refuses("setup.blocked", match="is not a folder"):
        closet.install()


def test_a_folder_to_equip_needs_a_folder_around_it(closet: Closet, templates: Path) -> None:
    with refuses("setup.blocked", match="there is no folder"):
        Closet.claude(closet.folder / "far", templates).install()


def test_a_folder_where_a_file_has_to_be_is_left_alone_even_with_force(closet: Closet) -> None:
    (closet.folder / SKILL).mkdir(parents=True)
    assert [kept.why for kept in closet.install(force=True).kept] == ["is not a file"]
    assert (closet.folder / SKILL).is_dir()


def test_a_file_that_appears_after_the_look_is_not_overwritten(closet: Closet) -> None:
    plan = closet.plan()
    (closet.folder / "skills/okstra-run").mkdir(parents=True)
    (closet.folder / SKILL).write_text("mine\n")
    with refuses("setup.interfered"):
        apply_steps(plan.steps)
    assert (closet.folder / SKILL).read_text() == "mine\n"
    assert [kept.path.name for kept in closet.install().kept] == ["SKILL.md"]
    closet.uninstall()
    assert (closet.folder / SKILL).read_text() == "mine\n"


def test_a_file_edited_after_the_look_is_neither_replaced_nor_removed(closet: Closet) -> None:
    closet.install()
    for newer in (closet.shipping({**SHIPPED, SKILL: "newer\n"}), closet.shipping({"skills/x/SKILL.md": "x\n"})):
        plan = newer.plan()
        (closet.folder / SKILL).write_text("mine\n")
        with refuses("setup.interfered"):
            apply_steps(plan.steps)
        assert (closet.folder / SKILL).read_text() == "mine\n"
        (closet.folder / SKILL).write_text(RUN)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not readable: ."),
        ("[]", "no format"),
        ('{"format": 2, "okstra": "9"}', "newer okstra"),
        ('{"format": 1}', "names no okstra"),
        ('{"format": 1, "okstra": "1", "files": {"../../x": "y"}}', "files are not understood"),
        ('{"format": 1, "okstra": "1", "files": {"skills/../../x/y": "y"}}', "files are not understood"),
        ('{"format": 1, "okstra": "1", "files": {"/etc/passwd": "y"}}', "files are not understood"),
        ('{"format": 1, "okstra": "1", "files": {"skills/x": "y"}}', "files are not understood"),
        ('{"format": 1, "okstra": "1", "files": {"settings.json": "y"}}', "files are not understood"),
        ('{"format": 1, "okstra": "1", "folders": [".."]}', "folders are not understood"),
        ('{"format": 1, "okstra": "1", "settings": {"../x.json": {}}}', "settings are not understood"),
    ],
)
def test_a_manifest_that_is_not_understood_is_kept_and_nothing_touched(
    closet: Closet, place: Path, content: str, says: str
) -> None:
    closet.install()
    (closet.folder / MANIFEST).write_text(content)
    before = picture(place)
    for act in (closet.install, closet.uninstall, closet.inspect):
        with refuses("setup.manifest-unreadable", match=says):
            act()
    assert picture(place) == before


def test_without_its_manifest_nothing_is_ours(closet: Closet, place: Path) -> None:
    closet.install()
    (closet.folder / MANIFEST).unlink()
    before = picture(place)
    assert closet.inspect().is_as_shipped
    closet.install()
    closet.uninstall()
    assert picture(place) == before
