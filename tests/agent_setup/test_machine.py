"""Whatever people and setups of several versions do in turn, killed at any write: no byte of a person is ever lost."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from okstra_git.agent_setup.model import MANIFEST
from okstra_git.errors import OkstraError
from tests.agent_setup.closet import SHIPPED, SHIPPED_RULES, Closet, picture, write_templates
from tests.agent_setup.test_killed import kill_after

SKILL, NOTES, WORKER = "skills/okstra-run/SKILL.md", "skills/okstra-run/notes/more.md", "agents/claude-worker.md"
VERSIONS = [
    SHIPPED,
    {**SHIPPED, SKILL: "second\n", "skills/okstra-new/SKILL.md": "new\n"},
    {SKILL: "third\n", WORKER: "---\nthird\n"},
]
OTHERS = ["skills/okstra-new/SKILL.md", "skills/mine/SKILL.md", "skills/okstra-run/mine.md", "x.md"]
PATHS = [SKILL, NOTES, WORKER, *OTHERS]
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where an fsync costs nothing."""
STEPS = st.none() | st.integers(1, 12)


class Wardrobe(RuleBasedStateMachine):
    """A `.claude` between one person and several okstras; `mine` is what the person wrote and did not delete."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = TemporaryDirectory(prefix="okstra-wardrobe-", dir=MEMORY)
        place = Path(self.scratch.name)
        closet = Closet.claude(place, write_templates(place / "templates"))
        self.okstras = [closet.shipping(files, version=str(number)) for number, files in enumerate(VERSIONS, 1)]
        self.folder = closet.folder
        self.mine: dict[str, str] = {}
        self.count = 0

    def teardown(self) -> None:
        self.scratch.cleanup()

    @property
    def settings(self) -> Path:
        return self.folder / "settings.json"

    def new(self) -> str:
        self.count += 1
        return f"mine {self.count}\n"

    @initialize(text=st.sampled_from(["", "{}", '{"permissions": {"allow": []}}', '{"model": "x"}']))
    def begin(self, text: str) -> None:
        self.asked = {"mine"} if text == '{"permissions": {"allow": []}}' else set()
        self.value: Any = json.loads(text) if text else None
        if text:
            self.folder.mkdir()
            self.settings.write_text(text)

    # --- the person

    @rule(path=st.sampled_from(PATHS))
    def write(self, path: str) -> None:
        target = self.folder / path
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self.new())
            self.mine[path] = target.read_text()

    @rule(path=st.sampled_from(PATHS))
    def delete(self, path: str) -> None:
        (self.folder / path).unlink(missing_ok=True)
        self.mine.pop(path, None)

    @rule(tall=st.booleans())
    def allow(self, tall: bool) -> None:
        """A person adds a rule, and perhaps an editor formats the file anew."""
        self.folder.mkdir(exist_ok=True)
        value = json.loads(self.settings.read_text()) if self.settings.exists() else {}
        added = f"Bash(mine {self.count})"
        self.count += 1
        value.setdefault("permissions", {}).setdefault("allow", []).append(added)
        self.settings.write_text(json.dumps(value, indent=4 if tall else None))
        self.asked = {*self.asked, added}

    # --- okstra

    @rule(number=st.integers(0, 2), steps=STEPS, force=st.booleans())
    def install(self, number: int, steps: int | None, force: bool) -> None:
        self.act(steps, lambda: self.okstras[number].install(force=force))
        if steps is None:
            states = self.okstras[number].states()
            assert force is False or not states
            assert set(states.values()) <= {"changed", "foreign"}
            assert self.okstras[number].install(force=force).steps == ()

    @rule(number=st.integers(0, 2), steps=STEPS)
    def uninstall(self, number: int, steps: int | None) -> None:
        self.act(steps, self.okstras[number].uninstall)
        if steps is None:
            assert not (self.folder / MANIFEST).exists()
            assert self.okstras[number].uninstall().steps == ()

    def act(self, steps: int | None, work: Callable[[], object]) -> None:
        if steps is None:
            work()
        else:
            kill_after(steps, work)
        self.follow_aside()

    def follow_aside(self) -> None:
        """A forced setup moves a person's file: what counts is that it is still beside."""
        for path, text in list(self.mine.items()):
            target = self.folder / path
            if not target.exists() or target.read_text() != text:
                beside = [each for each in target.parent.glob(f"{target.name}.orig-*") if each.read_text() == text]
                assert beside, f"{path} is lost"
                del self.mine[path]
                self.mine[beside[0].relative_to(self.folder).as_posix()] = text

    @invariant()
    def nothing_of_mine_is_lost(self) -> None:
        for path, text in self.mine.items():
            assert (self.folder / path).read_text() == text

    @invariant()
    def rules_of_mine_stay(self) -> None:
        wanted = {each for each in self.asked if each.startswith("Bash")}
        if wanted:
            assert wanted <= set(json.loads(self.settings.read_text())["permissions"]["allow"])
        if self.value is not None:
            assert self.settings.exists()
            assert json.loads(self.settings.read_text()).get("model") == self.value.get("model")


TestWardrobe = Wardrobe.TestCase
TestWardrobe.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)

TEXTS = st.sampled_from(["mine\n", *SHIPPED.values(), ""])
ENTRIES = st.dictionaries(st.sampled_from([*PATHS, "skills/okstra-lead/", "empty/", "agents/"]), TEXTS, max_size=6)
SOME_RULES = st.lists(st.sampled_from([*SHIPPED_RULES, "Bash(ls)"]), max_size=3)
PERMISSIONS = st.fixed_dictionaries({}, optional={"allow": SOME_RULES, "deny": SOME_RULES})
SETTINGS = st.none() | st.fixed_dictionaries({}, optional={"model": st.text(max_size=3), "permissions": PERMISSIONS})


@settings(max_examples=120, deadline=None)
@given(
    entries=ENTRIES,
    value=SETTINGS,
    indent=st.sampled_from([None, 1, 4, "\t"]),
    updates=st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3),
)
def test_install_update_uninstall_give_back_the_identical_tree(
    entries: dict[str, str], value: Any, indent: Any, updates: list[dict[str, str]]
) -> None:
    with TemporaryDirectory(prefix="okstra-wardrobe-", dir=MEMORY) as scratch:
        place = Path(scratch)
        closet = Closet.claude(place, write_templates(place / "templates"))
        make(closet.folder, entries, None if value is None else json.dumps(value, indent=indent))
        before = picture(place)
        for number, files in enumerate(updates):
            try:
                closet.shipping(files, version=str(number)).install()
            except OkstraError as refused:
                if refused.code != "setup.blocked":
                    raise
                assert picture(place) == before
                return
        closet.uninstall()
        assert picture(place) == before


def make(folder: Path, entries: dict[str, str], text: str | None) -> None:
    for path, content in entries.items():
        target = folder / path
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
    if text is not None:
        folder.mkdir(exist_ok=True)
        (folder / "settings.json").write_text(text)
