"""The real programs ask the service of the kit, get their steps, and are counted."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from okstra_git.agents.tokens import Tokens
from tests.kit.answers import run_program
from tests.kit.surroundings import require_tool
from tests.kit.vendors.homes import Vendors
from tests.kit.vendors.steps import Call, Refuse, Say

LINES = {
    "claude": ["claude", "-p", "--output-format", "stream-json", "--verbose", "--allowedTools", "Bash", "--", "Go on"],
    "codex": ["codex", "exec", "--json", "--skip-git-repo-check", "--sandbox", "workspace-write", "Go on"],
    "gemini": ["gemini", "-o", "stream-json", "--skip-trust", "-y", "-m", "gemini-2.5-pro", "-p", "Go on"],
}
TOOLS = {
    "claude": Call("Bash", {"command": "echo hi >heard"}),
    "codex": Call("exec_command", {"cmd": "echo hi >heard"}),
    "gemini": Call("run_shell_command", {"command": "echo hi >heard"}),
}
TRUTH = {
    "claude": Tokens(fresh=3002, cached=300, written=30, output=27),
    "codex": Tokens(fresh=3002, cached=300, output=27, thought=6),
    "gemini": Tokens(fresh=3002, cached=300, output=27, thought=6),
}


@pytest.mark.parametrize("name", LINES)
def test_a_program_carries_out_a_call_and_answers(name: str, vendors: Vendors, tmp_path: Path) -> None:
    require_tool(name)
    vendors.service.script(TOOLS[name], Say("It said hi."))
    answer = run_program(LINES[name], cwd=tmp_path, environ=os.environ).expect(0)
    assert "It said hi." in answer.out
    assert (tmp_path / "heard").read_text() == "hi\n"
    assert vendors.service.truth() == TRUTH[name]


def test_each_vendor_has_steps_of_its_own_and_the_last_is_repeated(vendors: Vendors) -> None:
    vendors.service.script(Say("to anybody"))
    vendors.service.script(Refuse(429, retry_after=1), lambda text: Say(text[:4]), vendor="openai")
    with pytest.raises(urllib.error.HTTPError) as refused:
        _ask(vendors, "/v1/responses")
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (429, "1")
    for _ in range(2):
        assert '"text": "{\\"to"' in _ask(vendors, "/v1/responses")
    assert "to anybody" in _ask(vendors, "/v1/messages")
    assert "to anybody" in _ask(vendors, "/v1beta/models/gemini-2.5-pro:generateContent")
    assert vendors.service.truth().fresh == 2001 + 3001 + 4001 + 5001
    assert sorted(vendors.service.truth_by_model()) == ["None", "gemini-2.5-pro"]


def test_a_request_without_tools_takes_no_step(vendors: Vendors) -> None:
    vendors.service.script(Say("a turn"), Say("another"))
    assert '"text": "ok"' in _ask(vendors, "/v1/messages", tools=[])
    assert "a turn" in _ask(vendors, "/v1/messages")
    assert [request.is_side for request in vendors.service.requests] == [True, False]


def _ask(
    vendors: Vendors,
    path: str,
    tools: Sequence[Mapping[str, object]] = ({"name": "any", "functionDeclarations": [{"name": "any"}]},),
) -> str:
    body = json.dumps({"tools": tools}).encode()
    with urllib.request.urlopen(vendors.service.address + path, data=body) as answer:
        return str(answer.read().decode())
