"""Worktrees that hold something git status does not show, or shows only when asked well: one function for each."""

import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from tests.kit.scenario import World

Disturb = Callable[[World, World], None]
"""Given the worktree of a stage and the main one, puts something there that is nowhere else, or is."""

KEPT: dict[str, tuple[Disturb, str]] = {}
"""Name of a state -> how it is made, and the kind by which it is kept."""

GOES: dict[str, Disturb] = {}
"""States that hold nothing but what is elsewhere."""


def kept(kind: str) -> Callable[[Disturb], Disturb]:
    """This state keeps its worktree."""

    def enter(make: Disturb) -> Disturb:
        KEPT[make.__name__] = (make, kind)
        return make

    return enter


def goes(make: Disturb) -> Disturb:
    """A worktree in this state may go."""
    GOES[make.__name__] = make
    return make


def picture(*folders: Path) -> dict[str, tuple[str, bytes]]:
    """Every file below these folders, with its kind and its bytes; of git's own only what belongs to people."""
    found: dict[str, tuple[str, bytes]] = {}
    for folder in folders:
        for root, names, files in os.walk(folder, followlinks=False):
            names[:] = [name for name in names if not _is_gits_own(Path(root, name))]
            for path in (Path(root, name) for name in [*files, *names]):
                if not _is_gits_own(path) and not (path.is_dir() and not path.is_symlink()):
                    found[str(path)] = _node(path)
    return found


def _is_gits_own(path: Path) -> bool:
    """Objects, and what okstra itself records."""
    return (path.name == "objects" and (path.parent / "HEAD").exists()) or (".git" in path.parts and (
        "okstra" in path.parts[path.parts.index(".git") :]
    ))  # fmt: skip


def _node(path: Path) -> tuple[str, bytes]:
    facts = os.lstat(path)
    if stat.S_ISLNK(facts.st_mode):
        return "link", os.fsencode(os.readlink(path))
    if not stat.S_ISREG(facts.st_mode):
        return "special", b""
    return oct(facts.st_mode), path.read_bytes()


def configure(place: World, *settings: str) -> None:
    """Settings of the repository: `key=value`."""
    for setting in settings:
        place.git("config", *setting.split("=", 1))


def ignore(shop: World, *patterns: str) -> None:
    """Patterns that only this clone knows."""
    with (shop.path / ".git/info/exclude").open("a") as file:
        file.write("".join(f"{pattern}\n" for pattern in patterns))


# --- files


@kept("changed")
def an_edit(place: World, _: World) -> None:
    place.write("b.txt", "edited\n")


@kept("changed")
def an_edit_of_the_same_size_and_date(place: World, _: World) -> None:
    configure(place, "core.trustctime=false", "core.checkStat=minimal")
    place.git("update-index", "--refresh", "-q")
    facts = (place.path / "b.txt").stat()
    place.write("b.txt", "X\n")
    os.utime(place.path / "b.txt", ns=(facts.st_atime_ns, facts.st_mtime_ns))


@kept("changed")
def an_edit_that_a_monitor_hides(place: World, _: World) -> None:
    hook = place.write(".git-monitor", "#!/bin/sh\nprintf 'token\\0'\n")
    hook.chmod(0o755)
    target = place.path.parent / "monitor"
    shutil.move(hook, target)
    configure(place, f"core.fsmonitor={target}", "core.fsmonitorHookVersion=2")
    place.git("update-index", "--fsmonitor")
    place.git("status")
    place.write("b.txt", "edited\n")


@kept("changed")
def a_deletion(place: World, _: World) -> None:
    (place.path / "b.txt").unlink()


@kept("changed")
def something_staged_and_taken_back(place: World, _: World) -> None:
    place.write("b.txt", "only in the index\n")
    place.git("add", "b.txt")
    place.write("b.txt", "x\n")


@kept("changed")
def a_staged_file_that_is_gone(place: World, _: World) -> None:
    place.write("staged", "only in the index\n")
    place.git("add", "staged")
    (place.path / "staged").unlink()


@kept("changed")
def a_folder_that_became_a_link(place: World, shop: World) -> None:
    shutil.rmtree(place.path / "src")
    elsewhere = shop.path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "s.txt").write_text("mine\n")
    (place.path / "src").symlink_to(elsewhere)


@kept("untracked")
def a_folder_where_a_file_was(place: World, _: World) -> None:
    (place.path / "b.txt").unlink()
    place.write("b.txt/inside", "mine\n")


@kept("untracked")
def a_new_file_under_a_setting(place: World, _: World) -> None:
    configure(place, "status.showUntrackedFiles=no")
    place.write("new", "mine\n")


@kept("untracked")
def a_new_file_behind_an_untracked_cache(place: World, _: World) -> None:
    configure(place, "core.untrackedCache=true")
    place.git("status")
    place.write("src/new", "mine\n")


