"""Team names: slugs of the key, one for each stage, never one for two tasks."""

import pytest

from okstra_git.names import parse_task_key
from okstra_git.records.runs import Run
from okstra_git.records.states import State, Task
from okstra_git.runs.leases import team_name, teams_of_others


@pytest.mark.parametrize(
    ("key", "stage", "name"),
    [
        ("shop:web:login", None, "okstra-shop-web-login"),
        ("shop:web:login", 2, "okstra-shop-web-login-s2"),
        ("Shop:Web_App:LOGIN-12.b", 10, "okstra-shop-web-app-login-12-b-s10"),
        ("s:w:a__--..x_", 1, "okstra-s-w-a-x-s1"),
    ],
)
def test_the_name_is_a_slug_of_the_key_and_then_the_stage(key: str, stage: int | None, name: str) -> None:
    assert team_name(parse_task_key(key.replace("..", ".")), stage) == name


def test_a_name_that_another_task_has_gets_a_mark_of_the_key() -> None:
    other = Task(key="shop/web/log_in", runs={"R": Run(id="R", task_type="x", seq=1, team="okstra-shop-web-log-in-s2")})
    state = State(tasks={other.key: other})
    key = parse_task_key("shop:web:log.in")
    taken = teams_of_others(state, key)
    name = team_name(key, 2, taken=taken)
    assert name.startswith("okstra-shop-web-log-in-")
    assert name.endswith("-s2")
    assert name != team_name(parse_task_key("shop:web:log_in"), 2)
    assert team_name(key, 3, taken=taken) == "okstra-shop-web-log-in-s3"


def test_ones_own_earlier_name_is_no_collision() -> None:
    own = Task(key="shop/web/login", runs={"R": Run(id="R", task_type="x", seq=1, team="okstra-shop-web-login")})
    assert teams_of_others(State(tasks={own.key: own}), parse_task_key("shop:web:login")) == frozenset()
