"""Files are opened in one room: a rule that is shown to fail on bad samples."""

import pytest

from tests.house.opening import EXCUSED, idle, unexcused, uses
from tests.house.sources import Source, product_sources

SOURCES = product_sources()


def test_only_one_room_opens_files() -> None:
    assert [breach for source in SOURCES for breach in unexcused(source)] == []


def test_no_excuse_is_idle() -> None:
    assert list(idle(SOURCES)) == []
    assert all(EXCUSED.values())


@pytest.mark.parametrize(
    "line",
    [
        "open(p)", "os.open(p, 0)", "os.replace(a, b)", "path.open('rb')", "path.read_bytes()", "path.read_text()",
        "path.read_text('utf-8')", "path.read_text(encoding='utf-8')", "path.write_text(t)", "path.unlink()",
        "path.rename(other)", "path.replace(other)", "path.mkdir(parents=True)", "shutil.rmtree(p)", "path.touch()",
    ],
)  # fmt: skip
def test_a_path_that_is_opened_is_seen(line: str) -> None:
    source = Source("okstra_git/somewhere.py", f"import os\n{line}\n")
    assert [number for _, number in uses(source)] == [2]
    assert len(list(unexcused(source))) == 1
    assert list(unexcused(source, {source.path: "reason"})) == []


@pytest.mark.parametrize(
    "line",
    [
        "root.read_bytes(name)", "root.read_text(name)", "files.rename(a, b)", "text.replace('a', 'b')",
        "os.path.join(a, b)", "read_text(text)", "replace(stage, number=1)", "stage.replace(number=1)",
    ],
)  # fmt: skip
def test_the_room_itself_and_texts_are_not(line: str) -> None:
    assert list(uses(Source("okstra_git/somewhere.py", f"{line}\n"))) == []


def test_an_excuse_that_is_not_used_is_a_breach() -> None:
    source = Source("okstra_git/somewhere.py", "x = 1\n")
    assert list(idle([source], {source.path: "reason"})) == [f"{source.path} opens nothing any more: drop its line"]
