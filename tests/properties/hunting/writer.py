"""Brings commits into a repository in bulk, through one `git fast-import`, and puts refs where a plan has them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.kit.scenario import World
from tests.properties.hunting.values import MODULE, Commit, ancestors, changed_paths

HELPER = "refs/hunt/all"
NAMES = {"ada@example.org": "Ada", "bob@example.org": "Bob", "eve@example.org": "Eve", "bot@example.org": "Bot"}


def write_commits(world: World, tips: Iterable[Commit]) -> None:
    """Everything below these commits that git does not have yet; each then has its `oid`."""
    new = [commit for commit in _parents_first(ancestors(*tips)) if not commit.oid]
    if not new:
        return
    marks = {commit: mark for mark, commit in enumerate(new, 1)}
    stream = b"".join(_command(commit, marks) for commit in new)
    file = world.path / ".git" / "hunt-marks"
    world.git("fast-import", "--quiet", "--force", f"--export-marks={file}", stdin=stream)
    ids = dict(line.split(" ") for line in file.read_text().splitlines())
    for commit, mark in marks.items():
        commit.oid = ids[f":{mark}"]
    world.git("update-ref", "-d", HELPER)


def _parents_first(commits: set[Commit]) -> list[Commit]:
    done: dict[Commit, None] = {}
    waiting = sorted(commits, key=lambda commit: commit.committed, reverse=True)
    while waiting:
        at = waiting[-1]
        missing = [parent for parent in at.parents if parent not in done]
        if at in done or not missing:
            done[waiting.pop()] = None
        else:
            waiting += missing
    return list(done)


def _command(commit: Commit, marks: Mapping[Commit, int]) -> bytes:
    author, subject = commit.author, commit.subject.encode()
    said = b"" if commit.parents else b"reset %s\n\n" % HELPER.encode()
    said += b"commit %s\nmark :%d\n" % (HELPER.encode(), marks[commit])
    said += f"author {NAMES[author.email]} <{author.email}> {author.time} +0000\n".encode()
    said += b"committer Carl <carl@example.org> %d +0000\ndata %d\n%s\n" % (commit.committed, len(subject), subject)
    for place, parent in enumerate(commit.parents):
        named = f":{marks[parent]}" if parent in marks else parent.oid
        said += f"{'merge' if place else 'from'} {named}\n".encode()
    paths = changed_paths(commit.before, commit.tree)
    gone = sorted(path for path in paths if path not in commit.tree)
    return said + b"".join(f'D "{path}"\n'.encode() for path in gone) + _files(commit, sorted(paths)) + b"\n"


def _files(commit: Commit, paths: list[str]) -> bytes:
    said = b""
    for path in paths:
        entry = commit.tree.get(path)
        if entry is None:
            continue
        if entry.mode == MODULE:
            said += f'M {entry.mode} {entry.data.decode()} "{path}"\n'.encode()
        else:
            said += f'M {entry.mode} inline "{path}"\ndata {len(entry.data)}\n'.encode() + entry.data + b"\n"
    return said


def write_refs(world: World, refs: Mapping[str, str], before: Iterable[str]) -> None:
    """Exactly these refs of those that the hunt owns: `before` are the names that it made earlier."""
    lines = [f"delete {name}\n" for name in before if name not in refs]
    lines += [f"update {name} {oid}\n" for name, oid in refs.items()]
    world.git("update-ref", "--stdin", stdin="".join(lines))


def write_tracking(config: Path, plain: str, tracks: Mapping[str, str]) -> None:
    """The configuration `plain`, and for each branch its upstream, given by full ref name."""
    parts = [plain]
    for branch, ref in tracks.items():
        remote = "." if ref.startswith("refs/heads/") else "origin"
        merge = ref if remote == "." else f"refs/heads/{ref.removeprefix('refs/remotes/origin/')}"
        parts.append(f'[branch "{branch}"]\n\tremote = {remote}\n\tmerge = {merge}\n')
    config.write_text("".join(parts))
