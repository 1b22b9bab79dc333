"""A sound project breaks nothing; one mistake in it breaks one rule."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from okstra_git.validation.run_documents import JsonFile
from okstra_git.validation.workflow import (
    WORKFLOW_RULES,
    AlteredFile,
    LogProblem,
    ProjectFacts,
    RecordedRun,
    SkillDrift,
    apply_workflow_rules,
)

KEY = "shop:web:login"


def run(name: str = "R1", task_type: str = "implementation-planning", **changes: Any) -> RecordedRun:
    """A sound finished run."""
    sound = RecordedRun(
        id=name, task=KEY, task_type=task_type, stage=None, is_finished=True, report="r.md", has_report=True,
        data_path="r.data.json", data=JsonFile("r.data.json", {"runId": name, "verdict": {"token": "accepted"}}),
        verdict="accepted", recommends=("implementation",), identity={"runId": name},
        manifest=JsonFile("m.json", {"runId": name}), manifest_path="m.json",
    )  # fmt: skip
    return replace(sound, **changes)


def project(*runs: RecordedRun, **changes: Any) -> ProjectFacts:
    return ProjectFacts(runs or (run(), run("R2", "implementation", recommends=())), **changes)


MISTAKES: dict[str, tuple[Callable[[], ProjectFacts], ...]] = {
    "workflow.log": (lambda: project(problems=(LogProblem("refs/okstra/log/x", "it cannot be read", "look"),)),),
    "workflow.report": (lambda: project(run(report="")), lambda: project(run(has_report=False))),
    "workflow.data": (
        lambda: project(run(data=None)),
        lambda: project(run(data=JsonFile("r.data.json", None, "it is a pipe"))),
        lambda: project(run(data=JsonFile("r.data.json", {"runId": "R9"}))),
    ),
    "workflow.verdict": (lambda: project(run(verdict="rejected")),),
    "workflow.phase": (lambda: project(run(), run("R2", "final-verification")),),
    "workflow.routing": (
        lambda: project(run(task_type="final-verification", stage=1, recommends=("release-handoff",))),
    ),
    "workflow.manifest": (
        lambda: project(run(manifest=JsonFile("m.json", {"runId": "R9"}))),
        lambda: project(run(manifest=JsonFile("m.json", None, "it is a pipe"))),
    ),
    "workflow.bundle": (lambda: project(run(changed=(AlteredFile("p.md", "changed"),))),),
    "workflow.skills": (lambda: project(drifts=(SkillDrift(".claude", "1 file differs", "git okstra setup"),)),),
}  # fmt: skip


def broken(facts: ProjectFacts) -> list[str]:
    return [finding.rule.id for finding in apply_workflow_rules(facts)]


def test_a_sound_project_breaks_nothing() -> None:
    assert broken(project()) == []
    again = run("R2", recommends=None, is_finished=False)
    assert broken(project(run(), again)) == []
    assert broken(project(run(), run("R2", "final-verification", task="shop:web:other"))) == []


@pytest.mark.parametrize(("rule", "facts"), [(rule, each) for rule, all_ in MISTAKES.items() for each in all_])
def test_one_mistake_breaks_one_rule(rule: str, facts: Callable[[], ProjectFacts]) -> None:
    assert broken(facts()) == [rule]


def test_every_rule_has_a_mistake_that_breaks_it() -> None:
    assert {rule.id for rule in WORKFLOW_RULES} == set(MISTAKES)
