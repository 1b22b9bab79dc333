"""Other people's text reaches a terminal only through those who make it harmless."""

import pytest

from tests.house.sources import Source, product_sources
from tests.house.streams import WRITERS, stream_writes


def test_only_the_listed_modules_write_to_streams() -> None:
    assert [breach for source in product_sources() for breach in stream_writes(source)] == []


def test_every_listed_module_still_writes() -> None:
    listed = [Source("okstra_cli/x.py", each.text) for each in product_sources() if each.path in WRITERS]
    assert len(listed) == len(WRITERS)
    assert all(list(stream_writes(source)) for source in listed)


@pytest.mark.parametrize(
    "text",
    [
        "session.around.stdout.write(text)",
        "stderr.write(text)",
        "sys.stdout.writelines(lines)",
        "self.drawn.write_raw(x)",
    ],
)
def test_a_write_of_another_module_is_found(text: str) -> None:
    assert list(stream_writes(Source("okstra_cli/views/run.py", text)))
