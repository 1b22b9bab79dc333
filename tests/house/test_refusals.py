"""Every code of a refusal is in one table, and a class of exceptions is there because somebody catches it."""

from tests.house.refusals import idle_codes, uncaught_classes, unknown_codes
from tests.house.sources import Source, product_sources

SOURCES = product_sources()


def test_every_code_is_in_the_table() -> None:
    assert [breach for source in SOURCES for breach in unknown_codes(source)] == []


def test_every_row_of_the_table_is_used() -> None:
    assert list(idle_codes(SOURCES)) == []


def test_every_class_of_exceptions_is_caught_somewhere() -> None:
    assert list(uncaught_classes(SOURCES)) == []


def test_these_rules_see_a_breach() -> None:
    source = Source(
        "okstra_git/runs/probe.py",
        'class Odd(OkstraError):\n    code = "odd.class"\n\n\nclass Worse(Odd):\n    pass\n\n\n'
        'raise refuse("run.endet", "it ended")\nraise refuse(f"run.{word}", "it ended")\n',
    )
    assert list(unknown_codes(source)) == [
        "okstra_git/runs/probe.py:2: odd.class",
        "okstra_git/runs/probe.py:9: run.endet is not in okstra_git/error_codes.py",
        "okstra_git/runs/probe.py:10: the code is not written out",
    ]
    assert list(idle_codes([source], ["run.endet", "run.gone"])) == ["run.gone is used nowhere"]
    assert list(uncaught_classes([source])) == [
        "okstra_git/runs/probe.py:1: nobody catches Odd",
        "okstra_git/runs/probe.py:5: nobody catches Worse",
    ]
    caught = Source("okstra_git/runs/catching.py", "try:\n    go()\nexcept Odd:\n    stop()\n")
    assert list(uncaught_classes([source, caught])) == []