@kept("untracked")
def a_name_that_differs_by_case(place: World, _: World) -> None:
    configure(place, "core.ignoreCase=true")
    place.write("B.TXT", "mine\n")


@kept("untracked")
def a_name_that_is_not_text(place: World, _: World) -> None:
    (place.path / os.fsdecode(b"caf\xe9 \n")).write_text("mine\n")


@kept("untracked")
def a_folder_called_git(place: World, _: World) -> None:
    place.write("src/.git/notes", "not a repository, and git status never looks in\n")


@kept("untracked")
def a_pipe(place: World, _: World) -> None:
    os.mkfifo(place.path / "pipe")


@kept("untracked")
def a_socket(place: World, _: World) -> None:
    here = os.open(".", os.O_RDONLY)
    os.chdir(place.path)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("socket")
    finally:
        os.fchdir(here)
        os.close(here)


@kept("untracked")
def a_link_to_nowhere(place: World, _: World) -> None:
    (place.path / "link").symlink_to("/nowhere")


@kept("untracked")
def a_cache_by_name_with_a_note_in_it(place: World, _: World) -> None:
    place.write("src/__pycache__/notes.txt", "mine\n")


# --- ignored files


@kept("ignored")
def a_secret_that_is_ignored(place: World, shop: World) -> None:
    ignore(shop, ".env")
    place.write(".env", "PASSWORD=only here\n")


@kept("ignored")
def a_folder_ignored_by_the_user_alone(place: World, _: World) -> None:
    excludes = place.path.parent / "excludes"
    excludes.write_text("build/\n")
    configure(place, f"core.excludesFile={excludes}")
    place.write("build/result", "took an hour\n")


