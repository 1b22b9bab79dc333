"""Reads what the report of a run concludes, from the data beside it, for the record of the run's end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import Missing, PathRefused
from okstra_git.names import quote_path
from okstra_git.porcelain.project_files import project_root, read_document_named
from okstra_git.reports.conclusion import read_conclusion, run_of_data
from okstra_git.reports.pair import pair_of

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Conclusion, Run
    from okstra_git.runs.ending import Finish


def with_conclusion(workspace: Workspace, run: Run, asked: Finish) -> Finish:
    """The end as its lead says it, with what the data beside its report conclude.

    Without data nothing is added. The next phase is the first of the data's routing, or the one that was named, which
    has to be among them. Refuses another one, naming both, and data of another run.
    """
    conclusion = _read(workspace, run, asked.report) if asked.report else None
    if conclusion is None:
        return asked
    routing = conclusion.routing
    if asked.next_phase and routing is not None and asked.next_phase not in routing:
        listed = ", ".join(routing) or "no phase"
        raise refuse(
            "run.other-routing",
            f"--next-phase names {asked.next_phase}, and the report's data recommend {listed}",
            hint="leave --next-phase out, or have the report's data mended",
            next_phase=asked.next_phase,
            routing=list(routing),
        )
    return replace(asked, conclusion=conclusion, next_phase=asked.next_phase or next(iter(routing or ()), ""))


def _read(workspace: Workspace, run: Run, report: str) -> Conclusion | None:
    """What the data say; None where there are none, with a warning where they cannot be read."""
    pair = pair_of(project_root(workspace) / report)
    if pair is None:
        return None
    try:
        data = read_plain_object(read_document_named(workspace, str(pair.data)))
    except Missing:
        return None
    except (NotPlain, PathRefused) as error:
        why = error.message if isinstance(error, OkstraError) else f"{quote_path(pair.data.name)} {error}"
        workspace.warn(f"the verdict of the report is not recorded, since its data cannot be read: {why}")
        return None
    own = run_of_data(data)
    if own and own != run.id:
        raise refuse(
            "run.other-report",
            f"{quote_path(report)} is the report of run {own}, not of run {run.id}",
            hint=f"git okstra run show {word(run.id)} --text",
            path=report,
            run=own,
        )
    return read_conclusion(data)
