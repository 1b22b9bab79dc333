"""What a program answered: exit status, standard output, standard error."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One finished command."""

    command: tuple[str, ...]
    exit: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output read as exactly one JSON value."""
        return json.loads(self.out)

    def expect(self, *statuses: int) -> "Answer":
        """Itself, or an assertion that shows everything the command said."""
        if self.exit not in statuses:
            wanted = " or ".join(map(str, statuses))
            said = f"--- stdout\n{self.out}\n--- stderr\n{self.err}"
            raise AssertionError(f"{' '.join(self.command)}\nexited {self.exit}, expected {wanted}\n{said}")
        return self


def run_program(
    command: Sequence[str], *, cwd: Path, environ: Mapping[str, str], stdin: str | bytes = b"", timeout: float = 120
) -> Answer:
    """Run a real process to its end; bytes that are not UTF-8 survive as surrogates."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command, cwd=cwd, env=environ, input=given, capture_output=True, timeout=timeout, check=False)
    out, err = (stream.decode(errors="surrogateescape") for stream in (done.stdout, done.stderr))
    return Answer(tuple(command), done.returncode, out, err)
