"""`report render` for agents, who pay for it with every report: the common case, without the command tree and git."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from okstra_cli.views.report_render import written_json
from okstra_git.errors import SCHEMA
from okstra_git.porcelain.report_render import write_report_at_once

_TEXT, _JSON, _OUTPUT = "--text", "--json", "--output"


class _Line(NamedTuple):
    data: str
    output: str | None
    is_text: bool


def try_render(words: Sequence[str], *, cwd: str, stdout: TextIO) -> int | None:
    """The exit status once the report is written; None = nothing was done, and the line goes the ordinary way.

    That is so for whatever is not the common case: a terminal, which wants its own form, other flags, data with
    problems, a report that is there already, and everything that is to be refused.
    """
    line = None if stdout.isatty() else _read_line(words)
    written = write_report_at_once(Path(cwd), line.data, line.output) if line is not None else None
    if line is None or written is None:
        return None
    facts = {"ok": True, "schema": SCHEMA, **written_json(written)}
    answer = written.line if line.is_text else json.dumps(facts, ensure_ascii=False)
    stdout.write(answer.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    return 0


def _read_line(words: Sequence[str]) -> _Line | None:
    """The words as `DATA [--output FILE] [--text|--json]`, in any order; None where there are others."""
    data, output, forms, rest = [], [], [], list(words)
    while rest:
        word = rest.pop(0)
        if word == _OUTPUT and rest:
            output.append(rest.pop(0))
        elif word in (_TEXT, _JSON):
            forms.append(word)
        elif word.startswith("-"):
            return None
        else:
            data.append(word)
    if len(data) != 1 or not data[0] or len(output) > 1 or len(forms) > 1:
        return None
    return _Line(data[0], output[0] if output else None, forms == [_TEXT])
