"""One whole story under every setting of git's that people have: each answer is that of a plain configuration."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import KEY, TASK
from tests.kit.answers import Answer
from tests.kit.handing import REPORT, data_json
from tests.kit.scenario import World

GROUPS: dict[str, dict[str, str]] = {
    "status and columns": {
        "status.short": "true", "status.branch": "true", "status.showStash": "true", "status.showUntrackedFiles": "no",
        "status.relativePaths": "false", "status.aheadBehind": "false", "status.renames": "copies",
        "status.submoduleSummary": "true", "status.displayCommentPrefix": "true", "column.ui": "always",
        "column.status": "always", "column.branch": "always",
    },
    "diffs": {
        "diff.renames": "copies", "diff.noprefix": "true", "diff.mnemonicPrefix": "true", "diff.external": "false",
        "diff.context": "0", "diff.interHunkContext": "9", "diff.algorithm": "histogram", "diff.wordRegex": ".",
        "diff.submodule": "log", "diff.statGraphWidth": "3", "diff.colorMoved": "zebra", "diff.ignoreSubmodules": "all",
        "diff.orderFile": "/dev/null", "diff.relative": "true", "diff.autoRefreshIndex": "false",
        "diff.wsErrorHighlight": "all", "diff.dirstat": "lines,0", "blame.showEmail": "true", "grep.lineNumber": "true",
    },
    "logs and colours": {
        "log.showSignature": "true", "log.date": "relative", "log.decorate": "full", "log.follow": "true",
        "log.abbrevCommit": "true", "log.showRoot": "false", "log.mailmap": "true", "log.diffMerges": "on",
        "log.excludeDecoration": "refs/*", "format.pretty": "fuller", "format.signOff": "true", "color.ui": "always",
        "color.status": "always", "color.branch": "always", "color.diff": "always",
        "i18n.logOutputEncoding": "ISO-8859-1",
        "pager.status": "true", "core.pager": "false", "showBranch.default": "main",
    },
    "the core": {
        "core.quotePath": "true", "core.abbrev": "4", "core.commentChar": ";", "core.editor": "false",
        "core.logAllRefUpdates": "false", "core.fileMode": "false", "core.trustctime": "false",
        "core.checkStat": "minimal", "core.preloadIndex": "false", "core.symlinks": "false",
        "core.protectNTFS": "true", "core.whitespace": "cr-at-eol", "core.warnAmbiguousRefs": "false",
        "core.precomposeUnicode": "true", "core.sshCommand": "false", "core.askPass": "false",
    },
    "many files": {
        "feature.manyFiles": "true", "feature.experimental": "true", "index.version": "4",
        "core.untrackedCache": "true", "core.fsmonitor": "false",
        "core.splitIndex": "true", "index.threads": "4", "index.skipHash": "true",
        "core.commitGraph": "false", "core.multiPackIndex": "false", "gc.auto": "1", "gc.autoDetach": "false",
        "gc.writeCommitGraph": "true", "fetch.writeCommitGraph": "true", "pack.window": "0", "core.compression": "0",
        "core.looseCompression": "9", "repack.writeBitmaps": "true",
        "maintenance.auto": "true", "core.fsync": "all",
    },
    "line ends": {"core.eol": "lf", "core.autocrlf": "input", "core.safecrlf": "false"},
    "merging and rebasing": {
        "merge.conflictStyle": "diff3", "merge.renames": "false", "merge.directoryRenames": "false",
        "merge.renormalize": "true", "merge.stat": "false", "merge.autoStash": "true", "merge.verbosity": "5",
        "merge.branchdesc": "true", "merge.log": "true", "rebase.autoSquash": "true", "rebase.autoStash": "true",
        "rebase.updateRefs": "true", "rebase.abbreviateCommands": "true", "rebase.stat": "true",
        "rebase.missingCommitsCheck": "error", "rebase.instructionFormat": "%an %s", "rerere.enabled": "true",
        "rerere.autoUpdate": "true", "pull.rebase": "true", "sequence.editor": "true", "rebase.backend": "merge",
    },
    "branches and remotes": {
        "branch.autoSetupMerge": "always", "branch.autoSetupRebase": "always", "branch.sort": "-committerdate",
        "tag.sort": "-version:refname", "fetch.prune": "true", "fetch.pruneTags": "true", "fetch.parallel": "4",
        "fetch.output": "compact", "push.default": "nothing", "push.autoSetupRemote": "true",
        "push.followTags": "true", "push.gpgSign": "false", "push.useForceIfIncludes": "true",
        "checkout.guess": "false", "checkout.defaultRemote": "upstream", "clone.defaultRemoteName": "up",
        "remote.pushDefault": "origin", "transfer.fsckObjects": "true", "transfer.hideRefs": "refs/odd",
        "protocol.version": "0", "submodule.recurse": "true", "submodule.fetchJobs": "2", "advice.statusHints": "false",
        "init.defaultBranch": "trunk", "init.templateDir": "/nowhere", "worktree.guessRemote": "true",
    },
    "commits": {
        "commit.verbose": "true", "commit.cleanup": "verbatim", "commit.status": "false",
        "commit.template": "/dev/null", "tag.gpgSign": "false",
        "user.useConfigOnly": "true", "notes.displayRef": "refs/notes/*",
        "notes.mergeStrategy": "theirs", "trailer.separators": "=", "interactive.singleKey": "true",
        "advice.detachedHead": "false", "advice.addEmptyPathspec": "false", "advice.implicitIdentity": "false",
        "help.autoCorrect": "immediate", "i18n.commitEncoding": "UTF-8",
    },
    "aliases": {f"alias.{name}": "!false" for name in ("status", "config", "var", "worktree", "log", "st")},
    "refusals": {
        "safe.bareRepository": "explicit", "protocol.allow": "user", "protocol.file.allow": "always",
        "receive.denyCurrentBranch": "ignore", "uploadpack.allowFilter": "true", "core.protectHFS": "true",
        "trace2.normalBrief": "true", "trace2.eventBrief": "true", "http.proxy": "http://127.0.0.1:1",
    },
}  # fmt: skip
VARIABLES: dict[str, dict[str, str]] = {
    "traces": {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_TRACE_SETUP": "1", "GIT_TRACE_PERFORMANCE": "2"},
    "another language": {"LC_ALL": "", "LANGUAGE": "de:fr", "LANG": "de_DE.UTF-8"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "git's switches": {
        "GIT_LITERAL_PATHSPECS": "1", "GIT_DIFF_OPTS": "-u0", "GIT_EXTERNAL_DIFF": "false", "GIT_PAGER": "false",
        "GIT_NOTES_REF": "refs/notes/other", "GIT_NOTES_DISPLAY_REF": "refs/notes/other", "GIT_MERGE_VERBOSITY": "5",
        "GIT_ADVICE": "0", "GIT_FLUSH": "1", "GIT_PROGRESS_DELAY": "0", "GIT_INDEX_VERSION": "4",
        "GIT_DEFAULT_HASH": "sha256", "GIT_ATTR_SOURCE": "HEAD", "GREP_OPTIONS": "--color", "COLUMNS": "20",
    },
}  # fmt: skip
Answers = list[tuple[str, Any]]


def story(world: World, env: Mapping[str, str]) -> Answers:
    """init to prune; every answer in JSON, with what differs from run to run taken out."""
    told: Answers = []

    def okstra(*words: str) -> Any:
        answer = world.okstra(*words, "--json", exit=None)
        told.append((" ".join(words), _plain(world, answer, env["HOME"])))
        return answer

    world.git("clone", "-q", "--bare", str(world.path), str(world.path.parent / "origin.git"))
    world.git("remote", "add", "origin", str(world.path.parent / "origin.git"))
    okstra("init", "--project-id", "shop")
    okstra("task", "open", KEY, "--category", "feature")
    okstra("stage", "start", "1", *TASK, "--base", "main")
    place = Path(json.loads(okstra("stage", "show", "1", *TASK).out)["stage"]["worktree"])
    stage = World(place, labels=world.labels, clock=world.clock)
    stage.write("na\u00efve file.txt", "one\n")
    stage.git("add", "-A")
    stage.git("commit", "-q", "-m", "fixup! one")
    stage.write("src/two.txt", "two\n")
    stage.git("add", "-A")
    stage.git("commit", "-q", "-m", "two", env=env)
    okstra("stage", "done", "1", *TASK)
    world.commit("M", {"m.txt": "m\n"})
    stage.git("rebase", "-q", "main", env=env)
    okstra("status")
    stage.git("commit", "-q", "--amend", "-m", "two, reworded", env=env)
    okstra("reconcile", *TASK, "--check")
    (place / "left over").write_text("x\n")
    okstra("worktree", "prune", "--dry-run")
    (place / "left over").unlink()
    _verify(world, okstra)
    for line in ("handoff eligible", "handoff assemble --stages 1 --base main", "handoff publish --stages 1 --dry-run"):
        okstra(*line.split(), *TASK)
    for line in ("log", "fsck", "doctor", "worktree list", "hooks status", "config list", "run list"):
        okstra(*line.split())
    return told


def _verify(world: World, okstra: Any) -> None:
    data, report = world.path.parent / "d.json", world.path.parent / "r.md"
    data.write_text(json.dumps(data_json(1)))
    report.write_text(REPORT.format(verdict="accepted"))
    okstra("handoff", "record-verified", *TASK, "--stage", "1", "--report-path", str(report), "--data-json", str(data))


_VARYING = re.compile(
    r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b|\d{4}-\d\d-\d\d[T ][0-9:.]+(?:Z|\+00:00)?|\b[0-9a-f]{10,64}\b|[0-9]+ ms\b"
)


def _plain(world: World, answer: Answer, home: str) -> tuple[int, str]:
    """Names of places, writers, commits and moments become numbers in the order in which they are met."""
    known: dict[str, str] = {}
    text = answer.out.replace(str(world.path.parent), "PLACE").replace(home, "HOME")
    return answer.exit, _VARYING.sub(lambda found: known.setdefault(found[0], f"<{len(known)}>"), text)


def tell(folder: Path, settings: Mapping[str, str], variables: Mapping[str, str]) -> Answers:
    """The story in a world and a home of its own, under these settings of the user's."""
    (folder / "home").mkdir(parents=True)
    world = World.begin(folder / "world")
    person = {"user.name": "Ada Tester", "user.email": "ada@example.org"}
    config = folder / "home/gitconfig"
    for key, value in {**person, **settings}.items():
        world.git("config", "--file", str(config), key, value)
    env = {"HOME": str(folder / "home"), "GIT_CONFIG_GLOBAL": str(config), **variables}
    with pytest.MonkeyPatch.context() as around:
        for name, value in env.items():
            around.setenv(name, value)
        return story(world, env)


