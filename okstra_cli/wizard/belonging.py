"""Refuses to go on with a wizard in another repository than the one that it looked at when it began."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from okstra_cli.wizard.saved import StateRefused
from okstra_git.git.repo import NoRepository

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_cli.wizard.chosen import State


def require_home(session: Session, state: State, path: str) -> None:
    """Refuse a state of another clone, a copied clone's old one among them; outside any repository its facts hold."""
    there = state.facts["common_dir"]
    try:
        here = str(session.git.common_dir)
    except NoRepository:
        here = there
    if here != there or not os.path.isdir(there):
        message = f"the state file {path} is about another repository: {there}"
        hint = "nothing was changed; begin anew here with git okstra wizard init and another --state-file"
        raise StateRefused("wizard.state-foreign", message, hint)
