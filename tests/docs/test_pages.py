"""What is generated from the code is up to date; `make docs` writes it."""

import pytest

from tests.docs.pages import PAGES
from tests.kit.surroundings import ROOT


@pytest.mark.parametrize("path", PAGES)
def test_generated_files_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == PAGES[path](), "run make docs"
