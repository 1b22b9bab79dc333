"""Every foreign package has one owner; environment, terminal, directory and clock belong to floor 5."""

import re

import pytest

from tests.house.owners import EXCEPTIONS, foreign_imports, idle_exceptions, unexcused_uses
from tests.house.sources import Source, product_sources
from tests.kit.surroundings import ROOT

SOURCES = product_sources()


def test_foreign_packages_stay_with_their_owners() -> None:
    assert [breach for source in SOURCES for breach in foreign_imports(source)] == []


def test_only_the_command_line_reads_the_world() -> None:
    assert [breach for source in SOURCES for breach in unexcused_uses(source)] == []


def test_every_exception_is_in_use_and_has_a_reason() -> None:
    assert list(idle_exceptions(SOURCES)) == []
    assert all(EXCEPTIONS.values())


def test_every_dependency_has_its_line_in_the_documentation() -> None:
    declared = re.findall(r'^  "([a-z0-9-]+)[><=]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    described = (ROOT / "docs/reference/dependencies.md").read_text()
    assert len(declared) > 10
    assert [name for name in declared if f"`{name}`" not in described] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("okstra_git/store/log.py", "import pygit2"),
        ("okstra_git/store/log.py", "from pygit2.enums import SortMode"),
        ("okstra_git/git/refs.py", "from pydantic import BaseModel"),
        ("okstra_git/stages/plans.py", "import subprocess"),
        ("okstra_git/git/refs.py", "from subprocess import run"),
        ("okstra_cli/app.py", "import click"),
        ("okstra_git/names.py", "def f():\n    import requests"),
    ],
)
def test_a_foreign_package_away_from_home_is_found(path: str, text: str) -> None:
    assert len(list(foreign_imports(Source(path, text)))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("okstra_git/git/refs.py", "import pygit2\nimport json"),
        ("okstra_git/git/binary.py", "import subprocess"),
        ("okstra_git/host/tmux.py", "import psutil, subprocess"),
        ("okstra_git/records/x.py", "from pydantic import BaseModel"),
        ("okstra_cli/commands/status.py", "def f():\n    from rich.table import Table"),
    ],
)
def test_a_foreign_package_at_home_is_left_alone(path: str, text: str) -> None:
    assert list(foreign_imports(Source(path, text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nx = os.environ['HOME']",
        "from os import environ\nx = environ",
        "import os as o\nx = o.getenv('A')",
        "import sys\nx = sys.argv[1]",
        "import time\nx = time.time()",
        "from time import time\nx = time()",
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "from pathlib import Path\nx = Path.cwd()",
        "from pathlib import Path\nx = Path('~/a').expanduser()",
        "print('x')",
        "import os\nos.execvp('git', ['git'])",
        "import os\nos.system('git gc')",
        "import os\nx = map(os.path.expanduser, [])",
    ],
)
def test_a_reader_of_the_world_is_found_below_the_command_line(text: str) -> None:
    assert len(list(unexcused_uses(Source("okstra_git/store/x.py", text)))) == 1
    assert list(unexcused_uses(Source("okstra_cli/x.py", text))) == []


def test_harmless_neighbours_are_left_alone() -> None:
    text = (
        "import os, time\nfrom datetime import datetime\n"
        "def f(environ, print_it, now: datetime): return os.path.join(environ['A'], time.monotonic(), now)\n"
    )
    assert list(unexcused_uses(Source("okstra_git/store/x.py", text))) == []


def test_an_exception_excuses_its_own_module_alone_and_must_be_used() -> None:
    excuse = {("okstra_git/git/binary.py", "os.environ"): "scrubs it"}
    reader = "import os\nx = os.environ"
    assert list(unexcused_uses(Source("okstra_git/git/binary.py", reader), excuse)) == []
    assert list(unexcused_uses(Source("okstra_git/git/refs.py", reader), excuse)) != []
    assert list(idle_exceptions([Source("okstra_git/git/binary.py", "")], excuse)) != []
