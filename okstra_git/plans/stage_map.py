"""A plan's Stage Map as typed stages, together with everything in it that could not be read."""

import re
from dataclasses import dataclass

from okstra_git.documents.markdown import Document, Section, Table
from okstra_git.plans.problems import Problem
from okstra_git.plans.stage_blocks import NOTHING, Block, find_blocks, list_commands, list_files
from okstra_git.tokens import HEADING_STAGE_MAP

_STAGE = re.compile(r"(?:stage|단계)\s*#?\s*(\d{1,6})(?!\d|\.\d)\s*(?:[:.)\-–—]\s*)?(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"(?:stage|단계)?\s*#?\s*(\d{1,6})\s*\Z", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-*+]\s+(?=\S)", re.MULTILINE)
NUMBER_HEADS = ("stage", "#", "no", "no.", "number", "단계", "번호")
TITLE_HEADS = ("title", "name", "what", "stage title", "제목", "이름", "내용")
DEPENDS_HEADS = ("depends-on", "depends on", "dependencies", "dependency", "depends", "의존", "의존성")


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
        found = self.blocks.get(block)
        return found.text if found else ""


@dataclass(frozen=True)
class PlanDocument:
    """A plan: its document, its stages by number as far as they could be read, and what could not."""

    document: Document
    map_line: int
    stages: tuple[PlanStage, ...]
    problems: tuple[Problem, ...]

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
        return PlanDocument(document, 0, (), (Problem("plan.no-stage-map", 1, "the plan has no Stage Map", hint),))
    problems: list[Problem] = []
    rows = _rows(document, top, problems)
    sections = _stage_sections(document, top, problems)
    stages = [
        _stage(document, number, rows.get(number), sections.get(number), problems)
        for number in sorted({*rows, *sections})
    ]
    if not stages:
        problems.append(Problem("plan.no-stages", top.line, "the Stage Map names no stage",
                                "add a row to its table and a section 'Stage 1: …'"))  # fmt: skip
    return PlanDocument(document, top.line, tuple(stages), tuple(problems))


def _rows(document: Document, top: Section, problems: list[Problem]) -> dict[int, _Entry]:
    tables = [table for section in (top, *document.below(top)) for table in section.tables]
    table = next((each for each in tables if _column(each, NUMBER_HEADS) is not None), None)
    found: dict[int, _Entry] = {}
    for row in table.rows if table else ():
        assert table is not None
        entry = _row(table, row.cells, row.line, problems)
        if entry is None:
            continue
        if entry.number in found:
            problems.append(_double(entry.number, row.line, found[entry.number].line))
        found.setdefault(entry.number, entry)
    return found


def _row(table: Table, cells: tuple[str, ...], line: int, problems: list[Problem]) -> _Entry | None:
    def cell(heads: tuple[str, ...]) -> str | None:
        at = _column(table, heads)
        return cells[at].strip() if at is not None and at < len(cells) else None

    said = cell(NUMBER_HEADS) or ""
    match = _NUMBER.match(said.strip())
    if match is None:
        problems.append(Problem("plan.bad-number", line, f"{said!r} is not a stage number", "number stages 1, 2, 3 …"))
        return None
    depends = cell(DEPENDS_HEADS)
    number = int(match[1])
    needs = None if depends is None else parse_dependencies(depends, number, line, problems)
    return _Entry(number, cell(TITLE_HEADS) or "", needs, line)


def _column(table: Table, heads: tuple[str, ...]) -> int | None:
    names = [" ".join(cell.casefold().split()) for cell in table.header]
    return next((at for at, name in enumerate(names) if name in heads), None)


def _stage_sections(document: Document, top: Section, problems: list[Problem]) -> dict[int, tuple[Section, str]]:
    found: dict[int, tuple[Section, str]] = {}
    for section in document.sections:
        match = _STAGE.fullmatch(section.title) if section.line > top.line else None
        if match is None:
            continue
        number = int(match[1])
        if number in found:
            problems.append(_double(number, section.line, found[number][0].line))
        found.setdefault(number, (section, " ".join(match[2].split())))
    return found


def _double(number: int, line: int, first: int) -> Problem:
    return Problem("plan.duplicate-stage", line, f"stage {number} is there already, in line {first}",
                   "give every stage a number of its own", number)  # fmt: skip


def _stage(
    document: Document, number: int, row: _Entry | None, own: tuple[Section, str] | None, problems: list[Problem]
) -> PlanStage:
    blocks = find_blocks(document, own[0]) if own else {}
    line = own[0].line if own else (row.line if row else 0)
    said = blocks.get("depends")
    in_section = parse_dependencies(said.text, number, said.line, problems) if said else None
    in_table = row.depends_on if row else None
    if said is not None and in_section is not None and in_table is not None and in_section != in_table:
        here, there = show_numbers(in_section), show_numbers(in_table)
        message = f"stage {number} depends on {here} here and on {there} in the table"
        problems.append(Problem("plan.dependencies-differ", said.line, message, "say the same in both", number))
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


def parse_dependencies(text: str, stage: int, line: int, problems: list[Problem]) -> tuple[int, ...]:
    """The stage numbers in `1, 2`, `#1 and #2`, `Stage 1` or `(none)`, ascending; what is none becomes a problem."""
    plain = " ".join(_BULLET.sub("", text).replace("*", "").replace("`", "").split()).rstrip(".")
    if plain.casefold() in NOTHING:
        return ()
    found: set[int] = set()
    words = re.sub(r"\b(?:stages?|and)\b|단계|와|과|및", " ", plain, flags=re.IGNORECASE)
    for word in re.split(r"[,;&\s]+", words):
        match = _NUMBER.match(word) if word else None
        if match is not None:
            found.add(int(match[1]))
        elif word:
            hint = "list numbers as in '1, 2', or write (none)"
            problems.append(Problem("plan.bad-dependency", line, f"{word!r} is not a stage number", hint, stage))
    return tuple(sorted(found))


def show_numbers(numbers: tuple[int, ...]) -> str:
    """`1, 2`, or `nothing`."""
    return ", ".join(map(str, numbers)) or "nothing"
