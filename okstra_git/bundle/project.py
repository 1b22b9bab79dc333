"""What a project says of itself in files: QA commands, conformance entries, and how it is built and deployed."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from okstra_git.bundle.request import WaiverAsked
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Given, Root
from okstra_git.names import quote

MAX_BYTES = 1 << 20


def read_object(root: Root, path: Given) -> dict[str, Any] | None:
    """The JSON object in a file below the root; None when there is no file. Refuses anything else."""
    data = root.find_bytes(path, MAX_BYTES)
    if data is None:
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _broken(root, path, f"is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise _broken(root, path, "does not hold a JSON object")
    return document


def _broken(root: Root, path: Given, problem: str) -> OkstraError:
    place = str(root.path / root.name(path))
    return refuse("document.broken", f"{place} {problem}", hint="mend the file, or move it away", path=place)


def read_qa_commands(root: Root, project_file: Given) -> dict[str, str]:
    """`qaCommands` of project.json: step name -> command line. Empty when the project says nothing."""
    commands = (read_object(root, project_file) or {}).get("qaCommands", {})
    if not isinstance(commands, dict) or not all(isinstance(value, str) for value in commands.values()):
        raise refuse(
            "document.broken",
            f"qaCommands in {project_file} must map step names to command lines",
            hint='for instance "qaCommands": {"db-test": "make db-test"}',
            path=str(project_file),
        )
    return dict(commands)


def declared_keys(root: Root, conformance: Given) -> list[str] | None:
    """The stage keys of the conformance manifest's entries, in order; None when the task has no manifest."""
    manifest = read_object(root, conformance)
    if manifest is None:
        return None
    entries = manifest.get("entries", [])
    rows = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return list(dict.fromkeys(key for row in rows if isinstance(key := row.get("stageKey"), str)))


def require_waivable(waivers: tuple[WaiverAsked, ...], declared: list[str] | None) -> None:
    """Every waiver names an entry that exists, or all are refused; what is not declared cannot be waived."""
    entries = declared or []
    for waiver in waivers:
        if waiver.stage_key not in entries:
            nothing = "the task has no conformance manifest"
            nothing = nothing if declared is None else "the task's conformance manifest has no entries"
            raise refuse(
                "waiver.unknown-stage",
                f"there is no conformance entry {quote(waiver.stage_key)} to waive",
                hint=f"entries: {', '.join(entries)}" if entries else f"leave --qa-waiver out: {nothing}",
                value=waiver.stage_key[:200],
                known=entries,
            )


LOOKED_AT = 5000
"""Entries of a folder that are looked at."""


class Config(NamedTuple):
    """A file or, with a slash at its end, a folder; `kind` is `build`, `container`, `deploy` or `ci`."""

    path: str
    kind: str


FILES: dict[str, tuple[str, ...]] = {
    "build": (
        "Makefile", "GNUmakefile", "CMakeLists.txt", "meson.build", "package.json", "pnpm-workspace.yaml",
        "pyproject.toml", "setup.py", "setup.cfg", "requirements*.txt", "tox.ini", "noxfile.py", "Cargo.toml",
        "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "build.sbt",
        "Gemfile", "Rakefile", "composer.json", "mix.exs", "deno.json", "tsconfig.json", "justfile", "Taskfile.yml",
        "*.sln", "*.csproj", "WORKSPACE", "MODULE.bazel", "flake.nix", "alembic.ini",
    ),
    "container": (
        "Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile", "docker-compose*.yml", "docker-compose*.yaml",
        "compose*.yml", "compose*.yaml", "docker-bake.hcl", ".dockerignore",
    ),
    "deploy": (
        "kustomization.yaml", "kustomization.yml", "skaffold.yaml", "helmfile.yaml", "Chart.yaml", "Procfile",
        "app.yaml", "fly.toml", "vercel.json", "netlify.toml", "serverless.yml", "serverless.yaml", "wrangler.toml",
        "*.tf", "Pulumi.yaml", "ansible.cfg",
    ),
    "ci": (
        ".gitlab-ci.yml", "Jenkinsfile", "azure-pipelines.yml", ".travis.yml", "bitbucket-pipelines.yml",
        ".drone.yml", "cloudbuild.yaml", "appveyor.yml", ".cirrus.yml",
    ),
}  # fmt: skip

FOLDERS: dict[str, tuple[str, ...]] = {
    "deploy": ("k8s", "kubernetes", "helm", "charts", "terraform", "deploy", "deployment", "manifests", "ansible"),
    "ci": (".circleci", ".buildkite", ".ci"),
}
WORKFLOWS = ".github/workflows"


def list_config_files(root: Path) -> list[Config]:
    """What is at the project's root, by kind and name, and the workflows of GitHub; nothing is opened."""
    below = Root(root, links=True)
    entries = _entries(below, ".")
    files = [name for name, is_folder in entries if not is_folder]
    folders = [name for name, is_folder in entries if is_folder]
    configs = [Config(name, kind) for kind, patterns in FILES.items() for name in files if _is_one(name, patterns)]
    configs += [Config(f"{name}/", kind) for kind, patterns in FOLDERS.items() for name in folders if name in patterns]
    flows = [name for name, is_folder in _entries(below, WORKFLOWS) if not is_folder]
    configs += [Config(f"{WORKFLOWS}/{name}", "ci") for name in flows if name.endswith((".yml", ".yaml"))]
    order = list(FILES)
    return sorted(configs, key=lambda config: (order.index(config.kind), config.path))


def _is_one(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _entries(root: Root, folder: str) -> list[tuple[str, bool]]:
    """Name and whether it is a folder; empty when the folder is not there or may not be read."""
    try:
        return [(name, kind == "folder") for name, kind in root.scan(folder, LOOKED_AT)]
    except PathRefused:
        return []
