"""The grammar of one segment of a task key, kept by itself so that a wizard step can ask without loading more."""

_BEYOND_ALPHANUMERIC = "._-"
MAX_SLUG = 64


def is_slug(text: str) -> bool:
    """Whether this is 1-64 of `[A-Za-z0-9._-]`, alphanumeric first, and fit to be part of a ref name."""
    return (
        0 < len(text) <= MAX_SLUG
        and text.isascii()
        and text[0].isalnum()
        and all(c.isalnum() or c in _BEYOND_ALPHANUMERIC for c in text)
        and ".." not in text
        and not text.endswith((".", ".lock"))
    )
