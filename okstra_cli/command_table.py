"""Lists every command by name: the module that answers it, its panel on the front page, and one line of help."""

from typing import NamedTuple


class Row(NamedTuple):
    """One top-level command; without a panel it is understood but not listed."""

    module: str
    panel: str
    help: str


FIRST, START, WORK = "At once, in any repository", "Start here", "Tasks and stages"
HISTORY, UPKEEP = "History", "Upkeep"

COMMANDS = {
    "landed": Row("landed", FIRST, "Say whether branches have landed, squashed or rebased ones too"),
    "prove": Row("prove", FIRST, "Tell whether two commits, ranges or branches are one change"),
    "adopt": Row("adopt", FIRST, "Follow branches and worktrees that anybody made"),
    "review": Row("review", FIRST, "Approve a change, and see whether it still is that change"),
    "verify": Row("verify", FIRST, "Run a command on a tree and record how it ended"),
    "verified": Row("verified", FIRST, "Tell whether a tree was verified already, whatever the commit"),
    "init": Row("init", START, "Prepare this repository: writer id, project id, hooks"),
    "status": Row("status", START, "Show tasks, stages and commits; what needs a person comes first"),
    "board": Row("board", START, "Show the whole repository as one page in a browser"),
    "watch": Row("watch", START, "Watch runs and workers live; what needs a person comes first"),
    "demo": Row("demo", START, "Watch records follow rewritten history in a small repository"),
    "wizard": Row("wizard", START, "Ask for everything that a run begins with, an agent or a person"),
    "task": Row("task", WORK, "Open, list, show and close tasks"),
    "plan": Row("plan", WORK, "Check, approve and show the plan of a task"),
    "brief": Row("brief", WORK, "Write and check the brief that a phase begins on"),
    "stage": Row("stage", WORK, "Start, finish, list, show and release the stages of a plan"),
    "run": Row("run", WORK, "Prepare, list, show, resume and end runs; keep what they left"),
    "render-bundle": Row("render_bundle", WORK, "The same as run prepare, for skills"),
    "worker": Row("worker", WORK, "Start agent programs on prompts, see them, wait, and stop them"),
    "panes": Row("panes", WORK, "Find the caller's pane of tmux; list and close those of a run"),
    "usage": Row("usage", WORK, "Show what agents used: tokens, and money by a list of prices"),
    "token-usage": Row("token_usage", WORK, "The same as usage collect, for skills"),
    "convergence": Row("convergence", WORK, "Compare what workers found, and ask them again"),
    "validate": Row("validate", WORK, "Check what runs left, and what plans and reports have to hold to"),
    "report": Row("report", WORK, "Render a report from its data; show and answer its questions"),
    "followups": Row("followups", WORK, "Open tasks for what a report found and did not deliver"),
    "inspect": Row("inspect", WORK, "Show what happened to tasks and runs, and how to go on"),
    "handoff": Row("handoff", WORK, "Turn verified stages into pull requests"),
    "worktree": Row("worktree", WORK, "List, release and prune the worktrees of stages"),
    "reconcile": Row("reconcile", HISTORY, "Follow recorded commits through rewritten history, or ask"),
    "log": Row("log", HISTORY, "Show what was recorded, newest first"),
    "setup": Row("setup", UPKEEP, "Install skills, agents and rules for Claude Code and others"),
    "hooks": Row("hooks", UPKEEP, "Install, prove and remove the git hooks"),
    "completion": Row("completion", UPKEEP, "Print a script that completes okstra's lines in a shell"),
    "schema": Row("schema", UPKEEP, "Print the JSON Schema of what a command answers"),
    "config": Row("config", UPKEEP, "Read and change the okstra settings in git config"),
    "doctor": Row("doctor", UPKEEP, "Examine installation and repository; mend what is safe to mend"),
    "fsck": Row("fsck", UPKEEP, "Prove that refs and notes equal the log, or rebuild them"),
}

ALIASES = {"git-reconcile": "reconcile"}
"""Other spellings that skills use; hyphenated, because they are also programs' names."""


OPENING = """\
Usage: git okstra [-C DIR] [--json|--text] COMMAND …

Keeps the state of agents' work in git itself (tasks, stages, the commits they
ended on) and follows it when history is rewritten.

Is it installed well? git okstra doctor
"""

CLOSING = """\
On every command:
  -C DIR         run as if started in DIR
  --json         answer with one JSON object (the default off a terminal)
  --text         answer with text (the default on a terminal)
  -q, --quiet    no notes on stderr
  --no-color     no colours; NO_COLOR is respected too
  -h, --help     explain the command
  --version      show the version

Examples:
  git okstra init --project-id shop
  git okstra task open shop:web:login --category feature
  git okstra plan approve plan.md --task-key shop:web:login
  git okstra run prepare --task-key shop:web:login --task-type implementation
  git okstra stage done 1 --task-key shop:web:login --carry carry.json
  git okstra reconcile --task-key shop:web:login --check

Exit status:
  0    done, or nothing to do
  1    refused or failed; the message says why and what to do next
  2    a person has to decide
  129  wrong usage
"""


def front_page() -> str:
    """The whole page, 80 columns wide."""
    return "\n".join([OPENING, *map(_panel, dict.fromkeys(row.panel for row in COMMANDS.values())), CLOSING])


def _panel(title: str) -> str:
    rows = [(name, row.help) for name, row in COMMANDS.items() if row.panel == title]
    return f"{title}:\n" + "".join(f"  {name:<14}{meaning}\n" for name, meaning in rows)
