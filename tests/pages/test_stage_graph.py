"""Drawings of stages: left to right by what waits for what, readable up to sixty, safe with plans of strangers."""

import random
import time
from itertools import combinations

import pytest

from okstra_git.pages.stage_graph import MOST, TALLEST, Drawing, draw

Plan = dict[int, tuple[int, ...]]


def laid_out(plan: Plan) -> Drawing:
    drawing = draw(plan)
    assert drawing is not None
    return drawing


def random_plan(count: int, seed: int) -> Plan:
    chance = random.Random(seed)
    return {
        n: tuple(chance.sample(range(1, n), min(n - 1, chance.choice([0, 1, 1, 2, 3])))) for n in range(1, count + 1)
    }


def test_what_waits_stands_to_the_right() -> None:
    drawing = laid_out({1: (), 2: (1,), 3: (1,), 4: (2, 3)})
    x = {box.number: box.x for box in drawing.boxes}
    assert x[1] < x[2] == x[3] < x[4]
    assert [(line.source, line.until) for line in drawing.lines] == [(1, (2,)), (1, (3,)), (2, (4,)), (3, (4,))]
    assert drawing.is_wide


def test_a_dependency_that_follows_from_others_is_not_drawn() -> None:
    lines = laid_out({1: (), 2: (1,), 3: (1, 2)}).lines
    assert [(line.source, line.until) for line in lines] == [(1, (2,)), (2, (3,))]


def test_a_line_over_several_columns_knows_where_it_leads() -> None:
    drawing = laid_out({1: (), 2: (), 3: (2,), 4: (3, 1)})
    assert (1, (4,)) in [(line.source, line.until) for line in drawing.lines]


@pytest.mark.parametrize(
    "plan",
    [
        {1: ()},
        {n: (n - 1,) if n > 1 else () for n in range(1, 61)},
        dict.fromkeys(range(1, 61), ()),
        {n: (1,) if n > 1 else () for n in range(1, 61)},
        *(random_plan(count, seed) for count in (7, 19, 60) for seed in range(4)),
    ],
)
def test_boxes_never_touch_and_stay_inside(plan: Plan) -> None:
    drawing = laid_out(plan)
    width, height = drawing.size.width, drawing.size.height
    assert [box.number for box in drawing.boxes] == sorted(plan)
    assert drawing.width <= 1100
    assert all(0 <= box.x <= drawing.width - width and 0 <= box.y <= drawing.height - height for box in drawing.boxes)
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.x - other.x) >= width or abs(one.y - other.y) >= height, (one, other)


def test_columns_are_not_endless() -> None:
    drawing = laid_out(dict.fromkeys(range(1, 61), ()))
    columns = [box.x for box in drawing.boxes]
    assert max(map(columns.count, columns)) == TALLEST


@pytest.mark.parametrize("plan", [{1: (2,), 2: (3,), 3: (1,)}, {1: (1,)}, {1: (99,), 2: (0,)}, {7: (5, 5, 5), 5: (7,)}])
def test_circles_and_unknown_stages_are_drawn_without(plan: Plan) -> None:
    assert [box.number for box in laid_out(plan).boxes] == sorted(plan)


def test_nothing_and_too_much_have_no_drawing() -> None:
    assert draw({}) is None
    assert draw(dict.fromkeys(range(1, MOST + 2), ())) is None


def test_the_densest_plan_is_quick() -> None:
    began = time.process_time()
    laid_out({n: tuple(range(1, n)) for n in range(1, MOST + 1)})
    assert time.process_time() - began < 2
