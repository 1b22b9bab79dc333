"""Rules in settings files: added without losing anything, taken out without leaving anything."""

import json
from pathlib import Path

import pytest

from okstra_git.agent_setup.apply import apply_steps
from okstra_git.agent_setup.inventory import HOOKS, skill_rules
from tests.agent_setup.closet import SHIPPED_RULES, Closet, picture
from tests.kit.refusals import refuses

MINE = '{\n    "zeta": 1,\n    "permissions": {"deny": ["Read(.env)"], "allow": ["Bash(ls)"]},\n    "alpha": {}\n}'
LOCAL = ("settings.local.json", "settings.json")


def write(closet: Closet, text: str, name: str = "settings.json") -> Path:
    closet.folder.mkdir(exist_ok=True)
    path = closet.folder / name
    path.write_text(text)
    return path


def allowed(path: Path) -> list[str]:
    return list(json.loads(path.read_text())["permissions"]["allow"])


def test_order_indentation_and_other_rules_stay(closet: Closet) -> None:
    settings = write(closet, MINE)
    closet.install()
    ours = ", ".join(f'"{rule}"' for rule in SHIPPED_RULES)
    assert settings.read_text() == MINE.replace('"Bash(ls)"', f'"Bash(ls)", {ours}')
    closet.uninstall()
    assert settings.read_text() == MINE


@pytest.mark.parametrize("text", ['{"permissions": {"allow": [ ]}}', "{ }", '{\n"permissions":{"allow":[\n\n]}}'])
def test_odd_white_space_comes_back(closet: Closet, text: str) -> None:
    settings = write(closet, text)
    closet.install()
    closet.uninstall()
    assert settings.read_text() == text


def test_a_rule_that_was_there_is_not_ours(closet: Closet) -> None:
    settings = write(closet, '{"permissions": {"allow": ["Bash(okstra *)"]}}')
    plan = closet.install()
    assert plan.added == tuple(rule for rule in SHIPPED_RULES if rule != "Bash(okstra *)")
    closet.uninstall()
    assert settings.read_text() == '{"permissions": {"allow": ["Bash(okstra *)"]}}'


def test_the_rule_of_a_skill_goes_with_it(closet: Closet) -> None:
    closet.install()
    files = {path: data.decode() for path, data in closet.desired.files.items() if "okstra-lead" not in path}
    later = closet.shipping(files, rules=skill_rules(files))
    later.install()
    assert allowed(closet.folder / "settings.json") == ["Skill(okstra-run)"]


def test_rules_a_person_adds_later_stay(closet: Closet) -> None:
    closet.install()
    settings = closet.folder / "settings.json"
    value = json.loads(settings.read_text())
    value["permissions"]["allow"].insert(1, "Bash(ls)")
    settings.write_text(json.dumps(value, indent=4))
    closet.uninstall()
    assert json.loads(settings.read_text()) == {"permissions": {"allow": ["Bash(ls)"]}}


def test_a_rule_a_person_removed_is_missing_and_comes_back(closet: Closet) -> None:
    closet.install()
    settings = closet.folder / "settings.json"
    settings.write_text(json.dumps({"permissions": {"allow": SHIPPED_RULES[1:]}}))
    assert closet.inspect().missing_rules == ("Bash(okstra *)",)
    closet.install()
    assert closet.inspect().is_as_shipped
    closet.uninstall()
    assert not settings.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{\n  // mine\n}\n", "not plain JSON"),
        ('{"a": 1,}', "not plain JSON"),
        ("", "not plain JSON"),
        ('{"permissions": {"allow": "all"}}', "permissions.allow is not a list"),
        ("[]", "not an object"),
        ('{"a": "\udcff"}', "not UTF-8"),
    ],
)
def test_a_file_that_is_no_plain_json_is_left_alone_and_the_rules_told(closet: Closet, text: str, says: str) -> None:
    settings = write(closet, "")
    settings.write_bytes(text.encode(errors="surrogateescape"))
    plan = closet.install()
    assert says in plan.problem
    assert plan.by_hand == SHIPPED_RULES
    assert settings.read_bytes() == text.encode(errors="surrogateescape")
    assert closet.states() == {}
    assert (closet.inspect().missing_rules, says in closet.inspect().problem) == (SHIPPED_RULES, True)
    closet.uninstall()
    assert list(closet.picture()) == ["settings.json"]


def test_rules_in_a_file_that_was_broken_later_stay_ours_until_it_is_mended(closet: Closet) -> None:
    closet.install()
    settings = closet.folder / "settings.json"
    good = settings.read_text()
    settings.write_text(good + "// broken\n")
    plan = closet.uninstall()
    assert plan.by_hand == SHIPPED_RULES
    assert settings.read_text() == good + "// broken\n"
    settings.write_text(good)
    closet.uninstall()
    assert picture(closet.folder.parent) == {}


