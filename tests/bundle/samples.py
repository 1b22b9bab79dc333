"""Runs to render: one context of every task type and the variants that change what a bundle says."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

from okstra_git.bundle.context import (
    BriefPart,
    Carried,
    CarriedQuestion,
    Commands,
    GroupPart,
    Options,
    Paths,
    PlanPart,
    ProjectPart,
    RunContext,
    RunPart,
    StagePart,
    StageRow,
    TaskPart,
    TeamPart,
    WorkerPart,
    WorktreePart,
)
from okstra_git.bundle.inputs import PromptDocuments, SourceText
from okstra_git.bundle.task_documents import KnownRun, ScheduledStage
from okstra_git.contract import DEFAULT_MODELS, WORKERS
from okstra_git.names import TaskKey
from okstra_git.paths import ProjectPaths, plan_key
from okstra_git.phases import PHASES

ROOT = "/home/dev/shop"
KEY = TaskKey("shop", "web", "login")
RUN = "01JD0000000000000000000RUN"
NONCE = "5f2c9b7e"
BLOB = "3f1c0d5e6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3"
BASE = "9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b"
HEAD = "1f2e3d4c5b6a79880f1e2d3c4b5a69788f0e1d2c"
TREE = "5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b"
BRIEF = """---
reporter-confirmations: partial
---

# Login keeps people signed in

## Source Material

> After a restart everybody is signed out.

## Open Questions

