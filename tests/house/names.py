"""Public class names that are defined more than once: one word has to stand for one thing."""

import ast
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence

from tests.house.sources import Source

DOUBLED = frozenset({
    "Astray",
    "Hidden",
    "Item",
    "Missing",
    "Place",
    "Root",
    "Row",
    "State",
    "Step",
    "Table",
})  # fmt: skip
"""Names that stand for more than one class still; this list only shrinks. One that no longer does is taken out."""


SHAPES = "okstra_cli/answers/"
"""A shape of JSON has the name of the record that it shows; who uses it writes `shapes.Stage`."""


def definitions(sources: Sequence[Source]) -> Mapping[str, list[str]]:
    """Public class name -> where it is defined at the top of a module, as `path:line`; shapes of JSON left out."""
    places: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        if source.path.startswith(SHAPES):
            continue
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{source.path}:{node.lineno}")
    return places


def homonyms(sources: Sequence[Source], doubled: Container[str] = DOUBLED) -> Iterator[str]:
    """Names of two classes that are not known to be such."""
    for name, places in sorted(definitions(sources).items()):
        if len(places) > 1 and name not in doubled:
            yield f"{name} is defined more than once: {', '.join(places)}"


def idle(sources: Sequence[Source], doubled: frozenset[str] = DOUBLED) -> Iterator[str]:
    """Known homonyms that are none any more."""
    places = definitions(sources)
    for name in sorted(doubled):
        if len(places.get(name, ())) < 2:
            yield f"{name} is defined once or never now: take it out of DOUBLED in tests/house/names.py"
