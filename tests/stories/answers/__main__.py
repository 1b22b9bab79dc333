"""`python -m tests.stories.answers --write`: play the story in both forms and record every answer anew."""

import sys

from tests.kit.scenario import World
from tests.kit.surroundings import scratch_dir, seal, work_in_memory
from tests.stories.answers.recording import FLAGS, Recorder, write
from tests.stories.answers.story import play


def main(words: list[str]) -> int:
    """Write the files of both forms; without `--write` nothing is done."""
    if words != ["--write"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    work_in_memory()
    seal(scratch_dir())
    for form in FLAGS:
        recorder = Recorder(World.begin(scratch_dir() / "shop"), form)
        play(recorder)
        write(form, recorder.pages())
    return 0


sys.exit(main(sys.argv[1:]))
