"""Reading what 200 MB of transcripts say was used, against parsing the same lines with the standard library."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import ROOT

MEGABYTES = 200
LIMIT = 1.5
"""The most that reading may cost as a multiple of parsing, in processor time."""

MOST_MEMORY = 150
"""Megabytes of memory at the most."""

_PARSE = "import json, sys\nfor line in open(sys.argv[1], 'rb'):\n    json.loads(line)\n"
_READ = {
    "claude": "from okstra_git.agents.claude_usage import read_claude_transcripts as read\n"
    "import sys\nassert read([open(sys.argv[1], 'rb')]).tokens.total\n",
    "codex": "from okstra_git.agents.codex_usage import read_codex_rollout as read\n"
    "import sys\nassert read(open(sys.argv[1], 'rb')).tokens.total\n",
    "gemini": "from okstra_git.agents.gemini_usage import read_gemini_chat as read\n"
    "import sys\nassert read(open(sys.argv[1], 'rb')).tokens.total\n",
}


def sample_lines(program: str) -> list[dict[str, object]]:
    """Lines of a session as the program writes them; their ids are made different for every copy."""
    name = {"claude": "claude-tool.transcript", "codex": "codex-tool.rollout", "gemini": "gemini-tool.chat"}[program]
    text = (ROOT / "tests/agents/samples" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def write_transcript(program: str, path: Path) -> None:
    """A session that went on for so many megabytes, each answer with ids of its own and words of usual length."""
    lines, words, size, number = sample_lines(program), "some words of a conversation " * 60, 0, 0
    with path.open("w", encoding="utf-8") as file:
        while size < MEGABYTES << 20:
            number += 1
            for line in lines:
                text = json.dumps(line | {"filler": words})
                text = text.replace("msg_000", f"msg_{number}_").replace("req_000", f"req_{number}_")
                size += file.write(text.replace("resp_000", f"resp_{number}_") + "\n")


def timed(code: str, path: Path) -> tuple[float, float]:
    """Seconds of processor time and megabytes of memory of a Python of its own."""
    counted = "import resource\nu = resource.getrusage(resource.RUSAGE_SELF)\nprint(u.ru_maxrss)\n"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [sys.executable, "-c", code + counted, str(path)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(done.stdout) / 1024


def main() -> int:
    """Print seconds, ratios and memory; 1 when a limit is passed."""
    failed = False
    with TemporaryDirectory() as folder:
        for program, code in _READ.items():
            path = Path(folder) / f"{program}.jsonl"
            write_transcript(program, path)
            parsing, _ = timed(_PARSE, path)
            reading, memory = timed(code, path)
            path.unlink()
            ratio = reading / parsing
            failed |= ratio > LIMIT or memory > MOST_MEMORY
            sys.stdout.write(
                f"{program:<7}{reading:6.2f} s to {parsing:.2f} s of parsing: {ratio:.2f} x (at most {LIMIT}), "
            )
            sys.stdout.write(f"{memory:.0f} MiB (at most {MOST_MEMORY})\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
