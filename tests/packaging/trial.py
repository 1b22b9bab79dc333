"""Installs a built wheel in clean environments, as pip, pipx and uv do it, and runs what came of it."""

import os
import sys
from pathlib import Path

from tests.kit.answers import Answer, run_program

INSTALLERS = ("pip", "pipx", "uv")


def collect_packages(wheel: Path, constraints: Path, target: Path) -> Answer:
    """Copy the wheel and the pinned version of everything it needs into `target`; the rest works offline.

    The newest pip is among them, because pipx renews its own.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:"]
    command += ["--constraint", str(constraints), "--dest", str(target), str(wheel), "pip"]
    return run_program(command, cwd=target, environ=os.environ, timeout=280)


def install_with(installer: str, folder: Path, packages: Path, version: str) -> Path:
    """Install git-okstra from the folder of wheels alone, into `folder`; where its programs are then."""
    offline = ["--no-index", "--find-links", str(packages)]
    package = f"git-okstra=={version}"
    environ = _clean_environ(folder)
    if installer == "pip":
        run_program([sys.executable, "-m", "venv", str(folder / "venv")], cwd=folder, environ=environ).expect(0)
        command = [str(folder / "venv/bin/python"), "-m", "pip", "install", "--no-compile", *offline, package]
        run_program(command, cwd=folder, environ=environ).expect(0)
        return folder / "venv/bin"
    if installer == "pipx":
        command = [
            sys.executable,
            "-m",
            "pipx",
            "install",
            "--backend",
            "pip",
            "--pip-args",
            " ".join(offline),
            package,
        ]
        run_program(command, cwd=folder, environ=environ).expect(0)
    else:
        command = [str(Path(sys.executable).parent / "uv"), "tool", "install", "--offline", *offline]
        run_program([*command, "--python", sys.executable, package], cwd=folder, environ=environ).expect(0)
    return folder / "bin"


def run_installed(programs: Path, *words: str, cwd: Path) -> Answer:
    """Run `git …` with the installed programs on PATH, in a home that has nothing else."""
    environ = _clean_environ(cwd) | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    return run_program(["git", *words], cwd=cwd, environ=environ)


def _clean_environ(folder: Path) -> dict[str, str]:
    """Nothing of this Python, of a pip's configuration or of the caller's tools reaches the new environment."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "TZ", "LC_ALL") if name in os.environ}
    places = {"PIPX_HOME": "pipx", "PIPX_BIN_DIR": "bin", "UV_TOOL_DIR": "tools", "UV_TOOL_BIN_DIR": "bin"}
    quiet = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_NO_CONFIG": "1"}
    mine = {"HOME": str(folder), "UV_CACHE_DIR": str(folder / "cache")}
    return kept | quiet | mine | {name: str(folder / place) for name, place in places.items()}
