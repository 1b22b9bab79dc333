"""Every step of a wizard's walk against `git-okstra --version`, which is little more than a bare interpreter."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import ROOT, environ, git

ROUNDS = 61
LIMIT = 2.5
"""A step costs at most this many times what `--version` costs (median to median, taking turns)."""

PROGRAM = Path(sys.executable).with_name("git-okstra")
STAGES = 20
WALK = (
    "shop:web:t3", "implementation", '{"use_defaults": "no", "base_ref_pick": "direct-input"}', "side",
    "claude,gemini,report-writer", '{"lead_model": "haiku"}', '{"directive_pick": "direct-input"}', "mind the tests",
    "continue", "start",
)  # fmt: skip
NEW = (
    "new", "web", "direct-input", "fresh", "error-analysis", "direct-input", ".okstra/briefs/web/t1.md", "yes", "start",
)  # fmt: skip


def plan() -> str:
    """A plan of twenty stages in a row."""
    blocks = {"Files": "- `src/s{n}.py`", "Steps": "1. Do it.", "Stage Validation": "```sh\ntrue\n```",
              "Stage Exit Contract": "It works.", "Rollback": "Revert it."}  # fmt: skip
    stage = "### Stage {n}: part {n}\n\n- depends-on: {needs}\n\n"
    stage += "".join(f"#### {name}\n\n{text}\n\n" for name, text in blocks.items())
    stages = "".join(stage.format(n=n, needs=n - 1 or "(none)") for n in range(1, STAGES + 1))
    return f"---\ntitle: Plan\napproved: false\n---\n\n# Plan\n\n- [ ] Approved\n\n## Stage Map\n\n{stages}"


def okstra(at: Path, *words: str) -> None:
    """One command, quietly."""
    quiet = subprocess.DEVNULL
    subprocess.run([PROGRAM, *words], cwd=at, env=environ(), check=True, stdout=quiet, stderr=quiet)


def set_up(at: Path) -> None:
    """Three tasks with plans of twenty stages, and their briefs."""
    git(at, "init", "-q", "-b", "main")
    git(at, "commit", "-q", "--allow-empty", "-m", "base")
    git(at, "branch", "side")
    okstra(at, "init", "--project-id", "shop", "--no-hooks")
    (at / "plan.md").write_text(plan())
    for name in ("t1", "t2", "t3"):
        okstra(at, "brief", "new", "web", name)
        brief = at / f".okstra/briefs/web/{name}.md"
        brief.write_text(brief.read_text().replace("confirmations: pending", "confirmations: complete"))
        okstra(at, "task", "open", f"shop:web:{name}")
        okstra(at, "plan", "approve", "plan.md", "--task-key", f"shop:web:{name}")


def once(at: Path, *words: str) -> float:
    """Milliseconds of one process."""
    began = time.perf_counter()
    subprocess.run([PROGRAM, *words], cwd=at, env=environ(), check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def walk(at: Path, answers: tuple[str, ...]) -> float:
    """Print each step's ratio; the largest one."""
    state, kept, worst = at / "w.json", at / "w.kept", 0.0
    okstra(at, "wizard", "init", "--state-file", str(state))
    for answer in answers:
        shutil.copy(state, kept)
        plain, ours = [], []
        for _ in range(ROUNDS):
            shutil.copy(kept, state)
            plain.append(once(at, "--version"))
            ours.append(once(at, "wizard", "step", "--state-file", str(state), "--answer", answer))
        ratio = median(ours) / median(plain)
        worst = max(worst, ratio)
        sys.stdout.write(f"{median(ours):6.1f} ms  {ratio:5.2f} x  wizard step --answer {answer}\n")
    return worst


def main() -> int:
    """Print every step of two walks; 1 when one of them is beyond the limit."""
    sources = [str(ROOT / name) for name in ("okstra_cli", "okstra_git")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *sources], check=False)
    with TemporaryDirectory() as directory:
        set_up(Path(directory))
        worst = max(walk(Path(directory), WALK), walk(Path(directory), NEW))
    sys.stdout.write(f"{worst:5.2f} x   the slowest step to  git-okstra --version  (at most {LIMIT})\n")
    return 1 if worst > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
