"""The steps of `init`, each one harmless to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.commands import command, word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.ignored import exclude_folder
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import remote_names
from okstra_git.git.settings import Settings, add_line, write_setting
from okstra_git.hooks.install import install_hooks
from okstra_git.host.locks import hold_lock
from okstra_git.names import make_slug, parse_slug, quote
from okstra_git.store import layout
from okstra_git.store.clone import ensure_writer, find_writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okstra_git.git.repo import Git
    from okstra_git.hooks.model import Hooks
    from okstra_git.porcelain.workspace import Workspace

FETCH_TIMEOUT = 20.0


@dataclass(frozen=True)
class InitResult:
    """What init did: `joined` names the remote whose state was found, `hooks` are None when none were wanted."""

    writer: str
    is_new: bool
    project: str
    joined: str | None
    hooks: Hooks | None
    notes_shown: bool
    excluded: bool


def init_clone(
    workspace: Workspace, *, project_id: str | None, hooks: bool, ask_remote: bool, any_name: bool = False
) -> InitResult:
    """Prepare the clone; nothing is written before the project id is known to fit.

    With `any_name` a directory whose name is not a project id gives one that is made of it, in place of a refusal.
    """
    git = workspace.git
    joined = _fetch_state(workspace, git) if ask_remote else None
    project = _choose_project(workspace, project_id, any_name=any_name)
    writer, is_new = ensure_writer(git, milliseconds=int(workspace.now().timestamp() * 1000))
    with hold_lock(layout.lock_file(git.private_dir)):  # several inits at once would add the same lines twice
        write_setting(git, Settings.project, [project])
        return InitResult(
            writer,
            is_new,
            project,
            joined,
            install_hooks(git, program=workspace.find_program()) if hooks else None,
            notes_shown=_show_notes(git),
            excluded=exclude_folder(git, "/.okstra/"),
        )


def is_prepared(workspace: Workspace) -> bool:
    """Whether the clone has a writer id and a project, so that work can be recorded in it."""
    return find_writer(workspace.git) is not None and workspace.settings.project is not None


def _choose_project(workspace: Workspace, wanted: str | None, *, any_name: bool) -> str:
    configured = workspace.settings.project
    used = sorted({key.project for key in workspace.store.read().state.tasks})
    if wanted is not None:
        parse_slug(wanted, what="project id")
        if isinstance(configured, str) and configured != wanted:
            raise refuse(
                "project.conflict",
                f"this clone belongs to project {configured}, not {wanted}",
                project=configured,
                hint=f"git okstra init, or change it: git okstra config set okstra.project {word(wanted)}",
            )
        return wanted
    if isinstance(configured, str):
        return configured
    if len(used) == 1:
        return used[0]
    if any_name:
        return make_slug(_repository_name(workspace.git), otherwise="project")
    name = (workspace.git.work_tree or workspace.git.common_dir).name.removesuffix(".git")
    try:
        return parse_slug(name, what="project id")
    except OkstraError as refusal:
        raise refuse(
            "project.unknown",
            f"no project id fits the directory name {quote(name)}",
            hint="git okstra init --project-id ID",
        ) from refusal


def _repository_name(git: Git) -> str:
    """The directory of the repository itself, whichever of its worktrees this is."""
    shared = git.common_dir
    return shared.parent.name if shared.name == ".git" else shared.name.removesuffix(".git")


def _fetch_state(workspace: Workspace, git: Git) -> str | None:
    """Fetch the logs that other clones pushed, into this clone's remote area; a silent remote is only a note."""
    remote = next(iter(_remotes(git)), None)
    if remote is None:
        return None
    listed: dict[str, str] = {}
    try:
        answer = run_git(["ls-remote"], values=[remote, f"{layout.LOGS}*"], cwd=git.top, timeout=FETCH_TIMEOUT).stdout
        lines = (line.split("\t") for line in answer.decode(errors="surrogateescape").splitlines())
        listed = {ref: oid for oid, ref in lines}
        if not listed:
            return None
        refspec = f"{layout.LOGS}*:{layout.REMOTE_LOGS}{remote}/*"
        fetch = ["fetch", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "-q"]
        run_git(fetch, values=[remote, refspec], cwd=git.top, timeout=FETCH_TIMEOUT)
    except GitFailed as failed:
        rewound = _rewound(git, remote, listed)
        if not rewound:
            workspace.note(f"remote {remote} could not be asked for a state to join: {failed.message}")
            return None
        for ref, local in rewound.items():
            again = command("git fetch", remote, f"+{ref}:{local}")
            workspace.warn(
                f"{ref} was rewound or rewritten on {remote}, so {local} was left as it is; to take it as it is"
                f" there now: {again}"
            )
    return remote


def _rewound(git: Git, remote: str, listed: Mapping[str, str]) -> dict[str, str]:
    """Logs on the remote that git would not fetch over what is known of them: their ref there and the one here."""
    pairs = {ref: f"{layout.REMOTE_LOGS}{remote}/{ref.removeprefix(layout.LOGS)}" for ref in listed}
    tips = {ref: find_quietly(git, local) for ref, local in pairs.items()}
    return {ref: pairs[ref] for ref, oid in listed.items() if tips[ref] is not None and tips[ref] != oid}


def _remotes(git: Git) -> list[str]:
    return sorted(remote_names(git), key=lambda name: name != "origin")


def _show_notes(git: Git) -> bool:
    """Let plain `git log` show our notes; whether that is new.

    As a pattern: git warns at every `git log` of a ref that is not there, as okstra's is until a stage is done.
    """
    pattern = f"{layout.NOTES}*"
    if not {layout.NOTES, pattern}.isdisjoint(git.configuration.list_values("notes.displayRef")):
        return False
    add_line(git, "notes.displayRef", pattern)
    return True
