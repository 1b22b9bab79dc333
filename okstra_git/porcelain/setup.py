"""Installs skills, agent definitions and rules for agents: which folders a line means, and what is done in each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.version import VERSION
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_git.agent_setup.inventory import ActualFolder
    from okstra_git.agent_setup.model import DesiredFiles, FolderStatus, SetupFolder, SetupPlan
    from okstra_git.porcelain.workspace import Workspace

SHARED, LOCAL = "settings.json", "settings.local.json"
TOOLS = ("claude", "agents")
NOT_ON_PATH = "okstra is not on PATH here, and the skills call it by that name: make install, or add its folder to PATH"


@dataclass(frozen=True)
class SetupScope:
    """Whom to install for: `project`, `user` or `plugin`; the folders of it, and the flags that mean it on a line.

    `within` is the project that no link may lead out of.
    """

    name: str
    roots: tuple[SetupFolder, ...]
    flags: str = ""
    within: Path | None = None

    def line(self, *more: str) -> str:
        """The command for this scope."""
        return " ".join(filter(None, ("git okstra setup", self.flags, *more)))


@dataclass(frozen=True)
class SetupRequest:
    """One line: what is to be done in which folders; hooks of Claude Code that are None stay as they are."""

    scope: SetupScope
    templates: Path
    dry_run: bool = False
    uninstall: bool = False
    force: bool = False
    hooks: bool | None = None
    worktree_hooks: bool | None = None


@dataclass(frozen=True)
class SetupResult:
    """The plan of every folder, carried out unless it was a dry run; `contradictions` are rules that win."""

    request: SetupRequest
    plans: tuple[SetupPlan, ...]
    contradictions: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        return any(plan.is_needed for plan in self.plans)

    @property
    def exit_status(self) -> int:
        """2 when a person has to decide about a file or edit settings; after a removal kept files are theirs."""
        waits = any(plan.by_hand or (plan.kept and not self.request.uninstall) for plan in self.plans)
        return 2 if waits else 0


def run_setup(request: SetupRequest) -> SetupResult:
    """Plan every folder before any is written, then plan and apply one after the other, each under its lock.

    Refuses hooks for worktrees anywhere but in a project.
    """
    if request.worktree_hooks and request.scope.name != "project":
        message = "hooks for worktrees go into one project only: elsewhere they would take over every repository"
        raise refuse("usage", message, hint="git okstra setup --worktree-hooks")
    _refuse_links(request.scope, request.templates)
    plans = tuple(_plan(root, request) for root in request.scope.roots)
    if not request.dry_run:
        plans = tuple(_apply(root, request) for root in request.scope.roots)
    folders = () if request.uninstall else inspect_folders(request.scope, request.templates)
    contradictions = dict.fromkeys(contradiction for folder in folders for contradiction in folder.contradictions)
    return SetupResult(request, plans, tuple(contradictions))


def inspect_folders(scope: SetupScope, templates: Path) -> tuple[FolderStatus, ...]:
    """The status of every folder of the scope; nothing is written."""
    from okstra_git.agent_setup.plan import inspect

    _refuse_links(scope, templates)
    return tuple(inspect(*_read(root, templates)) for root in scope.roots)


def may_offer_hooks(scope: SetupScope, templates: Path, *, for_worktrees: bool = False) -> bool:
    """Whether somebody can be asked about the hooks of Claude Code: it is meant, and has none of them yet."""
    from okstra_git.agent_setup.inventory import HOOKS, WORKTREE_HOOKS
    from okstra_git.agent_setup.model import Kind

    if for_worktrees and scope.name != "project":
        return False
    hooks = WORKTREE_HOOKS if for_worktrees else HOOKS
    claude = [folder for folder in inspect_folders(scope, templates) if folder.root.kind is Kind.CLAUDE]
    return bool(claude) and not any(rule.rule in hooks for folder in claude for rule in folder.rules)


def describe_drift(scope: SetupScope, inspections: Sequence[FolderStatus]) -> OkstraError | None:
    """The refusal that `--check` ends with, or None where everything is as shipped."""
    differing = [folder for folder in inspections if not folder.is_as_shipped]
    if not differing:
        return None
    absent = [str(folder.root.folder) for folder in differing if not folder.is_installed]
    if len(absent) == len(inspections):
        return refuse("setup.drift", f"okstra's skills are not installed in {' and '.join(absent)}", hint=scope.line())
    files = sum(len(folder.drift) for folder in differing)
    rules = sum(len(folder.missing_rules) for folder in differing)
    counts = " and ".join(counted(number, noun) for number, noun in ((files, "file"), (rules, "rule")) if number)
    verb = "differs" if files + rules == 1 else "differ"
    message = f"{counts} {verb} from what okstra {VERSION} ships"
    return refuse("setup.drift", message, hint=_next_step(scope, differing), files=files, rules=rules)


def is_own_choice(inspections: Sequence[FolderStatus]) -> bool:
    """Whether nothing differs but files that a person edited or had there before."""
    from okstra_git.agent_setup.model import FileState

    states = {file.state for folder in inspections for file in folder.drift}
    return states <= {FileState.CHANGED, FileState.FOREIGN} and not any(folder.missing_rules for folder in inspections)


def _next_step(scope: SetupScope, differing: Sequence[FolderStatus]) -> str:
    from okstra_git.agent_setup.model import FileState

    states = {file.state for folder in differing for file in folder.drift}
    steps = []
    if states - {FileState.CHANGED, FileState.FOREIGN} or any(
        folder.missing_rules and not folder.problem for folder in differing
    ):
        steps.append(scope.line())
    theirs = [
        (folder.root.folder / file.path, file.is_movable)
        for folder in differing
        for file in folder.drift
        if file.state in (FileState.CHANGED, FileState.FOREIGN)
    ]
    if any(is_movable for _, is_movable in theirs):
        steps.append(f"{scope.line('--force')} replaces what was edited, and keeps it beside")
    steps += [f"move {path} away, then {scope.line()}" for path, is_movable in theirs if not is_movable]
    steps += [
        f"add the missing rules to {folder.root.folder / folder.root.settings[0]} by hand: {folder.problem}"
        for folder in differing
        if folder.problem
    ]
    return "\n".join(steps)


def _refuse_links(scope: SetupScope, templates: Path) -> None:
    """Refuse a folder or a file of a project that a link leads out of it to, and a folder or settings that are a link
    which a commit brought; a user's own may be links."""
    from okstra_git.fs.refusals import Linked, Outside, PathRefused
    from okstra_git.fs.root import Root as Files

    if scope.within is None:
        return
    files = Files(scope.within, links=True)
    for root in scope.roots:
        for path in (root.folder, *(root.folder / name for name in root.settings)):
            _refuse_tracked_link(scope.within, path)
        names = (*root.settings, *_desired_files(root, templates).files)
        for path in (root.manifest, *(root.folder / name for name in names)):
            try:
                files.require_seen(path)
            except (Linked, Outside):
                raise
            except PathRefused:
                continue  # the inspection says what else may be wrong


