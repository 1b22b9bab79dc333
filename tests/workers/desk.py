"""A repository with prompts, and programs that behave as a test says: `codex`, as far as its stream is concerned."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from okstra_git.workers.status_file import WorkerStatus, read_status
from tests.kit.scenario import World
from tests.kit.surroundings import heed_interrupts, program_dir

USAGE = {"input_tokens": 30, "cached_input_tokens": 10, "output_tokens": 7, "reasoning_output_tokens": 2}
SESSION = "01a22b1f-ccaf-7750-81a5-1d76848485e8"


def line(**message: Any) -> str:
    """A python statement that prints a line of the stream."""
    return f"say({json.dumps(json.dumps(message))})"


BEGIN = line(type="thread.started", thread_id=SESSION)
WORD = line(type="item.completed", item={"type": "agent_message", "text": "It said hi."})
END = line(type="turn.completed", usage=USAGE)
HEAD = f"""#!{sys.executable}
import json, os, signal, subprocess, sys, time
def say(text):
    print(text, flush=True)
"""


@dataclass
class Bench:
    """A world with workers; everything that it started is ended with it. `folder` is where lines are called."""

    world: World
    programs: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    path: str = ""
    folder: Path | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def program(self, *statements: str) -> None:
        """What `codex` does from now on, in Python."""
        file = self.programs / "codex"
        file.write_text(HEAD + "\n".join(statements) + "\n")
        file.chmod(0o755)

    def prompt(self, number: int = 1) -> Path:
        """A prompt for a worker."""
        return self.world.write(f"prompts/codex-worker-prompt{number:03}.md", "Say hi.\n")

    def environ(self) -> dict[str, str]:
        path = os.pathsep.join((str(self.programs), str(program_dir()), os.environ["PATH"]))
        return os.environ | {"PATH": path} | self.variables

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """`git okstra worker …`, in a process of its own, as in a shell."""
        process = subprocess.Popen(
            ["git", "okstra", "worker", *map(str, words), "--json"], cwd=self.folder or self.world.path,
            env=self.environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=heed_interrupts,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *words: str | Path, exit: int = 0) -> dict[str, Any]:
        """The same, to its end."""
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        assert process.returncode == exit, (out, err)
        answer: dict[str, Any] = json.loads(out)
        return answer

    def exec(self, prompt: Path, *words: str, exit: int = 0) -> dict[str, Any]:
        """`worker exec` on a prompt by what plays codex."""
        return self.run("exec", "--cli", "codex", "--prompt", prompt, "--no-pane", *words, exit=exit)

    def status(self, prompt: Path) -> WorkerStatus | None:
        """What the status file says."""
        file = prompt.with_suffix(".status.json")
        return read_status(file.read_bytes()) if file.exists() else None

    def until(self, prompt: Path, *kinds: str) -> WorkerStatus:
        """The status once the last event is of one of these kinds."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            status = self.status(prompt)
            if status is not None and status.last.kind in kinds:
                return status
            time.sleep(0.05)
        raise AssertionError(f"never seen: {kinds}, but {self.status(prompt)}")

    def close(self) -> None:
        """End what a failed test may have left: whatever has this world in its command line."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid != os.getpid() and any(str(self.world.path) in word for word in process.cmdline()):
                    process.kill()
        for started in self.started:
            with suppress(ProcessLookupError):
                started.send_signal(signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                started.communicate(timeout=10)


def lives(pids: Sequence[int]) -> list[int]:
    """Those of the processes that still live; zombies do not."""
    return [pid for pid in pids if Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()]
