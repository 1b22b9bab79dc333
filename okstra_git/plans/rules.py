"""The rules of a plan: one function for each, all of them asked, so that every problem is reported at once."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from okstra_git.commands import word
from okstra_git.contract import APPROVED_MARKER, FORBIDDEN_HEADINGS
from okstra_git.documents.editing import find_box
from okstra_git.documents.problems import Flaw, in_order
from okstra_git.errors import refuse
from okstra_git.names import quote_path
from okstra_git.plans.stage_contents import LABELS, list_files
from okstra_git.plans.stage_map import PlanDocument, show_numbers
from okstra_git.reports.clarifications import check_clarifications

REQUIRED = ("files", "steps", "validation", "exit_contract", "rollback")
"""The blocks that every stage has."""

BLOCK_NAMES = {"files": "Files", "steps": "Steps", "validation": "Stage Validation",
               "exit_contract": "Stage Exit Contract", "rollback": "Rollback"}  # fmt: skip

_MARKER = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+|^\s*#+\s+")
_TICKET = re.compile(r"^\[TICKETID:[^\]]*\]\s*")
_LABEL = re.compile(r"^\*\*[^*]+\*\*:?\s*")
_LABELLED = re.compile(r"[^<>:]*: *(<[^<>]+>)")
_NOTE = re.compile(r"\s*\([^()]*\)$")
_FENCE = re.compile(r"^\s*(```|~~~)")


def check_plan(plan: PlanDocument, *, for_approval: bool = False, needs_marker: bool = True) -> list[Flaw]:
    """Everything that is wrong with the plan, top to bottom.

    `for_approval` also asks for questions that can be read and, unless `needs_marker` is off, for the marker to tick.
    """
    problems = list(plan.problems)
    for rule in RULES:
        problems += rule(plan)
    if for_approval:
        problems += check_clarifications(plan.document)
    if for_approval and needs_marker:
        problems += _marker(plan)
    return in_order(problems)


def require_plan(
    plan: PlanDocument, *, path: str, for_approval: bool = False, needs_marker: bool = True
) -> PlanDocument:
    """The plan itself, or one refusal that carries every problem."""
    problems = check_plan(plan, for_approval=for_approval, needs_marker=needs_marker)
    if problems:
        first, more = problems[0], len(problems) - 1
        raise refuse(
            "plan.invalid",
            f"{path}:{first.line}: {first.message}" + (f", and {more} more" if more else ""),
            hint=f"git okstra plan check {word(path)}" if more else first.hint,
            path=path,
            problems=[problem.as_json() for problem in problems],
        )
    return plan


def _front(plan: PlanDocument) -> Iterator[Flaw]:
    front = plan.document.front
    if front.problem:
        yield Flaw("plan.front-matter", front.problem_line, f"the front matter is not YAML: {front.problem}",
                      "mend it, or remove the block between the two '---' lines")  # fmt: skip


def _numbering(plan: PlanDocument) -> Iterator[Flaw]:
    numbers = [stage.number for stage in plan.stages]
    wanted = range(1, len(numbers) + 1)
    for stage, number in zip(plan.stages, wanted, strict=True):
        if stage.number != number:
            yield Flaw("plan.numbering", stage.line, f"stage {number} is missing before stage {stage.number}",
                          "number stages 1, 2, 3 … without gaps", stage.number)  # fmt: skip
            return


def _known_dependencies(plan: PlanDocument) -> Iterator[Flaw]:
    numbers = {stage.number for stage in plan.stages}
    for stage in plan.stages:
        for other in stage.depends_on:
            if other not in numbers:
                yield Flaw("plan.unknown-dependency", stage.line,
                              f"stage {stage.number} depends on stage {other}, which the plan does not have",
                              f"it has {show_numbers(tuple(sorted(numbers)))}", stage.number)  # fmt: skip


def _cycles(plan: PlanDocument) -> Iterator[Flaw]:
    needs = {stage.number: stage.depends_on for stage in plan.stages}
    reported: set[frozenset[int]] = set()
    for stage in plan.stages:
        path = _way_back(needs, stage.number)
        if path and frozenset(path) not in reported:
            reported.add(frozenset(path))
            shown = " -> ".join(map(str, [*path, path[0]]))
            yield Flaw("plan.cycle", stage.line, f"stages depend on each other in a circle: {shown}",
                          "take one of these dependencies out", stage.number)  # fmt: skip


def _backward_dependencies(plan: PlanDocument) -> Iterator[Flaw]:
    needs = {stage.number: stage.depends_on for stage in plan.stages}
    for stage in plan.stages:
        later = [other for other in stage.depends_on if other > stage.number and other in needs]
        for other in later:
            if not _reaches(needs, other, stage.number):
                yield Flaw("plan.forward-dependency", stage.line,
                              f"stage {stage.number} depends on the later stage {other}",
                              "number the stages so that each depends on earlier ones only", stage.number)  # fmt: skip


def _rows_and_sections(plan: PlanDocument) -> Iterator[Flaw]:
    has_table = any(stage.in_table for stage in plan.stages)
    for stage in plan.stages:
        if not stage.has_section:
            yield Flaw("plan.no-section", stage.line, f"stage {stage.number} has a row and no section of its own",
                          f"add a section 'Stage {stage.number}: …' with its blocks", stage.number)  # fmt: skip
        elif has_table and not stage.in_table:
            yield Flaw("plan.no-row", stage.line, f"stage {stage.number} has a section and no row in the table",
                          "add its row to the table of the Stage Map", stage.number)  # fmt: skip


def _blocks(plan: PlanDocument) -> Iterator[Flaw]:
    for stage in plan.stages:
        if not stage.has_section:
            continue
        for name in REQUIRED:
            block = stage.blocks.get(name)
            title = BLOCK_NAMES[name]
            if block is None:
                yield Flaw("plan.missing-block", stage.line, f"stage {stage.number} has no block '{title}'",
                              f"add a sub-heading '{title}'; also known as {', '.join(LABELS[name][1:])}",
                              stage.number)  # fmt: skip
            elif not block.text.strip():
                yield Flaw("plan.empty-block", block.line, f"'{title}' of stage {stage.number} is empty",
                              "say it, or say why there is nothing to say", stage.number)  # fmt: skip


def _titles(plan: PlanDocument) -> Iterator[Flaw]:
    for stage in plan.stages:
        if not stage.title:
            yield Flaw("plan.no-title", stage.line, f"stage {stage.number} has no title",
                          f"write 'Stage {stage.number}: what it does'", stage.number)  # fmt: skip


def _files(plan: PlanDocument) -> Iterator[Flaw]:
    for stage in plan.stages:
        block = stage.blocks.get("files")
        if block is None or not block.text.strip():
            continue
        if not stage.files:
            yield Flaw("plan.no-files", block.line, f"stage {stage.number} names no file",
                          "list the paths it touches, one to an item", stage.number)  # fmt: skip
        for path, line in list_files(block.text):
            if _is_bad_path(path):
                message = f"{quote_path(path)} is not a path inside the repository"
                yield Flaw("plan.bad-path", block.first + line - 1, message,
                              "write it from the top of the repository, with slashes", stage.number)  # fmt: skip


def _commands(plan: PlanDocument) -> Iterator[Flaw]:
    for stage in plan.stages:
        block = stage.blocks.get("validation")
        if block is not None and block.text.strip() and not stage.commands:
            yield Flaw("plan.no-command", block.line, f"the validation of stage {stage.number} names no command",
                          "put the commands into a code block", stage.number)  # fmt: skip


def _headings(plan: PlanDocument) -> Iterator[Flaw]:
    forbidden = {heading.partition(" ")[2].casefold() for heading in FORBIDDEN_HEADINGS}
    for section in plan.document.sections:
        if section.title.casefold() in forbidden:
            yield Flaw("plan.removed-heading", section.line, f"a section '{section.title}' is not part of a report",
                          "put its questions into 'Clarification Items'")  # fmt: skip


class Forms(NamedTuple):
    """What the template leaves to be filled in: whole elements by the block of a stage that they stand in (`` for the
    rest of the plan), and sentences, which mean nothing else wherever they stand."""

    elements: dict[str, frozenset[str]]
    sentences: tuple[str, ...]


def find_left_over(plan: PlanDocument) -> Iterator[Flaw]:
    """Every element of the plan that is still what the template says, each with its line.

    `<title>` in a table cell or behind `Stage 1:`, `` `<path>` `` as a whole item of the files: only where the template
    itself has it, so that generics and HTML in a plan are left alone. Code and comments are not looked at.
    """
    forms = FORMS
    block_of_line = {line: name for stage in plan.stages for name, block in stage.blocks.items()
             for line in range(block.line, block.first + block.text.count("\n") + 1)}  # fmt: skip
    for number, line in _prose(plan.document.lines):
        elements = forms.elements.get(block_of_line.get(number, ""), frozenset())
        remains = [element for element in _elements(line) if element in elements]
        remains += [element for element in forms.sentences if element in line and element not in remains]
        for element in dict.fromkeys(remains):
            yield Flaw("plan.placeholder", number, f"{element} is still the template's own text",
                          "write what is meant in its place, or take the line out")  # fmt: skip


FORMS = Forms(
    {
        "": frozenset({
            "<approach>", "<Approach in a paragraph; alternatives with the reason against each.>", "<title>", "<gate>",
            "<part>", "<part of the plan>", "<classification>", "<item>, <worker>: <reason>",
            "<worker: agree or disagree, …>",
        }),
        "files": frozenset({"`<path>`"}),
        "steps": frozenset({"<text>", "<step>"}),
        "validation": frozenset({"`<command>`: exit 0", "`<command>`: exit <exit code>"}),
        "exit_contract": frozenset({"<what later stages may rely on>"}),
        "rollback": frozenset({"<how it is undone>", "<how it is undone; the dry run, when stored state changes>"}),
    },
    (
        "<Approach in a paragraph; alternatives with the reason against each.>", "<how it is undone>",
        "<how it is undone; the dry run, when stored state changes>", "<part of the plan>",
        "<what later stages may rely on>", "<worker: agree or disagree, …>",
    ),
)  # fmt: skip
"""Those of the form of a report, and of the one that earlier releases had filled in by hand."""


def _way_back(needs: dict[int, tuple[int, ...]], start: int) -> list[int]:
    """The shortest path of dependencies from a stage to itself, without its end; empty when there is none."""
    paths = [[start]]
    visited: set[int] = set()
    while paths:
        path = paths.pop(0)
        for other in needs.get(path[-1], ()):
            if other == start:
                return path
            if other not in visited:
                visited.add(other)
                paths.append([*path, other])
    return []


def _reaches(needs: dict[int, tuple[int, ...]], start: int, goal: int) -> bool:
    waiting, visited = [start], {start}
    while waiting:
        for other in needs.get(waiting.pop(), ()):
            if other == goal:
                return True
            if other not in visited:
                visited.add(other)
                waiting.append(other)
    return False


def _is_bad_path(path: str) -> bool:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith(("/", "~")) or path[1:2] == ":":
        return True
    return ".." in parts or "\\" in path or not path.isprintable()


def _marker(plan: PlanDocument) -> Iterator[Flaw]:
    if find_box(plan.document, APPROVED_MARKER) is None:
        message = f"the plan has no line '- [ ] {APPROVED_MARKER}', so its gate has not passed"
        hint = "verify the plan's body first; a plan that needs no verification gets the line by --add-marker"
        yield Flaw("plan.no-marker", 1, message, hint)


def _elements(line: str) -> Iterator[str]:
    """The cells of a table's row, or what a line says behind its marker, its ticket and its number of a stage."""
    if line.lstrip().startswith("|"):
        yield from (cell.strip() for cell in line.strip().strip("|").split("|"))
        return
    plain = _TICKET.sub("", _LABEL.sub("", _MARKER.sub("", line))).strip()
    plain = _NOTE.sub("", plain)
    labelled = _LABELLED.fullmatch(plain)
    yield labelled[1] if labelled else plain


def _prose(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without fenced code and comments."""
    fence, in_comment = "", False
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
            continue
        before, opened, rest = line.partition("<!--")
        if in_comment or opened:
            in_comment = "-->" not in (line if in_comment else rest)
            line = "" if in_comment or not opened else before
        if not fence:
            yield number, line


RULES: tuple[Callable[[PlanDocument], Iterator[Flaw]], ...] = (
    _front, _numbering, _titles, _known_dependencies, _cycles, _backward_dependencies, _rows_and_sections, _blocks,
    _files, _commands, _headings, find_left_over,
)  # fmt: skip
"""Every rule, in no particular order."""
