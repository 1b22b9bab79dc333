"""Command lines of skills: found, held against what a permission rule can match, and parsed as the real ones are."""

import re
import shlex
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from typer.exceptions import TyperException

from okstra_cli.global_flags import split_line
from okstra_cli.lazy import Root
from okstra_git.contract import (
    CONCURRENT_LABEL,
    GROUP_HANDOFF,
    INSTRUCTION_SET_LABEL,
    TASK_ROOT_LABEL,
    VERIFICATION_SCOPES,
)
from okstra_git.errors import OkstraError
from okstra_git.names import parse_task_key
from okstra_git.phases import PHASES
from tests.house.skill_texts import AgentText

PLACEHOLDER = re.compile(r"<([a-z][a-z-]*)>")
LABELS = (TASK_ROOT_LABEL, INSTRUCTION_SET_LABEL, CONCURRENT_LABEL)
"""What a prepare prints; they begin like a command and are none."""

PLACEHOLDERS = {
    "answer": "auto",
    "answer-file": ".okstra/drafts/login.answer.txt",
    "base": "main",
    "branch": "feature/web/login-stage-2",
    "brief-file": ".okstra/briefs/web/login.md",
    "clarification": "C-003",
    "data": ".okstra/tasks/shop/web/login/runs/error-analysis/reports/final-report-error-analysis-001.data.json",
    "data-json": ".okstra/verification-2.json",
    "group": "web",
    "items": "claude:F-001,codex:1.1",
    "meaning-file": ".okstra/drafts/login.meaning.txt",
    "message": "Add the session store",
    "model": "some-model-5",
    "name": "login",
    "next-phase": "release-handoff(stage-group)",
    "nonce": "0c709f3edf90b7dc",
    "number": "1",
    "old-url": "https://forge.example/shop/pull/5",
    "path": "src/session.py",
    "project": "shop",
    "prompt-file": ".okstra/tasks/shop/web/login/runs/error-analysis/prompts/codex-worker-prompt001.md",
    "question-file": ".okstra/drafts/login.question.txt",
    "reason": "the test database is down",
    "ref": "feature/web/login-stage-2",
    "report": ".okstra/tasks/shop/web/login/runs/error-analysis/reports/final-report-error-analysis-001.md",
    "run": "01J9ZKQ2V7",
    "source-file": ".okstra/drafts/login.source.txt",
    "run-dir": ".okstra/tasks/shop/web/login/runs/error-analysis",
    "stage": "2",
    "stages": "2,3",
    "task-key": "shop:web:login",
    "task-type": "implementation-planning",
    "term": "Passkey",
    "text-file": ".okstra/drafts/login.item.txt",
    "ticket": "SHOP-12",
    "title-file": ".okstra/drafts/login.title.txt",
    "url": "https://forge.example/shop/pull/7",
    "worker": "codex",
    "team-state": ".okstra/tasks/shop/web/login/runs/error-analysis/state/team-state-error-analysis-001.json",
    "worktree": "/home/ada/.okstra/worktrees/shop/web/login/stage-2",
}
"""What each placeholder may stand for; one that is not here is a breach, so a name means one thing in all skills."""

GIT = {"status", "log", "show", "diff", "rev-parse", "add", "commit"}
FLAGS = {
    "codex": {"--version", "--sandbox", "--model", "-o"},
    "gemini": {"--version", "--model", "-p"},
}
"""Flags of the vendors' programs that are documented by them; others would be inventions."""

OTHERS = (
    "bash", "cat", "cd", "claude", "cp", "curl", "echo", "env", "export", "find", "gh", "grep", "head", "jq", "ls",
    "mkdir", "mv", "node", "npx", "pip", "python", "python3", "sed", "sh", "sleep", "sudo", "tail", "tee", "test",
    "tmux", "touch", "uvx", "xargs",
)  # fmt: skip
"""Programs that a line could be tempted to use, and that no skill needs."""

WALL = {
    "$": "a variable", "`": "a substitution", "|": "a pipe", ">": "a redirection", "<": "a redirection",
    ";": "a second command", "&": "a second command", "\\": "an escape", "~": "an expansion", "\n": "a second line",
}  # fmt: skip
"""What makes a line more than one literal command, quoted or not, since permission rules do not look at quotes."""

_QUOTED = re.compile(r"'[^']*'")


def is_line(span: str) -> bool:
    """Whether a code span is a command line: a program with something behind it, and no label that looks like one."""
    if span.startswith(LABELS):
        return False
    words = span.split()
    return len(words) > 1 and (words[0] in ("okstra", "git", "rm", *FLAGS, *OTHERS) or "=" in words[0][1:])


def lines_of(text: AgentText) -> list[str]:
    """Every command line, of blocks marked `sh` and of code spans."""
    blocks = [line for fence in text.fences if fence.language == "sh" for line in fence.lines if line.strip()]
    return list(dict.fromkeys([*blocks, *(span for span in text.spans if is_line(span))]))


