"""Carries out the steps of a plan, one after the other; each can be repeated after a run that was killed."""

from collections.abc import Iterable

from okstra_git.faults import reached
from okstra_git.outfit.files import make_folder, remove, remove_folder, replace, set_aside, write_new
from okstra_git.outfit.model import Do, Step


def carry_out(steps: Iterable[Step]) -> None:
    """Do everything, in order; refuses at the first step that the machine or somebody else's change prevents."""
    for step in steps:
        _carry_out(step)
        reached(f"setup.{step.do}")


def _carry_out(step: Step) -> None:
    match step.do:
        case Do.FOLDER:
            make_folder(step.path)
        case Do.WRITE:
            write_new(step.path, step.data)
        case Do.REPLACE | Do.EDIT | Do.RECORD:
            replace(step.path, step.data, expected=step.expected)
        case Do.ASIDE:
            set_aside(step.path, step.beside or step.path)
        case Do.REMOVE:
            remove(step.path, expected=step.expected)
        case Do.UNFOLDER:
            remove_folder(step.path)
