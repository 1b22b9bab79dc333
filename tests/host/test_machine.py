"""Who may own a lock file."""

import subprocess
import sys
from pathlib import Path

from okstra_git.host.machine import holders_of


def test_a_process_that_has_the_file_open_holds_it(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    lock.touch()
    script = "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert process.pid in [facts.pid for facts in holders_of(lock, directory=tmp_path, work_tree=None)]
    finally:
        process.kill()
        process.wait()
    assert process.pid not in [facts.pid for facts in holders_of(lock, directory=tmp_path, work_tree=None)]


def test_git_at_work_in_the_repository_counts_as_a_holder(tmp_path: Path) -> None:
    lock = tmp_path / "b.lock"
    lock.touch()
    process = subprocess.Popen(["git", "cat-file", "--batch"], cwd=_repository(tmp_path), stdin=subprocess.PIPE)
    try:
        assert process.pid in [facts.pid for facts in holders_of(lock, directory=tmp_path, work_tree=tmp_path)]
    finally:
        process.kill()
        process.wait()


def _repository(path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    return path
