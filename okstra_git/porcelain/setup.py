"""Equips agents with skills, definitions and rules: which folders a line means, and what is done in each of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import OkstraError, UsageError
from okstra_git.version import VERSION

if TYPE_CHECKING:
    from okstra_git.outfit.model import Inspection, Outfit, Plan, Root
    from okstra_git.porcelain.workspace import Workspace

SHARED, LOCAL = "settings.json", "settings.local.json"
TOOLS = ("claude", "agents")
NOT_ON_PATH = "okstra is not on PATH here, and the skills call it by that name: make install, or add its folder to PATH"


class NoWorkTree(OkstraError):
    """A bare repository has no folder that agents work in."""

    code = "setup.no-work-tree"


class Drift(OkstraError):
    """What is installed is not what this okstra ships."""

    code = "setup.drift"


@dataclass(frozen=True)
class Scope:
    """Whom to equip: `project`, `user` or `plugin`; the folders of it, and the flags that mean it on a line.

    `within` is the project that no link may lead out of.
    """

    name: str
    roots: tuple[Root, ...]
    flags: str = ""
    within: Path | None = None

    def line(self, *more: str) -> str:
        """The command for this scope."""
        return " ".join(filter(None, ("git okstra setup", self.flags, *more)))


@dataclass(frozen=True)
class Order:
    """One line: what is to be done in which folders."""

    scope: Scope
    templates: Path
    dry_run: bool = False
    uninstall: bool = False
    force: bool = False


@dataclass(frozen=True)
class Equipped:
    """The plan of every folder, carried out unless it was a dry run; `contradictions` are rules that win over ours."""

    order: Order
    plans: tuple[Plan, ...]
    contradictions: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        return any(plan.is_needed for plan in self.plans)

    @property
    def exit_status(self) -> int:
        """2 when a person has to decide about a file or edit settings; after a removal kept files are theirs."""
        waits = any(plan.by_hand or (plan.kept and not self.order.uninstall) for plan in self.plans)
        return 2 if waits else 0


def equip(order: Order) -> Equipped:
    """Plan every folder before any is written, then plan and carry out one after the other, each under its lock."""
    _refuse_links(order.scope, order.templates)
    plans = tuple(_plan(root, order) for root in order.scope.roots)
    if not order.dry_run:
        plans = tuple(_carry_out(root, order) for root in order.scope.roots)
    found = () if order.uninstall else inspect_all(order.scope, order.templates)
    return Equipped(order, plans, tuple(dict.fromkeys(each for one in found for each in one.contradictions)))


def inspect_all(scope: Scope, templates: Path) -> tuple[Inspection, ...]:
    """How every folder of the scope stands; nothing is written."""
    from okstra_git.outfit.judge import inspect
    from okstra_git.outfit.survey import survey_root

    _refuse_links(scope, templates)
    outfits = [(root, _outfit(root, templates)) for root in scope.roots]
    return tuple(inspect(survey_root(root, outfit), outfit) for root, outfit in outfits)


def describe_drift(scope: Scope, inspections: Sequence[Inspection]) -> Drift | None:
    """The refusal that `--check` ends with, or None where everything is as shipped."""
    crooked = [one for one in inspections if not one.is_as_shipped]
    if not crooked:
        return None
    absent = [str(one.root.folder) for one in crooked if not one.is_installed]
    if len(absent) == len(inspections):
        return Drift(f"okstra's skills are not installed in {' and '.join(absent)}", hint=scope.line())
    files = sum(len(one.drift) for one in crooked)
    rules = sum(len(one.missing_rules) for one in crooked)
    counts = " and ".join(_count(number, noun) for number, noun in ((files, "file"), (rules, "rule")) if number)
    verb = "differs" if files + rules == 1 else "differ"
    told = f"{counts} {verb} from what okstra {VERSION} ships"
    return Drift(told, hint=_next_step(scope, crooked), files=files, rules=rules)


def is_a_persons_choice(inspections: Sequence[Inspection]) -> bool:
    """Whether nothing differs but files that a person edited or had there before."""
    from okstra_git.outfit.model import State

    states = {file.state for one in inspections for file in one.drift}
    return states <= {State.CHANGED, State.FOREIGN} and not any(one.missing_rules for one in inspections)


def _next_step(scope: Scope, crooked: Sequence[Inspection]) -> str:
    from okstra_git.outfit.model import State

    states = {file.state for one in crooked for file in one.drift}
    steps = []
    if states - {State.CHANGED, State.FOREIGN} or any(one.missing_rules and not one.problem for one in crooked):
        steps.append(scope.line())
    theirs = [(one.root.folder / file.path, file.is_movable) for one in crooked for file in one.drift
              if file.state in (State.CHANGED, State.FOREIGN)]  # fmt: skip
    if any(is_movable for _, is_movable in theirs):
        steps.append(f"{scope.line('--force')} replaces what was edited, and keeps it beside")
    steps += [f"move {path} away, then {scope.line()}" for path, is_movable in theirs if not is_movable]
    steps += [f"add the missing rules to {one.root.folder / one.root.settings[0]} by hand: {one.problem}"
              for one in crooked if one.problem]  # fmt: skip
    return "\n".join(steps)


def _refuse_links(scope: Scope, templates: Path) -> None:
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
        names = (*root.settings, *_outfit(root, templates).files)
        for path in (root.manifest, *(root.folder / name for name in names)):
            try:
                files.require_seen(path)
            except (Linked, Outside):
                raise
            except PathRefused:
                continue  # a survey tells what else may be wrong


def _refuse_tracked_link(within: Path, path: Path) -> None:
    from okstra_git.fs.looking import Looking
    from okstra_git.fs.refusals import linked
    from okstra_git.porcelain.project_files import is_tracked

    name = str(path.relative_to(within))
    seen = Looking(within).see(name)
    if seen is not None and seen.kind == "link" and is_tracked(within, name):
        raise linked(str(within), name, name, leaves=False)


def _plan(root: Root, order: Order) -> Plan:
    from okstra_git.outfit.model import Outfit
    from okstra_git.outfit.plan import plan_install, plan_removal
    from okstra_git.outfit.survey import survey_root

    if order.uninstall:
        return plan_removal(survey_root(root, Outfit(VERSION, {})))
    outfit = _outfit(root, order.templates)
    return plan_install(survey_root(root, outfit), outfit, force=order.force)


def _carry_out(root: Root, order: Order) -> Plan:
    from okstra_git.host.locks import hold_folder
    from okstra_git.outfit.carry_out import carry_out

    with hold_folder(root.folder.parent):
        plan = _plan(root, order)
        carry_out(plan.steps)
    return plan


def _outfit(root: Root, templates: Path) -> Outfit:
    from okstra_git.outfit.shipment import read_outfit

    return read_outfit(templates, root.kind, VERSION)


def choose_scope(
    workspace: Workspace, *, project: bool, user: bool, plugin: str | None, local: bool, tools: Sequence[str]
) -> Scope:
    """The folders that the flags mean; refuses flags that contradict each other."""
    if sum((project, user, plugin is not None)) > 1:
        raise UsageError("--project, --user and --plugin exclude each other", hint="name one of them")
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        raise UsageError(f"--for knows {' and '.join(TOOLS)}, not {unknown[0]}", hint="git okstra setup --for claude")
    chosen = tuple(tool for tool in TOOLS if tool in tools or not tools)
    if local and (user or plugin is not None or "claude" not in chosen):
        raise UsageError("--local means a project's own settings of Claude Code",
                         hint="git okstra setup --project --local")  # fmt: skip
    if plugin is not None:
        if tools:
            raise UsageError("a plugin is for Claude Code; --for does not go with it", hint="leave --for out")
        return plugin_scope(Path(os.path.abspath(workspace.cwd / plugin)), plugin)
    narrow = [f"--for {tool}" for tool in chosen] if tools else []
    return user_scope(workspace, chosen, narrow) if user else project_scope(workspace, chosen, narrow, local=local)


def project_scope(
    workspace: Workspace, tools: Sequence[str], narrow: Sequence[str] = (), *, local: bool = False
) -> Scope:
    """The top of this worktree, where tools look for what a project brings along."""
    top = _work_tree(workspace)
    settings = (LOCAL, SHARED) if local else (SHARED, LOCAL)
    flags = " ".join((*narrow, *(["--local"] if local else [])))
    return Scope("project", _roots(top / ".claude", top / ".agents", tools, settings), flags, within=top)


def user_scope(workspace: Workspace, tools: Sequence[str], narrow: Sequence[str] = ()) -> Scope:
    """This user's folders, wherever Claude Code keeps its own."""
    moved = workspace.environ.get("CLAUDE_CONFIG_DIR")
    claude = workspace.cwd / moved if moved else workspace.home / ".claude"
    return Scope("user", _roots(claude, workspace.home / ".agents", tools, (SHARED,)), " ".join(("--user", *narrow)))


def plugin_scope(folder: Path, named: str) -> Scope:
    """One folder that Claude Code can load as a plugin and add as a marketplace."""
    from okstra_git.outfit.model import Kind, Root

    return Scope("plugin", (Root(Kind.PLUGIN, folder),), f"--plugin {word(named)}")


def find_program(workspace: Workspace) -> str | None:
    """The okstra that a shell with this PATH would run."""
    return shutil.which("okstra", path=workspace.environ.get("PATH", ""))


def _roots(claude: Path, agents: Path, tools: Sequence[str], settings: tuple[str, ...]) -> tuple[Root, ...]:
    from okstra_git.outfit.model import Kind, Root

    roots = {"claude": Root(Kind.CLAUDE, claude, settings), "agents": Root(Kind.AGENTS, agents)}
    return tuple(roots[tool] for tool in tools)


def _work_tree(workspace: Workspace) -> Path:
    from okstra_git.git.repo import NoRepository

    elsewhere = "git okstra setup --user, for all projects"
    try:
        top = workspace.git.work_tree
    except NoRepository as error:
        raise NoRepository(error.message, hint=f"run it in a project, or {elsewhere}") from error
    if top is None:
        raise NoWorkTree("a bare repository has no files for agents", hint=elsewhere)
    return top


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
