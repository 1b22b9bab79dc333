"""Nobody imports upwards, nor from one room of floor 4 to another."""

import pytest

from tests.house.floors import heavy_spool_imports, late_imports, misplaced_imports
from tests.house.sources import Source, product_sources

SOURCES = product_sources()


def test_no_import_leaves_its_floor() -> None:
    assert [breach for source in SOURCES for breach in misplaced_imports(source)] == []


def test_no_import_hides_in_a_function_below_the_command_line() -> None:
    assert [breach for source in SOURCES for breach in late_imports(source)] == []


def test_the_hook_path_loads_os_and_sys_alone() -> None:
    spools = [source for source in SOURCES if source.path == "okstra_git/spool.py"]
    assert [breach for source in spools for breach in heavy_spool_imports(source)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("okstra_git/names.py", "from okstra_git.git.repo import Git"),
        ("okstra_git/names.py", "from okstra_git import state"),
        ("okstra_git/git/refs.py", "import okstra_git.records.events"),
        ("okstra_git/store/log.py", "def f():\n    from okstra_git.reconcile import survey"),
        ("okstra_git/stages/plans.py", "from okstra_cli.output import say"),
        ("okstra_git/reconcile/reachability.py", "from okstra_git.stages.lifecycle import open_task"),
        ("okstra_git/reconcile/reachability.py", "from ..stages import task"),
        ("okstra_git/reconcile/reachability.py", "from .. import stages"),
        ("okstra_git/stages/x.py", "import typing\nif typing.TYPE_CHECKING:\n    from okstra_git.runs import leases"),
        ("okstra_git/nowhere/x.py", ""),
        ("okstra_git/names.py", "import okstra_git.nowhere"),
    ],
)
def test_a_misplaced_import_is_found(path: str, text: str) -> None:
    assert len(list(misplaced_imports(Source(path, text)))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("okstra_git/reconcile/reachability.py", "from okstra_git.reconcile.proofs import prove\nfrom . import judge"),
        (
            "okstra_git/reconcile/reachability.py",
            "from okstra_git.store.log import append\nfrom okstra_git import names",
        ),
        ("okstra_git/git/refs.py", "from okstra_git.host.machine import me"),
        ("okstra_cli/entry.py", "from okstra_git.stages import plans\nfrom okstra_cli.app import app"),
    ],
)
def test_a_proper_import_is_left_alone(path: str, text: str) -> None:
    assert list(misplaced_imports(Source(path, text))) == []


def test_a_late_import_is_found_even_in_a_nested_function() -> None:
    text = "class A:\n    def f(self):\n        def g():\n            import json\n"
    assert list(late_imports(Source("okstra_git/names.py", text))) == ["okstra_git/names.py:4: f() imports json"]
    assert list(late_imports(Source("okstra_cli/app.py", text))) == []


def test_a_heavier_hook_path_is_found() -> None:
    found = list(heavy_spool_imports(Source("okstra_git/spool.py", "import os, sys\nfrom pathlib import Path")))
    assert found == ["okstra_git/spool.py:2: the hook path imports pathlib"]
