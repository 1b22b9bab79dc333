"""The command lines that a case is played with: those that read, and those that write."""

import json
from dataclasses import dataclass
from random import Random

from tests.properties.strangers.scene import OWN, Scene
from tests.properties.strangers.story import RUNS, Tale

TASKLESS = """\
status
status --json
task list --closed
run list --all
worktree list --released
fsck
doctor
reconcile --all
reconcile --all --verify
worktree prune
landed --all
landed --all --prune --dry-run
landed HEAD --json
prove HEAD~1 HEAD --text
prove main HEAD
review status --text
review status main
review record --by Eve
verified --text
verified main --claimed
verify --clean -- true
worktree prune --dry-run
fsck --repair
hooks status --quick
config list
init --offline
doctor --fix
run resume --explain
run resume
wizard init --state-file .okstra/wizard/w2.json
wizard step --state-file .okstra/wizard/w.json --answer new
wizard step --state-file .okstra/wizard/w.json --answer shop:web:login
hook post-merge 0
hook claude-session-start
hook claude-stop
wizard step --state-file .okstra/wizard/w.json --back
wizard render-args --state-file .okstra/wizard/w.json
brief check .okstra/briefs/web/login.md
plan check .okstra/plan.md
hook post-checkout HEAD HEAD 1
brief term Login --meaning x
brief new web other --title Other
brief ask .okstra/briefs/web/login.md --prefix general
brief add .okstra/briefs/web/login.md --label domain --text words --ask Which?
brief confirm .okstra/briefs/web/login.md --skip
setup --dry-run
setup --project --check
setup
setup --force
setup --uninstall
hooks install
hooks uninstall
plan check {P}
brief check {P}
worktree repair --dry-run
task open shop:web:fresh
run snapshots
""".splitlines()
OF_A_TASK = """\
status --task-key {K}
log {K}
task show {K}
stage list --task-key {K}
stage show {N} --task-key {K}
run list --all --task-key {K}
run resume --task-key {K} --explain
inspect history --task-key {K}
inspect resume --task-key {K}
inspect context --task-key {K}
worktree list --task-key {K}
plan show {K}
reconcile --task-key {K} --check
reconcile --task-key {K} --show
reconcile --task-key {K} --verify
handoff eligible --task-key {K}
handoff status --task-key {K}
handoff eligible --task-key {K} --base main --forecast
inspect resume --task-key {K}
""".splitlines()
OF_A_RUN = """\
run show {R}
run show {R} --archive
run show {R} --file INDEX.json
inspect run {R}
run resume {R} --explain
run show {R} --file {P}
validate run {R}
validate run {L}
""".splitlines()
WRITING = """\
run prepare --task-key {K} --task-type requirements-discovery
run prepare --task-key {K} --task-type error-analysis
run prepare --task-key {K} --task-type implementation --stage {N}
run prepare --task-key {K} --task-type implementation
run prepare --task-key {K} --task-type final-verification --stage {N}
run prepare --task-key {K} --task-type final-verification
run prepare --task-key {K} --task-type release-handoff
run prepare --task-key {K} --task-type implementation-planning
run resume {R}
run resume {R} --force
run resume --task-key {K}
run finish {R}
run finish {R} --nonce 0123456789abcdef
run abandon {R} --force
run finish {L} --nonce {M}
run finish {L} --nonce {M} --report {P}
run finish {L} --nonce {M} --unchecked
validate run {R} --replay
validate run {L} --replay
run abandon {L} --force
run abandon {R} --force --reason over
stage start {N} --task-key {K}
stage done {N} --task-key {K}
stage release {N} --task-key {K}
reconcile --task-key {K} --apply
reconcile --task-key {K} --stage {N} --use-ref main --apply --force
worktree repair --task-key {K}
worktree repair
worktree release --task-key {K} --cascade
worktree release --task-key {K} --stage {N}
handoff assemble --task-key {K} --stages {S} --base main
handoff assemble --task-key {K} --stages {S} --base main --update
handoff publish --task-key {K} --stages {S} --dry-run
handoff publish --task-key {K} --dry-run
handoff publish --task-key {K} --stages {S} --push-only --yes
handoff record-closed --task-key {K} --url https://forge.example/pull/1
handoff record-pr --task-key {K} --stages {S} --branch t1 --url https://forge.example/pull/7
handoff record-verified --task-key {K} --stage {N} --report-path .okstra/plan.md --data-json .okstra/project.json
task close {K}
task open {K} --title again
plan approve .okstra/plan.md --task-key {K}
plan approve {P} --task-key {K}
reconcile --all --apply
""".splitlines()
WITH_A_FILE = """\
plan check {F}
plan approve {F} --task-key {K}
brief check {F}
brief confirm {F} --skip
brief new web other --title Other --source-file {F}
brief new web other --title-file {F}
brief add .okstra/briefs/web/login.md --label domain --text-file {F} --ask Which?
stage done {N} --task-key {K} --carry {F}
stage done --task-key {K} --from-file {F} --branch t1
run finish {L} --nonce {M} --report {F}
run prepare --task-key {K} --task-type requirements-discovery --brief-path {F}
run prepare --task-key {K} --task-type requirements-discovery --directive-file {F}
run prepare --task-key {K} --task-type requirements-discovery --clarification-response {F}
run prepare --task-key {K} --task-type implementation --stage {N} --approved-plan {F}
run prepare --task-key {K} --task-type release-handoff --pr-template-path {F}
handoff record-verified --task-key {K} --stage {N} --report-path {F} --data-json .okstra/project.json
handoff record-verified --task-key {K} --stage {N} --report-path .okstra/plan.md --data-json {F}
handoff publish --task-key {K} --stages {S} --dry-run --body-file {F}
handoff publish --task-key {K} --stages {S} --dry-run --pr-template {F}
wizard init --state-file {F}
wizard step --state-file {F} --answer new
wizard step --state-file .okstra/wizard/w.json --answer-file {F}
setup --plugin {F} --dry-run
-C {F} status
""".splitlines()
GROUPS = (TASKLESS, OF_A_TASK, OF_A_RUN, WRITING, WRITING, WITH_A_FILE)
FILES = (
    "loop",
    "loop/x",
    "up",
    "dot-git",
    "nowhere/x",
    "README/x",
    ".",
    "-",
    "",
    "x" * 300,
    "\x1b[31m",
    ".okstra",
    "~",
)
"""Files that a person might name, none of which is one."""


