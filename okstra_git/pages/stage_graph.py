"""Where the stages of a plan stand in a drawing: columns by what depends on what, few crossings, no endless line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MOST = 120
"""Stages that are drawn; of more nobody sees anything in a picture."""

TALLEST = 8
"""Stages that stand above each other in one column."""


class Size(NamedTuple):
    """Measures of a drawing in pixels; `columns` fit beside each other before the drawing goes on below."""

    width: int
    height: int
    across: int
    down: int
    columns: int


WIDE = Size(width=158, height=46, across=40, down=14, columns=5)
"""Boxes that hold a title."""

SMALL = Size(width=56, height=34, across=30, down=10, columns=11)
"""Boxes that hold a number."""

TOWARDS_MIDDLE = 0.85
"""Heights are pulled to the middle by this much, which keeps a drawing low where nothing else holds a line down."""

LANE = 12
"""How much height a line takes that passes through a column."""


class Box(NamedTuple):
    """One stage: its number and the corner of its box."""

    number: int
    x: float
    y: float


class Way(NamedTuple):
    """A piece of the way from one stage to another, as the path of an SVG; both ends are numbers of stages.

    `until` are all stages that the piece leads to: one line leaves a stage, however many wait for it.
    """

    path: str
    source: int
    until: tuple[int, ...]


class Drawing(NamedTuple):
    """Boxes in order of their numbers and the lines between them, within `width` and `height`."""

    size: Size
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Way, ...]

    @property
    def is_wide(self) -> bool:
        """Whether a box has room for a title."""
        return self.size is WIDE


def draw(depends_on: Mapping[int, Collection[int]]) -> Drawing | None:
    """Lay the stages out from left to right; None where there are none, or too many to see anything.

    What depends on a stage that is not there, or in a circle, is drawn as if it did not: strangers write plans too.
    """
    if not 0 < len(depends_on) <= MOST:
        return None
    needs = _without_shortcuts(_acyclic(depends_on))
    columns = _columns(needs)
    size = WIDE if max(columns.values()) < 2 * WIDE.columns and len(needs) <= 24 else SMALL
    grid = _Grid(needs, columns, size)
    return grid.drawing()


def _acyclic(depends_on: Mapping[int, Collection[int]]) -> dict[int, set[int]]:
    """The same without what is unknown, and without the dependency that would close a circle."""
    needs: dict[int, set[int]] = {number: set() for number in sorted(depends_on)}
    above: dict[int, set[int]] = {number: {number} for number in needs}
    for number in needs:
        for other in sorted(depends_on[number]):
            if other not in needs or number in above[other]:
                continue
            needs[number].add(other)
            gained = above[other]
            for reached in above.values():
                if number in reached:
                    reached |= gained
    return needs


def _without_shortcuts(needs: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """Only the nearest dependencies: who waits for 2, which waits for 1, need not be drawn as waiting for 1."""
    above: dict[int, set[int]] = {}
    for number in _in_order(needs):
        above[number] = needs[number].union(*(above[other] for other in needs[number]))
    return {
        number: {other for other in near if not any(other in above[third] for third in near if third != other)}
        for number, near in needs.items()
    }


def _in_order(needs: Mapping[int, set[int]]) -> list[int]:
    """Every stage behind those that it depends on, lower numbers first."""
    order: list[int] = []
    left = dict(needs)
    while left:
        ready = [number for number, near in left.items() if near.isdisjoint(left)]
        order += ready
        for number in ready:
            del left[number]
    return order


def _columns(needs: Mapping[int, set[int]]) -> dict[int, int]:
    """Stage -> column: right of everything it depends on, where there is still room."""
    column: dict[int, int] = {}
    filled: dict[int, int] = {}
    for number in _in_order(needs):
        place = max((column[other] + 1 for other in needs[number]), default=0)
        while filled.get(place, 0) >= TALLEST:
            place += 1
        column[number] = place
        filled[place] = filled.get(place, 0) + 1
    return column


@dataclass
class _Node:
    """A box, or the place where a line passes through a column; `source` is the stage that the line comes from."""

    source: int
    column: int
    is_box: bool
    before: list[_Node] = field(default_factory=list)
    behind: list[_Node] = field(default_factory=list)
    until: set[int] = field(default_factory=set)
    y: float = 0.0


def _ends(node: _Node) -> tuple[int, ...]:
    return tuple(sorted(node.until)) if node.until else (node.source,)


class _Grid:
    """Columns of boxes and passing lines, put into an order and then to heights."""

    def __init__(self, needs: Mapping[int, set[int]], columns: Mapping[int, int], size: Size) -> None:
        self.size = size
        self.columns: list[list[_Node]] = [[] for _ in range(max(columns.values()) + 1)]
        boxes = {number: self._add(number, columns[number], is_box=True) for number in sorted(needs)}
        for number in sorted(needs):
            for other in sorted(needs[number]):
                self._connect(boxes[other], boxes[number])
        for _ in range(4):
            self._order_by(self.columns[1:], lambda node: node.before)
            self._order_by(self.columns[-2::-1], lambda node: node.behind)
        self._stack()

    def _add(self, source: int, column: int, *, is_box: bool) -> _Node:
        node = _Node(source, column, is_box)
        self.columns[column].append(node)
        return node

    def _connect(self, source: _Node, target: _Node) -> None:
        """A line through every column between both; lines that leave one stage share their way."""
        last = source
        for column in range(source.column + 1, target.column):
            passing = next((node for node in last.behind if not node.is_box), None)
            if passing is None:
                passing = self._add(source.source, column, is_box=False)
                self._join(last, passing)
            passing.until.add(target.source)
            last = passing
        self._join(last, target)

    @staticmethod
    def _join(first: _Node, second: _Node) -> None:
        first.behind.append(second)
        second.before.append(first)

    @staticmethod
    def _order_by(columns: Iterable[list[_Node]], neighbours: object) -> None:
        """Each node goes where its neighbours are on average; those without any keep their place."""
        assert callable(neighbours)
        rank: dict[int, float] = {}
        for column in columns:
            for place, node in enumerate(column):
                rank[id(node)] = place
        for column in columns:
            wanted: dict[int, float] = {}
            for place, node in enumerate(column):
                near: Sequence[_Node] = neighbours(node)
                wanted[id(node)] = sum(rank.get(id(other), other.y) for other in near) / len(near) if near else place
            column.sort(key=lambda node: (wanted[id(node)], node.source))
            for place, node in enumerate(column):
                rank[id(node)] = node.y = place

    def _height(self, node: _Node) -> int:
        return self.size.height if node.is_box else LANE

    def _stack(self) -> None:
        """Heights: first from the middle out, then towards what a node comes from, without touching a neighbour."""
        for column in self.columns:
            total = sum(map(self._height, column)) + self.size.down * (len(column) - 1)
            self._place(column, [-total / 2] * len(column))
        for _ in range(3):
            for column in self.columns[1:]:
                self._place(column, [self._beside(node, node.before) for node in column])
            for column in self.columns[-2::-1]:
                self._place(column, [self._beside(node, node.behind) for node in column])

    def _beside(self, node: _Node, near: Sequence[_Node]) -> float:
        """The top at which the node's middle is level with its neighbours'."""
        if not near:
            return node.y
        middle = sum(other.y + self._height(other) / 2 for other in near) / len(near)
        return middle * TOWARDS_MIDDLE - self._height(node) / 2

    def _place(self, column: list[_Node], wanted: Sequence[float]) -> None:
        """Top to bottom in their order, each as near to what is wanted as those above leave room for."""
        free = float("-inf")
        shift = 0.0
        for node, top in zip(column, wanted, strict=True):
            node.y = max(top, free)
            shift += node.y - top
            free = node.y + self._height(node) + self.size.down
        for node in column:
            node.y -= shift / len(column)

    def drawing(self) -> Drawing:
        """The bands of columns one below the other."""
        size = self.size
        bands = [self.columns[start : start + size.columns] for start in range(0, len(self.columns), size.columns)]
        top, tops, x = 8.0, {}, {}
        for band in bands:
            nodes = [node for column in band for node in column]
            highest = min(node.y for node in nodes)
            for place, column in enumerate(band):
                for node in column:
                    tops[id(node)] = top + node.y - highest
                    x[id(node)] = 8.0 + place * (size.width + size.across)
            top += max(node.y + self._height(node) for node in nodes) - highest + 2 * size.down + 8
        every = [node for column in self.columns for node in column]
        for node in every:
            node.y = round(tops[id(node)], 1)
        lines = tuple(
            Way(self._path(node, other, x[id(node)], x[id(other)]), node.source, _ends(other))
            for node in every
            for other in node.behind
        )
        boxes = tuple(sorted(Box(node.source, x[id(node)], node.y) for node in every if node.is_box))
        width = 16 + min(len(self.columns), size.columns) * (size.width + size.across) - size.across
        return Drawing(size, width, round(top - 2 * size.down, 1), boxes, lines)

    def _path(self, node: _Node, other: _Node, x1: float, x2: float) -> str:
        """A curve to the next column; to the next band a way out to the right, and back in from the left."""
        y1, y2 = node.y + self._height(node) / 2, other.y + self._height(other) / 2
        start = x1 + self.size.width
        through = "" if node.is_box else f"M{x1:g} {y1:g}H{start:g}"
        if x2 > x1:
            middle = (start + x2) / 2
            return f"{through}M{start:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"
        gutter = other.y - 6
        for peer in self.columns[other.column]:
            gutter = min(gutter, peer.y - 6)
        return f"{through}M{start:g} {y1:g}h6V{gutter:g}H{x2 - 6:g}V{y2:g}H{x2:g}"
