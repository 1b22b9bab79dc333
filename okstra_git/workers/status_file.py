"""The status file of a worker: written by its supervisor alone, read by everybody, checked like any document.

No pydantic here: a supervisor may wait for hours, and has to be small.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

State = Literal["starting", "running", "ended"]
SCHEMA = 1
LARGEST = 1 << 20
"""Bytes of a status file that are read; ours have some hundreds."""
_TEXT, _NUMBER = 4_000, 1 << 53


@dataclass(frozen=True)
class ProcessMark:
    """A process as written down: `born` tells it from a later one with the same pid (`host/process_facts.py`)."""

    pid: int = 0
    born: float = 0.0


@dataclass(frozen=True)
class LastEvent:
    """What a program told last: the event's kind and text, and when (seconds since 1970)."""

    kind: str = ""
    text: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class WorkerStatus:
    """What is known of one worker.

    Times are seconds since 1970. `wrapper` names the program that wrote the file; `host` and `boot` are those of
    `supervisor` and `program`. `status` and `reason` are empty until the program has ended; `state` is `ended` once all
    is recorded, too. `exit` is negative for a signal. `access` is `read` or `write`. `tokens` is what was seen so far,
    `usage` the counters of the end (see `agents/tokens.py`), by model. `mark` is in the environment of everything that
    the worker started. `unrecorded` says why the ledger does not know of the end; it is empty when it does, or has not
    to.
    """

    wrapper: str = "okstra worker exec"
    cli: str = ""
    worker: str = ""
    role: str = ""
    access: str = ""
    run: str = ""
    prompt: str = ""
    log: str = ""
    answer: str = ""
    host: str = ""
    boot: str = ""
    supervisor: ProcessMark = field(default_factory=ProcessMark)
    program: ProcessMark = field(default_factory=ProcessMark)
    started: float = 0.0
    heartbeat: float = 0.0
    ended: float | None = None
    state: State = "starting"
    session: str = ""
    is_resumed: bool = False
    model: str = ""
    events: int = 0
    retries: int = 0
    turns: int = 0
    tokens: int = 0
    last: LastEvent = field(default_factory=LastEvent)
    status: str = ""
    reason: str = ""
    message: str = ""
    resets: str = ""
    exit: int | None = None
    confidence: str = ""
    usage: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    snapshot: str = ""
    pane: str = ""
    mark: str = ""
    unrecorded: str = ""

    def to_json(self) -> bytes:
        """The whole file, with keys in camel case."""
        values = {_camel(key): value for key, value in asdict(self).items()}
        return json.dumps({"schema": SCHEMA, **values}, ensure_ascii=False, indent=1).encode() + b"\n"

    def changed(self, **values: Any) -> "WorkerStatus":
        """The same with some facts replaced."""
        return replace(self, **values)


def read_status(data: bytes) -> WorkerStatus | None:
    """The status in a file's bytes; None when it is not one. Values of another kind than ours count as missing."""
    try:
        values = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or values.get("schema") != SCHEMA or not isinstance(values.get("cli"), str):
        return None
    default = WorkerStatus()
    known = {
        each.name: _checked(values.get(_camel(each.name)), getattr(default, each.name)) for each in fields(default)
    }
    if known["state"] not in ("starting", "running", "ended"):
        return None
    known["exit"], known["ended"] = _whole(values.get("exit")), _moment(values.get("ended"))
    known["usage"] = _usage(values.get("usage"))
    return WorkerStatus(**known)


def status_name(prompt: str) -> str:
    """Where the status of the worker on this prompt is written: never over the prompt itself.

    >>> status_name("prompts/codex-worker-prompt001.md"), status_name("prompts/notes")
    ('prompts/codex-worker-prompt001.status.json', 'prompts/notes.status.json')
    """
    return beside(prompt, "status.json")


def beside(prompt: str, ending: str) -> str:
    """The path of the prompt with `.md` replaced by another ending, or with that appended where it has no `.md`."""
    return f"{prompt.removesuffix('.md')}.{ending}"


def _checked(value: Any, default: Any) -> Any:
    if isinstance(default, ProcessMark):
        mark = value if isinstance(value, dict) else {}
        return ProcessMark(_whole(mark.get("pid")) or 0, _moment(mark.get("born")) or 0.0)
    if isinstance(default, LastEvent):
        last = value if isinstance(value, dict) else {}
        return LastEvent(_text(last.get("kind")), _text(last.get("text")), _moment(last.get("at")) or 0.0)
    if isinstance(default, str):
        return _text(value)
    if isinstance(default, bool):
        return value is True
    return (_moment(value) if isinstance(default, float) else _whole(value)) or 0


def _text(value: Any) -> str:
    return value[:_TEXT] if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if type(value) is int and abs(value) <= _NUMBER else None


def _moment(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= _NUMBER else None


def _usage(value: Any) -> dict[str, dict[str, int]]:
    models = value if isinstance(value, dict) else {}
    return {
        _text(model): {_text(key): count for key, count in counts.items() if (_whole(count) or 0) > 0}
        for model, counts in list(models.items())[:100]
        if isinstance(counts, dict)
    }


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
