"""Threads open repositories side by side, as a forecast does with worktrees; a crash would end the whole process."""

import subprocess
import sys

from tests.kit.scenario import World

OPEN = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from okstra_git.git.repo import open_repository

def open_often(path):
    return [open_repository(path).common_dir for _ in range(60)]

with ThreadPoolExecutor(8) as threads:
    seen = [place for places in threads.map(open_often, [Path(sys.argv[1])] * 8) for place in places]
print(len(seen), len(set(seen)))
"""


def test_many_threads_open_one_repository(world: World) -> None:
    world.commit("A")
    line = [sys.executable, "-c", OPEN, str(world.path)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, env=world.environ())
    assert (done.returncode, done.stdout) == (0, "480 1\n"), done.stderr