@kept("ignored")
def an_ignored_folder_with_a_tag_of_caches(place: World, shop: World) -> None:
    ignore(shop, "mine/")
    place.write("mine/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
    place.write("mine/data", "mine\n")


@kept("ignored")
def a_package_that_was_patched(place: World, shop: World) -> None:
    ignore(shop, "node_modules/")
    install(place)
    there = place.write("node_modules/left-pad/index.js", "patched\n")
    os.utime(there, (4e9, 4e9))


@kept("ignored")
def a_file_put_among_packages_with_an_old_date(place: World, shop: World) -> None:
    ignore(shop, "node_modules/")
    install(place)
    there = place.write("node_modules/left-pad/notes", "mine\n")
    os.utime(there, (1e9, 1e9))


@kept("untracked")
def a_note_among_the_files_of_a_test_runner(place: World, _: World) -> None:
    place.write(".pytest_cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
    place.write(".pytest_cache/notes.txt", "mine\n")


@kept("ignored")
def packages_of_no_manifest(place: World, shop: World) -> None:
    ignore(shop, "node_modules/")
    place.write("node_modules/.package-lock.json", "{}\n")
    place.write("node_modules/mine/notes", "mine\n")


def install(place: World) -> None:
    """Packages as npm leaves them, beside a manifest that is committed."""
    place.commit("manifest", {"package.json": "{}\n"})
    there = place.write("node_modules/left-pad/index.js", "as published\n")
    os.utime(there, (1e9, 1e9))
    place.write("node_modules/.package-lock.json", "{}\n")


# --- edits that are hidden


@kept("hidden")
def an_edit_assumed_unchanged(place: World, _: World) -> None:
    place.git("update-index", "--assume-unchanged", "b.txt")
    place.write("b.txt", "local settings\n")


@kept("hidden")
def an_edit_in_a_skipped_file(place: World, _: World) -> None:
    place.git("update-index", "--skip-worktree", "b.txt")
    place.write("b.txt", "local settings\n")


@kept("hidden")
def an_edit_under_both_flags_in_a_split_index(place: World, _: World) -> None:
    place.git("update-index", "--split-index")
    place.git("update-index", "--skip-worktree", "--assume-unchanged", "b.txt")
    place.git("update-index", "--assume-unchanged", "b.txt")
    place.write("b.txt", "local settings\n")


@kept("hidden")
def a_link_that_is_assumed_unchanged(place: World, _: World) -> None:
    place.git("update-index", "--assume-unchanged", "b.txt")
    (place.path / "b.txt").unlink()
    (place.path / "b.txt").symlink_to("x\n")


@kept("hidden")
def a_right_that_git_ignores(place: World, _: World) -> None:
    configure(place, "core.fileMode=false")
    (place.path / "b.txt").chmod(0o755)


@kept("untracked")
def a_new_file_outside_of_a_sparse_checkout(place: World, _: World) -> None:
    place.git("sparse-checkout", "set", "--cone", "--sparse-index", "docs")
    place.write("src/new", "mine\n")


@kept("filtered")
def the_part_that_a_clean_filter_takes_out(place: World, _: World) -> None:
    configure(place, "filter.strip.clean=grep -v output", "filter.strip.smudge=cat")
    place.commit("notebook", {".gitattributes": "*.nb filter=strip\n", "a.nb": "code\n", "b.nb": "code\n"})
    place.write("a.nb", "code\noutput of an hour\n")
    place.git("add", "a.nb")
    assert place.ask("status", "--porcelain") == ""


# --- commits


@kept("unreachable")
def commits_on_a_detached_head(place: World, _: World) -> None:
    place.git("checkout", "-q", "--detach")
    place.commit("loose")


@kept("unreachable")
def commits_that_only_the_reflog_has(place: World, _: World) -> None:
    commits_on_a_detached_head(place, place)
    place.git("checkout", "-q", "-")


@kept("unreachable")
def commits_of_a_branch_that_was_deleted(place: World, _: World) -> None:
    place.git("checkout", "-q", "-b", "aside")
    place.commit("aside")
    place.git("checkout", "-q", "-")
    place.git("branch", "-q", "-D", "aside")


@kept("unreachable")
def a_ref_of_its_own(place: World, _: World) -> None:
    place.git("update-ref", "refs/worktree/bookmark", "HEAD")


@kept("settings")
def settings_of_its_own(place: World, _: World) -> None:
    configure(place, "extensions.worktreeConfig=true")
    place.git("config", "--worktree", "user.signingKey", "only here")


# --- operations


@kept("operation")
def a_merge_that_was_not_finished(place: World, shop: World) -> None:
    shop.commit("theirs", {"b.txt": "theirs\n"})
    place.commit("ours", {"b.txt": "ours\n"})
    place.git("merge", "main", ok=False)


@kept("operation")
def a_rebase_that_was_not_finished(place: World, _: World) -> None:
    place.rebase_i("main", [("edit", "work")])


@kept("operation")
def a_rebase_with_changes_put_aside(place: World, shop: World) -> None:
    shop.commit("theirs", {"work.txt": "theirs\n"})
    place.write("b.txt", "put aside\n")
    place.git("rebase", "--autostash", "main", ok=False)


@kept("operation")
def a_bisect(place: World, _: World) -> None:
    place.git("bisect", "start")


@kept("operation")
def patches_that_were_not_applied(place: World, shop: World) -> None:
    shop.commit("theirs", {"b.txt": "theirs\n"})
    patch = shop.ask("format-patch", "-1", "--stdout")
    place.commit("ours", {"b.txt": "ours\n"})
    place.git("am", stdin=patch + "\n", ok=False)


@kept("operation")
def a_lock_on_the_index(place: World, _: World) -> None:
    (Path(place.ask("rev-parse", "--absolute-git-dir")) / "index.lock").write_bytes(b"")


# --- repositories


@kept("repository")
def a_repository_inside(place: World, _: World) -> None:
    World.begin(place.path / "vendor/lib")


@kept("repository")
def a_repository_in_an_ignored_folder(place: World, shop: World) -> None:
    ignore(shop, "build/")
    World.begin(place.path / "build/lib")


@kept("repository")
def a_repository_in_a_cache(place: World, shop: World) -> None:
    ignore(shop, "node_modules/")
    install(place)
    World.begin(place.path / "node_modules/linked")


@kept("repository")
def a_bare_repository_in_a_cache(place: World, shop: World) -> None:
    ignore(shop, "__pycache__/")
    place.git("init", "-q", "--bare", "--template=", "src/__pycache__/x.y.pyc")


@kept("repository")
def another_worktree_inside(place: World, shop: World) -> None:
    ignore(shop, "inner/")
    shop.worktree(place.path / "inner", "inner")


@kept("submodule")
def a_commit_in_a_submodule(place: World, shop: World) -> None:
    module = add_submodule(place, shop)
    module.commit("only here")
    module.git("checkout", "-q", "--detach", "HEAD^")


@kept("submodule")
def a_stash_in_a_submodule(place: World, shop: World) -> None:
    module = add_submodule(place, shop)
    module.write("README", "put aside\n")
    module.git("stash", "-q")


@kept("submodule")
def an_ignored_file_in_a_submodule(place: World, shop: World) -> None:
    module = add_submodule(place, shop)
    module.write(".env", "PASSWORD=only here\n")
    exclude = Path(module.ask("rev-parse", "--absolute-git-dir")) / "info/exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text(".env\n")


@kept("repository")
def a_submodule_with_its_repository_in_it(place: World, shop: World) -> None:
    module = add_submodule(place, shop)
    private = Path(module.ask("rev-parse", "--absolute-git-dir"))
    (module.path / ".git").unlink()
    shutil.move(private, module.path / ".git")
    place.git("config", "--file", str(module.path / ".git/config"), "--unset", "core.worktree")
    (private.parent).rmdir()


@kept("untracked")
def a_file_in_a_submodule_that_is_not_there(place: World, shop: World) -> None:
    add_submodule(place, shop)
    private = Path(World(place.path / "lib").ask("rev-parse", "--absolute-git-dir"))
    shutil.rmtree(place.path / "lib")
    shutil.rmtree(private.parent)
    place.write("lib/notes", "mine\n")


@kept("hidden")
def another_commit_of_a_submodule_assumed_unchanged(place: World, shop: World) -> None:
    module = add_submodule(place, shop)
    World(shop.path.parent / "library").commit("newer")
    module.git("-c", "protocol.file.allow=always", "fetch", "-q")
    place.git("update-index", "--assume-unchanged", "lib")
    module.git("checkout", "-q", "origin/main")


@kept("hidden")
def a_hidden_edit_in_a_submodule(place: World, shop: World) -> None:
    module = add_submodule(place, shop)
    module.git("update-index", "--assume-unchanged", "README")
    module.write("README", "local\n")


def add_submodule(place: World, shop: World) -> World:
    """A submodule that is committed, checked out in the worktree and as its remote has it."""
    World.begin(shop.path.parent / "library")
    source = (shop.path.parent / "library").as_uri()
    place.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "lib")
    place.commit("with a submodule", {})
    return World(place.path / "lib", labels=place.labels, clock=place.clock)


# --- locks, and what cannot be told


@kept("locked")
def a_lock_of_somebody(place: World, _: World) -> None:
    place.git("worktree", "unlock", ".")
    place.git("worktree", "lock", "--reason", "the demo is on Monday", ".")


@kept("unclear")
def a_damaged_index(place: World, _: World) -> None:
    (Path(place.ask("rev-parse", "--absolute-git-dir")) / "index").write_bytes(b"DIRC damaged")


@kept("unclear")
def a_repository_in_its_place(place: World, _: World) -> None:
    (place.path / ".git").unlink()
    place.git("init", "-q", "--template=")


@kept("unclear")
def a_head_that_names_nothing(place: World, _: World) -> None:
    (Path(place.ask("rev-parse", "--absolute-git-dir")) / "HEAD").write_text("1" * 40 + "\n")


# --- nothing that is nowhere else


@goes
def nothing(place: World, _: World) -> None:
    assert place.path.is_dir()


@goes
def an_empty_folder(place: World, _: World) -> None:
    (place.path / "empty/below").mkdir(parents=True)


@goes
def caches(place: World, shop: World) -> None:
    ignore(shop, "__pycache__/")
    place.write("src/__pycache__/app.cpython-312.pyc", b"\0\0")
    for name in (".pytest_cache", ".mypy_cache", ".ruff_cache"):
        place.write(f"{name}/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
        place.write(f"{name}/.gitignore", "*\n")


@goes
def packages_as_installed(place: World, shop: World) -> None:
    ignore(shop, "node_modules/")
    install(place)


@goes
def a_folder_that_the_user_calls_a_cache(place: World, shop: World) -> None:
    ignore(shop, ".venv/", "dist/")
    shop.git("config", "--add", "okstra.cache", ".venv")
    shop.git("config", "--add", "okstra.cache", "web/dist")
    place.write(".venv/bin/python", "x")
    place.write("web/dist/site.js", "x")


@goes
def a_sparse_checkout(place: World, _: World) -> None:
    place.git("sparse-checkout", "set", "--cone", "docs")


@goes
def a_flag_over_a_file_as_committed(place: World, _: World) -> None:
    place.git("update-index", "--assume-unchanged", "b.txt")
    place.git("update-index", "--skip-worktree", "src/s.txt")


@goes
def line_ends_as_checked_out(place: World, _: World) -> None:
    place.commit("attributes", {".gitattributes": "b.txt eol=crlf\n"})
    (place.path / "b.txt").unlink()
    place.git("checkout", "b.txt")
    place.git("update-index", "--skip-worktree", "b.txt")


@goes
def files_as_a_filter_writes_them(place: World, _: World) -> None:
    configure(place, "filter.loud.clean=tr A-Z a-z", "filter.loud.smudge=tr a-z A-Z")
    place.commit("loud", {".gitattributes": "*.loud filter=loud\n", "a.loud": "AAA\n"})


@goes
def a_history_rewritten_by_rebases(place: World, _: World) -> None:
    for label in "ABC":
        place.commit(label)
    place.rebase_i("work", [("pick", "A"), ("fixup", "B"), ("pick", "C")])
    place.amend({"C.txt": "amended\n"})


@goes
def a_head_detached_at_a_commit_of_a_branch(place: World, _: World) -> None:
    place.git("checkout", "-q", "--detach", "HEAD^")


@goes
def a_submodule_as_its_remote_has_it(place: World, shop: World) -> None:
    add_submodule(place, shop)
