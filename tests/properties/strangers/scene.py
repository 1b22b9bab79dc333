"""One honest repository with everything that okstra can have made in it, and beside it what is none of its business."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.kit import handing
from tests.kit.prepared import a_brief, a_plan
from tests.kit.scenario import World
from tests.kit.stores import NAME
from tests.properties.strangers.hostile import Places
from tests.properties.strangers.pristine import Pristine

OWN = "shop/web/login"
MARKER = "a3f9-only-outside-of-the-repository"
"""Stands in every file outside; wherever else it turns up, something was read that is nobody's business."""

TASK = ("--task-key", NAME)
TRAPS = (
    "diff.trap.textconv", "diff.trap.command", "merge.trap.driver", "core.pager", "core.editor", "sequence.editor",
    "gpg.program", "core.sshCommand", "diff.external", "core.fsmonitor",
)  # fmt: skip
"""Settings by which git would run a program; each one of ours would leave a file outside."""


TRACKED = {
    ".github/pull_request_template.md": "## What\n\n## Why\n",
    ".claude/settings.json": '{"permissions": {"allow": ["Bash(make test)"]}}\n',
    ".claude/skills/okstra-run/SKILL.md": "---\nname: okstra-run\n---\n",
    ".agents/skills/okstra-run/SKILL.md": "---\nname: okstra-run\n---\n",
}
"""Files of the repository outside of .okstra/ that commands read or write."""

LINKS = {"loop": "loop", "out": "../outside/notes", "dot-git": ".git", "up": ".."}
"""Links that a commit of the repository holds."""

CONFORMANCE = {"schema": 1, "entries": [{"stageKey": "stage-1", "command": "make test", "status": "passed"}]}


@dataclass
class Scene:
    """The repository, what is around it, and what is known of it; `heads` are our own stages' commits."""

    base: Path
    world: World
    ids: dict[str, str] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)
    kept: str = ""
    prints: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    writer: str = ""
    trees: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def repository(self) -> Path:
        return self.world.path

    @property
    def outside(self) -> Path:
        return self.base / "outside"

    @property
    def private(self) -> Path:
        return self.repository / ".git" / "okstra"

    @property
    def documents(self) -> Path:
        return self.repository / ".okstra"

    @cached_property
    def places(self) -> Places:
        """What hostile values speak of."""
        return Places(str(self.repository), str(self.outside), str(self.base / "mine"), self.ids)


def build(base: Path) -> Scene:
    """The scene, in an empty folder."""
    scene = Scene(base, World.begin(base / "world"))
    _set_up(scene)
    _do_stages(scene)
    _hand_over(scene)
    _do_runs(scene)
    _remember(scene)
    _lay_outside(scene)
    _set_traps(scene)
    return scene


def pristine(scene: Scene) -> list[Pristine]:
    """Everything as it is now; the folder outside is by itself, and last."""
    inside = [Pristine.take(scene.base / name) for name in ("world", "worktrees", "server.git", "mine", "reports")]
    return [*inside, Pristine.take(scene.outside)]


def _set_up(scene: Scene) -> None:
    world = scene.world
    world.git("clone", "-q", "--bare", str(world.path), str(scene.base / "server.git"))
    world.git("remote", "add", "origin", str(scene.base / "server.git"))
    world.git("push", "-q", "-u", "origin", "main")
    world.okstra("init", "--project-id", "shop", "--no-hooks", "--offline")
    world.okstra("config", "set", "worktreeRoot", str(scene.base / "worktrees"))
    world.okstra("task", "open", NAME, "--title", "Log in", "--ticket", "SHOP-1")
    world.write(".okstra/briefs/web/login.md", a_brief())
    world.write(".okstra/plan.md", a_plan({1: (), 2: (), 3: (), 4: (1,), 5: (4,)}))
    world.write(".okstra/project.json", json.dumps({"qaCommands": {"test": "make test"}}))
    world.okstra("brief", "term", "Passkey", "--meaning", "a login without a password")
    world.okstra("plan", "approve", ".okstra/plan.md", *TASK)
    for name, target in LINKS.items():
        (world.path / name).symlink_to(target)
    world.commit("tracked", TRACKED)


def _do_stages(scene: Scene) -> None:
    """Stages 1 to 3 done and verified, 3 moved; and two branches that strangers may have made stages of."""
    world = scene.world
    for number in (1, 2, 3):
        handing.stage(world, number)
        carry = json.dumps({"stage": number, "summary": "done", "interfaces": ["f.py: f()"], "openPoints": []})
        world.okstra("stage", "done", str(number), *TASK, "--carry", "-", stdin=carry)
        handing.verify(world, number)
    scene.kept = world.tip()
    world.amend({"f3.txt": "3\n"}, "-m", "reworded")
    world.okstra("reconcile", *TASK, "--apply")
    for number in (1, 2):
        world.branch(f"t{number}", "main")
        world.commit(f"T{number}", {f"t{number}.txt": "theirs\n"})
    world.checkout("main")


def _hand_over(scene: Scene) -> None:
    world = scene.world
    world.okstra("handoff", "assemble", *TASK, "--stages", "1,2", "--base", "main")
    world.okstra("handoff", "status", *TASK)
    world.okstra("handoff", "eligible", *TASK, "--base", "main", "--forecast")
    world.okstra("handoff", "publish", *TASK, "--stages", "1,2", "--dry-run", "--push-only")


