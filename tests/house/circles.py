"""Modules that import each other, by whatever way round: in functions and for types alone counts as well."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from tests.house.sources import Source, base_of

Graph = Mapping[str, frozenset[str]]
Circle = tuple[str, ...]

KNOWN: tuple[Circle, ...] = (("okstra_cli.wizard.looking", "okstra_cli.wizard.task_facts"),)
"""Circles that are there still; this list only shrinks. One that is gone, or smaller now, has to be mended here."""


def graph_of(sources: Sequence[Source]) -> Graph:
    """Module -> the modules among these that it imports anywhere."""
    modules = {source.dotted for source in sources}
    return {source.dotted: frozenset(_imported(source, modules)) - {source.dotted} for source in sources}


def circles_of(graph: Graph) -> list[Circle]:
    """The strongly connected components of more than one module, each sorted, by Tarjan's algorithm."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[Circle] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for imported in sorted(graph[module]):
            if imported not in order:
                visit(imported)
            if imported in stack:
                lowest[module] = min(lowest[module], lowest[imported])
        if lowest[module] == order[module]:
            circle = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(circle) > 1:
                circles.append(tuple(sorted(circle)))

    for module in sorted(graph):
        if module not in order:
            visit(module)
    return sorted(circles)


def wrong_circles(sources: Sequence[Source], known: Sequence[Circle] = KNOWN) -> Iterator[str]:
    """Circles that are not known, and known ones that are there no more."""
    graph = graph_of(sources)
    found = circles_of(graph)
    listed = [set(circle) for circle in known]
    for circle in found:
        if set(circle) not in listed:
            yield f"a circle of imports: {' -> '.join(shortest_way_round(graph, circle))}"
    for circle in known:
        if not any(set(circle) == set(each) for each in found):
            left = any(set(each) < set(circle) for each in found)
            yield f"the circle of {circle[0]} is {'smaller now' if left else 'gone'}: mend KNOWN in {__name__}"


def shortest_way_round(graph: Graph, circle: Circle) -> list[str]:
    """The shortest way from a module of the circle back to itself, for a person to see where to cut."""
    ways = [[module] for module in circle]
    for way in ways:
        for imported in sorted(graph[way[-1]] & set(circle)):
            if imported == way[0]:
                return [*way, imported]
            if imported not in way:
                ways.append([*way, imported])
    raise AssertionError(f"{circle} is not a circle")


def _imported(source: Source, modules: set[str]) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            base = base_of(source, node)
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                yield from (name for name in (deeper if deeper in modules else base,) if name in modules)
