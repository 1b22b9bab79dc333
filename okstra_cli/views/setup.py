"""What setup did, would do or found, as JSON and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes
    from okstra_git.agent_setup.model import FolderStatus, KeptFile, SetupPlan, SetupStep
    from okstra_git.porcelain.setup import SetupResult, SetupScope

DONE = {
    "make-folder": ("made", "folder"), "write": ("wrote", "file"), "replace": ("updated", "file"),
    "set-aside": ("set aside", "file"), "remove": ("removed", "file"), "remove-folder": ("removed", "empty folder"),
}  # fmt: skip
"""How a step is shown when many are counted; settings and the manifest are shown by themselves."""
TONES: dict[str, Tone] = {"ok": "good", "same": "good", "missing": "bad", "blocked": "bad"}


def setup_json(result: SetupResult, program: str | None) -> shapes.SetupDone:
    """Every step in every folder, what was left alone, and the rules that a person has to see to."""
    return {
        "scope": result.request.scope.name,
        "action": "uninstall" if result.request.uninstall else "install",
        "dry_run": result.request.dry_run,
        "changed": result.is_needed and not result.request.dry_run,
        "program": program,
        "roots": [_plan_json(plan) for plan in result.plans],
        "contradictions": list(result.contradictions),
    }


def _plan_json(plan: SetupPlan) -> shapes.SetupRoot:
    return {
        "root": str(plan.root.kind),
        "folder": str(plan.root.folder),
        "steps": [_step_json(step) for step in plan.shown_steps],
        "kept": [{"path": str(kept.path), "state": kept.state, "why": kept.why} for kept in plan.kept],
        "rules_added": list(plan.added),
        "rules_removed": list(plan.taken),
        "rules_by_hand": list(plan.by_hand),
        "problem": plan.problem or None,
    }


def _step_json(step: SetupStep) -> shapes.SetupStep:
    return {"do": str(step.do), "path": str(step.path), "kept_as": str(step.beside) if step.beside else None}


def check_json(scope: SetupScope, folders: Sequence[FolderStatus], program: str | None) -> shapes.SetupChecked:
    """The status of every file and rule, folder by folder."""
    return {"scope": scope.name, "program": program, "roots": [_folder_json(folder) for folder in folders]}


def _folder_json(folder: FolderStatus) -> shapes.SetupFolder:
    return {
        "root": str(folder.root.kind),
        "folder": str(folder.root.folder),
        "installed": folder.is_installed,
        "version": folder.version,
        "files": [{"path": each.path, "state": str(each.state), "note": each.note or None} for each in folder.files],
        "rules": [{"rule": each.rule, "there": each.is_there, "ours": each.is_ours} for each in folder.rules],
        "problem": folder.problem or None,
        "contradictions": list(folder.contradictions),
    }


def setup_page(result: SetupResult) -> Page:
    """A line for each folder, every step of it in a dry run, then what is left to a person."""
    page = Page()
    for plan in result.plans:
        if result.request.dry_run:
            _list_steps(page, plan)
        elif plan.is_needed:
            page.line(Cell(str(plan.root.folder), "strong"), f": {_summary(plan)}")
            for step in plan.shown_steps:
                if step.beside:
                    page.line(f"  yours is now  {step.beside}")
    if not result.is_needed:
        page.line(_nothing(result))
    _leave_to_person(page, result)
    if (
        result.is_needed
        and result.request.scope.name != "plugin"
        and not (result.request.dry_run or result.request.uninstall)
    ):
        page.line(Cell("next: start the agent anew, so that it finds them", "faint"))
    return page


def _nothing(result: SetupResult) -> str:
    folders = " and ".join(str(plan.root.folder) for plan in result.plans)
    is_whole = not any(plan.kept or plan.by_hand for plan in result.plans)
    if result.request.uninstall and is_whole:
        return f"nothing to do in {folders}: setup put nothing there"
    return f"nothing {'' if is_whole else 'else '}to do in {folders}"


def _list_steps(page: Page, plan: SetupPlan) -> None:
    if plan.is_needed:
        page.line("in ", Cell(str(plan.root.folder), "strong"), " would")
    for step in plan.shown_steps:
        beside = f" (as {step.beside.name})" if step.beside else ""
        page.line(f"  {step.do}  {_within(plan, step)}{beside}")
    for words, rules in (("add rule", plan.added), ("remove rule", plan.taken)):
        for rule in rules:
            page.line(f"  {words}  {rule}")


def _within(plan: SetupPlan, step: SetupStep) -> str:
    relative = step.path.relative_to(plan.root.folder)
    return "." if not relative.parts else relative.as_posix()


def _summary(plan: SetupPlan) -> str:
    counts = Counter(DONE[step.do] for step in plan.shown_steps if step.do in DONE and step.path != plan.root.manifest)
    words = [f"{verb} {counted(number, noun)}" for (verb, noun), number in counts.items()]
    words += [f"added {_rules(plan.added)} to {plan.root.settings[0]}"] if plan.added else []
    words += [f"removed {_rules(plan.taken)}"] if plan.taken else []
    return ", ".join(words) or "brought the record up to date"


def _rules(rules: Sequence[str]) -> str:
    hooks = sum(rule.startswith("hooks.") for rule in rules)
    counts = ((len(rules) - hooks, "rule"), (hooks, "hook"))
    return " and ".join(counted(count, noun) for count, noun in counts if count)


def _leave_to_person(page: Page, result: SetupResult) -> None:
    for plan in result.plans:
        for kept in plan.kept:
            page.line(Cell("kept", "warn"), f"  {kept.path}  {kept.why}")
        if plan.by_hand:
            verb = "remove" if result.request.uninstall else "add"
            page.line(Cell(f"{plan.root.folder / plan.root.settings[0]} stays as it is", "bad"), f": {plan.problem}")
            hooks = [rule for rule in plan.by_hand if rule.startswith("hooks.")]
            _list_by_hand(page, f"{verb} under permissions.allow", [rule for rule in plan.by_hand if rule not in hooks])
            _list_by_hand(page, f"{verb} under hooks", hooks)
    for message in result.contradictions:
        page.line(Cell("note", "warn"), f"  {message}")
    if result.request.scope.name == "plugin" and not result.request.uninstall:
        _tell_plugin(page, result)
    if not result.request.uninstall:
        _tell_kept(page, result.request.scope, [kept for plan in result.plans for kept in plan.kept])


def _list_by_hand(page: Page, what: str, rules: Sequence[str]) -> None:
    if rules:
        page.line(f"  {what} by hand:")
    for rule in rules:
        page.line(f"    {rule}")


def _tell_kept(page: Page, scope: SetupScope, kept: Sequence[KeptFile]) -> None:
    if any(each.is_movable for each in kept):
        page.line(Cell(f"next: {scope.line('--force')} replaces them and keeps yours beside", "faint"))
    for each in kept:
        if not each.is_movable:
            page.line(Cell(f"next: move {each.path} away, then {scope.line()}", "faint"))


def _tell_plugin(page: Page, result: SetupResult) -> None:
    folder = result.plans[0].root.folder
    page.line(Cell(f"in Claude Code: /plugin marketplace add {folder}, then /plugin install okstra@okstra", "faint"))
    page.line(Cell("a plugin brings no permission rules: git okstra setup adds them to a project", "faint"))


def check_page(folders: Sequence[FolderStatus]) -> Page:
    """A line for each folder, then folder for each file and rule that is not as shipped."""
    page = Page()
    for folder in folders:
        _check_folder(page, folder)
    return page


def _check_folder(page: Page, folder: FolderStatus) -> None:
    good = len(folder.files) - len(folder.drift)
    version = f"from okstra {folder.version}" if folder.is_installed else "not installed"
    page.line(Cell(str(folder.root.folder), "strong"), f"  {version}, {good} of {len(folder.files)} files as shipped")
    for file in folder.drift if folder.is_installed else ():
        note = f"  {file.note}" if file.note else ""
        page.line("  ", Cell(str(file.state), TONES.get(file.state, "warn")), f"  {file.path}{note}")
    for rule in folder.missing_rules:
        page.line("  ", Cell("missing rule", "bad"), f"  {rule}")
    if folder.problem:
        page.line("  ", Cell(folder.root.settings[0], "bad"), f"  {folder.problem}")
    for message in folder.contradictions:
        page.line("  ", Cell("note", "warn"), f"  {message}")
