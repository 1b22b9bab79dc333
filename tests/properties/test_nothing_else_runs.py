"""Whatever the repository's configuration names as a program runs for a person's own git, and never for okstra."""

from collections.abc import Iterator
from pathlib import Path

from tests.kit.handing import begin, ready, stage
from tests.kit.prepared import KEY, a_brief, a_plan
from tests.kit.scenario import World
from tests.kit.stores import NAME

CHECKOUT = {"smudge", "clean", "process"}
"""What git needs in order to check files out, and to tell whether one that lies there is as it was checked out."""

_HOOKS = ("post-checkout", "reference-transaction", "pre-commit", "post-commit", "post-index-change", "pre-push")
_MARK = """#!/bin/sh
if [ -e "{armed}" ]; then echo "$1" >>"{seen}"; fi
case $1 in smudge | clean) exec cat ;; textconv) echo nothing ;; fsmonitor | merge) exit 1 ;; esac
"""


class Marked:
    """A world in which every setting that can name a program names one that notes down that it ran."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.armed, self.seen = world.path.parent / "armed", world.path.parent / "seen"
        self.mark, self.said = world.path.parent / "mark", dict[str, str]()
        self.mark.write_text(_MARK.format(armed=self.armed, seen=self.seen))
        self.mark.chmod(0o755)
        for key, word in self._settings():
            world.git("config", "--add", key, word)
        for hook in _HOOKS:
            world.write(f".git/hooks/{hook}", f'#!/bin/sh\nexec "{self.mark}" hook\n').chmod(0o755)
        world.write(".git/info/attributes", "* diff=mark merge=mark filter=mark\n")

    def _settings(self) -> Iterator[tuple[str, str]]:
        runs = {
            "core.fsmonitor": "fsmonitor", "core.editor": "editor", "sequence.editor": "editor", "core.pager": "pager",
            "pager.log": "pager", "pager.status": "pager", "pager.diff": "pager", "core.askPass": "askpass",
            "core.alternateRefsCommand": "alternates", "diff.external": "external", "diff.mark.command": "driver",
            "diff.mark.textconv": "textconv", "merge.mark.driver": "merge", "filter.mark.smudge": "smudge",
            "filter.mark.clean": "clean", "gpg.program": "gpg", "gpg.ssh.program": "gpg", "core.gitProxy": "proxy",
            "gpg.ssh.defaultKeyCommand": "gpg", "uploadpack.packObjectsHook": "pack", "web.browser": "browser",
            "difftool.mark.cmd": "tool", "mergetool.mark.cmd": "tool", "diff.guitool": "tool",
            "interactive.diffFilter": "tool", "submodule.x.update": "!submodule", "credential.helper": "!credential",
            "trailer.x.command": "trailer", "trailer.x.cmd": "trailer", "core.notesCommand": "notes",
            "imap.tunnel": "tunnel", "sendemail.tocmd": "mail", "instaweb.httpd": "web", "man.x.cmd": "man",
        }  # fmt: skip
        for key, word in runs.items():
            yield key, f"{'!' if word.startswith('!') else ''}{self.mark} {word.removeprefix('!')}"
        for name in ("config", "status", "worktree", "rev-list", "diff", "log", "var", "fetch", "okstra", "branch"):
            yield f"alias.{name}", f"!{self.mark} alias"
        yield "diff.mark.cachetextconv", "true"
        yield "commit.gpgSign", "true"
        yield "tag.gpgSign", "true"
        yield "log.showSignature", "true"
        yield "push.gpgSign", "if-asked"
        yield "submodule.recurse", "true"
        yield "fetch.recurseSubmodules", "true"

    def ran(self, line: str) -> set[str]:
        """What ran besides git while okstra did this."""
        self.seen.unlink(missing_ok=True)
        self.armed.touch()
        try:
            answer = self.world.okstra(*line.split(), exit=None)
        finally:
            self.armed.unlink()
        assert answer.exit in (0, 1, 2), answer
        assert "a bug in okstra" not in answer.out + answer.err, answer
        self.said.setdefault(line.partition(" ")[0], answer.out)
        return set(self.seen.read_text().split()) if self.seen.exists() else set()


def _hand_over(path: Path) -> World:
    """A task with two stages that are done and verified, one of them rewritten since, and one that is to begin."""
    world = begin(path)
    world.git("init", "-q", "--bare", str(path.parent / "origin.git"))
    world.git("remote", "add", "origin", str(path.parent / "origin.git"))
    world.git("push", "-q", "origin", "main", "refs/okstra/log/*:refs/okstra/log/*")
    world.okstra("config", "set", "worktreeRoot", str(path.parent / "worktrees"))
    ready(world, 1, {"text": "one\n" * 20})
    ready(world, 2)
    stage(world, 4, {"text": "four\n" * 20})
    world.write(".okstra/briefs/web/login.md", a_brief())
    world.write(".okstra/plan.md", a_plan({1: [], 2: [], 3: [], 4: []}))
    world.okstra("plan", "approve", ".okstra/plan.md", "--task-key", NAME)
    return world


BEFORE = (
    "stage start 3 --task-key K --base main", "run prepare --task-key K --task-type requirements-discovery --json",
    "run prepare --task-key K --task-type implementation --stage 3 --json", "run list",
)  # fmt: skip
AFTER = (
    "status", "worktree list", "reconcile --task-key K --check --show --text", "reconcile --task-key K --apply",
    "reconcile --all --verify", "handoff eligible --task-key K", "handoff status --task-key K",
    "handoff assemble --task-key K --stages 1,2 --base main", "handoff publish --task-key K --stages 1,2 --dry-run",
    "handoff publish --task-key K --stages 1,2 --yes --push-only", "stage done 2 --task-key K",
    "run resume --explain --task-key K", "inspect resume --task-key K", "inspect history --task-key K", "log K",
    "fsck --repair", "worktree repair --task-key K", "stage release 3 --task-key K", "worktree prune", "task show K",
)  # fmt: skip
LISTENING = ("doctor", "hooks status", "init")
"""These prove that hooks are heard, and so let hooks run in a throw-away worktree, as their help says."""


def test_no_program_that_the_configuration_names_runs(tmp_path: Path) -> None:
    world = _hand_over(tmp_path / "world")
    marked = Marked(world)
    ran = {line: marked.ran(line.replace("K", KEY)) for line in BEFORE}
    world.git("checkout", "-q", "s4")
    world.amend({"text": "four\n" * 20 + "and more\n"}, "--no-edit", "--no-gpg-sign")
    world.write("text", "changed\n")
    ran |= {line: marked.ran(line.replace("K", KEY)) for line in AFTER}
    assert {line: words - CHECKOUT for line, words in ran.items() if words - CHECKOUT} == {}
    assert "+and more" in marked.said["reconcile"]
    heard = {line: marked.ran(line) - CHECKOUT - {"hook"} for line in LISTENING}
    assert {line: words for line, words in heard.items() if words} == {}
