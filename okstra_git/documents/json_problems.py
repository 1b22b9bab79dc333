"""What is wrong with data in JSON: where, what is there, and what would be right."""

from collections.abc import Sequence
from typing import NamedTuple

from okstra_git.names import quote


class DataProblem(NamedTuple):
    """One thing that is wrong with report data; `path` is a JSON path such as `nextSteps[0]`, empty for the whole."""

    path: str
    rule: str
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        """As the command line shows it."""
        return self._asdict()


def json_path(parts: Sequence[str | int]) -> str:
    """The place as one writes it: `deliverable.stages[2].dependsOn[0]`.

    >>> json_path(("deliverable", "stages", 2, "title"))
    'deliverable.stages[2].title'
    """
    return "".join(_step(part, first=index == 0) for index, part in enumerate(parts))


def _step(part: str | int, *, first: bool) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    plain = part.replace("_", "").replace("-", "").isalnum()
    return (part if first else f".{part}") if plain else f"[{quote(part)}]"