- intent-check: Does this hold for administrators as well?
"""
PLAN = "---\napproved: true\n---\n\n# Plan\n\n## 5.5 Implementation Plan Deliverables\n\n### Stage Map\n"
CARRY = '{"stage": 1, "commit": "…", "summary": "Sessions have a store."}'


def paths_of(task_type: str, stage: int | None, *, seq: int = 1, clarification: bool = False) -> Paths:
    """Paths as a prepare chooses them."""
    project = ProjectPaths(Path(ROOT))
    task = project.task(KEY)
    run = task.run(task_type, stage)
    instructions = PurePosixPath(project.relative(run.instruction_set(seq)))

    def file(category: str, stem: str, suffix: str) -> str:
        return project.relative(run.file(category, stem, seq, suffix))

    carries = task_type == "implementation" and stage
    return Paths(
        instruction_set=str(instructions),
        prompt=f"{instructions}/claude-execution-prompt.md",
        context=f"{instructions}/active-run-context.md",
        profile=f"{instructions}/analysis-profile.md",
        packet=f"{instructions}/analysis-packet.md",
        material=f"{instructions}/analysis-material.md",
        expectations=f"{instructions}/reference-expectations.md",
        report_template=f"{instructions}/final-report-template.md",
        clarification=f"{instructions}/clarification-response.md" if clarification else "",
        run_context=file("manifests", "run-context", "json"),
        run_inputs=file("manifests", "run-inputs", "json"),
        run_manifest=file("manifests", "run-manifest", "json"),
        task_manifest=project.relative(task.manifest),
        resume_script=file("sessions", "claude-resume", "sh"),
        team_state=file("state", "team-state", "json"),
        convergence_state=file("state", "convergence", "json"),
        plan_body_state=project.relative(run.category("state") / "plan-body-verification.json"),
        lead_pane=project.relative(run.category("state") / "lead-pane.id"),
        report=file("reports", "final-report", "md"),
        report_data=file("reports", "final-report", "data.json"),
        prompts=project.relative(run.category("prompts")),
        worker_results=project.relative(run.category("worker-results")),
        qa=project.relative(task.qa),
        carry_out=project.relative(task.carry(plan_key(BLOB), stage)) if carries and stage else "",
    )


def commands_of(stage: int | None) -> Commands:
    """Command lines as a prepare prints them."""
    carry = f".okstra/tasks/{KEY.slashed}/runs/{plan_key(BLOB)}/carry/stage-{stage}.json"
    done = f"okstra stage done {stage} --task-key {KEY} --carry {carry}"
    return Commands(
        resume=f"okstra run resume {RUN}",
        finish=f"okstra run finish {RUN} --nonce {NONCE}",
        abandon=f"okstra run abandon {RUN} --nonce {NONCE}",
        status=f"okstra status {KEY}",
        stage_done=done if stage else "",
    )


def a_worker(name: str) -> WorkerPart:
    row = WORKERS[name]
    return WorkerPart(row.id, row.role, row.cli, row.agent, DEFAULT_MODELS[name], row.is_analyser)


def a_run(task_type: str = "implementation-planning", *, stage: int | None = None, language: str = "en") -> RunContext:
    """A plain run of this type, with a confirmed brief and nothing special."""
    scope = ("single-stage" if stage else "whole-task") if task_type == "final-verification" else ""
    paths = paths_of(task_type, stage)
    return RunContext(
        run=RunPart(
            RUN, NONCE, task_type, "001", paths.instruction_set.rpartition("/instruction-set/")[0],
            "2026-11-21T05:33:49Z", language, stage, scope, inputs="ab" * 16,
        ),
        task=TaskPart(
            str(KEY), KEY.project, KEY.group, KEY.task, "feature", f".okstra/tasks/{KEY.slashed}",
            "Stay signed in", ("WEB-8852",), "WEB-8852",
        ),
        project=ProjectPart(ROOT, ".okstra/glossary.md", {"db-test": "make db-test"},
                            (("build", "pyproject.toml"), ("deploy", "k8s/"), ("deploy", "skaffold.yaml"))),
        paths=paths,
        team=TeamPart("okstra-shop-web-login" + (f"-s{stage}" if task_type == "implementation" else "")),
        options=Options("opus"),
        commands=commands_of(stage if task_type == "implementation" else None),
        workers=tuple(a_worker(name) for name in ("claude", "codex", "report-writer")),
        brief=BriefPart(".okstra/briefs/web/login.md", BLOB, "complete", "Login keeps people signed in"),
    )  # fmt: skip


def an_implementation(*, language: str = "en") -> RunContext:
    """Stage 2 of an approved plan, which depends on stage 1."""
    plain = a_run("implementation", stage=2, language=language)
    stage = StagePart(
        2, "session store", (1,), ("src/session.py", "tests/test_session.py"),
        "1. Write the failing test.\n2. Store the session.\n", "- `make test`: exit 0\n",
        "- `Session.load(id)` returns a session or nothing.\n", "- revert the commit\n",
    )  # fmt: skip
    carried = Carried(1, f".okstra/tasks/{KEY.slashed}/runs/{plan_key(BLOB)}/carry/stage-1.json", CARRY)
    plan = PlanPart(".okstra/plans/login.md", BLOB, plan_key(BLOB), stage, (carried,))
    place = WorktreePart("/home/dev/.okstra/worktrees/shop/login-2", "feature/web/login-stage-2", BASE, "main")
    options = replace(plain.options, executor="claude", executor_model="sonnet")
    return replace(plain, plan=plan, worktree=place, options=options)


def a_burdened_implementation() -> RunContext:
    """Everything at once: waivers, carried-in answers, a dead run's snapshot, a base that lacks a dependency."""
    plain = an_implementation()
    assert plain.worktree
    return replace(
        plain,
        paths=paths_of("implementation", 2, clarification=True),
        brief=a_questioned_brief("partial"),
        options=replace(
            plain.options,
            directive="Prefer the smallest change.",
            related_tasks=("shop:web:logout",),
            waivers=(("login-stage-2", "the replica is down until Monday"),),
            clarification_source="notes/answers.md",
        ),
        worktree=replace(
            plain.worktree,
            path="/home/dev/.okstra/work trees/it's/login-2",
            lacks=(1,),
            snapshot="refs/okstra/snapshot/01JD00000000000000000DEAD0",
            left_by="01JD00000000000000000DEAD0",
        ),
    )


def a_questioned_brief(gate: str, *, blocks: str = "next-phase") -> BriefPart:
    """A brief whose reporter has not said everything."""
    row = CarriedQuestion("intent-check:", "Does this hold for administrators | and guests?", 14, "decision", blocks,
                   "보고자 직접 확인 권장")  # fmt: skip
    return BriefPart(
        ".okstra/briefs/web/login.md", BLOB, gate, "Login keeps people signed in", (row,),
        ("Administrators are meant as well.",),
    )  # fmt: skip


