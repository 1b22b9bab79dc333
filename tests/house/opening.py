"""Who may open, write, remove or rename files: the room for files, and a few with a reason."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from tests.house.sources import Source

ROOM = "okstra_git/fs/"

OF_OS = {"open", "unlink", "remove", "rename", "replace", "mkdir", "makedirs", "rmdir", "removedirs", "link",
         "symlink", "truncate", "chmod", "mkfifo"}  # fmt: skip
"""Functions of `os` that open or change what a path names."""

OF_SHUTIL = {"rmtree", "copy", "copy2", "copyfile", "copytree", "move"}
OF_PATH = {"open", "write_text", "write_bytes", "unlink", "rmdir", "mkdir", "touch", "symlink_to", "hardlink_to",
           "chmod"}  # fmt: skip
"""Methods that a `Root` has not; of those that it has, too, the number of arguments tells."""

EXCUSED: dict[str, str] = {
    "okstra_git/spool.py": "the hook path, which imports os alone; by descriptors, without links, plain files only",
    "okstra_git/rendering.py": "reads the templates that okstra ships",
    "okstra_git/reports/shape.py": "reads the schema that okstra ships",
    "okstra_git/hooks/scripts.py": "hooks of others, with modes and links that have to stay; shims and their folder",
    "okstra_git/hooks/probe.py": "a throw-away worktree of its own",
    "okstra_git/hooks/status.py": "reads a hook that is a link, to compare it",
    "okstra_git/agent_setup/apply.py": "a user's own folders may be links; nothing new is written through links",
    "okstra_git/agent_setup/inventory.py": "reads the skills that okstra ships",
    "okstra_git/host/machine.py": "reads what the kernel says of processes",
    "okstra_git/snapshots/restore.py": "puts back what a snapshot of this clone kept, links and modes as they were",
    "okstra_git/host/locks.py": "opens a folder, for its lock",
    "okstra_git/git/tree_objects.py": "reads files of worktrees byte for byte, without following links",
    "okstra_git/git/worktree_changes.py": "removes caches that were looked at immediately before",
    "okstra_git/git/worktrees.py": "makes the folder in which git makes a worktree",
    "okstra_git/git/damage.py": "removes a damaged object, named by its own hash",
    "okstra_git/git/refs.py": "moves a torn ref under git's own lock",
    "okstra_git/git/git_directory.py": "gives modes to what git and okstra made",
    "okstra_git/git/dirty.py": "removes an index of its own",
    "okstra_git/health/fsck.py": "removes locks of git that nobody living owns",
    "okstra_git/health/leftovers.py": "removes locks of git that nobody living owns",
    "okstra_git/health/doctor.py": "removes locks of git that nobody living owns",
    "okstra_git/stages/worktrees.py": "git's own links between a worktree and its repository, where this clone made it",
    "okstra_git/stages/worktree_setup.py": "removes an empty folder where git makes a worktree",
    "okstra_git/porcelain/briefs.py": "reads the forms that okstra ships",
    "okstra_cli/commands/completion.py": "reads the scripts that okstra ships",
    "okstra_cli/completion/command_line.py": "reads the table that okstra ships",
    "okstra_cli/entry.py": "the null device in the place of a closed stream",
    "okstra_cli/failures.py": "files a report when everything else has failed: a new file, without links",
    "okstra_cli/demo/playground.py": "a repository of its own in a new folder",
    "okstra_cli/demo/performance.py": "a folder of its own",
    "okstra_cli/wizard/state_file.py": "a step has to be quick, so by os alone; a new file, and no link below .okstra/",
    "okstra_cli/wizard/commands.py": "makes the folder of a named state file, and removes one that it read",
    "okstra_cli/wizard/texts.py": "reads the texts that okstra ships",
}
"""Module -> why it may. One that does not open anything any more is a breach."""


def uses(source: Source) -> Iterator[tuple[str, int]]:
    """(call, line) of everything in a module that opens or changes files by their path."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and (found := _opening(node)):
            yield found, node.lineno


def _opening(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return "open()" if call.func.id == "open" else "rmtree()" if call.func.id == "rmtree" else ""
    if not isinstance(call.func, ast.Attribute):
        return ""
    name, owner = call.func.attr, call.func.value
    module = owner.id if isinstance(owner, ast.Name) else ""
    known: Mapping[str, set[str]] = {"os": OF_OS, "shutil": OF_SHUTIL, "pygit2": set(), "codecs": {"open"}}
    if module in known:
        return f"{module}.{name}()" if name in known[module] else ""
    return f".{name}()" if name in OF_PATH or _is_of_path(name, call) else ""


def _is_of_path(name: str, call: ast.Call) -> bool:
    """Of names that a path and a `Root` both have: `Root.read_text` names a file, `Path.read_text` an encoding."""
    if name == "read_bytes":
        return not call.args and not call.keywords
    if name == "read_text":
        return not call.args or isinstance(call.args[0], ast.Constant)
    return name in ("rename", "replace") and len(call.args) == 1 and not call.keywords


def unexcused(source: Source, excused: Mapping[str, str] = EXCUSED) -> Iterator[str]:
    """Uses outside of the room that no line of the table explains."""
    if source.path.startswith(ROOM) or source.path in excused:
        return
    for what, line in uses(source):
        yield (
            f"{source.path}:{line}: {what}: open and write by a Root of okstra_git.fs, "
            "or give a reason in tests/house/opening.py"
        )


def idle(sources: Sequence[Source], excused: Mapping[str, str] = EXCUSED) -> Iterator[str]:
    """Excuses that excuse nothing any more."""
    used = {source.path for source in sources if next(uses(source), None) is not None}
    for path in sorted(excused.keys() - used):
        yield f"{path} opens nothing any more: drop its line"
