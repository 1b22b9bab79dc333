"""A repository as compact text: what a whole-world expectation is compared with."""

import re
from collections.abc import Iterable

from tests.kit.scenario import World

_OID = re.compile(r"\b[0-9a-f]{40}\b")
_ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_EXCLUDED = ("--exclude=refs/notes/*", "--exclude=refs/okstra/log/*", "--exclude=refs/okstra/remote/*")
_PRIMES = ("", "′", "″", "‴")


def picture(world: World, *, keeps: bool = False) -> str:
    """Branches with their subjects from the root, then okstra's stages, anchors and notes (and keeps, if asked).

    A commit bears its label; rewritten copies of it are A′, A″ in the order of their dates. Object names, ULIDs and
    times inside notes are replaced, so that a picture is the same in every run::

        * feature  base M A′ B′
          main     base M
        stage shop/web/login/1  A′
        note A′  {"stage":1}
    """
    names = commit_names(world)
    sections = [_branches(world, names)]
    for kind in ("stage", "anchor", *(("keep",) if keeps else ())):
        sections.append(_refs(world, kind, names))
    sections.append(_notes(world, names))
    return "\n".join(line for section in sections for line in section) + "\n"


def commit_names(world: World) -> dict[str, str]:
    """Commit -> A, A′ … for every commit that a label, a branch or an okstra ref of the world reaches."""
    said = world.ask("log", "--ignore-missing", *_EXCLUDED, "--all", "--format=%ct %H %s", *world.labels.values())
    versions: dict[str, list[tuple[bool, int, str]]] = {}
    for line in said.splitlines():
        date, commit, subject = line.split(" ", 2)
        is_copy = world.labels.get(subject) not in (commit, None)
        versions.setdefault(subject, []).append((is_copy, int(date), commit))
    names = {}
    for subject, found in versions.items():
        for nth, (_, _, commit) in enumerate(sorted(found)):
            gone = subject in world.labels and world.labels[subject] not in {each for _, _, each in found}
            names[commit] = subject + (_PRIMES[nth + gone] if nth + gone < len(_PRIMES) else f"^{nth + gone}")
    return names


def _branches(world: World, names: dict[str, str]) -> Iterable[str]:
    said = world.ask("for-each-ref", "--format=%(HEAD) %(refname:short)", "refs/heads")
    branches = [(line[0], line[2:], f"refs/heads/{line[2:]}") for line in said.splitlines()]
    if not world.ask("symbolic-ref", "-q", "HEAD", ok=False):
        branches.insert(0, ("*", "(detached)", "HEAD"))
    width = max((len(name) for _, name, _ in branches), default=0)
    for mark, name, ref in branches:
        yield f"{mark} {name:<{width}}  {_history(world, ref, names)}"


def _history(world: World, ref: str, names: dict[str, str]) -> str:
    said = world.ask("log", "--first-parent", "--reverse", "--format=%H %P", ref)
    return " ".join(_step(line.split(), names) for line in said.splitlines())


def _step(commits: list[str], names: dict[str, str]) -> str:
    commit, *parents = commits
    merged = "".join(f"(+{names[parent]})" for parent in parents[1:])
    return names[commit].replace(" ", "_") + merged


def _refs(world: World, kind: str, names: dict[str, str]) -> Iterable[str]:
    prefix = f"refs/okstra/{kind}/"
    for line in world.ask("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines():
        oid, ref = line.split(" ", 1)
        yield f"{kind} {_plain(ref.removeprefix(prefix), names)}  {names.get(oid, oid)}"


def _notes(world: World, names: dict[str, str]) -> Iterable[str]:
    said = world.ask("notes", "--ref=okstra", "list", ok=False)
    noted = sorted((names.get(line.split()[1], "?"), line.split()[0]) for line in said.splitlines())
    for name, blob in noted:
        for line in world.ask("cat-file", "blob", blob).splitlines():
            yield f"note {name}  {_plain(line, names)}"


def _plain(text: str, names: dict[str, str]) -> str:
    text = _OID.sub(lambda oid: names.get(oid[0], "<oid>"), text)
    return _TIME.sub("<time>", _ULID.sub("<ulid>", text))