def a_stage_verification() -> RunContext:
    """Final verification of stage 2 alone."""
    plain = a_run("final-verification", stage=2)
    implemented = an_implementation()
    assert implemented.worktree is not None
    looked_at = replace(implemented.worktree, commit=HEAD, tree=TREE)
    row = StageRow(2, "Session store", "done", HEAD, TREE, "feature/web/login-stage-2",
                   report=".okstra/r/final-report-implementation-001.md")  # fmt: skip
    commands = replace(plain.commands, stage_done="", record_verified="okstra handoff record-verified R")
    return replace(plain, plan=implemented.plan, worktree=looked_at, stages=(row,), commands=commands)


def a_whole_verification() -> RunContext:
    """Final verification of the stages that are done, put together in a worktree of the run."""
    plain = a_run("final-verification")
    worktree = WorktreePart("/home/dev/.okstra/worktrees/shop/web/login/verification-1", "", BASE, "main",
                            commit=HEAD, tree=TREE, together=(1, 2))  # fmt: skip
    plan = an_implementation().plan
    assert plan is not None
    return replace(
        plain,
        plan=replace(plan, stage=None),
        worktree=worktree,
        stages=the_stages(),
        group=GroupPart((1, 2), "main"),
        commands=replace(plain.commands, record_verified="okstra handoff record-verified R"),
    )


def a_handoff_of_stages() -> RunContext:
    """Release handoff of the stages that are done."""
    return replace(a_run("release-handoff"), stages=the_stages(), group=GroupPart((1, 2), "develop"))


def the_stages() -> tuple[StageRow, ...]:
    """Two stages that are done, of which one is verified, and one that is not."""
    return (
        StageRow(1, "Store", "verified", BASE, TREE, "feature/web/login-stage-1", "accepted", ".okstra/v.md",
                 ".okstra/r1.md", ".okstra/carry/stage-1.json"),
        StageRow(2, "Session store", "done", HEAD, TREE, "feature/web/login-stage-2"),
        StageRow(3, "Form | field", "not begun, waits for stage 2", in_scope=False),
    )  # fmt: skip


def sources_of(context: RunContext) -> PromptDocuments:
    """Texts to go with a sample."""
    return PromptDocuments(
        brief_text=BRIEF if context.brief else None,
        plan_text=PLAN if context.plan else None,
        others=(SourceText("Glossary", ".okstra/glossary.md", "- session: what a person keeps\n"),),
        clarification_data=b"## 1. Clarification Items\n" if context.paths.clarification else None,
        conformance='{"entries": [{"stageKey": "login-stage-2", "requires": ["db"]}]}' if context.plan else None,
        runs=(KnownRun("01JD00000000000000000DEAD0", "abandoned"),),
        schedule=(ScheduledStage(1, "store", (), "done"), ScheduledStage(2, "session store", (1,), "started")),
    )


SAMPLES: dict[str, RunContext] = {
    **{name: a_run(name) for name in PHASES if name != "implementation"},
    "implementation": an_implementation(),
    "implementation-concurrent": replace(
        an_implementation(), team=TeamPart("okstra-shop-web-login-s2", occupied=(1, 3))
    ),
    "implementation-burdened": a_burdened_implementation(),
    "implementation-korean": an_implementation(language="ko"),
    "final-verification-stage": a_stage_verification(),
    "final-verification-together": a_whole_verification(),
    "release-handoff-of-stages": a_handoff_of_stages(),
    "planning-unverified": replace(
        a_run(),
        options=Options("opus", plan_verification=False),
        brief=a_questioned_brief("skipped", blocks="approval"),
    ),
    "planning-korean": a_run(language="ko"),
    "discovery-alone": replace(
        a_run("improvement-discovery"),
        brief=None,
        project=ProjectPart(ROOT),
        workers=(a_worker("claude"),),
    ),
}