_TOLD: list[Answers] = []


def plain(folder: Path) -> Answers:
    """The answers of a plain configuration, asked once."""
    if not _TOLD:
        _TOLD.append(tell(folder, {}, {}))
    return _TOLD[0]


def differences(one: Answers, other: Answers) -> list[tuple[str, int, int, str, str]]:
    """Where two tellings part: the line, and what either says from there on."""
    parted = [(line, a, b) for (line, a), (_, b) in zip(one, other, strict=True) if a != b]
    return [(line, a[0], b[0], *_from_where_they_part(a[1], b[1])) for line, a, b in parted]


def _from_where_they_part(one: str, other: str) -> tuple[str, str]:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[max(at - 60, 0) : at + 120], other[max(at - 60, 0) : at + 120]


@pytest.mark.usefixtures("bin_dir")
@pytest.mark.parametrize("settings", GROUPS.values(), ids=GROUPS)
def test_no_setting_changes_an_answer(tmp_path: Path, settings: Mapping[str, str]) -> None:
    found = differences(plain(tmp_path / "plain"), tell(tmp_path / "set", settings, {}))
    assert not found, "\n".join(map(repr, found))


@pytest.mark.usefixtures("bin_dir")
@pytest.mark.parametrize("variables", VARIABLES.values(), ids=VARIABLES)
def test_no_variable_changes_an_answer(tmp_path: Path, variables: Mapping[str, str]) -> None:
    assert differences(plain(tmp_path / "plain"), tell(tmp_path / "set", {}, variables)) == []