@dataclass(frozen=True)
class Line:
    """One command line, and whether its standard output is a terminal."""

    words: tuple[str, ...]
    terminal: bool

    @property
    def stdin(self) -> str:
        """What the program that calls this line writes to it."""
        event = {"claude-session-start": "SessionStart", "claude-stop": "Stop"}.get(self.words[-1], "")
        return json.dumps({"hook_event_name": event}) if event else ""


def choose(random: Random, scene: Scene, tale: Tale, papers: list[str], count: int) -> list[Line]:
    """Some command lines; `papers` are files that a line may name."""
    return [_fill(random, random.choice(random.choice(GROUPS)), scene, tale, papers) for _ in range(count)]


def _fill(random: Random, pattern: str, scene: Scene, tale: Tale, papers: list[str]) -> Line:
    key = random.choice((OWN, tale.task, tale.task)).replace("/", ":")
    stage = random.choice((1, 2, 3, 4, 5, tale.offset + 1, tale.offset + 2))
    group = random.choice(((1, 2), (3,), (1,), (tale.offset + 1, tale.offset + 2), (tale.offset + 1,)))
    blanks = {"K": key, "N": str(stage), "R": random.choice((*RUNS, scene.runs["ended"], scene.runs["led"])),
              "S": ",".join(map(str, group)), "P": random.choice(papers),
              "F": random.choice(FILES), "L": scene.runs["led"], "M": scene.runs["nonce"]}  # fmt: skip
    words = [word.format_map(blanks) for word in pattern.split(" ")]
    form = random.choice(((), ("--text",), ("--json",)))
    plain = words[0] in ("hook", "wizard") or "--json" in words or "--" in words
    return Line((*words, *(() if plain else form)), terminal=random.random() < 0.5)


def every_line() -> list[str]:
    """All patterns."""
    return [pattern for group in GROUPS for pattern in group]
