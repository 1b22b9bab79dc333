"""No secret that was typed or found becomes part of the log, of an archive's names or of a pull request, by any way."""

import random
from collections import Counter
from typing import get_args

import pytest

from okstra_git.records.events import AnyFact, PlanApproved, RunFinished, TaskOpened
from okstra_git.records.grammar import Record
from okstra_git.records.runs import PlannedStage
from okstra_git.redaction.late import same_subject
from okstra_git.store import layout
from okstra_git.store.log import NAMES, TEXTS, without_secrets
from tests.cli.shop import TASK, open_shop, record_stage, stage_of
from tests.kit.prepared import a_brief, prepare
from tests.kit.scenario import World
from tests.redaction.corpus import LETTERS, drawn

OTHER = ("--task-key", "shop:web:other")
SECRET = "".join(("gh", "p_", drawn(random.Random(7), LETTERS, 36)))


def recorded(world: World) -> str:
    """Everything in the log and the notes, names of files included."""
    refs = world.ask("for-each-ref", "--format=%(refname)", layout.LOGS, "refs/notes", layout.SNAPSHOTS).splitlines()
    said = []
    for ref in refs:
        commits = world.ask("rev-list", ref).splitlines()
        for commit in commits:
            said += [world.ask("log", "-1", "--format=%B", commit), world.ask("ls-tree", "-r", commit)]
            said += [world.ask("grep", "-h", "-e", "", commit, ok=False)] if ref.startswith(layout.LOGS) else []
    return "\n".join(said)


def free_texts(kind: type[Record], seen: frozenset[type] = frozenset()) -> set[str]:
    """The names of the texts in a record that no grammar binds to a word, a path, a ref or a number."""
    found: set[str] = set()
    for name, field in kind.model_fields.items():
        inner = [each for each in (field.annotation, *get_args(field.annotation)) if isinstance(each, type)]
        for each in inner:
            if issubclass(each, Record) and each not in seen:
                found |= free_texts(each, seen | {each})
        if name in TEXTS | NAMES:
            found.add(name)
    return found


def test_every_list_of_fields_is_in_use() -> None:
    facts = get_args(get_args(AnyFact)[0])
    used = set().union(*(free_texts(fact) for fact in facts))
    assert used == TEXTS | NAMES


def test_texts_are_cleaned_at_any_depth_and_the_rest_is_the_same_object() -> None:
    found: Counter[str] = Counter()
    stages = (PlannedStage(number=1, title=f"use {SECRET}"), PlannedStage(number=2, title="plain"))
    fact = PlanApproved(task="a/b/c", path="plan.md", blob="0" * 40, stages=stages)
    done = without_secrets(fact, found)
    assert done.stages[0].title == "use [redacted:github-token]"
    assert done.stages[1] is stages[1]
    assert found == {"github-token": 1}
    plain = TaskOpened(task="a/b/c", title="Passwords expire", tickets=("SHOP-1",))
    assert without_secrets(plain, found) is plain
    ended = RunFinished(task="a/b/c", run="01M7Y3TRG94ZD3A45BQH53SD8T", reason="in /home/ada/x")
    assert without_secrets(ended, found).reason == "in ~/x"


def test_no_command_records_a_secret(world: World) -> None:
    open_shop(world)
    world.okstra("task", "open", "shop:web:other", "--title", f"use {SECRET}", "--ticket", f"T-{SECRET}")
    said = world.okstra("task", "open", "shop:web:other", "--title", f"use {SECRET}", "--ticket", f"T-{SECRET}")
    assert "[redacted:github-token]" in said.out
    told = world.okstra("task", "close", *OTHER, "--reason", f"401 for {SECRET}")
    assert "recorded without 1 github-token" in told.err
    record_stage(world, 1, "b", {"a.txt": "1\n"})
    world.amend(None, "-m", f"push with {SECRET}")
    world.okstra("stage", "done", "1", *TASK)
    world.write(".okstra/briefs/web/login.md", a_brief())
    run = prepare(world, task_type="requirements-discovery").json
    report = world.path / str(run["report"])
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("# R\n")
    results = report.parents[1] / "worker-results"
    results.mkdir(exist_ok=True)
    (results / f"codex-{SECRET}-requirements-discovery-001.md").write_text("plain\n")
    world.okstra(
        "run", "finish", run["run"], "--nonce", run["nonce"], "--outcome", "failed", "--reason", f"no {SECRET}"
    )
    assert SECRET not in recorded(world)
    names = [row["path"] for row in world.okstra("run", "show", run["run"], "--archive").json["archive"]["files"]]
    (kept,) = [name for name in names if "[redacted:github-token]" in name]
    assert world.okstra("run", "show", run["run"], "--file", kept, "--text").out == "plain\n"
    world.okstra("fsck")


def test_a_commit_whose_subject_had_a_secret_is_followed(world: World) -> None:
    open_shop(world)
    world.branch("b", "main")
    world.commit(f"push with {SECRET}", {"a.txt": "1\n"})
    world.okstra("stage", "start", "1", *TASK, "--base", "main", "--branch", "b", "--no-worktree")
    world.okstra("stage", "done", "1", *TASK)
    world.git("checkout", "-q", "main")
    world.commit("base 2", {"z.txt": "1\n"})
    world.git("rebase", "-q", "main", "b")
    world.okstra("reconcile", *TASK, "--apply")
    assert stage_of(world, 1)["commit"] == world.ask("rev-parse", "b")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (f"push {SECRET}", "push [redacted:github-token]", True),
        ("push [redacted:github-token]", "push [redacted:github-token]", True),
        ("push x", "push [redacted:github-token]", False),
    ],
)
def test_subjects_are_compared_as_they_are_recorded(one: str, other: str, same: bool) -> None:
    assert same_subject(one, other) is same
    assert same_subject(other, one) is same


def test_whoever_opens_a_task_is_told_what_was_taken_out_and_the_same_line_records_nothing_more(world: World) -> None:
    open_shop(world)
    line = ("task", "open", "shop:web:keys", "--category", "feature", "--title", f"use {SECRET}", "--ticket", SECRET)
    assert "recorded without 2 github-token" in world.okstra(*line).err
    before = world.ask("rev-list", "--count", "--glob=refs/okstra/log")
    world.okstra(*line)
    assert world.ask("rev-list", "--count", "--glob=refs/okstra/log") == before
    assert SECRET not in recorded(world)
