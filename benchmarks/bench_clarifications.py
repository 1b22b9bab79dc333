"""Answering in a clarification table of ten times the rows, and in a report of five megabytes of odd cells."""

import gc
import sys
import time
from collections.abc import Callable

from benchmarks.measuring import judge, say
from okstra_git.contract import CLARIFICATION_COLUMNS
from okstra_git.documents.markdown import MAX_BYTES, parse_document
from okstra_git.reports.answering import answered_text, carried_rows
from okstra_git.reports.cells import read_cell, read_line, write_cell
from okstra_git.reports.user_response import Meant, list_problems, read_response

FEW, MANY, LIMIT = 80, 800, 12.0
ROUNDS = 5
HEAD = f"## 1. Clarification Items\n\n| {' | '.join(CLARIFICATION_COLUMNS)} |\n|{'---|' * 8}\n"
ODD = ("`" * 3 + " ` ", "\\", "|", "<!--", "[a](", "*_*", "&amp", "<br", "\u202e\u05d0")
"""What is repeated to a cell of a megabyte, where a backtracking reader would not come to an end."""


def main() -> int:
    """Print the ratios; 1 when a limit is passed."""
    jobs: dict[str, Callable[[int], object]] = {
        "all rows answered": lambda rows: answered_text(_report(rows), _answers(rows)),
        "a file of answers looked over": _look_over,
        "all rows carried in": lambda rows: carried_rows(parse_document(_report(rows))),
    }
    ratios = [(f"{name}, ten times the rows", _ratio(job, FEW, MANY)) for name, job in jobs.items()]
    ratios += [(f"a cell of {odd[:4]!r}, ten times as long", _ratio(_cell_of(odd), 2_000, 20_000)) for odd in ODD]
    return 0 if all([judge(name, ratio, LIMIT) for name, ratio in ratios]) else 1  # noqa: C419 - print all


def _report(rows: int) -> str:
    line = "| C-{:03} | SHOP-1 | decision | Keep `a\\|b` & c? | yes/no. Recommended: yes | next-phase | open | |\n"
    text = HEAD + "".join(line.format(number) for number in range(rows))
    if len(text) > MAX_BYTES:
        raise RuntimeError("the report is longer than a document may be")
    return text


def _answers(rows: int) -> dict[str, str]:
    return {f"C-{number:03}": f"yes, {number} | `a|b`" for number in range(rows)}


def _look_over(rows: int) -> object:
    given = answered_text(_report(rows), _answers(rows)).replace("C-00", "c-00").encode()
    return list_problems(read_response(given, name="f"), parse_document(_report(rows) + " "), Meant(None, None, "r"))


def _cell_of(odd: str) -> Callable[[int], object]:
    def job(times: int) -> object:
        text = odd * times
        return read_line(f"| C-001 | {text} | `", 2).cells, read_cell(text), write_cell(text)

    return job


def _ratio(job: Callable[[int], object], few: int, many: int) -> float:
    """Processor time for many to that for few, of the quickest round of each; without the collector, as `timeit`."""
    times: dict[int, float] = {}
    for _ in range(ROUNDS):
        for size in (few, many):
            parse_document.cache_clear()
            gc.collect()
            gc.disable()
            began = time.process_time()
            job(size)
            times[size] = min(times.get(size, 1e9), time.process_time() - began)
            gc.enable()
    say(f"{few}: {times[few] * 1e3:.1f} ms, {many}: {times[many] * 1e3:.1f} ms of processor time")
    return times[many] / max(times[few], 1e-3)


if __name__ == "__main__":
    sys.exit(main())
