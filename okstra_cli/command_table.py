"""Lists every command by name: the module that answers it, its panel on the front page, and one line of help."""

from typing import NamedTuple


class Row(NamedTuple):
    """One top-level command; without a panel it is understood but not listed."""

    module: str
    panel: str
    help: str


START, WORK, HISTORY, UPKEEP = "Start here", "Tasks and stages", "History", "Upkeep"

COMMANDS = {
    "init": Row("init", START, "Prepare this repository: writer id, project id, hooks"),
    "status": Row("status", START, "Show tasks, stages and commits; what needs a person comes first"),
    "landed": Row("landed", START, "Say whether branches have landed, squashed or rebased ones too"),
    "demo": Row("demo", START, "Watch records follow rewritten history in a small repository"),
    "wizard": Row("wizard", START, "Ask for everything that a run begins with, an agent or a person"),
    "task": Row("task", WORK, "Open, list, show and close tasks"),
    "plan": Row("plan", WORK, "Check, approve and show the plan of a task"),
    "brief": Row("brief", WORK, "Write and check the brief that a phase begins on"),
    "stage": Row("stage", WORK, "Start, finish, list, show and release the stages of a plan"),
    "run": Row("run", WORK, "Prepare, list, show, resume and end runs; keep what they left"),
    "render-bundle": Row("render_bundle", WORK, "The same as run prepare, for skills"),
    "inspect": Row("inspect", WORK, "Show what happened to tasks and runs, and how to go on"),
    "handoff": Row("handoff", WORK, "Turn verified stages into pull requests"),
    "worktree": Row("worktree", WORK, "List, release and prune the worktrees of stages"),
    "reconcile": Row("reconcile", HISTORY, "Follow recorded commits through rewritten history, or ask"),
    "prove": Row("prove", HISTORY, "Tell whether two commits, ranges or branches are one change"),
    "review": Row("review", HISTORY, "Approve a change as it is, and see whether it still is that change"),
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
