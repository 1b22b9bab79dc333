"""Any text in any document: no rule crashes, and ten times the rows take at most about ten times as long."""

import gc
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.phases import PHASES
from okstra_git.validation.rule import apply_rules
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile
from okstra_git.validation.table import RULES
from tests.validation.bundles import REPORT, bundle, data_of

LINES = ["# a\n", "| a |\n", "- a\n", "## 1. x\n", "TDD exemption: \n", "| majority-disagree | a |\n|---|---|\n"]
CELLS = [
    "a",
    "a:",
    "Recommended: ",
    "Recommended: a — ",
    "Evidence checked: ",
    "[TICKETID:",
    "<",
    "< a",
    "C-001 ",
    "E-001",
    "sign",
    "majority-disagree ",
]
SCRAPS = [
    "|",
    "\n",
    "#",
    "## 1. Clarification Items\n",
    "|---|---|\n",
    "| ID | Verdict Token |\n",
    "```",
    "<!--",
    "<b>",
    "\\",
    "- [ ] Approved\n",
    "C-001",
    "P-1-F1",
    "TDD exemption:",
    "[TICKETID:",
    "]",
    "## 7. Final Verdict\n",
    "\u202e",
    "\0",
    "Evidence checked:",
    "Recommended:",
    "majority-disagree → C-001",
    "후속 작업",
    ":",
    " ",
    "1.",
    "\r\n",
    "---\n",
    "&#124;",
    "## 5.9 Improvement Candidates\n",
    "### 5.5.9 Plan Body Verification\n",
    "### Stage Map\n",
    "**",
    "`",
    "\x1b[31m",
]
TEXTS = st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=8)), max_size=40).map("".join)


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, other=TEXTS, task_type=st.sampled_from(list(PHASES)), at=st.integers(0, 4000))
def test_no_text_makes_a_rule_crash(text: str, other: str, task_type: str, at: int) -> None:
    sound = bundle(task_type)
    assert sound.report is not None
    whole = sound.report.text
    mixed = whole[: at % len(whole)] + text + whole[at % len(whole) :]
    documents = replace(
        sound,
        report=TextFile(REPORT, mixed),
        results={"codex": TextFile("r.md", other)},
        errors={"codex": TextFile("e.jsonl", text)},
        carried=TextFile("c.md", other),
        plan=TextFile("p.md", text),
        plan_body=JsonFile("s.json", {"run": sound.run, "gate": text}),
        team_state=JsonFile("t.json", {"workers": {"codex": text}}),
    )
    apply_rules(RULES, documents)
    apply_rules(RULES, replace(documents, report=TextFile(REPORT, text), data=None))


def large(task_type: str, rows: int) -> RunDocuments:
    """A run whose report has that many rows of evidence, follow-ups and questions."""
    own = data_of(task_type)
    evidence = [{**own["evidence"]["primary"][0], "id": f"E-{number % 1000:03}"} for number in range(rows)]
    follow_ups: list[Any] = [{**own["followUps"][0], "newTaskId": f"task-{number}"} for number in range(rows)]
    steps = [*own["nextSteps"], *(f"By hand: task-{number}" for number in range(rows))]
    return bundle(task_type, evidence={"primary": evidence}, followUps=follow_ups, nextSteps=steps)


def seconds(documents: RunDocuments) -> float:
    """Processor time of all rules, the parsing of the report left out: that has its own bench."""
    assert documents.report is not None
    assert documents.report.document
    gc.collect()
    gc.disable()
    started = time.process_time()
    apply_rules(RULES, documents)
    spent = time.process_time() - started
    gc.enable()
    return spent


@pytest.mark.parametrize("task_type", ["error-analysis", "implementation"])
def test_ten_times_the_rows_take_ten_times_as_long(task_type: str) -> None:
    small, big = large(task_type, 60), large(task_type, 600)
    spent = min(seconds(small) for _ in range(3))
    assert min(seconds(big) for _ in range(2)) < 12 * max(spent, 0.03)


@pytest.mark.parametrize("scrap", LINES)
def test_a_report_of_nothing_but_one_scrap_is_read_in_linear_time(scrap: str) -> None:
    def spent(times: int) -> float:
        return seconds(replace(bundle("implementation-planning"), data=None, report=TextFile(REPORT, scrap * times)))

    assert spent(10_000) < 15 * max(spent(1_000), 0.03)


@pytest.mark.parametrize("scrap", CELLS)
def test_a_cell_of_nothing_but_one_scrap_is_read_in_linear_time(scrap: str) -> None:
    def spent(times: int) -> float:
        sound = bundle("requirements-discovery")
        assert sound.report is not None
        text = sound.report.text.replace("How long may", scrap * times).replace("A number of", scrap * times)
        items = sound.results["codex"].text.replace("The load", scrap * times)
        results = {"codex": TextFile("r.md", items)}
        return seconds(replace(sound, data=None, report=TextFile(REPORT, text), results=results))

    assert spent(10_000) < 15 * max(spent(1_000), 0.03)
