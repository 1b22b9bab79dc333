"""The real programs end in every way they can: each has its reason and status, and no token more than the truth.

`OKSTRA_WRITE_SAMPLES=1 pytest -m "deep or not deep"` on this file records them anew for those without the programs.
"""

import os
import uuid
from pathlib import Path

import pygit2
import pytest

from okstra_git.agents.catalog import find_program
from okstra_git.agents.program import Assignment
from tests.agents.endings_table import CASES, DEEP, Case, expect_end, pairs, shell
from tests.agents.real import run_real
from tests.agents.recorded import record
from tests.kit.vendors.homes import Vendors
from tests.kit.vendors.steps import Say

MODELS = {"claude": "", "codex": "", "gemini": "gemini-2.5-pro"}
WRITE = bool(os.environ.get("OKSTRA_WRITE_SAMPLES"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository, since Codex works in nothing else."""
    folder = tmp_path / "project"
    folder.mkdir()
    pygit2.init_repository(str(folder))
    return folder


def play(program: str, name: str, case: Case, vendors: Vendors, project: Path) -> None:
    """Let the case happen with a shell, and look at its end."""
    vendors.service.script(*(shell(program, step) if isinstance(step, str) else step for step in case.steps))
    vendors.let_gemini_repeat(case.attempts)
    session = str(uuid.uuid4()) if find_program(program).presets_session else ""
    asked = Assignment("Go on", session=session, access="write", allow=("Bash",), model=MODELS[program], **case.limits)
    in_tool = bool(case.send) and isinstance(case.steps[0], str)
    run = run_real(program, vendors, project, asked, send=case.send, stopped=case.stopped, after=1 if in_tool else 0.3)
    if WRITE:
        record(program, name, run, vendors, project)
    expect_end(case, run.outcome, vendors.service.truth())


@pytest.mark.parametrize(("program", "name"), pairs(CASES))
def test_every_end_has_its_reason(program: str, name: str, vendors: Vendors, project: Path) -> None:
    play(program, name, CASES[name], vendors, project)


@pytest.mark.deep
@pytest.mark.parametrize(("program", "name"), pairs(DEEP))
def test_rarer_ends_have_theirs(program: str, name: str, vendors: Vendors, project: Path) -> None:
    play(program, name, DEEP[name], vendors, project)


@pytest.mark.parametrize("program", MODELS)
def test_a_resumed_session_counts_both_runs_and_answers_anew(program: str, vendors: Vendors, project: Path) -> None:
    vendors.service.script(Say("first"), Say("second"))
    session = str(uuid.uuid4()) if find_program(program).presets_session else ""
    first = run_real(program, vendors, project, Assignment("Go on", session=session, model=MODELS[program]))
    assert (first.outcome.answer, first.reader.session) == ("first", session or first.reader.session)
    again = Assignment("And on", resume=first.reader.session, model=MODELS[program])
    second = run_real(program, vendors, project, again)
    assert (second.outcome.answer, second.reader.session) == ("second", first.reader.session)
    assert second.outcome.usage.tokens == vendors.service.truth()


@pytest.mark.parametrize("program", MODELS)
def test_a_worker_that_may_only_read_writes_nothing(program: str, vendors: Vendors, project: Path) -> None:
    vendors.service.script(shell(program, "touch heard"), Say("done"))
    run = run_real(program, vendors, project, Assignment("Go on", model=MODELS[program]))
    assert run.outcome.answer == "done"
    assert not (project / "heard").exists()