def _do_runs(scene: Scene) -> None:
    """One run that ended and is archived, one that is led, and a wizard that was left in the middle."""
    world = scene.world
    ended = world.okstra("run", "prepare", *TASK, "--task-type", "requirements-discovery", "--json").json
    folder = Path(ended["report"]).parent.parent
    results = folder / "worker-results"
    results.mkdir(exist_ok=True)
    (results / "claude-worker-requirements-discovery-001.md").write_text("# Result\n\nAll is well.\n")
    Path(ended["report"]).parent.mkdir(exist_ok=True)
    Path(ended["report"]).write_text("# Report\n\nDone.\n")
    world.okstra("run", "finish", ended["run"], "--report", ended["report"])
    led = world.okstra("run", "prepare", *TASK, "--task-type", "implementation", "--stage", "4", "--json").json
    (scene.documents / "tasks" / OWN / "qa").mkdir()
    (scene.documents / "tasks" / OWN / "qa" / "conformance-manifest.json").write_text(json.dumps(CONFORMANCE))
    world.okstra("wizard", "init", "--state-file", ".okstra/wizard/w.json")
    scene.runs = {"ended": ended["run"], "led": led["run"], "nonce": led["nonce"]}


def _remember(scene: Scene) -> None:
    """Ids, fingerprints and heads, as git and the own log have them."""
    world = scene.world
    (ref,) = world.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log").splitlines()
    scene.writer = ref.rpartition("/")[2]
    scene.events = [json.loads(line) for line in world.ask("show", f"{ref}:tasks/{OWN}/events.jsonl").splitlines()]
    for event in scene.events:
        if "range" in event["fact"]:
            scene.prints[event["fact"]["type"]] = event["fact"]["range"]
    listed = world.okstra("stage", "list", *TASK, "--json").json["stages"]
    scene.heads = {stage["number"]: stage["commit"] for stage in listed if stage["commit"]}
    world.git("tag", "-a", "-m", "v1", "v1")
    named = {
        "base": "main", "head": "t1", "other": "t2", "own": "s1", "moved": "s3", "kept": scene.kept, "tag": "v1",
        "tree": "t1^{tree}", "blob": "t1:README", "base-tree": "main^{tree}", "own-tree": "s1^{tree}",
        "own-blob": "s1:f1.txt", "group": "feature/web/login-group-1-2", "notes": "refs/notes/okstra", "log": ref,
        "log-tree": f"{ref}^{{tree}}", "log-events": f"{ref}:tasks/{OWN}/events.jsonl", "log-format": f"{ref}:format",
    }  # fmt: skip
    scene.ids = {name: world.ask("rev-parse", revision) for name, revision in named.items()}
    scene.trees = {name: world.ask("rev-parse", f"{scene.ids[name]}^{{tree}}") for name in ("head", "other")}
    scene.ids |= {"event": scene.events[0]["id"], "writer": scene.writer, "run": scene.runs["led"]}
    for value in scene.places.values:  # branches of names that nobody would choose, so that records can name them
        if value.name.startswith("shell-branch") and value.text:
            world.git("branch", "-f", value.text, "t1")


def _lay_outside(scene: Scene) -> None:
    """A folder beside the repository that looks like all that a stranger could wish okstra to read or write."""
    outside = scene.outside
    (outside / "notes").mkdir(parents=True)
    for path in ("diary.txt", "notes/one.md", "notes/two.json"):
        (outside / path).write_text(f"{MARKER}\n")
    shutil.copytree(scene.documents, outside / "mirror")
    shutil.copytree(scene.private, outside / "private", ignore=shutil.ignore_patterns("templates", "bodies"))
    for copy in [*(outside / "mirror").rglob("*"), *(outside / "private").rglob("*")]:
        if copy.is_file():
            copy.write_bytes(_marked(copy.read_bytes()))
    for path, text in TRACKED.items():
        (outside / "tracked" / path).parent.mkdir(parents=True)
        (outside / "tracked" / path).write_bytes(_marked(text.encode()))
    os.mkfifo(outside / "pipe")
    World.begin(outside / "repository").commit("theirs", {"secret.txt": f"{MARKER}\n"})
    scene.world.git("worktree", "add", "-q", "-b", "mine", str(scene.base / "mine"), "main")
    (scene.base / "mine" / "notes.txt").write_text(f"{MARKER}\n")


def _marked(content: bytes) -> bytes:
    """The content with the marker in it, still a document of its kind where that can be."""
    mark = MARKER.encode()
    if content.lstrip()[:1] == b"{":
        return content.replace(b"{", b'{"marker": "' + mark + b'", ', 1)
    return content + b"\n" + mark + b"\n"


def _set_traps(scene: Scene) -> None:
    """Programs that the configuration offers to git, each of which would leave a file outside."""
    for name in TRAPS:
        trap = scene.base / f"trap-{name}"
        trap.write_text(f"#!/bin/sh\ntouch '{scene.outside}/CANARY-{name}'\nexit 1\n")
        trap.chmod(0o755)
        scene.world.git("config", name, str(trap))
    info = scene.repository / ".git" / "info"
    (info / "attributes").write_text("*.txt diff=trap merge=trap\n")
