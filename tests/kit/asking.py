"""Drives the wizard without a repository: facts of an invented one, looks into it, and answers to every prompt."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from okstra_cli.wizard.answers import ABORTED, DIRECT_INPUT, State
from okstra_cli.wizard.machine import DONE, GROUP, prompt, submit
from okstra_cli.wizard.texts import Texts, load_texts
from okstra_cli.wizard.turn import json_line, submit_looking
from okstra_git.paths import LANGUAGES
from okstra_git.porcelain.wizard_facts import _constants

TEXTS = {language: load_texts(language) for language in LANGUAGES}
EN = TEXTS["en"]
KEYS = ("shop:web:login", "shop:web:search", "shop:api:keys", "shop:api:old")


def a_task(**changes: Any) -> dict[str, Any]:
    """A task with an approved plan of three stages, the first of which is done."""
    return {
        "title": "Log in with a passkey",
        "type": "implementation-planning",
        "next": "implementation",
        "brief": "/p/.okstra/briefs/web/login.md",
        "gate": "complete",
        "report": "/p/report.md",
        "anchor": "main",
        "plan": "approved",
        "stages": [[1, "Store keys", "done"], [2, "Show the form", "pending"], [3, "Send mail", "pending"]],
        "after": {"3": [1]},
        "ready": [2, 3],
        "auto": 2,
        "places": {},
        "branches": {},
        "stem": "feature/web/login-stage-",
    } | changes


def some_facts(**changes: Any) -> dict[str, Any]:
    """A repository with three open tasks, a closed one, and briefs in two groups."""
    recent = list(KEYS[:3])
    facts: dict[str, Any] = {
        "project": "shop",
        "root": "/p",
        "cwd": "/p",
        "common_dir": "/p/.git",
        "open": list(KEYS[:3]),
        "closed": [KEYS[3]],
        "recent": recent,
        "tasks": {KEYS[0]: a_task(), KEYS[1]: a_task(type="", next="", brief="", plan="none", stages=[]),
                  KEYS[2]: a_task(gate="pending", plan="changed")},
        "groups": ["web", "api"],
        "ids": {"web": [["pay", "brief"], ["login", "task"]], "api": []},
        "briefs": {"web": [["/p/.okstra/briefs/web/pay.md", "complete"], ["/p/.okstra/briefs/web/x.md", "pending"]]},
        "branch": "main",
        "bases": ["main", "release/2"],
        "template": None,
        **_constants(),
    }  # fmt: skip
    return facts | changes


VALID = {
    "task_key": "web:fresh", "task_group": "billing", "task_id": "fresh", "brief": "b.md", "approved_plan": "plan.md",
    "base_ref": "v1.0", "directive": "Mind the 'tests', they cost $5", "related_tasks": "shop:web:login, shop:a:b",
    "clarification": "report.md", "pr_template": "pr.md",
}  # fmt: skip
"""What a person may well type."""


def typed(state: State, step: str) -> str:
    """A sound text for this text step."""
    if step == "stage":
        from okstra_cli.wizard.answers import stages_at_choice

        return str(stages_at_choice(state)[-1])
    if step == "task_type_name":
        from okstra_cli.wizard.answers import leaves_work

        return "release-handoff" if leaves_work(state, "release-handoff") else "error-analysis"
    if step == "related_tasks":
        from okstra_cli.wizard.answers import key_of

        others = {*state.facts["open"], *state.facts["closed"]} - {key_of(state)}
        return ", ".join(sorted(others)) or "none"
    return "model-x.1" if step.endswith("_model_name") else VALID[step]


def invented_look(_: State, kind: str, name: str) -> dict[str, Any]:
    """Everything is there, but for what is called `none`; a typed plan is approved by now."""
    if "none" in name:
        return {"refused": "file_missing", "fields": {"path": name, "why": os.strerror(errno.ENOENT)}}
    found: dict[str, dict[str, Any]] = {
        "task": a_task(),
        "brief": {"path": os.path.join("/p", name), "shown": name, "gate": "pending" if "x.md" in name else "complete"},
        "plan": {"path": os.path.join("/p", name.partition(" ")[2]), "task": a_task()},
        "ref": {"ref": name},
        "file": {"path": os.path.join("/p", name)},
        "stage": {},
    }
    return found[kind]


def answer(state: State, said: str | Mapping[str, Any], texts: Texts = EN) -> State:
    """The state after an answer, looks included."""
    return submit_looking(state, said if isinstance(said, str) else json.dumps(said), texts, invented_look)


def walk(state: State, *said: str | Mapping[str, Any]) -> State:
    """The state after several answers."""
    for each in said:
        state = answer(state, each)
    return state


def questions(asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The questions of a prompt, one or several."""
    return list(asked.get("questions", [asked]))


def sound_answers(state: State) -> Iterator[str]:
    """Every answer that the prompt names; for a group every option of each tab, the other tabs at their defaults."""
    asked = prompt(state, EN)
    if asked["kind"] == "text":
        yield typed(state, asked["step"])
    elif asked["kind"] == GROUP:
        for question in asked["questions"]:
            yield from (json.dumps({question["step"]: option["value"]}) for option in question["options"])
    elif asked["multi"]:
        yield from ("default", "claude", "codex,gemini,report-writer", "claude, codex, gemini, report-writer")
    else:
        yield from (option["value"] for option in asked["options"])


