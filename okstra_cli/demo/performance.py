"""Sets the stage for the demo, tells its story as it happens, and clears up."""

from __future__ import annotations

import os
import site
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.demo.playground import Beat, Playground
from okstra_cli.demo.story import tell
from okstra_cli.output import Answer
from okstra_cli.output import tell as show
from okstra_cli.page import clean
from okstra_cli.session import find_program
from okstra_cli.views import demo as view
from okstra_git.errors import refuse
from okstra_git.paths import real_path

if TYPE_CHECKING:
    from okstra_cli.session import Session

SOURCE = real_path(Path(__file__)).parents[2]


def perform(session: Session, keep: Path | None) -> Answer:
    """The demo from curtain to curtain; as text it is shown beat by beat."""
    started = time.monotonic()
    beats: list[Beat] = []
    program = find_program()
    with _directories(session, keep) as (repository, home):
        play = Playground(repository, home, _surroundings(session, program), session.now() - timedelta(hours=9))
        if not session.wants_json:
            show(session, view.opening_page(repository, kept=keep is not None))
        for beat in tell(play):
            beats.append(beat)
            if not session.wants_json:
                show(session, view.beat_page(beat, number=sum(view.is_title(shown_beat) for shown_beat in beats)))
    seconds = time.monotonic() - started
    kept = repository if keep is not None else None
    return Answer(
        view.demo_json(beats, kept=kept, seconds=seconds), lambda: view.closing_page(kept=kept, seconds=seconds)
    )


@contextmanager
def _directories(session: Session, keep: Path | None) -> Iterator[tuple[Path, Path]]:
    """Where the repository goes, and a home beside it that never outlives the story."""
    with tempfile.TemporaryDirectory(prefix="okstra-demo-") as scratch:
        home = real_path(Path(scratch)) / "home"
        home.mkdir()
        yield (_empty(session.cwd / keep) if keep is not None else home.with_name("shop")), home


def _empty(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        full = next(directory.iterdir(), None) is not None
    except OSError as error:
        raise refuse(
            "demo.no-directory",
            f"{clean(str(directory))} cannot be used: {error.strerror}",
            hint="name a new directory with --keep DIR",
        ) from error
    if full:
        raise refuse(
            "demo.not-empty",
            f"{clean(str(directory))} is not empty; the demo only makes new repositories",
            hint="name a new directory with --keep DIR",
            directory=str(directory),
        )
    return real_path(directory)


def _surroundings(session: Session, program: Path) -> Mapping[str, str]:
    """Variables by which git and its hooks find this program, and nothing of the user's."""
    paths = [str(program.parent), session.environ.get("PATH", os.defpath)]
    variables = {
        "PATH": os.pathsep.join(paths),
        "PYTHONUSERBASE": site.getuserbase(),  # found through HOME otherwise, which is another one in the demo
        "OKSTRA_FAULT_POINT": "",
    }
    if (SOURCE / "pyproject.toml").is_file():
        variables["PYTHONPATH"] = os.pathsep.join([str(SOURCE), *filter(None, [session.environ.get("PYTHONPATH")])])
    return variables
