"""Rules of an implementation: tests first, evidence, the plan's files, databases, and the way back."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from okstra_git.contract import OUT_OF_PLAN, TDD_EXEMPTION, VERDICTS
from okstra_git.names import quote, quote_path
from okstra_git.plans.stage_map import parse_plan
from okstra_git.records.report.data import ImplementationData
from okstra_git.validation.report_reading import report_of, text_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

IMPLEMENTATION = ("implementation",)
DATABASE_FILES = ("*.sql", "*.repository.*", "*/migrations/*", "migrations/*", "*/models/*", "*/entities/*",
                  "*.entity.*", "*.model.*", "*.prisma")  # fmt: skip
"""Files whose change concerns a database."""

STATEFUL_FILES = ("*/migrations/*", "migrations/*", "*.prisma", "*/schema.sql", "schema.sql")
"""Files whose change changes what is stored."""

_ACCEPTED = VERDICTS[0]
_EXEMPTION = re.compile(rf"{re.escape(TDD_EXEMPTION)}\s*(<[^>]*>|\S.*)?", re.IGNORECASE)


def tests_came_first(documents: RunDocuments) -> Iterator[Breach]:
    """A change has a test that was seen failing first, or an exemption with its reason."""
    data = _data(documents)
    if data is not None and data.deliverable.diff and not (data.deliverable.tests_first or data.deliverable.exemptions):
        yield Breach(documents.data_path, 0, "the change has no test that was seen failing, and no exemption")


def exemptions_have_reasons(documents: RunDocuments) -> Iterator[Breach]:
    """An exemption is a line `TDD exemption: <reason>`."""
    report = report_of(documents)
    for number, line in enumerate(report.document.lines, 1) if report is not None else ():
        assert report is not None
        found = _EXEMPTION.search(line) if TDD_EXEMPTION.casefold() in line.casefold() else None
        if found and not (found[1] or "").strip(" |*_`"):
            yield Breach(report.path, number, f"a line '{TDD_EXEMPTION}' without a reason")


def evidence_is_commands(documents: RunDocuments) -> Iterator[Breach]:
    """What is said to work was run: commands with exit codes, and none that failed under an acceptance."""
    data = _data(documents)
    if data is None:
        return
    for each in data.validation_evidence:
        if each.exit_code != 0 and data.verdict.token == _ACCEPTED:
            yield Breach(documents.data_path, 0, f"accepted, and {quote(each.command)} ended with {each.exit_code}")


def other_files_are_reported(documents: RunDocuments) -> Iterator[Breach]:
    """A file that the stage's plan does not name is an out-of-plan edit."""
    data, plan = _data(documents), text_of(documents.plan)
    if data is None or plan is None or documents.stage is None:
        return
    stage = next((each for each in parse_plan(plan.document).stages if each.number == documents.stage), None)
    if stage is None or not stage.files:
        return
    named = {*stage.files, *(each.path for each in data.deliverable.out_of_plan)}
    for changed in data.deliverable.diff:
        if not any(_covers(path, changed.path) for path in named):
            message = f"{quote_path(changed.path)} is not a file of stage {documents.stage}, nor an {OUT_OF_PLAN}"
            yield Breach(documents.data_path, 0, message)


def database_is_judged(documents: RunDocuments) -> Iterator[Breach]:
    """A change near a database says whether it was run on one."""
    data = _data(documents)
    if data is None or data.database_verified is not None:
        return
    for changed in data.deliverable.diff:
        if _is_like(changed.path, DATABASE_FILES):
            yield Breach(
                documents.data_path, 0, f"{quote_path(changed.path)} concerns a database, and databaseVerified is null"
            )
            return


def way_back_was_tried(documents: RunDocuments) -> Iterator[Breach]:
    """Where stored state changes, undoing it was run dry; else the run goes back to planning."""
    data = _data(documents)
    if data is None:
        return
    rollback = data.deliverable.rollback
    stateful = next((each.path for each in data.deliverable.diff if _is_like(each.path, STATEFUL_FILES)), None)
    if not rollback.needed and stateful is not None:
        message = f"{quote_path(stateful)} changes what is stored, and rollback.needed is false"
        yield Breach(documents.data_path, 0, message, "run the rollback dry and report command, exit code and output")
    if rollback.needed and not _was_run(data) and data.verdict.token == _ACCEPTED:
        yield Breach(documents.data_path, 0, "accepted, without a dry run of the rollback")


def _was_run(data: ImplementationData) -> bool:
    rollback = data.deliverable.rollback
    return bool(rollback.command.strip()) and rollback.exit_code is not None


def _covers(planned: str, path: str) -> bool:
    return planned == path or (planned.endswith("/") and path.startswith(planned)) or fnmatchcase(path, planned)


def _is_like(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _data(documents: RunDocuments) -> ImplementationData | None:
    data = documents.data
    return data if data is not None and data.task_type == "implementation" else None


_AGAIN = "mend the report data, then: okstra report render {data}"

RULES = (
    RunRule("implementation.tests-first", "A change has a test that was seen failing first, or an exemption.", _AGAIN,
         tests_came_first, task_types=IMPLEMENTATION),
    RunRule("implementation.exemption", f"An exemption is a line '{TDD_EXEMPTION} <reason>'.", _AGAIN,
         exemptions_have_reasons, task_types=IMPLEMENTATION),
    RunRule("implementation.evidence", "No command failed under an acceptance.", _AGAIN,
         evidence_is_commands, task_types=IMPLEMENTATION),
    RunRule("implementation.out-of-plan", f"A file that the plan does not name is an {OUT_OF_PLAN}.",
         "add it to outOfPlan with its reason", other_files_are_reported, task_types=IMPLEMENTATION),
    RunRule("implementation.database", "A change near a database says whether it was run on one.",
         "run it there and set databaseVerified to true, or to false and list it in unverified", database_is_judged,
         task_types=IMPLEMENTATION),
    RunRule("implementation.stateful", "Where stored state changes, undoing it was run dry.",
         "run it dry and report command, exit code and output, or route to implementation-planning",
         way_back_was_tried, task_types=IMPLEMENTATION),
)  # fmt: skip