def test_local_settings_take_the_rules_when_asked(closet: Closet) -> None:
    shared = write(closet, '{"permissions": {"allow": ["Bash(okstra *)"]}}')
    local = Closet(type(closet.root)(closet.root.kind, closet.folder, LOCAL), closet.desired)
    local.install()
    assert allowed(closet.folder / LOCAL[0]) == [rule for rule in SHIPPED_RULES if rule != "Bash(okstra *)"]
    assert allowed(shared) == ["Bash(okstra *)"]
    assert closet.install().steps == ()
    closet.uninstall()
    assert list(closet.picture()) == ["settings.json"]


def test_rules_that_are_no_longer_wanted_go(closet: Closet) -> None:
    settings = write(closet, MINE)
    closet.install()
    newer = closet.shipping({path: data.decode() for path, data in closet.desired.files.items()})
    fewer = Closet(newer.root, type(newer.desired)("2", newer.desired.files, ("Bash(okstra *)", "Bash(new *)")))
    fewer.install()
    assert allowed(settings) == ["Bash(ls)", "Bash(okstra *)", "Bash(new *)"]
    fewer.uninstall()
    assert settings.read_text() == MINE


def test_a_linked_settings_file_stays_a_link_with_its_mode(closet: Closet, place: Path) -> None:
    closet.folder.mkdir()
    dotfile = place / "dotfile.json"
    dotfile.write_text(MINE)
    dotfile.chmod(0o600)
    (closet.folder / "settings.json").symlink_to(dotfile)
    before = picture(place)
    closet.install()
    assert len(allowed(dotfile)) == 1 + len(SHIPPED_RULES)
    assert dotfile.stat().st_mode & 0o777 == 0o600
    closet.uninstall()
    assert picture(place) == before


def test_settings_edited_after_the_look_are_not_overwritten(closet: Closet) -> None:
    settings = write(closet, MINE)
    plan = closet.plan()
    settings.write_text("{}")
    with refuses("setup.interfered"):
        apply_steps(plan.steps)
    assert settings.read_text() == "{}"
    closet.install()
    closet.uninstall()
    assert settings.read_text() == "{}"


def test_settings_deleted_after_the_look_do_not_come_back(closet: Closet) -> None:
    settings = write(closet, MINE)
    plan = closet.plan()
    settings.unlink()
    with refuses("setup.interfered"):
        apply_steps(plan.steps)
    assert not settings.exists()


def test_rules_of_a_person_that_win_over_ours_are_told(closet: Closet) -> None:
    write(closet, '{"permissions": {"deny": ["Bash(git push *)", "Bash(git *)", "Edit"]}}')
    write(closet, '{"permissions": {"ask": ["Bash(okstra handoff:*)"]}}', "settings.local.json")
    closet.install()
    assert [told.partition(f"{closet.folder}/")[2] for told in closet.inspect().contradictions] == [
        "settings.json: deny Bash(git *) wins over Bash(git okstra *) where both match",
        "settings.json: deny Edit wins over Edit(.okstra/**) where both match",
        "settings.local.json: ask Bash(okstra handoff:*) wins over Bash(okstra *) where both match",
    ]


@pytest.fixture
def hooked(closet: Closet) -> Closet:
    """A closet that somebody wants hooks in."""
    return Closet(closet.root, type(closet.desired)("1", closet.desired.files, (*SHIPPED_RULES, *HOOKS)))


def test_hooks_stand_in_the_lists_of_their_events(hooked: Closet) -> None:
    hooked.install()
    hooks = json.loads((hooked.folder / "settings.json").read_text())["hooks"]
    assert {event: entry["hooks"][0]["command"] for event, (entry,) in hooks.items()} == {
        "SessionStart": "git-okstra hook claude-session-start",
        "Stop": "git-okstra hook claude-stop",
    }
    assert hooked.inspect().missing_rules == ()
    assert hooked.install().steps == ()


@pytest.mark.parametrize(
    "text",
    [
        MINE,
        "{}",
        '{\n  "hooks": {\n    "Stop": [\n      {"hooks": [{"type": "command", "command": "mine"}]}\n    ]\n  }\n}\n',
        '{"hooks": {}}',
    ],
)
def test_hooks_go_without_a_trace_and_those_of_others_stay(hooked: Closet, text: str) -> None:
    settings = write(hooked, text)
    hooked.install()
    assert hooked.inspect().missing_rules == ()
    hooked.uninstall()
    assert settings.read_text() == text


def test_hooks_alone_can_be_taken_out_again(hooked: Closet, closet: Closet) -> None:
    settings = write(hooked, MINE)
    closet.install()
    before = settings.read_text()
    hooked.install()
    closet.install()
    assert settings.read_text() == before
    closet.uninstall()
    assert settings.read_text() == MINE


def test_hooks_that_have_no_place_are_left_to_a_person(hooked: Closet) -> None:
    settings = write(hooked, '{"hooks": []}')
    plan = hooked.install()
    assert plan.by_hand == (*SHIPPED_RULES, *HOOKS)
    assert settings.read_text() == '{"hooks": []}'
