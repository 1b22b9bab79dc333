"""Who lives on which floor, and the imports that go up or sideways."""

from collections.abc import Iterator

from tests.house.sources import Source, imports_of

FLOORS: dict[str, int] = {
    **dict.fromkeys(
        (
            "errors",
            "error_codes",
            "names",
            "commands",
            "plain_lines",
            "digest",
            "spool",
            "faults",
            "version",
            "wording",
        ),
        0,
    ),
    "redaction": 0,
    **dict.fromkeys(("contract", "phases", "paths"), 0),
    **dict.fromkeys(("fs", "git", "host", "documents", "agents"), 1),
    "records": 2,
    **dict.fromkeys(("store", "rendering", "plans", "briefs", "reports"), 3),
    **dict.fromkeys(("reconcile", "stages", "hooks", "health", "agent_setup"), 4),
    **dict.fromkeys(("handoff", "runs", "bundle", "snapshots", "workers", "panes", "usage"), 4),
    **dict.fromkeys(("convergence", "validation", "pages"), 4),
    "porcelain": 5,
}
"""Rooms of okstra_git; `rendering` is the one door to jinja2 and stands below the rooms that render."""

ROOMS_APART = 4
CLI = 6


def room_of(module: str) -> tuple[str, int] | None:
    """The room and floor of one of our modules; None for anybody else's. A room nobody placed is a KeyError."""
    top, _, rest = module.partition(".")
    if top == "okstra_cli":
        return "okstra_cli", CLI
    if top != "okstra_git":
        return None
    room = rest.partition(".")[0]
    return (room, FLOORS[room]) if room else ("okstra_git", 0)


def misplaced_imports(source: Source) -> Iterator[str]:
    """Imports that leave the floor upwards, or go from one room of floor 4 to another; rooms without a floor."""
    try:
        home = room_of(source.dotted)
    except KeyError as error:
        yield f"{source.path}: {error} has no floor in tests/house/floors.py"
        return
    assert home is not None
    for imported in imports_of(source):
        try:
            target = room_of(imported.module)
        except KeyError as error:
            yield f"{source.path}:{imported.line}: imports {error}, which has no floor"
            continue
        if target is None:
            continue
        if target[1] > home[1]:
            yield f"{source.path}:{imported.line}: floor {home[1]} imports {imported.module} of floor {target[1]}"
        elif target[1] == home[1] == ROOMS_APART and target[0] != home[0]:
            yield f"{source.path}:{imported.line}: room {home[0]} imports room {target[0]}; shared things drop a floor"


LATE = {
    (
        "okstra_git/reports/data.py",
        "okstra_git.records.report.data",
    ): "the models: loaded only to say what is wrong with data that do not fit their schema",
    (
        "okstra_git/redaction/late.py",
        "okstra_git.redaction.redacting",
    ): "a dozen modules of tables for writing",
    (
        "okstra_git/errors.py",
        "okstra_git.error_codes",
    ): "a table of two hundred rows for whoever refuses",
}
"""(module, what it imports inside a function) -> why it may."""


def late_imports(source: Source) -> Iterator[str]:
    """Imports inside functions below the use cases; these and the command line load late what few commands need."""
    if source.path.startswith(("okstra_cli/", "okstra_git/porcelain/")):
        return
    for imported in imports_of(source):
        if imported.inside and (source.path, imported.module) not in LATE:
            yield f"{source.path}:{imported.line}: {imported.inside}() imports {imported.module}"


def heavy_spool_imports(source: Source) -> Iterator[str]:
    """What the module on the hook path loads beyond os and sys."""
    for imported in imports_of(source):
        if imported.module not in ("os", "sys"):
            yield f"{source.path}:{imported.line}: the hook path imports {imported.module}"
