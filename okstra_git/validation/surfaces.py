"""Surfaces of a project that mocks cannot stand for, by patterns of paths: which of them a change touches."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from okstra_git.names import quote

Surfaces = Mapping[str, Sequence[str]]
"""Name of a surface -> patterns of paths."""

DEFAULT_SURFACES: Surfaces = {
    "database": (
        "migrations/*", "migrate/*", "*.sql", "*.prisma", "*.repository.*", "*_repository.*", "*.entity.*", "*.model.*",
        "entities/*",
    ),
}  # fmt: skip
MAX_SURFACES, MAX_PATTERNS, MAX_PATTERN = 100, 100, 200


def surfaces_of_project(project: Mapping[str, Any]) -> tuple[Surfaces, list[str]]:
    """The surfaces of project.json beside the usual ones, and what is wrong with them.

    A name that is given there replaces the usual patterns of that name; an empty list switches it off. Where something
    is wrong, the usual ones count alone.
    """
    given = project.get("surfaces", {})
    if not isinstance(given, dict) or len(given) > MAX_SURFACES:
        return DEFAULT_SURFACES, [f"surfaces must be an object of at most {MAX_SURFACES} names with lists of patterns"]
    wrong = [
        f"surfaces.{quote(name)} must be a list of at most {MAX_PATTERNS} patterns of at most {MAX_PATTERN} characters"
        for name, patterns in given.items()
        if not _is_patterns(patterns)
    ]
    return (DEFAULT_SURFACES, wrong) if wrong else ({**DEFAULT_SURFACES, **given}, [])


def _is_patterns(patterns: object) -> bool:
    if not isinstance(patterns, list) or len(patterns) > MAX_PATTERNS:
        return False
    return all(isinstance(pattern, str) and 0 < len(pattern) <= MAX_PATTERN for pattern in patterns)


def touched_surfaces(paths: Iterable[str], surfaces: Surfaces) -> dict[str, list[str]]:
    """The files that touch each surface, by its name, both sorted; surfaces that nothing touches are left out.

    A pattern is looked for at any depth and in any case of letters, and its `*` stands for slashes too.
    """
    touched: dict[str, list[str]] = {}
    for path in sorted(set(paths)):
        for name in (name for name, patterns in surfaces.items() if _is_touched(path, patterns)):
            touched.setdefault(name, []).append(path)
    return dict(sorted(touched.items()))


def _is_touched(path: str, patterns: Sequence[str]) -> bool:
    below = f"/{path.lower()}"
    return any(fnmatchcase(below, f"*/{pattern.lower()}") for pattern in patterns)
