"""Rules of conformance: what a plan declares for a run's stages was shown, and what their commits touch is declared."""

from collections.abc import Iterator

from okstra_git.names import quote, quote_path
from okstra_git.plans.stage_map import parse_plan
from okstra_git.records.conformance import ConformanceResults
from okstra_git.records.report.data import ImplementationData
from okstra_git.validation.conformance import ConformanceVerdict, entries_in, judge_conformance, scope_of_run
from okstra_git.validation.conformance_manifest import DeclaredEntry, parse_manifest, parse_results
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import JsonFile, RunDocuments
from okstra_git.validation.surfaces import surfaces_of_project, touched_surfaces

IMPLEMENTATION, VERIFICATION, PLANNING = "implementation", "final-verification", "implementation-planning"
JUDGED = (IMPLEMENTATION, VERIFICATION)
LISTED = 3
"""Files that a sentence names."""


def manifest_has_its_form(documents: RunDocuments) -> Iterator[Breach]:
    """The manifest is read as a whole, whatever the run is about."""
    for error in _errors(documents):
        yield Breach(_path(documents.conformance), 0, f"conformance manifest: {error}")


def results_have_their_form(documents: RunDocuments) -> Iterator[Breach]:
    """The results beside it."""
    results = _results(documents)
    for error in results if isinstance(results, list) else ():
        yield Breach(_path(documents.conformance_results), 0, f"conformance results: {error}")


def entries_are_shown(documents: RunDocuments) -> Iterator[Breach]:
    """Nothing holds the run up."""
    for verdict in _verdicts(documents):
        if not verdict.is_ok:
            yield Breach(_path(documents.conformance), 0, verdict.sentence)


def surfaces_are_declared(documents: RunDocuments) -> Iterator[Breach]:
    """Every surface that the diff touches is required, or exempt, by an entry in scope."""
    entries = _entries(documents)
    if entries is None:
        return
    missing = _undeclared(documents, entries)
    if missing:
        names = ", ".join(missing)
        message = f"the diff touches {names} ({_some(missing)}), and no stage in scope declares requires for it"
        key = f"{_task_id(documents)}-stage-{documents.stage or 'N'}"
        hint = f'declare it in the entry of {key}: "requires": {list(missing)}, with a command or, in exempt, a reason'
        yield Breach(_path(documents.conformance), 0, message, hint.replace("'", '"'))


def nothing_was_declared(documents: RunDocuments) -> Iterator[Breach]:
    """Without a manifest nothing holds up, and a reader should know what mocks may hide."""
    missing = _undeclared(documents, []) if documents.conformance is None else {}
    if missing:
        touched = f"{', '.join(missing)} ({_some(missing)})"
        yield Breach("", 0, f"the diff touches {touched}, and the plan declares no conformance")


def entries_name_stages_of_the_plan(documents: RunDocuments) -> Iterator[Breach]:
    """An entry of a stage that nobody runs is never looked at."""
    text = documents.report if documents.task_type == PLANNING else documents.plan
    planned = {stage.number for stage in parse_plan(text.document).stages} if text is not None else set()
    for each in _declared(documents) if planned else ():
        if each.stage not in planned:
            message = (
                f"the entry {quote(each.entry.stage_key)} is about stage {each.stage}, which the plan does not have"
            )
            yield Breach(_path(documents.conformance), 0, message)


def report_says_the_verdicts(documents: RunDocuments) -> Iterator[Breach]:
    """The report's rows are those that the gate comes to."""
    if not isinstance(documents.data, ImplementationData) or _errors(documents):
        return
    rows = {(row.stage_key, row.command if row.verdict != "EXEMPT" else ""): row.verdict
            for row in documents.data.deliverable.conformance}  # fmt: skip
    expected = {(each.stage_key, each.command): each for each in _verdicts(documents)}
    for key, each in expected.items():
        there = rows.pop(key, None)
        if there != each.verdict:
            says = f"says {there}" if there else "has no row"
            message = f"the report {says} for {each.stage_key}, and the gate comes to {each.verdict}: {each.reason}"
            yield Breach(documents.data_path, 0, message)
    for key, verdict in rows.items():
        message = f"the report says {verdict} for {quote(key[0])}, of which the run's conformance has no such entry"
        yield Breach(documents.data_path, 0, message)


def report_lists_changed_files(documents: RunDocuments) -> Iterator[Breach]:
    """What the commits of the stage change is what the report says was changed."""
    if not isinstance(documents.data, ImplementationData) or documents.changed is None:
        return
    listed = {row.path for row in documents.data.deliverable.diff}
    hidden, unchanged = sorted(documents.changed - listed), sorted(listed - documents.changed)
    if hidden:
        message = f"the stage's commits change {_list(hidden)}, which the report does not list"
        yield Breach(documents.data_path, 0, message)
    if unchanged:
        message = f"the report lists {_list(unchanged)}, which the stage's commits do not change"
        yield Breach(documents.data_path, 0, message)


