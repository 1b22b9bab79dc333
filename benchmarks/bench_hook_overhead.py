"""What our hook costs an amend that touches nothing of ours, beside no hook at all and beside the smallest sh hook."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from okstra_git.git.repo import open_repository
from okstra_git.hooks.install import install_hooks, uninstall_hooks

ROUNDS = 150
WATCHED = 5000
LIMIT_MS = 5.0
TRIVIAL = "#!/bin/sh\nexit 0\n"


def main() -> int:
    """Print medians and differences in ms; 1 when ours costs more than the limit."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        world = Path(scratch)
        environ = _prepare(world)
        cases = {"no hook": _no_hook, "trivial sh hook": _trivial, "ours": _ours, "ours, chained to a hook": _chained}
        times: dict[str, list[float]] = {name: [] for name in cases}
        for nth in range(ROUNDS + 5):  # interleaved, so that a slow minute of the machine is slow for all
            for name, arrange in cases.items():
                arrange(world)
                took = _amend(world, environ)
                if nth >= 5:
                    times[name].append(took)
    return _report({name: statistics.median(took) for name, took in times.items()})


def _report(medians: dict[str, float]) -> int:
    bare, ours = medians["no hook"], medians["ours"]
    for name, median in medians.items():
        sys.stdout.write(f"amend, {name:<24} {median:7.2f} ms  +{median - bare:5.2f} ms  {median / bare:5.2f}x\n")
    kept = ours - bare <= LIMIT_MS
    verdict = "kept" if kept else "BROKEN"
    sys.stdout.write(f"limit +{LIMIT_MS:g} ms with {WATCHED} commits watched and none of them rewritten: {verdict}\n")
    return 0 if kept else 1


def _prepare(world: Path) -> dict[str, str]:
    empty = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    names = {f"GIT_{who}_{what}": "bench@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ = {**kept, **empty, **names}
    for words in (
        ["init", "-q", "--template="],
        ["config", "gc.auto", "0"],
        ["commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *words], cwd=world, env=environ, check=True)
    return environ


def _amend(world: Path, environ: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(["git", "commit", "-q", "--amend", "--allow-empty", "-m", "y"], cwd=world, env=environ, check=True)
    return (time.perf_counter() - begun) * 1000


def _no_hook(world: Path) -> None:
    uninstall_hooks(open_repository(world))
    _hook(world).unlink(missing_ok=True)


def _trivial(world: Path) -> None:
    _no_hook(world)
    _hook(world).parent.mkdir(exist_ok=True)
    _hook(world).write_text(TRIVIAL)
    _hook(world).chmod(0o755)


def _ours(world: Path) -> None:
    _no_hook(world)
    _install(world)


def _chained(world: Path) -> None:
    _trivial(world)
    _install(world)


def _install(world: Path) -> None:
    git = open_repository(world)
    install_hooks(git, program=Path("/nowhere/git-okstra"))
    (git.private_dir / "watch").write_text("".join(f"c {nth:040x}\n" for nth in range(WATCHED)))


def _hook(world: Path) -> Path:
    return world / ".git/hooks/post-rewrite"


if __name__ == "__main__":
    sys.exit(main())
