"""How the hooks stand, in the words of doctor; kept apart because rooms of the library do not see each other."""

from okstra_git.git.config import read_setting
from okstra_git.git.repo import Git
from okstra_git.git.settings import require_setting
from okstra_git.health.findings import Finding
from okstra_git.hooking.model import Hooks, State
from okstra_git.hooking.status import inspect_hooks

INSTALL = "git okstra hooks install"
ABSENT = (State.MISSING, State.FOREIGN)


def hook_findings(git: Git) -> list[Finding]:
    """What keeps us from hearing of rewrites; nothing where the owner of the repository wants no hooks."""
    if read_setting(git, require_setting("okstra.hooks")).value is False:
        return []
    hooks = inspect_hooks(git)
    if not hooks.applicable:
        return []
    if all(hook.state in ABSENT for hook in hooks.hooks):
        told = "no hooks are installed, so rewrites are followed at the next okstra command only"
        return [Finding("hooks.absent", "info", str(hooks.place.directory), told, INSTALL)]
    return [*_of_the_place(hooks), *_of_each(hooks)]


def _of_the_place(hooks: Hooks) -> list[Finding]:
    found = []
    if hooks.place.problem:
        found.append(Finding("hooks.path", "warning", "core.hooksPath", hooks.place.problem, "git okstra hooks status"))
    if not hooks.program_runs:
        gone = f"the program that the hooks call is gone: {hooks.program}"
        told = gone if hooks.program else "no file says which program the hooks call"
        found.append(Finding("hooks.program", "warning", str(hooks.program or ""), told, INSTALL))
    return found


def _of_each(hooks: Hooks) -> list[Finding]:
    found = []
    for hook in hooks.hooks:
        if hook.state is not State.INSTALLED:
            told = f"the hook {hook.name} is {hook.state}" + (f": {hook.note}" if hook.note else "")
            hint = f"add to {hook.path}: {hook.line}" if hook.line else INSTALL
            found.append(Finding("hooks.not-installed", "warning", str(hook.path), told, hint))
    return found
