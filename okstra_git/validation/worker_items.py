"""The items of workers' results, as rules look at them: each result is read once."""

from functools import lru_cache

from okstra_git.documents.markdown import parse_document
from okstra_git.reports.worker_items import ReadItems, read_items

SECTIONS = (1, 2, 3, 4, 5, 6)
"""Sections of a result that have items; the sixth is there in some phases only."""

TAGGED_SECTIONS = SECTIONS[:5]
"""Sections whose items have a ticket, in phases that tag."""


@lru_cache(32)
def items_of(text: str, worker: str) -> ReadItems:
    """The items of a result, and what is wrong with their ids."""
    return read_items(parse_document(text), worker, sections=SECTIONS)
