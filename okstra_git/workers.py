"""Workers, executors, model families and base branches: data that changes when a vendor does."""

from typing import NamedTuple


class Worker(NamedTuple):
    """A worker that a lead may dispatch; `cli` runs it, `role` names it in files and panes."""

    id: str
    role: str
    cli: str
    agent: str
    is_analyser: bool = True


WORKERS: dict[str, Worker] = {
    worker.id: worker
    for worker in (
        Worker("claude", "Claude worker", "claude", "claude-worker"),
        Worker("codex", "Codex worker", "codex", "codex-worker"),
        Worker("gemini", "Gemini worker", "gemini", "gemini-worker"),
        Worker("report-writer", "Report writer worker", "claude", "report-writer-worker", is_analyser=False),
    )
}
EXECUTORS = tuple(worker.id for worker in WORKERS.values() if worker.is_analyser)
DEFAULT_WORKERS = ("claude", "codex", "report-writer")
MODEL_FAMILIES = ("opus", "sonnet", "haiku")
DEFAULT_MODELS = {"lead": "opus", "claude": "sonnet", "codex": "default", "gemini": "default",
                  "report-writer": "sonnet"}  # fmt: skip
"""`default` = what the vendor's CLI takes when nobody says which."""

BASE_BRANCHES = ("main", "master", "prod", "preprod", "staging", "dev")
AGENT_PROGRAMS = ("claude", "codex", "gemini", "agy")
"""Programs that lead a run: the nearest of them above a prepare is the run's holder."""