def _refuse_tracked_link(within: Path, path: Path) -> None:
    from okstra_git.fs.files import Looking
    from okstra_git.fs.refusals import linked
    from okstra_git.porcelain.project_files import is_tracked

    name = str(path.relative_to(within))
    entry = Looking(within).see(name)
    if entry is not None and entry.kind == "link" and is_tracked(within, name):
        raise linked(str(within), name, name, leaves=False)


def _plan(root: SetupFolder, request: SetupRequest) -> SetupPlan:
    from okstra_git.agent_setup.inventory import read_folder
    from okstra_git.agent_setup.model import DesiredFiles
    from okstra_git.agent_setup.plan import plan_install, plan_removal

    if request.uninstall:
        return plan_removal(read_folder(root, DesiredFiles(VERSION, {})))
    return plan_install(*_read(root, request.templates, request), force=request.force)


def _apply(root: SetupFolder, request: SetupRequest) -> SetupPlan:
    from okstra_git.agent_setup.apply import apply_steps
    from okstra_git.host.locks import hold_folder

    with hold_folder(root.folder.parent):
        plan = _plan(root, request)
        apply_steps(plan.steps)
    return plan


def _read(root: SetupFolder, templates: Path, request: SetupRequest | None = None) -> tuple[ActualFolder, DesiredFiles]:
    """The folder as it is, and what is to stand in it."""
    from okstra_git.agent_setup.inventory import read_folder
    from okstra_git.agent_setup.permission_rules import with_hooks

    desired = _desired_files(root, templates)
    actual = read_folder(root, desired)
    if request is None:
        return actual, with_hooks(desired, actual, is_wanted=None)
    return actual, with_hooks(desired, actual, is_wanted=request.hooks, for_worktrees=request.worktree_hooks)


