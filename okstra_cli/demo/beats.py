"""What a story consists of, beat by beat: headings, sentences, commands with what came of them."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Title:
    """Opens an act of the story."""

    text: str


@dataclass(frozen=True)
class Say:
    """A sentence or two for the reader."""

    text: str


class Move(NamedTuple):
    """A stage that followed its commit."""

    stage: int
    old: str
    new: str
    proof: str
    landed: bool


@dataclass(frozen=True)
class Ran:
    """A command as a person types it, and what came of it.

    `said` are the lines of an okstra command, `heard` those that okstra wrote to standard error, from a hook or as a
    note; `moves` are the records that followed their commits.
    """

    command: str
    exit_status: int = 0
    said: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def proofs(self) -> list[str]:
        """The proofs by which records were followed, each once."""
        return list(dict.fromkeys(move.proof for move in self.moves))


Beat = Title | Say | Ran