def usual_answer(state: State) -> str:
    """What somebody answers who wants to get through: the default or the first option, a sound text."""
    asked = prompt(state, EN)
    if asked["kind"] == "text":
        return typed(state, asked["step"])
    if asked["kind"] == GROUP:
        return "{}"
    if "default" in asked:
        return "default"
    first = next(iter(asked["options"]))["value"]
    return "default" if asked["multi"] else str(first)


def breaches(state: State) -> Iterator[str]:
    """Where a prompt leaves the limits of the asking tool or of the contract, in either language."""
    for language, texts in TEXTS.items():
        asked = prompt(state, texts)
        size = len(json_line({"ok": True, "schema": 1, "next": asked}).encode())
        if size >= 2048:
            yield f"{language}: {asked['step']} has {size} bytes"
        if asked["kind"] in (DONE, ABORTED):
            continue
        if not 1 <= len(questions(asked)) <= 4:
            yield f"{language}: {asked['step']} asks {len(questions(asked))} questions"
        for question in questions(asked):
            yield from (f"{language}: {question['step']} {breach}" for breach in _broken(question, asked["kind"]))


def _broken(question: Mapping[str, Any], kind: str) -> Iterator[str]:
    options = question["options"]
    labels, values = [each["label"] for each in options], [each["value"] for each in options]
    if kind == "text" and options:
        yield "is a text with options"
    if kind != "text" and not 2 <= len(options) <= 4:
        yield f"has {len(options)} options"
    if len(set(labels)) < len(labels) or len(set(values)) < len(values):
        yield f"has options that look alike: {labels} {values}"
    if not all(labels) or not question["label"] or not 0 < len(question["header"]) <= 12:
        yield f"has an empty or long word: {question['header']!r}"


def reached_end(state: State) -> State:
    """The state at the end of the usual way; an AssertionError where that does not end."""
    for _ in range(60):
        if prompt(state, EN)["kind"] in (DONE, ABORTED):
            return state
        state = answer(state, usual_answer(state))
    raise AssertionError(f"no end after 60 answers: {state.turns}")


NAMES = st.from_regex(r"[a-z][a-z0-9._-]{0,62}[a-z0-9]", fullmatch=True).filter(
    lambda name: ".." not in name and not name.endswith(".lock") and name != DIRECT_INPUT
)
STAGE_STATES = ("pending", "reserved", "started", "done", "verified", "in-pr", "landed")


@st.composite
def tasks(draw: st.DrawFn) -> dict[str, Any]:
    """Any task that `gathering` could describe."""
    phases = list(_constants()["phases"])
    stages: list[list[Any]] = [
        [number, draw(st.text(max_size=40)), draw(st.sampled_from(STAGE_STATES))]
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]
    left = [number for number, _, state in stages if state in STAGE_STATES[:3]]
    ready = [number for number in left if draw(st.booleans())]
    held = [str(number) for number in left if draw(st.booleans())]
    return a_task(
        title=draw(st.text(max_size=40)),
        type=draw(st.sampled_from(["", *phases])),
        next=draw(st.sampled_from(["", *phases])),
        brief=draw(st.sampled_from(["", "/p/b.md", "/p/" + "long/" * 40 + "b.md"])),
        gate=draw(st.sampled_from(["complete", "pending", "–", "?"])),
        report=draw(st.sampled_from(["", "/p/r.md"])),
        anchor=draw(st.sampled_from(["", "main", "b" * 80])),
        plan=draw(st.sampled_from(["none", "changed", "approved"])),
        stages=stages,
        ready=ready,
        auto=min(ready, default=0),
        places={number: f"/w/{number}" for number in held},
        branches=dict.fromkeys(held, "x" * 200),
    )


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, Any]:
    """Facts of any repository, names of full length among them."""
    names = st.one_of(NAMES, st.just("n" * 64))
    projects, many = st.sampled_from(["shop", "other"]), draw(st.integers(0, 4))
    keys = [f"{draw(projects)}:{draw(names)}:{draw(names)}" for _ in range(many)]
    keys = list({key.casefold(): key for key in keys}.values())
    groups = list(dict.fromkeys(key.split(":")[1] for key in keys if key.startswith("shop:")))[:3]
    brief = st.tuples(st.sampled_from(["a", "b", "é" * 100]), st.sampled_from(["complete", "pending", "?"]))
    return some_facts(
        open=keys,
        closed=[],
        recent=keys[:3],
        tasks={key: draw(tasks()) for key in keys[:3]},
        groups=groups,
        ids={group: draw(st.lists(st.tuples(names, st.sampled_from(["brief", "task"])), max_size=3,
                                  unique_by=lambda one: one[0])) for group in groups},
        briefs={group: [[f"/p/.okstra/briefs/{group}/{name}.md", gate] for name, gate in
                        draw(st.lists(brief, max_size=4, unique_by=lambda one: one[0]))] for group in groups},
        branch=draw(st.sampled_from(["main", "", "b" * 200])),
        bases=draw(st.lists(st.sampled_from(["main", "dev", "b" * 80]), max_size=3, unique=True)),
        template=draw(st.sampled_from([None, ".github/PULL_REQUEST_TEMPLATE.md"])),
    )  # fmt: skip


__all__ = ["DIRECT_INPUT", "DONE", "EN", "KEYS", "State", "answer", "breaches", "prompt", "submit", "walk"]