def _desired_files(root: SetupFolder, templates: Path) -> DesiredFiles:
    from okstra_git.agent_setup.inventory import read_desired_files

    return read_desired_files(templates, root.kind, VERSION)


def choose_scope(
    workspace: Workspace, *, project: bool, user: bool, plugin: str | None, local: bool, tools: Sequence[str]
) -> SetupScope:
    """The folders that the flags mean; refuses flags that contradict each other."""
    if sum((project, user, plugin is not None)) > 1:
        raise refuse("usage", "--project, --user and --plugin exclude each other", hint="name one of them")
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        raise refuse(
            "usage", f"--for knows {' and '.join(TOOLS)}, not {unknown[0]}", hint="git okstra setup --for claude"
        )
    chosen = tuple(tool for tool in TOOLS if tool in tools or not tools)
    if local and (user or plugin is not None or "claude" not in chosen):
        raise refuse(
            "usage", "--local means a project's own settings of Claude Code", hint="git okstra setup --project --local"
        )
    if plugin is not None:
        if tools:
            raise refuse("usage", "a plugin is for Claude Code; --for does not go with it", hint="leave --for out")
        return plugin_scope(Path(os.path.abspath(workspace.cwd / plugin)), plugin)
    narrow = [f"--for {tool}" for tool in chosen] if tools else []
    return user_scope(workspace, chosen, narrow) if user else project_scope(workspace, chosen, narrow, local=local)


def project_scope(
    workspace: Workspace, tools: Sequence[str], narrow: Sequence[str] = (), *, local: bool = False
) -> SetupScope:
    """The top of this worktree, where tools look for what a project brings along."""
    top = _work_tree(workspace)
    settings = (LOCAL, SHARED) if local else (SHARED, LOCAL)
    flags = " ".join((*narrow, *(["--local"] if local else [])))
    return SetupScope("project", _roots(top / ".claude", top / ".agents", tools, settings), flags, within=top)


def user_scope(workspace: Workspace, tools: Sequence[str], narrow: Sequence[str] = ()) -> SetupScope:
    """This user's folders, wherever Claude Code keeps its own."""
    moved = workspace.environ.get("CLAUDE_CONFIG_DIR")
    claude = workspace.cwd / moved if moved else workspace.home / ".claude"
    return SetupScope(
        "user", _roots(claude, workspace.home / ".agents", tools, (SHARED,)), " ".join(("--user", *narrow))
    )


def plugin_scope(folder: Path, named: str) -> SetupScope:
    """One folder that Claude Code can load as a plugin and add as a marketplace."""
    from okstra_git.agent_setup.model import Kind, SetupFolder

    return SetupScope("plugin", (SetupFolder(Kind.PLUGIN, folder),), f"--plugin {word(named)}")


def find_program(workspace: Workspace) -> str | None:
    """The okstra that a shell with this PATH would run."""
    return shutil.which("okstra", path=workspace.environ.get("PATH", ""))


def _roots(claude: Path, agents: Path, tools: Sequence[str], settings: tuple[str, ...]) -> tuple[SetupFolder, ...]:
    from okstra_git.agent_setup.model import Kind, SetupFolder

    roots = {"claude": SetupFolder(Kind.CLAUDE, claude, settings), "agents": SetupFolder(Kind.AGENTS, agents)}
    return tuple(roots[tool] for tool in tools)


def _work_tree(workspace: Workspace) -> Path:
    from okstra_git.git.repo import NoRepository

    elsewhere = "git okstra setup --user, for all projects"
    try:
        top = workspace.git.work_tree
    except NoRepository as error:
        raise NoRepository(error.message, hint=f"run it in a project, or {elsewhere}") from error
    if top is None:
        raise refuse("setup.no-work-tree", "a bare repository has no files for agents", hint=elsewhere)
    return top
