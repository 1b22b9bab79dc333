"""`python -m tests.stories.answers --write`: play the story in both forms and record every answer anew."""

import os
import sys
import time

import pygit2
from pygit2.enums import ConfigLevel

from tests.kit.memory import work_in_memory
from tests.kit.scenario import World
from tests.kit.surroundings import scratch_dir, sealed_environ
from tests.stories.answers.recording import FLAGS, Recorder, write
from tests.stories.answers.story import play


def main(words: list[str]) -> int:
    """Write the files of both forms; without `--write` nothing is done."""
    if words != ["--write"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    work_in_memory()
    _seal()
    for form in FLAGS:
        recorder = Recorder(World.begin(scratch_dir() / "shop"), form)
        play(recorder)
        write(form, recorder.pages())
    return 0


def _seal() -> None:
    """An empty home, and nothing of the caller's, for the rest of this process."""
    home = scratch_dir()
    sealed = sealed_environ(home)
    os.environ.clear()
    os.environ.update(sealed)
    time.tzset()
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = str(home)


sys.exit(main(sys.argv[1:]))
