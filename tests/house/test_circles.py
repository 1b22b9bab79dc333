"""No module imports, by any way round, one that imports it."""

import pytest

from tests.house.circles import circles_of, graph_of, wrong_circles
from tests.house.sources import Source, product_sources


def sources(**texts: str) -> list[Source]:
    return [Source(f"okstra_git/{name}.py", text) for name, text in texts.items()]


def test_there_is_no_circle_but_those_that_are_left_from_before() -> None:
    assert list(wrong_circles(product_sources())) == []


@pytest.mark.parametrize(
    "back",
    [
        "import okstra_git.a",
        "from okstra_git import a",
        "from . import a",
        "from .a import thing",
        "from okstra_git.a import thing",
        "def f():\n    from okstra_git.a import thing",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from okstra_git.a import thing",
    ],
)
def test_a_circle_is_found_and_the_way_round_is_shown(back: str) -> None:
    here = sources(a="from okstra_git import b", b="from okstra_git.c import d", c=back, alone="import okstra_git.a")
    assert list(wrong_circles(here, ())) == [
        "a circle of imports: okstra_git.a -> okstra_git.b -> okstra_git.c -> okstra_git.a"
    ]


def test_a_package_and_its_module_may_make_a_circle_too() -> None:
    here = [
        Source("okstra_git/room/__init__.py", "from okstra_git.room.a import thing"),
        Source("okstra_git/room/a.py", "from okstra_git.room import other"),
    ]
    assert circles_of(graph_of(here)) == [("okstra_git.room", "okstra_git.room.a")]


def test_a_known_circle_is_let_be_until_it_is_gone_or_smaller() -> None:
    circle = ("okstra_git.b", "okstra_git.a")
    there = sources(a="import okstra_git.b", b="import okstra_git.a")
    assert list(wrong_circles(there, [circle])) == []
    (gone,) = wrong_circles(sources(a="import okstra_git.b", b=""), [circle])
    assert "okstra_git.b is gone" in gone
    found, smaller = wrong_circles(there, [(*circle, "okstra_git.c")])
    assert "a circle of imports" in found
    assert "smaller now" in smaller


def test_modules_that_import_one_way_are_no_circle() -> None:
    here = sources(a="import okstra_git.b\nimport okstra_git.c", b="import okstra_git.c", c="import os\nimport json")
    assert list(wrong_circles(here, ())) == []