def surfaces_have_their_form(documents: RunDocuments) -> Iterator[Breach]:
    """The project's own patterns."""
    for problem in surfaces_of_project((documents.project.values or {}) if documents.project else {})[1]:
        yield Breach(_path(documents.project), 0, problem)


def _task_id(documents: RunDocuments) -> str:
    return documents.task.rpartition(":")[2]


def _path(file: JsonFile | None) -> str:
    return file.path if file is not None else ""


def _parsed(documents: RunDocuments) -> list[DeclaredEntry] | list[str]:
    file = documents.conformance
    if file is None:
        return []
    if file.values is None:
        return [file.refusal]
    return parse_manifest(file.values, task_id=_task_id(documents))


def _errors(documents: RunDocuments) -> list[str]:
    return [each for each in _parsed(documents) if isinstance(each, str)]


def _declared(documents: RunDocuments) -> list[DeclaredEntry]:
    return [each for each in _parsed(documents) if isinstance(each, DeclaredEntry)]


def _entries(documents: RunDocuments) -> list[DeclaredEntry] | None:
    """The entries that concern the run; None where there is no manifest, or one that cannot be judged."""
    if documents.conformance is None or _errors(documents):
        return None
    scope = scope_of_run(documents.stage, documents.stages, documents.folder)
    return entries_in(scope, _declared(documents))


def _results(documents: RunDocuments) -> ConformanceResults | list[str] | None:
    file = documents.conformance_results
    if file is None:
        return None
    return parse_results(file.values) if file.values is not None else [file.refusal]


def _verdicts(documents: RunDocuments) -> list[ConformanceVerdict]:
    results = _results(documents)
    run = documents.run if documents.task_type == IMPLEMENTATION else ""
    known = results if isinstance(results, ConformanceResults) else None
    return judge_conformance(_entries(documents) or [], known, documents.waivers, run=run)


def _undeclared(documents: RunDocuments, entries: list[DeclaredEntry]) -> dict[str, list[str]]:
    """The surfaces that are touched and not declared, with the files that touch them."""
    data = documents.data
    listed = {row.path for row in data.deliverable.diff} if isinstance(data, ImplementationData) else set()
    surfaces, _ = surfaces_of_project((documents.project.values or {}) if documents.project else {})
    declared = {name for each in entries for name in each.entry.requires}
    touched = touched_surfaces(listed | (documents.changed or frozenset()), surfaces)
    return {name: paths for name, paths in touched.items() if name not in declared}


def _some(touched: dict[str, list[str]]) -> str:
    return _list(sorted({path for paths in touched.values() for path in paths}))


def _list(paths: list[str]) -> str:
    more = f" and {len(paths) - LISTED} more" if len(paths) > LISTED else ""
    return ", ".join(quote_path(path) for path in paths[:LISTED]) + more


RULES = (
    RunRule("conformance.manifest", "The conformance manifest has its form.",
            "git okstra schema conformance shows the form", manifest_has_its_form,
            task_types=(PLANNING, *JUDGED)),
    RunRule("conformance.results", "The results of conformance commands have their form.",
            "write them anew, as the verifier's instructions say", results_have_their_form, task_types=JUDGED),
    RunRule("conformance.gate", "Every entry in scope was shown in this run, is exempt, or was waived by the user.",
            "run the entry's command and record how it ended; only the user waives: run prepare --qa-waiver",
            entries_are_shown, task_types=JUDGED),
    RunRule("conformance.surfaces", "A surface that the diff touches is declared by an entry in scope, or exempt.",
            "declare it in the manifest", surfaces_are_declared, task_types=JUDGED),
    RunRule("conformance.undeclared", "A task whose changes touch a surface declares conformance.",
            "mocks may hide what fails there: declare conformance in the plan", nothing_was_declared,
            severity="warning", task_types=JUDGED),
    RunRule("conformance.stages", "Entries of the manifest are about stages of the plan.",
            "correct the stage key, or remove the entry", entries_name_stages_of_the_plan,
            severity="warning", task_types=(PLANNING, *JUDGED)),
    RunRule("conformance.report", "The report's conformance is what the gate comes to.",
            "write what the gate says into {data}", report_says_the_verdicts, task_types=(IMPLEMENTATION,)),
    RunRule("conformance.files", "The report lists exactly the files that the stage's commits change.",
            "correct deliverable.diff in {data}; a file that was renamed stands there by both names",
            report_lists_changed_files, task_types=(IMPLEMENTATION,)),
    RunRule("conformance.patterns", "The project's patterns of surfaces have their form.",
            "mend surfaces in project.json", surfaces_have_their_form, severity="warning", task_types=JUDGED),
)  # fmt: skip
