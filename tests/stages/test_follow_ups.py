"""Which follow-up rows become tasks: each once, whatever ran before, and none while one of them is wrong."""

import pytest

from okstra_git.names import TaskKey
from okstra_git.records.events import TaskOpened, TaskSpawned
from okstra_git.records.states import State, Task, TaskOrigin
from okstra_git.reports.follow_ups import ReportedFollowUp
from okstra_git.stages.follow_ups import LONGEST_TITLE, FollowUp, ReportIdentity, facts_of, judge_follow_ups
from tests.kit.values import ulid

PARENT = TaskKey("shop", "web", "login")
REPORT = ReportIdentity(".okstra/tasks/shop/web/login/final-report-implementation-001.md", ulid("R"), PARENT)
ROW = ReportedFollowUp(
    "followUps[0]", "E-003", "limit", "error-analysis", "Logins are not limited", "late", "SHOP-3", spawn=True
)
LIMIT = TaskKey("shop", "web", "limit")


def a_state(*tasks: Task) -> State:
    return State(tasks={task.key: task for task in (Task(key=PARENT, category="bugfix"), *tasks)})


def an_origin(**changes: str) -> TaskOrigin:
    fields = {"parent": PARENT, "report": REPORT.path, "run": REPORT.run, "row": "E-003"}
    return TaskOrigin.model_validate(fields | changes)


def judged(*rows: ReportedFollowUp, state: State | None = None) -> list[FollowUp]:
    return judge_follow_ups(state or a_state(), REPORT, rows)


def rules(*rows: ReportedFollowUp, state: State | None = None) -> list[str]:
    return [problem.rule for each in judged(*rows, state=state) for problem in each.problems]


def test_a_row_becomes_a_task_with_its_origin() -> None:
    state = a_state()
    assert facts_of(state, REPORT, judge_follow_ups(state, REPORT, [ROW])) == [
        TaskOpened(task=LIMIT, category="bugfix", title="Logins are not limited", tickets=("SHOP-3",)),
        TaskSpawned(
            task=LIMIT, parent=PARENT, report=REPORT.path, run=REPORT.run, row="E-003", task_type="error-analysis"
        ),
    ]


@pytest.mark.parametrize(
    ("name", "key"),
    [("limit", "shop:web:limit"), ("ops:limit", "shop:ops:limit"), ("app:ops:limit", "app:ops:limit"),
     ("app/ops/limit", "app:ops:limit")],
)  # fmt: skip
def test_what_a_name_leaves_out_is_that_of_the_reports_task(name: str, key: str) -> None:
    assert str(judged(ROW._replace(name=name))[0].key) == key


def test_a_row_stands_as_its_task_does() -> None:
    by_run = an_origin(report="moved.md")
    for task, standing in (
        (Task(key=LIMIT, origin=an_origin()), "open"),
        (Task(key=LIMIT, origin=an_origin(run="")), "open"),
        (Task(key=LIMIT, origin=by_run), "open"),
        (Task(key=LIMIT, origin=an_origin(), is_open=False), "closed"),
        (Task(key=LIMIT), "taken"),
        (Task(key=LIMIT, origin=an_origin(report="other.md", run=ulid("S"))), "taken"),
    ):
        state = a_state(task)
        rows = judge_follow_ups(state, REPORT, [ROW])
        assert ([row.standing for row in rows], facts_of(state, REPORT, rows)) == ([standing], [])


def test_a_row_that_says_no_is_left_to_a_person_whatever_else_is_wrong_with_it() -> None:
    (row,) = judged(ROW._replace(spawn=False, name="not a name", task_type="?"))
    assert (row.standing, row.problems) == ("by-hand", ())


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"spawn": None}, "follow-up.auto-spawn"),
        ({"task_type": "planning"}, "follow-up.task-type"),
        ({"scope": "", "reason": ""}, "follow-up.blank"),
        ({"name": ""}, "follow-up.id"),
        ({"name": "a b"}, "follow-up.id"),
        ({"name": "../../x"}, "follow-up.id"),
        ({"name": "--help"}, "follow-up.id"),
        ({"name": "a:b:c:d"}, "follow-up.id"),
        ({"name": "login"}, "follow-up.id"),
        ({"name": "LOGIN"}, "follow-up.id"),
    ],
    ids=str,
)
def test_each_mistake_is_named(changes: dict[str, object], rule: str) -> None:
    assert rules(ROW._replace(**changes)) == [rule]  # type: ignore[arg-type]


def test_all_mistakes_of_all_rows_are_named_together() -> None:
    rows = (ROW._replace(name="a b", task_type="x"), ROW._replace(name="same"), ROW._replace(name="Same"))
    assert rules(*rows) == ["follow-up.task-type", "follow-up.id", "follow-up.twice", "follow-up.twice"]


def test_a_task_type_that_is_nearly_right_is_named() -> None:
    (row,) = judged(ROW._replace(task_type="error-analisys"))
    assert row.problems[0].hint == "did you mean error-analysis?"


def test_a_long_scope_is_cut_for_the_title_and_a_ticket_that_is_none_is_left_out() -> None:
    row = ROW._replace(scope="word " * 100, ticket="login")
    facts = facts_of(a_state(), REPORT, judged(row))
    opened = facts[0]
    assert isinstance(opened, TaskOpened)
    assert len(opened.title) <= LONGEST_TITLE
    assert (opened.title[-5:], opened.tickets) == ("word…", ())
