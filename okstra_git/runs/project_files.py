"""Which files of a project tell how it is built, checked and deployed, by the names that tools have given them."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root

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
    found = [Config(name, kind) for kind, known in FILES.items() for name in files if _is_one(name, known)]
    found += [Config(f"{name}/", kind) for kind, known in FOLDERS.items() for name in folders if name in known]
    flows = [name for name, is_folder in _entries(below, WORKFLOWS) if not is_folder]
    found += [Config(f"{WORKFLOWS}/{name}", "ci") for name in flows if name.endswith((".yml", ".yaml"))]
    order = list(FILES)
    return sorted(found, key=lambda each: (order.index(each.kind), each.path))


def _is_one(name: str, known: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in known)


def _entries(root: Root, folder: str) -> list[tuple[str, bool]]:
    """Name and whether it is a folder; empty when the folder is not there or may not be read."""
    try:
        return [(name, seen == "folder") for name, seen in root.scan(folder, LOOKED_AT)]
    except PathRefused:
        return []
