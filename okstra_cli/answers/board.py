"""What `board` answers."""

from typing_extensions import TypedDict


class BoardCounts(TypedDict):
    """What the page holds: all tasks, the open ones, those in one line each, and what needs a person."""

    tasks: int
    open: int
    elided: int
    needs: int


class WrittenBoard(BoardCounts):
    """`board`: the file, its size in bytes, and whether a browser was asked to open it."""

    path: str
    bytes: int
    opened: bool


class PrintedBoard(BoardCounts):
    """`board --output -`: the page itself."""

    page: str
