"""A home and an environment in which the real programs ask a service of the test, and nobody else."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import require_tool
from tests.kit.vendors.service import Service, serving

KEY = "scripted-key-0000000"
"""Twenty characters: Claude Code knows an approved key by its last twenty."""

_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}
"""Nothing but the loopback address is reached."""

_CODEX = """\
model = "gpt-5"
model_provider = "scripted"
check_for_update_on_startup = false

[analytics]
enabled = false

[features]
plugins = false
apps = false

[model_providers.scripted]
name = "scripted"
base_url = "{address}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 1
stream_max_retries = 1
"""
_GEMINI = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "general": {"enableAutoUpdate": False, "maxAttempts": 1},
    "tools": {"allowed": ["run_shell_command"]},
}


@dataclass(frozen=True)
class Vendors:
    """The service, and the home whose programs ask it; `os.environ` of the test has what they need."""

    service: Service
    home: Path

    def trust(self, *projects: Path) -> None:
        """The user of this home trusts the projects: rules and hooks in them count for Claude Code."""
        settings = self.home / ".claude.json"
        content = json.loads(settings.read_text())
        content["projects"] |= {str(path): {"hasTrustDialogAccepted": True} for path in projects}
        settings.write_text(json.dumps(content))

    def let_gemini_repeat(self, attempts: int) -> None:
        """Gemini asks so many times where it otherwise gives up at once; it waits five seconds before each."""
        settings = self.home / ".gemini/settings.json"
        content = json.loads(settings.read_text())
        content["general"]["maxAttempts"] = attempts
        settings.write_text(json.dumps(content))

    def run_claude(self, project: Path, *options: str, environ: Mapping[str, str] | None = None) -> Answer:
        """One headless turn of Claude Code in the project; standard output has a JSON object on each line."""
        command = [str(require_tool("claude")), "-p", "Go on", "--output-format", "stream-json", "--verbose", *options]
        return run_program(command, cwd=project, environ=os.environ if environ is None else environ)


@contextmanager
def vendors_for(home: Path) -> Iterator[Vendors]:
    """A service, the settings of all three programs in the home, and their variables in `os.environ`.

    Repetitions are few and a silent service is given up after some seconds, so that a test of failures is short.
    Who wants more sets the variables again, or writes the files anew.
    """
    with serving() as service:
        _write(home / ".claude.json", _claude_settings())
        _write(home / ".gemini/settings.json", _GEMINI)
        _write(home / ".codex/config.toml", _CODEX.format(address=service.address))
        os.environ.update(variables(service.address))
        yield Vendors(service, home)


def variables(address: str) -> dict[str, str]:
    """What the environment of a program says about the service at this address."""
    return {
        **_QUIET,
        "ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": KEY,
        "CLAUDE_CODE_MAX_RETRIES": "1", "API_TIMEOUT_MS": "20000",
        "GOOGLE_GEMINI_BASE_URL": address, "GEMINI_API_KEY": KEY,
        "SCRIPTED_KEY": KEY,
    }  # fmt: skip


def _claude_settings() -> dict[str, Any]:
    """With what the interactive program would ask first."""
    keys = {"approved": [KEY], "rejected": []}
    return {"projects": {}, "hasCompletedOnboarding": True, "theme": "dark", "customApiKeyResponses": keys}


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
