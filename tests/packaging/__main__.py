"""`make dist`: builds wheel and sdist into dist/, looks into them, and tries the wheel in a clean environment."""

import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.kit.surroundings import ROOT
from tests.packaging.build import build_distribution, build_wheel, commit_time, copy_tracked, list_changed
from tests.packaging.check import find_faults
from tests.packaging.trial import collect_packages, install_with, run_installed


def make_distribution(target: Path) -> list[str]:
    """Build into `target` in place of what is there; what is wrong with the outcome, a line each."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    _say(f"building git-okstra {version} into {target.name}/")
    if changed := list_changed(ROOT):
        _say(f"note: built from files that are not committed, {changed[0]} for one; a release needs a clean tree")
    for old in target.glob("git_okstra-*"):
        old.unlink()
    with TemporaryDirectory() as name:
        scratch = {part: Path(name) / part for part in ("tree", "sdist", "direct", "packages", "home")}
        for folder in scratch.values():
            folder.mkdir()
        copy_tracked(ROOT, scratch["tree"])
        epoch = commit_time(ROOT)
        built = build_distribution(scratch["tree"], target, epoch=epoch, scratch=scratch["sdist"])
        faults = find_faults(built, scratch["tree"])
        if build_wheel(scratch["tree"], scratch["direct"], epoch=epoch).read_bytes() != built.wheel.read_bytes():
            faults.append("the sdist builds another wheel than the tree")
        _say(f"installing {built.wheel.name} in a clean environment")
        collect_packages(built.wheel, ROOT / "constraints.txt", scratch["packages"]).expect(0)
        programs = install_with("pip", scratch["home"], scratch["packages"], version)
        for words in (["okstra", "--version"], ["okstra", "landed", "--help"]):
            _say(run_installed(programs, *words, cwd=scratch["home"]).expect(0).out.splitlines()[0])
    return faults


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    folder = ROOT / "dist"
    folder.mkdir(exist_ok=True)
    found = make_distribution(folder)
    for fault in found:
        _say(f"fault: {fault}")
    sys.exit(1 if found else 0)
