"""Expects a refusal by its code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from okstra_git.errors import OkstraError


@contextmanager
def refuses(*codes: str, match: str | None = None) -> Iterator[pytest.ExceptionInfo[OkstraError]]:
    """The block ends in a refusal with one of the codes; `match` is a pattern in its message."""
    with pytest.raises(OkstraError, match=match) as caught:
        yield caught
    assert caught.value.code in codes, caught.value
