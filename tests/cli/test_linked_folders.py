"""Links that a commit brought below `.okstra/` and `.claude/`: no command writes through one or reads behind it."""

import os
from pathlib import Path

import pytest

from tests.cli.shop import open_shop
from tests.kit.prepared import a_brief
from tests.kit.scenario import World

TERM = ("brief", "term", "Passkey", "--meaning", "touch it")
NEW = ("brief", "new", "web", "login")
ADD = ("brief", "add", ".okstra/briefs/web/login.md", "--label", "domain-context", "--text", "words")
ASK = ("brief", "confirm", ".okstra/briefs/web/login.md", "--skip")
CHECK = ("brief", "check", ".okstra/briefs/web/login.md")
WIZARD = ("wizard", "init", "--state-file", ".okstra/wizard/w.json")
PLAN = ("plan", "check", ".okstra/plan.md")


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


def link(shop: World, path: str, target: Path) -> None:
    """A link as a commit brings it."""
    place = shop.path / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    shop.git("add", "-f", path)
    shop.git("commit", "-q", "-m", "a hostile commit")


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(each.relative_to(folder)): each.read_bytes() if each.is_file() else None for each in folder.rglob("*")}


@pytest.mark.parametrize(
    ("path", "target", "lines"),
    [
        (".okstra/glossary.md", "file.md", [TERM]),
        (".okstra/glossary.md", "new.md", [TERM]),
        (".okstra", "folder", [TERM, NEW, WIZARD]),
        (".okstra/briefs", "folder", [NEW]),
        (".okstra/briefs/web", "folder", [NEW, CHECK]),
        (".okstra/briefs/web/login.md", "file.md", [NEW, ADD, ASK, CHECK]),
        (".okstra/briefs/web/login.md", "new.md", [NEW]),
        (".okstra/wizard", "folder", [WIZARD]),
        (".okstra/wizard/w.json", "file.md", [WIZARD]),
        (".okstra/wizard/w.json", "new.md", [WIZARD]),
        (".okstra/plan.md", "file.md", [PLAN]),
        (".claude", "folder", [("setup",), ("setup", "--check")]),
        (".claude/settings.json", "file.md", [("setup",)]),
        (".claude/skills", "folder", [("setup",)]),
        (".agents", "folder", [("setup",)]),
    ],
)
def test_nothing_is_written_behind_a_tracked_link(
    shop: World, tmp_path: Path, path: str, target: str, lines: list[tuple[str, ...]]
) -> None:
    outside = tmp_path / "outside"
    (outside / "folder").mkdir(parents=True)
    for name in ("file.md", "folder/login.md"):
        (outside / name).write_text(a_brief("pending"))
    before = tree(outside)
    link(shop, path, outside / target)
    for line in lines:
        answer = shop.okstra(*line, exit=None)
        assert answer.exit != 0, answer
        assert answer.json["error"]["code"] != "internal", answer
        assert "\n" not in answer.json["error"]["message"]
    assert tree(outside) == before


def test_a_glossary_that_is_a_link_inside_stays_one(shop: World) -> None:
    shop.write("docs/words.md", "# Glossary\n\n| Term | Meaning |\n|---|---|\n")
    (shop.path / ".okstra").mkdir()
    (shop.path / ".okstra/glossary.md").symlink_to("../docs/words.md")
    shop.okstra(*TERM)
    assert (shop.path / ".okstra/glossary.md").is_symlink()
    assert "Passkey" in (shop.path / "docs/words.md").read_text()


def test_a_users_own_folder_may_be_a_link(shop: World, tmp_path: Path, home: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (home / ".claude").symlink_to(tmp_path / "dotfiles")
    shop.okstra("setup", "--user", exit=None)
    assert (home / ".claude").is_symlink()
    assert (tmp_path / "dotfiles/settings.json").is_file()
    assert (tmp_path / "dotfiles/skills").is_dir()


@pytest.mark.parametrize("name", [".claude/settings.json", ".claude/.okstra-manifest.json"])
def test_a_pipe_in_the_place_of_settings_is_not_waited_for(shop: World, name: str) -> None:
    (shop.path / ".claude").mkdir()
    os.mkfifo(shop.path / name)
    answer = shop.okstra("setup", exit=None)
    assert "a bug in okstra" not in answer.out, answer


def test_my_own_link_to_a_brief_may_lead_anywhere_and_stays_a_link(shop: World, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(a_brief("pending"))
    (shop.path / "b.md").symlink_to(tmp_path / "mine.md")
    shop.okstra("brief", "confirm", "b.md", "--skip")
    assert (shop.path / "b.md").is_symlink()
    assert "skipped" in (tmp_path / "mine.md").read_text()
