"""Writes docs/reference/codes.md: the code of every refusal, its exit status, and what it means."""

from itertools import groupby

from okstra_git.error_codes import CODES
from tests.docs.reference_commands import escaped, wrapped

HEAD = """\
# Codes

Written by `make docs` from the table in `okstra_git/error_codes.py`. A refusal is one sentence, a
stable code, facts and mostly the next step; with `--json` it is the object `error` of the answer.
The exit status is 1 where nothing else is said. 2 means that a person has to decide, 129 that the
command line itself was wrong.

Why a stage may not leave, and what stands against publishing, are not refusals but answers:
[codes of the handoff](handoff-codes.md).
"""


def codes_page() -> str:
    """The whole page: a chapter for what stands before the dot of a code."""
    topics = groupby(sorted(CODES), key=lambda code: code.partition(".")[0])
    return HEAD + "".join(f"\n## {topic}\n\n{''.join(map(_row, codes))}" for topic, codes in topics)


def _row(code: str) -> str:
    exit_status, meaning = CODES[code]
    status = f" (exit status {exit_status})" if exit_status != 1 else ""
    return wrapped(f"- `{code}`{status}: {escaped(meaning)}", "  ") + "\n"
