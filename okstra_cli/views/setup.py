"""What setup did, would do or found, as JSON and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page, Tone

if TYPE_CHECKING:
    from okstra_git.outfit.model import Inspection, Kept, Plan, Step
    from okstra_git.porcelain.setup import Equipped, Scope

DONE = {
    "make-folder": ("made", "folder"), "write": ("wrote", "file"), "replace": ("updated", "file"),
    "set-aside": ("set aside", "file"), "remove": ("removed", "file"), "remove-folder": ("removed", "empty folder"),
}  # fmt: skip
"""How a step is told when many are counted; settings and the manifest are told by themselves."""
TONES: dict[str, Tone] = {"ok": "good", "same": "good", "missing": "bad", "blocked": "bad"}


def setup_json(done: Equipped, program: str | None) -> dict[str, Any]:
    """Every step in every folder, what was left alone, and the rules that a person has to see to."""
    return {
        "scope": done.order.scope.name,
        "action": "uninstall" if done.order.uninstall else "install",
        "dry_run": done.order.dry_run,
        "changed": done.is_needed and not done.order.dry_run,
        "program": program,
        "roots": [_plan_json(plan) for plan in done.plans],
        "contradictions": list(done.contradictions),
    }


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "root": str(plan.root.kind),
        "folder": str(plan.root.folder),
        "steps": [_step_json(step) for step in plan.told],
        "kept": [{"path": str(kept.path), "state": kept.state, "why": kept.why} for kept in plan.kept],
        "rules_added": list(plan.added),
        "rules_removed": list(plan.taken),
        "rules_by_hand": list(plan.by_hand),
        "problem": plan.problem or None,
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {"do": str(step.do), "path": str(step.path), "kept_as": str(step.beside) if step.beside else None}


def check_json(scope: Scope, found: Sequence[Inspection], program: str | None) -> dict[str, Any]:
    """How every file and rule stands, folder by folder."""
    return {"scope": scope.name, "program": program, "roots": [_inspection_json(one) for one in found]}


def _inspection_json(one: Inspection) -> dict[str, Any]:
    return {
        "root": str(one.root.kind),
        "folder": str(one.root.folder),
        "installed": one.is_installed,
        "version": one.version,
        "files": [{"path": each.path, "state": str(each.state), "note": each.note or None} for each in one.files],
        "rules": [{"rule": each.rule, "there": each.is_there, "ours": each.is_ours} for each in one.rules],
        "problem": one.problem or None,
        "contradictions": list(one.contradictions),
    }


def setup_page(done: Equipped) -> Page:
    """A line for each folder, every step of it in a dry run, then what is left to a person."""
    page = Page()
    for plan in done.plans:
        if done.order.dry_run:
            _list_steps(page, plan)
        elif plan.is_needed:
            page.line(Cell(str(plan.root.folder), "strong"), f": {_summary(plan)}")
            for step in plan.told:
                if step.beside:
                    page.line(f"  yours is now  {step.beside}")
    if not done.is_needed:
        page.line(_nothing(done))
    _leave_to_person(page, done)
    if done.is_needed and done.order.scope.name != "plugin" and not (done.order.dry_run or done.order.uninstall):
        page.line(Cell("next: start the agent anew, so that it finds them", "faint"))
    return page


def _nothing(done: Equipped) -> str:
    folders = " and ".join(str(plan.root.folder) for plan in done.plans)
    is_whole = not any(plan.kept or plan.by_hand for plan in done.plans)
    if done.order.uninstall and is_whole:
        return f"nothing to do in {folders}: setup put nothing there"
    return f"nothing {'' if is_whole else 'else '}to do in {folders}"


def _list_steps(page: Page, plan: Plan) -> None:
    if plan.is_needed:
        page.line("in ", Cell(str(plan.root.folder), "strong"), " would")
    for step in plan.told:
        beside = f" (as {step.beside.name})" if step.beside else ""
        page.line(f"  {step.do}  {_within(plan, step)}{beside}")
    for words, rules in (("add rule", plan.added), ("remove rule", plan.taken)):
        for rule in rules:
            page.line(f"  {words}  {rule}")


def _within(plan: Plan, step: Step) -> str:
    relative = step.path.relative_to(plan.root.folder)
    return "." if not relative.parts else relative.as_posix()


def _summary(plan: Plan) -> str:
    counts = Counter(DONE[step.do] for step in plan.told if step.do in DONE and step.path != plan.root.manifest)
    words = [f"{verb} {number} {noun}{'' if number == 1 else 's'}" for (verb, noun), number in counts.items()]
    words += [f"added {_rules(plan.added)} to {plan.root.settings[0]}"] if plan.added else []
    words += [f"removed {_rules(plan.taken)}"] if plan.taken else []
    return ", ".join(words) or "brought the record up to date"


def _rules(rules: Sequence[str]) -> str:
    return f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"


def _leave_to_person(page: Page, done: Equipped) -> None:
    for plan in done.plans:
        for kept in plan.kept:
            page.line(Cell("kept", "warn"), f"  {kept.path}  {kept.why}")
        if plan.by_hand:
            verb = "remove" if done.order.uninstall else "add"
            page.line(Cell(f"{plan.root.folder / plan.root.settings[0]} stays as it is", "bad"), f": {plan.problem}")
            page.line(f"  {verb} under permissions.allow by hand:")
            for rule in plan.by_hand:
                page.line(f"    {rule}")
    for told in done.contradictions:
        page.line(Cell("note", "warn"), f"  {told}")
    if done.order.scope.name == "plugin" and not done.order.uninstall:
        _tell_plugin(page, done)
    if not done.order.uninstall:
        _tell_kept(page, done.order.scope, [kept for plan in done.plans for kept in plan.kept])


def _tell_kept(page: Page, scope: Scope, kept: Sequence[Kept]) -> None:
    if any(each.is_movable for each in kept):
        page.line(Cell(f"next: {scope.line('--force')} replaces them and keeps yours beside", "faint"))
    for each in kept:
        if not each.is_movable:
            page.line(Cell(f"next: move {each.path} away, then {scope.line()}", "faint"))


def _tell_plugin(page: Page, done: Equipped) -> None:
    folder = done.plans[0].root.folder
    page.line(Cell(f"in Claude Code: /plugin marketplace add {folder}, then /plugin install okstra@okstra", "faint"))
    page.line(Cell("a plugin brings no permission rules: git okstra setup adds them to a project", "faint"))


def check_page(found: Sequence[Inspection]) -> Page:
    """A line for each folder, then one for each file and rule that is not as shipped."""
    page = Page()
    for one in found:
        _check_root(page, one)
    return page


def _check_root(page: Page, one: Inspection) -> None:
    good = len(one.files) - len(one.drift)
    version = f"from okstra {one.version}" if one.is_installed else "not installed"
    page.line(Cell(str(one.root.folder), "strong"), f"  {version}, {good} of {len(one.files)} files as shipped")
    for file in one.drift if one.is_installed else ():
        note = f"  {file.note}" if file.note else ""
        page.line("  ", Cell(str(file.state), TONES.get(file.state, "warn")), f"  {file.path}{note}")
    for rule in one.missing_rules:
        page.line("  ", Cell("missing rule", "bad"), f"  {rule}")
    if one.problem:
        page.line("  ", Cell(one.root.settings[0], "bad"), f"  {one.problem}")
    for told in one.contradictions:
        page.line("  ", Cell("note", "warn"), f"  {told}")
