"""Carries out the steps of a plan, one after the other; each can be repeated after a run that was killed."""

from collections.abc import Iterable

from okstra_git.agent_setup.files import make_folder, remove, remove_folder, replace, set_aside, write_new
from okstra_git.agent_setup.model import Action, SetupStep
from okstra_git.faults import fault_point


def apply_steps(steps: Iterable[SetupStep]) -> None:
    """Do everything, in order; refuses at the first step that the machine or another change prevents."""
    for step in steps:
        _carry_out(step)
        fault_point(f"setup.{step.do}")


def _carry_out(step: SetupStep) -> None:
    match step.do:
        case Action.FOLDER:
            make_folder(step.path)
        case Action.WRITE:
            write_new(step.path, step.data)
        case Action.REPLACE | Action.EDIT | Action.RECORD:
            replace(step.path, step.data, expected=step.expected)
        case Action.ASIDE:
            set_aside(step.path, step.beside or step.path)
        case Action.REMOVE:
            remove(step.path, expected=step.expected)
        case Action.UNFOLDER:
            remove_folder(step.path)
