"""No setting and no attribute of the user changes a verdict: the same stories, judged under every configuration."""

import itertools
from pathlib import Path

import pytest

from tests.kit.desk import Desk
from tests.kit.scenario import World

TEXT = "".join(f"line {n}\n" for n in range(40))

SETTINGS = {
    "diff.noprefix": "true", "diff.mnemonicPrefix": "true", "core.abbrev": "4", "color.ui": "always",
    "diff.external": "false", "diff.renames": "false", "core.autocrlf": "true", "core.eol": "crlf",
    "core.quotePath": "true", "notes.rewriteRef": "refs/notes/*", "merge.conflictStyle": "diff3",
    "merge.renames": "false", "merge.directoryRenames": "false", "merge.default": "union", "merge.renormalize": "true",
    "diff.algorithm": "patience", "log.showSignature": "true", "log.follow": "true", "diff.relative": "true",
    "diff.ignoreSubmodules": "all", "diff.orderFile": ".git/order", "diff.indentHeuristic": "false",
    "core.whitespace": "cr-at-eol", "diff.suppressBlankEmpty": "true", "core.ignoreCase": "true",
    "core.filemode": "false", "core.symlinks": "false", "core.pager": "false", "diff.wsErrorHighlight": "all",
}  # fmt: skip
ATTRIBUTES = ("* -diff\n", "* binary\n", "* text eol=crlf\n", "* merge=union\n", "*.py diff=python -merge\n")

Verdict = tuple[int, str, str | None, str | None, str]


def story(world: World) -> None:
    """Eight branches, each left by a rewrite of another kind: some have to be followed, some must not be."""
    world.commit("start", {"f.py": TEXT, "old/g": TEXT, "old/h": TEXT + "h\n", "b.bin": b"\0one"})
    branches: dict[str, dict[str, str | bytes]] = {
        "edit": {"f.py": TEXT.replace("line 5\n", "line five\n")},
        "file": {"new.txt": "a b\n"},
        "folder": {"old/added": "added\n", "old/g": TEXT + "end\n"},
        "binary": {"b.bin": b"\0two"},
        "indent": {"f.py": TEXT.replace("line 9\n", "    line 9\n")},
        "crlf": {"f.py": TEXT.replace("line 9\n", "line 9\r\n")},
        "squash": {"s1": "1\n"},
        "mode": {"m": "m\n"},
    }
    for name, files in branches.items():
        world.branch(name, "start")
        world.commit(f"{name} made", files)
    world.commit("mode made again", {"m": "m\nn\n"})
    desk = Desk(world)
    for number, name in enumerate(branches, 1):
        desk.record(number, name, base="start")
    world.checkout("main")
    world.commit("upstream", {"f.py": TEXT + "more\n"})
    world.git("mv", "old", "renamed")
    world.commit("moved", {})
    for name in branches:
        world.git("-c", "merge.directoryRenames=true", "rebase", "-q", "main", name)
    rewritten: dict[str, dict[str, str | bytes]] = {
        "binary": {"b.bin": b"\0tri"},
        "indent": {"f.py": (TEXT + "more\n").replace("line 9\n", "  line 9\n")},
        "crlf": {"f.py": (TEXT + "more\n").replace("line 9\n", "line 9\n\n")},
    }
    for name, files in rewritten.items():
        world.checkout(name)
        world.amend(files)
    world.checkout("main")
    world.git("merge", "-q", "--squash", "mode")
    world.git("commit", "-q", "-m", "squashed")
    world.git("branch", "-q", "-D", "mode")


def verdicts(world: World) -> list[Verdict]:
    return [
        (f.stage, f.kind, f.new.head if f.new else None, f.new.proof if f.new else None, f.reason)
        for f in Desk(world).look().findings
    ]


@pytest.fixture
def told(tmp_path: Path) -> World:
    world = World.begin(tmp_path / "told")
    story(world)
    return world


def test_settings_and_attributes_change_no_verdict(told: World) -> None:
    plain = verdicts(told)
    kinds = {number: (kind, proof) for number, kind, _, proof, _ in plain}
    assert kinds == {
        1: ("auto", "replay"), 2: ("auto", "same-delta"), 3: ("auto", "replay"), 4: ("confirm", None),
        5: ("confirm", None), 6: ("confirm", None), 7: ("auto", "same-delta"), 8: ("auto", "same-delta"),
    }  # fmt: skip
    told.write(".git/order", "*.txt\n*.py\n")
    for key, value in SETTINGS.items():
        told.git("config", key, value)
        assert verdicts(told) == plain, f"{key}={value} changes a verdict"
        told.git("config", "--unset", key)
    for place, attributes in itertools.product((".gitattributes", ".git/info/attributes"), ATTRIBUTES):
        written = told.write(place, attributes)
        assert verdicts(told) == plain, f"{attributes!r} in {place} changes a verdict"
        written.unlink()
    told.write(".git/info/attributes", "".join(ATTRIBUTES))
    for key, value in SETTINGS.items():
        told.git("config", "--global", key, value)
    assert verdicts(told) == plain, "all of them together change a verdict"