def stray_lines(text: AgentText) -> Iterator[str]:
    """Commands in blocks that are not marked as such, which nobody would check."""
    for fence in text.fences:
        if fence.language != "sh":
            yield from (f"{text.path}: {line!r} is not in a block marked sh" for line in fence.lines
                        if is_line(line.strip()))  # fmt: skip


def line_breaches(line: str) -> Iterator[str]:
    """Why a line is not one literal command that okstra, or a harmless program, understands."""
    walls = list(impurities(line))
    if walls:
        yield from (f"{why}: {line}" for why in dict.fromkeys(walls))
        return
    unknown = [name for name in PLACEHOLDER.findall(line) if name not in PLACEHOLDERS]
    if unknown:
        yield from (f"no meaning for <{name}>: {line}" for name in unknown)
        return
    yield from (f"{why}: {line}" for why in _refusals(shlex.split(filled(line))))


def filled(line: str) -> str:
    """The line with a plausible value for each placeholder."""
    return PLACEHOLDER.sub(lambda found: PLACEHOLDERS.get(found[1], "x"), line)


def impurities(line: str) -> Iterator[str]:
    """What makes a shell, or a permission rule, read more than literal words into the line."""
    plain = PLACEHOLDER.sub("x", line)
    yield from (f"{why} ({mark})" for mark, why in WALL.items() if mark in plain)
    bare = _QUOTED.sub("x", plain)
    if "'" in bare or '"' in bare:
        yield "quotes other than a pair of single ones"
    elif re.search(r"[*?\[\]{}()!#]", bare):
        yield "something a shell expands"
    if re.match(r"\w+=", line):
        yield "an environment variable in front"
    for name in PLACEHOLDER.findall(_QUOTED.sub("x", line)):
        if " " in PLACEHOLDERS.get(name, ""):
            yield f"<{name}> may hold spaces and is not quoted"


def _refusals(words: list[str]) -> Iterator[str]:
    program, rest = words[0], words[1:]
    if program == "okstra":
        yield from _okstra_refusals(rest)
    elif program == "git":
        yield from _git_refusals(rest)
    elif program in FLAGS:
        yield from (f"no verified flag {word}" for word in rest if word.startswith("-") and word not in FLAGS[program])
    elif program != "rm" or len(rest) != 1 or not rest[0].startswith(".okstra/wizard/"):
        yield "a program that skills do not run"


def _git_refusals(words: list[str]) -> Iterator[str]:
    if words[:1] == ["okstra"]:
        yield from _okstra_refusals(words[1:])
        return
    rest = words[2:] if words[:1] == ["-C"] else words
    if rest[:1] == ["okstra"]:
        yield "git's own -C, which no permission for okstra covers"
    elif not rest or rest[0] not in GIT:
        yield "a git command that skills do not run"


def _okstra_refusals(words: list[str]) -> Iterator[str]:
    """What the real parser says to the words, and what their values cannot be; no command is carried out."""
    session = SimpleNamespace(command_path="okstra")
    try:
        _, rest = split_line(words)
        command: Any = Root()
        context = command.make_context("okstra", rest, obj=session, resilient_parsing=False)
        while hasattr(command, "resolve_command"):
            _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            context = command.make_context(command.name, rest, parent=context, resilient_parsing=False)
    except TyperException as error:
        yield f"it cannot be parsed: {error.format_message()}"
        return
    except OkstraError as error:
        yield str(error)
        return
    for parameter in command.params:
        given = context.params.get(parameter.name)
        for value in given if isinstance(given, list | tuple) else [given]:
            if isinstance(value, str) and value != parameter.default and not _fits(parameter.metavar or "", value):
                yield f"{value!r} is no {parameter.metavar}"


def _is_task_key(value: str) -> bool:
    try:
        parse_task_key(value)
    except OkstraError:
        return False
    return True


KINDS: dict[str, Callable[[str], bool]] = {
    "N": str.isdecimal,
    "PID": str.isdecimal,
    "P:G:T": _is_task_key,
    "KEY": _is_task_key,
    "TASK": _is_task_key,
    "RUN": lambda value: len(value) > 3 and value.isalnum(),
    "TYPE": (*PHASES, GROUP_HANDOFF).__contains__,
    "SCOPE": VERIFICATION_SCOPES.__contains__,
    "URL": lambda value: value.startswith("https://"),
    "2,3": lambda value: all(part.isdecimal() for part in value.split(",")),
}
"""What the value of an option is held against, by how its help writes the value."""


def _fits(metavar: str, value: str) -> bool:
    alternatives = metavar.strip("[]").split("|")
    if len(alternatives) == 1:
        fits = KINDS.get(alternatives[0])
        return fits is None or fits(value)
    return any(value == each if each.islower() else _fits(each, value) for each in alternatives)