@pytest.mark.deep
@pytest.mark.usefixtures("bin_dir")
@pytest.mark.parametrize(("key", "value"), [pair for group in GROUPS.values() for pair in group.items()], ids=str)
def test_no_setting_alone_changes_an_answer(tmp_path: Path, key: str, value: str) -> None:
    assert differences(plain(tmp_path / "plain"), tell(tmp_path / "set", {key: value}, {})) == []


@pytest.mark.usefixtures("bin_dir")
def test_settings_given_for_one_command_change_no_answer_either(tmp_path: Path) -> None:
    """As `git -c` gives them, where they come last."""
    both = {**GROUPS["status and columns"], **GROUPS["diffs"]}
    given = " ".join(f"'{key.lower()}'='{value}'" for key, value in both.items())
    assert differences(plain(tmp_path / "plain"), tell(tmp_path / "set", {}, {"GIT_CONFIG_PARAMETERS": given})) == []


@pytest.mark.usefixtures("bin_dir")
def test_the_plain_story_is_told_to_its_end(tmp_path: Path) -> None:
    statuses = {line: answer[0] for line, answer in plain(tmp_path)}
    assert {line for line, status in statuses.items() if status} <= {"doctor"}, statuses


def test_there_are_settings_enough() -> None:
    assert sum(map(len, GROUPS.values())) > 150
