"""Runs of the real programs as they were heard: written by who has the programs, and heard again by who has not."""

import json
import re
from pathlib import Path
from typing import Any

from okstra_git.agents.catalog import find_program
from okstra_git.agents.outcomes import RunOutcome, settle_run
from okstra_git.agents.sessions import find_session, homes_of
from okstra_git.agents.tokens import Tokens
from tests.agents.endings_table import Case
from tests.agents.real import RealRun
from tests.kit.vendors.homes import Vendors

RUNS = Path(__file__).with_name("samples") / "runs"
HOME, PROJECT = "/home/ada", "/home/ada/project"
_LONG, _MANY = 240, 4


def path_of(program: str, name: str) -> Path:
    """Where the recording of a case is: its end on the first line, then the stream, then lines of files."""
    return RUNS / f"{program}-{name.replace(' ', '-')}.jsonl"


def record(program: str, name: str, run: RealRun, vendors: Vendors, project: Path) -> None:
    """Write the end, the truth, the stream and the session's files, without long texts and paths of this machine."""
    moved = {str(project): PROJECT, str(vendors.home): HOME}
    stderr = [line[:_LONG] for line in _clean(run.stderr, moved).splitlines()[:5]]
    heard: list[object] = [{"exit": run.exit_code, "truth": list(vendors.service.truth()), "stderr": "\n".join(stderr)}]
    heard += [{"stream": _clean(line.decode(), moved)} for line in run.lines]
    for file in find_session(program, run.reader.session, homes_of(vendors.home, {})):
        path = file.root / file.name
        where = re.sub(r"projects/[^/]+/", "projects/-home-ada-project/", str(path.relative_to(vendors.home)))
        heard += [{"file": where, "line": _clean(line, moved)} for line in path.read_text().splitlines()]
    target = path_of(program, name)
    target.parent.mkdir(exist_ok=True)
    target.write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in heard))


def hear_again(program: str, name: str, case: Case, home: Path) -> tuple[RunOutcome, Tokens]:
    """What comes of the recording, its files being in this home; and the truth."""
    end, *heard = map(json.loads, path_of(program, name).read_text().splitlines())
    chosen = find_program(program)
    reader = chosen.reader()
    for each in heard:
        if "stream" in each:
            reader.take(_line(each["stream"]).encode())
        else:
            (home / each["file"]).parent.mkdir(parents=True, exist_ok=True)
            with (home / each["file"]).open("a") as file:
                file.write(f"{_line(each['line'])}\n")
    ending = reader.end(end["exit"], end["stderr"], sent=next(iter(case.send), None), stopped=case.stopped)
    return settle_run(chosen, reader, ending, homes_of(home, {})), Tokens(*end["truth"])


def _line(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _clean(text: str, moved: dict[str, str]) -> Any:
    """The object of a line, or the text itself."""
    for real, shown in moved.items():
        text = text.replace(real, shown).replace(re.sub(r"[^a-zA-Z0-9]", "-", real), shown.replace("/", "-"))
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", text)
    text = re.sub(r"(file://)?/(dev/shm|tmp)(?=[/\"'\\])[^\s\"')\\]*", "/somewhere", text)
    try:
        return _shortened(json.loads(text))
    except ValueError:
        return text.strip()


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(each) for key, each in value.items()}
    if isinstance(value, list):
        left_out = [f"<{len(value) - _MANY} more>"] if len(value) > _MANY and isinstance(value[0], str) else []
        return [_shortened(each) for each in (value[:_MANY] if left_out else value)] + left_out
    return f"<{len(value)} characters left out>" if isinstance(value, str) and len(value) > _LONG else value
