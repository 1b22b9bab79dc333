"""A folder to equip, a folder of templates to equip it from, and pictures of what stands in a folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from okstra_git.agent_setup.apply import apply_steps
from okstra_git.agent_setup.inventory import RULES, read_desired_files, read_folder
from okstra_git.agent_setup.model import MANIFEST, DesiredFiles, FolderStatus, Kind, SetupFolder, SetupPlan
from okstra_git.agent_setup.plan import inspect, plan_install, plan_removal

RUN = "---\nname: okstra-run\ndescription: Runs.\n---\n\n# Run\n"
LEAD = "---\nname: okstra-lead\ndescription: Leads.\n---\n\n# Lead\n"
WORKER = "---\nname: claude-worker\ndescription: Works.\n---\n\n# Worker\n"
SHIPPED = {
    "skills/okstra-run/SKILL.md": RUN,
    "skills/okstra-run/notes/more.md": "more\n",
    "skills/okstra-lead/SKILL.md": LEAD,
    "agents/claude-worker.md": WORKER,
}
SHIPPED_RULES = (*RULES, "Skill(okstra-lead)", "Skill(okstra-run)")
"""The rules of the project's settings that go with these files."""
SETTINGS = ("settings.json", "settings.local.json")


def write_templates(folder: Path, files: Mapping[str, str] = SHIPPED) -> Path:
    """A folder of templates with exactly these files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def picture(folder: Path) -> dict[str, str]:
    """Everything below a folder: files as text, links as where they lead, folders with a slash."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        elif path.is_dir():
            found[f"{name}/"] = ""
        else:
            found[name] = path.read_bytes().decode(errors="surrogateescape")
    return found


@dataclass(frozen=True)
class Closet:
    """One root and what is shipped for it."""

    root: SetupFolder
    desired: DesiredFiles

    @classmethod
    def claude(cls, place: Path, templates: Path, version: str = "1.0") -> "Closet":
        """`.claude` in a place, with both settings files of a project."""
        return cls(
            SetupFolder(Kind.CLAUDE, place / ".claude", SETTINGS), read_desired_files(templates, Kind.CLAUDE, version)
        )

    @classmethod
    def agents(cls, place: Path, templates: Path, version: str = "1.0") -> "Closet":
        return cls(SetupFolder(Kind.AGENTS, place / ".agents"), read_desired_files(templates, Kind.AGENTS, version))

    def shipping(
        self, files: Mapping[str, str], *, version: str = "2.0", rules: tuple[str, ...] | None = None
    ) -> "Closet":
        """The same folder as another okstra sees it, which ships these files, and other rules where they are given."""
        contents = {path: text.encode() for path, text in files.items()}
        return replace(self, desired=DesiredFiles(version, contents, self.desired.rules if rules is None else rules))

    @property
    def folder(self) -> Path:
        return self.root.folder

    def plan(self, *, force: bool = False) -> SetupPlan:
        return plan_install(read_folder(self.root, self.desired), self.desired, force=force)

    def install(self, *, force: bool = False) -> SetupPlan:
        plan = self.plan(force=force)
        apply_steps(plan.steps)
        return plan

    def uninstall(self) -> SetupPlan:
        plan = plan_removal(read_folder(self.root, DesiredFiles(self.desired.version, {})))
        apply_steps(plan.steps)
        return plan

    def inspect(self) -> FolderStatus:
        return inspect(read_folder(self.root, self.desired), self.desired)

    def states(self) -> dict[str, str]:
        """Files that are not as shipped, and how they stand."""
        return {file.path: str(file.state) for file in self.inspect().drift}

    def picture(self) -> dict[str, str]:
        """What stands in the folder, without the manifest."""
        return {name: text for name, text in picture(self.folder).items() if name != MANIFEST}
