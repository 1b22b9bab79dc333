"""A plan's Stage Map as typed stages, together with everything in it that could not be read."""

import re
from dataclasses import dataclass

from okstra_git.contract import HEADING_STAGE_MAP
from okstra_git.documents.markdown import Document, Section, Table
from okstra_git.documents.problems import Flaw
from okstra_git.names import quote
from okstra_git.plans.stage_contents import (
    NONE,
    STAGE_NUMBER,
    Block,
    block_named,
    find_blocks,
    list_commands,
    list_files,
)

_STAGE = re.compile(STAGE_NUMBER + r"\s*([:.)\-–—]?)\s*(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"(?:stage|단계)?\s*#?\s*(\d{1,6})\s*(?:단계)?\Z", re.IGNORECASE)
_NUMBER_AND_TITLE = re.compile(r"(?:stage|단계)?\s*#?\s*(\d{1,6})\s*[:.)\-–—]\s*(\D.*)", re.IGNORECASE | re.DOTALL)
_REMARK = re.compile(r"(?<=\d)\s*:.*|\s[–—-]\s+(?=\D).*", re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?=\S)", re.MULTILINE)
NUMBER_HEADS = (
    "stage",
    "stage no",
    "stage no.",
    "stage number",
    "stage #",
    "#",
    "no",
    "no.",
    "number",
    "단계",
    "번호",
    "단계 번호",
)
TITLE_HEADS = ("title", "name", "what", "stage title", "stage name", "제목", "이름", "내용")
DEPENDS_HEADS = (
    "depends-on",
    "depends on",
    "depends on stages",
    "dependencies",
    "dependency",
    "depends",
    "의존",
    "의존성",
    "선행 단계",
)


@dataclass(frozen=True)
class PlanStage:
    """One stage as the plan has it; `blocks` are its labelled parts as Markdown, by name."""

    number: int
    title: str
    depends_on: tuple[int, ...]
    files: tuple[str, ...]
    commands: tuple[str, ...]
    blocks: dict[str, Block]
    line: int
    has_section: bool
    in_table: bool

    def text(self, block: str) -> str:
        """The Markdown of a block; empty when it is not there."""
        content = self.blocks.get(block)
        return content.text if content else ""


@dataclass(frozen=True)
class PlanDocument:
    """A plan: its document, its stages by number as far as they could be read, and what could not."""

    document: Document
    map_line: int
    stages: tuple[PlanStage, ...]
    problems: tuple[Flaw, ...]

    def find_stage(self, number: int) -> PlanStage | None:
        """The stage of that number."""
        return next((stage for stage in self.stages if stage.number == number), None)


@dataclass(frozen=True)
class _Entry:
    number: int
    title: str
    depends_on: tuple[int, ...] | None
    line: int


def parse_plan(document: Document) -> PlanDocument:
    """The stages of the section `Stage Map`, from its table, from the stages' own sections, or from both."""
    top = document.find(HEADING_STAGE_MAP)
    if top is None:
        hint = f"add a section '{HEADING_STAGE_MAP}'; 'git okstra plan template' shows one"
        return PlanDocument(document, 0, (), (Flaw("plan.no-stage-map", 1, "the plan has no Stage Map", hint),))
    problems: list[Flaw] = []
    sections = _stage_sections(document, top, problems)
    rows = _rows(_map_tables(document, top, [section for section, _ in sections.values()]), problems)
    stages = [
        _stage(document, number, rows.get(number), sections.get(number), problems)
        for number in sorted({*rows, *sections})
    ]
    if not stages:
        problems.append(
            Flaw(
                "plan.no-stages",
                top.line,
                "the Stage Map names no stage",
                "add a row to its table and a section 'Stage 1: …'",
            )
        )
    return PlanDocument(document, top.line, tuple(stages), tuple(problems))


def _map_tables(document: Document, top: Section, stages: list[Section]) -> list[Table]:
    """Tables of the map itself; those inside of a stage are about other things, its steps perhaps."""
    outside = [
        section
        for section in (top, *document.below(top))
        if not any(stage.line <= section.line <= stage.end for stage in stages)
    ]
    return [table for section in outside for table in section.tables]


def _rows(tables: list[Table], problems: list[Flaw]) -> dict[int, _Entry]:
    table = max(tables, key=_says_of_stages, default=None)
    if table is None or not _says_of_stages(table):
        return {}
    entries: dict[int, _Entry] = {}
    for row in table.rows:
        entry = _row(table, row.cells, row.line, problems)
        if entry is None:
            continue
        if entry.number in entries:
            problems.append(_double(entry.number, row.line, entries[entry.number].line))
        entries.setdefault(entry.number, entry)
    return entries


def _says_of_stages(table: Table) -> int:
    """How much its columns say of stages; 0 for a table that is not a map, as `| # | Risk |`."""
    column = _column(table, NUMBER_HEADS)
    if column is None:
        return 0
    is_named = any(word in table.header[column].casefold() for word in ("stage", "단계"))
    has_title, has_depends = (_column(table, heads) is not None for heads in (TITLE_HEADS, DEPENDS_HEADS))
    return 2 * is_named + 2 * has_depends + has_title


def _row(table: Table, cells: tuple[str, ...], line: int, problems: list[Flaw]) -> _Entry | None:
    def cell(heads: tuple[str, ...]) -> str | None:
        column = _column(table, heads)
        return cells[column].strip() if column is not None and column < len(cells) else None

    number_text, title = cell(NUMBER_HEADS) or "", cell(TITLE_HEADS) or ""
    match, combined = _NUMBER.match(number_text), _NUMBER_AND_TITLE.fullmatch(number_text)
    number = int(match[1]) if match else (int(combined[1]) if combined else 0)
    if number < 1:
        problems.append(_no_number(number_text, line))
        return None
    depends = cell(DEPENDS_HEADS)
    needs = None if depends is None else parse_dependencies(depends, number, line, problems)
    return _Entry(number, title or (combined[2] if combined else ""), needs, line)


def _no_number(text: str, line: int) -> Flaw:
    return Flaw("plan.bad-number", line, f"{quote(text)} is not a stage number", "number stages 1, 2, 3 …")


def _column(table: Table, heads: tuple[str, ...]) -> int | None:
    names = [" ".join(cell.casefold().split()) for cell in table.header]
    return next((index for index, name in enumerate(names) if name in heads), None)


def _stage_sections(document: Document, top: Section, problems: list[Flaw]) -> dict[int, tuple[Section, str]]:
    """The section of each stage with its title.

    A heading such as `Stage 1 risks`, without a mark behind the number, counts only when no other is the stage's, and
    one inside the section of the same stage never does: it is about the stage.
    """
    heads = [
        (match, candidate)
        for candidate in document.sections
        if candidate.line > top.line and (match := _STAGE.fullmatch(candidate.title))
    ]
    marked = {int(match[1] or match[2]) for match, _ in heads if match[3] or not match[4]}
    sections: dict[int, tuple[Section, str]] = {}
    for match, section in heads:
        number = int(match[1] or match[2])
        first = sections[number][0] if number in sections else None
        is_marked = bool(match[3]) or not match[4]
        if not is_marked and (number in marked or block_named(section.title)):
            continue
        if first is not None and section.line <= first.end:
            continue
        if number < 1:
            problems.append(_no_number(section.title, section.line))
        elif first is not None:
            problems.append(_double(number, section.line, first.line))
        else:
            sections[number] = (section, " ".join(match[4].split()))
    return sections


def _double(number: int, line: int, first: int) -> Flaw:
    return Flaw(
        "plan.duplicate-stage",
        line,
        f"stage {number} is there already, in line {first}",
        "give every stage a number of its own",
        number,
    )


def _stage(
    document: Document, number: int, row: _Entry | None, own: tuple[Section, str] | None, problems: list[Flaw]
) -> PlanStage:
    blocks = find_blocks(document, own[0]) if own else {}
    line = own[0].line if own else (row.line if row else 0)
    depends = blocks.get("depends")
    in_section = parse_dependencies(depends.text, number, depends.line, problems) if depends else None
    in_table = row.depends_on if row else None
    if depends is not None and in_section is not None and in_table is not None and in_section != in_table:
        in_section_text, in_table_text = show_numbers(in_section), show_numbers(in_table)
        message = f"stage {number} depends on {in_section_text} here and on {in_table_text} in the table"
        problems.append(Flaw("plan.dependencies-differ", depends.line, message, "say the same in both", number))
    files = blocks.get("files")
    return PlanStage(
        number=number,
        title=(own[1] if own else "") or (row.title if row else ""),
        depends_on=in_section if in_section is not None else (in_table or ()),
        files=tuple(dict.fromkeys(path for path, _ in list_files(files.text))) if files else (),
        commands=tuple(list_commands(blocks["validation"].text)) if "validation" in blocks else (),
        blocks=blocks,
        line=line,
        has_section=own is not None,
        in_table=row is not None,
    )


def parse_dependencies(text: str, stage: int, line: int, problems: list[Flaw]) -> tuple[int, ...]:
    """The stage numbers in `1, 2`, `#1 and #2`, `Stage 1: the store` or `(none)`, ascending; remarks are passed over.

    What is not a number becomes a problem.
    """
    numbers: set[int] = set()
    plain = re.sub(r"\([^()]*\)", " ", _BULLET.sub("", text)).translate({ord(mark): None for mark in "*`"})
    for part in re.split(r"[,;&\n]|\band\b|와\s|과\s|및", plain, flags=re.IGNORECASE):
        part_text = " ".join(_REMARK.sub("", f" {part.strip()}").split()).rstrip(".")
        words = re.sub(r"\bstages?\b|단계", " ", part_text, flags=re.IGNORECASE).split()
        matches = [_NUMBER.match(word) for word in words]
        if part_text.casefold() in NONE or not words:
            continue
        if all(matches):
            numbers.update(int(match[1]) for match in matches if match)
        else:
            hint = "list numbers as in '1, 2', or write (none)"
            problems.append(Flaw("plan.bad-dependency", line, f"{quote(part_text)} is not a stage number", hint, stage))
    return tuple(sorted(numbers))


def show_numbers(numbers: tuple[int, ...]) -> str:
    """`1, 2`, or `nothing`."""
    return ", ".join(map(str, numbers)) or "nothing"
